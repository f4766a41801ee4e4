//! Any text as a forward.
#![no_main]
use postroom::message::split::{Body, split};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = split(&Body { plain: Some(text), html: None, subject: "FW: heating" });
});
