//! How far a model's answers are a person's: by the words that they share.

use super::super::{Marked, QUESTIONS};
use super::Told;
use std::collections::HashMap;
use std::ops::Range;

/// By question: words in both answers, in the model's, in the person's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally(pub [[usize; 3]; QUESTIONS]);

impl Tally {
    pub(super) fn count(&mut self, message: &Told, words: &[Range<usize>], marked: &Marked) {
        for (cell, (wanted, got)) in self.0.iter_mut().zip(message.answers.iter().zip(marked)) {
            let got: Vec<&str> = got.iter().map(|r| &message.text[words[r.start].start..words[r.end - 1].end]).collect();
            let (wanted, got) = (bag(&wanted.join(" ")), bag(&got.join(" ")));
            cell[0] += wanted.iter().map(|(word, n)| n.min(got.get(word).unwrap_or(&0))).sum::<usize>();
            cell[1] += got.values().sum::<usize>();
            cell[2] += wanted.values().sum::<usize>();
        }
    }

    pub fn add(&mut self, other: &Tally) {
        self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()).for_each(|(sum, n)| *sum += n);
    }

    /// Precision and recall of a question.
    pub fn shares(&self, question: usize) -> (f64, f64) {
        let [both, model, person] = self.0[question];
        (both as f64 / model.max(1) as f64, both as f64 / person.max(1) as f64)
    }
}

fn bag(text: &str) -> HashMap<String, usize> {
    let mut bag = HashMap::new();
    let folded = text.to_lowercase().replace('\u{2019}', "'");
    for word in folded.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'')).filter(|w| !w.is_empty()) {
        *bag.entry(word.to_owned()).or_default() += 1;
    }
    bag
}
