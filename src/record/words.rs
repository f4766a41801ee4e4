//! How the record speaks: the store's short names as a caseworker who has never seen Postroom would say them.

use crate::model::calendar::london;
use crate::model::case::Stage;
use crate::model::decision::{Flag, Kind, Via};
use crate::model::message::Channel;
use crate::store::duty;
use jiff::Timestamp;

/// `2 March 2026, 09:14` by the local clock.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(london()).strftime("%-d %B %Y, %H:%M").to_string()
}

/// `2026-03-02 09:14:00` by the local clock, as a spreadsheet reads it.
pub fn cell(at: Timestamp) -> String {
    at.to_zoned(london()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

pub fn who(name: &str) -> String {
    if name == "postroom" { "Postroom (by rule)".into() } else { name.into() }
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Stage1 => "Stage 1 is open",
        Stage::Responded => "The stage 1 response was issued",
        Stage::Stage2 => "Stage 2 is open",
        Stage::Final => "The final response was issued",
        Stage::Closed => "Closed",
        Stage::Withdrawn => "Withdrawn by the resident",
    }
}

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::NewComplaint => "a new complaint",
        Kind::Addition => "more about a complaint",
        Kind::Stage2Request => "a request for stage 2",
        Kind::ServiceRequest => "a request for a service",
        Kind::Compliment => "a compliment",
        Kind::SurveyFeedback => "an answer to a survey",
        Kind::AsbReport => "a report of anti-social behaviour",
        Kind::LegalOrInsurance => "a legal or insurance matter",
        Kind::PoliticalEnquiry => "an enquiry from a councillor or MP",
        Kind::Ombudsman => "mail from the Ombudsman or a regulator",
        Kind::Automatic => "an automatic message",
        Kind::Spam => "unwanted mail",
        Kind::NeedsReview => "unclear: a person must look",
    }
}

pub fn flag(flag: Flag) -> String {
    match flag {
        Flag::DampMould => "damp and mould".into(),
        Flag::Adjustment => "asks for an adjustment".into(),
        Flag::Late => "older than the time limit".into(),
        Flag::Legal => "legal proceedings said to have begun".into(),
        Flag::StaffConduct => "staff conduct".into(),
        Flag::Repeat => "complained before".into(),
        Flag::Premature => "before the stage 1 response".into(),
        other => other.as_str().replace('_', " "),
    }
}

pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Social => "social media",
        Channel::Webform => "web form",
    }
}

pub fn via(via: Via) -> &'static str {
    match via {
        Via::Contractor => "passed on by a contractor",
        Via::Staff => "passed on by a member of staff",
    }
}

/// Met in time, met late, breached, open, or taken back.
pub fn outcome(duty: &duty::Row, now: Timestamp) -> &'static str {
    match (duty.state.as_str(), duty.met_at) {
        ("met", Some(met)) if met <= duty.due_at => "met in time",
        ("met", _) => "met late",
        ("void", _) => "no longer owed",
        (_, _) if now > duty.due_at => "breached",
        _ => "not yet due",
    }
}

/// By what a duty was met: `outbox:12` and `record:kim` are the store's own words for it.
pub fn met_by(by: &str) -> String {
    match by.split_once(':') {
        Some(("outbox", id)) => format!("letter {id}, when the server accepted it"),
        Some(("record", who)) => format!("{who}, who recorded it"),
        Some(("review", rest)) => format!("{}, who dealt with the review entry", rest.split_once(':').map_or(rest, |(_, who)| who)),
        _ => by.into(),
    }
}

pub fn letter(reply: &str) -> String {
    match reply {
        "acknowledge_stage1" => "the stage 1 acknowledgement".into(),
        "acknowledge_stage2" => "the stage 2 acknowledgement".into(),
        "confirm_addition" => "the confirmation that more was added".into(),
        "signpost" => "the letter that says where this is dealt with and how to complain".into(),
        "pass_on" => "the message that passes it on to the complaints team".into(),
        "reminder" => "a reminder to the officer".into(),
        "alarm" => "an alarm to the officer".into(),
        other => format!("the letter `{other}`"),
    }
}

/// One try at sending, or where it ended.
pub fn attempt(outcome: &str) -> &'static str {
    match outcome {
        "sent" => "the mail server accepted it",
        "deferred" => "the mail server asked to try again later",
        "unknown" => "it is not known whether the mail server accepted it",
        "dead" => "the mail server refused it for good",
        "held" => "it was held for a person",
        "bounced" => "it was accepted and came back as undeliverable",
        _ => "it was on its way",
    }
}

/// What the journal says happened, as the end of a sentence that begins with who did it.
pub fn event(what: &str) -> String {
    match what {
        "opened" => "opened the case".into(),
        "added" => "added a message to the case".into(),
        "stage2_opened" => "took the case to stage 2".into(),
        "due_soon" => "warned that a promise falls due soon".into(),
        "overdue" => "raised the alarm that a promise was not kept in time".into(),
        "pile_on" => "noted that many people complain under the same post".into(),
        "stage2_requested_early" => "noted a request for stage 2 that came before the stage 1 response".into(),
        "acknowledged" => "recorded that the resident was acknowledged".into(),
        "defined" => "recorded that the complaint definition was agreed".into(),
        "passed_on" => "recorded that it was passed on".into(),
        "stage1_response" => "recorded that the stage 1 response was issued".into(),
        "stage2_response" => "recorded that the final response was issued".into(),
        "withdrawn" => "recorded that the resident withdrew the complaint".into(),
        "closed" => "closed the case".into(),
        "reopened" => "reopened the case".into(),
        "reviewed" => "dealt with a review entry".into(),
        "fact" => "noted what reports count it by".into(),
        "merged" => "merged this case into another".into(),
        "took_in" => "merged another case into this one".into(),
        "merge_undone" => "took the two cases apart again".into(),
        "split" => "made a case of its own of one message".into(),
        "split_undone" => "put the two cases together again".into(),
        "kept" => "had the case kept from erasing".into(),
        "released" => "let the case be erased in its time".into(),
        "exported" => "exported the record".into(),
        "erased" => "erased personal data".into(),
        other => other.replace('_', " "),
    }
}
