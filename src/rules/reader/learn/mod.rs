//! Learns a reader from labelled messages. The same lessons and seed give the same model to the byte.

mod card; // what is said of a model
mod fit; // the arithmetic
mod measure; // how well it reads those whom it has not read
mod vocabulary; // which features a model may hold

pub use card::{Source, card};
pub use measure::{Answer, Figures, FlagTally, Tally};

use super::features::{self, Seen};
use super::{COLUMNS, FLAGGED, FLAGS, KINDS, chances, file, place};
use crate::model::decision::{Flag, Kind};
use crate::model::message::Channel;
use crate::rules::answers::learn::Told;
use crate::rules::answers::{self, QUESTIONS};
use crate::rules::judge::{CaseStage, Facts, FlagReader, Ruled};
use crate::rules::scan::{Part, Place, Read, Words};
use crate::rules::{Ruleset, time, tokens};
use fit::Example;
use jiff::civil::Date;
use measure::{Bend, FlagAnswer};
use std::collections::BTreeMap;
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
    /// What is known of its flags; `None` where nobody said anything of them.
    pub flags: Option<Flagged>,
    /// The words that answer what, when, who and outcome, each copied from the text; `None` where nobody looked for them.
    pub answers: Option<[Vec<String>; QUESTIONS]>,
    /// How much it counts: 1 for a labelled text, more where a person overruled the program.
    pub weight: f64,
}

/// Flags as a label names them. What is in neither list must not be raised.
#[derive(Clone, Debug, Default)]
pub struct Flagged {
    pub raised: Vec<Flag>,
    /// May be raised or not: teaches neither.
    pub allowed: Vec<Flag>,
}

impl Lesson {
    /// The text with the answers in it, for a model that marks them; a complaint in which nothing is wrong teaches nothing.
    fn told(&self) -> Option<Told<'_>> {
        let answers = self.answers.as_ref().filter(|a| !a[0].is_empty())?;
        let text = &self.parts.iter().find(|p| p.0 == Place::Text)?.1;
        let answers = std::array::from_fn(|q| answers[q].iter().map(String::as_str).collect());
        Some(Told { author: &self.author, text, received: self.received, answers })
    }

    /// Whether a flag is to be raised; `None` where nobody said, or where it may be either.
    fn flag(&self, flag: Flag) -> Option<bool> {
        let flags = self.flags.as_ref()?;
        let raised = flags.raised.contains(&flag);
        (raised || !flags.allowed.contains(&flag)).then_some(raised)
    }
}

/// What came out.
pub struct Learnt {
    /// The text of the model's file.
    pub model: String,
    /// The text of the file that marks the answers to the four questions, where any lesson has them.
    pub answers: Option<String>,
    /// By author left out, how those answers are found.
    pub answered: BTreeMap<String, answers::learn::Tally>,
    pub features: usize,
    /// Measured with each author left out in turn.
    pub figures: Figures,
    whole: Model,
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
    let bends = measure::bends(&answers);
    for answer in &mut answers {
        answer.chances = chances(&answer.chances.map(|c| libm::log(c.max(1e-12))), temperature);
        answer.flags.iter_mut().zip(&bends).for_each(|(f, bend)| f.score = bend.slope * f.score + bend.shift);
    }
    let mut whole = model(lessons, &noted, |_| true, temperature);
    whole.bend(&bends);
    let told: Vec<Told> = lessons.iter().filter_map(Lesson::told).collect();
    let marker = (!told.is_empty()).then(|| answers::learn::learn(rules, &told));
    let (marker, answered) = marker.map_or((None, BTreeMap::new()), |(model, tallies)| (Some(model), tallies));
    Learnt { answers: marker, answered, features: whole.lines.len(), figures: measure::figures(answers), model: whole.text(), whole }
}

