//! The texts within rules: patterns and conditions, their faults shown within the text.

use super::bench::Bench;
use crate::rules::condition::{self, Condition};
use crate::rules::load::Ruleset;
use crate::rules::pattern::{self, Parts};
use crate::rules::spanned::Spanned;
use std::collections::{BTreeSet, HashMap};

pub fn parse_pattern(
    file: usize,
    text: &Spanned<String>,
    rules: &mut Ruleset,
    names: &HashMap<String, usize>,
    bench: &mut Bench,
) -> Option<Parts> {
    match pattern::parse(text.get_ref(), &mut rules.spelling, &|n| names.get(n).copied()) {
        Ok(parts) => Some(parts),
        Err(wrong) => {
            for w in wrong {
                bench.inner(file, text, w);
            }
            None
        }
    }
}

pub fn parse_condition(file: usize, text: &Spanned<String>, ids: &HashMap<String, usize>, bench: &mut Bench) -> Option<Condition> {
    let near = |word: &str| nearest(word, ids.keys());
    match condition::parse(text.get_ref(), &|n| ids.get(n).copied(), &near) {
        Ok(condition) => Some(condition),
        Err(w) => {
            bench.inner(file, text, pattern::Wrong { span: w.span, says: w.says, hint: w.hint });
            None
        }
    }
}

/// The name that was most likely meant.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a String>) -> Option<String> {
    let shared = |name: &str| {
        let (a, b): (BTreeSet<&str>, BTreeSet<&str>) = (word.split('-').collect(), name.split('-').collect());
        let parts = a.intersection(&b).count() * 4;
        let start = word.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        let end = word.bytes().rev().zip(name.bytes().rev()).take_while(|(a, b)| a == b).count();
        (parts + start + end, std::cmp::Reverse(name.len()))
    };
    let best = names.max_by_key(|n| (shared(n), std::cmp::Reverse(n.as_str())))?;
    (shared(best).0 * 2 >= word.len()).then(|| best.clone())
}
