//! Any octets as a mail.
#![no_main]
use postroom::message::{Hint, read};
use postroom::model::message::Channel;

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let messages = read(raw, &Hint { channel: Some(Channel::Email), ..Hint::default() });
    assert!(messages.iter().all(|m| m.defects.iter().all(|d| d.code != "reader-fault")) && !messages.is_empty());
});
