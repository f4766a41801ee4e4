//! How commands speak to a person: lines for reading, one JSON object a line for programs, faults with their place.

use crate::model::fault::Fault;
use serde_json::Value;
use std::io::Write;

/// Prints to standard output. A reader that has gone away (`| head`) is no error.
pub fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A complaint about usage, configuration or the world: to standard error.
pub fn error(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "postroom: {text}");
}

pub fn faults(faults: &[Fault]) {
    let mut err = std::io::stderr().lock();
    for fault in faults {
        let _ = writeln!(err, "{fault}\n");
    }
}

/// Rows as aligned columns under their headings, or with `json` as one object a line.
pub fn rows(json: bool, headings: &[&str], rows: &[Vec<(&str, Value)>]) {
    if json {
        for row in rows {
            let object: serde_json::Map<String, Value> = row.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
            line(Value::Object(object));
        }
        return;
    }
    let cells: Vec<Vec<String>> = rows.iter().map(|r| r.iter().take(headings.len()).map(|(_, v)| plain(v)).collect()).collect();
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(i, h)| cells.iter().map(|r| r.get(i).map_or(0, |c| c.chars().count())).chain([h.len()]).max().unwrap_or(0))
        .collect();
    let print = |row: Vec<&str>| {
        let padded: Vec<String> = row.iter().zip(&widths).map(|(c, w)| format!("{c:w$}")).collect();
        line(padded.join("  ").trim_end());
    };
    print(headings.to_vec());
    for row in &cells {
        print(row.iter().map(String::as_str).collect());
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}
