//! Clocks that the law starts beside the Code's: hazards (Awaab's Law, domain.md section 9) and personal data (section 11). Postroom
//! decides neither whether there is a hazard nor what a right holds: it starts the clock at receipt, and a person takes it from there.

use super::duties::{Clock, warning};
use crate::model::calendar::{end_of, local_day};
use crate::model::decision::{Flag, Kind, Review, ReviewCause};
use crate::model::duty::{Duty, DutyKind};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The rules' topic of personal data.
const DATA_TOPIC: &str = "data-protection";

/// The clocks that a message of this kind starts, whatever it is otherwise: the landlord knows from any route.
pub fn duties(kind: Kind, flags: &[Flag], topics: &[String], clock: &Clock<'_>) -> Vec<Duty> {
    let mut duties = Vec::new();
    if matches!(kind, Kind::Automatic | Kind::Spam | Kind::Ombudsman | Kind::Compliment) {
        return duties;
    }
    let known = clock.aware_at.map_or(clock.received_at, |at| at.min(clock.received_at));
    if let Some(hazards) = &clock.policy.hazards {
        // A threat is an emergency too, and no hazard of the home.
        if flags.contains(&Flag::Emergency) && !flags.contains(&Flag::Abuse) {
            duties.push(make_safe(clock, known, hazards.emergency_hours));
        }
        if flags.iter().any(|f| hazards.flags.contains(f)) {
            duties.push(clock.working_days(DutyKind::InvestigateHazard, hazards.investigate_wd, hazards.investigate_wd));
        }
    }
    if topics.iter().any(|t| t == DATA_TOPIC) {
        let data = &clock.policy.data_protection;
        let first = local_day(known);
        match kind {
            // To the corresponding date of the month, weekends and holidays included: no day later than any reading of "one month" allows.
            Kind::ServiceRequest => {
                let due = first.saturating_add(i64::from(data.access_months).months());
                duties.push(by_the_calendar(DutyKind::SubjectAccess, due, clock));
            }
            // Counted from the day after receipt.
            Kind::NewComplaint | Kind::Addition | Kind::Stage2Request => {
                let due = first.saturating_add(i64::from(data.complaint_days).days());
                duties.push(by_the_calendar(DutyKind::DataComplaint, due, clock));
            }
            _ => {}
        }
    }
    duties
}

/// Hours of the clock, day and night.
fn make_safe(clock: &Clock<'_>, known: Timestamp, hours: u32) -> Duty {
    let due_at = known + SignedDuration::from_hours(i64::from(hours));
    let due = local_day(due_at);
    // Somebody is told at once: there is no day to wait for.
    Duty::plain(DutyKind::MakeSafe, due, due_at, local_day(known), clock.calendar.covers_wait(known, due))
}

fn by_the_calendar(kind: DutyKind, due: Date, clock: &Clock<'_>) -> Duty {
    Duty::plain(kind, due, end_of(due), warning(clock.calendar, due), clock.calendar.covers_wait(clock.received_at, due))
}

/// What follows the investigation of a hazard: its summary in writing and the safety work (counted from its end).
pub fn after_investigation(clock: &Clock<'_>) -> Vec<Duty> {
    let Some(hazards) = &clock.policy.hazards else { return Vec::new() };
    vec![
        clock.working_days(DutyKind::SummariseHazard, hazards.summary_wd, hazards.summary_wd),
        clock.working_days(DutyKind::SafetyWork, hazards.safety_work_wd, hazards.safety_work_wd),
    ]
}

/// Tasks for a person that these clocks ask for.
pub fn reviews(duties: &[Duty]) -> Vec<Review> {
    let laid = |kinds: &[DutyKind]| duties.iter().any(|d| kinds.contains(&d.kind));
    let mut reviews = Vec::new();
    if laid(&DutyKind::HAZARD) {
        let says = "May tell of a hazard in the home: decide whether it is one; its clock runs from receipt (Awaab's Law).";
        reviews.push(Review { cause: ReviewCause::Hazard, says: says.into() });
    }
    if laid(&DutyKind::DATA) {
        let says = "Speaks of personal data: to whoever looks after it; the law's own clock runs from receipt.";
        reviews.push(Review { cause: ReviewCause::DataProtection, says: says.into() });
    }
    reviews
}
