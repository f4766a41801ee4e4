//! What a server's refusal means for the letter, the queue and the person who looks after them.

use super::Stopped;
use crate::courier::{Outcome, Why};

/// How far an attempt had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Connection,
    Sender,
    Recipient,
    Content,
}

/// What a refusal, or a connection lost before the final dot, means for the letter.
pub fn before_content(stopped: Stopped, phase: Phase) -> Outcome {
    let Stopped { code, why, answer, .. } = stopped;
    let Some(number) = code else {
        return match why {
            Why::NotOffered if phase != Phase::Connection => Outcome::Dead { code, why, answer },
            Why::Credentials | Why::Token | Why::Tls | Why::NotOffered => Outcome::Deferred { code, why, blocked: true, answer },
            _ => Outcome::Deferred { code, why, blocked: false, answer },
        };
    };
    if matches!(why, Why::Credentials | Why::Token) {
        return Outcome::Deferred { code, why, blocked: true, answer };
    }
    let (why, fate) = judge(number, enhanced(&answer), phase);
    match fate {
        Fate::Later => Outcome::Deferred { code, why, blocked: false, answer },
        Fate::Blocked => Outcome::Deferred { code, why, blocked: true, answer },
        Fate::Dead => Outcome::Dead { code, why, answer },
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Later,
    Blocked,
    Dead,
}

/// RFC 5321 §4.2, RFC 3463, RFC 5248, and what the large providers mean by them.
fn judge(code: u16, enhanced: Option<(u8, u16, u16)>, phase: Phase) -> (Why, Fate) {
    let status = enhanced.map(|(_, subject, detail)| (subject, detail));
    if code < 500 {
        return match (code, status) {
            (454, Some((7, 0))) | (454, None) => (Why::Credentials, Fate::Blocked),
            (432, _) | (_, Some((7, 28))) => (Why::Throttled, Fate::Later),
            _ => (Why::Busy, Fate::Later),
        };
    }
    match (code, status) {
        (530 | 534 | 535 | 538, _) => (Why::Credentials, Fate::Blocked),
        (_, Some((1, 7 | 8))) => (Why::Policy, Fate::Blocked),
        (_, Some((1, _) | (2, 0 | 1 | 2 | 4))) if matches!(phase, Phase::Recipient | Phase::Content) => (Why::Recipient, Fate::Dead),
        // What a filter calls spam is about this letter.
        (554, Some((7, 1))) if phase == Phase::Content => (Why::Content, Fate::Dead),
        (552, Some((3, 4)) | None) | (_, Some((2 | 3, 3 | 4))) | (523, _) => (Why::TooBig, Fate::Dead),
        (_, Some((6, _))) => (Why::Content, Fate::Dead),
        (_, Some((7, _))) => (Why::Policy, Fate::Blocked),
        // Refused at the door or at our own name: no letter would fare better.
        _ if matches!(phase, Phase::Connection | Phase::Sender) => (Why::Policy, Fate::Blocked),
        (550 | 551 | 553 | 556, None) if phase == Phase::Recipient => (Why::Recipient, Fate::Dead),
        (554, None) if phase == Phase::Content => (Why::Content, Fate::Dead),
        _ => (Why::Refused, Fate::Dead),
    }
}

/// The enhanced status code at the head of a reply's text (RFC 2034 §4).
fn enhanced(answer: &str) -> Option<(u8, u16, u16)> {
    let word = answer.split(' ').find(|word| word.contains('.'))?;
    let mut parts = word.split('.');
    let (class, subject, detail) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next().is_none() && matches!(class, 2 | 4 | 5)).then_some((class, subject, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_read_where_they_stand() {
        assert_eq!(enhanced("5.1.10 no such person"), Some((5, 1, 10)));
        assert_eq!(enhanced("4.7.28"), Some((4, 7, 28)));
        for none in ["", "no such person at home.example", "10.0.0.1 listed", "5.1", "5.x.1 no", "3.1.1 no", "1.2.3.4"] {
            assert_eq!(enhanced(none), None, "{none}");
        }
    }

    #[test]
    fn no_code_falls_through() {
        for code in 400..600 {
            for phase in [Phase::Connection, Phase::Sender, Phase::Recipient, Phase::Content] {
                for status in [None, Some((5, 7, 1)), Some((5, 1, 1)), Some((5, 9, 9))] {
                    let (_, fate) = judge(code, status, phase);
                    // A 4yz never loses a letter (RFC 5321 §4.2.1); a 5yz is never just tried again.
                    assert_ne!(fate, if code < 500 { Fate::Dead } else { Fate::Later }, "{code} {status:?} {phase:?}");
                }
            }
        }
    }
}
