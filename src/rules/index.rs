//! Which patterns a message can match at all: each pattern is filed under its rarest word, so that rules whose words do not occur
//! cost nothing.

use super::load::Ruleset;
use super::matcher::Lexicon;
use super::pattern::{Node, Parts};
use std::collections::BTreeSet;

/// Words so common that a pattern filed under them would be tried on nearly every message.
pub const COMMON: &[&str] = &[
    "a", "about", "after", "all", "an", "and", "any", "as", "at", "back", "be", "because", "but", "by", "can", "come", "could", "day",
    "do", "for", "from", "get", "go", "have", "he", "her", "him", "i", "if", "in", "it", "just", "me", "my", "no", "not", "now", "of",
    "on", "one", "or", "out", "please", "she", "so", "still", "that", "the", "there", "they", "this", "time", "to", "up", "us", "was",
    "we", "what", "when", "who", "will", "with", "would", "you", "your", "?", "say", "tell", "thank",
];

/// A set of stems, as marks that several stems share: two sets that meet in no mark have no stem in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks([u64; 4]);

impl Marks {
    const ALL: Marks = Marks([u64::MAX; 4]);

    /// The mark of a stem; none for a word that no rule speaks of.
    pub fn of(stem: u32) -> Marks {
        let mut marks = Marks::default();
        if stem != super::tokens::UNKNOWN {
            marks.0[(stem / 64 % 4) as usize] = 1 << (stem % 64);
        }
        marks
    }

    pub fn and(self, other: Marks) -> Marks {
        Marks(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    fn meets(&self, other: &Marks) -> bool {
        (0..4).any(|i| self.0[i] & other.0[i] != 0)
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|marks| marks.count_ones()).sum()
    }
}

/// What a sentence must hold for a phrase to match in it at all: a look that costs little and is right whenever it says no.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    /// One of each must be among the sentence's marks; what is rarest stands first.
    needs: Vec<Marks>,
    /// For each part the marks of the words with which it can begin; all, where it can begin with any.
    first: Vec<Marks>,
}

/// A pattern's parts with their sieve.
#[derive(Clone, Debug)]
pub struct Phrase {
    pub parts: Parts,
    pub sieve: Sieve,
}

impl Phrase {
    pub fn new(parts: Parts, lexicons: &[Lexicon], time: u32) -> Phrase {
        Phrase { sieve: Sieve::new(&parts, lexicons, time), parts }
    }
}

impl Sieve {
    pub fn new(parts: &Parts, lexicons: &[Lexicon], time: u32) -> Sieve {
        let marks = |set: BTreeSet<u32>| set.into_iter().fold(Marks::default(), |m, stem| m.and(Marks::of(stem)));
        let needed = |node: &Node| of_node(node, lexicons, time, &|_| false, 0).map(marks);
        let mut needs: Vec<Marks> = parts.iter().flatten().filter_map(needed).collect();
        needs.sort_by_key(Marks::count);
        Sieve { needs, first: parts.iter().map(|nodes| first(nodes, lexicons, 0).map_or(Marks::ALL, marks)).collect() }
    }

    /// Whether a sentence of these marks may hold the phrase.
    pub fn lets_through(&self, sentence: &Marks) -> bool {
        self.needs.iter().all(|marks| marks.meets(sentence))
    }

    /// Whether a part may begin with a word of this mark.
    pub fn may_begin(&self, part: usize, word: &Marks) -> bool {
        self.first.get(part).is_none_or(|first| *first == Marks::ALL || first.meets(word))
    }
}

/// Stem numbers one of which every match must hold; `None` when no such set exists. `common` says which stems are common.
pub fn anchors(nodes: &[Node], lexicons: &[Lexicon], time: u32, common: &dyn Fn(u32) -> bool, depth: usize) -> Option<BTreeSet<u32>> {
    let cost = |set: &BTreeSet<u32>| set.iter().map(|&s| if common(s) { 200 } else { 1 }).sum::<usize>();
    nodes.iter().filter_map(|node| of_node(node, lexicons, time, common, depth)).min_by_key(cost)
}

fn of_node(node: &Node, lexicons: &[Lexicon], time: u32, common: &dyn Fn(u32) -> bool, depth: usize) -> Option<BTreeSet<u32>> {
    match node {
        Node::Word(stem) | Node::Exact(_, stem) => Some(BTreeSet::from([*stem])),
        Node::OneOf(stems, exact) => Some(stems.iter().copied().chain(exact.iter().map(|e| e.1)).collect()),
        Node::Time(_) => Some(BTreeSet::from([time])),
        Node::Lexicon(index) => {
            let list = &lexicons[*index];
            let mut set: BTreeSet<u32> = list.anchor_words.iter().collect();
            if depth < super::matcher::DEEPEST_LIST {
                for phrase in &list.phrases {
                    set.extend(anchors(phrase, lexicons, time, common, depth + 1)?);
                }
            }
            Some(set)
        }
        Node::Either(ways) => {
            let mut set = BTreeSet::new();
            for way in ways {
                set.extend(anchors(way, lexicons, time, common, depth)?);
            }
            Some(set)
        }
        Node::Number | Node::Gap(_) | Node::Any | Node::Maybe(_) | Node::SentenceStart | Node::SentenceEnd => None,
    }
}

/// Stem numbers with which a match can begin; `None` when with anything.
pub fn first(nodes: &[Node], lexicons: &[Lexicon], depth: usize) -> Option<BTreeSet<u32>> {
    let mut set = BTreeSet::new();
    for node in nodes {
        match node {
            Node::Word(stem) | Node::Exact(_, stem) => {
                set.insert(*stem);
                return Some(set);
            }
            Node::OneOf(stems, exact) => {
                set.extend(stems.iter().copied().chain(exact.iter().map(|e| e.1)));
                return Some(set);
            }
            Node::Lexicon(index) => {
                let list = &lexicons[*index];
                set.extend(list.anchor_words.iter());
                for phrase in &list.phrases {
                    if depth >= super::matcher::DEEPEST_LIST {
                        return None;
                    }
                    set.extend(first(phrase, lexicons, depth + 1)?);
                }
                return Some(set);
            }
            Node::Either(ways) => {
                for way in ways {
                    set.extend(first(way, lexicons, depth)?);
                }
                return Some(set);
            }
            Node::Maybe(inner) => set.extend(first(inner, lexicons, depth)?),
            Node::SentenceStart => {}
            _ => return None,
        }
    }
    None
}

/// Files each pattern under the rarest words that it cannot match without.
pub fn file_patterns(rules: &mut Ruleset) {
    let common: BTreeSet<u32> = COMMON.iter().map(|w| rules.spelling.intern(w).1).collect();
    let mut index = vec![Vec::new(); rules.spelling.stem_count()];
    for (number, pattern) in rules.patterns.iter().enumerate() {
        let cost = |s: &BTreeSet<u32>| s.iter().map(|&w| if common.contains(&w) { 200 } else { 1 }).sum::<usize>();
        let sets =
            pattern.phrase.parts.iter().filter_map(|nodes| anchors(nodes, &rules.lexicons, rules.time_stem, &|s| common.contains(&s), 0));
        if let Some(set) = sets.min_by_key(cost) {
            set.into_iter().for_each(|stem| index[stem as usize].push(number as u32));
        }
    }
    rules.index = index;
}
