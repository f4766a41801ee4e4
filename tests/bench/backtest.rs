//! How long `backtest` takes over 100,000 stored messages, and how much memory: `cargo bench --bench backtest [-- COUNT]`. 5,000 generated mails go
//! through the real pipeline into each store, with their decisions, inputs and letters; their rows are then copied until there are enough.
//! Ends with 1 when a run takes a minute or more, or 300 MB.
#![expect(clippy::unwrap_used, reason = "a measurement fails by panicking")]

#[path = "generate.rs"]
mod generate;
#[path = "../it/servers/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod servers;

use jiff::Timestamp;
use postroom::ambient::Ambient;
use postroom::pipeline::{Works, intake, rulebook};
use postroom::source::{Arrival, Place};
use postroom::store::Db;
use servers::postgres::postgres;
use servers::program::Program;
use std::process::Command;
use std::sync::Arc;

const DISTINCT: u64 = 5_000;
const LIMIT: (f64, u64) = (60.0, 300);

fn main() {
    let count: u64 = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(100_000);
    let mut within = true;
    for (name, store) in [("SQLite", "sqlite".to_owned()), ("PostgreSQL", postgres().database())] {
        let program = Program::new(&format!(
            "[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"lab\"\npolicy = \"code\"\n[[source]]\nname = \"spool\"\n\
             kind = \"maildir\"\npath = \"inbox\"\nletters_from = \"all\"\n"
        ));
        std::fs::create_dir(program.path("same")).unwrap();
        std::fs::create_dir(program.path("lift")).unwrap();
        let rule = "[[signal]]\nid = \"lift-named\"\nmeans = \"names the lift\"\nany = [\"lift\"]\n\
                    [[flag]]\nid = \"emergency\"\nraise = [\"lift-named\"]\nextend = true\n";
        program.write("lift/lift.toml", rule);
        tokio::runtime::Runtime::new().unwrap().block_on(fill(&program, count));
        for rules in ["same", "lift"] {
            let folder = program.path(rules).display().to_string();
            let (seconds, megabytes, told) = timed(&program, &folder);
            println!("{name}, {rules} rules: {seconds:.1} s, {megabytes} MB: {told}");
            within &= seconds < LIMIT.0 && megabytes < LIMIT.1;
        }
    }
    std::process::exit(i32::from(!within));
}

/// Runs the command under time(1): seconds, megabytes of resident memory at the most, and the first line that it printed.
fn timed(program: &Program, rules: &str) -> (f64, u64, String) {
    let config = program.path("postroom.toml");
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%e %M", env!("CARGO_BIN_EXE_postroom"), "backtest", "--since", "2020-01-01", "--rules", rules, "--config"])
        .arg(config)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let (seconds, kilobytes) = told.lines().last().unwrap().split_once(' ').unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    (seconds.parse().unwrap(), kilobytes.parse::<u64>().unwrap() / 1_000, printed.lines().next().unwrap_or_default().to_owned())
}

/// Mails by the pipeline, then copies of their rows.
async fn fill(program: &Program, count: u64) {
    let config = postroom::config::load(Some(&program.path("postroom.toml"))).unwrap();
    std::fs::create_dir_all(&config.data).unwrap();
    let db = Db::open(&config.store_url, &config.data).await.unwrap();
    db.migrate().await.unwrap();
    let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    let rulebook = Arc::new(rulebook::load(None).unwrap());
    let works = Arc::new(Works::new(&config, rulebook, db.clone(), Ambient::at(now)).await.unwrap());
    let source = config.sources[0].name.clone();
    for some in (0..DISTINCT.min(count)).collect::<Vec<_>>().chunks(100) {
        let arrivals = some
            .iter()
            .map(|&n| Arrival { place: Place::File(n.to_string()), bytes: generate::mail(7, n), received_at: now, defects: Vec::new() })
            .collect();
        works.receive(&source, arrivals).await.unwrap();
    }
    intake::drain(&works).await.unwrap();
    let copies = (count / DISTINCT).max(1) - 1;
    for copy in 1..=copies {
        // One number apart from all others for each copy, above every id that is there.
        let shift = copy * 1_000_000;
        for sql in [
            format!("INSERT INTO raw (id, landlord, sha256, size, zstd) OVERRIDING SYSTEM VALUE SELECT id + {shift}, landlord, sha256 || '-{copy}', size, '' FROM raw WHERE id < 1000000"),
            format!(
                "INSERT INTO message (id, raw_id, part, landlord, source, channel, received_at, answerable, state, attempts, kind, reply, case_id, decided_at) OVERRIDING SYSTEM VALUE
                 SELECT id + {shift}, raw_id + {shift}, part, landlord, source, channel, received_at, answerable, state, attempts, kind, reply, case_id, decided_at FROM message WHERE id < 1000000"
            ),
            format!(
                "INSERT INTO decision (id, message_id, decided_at, who, kind, reply, case_id, json, input_digest, ruleset_digest) OVERRIDING SYSTEM VALUE
                 SELECT id + {shift}, message_id + {shift}, decided_at, who, kind, reply, case_id, json, input_digest, ruleset_digest FROM decision WHERE id < 1000000"
            ),
            format!("INSERT INTO input (decision_id, size, zstd) SELECT decision_id + {shift}, size, zstd FROM input WHERE decision_id < 1000000"),
        ] {
            match &db {
                Db::Sqlite { write, .. } => {
                    let sql = sql.replace("OVERRIDING SYSTEM VALUE", "").replace("size, '' FROM", "size, X'' FROM");
                    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(write).await.map(drop)
                }
                Db::Postgres(pool) => sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.map(drop),
            }
            .unwrap();
        }
    }
    db.close().await;
}
