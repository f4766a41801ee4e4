//! An earlier letter to the writer that no client marked as quoted: it greets them by their own name.

use regex::Regex;
use std::sync::LazyLock;

static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:dear|hello|hi|hiya|annwyl|good (?:morning|afternoon|evening))\s+(?P<name>[\p{L}.'’ -]{2,50}?)\s*[,:.!]?\s*$")
        .expect("a fixed pattern compiles")
});

/// Where in `text` such a letter begins, beneath words of the writer's own.
pub fn begins(text: &str, writer: &str) -> Option<usize> {
    let names: Vec<String> = words(writer).filter(|w| w.chars().count() > 1).collect();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let greeted = GREETING.captures(line).is_some_and(|c| words(&c["name"]).any(|w| names.contains(&w)));
        if greeted && text[..at].chars().any(char::is_alphanumeric) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))).filter(|w| !w.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn a_letter_to_the_writer_is_not_theirs() {
        for greeting in ["Dear Ms Quaye,", "Dear Olive", "Annwyl Ms Quaye:", "Good afternoon Olive Quaye!"] {
            assert_eq!(begins(&format!("Any news?\n\n{greeting}\n\nThank you."), "Olive Quaye"), Some(11), "{greeting}");
        }
        for text in [
            "Dear Ms Quaye,\n\nThank you.",
            "Any news?\n\nDear Mr Low,\n\nThank you.",
            "Any news?\nDear Olive was here, they said, and left.",
        ] {
            assert_eq!(begins(text, "Olive Quaye"), None, "{text}");
        }
        assert_eq!(begins("Any news?\n\nDear Sir,\n", ""), None);
    }
}
