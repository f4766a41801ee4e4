//! Decision, case and policy → a finished letter: subject, text, html and the bytes that go out.
//!
//! Pure: the same occasion and the same templates give the same bytes, so that a resend is the same mail (promise 3).

mod check;
mod greeting;
mod mime;
mod page;
pub mod preview;
mod quote;
mod sentence;
mod templates;
pub mod token;
mod welsh;

pub use mime::{in_other_words, text_of};
pub use page::asks_large_print;
pub use templates::Templates;

use crate::model::address::Address;
use crate::model::case::Case;
use crate::model::decision::{Candidate, Courtesy, Decision, Evidence, Kind, Reply, words};
use crate::model::digest::Digest;
use crate::model::duty::Duty;
use crate::model::letter::Letter;
use crate::model::message::{Channel, Message};
use crate::model::policy::Policy;
use crate::model::trouble::Trouble;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

words! {
    /// What a letter is. The first answer a resident, the rest go to the landlord's own people and firms.
    Form {
        AcknowledgeStage1 = "acknowledge_stage1",
        AcknowledgeStage2 = "acknowledge_stage2",
        ConfirmAddition = "confirm_addition",
        Signpost = "signpost",
        /// To who answered a survey and was not content: the answers are no complaint, and how to make one (Code 1.6).
        Survey = "survey",
        /// We have it and cannot read it.
        Unreadable = "unreadable",
        /// Social-media answers: text alone.
        SignpostSocial = "signpost_social",
        TakeOffline = "take_offline",
        /// To the complaints team, with what the contractor sent attached.
        PassOn = "pass_on",
        /// To the contractor, for passing it on.
        ContractorThanks = "contractor_thanks",
        /// To whom the policy's routes lead beside that team.
        Notice = "notice",
        /// To the officer, before a duty falls due; and after.
        Reminder = "reminder",
        Alarm = "alarm",
        /// A person's own, to a resident: the answer comes later (Code 6.4, 6.5), or the complaint is not taken up (Code 2.4).
        Extension = "extension",
        Refusal = "refusal",
        /// To the landlord's people, each working morning; and at once, of what goes wrong and is no duty.
        Digest = "digest",
        Trouble = "trouble",
    }
}

impl Form {
    /// The letter that a decided reply asks for, on the channel that the message came by.
    pub fn of(decision: &Decision, channel: Channel) -> Option<Form> {
        match decision.reply {
            Reply::Signpost if decision.kind == Kind::SurveyFeedback && channel != Channel::Social => Some(Form::Survey),
            Reply::Signpost if channel == Channel::Social => Some(Form::SignpostSocial),
            Reply::AcknowledgeStage1 => Some(Form::AcknowledgeStage1),
            Reply::AcknowledgeStage2 => Some(Form::AcknowledgeStage2),
            Reply::ConfirmAddition => Some(Form::ConfirmAddition),
            Reply::Signpost => Some(Form::Signpost),
            Reply::TakeOffline => Some(Form::TakeOffline),
            Reply::None => None,
        }
    }

    /// The letter that goes out beside the reply.
    pub fn beside(courtesy: Courtesy) -> Form {
        match courtesy {
            Courtesy::ContractorThanks => Form::ContractorThanks,
            Courtesy::Unreadable => Form::Unreadable,
        }
    }

    /// To a resident, or whoever wrote for one; the rest stay in the house.
    pub fn to_resident(self) -> bool {
        !matches!(self, Form::PassOn | Form::ContractorThanks | Form::Notice | Form::Reminder | Form::Alarm | Form::Digest | Form::Trouble)
    }

    /// Answers a message of its recipient's.
    pub fn answers(self) -> bool {
        self.to_resident() || self == Form::ContractorThanks
    }

    /// Says what a person decided, in that person's words and name.
    pub fn by_person(self) -> bool {
        matches!(self, Form::Extension | Form::Refusal)
    }

    /// Text alone, carried by a platform and not by mail.
    pub fn is_social(self) -> bool {
        matches!(self, Form::SignpostSocial | Form::TakeOffline)
    }

    /// The template files that make it up, by their endings.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Form::SignpostSocial | Form::TakeOffline => &["txt"],
            Form::PassOn | Form::Notice | Form::Reminder | Form::Alarm | Form::Digest | Form::Trouble => &["subject", "txt"],
            _ => &["subject", "txt", "html"],
        }
    }
}

