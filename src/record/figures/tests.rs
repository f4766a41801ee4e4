use super::*;
use crate::model::message::Channel;
use jiff::civil::{Date, date};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn complaint(case_id: CaseId, received: &str) -> Complaint {
    Complaint { case_id, received_at: at(received), channel: Some(Channel::Email) }
}

fn owed(case_id: CaseId, kind: DutyKind, received: &str, due: Date, met: Option<&str>) -> Owed {
    let due_at = crate::model::calendar::end_of(due);
    let (state, met_at) = (if met.is_some() { "met" } else { "open" }.to_owned(), met.map(at));
    Owed {
        case_id: Some(case_id),
        kind,
        last: due,
        due_at,
        state,
        met_at,
        received_at: at(received),
        message_kind: Some("new_complaint".into()),
    }
}

fn cell(tables: &[Table], title: &str, row: &str, column: &str) -> String {
    let table = tables.iter().find(|t| t.title.starts_with(title)).unwrap();
    let column = table.columns.iter().position(|c| c == column).unwrap();
    table.rows.iter().find(|(name, _)| name == row).unwrap_or_else(|| panic!("{title}: no row {row}")).1[column].text()
}

/// Three complaints: acknowledged on day 0 and on day 6, over a bank holiday, and not at all; answered in time, late, and never.
#[test]
fn acknowledgements_and_responses_are_counted_by_working_days_and_by_their_dates() {
    let calendar = Calendar {
        days_off: vec![date(2026, 4, 3), date(2026, 4, 6)],
        covers: (date(2026, 1, 1), date(2026, 12, 31)),
        ..Calendar::default()
    };
    let received = ["2026-03-02T09:00:00Z", "2026-04-01T09:00:00Z", "2026-04-02T09:00:00Z"];
    let ack = DutyKind::Acknowledge;
    let respond = DutyKind::RespondStage1;
    let rows = Rows {
        stage1: (1..).zip(received).map(|(i, r)| complaint(i, r)).collect(),
        stage2: vec![complaint(1, "2026-04-20T09:00:00Z")],
        decided: [(11, 1, "damp,repairs", "health"), (12, 1, "damp", ""), (13, 2, "repairs", "")]
            .map(|(id, case, topics, flags)| Decided {
                id,
                case_id: Some(case),
                kind: Kind::NewComplaint,
                channel: Channel::Email,
                flags: flags.into(),
                topics: topics.into(),
            })
            .into(),
        owed: vec![
            owed(1, ack, received[0], date(2026, 3, 9), Some("2026-03-02T09:01:00Z")),
            // Thursday 2, Good Friday and Easter Monday off, Tuesday 7 to Friday 10: Monday 13 April is the seventh working day.
            owed(2, ack, received[1], date(2026, 4, 10), Some("2026-04-13T09:00:00Z")),
            owed(3, ack, received[2], date(2026, 4, 13), None),
            owed(1, respond, received[0], date(2026, 3, 16), Some("2026-03-16T23:00:00Z")),
            owed(2, respond, received[1], date(2026, 4, 20), Some("2026-04-21T09:00:00Z")),
            owed(3, respond, received[2], date(2026, 4, 20), None),
        ],
        happened: vec![Happened { case_id: 1, what: "refused".into(), who: "kim".into() }],
        facts: vec![(1, "tenure".into(), "rented".into()), (2, "contractor".into(), "Axis Repairs".into())]
            .into_iter()
            // Messages 11 and 12 are of one complaint; 99 was not received in the period.
            .chain([11, 12, 99].map(|id| (1, format!("contractor_kept.{id}"), format!("{} Axis Repairs", id - 10))))
            .collect(),
    };
    let t = tables(&rows, &calendar, Some(2_000), at("2026-05-01T09:00:00Z"));
    assert_eq!(cell(&t, "Complaints received", "received", "stage 1"), "3");
    let kept = |column| cell(&t, "How long contractors kept complaints", "Axis Repairs", column);
    assert_eq!([kept("messages"), kept("days on average"), kept("over one day")], ["2", "1.5", "1"], "what was added counts too");
    assert_eq!(cell(&t, "Complaints received", "per 1,000 homes (of 2000)", "stage 1"), "1.5");
    assert_eq!(cell(&t, "Complaints by month", "April 2026", "stage 1"), "2");
    assert_eq!(cell(&t, "Acknowledgements", "acknowledged", "stage 1"), "2");
    assert_eq!(cell(&t, "Acknowledgements", "median, in working days", "stage 1"), "3.0");
    assert_eq!(cell(&t, "Acknowledgements", "share within five working days", "stage 1"), "33.3%");
    assert_eq!(cell(&t, "Acknowledgements", "share within five working days", "stage 2"), "–");
    assert_eq!(cell(&t, "Time to acknowledge", "more than 5", "stage 1"), "1");
    assert_eq!(cell(&t, "Responses within", "stage 1", "in time"), "1");
    assert_eq!(cell(&t, "Responses within", "stage 1", "late"), "1");
    assert_eq!(cell(&t, "Responses within", "stage 1", "overdue"), "1");
    assert_eq!(cell(&t, "Responses within", "stage 1, tenure: rented", "share in time"), "100.0%");
    assert_eq!(cell(&t, "Duties and breaches", "acknowledge the complaint", "breached"), "2");
    assert_eq!(cell(&t, "Complaints by topic", "damp", "complaints"), "1", "two messages of one complaint");
    assert_eq!(cell(&t, "Complaints by topic", "repairs", "complaints"), "2");
    assert_eq!(cell(&t, "Complaints by contractor", "Axis Repairs", "stage 1"), "1");
    assert_eq!(cell(&t, "Refusals and", "refused by a person", "times"), "1");
    assert_eq!(cell(&t, "Refusals and", "refused by Postroom (it cannot refuse)", "times"), "0");
    assert_eq!(cell(&t, "Messages by kind", "a request for a service", "messages"), "0", "none is a figure too");
}
