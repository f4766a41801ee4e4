//! JSON as platforms send it: ids that are numbers in one version and strings in the next, and never through a float.

use crate::model::message::Defect;
use jiff::Timestamp;
use serde_json::Value;

/// More than a platform's largest batch (Meta: 1000 updates).
pub const MAX_ITEMS: usize = 2000;

pub fn looks_like(raw: &[u8]) -> bool {
    let head = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    matches!(head.first(), Some(b'{'))
        || head.starts_with(b"[{")
        || head.starts_with(b"[]")
        || (head.starts_with(b"[") && serde_json::from_slice::<Value>(raw).is_ok())
}

/// Every value of a text that holds one or, badly, several in a row; else those that could be read and the text of the rest.
pub fn values(text: &str) -> Result<Vec<Value>, (Vec<Value>, &str)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        match stream.next() {
            Some(Ok(value)) if found.len() < MAX_ITEMS => {
                found.push(value);
                at = stream.byte_offset();
            }
            None => return Ok(found),
            _ => return Err((found, &text[at..])),
        }
    }
}

/// A value as an id: strings as they are, whole numbers to the last digit.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(s) if !s.trim().is_empty() => Some(s.trim().to_owned()),
        Value::Number(n) if n.is_i64() || n.is_u64() => Some(n.to_string()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// The first of the named members that is an id.
pub fn id_of(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|n| id(&value[*n]))
}

/// The first of the named members that is a text with something in it.
pub fn text_of(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|n| value[*n].as_str()).map(str::to_owned).filter(|t| !t.trim().is_empty())
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Unix seconds or milliseconds (told by size), RFC 3339, Meta's `+0000`, or X's `Mon Mar 02 09:14:00 +0000 2026`.
pub fn instant(value: &Value) -> Option<Timestamp> {
    let text = match value {
        Value::Number(n) => n.to_string(),
        Value::String(s) => s.trim().to_owned(),
        _ => return None,
    };
    if let Ok(n) = text.parse::<i64>() {
        return match n.unsigned_abs() {
            0 => None,
            1..100_000_000_000 => Timestamp::from_second(n).ok(),
            100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(n).ok(),
            _ => Timestamp::from_microsecond(n).ok(),
        };
    }
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", &text).ok())
        .or_else(|| Timestamp::strptime("%a %b %d %H:%M:%S %z %Y", &text).ok())
}

/// A note for an item whose shape nobody has met.
pub fn strange(what: &str) -> Defect {
    Defect::new("unknown-event", what)
}
