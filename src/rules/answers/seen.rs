//! A text → the features of each word and of each clause, by name. No name of a person and no figure is one: a word with a capital that
//! no rule knows is `Aa`, digits are `#`.

use super::super::reader::{extend, key};
use super::super::scan::Signals;
use super::super::spelling::Spelling;
use super::super::stem::stem;
use super::super::time::TimeSpan;
use super::super::tokens::UNKNOWN;
use super::classes;
use std::ops::Range;

/// Words looked at: the first hundreds say what it is about.
const MOST: usize = 600;
/// Characters after which a line end is a fold and no end of a sentence.
const FOLDED: usize = 58;

/// A text as the model sees it.
pub struct Seen {
    pub words: Vec<Range<usize>>,
    /// The clause of each word.
    pub clause: Vec<usize>,
    /// Numbers of the features of each word, and of each clause, which all its words share; each once, in order.
    pub tokens: Vec<Vec<u32>>,
    pub clauses: Vec<Vec<u32>>,
}

struct Word<'a> {
    span: Range<usize>,
    norm: String,
    stem: String,
    classes: Vec<&'static str>,
    capital: bool,
    /// What stands between it and the word before.
    gap: &'static str,
    sentence: usize,
    clause: usize,
    time: Option<usize>,
    signals: Vec<&'a str>,
}

struct Text<'a> {
    words: Vec<Word<'a>>,
    times: Vec<&'a TimeSpan>,
}

pub fn key_of(feature: &str) -> u64 {
    key(feature)
}

impl Seen {
    /// `number` knows a feature by its key and the pieces of its name; what it does not number is passed over.
    pub fn of(
        text: &str,
        part: usize,
        signals: &Signals,
        spelling: &Spelling,
        mut number: impl FnMut(u64, &[&str]) -> Option<u32>,
    ) -> Seen {
        let read = Text::of(text, part, signals, spelling);
        let mut put = |keys: &mut Vec<u32>, name: &[&str]| {
            let key = name.iter().fold(key(""), |k, piece| extend(k, piece));
            keys.extend(number(key, name));
        };
        let mut tokens = Vec::with_capacity(read.words.len());
        for i in 0..read.words.len() {
            let mut keys = Vec::with_capacity(64);
            read.token(i, &mut |name| put(&mut keys, name));
            tokens.push(keys);
        }
        let mut clauses = Vec::new();
        let mut start = 0;
        while let Some(first) = read.words.get(start) {
            let length = read.words[start..].iter().take_while(|w| w.clause == first.clause).count();
            let mut keys = Vec::with_capacity(256);
            read.clause(start..start + length, &mut |name| put(&mut keys, name));
            clauses.push(keys);
            start += length;
        }
        for keys in tokens.iter_mut().chain(&mut clauses) {
            keys.sort_unstable();
            keys.dedup();
        }
        let clause = read.words.iter().map(|w| w.clause).collect();
        Seen { words: read.words.into_iter().map(|w| w.span).collect(), clause, tokens, clauses }
    }
}

