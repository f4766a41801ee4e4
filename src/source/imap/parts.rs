//! One message at a time, in parts: the big, and those at which something went wrong.

use super::Account;
use super::fetch::Entry;
use super::session::Session;
use super::trouble::Trouble;
use crate::log;
use crate::model::message::Defect;
use async_imap::imap_proto::{AttributeValue, Response};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How much is asked for at once.
pub const PART: usize = 1 << 20;

/// What one connection's life does not hold: kept in memory over reconnects, and safe to lose.
#[derive(Debug, Default)]
pub struct Progress {
    /// Messages that could not be had. They come last, one by one, and the cursor waits before the first of them.
    pub held: BTreeMap<u32, Held>,
    /// Messages beyond the cursor that are committed already.
    pub ahead: BTreeSet<u32>,
}

#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// A refusal weighs four, a lost connection one: lines fail for many reasons.
    pub weight: u32,
    since: Timestamp,
    headers_asked: u32,
}

const REFUSED: u32 = 4;
const LOST: u32 = 1;
/// Given up only at this weight, and after `Account::give_up`: a server has its bad quarters of an hour.
const TOO_MUCH: u32 = 10;

impl Progress {
    /// Marks a message as one to be fetched alone, after the others.
    pub fn hold(&mut self, uid: u32, now: Timestamp) {
        self.held.entry(uid).or_insert(Held { weight: 0, since: now, headers_asked: 0 });
    }
}

/// What was had of a message, and what is wrong with it.
pub type Got = (Entry, Vec<u8>, Vec<Defect>);

pub enum Single {
    Got(Got),
    /// Expunged by somebody else, which is no error.
    Gone,
    /// Refused; to be tried again at the next look.
    Held,
}

/// One message, in parts. After too many tries over too long, what can be had of it, with a defect.
pub async fn singly(
    account: &Account,
    session: &mut Session,
    entry: &Entry,
    progress: &mut Progress,
    now: Timestamp,
) -> Result<Single, Trouble> {
    let held = progress.held.entry(entry.uid).or_insert(Held { weight: 0, since: now, headers_asked: 0 });
    let age = now.duration_since(held.since).unsigned_abs();
    if held.weight >= TOO_MUCH && age >= account.give_up {
        let header = if held.headers_asked < 3 { header(session, entry.uid, held).await? } else { Vec::new() };
        let what = "the mail server does not hand over this message: look at it in the mailbox itself";
        return Ok(Single::Got((*entry, header, vec![Defect::new("unfetched", what)])));
    }
    match parts(session, entry, account.max_bytes).await {
        Ok(None) => Ok(Single::Gone),
        Ok(Some((bytes, whole))) => {
            let what = "the message is bigger than Postroom takes in: only its beginning is here, the rest is in the mailbox";
            let defects = if whole { Vec::new() } else { vec![Defect::new("oversize", what)] };
            Ok(Single::Got((*entry, bytes, defects)))
        }
        Err(trouble) if trouble.is_refusal() || trouble == Trouble::Unfetchable => {
            if held.weight == 0 {
                log::source_advice(&account.name, &format!("{}; the others come first", Trouble::Unfetchable));
            }
            held.weight += REFUSED;
            Ok(Single::Held)
        }
        Err(trouble) => {
            held.weight += if matches!(trouble, Trouble::TooMuch | Trouble::Protocol) { REFUSED } else { LOST };
            Err(trouble)
        }
    }
}

async fn header(session: &mut Session, uid: u32, held: &mut Held) -> Result<Vec<u8>, Trouble> {
    // Counted before it is asked: should even this end the connection, it is asked only so often.
    held.headers_asked += 1;
    let mut header = Vec::new();
    let asked = session
        .command(&format!("UID FETCH {uid} (UID BODY.PEEK[HEADER])"), |response| {
            if let Some((found, Body { bytes: Some(bytes), .. })) = body_of(response)
                && found == uid
            {
                header = bytes.to_vec();
            }
        })
        .await;
    match asked {
        Err(trouble) if !trouble.is_refusal() => Err(trouble),
        _ => Ok(header),
    }
}

