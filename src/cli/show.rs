//! How commands speak to a person: lines for reading, one JSON object a line for programs, faults with their place.

use super::setup::Exit;
use super::{FINE, TEMPORARY, USAGE};
use crate::model::case::CaseId;
use crate::model::fault::Fault;
use crate::store::{self, Tx};
use serde_json::Value;
use std::io::Write;

/// Prints to standard output. A reader that has gone away (`| head`) is no error.
pub fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A stored message's bytes as they came, to standard output. `case`: the case that it must belong to.
pub async fn raw(tx: &mut Tx, message: i64, case: Option<CaseId>) -> Exit<u8> {
    let found = async {
        let row = store::message::by_id(tx, message).await?;
        if case.is_some_and(|case| row.case_id != Some(case)) {
            return Err(store::Error::Missing { what: "message of this case with the number", name: message.to_string() });
        }
        store::receipt::bytes(tx, row.raw_id).await
    };
    let bytes = found.await.map_err(|e| {
        error(&e);
        if e.temporary() { TEMPORARY } else { USAGE }
    })?;
    let _ = std::io::stdout().lock().write_all(&bytes);
    Ok(FINE)
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
