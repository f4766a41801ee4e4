//! What is wrong with rules that can be read: examples that do not do what they say (an error), and advice.

mod phrases;
mod reach;

use super::compile::{Bench, SignalParts};
use super::load::Ruleset;
use super::merge::Merged;
use super::scan::{Part, Place, Words};
use crate::model::fault::Fault;
use jiff::civil::date;
use std::collections::BTreeMap;
use std::path::Path;

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
        phrases::phrases(parts, bench);
    }
    reach::unused(rules, merged, signals, bench);
    reach::contradictory(merged, bench);
    broad(rules, signals, bench);
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

/// A site's signal that is found in more than a third of the sentences that others give as theirs tells little.
fn broad(rules: &Ruleset, signals: &BTreeMap<String, SignalParts>, bench: &mut Bench) {
    let own: Vec<&String> =
        signals.iter().filter(|(_, p)| p.iter().all(|(f, r)| *f >= bench.shipped && !r.off)).map(|(id, _)| id).collect();
    if own.is_empty() {
        return;
    }
    let shipped = signals.values().flatten().filter(|(f, _)| *f < bench.shipped).flat_map(|(_, r)| &r.yes);
    let finds: Vec<_> = shipped
        .map(|text| {
            let part = Part { place: Place::Text, text: text.get_ref() };
            rules.signals(&Words { parts: vec![part], received: date(2026, 11, 22) })
        })
        .collect();
    for id in own {
        let count = finds.iter().filter(|f| f.has(id)).count();
        let named = signals[id].first().filter(|(_, r)| r.when.is_none());
        if let Some((file, rule)) = named.filter(|_| count * 3 > finds.len()) {
            let says = format!("'{id}' is found in {count} of the {} sentences that shipped rules give as examples", finds.len());
            bench.advise(*file, &rule.id, says, "narrow its phrases: what is found nearly everywhere tells nothing");
        }
    }
}
