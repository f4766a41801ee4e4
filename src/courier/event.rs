//! Events for a landlord's case system: Standard Webhooks, signed anew at each try, under one id.

use super::{Outcome, Why};
use crate::config::{EventsOut, secret};
use crate::http::{self, Failed, Request, Url};
use crate::model::finding::Finding;
use crate::signature::standard::{self, Key};
use jiff::Timestamp;

/// Where a landlord's events go.
#[derive(Clone, Debug)]
pub struct Receiver {
    url: Url,
    keys: Vec<Key>,
}

impl Receiver {
    /// # Errors
    /// A secret that cannot be read or is none, in words for the operator.
    pub fn of(landlord: &str, set: &EventsOut) -> Result<Receiver, String> {
        let wrong = |says: String| format!("[landlord.events] of `{landlord}`: {says}");
        let text = secret(&set.secret_file).map_err(wrong)?;
        let keys = standard::keys(&text).map_err(|says| wrong(format!("the secret file {}: {says}", set.secret_file.display())))?;
        Ok(Receiver { url: set.url.clone(), keys })
    }

    /// `id` stays the same over all tries; the timestamp and the signature are the try's own (Standard Webhooks 1.0.0).
    pub async fn carry(&self, id: &str, body: &str, now: Timestamp) -> Outcome {
        let timestamp = now.as_second().to_string();
        let signature = standard::sign(&self.keys, id, now, body.as_bytes());
        let headers = [
            ("content-type", "application/json"),
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        let request = Request { method: "POST", url: &self.url, path: "", headers: &headers, body: body.as_bytes().to_vec() };
        match http::send(request).await {
            Ok(answer) if answer.is_success() => Outcome::Sent { answer: answer.status.to_string() },
            Ok(answer) => {
                let why = match answer.status {
                    401 | 403 => Why::Access,
                    429 => Why::Throttled,
                    502..=504 => Why::Busy,
                    _ => Why::Refused,
                };
                Outcome::Later { code: Some(answer.status), why, after: answer.retry_after }
            }
            // Heard or not: it goes again under the same id.
            Err(Failed::Lost) => Outcome::Unknown { why: Why::Connection },
            Err(failed) => Outcome::Deferred { code: None, why: Why::Connection, blocked: false, answer: failed.to_string() },
        }
    }

    /// For `doctor`: an event that says nothing, which a receiver answers with 2xx as any other that it does not use.
    pub async fn probe(&self, instance: &str, now: Timestamp) -> Finding {
        let body = serde_json::json!({ "type": "postroom.ping", "timestamp": now.to_string(), "data": {} }).to_string();
        match self.carry(&format!("ping_{instance}_{}", now.as_second()), &body, now).await {
            Outcome::Sent { .. } => Finding::fine("the case system takes signed events"),
            Outcome::Later { code: Some(code @ (401 | 403)), .. } => {
                Finding::wrong(format!("the case system refuses our signature ({code}): compare the two secrets, and the clocks"))
            }
            Outcome::Later { code: Some(code), .. } => {
                Finding::wrong(format!("the case system answers an event with {code}: it must be 2xx"))
            }
            Outcome::Deferred { answer, .. } => Finding::wrong(answer),
            _ => Finding::wrong("the case system does not answer within 30 s"),
        }
    }
}
