//! Rules that change nothing, and conditions that can never hold or hold both ways.

use crate::rules::compile::{Bench, SignalParts};
use crate::rules::file::{KindRule, Weights};
use crate::rules::load::Ruleset;
use crate::rules::merge::Merged;
use crate::rules::spanned::Spanned;
use std::collections::{BTreeMap, BTreeSet};

/// A site's signal that no kind, flag or other signal names changes nothing. Topics speak for themselves.
pub fn unused(rules: &Ruleset, merged: &Merged, signals: &BTreeMap<String, SignalParts>, bench: &mut Bench) {
    let named = named(rules);
    for (number, (id, parts)) in signals.iter().enumerate() {
        if !merged.signals.contains_key(id) {
            continue;
        }
        if let Some((file, rule)) = parts.iter().find(|(_, r)| r.off).filter(|_| named.contains(&number)) {
            let off = parts.iter().find(|(f, _)| *f >= bench.shipped).map_or((*file, rule), |(f, r)| (*f, r));
            let by = users(merged, id);
            let says = format!("'{id}' is switched off, and {} still {} it", list(&by), if by.len() == 1 { "names" } else { "name" });
            bench.advise(off.0, &off.1.id, says, "what they say of it can no longer hold: change them too, or leave it as it is knowingly");
        } else if let Some((file, rule)) = parts.first().filter(|(_, r)| !r.off && !named.contains(&number)) {
            let says = format!("no kind, flag or signal names '{id}': it changes nothing");
            bench.advise(*file, &rule.id, says, "name it in a [[kind]] or [[flag]] with extend = true");
        }
    }
}

fn named(rules: &Ruleset) -> BTreeSet<usize> {
    let mut named = Vec::new();
    let kinds = rules.kinds.iter().flat_map(|k| k.needs.iter().chain(&k.never).chain(k.weights.iter().map(|(_, c)| c)));
    kinds.for_each(|c| c.mentioned(&mut named));
    rules.flags.iter().flat_map(|f| f.raise.iter().chain(&f.sure).chain(&f.unless)).for_each(|c| c.mentioned(&mut named));
    rules.signals.iter().filter_map(|s| s.when.as_ref()).for_each(|c| c.mentioned(&mut named));
    named.into_iter().collect()
}

fn users(merged: &Merged, id: &str) -> Vec<String> {
    let names = |c: &Spanned<String>| c.get_ref().split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | ':'))).any(|w| w == id);
    let kinds = merged.kinds.iter().filter(|(_, p)| p.iter().any(|(_, r)| conditions(r).any(names)));
    let flags = merged.flags.iter().filter(|(_, p)| p.iter().any(|(_, r)| r.raise.iter().chain(&r.sure).chain(&r.unless).any(names)));
    let signals = merged.signals.iter().filter(|(_, p)| p.iter().any(|(_, r)| r.when.as_ref().is_some_and(names)));
    kinds.map(|(k, _)| k).chain(flags.map(|(k, _)| k)).chain(signals.map(|(k, _)| k)).map(|k| format!("'{k}'")).collect()
}

fn list(names: &[String]) -> String {
    if names.len() > 3 { format!("{} and {} more", names[..3].join(", "), names.len() - 3) } else { names.join(" and ") }
}

fn all(w: &Weights) -> impl Iterator<Item = &Spanned<String>> {
    w.decisive.iter().chain(&w.strong).chain(&w.some).chain(&w.slight)
}

fn conditions(rule: &KindRule) -> impl Iterator<Item = &Spanned<String>> {
    rule.needs.iter().chain(&rule.never).chain(all(&rule.speaks_for)).chain(all(&rule.against))
}

/// The same condition for and against; needed and forbidden; "x and not x".
pub fn contradictory(merged: &Merged, bench: &mut Bench) {
    let mut told = Vec::new();
    for (id, parts) in &merged.kinds {
        let pro: BTreeSet<&str> = parts.iter().flat_map(|(_, r)| all(&r.speaks_for)).map(|c| c.get_ref().as_str()).collect();
        let con: BTreeSet<&str> = parts.iter().flat_map(|(_, r)| all(&r.against)).map(|c| c.get_ref().as_str()).collect();
        let never: BTreeSet<&str> = parts.iter().filter_map(|(_, r)| r.never.as_ref()).map(|c| c.get_ref().as_str()).collect();
        let needs: BTreeSet<&str> = parts.iter().filter_map(|(_, r)| r.needs.as_ref()).map(|c| c.get_ref().as_str()).collect();
        for (file, rule) in parts {
            let both = all(&rule.speaks_for).filter(|c| con.contains(c.get_ref().as_str()));
            let both = both.chain(all(&rule.against).filter(|c| pro.contains(c.get_ref().as_str())));
            told.extend(both.map(|c| (*file, c, format!("this speaks for '{id}' and against it"), "take it out of one of the two")));
            let barred = rule.needs.iter().filter(|c| never.contains(c.get_ref().as_str()));
            let barred = barred.chain(rule.never.iter().filter(|c| needs.contains(c.get_ref().as_str())));
            told.extend(
                barred.map(|c| (*file, c, format!("'{id}' needs this and never is with it: it can never win"), "take one of the two out")),
            );
            told.extend(conditions(rule).filter(|c| against_itself(c.get_ref())).map(|c| (*file, c, NEVER.into(), WRITE_OR)));
        }
    }
    for parts in merged.flags.values() {
        let unless: BTreeSet<&str> = parts.iter().flat_map(|(_, r)| &r.unless).map(|c| c.get_ref().as_str()).collect();
        for (file, rule) in parts {
            let both = rule.raise.iter().chain(&rule.sure).filter(|c| unless.contains(c.get_ref().as_str()));
            told.extend(both.map(|c| (*file, c, "this raises the flag and holds it down".into(), "take it out of one of the two")));
            let never = rule.raise.iter().chain(&rule.sure).chain(&rule.unless).filter(|c| against_itself(c.get_ref()));
            told.extend(never.map(|c| (*file, c, NEVER.into(), WRITE_OR)));
        }
    }
    for (file, condition, says, hint) in told {
        bench.advise(file, condition, says, hint);
    }
}

const NEVER: &str = "this can never hold: it asks for something and for its absence";
const WRITE_OR: &str = "take one of them out, or join them by 'or'";

fn against_itself(condition: &str) -> bool {
    let plain = !condition.contains(['(', ')']) && !condition.split_whitespace().any(|w| w == "or");
    let parts: BTreeSet<&str> = condition.split(" and ").map(str::trim).collect();
    plain && parts.iter().any(|p| p.strip_prefix("not ").is_some_and(|inner| parts.contains(inner.trim())))
}
