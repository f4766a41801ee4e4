//! Chromium, driven by a script of tests/browser; tests/run installs both.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the scripts put what a person may look at afterwards.
pub fn shots(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether there is a browser. `POSTROOM_LIVE` forbids to go without.
pub fn installed() -> bool {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser/node_modules");
    let all = modules.join("axe-core").exists() && Path::new(CHROMIUM).exists();
    assert!(all || std::env::var_os("POSTROOM_LIVE").is_none(), "POSTROOM_LIVE is set: install what tests/run installs");
    if !all {
        eprintln!("skipped: needs Chromium and axe-core, which tests/run installs");
    }
    all
}

/// What `tests/browser/SCRIPT` prints.
pub fn run(script: &str, args: &[&str]) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("node")
        .arg(root.join("tests/browser").join(script))
        .args(args)
        .env("POSTROOM_BROWSER", root.join("target/browser"))
        .env("POSTROOM_CHROMIUM", CHROMIUM)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

const CHROMIUM: &str = "/usr/bin/chromium";
