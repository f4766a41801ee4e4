//! Tasks for a person, beside whatever was decided.

use super::link::Hit;
use super::who::{Class, Who};
use crate::message::language;
use crate::model::decision::{Effect, Flag, Kind, Reply, Review, ReviewCause};
use crate::model::message::Message;

/// What the reviews are made from.
pub struct Seen<'a> {
    pub message: &'a Message,
    pub who: &'a Who<'a>,
    pub kind: Kind,
    pub flags: &'a [Flag],
    pub reply: Reply,
    pub effect: &'a Effect,
    pub hit: Option<&'a Hit<'a>>,
    /// Nothing spoke clearly.
    pub undecided: bool,
    /// What the second reader makes of it, where it is not what was decided.
    pub second: Option<String>,
    pub withdraws: bool,
    /// The matter is old but may not be late.
    pub late_unsure: bool,
    /// Asked for stage 2 later than the policy says.
    pub late_stage2: Option<String>,
    /// What `stage` asks of a person.
    pub for_person: Option<String>,
    /// Complaints of different residents in one message.
    pub several: usize,
    /// Complaints of the same sender whose process is over.
    pub ended: usize,
}

pub fn reviews(seen: &Seen<'_>) -> Vec<Review> {
    let mut out: Vec<Review> = Vec::new();
    let mut add = |cause, says: &str| out.push(Review { cause, says: says.into() });
    let flag = |f| seen.flags.contains(&f);
    let matter = matches!(seen.kind, Kind::NewComplaint | Kind::Addition | Kind::Stage2Request);

    if flag(Flag::Emergency) {
        add(ReviewCause::Emergency, "Speaks of danger to life now: act at once, whatever the hour.");
    }
    if seen.message.social.as_ref().is_some_and(|s| s.unreadable) || seen.kind == Kind::NeedsReview && silent(seen.message) {
        add(ReviewCause::Unreadable, "Holds no words that can be read here: open the original.");
    } else if seen.kind == Kind::NeedsReview {
        // One entry of a cause for a message: what `stage` asks says more.
        add(ReviewCause::Undecided, seen.for_person.as_deref().unwrap_or("The words allow two readings: decide what it is."));
    } else if seen.undecided && matter {
        add(ReviewCause::Undecided, "The words allow another reading: check what was decided.");
    } else if let Some(says) = &seen.second {
        add(ReviewCause::Undecided, says);
    }
    if let Some(hit) = seen.hit
        && matter
        && !matches!(seen.effect, Effect::Open { .. })
    {
        if !hit.strong {
            let says = format!(
                "Joined to {} on a reference or a name alone, from somebody who is not a party to it: make sure who this is.",
                hit.case.reference
            );
            add(ReviewCause::WeakLink, &says);
        } else if hit.rivals > 0 && !hit.pointed {
            add(
                ReviewCause::WeakLink,
                &format!("Joined to {}, but the same person has another complaint that it may belong to.", hit.case.reference),
            );
        }
    }
    if flag(Flag::Premature) {
        add(ReviewCause::Premature, "Asks for stage 2 before the stage 1 response: decide whether to take it there now.");
    }
    if seen.withdraws {
        add(ReviewCause::Withdrawal, "Wishes to withdraw: confirm with them before closing anything.");
    }
    let mut related: Vec<String> = seen.for_person.iter().filter(|_| seen.kind != Kind::NeedsReview).cloned().collect();
    if let Effect::Open { related: other } = seen.effect {
        let together = "The same person has another complaint: see whether the two should be handled together.";
        related.extend(other.map(|_| together.to_owned()).into_iter().chain(over(seen.ended)));
    }
    if !related.is_empty() {
        add(ReviewCause::Related, &related.join(" "));
    }
    if seen.several > 1 {
        add(ReviewCause::SeveralComplaints, &format!("Holds the complaints of {} people: split the others off.", seen.several));
    }
    if matter && seen.reply == Reply::None && seen.message.social.is_none() {
        add(ReviewCause::NoAddress, "No address can be answered: acknowledge by letter or by phone within the same limit.");
    }
    if flag(Flag::Adjustment) {
        add(ReviewCause::AdjustmentAsked, "Asks for an adjustment: see that the answer reaches them in a form that they can use.");
    }
    if matter && flag(Flag::Representative) {
        add(
            ReviewCause::Representative,
            "Written on somebody's behalf: ask for the resident's authority; tell nothing of theirs until it is there.",
        );
    }
    if flag(Flag::Abuse) {
        add(ReviewCause::Abuse, "Threatens or abuses staff: decide what to do about it; the complaint stands.");
    }
    if seen.kind == Kind::Ombudsman {
        add(ReviewCause::Ombudsman, "From the Ombudsman or a regulator: to the complaints officer first.");
    }
    if seen.kind == Kind::LegalOrInsurance || flag(Flag::Legal) {
        add(ReviewCause::Legal, "A legal claim or proceedings: tell whoever handles claims; a complaint about the same stays open.");
    }
    if flag(Flag::Late) {
        add(ReviewCause::Late, "Said to lie outside the time limit: consider discretion before anything is refused (Code 2.3).");
    } else if seen.late_unsure {
        add(
            ReviewCause::Late,
            "The matter is old, but they say that they have only just learned of it: the limit may count from then (Code 2.3).",
        );
    }
    if let Some(says) = &seen.late_stage2 {
        add(ReviewCause::Late, says);
    }
    if flag(Flag::StaffConduct) {
        add(ReviewCause::StaffConduct, "Names a member of staff: do not route it to that person (Code 5.8).");
    }
    let machine = seen.who.class == Class::Ourselves || matches!(seen.kind, Kind::Spam | Kind::Automatic);
    if let Some(language) = seen.message.language.as_deref().filter(|_| !machine) {
        let language = language::name(language);
        add(ReviewCause::ForeignLanguage, &format!("Written in {language}: have it translated, and answer in a language that they read."));
    }
    out
}

/// How often they complained before, for a person to weigh: some landlords count who comes back with the same matter after the process is
/// done. It changes nothing of what is decided (Code 5.1).
fn over(ended: usize) -> Option<String> {
    let complaints = if ended == 1 { "complaint" } else { "complaints" };
    (ended > 0).then(|| format!("They have {ended} earlier {complaints} whose process is over: look whether this is the same matter."))
}

/// No words anywhere: an empty mail, a voice note, a photograph.
pub fn silent(message: &Message) -> bool {
    let empty = |t: &str| !t.chars().any(char::is_alphanumeric);
    empty(&message.subject)
        && empty(&message.text)
        && message.forwards.iter().all(|f| empty(&f.body))
        && message.attachments.iter().all(|a| a.text.is_none())
}
