//! A message's words → the signals in them.

use super::index::{Marks, Phrase};
use super::load::{Ruleset, Signal};
use super::matcher::Ground;
use super::pattern::Node;
use super::reader::Heard;
use super::time::{self, Time, TimeSpan};
use super::tokens::{self, Tokens};
use crate::model::message::Message;
use jiff::civil::Date;
use std::ops::Range;
use std::sync::Arc;

/// Where in a message words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    Subject,
    /// The new words whose meaning is judged: the sender's own, or those of the forwarded original that triage chose.
    Text,
    /// The covering note of somebody who passes on another's words.
    Note,
    Quoted,
    Forwarded,
    Attachment,
}

impl Place {
    pub fn parse(text: &str) -> Option<Place> {
        Some(match text {
            "subject" => Place::Subject,
            "text" => Place::Text,
            "note" => Place::Note,
            "quoted" => Place::Quoted,
            "forwarded" => Place::Forwarded,
            "attachment" => Place::Attachment,
            _ => return None,
        })
    }
}

/// A set of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places(u8);

impl Places {
    pub fn with(self, place: Place) -> Places {
        Places(self.0 | 1 << place as u8)
    }

    pub fn and(self, other: Places) -> Places {
        Places(self.0 | other.0)
    }

    pub fn contains(self, place: Place) -> bool {
        self.0 >> place as u8 & 1 == 1
    }
}

/// One stretch of a message's words. Several may share a place.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub place: Place,
    pub text: &'a str,
}

/// Which of a message's words count, and the day on which they were received (times in them are told from it).
#[derive(Clone, Debug)]
pub struct Words<'a> {
    pub parts: Vec<Part<'a>>,
    pub received: Date,
}

impl<'a> Words<'a> {
    /// The sender's own new words, with the rest of the message in its places.
    pub fn own(m: &'a Message, received: Date) -> Words<'a> {
        let mut parts = vec![Part { place: Place::Subject, text: &m.subject }, Part { place: Place::Text, text: &m.text }];
        Words::around(m, None, &mut parts);
        Words { parts, received }
    }

    /// The words of the forward `m.forwards[index]` as the text; the sender's own are the covering note.
    pub fn forwarded(m: &'a Message, index: usize, received: Date) -> Words<'a> {
        let Some(original) = m.forwards.get(index) else { return Words::own(m, received) };
        let text = if original.text.trim().is_empty() { &original.body } else { &original.text };
        let subject = original.subject.as_deref().unwrap_or(&m.subject);
        let mut parts = vec![
            Part { place: Place::Subject, text: subject },
            Part { place: Place::Text, text },
            Part { place: Place::Note, text: &m.text },
        ];
        Words::around(m, Some(index), &mut parts);
        Words { parts, received }
    }

    fn around(m: &'a Message, chosen: Option<usize>, parts: &mut Vec<Part<'a>>) {
        parts.push(Part { place: Place::Quoted, text: &m.quoted });
        let others = m.forwards.iter().enumerate().filter(|(i, _)| Some(*i) != chosen);
        parts.extend(others.map(|(_, f)| Part { place: Place::Forwarded, text: &f.text }));
        parts.extend(m.attachments.iter().filter_map(|a| Some(Part { place: Place::Attachment, text: a.text.as_deref()? })));
    }
}

/// A signal, found: the fact and the sender's words that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The signal's id in the rule files.
    pub id: Arc<str>,
    /// What it means, as an officer would say it: "says that nobody came".
    pub says: Arc<str>,
    /// The sender's own words, each a whole stretch of the part.
    pub words: Vec<String>,
    pub place: Place,
    /// Bytes of the first stretch, within `Words::parts[part].text`.
    pub span: Range<usize>,
    pub part: usize,
}

/// Everything that was found in a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signals {
    /// In the order of the ids, then of the places and bytes.
    pub found: Vec<Found>,
    /// Times that the subject and the text speak of.
    pub times: Vec<TimeSpan>,
    /// How many words the text has (subject not counted).
    pub length: usize,
    /// What the second reader knows of the words.
    pub(super) heard: Heard,
    /// The words that it heard them in, by part.
    pub(super) texts: Vec<(u32, String)>,
}

impl Signals {
    pub fn has(&self, id: &str) -> bool {
        self.found.iter().any(|f| &*f.id == id)
    }

    pub fn all<'s>(&'s self, id: &'s str) -> impl Iterator<Item = &'s Found> {
        self.found.iter().filter(move |f| &*f.id == id)
    }

    /// The words that lie at these parts and bytes.
    pub(super) fn stretches(&self, places: &[(u32, u32, u32)]) -> Vec<String> {
        let text = |part: u32| self.texts.iter().find(|(p, _)| *p == part).map_or("", |(_, text)| text.as_str());
        places.iter().filter_map(|&(part, start, end)| Some(text(part).get(start as usize..end as usize)?.to_string())).collect()
    }

