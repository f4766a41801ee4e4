//! When an answer may leave: at once, when the office opens, or when an officer has looked at it; and never later than the promise
//! that it keeps (domain.md 2, S4; 6.2).

use crate::model::calendar::{Calendar, at_local, local_day};
use crate::model::decision::{Decision, Flag, Reply};
use crate::model::duty::DutyKind;
use crate::model::message::Channel;
use crate::model::policy::{AckTiming, Policy};
use jiff::Timestamp;
use jiff::civil::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Not before.
    pub at: Timestamp,
    /// It waits so that an officer can look at it first; it leaves at that time all the same.
    pub for_officer: bool,
}

/// When the answer to a message that came by `channel` at `received_at` leaves, if it is ready at `now`.
pub fn leaves(
    decision: &Decision,
    channel: Channel,
    received_at: Timestamp,
    policy: &Policy,
    calendar: &Calendar,
    now: Timestamp,
) -> Leaving {
    let at_once = Leaving { at: now, for_officer: false };
    // What to do in danger is said at once, whatever the hour (domain.md 2, S0; trap 10).
    if decision.flags.contains(&Flag::Emergency) {
        return at_once;
    }
    let hours = policy.office_hours();
    if channel == Channel::Social {
        return if policy.social_hours { Leaving { at: calendar.in_office_hours(now, hours), ..at_once } } else { at_once };
    }
    if !matches!(decision.reply, Reply::AcknowledgeStage1 | Reply::AcknowledgeStage2) {
        return at_once;
    }
    let due = decision.duties.iter().find(|d| d.kind == DutyKind::Acknowledge).map(|d| local_day(d.due_at));
    acknowledgement(policy, calendar, received_at, due, now)
}

/// When an acknowledgement leaves that is ready at `now`. `due`: the last day of its duty.
pub fn acknowledgement(policy: &Policy, calendar: &Calendar, received_at: Timestamp, due: Option<Date>, now: Timestamp) -> Leaving {
    let (opens, _) = policy.office_hours();
    let wanted = match policy.ack_timing {
        AckTiming::AtOnce => now,
        AckTiming::NextWorkingMorning => calendar.next_opening(now, opens),
        AckTiming::ForOfficer => at_local(calendar.after(local_day(received_at), policy.ack_hold_wd), opens),
    };
    // It leaves when the office opens on its last day at the latest, so that somebody sees it if it does not get through.
    let last = due.map_or(wanted, |day| at_local(day, opens));
    let at = wanted.min(last).max(now);
    Leaving { at, for_officer: policy.ack_timing == AckTiming::ForOfficer && at > now }
}

#[cfg(test)]
mod tests;
