//! What happened, in the order in which it happened.

use super::dossier::{Arrived, Dossier, Written};
use super::words;
use crate::model::decision::{Decision, Effect, Reply};
use crate::store::{case_event, decision, duty, review};
use jiff::Timestamp;
use serde::Serialize;

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    #[serde(skip)]
    pub at: Timestamp,
    pub when: String,
    pub who: String,
    pub what: String,
    /// Reasons, the server's answer, what was noted: a line each.
    pub details: Vec<String>,
    /// The file of the record that this is about.
    pub file: Option<String>,
}

fn entry(at: Timestamp, who: impl Into<String>, what: impl Into<String>) -> Entry {
    Entry { at, when: words::moment(at), who: who.into(), what: what.into(), details: Vec::new(), file: None }
}

/// Everything in a dossier, oldest first; what falls on one instant in the order of cause and effect.
pub fn of(dossier: &Dossier, now: Timestamp) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (i, message) in dossier.messages.iter().enumerate() {
        entries.push(received(i, message));
        entries.extend(message.decisions.iter().map(|(row, whole)| decided(row, whole.as_ref())));
    }
    // What the letters say of themselves is told with them.
    let journal = dossier.journal.iter().filter(|e| !e.what.starts_with("letter_"));
    entries.extend(journal.map(journalled));
    for (i, letter) in dossier.letters.iter().enumerate() {
        entries.extend(written(i, letter));
    }
    entries.extend(dossier.duties.iter().flat_map(|d| promised(d, now)));
    entries.extend(dossier.reviews.iter().flat_map(asked));
    entries.sort_by_key(|e| e.at);
    entries
}

fn received(i: usize, message: &Arrived) -> Entry {
    let from = message.read.as_ref().map(|m| match (&m.from.name, &m.from.email, &m.from.id) {
        (Some(name), Some(email), _) => format!("{name} <{email}>"),
        (Some(name), ..) => name.clone(),
        (None, Some(email), _) => email.to_string(),
        (None, None, Some(id)) => format!("account {id}"),
        _ => "somebody".into(),
    });
    let subject = message.read.as_ref().map(|m| m.subject.trim()).filter(|s| !s.is_empty());
    let what = match subject {
        Some(subject) => format!("wrote by {}: “{subject}”", words::channel(message.row.channel)),
        None => format!("wrote by {}", words::channel(message.row.channel)),
    };
    let mut e = entry(message.row.received_at, from.unwrap_or_else(|| "(erased)".into()), what);
    e.details = message.receipts.iter().map(|r| format!("Found in {} on {}.", r.source, words::moment(r.arrived_at))).collect();
    if message.row.duplicate_of.is_some() {
        e.details.push("The same message had come before by another way: it was answered once.".into());
    }
    e.file = Some(super::files::message_name(i, message));
    e
}

fn decided(row: &decision::Row, whole: Option<&Decision>) -> Entry {
    let mut e = entry(row.decided_at, words::who(&row.who), format!("decided that this is {}", words::kind(row.kind)));
    let Some(d) = whole else {
        e.details.push("The reasons were erased.".into());
        return e;
    };
    for says in d.reasons.iter().map(reason) {
        // One signal may speak for the kind and for a flag.
        if !e.details.contains(&says) {
            e.details.push(says);
        }
    }
    let flags: Vec<String> = d.flags.iter().map(|f| words::flag(*f)).collect();
    if !flags.is_empty() {
        e.details.push(format!("Flags: {}.", flags.join(", ")));
    }
    if let Effect::Stage2 { premature: true, .. } = d.effect {
        e.details.push("It came before the stage 1 response: a person decides.".into());
    }
    e.details.push(match row.reply {
        Reply::None => "Nothing was sent in answer.".into(),
        reply => format!("In answer: {}.", words::letter(reply.as_str())),
    });
    e
}

/// `says that nobody came: “nobody turned up”`.
pub(super) fn reason(reason: &crate::model::decision::Reason) -> String {
    let quoted: Vec<String> = reason.words.iter().map(|w| format!("“{}”", w.trim())).collect();
    let says = reason.says.trim_end_matches('.');
    if quoted.is_empty() { format!("Because it {says}.") } else { format!("Because it {says}: {}.", quoted.join(", ")) }
}

fn journalled(event: &case_event::Row) -> Entry {
    let mut e = entry(event.at, words::who(&event.who), words::event(&event.what));
    e.details.extend(note(&event.note));
    e
}

/// What a person noted, or the rest of what belongs to an event, without what is nothing.
pub(super) fn note(json: &str) -> Vec<String> {
    use serde_json::Value;
    let plain = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    match serde_json::from_str::<Value>(json) {
        Ok(Value::Object(map)) => {
            map.iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| {
                    if matches!(k.as_str(), "note" | "why" | "reason") {
                        plain(v)
                    } else {
                        format!("{}: {}", k.replace('_', " "), plain(v))
                    }
                })
                .collect()
        }
        Ok(Value::Null) | Err(_) => Vec::new(),
        Ok(other) => vec![plain(&other)],
    }
}

fn written(i: usize, letter: &Written) -> Vec<Entry> {
    let row = &letter.row;
    let name = words::letter(&row.reply);
    let file = letter.bytes.is_some().then(|| super::files::letter_name(i, letter));
    let mut first = entry(row.created_at, "Postroom (by rule)", format!("wrote {name}, to {}", row.recipient));
    first.file.clone_from(&file);
    let mut entries = vec![first];
    for a in &letter.attempts {
        let mut e = entry(a.ended_at.unwrap_or(a.at), "The mail server", format!("had {name}: {}", words::attempt(&a.outcome)));
        let answer: Vec<&str> = [a.code.as_deref(), a.note.as_deref()].into_iter().flatten().collect();
        if !answer.is_empty() {
            e.details.push(format!("Its answer: {}", answer.join(" ")));
        }
        e.file.clone_from(&file);
        entries.push(e);
    }
    entries
}

fn promised(duty: &duty::Row, now: Timestamp) -> Vec<Entry> {
    let name = duty.kind.what();
    let mut entries = Vec::new();
    let late = duty.met_at.map_or(duty.state == "open" && now > duty.due_at, |met| met > duty.due_at);
    if late {
        entries.push(entry(duty.due_at, "The clock", format!("passed the last moment to {name}")));
    }
    if let (Some(met), Some(by)) = (duty.met_at, &duty.met_by) {
        let how = if late { "late" } else { "in time" };
        let mut e = entry(met, "The clock", format!("saw the duty to {name} met {how}"));
        e.details.push(format!("Due by {}. Met by {}.", crate::model::calendar::written_out(duty.due), words::met_by(by)));
        entries.push(e);
    }
    entries
}

fn asked(review: &review::Row) -> Vec<Entry> {
    let mut opened = entry(review.opened_at, "Postroom (by rule)", "asked a person to look");
    opened.details.push(review.says.clone());
    let mut entries = vec![opened];
    if let (Some(at), Some(who)) = (review.resolved_at, &review.who) {
        let mut e = entry(at, words::who(who), "dealt with what a person was asked to look at");
        e.details.extend(review.how.clone());
        entries.push(e);
    }
    entries
}
