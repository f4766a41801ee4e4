//! The page at `/`: how the daemon stands. It names sources, rules and files, and nobody who wrote.

use crate::pipeline::in_force::InForce;
use crate::pipeline::reload::{Layer, Refused};
use crate::pipeline::{Works, pile_on};
use crate::store;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use std::sync::{Arc, LazyLock};

/// A folder of rules may be full of faults; the first tell enough.
const FAULTS: usize = 20;

#[derive(Serialize)]
struct Page {
    version: &'static str,
    now: String,
    /// Seconds; none where the store does not answer.
    undecided: Option<i64>,
    sources: Vec<Source>,
    /// Posts under which many complain, and nobody has dealt with it yet.
    pile_ons: Vec<String>,
    rules: Rules,
    shadow: Option<Rules>,
    refusals: Vec<Refusal>,
}

#[derive(Serialize)]
struct Source {
    name: String,
    kind: &'static str,
    landlord: String,
    last: String,
}

#[derive(Serialize)]
struct Rules {
    digest: String,
    since: String,
}

#[derive(Serialize)]
struct Refusal {
    layer: &'static str,
    at: String,
    faults: Vec<String>,
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // The ending `.html` has every value escaped.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let added = environment.add_template("status.html", include_str!("../../templates/desk/status.html"));
    added.expect("a test renders it");
    environment
});

pub async fn status(State(works): State<Arc<Works>>) -> impl IntoResponse {
    let page = page(&works).await;
    match TEMPLATES.get_template("status.html").and_then(|t| t.render(Serde(&page))) {
        Ok(html) => Ok(([("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")], Html(html))),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn page(works: &Works) -> Page {
    let rules = |in_force: &InForce| Rules { digest: in_force.rulebook.ruleset.digest.clone(), since: told(in_force.since) };
    let layers = [Layer::Rules, Layer::Shadow];
    Page {
        version: env!("CARGO_PKG_VERSION"),
        now: told(works.ambient.now()),
        undecided: works.oldest_undecided_seconds().await.ok(),
        sources: sources(works).await,
        pile_ons: pile_ons(works).await,
        rules: rules(&works.in_force()),
        shadow: works.candidate().map(|c| rules(&c)),
        refusals: layers.into_iter().filter_map(|l| Some(refusal(l, &works.watched(l).refused()?))).collect(),
    }
}

async fn sources(works: &Works) -> Vec<Source> {
    let mut tx = works.db.read().await.ok();
    let mut sources = Vec::new();
    for source in works.sources.values() {
        let cursor = match &mut tx {
            Some(tx) => store::source::read_cursor(tx, &source.name).await.ok().flatten(),
            None => None,
        };
        let last = cursor.and_then(|c| c.last_success).map_or_else(|| "not yet".into(), told);
        sources.push(Source { name: source.name.clone(), kind: source.kind.as_str(), landlord: source.landlord.clone(), last });
    }
    sources
}

/// None where the store does not answer: the page says so above.
async fn pile_ons(works: &Works) -> Vec<String> {
    let Ok(mut tx) = works.db.read().await else { return Vec::new() };
    let mut lines = Vec::new();
    for landlord in works.in_force().landlords.keys() {
        lines.extend(pile_on::open(&mut tx, landlord, works.ambient.now()).await.unwrap_or_default());
    }
    lines
}

fn refusal(layer: Layer, refused: &Refused) -> Refusal {
    let faults = refused.faults.iter().take(FAULTS).map(ToString::to_string).collect();
    Refusal { layer: layer.as_str(), at: told(refused.at), faults }
}

/// To the second, in the landlords' own time.
fn told(at: Timestamp) -> String {
    at.to_zoned(crate::model::calendar::london()).strftime("%-d %B %Y %H:%M:%S %Z").to_string()
}
