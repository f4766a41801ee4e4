//! The statistical reader: one more witness beside the rules. A linear model over the words of a message, the signals found in it and
//! the stage of the case; its weights stand in rules/reader.tsv, one feature a line, so that anybody can see what it goes by. It is
//! learnt from labelled messages by `rules::train` and carries only as much weight as `reader` in rules/kinds.toml gives it.

use super::hash::Table;
use super::judge::CaseStage;
use super::tokens::Tokens;
use crate::model::decision::Kind;

pub const KINDS: usize = 12;

/// Weights by the hash of the feature's name, in hundredths of a nat, in the order of `Kind::ALL`.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    weights: Table<u64, [i16; KINDS]>,
}

/// A feature that the words of a message show, with the words' place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gram {
    pub key: u64,
    pub part: u32,
    pub start: u32,
    pub end: u32,
}

/// FNV-1a, 64 bit: the same on every machine and in every release.
pub fn key(text: &str) -> u64 {
    extend(0xcbf2_9ce4_8422_2325, text)
}

pub fn extend(key: u64, text: &str) -> u64 {
    text.bytes().fold(key, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Words and pairs of words of one part; `prefix` is `w:` for the text and `s:` for the subject.
pub fn grams(tokens: &Tokens, part: usize, subject: bool, mut each: impl FnMut(Gram, &dyn Fn() -> String)) {
    let prefix = if subject { "s:" } else { "w:" };
    let mut stemmed = String::new();
    let mut before: Option<(String, u32)> = None;
    for (i, token) in tokens.all.iter().enumerate().take(400) {
        let norm = tokens.norm(i);
        if norm.bytes().all(|b| b.is_ascii_digit()) {
            stemmed.clear();
            stemmed.push('#');
        } else {
            super::stem::stem(norm, &mut stemmed);
        }
        let one = extend(key(prefix), &stemmed);
        each(Gram { key: one, part: part as u32, start: token.start, end: token.end }, &|| format!("{prefix}{stemmed}"));
        if let Some((last, start)) = &before
            && !subject
        {
            let two = extend(extend(extend(key(prefix), last), "_"), &stemmed);
            each(Gram { key: two, part: part as u32, start: *start, end: token.end }, &|| format!("{prefix}{last}_{stemmed}"));
        }
        before = Some((stemmed.clone(), token.start));
    }
}

/// Features that need the case: what they are told apart by.
pub fn stage_name(stage: CaseStage) -> &'static str {
    match stage {
        CaseStage::None => "none",
        CaseStage::Open => "open",
        CaseStage::Responded => "responded",
        CaseStage::Stage2 => "stage2",
        CaseStage::Closed => "closed",
    }
}

impl Reader {
    /// Lines of `feature TAB kind:weight kind:weight …`, with kinds by their number. What cannot be read is left out.
    pub fn parse(text: &str) -> Reader {
        let mut weights = Table::default();
        for (feature, list) in text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t')) {
            let mut row = [0i16; KINDS];
            for (kind, weight) in list.split(' ').filter_map(|w| w.split_once(':')) {
                if let (Ok(kind), Ok(weight)) = (kind.parse::<usize>(), weight.parse())
                    && kind < KINDS
                {
                    row[kind] = weight;
                }
            }
            weights.insert(key(feature), row);
        }
        Reader { weights }
    }

    pub fn knows(&self, key: u64) -> bool {
        self.weights.contains_key(&key)
            || self.weights.contains_key(&extend(key, "@case"))
            || self.weights.contains_key(&extend(key, "@none"))
    }

    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// How much more one feature, with its stage's variant, speaks for a kind than for the others on average.
    pub fn leans(&self, gram: u64, stage: CaseStage, kind: usize) -> i32 {
        let case = if stage == CaseStage::None { "@none" } else { "@case" };
        let rows = [gram, extend(gram, case)];
        rows.iter()
            .filter_map(|k| self.weights.get(k))
            .map(|row| i32::from(row[kind]) - row.iter().map(|w| i32::from(*w)).sum::<i32>() / KINDS as i32)
            .sum()
    }

    /// How strongly the features speak for each kind, in hundredths of a nat.
    pub fn weigh(&self, keys: &[u64]) -> [i32; KINDS] {
        let mut out = [0; KINDS];
        for row in keys.iter().filter_map(|k| self.weights.get(k)) {
            out.iter_mut().zip(row).for_each(|(o, w)| *o += i32::from(*w));
        }
        out
    }
}

/// Every feature's key, from the words and signals found and the stage.
pub fn keys(grams: &[u64], signals: &[&str], stage: CaseStage) -> Vec<u64> {
    let case = if stage == CaseStage::None { "@none" } else { "@case" };
    let stage = stage_name(stage);
    let mut out = vec![key("base"), key(&format!("stage:{stage}"))];
    for &gram in grams {
        out.push(gram);
        out.push(extend(gram, case));
    }
    for id in signals.iter().filter(|id| !id.starts_with("topic:")) {
        let signal = extend(key("f:"), id);
        out.push(extend(signal, case));
        out.push(extend(extend(signal, "@"), stage));
    }
    out.sort_unstable();
    out.dedup();
    out
}

pub fn kind_at(index: usize) -> Option<Kind> {
    Kind::ALL.get(index).copied()
}
