//! Whether an earlier message was passed on or answered, and which lines of the body are its own.

use super::block::Retold;
use super::head::{Head, reply_line_at};
use super::separator::{Wording, is_end};
use super::{Context, Found, Whose};
use crate::message::line::Line;
use crate::message::subject::Prefix;
use crate::model::address::Address;

/// The decision between something passed on and an answer with its history:
///
/// 1. our own letter coming back (it is from one of those this was written to, or bears our reply line) is history;
/// 2. "Forwarded message" and its like, in any language, is a forward;
/// 3. else the subject's first prefix decides: FW and its like a forward, Re and its like history;
/// 4. else, since clients put `Re:` before every answer, a block with a sender is a forward; inside a forward, where nobody
///    rewrites the subject, it is history.
pub fn is_forward(head: &Head, lines: &[Line], context: Context) -> bool {
    let from = head.block.as_ref().and_then(|b| b.retold.from.email.as_ref());
    if is_ours(from, head.body, lines, context) {
        return false;
    }
    match (head.wording, context.prefix) {
        (Some(Wording::Forward), _) | (_, Prefix::Forward) => true,
        (_, Prefix::Reply) => false,
        // With no address in it, and nothing above it, it is the heading of somebody's own letter.
        (_, Prefix::Neither) => {
            let under = || lines[..head.start].iter().any(|l| !l.is_blank());
            !context.inner && head.block.as_ref().is_some_and(|b| b.addressed || b.retold.from.name.is_some() && under())
        }
    }
}

/// Our own letter: from one of those that this was written to, or with our reply line near its top.
pub fn is_ours(from: Option<&Address>, body: usize, lines: &[Line], context: Context) -> bool {
    from.is_some_and(|a| context.written_to.iter().any(|w| w.without_detail() == a.without_detail())) || bears_reply_line(body, lines)
}

/// Our reply line near its top.
pub fn bears_reply_line(body: usize, lines: &[Line]) -> bool {
    (body..lines.len()).take(20).any(|i| reply_line_at(lines, i))
}

/// Quoted words beneath a subject that says "passed on", with nothing to tell whose they are.
pub fn anonymous(lines: &[Line], whose: &mut [Whose]) -> Option<Found> {
    let first = whose.iter().position(|w| *w == Whose::Quoted)?;
    let last = whose.iter().rposition(|w| *w == Whose::Quoted)?;
    let range = first..last + 1;
    let whole = range.clone().all(|i| lines[i].is_blank() || (whose[i] == Whose::Quoted && lines[i].depth > 0));
    if !whole || range.clone().any(|i| reply_line_at(lines, i)) {
        return None;
    }
    let depth = lines[range.clone()].iter().filter(|l| !l.is_blank()).map(|l| l.depth).min()?;
    whose[range.clone()].fill(Whose::Forwarded);
    Some(Found { retold: Retold::default(), body: range, depth })
}

/// Marks a forward's lines. One that is quoted ends where the quotation does; one that is not goes on to the end.
pub fn take_forward(lines: &[Line], whose: &mut [Whose], head: &Head, base: usize) -> Found {
    let mut end = lines.len();
    if head.depth > base {
        let last =
            (head.body..lines.len()).rev().find(|i| lines[*i].depth >= head.depth && !lines[*i].is_blank()).map_or(head.body, |i| i + 1);
        // A line or two torn out of the quotation by wrapping stays with it; what stands apart beneath is the forwarder's.
        end = (last..lines.len()).find(|i| lines[*i].is_blank()).unwrap_or(lines.len());
    }
    // Mutt and its kin say where it ends; what stands beneath is the forwarder's.
    let said = (head.body..end).find(|i| is_end(&lines[*i].text));
    whose[head.start..said.map_or(end, |i| i + 1)].fill(Whose::Forwarded);
    let end = said.unwrap_or(end);
    let retold = head.block.as_ref().map(|b| b.retold.clone()).unwrap_or_default();
    Found { retold, body: head.body..end.max(head.body), depth: head.depth }
}
