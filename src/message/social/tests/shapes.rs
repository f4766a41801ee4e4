//! The shapes in which platforms send things, one a line of tests/webhooks/shapes.jsonl: whose words, which, or that nobody said anything.

use crate::message::{Hint, read};
use crate::model::message::{Automatic, Channel, Message};
use serde_json::{Value, json};
use std::fs::read_to_string;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/webhooks/shapes.jsonl");

fn hint() -> Hint {
    Hint { channel: Some(Channel::Social), ..Hint::default() }
}

fn seen(message: &Message) -> Value {
    let said = message.automatic != Some(Automatic::Notification);
    // What a notice holds is nobody's word to us.
    let text = if said { message.text.as_str() } else { "" };
    json!({ "id": message.from.id, "said": said, "text": text, "files": message.attachments.len() })
}

#[test]
fn each_shape_gives_its_authors_id_and_words_or_is_known_for_a_notice() {
    for line in read_to_string(FILE).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let read = read(row["body"].to_string().as_bytes(), &hint());
        assert_eq!(json!(read.iter().map(seen).collect::<Vec<_>>()), row["messages"], "{}", row["shape"]);
        assert!(read.iter().all(|m| m.channel == Channel::Social), "{}", row["shape"]);
    }
}

/// Any key may be null, missing, or of another type than ever seen: every body is still at least one message, and none breaks the reading.
#[test]
fn no_part_that_is_missing_null_or_of_another_type_breaks_the_reading() {
    for line in read_to_string(FILE).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        for place in places(&row["body"], String::new()) {
            for other in [Value::Null, json!([]), json!({}), json!(7), json!(true), json!("x"), json!([null])] {
                let mut body = row["body"].clone();
                *body.pointer_mut(&place).unwrap() = other;
                assert!(!read(body.to_string().as_bytes(), &hint()).is_empty(), "{} {place}", row["shape"]);
            }
        }
    }
}

/// Every place in a body, as JSON pointers (RFC 6901).
fn places(value: &Value, at: String) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let mut places: Vec<String> = inner.into_iter().flat_map(|(key, v)| places(v, format!("{at}/{key}"))).collect();
    places.push(at);
    places
}
