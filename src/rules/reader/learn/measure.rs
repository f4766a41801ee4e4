//! How well a reader reads authors of whom it has read nothing: the figures of its card.

use super::super::{FLAGS, KINDS, chances};
use crate::model::decision::Kind;
use crate::rules::judge::{FlagReader, Ruled};
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
    pub flags: [FlagAnswer; FLAGS],
}

/// How one flag of one message was read.
#[derive(Clone, Copy, Debug)]
pub struct FlagAnswer {
    /// Whether it is to be raised; `None` where it may be either, or nobody said.
    pub wanted: Option<bool>,
    /// Nats for it; 0 is an even chance.
    pub score: f64,
    pub(in crate::rules) ruled: Ruled,
    pub(in crate::rules) reader: FlagReader,
}

impl FlagAnswer {
    fn chance(&self) -> f64 {
        1.0 / (1.0 + libm::exp(-self.score))
    }
}

/// How often a flag was raised rightly, wrongly, and not though it was wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub hit: usize,
    pub wrong: usize,
    pub missed: usize,
}

impl Tally {
    fn count(&mut self, wanted: Option<bool>, raised: bool) {
        match (wanted, raised) {
            (Some(true), true) => self.hit += 1,
            (Some(false), true) => self.wrong += 1,
            (Some(true), false) => self.missed += 1,
            _ => {}
        }
    }

    pub fn precision(&self) -> f64 {
        self.hit as f64 / (self.hit + self.wrong).max(1) as f64
    }

    pub fn recall(&self) -> f64 {
        self.hit as f64 / (self.hit + self.missed).max(1) as f64
    }

    pub fn f1(&self) -> f64 {
        2.0 * self.hit as f64 / (2 * self.hit + self.wrong + self.missed).max(1) as f64
    }
}

/// A flag, raised by the rules alone, by the reader alone (from an even chance on), and by both as rules/flags.toml has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlagTally {
    pub rules: Tally,
    pub reader: Tally,
    pub both: Tally,
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
    /// In the order of `FLAGGED`.
    pub flags: [FlagTally; FLAGS],
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
        for (flag, tally) in answer.flags.iter().zip(&mut out.flags) {
            tally.rules.count(flag.wanted, matches!(flag.ruled, Ruled::Raised | Ruled::Sure));
            tally.reader.count(flag.wanted, flag.score >= 0.0);
            tally.both.count(flag.wanted, flag.reader.stands(flag.ruled, flag.chance()));
        }
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

/// What makes a flag's score a chance: the line by which it is bent.
#[derive(Clone, Copy, Debug)]
pub struct Bend {
    pub slope: f64,
    pub shift: f64,
}

/// For each flag the line through which the stated chances are the likeliest (Platt 1999, with his targets, which allow for few
/// examples), by Newton's method.
pub fn bends(answers: &[Answer]) -> [Bend; FLAGS] {
    std::array::from_fn(|flag| {
        let seen: Vec<(f64, bool)> = answers.iter().filter_map(|a| Some((a.flags[flag].score, a.flags[flag].wanted?))).collect();
        let (up, down) = (seen.iter().filter(|s| s.1).count() as f64, seen.iter().filter(|s| !s.1).count() as f64);
        let mut bend = Bend { slope: 1.0, shift: 0.0 };
        if up == 0.0 || down == 0.0 {
            return bend;
        }
        let target = |raised: bool| if raised { (up + 1.0) / (up + 2.0) } else { 1.0 / (down + 2.0) };
        let cost = |bend: Bend| -> f64 {
            seen.iter()
                .map(|&(score, raised)| {
                    let s = bend.slope * score + bend.shift;
                    s.max(0.0) + libm::log1p(libm::exp(-s.abs())) - target(raised) * s
                })
                .sum()
        };
        for _ in 0..50 {
            let mut slope = [0.0; 2];
            let mut curve = [1e-9, 0.0, 1e-9];
            for &(score, raised) in &seen {
                let chance = 1.0 / (1.0 + libm::exp(-(bend.slope * score + bend.shift)));
                let (off, steep) = (chance - target(raised), chance * (1.0 - chance));
                slope = [slope[0] + off * score, slope[1] + off];
                curve = [curve[0] + steep * score * score, curve[1] + steep * score, curve[2] + steep];
            }
            let det = curve[0] * curve[2] - curve[1] * curve[1];
            let step = [(curve[2] * slope[0] - curve[1] * slope[1]) / det, (curve[0] * slope[1] - curve[1] * slope[0]) / det];
            let moved = |length: f64| Bend { slope: bend.slope - length * step[0], shift: bend.shift - length * step[1] };
            let now = cost(bend);
            let Some(next) = (0..20).map(|n| moved(libm::pow(0.5, f64::from(n)))).find(|b| cost(*b) < now) else { break };
            bend = next;
            if now - cost(bend) < 1e-9 * now {
                break;
            }
        }
        bend
    })
}
