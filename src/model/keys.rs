//! What a message holds that may lead to a case: the store looks each up and answers with candidates.

use super::address::Address;
use serde::{Deserialize, Serialize};

/// The keys of one message (triage::keys makes them). Each list is without doubles, in the order found, and bounded.
///
/// Which evidence a hit is: `tokens` → `ReplyAddress`; `message_ids` → `OurMessageId` where the id is of a letter of ours, else
/// `References`; `references_subject` → `ReferenceInSubject`; `references_body` → `ReferenceInBody`; `thread_roots` → `ThreadRoot`;
/// `addresses` and `people` → `SameSender`, where the address or id is a party's; `names` → `SameName`, where it is the folded name of a party (`folded_name`), among cases
/// that changed in the last year; `conversations` → `SameConversation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Reply-address tokens, the part after `c-`, lower case.
    pub tokens: Vec<String>,
    /// Message-IDs that it answers or is about, without angle brackets: In-Reply-To, References, and what a report names.
    pub message_ids: Vec<String>,
    /// References in the subject, in full form (`PR-2026-000123`).
    pub references_subject: Vec<String>,
    /// References in the new words, or in the message that is passed on.
    pub references_body: Vec<String>,
    pub thread_roots: Vec<String>,
    /// The sender's address, and that of the resident of a forward or a note.
    pub addresses: Vec<Address>,
    /// Platform ids of the person who wrote.
    pub people: Vec<String>,
    /// Folded names of the sender, of the resident of a forward or a note, and of people whom the words name with a title:
    /// a resident known by name alone writes again from an address, a Facebook account becomes an e-mail.
    pub names: Vec<String>,
    /// Platform ids of the post, item or conversation that it belongs to.
    pub conversations: Vec<String>,
}

impl Keys {
    pub fn is_empty(&self) -> bool {
        *self == Keys::default()
    }
}

/// A name as it is compared: lower case, without titles, initials, punctuation or the order "Surname, First". Empty when fewer than two
/// words are left: "Dave" is nobody in particular.
pub fn folded_name(name: &str) -> String {
    const TITLES: [&str; 18] = [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "rev",
        "revd",
        "prof",
        "sir",
        "dame",
        "lady",
        "lord",
        "cllr",
        "councillor",
        "mp",
        "mbe",
        "obe",
    ];
    let turned = match name.split_once(',') {
        Some((last, first)) if !first.trim().is_empty() => format!("{} {}", first.trim(), last.trim()),
        _ => name.to_owned(),
    };
    let words: Vec<String> = turned
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '-')))
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('\u{2019}', "'"))
        .filter(|w| w.chars().count() > 1 && !TITLES.contains(&w.as_str()) && !w.chars().any(|c| c.is_ascii_digit()))
        .collect();
    match words.as_slice() {
        [first, .., last] => format!("{first} {last}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::folded_name;

    #[test]
    fn one_person_has_one_name() {
        for n in ["Donovan Sealy", "Mr Donovan P. Sealy", "SEALY, Donovan", "donovan sealy"] {
            assert_eq!(folded_name(n), "donovan sealy", "{n}");
        }
        assert_eq!(folded_name("Amelia Thackray-Obi"), "amelia thackray-obi");
        assert_eq!(folded_name("Dave"), "");
        assert_eq!(folded_name("Mrs Patel"), "");
    }
}
