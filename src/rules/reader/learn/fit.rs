//! Logistic regression with a pull towards zero (L2), by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5): over the
//! kinds together (multinomial), and for each flag by itself. One thread adds everything of a fit in one order and `libm` does the
//! arithmetic, so that the same lessons give the same bytes.

use super::super::{FLAGS, KINDS};
use std::collections::VecDeque;

/// One lesson as numbers.
pub struct Example {
    pub kind: usize,
    /// Whether each flag is to be raised; `None` where nobody said, or where it may be either.
    pub flags: [Option<bool>; FLAGS],
    pub weight: f64,
    /// Feature and value, in the order of the features.
    pub values: Vec<(u32, f64)>,
}

/// Strength of the pull towards zero: the inverse of scikit-learn's C.
const PULL: f64 = 1.0 / 200.0;
const ROUNDS: usize = 60;
/// Steps that L-BFGS remembers.
const MEMORY: usize = 7;

/// Weights of each feature towards each column, and the base, which is not pulled.
pub type Fitted<const N: usize> = (Vec<[f64; N]>, [f64; N]);

/// Weights towards each kind. Every kind counts alike, however rare it is.
pub fn kinds(examples: &[Example], features: usize) -> Fitted<KINDS> {
    let mut each = [0.0; KINDS];
    examples.iter().for_each(|e| each[e.kind] += 1.0);
    let taught = each.iter().filter(|n| **n > 0.0).count().max(1) as f64;
    fit(examples, features, |example, scores| {
        let weight = example.weight * examples.len() as f64 / (taught * each[example.kind]);
        let top = scores.iter().copied().fold(f64::MIN, f64::max);
        let all = top + libm::log(scores.iter().map(|s| libm::exp(s - top)).sum());
        let mut off = scores.map(|s| weight * libm::exp(s - all));
        off[example.kind] -= weight;
        (weight * (all - scores[example.kind]), off)
    })
}

/// Weights towards each flag.
pub fn flags(examples: &[Example], features: usize) -> Fitted<FLAGS> {
    fit(examples, features, |example, scores| {
        let (mut loss, mut off) = (0.0, [0.0; FLAGS]);
        for (at, raised) in example.flags.iter().enumerate().filter_map(|(at, raised)| Some((at, (*raised)?))) {
            let score = scores[at];
            // ln(1 + e^s) - s where it is to be raised, without overflow.
            loss += example.weight * (score.max(0.0) + libm::log1p(libm::exp(-score.abs())) - if raised { score } else { 0.0 });
            off[at] = example.weight * (1.0 / (1.0 + libm::exp(-score)) - f64::from(u8::from(raised)));
        }
        (loss, off)
    })
}

/// `judge` says of an example's scores what they cost, and how the cost changes with each.
fn fit<const N: usize>(examples: &[Example], features: usize, judge: impl Fn(&Example, [f64; N]) -> (f64, [f64; N])) -> Fitted<N> {
    let pulled = features * N;
    let flat = descend(pulled + N, |at, slope| {
        let mut loss = 0.0;
        for (index, (s, w)) in slope.iter_mut().zip(at).enumerate() {
            let pull = if index < pulled { PULL } else { 0.0 };
            *s = pull * w;
            loss += 0.5 * pull * w * w;
        }
        let ((at, base), (slope, base_slope)) = (at.split_at(pulled), slope.split_at_mut(pulled));
        let (rows, slopes) = (at.as_chunks::<N>().0, slope.as_chunks_mut::<N>().0);
        for example in examples {
            let mut scores = [0.0; N];
            scores.copy_from_slice(base);
            for &(feature, value) in &example.values {
                scores.iter_mut().zip(&rows[feature as usize]).for_each(|(s, w)| *s += value * w);
            }
            let (cost, off) = judge(example, scores);
            loss += cost;
            for &(feature, value) in &example.values {
                slopes[feature as usize].iter_mut().zip(&off).for_each(|(s, o)| *s += value * o);
            }
            base_slope.iter_mut().zip(&off).for_each(|(s, o)| *s += o);
        }
        loss
    });
    let (rows, base) = flat.split_at(pulled);
    (rows.as_chunks::<N>().0.to_vec(), base.try_into().unwrap_or([0.0; N]))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A step that was taken: how far, how the slope changed, and one over their product.
struct Step {
    moved: Vec<f64>,
    turned: Vec<f64>,
    curve: f64,
}

fn descend(size: usize, loss: impl Fn(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let (mut at, mut slope) = (vec![0.0; size], vec![0.0; size]);
    let (mut next, mut next_slope) = (vec![0.0; size], vec![0.0; size]);
    let mut now = loss(&at, &mut slope);
    let mut steps: VecDeque<Step> = VecDeque::new();
    for round in 0..ROUNDS {
        let way = direction(&slope, &steps);
        let steep = dot(&slope, &way);
        let mut length = 1.0;
        let then = loop {
            next.iter_mut().zip(at.iter().zip(&way)).for_each(|(n, (a, w))| *n = a - length * w);
            let then = loss(&next, &mut next_slope);
            // Armijo's rule: the step must gain a fair part of what the slope promises.
            if then <= now - 1e-4 * length * steep {
                break then;
            }
            length *= 0.5;
            if length < 1e-6 {
                return at;
            }
        };
        let moved: Vec<f64> = next.iter().zip(&at).map(|(n, a)| n - a).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(n, s)| n - s).collect();
        let curve = dot(&moved, &turned);
        if curve > 1e-12 {
            if steps.len() == MEMORY {
                steps.pop_front();
            }
            steps.push_back(Step { moved, turned, curve: 1.0 / curve });
        }
        std::mem::swap(&mut at, &mut next);
        std::mem::swap(&mut slope, &mut next_slope);
        let settled = (now - then).abs() < 1e-6 * now.abs();
        now = then;
        if settled && round > 5 {
            break;
        }
    }
    at
}

fn direction(slope: &[f64], steps: &VecDeque<Step>) -> Vec<f64> {
    let mut way = slope.to_vec();
    let mut shares = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let share = step.curve * dot(&step.moved, &way);
        way.iter_mut().zip(&step.turned).for_each(|(w, t)| *w -= share * t);
        shares.push(share);
    }
    let scale = match steps.back() {
        Some(last) => dot(&last.moved, &last.turned) / dot(&last.turned, &last.turned),
        None => 1.0 / libm::sqrt(dot(slope, slope)).max(1e-12),
    };
    way.iter_mut().for_each(|w| *w *= scale);
    for (step, share) in steps.iter().zip(shares.iter().rev()) {
        let back = share - step.curve * dot(&step.turned, &way);
        way.iter_mut().zip(&step.moved).for_each(|(w, m)| *w += back * m);
    }
    way
}
