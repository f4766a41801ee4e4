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
pub fn by_state<T: Copy + Default + Add<Output = T>>([inside, begin, end]: [T; EDGES]) -> [T; STATES] {
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

/// How likely each word is in each state, over all chains.
pub fn likely(scores: &[[f32; EDGES]], single: bool) -> Vec<[f32; STATES]> {
    let scores: Vec<[f32; STATES]> = scores.iter().map(|s| by_state(*s)).collect();
    let n = scores.len();
    let never = [f32::NEG_INFINITY; STATES];
    let (mut ahead, mut behind) = (vec![never; n], vec![never; n]);
    for i in 0..n {
        for b in 0..STATES {
            if i == 0 {
                ahead[i][b] = if first(b) { scores[i][b] } else { f32::NEG_INFINITY };
            } else {
                ahead[i][b] = total((0..STATES).filter(|&a| follows(a, b, single)).map(|a| ahead[i - 1][a])) + scores[i][b];
            }
        }
    }
    for i in (0..n).rev() {
        for a in 0..STATES {
            behind[i][a] = if i + 1 < n {
                total((0..STATES).filter(|&b| follows(a, b, single)).map(|b| behind[i + 1][b] + scores[i + 1][b]))
            } else if last(a, single) {
                0.0
            } else {
                f32::NEG_INFINITY
            };
        }
    }
    let all = ahead.first().zip(behind.first()).map_or(0.0, |(a, b)| total(a.iter().zip(b).map(|(a, b)| a + b)));
    ahead.iter().zip(&behind).map(|(a, b)| std::array::from_fn(|s| (a[s] + b[s] - all).exp())).collect()
}

/// The logarithm of a sum of which the logarithms are given.
fn total(terms: impl Iterator<Item = f32> + Clone) -> f32 {
    let top = terms.clone().fold(f32::NEG_INFINITY, f32::max);
    if top == f32::NEG_INFINITY { top } else { top + terms.map(|t| (t - top).exp()).sum::<f32>().ln() }
}
