//! What a store must look up to find the cases that a message may belong to.

use super::who::Who;
use crate::model::address::Address;
use crate::model::keys::{Keys, folded_name};
use crate::model::message::Message;
use crate::model::policy::Policy;
use crate::rules::{Place, Words};
use regex::Regex;
use std::sync::LazyLock;

/// `PR-2026-000123` as people type it: PR 2026 123, pr2026/000123, PR–2026–123.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bPR[\s\-\u{2010}-\u{2015}_/#:.]{0,3}(20\d\d)[\s\-\u{2010}-\u{2015}_/.]{0,3}(\d{1,6})\b")
        .expect("checked by the tests")
});

/// A person named with a title: the resident of a councillor's letter, a daughter's mother.
static TITLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.?[ \t]+(?:[A-Z][\w'\u{2019}-]*\.?[ \t]+){1,3}?[A-Z][\w'\u{2019}-]+")
        .expect("checked by the tests")
});

/// A person named without one, by whom the writer is to them or by the complaint that is theirs: "my partner Jo Moss", "Jo Moss's carer",
/// "the complaint of Jo Moss". Anybody else whom a message names may be whom it is about.
static RELATED: LazyLock<Regex> = LazyLock::new(|| {
    const NAME: &str = r"(?:[OD]['\u{2019}])?[A-Z][\w-]+(?:[ \t]+(?:[OD]['\u{2019}])?[A-Z][\w-]*\.?){1,2}";
    let whose = "mum|mother|mam|dad|father|partner|husband|wife|son|daughter|nan|gran|grandmother|grandad|grandfather|uncle|aunt|auntie|\
                 brother|sister|client|constituent|carer|care worker|support worker|advocate|case|complaint";
    Regex::new(&format!(
        r"(?i:\b(?:{whose})[ \t]*(?:,|:|-|\u{{2013}}|of|from|by|made by|\()?[ \t]*(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.?[ \t]+)?)(?P<of>{NAME})|(?i:\bon behalf of[ \t]+)(?P<for>{NAME})|(?P<whose>{NAME})['\u{{2019}}]s?[ \t]+(?i:{whose})\b"
    ))
    .expect("checked by the tests")
});

/// No list grows beyond this: References of a long thread can hold hundreds of ids (the newest count).
const AT_MOST: usize = 50;

