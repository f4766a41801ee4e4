//! Multinomial logistic regression with a pull towards zero (L2), by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm
//! 7.5). One thread adds everything in one order and `libm` does the arithmetic, so that the same lessons give the same bytes.

use super::super::KINDS;
use std::collections::VecDeque;

/// One lesson as numbers.
pub struct Example {
    pub kind: usize,
    pub weight: f64,
    /// Feature and value, in the order of the features.
    pub values: Vec<(u32, f64)>,
}

/// Strength of the pull towards zero: the inverse of scikit-learn's C.
const PULL: f64 = 1.0 / 100.0;
const ROUNDS: usize = 60;
/// Steps that L-BFGS remembers.
const MEMORY: usize = 7;

/// Weights of each feature towards each kind, and the base, which is not pulled.
pub fn fit(examples: &[Example], features: usize) -> (Vec<[f64; KINDS]>, [f64; KINDS]) {
    let mut each = [0.0; KINDS];
    examples.iter().for_each(|e| each[e.kind] += 1.0);
    let taught = each.iter().filter(|n| **n > 0.0).count().max(1) as f64;
    // Every kind counts alike, however rare it is.
    let weights: Vec<f64> = examples.iter().map(|e| e.weight * examples.len() as f64 / (taught * each[e.kind])).collect();
    let flat = descend(features * KINDS + KINDS, |at, slope| loss(examples, &weights, features, at, slope));
    let (rows, base) = flat.split_at(features * KINDS);
    (rows.as_chunks::<KINDS>().0.to_vec(), base.try_into().unwrap_or([0.0; KINDS]))
}

fn loss(examples: &[Example], weights: &[f64], features: usize, at: &[f64], slope: &mut [f64]) -> f64 {
    let pulled = features * KINDS;
    let mut loss = 0.0;
    for (index, (s, w)) in slope.iter_mut().zip(at).enumerate() {
        let pull = if index < pulled { PULL } else { 0.0 };
        *s = pull * w;
        loss += 0.5 * pull * w * w;
    }
    for (example, weight) in examples.iter().zip(weights) {
        let mut scores = [0.0; KINDS];
        scores.copy_from_slice(&at[pulled..]);
        for &(feature, value) in &example.values {
            let row = feature as usize * KINDS;
            scores.iter_mut().zip(&at[row..row + KINDS]).for_each(|(s, w)| *s += value * w);
        }
        let top = scores.iter().copied().fold(f64::MIN, f64::max);
        let all = top + libm::log(scores.iter().map(|s| libm::exp(s - top)).sum());
        loss += weight * (all - scores[example.kind]);
        let mut off = scores.map(|s| weight * libm::exp(s - all));
        off[example.kind] -= weight;
        for &(feature, value) in &example.values {
            let row = feature as usize * KINDS;
            slope[row..row + KINDS].iter_mut().zip(&off).for_each(|(s, o)| *s += value * o);
        }
        slope[pulled..].iter_mut().zip(&off).for_each(|(s, o)| *s += o);
    }
    loss
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
