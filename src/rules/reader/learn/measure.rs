//! How well a reader reads authors of whom it has read nothing: the figures of its card.

use super::super::{KINDS, chances};
use crate::model::decision::Kind;
use std::collections::BTreeMap;

/// How one message was read by a model that had read nothing of its author's.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Index of the lesson.
    pub lesson: usize,
    pub author: String,
    /// What it is.
    pub kind: Kind,
    pub chances: [f64; KINDS],
}

impl Answer {
    /// The likeliest kind and its chance.
    pub fn best(&self) -> (Kind, f64) {
        let at = (0..KINDS).fold(0, |best, at| if self.chances[at] > self.chances[best] { at } else { best });
        (Kind::ALL[at], self.chances[at])
    }

    fn right(&self) -> bool {
        self.best().0 == self.kind
    }

    /// A complaint that would be taken for something that nobody follows up.
    fn missed(&self) -> bool {
        complaint(self.kind) && !followed(self.best().0)
    }

    /// The chance that it is a complaint though it is not taken for anything that is followed up: by this it goes to a person.
    fn risk(&self) -> f64 {
        let chance = |kind| Kind::ALL.iter().position(|k| *k == kind).map_or(0.0, |at| self.chances[at]);
        if followed(self.best().0) { 0.0 } else { chance(Kind::NewComplaint) + chance(Kind::Stage2Request) + 0.5 * chance(Kind::Addition) }
    }
}

pub fn complaint(kind: Kind) -> bool {
    matches!(kind, Kind::NewComplaint | Kind::Stage2Request)
}

pub fn followed(kind: Kind) -> bool {
    matches!(kind, Kind::NewComplaint | Kind::Stage2Request | Kind::Addition | Kind::Ombudsman | Kind::NeedsReview)
}

/// Figures over the answers, each with its author left out.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub messages: usize,
    pub right: usize,
    /// The mean over kinds of F1: every kind counts alike.
    pub macro_f1: f64,
    pub complaints: usize,
    pub missed: usize,
    /// Share sent to a person, and complaints that are missed still.
    pub curve: Vec<(f64, usize)>,
    /// Expected calibration error over tenths of stated chance.
    pub ece: f64,
    /// For each tenth: messages, mean stated chance, share right.
    pub calibration: Vec<(usize, f64, f64)>,
    /// What it is, what it was taken for → how often.
    pub confusion: BTreeMap<(Kind, Kind), usize>,
    /// Author → messages, right, missed.
    pub authors: BTreeMap<String, (usize, usize, usize)>,
    pub answers: Vec<Answer>,
}

impl Figures {
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.messages.max(1) as f64
    }

    /// Accuracy over some authors, and over all others.
    pub fn apart(&self, some: &[&str]) -> (f64, f64) {
        let over = |inside: bool| {
            let (all, right) = self
                .authors
                .iter()
                .filter(|(name, _)| some.contains(&name.as_str()) == inside)
                .fold((0, 0), |sum, (_, a)| (sum.0 + a.0, sum.1 + a.1));
            right as f64 / all.max(1) as f64
        };
        (over(true), over(false))
    }
}

pub fn figures(mut answers: Vec<Answer>) -> Figures {
    let mut out = Figures { messages: answers.len(), ..Figures::default() };
    let mut bins = vec![(0, 0.0, 0.0); 10];
    for answer in &answers {
        let (best, chance) = answer.best();
        out.right += usize::from(answer.right());
        out.complaints += usize::from(complaint(answer.kind));
        out.missed += usize::from(answer.missed());
        *out.confusion.entry((answer.kind, best)).or_default() += 1;
        let author = out.authors.entry(answer.author.clone()).or_default();
        *author = (author.0 + 1, author.1 + usize::from(answer.right()), author.2 + usize::from(answer.missed()));
        let bin: &mut (usize, f64, f64) = &mut bins[((chance * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + chance, bin.2 + f64::from(u8::from(answer.right())));
    }
    let total = answers.len().max(1) as f64;
    out.ece = bins.iter().map(|(_, stated, right)| (stated - right).abs() / total).sum();
    out.calibration = bins.into_iter().map(|(n, stated, right)| (n, stated / n.max(1) as f64, right / n.max(1) as f64)).collect();
    out.macro_f1 = macro_f1(&out.confusion);
    answers.sort_by(|a, b| b.risk().total_cmp(&a.risk()).then(a.lesson.cmp(&b.lesson)));
    for hundredths in [0, 2, 5, 8, 10, 12, 15, 20] {
        let reviewed = answers.len() * hundredths / 100;
        out.curve.push((hundredths as f64 / 100.0, answers[reviewed..].iter().filter(|a| a.missed()).count()));
    }
    answers.sort_by_key(|a| a.lesson);
    out.answers = answers;
    out
}

fn macro_f1(confusion: &BTreeMap<(Kind, Kind), usize>) -> f64 {
    let count = |of: &dyn Fn(&(Kind, Kind)) -> bool| confusion.iter().filter(|(pair, _)| of(pair)).map(|(_, n)| *n).sum::<usize>() as f64;
    let scores: Vec<f64> = Kind::ALL[..KINDS]
        .iter()
        .filter_map(|kind| {
            let (is, taken) = (count(&|p| p.0 == *kind), count(&|p| p.1 == *kind));
            (is > 0.0).then(|| 2.0 * count(&|p| p.0 == *kind && p.1 == *kind) / (is + taken))
        })
        .collect();
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

/// The temperature at which the answers' stated chances are the likeliest, by golden section (Guo et al. 2017, temperature scaling).
pub fn temperature(answers: &[Answer]) -> f64 {
    let surprise = |temperature: f64| -> f64 {
        let cost = |a: &Answer| {
            let at = Kind::ALL.iter().position(|k| *k == a.kind).filter(|at| *at < KINDS)?;
            Some(-libm::log(chances(&a.chances.map(|c| libm::log(c.max(1e-12))), temperature)[at].max(1e-12)))
        };
        answers.iter().filter_map(cost).sum()
    };
    let golden = (libm::sqrt(5.0) - 1.0) / 2.0;
    let (mut low, mut high) = (0.2, 5.0);
    for _ in 0..30 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if surprise(a) < surprise(b) { high = b } else { low = a }
    }
    (low + high) / 2.0
}
