//! Signals: their patterns, expressions and demands, and the order in which those made of signals are found.

use super::bench::Bench;
use super::parts::{parse_condition, parse_pattern};
use crate::rules::file::{SignalRule, TopicRule};
use crate::rules::index::Phrase;
use crate::rules::load::{Expressions, Pattern, Ruleset, Signal};
use crate::rules::merge::Merged;
use crate::rules::scan::{Place, Places};
use std::collections::{BTreeMap, HashMap};

/// A signal's rules: the first, and those of a site that extend it, each with its file.
pub type SignalParts = Vec<(usize, SignalRule)>;

pub fn all_signals(merged: &Merged) -> BTreeMap<String, SignalParts> {
    let mut out: BTreeMap<String, SignalParts> = merged.signals.clone();
    for (id, parts) in &merged.topics {
        let as_signal = |t: &TopicRule| SignalRule {
            id: t.id.clone(),
            means: t.means.clone(),
            why: None,
            places: Vec::new(),
            any: t.any.clone(),
            regex: Vec::new(),
            unless: Vec::new(),
            unless_anywhere: Vec::new(),
            about: Vec::new(),
            not_about: Vec::new(),
            not_negated: false,
            when: None,
            yes: Vec::new(),
            no: Vec::new(),
            extend: t.extend,
            off: t.off,
        };
        out.insert(format!("topic:{id}"), parts.iter().map(|(f, t)| (*f, as_signal(t))).collect());
    }
    out
}

#[expect(clippy::too_many_arguments, reason = "one call, and each is a different table of the ruleset that is being built")]
pub fn compile_signal(
    id: &str,
    number: usize,
    parts: &SignalParts,
    rules: &mut Ruleset,
    lists: &HashMap<String, usize>,
    ids: &HashMap<String, usize>,
    expressions: &mut Vec<(usize, regex::Regex)>,
    bench: &mut Bench,
) -> Signal {
    let means = parts.iter().rev().find_map(|(_, r)| r.means.as_ref()).map(|m| m.get_ref().as_str()).unwrap_or_default();
    if means.trim().is_empty()
        && let Some((file, rule)) = parts.first()
    {
        let says = format!("'{id}' does not say what it means");
        bench.fault(*file, &rule.id, says, "give it means = \"says that nobody came\": a clause that explains a decision");
    }
    let mut signal = Signal {
        id: id.into(),
        means: means.into(),
        why: parts.iter().rev().find_map(|(_, r)| r.why.clone()),
        places: Places::default(),
        unless: Vec::new(),
        about: Vec::new(),
        not_about: Vec::new(),
        not_negated: false,
        when: None,
    };
    for (file, rule) in parts {
        for place in &rule.places {
            match Place::parse(place.get_ref()) {
                Some(p) => signal.places = signal.places.with(p),
                None => bench.fault(
                    *file,
                    place,
                    format!("'{}' is no place of a message", place.get_ref()),
                    "places are subject, text, note, quoted, forwarded and attachment",
                ),
            }
        }
        for (texts, undoes) in [(&rule.any, false), (&rule.unless_anywhere, true)] {
            for text in texts {
                if let Some(parts) = parse_pattern(*file, text, rules, lists, bench) {
                    let phrase = Phrase::new(parts, &rules.lexicons, rules.time_stem);
                    rules.patterns.push(Pattern { signal: number, phrase, undoes });
                }
            }
        }
        for text in &rule.unless {
            let parts = parse_pattern(*file, text, rules, lists, bench);
            signal.unless.extend(parts.map(|parts| Phrase::new(parts, &rules.lexicons, rules.time_stem)));
        }
        for (names, into) in [(&rule.about, &mut signal.about), (&rule.not_about, &mut signal.not_about)] {
            for name in names {
                match lists.get(name.get_ref()) {
                    Some(list) => into.push(*list),
                    None => bench.fault(
                        *file,
                        name,
                        format!("there is no list of words for '{}'", name.get_ref()),
                        "write us, neighbour, contractor or other, or the name of a list in rules/lexicons",
                    ),
                }
            }
        }
        signal.not_negated |= rule.not_negated;
        for text in &rule.regex {
            match regex::RegexBuilder::new(text.get_ref()).case_insensitive(true).size_limit(1 << 20).build() {
                Ok(expression) => expressions.push((number, expression)),
                Err(e) => {
                    let told = e.to_string();
                    let last = told.lines().last().unwrap_or("it cannot be read").trim().trim_start_matches("error: ").to_string();
                    bench.fault(
                        *file,
                        text,
                        format!("not a regular expression: {last}"),
                        "test it at a small text first; plain phrases under 'any' do for most",
                    );
                }
            }
        }
        if let Some(when) = &rule.when {
            signal.when = parse_condition(*file, when, ids, bench).or(signal.when);
        }
        if rule.any.is_empty() && rule.regex.is_empty() && rule.when.is_none() && !rule.extend && !rule.off {
            bench.fault(
                *file,
                &rule.id,
                format!("nothing shows the signal '{id}'"),
                "give it phrases under 'any', a 'regex', or a 'when' of other signals",
            );
        }
    }
    if signal.places == Places::default() {
        signal.places = Places::default().with(Place::Subject).with(Place::Text);
    }
    signal
}

