//! OAuth 2.0 for mail servers that take no passwords (Microsoft 365, Google): an access token is fetched from the provider, kept until
//! shortly before it runs out, and fetched anew when a server refuses it (RFC 6749 §4.4, §6). XOAUTH2 itself is spoken by `source` and
//! `courier`.

use crate::config::{Grant, Oauth2, secret};
use crate::http::{self, Answer, Failed, Request};
use crate::log;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A token is fetched anew when less than this is left of it: a login in hand must not meet its end.
const SPARE: Duration = Duration::from_secs(300);
/// RFC 6749 §5.1 leaves `expires_in` out where it is known otherwise; both large providers' tokens live for an hour.
const USUAL_LIFE: Duration = Duration::from_secs(3600);

/// How an account proves itself to a mail server.
#[derive(Clone)]
pub enum Login {
    Password {
        user: String,
        password: String,
    },
    /// XOAUTH2 (developers.google.com/gmail/imap/xoauth2-protocol; Microsoft 365 speaks the same), for the mailbox or for whoever may act for it.
    Token {
        user: String,
        tokens: Arc<Tokens>,
    },
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(..)")
    }
}

/// One account's tokens. Shared by all who log in as it, so that they ask the provider once.
pub struct Tokens {
    set: Oauth2,
    held: Mutex<Option<Held>>,
}

struct Held {
    token: String,
    until: Instant,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}

/// Why there is no token. Says what to do; quotes nothing of the provider's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A secret that cannot be read.
    Secret(String),
    Failed(Failed),
    /// The provider is down or asks for patience.
    Busy,
    Client,
    SecretExpired,
    Tenant,
    Grant,
    Consent,
    Scope,
    /// Any other refusal, with its status.
    Refused(u16),
    /// An answer without an access token.
    NoToken,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::Secret(says) => says,
            Trouble::Failed(failed) => return write!(f, "no access token: {failed} (`token_url`)"),
            Trouble::Busy => "no access token: the provider asks to try again later",
            Trouble::Client => "no access token: the provider does not know the app or its secret: check `client_id` and `client_secret_file`",
            Trouble::SecretExpired => "no access token: the app's secret has run out: make a new one and put it into `client_secret_file`",
            Trouble::Tenant => "no access token: the provider knows no such tenant, or not this app in it: check `token_url` and `client_id`",
            Trouble::Grant => {
                "no access token: the refresh token has run out or was taken back: consent again, and put the new one into `refresh_token_file`"
            }
            Trouble::Consent => "no access token: nobody has consented to what the app asks for: an administrator must",
            Trouble::Scope => "no access token: the provider does not know the `scope`",
            Trouble::Refused(status) => return write!(f, "no access token: the provider refuses with status {status}: check [oauth2]"),
            Trouble::NoToken => "no access token: what answers at `token_url` is no OAuth 2.0 provider",
        })
    }
}

impl std::error::Error for Trouble {}

impl Tokens {
    pub fn new(set: Oauth2) -> Tokens {
        Tokens { set, held: Mutex::new(None) }
    }

    /// A token that is good for some minutes yet.
    ///
    /// # Errors
    /// Why the provider gives none.
    pub async fn token(&self) -> Result<String, Trouble> {
        // Held over the request: who comes meanwhile waits for the same token.
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|h| h.until > Instant::now()) {
            return Ok(held.token.clone());
        }
        let fresh = self.fetch().await?;
        Ok(held.insert(fresh).token.clone())
    }

    /// A server refused this token: the next is fetched anew, unless another already was.
    pub async fn refused(&self, token: &str) {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|h| h.token == token) {
            *held = None;
        }
    }

    /// Whatever is held is thrown away.
    pub async fn forget(&self) {
        *self.held.lock().await = None;
    }

    async fn fetch(&self) -> Result<Held, Trouble> {
        let asked = Instant::now();
        let client_secret = self.set.client_secret_file.as_deref().map(|f| secret(f).map_err(Trouble::Secret)).transpose()?;
        let refresh = match &self.set.grant {
            Grant::ClientCredentials => None,
            Grant::RefreshToken { file, kept } => Some((refresh_token(file, kept).map_err(Trouble::Secret)?, file, kept)),
        };
        let grant = if refresh.is_some() { "refresh_token" } else { "client_credentials" };
        let proof = client_secret.as_deref().filter(|_| self.set.in_header).map(|secret| basic(&self.set.client_id, secret));
        let form = [
            ("grant_type", Some(grant)),
            ("client_id", Some(self.set.client_id.as_str()).filter(|_| proof.is_none())),
            ("client_secret", client_secret.as_deref().filter(|_| proof.is_none())),
            ("scope", self.set.scope.as_deref()),
            ("refresh_token", refresh.as_ref().map(|(token, ..)| token.as_str())),
        ];
        let given = form.iter().filter_map(|&(name, value)| Some((name, value?)));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish().into_bytes();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(proof.as_deref().map(|proof| ("authorization", proof)));
        let request = Request { method: "POST", url: &self.set.token_url, path: "", headers: &headers, body };
        let answer = http::send(request).await.map_err(Trouble::Failed)?;
        let json = answer.json();
        if !answer.is_success() {
            return Err(refusal(&answer, &json));
        }
        let token = json["access_token"].as_str().filter(|t| !t.is_empty()).ok_or(Trouble::NoToken)?;
        if let (Some((used, file, kept)), Some(next)) = (&refresh, json["refresh_token"].as_str())
            && used != next
        {
            keep(file, kept, next);
        }
        let life = json["expires_in"].as_u64().or_else(|| json["expires_in"].as_str()?.parse().ok());
        let life = life.map_or(USUAL_LIFE, Duration::from_secs);
        // Of a token that lives for minutes, half its life is used.
        Ok(Held { token: token.to_owned(), until: asked + life.saturating_sub(SPARE).max(life / 2) })
    }
}

