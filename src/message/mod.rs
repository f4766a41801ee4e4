//! Bytes → meaning. Pure, bounded and never failing: whatever comes, messages come out, with what was wrong written beside them.

pub mod attachment; // the words inside attached letters
pub mod automatic; // whether a machine wrote it
mod bounce; // reports about delivery
pub mod email; // RFC 5322 and MIME
pub mod forward; // messages passed on inside a body
pub mod html; // HTML → lines
mod json; // careful reading of JSON values
pub mod language; // when it is surely not English
pub mod line; // the shape that plain text and HTML are both brought to
pub mod quoted; // whose words each line holds
pub mod social; // Meta, WhatsApp and X webhook bodies
pub mod split; // the seam: body → new words, history, signature, forwards
pub mod subject; // what a subject's prefixes say
pub mod summary; // whom a note names
pub mod webform;
pub mod words; // what clients write around messages, in many languages // a web form's fields

use crate::model::message::{Channel, Defect, Message};
use serde_json::Value;

/// Takes a MIME type and octets, and gives the words.
pub type Outside = fn(&str, &[u8]) -> Option<String>;

/// What is known of a raw before it is read. Nothing need be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint {
    pub channel: Option<Channel>,
    pub origin: Option<Origin>,
    /// Reads the words of formats whose parsers are not safe in this process. Without it such attachments have no text.
    pub outside: Option<Outside>,
}

/// The kinds of webhook source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Meta,
    Whatsapp,
    X,
    Webform,
}

/// Reads a raw: at least one message, whatever it holds. Without a hint mail is told from JSON by its first octets.
pub fn read(raw: &[u8], hint: &Hint) -> Vec<Message> {
    let json = match (hint.channel, hint.origin) {
        (Some(Channel::Email), _) => false,
        (Some(_), _) | (None, Some(_)) => true,
        (None, None) => json::looks_like(raw),
    };
    // The readers are tested not to panic. Should one do so all the same, a person gets the message to read; nothing is lost.
    let read = || if json { read_json(raw, hint) } else { email::read(raw, hint) };
    let mut messages = std::panic::catch_unwind(read).unwrap_or_else(|_| {
        let channel = hint.channel.unwrap_or(if json { Channel::Webform } else { Channel::Email });
        let fault = Defect::new("reader-fault", "Postroom could not read this message; its text is kept as it came.");
        vec![Message { channel, quoted: email::charset::guess(raw).0, defects: vec![fault], ..Message::default() }]
    });
    for message in &mut messages {
        message.language = language::of(&message.text);
        let mut seen = std::collections::HashSet::new();
        message.defects.retain(|d| seen.insert(d.code.clone()));
    }
    messages
}

/// A body that is a list of submissions is as many bodies; a list of `{name, value}` pairs is one.
fn each(value: &Value) -> Vec<&Value> {
    match value.as_array() {
        Some(list) if list.iter().all(|v| v.is_object() && v["value"].is_null()) && !list.is_empty() => {
            list.iter().take(json::MAX_ITEMS).collect()
        }
        _ => vec![value],
    }
}

fn read_json(raw: &[u8], hint: &Hint) -> Vec<Message> {
    let text = email::charset::guess(raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw)).0;
    let values = json::values(&text);
    let channel = hint.channel.filter(|c| *c != Channel::Email).unwrap_or(match hint.origin {
        Some(Origin::Webform) => Channel::Webform,
        Some(_) => Channel::Social,
        None => Channel::Webform,
    });
    let (values, rest) = match values {
        Ok(values) => (values, None),
        Err((values, rest)) => (values, Some(rest)),
    };
    let mut messages: Vec<Message> = Vec::new();
    for value in values.iter().flat_map(each) {
        if hint.origin == Some(Origin::Webform) || hint.channel == Some(Channel::Webform) || !social::is_social(value) {
            messages.push(webform::read(value, hint.outside));
        } else {
            messages.extend(social::read(value));
        }
    }
    if let Some(rest) = rest {
        // Half of it may be plain: what could be read was, and the raw words are kept for a person.
        let what = "The webhook body is not JSON that can be read; its text is kept as it came.";
        let broken = Defect::new("unreadable-json", what);
        match messages.first_mut() {
            Some(first) => {
                first.defects.push(broken);
                first.quoted.push_str(rest);
            }
            None => messages.push(Message { channel, quoted: rest.to_owned(), defects: vec![broken], ..Message::default() }),
        }
    }
    if messages.is_empty() {
        let defect = Defect::new("empty", "The webhook body holds nothing.");
        messages.push(Message { channel, defects: vec![defect], ..Message::default() });
    }
    messages
}

#[cfg(test)]
mod tests;