    /// The words that show a signal, over all its places.
    pub fn words(&self, id: &str) -> Vec<String> {
        self.all(id).flat_map(|f| f.words.iter().cloned()).collect()
    }
}

const MOST_FINDS: usize = 3;

/// The marks of the words of a part, and of its sentences.
struct Marked {
    words: Vec<Marks>,
    sentences: Vec<Marks>,
}

/// A part made ready: its tokens and times.
pub(super) struct Read<'a> {
    pub part: usize,
    pub place: Place,
    pub text: &'a str,
    pub tokens: Tokens,
    pub times: Vec<Time>,
}

impl Ruleset {
    /// The signals in the words that count. Pure: the same words and rules give the same signals in the same order.
    pub fn signals(&self, words: &Words) -> Signals {
        self.find(words, true)
    }

    /// As `signals`, where the second reader is not asked.
    pub fn signals_alone(&self, words: &Words) -> Signals {
        self.find(words, false)
    }

    fn find(&self, words: &Words, reader: bool) -> Signals {
        let mut out = Signals::default();
        let mut finds: Vec<(usize, Found)> = Vec::new();
        let mut undone = vec![false; self.signals.len()];
        for (part, Part { place, text }) in words.parts.iter().enumerate() {
            if text.trim().is_empty() || !self.places.contains(*place) {
                continue;
            }
            let tokens = tokens::tokenise(text, &self.spelling);
            let times = time::find(text, &tokens, words.received);
            let read = Read { part, place: *place, text, tokens, times };
            if *place == Place::Text {
                out.length += read.tokens.all.len();
            }
            self.patterns_in(&read, &mut finds, &mut undone);
            self.expressions_in(&read, &mut finds);
            if matches!(place, Place::Subject | Place::Text) {
                if reader {
                    out.texts.push((part as u32, text.to_string()));
                    self.reader.hear(&read, *place == Place::Subject, &mut out.heard);
                }
                out.times.extend(read.times.iter().map(|t| time_span(&read, t)));
            }
        }
        finds.retain(|(signal, _)| !undone[*signal]);
        self.derive(&mut finds, out.length);
        finds.sort_by(|(_, a), (_, b)| (&a.id, a.place, a.part, a.span.start).cmp(&(&b.id, b.place, b.part, b.span.start)));
        out.found = finds.into_iter().map(|(_, f)| f).collect();
        out
    }

    fn patterns_in(&self, read: &Read, finds: &mut Vec<(usize, Found)>, undone: &mut [bool]) {
        let ground = Ground::new(&read.tokens, &read.times, &self.lexicons);
        // Each pattern is tried once in a sentence: the number of the last sentence in which it was, plus one.
        let mut tried = vec![0u32; self.patterns.len()];
        let mut seen = std::collections::HashSet::new();
        let marks = self.marks(read);
        let mut times = read.times.iter().map(|t| t.tokens.start).peekable();
        let steps = read.tokens.all.iter().enumerate().flat_map(|(i, t)| {
            let time = times.next_if_eq(&i).map(|_| (i, self.time_stem));
            [Some((i, t.stem)), time]
        });
        for (at, stem) in steps.flatten() {
            let Some(filed) = self.index.get(stem as usize) else { continue };
            let sentence = read.tokens.all[at].sentence;
            for &number in filed {
                let pattern = &self.patterns[number as usize];
                let signal = &self.signals[pattern.signal];
                if tried[number as usize] == sentence + 1 || !signal.places.contains(read.place) {
                    continue;
                }
                tried[number as usize] = sentence + 1;
                if pattern.undoes {
                    undone[pattern.signal] |=
                        !undone[pattern.signal] && self.match_in(&ground, &pattern.phrase, sentence, &marks).is_some();
                    continue;
                }
                let Some(stretches) = self.match_in(&ground, &pattern.phrase, sentence, &marks) else { continue };
                if self.holds_here(&ground, signal, sentence, &stretches, &marks) && seen.insert((pattern.signal, sentence)) {
                    let count = finds.iter().filter(|(s, f)| *s == pattern.signal && f.part == read.part).count();
                    if count < MOST_FINDS {
                        finds.push((pattern.signal, found(signal, read, &stretches)));
                    }
                }
            }
        }
    }

    /// The marks of each word, and of each sentence those of its words and times.
    fn marks(&self, read: &Read) -> Marked {
        let words: Vec<Marks> = read.tokens.all.iter().map(|t| Marks::of(t.stem)).collect();
        let all = |range: &Range<usize>| words[range.clone()].iter().fold(Marks::default(), |m, w| m.and(*w));
        let mut sentences: Vec<Marks> = read.tokens.sentences.iter().map(|(range, _)| all(range)).collect();
        for time in &read.times {
            let sentence = &mut sentences[read.tokens.all[time.tokens.start].sentence as usize];
            *sentence = sentence.and(Marks::of(self.time_stem));
        }
        Marked { words, sentences }
    }

