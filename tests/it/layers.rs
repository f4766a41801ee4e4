//! Data flows one way: a room may use only the rooms below it. The order is ARCHITECTURE.md's map.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Each room with the rooms that it may look down on, beside `model` and the house-wide `ambient` and `log`.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        ("model", vec![]),
        ("ambient", vec![]),
        ("folder", vec![]),
        ("log", vec![]),
        ("tls", vec![]),
        ("signature", vec![]),
        ("http", vec!["tls"]),
        ("config", vec!["tls", "http"]),
        ("oauth", vec!["config", "http"]),
        ("message", vec![]),
        ("rules", vec!["message"]),
        ("letter", vec!["rules"]),
        ("triage", vec!["rules", "message", "letter"]),
        ("store", vec![]),
        ("source", vec!["config", "tls", "http", "oauth", "signature"]),
        ("courier", vec!["config", "tls", "http", "oauth", "signature"]),
        ("pipeline", vec!["config", "message", "rules", "letter", "triage", "store", "source", "courier"]),
        ("record", vec!["message", "rules", "store", "pipeline"]),
        ("desk", vec!["config", "pipeline", "store", "source", "signature"]),
        ("daemon", vec!["config", "source", "courier", "store", "pipeline", "desk", "rules", "letter"]),
        (
            "cli",
            vec![
                "config",
                "message",
                "rules",
                "letter",
                "triage",
                "store",
                "source",
                "http",
                "courier",
                "pipeline",
                "record",
                "desk",
                "daemon",
                "tls",
                "signature",
            ],
        ),
    ])
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn no_room_uses_one_above_or_beside_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let (allowed, everywhere) = (allowed(), ["model", "ambient", "log", "folder"]);
    let pattern = regex::Regex::new(r"crate::(\{[^;]*\}|[a-z_]+)").unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if room == "lib" || room == "main" {
            continue;
        }
        let below = allowed.get(room.as_str()).unwrap_or_else(|| panic!("{room} is not on the map"));
        let text = std::fs::read_to_string(&file).unwrap();
        for used in pattern.captures_iter(&text) {
            let first: Vec<&str> = used[1].trim_start_matches('{').split(',').map(|u| u.trim().split("::").next().unwrap()).collect();
            for name in first {
                seen += 1;
                if name != room && allowed.contains_key(name) && !everywhere.contains(&name) && !below.contains(&name) {
                    wrong.push(format!("{}: {room} uses {name}", inside.display()));
                }
                if ["model", "ambient"].contains(&room.as_str()) && name != room && allowed.contains_key(name) && name != "model" {
                    wrong.push(format!("{}: {room} uses {name}", inside.display()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} uses were read: the pattern is broken");
    assert!(wrong.is_empty(), "arrows that point up or sideways:\n{}", wrong.join("\n"));
}