/// The message's bytes and whether they are all of it; `None` when it is gone.
async fn parts(session: &mut Session, entry: &Entry, max_bytes: usize) -> Result<Option<(Vec<u8>, bool)>, Trouble> {
    let (uid, mut all) = (entry.uid, Vec::new());
    // A size beyond the limit is not worth fetching up to it.
    let limit = if entry.size.is_some_and(|n| n > max_bytes) { PART } else { max_bytes };
    loop {
        let (offset, mut part) = (all.len(), None);
        session
            .command(&format!("UID FETCH {uid} (UID BODY.PEEK[]<{offset}.{PART}>)"), |response| {
                if let Some((found, body)) = body_of(response)
                    && found == uid
                {
                    part.get_or_insert((body.origin, body.bytes.map(|bytes| unquoted(bytes, entry.size))));
                }
            })
            .await?;
        let (origin, bytes) = match part {
            // OK without data: expunged meanwhile, or silently kept back.
            None if exists(session, uid).await? => return Err(Trouble::Unfetchable),
            None => return Ok(None),
            Some((_, None)) if offset == 0 => return Err(Trouble::Unfetchable),
            Some((_, None)) => return Ok(Some((all, true))),
            Some((origin, Some(bytes))) => (origin, bytes),
        };
        let got = bytes.len();
        match origin {
            // Some servers know no parts, and send the whole.
            None if offset == 0 => return Ok(Some((bytes, true))),
            Some(origin) if usize::try_from(origin) == Ok(offset) => all.extend_from_slice(&bytes),
            _ => return Err(Trouble::Protocol),
        }
        // A server may give less than was asked before the end; RFC822.SIZE may be wrong either way. Only nothing is surely the end.
        let at_end = got == 0 || (got < PART && entry.size.is_none_or(|size| all.len() >= size));
        if at_end {
            return Ok(Some((all, true)));
        }
        if all.len() >= limit {
            return Ok(Some((all, false)));
        }
    }
}

async fn exists(session: &mut Session, uid: u32) -> Result<bool, Trouble> {
    let mut found = false;
    session
        .command(&format!("UID FETCH {uid} (UID)"), |response| {
            if let Response::Fetch(_, attributes) = response {
                found |= uid_of(attributes) == Some(uid);
            }
        })
        .await?;
    Ok(found)
}

pub struct Body<'a> {
    /// The offset that the server says this part begins at.
    pub origin: Option<u32>,
    /// `None` for NIL.
    pub bytes: Option<&'a [u8]>,
}

/// A FETCH response that carries text of a message. One that only tells of flags may come at any time, and is not meant.
pub fn body_of<'a>(response: &'a Response<'_>) -> Option<(u32, Body<'a>)> {
    let Response::Fetch(_, attributes) = response else { return None };
    let body = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { index, data, .. } => Some(Body { origin: *index, bytes: data.as_deref() }),
        _ => None,
    })?;
    Some((uid_of(attributes)?, body))
}

/// A body may come as a quoted string (never one with line breaks), in which the parser leaves the backslashes (RFC 9051 §4.3).
/// The size tells such a one from a text that holds backslashes of its own.
pub fn unquoted(bytes: &[u8], size: Option<usize>) -> Vec<u8> {
    if bytes.contains(&b'\n') || !bytes.contains(&b'\\') || size.is_none_or(|n| n >= bytes.len()) {
        return bytes.to_vec();
    }
    let (mut out, mut escaped) = (Vec::with_capacity(bytes.len()), false);
    for &byte in bytes {
        escaped = byte == b'\\' && !escaped;
        if !escaped {
            out.push(byte);
        }
    }
    out
}

pub fn uid_of(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) if *uid > 0 => Some(*uid),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_body_loses_its_backslashes_and_a_literal_keeps_its_own() {
        assert_eq!(unquoted(br#"a \"b\" \\"#, Some(7)), br#"a "b" \"#);
        assert_eq!(unquoted(br"a \\ b", Some(6)), br"a \\ b");
        assert_eq!(unquoted(b"C:\\temp\r\n", Some(3)), b"C:\\temp\r\n");
    }
}
