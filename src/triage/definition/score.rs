//! How likely a clause says what is wrong, or what is wanted.
//!
//! A linear model: the weights in `what.txt` and `outcome.txt` were fitted by logistic regression to the clauses of some thousand
//! labelled complaints. A weight stands for a word (`u:`), a pair of words (`b:`), a class of words in the clause, the one before or
//! the one after (`c:`, `pc:`, `nc:`), two classes together (`cc:`), a phrase (`h:`, `s:` at the start), or a place in the text.

use super::clause::{Clause, words};
use super::lexicon::{CLASSES, PHRASES};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

pub struct Model {
    weights: HashMap<&'static str, f64>,
    bias: f64,
}

pub static WHAT: LazyLock<Model> = LazyLock::new(|| model(include_str!("what.txt")));
pub static OUTCOME: LazyLock<Model> = LazyLock::new(|| model(include_str!("outcome.txt")));

static CLASS_OF: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut of: HashMap<&str, Vec<&str>> = HashMap::new();
    for (class, members) in CLASSES {
        for word in members.split(' ') {
            of.entry(word).or_default().push(class);
        }
    }
    of
});

/// Lines of a weight, a space and a feature; a line that is neither is passed over.
fn model(text: &'static str) -> Model {
    let mut weights: HashMap<&str, f64> =
        text.lines().filter_map(|l| l.split_once(' ')).filter_map(|(w, f)| Some((f, w.parse().ok()?))).collect();
    let bias = weights.remove("bias").unwrap_or_default();
    Model { weights, bias }
}

/// What is known of a clause.
pub struct Seen {
    words: Vec<String>,
    classes: BTreeSet<&'static str>,
}

pub fn seen(text: &str, clause: &Clause) -> Seen {
    let part = &text[clause.span.clone()];
    let words: Vec<String> = words(part).into_iter().map(|r| fold(&part[r])).collect();
    let classes = words.iter().filter_map(|w| CLASS_OF.get(w.as_str())).flatten().copied().collect();
    Seen { words, classes }
}

fn fold(word: &str) -> String {
    if word.chars().any(|c| c.is_ascii_digit()) { "#".into() } else { word.to_lowercase().replace('\u{2019}', "'") }
}

impl Model {
    /// The score of each clause: above 0 is more likely than not.
    pub fn scores(&self, text: &str, clauses: &[Clause], seen: &[Seen]) -> Vec<f64> {
        (0..clauses.len()).map(|i| self.score(text, clauses, seen, i)).collect()
    }

    fn score(&self, text: &str, clauses: &[Clause], seen: &[Seen], i: usize) -> f64 {
        let (clause, this) = (&clauses[i], &seen[i]);
        let mut features: BTreeSet<String> = BTreeSet::new();
        let mut last = "^";
        for word in &this.words {
            features.insert(format!("u:{word}"));
            features.insert(format!("b:{last} {word}"));
            last = word;
        }
        features.insert(format!("b:{last} $"));
        for class in &this.classes {
            features.insert(format!("c:{class}"));
            features.extend(this.classes.iter().take_while(|other| *other < class).map(|other| format!("cc:{other}+{class}")));
        }
        let near = |at: Option<usize>, mark: &str| -> Vec<String> {
            at.and_then(|at| seen.get(at)).map(|s| s.classes.iter().map(|c| format!("{mark}:{c}")).collect()).unwrap_or_default()
        };
        features.extend(near(i.checked_sub(1), "pc"));
        features.extend(near(Some(i + 1), "nc"));
        let joined = format!(" {} ", this.words.join(" "));
        for (name, phrases) in PHRASES {
            let holds = |whole: &dyn Fn(&str) -> bool| phrases.iter().any(|p| whole(&format!(" {p} ")));
            if holds(&|p| joined.contains(p)) {
                features.insert(format!("h:{name}"));
            }
            if holds(&|p| joined.starts_with(p)) {
                features.insert(format!("s:{name}"));
            }
        }
        if let Some(first) = this.words.first() {
            features.insert(format!("f:{first}"));
        }
        let n = clauses.len();
        let marks = [
            (i == 0, "first"),
            (i + 1 == n, "last"),
            (clause.place == 0, "p0"),
            (text[..clause.span.end].ends_with('?') || text[clause.span.end..].starts_with('?'), "?"),
        ];
        features.extend(marks.iter().filter(|(holds, _)| *holds).map(|(_, name)| (*name).to_owned()));
        features.insert(format!("pos:{}", (5 * i / n).min(4)));
        features.insert(format!("len:{}", (this.words.len() / 3).min(6)));
        features.insert(format!("n:{}", [2, 4, 8, 16].iter().filter(|limit| n > **limit).count()));
        self.bias + features.iter().filter_map(|f| self.weights.get(f.as_str())).sum::<f64>()
    }
}