    /// Where each part of a pattern matches within one sentence.
    fn match_in(&self, ground: &Ground, phrase: &Phrase, sentence: u32, marks: &Marked) -> Option<Vec<Range<usize>>> {
        if !phrase.sieve.lets_through(&marks.sentences[sentence as usize]) {
            return None;
        }
        let range = &ground.tokens.sentences[sentence as usize].0;
        let find = |(part, nodes): (usize, &Vec<Node>)| {
            let mut starts = range.clone().filter(|&at| phrase.sieve.may_begin(part, &marks.words[at]));
            starts.find_map(|at| Some(at..ground.ends(nodes, at)?))
        };
        phrase.parts.iter().enumerate().map(find).collect()
    }

    /// The signal's own demands on the sentence: nothing that undoes it, the right party, no "not" before it.
    fn holds_here(&self, ground: &Ground, signal: &Signal, sentence: u32, stretches: &[Range<usize>], marks: &Marked) -> bool {
        if signal.unless.iter().any(|phrase| self.match_in(ground, phrase, sentence, marks).is_some()) {
            return false;
        }
        let range = ground.tokens.sentences[sentence as usize].0.clone();
        let speaks_of = |list: usize| range.clone().any(|at| ground.ends(&[Node::Lexicon(list)], at).is_some());
        if !signal.about.is_empty() && !signal.about.iter().any(|&l| speaks_of(l)) {
            return false;
        }
        if signal.not_about.iter().any(|&l| speaks_of(l)) && !self.us.is_some_and(speaks_of) {
            return false;
        }
        if signal.not_negated
            && let (Some(first), Some(not)) = (stretches.first(), self.not)
        {
            let from = first.start.saturating_sub(3).max(range.start);
            return !(from..first.start).any(|at| ground.ends(&[Node::Lexicon(not)], at).is_some());
        }
        true
    }

    fn expressions_in(&self, read: &Read, finds: &mut Vec<(usize, Found)>) {
        for index in self.expressions.likely.matches(read.text) {
            let (number, expression) = &self.expressions.each[index];
            let signal = &self.signals[*number];
            if signal.places.contains(read.place)
                && let Some(hit) = expression.find(read.text)
                && !hit.is_empty()
            {
                let found = Found {
                    id: signal.id.clone(),
                    says: signal.means.clone(),
                    words: vec![hit.as_str().trim().to_string()],
                    place: read.place,
                    span: hit.range(),
                    part: read.part,
                };
                finds.push((*number, found));
            }
        }
    }

    /// Signals made of signals, in an order in which each comes after those that it names.
    fn derive(&self, finds: &mut Vec<(usize, Found)>, length: usize) {
        let mut has = vec![false; self.signals.len()];
        finds.iter().for_each(|(s, _)| has[*s] = true);
        for &number in &self.derived {
            let signal = &self.signals[number];
            let Some(when) = &signal.when else { continue };
            if has[number] || !when.holds(&|s| has[s], None, length) {
                continue;
            }
            let mut named = Vec::new();
            when.named(&mut named);
            let shown: Vec<&Found> = finds.iter().filter(|(s, _)| named.contains(s)).map(|(_, f)| f).take(MOST_FINDS).collect();
            let mut found =
                Found { id: signal.id.clone(), says: signal.means.clone(), words: Vec::new(), place: Place::Text, span: 0..0, part: 0 };
            if let Some(first) = shown.first() {
                (found.place, found.span, found.part) = (first.place, first.span.clone(), first.part);
            }
            for words in shown.iter().flat_map(|f| &f.words) {
                if !found.words.contains(words) {
                    found.words.push(words.clone());
                }
            }
            has[number] = true;
            finds.push((number, found));
        }
    }
}

fn found(signal: &Signal, read: &Read, stretches: &[Range<usize>]) -> Found {
    let bytes = |r: &Range<usize>| read.tokens.all[r.start].start as usize..read.tokens.all[r.end - 1].end as usize;
    let words = stretches.iter().map(|r| read.text[bytes(r)].to_string()).collect();
    let span = stretches.first().map_or(0..0, bytes);
    Found { id: signal.id.clone(), says: signal.means.clone(), words, place: read.place, span, part: read.part }
}

fn time_span(read: &Read, time: &Time) -> TimeSpan {
    let span = read.tokens.all[time.tokens.start].start as usize..read.tokens.all[time.tokens.end - 1].end as usize;
    TimeSpan {
        words: read.text[span.clone()].to_string(),
        span,
        part: read.part,
        days_ago: time.days_ago,
        lasting: time.lasting,
        role: time::role(&read.tokens, time),
    }
}
