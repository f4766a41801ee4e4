//! What to do about a file that is no TOML, or has the wrong shape: what the TOML reader says, in words for an officer.

use crate::model::fault::Fault;

/// A fault of the TOML reader, with what to do; `otherwise` where nothing better is known.
pub fn fault(name: &str, text: &str, error: &toml::de::Error, otherwise: &str) -> Fault {
    let fault = Fault::from_toml(name, text, error);
    let hint = hint(error.message(), &fault.source_line).unwrap_or_else(|| otherwise.to_owned());
    fault.hint(hint)
}

fn hint(message: &str, line: &str) -> Option<String> {
    let value = line.split_once('=').map_or("", |(_, v)| v.trim());
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (word, known) = rest.split_once('`')?;
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        return Some(
            nearest(word, &known).map_or("take the key out, or spell it as one of those named".into(), |k| format!("did you mean `{k}`?")),
        );
    }
    Some(
        if line.contains(['“', '”', '‘', '’']) && message.contains("quoted") {
            "these are typographic quotes, as word processors make them: type straight ones, \"like this\""
        } else if matches!(value, "yes" | "no" | "on" | "off" | "True" | "False" | "TRUE" | "FALSE") {
            "write true or false, in small letters and without quotes"
        } else if message.contains("must be quoted") {
            "put the text in straight quotes, \"like this\""
        } else if message.contains("invalid basic string, expected `\"`") {
            "the text is not closed: put a \" where it ends, on the same line"
        } else if message.contains("missing escaped value") {
            "a backslash means something else between \" and \": put the expression between single quotes, '\\blift\\b'"
        } else if message.contains("expected a boolean") {
            "write true or false, in small letters and without quotes"
        } else if message.contains("missing comma") {
            "put a comma between the two"
        } else if value.starts_with('\'') && message.contains("unexpected key or value") {
            "the text holds an apostrophe: put it in double quotes, \"it's broken\""
        } else if message.contains("missing field") {
            "add the missing key"
        } else if message.contains("map, expected a sequence") {
            "write the heading in two brackets, such as [[signal]]: there may be many of them"
        } else if message.contains("expected a sequence") {
            "write it as a list, even for one: [\"like this\"]"
        } else if message.contains("invalid type: string") && ["i32", "u32", "i64"].iter().any(|n| message.contains(n)) {
            "write the number without quotes"
        } else if message.contains("invalid type") {
            "a list is written [\"one\", \"two\"], a text in quotes, yes and no as true and false"
        } else {
            return None;
        }
        .into(),
    )
}

/// The word that a misspelt one was probably meant for.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    known.iter().copied().filter(|k| letters_apart(word, k) <= 2).min_by_key(|k| letters_apart(word, k))
}

/// How many letters must be changed, added or left out to make one word of the other.
fn letters_apart(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = cost.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