impl<'a> Text<'a> {
    fn of(text: &str, part: usize, signals: &'a Signals, spelling: &Spelling) -> Text<'a> {
        let times: Vec<&TimeSpan> = signals.times.iter().filter(|t| t.part == part).collect();
        let overlap = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        let mut words: Vec<Word> = Vec::new();
        for span in super::words(text).into_iter().take(MOST) {
            let (norm, known) = normal(&text[span.clone()], spelling);
            let gap = words.last().map_or("^", |before| gap(&text[before.span.end..span.start]));
            let capital = text[span.start..].starts_with(char::is_uppercase);
            let classes = classes_of(&norm);
            let name = capital && !known && classes.is_empty() && text[span.clone()].contains(char::is_lowercase);
            let norm = if name { "Aa".to_owned() } else { norm };
            let mut stemmed = String::new();
            if norm.contains('_') || name {
                stemmed.push_str(&norm)
            } else {
                stem(&norm, &mut stemmed)
            }
            let (sentence, clause) = words.last().map_or((0, 0), |before| {
                let line = text[..before.span.end].rfind('\n').map_or(0, |n| n + 1);
                let folded = before.span.end - line >= FOLDED && text[span.start..].starts_with(char::is_lowercase);
                let ends = matches!(gap, "para" | "?" | "!" | ".") || (gap == "line" && !folded);
                let breaks = ends
                    || matches!(gap, ":" | ";" | "-" | "(")
                    || (gap == "," && STARTERS.contains(&stemmed.as_str()))
                    || BREAKERS.contains(&norm.as_str());
                (before.sentence + usize::from(ends), before.clause + usize::from(breaks))
            });
            let time = times.iter().position(|t| overlap(&t.span, &span));
            words.push(Word { span, norm, stem: stemmed, classes, capital, gap, sentence, clause, time, signals: Vec::new() });
        }
        for found in signals.found.iter().filter(|f| f.part == part && !f.span.is_empty()) {
            for word in words.iter_mut().filter(|w| overlap(&w.span, &found.span)) {
                word.signals.push(&found.id);
            }
        }
        Text { words, times }
    }

    fn at(&self, i: usize, by: isize) -> Option<&Word<'a>> {
        self.words.get(i.checked_add_signed(by)?)
    }

    fn stem(&self, i: usize, by: isize) -> &str {
        self.at(i, by).map_or("<>", |w| &w.stem)
    }

    fn classes(&self, i: usize, by: isize) -> &[&'static str] {
        self.at(i, by).map_or(&[], |w| &w.classes)
    }