/// Everything that a letter is written from.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub form: Form,
    /// Who gets it: `decision.answer_to`, the complaints team or the officer. `None` for social media, which have no address.
    pub to: Option<&'a Address>,
    /// The landlord's mailbox that it is sent from.
    pub from: &'a Address,
    pub policy: &'a Policy,
    /// The case that the message opened or belongs to, or that the duty is about.
    pub case: Option<&'a Case>,
    /// What is answered or passed on, and what was decided about it; none for reminders and alarms.
    pub message: Option<&'a Message>,
    pub decision: Option<&'a Decision>,
    /// What a reminder or an alarm is about.
    pub duty: Option<&'a Duty>,
    pub received_at: Timestamp,
    /// The latest date of the case's response, for an addition or a premature request; the decision's own duties go before it.
    pub response_due: Option<Date>,
    /// Without angle brackets: [`token::message_id`].
    pub message_id: &'a str,
    /// The mail's Date.
    pub date: Timestamp,
    /// Which Postroom wrote it (X-Postroom-Instance), so that it knows its own mail when it comes back.
    pub instance: &'a str,
    /// The recipient asked for large print before.
    pub large: bool,
    /// What arrived, byte for byte, to attach to what is passed on or told of.
    pub original: Option<&'a [u8]>,
    /// What a person says in a letter of their own.
    pub note: Option<&'a Note>,
    pub digest: Option<&'a Digest>,
    pub trouble: Option<&'a Trouble>,
}

/// What a person decided, for the resident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub by: String,
    /// The reasons, in that person's words.
    pub why: String,
    /// The reasons in Welsh, for a letter that is in Welsh too.
    pub why_cy: Option<String>,
    /// The new latest day of an answer, and written out.
    pub until_day: Option<Date>,
    pub until: Option<String>,
    /// How the resident hears of progress meanwhile (Code 5.9), and the same in Welsh.
    pub updates: Option<String>,
    pub updates_cy: Option<String>,
}

impl<'a> Occasion<'a> {
    /// A letter that answers no message: everything else is left out.
    pub fn unasked(
        form: Form,
        to: &'a Address,
        from: &'a Address,
        policy: &'a Policy,
        message_id: &'a str,
        now: Timestamp,
    ) -> Occasion<'a> {
        Occasion {
            form,
            to: Some(to),
            from,
            policy,
            case: None,
            message: None,
            decision: None,
            duty: None,
            received_at: now,
            response_due: None,
            message_id,
            date: now,
            instance: "",
            large: false,
            original: None,
            note: None,
            digest: None,
            trouble: None,
        }
    }
}

impl Occasion<'_> {
    /// True where the message reached the case by a bare reference or by its topic alone: then the letter holds nothing but what its
    /// recipient wrote, and no way into the case (promise 6). A case that the message itself opened is the sender's own.
    pub fn weak(&self) -> bool {
        use crate::model::decision::Effect;
        self.decision.is_some_and(|d| !matches!(d.effect, Effect::Open { .. }) && d.link.as_ref().is_some_and(|l| !l.strong))
    }
}

/// Whether a sender has asked for large print in a case of theirs: by their own address or account, for a name proves nobody.
pub fn large_before(candidates: &[Candidate]) -> bool {
    candidates.iter().any(|c| c.case.large_print && c.evidence.contains(&Evidence::SameSender))
}

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The texts of MiniJinja's errors name templates and variables, never their values.
    #[error("template {template}: {says}")]
    Template { template: String, says: String },
    /// Code 2.4, 6.4: no such letter without its reasons.
    #[error("the letter needs the name of the person who decided it, and the reasons")]
    NoReasons,
    #[error("the letter has no recipient")]
    NoRecipient,
    /// The address itself stays out of the text: it may be logged.
    #[error("an address cannot be written into a mail header")]
    Address,
    #[error("the mail could not be put together: {0}")]
    Mime(#[from] lettre::error::Error),
}

/// Writes the letter of an occasion. A social-media answer has text alone and no `mime`.
pub fn render(templates: &Templates, occasion: &Occasion<'_>) -> Result<Letter, LetterError> {
    if occasion.form.by_person() && occasion.note.is_none_or(|n| n.why.trim().is_empty() || n.by.trim().is_empty()) {
        return Err(LetterError::NoReasons);
    }
    let page = page::Page::of(occasion);
    let mut letter = words_of(templates, occasion, &page)?;
    if !occasion.form.is_social() {
        letter.mime = mime::build(&letter, occasion, &page)?;
    }
    Ok(letter)
}

/// The words of a letter without the mail around them.
pub fn words(templates: &Templates, occasion: &Occasion<'_>) -> Result<Letter, LetterError> {
    words_of(templates, occasion, &page::Page::of(occasion))
}

fn words_of(templates: &Templates, occasion: &Occasion<'_>, page: &page::Page) -> Result<Letter, LetterError> {
    let part = |ending: &str| match occasion.form.parts().contains(&ending) {
        true => templates.part(occasion.form, ending, page),
        false => Ok(String::new()),
    };
    Ok(Letter {
        to: occasion.to.cloned(),
        subject: quote::one_line(&part("subject")?, 250),
        text: quote::tidy(&part("txt")?),
        html: part("html")?,
        mime: Vec::new(),
        message_id: occasion.message_id.into(),
    })
}

#[cfg(test)]
mod reading;
#[cfg(test)]
mod tests;
