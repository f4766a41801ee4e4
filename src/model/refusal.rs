//! A complaint that a person decides not to take up. No rule can make one (Code 2.1, 2.5): it needs a named person and reasons.

use super::decision::words;
use serde::{Deserialize, Serialize};

words! {
    /// The grounds that the Code accepts (2.2), by which refusals are counted (8.1).
    Ground {
        /// Over the time limit, discretion having been considered (Code 2.3).
        TooOld = "too_old",
        /// A claim form and particulars were filed at court.
        CourtClaim = "court_claim",
        /// It was considered under the policy before.
        Considered = "considered",
        /// Another valid reason, which the words give.
        Other = "other",
    }
}

/// Made by [`Refusal::new`] alone, so that there is none without a person and reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub ground: Ground,
    who: String,
    why: String,
    /// The reasons in Welsh, for a letter that is in Welsh too.
    pub why_cy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRefuse {
    #[error("a refusal needs the name of the person who decides it (Code 2.4); Postroom itself refuses nothing")]
    NoPerson,
    #[error("a refusal needs its reasons in a sentence that the resident can read (Code 2.4)")]
    NoReasons,
}

/// The fewest words that can be reasons.
const WORDS: usize = 4;

impl Refusal {
    /// # Errors
    /// Nobody's name, or no reasons.
    pub fn new(ground: Ground, who: &str, why: &str) -> Result<Refusal, CannotRefuse> {
        let (who, why) = (who.trim(), why.trim());
        if who.is_empty() || who.eq_ignore_ascii_case("postroom") {
            return Err(CannotRefuse::NoPerson);
        }
        if why.split_whitespace().count() < WORDS {
            return Err(CannotRefuse::NoReasons);
        }
        Ok(Refusal { ground, who: who.into(), why: why.into(), why_cy: None })
    }

    pub fn who(&self) -> &str {
        &self.who
    }

    pub fn why(&self) -> &str {
        &self.why
    }
}
