//! Whose words each line of a body holds: the author's, an earlier message's, a signature's, or those of a message passed on.
//!
//! One walk from top to bottom. The HTML's own structure (depth, marks) has the first word, the patterns of plain text the second.

pub mod addressed;
pub mod attribution;
pub mod block;
mod head;
pub mod labels;
pub mod mailbox;
mod passed_on;
pub mod separator;
pub mod signature;
pub mod stated;

use super::line::{Line, Mark};
use super::subject::Prefix;
use crate::model::address::Address;
use block::Retold;
use head::{Head, above_reply_line, head_at, reply_line_at};
use passed_on::{anonymous, bears_reply_line, is_forward, is_ours, take_forward};
use regex::Regex;
use separator::{Wording, is_rule};
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    New,
    Quoted,
    Signature,
    Forwarded,
}

/// A message passed on, found among the lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub retold: Retold,
    /// Its own lines, headers excluded.
    pub body: std::ops::Range<usize>,
    /// The depth at which it lies.
    pub depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub whose: Vec<Whose>,
    pub forward: Option<Found>,
    /// The message that these lines answer, in lines of its own: answers between them are left out.
    pub answered: Option<(Vec<Line>, Found)>,
    /// The earlier message is all that there is, and counts as new so that no words are lost.
    pub nothing_new: bool,
}

/// What is known of the message that the lines are the body of.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub prefix: Prefix,
    /// Those it was written to. A block from one of them is their letter coming back.
    pub written_to: &'a [Address],
    /// A message inside a message: its retold subject keeps the prefix, so that none at all means no forward.
    pub inner: bool,
}

pub fn read(lines: &[Line], context: Context) -> Reading {
    let base = lines.iter().filter(|l| !l.is_blank()).map(|l| l.depth).min().unwrap_or(0);
    let attributions = attribution::all(lines);
    let mut whose = vec![Whose::New; lines.len()];
    let mut forward = None;
    let mut answered = None;
    let mut quoted_before = false;
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if line.is_blank() {
            at += 1;
            continue;
        }
        let inside = line.depth > base;
        if reply_line_at(lines, at) {
            if inside {
                whose[at] = Whose::Quoted;
                at += 1;
                continue;
            }
            let from = above_reply_line(lines, at);
            whose[from..].fill(Whose::Quoted);
            break;
        }
        if let Some(head) = head_at(lines, at) {
            let explicit = head.wording == Some(Wording::Forward);
            if is_forward(&head, lines, context) && (!inside || (!quoted_before && (explicit || context.prefix == Prefix::Forward))) {
                forward = Some(take_forward(lines, &mut whose, &head, base));
                break;
            }
            if !quoted_before && let Some(block) = &head.block {
                answered = Some(Found { retold: block.retold.clone(), body: head.body..lines.len(), depth: head.depth });
            }
            if !inside {
                whose[head.start..head.body].fill(Whose::Quoted);
                quoted_before = true;
                at = head.body;
                if !next_is_deeper(lines, head.body, head.depth) {
                    let answers = promises_answers(lines, &whose, at);
                    whose[head.body..].fill(Whose::Quoted);
                    if answers {
                        keep_coloured(lines, &mut whose, head.body);
                    }
                    break;
                }
                continue;
            }
        }
        if let Some(found) = attributions.get(&at) {
            let deeper = next_is_deeper(lines, found.end, line.depth);
            let credible = found.strong && (found.addressed || (context.prefix == Prefix::Reply && !opens_speech(lines, found.end)));
            // Outlook for Mac writes "On …, X wrote:" over what it forwards, and quotes nothing: the subject tells.
            let from = found.retold.from.email.as_ref();
            let passed_on =
                context.prefix == Prefix::Forward && from.is_some() && !quoted_before && !is_ours(from, found.end, lines, context);
            if passed_on && !inside {
                let head = Head {
                    start: found.start,
                    body: found.end,
                    depth: if deeper { line.depth + 1 } else { line.depth },
                    wording: None,
                    block: None,
                };
                let mut taken = take_forward(lines, &mut whose, &head, base);
                taken.retold = found.retold.clone();
                forward = Some(taken);
                break;
            }
            if !quoted_before && (deeper || inside || credible) {
                let depth = line.depth + usize::from(deeper);
                answered = Some(Found { retold: found.retold.clone(), body: found.end..lines.len(), depth });
            }
            if deeper || inside {
                whose[at..found.end].fill(Whose::Quoted);
                quoted_before = true;
                at = found.end;
                continue;
            }
            if credible {
                whose[at..].fill(Whose::Quoted);
                break;
            }
        }
        if inside {
            whose[at] = Whose::Quoted;
            quoted_before = true;
        } else if line.mark == Mark::Attribution || is_torn(lines, at) {
            whose[at] = Whose::Quoted;
        }
        at += 1;
    }
    if forward.is_none() && context.prefix == Prefix::Forward && !context.inner {
        forward = anonymous(lines, &mut whose);
    }
    // A blank line belongs with what stands above it.
    for i in 1..lines.len() {
        if lines[i].is_blank() && whose[i] == Whose::New && whose[i - 1] == Whose::Quoted {
            whose[i] = Whose::Quoted;
        }
    }
    // So does the line ruled over an earlier message: with what is below it.
    for i in (0..lines.len()).rev() {
        if whose[i] == Whose::New
            && is_rule(&lines[i].text)
            && let Some(below) = (i + 1..lines.len()).take(4).find(|j| !lines[*j].is_blank()).map(|j| whose[j]).filter(|w| *w != Whose::New)
        {
            whose[i] = below;
        }
    }
    let answered = answered.filter(|found| !bears_reply_line(found.body.start, lines)).map(|found| {
        let body: Vec<Line> = found.body.filter(|i| whose[*i] == Whose::Quoted).map(|i| lines[i].clone()).collect();
        let body_end = body.len();
        (body, Found { body: 0..body_end, ..found })
    });
    let before = whose.clone();
    signature::mark(lines, &mut whose);
    let mut nothing_new = false;
    if forward.is_none() && whose_words(lines, &whose, lines.len()).is_none() {
        // Nothing new above, below or between: better all of it than none.
        whose = before;
        if whose_words(lines, &whose, lines.len()).is_none_or(|_| whose.contains(&Whose::Quoted)) {
            nothing_new = whose.contains(&Whose::Quoted);
            whose.fill(Whose::New);
        }
    }
    Reading { whose, forward, answered, nothing_new }
}