    fn gap(&self, i: usize, by: isize) -> &'static str {
        self.at(i, by).map_or("$", |w| w.gap)
    }

    fn first_of_sentence(&self, i: usize) -> bool {
        i == 0 || self.words.get(i).is_none_or(|w| w.sentence != self.words[i - 1].sentence)
    }

    /// What is known of a word from itself and its neighbours.
    fn token(&self, i: usize, put: &mut dyn FnMut(&[&str])) {
        let word = &self.words[i];
        put(&["base"]);
        for (by, name) in [(-1, "w-1:"), (0, "w0:"), (1, "w+1:")] {
            put(&[name, self.at(i, by).map_or("<>", |w| &w.norm)]);
        }
        for (by, mark) in NEAR {
            put(&["z", mark, self.stem(i, by)]);
            self.classes(i, by).iter().for_each(|class| put(&["c", mark, class]));
        }
        for (by, mark) in &NEAR[1..5] {
            put(&["b", mark, self.stem(i, *by), " ", self.stem(i, by + 1)]);
        }
        for (a, b, name) in [(-2, -1, "k-2:"), (-1, 0, "k-1:"), (0, 1, "k0:"), (1, 2, "k+1:"), (-1, 1, "k:")] {
            for first in self.classes(i, a) {
                self.classes(i, b).iter().for_each(|second| put(&[name, first, " ", second]));
            }
        }
        let after = self.gap(i, 1);
        put(&["g<:", word.gap]);
        put(&["g>:", after]);
        put(&["g<<:", self.gap(i, -1)]);
        put(&["g>>:", self.gap(i, 2)]);
        put(&["gw<:", word.gap, " ", &word.stem]);
        put(&["gw>:", after, " ", &word.stem]);
        for (by, mark) in &NEAR[1..6] {
            let Some(near) = self.at(i, *by) else { continue };
            if near.capital {
                let first = i.checked_add_signed(*by).is_some_and(|at| self.first_of_sentence(at));
                put(&["cap", mark, if first { "first" } else { "" }]);
            }
            if let Some(time) = near.time.map(|t| self.times[t]) {
                put(&["tm", mark, ROLES[time.role as usize], if time.lasting { "+" } else { "" }]);
                let edge = (near.span.start <= time.span.start, near.span.end >= time.span.end);
                put(&["tp", mark, EDGE_NAMES[usize::from(edge.0) + 2 * usize::from(edge.1)]]);
            }
        }
        if let Some(time) = word.time {
            put(&["ti:", COUNTS[time.min(3)]]);
        }
        if i == 0 || self.words[i - 1].clause != word.clause {
            put(&["cs"]);
            put(&["cs:", &word.stem]);
        }
        if self.at(i, 1).is_none_or(|next| next.clause != word.clause) {
            put(&["ce"]);
        }
        if self.first_of_sentence(i) {
            put(&["ss"]);
        }
        if self.first_of_sentence(i + 1) {
            put(&["se"]);
        }
        for id in &word.signals {
            put(&["sg:", id]);
            if self.at(i, -1).is_none_or(|before| !before.signals.contains(id)) {
                put(&["sg<:", id]);
            }
            if self.at(i, 1).is_none_or(|next| !next.signals.contains(id)) {
                put(&["sg>:", id]);
            }
        }
    }

    /// What is known of a clause, its sentence and the sentences about it.
    fn clause(&self, range: Range<usize>, put: &mut dyn FnMut(&[&str])) {
        let (first, last) = (range.start, range.end - 1);
        let sentence = self.words[first].sentence;
        for i in range.clone() {
            let word = &self.words[i];
            put(&["C:", &word.stem]);
            if i < last {
                put(&["CB:", &word.stem, " ", self.stem(i, 1)]);
            }
            word.classes.iter().for_each(|class| put(&["CC:", class]));
            word.signals.iter().for_each(|id| put(&["CS:", id]));
            if let Some(time) = word.time {
                put(&["CT:", ROLES[self.times[time].role as usize]]);
            }
        }
        put(&["CF:", &self.words[first].stem]);
        put(&["CF2:", &self.words[first].stem, " ", self.stem(first, 1)]);
        put(&["CL:", COUNTS[(range.len() / 2).min(8)]]);
        put(&["C<:", self.words[first].gap]);
        put(&["C>:", self.gap(last, 1)]);
        let before = first.checked_sub(1).map(|at| self.words[at].clause);
        let opened = self.words.iter().find(|w| Some(w.clause) == before);
        put(&["PF:", opened.map_or("<>", |w| &w.stem)]);
        put(&["NF:", self.stem(last, 1)]);
        let start = self.words.partition_point(|w| w.sentence < sentence);
        let end = self.words.partition_point(|w| w.sentence <= sentence);
        for (i, word) in self.words.iter().enumerate().take(end).skip(start) {
            if !range.contains(&i) {
                put(&["S:", &word.stem]);
            }
            word.classes.iter().for_each(|class| put(&["SC:", class]));
            word.signals.iter().for_each(|id| put(&["SS:", id]));
        }
        put(&["SF:", &self.words[start].stem]);
        put(&["SF2:", &self.words[start].stem, " ", self.stem(start, 1)]);
        put(&["S>:", self.gap(end - 1, 1)]);
        let before = self.words[..start].iter().rev().take_while(|w| w.sentence + 1 == sentence);
        let after = self.words[end..].iter().take_while(|w| w.sentence == sentence + 1);
        for (mark, word) in before.map(|w| ("P", w)).chain(after.map(|w| ("N", w))) {
            word.classes.iter().for_each(|class| put(&[mark, "C:", class]));
            word.signals.iter().for_each(|id| put(&[mark, "S:", id]));
        }
        let all = self.words.last().map_or(0, |w| w.sentence) + 1;
        let size = COUNTS[[1, 2, 4, 8, 16].iter().filter(|most| all > **most).count()];
        put(&["si:", COUNTS[sentence.min(4)]]);
        put(&["sl:", COUNTS[(all - 1 - sentence).min(4)]]);
        put(&["sr:", COUNTS[5 * sentence / all]]);
        put(&["sn:", size]);
        put(&["sx:", size, " ", COUNTS[sentence.min(5)]]);
    }
}

