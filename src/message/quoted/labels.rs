//! The header labels that mail clients write at the head of a quoted or forwarded message, in the languages of our residents and of the clients.

use crate::message::words;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    From,
    Date,
    To,
    Cc,
    Subject,
    ReplyTo,
    /// Importance, attachments and the rest: part of the block, of no use.
    Other,
}

static LABELS: LazyLock<HashMap<&'static str, Field>> = LazyLock::new(|| {
    // Earlier tables win where a word serves two languages.
    let mut map = HashMap::new();
    for (name, field) in [
        ("from", Field::From),
        ("subject", Field::Subject),
        ("date", Field::Date),
        ("to", Field::To),
        ("cc", Field::Cc),
        ("reply-to", Field::ReplyTo),
        ("other", Field::Other),
    ] {
        for word in words::list(&format!("label {name}")) {
            map.entry(word).or_insert(field);
        }
    }
    map
});

/// Longest label with its stars, in bytes: further in, a colon belongs to a sentence.
const LABEL_SPAN: usize = 64;

/// `*From:* Jo` → (From, "Jo"); `Objet : fuite` → (Subject, "fuite"). `None` when the line does not start with a known label.
pub fn field(line: &str) -> Option<(Field, &str)> {
    #[cfg(test)]
    crate::message::line::looks::one_more();
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '•' | '|'));
    let (at, colon) = line.char_indices().take_while(|(i, _)| *i < LABEL_SPAN).find(|(_, c)| matches!(c, ':' | '：'))?;
    let label = line[..at].trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_'));
    let found = *LABELS.get(label.to_lowercase().as_str())?;
    let value = &line[at + colon.len_utf8()..];
    Some((found, value.trim_matches(|c: char| c.is_whitespace() || c == '*')))
}

/// eM Client's blocks have no colons: `From "Jo" <jo@x>` → (From, the rest).
pub fn bare_field(line: &str) -> Option<(Field, &str)> {
    let (label, value) = line.trim().split_once(char::is_whitespace)?;
    Some((*LABELS.get(label.to_lowercase().as_str())?, value.trim()))
}

/// The label that ends just before a colon at `colon`, with no more than its own capital to mark its start: `…GMT+2Subject`.
pub fn label_before(text: &str, colon: usize) -> Option<(usize, Field)> {
    let starts = text[..colon].char_indices().rev().take(24).filter(|(_, c)| !c.is_lowercase() && c.is_alphabetic());
    starts.filter_map(|(i, _)| LABELS.get(text[i..colon].trim_end().to_lowercase().as_str()).map(|f| (i, *f))).last()
}

/// The Gmail of some languages translates nothing but `From`; clients whose words are unknown still write `word: value`.
pub fn looks_like_label(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '*');
    line.char_indices()
        .take(25)
        .find(|(_, c)| matches!(c, ':' | '：'))
        .is_some_and(|(i, _)| i > 0 && line[..i].split_whitespace().count() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_stars_spaces_and_wide_colons() {
        for (line, want) in [
            ("From: Jo", (Field::From, "Jo")),
            ("*From:* Jo", (Field::From, "Jo")),
            ("**Sent:** today", (Field::Date, "today")),
            ("Objet : fuite", (Field::Subject, "fuite")),
            ("主题：漏水", (Field::Subject, "漏水")),
            ("Oddi wrth: Siân", (Field::From, "Siân")),
            ("Von:Jo", (Field::From, "Jo")),
            ("\tTo:\tJo", (Field::To, "Jo")),
        ] {
            assert_eq!(field(line), Some(want), "{line}");
        }
        for line in ["I rang at 10:15", "Please note: no", "", ":"] {
            assert_eq!(field(line), None, "{line}");
        }
    }
}
