//! A text cut into clauses: the smallest stretches that can say what is wrong or what is wanted.

use crate::rules::sentences;
use std::ops::Range;

/// A clause, in bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub span: Range<usize>,
    /// The sentence that it belongs to, counted from 0.
    pub sentence: usize,
    /// Which clause of its sentence it is.
    pub place: usize,
}

/// Words that begin a clause of their own after a comma or an "and".
const STARTERS: [&str; 58] = [
    "i", "i'm", "i've", "i'd", "i'll", "he", "he's", "she", "she's", "they", "they've", "they're", "it", "it's", "its", "we", "we've",
    "we're", "we'd", "you", "you've", "you're", "u", "nobody", "noone", "no-one", "no", "nothing", "none", "not", "never", "the", "your",
    "my", "our", "his", "her", "their", "there", "there's", "that", "this", "these", "then", "still", "now", "when", "all", "each",
    "every", "someone", "somebody", "one", "two", "a", "an", "both", "please",
];

/// Words that begin a clause wherever they stand within a sentence.
const BREAKERS: [&str; 11] = ["but", "because", "although", "though", "whereas", "however", "so", "yet", "which", "cos", "except"];

pub fn clauses(text: &str) -> Vec<Clause> {
    let mut out = Vec::new();
    for (n, sentence) in sentences(text).into_iter().enumerate() {
        let mut place = 0;
        for part in cut(&text[sentence.clone()]) {
            let range = sentence.start + part.start..sentence.start + part.end;
            if let Some(span) = trimmed(text, range) {
                out.push(Clause { span, sentence: n, place });
                place += 1;
            }
        }
    }
    out
}

/// Where a sentence divides.
fn cut(sentence: &str) -> Vec<Range<usize>> {
    let words: Vec<Range<usize>> = words(sentence);
    let mut cuts = vec![0];
    for pair in words.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let gap = &sentence[before.end..after.start];
        let word = sentence[after.clone()].to_lowercase().replace('\u{2019}', "'");
        let prior = sentence[before.clone()].to_lowercase();
        let stop = gap.contains([';', ':', '\u{2013}', '\u{2014}', '(', ')', '|'])
            || gap.contains(" - ")
            || gap.contains("--")
            || gap.contains("..")
            || gap.contains('\u{2026}');
        let comma = gap.contains(',');
        let starts = STARTERS.contains(&word.as_str());
        if stop || (comma && (starts || word == "and" || word == "or")) || BREAKERS.contains(&word.as_str()) {
            cuts.push(after.start);
        } else if (prior == "and" || prior == "n" || prior == "&" || prior == "then") && starts && !gap.contains(',') {
            // The cut stands before the "and".
            if cuts.last() != Some(&before.start) {
                cuts.push(before.start);
            }
        }
    }
    cuts.push(sentence.len());
    cuts.dedup();
    cuts.windows(2).map(|w| w[0]..w[1]).collect()
}

/// Runs of letters and digits with the marks that stand inside words.
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '\u{a3}' | '&' | '/' | '%');
    let mut start = None;
    for (i, c) in text.char_indices() {
        let hyphen = c == '-' && start.is_some() && text[i + 1..].chars().next().is_some_and(char::is_alphanumeric);
        match (inside(c) || hyphen, start) {
            (true, None) => start = Some(i),
            (false, Some(s)) => {
                out.push(s..i);
                start = None;
            }
            _ => {}
        }
    }
    out.extend(start.map(|s| s..text.len()));
    out
}

/// Without the white space, conjunctions and punctuation at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let mut span = range;
    loop {
        let part = &text[span.clone()];
        let lead = part.len()
            - part
                .trim_start_matches(|c: char| {
                    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '\u{2013}' | '\u{2014}' | '.' | ')' | '|' | '*' | '\u{2022}')
                })
                .len();
        span.start += lead;
        let part = &text[span.clone()];
        span.end = span.start
            + part
                .trim_end_matches(|c: char| {
                    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '\u{2013}' | '\u{2014}' | '.' | '(' | '|' | '!')
                })
                .len();
        let part = &text[span.clone()];
        let lower = part.to_lowercase();
        match ["and ", "but ", "so ", "& ", "then ", "or ", "cos ", "because ", "n ", "although ", "though ", "yet ", "however "]
            .iter()
            .find(|w| lower.starts_with(**w))
        {
            Some(word) => span.start += word.len(),
            None => break,
        }
    }
    (!span.is_empty()).then_some(span)
}
