//! The second reader: a linear model that says how a text reads, how surely, and by which words. It is one more witness beside the
//! rules: they decide, the policy says how much it counts, and where it is sure and they disagree, a person looks (README.md, "The
//! reader"). It runs here, sends nothing anywhere, and its model (rules/reader.tsv) is a text that anybody can read.

mod classes; // words → who, denial, time, wish
mod features; // a message → what is looked at
mod file; // the model as a text
pub mod learn; // labelled messages → a model and its card
mod masks; // what is not to be looked at

pub use file::parse;

use super::judge::{CaseStage, Facts};
use super::scan::Read;
use crate::model::decision::{Flag, Kind};
use features::{Group, Seen};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Kinds that the reader tells apart: all but `needs_review`, which is a person's answer.
pub const KINDS: usize = 12;

/// Flags that words tell: all but those that a case and a calendar tell.
pub const FLAGGED: [Flag; FLAGS] = [
    Flag::Safety,
    Flag::Emergency,
    Flag::Vulnerable,
    Flag::DampMould,
    Flag::Adjustment,
    Flag::Abuse,
    Flag::Legal,
    Flag::Representative,
    Flag::Group,
    Flag::Health,
    Flag::StaffConduct,
    Flag::Repeat,
];
pub const FLAGS: usize = 12;

/// What a feature speaks for or against: each kind, then each flag.
const COLUMNS: usize = KINDS + FLAGS;

/// A learnt model. Without features it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// Hash of group and name → row.
    known: HashMap<u64, u32, BuildHasherDefault<Same>>,
    rows: Vec<Row>,
    /// In hundredths of a nat, as the weights.
    base: [i16; COLUMNS],
    /// Divides the kinds' scores, so that a stated chance comes true as often as it says.
    temperature: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    group: Group,
    /// How telling the feature is by its rarity: ln((1 + messages) / (1 + messages with it)) + 1.
    rarity: f64,
    /// Hundredths of a nat towards each kind, in the order of `Kind::ALL`, then towards each flag.
    weights: [i16; COLUMNS],
}

/// What the reader knows of a message's words, before the case is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The row of every known feature, as often as it occurs.
    seen: Vec<u32>,
    /// Words' rows, parts and places, to show what was gone by.
    places: Vec<(u32, u32, u32, u32)>,
}

/// How a message reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The chance of each kind, in the order of `Kind::ALL`.
    pub chances: [f64; KINDS],
    /// The chance of each flag, in the order of [`FLAGGED`].
    pub flags: [f64; FLAGS],
    /// Each feature that was seen, with its value.
    values: Vec<(u32, f64)>,
}

/// Part and bytes of a stretch of words.
pub(super) type Stretch = (u32, u32, u32);

impl Reading {
    pub fn chance(&self, kind: Kind) -> f64 {
        place(kind).map_or(0.0, |at| self.chances[at])
    }

    /// The chance that a flag is to be raised; `None` for one that words do not tell.
    pub fn flag(&self, flag: Flag) -> Option<f64> {
        FLAGGED.iter().position(|f| *f == flag).map(|at| self.flags[at])
    }

    /// The likeliest kind and its chance.
    pub fn best(&self) -> (Kind, f64) {
        let at = (0..KINDS).fold(0, |best, at| if self.chances[at] > self.chances[best] { at } else { best });
        (Kind::ALL[at], self.chances[at])
    }
}

pub fn place(kind: Kind) -> Option<usize> {
    Kind::ALL.iter().position(|k| *k == kind).filter(|at| *at < KINDS)
}

/// FNV-1a, 64 bit: the same on every machine and in every release.
pub(super) const fn key(text: &str) -> u64 {
    extend(0xcbf2_9ce4_8422_2325, text)
}