const NEAR: [(isize, &str); 7] = [(-3, "-3:"), (-2, "-2:"), (-1, "-1:"), (0, "0:"), (1, "+1:"), (2, "+2:"), (3, "+3:")];
const COUNTS: [&str; 9] = ["0", "1", "2", "3", "4", "5", "6", "7", "8"];
const EDGE_NAMES: [&str; 4] = ["in", "first", "last", "all"];
/// In the order of [`super::super::time::Role`].
const ROLES: [&str; 4] = ["onset", "contact", "future", "life"];

/// Words that begin a clause of their own after a comma, by their stems.
const STARTERS: [&str; 52] = [
    "i",
    "i_am",
    "i_have",
    "i_would",
    "i_will",
    "he",
    "he_is",
    "she",
    "she_is",
    "they",
    "they_have",
    "they_are",
    "it",
    "it_is",
    "we",
    "we_have",
    "we_are",
    "we_would",
    "you",
    "you_have",
    "you_are",
    "nobodi",
    "no",
    "nothing",
    "none",
    "not",
    "never",
    "the",
    "your",
    "my",
    "our",
    "his",
    "her",
    "their",
    "there",
    "there_is",
    "that",
    "this",
    "these",
    "then",
    "still",
    "now",
    "when",
    "all",
    "each",
    "one",
    "two",
    "a",
    "an",
    "both",
    "please",
    "and",
];
/// Words that begin a clause wherever they stand.
const BREAKERS: [&str; 10] = ["but", "because", "although", "though", "whereas", "however", "so", "yet", "which", "except"];

/// Runs of letters and digits with the marks that stand inside words, in bytes.
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '\u{a3}' | '&' | '/' | '%');
    let mut start = None;
    let mut close = |span: Range<usize>| out.extend(text[span.clone()].contains(char::is_alphanumeric).then_some(span));
    for (i, c) in text.char_indices() {
        let hyphen = c == '-' && start.is_some() && text[i + 1..].chars().next().is_some_and(char::is_alphanumeric);
        match (inside(c) || hyphen, start) {
            (true, None) => start = Some(i),
            (false, Some(s)) => {
                close(s..i);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(s) = start {
        close(s..text.len());
    }
    out
}

/// A word as rules know it, `_` between the words that it stands for, and whether any rule speaks of it.
fn normal(raw: &str, spelling: &Spelling) -> (String, bool) {
    if raw.contains(|c: char| c.is_numeric()) {
        let mut out = String::from(if raw.starts_with('\u{a3}') { "\u{a3}" } else { "" });
        for c in raw.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
            let c = if c.is_numeric() { '#' } else { c };
            if c != '#' || !out.ends_with('#') {
                out.push(c);
            }
        }
        return (out, true);
    }
    let mut out = String::new();
    let mut known = true;
    spelling.normalise(raw.trim_matches(['\'', '\u{2019}']), |norm, _, stemmed| {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(norm);
        known &= stemmed != UNKNOWN;
    });
    (out, known)
}

fn classes_of(norm: &str) -> Vec<&'static str> {
    norm.split('_').filter_map(|word| classes::OF.get(word)).flatten().copied().collect()
}

/// The strongest mark between two words.
fn gap(between: &str) -> &'static str {
    let has = |marks: &[char]| between.contains(marks);
    match between {
        _ if between.contains("\n\n") => "para",
        _ if has(&['\n']) => "line",
        _ if has(&['?']) => "?",
        _ if has(&['!']) => "!",
        _ if has(&['.']) && between.len() > 1 => ".",
        _ if has(&[':']) => ":",
        _ if has(&[';']) => ";",
        _ if has(&[',']) => ",",
        _ if has(&['(', ')']) => "(",
        _ if has(&['"', '\'', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) => "q",
        _ if has(&['-', '\u{2013}', '\u{2014}']) => "-",
        _ if between.trim().is_empty() => "_",
        _ => "o",
    }
}
