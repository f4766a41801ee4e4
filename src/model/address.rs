//! Electronic mail addresses, kept as a person wrote them and compared as a mailbox is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An addr-spec (RFC 5322 §3.4.1) without its angle brackets. Local parts are compared without regard to case: RFC 5321 §2.4
/// lets a server tell them apart, but none that residents use does, and a case split over capital letters would lose mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Reads one bare address; surrounding white space, `mailto:` and angle brackets are dropped, letters are lower-cased.
    /// `None` when it is not `local@domain`, or holds white space or a control character (header injection, RFC 5321 §4.1.2).
    pub fn parse(text: &str) -> Option<Address> {
        let t = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
        let t = t.strip_prefix("mailto:").unwrap_or(t);
        let (local, domain) = t.rsplit_once('@')?;
        let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')');
        if local.is_empty() || domain.is_empty() || t.len() > 320 || t.chars().any(bad) || domain.contains("..") {
            return None;
        }
        Some(Address(t.to_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(l, _)| l)
    }

    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, d)| d)
    }

    /// The same mailbox without its plus part: `complaints+c-7q4m@x` → `complaints@x` (RFC 5233 subaddressing).
    pub fn without_detail(&self) -> Address {
        match self.local().split_once('+') {
            Some((base, _)) => Address(format!("{base}@{}", self.domain())),
            None => self.clone(),
        }
    }

    /// What stands after the plus sign: where our reply token lies.
    pub fn detail(&self) -> Option<&str> {
        self.local().split_once('+').map(|(_, d)| d)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody as a message names them. Any part may be missing: a call note has a name and no address, a post only an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub name: Option<String>,
    pub email: Option<Address>,
    /// The platform's own id of a social-media account.
    pub id: Option<String>,
}

impl Party {
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.email.is_none() && self.id.is_none()
    }
}
