//! Any text as an HTML body.
#![no_main]
use postroom::message::split::{Body, split};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = split(&Body { plain: None, html: Some(text), subject: "" });
});
