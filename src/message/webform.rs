//! A web form's submission: `name, email, phone, address, message, submitted_at`, bare or under `data`, in a Standard Webhooks
//! envelope or none. Forms are built by many hands, so near names of the fields are taken too.

use super::email::address::{clean, loose};
use super::json::{id, instant, list, text_of};
use super::{Outside, attachment};
use crate::model::address::Party;
use crate::model::message::{Attachment, Channel, Defect, Message, Webform};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const NAME: &[&str] = &["name", "full_name", "fullname", "your_name", "contact_name", "customer_name", "resident_name", "tenant_name"];
const EMAIL: &[&str] = &["email", "email_address", "your_email", "e_mail", "contact_email", "mail"];
const PHONE: &[&str] = &["phone", "telephone", "phone_number", "mobile", "tel", "contact_number", "telephone_number", "mobile_number"];
const ADDRESS: &[&str] = &["address", "full_address", "home_address", "property_address", "property", "your_address"];
const MESSAGE: &[&str] = &[
    "message",
    "complaint",
    "description",
    "details",
    "comments",
    "comment",
    "enquiry",
    "feedback",
    "body",
    "text",
    "your_message",
    "what_happened",
];
const AT: &[&str] = &["submitted_at", "submittedat", "created_at", "createdat", "timestamp", "date", "time"];
const SUBJECT: &[&str] = &["subject", "topic", "title", "category"];
/// Files of one form that are looked into.
const MAX_FILES: usize = 20;
/// Fields of the envelope and of spam guards: no words of the person's.
const AROUND: &[&str] = &[
    "type",
    "id",
    "form",
    "form_id",
    "form_name",
    "source",
    "page",
    "url",
    "ip",
    "user_agent",
    "token",
    "csrf",
    "consent",
    "gdpr",
    "locale",
    "first_name",
    "last_name",
    "firstname",
    "lastname",
    "surname",
    "postcode",
    "post_code",
    "postal_code",
    "reference",
    "submission_id",
    "event",
    "version",
    "site",
    "honeypot",
    "recaptcha",
];

