//! Learns the model from labelled complaints: maximum likelihood of the chains by AdaGrad, the weights of the later rounds averaged.
//! The same messages in the same order give the same bytes.

mod measure; // how well it marks the answers of those whom it has not read

use super::super::load::Ruleset;
use super::super::scan::{Part, Place, Words};
use super::seen::Seen;
use super::{EDGES, QUESTIONS, Row, chain, mark};
use jiff::civil::Date;
pub use measure::Tally;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// A complaint with the answers that a person found in it, each copied from the text.
#[derive(Clone)]
pub struct Told<'a> {
    pub author: &'a str,
    pub text: &'a str,
    /// The day from which "three weeks ago" is counted.
    pub received: Date,
    pub answers: [Vec<&'a str>; QUESTIONS],
}

const ROUNDS: usize = 10;
/// The share of features that a round leaves out, so that none leans on the others: out of 256.
const LEFT_OUT: u64 = 128;
const STEP: f32 = 0.04;
const PULL: f32 = 1e-3;
/// A feature counts if so many messages show it: no message can be read back from its own words.
const LEAST: u32 = 5;
/// Smallest weight that is written, in nats.
const FAINT: f32 = 0.03;
/// A slope too small to learn from.
const FLAT: f32 = 0.002;
/// With more authors than these the model is not measured: each would be a model of its own.
const MOST_AUTHORS: usize = 30;
/// The seed of the order in which messages are gone through.
const SEED: u64 = 88_172_645_463_325_252;

/// The weights of a feature, with its name, as they are written: in hundredths.
type Learnt = Vec<Row<i16>>;

/// One message, read, with what a person found in it.
struct Example {
    seen: Seen,
    /// The state of each word, by question.
    states: [Vec<usize>; QUESTIONS],
}

/// All messages, read. Features are numbered as they come.
struct Lessons {
    names: Vec<String>,
    examples: Vec<Example>,
}

impl Lessons {
    fn read(rules: &Ruleset, told: &[Told<'_>]) -> Lessons {
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        let mut names: Vec<String> = Vec::new();
        let mut example = |message: &Told| {
            let words = Words { parts: vec![Part { place: Place::Text, text: message.text }], received: message.received };
            let seen = Seen::of(message.text, 0, &rules.signals(&words), &rules.spelling, |key, name| {
                Some(*numbers.entry(key).or_insert_with(|| {
                    names.push(name.concat());
                    names.len() as u32 - 1
                }))
            });
            let states = std::array::from_fn(|q| states(message.text, &seen.words, &message.answers[q], q != 0));
            Example { seen, states }
        };
        let examples = told.iter().map(&mut example).collect();
        Lessons { names, examples }
    }

    /// Learns from the messages that `read` lets through.
    fn learn(&self, read: impl Fn(usize) -> bool) -> Learnt {
        let mut counts = vec![0u32; self.names.len()];
        let taught: Vec<&Example> =
            self.examples.iter().enumerate().filter(|(at, e)| read(*at) && !e.seen.tokens.is_empty()).map(|(_, e)| e).collect();
        for example in &taught {
            let shown: HashSet<u32> = example.seen.tokens.iter().chain(&example.seen.clauses).flatten().copied().collect();
            shown.into_iter().for_each(|feature| counts[feature as usize] += 1);
        }
        let kept = |all: &Vec<Vec<u32>>| -> Vec<Vec<u32>> {
            all.iter().map(|features| features.iter().copied().filter(|f| counts[*f as usize] >= LEAST).collect()).collect()
        };
        let taught: Vec<Taught> = taught
            .into_iter()
            .map(|e| Taught { clause: &e.seen.clause, tokens: kept(&e.seen.tokens), clauses: kept(&e.seen.clauses), states: &e.states })
            .collect();
        let mut rows: Vec<Row<f32>> = vec![Row::default(); self.names.len()];
        for question in 0..QUESTIONS {
            for (row, weights) in rows.iter_mut().zip(fit(&taught, question, self.names.len())) {
                row[question] = weights;
            }
        }
        let written = |w: f32| if w.abs() >= FAINT { (w * 100.0).round() as i16 } else { 0 };
        rows.into_iter().map(|row| row.map(|edges| edges.map(written))).collect()
    }

    fn text(&self, learnt: &Learnt) -> String {
        let mut lines: Vec<(&String, &Row<i16>)> =
            self.names.iter().zip(learnt).filter(|(_, row)| row.as_flattened().iter().any(|w| *w != 0)).collect();
        lines.sort_unstable();
        let mut out = String::from(
            "# Which words answer the four questions: feature, then column:weight in hundredths of a nat; column 3*question + (0 inside, 1 begins, 2 ends).\n",
        );
        for (name, row) in lines {
            let told: Vec<String> =
                row.as_flattened().iter().enumerate().filter(|(_, w)| **w != 0).map(|(column, w)| format!("{column}:{w}")).collect();
            let _ = writeln!(out, "{name}\t{}", told.join(" "));
        }
        out
    }
}

/// The model's file, and how well it marks each author's answers when it has read nothing of theirs.
pub fn learn(rules: &Ruleset, told: &[Told<'_>]) -> (String, BTreeMap<String, Tally>) {
    let lessons = Lessons::read(rules, told);
    let mut authors: Vec<&str> = told.iter().map(|t| t.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let authors = if authors.len() <= MOST_AUTHORS { authors } else { Vec::new() };
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(2) {
            scope.spawn(|| {
                while let Some(author) = authors.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let learnt = lessons.learn(|at| told[at].author != *author);
                    let mut tally = Tally::default();
                    for (at, message) in told.iter().enumerate().filter(|(_, t)| t.author == *author) {
                        tally.count(message, &lessons.examples[at].seen.words, &mark(&learnt, &lessons.examples[at].seen));
                    }
                    tallies.lock().unwrap_or_else(PoisonError::into_inner).insert((*author).to_owned(), tally);
                }
            });
        }
    });
    (lessons.text(&lessons.learn(|_| true)), tallies.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// An example as a model that keeps some features sees it.
struct Taught<'e> {
    clause: &'e [usize],
    tokens: Vec<Vec<u32>>,
    clauses: Vec<Vec<u32>>,
    states: &'e [Vec<usize>; QUESTIONS],
}

/// The words of the answers as states of the chain. An answer that is not in the text, or lies over another, is passed over.
fn states(text: &str, words: &[Range<usize>], answers: &[&str], single: bool) -> Vec<usize> {
    let mut states = vec![chain::BEFORE; words.len()];
    for span in answers.iter().filter_map(|answer| place(text, answer)) {
        let inside: Vec<usize> = (0..words.len()).filter(|&i| words[i].start < span.end && span.start < words[i].end).collect();
        let (Some(&first), Some(&last)) = (inside.first(), inside.last()) else { continue };
        if inside.iter().any(|&i| states[i] != chain::BEFORE) {
            continue;
        }
        states[first..=last].fill(chain::INSIDE);
        states[last] = chain::END;
        states[first] = if first == last { chain::ALONE } else { chain::BEGIN };
        if single {
            states[last + 1..].fill(chain::AFTER);
            break;
        }
    }
    states
}

/// Where an answer stands: as whole words, if it does.
fn place(text: &str, answer: &str) -> Option<Range<usize>> {
    let whole = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + answer.len()..].chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    let mut all = text.match_indices(answer).map(|(at, _)| at);
    let at = all.clone().find(|at| whole(*at)).or_else(|| all.next())?;
    (!answer.is_empty()).then_some(at..at + answer.len())
}

