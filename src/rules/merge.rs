//! Files of several layers → one table of rules by id. A site's rule takes the place of the shipped one of that name, or with
//! `extend = true` adds to it. Two rules of one name in one layer are a fault: the order of files must not matter.

use super::compile::Source;
use super::file::{FlagRule, JudgeRule, KindRule, LexiconRule, RuleFile, SignalRule, TopicRule};
use crate::model::fault::Fault;
use std::collections::BTreeMap;
use toml::Spanned;

/// By id: the rule and those that extend it, each with the number of its file.
pub type Table<T> = BTreeMap<String, Vec<(usize, T)>>;

#[derive(Default)]
pub struct Merged {
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
}

macro_rules! rule {
    ($($name:ident $word:literal),+) => {
        $(impl Rule for $name {
            const WORD: &'static str = $word;
            fn id(&self) -> &Spanned<String> { &self.id }
            fn extends(&self) -> bool { self.extend }
        })+
    };
}
rule!(LexiconRule "list", SignalRule "signal", KindRule "kind", FlagRule "flag", TopicRule "topic");

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
        for (source, file) in files {
            out.spelling.extend(file.spelling.into_iter().map(|(from, to)| (source, from, to)));
            lexicons.extend(file.lexicon.into_iter().map(|r| (source, r)));
            signals.extend(file.signal.into_iter().map(|r| (source, r)));
            kinds.extend(file.kind.into_iter().map(|r| (source, r)));
            flags.extend(file.flag.into_iter().map(|r| (source, r)));
            topics.extend(file.topic.into_iter().map(|r| (source, r)));
            out.judge.extend(file.judge.map(|j| (source, j)));
        }
        lay(&mut out.lexicons, lexicons, sources, faults);
        lay(&mut out.signals, signals, sources, faults);
        lay(&mut out.kinds, kinds, sources, faults);
        lay(&mut out.flags, flags, sources, faults);
        lay(&mut out.topics, topics, sources, faults);
    }
    for parts in out.signals.values_mut() {
        if parts.iter().any(|(_, r)| r.off) {
            // Kinds may still name it: it stays, and is never found.
            parts.iter_mut().for_each(|(_, r)| (r.any, r.regex, r.when, r.off) = (Vec::new(), Vec::new(), None, true));
            parts.iter_mut().for_each(|(_, r)| (r.yes, r.no) = (Vec::new(), Vec::new()));
        }
    }
    out
}

fn lay<T: Rule>(table: &mut Table<T>, rules: Vec<(usize, T)>, sources: &[Source], faults: &mut Vec<Fault>) {
    let mut here: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (adding, replacing): (Vec<_>, Vec<_>) = rules.into_iter().partition(|(_, r)| r.extends());
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
        table.insert(id, vec![(source, rule)]);
    }
    for (source, rule) in adding {
        let id = rule.id().get_ref().clone();
        match table.get_mut(&id) {
            Some(parts) => parts.push((source, rule)),
            None => {
                let fault = sources[source].fault(rule.id(), None, format!("there is no {} '{id}' to extend", T::WORD));
                faults.push(fault.hint("take out 'extend = true' to make a new one, or name one that is shipped"));
            }
        }
    }
}
