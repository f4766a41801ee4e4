//! `[source.oauth2]` and `[courier.oauth2]`: how an account proves itself where the provider takes no passwords.

use super::file::{Reader, Text};
use crate::http::Url;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// How to get an access token (RFC 6749). Microsoft 365 and Google both follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Oauth2 {
    pub token_url: Url,
    pub client_id: String,
    pub client_secret_file: Option<PathBuf>,
    /// The secret goes into the `Authorization` header and not into the form (RFC 6749 §2.3.1): X takes it in no other way.
    pub in_header: bool,
    pub scope: Option<String>,
    pub grant: Grant,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Grant {
    /// The app proves itself, and was given the mailbox by an administrator (RFC 6749 §4.4).
    ClientCredentials,
    /// A person consented once (RFC 6749 §6).
    RefreshToken {
        file: PathBuf,
        /// Where the newest token is kept that the provider handed out in exchange.
        kept: PathBuf,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Oauth2Table {
    token_url: Text,
    client_id: Text,
    client_secret_file: Option<Text>,
    refresh_token_file: Option<Text>,
    scope: Option<Text>,
    ca_file: Option<Text>,
}

impl Reader<'_> {
    /// `name`: the source's, or `courier`. `data`: the data folder.
    pub(super) fn oauth2(&mut self, table: &Spanned<Oauth2Table>, name: &str, data: &Path) -> Option<Oauth2> {
        let t = table.get_ref();
        let ca_file = t.ca_file.as_ref().map(|f| self.path(f));
        let token_url = self.url(&t.token_url, "token_url", ca_file);
        let path = |r: &Self, file: &Option<Text>| file.as_ref().map(|f| r.path(f));
        let (client_secret_file, refresh) = (path(self, &t.client_secret_file), path(self, &t.refresh_token_file));
        if client_secret_file.is_none() && refresh.is_none() {
            self.fault(
                table.span(),
                "oauth2 needs `client_secret_file`, `refresh_token_file`, or both",
                "with the secret alone the app logs in as itself (client credentials); with a refresh token as the person who consented",
            );
            return None;
        }
        let grant = match refresh {
            None => Grant::ClientCredentials,
            Some(file) => Grant::RefreshToken { file, kept: data.join("oauth2").join(name) },
        };
        let scope = t.scope.as_ref().map(|s| s.get_ref().clone());
        Some(Oauth2 { token_url: token_url?, client_id: t.client_id.get_ref().clone(), client_secret_file, in_header: false, scope, grant })
    }

    /// An address of a web server.
    pub(super) fn url(&mut self, value: &Text, key: &str, ca_file: Option<PathBuf>) -> Option<Url> {
        Url::parse(value.get_ref(), ca_file)
            .map_err(|hint| self.fault(value.span(), format!("`{key}` is no address that Postroom may call"), &hint))
            .ok()
    }
}
