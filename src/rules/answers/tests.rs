//! `cargo test --release --lib rules::answers -- --ignored --nocapture` says how the model does on each author's messages when it has
//! not seen them; with POSTROOM_LEARN=1 it writes rules/definition.tsv.

use super::super::load::{Ruleset, shipped};
use super::super::scan::{Part, Place, Words};
use super::seen::Seen;
use super::{Answers, QUESTIONS, Told, chain, learn};
use jiff::civil::{Date, date};
use std::collections::HashMap;
use std::path::Path;

const FILES: [&str; 12] = ["east", "long", "north", "pairs", "rare", "south", "voices", "west", "contrast", "threads", "sundry", "street"];
const RECEIVED: Date = date(2026, 6, 15);

#[derive(serde::Deserialize)]
struct Labelled {
    text: String,
    what: Option<Vec<String>>,
    when: Option<String>,
    who: Option<String>,
    outcome: Option<String>,
}

impl Labelled {
    fn told(&self) -> Told<'_> {
        Told {
            text: &self.text,
            answers: [
                self.what.iter().flatten().map(String::as_str).collect(),
                self.when.iter().map(String::as_str).collect(),
                self.who.iter().map(String::as_str).collect(),
                self.outcome.iter().map(String::as_str).collect(),
            ],
        }
    }
}

fn read(name: &str) -> Vec<Labelled> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|l| serde_json::from_str::<Labelled>(l).unwrap()).filter(|m| m.what.is_some()).collect()
}

fn answers<'t>(rules: &Ruleset, text: &'t str) -> [Vec<&'t str>; QUESTIONS] {
    let signals = rules.signals(&Words { parts: vec![Part { place: Place::Text, text }], received: RECEIVED });
    rules.answers(text, 0, &signals).map(|all| all.map(|spans| spans.into_iter().map(|s| &text[s]).collect())).unwrap_or_default()
}

fn bag(text: &str) -> HashMap<String, usize> {
    let mut bag = HashMap::new();
    let folded = text.to_lowercase().replace('\u{2019}', "'");
    for word in folded.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'')).filter(|w| !w.is_empty()) {
        *bag.entry(word.to_owned()).or_default() += 1;
    }
    bag
}

/// Words in both, in the model's answer, in the person's.
type Tally = [[usize; 3]; QUESTIONS];

fn tally(rules: &Ruleset, messages: &[Labelled]) -> Tally {
    let mut out = Tally::default();
    for message in messages.iter().filter(|m| m.what.as_ref().is_some_and(|w| !w.is_empty())) {
        let got = answers(rules, &message.text);
        for (cell, (wanted, got)) in out.iter_mut().zip(message.told().answers.iter().zip(&got)) {
            let (x, y) = (bag(&wanted.join(" ")), bag(&got.join(" ")));
            cell[0] += x.iter().map(|(w, n)| n.min(y.get(w).unwrap_or(&0))).sum::<usize>();
            cell[1] += y.values().sum::<usize>();
            cell[2] += x.values().sum::<usize>();
        }
    }
    out
}

fn show(name: &str, tally: &Tally) {
    let shares = tally.map(|[both, mine, gold]| format!("{:.2} {:.2}", both as f64 / mine.max(1) as f64, both as f64 / gold.max(1) as f64));
    println!("{name:9} what {}   when {}   who {}   outcome {}", shares[0], shares[1], shares[2], shares[3]);
}

