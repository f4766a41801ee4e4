//! Learns a reader from labelled messages. The same lessons and seed give the same model to the byte.

mod card; // what is said of a model
mod fit; // the arithmetic
mod measure; // how well it reads those whom it has not read
mod vocabulary; // which features a model may hold

pub use card::{Source, card};
pub use measure::{Answer, Figures};

use super::features::{self, Seen};
use super::{KINDS, chances, file, place};
use crate::model::decision::Kind;
use crate::model::message::Channel;
use crate::rules::judge::{CaseStage, Facts};
use crate::rules::scan::{Part, Place, Read, Words};
use crate::rules::{Ruleset, time, tokens};
use fit::Example;
use jiff::civil::Date;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use vocabulary::{Noted, Vocabulary};

/// One labelled message.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Who wrote it: a file's author or a sender. Messages of one author are never both learnt from and measured on.
    pub author: String,
    /// The words that count, with their places.
    pub parts: Vec<(Place, String)>,
    pub received: Date,
    pub channel: Channel,
    pub stage: CaseStage,
    pub kind: Kind,
    /// How much it counts: 1 for a labelled text, more where a person overruled the program.
    pub weight: f64,
}

/// What came out.
pub struct Learnt {
    /// The text of the model's file.
    pub model: String,
    pub features: usize,
    /// Measured with each author left out in turn.
    pub figures: Figures,
}

/// Most shares into which authors are parted to measure: with more authors than this, several are left out together.
const SHARES: usize = 16;

/// Learns from all lessons, and measures on each author with a model that has read none of theirs. `needs_review` is no kind to learn,
/// but is measured. The seed parts the authors where there are more than sixteen.
pub fn learn(rules: &Ruleset, lessons: &[Lesson], seed: u64) -> Learnt {
    let noted: Vec<Noted> = lessons.iter().map(|lesson| note(rules, lesson)).collect();
    let shares = shares(lessons, seed);
    let parts = shares.iter().max().map_or(0, |most| most + 1);
    let answers = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(2) {
            scope.spawn(|| {
                loop {
                    let left_out = next.fetch_add(1, Ordering::Relaxed);
                    if left_out >= parts {
                        return;
                    }
                    let model = model(lessons, &noted, |at| shares[at] != left_out, 1.0);
                    let mut mine: Vec<Answer> =
                        (0..lessons.len()).filter(|at| shares[*at] == left_out).map(|at| answer(&model, lessons, &noted, at)).collect();
                    answers.lock().unwrap_or_else(PoisonError::into_inner).append(&mut mine);
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by_key(|a| a.lesson);
    let temperature = file::hundredths(measure::temperature(&answers));
    answers.iter_mut().for_each(|a| a.chances = chances(&a.chances.map(|c| libm::log(c.max(1e-12))), temperature));
    let whole = model(lessons, &noted, |_| true, temperature);
    Learnt { features: whole.lines.len(), figures: measure::figures(answers), model: whole.text() }
}

/// Learns from some lessons and answers for the others: how a model reads those whom it has not read.
pub fn try_on(rules: &Ruleset, lessons: &[Lesson], unread: impl Fn(&Lesson) -> bool) -> (String, Figures) {
    let noted: Vec<Noted> = lessons.iter().map(|lesson| note(rules, lesson)).collect();
    let model = model(lessons, &noted, |at| !unread(&lessons[at]), 1.0);
    let answers = (0..lessons.len()).filter(|at| unread(&lessons[*at])).map(|at| answer(&model, lessons, &noted, at)).collect();
    (model.text(), measure::figures(answers))
}

struct Model {
    lines: Vec<file::Line>,
    base: [f64; KINDS],
    temperature: f64,
    vocabulary: Vocabulary,
}

impl Model {
    fn text(&self) -> String {
        file::write(self.temperature, &self.base, &self.lines)
    }
}

fn model(lessons: &[Lesson], noted: &[Noted], read: impl Fn(usize) -> bool, temperature: f64) -> Model {
    let taught: Vec<(usize, usize)> =
        (0..lessons.len()).filter(|at| read(*at)).filter_map(|at| Some((at, place(lessons[at].kind)?))).collect();
    let vocabulary = Vocabulary::of(taught.iter().map(|(at, _)| (&lessons[*at], &noted[*at])));
    let examples: Vec<Example> =
        taught.iter().map(|&(at, kind)| Example { kind, weight: lessons[at].weight, values: vocabulary.values(&noted[at]) }).collect();
    let (weights, base) = fit::fit(&examples, vocabulary.features.len());
    let lines = vocabulary.features.iter().zip(&weights);
    let lines = lines
        .map(|(f, weights)| file::Line { group: f.group, name: f.name.clone(), rarity: f.rarity, weights: weights.map(file::hundredths) })
        .collect();
    Model { lines, base: base.map(file::hundredths), temperature, vocabulary }
}

fn answer(model: &Model, lessons: &[Lesson], noted: &[Noted], at: usize) -> Answer {
    let mut scores = model.base;
    for (feature, value) in model.vocabulary.values(&noted[at]) {
        scores.iter_mut().zip(&model.lines[feature as usize].weights).for_each(|(s, w)| *s += value * w);
    }
    Answer { lesson: at, kind: lessons[at].kind, author: lessons[at].author.clone(), chances: chances(&scores, 1.0) }
}

/// Everything that is to be seen in a lesson.
fn note(rules: &Ruleset, lesson: &Lesson) -> Noted {
    let parts: Vec<Part> = lesson.parts.iter().map(|(place, text)| Part { place: *place, text }).collect();
    let mut noted = Noted::default();
    for (number, part) in parts.iter().enumerate().filter(|(_, p)| matches!(p.place, Place::Subject | Place::Text)) {
        let tokens = tokens::tokenise(part.text, &rules.spelling);
        let times = time::find(part.text, &tokens, lesson.received);
        noted.names(part.text, &tokens);
        let read = Read { part: number, place: part.place, text: part.text, tokens, times };
        features::of_part(read.text, part.place == Place::Subject, &read.tokens, &read.times, &mut |seen| noted.add(&seen));
    }
    let signals = rules.signals(&Words { parts: parts.clone(), received: lesson.received });
    let facts = Facts { channel: lesson.channel, stage: lesson.stage, ..Facts::default() };
    let ids = rules.held(&signals, &facts);
    let mut each = |seen: Seen| noted.add(&seen);
    features::of_signals(&ids, &mut each);
    features::of_case(&ids, lesson.stage, lesson.channel, &mut each);
    noted
}

/// Each author's share, from 0.
fn shares(lessons: &[Lesson], seed: u64) -> Vec<usize> {
    let mut authors: Vec<&str> = lessons.iter().map(|l| l.author.as_str()).collect();
    authors.sort_unstable();
    authors.dedup();
    if authors.len() > SHARES {
        authors.sort_by_cached_key(|a| super::extend(seed, a));
    }
    lessons.iter().map(|l| authors.iter().position(|a| *a == l.author).unwrap_or_default() % SHARES).collect()
}
