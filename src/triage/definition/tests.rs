use super::definition;
use crate::model::decision::Definition;
use crate::model::policy::ReaderMode;
use crate::rules::{Part, Place, Signals, Words, shipped};
use jiff::civil::date;
use std::collections::HashMap;

fn define(text: &str) -> Definition {
    let words = Words { parts: vec![Part { place: Place::Text, text }], received: date(2026, 3, 9) };
    let signals: Signals = shipped().signals(&words);
    definition(&words, &signals, shipped(), ReaderMode::Weighs)
}

#[test]
fn answers_the_four_questions_in_their_words() {
    let text = "Dear Sir, the kitchen tap has been leaking since 3 February. I told your housing officer and nobody came. Please send a plumber this week.";
    let d = define(text);
    assert!(d.what.iter().any(|w| w.contains("nobody came")), "{d:?}");
    assert!(d.when.as_deref().is_some_and(|w| w.contains("3 February")), "{d:?}");
    assert_eq!(d.who.as_deref(), Some("your housing officer"));
    assert!(d.outcome.as_deref().is_some_and(|w| w.contains("send a plumber")), "{d:?}");
    for words in d.what.iter().chain(&d.when).chain(&d.who).chain(&d.outcome) {
        assert!(text.contains(words.as_str()), "{words} is not copied from the text");
    }
}

#[test]
fn without_the_reader_clauses_and_patterns_answer() {
    let text = "The kitchen tap has been leaking since 3 February. I told your housing officer and nobody came.";
    let words = Words { parts: vec![Part { place: Place::Text, text }], received: date(2026, 3, 9) };
    let signals: Signals = shipped().signals(&words);
    let [off, advises] = [ReaderMode::Off, ReaderMode::Advises].map(|mode| definition(&words, &signals, shipped(), mode));
    assert_eq!((&off, &off), (&advises, &super::by_clauses(text, &words, &signals)));
    assert!(!off.what.is_empty());
}

#[test]
fn survives_anything() {
    for text in ["", "?", "\u{1f600}\u{1f600}", "a", "...", "((((", "and and and, but but", "£50? Fifty?"] {
        define(text);
    }
    let long = "The roof leaks and nobody came. ".repeat(3000);
    assert!(define(&long).what.len() <= super::POINTS);
}

fn bag(text: &str) -> HashMap<String, usize> {
    let mut bag = HashMap::new();
    let folded = text.to_lowercase().replace('\u{2019}', "'");
    for word in folded.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'')).filter(|w| !w.is_empty()) {
        *bag.entry(word.to_owned()).or_default() += 1;
    }
    bag
}

/// Overlap of words with the labelled answers, over every fifth labelled message: precision and recall of each question.
#[test]
fn overlaps_with_the_labelled_answers() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages");
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut tally = [[0usize; 3]; 4];
    for path in entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "jsonl")) {
        for line in std::fs::read_to_string(path).unwrap().lines().step_by(5) {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let Some(what) = row["what"].as_array().filter(|w| !w.is_empty()) else { continue };
            let d = define(row["text"].as_str().unwrap());
            let one = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            let wanted = [what.iter().filter_map(|w| w.as_str()).collect::<Vec<_>>().join(" "), one("when"), one("who"), one("outcome")];
            let got = [d.what.join(" "), d.when.unwrap_or_default(), d.who.unwrap_or_default(), d.outcome.unwrap_or_default()];
            for (q, (wanted, got)) in wanted.iter().zip(&got).enumerate() {
                let (x, y) = (bag(wanted), bag(got));
                tally[q][0] += x.iter().map(|(w, n)| n.min(y.get(w).unwrap_or(&0))).sum::<usize>();
                tally[q][1] += y.values().sum::<usize>();
                tally[q][2] += x.values().sum::<usize>();
            }
        }
    }
    for (name, [both, mine, gold]) in ["what", "when", "who", "outcome"].iter().zip(tally) {
        let share = |n: usize| both as f64 / n.max(1) as f64;
        println!("{name:8} precision {:.2} recall {:.2}", share(mine), share(gold));
    }
    for [both, mine, gold] in tally {
        assert!(both * 4 >= mine * 3 && both * 4 >= gold * 2, "the model has forgotten what it was taught");
    }
}