pub(super) const fn extend(mut key: u64, text: &str) -> u64 {
    let mut left = text.as_bytes();
    while let [byte, rest @ ..] = left {
        key = (key ^ *byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
        left = rest;
    }
    key
}

/// The key of a feature whose name comes in pieces.
fn feature(group: Group, name: &[&str]) -> u64 {
    name.iter().fold(group.seed(), |hash, piece| extend(hash, piece))
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.0 = self.0 << 8 | u64::from(*b));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl Reader {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn row(&self, seen: &Seen) -> Option<u32> {
        self.known.get(&feature(seen.group, seen.name)).copied()
    }

    /// Notes what is known of a subject or a text.
    pub(super) fn hear(&self, read: &Read, subject: bool, heard: &mut Heard) {
        if self.is_empty() {
            return;
        }
        features::of_part(read.text, subject, &read.tokens, &read.times, &mut |seen| {
            let Some(row) = self.row(&seen) else { return };
            heard.seen.push(row);
            if let Some((start, end)) = seen.span {
                heard.places.push((row, read.part as u32, start, end));
            }
        });
    }

    /// How the message reads in its case; `signals` are ids in their order. `None` without a model.
    pub(super) fn read(&self, heard: &Heard, signals: &[&str], facts: &Facts) -> Option<Reading> {
        if self.is_empty() {
            return None;
        }
        let mut seen = heard.seen.clone();
        let mut note = |s: Seen| seen.extend(self.row(&s));
        features::of_signals(signals, &mut note);
        features::of_case(signals, facts.stage, facts.channel, &mut note);
        let values = values(seen, |row| (self.rows[row as usize].group, self.rows[row as usize].rarity));
        let mut scores = self.base.map(f64::from);
        for (row, value) in &values {
            scores.iter_mut().zip(&self.rows[*row as usize].weights).for_each(|(s, w)| *s += value * f64::from(*w));
        }
        let scores = scores.map(|s| s / 100.0);
        let kinds = std::array::from_fn(|at| scores[at]);
        let flags = std::array::from_fn(|at| 1.0 / (1.0 + libm::exp(-scores[KINDS + at])));
        Some(Reading { chances: chances(&kinds, self.temperature), flags, values })
    }

    /// The words that spoke most for a kind against the others.
    pub(super) fn telling_kind(&self, heard: &Heard, reading: &Reading, kind: Kind) -> Vec<Stretch> {
        let Some(kind) = place(kind) else { return Vec::new() };
        let mean = |weights: &[i16; COLUMNS]| weights[..KINDS].iter().map(|w| f64::from(*w)).sum::<f64>() / KINDS as f64;
        self.telling(heard, reading, |weights| f64::from(weights[kind]) - mean(weights))
    }

    /// The words that spoke most for a flag.
    pub(super) fn telling_flag(&self, heard: &Heard, reading: &Reading, flag: Flag) -> Vec<Stretch> {
        let Some(flag) = FLAGGED.iter().position(|f| *f == flag) else { return Vec::new() };
        self.telling(heard, reading, |weights| f64::from(weights[KINDS + flag]))
    }

    /// The places of the words that `lean` prefers, at most three, none within another.
    fn telling(&self, heard: &Heard, reading: &Reading, lean: impl Fn(&[i16; COLUMNS]) -> f64) -> Vec<Stretch> {
        let lean = |row: u32| {
            let value = reading.values.binary_search_by_key(&row, |v| v.0).map_or(0.0, |at| reading.values[at].1);
            value * lean(&self.rows[row as usize].weights)
        };
        let mut places: Vec<(f64, Stretch)> =
            heard.places.iter().map(|&(row, part, start, end)| (lean(row), (part, start, end))).filter(|(lean, _)| *lean > 0.0).collect();
        places.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut out: Vec<Stretch> = Vec::new();
        for (_, at) in places {
            if !out.iter().any(|o| o.0 == at.0 && o.1 < at.2 && at.1 < o.2) {
                out.push(at);
            }
            if out.len() == 3 {
                break;
            }
        }
        out
    }
}

/// Features seen → each once, in order, with its value: how often by how rare, each group brought to the length of its scale. `of` knows
/// a feature's group and rarity.
fn values(mut seen: Vec<u32>, of: impl Fn(u32) -> (Group, f64)) -> Vec<(u32, f64)> {
    seen.sort_unstable();
    let mut squares = [0.0; Group::ALL.len()];
    let mut out: Vec<(u32, f64)> = Vec::with_capacity(seen.len());
    for same in seen.chunk_by(|a, b| a == b) {
        let (group, rarity) = of(same[0]);
        // The logarithm of one is nothing: most features occur once.
        let often = if same.len() == 1 { 1.0 } else { 1.0 + libm::log(same.len() as f64) };
        let value = often * rarity;
        squares[group as usize] += value * value;
        out.push((same[0], value));
    }
    let lengths = squares.map(libm::sqrt);
    for (row, value) in &mut out {
        let group = of(*row).0;
        *value = group.scale() * *value / lengths[group as usize];
    }
    out
}

fn chances(scores: &[f64; KINDS], temperature: f64) -> [f64; KINDS] {
    let top = scores.iter().copied().fold(f64::MIN, f64::max);
    let raised = scores.map(|s| libm::exp((s - top) / temperature));
    let total: f64 = raised.iter().sum();
    raised.map(|r| r / total)
}

/// Stages by the words of labelled messages (tests/messages/MESSAGES.md).
pub fn stage_named(name: &str) -> Option<CaseStage> {
    [CaseStage::None, CaseStage::Open, CaseStage::Responded, CaseStage::Stage2, CaseStage::Closed]
        .into_iter()
        .find(|s| features::stage_name(*s) == name)
}

#[cfg(test)]
mod tests;
