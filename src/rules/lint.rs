//! What is wrong with rules that can be read: examples that do not do what they say (an error), and advice.

use super::compile::{Bench, SignalParts};
use super::index::COMMON;
use super::load::Ruleset;
use super::merge::Merged;
use super::scan::{Part, Place, Words};
use crate::model::fault::Fault;
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Spanned;

/// Everything that is wrong with the shipped rules and a site's layer: what `check` prints. The examples are run.
pub fn check(site: Option<&Path>) -> Vec<Fault> {
    match super::load::load(site) {
        Ok(rules) => rules.advice,
        Err(faults) => faults,
    }
}

pub fn lint(rules: &Ruleset, merged: &Merged, signals: &BTreeMap<String, SignalParts>, bench: &mut Bench) {
    if bench.faults.iter().any(|f| f.fatal) {
        return;
    }
    examples(rules, signals, bench);
    for parts in signals.values() {
        for (file, rule) in parts {
            repeated(*file, &rule.any, bench);
            too_broad(*file, &rule.any, bench);
        }
    }
    unused(rules, merged, signals, bench);
}

fn repeated(file: usize, texts: &[Spanned<String>], bench: &mut Bench) {
    let mut seen = BTreeSet::new();
    for text in texts {
        if !seen.insert(text.get_ref().trim()) {
            bench.advise(file, text, "this phrase stands twice in the signal", "take one out");
        }
    }
}

/// A phrase of nothing but very common words is found in nearly every message.
fn too_broad(file: usize, texts: &[Spanned<String>], bench: &mut Bench) {
    for text in texts {
        let mut words = text.get_ref().split_whitespace();
        let plain = text.get_ref().chars().all(|c| c.is_alphanumeric() || c == ' ');
        let common = |w: &str| COMMON.contains(&w) && !matches!(w, "still" | "yet");
        if plain && text.get_ref().split_whitespace().count() <= 1 && words.all(common) {
            bench.advise(file, text, "so common a word is found in nearly every message", "add a word that tells what is meant");
        }
    }
}

/// A site's signal that no kind, flag or other signal names changes nothing. Topics speak for themselves.
fn unused(rules: &Ruleset, merged: &Merged, signals: &BTreeMap<String, SignalParts>, bench: &mut Bench) {
    let mut named = Vec::new();
    rules
        .kinds
        .iter()
        .flat_map(|k| k.needs.iter().chain(&k.never).chain(k.weights.iter().map(|(_, c)| c)))
        .for_each(|c| c.mentioned(&mut named));
    rules.flags.iter().flat_map(|f| f.raise.iter().chain(&f.unless)).for_each(|c| c.mentioned(&mut named));
    rules.signals.iter().filter_map(|s| s.when.as_ref()).for_each(|c| c.mentioned(&mut named));
    let named: BTreeSet<usize> = named.into_iter().collect();
    for (number, (id, parts)) in signals.iter().enumerate() {
        if named.contains(&number) || id.starts_with("topic:") || !merged.signals.contains_key(id) {
            continue;
        }
        if let Some((file, rule)) = parts.first().filter(|(_, r)| !r.off) {
            bench.advise(
                *file,
                &rule.id,
                format!("no kind, flag or signal names '{id}': it changes nothing"),
                "name it in a [[kind]] or [[flag]] with extend = true",
            );
        }
    }
}

/// Each `yes` must show its signal and each `no` must not. Told as on a Sunday in November 2026: examples that speak of dates
/// speak of the past.
fn examples(rules: &Ruleset, signals: &BTreeMap<String, SignalParts>, bench: &mut Bench) {
    for (id, parts) in signals {
        for (file, rule) in parts {
            for (texts, wanted) in [(&rule.yes, true), (&rule.no, false)] {
                for text in texts {
                    let place = if rule.places.first().is_none_or(|p| matches!(p.get_ref().as_str(), "subject" | "text")) {
                        Place::Text
                    } else {
                        rule.places.first().and_then(|p| Place::parse(p.get_ref())).unwrap_or(Place::Text)
                    };
                    let words = Words { parts: vec![Part { place, text: text.get_ref() }], received: date(2026, 11, 22) };
                    let found = rules.signals(&words);
                    if found.has(id) != wanted {
                        let (says, hint) = if wanted {
                            (
                                format!("this example does not show '{id}'"),
                                "widen a phrase of the signal, or take the example out".to_string(),
                            )
                        } else {
                            (
                                format!("this example shows '{id}' and should not"),
                                format!("it was shown by {:?}: narrow that phrase, or say 'unless'", found.words(id)),
                            )
                        };
                        bench.fault(*file, text, says, hint);
                    }
                }
            }
        }
    }
}
