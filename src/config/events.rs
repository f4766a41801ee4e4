//! `[landlord.events]`: the landlord's own case system, told of each event and heard in turn.

use super::file::{Reader, Text};
use crate::http::Url;
use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// Where events go.
    pub out: Option<EventsOut>,
    /// Proves what the system tells us at `/events/<landlord>`; one secret a line, the one in use first.
    pub in_secret_file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EventsOut {
    pub url: Url,
    /// Standard Webhooks secrets (`whsec_…`), one a line: each signs, so that the receiver can change from one to the other.
    pub secret_file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsTable {
    url: Option<Text>,
    secret_file: Option<Text>,
    ca_file: Option<Text>,
    in_secret_file: Option<Text>,
}

impl Reader<'_> {
    pub(super) fn events(&mut self, table: &Spanned<EventsTable>) -> Events {
        let t = table.get_ref();
        let ca_file = t.ca_file.as_ref().map(|f| self.path(f));
        let url = t.url.as_ref().and_then(|u| self.url(u, "url", ca_file));
        let secret_file = t.secret_file.as_ref().map(|f| self.path(f));
        match (&t.url, &t.secret_file) {
            (Some(url), None) => {
                self.fault(url.span(), "`url` without `secret_file`", "unsigned, an event could be anybody's: name the secret's file")
            }
            (None, Some(file)) => {
                self.fault(file.span(), "`secret_file` without `url`", "say where events go, or did you mean `in_secret_file`?")
            }
            (None, None) if t.in_secret_file.is_none() => {
                self.fault(
                    table.span(),
                    "[landlord.events] says nothing",
                    "give `url` and `secret_file`, or `in_secret_file`, or all three",
                );
            }
            _ => {}
        }
        let out = url.zip(secret_file).map(|(url, secret_file)| EventsOut { url, secret_file });
        Events { out, in_secret_file: t.in_secret_file.as_ref().map(|f| self.path(f)) }
    }
}
