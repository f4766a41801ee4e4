//! The words that robots use in the languages of residents' mail programs, and those that people use.
//! The lists lie in `words.txt`, apart from the code that looks for them. Every text here is in lower case: see `lower`.

use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The words of a section, and the one search for all of them together.
struct List {
    words: Vec<String>,
    any: Regex,
}

static LISTS: LazyLock<HashMap<&str, List>> = LazyLock::new(|| {
    let mut lists: HashMap<&str, Vec<String>> = HashMap::new();
    let mut section = "";
    for line in include_str!("words.txt").lines().filter(|l| !l.starts_with('#')) {
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(name) => section = name,
            None => {
                let words = line.split(',').map(str::trim).filter(|w| !w.is_empty());
                lists.entry(section).or_default().extend(words.map(|w| w.replace('_', " ")));
            }
        }
    }
    let together = |words: &[String]| words.iter().map(|w| regex::escape(w)).collect::<Vec<_>>().join("|");
    let made = |words: Vec<String>| List { any: Regex::new(&together(&words)).expect("escaped words are a pattern"), words };
    lists.into_iter().map(|(name, words)| (name, made(words))).collect()
});

/// The words of one section. A name that the file has not is a fault of the program's own, and an empty list.
pub fn list(section: &str) -> &'static [String] {
    LISTS.get(section).map(|l| l.words.as_slice()).unwrap_or_default()
}

/// Whether a text in lower case holds any word of a section.
pub fn any(section: &str, text: &str) -> bool {
    LISTS.get(section).is_some_and(|l| !l.words.is_empty() && l.any.is_match(text))
}

/// A text as the functions here want it: its first letters, in lower case, with plain apostrophes.
pub fn lower(text: &str, letters: usize) -> String {
    let text = first(text, letters);
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase().replace('’', "'") }
}

fn first(text: &str, letters: usize) -> &str {
    if text.len() <= letters { text } else { text.char_indices().nth(letters).map_or(text, |(at, _)| &text[..at]) }
}

/// Subjects with which programs begin an automatic answer. `Re:` before it is a person who answers the robot.
pub fn reply_subject(subject: &str) -> bool {
    list("reply subject").iter().any(|s| subject.starts_with(s))
}

/// An absence told by the usual sentences. People write them too: alone they prove nothing.
pub fn absent(text: &str) -> bool {
    let text = first(text, 1500);
    any("absence", text) && text.split_whitespace().nth(150).is_none()
}

/// A sentence in which the program says what it is. Inside quotation marks a person tells of one.
pub fn says_automatic(text: &str) -> bool {
    let text = first(text, 3000);
    let opens = |at: usize| {
        text[..at].trim_end_matches([' ', '*', '-', '[', '(']).chars().next_back().is_none_or(|c| matches!(c, '\n' | '.' | '!' | ',' | ':'))
    };
    any("says automatic", text)
        && text.split_whitespace().nth(150).is_none()
        && list("says automatic").iter().any(|w| text.find(w).is_some_and(opens))
}

/// An absence notice without any mark of a program: thanks for the message, an absence, somebody else to turn to, and not a word about a
/// home or a visit. "I will be away until the fifth, so do not send the engineer before" is a person's answer.
pub fn notice(text: &str) -> bool {
    let text = first(text, 1500);
    absent(text) && any("thanks", text) && any("instead", text) && !any("home", text) && !text.contains('?')
}

/// What programs say when they pass on what a person typed into a form or a survey.
pub fn submission(text: &str) -> bool {
    any("submission", first(text, 1500))
}

/// What only software says of itself.
pub fn robot(text: &str) -> bool {
    any("robot", first(text, 6000))
}

pub fn newsletter(text: &str) -> bool {
    any("newsletter", first(text, 20_000))
}

/// A person speaking for themselves: the first person, of the home, of what has gone on. English, and the commonest of what else residents write.
pub fn speaks(text: &str) -> bool {
    let text = first(text, 8000);
    let padded: String = format!(" {} ", text.replace(|c: char| c.is_whitespace() || ",.;:!?()\"".contains(c), " "));
    // Grievances in telegraph style have no "I": "Boiler off again. Nobody came."
    let plain = grievance(text);
    if !robot(text) {
        return plain || any("first person", &padded) && text.split_whitespace().nth(3).is_some();
    }
    // Robots say "we" and "our"; beside a robot's phrases only somebody who says "I" and "my" is a person.
    let alone: usize = [" i ", " i'm ", " i've ", " im ", " ive ", " my ", " me "].iter().map(|w| padded.matches(w).count()).sum();
    if plain { alone >= 2 } else { alone >= 4 && alone * 25 >= padded.split_whitespace().count() }
}

/// What a dissatisfied resident says and an absence notice does not.
pub fn grievance(text: &str) -> bool {
    any("grievance", first(text, 8000))
}

pub fn challenge(subject: &str, text: &str) -> bool {
    let text = first(text, 3000);
    (any("challenge", text) || any("challenge", subject)) && !text.contains("my flat")
}

pub fn read_receipt(subject: &str, text: &str) -> bool {
    list("receipt subject").iter().any(|s| subject.starts_with(s)) && any("receipt says", first(text, 1500))
}

/// Hotmail's feedback reports, which are older than RFC 5965 and have no part that says so.
pub fn old_feedback(subject: &str, text: &str) -> bool {
    subject.starts_with("complaint about message from") && text.trim().is_empty()
}

/// DMARC and TLS reports (RFC 7489 §7.2.1.1, RFC 8460).
pub fn machine_report(subject: &str, files: &[String]) -> bool {
    let packed = files.iter().any(|f| f.ends_with(".xml.gz") || f.ends_with(".zip") || f.ends_with(".json.gz") || f.ends_with(".xml"));
    (subject.contains("report domain:") || subject.contains("report-id") || subject.contains("dmarc aggregate"))
        && (packed || subject.contains("submitter:"))
}

/// What calendar programs write under an invitation.
pub fn meeting(text: &str) -> bool {
    any("meeting", first(text, 6000))
}

#[cfg(test)]
mod tests {
    use super::list;

    /// Every list that the code asks for is there: a misspelt name would silently find nothing.
    #[test]
    fn no_list_is_asked_for_in_vain() {
        for code in [include_str!("words.rs"), include_str!("../bounce.rs")] {
            for asked in code.split("list(\"").skip(1).chain(code.split("any(\"").skip(1)).filter_map(|c| c.split('"').next()) {
                assert!(asked.is_empty() || !list(asked).is_empty(), "{asked}");
            }
        }
    }
}
