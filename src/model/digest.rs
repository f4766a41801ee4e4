//! What the landlord's people are told each working morning.

use serde::Serialize;

/// A line for a duty: which case, what is to be done, the day written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    pub reference: String,
    pub what: &'static str,
    pub due: String,
}

/// Duties of one urgency: the first of them, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    pub lines: Vec<Line>,
    pub more: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub what: String,
    pub count: i64,
}

/// One landlord's morning. Nobody's name, address or words are in it: it may lie open on a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// The day that it is for, written out, and since when it counts.
    pub day: String,
    pub since: String,
    /// Messages that came in since, in all and by kind.
    pub received: i64,
    pub kinds: Vec<Count>,
    pub opened: usize,
    pub breached: Lines,
    pub today: Lines,
    pub at_risk: Lines,
    /// What waits for a person, and since when the oldest does.
    pub reviews: usize,
    pub oldest_review: Option<String>,
    /// Messages that nobody has decided yet, and since when the oldest waits.
    pub unread: usize,
    pub oldest_unread: Option<String>,
    /// Posts under which many complain, a line each.
    pub pile_ons: Vec<String>,
    /// What went wrong since, a sentence each.
    pub trouble: Vec<String>,
}

impl Digest {
    /// Everything at once, for checking templates.
    pub fn sample() -> Digest {
        let line = || Line { reference: "PR-2026-000123".into(), what: "acknowledge the complaint", due: "Monday 9 March 2026".into() };
        let lines = || Lines { lines: vec![line(), line()], more: 3 };
        Digest {
            day: "Monday 9 March 2026".into(),
            since: "Friday 6 March 2026".into(),
            received: 12,
            kinds: vec![Count { what: "new complaint".into(), count: 4 }, Count { what: "service request".into(), count: 8 }],
            opened: 4,
            breached: lines(),
            today: lines(),
            at_risk: lines(),
            reviews: 5,
            oldest_review: Some("Thursday 5 March 2026".into()),
            unread: 1,
            oldest_unread: Some("Sunday 8 March 2026".into()),
            pile_ons: vec!["17 people under post 1000001_3 (alarm of 8 March at 09:14, review 7)".into()],
            trouble: vec!["One letter could not be sent.".into()],
        }
    }
}
