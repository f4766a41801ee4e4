//! How many signed webhooks a second are durably committed, each with an id of its own, sent by wrk from a process of its own, with the whole
//! daemon at work on each store; and how long a mail in the spool waits for its commit meanwhile.
//! `cargo bench --bench webhooks [-- SECONDS [CONNECTIONS]]`, with Debian's wrk.
#![expect(clippy::unwrap_used, reason = "a measurement fails by panicking")]

#[path = "generate.rs"]
mod generate;
#[path = "../it/servers/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod servers;

use servers::postgres::durable;
use servers::program::Program;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const SECRET: &str = "postroom-bench-app-secret";
/// More than can be sent a second: none is sent twice.
const AT_MOST: u64 = 12_000;
/// A mail into the spool so often, in milliseconds.
const MAIL_EVERY: u64 = 50;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let (seconds, connections) = (numbers.next().unwrap_or(20), numbers.next().unwrap_or(128));
    let folder = tempfile::tempdir().unwrap();
    let bodies = folder.path().join("bodies");
    std::fs::write(&bodies, signed(seconds * AT_MOST)).unwrap();
    for (name, store) in [("SQLite", "sqlite".to_owned()), ("PostgreSQL", durable().database())] {
        load(name, &store, &bodies, seconds, connections);
    }
}

/// A comment under a post, as Meta sends it; every fourth has something to complain of.
fn signed(count: u64) -> String {
    let mut lines = String::new();
    for id in 0..count {
        let says =
            if id % 4 == 0 { "still no heating at the caf\\u00e9 flats, I want to complain" } else { "lovely photo of the new benches" };
        let body = format!(
            r#"{{"object":"page","entry":[{{"id":"1000001","time":1772442840,"changes":[{{"field":"feed","value":{{"item":"comment","verb":"add","comment_id":"3_{id}","post_id":"1000001_3","parent_id":"1000001_3","from":{{"id":"{id}","name":"A Resident"}},"message":"{says}","created_time":1772442837}}}}]}}]}}"#
        );
        let signature = postroom::signature::meta(SECRET.as_bytes(), body.as_bytes());
        writeln!(lines, "{signature} {body}").unwrap();
    }
    lines
}

fn load(name: &str, store: &str, bodies: &Path, seconds: u64, connections: u64) {
    let mut program = Program::new(&format!(
        "[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"lab\"\npolicy = \"code\"\n\
         [[source]]\nname = \"meta\"\nkind = \"webhook\"\nplatform = \"meta\"\napp_secret_file = \"secret\"\nverify_token_file = \"secret\"\n\
         [[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\npoll = \"100ms\"\n"
    ));
    // One peer sends it all: the daemon's limit must not be what is measured.
    let config = std::fs::read_to_string(program.path("postroom.toml")).unwrap();
    program.write("postroom.toml", &format!("{config}per_peer = 1000000\n"));
    program.write("secret", SECRET);
    for inner in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(program.path("inbox").join(inner)).unwrap();
    }
    program.set("POSTROOM_LOG", "warn");
    program.start();

    let still = mails(&program, 0, Duration::from_secs(seconds));
    let decided_before = decided(&program);
    let begun = Instant::now();
    let wrk = Command::new("wrk")
        .args(["-t2", &format!("-c{connections}"), &format!("-d{seconds}s"), "--latency", "-s"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/webhooks.lua"))
        .arg(format!("http://127.0.0.1:{}/webhooks/meta", program.port))
        .arg("--")
        .arg(bodies)
        .arg("2")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("wrk is there (Debian's package of that name)");
    // wrk reads its bodies before it begins.
    while program.metric("postroom_received_total{source=\"meta\"}") == 0.0 {
        assert!(begun.elapsed() < Duration::from_secs(120), "nothing arrives: {}", program.log());
        std::thread::sleep(Duration::from_millis(5));
    }
    let busy = mails(&program, 1, Duration::from_secs(seconds.saturating_sub(1)));
    let said = String::from_utf8(wrk.wait_with_output().unwrap().stdout).unwrap();
    let committed = program.metric("postroom_received_total{source=\"meta\"}");
    let decided = decided(&program) - decided_before;
    assert!(!said.contains("Non-2xx"), "{said}");
    println!(
        "{name}: {:.0} webhooks committed a second over {connections} connections in {seconds} s (p50 {}, p99 {}), and {:.0} messages decided a second meanwhile",
        committed / seconds as f64,
        latency(&said, "50%"),
        latency(&said, "99%"),
        decided / seconds as f64,
    );
    println!("  a mail in the spool is committed after {} at rest, {} under this load", quantiles(still), quantiles(busy));
}

fn latency<'a>(said: &'a str, which: &str) -> &'a str {
    said.lines().find_map(|l| l.trim().strip_prefix(which)).map_or("?", str::trim)
}

fn decided(program: &Program) -> f64 {
    let page = program.get("/metrics").unwrap_or_default();
    page.lines().filter(|l| l.starts_with("postroom_decided_total{")).filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// Drops mails into the spool one after another, and measures how long each lies there: it is moved once it is committed.
fn mails(program: &Program, round: u64, time: Duration) -> Vec<f64> {
    let (mut waiting, mut waits, mut number) = (Vec::new(), Vec::new(), 0);
    let begun = Instant::now();
    while begun.elapsed() < time || !waiting.is_empty() {
        assert!(begun.elapsed() < time + Duration::from_secs(60), "mails stay in the spool: {}", program.log());
        if begun.elapsed() < time && begun.elapsed() >= Duration::from_millis(number * MAIL_EVERY) {
            let new = program.path("inbox/new").join(format!("{round}-{number}"));
            std::fs::write(program.path("inbox/tmp/mail"), generate::mail(11 + round, number)).unwrap();
            std::fs::rename(program.path("inbox/tmp/mail"), &new).unwrap();
            waiting.push((new, Instant::now()));
            number += 1;
        }
        waiting.retain(|(path, since): &(std::path::PathBuf, Instant)| {
            let there = path.exists();
            if !there {
                waits.push(since.elapsed().as_secs_f64() * 1000.0);
            }
            there
        });
        std::thread::sleep(Duration::from_millis(2));
    }
    waits
}

fn quantiles(mut waits: Vec<f64>) -> String {
    waits.sort_by(f64::total_cmp);
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize];
    format!("{:.0} ms (p50; p99 {:.0} ms)", at(0.5), at(0.99))
}