pub fn read(value: &Value, outside: Option<Outside>) -> Message {
    let mut message = Message { channel: Channel::Webform, ..Message::default() };
    let fields = fields(value);
    let get = |names: &[&str]| names.iter().find_map(|n| fields.iter().find(|(k, v)| k == n && !v.is_empty()).map(|(_, v)| v.clone()));
    let name = get(NAME).or_else(|| {
        let parts: Vec<String> =
            [get(&["first_name", "firstname", "forename"]), get(&["last_name", "lastname", "surname"])].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    let email = get(EMAIL);
    message.from = Party { name, email: email.as_deref().and_then(|e| clean(e).or_else(|| loose(e).into_iter().next())), id: None };
    if email.is_some() && message.from.email.is_none() {
        message.defects.push(Defect::new("bad-address", "The e-mail address in the form is not one; there is nowhere to answer."));
    }
    message.subject = get(SUBJECT).unwrap_or_default();
    let postcode = get(&["postcode", "post_code", "postal_code"]);
    let address = match (get(ADDRESS), postcode) {
        (Some(a), Some(p)) if !a.to_lowercase().contains(&p.to_lowercase()) => Some(format!("{a}, {p}")),
        (a, p) => a.or(p),
    };
    message.webform = Some(Webform { phone: get(PHONE), address });
    message.text = get(MESSAGE).unwrap_or_default().trim().to_owned();
    // The landlord's own questions ("what would put it right?") are words too.
    let asked = [NAME, EMAIL, PHONE, ADDRESS, MESSAGE, AT, SUBJECT, AROUND];
    let more = fields.iter().filter(|(k, v)| !v.is_empty() && v.contains(' ') && !asked.iter().any(|names| names.contains(&k.as_str())));
    for (key, said) in more.take(50) {
        let label = key.replace('_', " ");
        message.text = format!("{}\n\n{label}: {said}", message.text).trim().to_owned();
    }
    message.message_id = get(&["submission_id"]).or_else(|| id(&value["id"]));
    let when = AT.iter().find_map(|n| [&value["data"][*n], &value[*n]].into_iter().find_map(instant));
    message.sent_at = when.or_else(|| get(AT).and_then(|t| instant(&Value::String(t))));
    let files = list(&value["data"]["attachments"]).iter().chain(list(&value["attachments"]));
    message.attachments = files.take(MAX_FILES).map(|file| attached(file, outside)).collect();
    if message.text.is_empty() {
        message.defects.push(Defect::new("no-text", "The form has no message in it."));
        message.quoted = serde_json::to_string_pretty(value).unwrap_or_default();
    }
    message
}

/// A file as our own form sends it: `{"name", "type", "content"}`, the content in base64 (RFC 4648 §4).
fn attached(file: &Value, outside: Option<Outside>) -> Attachment {
    let name = text_of(file, &["name"]);
    let bytes = file["content"].as_str().and_then(|c| STANDARD.decode(c).ok()).unwrap_or_default();
    let mime = attachment::kind(name.as_deref().unwrap_or_default(), file["type"].as_str().unwrap_or_default(), &bytes);
    let text = attachment::words(&mime, &bytes, outside);
    Attachment { name, mime, bytes: bytes.len(), text }
}

/// Every scalar field, names in snake case, `data` (or what forms call it) opened; two levels and a few hundred fields, no more.
fn fields(value: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let inner = ["data", "fields", "form_response", "submission", "payload", "answers", "values"]
        .iter()
        .map(|k| &value[*k])
        .find(|v| v.is_object() || v.is_array());
    for source in inner.into_iter().chain(std::iter::once(value)) {
        let pairs: Vec<(String, &Value)> = match source {
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
            // [{"name": …, "value": …}], as form builders send it
            Value::Array(list) => list
                .iter()
                .take(300)
                .filter_map(|f| Some((f["name"].as_str().or(f["key"].as_str()).or(f["label"].as_str())?.to_owned(), &f["value"])))
                .collect(),
            _ => Vec::new(),
        };
        for (key, value) in pairs.into_iter().take(300) {
            let key = key.trim().replace(['-', ' '], "_").to_lowercase();
            let text = match value {
                Value::Array(list) => list.iter().take(50).filter_map(scalar).collect::<Vec<_>>().join(", "),
                Value::Object(map) if key.contains("address") || key.contains("name") => {
                    map.values().take(20).filter_map(scalar).collect::<Vec<_>>().join(if key.contains("name") { " " } else { ", " })
                }
                other => scalar(other).unwrap_or_default(),
            };
            out.push((key, text.replace("\r\n", "\n").trim().to_owned()));
        }
    }
    out
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads_bare_and_wrapped_submissions() {
        for body in [
            r#"{"name":"Jo","email":"Jo@Home.example","phone":"01632 960000","address":"1 Elm Court","message":"no heat","submitted_at":"2026-03-02T09:14:00Z"}"#,
            r#"{"type":"webform.submitted","timestamp":"2026-03-02T09:14:00Z","data":{"form":"complaint","Name":"Jo","e-mail":"jo@home.example","phone":"01632 960000","address":"1 Elm Court","message":"no heat"}}"#,
        ] {
            let m = read(&serde_json::from_str(body).unwrap(), None);
            assert_eq!(
                (m.from.name.as_deref(), m.from.email.unwrap().as_str(), m.text.as_str()),
                (Some("Jo"), "jo@home.example", "no heat")
            );
            assert_eq!(m.sent_at.unwrap().to_string(), "2026-03-02T09:14:00Z");
            assert_eq!(m.webform.unwrap().address.as_deref(), Some("1 Elm Court"));
        }
    }

    #[test]
    fn a_form_that_cannot_be_answered_is_still_read() {
        let m = read(
            &serde_json::json!({"name": "Jo", "email": "none", "message": "damp", "What would put it right?": "a new fan please"}),
            None,
        );
        assert_eq!(m.from.email, None);
        assert_eq!(m.defects[0].code, "bad-address");
        assert!(m.text.starts_with("damp\n\n") && m.text.contains("a new fan please"));
        assert_eq!(read(&serde_json::json!({}), None).defects[0].code, "no-text");
    }

    #[test]
    fn a_letter_sent_with_a_form_is_read() {
        let file = serde_json::json!({"name": "letter.txt", "type": "text/plain", "content": "Tm8gaGVhdGluZyBmb3IgYSB3ZWVr"});
        let m = read(
            &serde_json::json!({"data": {"message": "see my letter", "attachments": [file, {"name": "x", "content": "no base64"}]}}),
            None,
        );
        assert_eq!((m.attachments[0].text.as_deref(), m.attachments[0].bytes), (Some("No heating for a week"), 21));
        assert_eq!((m.attachments[1].name.as_deref(), m.attachments[1].bytes), (Some("x"), 0));
    }
}
