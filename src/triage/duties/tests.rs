use super::super::statute;
use super::*;
use crate::model::calendar::{at_local, clock_time};
use crate::model::policy::AckTiming;
use crate::rules;
use jiff::civil::date;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A policy by its id, changed, with its calendar.
struct World {
    policy: Policy,
    calendar: Calendar,
}

fn world(id: &str, change: impl FnOnce(&mut Policy)) -> World {
    let mut policy = rules::policy::load(None).unwrap().remove(id).unwrap();
    change(&mut policy);
    let calendar = rules::calendar::load(None).unwrap().remove(&policy.division).unwrap();
    World { policy, calendar }
}

impl World {
    fn clock(&self, received: &str) -> Clock<'_> {
        Clock { policy: &self.policy, calendar: &self.calendar, received_at: at(received), aware_at: None }
    }

    fn duty(&self, kind: DutyKind, received: &str) -> Duty {
        let all = duties(Kind::NewComplaint, None, false, &[], &self.clock(received));
        all.into_iter().find(|d| d.kind == kind).unwrap()
    }

    fn law(&self, kind: Kind, flags: &[Flag], topics: &[&str], received: &str) -> Vec<Duty> {
        let topics: Vec<String> = topics.iter().map(|t| (*t).to_owned()).collect();
        statute::duties(kind, flags, &topics, &self.clock(received))
    }
}

const MONDAY: &str = "2026-03-02T09:14:00Z";

#[test]
fn a_response_has_two_dates_and_the_alarm_keeps_to_the_earlier() {
    let held = |from| {
        let w = world("code", |p| {
            p.ack_timing = AckTiming::ForOfficer;
            p.ack_hold_wd = 3;
            p.respond_from = from;
        });
        w.duty(DutyKind::RespondStage1, MONDAY)
    };
    // Acknowledged on Thursday the 5th: ten working days of receipt end on the 16th, of the acknowledgement on the 19th (Code 6.3).
    let from_ack = held(RespondFrom::Acknowledgement);
    assert_eq!((from_ack.from_receipt, from_ack.from_ack), (Some(date(2026, 3, 16)), Some(date(2026, 3, 19))));
    assert_eq!((from_ack.due, from_ack.due_at), (date(2026, 3, 19), end_of(date(2026, 3, 16))));
    let from_receipt = held(RespondFrom::Receipt);
    assert_eq!((from_receipt.due, from_receipt.due_at), (date(2026, 3, 16), end_of(date(2026, 3, 16))));
}

#[test]
fn an_alarm_never_waits_for_a_later_count_than_the_codes() {
    let looser = world("code", |p| {
        p.ack_stage1_wd = 8;
        p.respond_stage1_wd = 15;
    });
    let ack = looser.duty(DutyKind::Acknowledge, MONDAY);
    assert_eq!((ack.due, ack.due_at), (date(2026, 3, 12), end_of(date(2026, 3, 9))), "eight days are shown, five alarm (Code 6.2)");
    assert_eq!(looser.duty(DutyKind::RespondStage1, MONDAY).due_at, end_of(date(2026, 3, 16)), "Code 6.3");
    // Convention B counts from the next day what comes after hours; the alarm counts by A (domain.md section 7).
    let deemed = world("code", |p| p.counting = Counting::DeemedNextWorkingDay);
    let ack = deemed.duty(DutyKind::Acknowledge, "2026-04-02T18:30:00Z");
    assert_eq!((ack.due, ack.due_at), (date(2026, 4, 14), end_of(date(2026, 4, 13))));
}

#[test]
fn scotland_counts_the_day_of_receipt_and_alarms_by_it() {
    let scotland = world("scotland", |_| {});
    let answer = scotland.duty(DutyKind::RespondStage1, "2026-06-12T15:00:00Z");
    // Friday before the World Cup holiday: day 1 is the Friday, the Monday is no working day (domain.md section 7, convention C).
    assert_eq!((answer.due, answer.due_at), (date(2026, 6, 19), end_of(date(2026, 6, 19))));
}

