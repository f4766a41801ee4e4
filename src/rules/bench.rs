//! How fast signals are found and weighed: `cargo test --release --lib rules::bench -- --ignored --nocapture`. Also with ten times the
//! rules, where the added nine parts speak of other things.

use super::judge::Facts;
use super::layers::{Layer, shipped_layer};
use super::load::Ruleset;
use super::measure;
use super::scan::{Part, Place, Words};
use jiff::civil::date;
use std::fmt::Write;
use std::time::Instant;

#[test]
#[ignore = "a measurement, not a test"]
fn speed() {
    let messages: Vec<measure::Labelled> = ["east", "north", "south", "west"].iter().flat_map(|f| measure::read(f)).collect();
    let words: usize = messages.iter().map(|m| m.text.split_whitespace().count()).sum();
    println!("{} messages, {} words each on average", messages.len(), words / messages.len());
    let start = Instant::now();
    let once = super::compile::compile(&[shipped_layer()]).unwrap();
    println!("compiled in {:?}: {} signals, {} patterns", start.elapsed(), once.signals.len(), once.patterns.len());
    let many = super::compile::compile(&[shipped_layer(), others()]).unwrap();
    println!("ten times: {} signals, {} patterns", many.signals.len(), many.patterns.len());
    for (name, rules) in [("shipped", &once), ("ten times", &many)] {
        let each = time(rules, &messages);
        println!("{name}: {each:.1} µs a message");
    }
}

fn time(rules: &Ruleset, messages: &[measure::Labelled]) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        for m in messages {
            let parts = vec![Part { place: Place::Subject, text: &m.subject }, Part { place: Place::Text, text: &m.text }];
            let signals = rules.signals(&Words { parts, received: date(2026, 6, 15) });
            std::hint::black_box(rules.judge(&signals, &Facts::default()));
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / messages.len() as f64);
    }
    best
}

/// Nine copies of every shipped signal with other words in its phrases.
fn others() -> Layer {
    let mut text = String::new();
    let shipped = shipped_layer();
    for (copy, letter) in "bcdfghjkl".chars().enumerate() {
        for (_, file) in &shipped.files {
            let file: super::file::RuleFile = toml::from_str(file).unwrap();
            for signal in file.signal.iter().filter(|s| !s.any.is_empty()) {
                let phrases: Vec<String> = signal.any.iter().map(|p| format!("\"{}\"", other_words(p.get_ref(), letter))).collect();
                let _ = writeln!(
                    text,
                    "[[signal]]\nid = \"{}-{copy}\"\nmeans = \"other\"\nany = [{}]",
                    signal.id.get_ref(),
                    phrases.join(", ")
                );
            }
        }
    }
    Layer { files: vec![("others.toml".into(), text)], reader: None }
}

fn other_words(pattern: &str, letter: char) -> String {
    let mut out = String::new();
    let mut in_list = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        in_list = (in_list || c == '{') && c != '}';
        out.push(c);
        if c.is_ascii_alphabetic() && !in_list && chars.peek().is_none_or(|n| !n.is_ascii_alphabetic() && *n != '\'') {
            out.push(letter);
        }
    }
    out.replace("\\", "")
}
