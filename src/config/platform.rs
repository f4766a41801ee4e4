//! How answers reach a platform: the keys `api_url`, `api_version`, `access_token_file` (or `[source.oauth2]`) and `accounts` of a webhook source.

use super::file::{Reader, SourceTable};
use super::{Api, Form, Key, Oauth2};
use crate::http::Url;
use std::path::Path;
use toml::Spanned;

/// The Graph API's version that the answers of `courier::social` are written for.
const GRAPH: &str = "v25.0";

impl Reader<'_> {
    pub(super) fn api(&mut self, table: &Spanned<SourceTable>, platform: Form, data: &Path) -> Option<Api> {
        let t = table.get_ref();
        let file = t.access_token_file.as_ref().map(|f| Key::File(self.path(f)));
        let oauth2 = t
            .oauth2
            .as_ref()
            .and_then(|o| self.oauth2(o, t.name.get_ref(), data))
            .map(|o| Key::Oauth2(Box::new(Oauth2 { in_header: platform == Form::X, ..o })));
        let accounts: Vec<&Spanned<String>> = t.accounts.iter().flatten().collect();
        let beside = [&t.api_url, &t.api_version].into_iter().flatten().chain(accounts.iter().copied()).next();
        if platform == Form::Webform {
            for key in beside.into_iter().chain(&t.access_token_file) {
                self.fault(
                    key.span(),
                    "a web form has nobody to answer on a platform",
                    "take it out: what came by a form is answered by mail",
                );
            }
            return None;
        }
        let Some(key) = oauth2.or(file) else {
            if let Some(key) = beside.filter(|_| t.oauth2.is_none()) {
                self.fault(
                    key.span(),
                    "this needs `access_token_file` or [source.oauth2]",
                    "without it answers on the platform are a person's",
                );
            }
            return None;
        };
        let usual = if platform == Form::X { "https://api.x.com" } else { "https://graph.facebook.com" };
        let url = match &t.api_url {
            Some(url) => self.url(url, "api_url", None)?,
            None => Url::parse(usual, None).ok()?,
        };
        let version = (platform != Form::X).then(|| t.api_version.as_ref().map_or(GRAPH, |v| v.get_ref().as_str()).to_owned());
        if let Some(given) = &t.api_version {
            let good = given
                .get_ref()
                .strip_prefix('v')
                .and_then(|v| v.split_once('.'))
                .is_some_and(|(major, minor)| [major, minor].iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())));
            if platform == Form::X || !good {
                self.fault(given.span(), "this is no version of the platform", "write for example \"v25.0\"; X has none");
            }
        }
        for account in &accounts {
            if account.get_ref().is_empty() || !account.get_ref().bytes().all(|b| b.is_ascii_digit()) {
                self.fault(
                    account.span(),
                    "an account is named by the number that the platform gave it",
                    "write it in quotes: \"1000001\"",
                );
            }
        }
        let accounts = accounts.into_iter().map(|a| a.get_ref().clone()).collect();
        Some(Api { url, version, key, accounts })
    }
}
