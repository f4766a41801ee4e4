//! A finished letter: every byte decided before it is stored.

use super::address::Address;
use serde::{Deserialize, Serialize};

/// What is to be sent, before it becomes RFC 5322 bytes. Header values hold no line breaks (checked by `letter/`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub to: Option<Address>,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The finished mail as it goes out: headers and body, CRLF.
    #[serde(skip)]
    pub mime: Vec<u8>,
    /// Without angle brackets.
    pub message_id: String,
}
