//! What falls due: counted from receipt by the landlord's calendar and policy (Code 6.2, 6.11; domain.md section 7).

use crate::model::calendar::{Calendar, Counting, clock_time, end_of, local_day};
use crate::model::decision::{Kind, Via};
use crate::model::duty::{Duty, DutyKind};
use crate::model::policy::Policy;
use jiff::Timestamp;
use jiff::civil::{Date, Time, time};

/// The clock of one message.
#[derive(Clone, Copy, Debug)]
pub struct Clock<'a> {
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
    pub received_at: Timestamp,
    /// When a member of staff had it: can bring a due date forward, never back (promise 4).
    pub aware_at: Option<Timestamp>,
}

pub fn duties(kind: Kind, via: Option<Via>, opens_stage2: bool, clock: &Clock<'_>) -> Vec<Duty> {
    let mut duties = Vec::new();
    let days = match kind {
        Kind::NewComplaint => clock.policy.ack_stage1_wd,
        Kind::Stage2Request => clock.policy.ack_stage2_wd,
        // It may be a complaint: doubt goes to a person with the clock running (promise 7).
        Kind::NeedsReview => {
            duties.push(duty(DutyKind::Acknowledge, clock.policy.ack_stage1_wd, clock));
            return duties;
        }
        _ => return duties,
    };
    duties.push(duty(DutyKind::Acknowledge, days, clock));
    duties.push(duty(DutyKind::Define, days, clock));
    // The response is promised from the acknowledgement (Code 6.3, 6.14); until that is out, from receipt: the earlier date alarms.
    let respond = match kind {
        Kind::NewComplaint => Some((DutyKind::RespondStage1, clock.policy.respond_stage1_wd)),
        _ if opens_stage2 => Some((DutyKind::RespondStage2, clock.policy.respond_stage2_wd)),
        _ => None,
    };
    duties.extend(respond.map(|(kind, days)| duty(kind, days, clock)));
    if via == Some(Via::Contractor) {
        duties.push(duty(DutyKind::PassOn, clock.policy.contractor_route_wd, clock));
    }
    duties
}

/// Acknowledge within the days of stage 1.
pub fn acknowledge(clock: &Clock<'_>) -> Duty {
    duty(DutyKind::Acknowledge, clock.policy.ack_stage1_wd, clock)
}

/// Answer within the days of stage 2.
pub fn respond_stage2(clock: &Clock<'_>) -> Duty {
    duty(DutyKind::RespondStage2, clock.policy.respond_stage2_wd, clock)
}

fn duty(kind: DutyKind, days: u32, clock: &Clock<'_>) -> Duty {
    let closes = clock_time(&clock.policy.office_closes).unwrap_or(time(17, 0, 0, 0));
    let started = clock.received_at;
    // What a contractor knew is the contractor's delay; what a colleague knew is ours.
    let earlier = clock.aware_at.filter(|_| kind != DutyKind::PassOn);
    // A deemed later receipt is never good enough for an alarm (domain.md section 7): the due date it gives is kept, its warning is not.
    let count = |from: Timestamp, counting| due(clock.calendar, from, days, counting, closes);
    let first = |counting| {
        let due = count(started, counting);
        earlier.map_or(due, |at| due.min(count(at, counting)))
    };
    let due = first(clock.policy.counting);
    let strictest = first(Counting::ReceiptIsDay1).min(due);
    Duty {
        kind,
        due,
        due_at: end_of(due),
        // A promise of one day is kept within the minute or not at all: it is warned of on its last day, never on its first.
        warn_from: if days <= 1 { due } else { back(clock.calendar, strictest, WARN_DAYS).max(local_day(started).min(due)) },
        covered: clock.calendar.covers_wait(earlier.map_or(started, |at| at.min(started)), due),
    }
}

/// Working days before the strictest due date on which the first warning is given (domain.md 6.2: two left).
const WARN_DAYS: u32 = 2;

fn due(calendar: &Calendar, from: Timestamp, days: u32, counting: Counting, closes: Time) -> Date {
    calendar.due(from, days, counting, closes)
}

/// The `days`th working day before `day`.
fn back(calendar: &Calendar, day: Date, days: u32) -> Date {
    let (mut at, mut left) = (day, days);
    while left > 0 {
        match at.yesterday() {
            Ok(before) => at = before,
            Err(_) => break,
        }
        left -= u32::from(calendar.is_working(at));
    }
    at
}
