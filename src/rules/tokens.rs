//! Text → sentences and tokens that are normalised for matching, each with its bytes in the sender's own text.

use super::spelling::Spelling;
use std::ops::Range;

/// One word as it is matched. Several tokens may share a span: "don't" is `do` and `not`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Bytes in the source.
    pub start: u32,
    pub end: u32,
    /// Where the normalised form lies in `Tokens::norms`.
    norm: (u32, u32),
    pub sentence: u32,
    /// The word as written, by the ruleset's vocabulary; `UNKNOWN` when no rule speaks of it.
    pub exact: u32,
    /// The word without its endings.
    pub stem: u32,
}

pub const UNKNOWN: u32 = u32::MAX;

#[derive(Clone, Debug, Default)]
pub struct Tokens {
    pub all: Vec<Token>,
    norms: String,
    /// For each sentence its tokens and its bytes.
    pub sentences: Vec<(Range<usize>, Range<usize>)>,
}

impl Tokens {
    pub fn norm(&self, index: usize) -> &str {
        let (start, end) = self.all[index].norm;
        &self.norms[start as usize..end as usize]
    }
}

/// Byte ranges of the sentences of a text, without the white space around them. A line end inside a wrapped paragraph is no end;
/// one after a short line is, since people end lines where they would end a sentence.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut line_start = 0;
    let bytes = text.as_bytes();
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let after = chars.peek().map(|&(_, c)| c);
        let ends = match c {
            '\n' => {
                let wrapped = text[line_start..i].chars().count() >= 58 && after.is_some_and(|a| a.is_lowercase());
                line_start = i + 1;
                !wrapped
            }
            '!' | '?' => after.is_none_or(|a| !matches!(a, '!' | '?' | ')' | '"' | '\'' | '”' | '’')),
            '.' => after.is_none_or(char::is_whitespace) && !ellipsis(bytes, i) && !abbreviated(&text[start..i]),
            '"' | '”' => i > 0 && matches!(bytes[i - 1], b'.' | b'!' | b'?') && after.is_none_or(char::is_whitespace),
            _ => pictograph(c) && after.is_none_or(|a| !pictograph(a)),
        };
        if ends {
            push_trimmed(text, start..i + c.len_utf8(), &mut out);
            start = i + c.len_utf8();
        }
    }
    push_trimmed(text, start..text.len(), &mut out);
    out
}

fn push_trimmed(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    if end > start {
        out.push(start..end);
    }
}

fn ellipsis(bytes: &[u8], i: usize) -> bool {
    i > 0 && bytes[i - 1] == b'.'
}

/// "Mr.", "no.", "e.g.", "St." and single initials do not end a sentence.
fn abbreviated(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    let known = ["mr", "mrs", "ms", "dr", "st", "rd", "no", "e.g", "i.e", "etc", "approx", "ref", "tel", "cllr", "rev", "prof"];
    (word.len() == 1 && word.chars().all(char::is_uppercase) && word != "I") || known.iter().any(|k| word.eq_ignore_ascii_case(k))
}

fn pictograph(c: char) -> bool {
    matches!(c as u32, 0x1F300..=0x1FAFF | 0x2600..=0x27BF)
}

/// Tokens of a text, by the spelling that the ruleset knows.
pub fn tokenise(text: &str, spelling: &Spelling) -> Tokens {
    let mut out = Tokens { norms: String::with_capacity(text.len() + 16), ..Tokens::default() };
    for range in sentences(text) {
        let first = out.all.len();
        let sentence = out.sentences.len() as u32;
        for (word, at) in words_in(text, range.clone()) {
            spelling.normalise(word, |norm, exact, stem| {
                let from = out.norms.len() as u32;
                out.norms.push_str(norm);
                let end = (at + word.len()) as u32;
                out.all.push(Token { start: at as u32, end, norm: (from, out.norms.len() as u32), sentence, exact, stem });
            });
        }
        if out.all.len() > first {
            out.sentences.push((first..out.all.len(), range));
        }
    }
    out
}

/// Byte ranges of the words of a text, as the matcher cuts them.
pub fn words_of(text: &str) -> Vec<Range<usize>> {
    words_in(text, 0..text.len()).map(|(w, at)| at..at + w.len()).collect()
}

fn words_in(text: &str, range: Range<usize>) -> impl Iterator<Item = (&str, usize)> {
    let end = range.end;
    let mut at = range.start;
    std::iter::from_fn(move || {
        loop {
            let rest = &text[at..end];
            let c = rest.chars().next()?;
            if matches!(c, '?' | '£') {
                at += c.len_utf8();
                return Some((&rest[..c.len_utf8()], at - c.len_utf8()));
            }
            if !c.is_alphanumeric() {
                at += c.len_utf8();
                continue;
            }
            let len = word_length(rest);
            let start = at;
            at += len;
            return Some((&rest[..len], start));
        }
    })
}

/// Letters and digits with apostrophes between letters; a word ends where a digit is followed by letters that are not its own ("3wks").
fn word_length(rest: &str) -> usize {
    let mut len = 0;
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`') && chars.peek().is_some_and(|n| n.is_alphabetic());
        if c.is_alphanumeric() || combining(c) || joins {
            len += c.len_utf8();
        } else {
            break;
        }
    }
    let word = &rest[..len];
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let letters = word.len() - digits;
    if digits == 0 || letters == 0 {
        return len;
    }
    // "3wks" is two words, "2moro" and "2nd" are one: what follows a digit is cut off when it is a unit of time.
    let unit = &word[digits..];
    let units = [
        "wk", "wks", "week", "weeks", "day", "days", "hr", "hrs", "hours", "min", "mins", "mth", "mths", "month", "months", "yr", "yrs",
        "year", "years", "x", "times", "th", "st", "nd", "rd", "am", "pm", "k",
    ];
    if units.iter().any(|u| unit.eq_ignore_ascii_case(u)) { digits } else { len }
}

fn combining(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36F)
}
