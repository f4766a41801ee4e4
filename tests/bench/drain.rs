//! How fast a full mailbox is drained: 10,000 generated mails in a real Dovecot, read over TLS, decided, answered into a folder, on each store
//! with its durability on. `cargo bench --bench drain [-- COUNT]`.
#![expect(clippy::unwrap_used, reason = "a measurement fails by panicking")]

#[path = "generate.rs"]
mod generate;
#[path = "../it/servers/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod servers;

use servers::dovecot::{Dovecot, PASSWORD, USER};
use servers::postgres::durable;
use servers::program::Program;
use servers::tls::certificates;
use std::time::{Duration, Instant};

fn main() {
    let count: u64 = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(10_000);
    for (name, store) in [("SQLite", "sqlite".to_owned()), ("PostgreSQL", durable().database())] {
        drain(name, &store, count);
    }
}

fn drain(name: &str, store: &str, count: u64) {
    let dovecot = Dovecot::start();
    let new = dovecot.maildir().join("new");
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(dovecot.maildir().join(folder)).unwrap();
    }
    for number in 0..count {
        std::fs::write(new.join(format!("1700000000.M{number:07}.bench")), generate::mail(7, number)).unwrap();
    }
    servers::must("chown", &["-R", "5000:5000", dovecot.maildir().to_str().unwrap()]);
    // The server makes its index now, not while it is measured.
    dovecot.flags("INBOX");

    let ca = certificates().join("ca.pem").display().to_string();
    let mut program = Program::new(&format!(
        "[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"lab\"\npolicy = \"lab\"\n[[source]]\nname = \"complaints\"\nkind = \"imap\"\nhost = \"localhost\"\n\
         port = {}\nca_file = \"{ca}\"\nuser = \"{USER}\"\npassword_file = \"password\"\nletters_from = \"all\"\n",
        dovecot.imaps
    ));
    program.write("password", PASSWORD);
    let policy = "extends = \"code\"\nlandlord = \"Lab Homes\"\nmailboxes = [\"complaints@lab.test\"]\nstaff_domains = [\"lab.test\"]\n";
    program.write("rules/policies/lab.toml", policy);
    program.set("POSTROOM_LOG", "warn");

    let begun = Instant::now();
    program.start();
    let decided = |p: &Program| -> f64 {
        let page = p.get("/metrics").unwrap_or_default();
        page.lines().filter(|l| l.starts_with("postroom_decided_total{")).filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    };
    let wait = |what: &dyn Fn() -> bool| {
        while !what() {
            assert!(begun.elapsed() < Duration::from_secs(1800), "{name}: not drained in half an hour\n{}", program.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        begun.elapsed().as_secs_f64()
    };
    let received = wait(&|| program.metric("postroom_received_total{source=\"complaints\"}") >= count as f64);
    let all_decided = wait(&|| decided(&program) >= count as f64);
    let sent =
        wait(&|| program.metric("postroom_letters_total{state=\"sent\"}") >= program.metric("postroom_letters_total{state=\"queued\"}"));
    let letters = program.metric("postroom_letters_total{state=\"sent\"}");
    println!(
        "{name}: {count} mails committed after {received:.1} s, decided after {all_decided:.1} s ({:.0} a second), {letters:.0} letters written after {sent:.1} s; \
         peak memory {} MiB",
        count as f64 / all_decided,
        peak_mib(program.pid())
    );
}

/// The most memory that a process has had (VmHWM, proc(5)).
fn peak_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}
