//! Word lists: single words apart from phrases, and how deep lists lie within lists.

use super::bench::Bench;
use super::parts::parse_pattern;
use crate::rules::index::first;
use crate::rules::load::Ruleset;
use crate::rules::matcher::{Bits, DEEPEST_LIST, Lexicon};
use crate::rules::merge::Merged;
use crate::rules::pattern::Node;
use std::collections::{BTreeSet, HashMap};

pub fn compile_lexicons(rules: &mut Ruleset, merged: &Merged, names: &HashMap<String, usize>, bench: &mut Bench) {
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

fn lists_in(nodes: &[Node], out: &mut BTreeSet<usize>) {
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
