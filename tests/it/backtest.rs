//! Other rules, asked about the stored post: what was decided is reproduced to the digest, and what would change is found and grouped.

use crate::servers::postgres::postgres;
use postroom::config::Landlord;
use postroom::pipeline::InForce;
use postroom::pipeline::backtest::{Report, backtest};
use postroom::pipeline::replay::{Input, differences, replay};
use postroom::pipeline::rulebook::{self, Rulebook};
use postroom::pipeline::scenario::{self, file, rehearse::rehearse};
use postroom::store::{Db, input};
use std::path::PathBuf;
use std::sync::Arc;

/// A store that holds the post of all scenarios, decided by the shipped rules.
struct Post {
    db: Db,
    landlords: Vec<Landlord>,
    _folder: tempfile::TempDir,
}

async fn post(url: &str) -> Post {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(url, folder.path()).await.unwrap();
    db.migrate().await.unwrap();
    let rulebook = Arc::new(rulebook::load(None).unwrap());
    let mut landlords = Vec::new();
    for dir in scenario::folders(&[PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")]).unwrap() {
        let scenario = file::read(&dir).unwrap();
        rehearse(&scenario, rulebook.clone(), db.clone(), "post", &folder.path().join("sent")).await.unwrap();
        let id = format!("post-{}", dir.file_name().unwrap().to_str().unwrap());
        landlords.push(Landlord { id, policy: scenario.policy.clone(), from: None, team: None, officer: None, events: None });
    }
    Post { db, landlords, _folder: folder }
}

impl Post {
    fn under(&self, rulebook: Rulebook) -> Arc<InForce> {
        Arc::new(InForce::new(&self.landlords, Arc::new(rulebook), "2026-01-01T00:00:00Z".parse().unwrap()).unwrap())
    }

    /// Asks about the post under a site's layer of these files.
    async fn ask(&self, files: &[(&str, &str)]) -> Report {
        let site = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = site.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let candidate = self.under(rulebook::load(Some(site.path())).unwrap_or_else(|faults| panic!("{}", faults[0])));
        let mut heard = 0;
        let report = backtest(&self.db, &candidate, jiff::Timestamp::MIN, |_| heard += 1).await.unwrap();
        assert_eq!(heard, report.changed);
        assert_eq!(report.groups.values().map(|g| g.count).sum::<u64>(), report.changed);
        report
    }
}

/// Each way in which something changes: what, from, to.
fn ways(report: &Report) -> Vec<(&str, &str, &str)> {
    let all = report.groups.keys().flatten().map(|d| (d.what.as_str(), d.from.as_str(), d.to.as_str()));
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

async fn the_same_rules_give_the_same_to_the_digest(post: &Post) {
    let same = post.under(rulebook::load(None).unwrap());
    let mut tx = post.db.read().await.unwrap();
    let rows = input::since(&mut tx, jiff::Timestamp::MIN, 0, 10_000).await.unwrap();
    drop(tx);
    assert!(rows.len() > 170, "{} messages", rows.len());
    for row in &rows {
        let (was, json) = row.unpack().unwrap();
        let input: Input = serde_json::from_slice(&json).unwrap();
        let now = replay(&input, same.house(&row.landlord).unwrap());
        assert_eq!(now.decision, was, "message {} of {}", row.id, row.landlord);
        assert_eq!(differences(&input, &was, &now), [], "message {} of {}", row.id, row.landlord);
    }
    let report = post.ask(&[]).await;
    assert_eq!((report.messages, report.changed, report.unkept, report.left_out, report.failed), (rows.len() as u64, 0, 0, 0, 0));
}

async fn what_would_change_is_found(post: &Post) {
    // One day more to acknowledge at each landlord: no outcome changes, dates do, and the letters that name them.
    let slower: Vec<(String, String)> = ["code", "thrive", "together"]
        .iter()
        .map(|p| (format!("policies/slow-{p}.toml"), format!("extends = \"{p}\"\nack_stage1_wd = 4\n")))
        .collect();
    let slower: Vec<(&str, &str)> = slower.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let mut landlords = post.landlords.clone();
    landlords.iter_mut().for_each(|l| l.policy = format!("slow-{}", l.policy));
    let slow = Post { db: post.db.clone(), landlords, _folder: tempfile::tempdir().unwrap() };
    let report = slow.ask(&slower).await;
    assert!(report.changed > 50, "{report:?}");
    assert!(ways(&report).contains(&("due", "acknowledge", "acknowledge 1 day earlier")), "{:?}", ways(&report));
    assert!(!ways(&report).iter().any(|(what, ..)| ["kind", "case", "flags", "reply", "review"].contains(what)), "{:?}", ways(&report));

    // A letter in other words changes for those who were sent it, and nothing else does.
    let report =
        post.ask(&[("templates/letters/confirm_addition.subject", "We have it{% if reference %} [{{ reference }}]{% endif %}\n")]).await;
    assert!(report.changed > 5);
    assert_eq!(ways(&report), [("letter", "confirm_addition", "confirm_addition in other words")]);

    // A rule that takes every lift for an emergency: a flag, its review and its letter, nothing of anybody else.
    let rule = "[[signal]]\nid = \"lift-named\"\nmeans = \"names the lift\"\nany = [\"lift\"]\n\
                [[flag]]\nid = \"emergency\"\nraise = [\"lift-named\"]\nextend = true\n";
    let report = post.ask(&[("lift.toml", rule)]).await;
    assert!(report.changed > 0 && report.changed < report.messages / 4, "{report:?}");
    assert!(report.groups.keys().all(|g| g.iter().any(|d| d.what == "flags" && d.to == "emergency")), "{:?}", ways(&report));
}

async fn all(url: &str) {
    let post = post(url).await;
    the_same_rules_give_the_same_to_the_digest(&post).await;
    what_would_change_is_found(&post).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stored_post_on_sqlite_is_decided_again() {
    all("sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stored_post_on_postgresql_is_decided_again() {
    all(&postgres().database()).await;
}
