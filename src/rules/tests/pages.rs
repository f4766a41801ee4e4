//! What is written from the rules and kept beside them: the reference page and the schemas.

use crate::rules::file::RuleFile;
use crate::rules::{calendar, policy, reference, schema};
use boon::{Compiler, SchemaIndex, Schemas};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Compares with the file that is kept, or writes it anew with POSTROOM_BLESS=1.
fn kept(file: &str, text: &str) {
    let path = root().join(file);
    if std::env::var_os("POSTROOM_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let same = std::fs::read_to_string(&path).unwrap_or_default() == text;
    assert!(same, "{file} is stale: write it anew with POSTROOM_BLESS=1 cargo test --lib rules::tests::pages");
}

#[test]
fn the_reference_page_is_that_of_the_shipped_rules() {
    let page = reference(None).unwrap();
    for part in ["### Kind `new_complaint`", "### Flag `safety`", "Building Safety Lead", "### Signal `nobody-came`", "`limit_months`"] {
        assert!(page.contains(part), "{part}");
    }
    kept("docs/rules.md", &page);
}

#[test]
fn the_schemas_are_those_of_the_types() {
    for (name, _, text) in schema::all() {
        kept(&format!("docs/schemas/{name}"), &text);
    }
}

/// Whether the schema takes what the reader takes, and nothing else. A file that is no TOML at all is neither's business.
fn agree<T: DeserializeOwned>(name: &str, folder: &str) -> (usize, usize) {
    let (_, _, text) = schema::all().into_iter().find(|(n, ..)| *n == name).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("schema.json", serde_json::from_str(&text).unwrap()).unwrap();
    let index: SchemaIndex = compiler.compile("schema.json", &mut schemas).unwrap();
    let (mut good, mut bad) = (0, 0);
    for path in tomls(&root().join(folder)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let Ok(value) = toml::from_str::<toml::Table>(&text) else { continue };
        let json: Value = serde_json::to_value(value).unwrap();
        let valid = schemas.validate(&json, index);
        let read = toml::from_str::<T>(&text);
        assert_eq!(
            valid.is_ok(),
            read.is_ok(),
            "{}\n{:?}\n{:?}",
            path.display(),
            valid.as_ref().err().map(ToString::to_string),
            read.as_ref().err()
        );
        *(if read.is_ok() { &mut good } else { &mut bad }) += 1;
    }
    (good, bad)
}

fn tomls(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "policies" | "calendars") {
            out.extend(tomls(&path));
        } else if path.extension().is_some_and(|e| e == "toml") {
            out.push(path);
        }
    }
    out.sort();
    out
}

#[test]
fn the_schemas_take_every_good_file_and_no_shape_that_the_reader_refuses() {
    let (good, bad) = agree::<RuleFile>("rules.schema.json", "rules");
    assert!(good > 8 && bad == 0, "{good} {bad}");
    let (_, bad) = agree::<RuleFile>("rules.schema.json", "tests/bad-rules");
    assert!(bad >= 5, "only {bad} bad shapes");
    assert!(agree::<policy::File>("policy.schema.json", "rules/policies").0 >= 3);
    assert!(agree::<policy::File>("policy.schema.json", "tests/bad-policies").1 >= 3);
    assert!(agree::<calendar::File>("calendar.schema.json", "rules/calendars").0 >= 3);
    agree::<calendar::File>("calendar.schema.json", "tests/bad-calendars");
}