fn fit(examples: &[Taught], question: usize, size: usize) -> Vec<[f32; EDGES]> {
    let mut weights = vec![[0f32; EDGES]; size];
    let mut squares = vec![[1f32; EDGES]; size];
    let mut mean = vec![[0f32; EDGES]; size];
    let mut slopes = vec![[0f32; EDGES]; size];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut state = SEED;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 16
    };
    for round in 0..ROUNDS {
        for i in (1..order.len()).rev() {
            order.swap(i, (random() % (i as u64 + 1)) as usize);
        }
        for &at in &order {
            let mut thin = |all: &[Vec<u32>]| -> Vec<Vec<u32>> {
                all.iter().map(|features| features.iter().copied().filter(|_| random() % 256 >= LEFT_OUT).collect()).collect()
            };
            let (tokens, clauses) = (thin(&examples[at].tokens), thin(&examples[at].clauses));
            for feature in push(&examples[at], &tokens, &clauses, question, &weights, &mut slopes) {
                let at = feature as usize;
                for edge in 0..EDGES {
                    let slope = std::mem::take(&mut slopes[at][edge]) + PULL * weights[at][edge];
                    squares[at][edge] += slope * slope;
                    weights[at][edge] -= STEP * slope / squares[at][edge].sqrt();
                }
            }
        }
        if 2 * round >= ROUNDS {
            // What was learnt from half the features speaks in a sum over all of them.
            let share = (256 - LEFT_OUT) as f32 / 256.0 / (ROUNDS - ROUNDS.div_ceil(2)) as f32;
            mean.as_flattened_mut().iter_mut().zip(weights.as_flattened()).for_each(|(m, w)| *m += share * w);
        }
    }
    mean
}

/// Adds one message's slopes onto `slopes`, seen by these features of its words and clauses; gives those that it touched.
fn push(
    example: &Taught,
    tokens: &[Vec<u32>],
    clauses: &[Vec<u32>],
    question: usize,
    weights: &[[f32; EDGES]],
    slopes: &mut [[f32; EDGES]],
) -> Vec<u32> {
    let sum = |features: &[u32], onto: [f32; EDGES]| {
        features.iter().fold(onto, |sum, f| std::array::from_fn(|edge| sum[edge] + weights[*f as usize][edge]))
    };
    let sums: Vec<[f32; EDGES]> = clauses.iter().map(|f| sum(f, [0.0; EDGES])).collect();
    let scores: Vec<[f32; EDGES]> = tokens.iter().zip(example.clause).map(|(f, c)| sum(f, sums[*c])).collect();
    let mut touched = Vec::new();
    let mut add = |features: &[u32], slope: [f32; EDGES]| {
        if slope.iter().any(|s| s.abs() >= FLAT) {
            for &feature in features {
                slopes[feature as usize].iter_mut().zip(slope).for_each(|(sum, s)| *sum += s);
                touched.push(feature);
            }
        }
    };
    let mut shared = vec![[0f32; EDGES]; clauses.len()];
    for (i, likely) in chain::likely(&scores, question != 0).into_iter().enumerate() {
        let state = example.states[question][i];
        let edges =
            [&[chain::BEGIN, chain::INSIDE, chain::END, chain::ALONE][..], &[chain::BEGIN, chain::ALONE], &[chain::END, chain::ALONE]];
        let slope = edges.map(|states| states.iter().map(|s| likely[*s] - f32::from(u8::from(*s == state))).sum::<f32>());
        shared[example.clause[i]].iter_mut().zip(slope).for_each(|(sum, s)| *sum += s);
        add(&tokens[i], slope);
    }
    clauses.iter().zip(shared).for_each(|(features, slope)| add(features, slope));
    touched.sort_unstable();
    touched.dedup();
    touched
}
