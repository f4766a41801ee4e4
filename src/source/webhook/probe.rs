//! What `doctor` and `postroom webhook` ask of an endpoint: the platform's own questions, from outside in.

use super::{Door, Lock};
use crate::ambient::Ambient;
use crate::http::{self, Answer, Failed, Request, Url};
use crate::model::finding::Finding;
use crate::signature::{standard, x};
use form_urlencoded::Serializer;

impl Door {
    /// Asks the endpoint at `base` (`https://host`, without a path) for its handshake, and whether it turns a false signature away.
    pub async fn probe(&self, base: &Url, ambient: &Ambient) -> Vec<Finding> {
        let mut findings = vec![Finding::fine("its secrets can be read")];
        let word: String = ambient.random::<8>().iter().map(|b| format!("{b:02x}")).collect();
        let query = |pairs: &[(&str, &str)]| Serializer::new(String::new()).extend_pairs(pairs).finish();
        let asked = match &self.lock {
            Lock::Meta { verify_token, .. } => {
                let token = String::from_utf8_lossy(verify_token);
                Some((query(&[("hub.mode", "subscribe"), ("hub.challenge", &word), ("hub.verify_token", &token)]), word.clone()))
            }
            Lock::X { secrets } => {
                let token = secrets.first().map(|secret| x(secret, word.as_bytes())).unwrap_or_default();
                Some((query(&[("crc_token", &word)]), serde_json::json!({ "response_token": token }).to_string()))
            }
            Lock::Standard { .. } => None,
        };
        if let Some((query, expected)) = asked {
            let path = format!("/webhooks/{}?{query}", self.name);
            match http::send(Request { method: "GET", url: base, path: &path, headers: &[], body: Vec::new() }).await {
                Ok(answer) if answer.status == 200 && answer.body == expected.as_bytes() => {
                    findings.push(Finding::fine("answers the platform's handshake"));
                }
                Ok(answer) => findings.push(Finding::wrong(format!(
                    "answers the platform's handshake with {}: does another Postroom, or one with another configuration, listen at {}?",
                    answer.status,
                    base.host()
                ))),
                Err(failed) => return vec![unreached(base, &failed)],
            }
        }
        let body = b"{}".to_vec();
        let mut headers = self.lock.sign(&body, &word, ambient);
        if let Some((_, signature)) = headers.last_mut() {
            *signature = signature.chars().rev().collect();
        }
        match self.send(base, &headers, body).await {
            Ok(answer) if answer.status == 401 => findings.push(Finding::fine("turns a false signature away")),
            Ok(answer) => findings.push(Finding::wrong(format!("answers a false signature with {} and not with 401", answer.status))),
            Err(failed) => return vec![unreached(base, &failed)],
        }
        findings
    }

    /// Posts a body to the endpoint at `base` as the platform would.
    ///
    /// # Errors
    /// No answer.
    pub async fn send(&self, base: &Url, headers: &[(&'static str, String)], body: Vec<u8>) -> Result<Answer, Failed> {
        let mut with: Vec<(&'static str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        with.push(("content-type", "application/json"));
        http::send(Request { method: "POST", url: base, path: &format!("/webhooks/{}", self.name), headers: &with, body }).await
    }
}

impl Lock {
    /// The headers by which the platform signs a body; the signature is the last. `id`: the event's name, where the platform signs one.
    pub fn sign(&self, body: &[u8], id: &str, ambient: &Ambient) -> Vec<(&'static str, String)> {
        match self {
            Lock::Meta { secrets, .. } => {
                let secret = secrets.first().map(Vec::as_slice).unwrap_or_default();
                vec![("x-hub-signature-256", crate::signature::meta(secret, body))]
            }
            Lock::X { secrets } => {
                let secret = secrets.first().map(Vec::as_slice).unwrap_or_default();
                vec![("x-twitter-webhooks-signature", x(secret, body))]
            }
            Lock::Standard { keys } => {
                let (now, first) = (ambient.now(), &keys[..keys.len().min(1)]);
                let signed = standard::sign(first, id, now, body);
                vec![("webhook-id", id.to_owned()), ("webhook-timestamp", now.as_second().to_string()), ("webhook-signature", signed)]
            }
        }
    }
}

fn unreached(base: &Url, failed: &Failed) -> Finding {
    Finding::warning(format!("nobody answers at {} ({failed}): start Postroom, and ask doctor again", base.host()))
}
