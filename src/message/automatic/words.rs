//! The words that robots use in the languages of residents' mail programs, and those that people use.
//! The lists lie in `words.txt`, apart from the code that looks for them. Every text here is in lower case: see `lower`.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The words of a section, and the one search for all of them together.
struct List {
    words: Vec<String>,
    any: Regex,
}

static LISTS: LazyLock<BTreeMap<&str, List>> = LazyLock::new(|| {
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
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

/// The sections that whole texts are searched for: one walk finds the words of all of them.
const IN_TEXTS: [&str; 14] = [
    "absence",
    "says automatic",
    "thanks",
    "instead",
    "home",
    "submission",
    "robot",
    "newsletter",
    "grievance",
    "challenge",
    "receipt says",
    "meeting",
    "acknowledges",
    "bounce says",
];

/// All words of those sections, and the section of each.
static TOGETHER: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| together(|_| true, AhoCorasickKind::ContiguousNFA));

/// Those that an ASCII text can have: most texts are, and a table for fewer words and octets stays in the processor's cache.
static ASCII: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| together(str::is_ascii, AhoCorasickKind::DFA));

fn together(take: fn(&str) -> bool, kind: AhoCorasickKind) -> (AhoCorasick, Vec<usize>) {
    let sections = IN_TEXTS.iter().enumerate();
    let words = || sections.clone().flat_map(|(at, name)| list(name).iter().filter(|w| take(w)).map(move |w| (at, w)));
    let automaton = AhoCorasick::builder().kind(Some(kind)).build(words().map(|(_, w)| w));
    (automaton.expect("a few hundred words make an automaton"), words().map(|(at, _)| at).collect())
}

/// A text in lower case, and where in it the first word of each section ends.
pub struct Spotted {
    pub text: String,
    ends: [Option<usize>; IN_TEXTS.len()],
}

/// Reads a text's first `octets` for the words of every section.
pub fn spot(text: &str, octets: usize) -> Spotted {
    let text = lower(text, octets);
    let mut ends = [None; IN_TEXTS.len()];
    let (automaton, sections) = if text.is_ascii() { &*ASCII } else { &*TOGETHER };
    for found in automaton.find_overlapping_iter(&text) {
        ends[sections[found.pattern().as_usize()]].get_or_insert(found.end());
    }
    Spotted { text, ends }
}

impl Spotted {
    /// Whether the first `octets` hold any word of a section.
    pub fn any(&self, section: &str, octets: usize) -> bool {
        IN_TEXTS.iter().zip(self.ends).any(|(name, end)| *name == section && end.is_some_and(|e| e <= octets))
    }
}

/// A text as the functions here want it: its beginning, in lower case, with plain apostrophes.
fn lower(text: &str, octets: usize) -> String {
    let text = first(text, octets);
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase().replace('’', "'") }
}

fn first(text: &str, octets: usize) -> &str {
    &text[..text.floor_char_boundary(octets)]
}

/// Subjects with which programs begin an automatic answer: the phrase alone, or set off from the subject that is answered. With words run on
/// behind it ("Automatic reply is all I get") it may be a person's, and so may a short word ("Away: who has my key?"): then the text decides.
/// `Re:` before it is a person who answers the robot.
pub fn reply_subject(subject: &str, text: &Spotted) -> bool {
    let set_off = |phrase: &String| {
        let rest = subject.strip_prefix(phrase.as_str());
        rest.is_some_and(|r| r.trim_start().chars().next().is_none_or(|c| !c.is_alphanumeric()))
    };
    let begins = |section| list(section).iter().any(|s| subject.starts_with(s));
    let answers = || says_automatic(text) || text.any("thanks", 1500) || absent(text) && text.any("instead", 1500);
    list("reply subject").iter().any(set_off) || (begins("reply subject") || begins("reply subject perhaps")) && answers()
}

/// An absence told by the usual sentences. People write them too: alone they prove nothing.
pub fn absent(spotted: &Spotted) -> bool {
    spotted.any("absence", 1500) && first(&spotted.text, 1500).split_whitespace().nth(150).is_none()
}

/// A sentence in which the program says what it is. Inside quotation marks a person tells of one.
pub fn says_automatic(spotted: &Spotted) -> bool {
    let text = first(&spotted.text, 3000);
    let opens = |at: usize| {
        text[..at].trim_end_matches([' ', '*', '-', '[', '(']).chars().next_back().is_none_or(|c| matches!(c, '\n' | '.' | '!' | ',' | ':'))
    };
    spotted.any("says automatic", 3000)
        && text.split_whitespace().nth(150).is_none()
        && list("says automatic").iter().any(|w| text.find(w).is_some_and(opens))
}

