//! Erasing: the words are gone from every column of every table, the figures stay.

use super::messages::some_decision;
use super::outbox::letter;
use super::{World, at, contract, party};
use postroom::model::address::Address;
use postroom::model::decision::{Kind, Reply, ReviewCause};
use postroom::model::keys::Keys;
use postroom::store::case_event::{Key, NewEvent, add_keys};
use postroom::store::outbox::NewLetter;
use postroom::store::review::NewReview;
use postroom::store::{
    Db, Error, candidates, case, case_event, counts, decision, erase, input, message, outbox, outbox_list, receipt, review,
};
use sqlx::Row;

const NOW: &str = "2026-03-02T09:00:00Z";

/// Every value of every table as text.
async fn everything(db: &Db) -> String {
    let tables = [
        "raw",
        "receipt",
        "message",
        "decision",
        "cases",
        "case_party",
        "case_event",
        "event",
        "case_key",
        "awaited",
        "duty",
        "outbox",
        "attempt",
        "review",
        "input",
    ];
    let mut all = String::new();
    for table in tables {
        match db {
            Db::Sqlite { read, .. } => {
                let columns: Vec<(String,)> =
                    sqlx::query_as("SELECT name FROM pragma_table_info($1)").bind(table).fetch_all(read).await.unwrap();
                for (column,) in columns {
                    let sql = sqlx::AssertSqlSafe(format!("SELECT coalesce(CAST({column} AS TEXT), '') FROM {table}"));
                    for row in sqlx::query(sql).fetch_all(read).await.unwrap() {
                        all += &String::from_utf8_lossy(row.get_unchecked::<&[u8], _>(0));
                    }
                }
            }
            Db::Postgres(pool) => {
                let sql = sqlx::AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM {table} AS t"));
                for row in sqlx::query(sql).fetch_all(pool).await.unwrap() {
                    all += row.get::<&str, _>(0);
                }
            }
        }
    }
    all.to_lowercase()
}

/// A complaint in which every column that can holds the word, in text that zstd leaves as it is.
async fn complaint(world: &World, word: &str) -> (i64, i64, i64) {
    let email = format!("{word}@resident.example");
    let id = world.message("thrive", word, format!("{word} 0123456789").as_bytes(), NOW).await;
    let short = word.get(..2).unwrap();
    let later = world.message("thrive", &format!("{short}-later"), short.as_bytes(), NOW).await;
    let (case, _) = world.case("thrive", short, party(&format!("Jo {word}"), &email, word)).await;
    let d = some_decision(Kind::NewComplaint, Reply::AcknowledgeStage1);
    let d = postroom::model::decision::Decision { resident: party(word, &email, word), ..d };
    let mut tx = world.write().await;
    case::set_topic(&mut tx, case, word).await.unwrap();
    add_keys(&mut tx, "thrive", case, &[Key::Theirs(&email), Key::Thread(word)]).await.unwrap();
    let event = NewEvent { at: at(NOW), who: "kim", what: "note", note: word.into(), ..NewEvent::default() };
    let position = case_event::add(&mut tx, case, &event).await.unwrap();
    postroom::store::event::set_body(&mut tx, position, word).await.unwrap();
    let message_id = format!("<{word}@x.example>");
    let new = decision::NewDecision {
        message: id,
        decided_at: at(NOW),
        who: "postroom",
        decision: &d,
        case_id: Some(case),
        fingerprint: Some("f"),
        message_id: Some(&message_id),
    };
    let decided = decision::add(&mut tx, &new).await.unwrap();
    input::add(&mut tx, decided, word.as_bytes(), &[]).await.unwrap();
    // A message of no case, to which this one was a candidate.
    let other = some_decision(Kind::Compliment, Reply::None);
    let new = decision::NewDecision { message: later, decision: &other, case_id: None, fingerprint: None, message_id: None, ..new };
    let decided = decision::add(&mut tx, &new).await.unwrap();
    input::add(&mut tx, decided, word.as_bytes(), &[case]).await.unwrap();
    let (cause, ours) = (format!("message:{id}"), format!("pr.{id}@thrive.example"));
    let out = outbox::add(&mut tx, &NewLetter { case_id: Some(case), bytes: word.as_bytes(), ..letter(&cause, &email, &ours) })
        .await
        .unwrap()
        .unwrap();
    outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "one").await.unwrap();
    outbox::ended(&mut tx, out, "one", outbox::Outcome::Deferred(at(NOW)), at(NOW), Some("451"), &format!("<{email}> busy")).await.unwrap();
    let new = NewReview {
        landlord: "thrive",
        message_id: Some(id),
        case_id: Some(case),
        outbox_id: None,
        cause: ReviewCause::Late,
        says: word,
        now: at(NOW),
    };
    review::add(&mut tx, &new).await.unwrap();
    tx.commit("decide").await.unwrap();
    (id, case, out)
}

