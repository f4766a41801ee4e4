//! How likely a clause says what is wrong, or what is wanted.
//!
//! A linear model: the weights in `what.txt` and `outcome.txt` were fitted by logistic regression to the clauses of some thousand
//! labelled complaints. A weight stands for a word (`u:`), a pair of words (`b:`), a class of words in the clause, the one before or
//! the one after (`c:`, `pc:`, `nc:`), two classes together (`cc:`), a phrase (`h:`, `s:` at the start), or a place in the text.

use super::clause::{Clause, words};
use super::lexicon::{CLASSES, PHRASES};
use crate::rules::Table;
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub struct Model {
    /// By the feature's hash ([`feature`]): the place of its name among all, and its weight.
    weights: Table<u64, (usize, f64)>,
    bias: f64,
}

pub static WHAT: LazyLock<Model> = LazyLock::new(|| model(include_str!("what.txt")));
pub static OUTCOME: LazyLock<Model> = LazyLock::new(|| model(include_str!("outcome.txt")));

static CLASS_OF: LazyLock<Table<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut of: Table<&str, Vec<&str>> = Table::default();
    for (class, members) in CLASSES {
        for word in members.split(' ') {
            of.entry(word).or_default().push(class);
        }
    }
    of
});

/// A phrase's words, and the features that it shows within a clause and at its start.
type Phrase = (Vec<&'static str>, u64, u64);

/// Phrases by their first word.
static PHRASE_OF: LazyLock<Table<&'static str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut of: Table<&str, Vec<Phrase>> = Table::default();
    for (name, phrases) in PHRASES {
        for phrase in *phrases {
            let words: Vec<&str> = phrase.split(' ').collect();
            of.entry(words[0]).or_default().push((words, feature(&["h:", name]), feature(&["s:", name])));
        }
    }
    of
});

/// FNV-1a, 64 bit, over the feature's name, which is given in pieces.
fn feature(pieces: &[&str]) -> u64 {
    let bytes = pieces.iter().flat_map(|p| p.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Lines of a weight, a space and a feature; a line that is neither is passed over.
fn model(text: &str) -> Model {
    let mut named: Vec<(&str, f64)> =
        text.lines().filter_map(|l| l.split_once(' ')).filter_map(|(w, f)| Some((f, w.parse().ok()?))).collect();
    named.sort_by_key(|(name, _)| *name);
    let mut weights: Table<u64, (usize, f64)> =
        named.iter().enumerate().map(|(place, (name, weight))| (feature(&[name]), (place, *weight))).collect();
    let bias = weights.remove(&feature(&["bias"])).unwrap_or_default().1;
    Model { weights, bias }
}

/// What is known of a clause.
pub struct Seen {
    classes: BTreeSet<&'static str>,
    /// What its own words show, whatever stands around it.
    own: Vec<u64>,
}

pub fn seen(text: &str, clause: &Clause) -> Seen {
    let part = &text[clause.span.clone()];
    let words: Vec<String> = words(part).into_iter().map(|r| fold(&part[r])).collect();
    let classes: BTreeSet<&'static str> = words.iter().filter_map(|w| CLASS_OF.get(w.as_str())).flatten().copied().collect();
    let mut own = Vec::with_capacity(3 * words.len() + 8);
    let mut last = "^";
    for (at, word) in words.iter().enumerate() {
        own.extend([feature(&["u:", word]), feature(&["b:", last, " ", word])]);
        last = word;
        for (phrase, within, start) in PHRASE_OF.get(word.as_str()).into_iter().flatten() {
            if words.len() - at >= phrase.len() && phrase.iter().zip(&words[at..]).all(|(p, w)| p == w) {
                own.push(*within);
                own.extend((at == 0).then_some(*start));
            }
        }
    }
    own.push(feature(&["b:", last, " $"]));
    own.extend(words.first().map(|first| feature(&["f:", first])));
    own.push(feature(&["len:", digit(words.len() / 3, 6)]));
    for class in &classes {
        own.push(feature(&["c:", class]));
        own.extend(classes.iter().take_while(|other| *other < class).map(|other| feature(&["cc:", other, "+", class])));
    }
    Seen { classes, own }
}

/// A small number in one character, at most `most`.
fn digit(number: usize, most: usize) -> &'static str {
    let number = number.min(most);
    &"0123456789"[number..=number]
}

fn fold(word: &str) -> String {
    if word.chars().any(|c| c.is_ascii_digit()) { "#".into() } else { word.to_lowercase().replace('\u{2019}', "'") }
}

/// Everything that the models go by, of each clause: what its words show, and where it stands.
pub fn features(text: &str, clauses: &[Clause], seen: &[Seen]) -> Vec<Vec<u64>> {
    (0..clauses.len()).map(|i| in_its_place(text, clauses, seen, i)).collect()
}

fn in_its_place(text: &str, clauses: &[Clause], seen: &[Seen], i: usize) -> Vec<u64> {
    let clause = &clauses[i];
    let mut features = seen[i].own.clone();
    for (at, mark) in [(i.checked_sub(1), "pc:"), (Some(i + 1), "nc:")] {
        let classes = at.and_then(|at| seen.get(at)).map(|s| s.classes.iter()).into_iter().flatten();
        features.extend(classes.map(|class| feature(&[mark, class])));
    }
    let n = clauses.len();
    let marks = [
        (i == 0, "first"),
        (i + 1 == n, "last"),
        (clause.place == 0, "p0"),
        (text[..clause.span.end].ends_with('?') || text[clause.span.end..].starts_with('?'), "?"),
    ];
    features.extend(marks.iter().filter(|(holds, _)| *holds).map(|(_, name)| feature(&[name])));
    features.push(feature(&["pos:", digit(5 * i / n, 4)]));
    features.push(feature(&["n:", digit([2, 4, 8, 16].iter().filter(|limit| n > **limit).count(), 4)]));
    features.sort_unstable();
    features.dedup();
    features
}

impl Model {
    /// The score of a clause's features: above 0 is more likely than not.
    pub fn score(&self, features: &[u64]) -> f64 {
        // In the order of their names: the weights are hundredths, scores lie on the thresholds, and another order rounds otherwise.
        let mut found: Vec<(usize, f64)> = features.iter().filter_map(|f| self.weights.get(f).copied()).collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        self.bias + found.iter().map(|(_, weight)| weight).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_features_share_a_hash() {
        for (text, model) in [(include_str!("what.txt"), &*WHAT), (include_str!("outcome.txt"), &*OUTCOME)] {
            let names: BTreeSet<&str> = text.lines().filter_map(|l| l.split_once(' ')).map(|(_, f)| f).collect();
            assert_eq!(model.weights.len() + 1, names.len(), "every weight but the bias");
        }
    }
}