/// Learns from some lessons and answers for the others: how a model reads those whom it has not read.
pub fn try_on(rules: &Ruleset, lessons: &[Lesson], seed: u64, unread: impl Fn(&Lesson) -> bool) -> (String, Figures) {
    let (held_back, read): (Vec<Lesson>, Vec<Lesson>) = lessons.iter().cloned().partition(unread);
    let learnt = learn(rules, &read, seed);
    let noted: Vec<Noted> = held_back.iter().map(|lesson| note(rules, lesson)).collect();
    let answers = (0..held_back.len()).map(|at| answer(&learnt.whole, &held_back, &noted, at)).collect();
    (learnt.model, measure::figures(answers))
}

/// A model as learnt, before it is written.
pub struct Model {
    lines: Vec<file::Line>,
    base: [f64; COLUMNS],
    temperature: f64,
    vocabulary: Vocabulary,
}

impl Model {
    fn text(&self) -> String {
        file::write(self.temperature, &self.base, &self.lines)
    }

    /// Makes the flags' chances come true as often as they say.
    fn bend(&mut self, bends: &[Bend; FLAGS]) {
        for line in &mut self.lines {
            line.weights[KINDS..].iter_mut().zip(bends).for_each(|(w, bend)| *w = file::hundredths(bend.slope * *w));
        }
        self.base[KINDS..].iter_mut().zip(bends).for_each(|(b, bend)| *b = file::hundredths(bend.slope * *b + bend.shift));
    }
}

fn model(lessons: &[Lesson], noted: &[Noted], read: impl Fn(usize) -> bool, temperature: f64) -> Model {
    let taught: Vec<(usize, usize)> =
        (0..lessons.len()).filter(|at| read(*at)).filter_map(|at| Some((at, place(lessons[at].kind)?))).collect();
    let vocabulary = Vocabulary::of(taught.iter().map(|(at, _)| (&lessons[*at], &noted[*at])));
    let example = |&(at, kind): &(usize, usize)| Example {
        kind,
        flags: FLAGGED.map(|flag| lessons[at].flag(flag)),
        weight: lessons[at].weight,
        values: vocabulary.values(&noted[at]),
    };
    let examples: Vec<Example> = taught.iter().map(example).collect();
    let size = vocabulary.features.len();
    let ((kinds, kinds_base), (flags, flags_base)) = (fit::kinds(&examples, size), fit::flags(&examples, size));
    let both = |kinds: &[f64; KINDS], flags: &[f64; FLAGS]| -> [f64; COLUMNS] {
        std::array::from_fn(|at| file::hundredths(if at < KINDS { kinds[at] } else { flags[at - KINDS] }))
    };
    let lines = vocabulary.features.iter().zip(kinds.iter().zip(&flags));
    let lines = lines
        .map(|(f, (kinds, flags))| file::Line { group: f.group, name: f.name.clone(), rarity: f.rarity, weights: both(kinds, flags) })
        .collect();
    Model { lines, base: both(&kinds_base, &flags_base), temperature, vocabulary }
}

fn answer(model: &Model, lessons: &[Lesson], noted: &[Noted], at: usize) -> Answer {
    let mut scores = model.base;
    for (feature, value) in model.vocabulary.values(&noted[at]) {
        scores.iter_mut().zip(&model.lines[feature as usize].weights).for_each(|(s, w)| *s += value * w);
    }
    let kinds = std::array::from_fn(|at| scores[at]);
    let flags = std::array::from_fn(|place| {
        let (ruled, reader) = noted[at].ruled[place];
        FlagAnswer { wanted: lessons[at].flag(FLAGGED[place]), score: scores[KINDS + place], ruled, reader }
    });
    Answer { lesson: at, kind: lessons[at].kind, author: lessons[at].author.clone(), chances: chances(&kinds, model.temperature), flags }
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
    noted.ruled = FLAGGED.map(|flag| rules.ruled(flag, &signals, &facts).unwrap_or((Ruled::Silent, FlagReader::default())));
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
