//! How each platform proves itself. Always over the raw bytes, before anything is parsed; what is not proven is not read.

use super::Refusal;
use crate::signature::standard::{self, Key, Refused};
use crate::signature::{is_meta, is_x, same, x};
use axum::http::HeaderMap;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt;

/// What opens a door. Several secrets while they change: the first is the one in use.
#[derive(Clone)]
pub enum Lock {
    /// Facebook, Messenger, Instagram and WhatsApp (channels of <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>).
    Meta { secrets: Vec<Vec<u8>>, verify_token: Vec<u8> },
    /// <https://docs.x.com/x-api/webhooks/introduction>
    X { secrets: Vec<Vec<u8>> },
    /// Standard Webhooks: web forms, and anything else that signs so.
    Standard { keys: Vec<Key> },
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lock::Meta { .. } => "Meta",
            Lock::X { .. } => "X",
            Lock::Standard { .. } => "Standard",
        })
    }
}

/// The headers that a signature stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    signature: String,
    /// Standard Webhooks only.
    id: String,
    timestamp: String,
}

impl Lock {
    /// Answers a platform's challenge: its content type and its text. `query` is the raw query of the GET.
    ///
    /// # Errors
    /// The wrong word, or no challenge at all.
    pub fn handshake(&self, query: &str) -> Result<(&'static str, String), Refusal> {
        let given = |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        match self {
            Lock::Meta { verify_token, .. } => {
                let token = given("hub.verify_token").unwrap_or_default();
                let challenge = given("hub.challenge").filter(|c| c.len() <= 200 && c.bytes().all(|b| b.is_ascii_graphic()));
                let asked = given("hub.mode").as_deref() == Some("subscribe");
                match challenge {
                    Some(challenge) if same(verify_token, token.as_bytes()) && asked => Ok(("text/plain", challenge)),
                    _ => Err(Refusal::WrongToken),
                }
            }
            Lock::X { secrets } => {
                // The answer is the same HMAC by which X signs its posts. A token that could be a JSON object would let anybody have his
                // own post signed here, so only tokens without its marks are answered, and only objects are taken as posts.
                let plain =
                    |t: &String| !t.is_empty() && t.len() <= 200 && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=+/.".contains(&b));
                let token = given("crc_token").filter(plain).ok_or(Refusal::WrongToken)?;
                let secret = secrets.first().ok_or(Refusal::WrongToken)?;
                Ok(("application/json", serde_json::json!({ "response_token": x(secret, token.as_bytes()) }).to_string()))
            }
            Lock::Standard { .. } => Err(Refusal::WrongToken),
        }
    }

    /// The signature's headers, each once.
    ///
    /// # Errors
    /// One is missing, twice there, or no text: nothing is guessed.
    pub fn proof(&self, headers: &HeaderMap) -> Result<Proof, Refusal> {
        let one = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let value = values.next().filter(|_| values.next().is_none()).and_then(|v| v.to_str().ok());
            value.map(str::to_owned).filter(|v| !v.is_empty()).ok_or(Refusal::Unsigned)
        };
        match self {
            // The older X-Hub-Signature is SHA-1, and no proof any more.
            Lock::Meta { .. } => Ok(Proof { signature: one("x-hub-signature-256")?, ..Proof::default() }),
            Lock::X { .. } => Ok(Proof { signature: one("x-twitter-webhooks-signature")?, ..Proof::default() }),
            Lock::Standard { .. } => {
                Ok(Proof { signature: one("webhook-signature")?, id: one("webhook-id")?, timestamp: one("webhook-timestamp")? })
            }
        }
    }

    /// Proves the body, and gives its identity at the platform: the id that the sender signed with it, or where there is none (Meta, X) the
    /// digest of the bytes. The items inside have ids of their own, by which they are known when they come again in another batch.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn verify(&self, proof: &Proof, body: &[u8], now: Timestamp) -> Result<String, Refusal> {
        match self {
            Lock::Meta { secrets, .. } => {
                if !secrets.iter().any(|secret| is_meta(secret, body, &proof.signature)) {
                    return Err(Refusal::Forged);
                }
            }
            Lock::X { secrets } => {
                if !secrets.iter().any(|secret| is_x(secret, body, &proof.signature)) {
                    return Err(Refusal::Forged);
                }
                if !body.trim_ascii_start().starts_with(b"{") {
                    return Err(Refusal::NoObject);
                }
            }
            Lock::Standard { keys } => {
                standard::verify(keys, &proof.id, &proof.timestamp, &proof.signature, body, now).map_err(|refused| match refused {
                    Refused::Malformed => Refusal::Unsigned,
                    Refused::Stale => Refusal::Stale,
                    Refused::Forged => Refusal::Forged,
                })?;
                return Ok(proof.id.clone());
            }
        }
        let digest = Sha256::digest(body);
        Ok(digest.iter().fold(String::from("sha256:"), |text, byte| format!("{text}{byte:02x}")))
    }
}