/// An absence notice without any mark of a program: thanks for the message, an absence, somebody else to turn to, and not a word about a
/// home or a visit. "I will be away until the fifth, so do not send the engineer before" is a person's answer.
pub fn notice(spotted: &Spotted) -> bool {
    let any = |section| spotted.any(section, 1500);
    absent(spotted) && any("thanks") && any("instead") && !any("home") && !first(&spotted.text, 1500).contains('?')
}

/// What programs say when they pass on what a person typed into a form or a survey.
pub fn submission(spotted: &Spotted) -> bool {
    spotted.any("submission", 1500)
}

/// What only software says of itself.
fn robot(spotted: &Spotted) -> bool {
    spotted.any("robot", 6000)
}

pub fn newsletter(spotted: &Spotted) -> bool {
    spotted.any("newsletter", 20_000)
}

/// A person speaking for themselves: the first person, of the home, of what has gone on. English, and the commonest of what else residents write.
pub fn speaks(spotted: &Spotted) -> bool {
    let text = first(&spotted.text, 8000);
    // Grievances in telegraph style have no "I": "Boiler off again. Nobody came."
    let plain = grievance(spotted);
    if !robot(spotted) {
        return plain || any("first person", &padded(text)) && text.split_whitespace().nth(3).is_some();
    }
    let padded = padded(text);
    // Robots say "we" and "our"; beside a robot's phrases only somebody who says "I" and "my" is a person.
    let alone: usize = [" i ", " i'm ", " i've ", " im ", " ive ", " my ", " me "].iter().map(|w| padded.matches(w).count()).sum();
    if plain { alone >= 2 } else { alone >= 4 && alone * 25 >= padded.split_whitespace().count() }
}

/// A text with a blank around every word.
fn padded(text: &str) -> String {
    format!(" {} ", text.replace(|c: char| c.is_whitespace() || ",.;:!?()\"،۔؟".contains(c), " "))
}

/// What a dissatisfied resident says and an absence notice does not.
pub fn grievance(spotted: &Spotted) -> bool {
    spotted.any("grievance", 8000)
}

/// A grievance in somebody's own name: what a machine's notice of a repair does not have.
pub fn complains(spotted: &Spotted) -> bool {
    grievance(spotted) && !robot(spotted) && any("first person", &padded(first(&spotted.text, 8000)))
}

/// Words that a machine writes to everybody, where nothing else tells who wrote.
pub fn mechanical(text: &Spotted, whole: &Spotted) -> bool {
    robot(whole) || newsletter(whole) || text.any("thanks", 1500) || text.any("acknowledges", 1500)
}

/// Asks whoever wrote to prove that they are nobody's machine. A person who tells of having been asked has more to say.
pub fn challenge(subject: &str, spotted: &Spotted) -> bool {
    (spotted.any("challenge", 3000) || any("challenge", subject)) && !grievance(spotted)
}

pub fn read_receipt(subject: &str, spotted: &Spotted) -> bool {
    list("receipt subject").iter().any(|s| subject.starts_with(s)) && spotted.any("receipt says", 1500)
}

/// Hotmail's feedback reports, which are older than RFC 5965 and have no part that says so.
pub fn old_feedback(subject: &str, spotted: &Spotted) -> bool {
    subject.starts_with("complaint about message from") && spotted.text.trim().is_empty()
}

/// DMARC and TLS reports (RFC 7489 §7.2.1.1, RFC 8460).
pub fn machine_report(subject: &str, files: &[String]) -> bool {
    let packed = files.iter().any(|f| f.ends_with(".xml.gz") || f.ends_with(".zip") || f.ends_with(".json.gz") || f.ends_with(".xml"));
    (subject.contains("report domain:") || subject.contains("report-id") || subject.contains("dmarc aggregate"))
        && (packed || subject.contains("submitter:"))
}

/// What calendar programs write under an invitation.
pub fn meeting(spotted: &Spotted) -> bool {
    spotted.any("meeting", 6000)
}

#[cfg(test)]
mod tests {
    use super::{IN_TEXTS, list};

    /// Every list that the code asks for is there: a misspelt name would silently find nothing.
    #[test]
    fn no_list_is_asked_for_in_vain() {
        for code in [include_str!("words.rs"), include_str!("../bounce.rs")] {
            for asked in code.split("list(\"").skip(1).chain(code.split("any(\"").skip(1)).filter_map(|c| c.split('"').next()) {
                assert!(asked.is_empty() || !list(asked).is_empty(), "{asked}");
                assert!(!code.contains(&format!(".any(\"{asked}\"")) || IN_TEXTS.contains(&asked), "{asked} is not looked for");
            }
        }
    }
}