contract! {
    async fn no_word_is_left_and_other_cases_are_whole(world) {
        // The store keeps the place (a file's name, a UID) and the digest: they are how the mail is known again.
        let (id, case, out) = complaint(&world, "zacharias").await;
        complaint(&world, "bartholomew").await;
        assert!(everything(&world.db).await.matches("zacharias").count() > 10);
        let mut tx = world.write().await;
        erase::case(&mut tx, case, "kim", "asked", at("2027-03-02T09:00:00Z")).await.unwrap();
        tx.commit("erase").await.unwrap();
        let left = everything(&world.db).await;
        assert_eq!(left.matches("zacharias").count(), 1, "the receipt's place alone");
        assert!(left.matches("bartholomew").count() > 10);
        let mut tx = world.read().await;
        let m = message::by_id(&mut tx, id).await.unwrap();
        assert_eq!((m.kind, m.case_id), (Some(Kind::NewComplaint), Some(case)));
        assert!(matches!(receipt::bytes(&mut tx, m.raw_id).await, Err(Error::Erased { table: "raw", .. })));
        assert!(matches!(outbox_list::bytes(&mut tx, out).await, Err(Error::Erased { table: "outbox", .. })));
        let d = decision::latest(&mut tx, id).await.unwrap().unwrap();
        assert!(matches!(d.decision(), Err(Error::Erased { table: "decision", .. })));
        assert_eq!(outbox_list::by_id(&mut tx, out).await.unwrap().state, "dead", "what waited is not sent");
        assert_eq!(case_event::journal(&mut tx, case).await.unwrap().last().unwrap().what, "erased");
        assert_eq!(case::load(&mut tx, case).await.unwrap().parties.len(), 1);
        let keys = Keys { addresses: vec![Address::parse("zacharias@resident.example").unwrap()], ..Keys::default() };
        assert!(candidates::find(&mut tx, "thrive", &keys, at(NOW)).await.unwrap().is_empty());
        drop(tx);
        assert_eq!(world.message("thrive", "18/1", b"zacharias 0123456789", NOW).await, id, "the same bytes are still known");
        let mut tx = world.write().await;
        assert!(!outbox_list::release(&mut tx, out, at(NOW)).await.unwrap());
        assert_eq!(counts::messages(&mut tx).await.unwrap(), [("decided".to_owned(), 4)]);
    }

    async fn shared_bytes_stay(world) {
        let first = world.message("thrive", "1/1", b"[1,2]", NOW).await;
        let (case, _) = world.case("thrive", "t", party("Jo", "", "")).await;
        let d = some_decision(Kind::NewComplaint, Reply::None);
        let mut tx = world.write().await;
        message::add_part(&mut tx, first, 1, at(NOW)).await.unwrap();
        let new = decision::NewDecision { message: first, decided_at: at(NOW), who: "postroom", decision: &d, case_id: Some(case), fingerprint: None, message_id: None };
        decision::add(&mut tx, &new).await.unwrap();
        erase::message(&mut tx, first, at(NOW)).await.unwrap();
        let raw_id = message::by_id(&mut tx, first).await.unwrap().raw_id;
        assert_eq!(receipt::bytes(&mut tx, raw_id).await.unwrap(), b"[1,2]", "the second message is somebody else's");
    }
}
