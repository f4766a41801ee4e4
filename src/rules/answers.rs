//! Which words of a complaint answer the landlord's four questions (Code 5.6): what is wrong, since when, whom they dealt with, what
//! would put it right. A linear-chain model marks the words; its weights stand in rules/definition.tsv, a feature a line, and are
//! learnt from labelled messages by [`learn`]. The policy's reader has it: where that is off or only advises, triage finds the answers by
//! clauses and patterns.

mod chain; // words → stretches
mod classes; // words that do the same work
pub mod learn; // labelled messages → a model
mod seen; // a text → the features of each word

pub use seen::words;

use super::load::Ruleset;
use super::scan::Signals;
use seen::{Seen, key_of};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// What, when, who, outcome.
pub const QUESTIONS: usize = 4;
/// Of a question: weights for a word that is inside an answer, that begins one, that ends one.
const EDGES: usize = 3;

type Row<T> = [[T; EDGES]; QUESTIONS];

/// Weights of each feature, in hundredths of a nat.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Key of the feature's name → row.
    numbers: HashMap<u64, u32, BuildHasherDefault<Plain>>,
    rows: Vec<Row<i16>>,
}

/// When marking is worth it.
struct Worth {
    /// The chance of standing in an answer from which a word gains.
    from: f32,
    /// What a likely beginning and a likely end add, in words.
    edges: f32,
    /// What an answer costs, in words.
    cost: f32,
}

/// By question; found by leaving each author out in turn.
const WORTH: [Worth; QUESTIONS] = [
    Worth { from: 0.15, edges: 1.0, cost: 0.6 },
    Worth { from: 0.35, edges: 1.0, cost: 0.6 },
    Worth { from: 0.2, edges: 1.0, cost: 0.3 },
    Worth { from: 0.15, edges: 1.0, cost: 0.3 },
];

/// The stretches that answer each question: words, from and to.
type Marked = [Vec<Range<usize>>; QUESTIONS];

/// Keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl Answers {
    /// Lines of `feature TAB column:weight column:weight …`; column 3·question + edge. What cannot be read is left out.
    pub fn parse(text: &str) -> Answers {
        let mut answers = Answers::default();
        for (feature, list) in text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t')) {
            let mut row = Row::default();
            for (column, weight) in list.split(' ').filter_map(|w| w.split_once(':')) {
                if let (Ok(column), Ok(weight)) = (column.parse::<usize>(), weight.parse())
                    && column < QUESTIONS * EDGES
                {
                    row[column / EDGES][column % EDGES] = weight;
                }
            }
            answers.numbers.insert(key_of(feature), answers.rows.len() as u32);
            answers.rows.push(row);
        }
        answers
    }
}

fn sum(rows: &[Row<i16>], features: &[u32], mut onto: Row<i32>) -> Row<i32> {
    for feature in features {
        let row = rows[*feature as usize].as_flattened();
        onto.as_flattened_mut().iter_mut().zip(row).for_each(|(s, w)| *s += i32::from(*w));
    }
    onto
}

/// Of each question the chain that is expected to share most words with what a person would mark (minimum Bayes risk): a word is worth
/// marking from a chance on, and an answer that begins and ends where one is likely to costs nothing.
fn mark(rows: &[Row<i16>], seen: &Seen) -> Marked {
    let clauses: Vec<Row<i32>> = seen.clauses.iter().map(|features| sum(rows, features, Row::default())).collect();
    let words: Vec<Row<i32>> =
        seen.tokens.iter().zip(&seen.clause).map(|(features, clause)| sum(rows, features, clauses[*clause])).collect();
    std::array::from_fn(|question| {
        let scores: Vec<[f32; EDGES]> = words.iter().map(|w| w[question].map(|hundredths| hundredths as f32 / 100.0)).collect();
        let worth: Vec<[i32; EDGES]> =
            chain::likely(&scores, question != 0).into_iter().map(|chances| worth(&WORTH[question], &chances)).collect();
        let found = chain::best(&worth, question != 0, false);
        // There is always something that they are unhappy about.
        if question == 0 && found.is_empty() { chain::best(&worth, true, true) } else { found }
    })
}

/// What a word is worth inside an answer, and beside that at its beginning and at its end, in thousandths.
fn worth(worth: &Worth, chances: &[f32; chain::STATES]) -> [i32; EDGES] {
    let begins = chances[chain::BEGIN] + chances[chain::ALONE];
    let ends = chances[chain::END] + chances[chain::ALONE];
    let inside = begins + chances[chain::INSIDE] + chances[chain::END];
    [inside - worth.from, worth.edges * begins - worth.cost, worth.edges * ends].map(|w| (1000.0 * w) as i32)
}

impl Ruleset {
    /// The stretches of `text`, in bytes, that answer each question, in the order of the text: any number for the first, one at most
    /// for the others. `part` is the text's place among the words in which `signals` were found. `None` without a model.
    pub fn answers(&self, text: &str, part: usize, signals: &Signals) -> Option<[Vec<Range<usize>>; QUESTIONS]> {
        if self.answers.rows.is_empty() {
            return None;
        }
        let seen = Seen::of(text, part, signals, &self.spelling, |key, _| self.answers.numbers.get(&key).copied());
        let bytes = |r: Range<usize>| seen.words[r.start].start..seen.words[r.end - 1].end;
        Some(mark(&self.answers.rows, &seen).map(|found| found.into_iter().map(bytes).collect()))
    }
}

#[cfg(test)]
mod tests;
