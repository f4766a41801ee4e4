//! A plain form that Postroom serves at `/forms/<name>`, for a landlord who has none: works without scripts, sets no cookies, and thanks nobody
//! before the commit. What is sent goes on as a web form's JSON, read like any other (`message::webform`).

mod fields;
mod page;

use super::webhook::{Limits, Refusal};
use super::{Arrival, Inlet, Place};
use crate::ambient::Ambient;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fields::{Given, MAX_BODY};
use http_body_util::BodyExt;
use minijinja::Environment;
use page::page;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Of what is too large, so many bytes are read for the sake of an answer: a video, and not what somebody sends to do harm.
const SPILL: usize = 100_000_000;

/// The fields that may be wrong, as they stand on the page.
const ORDER: [&str; 4] = ["message", "files", "email", "website"];

/// What the page says of the landlord.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sheet {
    pub landlord: String,
    pub phone: String,
    pub email: String,
    pub policy_url: String,
    pub emergency_phone: String,
    /// Of the gas network.
    pub gas_number: String,
    /// Within which a complaint is acknowledged.
    pub ack_working_days: u32,
}

/// The landlord of a form's source, as the rules in force have it now.
pub type Look = Arc<dyn Fn(&str) -> Option<Sheet> + Send + Sync>;

struct House<I> {
    look: Look,
    inlet: I,
    ambient: Ambient,
    limits: Arc<Limits>,
    sending: Limits,
    pages: Environment<'static>,
}

/// The routes of all forms; `look` knows their sources.
pub fn router<I: Inlet + 'static>(look: Look, inlet: I, ambient: Ambient, limits: Arc<Limits>) -> Router {
    let house = Arc::new(House { look, inlet, ambient, limits, sending: Limits::of_people(), pages: page::pages() });
    let form = get(show::<I>).post(take::<I>).layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new().route("/forms/style.css", get(style)).route("/forms/{name}", form).with_state(house)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")], page::STYLE)
}

async fn show<I: Inlet>(State(house): State<Arc<House<I>>>, Path(name): Path<String>, request: Request) -> Response {
    let Some(sheet) = (house.look)(&name) else { return StatusCode::NOT_FOUND.into_response() };
    if !house.limits.admits(&request) {
        return house.refuse(&name, &sheet, Refusal::TooOften);
    }
    house.form(&name, &sheet, &Given::new(&house.ambient), &BTreeMap::new(), StatusCode::OK)
}

async fn take<I: Inlet>(State(house): State<Arc<House<I>>>, Path(name): Path<String>, request: Request) -> Response {
    let Some(sheet) = (house.look)(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let often = !house.limits.admits(&request) || !house.sending.admits(&request);
    if often || too_long(request.headers()) {
        spill(request.into_body(), house.sending.patience).await;
        return house.refuse(&name, &sheet, if often { Refusal::TooOften } else { Refusal::TooLarge });
    }
    let given = timeout(house.sending.patience, async {
        let parts = Multipart::from_request(request, &()).await.map_err(|_| Refusal::NoObject)?;
        fields::read(parts, &house.ambient).await
    });
    let given = match given.await.unwrap_or(Err(Refusal::TooSlow)) {
        Ok(given) => given,
        Err(refusal) => return house.refuse(&name, &sheet, refusal),
    };
    let errors = given.errors();
    if !errors.is_empty() {
        return house.form(&name, &sheet, &given, &errors, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match house.keep(&name, &given).await {
        Ok(()) => house.thanks(&name, &sheet, &given),
        Err(refusal) => house.refuse(&name, &sheet, refusal),
    }
}

/// Reads a body and throws it away, up to a bound. A browser that is answered while it still sends shows "connection reset", and not what
/// was wrong.
async fn spill(mut body: Body, within: Duration) {
    let reading = async {
        let mut left = SPILL;
        while let Some(Ok(frame)) = body.frame().await {
            let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { break };
            left = rest;
        }
    };
    let _ = timeout(within, reading).await;
}

fn too_long(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok()).is_some_and(|length: usize| length > MAX_BODY)
}

impl<I: Inlet> House<I> {
    /// Sent twice, by a second press or by going back, it is the same submission; sent again with other words, it is another message.
    async fn keep(&self, name: &str, given: &Given) -> Result<(), Refusal> {
        let bytes = given.json(name);
        let digest: String = Sha256::digest(&bytes).iter().take(8).map(|b| format!("{b:02x}")).collect();
        let place = Place::Platform(format!("{}/{digest}", given.submission));
        let arrival = Arrival { place, bytes, received_at: self.ambient.now(), defects: Vec::new() };
        self.inlet.reached(name).await.map_err(|_| Refusal::NotCommitted)?;
        self.inlet.take(name, vec![arrival]).await.map_err(|_| Refusal::NotCommitted)
    }

    fn form(&self, name: &str, sheet: &Sheet, given: &Given, errors: &BTreeMap<&str, &str>, status: StatusCode) -> Response {
        let chose_files = !given.files.is_empty();
        let summary: Vec<_> =
            ORDER.iter().filter_map(|field| errors.get(field).map(|says| json!({ "field": field, "says": says }))).collect();
        let values =
            json!({ "name": name, "sheet": sheet, "given": given, "errors": errors, "summary": summary, "chose_files": chose_files });
        page(&self.pages, "form.html", &values, status)
    }

    fn thanks(&self, name: &str, sheet: &Sheet, given: &Given) -> Response {
        let now = self.ambient.now().to_zoned(crate::model::calendar::london());
        let (day, time) = (now.strftime("%-d %B %Y").to_string(), now.strftime("%H:%M").to_string());
        let values =
            json!({ "name": name, "sheet": sheet, "day": day, "time": time, "files": given.files.len(), "reachable": given.reachable() });
        page(&self.pages, "thanks.html", &values, StatusCode::OK)
    }

    fn refuse(&self, name: &str, sheet: &Sheet, refusal: Refusal) -> Response {
        self.inlet.turned_away(name, refusal.as_str());
        let says = match refusal {
            Refusal::TooLarge => "The files are larger than 10 MB together. Send fewer of them, or make the photographs smaller.",
            Refusal::TooOften => "Too much was sent from your connection in a short time. Wait a minute and send it again.",
            Refusal::TooSlow | Refusal::CutOff => "The connection was too slow, or it broke off. Please send it again.",
            Refusal::NotCommitted => {
                "Something is wrong on our side, and what you wrote could not be stored. Please try again later, or telephone."
            }
            _ => "Your browser sent something that we could not read. Please send it again.",
        };
        let retry = matches!(refusal, Refusal::TooOften | Refusal::NotCommitted);
        let mut response = page(&self.pages, "problem.html", &json!({ "name": name, "sheet": sheet, "says": says }), refusal.status());
        if retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response
    }
}
