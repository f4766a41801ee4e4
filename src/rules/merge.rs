//! Files of several layers → one table of rules by id. A site's rule takes the place of the shipped one of that name, or with
//! `extend = true` adds to it. Two rules of one name in one layer are a fault: the order of files must not matter.

use super::compile::{Source, nearest};
use super::file::{FlagRule, JudgeRule, KindRule, LexiconRule, RuleFile, SignalRule, TopicRule};
use crate::model::fault::Fault;
use crate::rules::spanned::Spanned;
use std::collections::BTreeMap;

/// By id: the rule and those that extend it, each with the number of its file.
pub type Table<T> = BTreeMap<String, Vec<(usize, T)>>;

/// What a layer did to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    Made,
    /// Put another in its place.
    Changed,
    Extended,
    SwitchedOff,
}

/// One step of a rule's way into force: what was done, and where it stands (source, byte).
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub did: Did,
    pub source: usize,
    pub at: usize,
}

/// By sort ("signal") and id.
pub type Trail = BTreeMap<(&'static str, String), Vec<Step>>;

#[derive(Default)]
pub struct Merged {
    pub trail: Trail,
    pub spelling: Vec<(usize, Spanned<String>, Spanned<String>)>,
    pub lexicons: Table<LexiconRule>,
    pub signals: Table<SignalRule>,
    pub kinds: Table<KindRule>,
    pub flags: Table<FlagRule>,
    pub topics: Table<TopicRule>,
    pub judge: Vec<(usize, JudgeRule)>,
}

trait Rule {
    const WORD: &'static str;
    fn id(&self) -> &Spanned<String>;
    fn extends(&self) -> bool;
    fn off(&self) -> bool;
}

macro_rules! rule {
    ($($name:ident $word:literal $off:expr),+) => {
        $(impl Rule for $name {
            const WORD: &'static str = $word;
            fn id(&self) -> &Spanned<String> { &self.id }
            fn extends(&self) -> bool { self.extend }
            fn off(&self) -> bool {
                let off: fn(&Self) -> bool = $off;
                off(self)
            }
        })+
    };
}
// No rule can refuse a complaint: a kind cannot be switched off (promise 7).
rule!(LexiconRule "list" |r| r.off, SignalRule "signal" |r| r.off, KindRule "kind" |_| false, FlagRule "flag" |r| r.off,
    TopicRule "topic" |r| r.off);

/// `files` in the order of the layers: (layer, number of the source, its rules).
pub fn merge(files: Vec<(usize, usize, RuleFile)>, sources: &[Source], faults: &mut Vec<Fault>) -> Merged {
    let mut out = Merged::default();
    let mut layers: BTreeMap<usize, Vec<(usize, RuleFile)>> = BTreeMap::new();
    for (layer, source, file) in files {
        layers.entry(layer).or_default().push((source, file));
    }
    for files in layers.into_values() {
        let mut lexicons = Vec::new();
        let mut signals = Vec::new();
        let mut kinds = Vec::new();
        let mut flags = Vec::new();
        let mut topics = Vec::new();
        once(&files, sources, faults);
        for (source, file) in files {
            out.spelling.extend(file.spelling.into_iter().map(|(from, to)| (source, from, to)));
            lexicons.extend(file.lexicon.into_iter().map(|r| (source, r)));
            signals.extend(file.signal.into_iter().map(|r| (source, r)));
            kinds.extend(file.kind.into_iter().map(|r| (source, r)));
            flags.extend(file.flag.into_iter().map(|r| (source, r)));
            topics.extend(file.topic.into_iter().map(|r| (source, r)));
            out.judge.extend(file.judge.map(|j| (source, j)));
        }
        lay(&mut out.lexicons, lexicons, &mut out.trail, sources, faults);
        lay(&mut out.signals, signals, &mut out.trail, sources, faults);
        lay(&mut out.kinds, kinds, &mut out.trail, sources, faults);
        lay(&mut out.flags, flags, &mut out.trail, sources, faults);
        lay(&mut out.topics, topics, &mut out.trail, sources, faults);
    }
    // What is switched off may still be named: it stays, and is never found.
    for parts in out.signals.values_mut().filter(|p| p.iter().any(|(_, r)| r.off)) {
        parts.iter_mut().for_each(|(_, r)| (r.any, r.regex, r.when, r.off) = (Vec::new(), Vec::new(), None, true));
        parts.iter_mut().for_each(|(_, r)| (r.yes, r.no) = (Vec::new(), Vec::new()));
    }
    for parts in out.topics.values_mut().filter(|p| p.iter().any(|(_, r)| r.off)) {
        parts.iter_mut().for_each(|(_, r)| (r.any, r.off) = (Vec::new(), true));
    }
    for parts in out.lexicons.values_mut().filter(|p| p.iter().any(|(_, r)| r.off)) {
        parts.iter_mut().for_each(|(_, r)| r.words = Vec::new());
    }
    for parts in out.flags.values_mut().filter(|p| p.iter().any(|(_, r)| r.off)) {
        parts.iter_mut().for_each(|(_, r)| r.raise = Vec::new());
    }
    out
}

/// Two files of a layer must not say different things of one matter: the order of files decides nothing.
fn once(files: &[(usize, RuleFile)], sources: &[Source], faults: &mut Vec<Fault>) {
    let mut judge: Option<usize> = None;
    let mut spelling: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (source, file) in files {
        if let Some(rule) = &file.judge
            && let Some(first) = judge.replace(*source)
        {
            let hint = format!("the first stands in {}: keep one", sources[first].name);
            let fault = match rule.order.first() {
                Some(at) => sources[*source].fault(at, None, "a second [judge]"),
                None => Fault::of_file(&sources[*source].name, "a second [judge]"),
            };
            faults.push(fault.hint(hint));
        }
        for (from, to) in &file.spelling {
            if let Some((other, first)) = spelling.insert(from.get_ref(), (to.get_ref(), *source))
                && other != to.get_ref()
            {
                let fault = sources[*source].fault(to, None, format!("\"{}\" is spelt in two ways", from.get_ref()));
                faults.push(fault.hint(format!("{} says \"{other}\": keep one", sources[first].name)));
            }
        }
    }
}

fn lay<T: Rule>(table: &mut Table<T>, rules: Vec<(usize, T)>, trail: &mut Trail, sources: &[Source], faults: &mut Vec<Fault>) {
    let mut here: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (adding, replacing): (Vec<_>, Vec<_>) = rules.into_iter().partition(|(_, r)| r.extends() || r.off());
    let mut step = |did, source, rule: &T| {
        let at = rule.id().span().start;
        trail.entry((T::WORD, rule.id().get_ref().clone())).or_default().push(Step { did, source, at });
    };
    for (source, rule) in replacing {
        let id = rule.id().get_ref().clone();
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_')) {
            let fault = sources[source].fault(rule.id(), None, format!("'{id}' cannot name a {}", T::WORD));
            faults.push(fault.hint("small letters, digits and hyphens, such as nobody-came"));
        }
        if let Some((other, at)) = here.get(&id) {
            let line = sources[*other].text[..*at].matches('\n').count() + 1;
            let fault = sources[source].fault(rule.id(), None, format!("a second {} named '{id}'", T::WORD));
            faults.push(fault.hint(format!(
                "the first stands in {}:{line}; give one of them another name, or put their phrases together",
                sources[*other].name
            )));
            continue;
        }
        here.insert(id.clone(), (source, rule.id().span().start));
        step(if table.contains_key(&id) { Did::Changed } else { Did::Made }, source, &rule);
        table.insert(id, vec![(source, rule)]);
    }
    for (source, rule) in adding {
        let id = rule.id().get_ref().clone();
        let known = nearest(&id, table.keys());
        let does = if rule.off() { "switch off" } else { "extend" };
        match table.get_mut(&id) {
            Some(parts) => {
                step(if rule.off() { Did::SwitchedOff } else { Did::Extended }, source, &rule);
                parts.push((source, rule));
            }
            None => {
                let fault = sources[source].fault(rule.id(), None, format!("there is no {} '{id}' to {does}", T::WORD));
                let hint = match (known, rule.off()) {
                    (Some(known), _) => format!("did you mean '{known}'? `postroom check --print` lists what there is"),
                    (None, true) => "name one that is shipped: `postroom check --print` lists them".into(),
                    (None, false) => "take out 'extend = true' to make a new one, or name one that is shipped".into(),
                };
                faults.push(fault.hint(hint));
            }
        }
    }
}
