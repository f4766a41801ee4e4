//! WhatsApp Cloud API (<https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks>).

use super::meta::mime;
use super::{event, finish, item};
use crate::message::json::{self, MAX_ITEMS, id, id_of, instant, list, text_of};
use crate::model::address::Party;
use crate::model::message::{Attachment, Defect, Message, Platform, Verb};
use serde_json::Value;

/// A `value` object without its entry, as some relays post it.
pub fn is_bare(body: &Value) -> bool {
    body["messaging_product"] == "whatsapp" && (body["messages"].is_array() || body["statuses"].is_array())
}

pub fn change(change: &Value) -> Vec<Message> {
    value(&change["value"], change["field"].as_str())
}

pub fn value(value: &Value, field: Option<&str>) -> Vec<Message> {
    let mut out = Vec::new();
    let ours = id_of(&value["metadata"], &["phone_number_id", "display_phone_number"]);
    let echo = field.is_some_and(|f| f.contains("echo"));
    for name in ["messages", "message_echoes"] {
        for one in list(&value[name]).iter().take(MAX_ITEMS) {
            out.push(message(one, value, ours.clone(), echo || name == "message_echoes"));
        }
    }
    for status in list(&value["statuses"]).iter().take(MAX_ITEMS) {
        let (mut m, mut social) = item(Platform::Whatsapp, false);
        social.account = ours.clone();
        social.no_message = true;
        social.event_at = instant(&status["timestamp"]);
        social.thread = id_of(status, &["recipient_id", "recipient_user_id"]);
        m.about = id(&status["id"]).into_iter().collect();
        out.push(finish(m, social));
    }
    if out.is_empty() {
        // Calls, templates, account and quality updates, errors: nobody said anything to us.
        let (mut m, mut social) = item(Platform::Whatsapp, false);
        social.account = ours;
        social.no_message = true;
        social.event_at = instant(&value["timestamp"]).or_else(|| list(&value["calls"]).first().and_then(|c| instant(&c["timestamp"])));
        m.message_id = list(&value["calls"]).first().and_then(|c| id(&c["id"]));
        m.from.id = list(&value["calls"]).first().and_then(|c| id(&c["from"]));
        if field.is_none() && !value.is_object() {
            return vec![event(Platform::Whatsapp, "A change without a value.")];
        }
        out.push(finish(m, social));
    }
    out
}

fn message(one: &Value, value: &Value, ours: Option<String>, echo: bool) -> Message {
    let (mut m, mut social) = item(Platform::Whatsapp, false);
    let from = id_of(one, &["from", "from_user_id"]);
    // The name stands in `contacts`, by number or by the newer business-scoped id.
    let contact = list(&value["contacts"]).iter().find(|c| {
        ["wa_id", "user_id"]
            .iter()
            .any(|k| id(&c[*k]).is_some_and(|v| Some(&v) == from.as_ref() || id(&one["from_user_id"]).as_ref() == Some(&v)))
    });
    let contact = contact.or_else(|| list(&value["contacts"]).first().filter(|_| list(&value["messages"]).len() == 1));
    m.from = Party {
        name: contact.and_then(|c| text_of(&c["profile"], &["name", "username"])),
        email: None,
        id: from.clone().or_else(|| contact.and_then(|c| id_of(c, &["wa_id", "user_id"]))),
    };
    m.message_id = id(&one["id"]);
    social.account = ours;
    social.thread = m.from.id.clone().or_else(|| id(&one["group_id"]));
    social.parent = id(&one["context"]["id"]);
    social.event_at = instant(&one["timestamp"]);
    let kind = one["type"].as_str().unwrap_or_default();
    content(kind, one, &mut m, &mut social);
    if echo || one["to"].is_string() && one["from"] == value["metadata"]["display_phone_number"] {
        social.no_message = true;
    }
    finish(m, social)
}

