//! The words that count: what the resident said, apart from whoever passed it on.

use super::who::Who;
use crate::model::calendar::local_day;
use crate::model::message::Message;
use crate::model::policy::Policy;
use crate::rules::{Part, Place, Words};
use jiff::Timestamp;

/// Below this many words a message leans on what it brings: a forward, a letter attached.
const SHORT: usize = 12;

/// What the rules are to listen to: the subject, the resident's new words, and the rest in its places.
pub fn words<'a>(message: &'a Message, who: &Who<'a>, policy: &Policy, received_at: Timestamp) -> Words<'a> {
    let mut parts = Vec::new();
    let part = |place, text| Part { place, text };
    let mut chosen: Option<&str> = None;
    if let Some(original) = who.original {
        let text = if original.text.trim().is_empty() { original.body.as_str() } else { original.text.as_str() };
        parts.push(part(Place::Subject, original.subject.as_deref().unwrap_or(&message.subject)));
        parts.push(part(Place::Text, text));
        parts.push(part(Place::Note, message.text.as_str()));
        chosen = Some(text);
    } else {
        // In a reply to a letter of ours the subject is ours: it says nothing of the writer's.
        let place = if ours(&message.subject) { Place::Quoted } else { Place::Subject };
        parts.push(part(place, message.subject.as_str()));
        parts.push(part(Place::Text, message.text.as_str()));
        // A resident who passes on a message with hardly a word says what that message says, unless we or a contractor wrote it.
        let theirs = |f: &&crate::model::message::Forwarded| {
            f.from_email.as_ref().is_none_or(|a| !policy.is_staff(a) && policy.contractor(a).is_none())
        };
        if count(&message.text) < SHORT
            && let Some(inner) = message.forwards.iter().rev().find(theirs)
        {
            let text = if inner.text.trim().is_empty() { inner.body.as_str() } else { inner.text.as_str() };
            parts.push(part(Place::Text, text));
            chosen = Some(text);
        }
    }
    let letter = letter(&parts, message);
    parts.extend(letter.map(|text| part(Place::Text, text)));
    // History that is the resident's was heard as theirs.
    parts.extend((!who.by_answer).then_some(part(Place::Quoted, message.quoted.as_str())));
    parts.extend(message.forwards.iter().map(|f| f.text.as_str()).filter(|t| Some(*t) != chosen).map(|t| part(Place::Forwarded, t)));
    let attached = message.attachments.iter().filter_map(|a| a.text.as_deref());
    parts.extend(attached.filter(|t| Some(*t) != letter).map(|t| part(Place::Attachment, t)));
    Words { parts, received: local_day(received_at) }
}

/// "Re: We have received your complaint (PR-2026-000123)": the subject of a letter of ours, come back.
fn ours(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    let answer = ["re:", "aw:", "sv:", "antw:", "odp:", "r:"].iter().any(|p| lower.starts_with(p));
    answer && lower.contains("your complaint") && !super::keys::references(subject).is_empty()
}

/// The attached letter that the mail itself only points to ("please see attached").
fn letter<'a>(parts: &[Part<'a>], message: &'a Message) -> Option<&'a str> {
    let said: usize = parts.iter().filter(|p| p.place == Place::Text).map(|p| count(p.text)).sum();
    if said >= 40 {
        return None;
    }
    let points = said < SHORT
        || parts.iter().filter(|p| p.place == Place::Text).any(|p| {
            let lower = p.text.to_lowercase();
            ["attached", "enclosed", "attachment"].iter().any(|w| lower.contains(w))
        });
    message.attachments.iter().filter_map(|a| a.text.as_deref()).find(|t| points && count(t) >= 15 && speaks(t))
}

/// A letter speaks in the first person; a receipt, a report or a table does not.
fn speaks(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|w| ["I", "my", "My", "we", "We"].contains(&w))
}

fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

/// The judged words as one text: subject, then new words. For links and topics.
pub fn said(words: &Words<'_>) -> String {
    let parts = words.parts.iter().filter(|p| matches!(p.place, Place::Subject | Place::Text));
    parts.map(|p| p.text.trim()).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
}
