//! Promises with a date: what must have happened, by when, counted from what.

use super::decision::words;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

words! {
    /// A promise that the clock watches.
    DutyKind {
        /// Acknowledge, define and log within five working days (Code 6.2, 6.11). Met by the courier's acceptance or a person's record.
        Acknowledge = "acknowledge",
        /// The complaint definition agreed by a person within the same five days (Code 5.6).
        Define = "define",
        /// Stage 1 response within ten working days of the acknowledgement (Code 6.3).
        RespondStage1 = "respond_stage1",
        /// Final response within twenty working days of the acknowledgement (Code 6.14).
        RespondStage2 = "respond_stage2",
        /// What a contractor forwarded reaches the complaints team within one working day (policy contractor_route_wd).
        PassOn = "pass_on",
    }
}

/// A duty as triage lays it down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    pub kind: DutyKind,
    /// The last local day.
    pub due: Date,
    /// The end of that day (or close of office) as an instant: a duty met later is breached.
    pub due_at: Timestamp,
    /// The first warning's day, counted by the strictest convention (receipt is day 1) everywhere (domain.md section 7).
    pub warn_from: Date,
    /// False where the calendar ends before the due date: the date is then a guess without bank holidays, and is said to be.
    pub covered: bool,
}