/// The first line of new words before `end`.
fn whose_words(lines: &[Line], whose: &[Whose], end: usize) -> Option<usize> {
    (0..end).find(|i| whose[*i] == Whose::New && !lines[*i].is_blank())
}

/// "See my answers below in red": the words above the history say that there are more inside it.
fn promises_answers(lines: &[Line], whose: &[Whose], end: usize) -> bool {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:below|underneath|in-?line|in[ -]between|in (?:red|blue|green|purple|colou?r))\b")
            .expect("a fixed pattern compiles")
    });
    (0..end).any(|i| whose[i] == Whose::New && SAYS.is_match(&lines[i].text))
}

/// Answers in a colour of their own inside history that nobody quoted; history that is all in one colour holds none.
fn keep_coloured(lines: &[Line], whose: &mut [Whose], from: usize) {
    let words = || (from..lines.len()).filter(|i| !lines[*i].is_blank());
    if words().any(|i| lines[i].mark == Mark::Words) {
        words().filter(|i| lines[*i].mark == Mark::Coloured).collect::<Vec<_>>().into_iter().for_each(|i| whose[i] = Whose::New);
    }
}

fn next_is_deeper(lines: &[Line], from: usize, depth: usize) -> bool {
    lines[from.min(lines.len())..].iter().take(12).find(|l| !l.is_blank()).is_some_and(|l| l.depth > depth)
}

/// A sentence of the author's that leads up to somebody's words: they stand in quotation marks.
fn opens_speech(lines: &[Line], from: usize) -> bool {
    lines[from.min(lines.len())..]
        .iter()
        .take(4)
        .find(|l| !l.is_blank())
        .is_some_and(|l| l.text.trim_start().starts_with(['"', '“', '‘', '\'', '«', '„']))
}

/// A word or two that wrapping tore off a long quoted line: `> …and the boiler has been` / `broken` / `> since May`.
fn is_torn(lines: &[Line], at: usize) -> bool {
    let (Some(above), Some(below)) = (at.checked_sub(1).and_then(|i| lines.get(i)), lines.get(at + 1)) else { return false };
    let text = lines[at].text.trim();
    above.depth > lines[at].depth
        && below.depth == above.depth
        && !below.is_blank()
        && above.text.chars().count() >= 66
        && !above.text.ends_with(['.', '?', '!', ':', ';', ','])
        && text.split_whitespace().count() <= 2
        && text.chars().next().is_some_and(char::is_lowercase)
        && below.text.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests;
