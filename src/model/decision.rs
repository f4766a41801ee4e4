//! What triage decided about one message, and why.

use super::address::{Address, Party};
use super::case::CaseId;
use super::duty::Duty;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Names a fieldless enum's variants as they are written in files, the store and JSON.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            pub fn parse(text: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|v| v.as_str() == text)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a message is. Each is defined in rules/kinds.toml and in tests/scenarios/FORMAT.md.
    Kind {
        NewComplaint = "new_complaint",
        Addition = "addition",
        Stage2Request = "stage2_request",
        ServiceRequest = "service_request",
        Compliment = "compliment",
        SurveyFeedback = "survey_feedback",
        AsbReport = "asb_report",
        LegalOrInsurance = "legal_or_insurance",
        PoliticalEnquiry = "political_enquiry",
        Ombudsman = "ombudsman",
        Automatic = "automatic",
        Spam = "spam",
        NeedsReview = "needs_review",
    }
}

words! {
    /// What a person must know about a message beside its kind.
    Flag {
        Safety = "safety",
        Emergency = "emergency",
        Vulnerable = "vulnerable",
        DampMould = "damp_mould",
        Adjustment = "adjustment",
        Abuse = "abuse",
        Late = "late",
        Legal = "legal",
        Premature = "premature",
        Representative = "representative",
        Group = "group",
        Health = "health",
        StaffConduct = "staff_conduct",
        Repeat = "repeat",
    }
}

words! {
    /// What goes back to the sender, or to the resident of a forwarded message.
    Reply {
        AcknowledgeStage1 = "acknowledge_stage1",
        AcknowledgeStage2 = "acknowledge_stage2",
        ConfirmAddition = "confirm_addition",
        Signpost = "signpost",
        TakeOffline = "take_offline",
        None = "none",
    }
}

words! {
    /// Through whom a resident's words reached us.
    Via { Contractor = "contractor", Staff = "staff" }
}

/// One reason, as an officer would say it, with the words of the message that caused it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule or step that speaks: `signal.no-answer`, `link.token`, `stage.addition`.
    pub id: String,
    /// A whole clause: "says that nobody came".
    pub says: String,
    /// The sender's own words.
    pub words: Vec<String>,
}

impl Reason {
    pub fn new(id: impl Into<String>, says: impl Into<String>, words: Vec<String>) -> Reason {
        Reason { id: id.into(), says: says.into(), words }
    }
}

words! {
    /// Letters beside the reply, where the policy has them.
    Courtesy {
        /// To the firm that passed a complaint on.
        ContractorThanks = "contractor_thanks",
        /// To whoever sent what cannot be read here.
        Unreadable = "unreadable",
    }
}

words! {
    /// Why a message may belong to a case, strongest first (channels.md section 4).
    Evidence {
        /// The case's token in an address that the message was delivered to.
        ReplyAddress = "reply_address",
        /// In-Reply-To names a mail of ours in the case.
        OurMessageId = "our_message_id",
        /// References name a mail of ours or one that the case holds.
        References = "references",
        ReferenceInSubject = "reference_in_subject",
        ReferenceInBody = "reference_in_body",
        /// Outlook's conversation is the case's.
        ThreadRoot = "thread_root",
        /// The sender is a party to the case.
        SameSender = "same_sender",
        /// The sender has a party's name, at an address that the case does not know.
        SameName = "same_name",
        /// It speaks of the same matter.
        SameTopic = "same_topic",
        /// The same social-media conversation or post, by the same person.
        SameConversation = "same_conversation",
    }
}

/// What a person looks at first (Code 6.1: complexity, vulnerability, risk): the more, the sooner. It moves no date.
pub fn urgency(flags: &[Flag]) -> u32 {
    let weight = |flag: &Flag| match flag {
        Flag::Emergency => 32,
        Flag::Safety => 16,
        Flag::Health => 8,
        Flag::DampMould => 4,
        Flag::Vulnerable => 6,
        _ => 0,
    };
    flags.iter().map(weight).sum()
}

