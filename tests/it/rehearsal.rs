//! The scenarios through the real pipeline on both stores give what the pure core gives.

use crate::servers::postgres::postgres;
use regex::Regex;
use serde_json::Value;
use std::process::Command;

/// What came out of each step, without the numbers that a store gives to cases.
fn play(store: Option<&str>) -> Vec<(String, Value)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postroom"));
    command.args(["test", "--json", "tests/scenarios"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(store.iter().flat_map(|url| ["--store", url]));
    let output = command.output().unwrap();
    let number = Regex::new(r"PR-\d{4}-\d{6}").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let text = number.replace_all(&text, "PR");
    let lines = text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
    let steps: Vec<_> = lines
        .filter(|l| l["scenario"].is_string())
        .map(|mut l| (format!("{} step {}", l["scenario"], l["step"]), l["got"].take()))
        .collect();
    assert!(steps.len() > 170, "{}: {}", steps.len(), String::from_utf8_lossy(&output.stderr));
    steps
}

fn same(store: &str) {
    for ((name, core), (_, real)) in play(None).into_iter().zip(play(Some(store))) {
        for key in ["kind", "case", "reply", "flags", "via", "resident_email", "resident_name", "definition"] {
            assert_eq!(core[key], real[key], "{name}: {key}");
        }
    }
}

#[test]
fn the_scenarios_on_sqlite_are_those_of_the_core() {
    same("sqlite");
}

#[test]
fn the_scenarios_on_postgresql_are_those_of_the_core() {
    same(&postgres().database());
}
