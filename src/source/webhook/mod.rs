//! Webhooks: a platform calls `/webhooks/<name>`, proves who it is over the raw bytes, and is thanked after the commit (promise 1).
//! Facts and traps of each platform: `proof.rs`. Behind a reverse proxy on this machine that does TLS.

mod limits;
mod probe;
mod proof;

pub use limits::{Limits, Peer};
pub use proof::{Lock, Proof};

use super::{Arrival, Inlet, Place};
use crate::ambient::Ambient;
use crate::config::{self, Form, secret};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// The largest body that is read, in bytes. Meta's batches of a thousand updates stay under it.
pub const MAX_BODY: usize = 1_000_000;
/// How long a caller may take over the headers, and again over the body. X gives up after 10 s, Meta after 20 s: a later answer would be
/// heard by nobody.
pub const PATIENCE: Duration = Duration::from_secs(9);

/// One webhook as configured, with its secrets read.
#[derive(Clone, Debug)]
pub struct Door {
    pub name: String,
    pub lock: Lock,
}

impl Door {
    /// Reads a webhook source's secrets.
    ///
    /// # Errors
    /// A secret that cannot be read or is none, in words for the operator.
    pub fn of(source: &config::Source, webhook: &config::Webhook) -> Result<Door, String> {
        let wrong = |says: String| format!("source `{}`: {says}", source.name);
        let file = webhook.secret_file.display();
        let text = secret(&webhook.secret_file).map_err(wrong)?;
        let several = || text.lines().map(str::trim).filter(|l| !l.is_empty()).map(|l| l.as_bytes().to_vec()).collect();
        let lock = match webhook.platform {
            Form::Meta | Form::Whatsapp => {
                let token = webhook.verify_token_file.as_deref().ok_or_else(|| wrong("`verify_token_file` is missing".into()))?;
                Lock::Meta { secrets: several(), verify_token: secret(token).map_err(wrong)?.into_bytes() }
            }
            Form::X => Lock::X { secrets: several() },
            Form::Webform => Lock::Standard {
                keys: crate::signature::standard::keys(&text).map_err(|says| wrong(format!("the secret file {file}: {says}")))?,
            },
        };
        Ok(Door { name: source.name.clone(), lock })
    }
}

/// Why a call is not taken in. The caller learns the status alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One peer calls too often.
    TooOften,
    TooLarge,
    TooSlow,
    /// Compressed: what was signed would have to be unpacked before it is known who sent it.
    Encoded,
    /// No signature, or not in the form that it must have.
    Unsigned,
    Forged,
    Stale,
    /// A handshake with another word than ours.
    WrongToken,
    /// Signed, and no JSON object as this platform sends.
    NoObject,
    /// The connection ended before the body did.
    CutOff,
    NotCommitted,
}

impl Refusal {
    /// For the log and the figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::TooOften => "too_often",
            Refusal::TooLarge => "too_large",
            Refusal::TooSlow => "too_slow",
            Refusal::Encoded => "encoded",
            Refusal::Unsigned => "unsigned",
            Refusal::Forged => "forged",
            Refusal::Stale => "stale",
            Refusal::WrongToken => "wrong_token",
            Refusal::NoObject => "no_object",
            Refusal::CutOff => "cut_off",
            Refusal::NotCommitted => "not_committed",
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Refusal::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refusal::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Unsigned | Refusal::Forged | Refusal::Stale => StatusCode::UNAUTHORIZED,
            Refusal::WrongToken => StatusCode::FORBIDDEN,
            Refusal::NoObject | Refusal::CutOff => StatusCode::BAD_REQUEST,
            // The platform keeps it and tries again.
            Refusal::NotCommitted => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if matches!(self, Refusal::TooOften | Refusal::NotCommitted) {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("30"));
        }
        response
    }
}

struct House<I> {
    doors: BTreeMap<String, Door>,
    inlet: I,
    ambient: Ambient,
    limits: Arc<Limits>,
}

/// The routes of all doors. What comes in goes to the inlet.
pub fn router<I: Inlet + 'static>(doors: Vec<Door>, inlet: I, ambient: Ambient, limits: Arc<Limits>) -> Router {
    let doors = doors.into_iter().map(|d| (d.name.clone(), d)).collect();
    let house = Arc::new(House { doors, inlet, ambient, limits });
    let route = get(handshake::<I>).post(call::<I>);
    Router::new().route("/webhooks/{name}", route).with_state(house)
}

/// What a platform asks before it sends anything: does this address belong to whoever registered it?
async fn handshake<I: Inlet>(State(house): State<Arc<House<I>>>, Path(name): Path<String>, query: RawQuery, request: Request) -> Response {
    let Some(door) = house.doors.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    if !house.limits.admits(&request) {
        return house.refuse(door, Refusal::TooOften);
    }
    match door.lock.handshake(query.0.as_deref().unwrap_or_default()) {
        Ok((kind, answer)) => {
            let _ = house.inlet.reached(&door.name).await;
            ([(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], answer).into_response()
        }
        Err(refusal) => house.refuse(door, refusal),
    }
}

async fn call<I: Inlet>(State(house): State<Arc<House<I>>>, Path(name): Path<String>, request: Request) -> Response {
    let Some(door) = house.doors.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    match house.take(door, request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => house.refuse(door, refusal),
    }
}

impl<I: Inlet> House<I> {
    fn refuse(&self, door: &Door, refusal: Refusal) -> Response {
        self.inlet.turned_away(&door.name, refusal.as_str());
        refusal.into_response()
    }

    async fn take(&self, door: &Door, request: Request) -> Result<(), Refusal> {
        if !self.limits.admits(&request) {
            return Err(Refusal::TooOften);
        }
        let (head, body) = request.into_parts();
        plain(&head.headers, MAX_BODY)?;
        // Nobody's body is read who brings no signature at all.
        let proof = door.lock.proof(&head.headers)?;
        let bytes = whole(body, MAX_BODY, self.limits.patience).await?;
        let now = self.ambient.now();
        let id = door.lock.verify(&proof, &bytes, now)?;
        let arrival = Arrival { place: Place::Platform(id), bytes, received_at: now, defects: Vec::new() };
        self.inlet.reached(&door.name).await.map_err(|_| Refusal::NotCommitted)?;
        self.inlet.take(&door.name, vec![arrival]).await.map_err(|_| Refusal::NotCommitted)
    }
}

/// What can be seen to be too much, or no plain text, before the body is read.
///
/// # Errors
/// Which of the two.
pub fn plain(headers: &HeaderMap, most: usize) -> Result<(), Refusal> {
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length > most as u64) {
        return Err(Refusal::TooLarge);
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Refusal::Encoded),
        _ => Ok(()),
    }
}

/// The body; reading ends with the first byte too many.
///
/// # Errors
/// Too long, too slow, or cut off.
pub async fn whole(body: Body, most: usize, within: Duration) -> Result<Vec<u8>, Refusal> {
    match timeout(within, Limited::new(body, most).collect()).await {
        Err(_) => Err(Refusal::TooSlow),
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        Ok(Err(_)) => Err(Refusal::CutOff),
    }
}
