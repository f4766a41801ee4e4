use super::*;
use crate::model::address::Party;
use crate::model::decision::{Definition, Effect, Kind};
use crate::rules;
use crate::triage::of_complaint;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When the acknowledgement of a complaint leaves that was received and decided at these instants.
fn acknowledged(timing: AckTiming, received: &str, now: &str, flags: &[Flag]) -> Leaving {
    let mut policy = rules::policy::load(None).unwrap().remove("code").unwrap();
    policy.ack_timing = timing;
    policy.ack_hold_wd = 3;
    leaving(&policy, Channel::Email, received, now, flags)
}

fn leaving(policy: &Policy, channel: Channel, received: &str, now: &str, flags: &[Flag]) -> Leaving {
    let calendar = rules::calendar::load(None).unwrap().remove(&policy.division).unwrap();
    let decision = Decision {
        kind: Kind::NewComplaint,
        flags: flags.to_vec(),
        reply: Reply::AcknowledgeStage1,
        link: None,
        effect: Effect::Open { related: None },
        via: None,
        resident: Party::default(),
        answer_to: None,
        contractor_delay_wd: None,
        aware_at: None,
        definition: Definition::default(),
        topics: Vec::new(),
        routes: Vec::new(),
        duties: of_complaint(policy, &calendar, at(received)),
        reviews: Vec::new(),
        reasons: Vec::new(),
        runner_up: None,
        courtesy: None,
        input_digest: String::new(),
        ruleset_digest: String::new(),
    };
    leaves(&decision, channel, at(received), policy, &calendar, at(now))
}

#[test]
fn the_next_working_morning_is_the_first_opening_to_come() {
    let leave = |received: &str| acknowledged(AckTiming::NextWorkingMorning, received, received, &[]).at;
    // Small hours and noon of a Tuesday; a Friday evening; Maundy Thursday; the morning of the spring change's Sunday.
    for (received, leaves) in [
        ("2026-03-03T02:00:00Z", "2026-03-03T09:00:00Z"),
        ("2026-03-03T12:00:00Z", "2026-03-04T09:00:00Z"),
        ("2026-03-06T19:00:00Z", "2026-03-09T09:00:00Z"),
        ("2026-04-02T18:30:00Z", "2026-04-07T08:00:00Z"),
        ("2026-03-29T00:30:00Z", "2026-03-30T08:00:00Z"),
        ("2026-12-24T18:00:00Z", "2026-12-29T09:00:00Z"),
    ] {
        assert_eq!(leave(received), at(leaves), "{received}");
    }
}

#[test]
fn what_waits_for_an_officer_leaves_by_itself_on_its_day() {
    let leave = |received: &str, now: &str| acknowledged(AckTiming::ForOfficer, received, now, &[]);
    // Over a weekend and over Easter: working days are counted from receipt.
    assert_eq!(leave("2026-03-05T10:00:00Z", "2026-03-05T10:00:01Z"), Leaving { at: at("2026-03-10T09:00:00Z"), for_officer: true });
    assert_eq!(leave("2026-04-02T10:00:00Z", "2026-04-02T10:00:01Z"), Leaving { at: at("2026-04-09T08:00:00Z"), for_officer: true });
    // Read only after an outage: its day is past, and it leaves now.
    let late = at("2026-03-17T12:00:00Z");
    assert_eq!(leave("2026-03-05T10:00:00Z", "2026-03-17T12:00:00Z"), Leaving { at: late, for_officer: false });
}

#[test]
fn an_acknowledgement_never_leaves_after_the_opening_of_its_last_day() {
    let mut policy = rules::policy::load(None).unwrap().remove("code").unwrap();
    policy.ack_timing = AckTiming::ForOfficer;
    policy.ack_hold_wd = 9;
    let leave = leaving(&policy, Channel::Email, "2026-03-02T09:14:00Z", "2026-03-02T09:14:00Z", &[]);
    assert_eq!(leave.at, at("2026-03-09T09:00:00Z"), "due on Monday the 9th (Code 6.2)");
}

#[test]
fn an_emergency_waits_for_nothing() {
    for timing in [AckTiming::NextWorkingMorning, AckTiming::ForOfficer] {
        let night = "2026-03-07T02:00:00Z";
        assert_eq!(acknowledged(timing, night, night, &[Flag::Emergency]).at, at(night));
    }
}

#[test]
fn social_answers_wait_for_office_hours_where_the_policy_says_so_and_emergencies_do_not() {
    let policies = rules::policy::load(None).unwrap();
    let leave = |id: &str, now: &str, flags: &[Flag]| leaving(&policies[id], Channel::Social, now, now, flags).at;
    for (now, leaves) in [
        ("2026-03-07T02:00:00Z", "2026-03-09T09:00:00Z"), // Saturday night
        ("2026-03-09T08:59:59Z", "2026-03-09T09:00:00Z"),
        ("2026-03-09T09:00:00Z", "2026-03-09T09:00:00Z"),
        ("2026-03-09T16:59:59Z", "2026-03-09T16:59:59Z"),
        ("2026-03-09T17:00:00Z", "2026-03-10T09:00:00Z"),
        ("2026-04-03T12:00:00Z", "2026-04-07T08:00:00Z"), // Good Friday
    ] {
        assert_eq!(leave("together", now, &[]), at(leaves), "{now}");
        assert_eq!(leave("code", now, &[]), at(now), "the Code knows no hours");
        assert_eq!(leave("together", now, &[Flag::Emergency]), at(now));
    }
}
