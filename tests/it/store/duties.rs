//! Duties: each warning once, met once, and nothing owed on a closed case.

use super::{at, contract, party};
use jiff::{Timestamp, civil::date};
use postroom::model::duty::{Duty, DutyKind};
use postroom::store::duty::{self, Warning};
use postroom::store::{Error, counts};

fn due_on(kind: DutyKind, day: i8) -> Duty {
    let due = date(2026, 3, day);
    let due_at = due.at(23, 59, 59, 999_999_000).in_tz("Europe/London").unwrap().timestamp();
    Duty::plain(kind, due, due_at, date(2026, 3, day - 3), true)
}

contract! {
    async fn each_warning_is_given_once(world) {
        let (case, _) = world.case("thrive", "t", party("Jo", "", "")).await;
        let mut tx = world.write().await;
        let late = duty::add(&mut tx, "thrive", Some(case), None, &due_on(DutyKind::Define, 12), false).await.unwrap();
        let soon = duty::add(&mut tx, "thrive", Some(case), None, &due_on(DutyKind::Acknowledge, 9), false).await.unwrap();
        let ids = |rows: Vec<duty::Row>| rows.into_iter().map(|d| d.id).collect::<Vec<_>>();
        let noon = |day: i8| (date(2026, 3, day), at(&format!("2026-03-{day:02}T12:00:00Z")));
        let (today, now) = noon(5);
        assert!(duty::to_warn(&mut tx, "thrive", today, now, 9).await.unwrap().is_empty());
        let (today, now) = noon(6);
        assert_eq!(ids(duty::to_warn(&mut tx, "thrive", today, now, 9).await.unwrap()), [soon]);
        let (today, now) = noon(9);
        assert_eq!(ids(duty::to_warn(&mut tx, "thrive", today, now, 9).await.unwrap()), [soon, late]);
        assert!(duty::warned(&mut tx, soon, Warning::TwoDays).await.unwrap());
        assert!(!duty::warned(&mut tx, soon, Warning::TwoDays).await.unwrap());
        assert!(duty::warned(&mut tx, soon, Warning::Breach).await.unwrap());
        assert!(!duty::warned(&mut tx, soon, Warning::OneDay).await.unwrap());
        assert_eq!(ids(duty::to_warn(&mut tx, "thrive", today, now, 9).await.unwrap()), [late]);
        assert_eq!(ids(duty::open(&mut tx, None, Timestamp::MAX, 9).await.unwrap()), [soon, late]);
        assert_eq!(ids(duty::open(&mut tx, Some("thrive"), at("2026-03-10T00:00:00Z"), 9).await.unwrap()), [soon]);
        assert!(duty::open(&mut tx, Some("code"), Timestamp::MAX, 9).await.unwrap().is_empty());
        assert_eq!(counts::duties_due(&mut tx, at("2026-03-10T00:00:00Z")).await.unwrap(), [("acknowledge".to_owned(), 1)]);
        assert!(duty::extend(&mut tx, soon, date(2026, 3, 20), at("2026-03-20T23:59:59Z"), date(2026, 3, 18), false).await.unwrap());
        let row = duty::by_id(&mut tx, soon).await.unwrap();
        assert_eq!((row.due, row.due_at, row.warn_from, row.covered, row.warned),
            (date(2026, 3, 20), at("2026-03-20T23:59:59Z"), date(2026, 3, 18), false, 0));
    }

    async fn met_once_and_by_whom(world) {
        let (case, _) = world.case("thrive", "t", party("Jo", "", "")).await;
        let message = world.message("thrive", "1/1", b"a", "2026-03-02T09:00:00Z").await;
        let mut tx = world.write().await;
        let id = duty::add(&mut tx, "thrive", Some(case), Some(message), &due_on(DutyKind::Acknowledge, 9), false).await.unwrap();
        assert_eq!(duty::by_id(&mut tx, id).await.unwrap().due_at, due_on(DutyKind::Acknowledge, 9).due_at);
        assert!(duty::meet(&mut tx, id, at("2026-03-03T09:00:00Z"), "outbox:1").await.unwrap());
        assert!(!duty::meet(&mut tx, id, at("2026-03-04T09:00:00Z"), "kim").await.unwrap());
        assert!(!duty::warned(&mut tx, id, Warning::Breach).await.unwrap());
        let row = duty::of_case(&mut tx, case).await.unwrap().remove(0);
        assert_eq!((row.state.as_str(), row.met_at, row.met_by.as_deref()), ("met", Some(at("2026-03-03T09:00:00Z")), Some("outbox:1")));
        assert!(!duty::reopen(&mut tx, id, "outbox:2").await.unwrap(), "another letter's bounce");
        assert!(duty::reopen(&mut tx, id, "outbox:1").await.unwrap());
        assert!(!duty::reopen(&mut tx, id, "outbox:1").await.unwrap());
        assert_eq!(duty::meet_of_case(&mut tx, case, DutyKind::Define, at("2026-03-05T09:00:00Z"), "kim").await.unwrap(), 0);
        assert_eq!(duty::meet_of_case(&mut tx, case, DutyKind::Acknowledge, at("2026-03-05T09:00:00Z"), "kim").await.unwrap(), 1);
        duty::add(&mut tx, "thrive", Some(case), Some(message), &due_on(DutyKind::RespondStage1, 19), false).await.unwrap();
        assert_eq!(duty::of_message(&mut tx, message).await.unwrap().len(), 2);
        assert_eq!(duty::void_of_case(&mut tx, case).await.unwrap(), 1);
        assert_eq!(duty::void_of_message(&mut tx, message).await.unwrap(), 0);
        assert!(duty::open(&mut tx, None, Timestamp::MAX, 9).await.unwrap().is_empty());
        assert!(matches!(duty::by_id(&mut tx, 99).await, Err(Error::Missing { what: "duty", .. })));
    }
}