#[test]
#[ignore = "a measurement, and a tool that writes rules/definition.tsv"]
fn learn_and_try() {
    let mut rules = shipped().clone();
    let all: Vec<(&str, Vec<Labelled>)> = FILES.iter().map(|f| (*f, read(f))).collect();
    let learnt = |rules: &Ruleset, keep: &dyn Fn(&str) -> bool| {
        let told: Vec<Told> = all.iter().filter(|(name, _)| keep(name)).flat_map(|(_, m)| m.iter().map(Labelled::told)).collect();
        learn(rules, &told, RECEIVED)
    };
    if std::env::var_os("POSTROOM_LEARN").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/definition.tsv");
        return std::fs::write(path, learnt(&rules, &|_| true)).unwrap();
    }
    let mut sum = Tally::default();
    for (file, messages) in all.iter().filter(|(_, m)| m.iter().any(|m| m.what.as_ref().is_some_and(|w| !w.is_empty()))) {
        rules.answers = Answers::parse(&learnt(&rules, &|name| name != *file));
        let here = tally(&rules, messages);
        show(file, &here);
        sum.as_flattened_mut().iter_mut().zip(here.as_flattened()).for_each(|(s, h)| *s += h);
    }
    show("all", &sum);
    rules.answers = Answers::parse(&learnt(&rules, &|name| FILES[..8].contains(&name)));
    for (file, messages) in &all[8..] {
        show(&format!("{file}*"), &tally(&rules, messages));
    }
}

#[test]
fn each_question_is_answered_in_the_senders_words() {
    let text = "The kitchen ceiling has been leaking since 3 February. I told your housing officer and nobody came. Please send a plumber.";
    let [what, when, who, outcome] = answers(shipped(), text);
    assert!(what.iter().any(|w| w.contains("leaking")), "{what:?}");
    assert_eq!(when, ["since 3 February"]);
    assert_eq!(who, ["your housing officer"]);
    assert_eq!(outcome, ["Please send a plumber"]);
}

#[test]
fn a_silenced_reader_answers_nothing() {
    let mut rules = shipped().clone();
    rules.reader_weight = 0;
    let signals = rules.signals(&Words { parts: vec![Part { place: Place::Text, text: "Nobody came." }], received: RECEIVED });
    assert_eq!(rules.answers("Nobody came.", 0, &signals), None);
}

#[test]
fn the_same_messages_teach_the_same_model() {
    let messages: Vec<Labelled> = read("east").into_iter().take(40).collect();
    let told: Vec<Told> = messages.iter().map(Labelled::told).collect();
    let (once, again) = (learn(shipped(), &told, RECEIVED), learn(shipped(), &told, RECEIVED));
    assert!(once.lines().count() > 100 && once == again);
}

#[test]
fn no_feature_holds_a_name_or_a_figure() {
    let text = "Zebedee Quorn of 14 Mallow Court rang Ottoline on 07700 900123. Ottoline said PR-2026-000123 was closed.";
    let signals = shipped().signals(&Words { parts: vec![Part { place: Place::Text, text }], received: RECEIVED });
    let mut names = Vec::new();
    Seen::of(text, 0, &signals, &shipped().spelling, |_, name| names.push(name().to_lowercase()));
    let words = |name: &String| name.split_once(':').map(|(_, words)| words.to_owned());
    for name in names.iter().filter_map(words).filter(|w| !w.starts_with("topic:")) {
        for private in ["zebedee", "quorn", "mallow", "ottoline", "14", "07700", "900123", "2026"] {
            assert!(!name.contains(private), "{name}");
        }
    }
}

#[test]
fn a_chain_marks_whole_answers() {
    let (out, inside) = ([-5, 0, 0], [3, -1, -1]);
    assert_eq!(chain::best(&[out, inside, inside, out, inside], false, false), [1..3, 4..5]);
    assert_eq!(chain::best(&[out, inside, inside, out, inside], true, false).as_slice(), std::slice::from_ref(&(1..3)));
    assert_eq!(chain::best(&[out, out], true, true).as_slice(), std::slice::from_ref(&(0..1)));
    assert!(chain::best(&[out, out], false, false).is_empty() && chain::best(&[], true, true).is_empty());
    let likely = chain::likely(&[[-3.0, 0.0, 0.0], [3.0, -1.0, 1.0]], true);
    assert!(likely[1][chain::ALONE] > 0.8 && likely.iter().all(|w| (w.iter().sum::<f32>() - 1.0).abs() < 1e-3));
}
