//! `/events/<landlord>`: where a landlord's own case system says what became of a case (pipeline::events::told).

use crate::config::{Landlord, secret};
use crate::log;
use crate::pipeline::Works;
use crate::pipeline::events::told::{self, Refused};
use crate::signature::standard::{self, Key};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// No event that we understand is bigger, in bytes (Standard Webhooks advise 20 kB).
const MAX_BODY: usize = 64 << 10;

type Keys = BTreeMap<String, Vec<Key>>;

/// The route, with the secrets of the landlords who have one.
///
/// # Errors
/// A secret that cannot be read or is none, in words for the operator.
pub fn router(landlords: &[Landlord], works: Arc<Works>) -> Result<Router, String> {
    let mut keys = Keys::new();
    for landlord in landlords {
        let Some(file) = landlord.events.as_ref().and_then(|e| e.in_secret_file.as_ref()) else { continue };
        let wrong = |says: String| format!("[landlord.events] of `{}`: {says}", landlord.id);
        let text = secret(file).map_err(wrong)?;
        keys.insert(landlord.id.clone(), standard::keys(&text).map_err(|says| wrong(format!("{}: {says}", file.display())))?);
    }
    let route = post(hear).layer(DefaultBodyLimit::max(MAX_BODY));
    Ok(Router::new().route("/events/{landlord}", route).with_state((Arc::new(keys), works)))
}

async fn hear(
    State((keys, works)): State<(Arc<Keys>, Arc<Works>)>,
    Path(landlord): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let id = header("webhook-id");
    let proven = keys.get(&landlord).is_some_and(|keys| {
        standard::verify(keys, id, header("webhook-timestamp"), header("webhook-signature"), &body, works.ambient.now()).is_ok()
    });
    if !proven {
        // Without detail, and the same for a landlord who is not there: who may not speak learns nothing.
        log::event_refused(&landlord_known(&keys, &landlord), "unproven");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match told::hear(&works, &landlord, id, &body).await {
        Ok(stage) => {
            works.posted.send_replace(());
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

/// A name that a stranger wrote into the address does not go into the log.
fn landlord_known(keys: &Keys, landlord: &str) -> String {
    keys.get_key_value(landlord).map_or_else(String::new, |(name, _)| name.clone())
}
