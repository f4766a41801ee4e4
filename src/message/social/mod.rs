//! Webhook bodies of Meta, WhatsApp and X: each entry, change and event of a batch becomes a message, those included that nobody said to us
//! (they are recorded with `no_message`).

mod meta;
mod whatsapp;
mod x;

use super::json::{self, MAX_ITEMS};
use crate::model::message::{Automatic, Channel, Defect, Message, Platform, Social, Verb};
use serde_json::Value;

/// Whether a body has the shape of one of the platforms'.
pub fn is_social(body: &Value) -> bool {
    body["object"].is_string() && body["entry"].is_array()
        || x::is_ours(body)
        || body
            .as_array()
            .is_some_and(|a| !a.is_empty() && a.iter().all(|v| v["entry"].is_array() || x::is_ours(v) || whatsapp::is_bare(v)))
        || body["entry"].is_array()
        || whatsapp::is_bare(body)
        || bundle(body).is_some()
}

/// Several bodies under names of their own, as relays and recordings keep them; one level, so that this cannot go deep.
fn bundle(body: &Value) -> Option<Vec<&Value>> {
    let inner: Vec<&Value> = body.as_object()?.values().collect();
    let whole = |v: &&Value| v["object"].is_string() && v["entry"].is_array() || x::is_ours(v);
    (!inner.is_empty() && inner.iter().all(whole)).then_some(inner)
}

pub fn read(body: &Value) -> Vec<Message> {
    let bodies: Vec<&Value> = match body.as_array() {
        Some(list) => list.iter().collect(),
        None => bundle(body).unwrap_or_else(|| vec![body]),
    };
    let mut out = Vec::new();
    for body in bodies.into_iter().take(MAX_ITEMS) {
        if x::is_ours(body) {
            out.extend(x::read(body));
        } else if whatsapp::is_bare(body) {
            out.extend(whatsapp::value(body, None));
        } else {
            out.extend(entries(body));
        }
        if out.len() >= MAX_ITEMS {
            break;
        }
    }
    if out.len() > MAX_ITEMS {
        out.truncate(MAX_ITEMS);
        if let Some(last) = out.last_mut() {
            last.defects
                .push(Defect::new("too-many-events", "The batch holds more events than any platform sends; the rest were left out."));
        }
    }
    if out.is_empty() {
        out.push(event(Platform::Facebook, "The body holds no event."));
    }
    out
}

fn entries(body: &Value) -> Vec<Message> {
    let object = body["object"].as_str().unwrap_or("page");
    let mut out = Vec::new();
    for entry in json::list(&body["entry"]).iter().take(MAX_ITEMS) {
        let before = out.len();
        match object {
            "whatsapp_business_account" => {
                for change in json::list(&entry["changes"]).iter().take(MAX_ITEMS) {
                    out.extend(whatsapp::change(change));
                }
            }
            _ => out.extend(meta::entry(entry, object)),
        }
        if out.len() == before {
            out.push(event(
                if object == "instagram" { Platform::Instagram } else { Platform::Facebook },
                "An entry holds no change and no message.",
            ));
        }
        if out.len() > MAX_ITEMS {
            break;
        }
    }
    out
}

/// An item with its platform set and nothing else known.
fn item(platform: Platform, public: bool) -> (Message, Social) {
    let message = Message { channel: Channel::Social, ..Message::default() };
    let social = Social {
        platform,
        public,
        verb: Verb::Add,
        account: None,
        parent: None,
        thread: None,
        no_message: false,
        event_at: None,
        unreadable: false,
    };
    (message, social)
}

/// Puts the two together. What nobody said to us is a machine's notification.
fn finish(mut message: Message, mut social: Social) -> Message {
    if message.sent_at.is_none() {
        message.sent_at = social.event_at;
    }
    if message.text.trim().is_empty() && message.attachments.is_empty() && !social.unreadable && social.verb == Verb::Add {
        social.no_message = true;
    }
    if social.no_message {
        message.automatic = Some(Automatic::Notification);
    }
    message.social = Some(social);
    message
}

/// An event of a kind that says nothing to us, or that is not known.
fn event(platform: Platform, what: &str) -> Message {
    let (mut message, mut social) = item(platform, false);
    social.no_message = true;
    message.defects.push(json::strange(what));
    finish(message, social)
}

fn verb(word: &str) -> Verb {
    match word.to_ascii_lowercase().as_str() {
        "edit" | "edited" | "update" | "updated" => Verb::Edit,
        "remove" | "removed" | "delete" | "deleted" => Verb::Remove,
        _ => Verb::Add,
    }
}

#[cfg(test)]
mod tests;