pub fn compile_expressions(rules: &mut Ruleset, each: &[(usize, regex::Regex)]) {
    let loosened = each.iter().map(|(_, e)| without_boundaries(e.as_str()));
    // With less room the automaton is thrown away and made anew, again and again.
    let likely = regex::RegexSetBuilder::new(loosened).case_insensitive(true).size_limit(64 << 20).dfa_size_limit(16 << 20).build();
    if let Ok(likely) = likely {
        rules.expressions = Expressions { likely, each: each.to_vec() };
    }
}

/// The expression with every `\b` and its kin made empty. A demand less: it matches wherever the expression does. On a text that is not all
/// ASCII a word boundary of Unicode has no automaton (regex's own documentation, "Unicode word boundaries"), and costs fifty times the time.
fn without_boundaries(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(at) = rest.find('\\') {
        let escaped = rest[at + 1..].chars().next().map_or(0, char::len_utf8);
        let (before, after) = (&rest[..at], &rest[at + 1 + escaped..]);
        out.push_str(before);
        let kinds = ["{start-half}", "{end-half}", "{start}", "{end}"];
        rest = match &rest[at + 1..at + 1 + escaped] {
            "b" | "B" | "<" | ">" => {
                out.push_str("(?:)");
                kinds.iter().find_map(|kind| after.strip_prefix(kind)).unwrap_or(after)
            }
            other => {
                out.push('\\');
                out.push_str(other);
                after
            }
        };
    }
    out + rest
}

/// Each signal made of signals after those that it names; a circle is a fault.
pub fn derived_order(signals: &[Signal], texts: &BTreeMap<String, SignalParts>, bench: &mut Bench) -> Vec<usize> {
    let mut left: Vec<usize> = (0..signals.len()).filter(|&i| signals[i].when.is_some()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let waits = |&i: &usize| {
            let mut named = Vec::new();
            signals[i].when.iter().for_each(|w| w.mentioned(&mut named));
            named.iter().any(|n| left.contains(n))
        };
        let (stuck, ready): (Vec<usize>, Vec<usize>) = left.iter().partition(|i| waits(i));
        if ready.is_empty() {
            for i in stuck {
                if let Some((file, rule)) = texts.get(&*signals[i].id).and_then(|p| p.first()) {
                    let at = rule.when.as_ref().unwrap_or(&rule.id);
                    bench.fault(
                        *file,
                        at,
                        format!("'{}' is made of itself, by way of what it names", signals[i].id),
                        "break the circle: name phrases in one of them",
                    );
                }
            }
            break;
        }
        order.extend(ready);
        left = stuck;
    }
    order
}
