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
        /// An emergency hazard investigated and made safe within twenty-four hours, by the clock (Awaab's Law).
        MakeSafe = "make_safe",
        /// A significant hazard investigated within ten working days (Awaab's Law).
        InvestigateHazard = "investigate_hazard",
        /// What the investigation found, in writing, within three working days of its end.
        SummariseHazard = "summarise_hazard",
        /// Safety work within five working days of the end of the investigation.
        SafetyWork = "safety_work",
        /// Somebody's own data within one month of asking (UK GDPR, Article 12(3)).
        SubjectAccess = "subject_access",
        /// A complaint about data acknowledged within thirty days (Data Protection Act 2018, section 164A).
        DataComplaint = "data_complaint",
    }
}

impl DutyKind {
    /// Awaab's Law.
    pub const HAZARD: [DutyKind; 4] = [DutyKind::MakeSafe, DutyKind::InvestigateHazard, DutyKind::SummariseHazard, DutyKind::SafetyWork];
    pub const DATA: [DutyKind; 2] = [DutyKind::SubjectAccess, DutyKind::DataComplaint];
    /// What is to be done, as an officer would say it.
    pub fn what(self) -> &'static str {
        match self {
            DutyKind::Acknowledge => "acknowledge the complaint",
            DutyKind::Define => "agree what the complaint is about",
            DutyKind::RespondStage1 => "send the stage 1 response",
            DutyKind::RespondStage2 => "send the stage 2 response",
            DutyKind::PassOn => "pass on what a contractor sent",
            DutyKind::MakeSafe => "look into an emergency hazard and make it safe",
            DutyKind::InvestigateHazard => "look into a hazard",
            DutyKind::SummariseHazard => "send the summary of what was found about a hazard",
            DutyKind::SafetyWork => "do or begin the safety work on a hazard",
            DutyKind::SubjectAccess => "answer somebody who asked for their own data",
            DutyKind::DataComplaint => "acknowledge a complaint about personal data",
        }
    }

    pub const RESPOND: [DutyKind; 2] = [DutyKind::RespondStage1, DutyKind::RespondStage2];
}

/// A duty as triage lays it down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    pub kind: DutyKind,
    /// The last local day as the policy promises it: the one that letters and lists show.
    pub due: Date,
    /// The end of the earliest day that any count gives (domain.md section 5): after it comes the alarm.
    pub due_at: Timestamp,
    /// The first warning's day, counted by the strictest convention (receipt is day 1) everywhere (domain.md section 7).
    pub warn_from: Date,
    /// False where the calendar ends before the due date: the date is then a guess without bank holidays, and is said to be.
    pub covered: bool,
    /// A response's last day counted from receipt, and from the acknowledgement: the planned one until it has left (Code 6.3, 6.14).
    pub from_receipt: Option<Date>,
    pub from_ack: Option<Date>,
}

impl Duty {
    /// A duty that one count alone dates.
    pub fn plain(kind: DutyKind, due: Date, due_at: Timestamp, warn_from: Date, covered: bool) -> Duty {
        Duty { kind, due, due_at, warn_from, covered, from_receipt: None, from_ack: None }
    }
}
