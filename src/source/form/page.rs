//! The pages, compiled in. Everything that a person wrote is escaped by MiniJinja, for the templates are `.html`; a strict Content-Security-
//! Policy would stop what slipped through all the same.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value;

pub const STYLE: &str = include_str!("../../../templates/form/style.css");

const PAGES: [(&str, &str); 4] = [
    ("_page.html", include_str!("../../../templates/form/_page.html")),
    ("form.html", include_str!("../../../templates/form/form.html")),
    ("thanks.html", include_str!("../../../templates/form/thanks.html")),
    ("problem.html", include_str!("../../../templates/form/problem.html")),
];

/// Nothing but our own style, and forms to nobody but us; in no other site's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// # Panics
/// Never: a test renders each page.
pub fn pages() -> Environment<'static> {
    let mut environment = Environment::new();
    for (name, text) in PAGES {
        environment.add_template(name, text).expect("a test renders each page");
    }
    environment
}

pub fn page(pages: &Environment<'_>, name: &str, values: &Value, status: StatusCode) -> Response {
    let Ok(text) = pages.get_template(name).and_then(|t| t.render(Serde(values))) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // The page holds what a person wrote: a shared computer must not keep it.
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