fn content(kind: &str, one: &Value, m: &mut Message, social: &mut crate::model::message::Social) {
    let body = &one[kind];
    match kind {
        "text" => m.text = text_of(body, &["body"]).unwrap_or_default(),
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => {
            m.text = text_of(body, &["caption"]).unwrap_or_default();
            let declared = text_of(body, &["mime_type"]).map(|t| t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
            let name = text_of(body, &["filename"]).or_else(|| Some(kind.to_owned()));
            m.attachments.push(Attachment { name, mime: declared.unwrap_or_else(|| mime(kind)), bytes: 0, text: None });
        }
        "button" => m.text = text_of(body, &["text", "payload"]).unwrap_or_default(),
        "interactive" => {
            let inner = &body[body["type"].as_str().unwrap_or("button_reply")];
            let said: Vec<String> = ["title", "description", "body", "response"].iter().filter_map(|k| text_of(inner, &[k])).collect();
            m.text = said.into_iter().chain(answers(inner)).collect::<Vec<_>>().join("\n");
            social.no_message = body["type"] == "call_permission_reply";
        }
        "location" => {
            let place: Vec<String> = ["name", "address"].iter().filter_map(|k| text_of(body, &[k])).collect();
            let point = id(&body["latitude"]).zip(id(&body["longitude"])).map(|(a, b)| format!("{a}, {b}"));
            m.text = format!("Location: {}", place.into_iter().chain(point).collect::<Vec<_>>().join(", "));
        }
        "contacts" => {
            let cards = list(body).iter().take(50).map(|c| {
                let name = text_of(&c["name"], &["formatted_name", "first_name"]).unwrap_or_default();
                let phones = list(&c["phones"]).iter().filter_map(|p| text_of(p, &["phone", "wa_id"]));
                let emails = list(&c["emails"]).iter().filter_map(|e| text_of(e, &["email"]));
                std::iter::once(name).chain(phones).chain(emails).filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ")
            });
            m.text = format!("Contact: {}", cards.collect::<Vec<_>>().join("; "));
        }
        "order" => {
            m.text = text_of(body, &["text"]).unwrap_or_default();
            social.no_message = m.text.is_empty();
        }
        "edit" => {
            social.verb = Verb::Edit;
            let inner = &body["message"];
            m.message_id = id(&body["original_message_id"]).or(m.message_id.take());
            if let Some(kind) = inner["type"].as_str().filter(|k| *k != "edit") {
                content_of_edit(kind, inner, m, social);
            } else {
                m.text = text_of(&inner["text"], &["body"]).or_else(|| text_of(body, &["body", "text"])).unwrap_or_default();
            }
        }
        "revoke" => {
            social.verb = Verb::Remove;
            social.no_message = true;
            m.message_id = id(&body["original_message_id"]).or(m.message_id.take());
        }
        "reaction" => {
            social.no_message = true;
            social.parent = id(&body["message_id"]);
        }
        "system" | "request_welcome" | "ephemeral" | "errors" => social.no_message = true,
        "unsupported" | "unknown" | "" => {
            social.unreadable = true;
            m.defects.push(Defect::new("unsupported-message", "WhatsApp does not pass on a message of this kind; it must be read there."));
        }
        _ => {
            m.text = text_of(body, &["body", "text", "caption", "title"]).unwrap_or_default();
            m.defects.push(json::strange("A WhatsApp message of a kind that is not known."));
            social.unreadable = m.text.is_empty();
        }
    }
    if m.text.is_empty() && one["text"]["body"].is_string() && kind != "edit" {
        m.text = text_of(&one["text"], &["body"]).unwrap_or_default();
    }
}

/// What was filled into a form of the conversation ("flow"): JSON within a text, the landlord's own questions as its names.
fn answers(inner: &Value) -> Vec<String> {
    let form = inner["response_json"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok()).unwrap_or_default();
    let fields =
        form.as_object().into_iter().flatten().filter(|(name, _)| !matches!(name.as_str(), "flow_token" | "flow_id" | "flow_name"));
    let said = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => Some(list.iter().take(50).filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", ")),
        _ => None,
    };
    let written = |(name, value): (&String, &Value)| {
        let said = said(value).filter(|said| !said.is_empty())?;
        Some(format!("{}: {said}", name.replace('_', " ")))
    };
    fields.take(50).filter_map(written).collect()
}

/// The message inside an edit is no edit itself, so this goes one step down and no further.
fn content_of_edit(kind: &str, inner: &Value, m: &mut Message, social: &mut crate::model::message::Social) {
    content(kind, inner, m, social);
    social.verb = Verb::Edit;
}
