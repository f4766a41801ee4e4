//! What a person must know beside the kind: the rules' flags, and the two that only a case and a calendar can tell.

use crate::model::decision::{Flag, Kind, Reason};
use crate::model::policy::Policy;
use crate::rules::{Role, Signals, TimeSpan};
use jiff::ToSpan;
use jiff::civil::Date;

/// Whether the matter is said to lie outside the policy's limit (Code 2.3). Only ever a flag.
#[derive(Clone, Debug, PartialEq)]
pub enum Late {
    No,
    Yes(Reason),
    /// The matter is old, but they say that they have only just learned of it, or the dates do not tell: for a person.
    Unsure(Reason),
}

/// Kinds that raise a complaint, whose age then matters.
pub fn asks_age(kind: Kind) -> bool {
    kind == Kind::NewComplaint
}

pub fn late(signals: &Signals, said: &str, received: Date, policy: &Policy) -> Late {
    let limit = received.saturating_sub(i64::from(policy.limit_months).months());
    let Ok(days) = u32::try_from(days_between(limit, received)) else { return Late::No };
    let year = |t: &TimeSpan| t.words.split(|c: char| !c.is_ascii_digit()).any(|w| w.len() == 4);
    let happened = |t: &&TimeSpan| !t.lasting && (t.role == Role::Onset || t.role == Role::Contact && year(t));
    // The oldest that lies wholly outside the limit, and nothing of the matter since.
    let Some(oldest) = signals.times.iter().filter(happened).filter(|t| t.days_ago.0 > days).max_by_key(|t| t.days_ago.0) else {
        return Late::No;
    };
    let newer = signals
        .times
        .iter()
        .any(|t| !t.lasting && t.days_ago.1 <= days && matches!(t.role, Role::Onset | Role::Contact) && recent(&t.words));
    let lasts = signals.times.iter().any(|t| t.lasting && t.role == Role::Onset && t.days_ago.0 < oldest.days_ago.0 && named(&t.words));
    let lower = said.to_lowercase().replace('\u{2019}', "'");
    if newer || lasts || goes_on(&lower) {
        return Late::No;
    }
    let words = vec![oldest.words.clone()];
    if let Some(learned) = only_learned(&lower) {
        let says = format!("tells of a matter older than {} months, but has only just learned of it", policy.limit_months);
        return Late::Unsure(Reason::new("flag.late", says, vec![oldest.words.clone(), learned.into()]));
    }
    Late::Yes(Reason::new("flag.late", format!("tells of a matter older than the policy's {} months", policy.limit_months), words))
}

/// A day of late on which something happened. A month or a season alone belongs to the old year that is spoken of, and "today" or "the
/// other day" is when they thought of it.
fn recent(words: &str) -> bool {
    let lower = words.to_lowercase();
    const DAYS: [&str; 12] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "yesterday",
        "tonight",
        "last night",
        "last month",
        "weeks ago",
    ];
    let year = lower.split(|c: char| !c.is_ascii_digit()).any(|w| w.len() == 4);
    DAYS.iter().any(|d| lower.contains(d)) || !year && lower.chars().any(|c| c.is_ascii_digit())
}

/// "Since November", "since 2023": a length alone ("six weeks") may have been long ago.
fn named(words: &str) -> bool {
    let lower = words.to_lowercase();
    !["day", "week", "month", "year", "hour", "minute", "fortnight"].iter().any(|unit| lower.contains(unit))
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// A matter that began long ago and goes on is not late. "I would still like" and "I am still upset" go on in the writer alone.
fn goes_on(lower: &str) -> bool {
    const ON: [&str; 30] = [
        "still leak",
        "still damp",
        "still wet",
        "still cold",
        "still broken",
        "still not ",
        "still no ",
        "still hasn't",
        "still hasnt",
        "still isn't",
        "still there",
        "still going",
        "still happening",
        "still waiting for the",
        "still the same",
        "keeps ",
        "every night",
        "every week",
        "every winter",
        "every time it",
        "ever since",
        "getting worse",
        "worse than ever",
        "to this day",
        "happening again",
        "come back",
        "came back",
        "is back",
        "ongoing",
        "on and off",
    ];
    ON.iter().any(|w| lower.contains(w))
}

/// "I only found out last week": the limit counts from becoming aware (Code 2.3).
fn only_learned(lower: &str) -> Option<&'static str> {
    const LEARNED: [&str; 13] = [
        "only found out",
        "only just found out",
        "only discovered",
        "only just discovered",
        "only became aware",
        "only just become aware",
        "only learned",
        "only learnt",
        "didn't know until",
        "did not know until",
        "only came to light",
        "didn't find out until",
        "did not find out until",
    ];
    LEARNED.into_iter().find(|w| lower.contains(w))
}

/// Whether a flag means anything on a message of this kind: praise accuses nobody, a report of a neighbour is of no staff of ours, and a
/// politician who asks in general writes for nobody.
pub fn fits(flag: Flag, kind: Kind, signals: &Signals) -> bool {
    match kind {
        Kind::Compliment => {
            !matches!(flag, Flag::Safety | Flag::Emergency | Flag::StaffConduct | Flag::Abuse | Flag::Health | Flag::Repeat)
        }
        Kind::AsbReport => !matches!(flag, Flag::StaffConduct | Flag::Abuse | Flag::Repeat | Flag::Legal),
        Kind::Ombudsman => matches!(flag, Flag::Vulnerable | Flag::DampMould | Flag::Adjustment),
        Kind::ServiceRequest => !matches!(flag, Flag::StaffConduct | Flag::Repeat),
        Kind::LegalOrInsurance => !matches!(flag, Flag::StaffConduct | Flag::Repeat),
        Kind::SurveyFeedback => !matches!(flag, Flag::Emergency | Flag::Representative | Flag::Abuse | Flag::Legal),
        Kind::PoliticalEnquiry => match flag {
            Flag::Representative => signals.has("for-constituent") && signals.has("on-behalf"),
            _ => !matches!(flag, Flag::StaffConduct | Flag::Abuse | Flag::Repeat | Flag::Group),
        },
        _ => true,
    }
}

/// Puts the flags in the order of the model, each once.
pub fn in_order(mut flags: Vec<Flag>) -> Vec<Flag> {
    flags.sort();
    flags.dedup();
    flags
}
