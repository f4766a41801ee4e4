//! What falls due: counted from receipt by the landlord's calendar and policy (Code 6.2, 6.11; domain.md section 7).

use super::timing;
use crate::model::calendar::{Calendar, Counting, end_of, local_day};
use crate::model::decision::{Flag, Kind, Via};
use crate::model::duty::{Duty, DutyKind};
use crate::model::policy::{Policy, RespondFrom};
use jiff::Timestamp;
use jiff::civil::Date;

/// The clock of one message.
#[derive(Clone, Copy, Debug)]
pub struct Clock<'a> {
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
    pub received_at: Timestamp,
    /// When a member of staff had it: can bring a due date forward, never back (promise 4).
    pub aware_at: Option<Timestamp>,
}

/// Working days that the Code allows (6.2, 6.3, 6.11, 6.14): a looser policy's dates are shown, and the alarm keeps to these.
const CODE_ACK_WD: u32 = 5;
const CODE_STAGE1_WD: u32 = 10;
const CODE_STAGE2_WD: u32 = 20;

pub fn duties(kind: Kind, via: Option<Via>, opens_stage2: bool, flags: &[Flag], clock: &Clock<'_>) -> Vec<Duty> {
    let policy = clock.policy;
    let days = match kind {
        Kind::NewComplaint => policy.ack_stage1_wd,
        Kind::Stage2Request => policy.ack_stage2_wd,
        // It may be a complaint: doubt goes to a person with the clock running (promise 7).
        Kind::NeedsReview => return vec![acknowledge(clock)],
        _ => return Vec::new(),
    };
    let acknowledge = clock.working_days(DutyKind::Acknowledge, days, CODE_ACK_WD);
    let ack_at = match flags.contains(&Flag::Emergency) {
        true => clock.received_at,
        false => {
            let due = Some(local_day(acknowledge.due_at));
            timing::acknowledgement(policy, clock.calendar, clock.received_at, due, clock.received_at).at
        }
    };
    let mut duties = vec![acknowledge, clock.working_days(DutyKind::Define, days, CODE_ACK_WD)];
    match kind {
        Kind::NewComplaint => duties.push(respond(DutyKind::RespondStage1, clock, ack_at)),
        _ if opens_stage2 => duties.push(respond(DutyKind::RespondStage2, clock, ack_at)),
        _ => {}
    }
    if via == Some(Via::Contractor) {
        duties.push(clock.working_days(DutyKind::PassOn, policy.contractor_route_wd, policy.contractor_route_wd));
    }
    duties
}

/// Acknowledge within the days of stage 1.
pub fn acknowledge(clock: &Clock<'_>) -> Duty {
    clock.working_days(DutyKind::Acknowledge, clock.policy.ack_stage1_wd, CODE_ACK_WD)
}

/// Answer at a stage. Both counts are kept, from receipt and from the acknowledgement (Code 6.3, 6.14); the policy says which is shown, and
/// the alarm keeps to the earlier.
pub fn respond(kind: DutyKind, clock: &Clock<'_>, ack_at: Timestamp) -> Duty {
    let policy = clock.policy;
    let (days, code) = match kind {
        DutyKind::RespondStage2 => (policy.respond_stage2_wd, CODE_STAGE2_WD),
        _ => (policy.respond_stage1_wd, CODE_STAGE1_WD),
    };
    let mut duty = clock.working_days(kind, days, code);
    let from_receipt = duty.due;
    let from_ack = from_acknowledgement(kind, policy, clock.calendar, ack_at);
    duty.from_receipt = Some(from_receipt);
    duty.from_ack = Some(from_ack);
    if policy.respond_from == RespondFrom::Acknowledgement {
        duty.due = from_ack;
        duty.covered = clock.calendar.covers_wait(clock.received_at, from_ack);
    }
    duty
}

/// The last day of a response counted from its acknowledgement.
pub fn from_acknowledgement(kind: DutyKind, policy: &Policy, calendar: &Calendar, ack_at: Timestamp) -> Date {
    let days = if kind == DutyKind::RespondStage2 { policy.respond_stage2_wd } else { policy.respond_stage1_wd };
    calendar.due(ack_at, days, policy.counting, policy.office_hours().1)
}

impl Clock<'_> {
    /// A promise of working days from receipt, of which the Code (or the law) allows `code`.
    pub fn working_days(&self, kind: DutyKind, days: u32, code: u32) -> Duty {
        let started = self.received_at;
        // What a contractor knew is the contractor's delay; what a colleague knew is ours.
        let earlier = self.aware_at.filter(|_| kind != DutyKind::PassOn);
        let closes = self.policy.office_hours().1;
        let first = |days, counting| {
            let due = self.calendar.due(started, days, counting, closes);
            earlier.map_or(due, |at| due.min(self.calendar.due(at, days, counting, closes)))
        };
        let due = first(days, self.policy.counting);
        // A receipt that is deemed to be later is never good enough for an alarm (domain.md section 7).
        let strict = match self.policy.counting {
            Counting::DeemedNextWorkingDay => Counting::DayAfter,
            other => other,
        };
        let last = first(days.min(code), strict).min(due);
        let strictest = first(days.min(code), Counting::ReceiptIsDay1).min(last);
        let covered = self.calendar.covers_wait(earlier.map_or(started, |at| at.min(started)), due);
        // A promise of one day is kept within the minute or not at all: it is warned of on its last day, never on its first.
        let warn_from = if days <= 1 { last } else { warning(self.calendar, strictest).max(local_day(started).min(last)) };
        Duty::plain(kind, due, end_of(last), warn_from, covered)
    }
}

/// Working days before the strictest due date on which the first warning is given (domain.md 6.2: two left).
const WARN_DAYS: u32 = 2;

/// The day of the first warning before `day`.
pub fn warning(calendar: &Calendar, day: Date) -> Date {
    let (mut at, mut left) = (day, WARN_DAYS);
    while left > 0 {
        match at.yesterday() {
            Ok(before) => at = before,
            Err(_) => break,
        }
        left -= u32::from(calendar.is_working(at));
    }
    at
}

#[cfg(test)]
mod tests;