#[test]
fn a_hazard_starts_its_own_clock_at_receipt() {
    let code = world("code", |_| {});
    let night = "2026-03-07T02:00:00Z"; // a Saturday
    let [emergency] = code.law(Kind::NewComplaint, &[Flag::Emergency], &[], night).try_into().unwrap();
    assert_eq!((emergency.kind, emergency.due_at), (DutyKind::MakeSafe, at("2026-03-08T02:00:00Z")), "hours of the clock");
    assert_eq!(emergency.warn_from, date(2026, 3, 7), "somebody is told at once, office hours or not");
    let [damp] = code.law(Kind::ServiceRequest, &[Flag::DampMould], &[], MONDAY).try_into().unwrap();
    assert_eq!((damp.kind, damp.due), (DutyKind::InvestigateHazard, date(2026, 3, 16)), "by any route, also a first report");
    assert_eq!(code.law(Kind::NewComplaint, &[Flag::Emergency, Flag::Abuse], &[], night), [], "a threat is no hazard of the home");
    assert_eq!(code.law(Kind::Automatic, &[Flag::DampMould], &[], MONDAY), []);
    assert_eq!(world("wales", |_| {}).law(Kind::NewComplaint, &[Flag::DampMould], &[], MONDAY), []);
    let after = statute::after_investigation(&code.clock("2026-03-11T15:00:00Z"));
    let dates: Vec<_> = after.iter().map(|d| (d.kind, d.due)).collect();
    assert_eq!(dates, [(DutyKind::SummariseHazard, date(2026, 3, 16)), (DutyKind::SafetyWork, date(2026, 3, 18))]);
}

#[test]
fn data_has_its_own_clocks_beside_a_complaints() {
    let code = world("code", |_| {});
    let due = |kind, received| code.law(kind, &[], &["data-protection"], received).into_iter().map(|d| (d.kind, d.due)).collect::<Vec<_>>();
    assert_eq!(due(Kind::ServiceRequest, "2026-01-31T12:00:00Z"), [(DutyKind::SubjectAccess, date(2026, 2, 28))], "the month's last day");
    // Thirty days from the day after receipt, weekends included (domain.md section 11).
    assert_eq!(due(Kind::NewComplaint, "2026-07-01T12:00:00Z"), [(DutyKind::DataComplaint, date(2026, 7, 31))]);
    assert_eq!(due(Kind::Compliment, MONDAY), []);
}

#[test]
fn a_minute_either_side_of_midnight_counts_from_its_own_day() {
    let code = world("code", |_| {});
    let due = |received: &str| code.duty(DutyKind::Acknowledge, received).due;
    // Around Good Friday, and in the nights in which the clocks change (trap 12).
    assert_eq!(due("2026-04-02T22:59:00Z"), date(2026, 4, 13));
    assert_eq!(due("2026-04-02T23:01:00Z"), date(2026, 4, 13), "Good Friday itself is no working day");
    assert_eq!(due("2026-03-29T22:59:00Z"), date(2026, 4, 7), "Sunday 23:59, summer time since one o'clock");
    assert_eq!(due("2026-03-29T23:01:00Z"), date(2026, 4, 8), "Monday 00:01");
    assert_eq!(due("2026-10-24T22:59:00Z"), date(2026, 10, 30));
    assert_eq!(due("2026-10-25T23:59:00Z"), date(2026, 10, 30), "Sunday 23:59, winter time");
    assert_eq!(due("2026-10-26T00:01:00Z"), date(2026, 11, 2));
}

/// The working days from `from` (not counted) to the `days`th, found by looking at each day.
fn brute(calendar: &Calendar, from: Date, days: u32) -> Date {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        day = day.tomorrow().unwrap();
        left -= u32::from(calendar.is_working(day));
    }
    day
}

proptest! {
    #[test]
    fn the_dates_of_a_complaint_are_what_a_count_by_hand_gives(day in 0_i32..1700, minute in 0_i32..1440, nation in 0_usize..4, counting in 0_usize..3) {
        let countings = [Counting::DayAfter, Counting::DeemedNextWorkingDay, Counting::ReceiptIsDay1];
        let w = world(["code", "scotland", "wales", "northern-ireland"][nation], |p| p.counting = countings[counting]);
        let local = date(2024, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let received = at_local(local, clock_time("00:00").unwrap()) + jiff::SignedDuration::from_mins(i64::from(minute));
        let local = local_day(received);
        let (p, c) = (&w.policy, &w.calendar);
        let clock = Clock { policy: p, calendar: c, received_at: received, aware_at: None };
        let plain = |days| brute(c, local, days);
        let strict = |days| brute(c, brute(c, local.yesterday().unwrap(), 1), days - 1);
        for duty in duties(Kind::NewComplaint, Some(Via::Contractor), false, &[], &clock) {
            let days = match duty.kind {
                DutyKind::RespondStage1 => p.respond_stage1_wd,
                DutyKind::PassOn => p.contractor_route_wd,
                _ => p.ack_stage1_wd,
            };
            let alarm = if p.counting == Counting::ReceiptIsDay1 { strict(days) } else { plain(days) };
            prop_assert_eq!(duty.due_at, end_of(alarm), "{:?} of {}", duty.kind, local);
            prop_assert!(duty.due >= alarm && duty.due <= brute(c, alarm, 2), "{:?}", duty);
            prop_assert!(duty.warn_from <= alarm && duty.warn_from >= local.min(alarm), "{:?}", duty);
        }
    }
}
