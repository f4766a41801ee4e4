//! Layers of rule files → one ruleset. Every fault is gathered; nothing stops at the first.

use super::answers::Answers;
use super::file::RuleFile;
use super::hints;
use super::index::file_patterns;
use super::layers::Layer;
use super::load::Ruleset;
use super::merge::{Merged, merge};
use super::reader;
use crate::model::fault::Fault;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

mod bench;
mod judge;
mod lexicons;
mod parts;
mod signals;

pub use bench::{Bench, Source};
use judge::compile_judge;
use lexicons::compile_lexicons;
pub use parts::nearest;
pub use signals::SignalParts;
use signals::{all_signals, compile_expressions, compile_signal, derived_order};

/// Reads and merges the layers; the later lies over the earlier.
pub fn read(layers: &[Layer], faults: &mut Vec<Fault>) -> (Vec<Source>, Merged) {
    let mut sources = Vec::new();
    let mut files = Vec::new();
    for (layer, each) in layers.iter().enumerate() {
        for (name, text) in &each.files {
            match toml::from_str::<RuleFile>(text) {
                Ok(file) => files.push((layer, sources.len(), file)),
                Err(e) => faults.push(hints::fault(name, text, &e, OTHERWISE)),
            }
            sources.push(Source { name: name.clone(), text: text.clone() });
        }
    }
    let merged = merge(files, &sources, faults);
    (sources, merged)
}

const OTHERWISE: &str = "rule files are TOML: text in quotes, lists in [ ], a heading [[signal]] before each rule";

pub fn compile(layers: &[Layer]) -> Result<Ruleset, Vec<Fault>> {
    let mut faults = Vec::new();
    let (sources, merged) = read(layers, &mut faults);
    let shipped = layers.first().map_or(0, |l| l.files.len());
    faults.extend(layers.iter().flat_map(|l| l.advice.iter().cloned()));
    let mut bench = Bench { sources: &sources, shipped, faults };
    let mut rules = Ruleset { digest: digest(&sources, layers), ..Ruleset::default() };
    for (_, from, to) in &merged.spelling {
        let words: Vec<&str> = to.get_ref().split_whitespace().collect();
        rules.spelling.rewrite(from.get_ref(), &words);
    }
    let (_, time_stem) = rules.spelling.intern("\u{1}time");
    rules.time_stem = time_stem;
    let names: HashMap<String, usize> = merged.lexicons.keys().enumerate().map(|(i, k)| (k.clone(), i)).collect();
    (rules.us, rules.not) = (names.get("us").copied(), names.get("not").copied());
    if let Some((name, text)) = layers.iter().rev().find_map(|l| l.reader.as_ref()) {
        match reader::parse(name, text) {
            Ok(reader) => rules.reader = reader,
            Err(wrong) => bench.faults.extend(wrong),
        }
    }
    rules.answers = Answers::parse(layers.iter().rev().find_map(|l| l.answers.as_deref()).unwrap_or_default());
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
    let models = layers.iter().flat_map(|l| [l.reader.as_ref().map(|(_, text)| text), l.answers.as_ref()]).flatten();
    let texts = sources.iter().map(|s| s.text.as_str()).chain(models.map(String::as_str));
    let mut each: Vec<[u8; 32]> = texts.map(|t| Sha256::digest(t.as_bytes()).into()).collect();
    each.sort_unstable();
    let mut all = Sha256::new();
    each.iter().for_each(|d| all.update(d));
    all.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
