//! The seam to the rest of reading: a body, plain or HTML or both, in; the author's new words, history, signature and forwards out.

use super::forward;
use super::html;
use super::line::{Line, from_plain, to_text};
use super::quoted::{Context, Whose, read};
use super::subject::prefix;
use crate::model::address::Address;
use crate::model::message::Forwarded;

/// A mail's text as decoded: charset and transfer encoding undone, format=flowed joined (RFC 3676).
#[derive(Clone, Copy, Debug, Default)]
pub struct Body<'a> {
    pub plain: Option<&'a str>,
    pub html: Option<&'a str>,
    pub subject: &'a str,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// The author's own new words: of a forward, the covering note. Never empty when the body is not, unless it holds a forward.
    pub text: String,
    /// What was cut as the words of an earlier message.
    pub quoted: String,
    pub signature: String,
    /// Outermost first; each one's body holds those inside it.
    pub forwards: Vec<Forwarded>,
    /// What it answers, newest first.
    pub answered: Vec<Forwarded>,
    /// `text` is the earlier message, for there is nothing else.
    pub nothing_new: bool,
}

pub fn split(body: &Body) -> Split {
    split_from(body, &[])
}

/// As `split`, knowing to whom the message was written: a block from one of them is their own letter coming back, never a forward.
pub fn split_from(body: &Body, written_to: &[Address]) -> Split {
    let context = Context { prefix: prefix(body.subject), written_to, inner: false };
    let shown = body.html.map(html::to_lines).filter(|l| !l.iter().all(Line::is_blank));
    let plain = body.plain.map(from_plain).filter(|l| !l.iter().all(Line::is_blank));
    match (shown, plain) {
        // The HTML is what the author saw and says where quotations begin, unless it holds much less than the plain text does.
        (Some(shown), Some(plain)) if words(&shown) * 2 >= words(&plain) => sort(&shown, context),
        (_, Some(plain)) => sort(&plain, context),
        (Some(shown), None) => sort(&shown, context),
        (None, None) => Split::default(),
    }
}

fn words(lines: &[Line]) -> usize {
    lines.iter().map(|l| l.text.split_whitespace().count()).sum()
}

fn sort(lines: &[Line], context: Context) -> Split {
    let reading = read(lines, context);
    let of = |whose: Whose| lines.iter().zip(&reading.whose).filter(move |(_, w)| **w == whose).map(|(l, _)| l);
    let base = lines.iter().filter(|l| !l.is_blank()).map(|l| l.depth).min().unwrap_or(0);
    let (text, quoted, signature) = (to_text(of(Whose::New), base), to_text(of(Whose::Quoted), base), to_text(of(Whose::Signature), base));
    let (forwards, answered) = match reading.forward {
        Some(found) => forward::chain(lines, found),
        None => (Vec::new(), forward::history(reading.answered)),
    };
    Split { text, quoted, signature, forwards, answered, nothing_new: reading.nothing_new }
}

#[cfg(test)]
mod tests;
