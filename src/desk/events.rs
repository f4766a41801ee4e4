//! `/events/<landlord>`: where a landlord's own case system says what became of a case (pipeline::events::told).

use crate::config::{Landlord, secret};
use crate::log;
use crate::pipeline::Works;
use crate::pipeline::events::told::{self, Refused};
use crate::signature::standard;
use crate::source::webhook::{Limits, Lock, Refusal, plain, whole};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// No event that we understand is bigger, in bytes (Standard Webhooks advise 20 kB).
const MAX_BODY: usize = 64 << 10;

struct House {
    locks: BTreeMap<String, Lock>,
    works: Arc<Works>,
    limits: Arc<Limits>,
}

/// The route, with the secrets of the landlords who have one.
///
/// # Errors
/// A secret that cannot be read or is none, in words for the operator.
pub fn router(landlords: &[Landlord], works: Arc<Works>, limits: Arc<Limits>) -> Result<Router, String> {
    let mut locks = BTreeMap::new();
    for landlord in landlords {
        let Some(file) = landlord.events.as_ref().and_then(|e| e.in_secret_file.as_ref()) else { continue };
        let wrong = |says: String| format!("[landlord.events] of `{}`: {says}", landlord.id);
        let text = secret(file).map_err(wrong)?;
        let keys = standard::keys(&text).map_err(|says| wrong(format!("{}: {says}", file.display())))?;
        locks.insert(landlord.id.clone(), Lock::Standard { keys });
    }
    Ok(Router::new().route("/events/{landlord}", post(hear)).with_state(Arc::new(House { locks, works, limits })))
}

async fn hear(State(house): State<Arc<House>>, Path(landlord): Path<String>, request: Request) -> Response {
    let (id, body) = match house.proven(&landlord, request).await {
        Ok(proven) => proven,
        Err(refusal) => {
            // A name that a stranger wrote into the address does not go into the log.
            let known = house.locks.get_key_value(&landlord).map_or("", |(name, _)| name);
            log::event_refused(known, refusal.as_str());
            return refusal.into_response();
        }
    };
    match told::hear(&house.works, &landlord, &id, &body).await {
        Ok(stage) => {
            house.works.posted.send_replace(());
            Json(json!({ "stage": stage.as_str() })).into_response()
        }
        Err(refused) => {
            let (status, word) = match refused {
                Refused::Unreadable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unreadable"),
                Refused::Unknown => (StatusCode::NOT_FOUND, "unknown_case"),
                Refused::NotNow(_) => (StatusCode::CONFLICT, "not_now"),
                Refused::IdReused => (StatusCode::CONFLICT, "id_reused"),
                Refused::Later => (StatusCode::SERVICE_UNAVAILABLE, "store"),
            };
            log::event_refused(&landlord, word);
            (status, Json(json!({ "error": refused.to_string() }))).into_response()
        }
    }
}

impl House {
    /// The event's id and its body. A landlord who is not there answers as one whose signature is another: who may not speak learns nothing.
    async fn proven(&self, landlord: &str, request: Request) -> Result<(String, Vec<u8>), Refusal> {
        if !self.limits.admits(&request) {
            return Err(Refusal::TooOften);
        }
        let lock = self.locks.get(landlord).ok_or(Refusal::Unsigned)?;
        let (head, body) = request.into_parts();
        let proof = lock.proof(&head.headers)?;
        plain(&head.headers, MAX_BODY)?;
        let body = whole(body, MAX_BODY, self.limits.patience).await?;
        let id = lock.verify(&proof, &body, self.works.ambient.now())?;
        Ok((id, body))
    }
}
