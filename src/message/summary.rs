//! A note about somebody: a contractor's or staff member's own words that name a resident ("Mrs Patel at 14 Elm Court rang us").
//!
//! Whether a writer is one who writes such notes is for others to know; here is only what a note says, if this is one.

mod patterns;

use super::quoted::mailbox::addresses;
use super::quoted::signature::is_closing;
use crate::model::address::Address;
use crate::model::message::{Channel, Message, Reported};
use patterns::{ADDRESS, CALLED, CLIENTS, LABEL, LOWER, NAME_AT, OWN, PHONE, STAFF, TITLED, TITLED_LOW};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Name,
    Email,
    Phone,
    Address,
}

const PUBLIC: &[&str] = &[
    "gmail.",
    "googlemail.",
    "hotmail.",
    "outlook.",
    "live.",
    "msn.",
    "yahoo.",
    "ymail.",
    "icloud.",
    "me.com",
    "aol.",
    "btinternet.",
    "sky.com",
    "virginmedia.",
    "talktalk.",
    "proton.me",
    "protonmail.",
    "gmx.",
    "mail.com",
];

/// Longest note that is read for names: a note is short.
const LONGEST: usize = 20_000;

/// Whom a mail names, read as a note. Dear, and no resident's mail is one: asked for where a contractor or a member of staff writes.
pub fn named(message: &Message) -> Option<Reported> {
    if message.channel != Channel::Email || message.automatic.is_some() {
        return None;
    }
    let parties = message.to.iter().chain(&message.cc).filter_map(|p| p.email.clone());
    let own: Vec<Address> = message.from.email.iter().cloned().chain(parties).collect();
    reported(&message.text, &own)
}

/// Whom a note names. `text` is the writer's new words, signature cut off; `own` the addresses of the writer and of the landlord, whose
/// whole domains are passed over (but for public mail, where only the address itself is). `None` when it names nobody.
fn reported(text: &str, own: &[Address]) -> Option<Reported> {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(i, _)| i);
    let text = without_foot(&text[..end]);
    let mut found = Reported::default();
    for clause in text.lines().flat_map(|l| l.split([';', '|', '\t'])) {
        if let Some((label, value)) = labelled(clause) {
            take(&mut found, label, value, own);
        }
    }
    // A row of a table: the label in one cell, its value in the next.
    for line in text.lines().filter(|l| l.contains('\t')) {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        for pair in cells.windows(2) {
            if let Some((label, "")) = labelled(&format!("{}:", pair[0].trim_end_matches(':'))) {
                take(&mut found, label, pair[1], own);
            }
        }
    }
    let mut theirs = addresses(text).into_iter().filter(|a| !is_own(a, own));
    // Two addresses that might be the resident's are none.
    if let (None, Some(one), None) = (&found.email, theirs.next(), theirs.next()) {
        found.email = Some(one);
    }
    found.address = found.address.or_else(|| address(text));
    found.phone = found.phone.or_else(|| phone(text));
    found.name = found.name.or_else(|| name(text));
    (found != Reported::default()).then_some(found)
}

fn labelled(clause: &str) -> Option<(Label, &str)> {
    // The pattern is dear, and has one of these in it.
    let caught = clause.contains([':', '：', '=', '-', '–', '—']).then(|| LABEL.captures(clause)).flatten()?;
    let label = [("name", Label::Name), ("email", Label::Email), ("phone", Label::Phone), ("address", Label::Address)]
        .into_iter()
        .find(|(n, _)| caught.name(n).is_some())?
        .1;
    Some((label, caught.name("value")?.as_str().trim_matches(|c: char| c.is_whitespace() || c == '*')))
}

fn take(found: &mut Reported, label: Label, value: &str, own: &[Address]) {
    let none = value.len() < 2
        || [
            "none",
            "n/a",
            "na",
            "not given",
            "unknown",
            "not known",
            "no email",
            "no phone",
            "tbc",
            "refused",
            "withheld",
            "doesn't",
            "not provided",
            "as above",
        ]
        .iter()
        .any(|w| value.to_lowercase().starts_with(w));
    if none || value.len() > 300 {
        return;
    }
    match label {
        Label::Email => found.email = found.email.take().or_else(|| addresses(value).into_iter().find(|a| !is_own(a, own))),
        Label::Phone => found.phone = found.phone.take().or_else(|| phone(value)),
        Label::Address => found.address = found.address.take().or_else(|| Some(tidy(value))),
        Label::Name => {
            // "Tenant: J Okoro, 07700 900123, 3 Mill Lane": the name stands first, the rest speaks for itself.
            let end = [
                value.find(','),
                value.find('('),
                value.find(" at "),
                value.find(" of "),
                value.find(" - "),
                PHONE.find(value).map(|m| m.start()),
                value.find('@').map(|at| value[..at].rfind(' ').unwrap_or(0)),
            ]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(value.len());
            let name = tidy(&value[..end]);
            let words = name.split_whitespace().count();
            if found.name.is_none()
                && (1..=5).contains(&words)
                && name.chars().next().is_some_and(char::is_alphabetic)
                && !name.chars().any(|c| c.is_numeric())
            {
                found.name = Some(name);
            }
        }
    }
}

