//! What goes wrong and is no duty: told to the landlord's people at once, and once.

use serde::Serialize;

/// One trouble. Nobody's name, address or words are in it: it may lie open on a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// One line.
    pub title: String,
    /// What is known, and what to do: a paragraph each.
    pub says: Vec<String>,
    /// References of the cases that it touches: the first of them, and how many more there are.
    pub cases: Vec<String>,
    pub more: usize,
}

impl Trouble {
    /// Everything at once, for checking templates.
    pub fn sample() -> Trouble {
        Trouble {
            title: "5 people complain under one post on facebook".into(),
            says: vec!["Each of them has a case of their own.".into()],
            cases: vec!["PR-2026-000123".into(), "PR-2026-000124".into()],
            more: 3,
        }
    }
}
