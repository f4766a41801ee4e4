//! What `doctor` and the sources find about the world outside: servers, folders, files.

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// As it should be.
    Fine,
    /// Works, but not as well as it could.
    Warning,
    /// Mail will not flow until somebody sees to it.
    Wrong,
}

/// One finding, in words for the person who reads it. No address, name, subject or body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub gravity: Gravity,
    pub says: String,
}

impl Finding {
    pub fn fine(says: impl Into<String>) -> Finding {
        Finding { gravity: Gravity::Fine, says: says.into() }
    }

    pub fn warning(says: impl Into<String>) -> Finding {
        Finding { gravity: Gravity::Warning, says: says.into() }
    }

    pub fn wrong(says: impl Into<String>) -> Finding {
        Finding { gravity: Gravity::Wrong, says: says.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.gravity {
            Gravity::Fine => "ok",
            Gravity::Warning => "warning",
            Gravity::Wrong => "wrong",
        };
        write!(f, "{word}: {}", self.says)
    }
}