pub fn keys(message: &Message, policy: &Policy, who: &Who<'_>, words: &Words<'_>) -> Keys {
    let mut keys = Keys::default();
    let recipients = message.to.iter().chain(&message.cc).filter_map(|p| p.email.as_ref());
    let envelope = message.delivered_to.iter();
    // A contractor forwards what a resident sent to our reply address: the token lies in the block's To.
    let blocks = message.forwards.iter().flat_map(|f| &f.to);
    for address in recipients.chain(envelope).chain(blocks) {
        if let Some(token) = token(address, policy) {
            push(&mut keys.tokens, token.to_lowercase());
        }
    }
    let forwarded = message.forwards.iter().filter_map(|f| f.message_id.as_deref());
    let ids = message.in_reply_to.as_deref().into_iter().chain(message.references.iter().rev().map(String::as_str));
    for id in ids.chain(message.about.iter().map(String::as_str)).chain(forwarded) {
        push(&mut keys.message_ids, id.trim().trim_start_matches('<').trim_end_matches('>').to_owned());
    }
    references(&message.subject).into_iter().for_each(|r| push(&mut keys.references_subject, r));
    for part in &words.parts {
        match part.place {
            Place::Subject => references(part.text).into_iter().for_each(|r| push(&mut keys.references_subject, r)),
            Place::Text | Place::Note => references(part.text).into_iter().for_each(|r| push(&mut keys.references_body, r)),
            Place::Quoted | Place::Forwarded | Place::Attachment => {}
        }
    }
    if keys.references_subject.is_empty() && keys.references_body.is_empty() && keys.tokens.is_empty() {
        // Some phones drop every header that threads and leave only the quoted letter.
        references(&message.quoted).into_iter().take(2).for_each(|r| push(&mut keys.references_body, r));
    }
    keys.thread_roots.extend(message.thread_root.clone());
    let theirs = |a: &Address| !policy.is_staff(a) && policy.contractor(a).is_none();
    let senders = [message.from.email.as_ref(), message.reply_to.as_ref(), who.resident.email.as_ref()];
    for address in senders.into_iter().flatten().filter(|a| theirs(a)) {
        if !keys.addresses.contains(address) {
            keys.addresses.push(address.clone());
        }
    }
    keys.people.extend(message.from.id.clone());
    if who.via.is_none() && !who.own_business() {
        push(&mut keys.names, folded_name(message.from.name.as_deref().unwrap_or_default()));
    }
    push(&mut keys.names, folded_name(who.resident.name.as_deref().unwrap_or_default()));
    // The people that the words name with a title, and the last line, where a letter is signed.
    for part in words.parts.iter().filter(|p| matches!(p.place, Place::Subject | Place::Text)) {
        for found in TITLED.find_iter(part.text).take(6) {
            push(&mut keys.names, folded_name(found.as_str()));
        }
        for found in RELATED.captures_iter(part.text).take(6) {
            let name = ["of", "for", "whose"].iter().find_map(|group| found.name(group)).map(|m| m.as_str()).unwrap_or_default();
            push(&mut keys.names, folded_name(name));
        }
        for line in part.text.lines().rev().map(str::trim).filter(|l| !l.is_empty()).take(4).filter(|l| is_name(l)) {
            push(&mut keys.names, folded_name(line));
        }
    }
    for line in message.signature.lines().map(str::trim).filter(|l| is_name(l)).take(2) {
        push(&mut keys.names, folded_name(line));
    }
    let social = message.social.as_ref();
    // An edit comes under the id of what it edits, and may come before it.
    if social.is_some_and(|s| !s.no_message) {
        push(&mut keys.message_ids, message.message_id.clone().unwrap_or_default());
    }
    for id in social.and_then(|s| s.parent.clone()).into_iter().chain(social.and_then(|s| s.thread.clone())) {
        push(&mut keys.conversations, id);
    }
    keys
}

/// Two to four words, each with a capital, and no figure: how people sign.
fn is_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    (2..=4).contains(&words.len())
        && line.len() < 60
        && words.iter().all(|w| w.chars().next().is_some_and(char::is_uppercase))
        && !line.chars().any(|c| c.is_ascii_digit())
}

/// The reply token of an address of ours: the plus part that begins with `c-`.
fn token<'a>(address: &'a Address, policy: &Policy) -> Option<&'a str> {
    if !policy.is_mailbox(address) {
        return None;
    }
    address.detail()?.strip_prefix("c-").filter(|t| !t.is_empty())
}

/// Whether the text gives a reference as the one that it is about, and not to say which it is not.
pub fn means(text: &str, reference: &str) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:not|n't|nothing to do with|different (?:from|to)|separate from|apart from|aside from|instead of|rather than|unlike|besides)\b[^.!?\n]{0,30}$")
            .expect("checked by the tests")
    });
    REFERENCE.captures_iter(text).take(AT_MOST).any(|c| {
        let at = c.get(0).map_or(0, |m| m.start());
        format!("PR-{}-{:0>6}", &c[1], &c[2]) == reference && !DENIED.is_match(&text[text.floor_char_boundary(at.saturating_sub(80))..at])
    })
}

/// The references in a text, in full form.
pub fn references(text: &str) -> Vec<String> {
    REFERENCE.captures_iter(text).take(AT_MOST).map(|c| format!("PR-{}-{:0>6}", &c[1], &c[2])).collect()
}

fn push<T: PartialEq + AsRef<str>>(list: &mut Vec<T>, value: T) {
    if !value.as_ref().is_empty() && list.len() < AT_MOST && !list.contains(&value) {
        list.push(value);
    }
}
