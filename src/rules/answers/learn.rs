//! Learns the model from labelled complaints: maximum likelihood of the chains by AdaGrad, the weights of the later rounds averaged.
//! The same messages in the same order give the same bytes.

use super::super::load::Ruleset;
use super::super::scan::{Part, Place, Words};
use super::seen::Seen;
use super::{EDGES, QUESTIONS, Row, chain};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::ops::Range;

/// A complaint with the answers that a person found in it, each copied from the text.
pub struct Told<'a> {
    pub text: &'a str,
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
/// What is added to the start of an answer, in nats: measured so that as much is found too much as too little.
const LEAN: [f32; QUESTIONS] = [0.3, 0.85, 1.15, 0.5];
/// Of that, what is added to each of its words.
const LEAN_INSIDE: f32 = 0.3;
/// The seed of the order in which messages are gone through.
const SEED: u64 = 88_172_645_463_325_252;

struct Example {
    clause: Vec<usize>,
    tokens: Vec<Vec<u32>>,
    clauses: Vec<Vec<u32>>,
    /// The state of each word, by question.
    states: [Vec<usize>; QUESTIONS],
}

/// The model's file. `received` is the day from which "three weeks ago" is counted.
pub fn learn(rules: &Ruleset, told: &[Told<'_>], received: Date) -> String {
    let mut names: HashMap<u64, String> = HashMap::new();
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut read: Vec<(Seen, [Vec<usize>; QUESTIONS])> = Vec::new();
    for message in told {
        let words = Words { parts: vec![Part { place: Place::Text, text: message.text }], received };
        let signals = rules.signals(&words);
        let seen = Seen::of(message.text, 0, &signals, &rules.spelling, |key, name| {
            names.entry(key).or_insert_with(name);
        });
        let shown: HashSet<u64> = seen.tokens.iter().chain(&seen.clauses).flatten().copied().collect();
        shown.into_iter().for_each(|key| *counts.entry(key).or_default() += 1);
        let states = std::array::from_fn(|q| states(message.text, &seen.words, &message.answers[q], q != 0));
        read.push((seen, states));
    }
    let mut kept: Vec<(&str, u64)> = names.iter().filter(|(key, _)| counts[key] >= LEAST).map(|(key, name)| (&**name, *key)).collect();
    kept.sort_unstable();
    let number: HashMap<u64, u32> = kept.iter().zip(0..).map(|((_, key), n)| (*key, n)).collect();
    let numbers = |keys: &Vec<u64>| keys.iter().filter_map(|key| number.get(key).copied()).collect();
    let examples: Vec<Example> = read
        .into_iter()
        .map(|(seen, states)| Example {
            tokens: seen.tokens.iter().map(numbers).collect(),
            clauses: seen.clauses.iter().map(numbers).collect(),
            clause: seen.clause,
            states,
        })
        .filter(|e| !e.tokens.is_empty())
        .collect();
    let mut rows: Vec<Row<f32>> = vec![Row::default(); kept.len()];
    for question in 0..QUESTIONS {
        for (row, weights) in rows.iter_mut().zip(fit(&examples, question, kept.len())) {
            row[question] = weights;
        }
        if let Some(base) = kept.binary_search_by_key(&"base", |(name, _)| name).ok().and_then(|at| rows.get_mut(at)) {
            base[question][0] += LEAN[question] * LEAN_INSIDE;
            base[question][1] += LEAN[question];
        }
    }
    let mut out = String::from(
        "# Which words answer the four questions: feature, then column:weight in hundredths of a nat; column 3*question + (0 inside, 1 begins, 2 ends).\n",
    );
    for ((name, _), row) in kept.iter().zip(rows) {
        let told: Vec<String> = (row.as_flattened().iter().enumerate())
            .filter(|(_, w)| w.abs() >= FAINT)
            .map(|(column, w)| format!("{column}:{}", (w * 100.0).round() as i16))
            .collect();
        if !told.is_empty() {
            let _ = writeln!(out, "{name}\t{}", told.join(" "));
        }
    }
    out
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

fn fit(examples: &[Example], question: usize, size: usize) -> Vec<[f32; EDGES]> {
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
    example: &Example,
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
    let scores: Vec<[f32; EDGES]> = tokens.iter().zip(&example.clause).map(|(f, c)| sum(f, sums[*c])).collect();
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