/// RFC 6749 §2.3.1: both are written as a form's values are before they are joined.
fn basic(id: &str, secret: &str) -> String {
    let written = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", written(id), written(secret))))
}

/// RFC 6749 §5.2, and the numbers that Microsoft gives with it (learn.microsoft.com, "Microsoft Entra authentication error codes").
fn refusal(answer: &Answer, json: &Value) -> Trouble {
    let codes: Vec<u64> = json["error_codes"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let any = |known: &[u64]| codes.iter().any(|c| known.contains(c));
    match json["error"].as_str().unwrap_or_default() {
        _ if answer.status == 429 || answer.status >= 500 => Trouble::Busy,
        "temporarily_unavailable" | "server_error" | "slow_down" => Trouble::Busy,
        _ if any(&[7_000_222]) => Trouble::SecretExpired,
        _ if any(&[90_002, 900_023, 700_016, 50_059]) => Trouble::Tenant,
        _ if any(&[65_001, 650_051, 650_052]) => Trouble::Consent,
        "invalid_client" => Trouble::Client,
        "unauthorized_client" | "consent_required" | "interaction_required" => Trouble::Consent,
        "invalid_grant" => Trouble::Grant,
        "invalid_scope" => Trouble::Scope,
        _ => Trouble::Refused(answer.status),
    }
}

/// The newest refresh token: what the provider last handed us in exchange for the operator's, or the operator's own when they have put
/// another into the file since.
fn refresh_token(file: &Path, kept: &Path) -> Result<String, String> {
    let given = secret(file)?;
    let newest = std::fs::read_to_string(kept).ok().and_then(|text| {
        let (of, token) = text.split_once('\n')?;
        (of == digest(&given)).then(|| token.trim_end().to_owned())
    });
    Ok(newest.unwrap_or(given))
}

/// Providers hand out a new refresh token with each use and let the old one run out (Microsoft's after 90 days): without this a daemon
/// that starts again after months could not log in. The file is ours, readable by nobody else.
fn keep(file: &Path, kept: &Path, token: &str) {
    let written = secret(file).and_then(|given| {
        let write = || -> std::io::Result<()> {
            if let Some(folder) = kept.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let fresh = kept.with_extension("new");
            let mut out = std::fs::File::options().create(true).write(true).truncate(true).mode(0o600).open(&fresh)?;
            write!(out, "{}\n{token}\n", digest(&given))?;
            out.sync_all()?;
            std::fs::rename(&fresh, kept)
        };
        write().map_err(|e| format!("{}: {}", kept.display(), e.kind()))
    });
    if let Err(cause) = written {
        log::work_failed("keeping the new refresh token", &cause, 0.0);
    }
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let answer = |status| Answer { status, retry_after: None, body: Vec::new() };
        let told = |status, body: &str| refusal(&answer(status), &serde_json::from_str(body).unwrap_or_default());
        assert_eq!(told(401, r#"{"error":"invalid_client","error_codes":[7000215]}"#), Trouble::Client);
        assert_eq!(told(401, r#"{"error":"invalid_client","error_codes":[7000222]}"#), Trouble::SecretExpired);
        assert_eq!(told(400, r#"{"error":"invalid_grant"}"#), Trouble::Grant);
        assert_eq!(told(400, r#"{"error":"invalid_request","error_codes":[90002]}"#), Trouble::Tenant);
        assert_eq!(told(503, "busy"), Trouble::Busy);
        assert_eq!(told(404, "<html>"), Trouble::Refused(404));
    }

    #[test]
    fn the_operators_own_refresh_token_goes_before_one_that_another_gave() {
        let dir = tempfile::tempdir().unwrap();
        let (file, kept) = (dir.path().join("given"), dir.path().join("kept/token"));
        std::fs::write(&file, "first\n").unwrap();
        assert_eq!(refresh_token(&file, &kept).unwrap(), "first");
        keep(&file, &kept, "second");
        assert_eq!(refresh_token(&file, &kept).unwrap(), "second");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&kept).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&file, "third\n").unwrap();
        assert_eq!(refresh_token(&file, &kept).unwrap(), "third");
    }
}