/// The name that a sentence gives: with a title, behind "tenant" and its like, or before an address.
fn name(text: &str) -> Option<String> {
    let places: Vec<_> = ADDRESS.find_iter(text).map(|m| m.range()).collect();
    let free = |start: usize| {
        let before = before(text, start);
        (CLIENTS.is_match(before) || !STAFF.is_match(before)) && !places.iter().any(|p| p.contains(&start))
    };
    let caught = |r: &regex::Regex| {
        r.captures_iter(text)
            .filter_map(|c| c.name("name"))
            .find(|m| free(m.start()) && !starts_oddly(m.as_str()))
            .map(|m| tidy(m.as_str()))
    };
    let titled = || TITLED.find_iter(text).find(|m| free(m.start()) && !shouted(m.as_str())).map(|m| tidy(m.as_str()));
    let low = || TITLED_LOW.find_iter(text).filter(|m| free(m.start())).find_map(|m| in_one_case(m.as_str()));
    titled().or_else(|| caught(&CALLED)).or_else(|| caught(&NAME_AT)).or_else(low)
}

fn shouted(name: &str) -> bool {
    name.split_whitespace().skip(1).all(|w| w.chars().count() > 1 && !w.chars().any(char::is_lowercase))
}

/// "mrs patel rang us" → "Mrs Patel"; "MR OKORO AT 3" → "Mr Okoro". Written so, only the words behind a name tell where it ends.
fn in_one_case(found: &str) -> Option<String> {
    const BEHIND: [&str; 38] = [
        "at",
        "of",
        "from",
        "in",
        "on",
        "and",
        "to",
        "who",
        "has",
        "had",
        "is",
        "was",
        "wants",
        "wanted",
        "rang",
        "rung",
        "called",
        "phoned",
        "telephoned",
        "emailed",
        "texted",
        "says",
        "said",
        "came",
        "asked",
        "asks",
        "told",
        "tells",
        "complained",
        "reported",
        "reports",
        "contacted",
        "spoke",
        "stopped",
        "approached",
        "would",
        "about",
        "re",
    ];
    let word = |w: &str| {
        let mut letters = w.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect::<String>())
    };
    let words: Vec<&str> = found.split_whitespace().collect();
    let end = words.iter().position(|w| BEHIND.contains(&w.to_lowercase().as_str())).unwrap_or(words.len());
    // A name of more than three words that nothing ends is a sentence.
    let name = words.get(1..end).filter(|n| !n.is_empty() && (n.len() <= 2 || end < words.len() && n.len() <= 3))?;
    Some([&words[..1], name].concat().iter().filter_map(|w| word(w)).collect::<Vec<_>>().join(" "))
}

/// The few words before a place in the text.
fn before(text: &str, start: usize) -> &str {
    let from = (0..=start.saturating_sub(60)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    &text[from..start]
}

fn address(text: &str) -> Option<String> {
    let theirs = |m: &regex::Match| !OWN.is_match(before(text, m.start()));
    let plain = |c: &regex::Captures| {
        !c["street"].split(' ').any(|w| {
            matches!(
                w.to_lowercase().as_str(),
                "days" | "weeks" | "times" | "months" | "years" | "hours" | "in" | "at" | "of" | "the" | "to" | "and" | "on"
            )
        })
    };
    ADDRESS
        .find_iter(text)
        .find(theirs)
        .or_else(|| LOWER.captures_iter(text).filter(plain).filter_map(|c| c.get(0)).find(theirs))
        .map(|m| tidy(m.as_str()))
}

/// Capitals at the start of a sentence are no name.
fn starts_oddly(name: &str) -> bool {
    let first = name.split_whitespace().next().unwrap_or_default();
    matches!(
        first,
        "The"
            | "This"
            | "That"
            | "She"
            | "He"
            | "They"
            | "We"
            | "I"
            | "Our"
            | "Your"
            | "Good"
            | "Please"
            | "Hi"
            | "Hello"
            | "Dear"
            | "Lady"
            | "Customer"
            | "Tenant"
            | "Resident"
            | "No"
            | "Yes"
            | "Not"
            | "When"
            | "After"
            | "Job"
            | "Flat"
            | "Mon"
            | "Monday"
            | "Tuesday"
            | "Wednesday"
            | "Thursday"
            | "Friday"
            | "Saturday"
            | "Sunday"
            | "Thrive"
            | "Together"
    )
}

/// The first number of a telephone's length and shape.
fn phone(text: &str) -> Option<String> {
    PHONE
        .find_iter(text)
        .filter(|m| (10..=13).contains(&m.as_str().chars().filter(char::is_ascii_digit).count()))
        .find(|m| !OWN.is_match(before(text, m.start())))
        .map(|m| m.as_str().trim().to_string())
}

fn is_own(address: &Address, own: &[Address]) -> bool {
    own.iter().any(|o| {
        o.without_detail() == address.without_detail()
            || (o.domain() == address.domain() && !PUBLIC.iter().any(|p| o.domain().starts_with(p)))
    })
}

fn tidy(value: &str) -> String {
    value
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .trim_matches(|c: char| matches!(c, ',' | '.' | ';' | '*' | ' ' | '-'))
        .to_string()
}

/// The note without its writer's name and particulars: what follows the last "Regards", if it stands near the end.
fn without_foot(text: &str) -> &str {
    let mut from = text.len();
    for line in text.lines().rev().take(12) {
        from = from.saturating_sub(line.len() + 1);
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        if is_closing(line) && start > 0 {
            return &text[..start];
        }
    }
    text
}

#[cfg(test)]
mod tests;
