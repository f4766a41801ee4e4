//! Layers of rule files → one ruleset. Every fault is gathered; nothing stops at the first.

use super::condition::{self, Condition};
use super::file::{FlagRule as FlagText, KindRule as KindText, RuleFile, SignalRule, TopicRule, Weights};
use super::index::{COMMON, anchors, first};
use super::judge::{FlagRule, Grade, KindRule};
use super::layers::Layer;
use super::load::{Expressions, Pattern, Ruleset, Signal};
use super::matcher::{Bits, DEEPEST_LIST, Lexicon};
use super::merge::{Merged, merge};
use super::pattern::{self, Node, Parts};
use super::reader::Reader;
use super::scan::{Place, Places};
use crate::model::decision::{Flag, Kind};
use crate::model::fault::Fault;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use toml::Spanned;

/// A file's name and text, for faults.
pub struct Source {
    pub name: String,
    pub text: String,
}

impl Source {
    /// A fault at a value; `inner` is a byte range within the string that the value holds.
    pub fn fault<T>(&self, value: &Spanned<T>, inner: Option<std::ops::Range<usize>>, says: impl Into<String>) -> Fault {
        let span = value.span();
        let quotes = ["\"\"\"", "'''"].iter().any(|q| self.text[span.start..].starts_with(q));
        let opening = span.start + if quotes { 3 } else { 1 };
        let span = match inner {
            Some(inner) => (opening + inner.start).min(span.end)..(opening + inner.end).min(span.end),
            None => span,
        };
        Fault::at(&self.name, &self.text, span, says)
    }
}

/// What compiling needs at hand: the files, and the faults so far.
pub struct Bench<'a> {
    pub sources: &'a [Source],
    pub faults: Vec<Fault>,
}

impl Bench<'_> {
    pub fn fault<T>(&mut self, file: usize, value: &Spanned<T>, says: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(self.sources[file].fault(value, None, says).hint(hint));
    }

    pub fn advise<T>(&mut self, file: usize, value: &Spanned<T>, says: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(self.sources[file].fault(value, None, says).hint(hint).advice());
    }

    fn inner<T>(&mut self, file: usize, value: &Spanned<T>, wrong: pattern::Wrong) {
        self.faults.push(self.sources[file].fault(value, Some(wrong.span), wrong.says).hint(wrong.hint));
    }
}

/// Reads and merges the layers; the later lies over the earlier.
pub fn read(layers: &[Layer], faults: &mut Vec<Fault>) -> (Vec<Source>, Merged) {
    let mut sources = Vec::new();
    let mut files = Vec::new();
    for (layer, each) in layers.iter().enumerate() {
        for (name, text) in &each.files {
            match toml::from_str::<RuleFile>(text) {
                Ok(file) => files.push((layer, sources.len(), file)),
                Err(e) => faults.push(Fault::from_toml(name, text, &e).hint(hint_for(e.message()))),
            }
            sources.push(Source { name: name.clone(), text: text.clone() });
        }
    }
    let merged = merge(files, &sources, faults);
    (sources, merged)
}

fn hint_for(message: &str) -> &'static str {
    if message.contains("unknown field") {
        "take the key out, or spell it as one of those named"
    } else if message.contains("missing field") {
        "add the missing key"
    } else if message.contains("invalid type") {
        "a list is written [\"one\", \"two\"], a text in quotes, yes and no as true and false"
    } else {
        "rule files are TOML: text in quotes, lists in [ ], a heading [[signal]] before each rule"
    }
}

pub fn compile(layers: &[Layer]) -> Result<Ruleset, Vec<Fault>> {
    let mut faults = Vec::new();
    let (sources, merged) = read(layers, &mut faults);
    let mut bench = Bench { sources: &sources, faults };
    let mut rules = Ruleset { digest: digest(&sources, layers), ..Ruleset::default() };
    for (_, from, to) in &merged.spelling {
        let words: Vec<&str> = to.get_ref().split_whitespace().collect();
        rules.spelling.rewrite(from.get_ref(), &words);
    }
    let (_, time_stem) = rules.spelling.intern("\u{1}time");
    rules.time_stem = time_stem;
    let names: HashMap<String, usize> = merged.lexicons.keys().enumerate().map(|(i, k)| (k.clone(), i)).collect();
    (rules.us, rules.not) = (names.get("us").copied(), names.get("not").copied());
    rules.reader = Reader::parse(layers.iter().rev().find_map(|l| l.reader.as_deref()).unwrap_or_default());
    compile_lexicons(&mut rules, &merged, &names, &mut bench);
    let signals = all_signals(&merged);
    let ids: HashMap<String, usize> = signals.keys().enumerate().map(|(i, k)| (k.clone(), i)).collect();
    let mut expressions = Vec::new();
    for (number, (id, parts)) in signals.iter().enumerate() {
        let signal = compile_signal(id, number, parts, &mut rules, &names, &ids, &mut expressions, &mut bench);
        rules.places = rules.places.and(signal.places);
        rules.signals.push(signal);
    }
    compile_expressions(&mut rules, &expressions);
    rules.derived = derived_order(&rules.signals, &signals, &mut bench);
    compile_judge(&mut rules, &merged, &ids, &mut bench);
    file_patterns(&mut rules);
    super::lint::lint(&rules, &merged, &signals, &mut bench);
    let (fatal, advice): (Vec<Fault>, Vec<Fault>) = bench.faults.into_iter().partition(|f| f.fatal);
    if fatal.is_empty() {
        rules.advice = advice;
        Ok(rules)
    } else {
        let mut all: Vec<Fault> = fatal.into_iter().chain(advice).collect();
        all.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        Err(all)
    }
}

