//! What a person filled in.

use crate::ambient::Ambient;
use crate::model::address::Address;
use crate::source::webhook::Refusal;
use axum::extract::Multipart;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// All files together, in bytes, and how many.
const MAX_FILES: usize = 10_000_000;
const MOST_FILES: usize = 5;
/// The files, the words, and what a browser writes around them.
pub const MAX_BODY: usize = MAX_FILES + 500_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Given {
    /// Random, made with the page: the same for each press of its button.
    pub submission: String,
    pub message: String,
    pub outcome: String,
    pub name: String,
    pub address: String,
    pub email: String,
    pub phone: String,
    /// A field that nobody sees: whoever fills it in is a machine, or a browser that fills in too much.
    #[serde(skip)]
    pub website: String,
    #[serde(skip)]
    pub files: Vec<File>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    name: String,
    kind: String,
    bytes: Vec<u8>,
}

impl Given {
    /// An empty form.
    pub fn new(ambient: &Ambient) -> Given {
        Given { submission: ambient.random::<16>().iter().map(|b| format!("{b:02x}")).collect(), ..Given::default() }
    }

    /// What must be put right, by field. As little as can be: a complaint without a name is one too.
    pub fn errors(&self) -> BTreeMap<&'static str, &'static str> {
        let mut errors = BTreeMap::new();
        if self.message.is_empty() {
            errors.insert("message", "Tell us what happened");
        }
        if !self.email.is_empty() && !Address::parse(&self.email).is_some_and(|a| a.domain().contains('.')) {
            errors.insert("email", "Enter an email address like name@example.org, or leave it empty");
        }
        if self.files.len() > MOST_FILES {
            errors.insert("files", "Choose at most 5 files");
        }
        if !self.website.is_empty() {
            errors.insert("website", "Empty the last field: it must stay empty");
        }
        errors
    }

    pub fn reachable(&self) -> bool {
        [&self.email, &self.phone, &self.address].iter().any(|f| !f.is_empty())
    }

    /// As a web form sends it (design of `message::webform`). The same for the same words and files: no time is in it.
    pub fn json(&self, form: &str) -> Vec<u8> {
        let file = |f: &File| json!({ "name": f.name, "type": f.kind, "content": STANDARD.encode(&f.bytes) });
        let value = json!({ "type": "webform.submitted", "data": {
            "form": form, "submission_id": self.submission, "name": self.name, "email": self.email, "phone": self.phone,
            "address": self.address, "message": self.message, "what_would_put_it_right": self.outcome,
            "attachments": self.files.iter().map(file).collect::<Vec<_>>(),
        } });
        value.to_string().into_bytes()
    }
}

/// Reads what a browser sends (RFC 7578). Fields that are not ours are passed over.
pub async fn read(mut parts: Multipart, ambient: &Ambient) -> Result<Given, Refusal> {
    let mut given = Given::new(ambient);
    let refused = |e: axum::extract::multipart::MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        _ => Refusal::NoObject,
    };
    let mut size = 0;
    while let Some(part) = parts.next_field().await.map_err(refused)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let kind = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(refused)?;
        if field == "files" {
            size += bytes.len();
            if size > MAX_FILES {
                return Err(Refusal::TooLarge);
            }
            // A browser sends one empty file where none was chosen.
            if !bytes.is_empty() {
                given.files.push(File { name: file.unwrap_or_default(), kind, bytes: bytes.into() });
            }
            continue;
        }
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned();
        match field.as_str() {
            "submission" if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) => given.submission = text,
            "message" => given.message = text,
            "outcome" => given.outcome = text,
            "name" => given.name = text,
            "address" => given.address = text,
            "email" => given.email = text,
            "phone" => given.phone = text,
            "website" => given.website = text,
            _ => {}
        }
    }
    Ok(given)
}
