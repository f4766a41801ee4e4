//! Messages inside a body: the chain of those passed on, outermost first, and of those answered, newest first.

use super::line::{Line, to_text};
use super::quoted::{Context, Found, Reading, Whose, read};
use super::subject::prefix;
use crate::model::message::Forwarded;

/// Longest chain that is followed. Each message's body holds those inside it, so that the chain's length multiplies the output.
const LONGEST: usize = 16;
/// Messages of a history that are told apart: a resident's stands behind a colleague or two at most.
const HISTORY: usize = 4;

/// The message found in `lines`, and those that it passes on in its turn; and what the innermost answers.
pub fn chain(lines: &[Line], outermost: Found) -> (Vec<Forwarded>, Vec<Forwarded>) {
    let mut forwards = Vec::new();
    let mut answered = None;
    let mut lines = lines.to_vec();
    let mut next = Some(outermost);
    while let Some(found) = next.take() {
        let (one, body, reading) = one(&lines, found);
        forwards.push(one);
        answered = reading.answered;
        if forwards.len() < LONGEST {
            next = reading.forward;
            lines = body;
        }
    }
    (forwards, history(answered))
}

/// What is answered, and what that passes on or answers in its turn.
pub fn history(newest: Option<(Vec<Line>, Found)>) -> Vec<Forwarded> {
    let mut answered = Vec::new();
    let mut next = newest;
    while let Some((lines, found)) = next.take() {
        let (one, body, reading) = one(&lines, found);
        answered.push(one);
        if answered.len() < HISTORY {
            next = reading.forward.map(|found| (body, found)).or(reading.answered);
        }
    }
    answered
}

/// One message, its lines, and what reading them found.
fn one(lines: &[Line], found: Found) -> (Forwarded, Vec<Line>, Reading) {
    // A line that wrapping tore out of the quotation is the message's own like the rest.
    let body: Vec<Line> = lines[found.body].iter().map(|l| Line { depth: l.depth.max(found.depth), ..l.clone() }).collect();
    let subject = found.retold.subject.clone().unwrap_or_default();
    // Further in, the bodies repeat what the outer ones hold: beyond the limit nothing is lost.
    let reading = read(&body, Context { prefix: prefix(&subject), written_to: &[], inner: true });
    let text = to_text(body.iter().zip(&reading.whose).filter(|(_, w)| **w == Whose::New).map(|(l, _)| l), found.depth);
    let one = Forwarded {
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
    };
    (one, body, reading)
}
