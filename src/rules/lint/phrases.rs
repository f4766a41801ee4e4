//! Phrases that say nothing more, or too much.

use crate::rules::compile::{Bench, SignalParts};
use crate::rules::index::COMMON;
use crate::rules::spanned::Spanned;
use std::collections::BTreeMap;

pub fn phrases(parts: &SignalParts, bench: &mut Bench) {
    repeated(parts, bench);
    shadowed(parts, bench);
    undone(parts, bench);
    for (file, rule) in parts {
        rule.any.iter().filter(|t| too_common(t.get_ref())).for_each(|text| {
            bench.advise(*file, text, "so common a word is found in nearly every message", "add a word that tells what is meant");
        });
        for text in &rule.regex {
            if regex::Regex::new(text.get_ref()).is_ok_and(|r| r.is_match("")) {
                let hint = "leave out what lets it be empty: a '*' or '?' after everything, or an empty choice";
                bench.advise(*file, text, "this expression is found in the empty text", hint);
            }
        }
    }
}

fn each(parts: &SignalParts) -> impl Iterator<Item = (usize, &Spanned<String>)> {
    parts.iter().flat_map(|(file, rule)| rule.any.iter().map(move |t| (*file, t)))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == ' ')
}

fn repeated(parts: &SignalParts, bench: &mut Bench) {
    let mut seen = BTreeMap::new();
    for (file, text) in each(parts) {
        if seen.insert(words(text.get_ref()), file).is_some() {
            bench.advise(file, text, "this phrase stands twice in the signal", "take one out");
        }
    }
}

/// "nobody came round" after "nobody came": the shorter finds all that the longer would.
fn shadowed(parts: &SignalParts, bench: &mut Bench) {
    for (file, text) in each(parts).filter(|(file, t)| *file >= bench.shipped && plain(t.get_ref())).collect::<Vec<_>>() {
        let long = words(text.get_ref());
        let within = |short: &[&str]| short.len() < long.len() && !short.is_empty() && long.windows(short.len()).any(|w| w == short);
        let other = each(parts).find(|(_, t)| plain(t.get_ref()) && within(&words(t.get_ref())));
        if let Some((_, other)) = other {
            let says = format!("\"{}\" finds this already", other.get_ref());
            bench.advise(file, text, says, "take it out, or take the shorter phrase out if it finds too much");
        }
    }
}

/// Found and taken back by the same words.
fn undone(parts: &SignalParts, bench: &mut Bench) {
    let undoing: Vec<(usize, &Spanned<String>)> =
        parts.iter().flat_map(|(file, r)| r.unless.iter().chain(&r.unless_anywhere).map(move |t| (*file, t))).collect();
    for (file, text) in undoing {
        let short = words(text.get_ref());
        if each(parts).any(|(_, t)| words(t.get_ref()) == short) {
            bench.advise(file, text, "the same phrase shows the signal and undoes it", "take it out of one of the two");
            continue;
        }
        // What stands within a phrase undoes it wherever it is found.
        let within = |t: &str| plain(t) && plain(text.get_ref()) && words(t).windows(short.len().max(1)).any(|w| w == short);
        if let Some((_, never)) = each(parts).find(|(_, t)| within(t.get_ref())) {
            let says = format!("this undoes \"{}\" wherever it is found", never.get_ref());
            bench.advise(file, text, says, "lengthen it by the words that tell the two apart, or take one of them out");
        }
    }
}

/// A phrase of nothing but a very common word is found in nearly every message.
fn too_common(text: &str) -> bool {
    let words = words(text);
    plain(text) && words.len() <= 1 && words.iter().all(|w| COMMON.contains(w) && !matches!(*w, "still" | "yet"))
}
