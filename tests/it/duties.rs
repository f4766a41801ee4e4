//! The clock: an acknowledgement that nobody sent, a contractor's mail that nobody passed on, and who is told when.

use crate::servers::postgres::postgres;
use jiff::Timestamp;
use postroom::ambient::Ambient;
use postroom::config::{Config, Courier, Landlord, LettersFrom, Source, SourceKind};
use postroom::model::address::Address;
use postroom::model::policy::Policy;
use postroom::pipeline::{Works, clock, intake, rulebook};
use postroom::source::{Arrival, Place};
use postroom::store::{self, Db, duty, outbox_list};
use std::sync::Arc;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn works(url: &str, folder: &std::path::Path) -> Arc<Works> {
    works_of("code", url, folder, |_| {}).await
}

/// One landlord under a policy, changed, at nine on Monday 2 March 2026; nothing leaves but into a folder.
pub async fn works_of(policy: &str, url: &str, folder: &std::path::Path, change: impl FnOnce(&mut Policy)) -> Arc<Works> {
    let source = Source {
        name: "spool".into(),
        landlord: "home".into(),
        kind: SourceKind::Maildir { path: folder.into() },
        letters_from: LettersFrom::All,
        poll: jiff::SignedDuration::from_secs(1),
    };
    let officer = Address::parse("officer@landlord.example");
    let config = Config {
        data: folder.into(),
        store_url: url.into(),
        landlords: vec![Landlord { id: "home".into(), policy: policy.into(), from: None, team: None, officer, events: None }],
        sources: vec![source],
        listen: "127.0.0.1:0".parse().unwrap(),
        per_peer: std::num::NonZeroU32::MIN,
        courier: Courier::Folder { path: folder.join("sent") },
        rules: None,
        shadow: None,
        advice: Vec::new(),
    };
    let db = Db::open(url, folder).await.unwrap();
    db.migrate().await.unwrap();
    let mut rulebook = rulebook::load(None).unwrap();
    change(rulebook.policies.get_mut(policy).unwrap());
    let rulebook = Arc::new(rulebook);
    Arc::new(Works::new(&config, rulebook, db, Ambient::at(at("2026-03-02T09:14:00Z"))).await.unwrap())
}

async fn warnings(works: &Works) -> Vec<(String, String)> {
    let mut tx = works.db.read().await.unwrap();
    let letters = outbox_list::list(&mut tx, &outbox_list::Filter::default(), 0, i64::MAX).await.unwrap();
    letters
        .into_iter()
        .filter(|l| l.cause.starts_with("duty:"))
        .map(|l| (l.cause.rsplit(':').next().unwrap().to_owned(), l.recipient))
        .collect()
}

async fn story(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let works = works(url, folder.path()).await;
    let mail = "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Complaint\nMessage-ID: <a@home.example>\n\n\
                I want to make a complaint. My ceiling has leaked for three weeks, I rang twice and nobody came.\n";
    let arrival =
        Arrival { place: Place::File("1".into()), bytes: mail.into(), received_at: at("2026-03-02T09:14:00Z"), defects: Vec::new() };
    works.receive("spool", vec![arrival]).await.unwrap();
    intake::drain(&works).await.unwrap();
    let kind_of = |d: &duty::Row| d.kind.as_str().to_owned();
    let duties = {
        let mut tx = works.db.read().await.unwrap();
        let cases = store::case::list(&mut tx, &store::case::Filter::default(), 0, 10).await.unwrap();
        duty::of_case(&mut tx, cases[0].id).await.unwrap()
    };
    let acknowledge = duties.iter().find(|d| kind_of(d) == "acknowledge").unwrap();
    assert_eq!(acknowledge.due.to_string(), "2026-03-09", "five working days after a Monday (Code 6.2; domain.md section 7)");

    // No courier runs: the acknowledgement lies queued, which is not evidence, and its duty stays open (promise 3).
    // Only the acknowledgement is watched here: the officer has agreed the definition.
    let mut tx = works.db.write(None).await.unwrap();
    for d in duties.iter().filter(|d| kind_of(d) != "acknowledge") {
        duty::meet(&mut tx, d.id, works.ambient.now(), "record:Officer").await.unwrap();
    }
    tx.commit("record").await.unwrap();

    let mut given = Vec::new();
    for day in 2..=12 {
        for hour in ["08:00", "16:00"] {
            works.ambient.set(at(&format!("2026-03-{day:02}T{hour}:00Z")));
            clock::tick(&works).await.unwrap();
            let now = warnings(&works).await.len();
            if now > given.len() {
                given.push(format!("{day} {hour}"));
            }
        }
    }
    let told = warnings(&works).await;
    assert_eq!(told.iter().map(|(level, _)| level.as_str()).collect::<Vec<_>>(), ["two_days", "one_day", "breach"], "each once: {given:?}");
    assert!(told.iter().all(|(_, to)| to == "officer@landlord.example"));
    // The first warning by the strictest counting (receipt is day 1), the breach on the day after the last.
    assert_eq!(given, ["4 08:00", "6 08:00", "10 08:00"]);
    works.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warnings_come_at_two_days_one_day_and_breach_each_once_on_sqlite() {
    story("sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warnings_come_at_two_days_one_day_and_breach_each_once_on_postgresql() {
    story(&postgres().database()).await;
}
