//! Times in a text: durations, dates and "three weeks ago", told from the day of receipt. What people write is vague, so every time
//! is a span of days, from the least to the most that the words allow.

use super::tokens::Tokens;
use jiff::civil::Date;
use std::ops::Range;

mod date;
mod duration;
mod relative;
mod role;
mod words;

pub use role::role;
use words::BEGINS;
pub use words::number;

/// What the sentence says that a time is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// When the trouble began or happened: "since March", "it leaked on 3 May", "for six weeks".
    Onset,
    /// When they reported, rang, were told or were visited.
    Contact,
    /// A date still to come, or a deadline.
    Future,
    /// How long somebody has lived here, how old they are, and the like: says nothing about the matter.
    Life,
}

/// A time that a message speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSpan {
    /// Bytes within `Words::parts[part].text`.
    pub span: Range<usize>,
    pub part: usize,
    /// The sender's words.
    pub words: String,
    /// How long before receipt it lies, in days: at least and at most. "For six weeks" began 42 to 48 days ago. Both 0 when in the future.
    pub days_ago: (u32, u32),
    /// True for "for six weeks" and "since March", false for a day or a month on which something happened.
    pub lasting: bool,
    pub role: Role,
}

/// A time as tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Time {
    pub tokens: Range<usize>,
    pub days_ago: (u32, u32),
    /// Days that a duration lasts; 0 for a date.
    pub length: u32,
    pub lasting: bool,
    pub future: bool,
}
struct Reader<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    today: Date,
    end: usize,
}

/// Every time in a text, in order, none within another.
pub fn find(text: &str, tokens: &Tokens, today: Date) -> Vec<Time> {
    let mut out = Vec::new();
    for (range, _) in &tokens.sentences {
        let reader = Reader { text, tokens, today, end: range.end };
        let mut at = range.start;
        while at < range.end {
            match reader.time_at(at, range.start) {
                Some(time) => {
                    at = time.tokens.end;
                    out.push(time);
                }
                None => at += 1,
            }
        }
    }
    out
}

impl Reader<'_> {
    fn word(&self, i: usize) -> &str {
        if i < self.end { self.tokens.norm(i) } else { "" }
    }

    fn before(&self, i: usize, start: usize, back: usize) -> &str {
        if i >= start + back { self.tokens.norm(i - back) } else { "" }
    }

    /// The characters between two neighbouring tokens.
    fn between(&self, i: usize) -> &str {
        if i + 1 >= self.end {
            return "";
        }
        let (a, b) = (self.tokens.all[i].end as usize, self.tokens.all[i + 1].start as usize);
        self.text.get(a..b).unwrap_or("")
    }

    fn capital(&self, i: usize) -> bool {
        self.text[self.tokens.all[i].start as usize..].chars().next().is_some_and(char::is_uppercase)
    }

    fn time_at(&self, i: usize, start: usize) -> Option<Time> {
        let word = self.word(i);
        // Most words begin no time at all: one look settles it.
        if !BEGINS.contains(word) && !word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        self.duration(i, start)
            .or_else(|| self.numeric_date(i, start))
            .or_else(|| self.day_and_month(i, start))
            .or_else(|| self.relative(i, start, word))
    }
}
