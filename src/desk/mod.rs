//! What the daemon shows over HTTP: is it alive, is it ready, what has it counted, how does it stand.

mod status;

pub mod events;
mod serve;

pub use serve::serve;

use crate::pipeline::Works;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;

/// The pages of the desk itself.
pub fn router(works: Arc<Works>) -> Router {
    Router::new()
        .route("/", get(status::status))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(works)
}

/// Alive: the process answers. Nothing else, so that an outage elsewhere never has the daemon restarted.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready: the store answers and nothing has waited undecided for long.
async fn readyz(State(works): State<Arc<Works>>) -> impl IntoResponse {
    match works.oldest_undecided_seconds().await {
        Ok(seconds) => {
            let ready = seconds < 600;
            let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(json!({ "ready": ready, "oldest_undecided_seconds": seconds })))
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "why": "the store does not answer" }))),
    }
}

async fn metrics(State(works): State<Arc<Works>>) -> impl IntoResponse {
    if let Ok(seconds) = works.oldest_undecided_seconds().await {
        works.metrics.oldest_undecided(seconds);
    }
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], works.metrics.render())
}
