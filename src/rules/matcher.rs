//! How patterns match tokens: each node moves a set of positions on. The set is a bit mask of 64 positions from the start, so a
//! pattern with many gaps and choices costs no more than its length: nothing is tried twice.

use super::pattern::{Node, TimeSort, TimeTest};
use super::time::Time;
use super::tokens::{Tokens, UNKNOWN};
use std::cell::Cell;

/// A named list, compiled: single words apart from phrases.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// By stem number.
    pub words: Bits,
    /// By word number.
    pub exact: Bits,
    /// Stem numbers of all its single words, exact ones too.
    pub anchor_words: Bits,
    pub phrases: Vec<Vec<Node>>,
    /// Stem numbers with which phrases begin; `None` when they may begin with anything.
    pub first: Option<Bits>,
}

#[derive(Clone, Debug, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    pub fn insert(&mut self, i: u32) {
        let at = (i / 64) as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (i % 64);
    }

    pub fn has(&self, i: u32) -> bool {
        i != UNKNOWN && self.0.get((i / 64) as usize).is_some_and(|w| w >> (i % 64) & 1 == 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().enumerate().flat_map(|(at, w)| (0..64).filter(move |b| w >> b & 1 == 1).map(move |b| at as u32 * 64 + b))
    }
}

/// What patterns are matched against: one part of a message.
pub struct Ground<'a> {
    pub tokens: &'a Tokens,
    times: &'a [Time],
    lexicons: &'a [Lexicon],
    /// For each token and list where the list's matches end, once a pattern has asked: hundreds ask the same.
    lists: Vec<Cell<u64>>,
}

/// No list has been asked for there. No mask of ends: a match of nothing is none.
const UNASKED: u64 = u64::MAX;

/// Lists within lists are followed so far; loading refuses what goes deeper.
pub const DEEPEST_LIST: usize = 4;

impl<'a> Ground<'a> {
    pub fn new(tokens: &'a Tokens, times: &'a [Time], lexicons: &'a [Lexicon]) -> Ground<'a> {
        Ground { tokens, times, lexicons, lists: vec![Cell::new(UNASKED); tokens.all.len() * lexicons.len()] }
    }

    /// Where the nodes match when they begin at token `start`: the end of the shortest match, within the start's sentence.
    pub fn ends(&self, nodes: &[Node], start: usize) -> Option<usize> {
        let (first, limit) = self.sentence(start);
        let mask = self.walk(nodes, start, first, limit, 1, 0);
        // A match of nothing is no match.
        (mask & !1 != 0).then(|| start + (mask & !1).trailing_zeros() as usize)
    }

    /// Where the token's sentence begins, and how many tokens from it on may be looked at.
    fn sentence(&self, token: usize) -> (usize, usize) {
        let range = &self.tokens.sentences[self.tokens.all[token].sentence as usize].0;
        (range.start, (range.end - token).min(63))
    }

    /// Ends of a list's matches at token `at`, as a mask from `at`.
    fn list(&self, index: usize, at: usize, depth: usize) -> u64 {
        let known = &self.lists[at * self.lexicons.len() + index];
        if known.get() == UNASKED {
            let (list, token) = (&self.lexicons[index], &self.tokens.all[at]);
            let mut mask = u64::from(list.words.has(token.stem) || list.exact.has(token.exact)) << 1;
            if depth < DEEPEST_LIST && !list.phrases.is_empty() && list.first.as_ref().is_none_or(|f| f.has(token.stem)) {
                let (first, limit) = self.sentence(at);
                mask |= list.phrases.iter().fold(0, |m, phrase| m | self.walk(phrase, at, first, limit, 1, depth + 1));
            }
            known.set(mask);
        }
        known.get()
    }

    fn walk(&self, nodes: &[Node], start: usize, first: usize, limit: usize, mut mask: u64, depth: usize) -> u64 {
        let inside = if limit >= 63 { u64::MAX } else { (1u64 << (limit + 1)) - 1 };
        for node in nodes {
            mask = inside
                & match node {
                    Node::Gap(n) => (0..=*n).fold(0, |m, i| m | mask << i),
                    Node::Any => mask << 1,
                    Node::Maybe(inner) => mask | self.walk(inner, start, first, limit, mask, depth),
                    Node::Either(ways) => ways.iter().fold(0, |m, way| m | self.walk(way, start, first, limit, mask, depth)),
                    Node::SentenceStart => {
                        if start == first {
                            mask & 1
                        } else {
                            0
                        }
                    }
                    Node::SentenceEnd => mask & 1 << limit,
                    _ => each(mask, limit, |i| self.one(node, start + i, depth)),
                };
            if mask == 0 {
                return 0;
            }
        }
        mask
    }

    /// Ends of one node at token `at`, as a mask from `at`.
    fn one(&self, node: &Node, at: usize, depth: usize) -> u64 {
        let token = &self.tokens.all[at];
        match node {
            Node::Word(stem) => u64::from(token.stem == *stem) << 1,
            Node::Exact(word, _) => u64::from(token.exact == *word) << 1,
            Node::OneOf(stems, exact) => {
                let stem = token.stem != UNKNOWN && stems.binary_search(&token.stem).is_ok();
                let form = token.exact != UNKNOWN && exact.binary_search(&(token.exact, token.stem)).is_ok();
                u64::from(stem || form) << 1
            }
            Node::Number => u64::from(super::time::number(self.tokens.norm(at)).is_some()) << 1,
            Node::Time(test) => {
                self.times.iter().filter(|t| t.tokens.start == at && holds(test, t)).fold(0, |m, t| m | bit(t.tokens.end - at))
            }
            Node::Lexicon(index) => self.list(*index, at, depth),
            _ => 0,
        }
    }
}

fn bit(n: usize) -> u64 {
    if n < 64 { 1 << n } else { 0 }
}

fn each(mask: u64, limit: usize, ends: impl Fn(usize) -> u64) -> u64 {
    let mut left = mask;
    let mut out = 0;
    while left != 0 {
        let i = left.trailing_zeros() as usize;
        left &= left - 1;
        if i < limit {
            out |= ends(i) << i;
        }
    }
    out
}

fn holds(test: &TimeTest, time: &Time) -> bool {
    let sort = match test.sort {
        TimeSort::Any => true,
        TimeSort::Lasting => time.lasting,
        TimeSort::Past => !time.future,
        TimeSort::Future => time.future,
    };
    sort && (test.days == 0 || time.days_ago.0.max(time.length) > test.days)
}