/// A case that a message may belong to, with what speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub case: super::case::Case,
    pub evidence: Vec<Evidence>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub case: CaseId,
    pub evidence: Vec<Evidence>,
    /// Bound to a party of the case by address or by our own Message-ID or token; a bare reference from a stranger is not (promise 6).
    pub strong: bool,
}

/// The complaint definition (Code 5.6): the landlord's four questions answered in the sender's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub what: Vec<String>,
    pub when: Option<String>,
    pub who: Option<String>,
    pub outcome: Option<String>,
}

words! {
    /// Why a person must look: the name of a review entry.
    ReviewCause {
        Unreadable = "unreadable",
        Undecided = "undecided",
        WeakLink = "weak_link",
        Premature = "premature",
        NoAddress = "no_address",
        AdjustmentAsked = "adjustment_asked",
        Representative = "representative",
        Emergency = "emergency",
        Abuse = "abuse",
        Ombudsman = "ombudsman",
        Legal = "legal",
        Late = "late",
        StaffConduct = "staff_conduct",
        ForeignLanguage = "foreign_language",
        SeveralComplaints = "several_complaints",
        LetterHeld = "letter_held",
        LetterFailed = "letter_failed",
        SourceSilent = "source_silent",
        /// A sender gave two submissions one id.
        IdReused = "id_reused",
        /// Many people complain under one post.
        PileOn = "pile_on",
        Withdrawal = "withdrawal",
        Related = "related",
        Hazard = "hazard",
        DataProtection = "data_protection",
        /// A contractor kept a complaint for longer than the policy allows.
        ContractorDelay = "contractor_delay",
    }
}

/// A task for a person, beside whatever was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    pub cause: ReviewCause,
    /// One sentence for the officer.
    pub says: String,
}

/// Somebody beside the complaints team who must know of a message, and why (the policy's routes).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    pub role: String,
    /// Their own address; without one the landlord's officer stands in.
    pub to: Option<Address>,
    /// What leads there: "safety", "lift".
    pub of: Vec<String>,
    /// A letter goes out now; else they find it with the case.
    pub letter: bool,
}

/// What happens to the register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    #[default]
    Record,
    /// A new case, with the earlier one that it is related to, if any.
    Open {
        related: Option<CaseId>,
    },
    Add {
        case: CaseId,
    },
    /// A request for stage 2; premature ones leave the stage as it is until a person decides.
    Stage2 {
        case: CaseId,
        premature: bool,
    },
}

/// Everything that was decided about one message. Stored as JSON; `explain` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub kind: Kind,
    pub flags: Vec<Flag>,
    pub reply: Reply,
    pub link: Option<Link>,
    pub effect: Effect,
    pub via: Option<Via>,
    /// Whose complaint it is: the sender, or the resident of a forwarded message or a note.
    pub resident: Party,
    /// Where the reply goes; `None` when `reply` is `none` or no address may be answered.
    pub answer_to: Option<Address>,
    /// Working days from the day that a forwarded message was written to the contractor until we had it.
    #[serde(default)]
    pub contractor_delay_wd: Option<i64>,
    /// An earlier date on which our side knew (a staff member's forward); can only bring a due date forward.
    pub aware_at: Option<Timestamp>,
    pub definition: Definition,
    /// Matters that it speaks of (ids of rules' topics), for routes and signposts.
    pub topics: Vec<String>,
    pub duties: Vec<Duty>,
    /// Who is told beside the complaints team.
    #[serde(default)]
    pub routes: Vec<Routed>,
    pub reviews: Vec<Review>,
    pub reasons: Vec<Reason>,
    /// What came second, and what spoke for it.
    pub runner_up: Option<(Kind, String)>,
    /// A letter beside the reply, and to whom.
    #[serde(default)]
    pub courtesy: Option<(Courtesy, Address)>,
    /// SHA-256 (hex) of the input and of the ruleset: the same two give the same decision.
    pub input_digest: String,
    pub ruleset_digest: String,
}
