//! Messages passed on inside a body: the chain of them, outermost first.

use super::line::{Line, to_text};
use super::quoted::{Context, Found, Whose, read};
use super::subject::prefix;
use crate::model::message::Forwarded;

/// Longest chain that is followed. Each message's body holds those inside it, so that the chain's length multiplies the output.
const LONGEST: usize = 16;

/// The message found in `lines`, and those that it passes on in its turn.
pub fn chain(lines: &[Line], outermost: Found) -> Vec<Forwarded> {
    let mut forwards = Vec::new();
    let mut lines = lines.to_vec();
    let mut next = Some(outermost);
    while let Some(found) = next.take() {
        // A line that wrapping tore out of the quotation is the message's own like the rest.
        let body: Vec<Line> = lines[found.body.clone()].iter().map(|l| Line { depth: l.depth.max(found.depth), ..l.clone() }).collect();
        let subject = found.retold.subject.clone().unwrap_or_default();
        // Further in, the bodies repeat what the outer ones hold: beyond the limit nothing is lost.
        let reading = read(&body, Context { prefix: prefix(&subject), written_to: &[], inner: true });
        let text = to_text(body.iter().zip(&reading.whose).filter(|(_, w)| **w == Whose::New).map(|(l, _)| l), found.depth);
        forwards.push(Forwarded {
            from_name: found.retold.from.name,
            // RFC 5322 §3.6.2: where the author asks answers to go.
            from_email: found.retold.reply_to.or(found.retold.from.email),
            to: found.retold.to,
            subject: found.retold.subject,
            sent_at: found.retold.sent_at,
            message_id: None,
            body: to_text(&body, found.depth),
            text,
            attached: false,
        });
        if forwards.len() < LONGEST {
            next = reading.forward;
            lines = body;
        }
    }
    forwards
}
