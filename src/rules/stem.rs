//! A light English stemmer: takes off -s, -ed and -ing so that "wait" finds waits, waited and waiting. Endings that make another
//! word (-er, -ment, -ly) stay: "complain" and "complaint" are two words. After Porter (1980), steps 1a, 1b and 5a.

use super::hash::Table;
use std::sync::LazyLock;

/// Forms that no rule of endings gives, with the form that they share.
const IRREGULAR: &[(&str, &str)] = &[
    ("came", "come"),
    ("went", "go"),
    ("gone", "go"),
    ("goes", "go"),
    ("rang", "ring"),
    ("rung", "ring"),
    ("told", "tell"),
    ("sent", "send"),
    ("broke", "break"),
    ("broken", "break"),
    ("said", "say"),
    ("says", "say"),
    ("heard", "hear"),
    ("felt", "feel"),
    ("got", "get"),
    ("gotten", "get"),
    ("gave", "give"),
    ("given", "give"),
    ("made", "make"),
    ("did", "do"),
    ("done", "do"),
    ("does", "do"),
    ("has", "have"),
    ("had", "have"),
    ("is", "be"),
    ("are", "be"),
    ("was", "be"),
    ("were", "be"),
    ("been", "be"),
    ("am", "be"),
    ("being", "be"),
    ("took", "take"),
    ("taken", "take"),
    ("wrote", "write"),
    ("written", "write"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("kept", "keep"),
    ("paid", "pay"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("ran", "run"),
    ("saw", "see"),
    ("seen", "see"),
    ("thought", "think"),
    ("knew", "know"),
    ("known", "know"),
    ("lost", "lose"),
    ("slept", "sleep"),
    ("began", "begin"),
    ("begun", "begin"),
    ("froze", "freeze"),
    ("frozen", "freeze"),
    ("stood", "stand"),
    ("sat", "sit"),
    ("held", "hold"),
    ("met", "meet"),
    ("bought", "buy"),
    ("brought", "bring"),
    ("caught", "catch"),
    ("children", "child"),
    ("kids", "kid"),
    ("men", "man"),
    ("women", "woman"),
    ("people", "person"),
    ("stuck", "stick"),
    ("threw", "throw"),
    ("thrown", "throw"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("understood", "understand"),
    ("meant", "mean"),
    ("dealt", "deal"),
    ("shown", "show"),
    ("drove", "drive"),
    ("driven", "drive"),
    ("blew", "blow"),
    ("blown", "blow"),
    ("hung", "hang"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("tore", "tear"),
    ("torn", "tear"),
    ("wore", "wear"),
    ("worn", "wear"),
    ("promised", "promise"),
    ("promising", "promise"),
    ("died", "die"),
    ("dying", "die"),
    ("lying", "lie"),
    ("lied", "lie"),
    ("lies", "lie"),
    ("worse", "worse"),
    ("this", "this"),
    ("his", "his"),
    ("its", "its"),
    ("us", "us"),
    ("yes", "yes"),
    ("bus", "bus"),
    ("gas", "gas"),
    ("always", "always"),
    ("thing", "thing"),
    ("nothing", "nothing"),
    ("something", "something"),
    ("anything", "anything"),
    ("everything", "everything"),
    ("morning", "morning"),
    ("evening", "evening"),
    ("during", "during"),
    ("need", "need"),
    ("building", "building"),
    ("heating", "heating"),
    ("housing", "housing"),
    ("ceiling", "ceiling"),
    ("parking", "parking"),
    ("lighting", "lighting"),
    ("cladding", "cladding"),
    ("hearing", "hearing"),
    ("meeting", "meeting"),
    ("red", "red"),
    ("bed", "bed"),
];

fn irregular(word: &str) -> Option<&'static str> {
    static BY_FORM: LazyLock<Table<&str, &str>> = LazyLock::new(|| IRREGULAR.iter().copied().collect());
    BY_FORM.get(word).copied()
}

/// The stem of a normalised (lower-case, unaccented) word, written into `out`.
pub fn stem(word: &str, out: &mut String) {
    out.clear();
    if let Some(shared) = irregular(word) {
        out.push_str(shared);
        return;
    }
    out.push_str(word);
    if !word.is_ascii() || word.len() < 3 || word.as_bytes()[0].is_ascii_digit() {
        return;
    }
    plural(out);
    past(out);
    if out.len() > 4 && out.ends_with('e') {
        out.pop();
    }
    if out.len() > 3 && out.ends_with('y') && !vowel(out.as_bytes()[out.len() - 2]) {
        out.pop();
        out.push('i');
    }
}

/// Whether a word is written without an ending: patterns that hold "wait" mean all its forms, those that hold "waited" mean that form.
pub fn is_base(word: &str) -> bool {
    if let Some(shared) = irregular(word) {
        return word == shared;
    }
    if !word.is_ascii() || word.len() < 3 || word.as_bytes()[0].is_ascii_digit() {
        return true;
    }
    let mut out = word.to_string();
    plural(&mut out);
    past(&mut out);
    out == word
}

fn plural(out: &mut String) {
    if out.ends_with("sses") || out.ends_with("ches") || out.ends_with("shes") || out.ends_with("xes") {
        out.truncate(out.len() - 2);
    } else if out.ends_with("ies") && out.len() > 4 {
        out.truncate(out.len() - 3);
        out.push('y');
    } else if out.ends_with('s') && out.len() > 3 && !out.ends_with("ss") && !out.ends_with("us") && !out.ends_with("is") {
        out.pop();
    }
}

fn past(out: &mut String) {
    if out.ends_with("ied") && out.len() > 4 {
        out.truncate(out.len() - 3);
        out.push('y');
        return;
    }
    let cut = if out.ends_with("ing") {
        3
    } else if out.ends_with("ed") && !out.ends_with("eed") {
        2
    } else {
        return;
    };
    let base = out.len() - cut;
    if base < 2 || !out.as_bytes()[..base].iter().any(|&b| vowel(b) || b == b'y') {
        return;
    }
    out.truncate(base);
    let b = out.as_bytes();
    let last = b[base - 1];
    if base > 2 && last == b[base - 2] && !vowel(last) && !matches!(last, b'l' | b's' | b'z') {
        out.pop();
    } else if short(b) {
        out.push('e');
    }
}

/// Consonant, vowel, consonant: "hop" of "hoping", where an e was dropped.
fn short(b: &[u8]) -> bool {
    let n = b.len();
    let closed = n >= 2 && !vowel(b[n - 1]) && !matches!(b[n - 1], b'w' | b'x' | b'y') && vowel(b[n - 2]);
    let vowels = b.iter().filter(|&&c| vowel(c)).count();
    closed && vowels == 1 && (n == 2 || !vowel(b[n - 3]))
}

fn vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u')
}
