//! A chain of words, each outside an answer, at its beginning, inside, at its end, or an answer by itself.

use super::EDGES;
use std::ops::{Add, Range};

pub const STATES: usize = 6;
pub const BEFORE: usize = 0;
pub const BEGIN: usize = 1;
pub const INSIDE: usize = 2;
pub const END: usize = 3;
pub const ALONE: usize = 4;
/// Where a question has one answer at most: outside, when it is past.
pub const AFTER: usize = 5;

/// Whether one state may follow another; `single` allows one answer in a text.
fn follows(a: usize, b: usize, single: bool) -> bool {
    match a {
        BEFORE => matches!(b, BEFORE | BEGIN | ALONE),
        BEGIN | INSIDE => matches!(b, INSIDE | END),
        END | ALONE if single => b == AFTER,
        END | ALONE => matches!(b, BEFORE | BEGIN | ALONE),
        _ => single && b == AFTER,
    }
}

fn first(state: usize) -> bool {
    matches!(state, BEFORE | BEGIN | ALONE)
}

fn last(state: usize, single: bool) -> bool {
    matches!(state, BEFORE | END | ALONE) || (single && state == AFTER)
}

/// What a word's weights inside, at the beginning and at the end say for each state.
fn by_state<T: Copy + Default + Add<Output = T>>([inside, begin, end]: [T; EDGES]) -> [T; STATES] {
    [T::default(), inside + begin, inside, inside + end, inside + begin + end, T::default()]
}

/// The answers of the best chain, as ranges of words; with `must` the best that has one.
pub fn best(scores: &[[i32; EDGES]], single: bool, must: bool) -> Vec<Range<usize>> {
    const NEVER: i32 = i32::MIN / 2;
    let mut from: Vec<[usize; STATES]> = Vec::with_capacity(scores.len());
    let mut sums = [NEVER; STATES];
    for (i, score) in scores.iter().enumerate() {
        let score = by_state(*score);
        let (mut next, mut back) = ([NEVER; STATES], [0; STATES]);
        for b in 0..STATES {
            if i == 0 && first(b) {
                next[b] = score[b];
            }
            for a in (0..STATES).filter(|&a| i > 0 && sums[a] > NEVER && follows(a, b, single)) {
                if sums[a] + score[b] > next[b] {
                    (next[b], back[b]) = (sums[a] + score[b], a);
                }
            }
        }
        from.push(back);
        sums = next;
    }
    let ends = (0..STATES).filter(|&b| sums[b] > NEVER && last(b, single) && !(must && b == BEFORE));
    let Some(mut state) = ends.max_by_key(|&b| sums[b]) else { return Vec::new() };
    let (mut out, mut end) = (Vec::new(), 0);
    for i in (0..scores.len()).rev() {
        match state {
            ALONE => out.push(i..i + 1),
            END => end = i + 1,
            BEGIN => out.push(i..end),
            _ => {}
        }
        state = from[i][state];
    }
    out.reverse();
    out
}

/// How likely each word is in each state, over all chains (forward and backward sums, each word's brought to one).
pub fn likely(scores: &[[f32; EDGES]], single: bool) -> Vec<[f32; STATES]> {
    let weights: Vec<[f64; STATES]> = scores
        .iter()
        .map(|score| {
            let score = by_state(*score);
            let top = score.iter().copied().fold(f32::MIN, f32::max);
            score.map(|s| libm::exp(f64::from(s - top)))
        })
        .collect();
    let mut ahead: Vec<[f64; STATES]> = Vec::with_capacity(weights.len());
    for weight in &weights {
        let reached: [f64; STATES] = match ahead.last() {
            None => std::array::from_fn(|b| f64::from(u8::from(first(b)))),
            Some(before) => std::array::from_fn(|b| (0..STATES).filter(|&a| follows(a, b, single)).map(|a| before[a]).sum()),
        };
        ahead.push(to_one(std::array::from_fn(|b| reached[b] * weight[b])));
    }
    let mut behind: [f64; STATES] = std::array::from_fn(|b| f64::from(u8::from(last(b, single))));
    for (ahead, weight) in ahead.iter_mut().zip(&weights).rev() {
        *ahead = to_one(std::array::from_fn(|s| ahead[s] * behind[s]));
        let from: [f64; STATES] = std::array::from_fn(|b| weight[b] * behind[b]);
        behind = to_one(std::array::from_fn(|a| (0..STATES).filter(|&b| follows(a, b, single)).map(|b| from[b]).sum()));
    }
    ahead.into_iter().map(|chances| chances.map(|c| c as f32)).collect()
}

fn to_one(shares: [f64; STATES]) -> [f64; STATES] {
    let total: f64 = shares.iter().sum();
    if total > 0.0 { shares.map(|s| s / total) } else { shares }
}
