//! A case and the states it can be in. Transitions that cannot be are errors, never silent.

use super::address::{Address, Party};
use super::keys::folded_name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The store's number of a case.
pub type CaseId = i64;

/// Where a case stands. The Code knows two stages and no other (Code 5.2, 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Stage 1 is open: the response has not been issued.
    #[default]
    Stage1,
    /// The stage 1 response has been issued.
    Responded,
    /// A stage 2 review is open.
    Stage2,
    /// The final response has been issued.
    Final,
    Closed,
    Withdrawn,
}

impl Stage {
    pub const ALL: [Stage; 6] = [Stage::Stage1, Stage::Responded, Stage::Stage2, Stage::Final, Stage::Closed, Stage::Withdrawn];

    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Stage1 => "stage1",
            Stage::Responded => "responded",
            Stage::Stage2 => "stage2",
            Stage::Final => "final",
            Stage::Closed => "closed",
            Stage::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// What can be done to a case's stage: by a decision on a message, or by a person (`postroom case record`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Stage1Response,
    /// A request for review that may take the case to stage 2 at once: after the stage 1 response.
    OpenStage2,
    Stage2Response,
    Close,
    Withdraw,
    /// By a person only.
    Reopen,
}

/// A step that the case's stage does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case that is {} cannot take the step {step:?}", .stage.as_str())]
pub struct WrongStep {
    pub stage: Stage,
    pub step: Step,
}

/// Which responses were ever issued, whatever came after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub stage1: bool,
    pub stage2: bool,
}

impl Answered {
    #[must_use]
    pub fn after(self, step: Step) -> Answered {
        Answered { stage1: self.stage1 || step == Step::Stage1Response, stage2: self.stage2 || step == Step::Stage2Response }
    }
}

impl Stage {
    /// The stage after `step`. A case closed after its stage 1 response goes to stage 2 on request (Code 6.10), one closed or withdrawn before
    /// it does not. After the final response there is no stage to go to (Code 5.3): the Ombudsman is next.
    pub fn after(self, step: Step, answered: Answered) -> Result<Stage, WrongStep> {
        use Stage::*;
        match (self, step) {
            (Stage1, Step::Stage1Response) => Ok(Responded),
            (Responded, Step::OpenStage2) => Ok(Stage2),
            (Closed, Step::OpenStage2) if answered.stage1 && !answered.stage2 => Ok(Stage2),
            // A person may take a complaint straight to stage 2 (Code 5.11 forbids refusing to escalate without good reason).
            (Stage1, Step::OpenStage2) => Ok(Stage2),
            (Stage2, Step::Stage2Response) => Ok(Final),
            (Stage1 | Responded | Stage2 | Final, Step::Close) => Ok(Closed),
            (Stage1 | Responded | Stage2, Step::Withdraw) => Ok(Withdrawn),
            (Closed | Withdrawn, Step::Reopen) if answered.stage2 => Ok(Final),
            (Closed | Withdrawn, Step::Reopen) if answered.stage1 => Ok(Responded),
            (Closed | Withdrawn, Step::Reopen) => Ok(Stage1),
            (stage, step) => Err(WrongStep { stage, step }),
        }
    }
}

/// The same person would look at stage 2 who answered stage 1 (Code 6.13).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} answered this complaint at stage 1: somebody else must look at it at stage 2 (Code 6.13)")]
pub struct SamePerson(pub String);

/// Whether `who` may have a case in hand at a stage.
pub fn may_handle(stage: Stage, stage1_handler: Option<&str>, who: &str) -> Result<(), SamePerson> {
    let second = matches!(stage, Stage::Responded | Stage::Stage2 | Stage::Final);
    let same = stage1_handler.is_some_and(|first| folded_name(first) == folded_name(who));
    if second && same { Err(SamePerson(who.trim().into())) } else { Ok(()) }
}

/// `PR-2026-000123`: the year of receipt and a number within it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(pub String);

impl Reference {
    pub fn new(year: i16, number: i64) -> Reference {
        Reference(format!("PR-{year:04}-{number:06}"))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A case as triage needs to know it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    pub reference: Reference,
    pub stage: Stage,
    /// True once the stage 1 response was issued, whatever came after.
    pub stage1_answered: bool,
    /// True once the final response was issued.
    pub stage2_answered: bool,
    pub received_at: Timestamp,
    /// When the stage last changed.
    pub stage_at: Timestamp,
    /// Whose complaint it is.
    pub resident: Party,
    /// Everybody who is a party to it: the resident first, then representatives and those a person added.
    pub parties: Vec<Party>,
    /// Subject and new words of the complaint and its additions, bounded (triage::topic reads them).
    pub topic: String,
    /// The case's reply-address token, the part after `c-`.
    pub token: String,
    /// Its letters are in large print: the resident asked for it, or a person recorded it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub large_print: bool,
}

impl Default for Reference {
    fn default() -> Reference {
        Reference("PR-0000-000000".into())
    }
}

impl Case {
    pub fn answered(&self) -> Answered {
        Answered { stage1: self.stage1_answered, stage2: self.stage2_answered }
    }

    pub fn is_party(&self, address: &Address) -> bool {
        self.parties.iter().chain([&self.resident]).any(|p| p.email.as_ref() == Some(address))
    }
}

#[cfg(test)]
mod tests;
