//! A decision in words: what `postroom explain` prints.

use crate::model::calendar::written_out;
use crate::model::decision::{Decision, Effect, Evidence, Flag, Kind, Reason, Reply};
use crate::model::duty::{Duty, DutyKind};
use crate::model::policy::{Cause, Policy};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write;

/// The decision in one sentence, then its reasons, what came second, and how the days were counted.
pub fn explain(decision: &Decision, policy: &Policy, received_at: Timestamp, zone: &TimeZone) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", sentence(decision));
    if !decision.reasons.is_empty() {
        let _ = writeln!(out, "\nBecause it");
        for reason in &decision.reasons {
            let _ = writeln!(out, "  - {}{}   [{}]", reason.says, quoted(&reason.words), reason.id);
        }
    }
    match &decision.runner_up {
        Some((kind, says)) if says.is_empty() => {
            let _ = writeln!(out, "\nSecond came {}, far behind.", a(*kind));
        }
        Some((kind, says)) => {
            let _ = writeln!(out, "\nSecond came {}: it {says}.", a(*kind));
        }
        None => out.push_str("\nNothing else came near.\n"),
    }
    if let Some(link) = &decision.link {
        let strength = if link.strong { "surely" } else { "perhaps" };
        let by: Vec<&str> = link.evidence.iter().map(|e: &Evidence| e.as_str()).collect();
        let _ = writeln!(out, "\nIt {strength} belongs to case {}, by {}.", link.case, by.join(", "));
    }
    if !decision.definition.what.is_empty() || decision.definition.outcome.is_some() {
        let _ = writeln!(out, "\nIn the sender's words");
        for (n, what) in decision.definition.what.iter().enumerate() {
            let _ = writeln!(out, "  {}. {what}", n + 1);
        }
        let d = &decision.definition;
        for (asked, answer) in [("when", &d.when), ("who", &d.who), ("outcome", &d.outcome)] {
            let _ = writeln!(out, "  {asked}: {}", answer.as_deref().unwrap_or("not said"));
        }
    }
    told(decision, &mut out);
    let local = received_at.to_zoned(zone.clone());
    let _ = writeln!(out, "\nReceived {} at {}.", written_out(local.date()), local.strftime("%H:%M"));
    if let Some(aware) = decision.aware_at {
        let _ = writeln!(
            out,
            "A member of staff had it on {}: days count from then where that is earlier.",
            written_out(aware.to_zoned(zone.clone()).date())
        );
    }
    for duty in &decision.duties {
        let _ = writeln!(out, "  {}", counted(duty, policy));
    }
    if !decision.reviews.is_empty() {
        let _ = writeln!(out, "\nFor a person");
        for review in &decision.reviews {
            let _ = writeln!(out, "  - {} ({})", review.says, review.cause.as_str());
        }
    }
    out
}

/// Where each flag and topic leads. A flag that the policy routes to nobody stays with whoever handles the case.
fn told(decision: &Decision, out: &mut String) {
    if decision.routes.is_empty() && decision.flags.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nWho else is told");
    for route in &decision.routes {
        let of = route.of.join(" and ");
        let _ = match (&route.to, route.letter) {
            (Some(to), true) => writeln!(out, "  - {}, at {to}, of {of}", route.role),
            (None, true) => writeln!(out, "  - {}, at the officer's address, of {of}", route.role),
            (_, false) => writeln!(out, "  - {} finds it with the case: {of}", route.role),
        };
    }
    let left: Vec<String> = decision.flags.iter().map(|f| Cause::Flag(*f).words()).collect();
    let left: Vec<&str> = left.iter().filter(|f| !decision.routes.iter().any(|r| r.of.contains(f))).map(String::as_str).collect();
    if !left.is_empty() {
        let _ = writeln!(out, "  - nobody apart from whoever handles it: {}", left.join(", "));
    }
}

pub fn sentence(decision: &Decision) -> String {
    let mut s = format!("This is {}", a(decision.kind));
    // The sender's own words say more than any rule's name.
    if let Some(reason) = decision.reasons.iter().find(|r: &&Reason| !r.words.is_empty()) {
        let _ = write!(s, ", since it {}{}", reason.says, quoted(&reason.words));
    } else if let Some(reason) = decision.reasons.first() {
        let _ = write!(s, ", since it {}", reason.says);
    }
    s.push_str("; ");
    s.push_str(match decision.effect {
        Effect::Record => "it is recorded",
        Effect::Open { related: None } => "it opens a case",
        Effect::Open { related: Some(_) } => "it opens a case, related to an earlier one",
        Effect::Add { .. } => "it is added to the case",
        Effect::Stage2 { premature: false, .. } => "it takes the case to stage 2",
        Effect::Stage2 { premature: true, .. } => "a person decides whether the case goes to stage 2 now",
    });
    s.push_str(match decision.reply {
        Reply::AcknowledgeStage1 => ", and the stage 1 acknowledgement goes out",
        Reply::AcknowledgeStage2 => ", and the stage 2 acknowledgement goes out",
        Reply::ConfirmAddition => ", and we confirm that it was added",
        Reply::Signpost => ", and we say where it is dealt with and how to complain",
        Reply::TakeOffline => ", and we ask to go on in private",
        Reply::None => ", and nothing goes out by itself",
    });
    if !decision.flags.is_empty() {
        let flags: Vec<&str> = decision.flags.iter().map(|f: &Flag| f.as_str()).collect();
        let _ = write!(s, ". Flags: {}", flags.join(", "));
    }
    s.push('.');
    s
}

fn a(kind: Kind) -> &'static str {
    match kind {
        Kind::NewComplaint => "a new complaint",
        Kind::Addition => "an addition to an open complaint",
        Kind::Stage2Request => "a request for stage 2",
        Kind::ServiceRequest => "a service request",
        Kind::Compliment => "a compliment",
        Kind::SurveyFeedback => "an answer to a survey",
        Kind::AsbReport => "a report of anti-social behaviour",
        Kind::LegalOrInsurance => "a legal or insurance matter",
        Kind::PoliticalEnquiry => "an enquiry from a councillor or MP",
        Kind::Ombudsman => "a letter from the Ombudsman or a regulator",
        Kind::Automatic => "an automatic message",
        Kind::Spam => "spam",
        Kind::NeedsReview => "a message for a person to read",
    }
}

fn quoted(words: &[String]) -> String {
    let shown: Vec<String> =
        words.iter().take(3).map(|w| format!("\u{201c}{}\u{201d}", w.split_whitespace().collect::<Vec<_>>().join(" "))).collect();
    if shown.is_empty() { String::new() } else { format!(": {}", shown.join(", ")) }
}

fn counted(duty: &Duty, policy: &Policy) -> String {
    let days = match duty.kind {
        DutyKind::RespondStage1 => Some(policy.respond_stage1_wd),
        DutyKind::RespondStage2 => Some(policy.respond_stage2_wd),
        DutyKind::PassOn => Some(policy.contractor_route_wd),
        _ => None,
    };
    let span = days.map_or(String::new(), |d| format!(" ({d} working days)"));
    // Where another count ends sooner than the promise, the alarm keeps to it.
    let alarm = crate::model::calendar::local_day(duty.due_at);
    let sooner = if alarm < duty.due { format!(", alarm after {}", written_out(alarm)) } else { String::new() };
    let guess = if duty.covered { "" } else { "; the calendar ends before that day, so bank holidays may be missing from the count" };
    format!("{} by {}{span}{sooner}, first warning on {}{guess}", duty.kind.what(), written_out(duty.due), written_out(duty.warn_from))
}
