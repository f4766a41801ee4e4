//! How fast the store takes in and settles post. Measurements, asked for by name:
//! `cargo test --release --test it throughput -- --ignored --nocapture --test-threads=1`.

use super::messages::some_decision;
use super::outbox::letter;
use super::{World, arrival, at, new_case, party};
use postroom::model::address::Address;
use postroom::model::decision::{Kind, Reply};
use postroom::model::duty::{Duty, DutyKind};
use postroom::model::keys::Keys;
use postroom::store::case_event::{self, Key, NewEvent};
use postroom::store::outbox::NewLetter;
use postroom::store::{candidates, case, decision, duty, message, outbox, receipt};
use std::time::Instant;

const MAILS: usize = 10_000;
const BATCH: usize = 100;

async fn measure(world: World, name: &str) {
    let body = "I have had no heating for three weeks and nobody has come. ".repeat(60);
    let start = Instant::now();
    for first in (0..MAILS).step_by(BATCH) {
        let arrivals: Vec<_> = (first..first + BATCH)
            .map(|i| {
                arrival(
                    "thrive",
                    &format!("17/{i}"),
                    format!("Message-ID: <{i}@x.example>\r\n\r\n{body}{i}").as_bytes(),
                    "2026-03-02T09:00:00Z",
                )
            })
            .collect();
        let mut tx = world.write().await;
        receipt::receive(&mut tx, &arrivals).await.unwrap();
        tx.commit("receive").await.unwrap();
    }
    let taken = start.elapsed();
    let start = Instant::now();
    loop {
        let mut tx = world.db.write(Some("thrive")).await.unwrap();
        let batch = message::waiting(&mut tx, "thrive", BATCH as i64).await.unwrap();
        if batch.is_empty() {
            break;
        }
        let raws = message::raws(&mut tx, &batch.iter().map(|w| w.raw_id).collect::<Vec<_>>()).await.unwrap();
        raws.iter().for_each(|raw| drop(raw.unpack().unwrap()));
        for w in &batch {
            settle(&mut tx, w.id).await;
        }
        tx.commit("decide").await.unwrap();
    }
    let settled = start.elapsed();
    let start = Instant::now();
    loop {
        let mut tx = world.write().await;
        let claimed = outbox::claim(&mut tx, "mail", "thrive", at("2026-03-02T10:00:00Z"), 20, "one").await.unwrap();
        tx.commit("claim-letters").await.unwrap();
        if claimed.is_empty() {
            break;
        }
        for c in claimed {
            let mut tx = world.write().await;
            outbox::sent(&mut tx, c.id, at("2026-03-02T10:00:00Z"), "250 ok", Some("250")).await.unwrap();
            tx.commit("letter-sent").await.unwrap();
        }
    }
    println!("{name}: {MAILS} taken in {taken:?}, settled {settled:?}, letters recorded {:?}", start.elapsed());
}

/// As many statements as a new complaint takes.
async fn settle(tx: &mut postroom::store::Tx, id: i64) {
    let (address, name, theirs) = (format!("r{}@resident.example", id % 5000), "Jo Resident", format!("{id}@x.example"));
    let keys = Keys {
        message_ids: vec![format!("other{id}@x.example")],
        addresses: vec![Address::parse(&address).unwrap()],
        names: vec![format!("jo resident{id}")],
        ..Keys::default()
    };
    let now = at("2026-03-02T10:00:00Z");
    assert!(message::earlier(tx, "thrive", &theirs, id).await.unwrap().is_none());
    candidates::find(tx, "thrive", &keys, now).await.unwrap();
    let (resident, token) = (party(name, &address, ""), format!("tok{id}"));
    let (case, _) = case::open(tx, &new_case("thrive", &|_| token.clone(), &resident)).await.unwrap();
    case_event::add_keys(tx, "thrive", case, &[Key::Theirs(&theirs)]).await.unwrap();
    let opened = NewEvent { at: now, who: "postroom", what: "opened", message_id: Some(id), ..NewEvent::default() };
    case_event::add(tx, case, &opened).await.unwrap();
    let mut first = None;
    for kind in [DutyKind::Acknowledge, DutyKind::Define, DutyKind::RespondStage1] {
        let due = jiff::civil::date(2026, 3, 9);
        let new = Duty::plain(kind, due, at("2026-03-09T23:59:59Z"), due, true);
        first = first.or(Some(duty::add(tx, "thrive", Some(case), Some(id), &new, false).await.unwrap()));
    }
    let d = some_decision(Kind::NewComplaint, Reply::AcknowledgeStage1);
    let new = decision::NewDecision {
        message: id,
        decided_at: now,
        who: "postroom",
        decision: &d,
        case_id: Some(case),
        fingerprint: Some(&theirs),
        message_id: Some(&theirs),
    };
    decision::add(tx, &new).await.unwrap();
    outbox::count_to(tx, "thrive", &address, now).await.unwrap();
    let (cause, message_id) = (format!("message:{id}"), format!("pr.{id}@thrive.example"));
    let new = NewLetter { case_id: Some(case), duty_id: first, ..letter(&cause, &address, &message_id) };
    outbox::add(tx, &new).await.unwrap();
}

#[tokio::test]
#[ignore = "a measurement"]
async fn on_sqlite() {
    measure(World::sqlite().await, "SQLite").await;
}

#[tokio::test]
#[ignore = "a measurement"]
async fn on_postgres() {
    measure(World::postgres().await, "PostgreSQL").await;
}