/// Over the files' contents, whatever their names: names and order change no outcome.
fn digest(sources: &[Source], layers: &[Layer]) -> String {
    let texts = sources.iter().map(|s| s.text.as_str()).chain(layers.iter().filter_map(|l| l.reader.as_deref()));
    let mut each: Vec<[u8; 32]> = texts.map(|t| Sha256::digest(t.as_bytes()).into()).collect();
    each.sort_unstable();
    let mut all = Sha256::new();
    each.iter().for_each(|d| all.update(d));
    all.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// A signal's rules: the first, and those of a site that extend it, each with its file.
pub type SignalParts = Vec<(usize, SignalRule)>;

fn all_signals(merged: &Merged) -> BTreeMap<String, SignalParts> {
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
            off: false,
        };
        out.insert(format!("topic:{id}"), parts.iter().map(|(f, t)| (*f, as_signal(t))).collect());
    }
    out
}

fn parse_pattern(
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

fn compile_lexicons(rules: &mut Ruleset, merged: &Merged, names: &HashMap<String, usize>, bench: &mut Bench) {
    for parts in merged.lexicons.values() {
        let mut list = Lexicon::default();
        for (file, rule) in parts {
            for text in &rule.words {
                let Some(mut pattern) = parse_pattern(*file, text, rules, names, bench) else { continue };
                if pattern.len() > 1 {
                    bench.fault(*file, text, "'&' cannot stand in a list", "put it in a signal's pattern");
                    continue;
                }
                match &pattern.remove(0)[..] {
                    [Node::Word(stem)] => {
                        list.words.insert(*stem);
                        list.anchor_words.insert(*stem);
                    }
                    [Node::Exact(word, stem)] => {
                        list.exact.insert(*word);
                        list.anchor_words.insert(*stem);
                    }
                    nodes => list.phrases.push(nodes.to_vec()),
                }
            }
        }
        rules.lexicons.push(list);
    }
    for (index, parts) in merged.lexicons.values().enumerate() {
        if depth_of(index, &rules.lexicons, 0) > DEEPEST_LIST
            && let Some((file, rule)) = parts.first()
        {
            bench.fault(
                *file,
                &rule.id,
                "this list holds lists within lists, too deep or in a circle",
                "name plain words in it instead of the inner list",
            );
        }
    }
    let firsts: Vec<Option<Bits>> = rules.lexicons.iter().map(|list| first_of(list, &rules.lexicons)).collect();
    for (list, first) in rules.lexicons.iter_mut().zip(firsts) {
        list.first = first;
    }
}

fn first_of(list: &Lexicon, all: &[Lexicon]) -> Option<Bits> {
    let mut bits = Bits::default();
    for phrase in &list.phrases {
        first(phrase, all, 0)?.into_iter().for_each(|s| bits.insert(s));
    }
    Some(bits)
}

fn depth_of(index: usize, all: &[Lexicon], depth: usize) -> usize {
    if depth > DEEPEST_LIST {
        return depth;
    }
    let mut inner = BTreeSet::new();
    all[index].phrases.iter().for_each(|p| lists_in(p, &mut inner));
    inner.into_iter().map(|i| depth_of(i, all, depth + 1)).max().unwrap_or(depth)
}

pub fn lists_in(nodes: &[Node], out: &mut BTreeSet<usize>) {
    for node in nodes {
        match node {
            Node::Lexicon(i) => {
                out.insert(*i);
            }
            Node::Maybe(inner) => lists_in(inner, out),
            Node::Either(ways) => ways.iter().for_each(|w| lists_in(w, out)),
            _ => {}
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, and each is a different table of the ruleset that is being built")]
fn compile_signal(
    id: &str,
    number: usize,
    parts: &SignalParts,
    rules: &mut Ruleset,
    lists: &HashMap<String, usize>,
    ids: &HashMap<String, usize>,
    expressions: &mut Vec<(usize, regex::Regex)>,
    bench: &mut Bench,
) -> Signal {
    let means = parts.first().map(|(_, r)| r.means.get_ref().as_str()).unwrap_or_default();
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
                    rules.patterns.push(Pattern { signal: number, parts, undoes });
                }
            }
        }
        for text in &rule.unless {
            signal.unless.extend(parse_pattern(*file, text, rules, lists, bench));
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

fn compile_expressions(rules: &mut Ruleset, each: &[(usize, regex::Regex)]) {
    let texts = each.iter().map(|(_, e)| e.as_str());
    if let Ok(set) = regex::RegexSetBuilder::new(texts).case_insensitive(true).size_limit(64 << 20).build() {
        rules.expressions = Expressions { set, each: each.to_vec() };
    }
}

fn parse_condition(file: usize, text: &Spanned<String>, ids: &HashMap<String, usize>, bench: &mut Bench) -> Option<Condition> {
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
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a String>) -> Option<String> {
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

/// Each signal made of signals after those that it names; a circle is a fault.
fn derived_order(signals: &[Signal], texts: &BTreeMap<String, SignalParts>, bench: &mut Bench) -> Vec<usize> {
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

fn compile_judge(rules: &mut Ruleset, merged: &Merged, ids: &HashMap<String, usize>, bench: &mut Bench) {
    let kinds: Vec<&str> = Kind::ALL.iter().filter(|k| **k != Kind::NeedsReview).map(|k| k.as_str()).collect();
    for parts in merged.kinds.values() {
        let (file, head) = &parts[0];
        match Kind::parse(head.id.get_ref()).filter(|k| *k != Kind::NeedsReview) {
            Some(kind) => rules.kinds.push(compile_kind(kind, parts, ids, bench)),
            None => {
                bench.fault(*file, &head.id, format!("there is no kind '{}'", head.id.get_ref()), format!("kinds are {}", kinds.join(", ")))
            }
        }
    }
    let flags: Vec<&str> = Flag::ALL.iter().map(|f| f.as_str()).collect();
    for parts in merged.flags.values() {
        let (file, head) = &parts[0];
        match Flag::parse(head.id.get_ref()) {
            Some(flag) => rules.flags.push(compile_flag(flag, parts, ids, bench)),
            None => {
                bench.fault(*file, &head.id, format!("there is no flag '{}'", head.id.get_ref()), format!("flags are {}", flags.join(", ")))
            }
        }
    }
    if let Some((file, judge)) = merged.judge.last() {
        (rules.margin, rules.prefer_complaint, rules.doubt) = (judge.margin, judge.prefer_complaint, judge.doubt);
        rules.reader_weight = judge.reader;
        for name in &judge.order {
            match Kind::parse(name.get_ref()) {
                Some(kind) => rules.order.push(kind),
                None => {
                    bench.fault(*file, name, format!("there is no kind '{}'", name.get_ref()), format!("kinds are {}", kinds.join(", ")))
                }
            }
        }
    }
}

fn compile_kind(kind: Kind, parts: &[(usize, KindText)], ids: &HashMap<String, usize>, bench: &mut Bench) -> KindRule {
    let mut out = KindRule { kind, needs: Vec::new(), never: Vec::new(), weights: Vec::new() };
    for (file, rule) in parts {
        out.needs.extend(rule.needs.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        out.never.extend(rule.never.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        for (weights, sign) in [(&rule.speaks_for, 1), (&rule.against, -1)] {
            for (grade, texts) in graded(weights) {
                for text in texts {
                    out.weights.extend(parse_condition(*file, text, ids, bench).map(|c| (sign * grade.weight(), c)));
                }
            }
        }
    }
    out
}

pub fn graded(w: &Weights) -> [(Grade, &Vec<Spanned<String>>); 4] {
    [(Grade::Decisive, &w.decisive), (Grade::Strong, &w.strong), (Grade::Some, &w.some), (Grade::Slight, &w.slight)]
}

fn compile_flag(flag: Flag, parts: &[(usize, FlagText)], ids: &HashMap<String, usize>, bench: &mut Bench) -> FlagRule {
    let mut out = FlagRule { flag, raise: Vec::new(), unless: Vec::new() };
    for (file, rule) in parts {
        out.raise.extend(rule.raise.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        out.unless.extend(rule.unless.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
    }
    out
}

/// Files each pattern under the rarest words that it cannot match without.
fn file_patterns(rules: &mut Ruleset) {
    let common: BTreeSet<u32> = COMMON.iter().map(|w| rules.spelling.intern(w).1).collect();
    let mut index = vec![Vec::new(); rules.spelling.stem_count()];
    for (number, pattern) in rules.patterns.iter().enumerate() {
        let cost = |s: &BTreeSet<u32>| s.iter().map(|&w| if common.contains(&w) { 200 } else { 1 }).sum::<usize>();
        let sets = pattern.parts.iter().filter_map(|nodes| anchors(nodes, &rules.lexicons, rules.time_stem, &|s| common.contains(&s), 0));
        if let Some(set) = sets.min_by_key(cost) {
            set.into_iter().for_each(|stem| index[stem as usize].push(number as u32));
        }
    }
    rules.index = index;
}
