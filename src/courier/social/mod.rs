//! Answers on social media: carried to the platform's own interface, in private where it allows and else by a public line.

mod judge;
mod ways;

pub use ways::{Errand, Way, Words, ways};

use super::{Outcome, Why};
use crate::config::{self, Api, Form, Key, SourceKind};
use crate::http::{self, Answer, Failed, Request};
use crate::model::finding::Finding;
use crate::oauth::Tokens;
use jiff::Timestamp;
use judge::{Verdict, judge};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The platforms at which the landlords have accounts, by the names of their sources.
pub struct Social {
    accounts: BTreeMap<String, Account>,
    /// Accounts that a platform refused since the last rest: what else waits for them is not tried meanwhile.
    refused: BTreeSet<String>,
}

struct Account {
    platform: Form,
    api: Api,
    /// Where a token must be fetched; else the file is read each time, so that an operator's new token counts at once.
    tokens: Option<Tokens>,
}

impl fmt::Debug for Social {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.accounts.keys()).finish()
    }
}

/// What a platform told of an answer that it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Its own name for what was sent, by which a reply refers to it.
    pub message_id: Option<String>,
    /// The person's id in the private conversation that it opened.
    pub person: Option<String>,
    pub conversation: Option<String>,
}

impl Social {
    pub fn of<'a>(sources: impl IntoIterator<Item = &'a config::Source>) -> Social {
        let account = |s: &config::Source| match &s.kind {
            SourceKind::Webhook(w) => w.api.as_ref().map(|api| (s.name.clone(), Account::of(w.platform, api))),
            _ => None,
        };
        Social { accounts: sources.into_iter().filter_map(account).collect(), refused: BTreeSet::new() }
    }

    /// Tries the ways of an errand until the platform takes one, or says that none will do.
    pub async fn carry(&mut self, bytes: &[u8], now: Timestamp) -> (Outcome, Heard) {
        let nothing = |outcome| (outcome, Heard::default());
        let Ok(errand) = serde_json::from_slice::<Errand>(bytes) else {
            return nothing(Outcome::Dead { code: None, why: Why::Malformed, answer: String::new() });
        };
        let Some(account) = self.accounts.get(&errand.source).filter(|_| !self.refused.contains(&errand.source)) else {
            // Its source was taken out of the configuration, or its token: an operator may put it back.
            return nothing(Outcome::Deferred { code: None, why: Why::Access, blocked: true, answer: String::new() });
        };
        let mut last = None;
        for way in errand.ways.iter().filter(|w| w.until.is_none_or(|until| now < until)) {
            let answer = match account.ask("POST", &way.path, way.body.to_string().into_bytes()).await {
                Ok(answer) => answer,
                Err(outcome) => {
                    if matches!(outcome, Outcome::Deferred { blocked: true, .. }) {
                        self.refused.insert(errand.source);
                    }
                    return nothing(outcome);
                }
            };
            match judge(&answer) {
                Verdict::Done(heard) => {
                    let place = if way.public { "in public" } else { "in private" };
                    let answer = heard.message_id.as_ref().map_or_else(|| place.to_owned(), |id| format!("{place}, as {id}"));
                    return (Outcome::Sent { answer }, heard);
                }
                Verdict::NotThisWay { code } => last = Some(code),
                Verdict::Ended(outcome) => {
                    if matches!(outcome, Outcome::Deferred { blocked: true, .. }) {
                        if let Some(tokens) = &account.tokens {
                            tokens.forget().await;
                        }
                        self.refused.insert(errand.source);
                    }
                    return nothing(outcome);
                }
            }
        }
        nothing(Outcome::Dead { code: last, why: Why::Window, answer: String::new() })
    }

    /// The queue is empty for now: a platform that refused us is asked again next time.
    pub fn rest(&mut self) {
        self.refused.clear();
    }

    /// Whether the platform still calls us for an account; `None` where the source names none, or it cannot be asked.
    pub async fn subscribed(&self, source: &str) -> Option<bool> {
        let account = self.accounts.get(source)?;
        let mut all = None;
        for place in account.subscriptions() {
            let answer = account.ask("GET", &place, Vec::new()).await.ok().filter(Answer::is_success)?;
            let listed = answer.json()["data"].as_array().cloned().unwrap_or_default();
            let ours = format!("/webhooks/{source}");
            let there = match account.platform {
                Form::X => listed.iter().any(|hook| hook["valid"] == true && hook["url"].as_str().is_some_and(|u| u.ends_with(&ours))),
                _ => !listed.is_empty(),
            };
            all = Some(all.unwrap_or(true) && there);
        }
        all
    }

    /// For `doctor`: whether the token can be had and the platform still calls us.
    pub async fn probe(&self, source: &str) -> Vec<Finding> {
        let Some(account) = self.accounts.get(source) else {
            return vec![Finding::warning("no `access_token_file`: answers on this platform are tasks for a person")];
        };
        if let Err(says) = account.token().await {
            return vec![Finding::wrong(says)];
        }
        if account.subscriptions().is_empty() {
            return vec![Finding::warning("no `accounts`: whether the platform still calls us is not asked of it")];
        }
        vec![match self.subscribed(source).await {
            Some(true) => Finding::fine("the platform knows the token, and calls us"),
            Some(false) => Finding::wrong("the platform does not call us any more: subscribe the account to the app again"),
            None => Finding::wrong("the platform does not say whether it calls us: check `api_url`, `accounts` and the access token"),
        }]
    }
}

impl Account {
    fn of(platform: Form, api: &Api) -> Account {
        let tokens = if let Key::Oauth2(set) = &api.key { Some(Tokens::new(set.as_ref().clone())) } else { None };
        Account { platform, api: api.clone(), tokens }
    }

    async fn token(&self) -> Result<String, String> {
        match (&self.tokens, &self.api.key) {
            (Some(tokens), _) => tokens.token().await.map_err(|trouble| trouble.to_string()),
            (None, Key::File(file)) => config::secret(file),
            (None, Key::Oauth2(_)) => Err("no access token".into()),
        }
    }

    /// Errors are outcomes: how it stands when no answer came.
    async fn ask(&self, method: &'static str, path: &str, body: Vec<u8>) -> Result<Answer, Outcome> {
        let blocked = |answer| Outcome::Deferred { code: None, why: Why::Access, blocked: true, answer };
        let token = self.token().await.map_err(blocked)?;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let path = self.api.version.as_ref().map_or_else(|| path.to_owned(), |version| format!("/{version}{path}"));
        let request = Request { method, url: &self.api.url, path: &path, headers: &headers, body };
        http::send(request).await.map_err(|failed| match failed {
            Failed::Lost => Outcome::Unknown { why: Why::Connection },
            Failed::NoHttp => blocked(failed.to_string()),
            Failed::Unreached(trouble) => {
                Outcome::Deferred { code: None, why: Why::Connection, blocked: false, answer: trouble.to_string() }
            }
        })
    }

    /// Where the platform tells of its subscriptions.
    fn subscriptions(&self) -> Vec<String> {
        match self.platform {
            Form::X => vec!["/2/webhooks".into()],
            _ => self.api.accounts.iter().map(|account| format!("/{account}/subscribed_apps")).collect(),
        }
    }
}
