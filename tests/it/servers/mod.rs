//! Servers that the tests start themselves, on free loopback ports, in folders that go away afterwards.

pub mod browser;
pub mod dovecot;
pub mod false_smtp;
pub mod inlet;
pub mod postfix;
pub mod postgres;
pub mod program;
pub mod script;
pub mod tls;
pub mod web;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// A port that nobody uses now, below those that the system hands out for outgoing connections, and never given twice.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two runs at once begin at different places.
    let start = u16::try_from(std::process::id() % 120).unwrap() * 100;
    loop {
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits until `condition` holds; fails the test when it does not within a minute and a half: other work may keep the machine busy.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(90), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// As `until`, without holding up the runtime.
pub async fn until_async(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(90), "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn listens(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Runs a program to its end; fails the test when it fails.
pub fn must(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program} cannot be run: {e}"));
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).join("");
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Real servers are wanted but not everywhere there: a machine without them skips, saying so, unless `POSTROOM_LIVE` is set.
pub fn missing(program: &str, package: &str) -> bool {
    let there = ["/usr/sbin", "/usr/bin", "/usr/local/sbin"].iter().any(|dir| Path::new(dir).join(program).exists());
    let root = std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if there && root {
        return false;
    }
    assert!(std::env::var_os("POSTROOM_LIVE").is_none(), "POSTROOM_LIVE is set: install {package} and run as root");
    eprintln!("skipped: needs {package}, and root");
    true
}
