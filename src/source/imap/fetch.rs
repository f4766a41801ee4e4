//! One look into the folder: what is new is listed, fetched, committed; then the cursor moves. Oldest first.

use super::Account;
use super::after::after;
use super::parts::{Body, Got, PART, Progress, Single, body_of, singly, uid_of, unquoted};
use super::session::Session;
use super::trouble::Trouble;
use crate::ambient::Ambient;
use crate::log;
use crate::source::{Arrival, Cursor, Inlet, Place, Stop, is_stopped};
use async_imap::imap_proto::{AttributeValue, Response};
use jiff::Timestamp;
use std::collections::BTreeMap;

const BATCH_BYTES: usize = 4 << 20;
const BATCH_COUNT: usize = 64;
/// So many refusals in a row are about the server, and not about a message.
const IN_VAIN: usize = 5;

/// A message as the listing gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub uid: u32,
    /// RFC822.SIZE: what the server believes. `None` when it did not say.
    pub size: Option<usize>,
    pub received_at: Option<Timestamp>,
}

pub async fn look<I: Inlet>(
    account: &Account,
    inlet: &I,
    ambient: &Ambient,
    session: &mut Session,
    uidvalidity: u32,
    stop: &Stop,
    progress: &mut Progress,
) -> Result<(), Trouble> {
    let source = account.name.as_str();
    let known = inlet.cursor(source).await?;
    inlet.reached(source).await?;
    let last = match known {
        Some(cursor) if cursor.uidvalidity == uidvalidity => cursor.uid,
        other => {
            // All stored UIDs of the folder are void: everything is read again, and the inlet knows it by its bytes.
            if other.is_some() {
                log::source_advice(source, "the server renumbered the folder: reading all of it again, which makes nothing twice");
            }
            *progress = Progress::default();
            inlet.set_cursor(source, Cursor { uidvalidity, uid: 0 }).await?;
            0
        }
    };
    let listed = list_from(session, last).await?;
    let still_there = |uid: &u32| listed.binary_search_by_key(uid, |entry| entry.uid).is_ok();
    progress.held.retain(|uid, _| still_there(uid));
    progress.ahead.retain(still_there);
    let fresh = |entry: &&Entry| !progress.ahead.contains(&entry.uid) && !progress.held.contains_key(&entry.uid);
    let fresh: Vec<Entry> = listed.iter().filter(fresh).copied().collect();
    let mut troubled: Vec<Entry> = listed.iter().filter(|entry| progress.held.contains_key(&entry.uid)).copied().collect();
    // One at which the connection breaks must not stand before those at which it does not.
    troubled.sort_by_key(|entry| progress.held.get(&entry.uid).map(|held| held.weight));
    let mut work = batches(&fresh);
    work.extend(troubled.chunks(1));
    let (mut waiting, mut vain) = (listed.as_slice(), 0);
    for batch in work {
        if is_stopped(stop) {
            return Ok(());
        }
        let now = ambient.now();
        let (got, gone) = fetch(account, session, batch, progress, now).await?;
        vain = if got.is_empty() && gone.is_empty() { vain + 1 } else { 0 };
        if vain >= IN_VAIN && fresh.contains(&batch[0]) {
            return Err(Trouble::Unfetchable);
        }
        // What is not wholly here is left where a person can find it.
        let whole: Vec<u32> = got.iter().filter(|(_, _, defects)| defects.is_empty()).map(|(entry, ..)| entry.uid).collect();
        let done: Vec<u32> = got.iter().map(|(entry, ..)| entry.uid).chain(gone).collect();
        let arrivals = got.into_iter().map(|(entry, bytes, defects)| Arrival {
            place: Place::Imap { uidvalidity, uid: entry.uid },
            bytes,
            received_at: entry.received_at.map_or(now, |at| at.min(now)),
            defects,
        });
        let arrivals: Vec<Arrival> = arrivals.collect();
        if !arrivals.is_empty() {
            inlet.take(source, arrivals).await?;
        }
        match after(session, &account.after, &whole).await {
            Err(trouble) if trouble.is_refusal() => {
                log::source_advice(source, &format!("`after` could not be done, the messages stay where they are: {trouble}"));
            }
            other => other?,
        }
        // The cursor moves last: a crash before it only means that a committed message is offered, and moved, again.
        for uid in done {
            progress.held.remove(&uid);
            progress.ahead.insert(uid);
        }
        if let Some(uid) = advance(&mut waiting, progress) {
            inlet.set_cursor(source, Cursor { uidvalidity, uid }).await?;
        }
    }
    if let Some(uid) = advance(&mut waiting, progress) {
        inlet.set_cursor(source, Cursor { uidvalidity, uid }).await?;
    }
    inlet.reached(source).await?;
    Ok(())
}

/// How far everything is done: up to the first message that waits or is held.
fn advance(waiting: &mut &[Entry], progress: &mut Progress) -> Option<u32> {
    let done = waiting.iter().take_while(|entry| progress.ahead.remove(&entry.uid)).count();
    let (passed, rest) = waiting.split_at(done);
    *waiting = rest;
    passed.last().map(|entry| entry.uid)
}

/// What was got of a batch, and which of it are gone; the rest is held.
async fn fetch(
    account: &Account,
    session: &mut Session,
    batch: &[Entry],
    progress: &mut Progress,
    now: Timestamp,
) -> Result<(Vec<Got>, Vec<u32>), Trouble> {
    let alone = matches!(batch, [one] if big(one) || progress.held.contains_key(&one.uid));
    let mut bodies = if alone { BTreeMap::new() } else { together(session, batch, progress, now).await? };
    let (mut got, mut gone, mut vain) = (Vec::new(), Vec::new(), 0);
    for entry in batch {
        match bodies.remove(&entry.uid) {
            Some(bytes) => got.push((*entry, bytes, Vec::new())),
            // A server that refuses all is not asked for each of thousands.
            None if vain >= IN_VAIN => progress.hold(entry.uid, now),
            None => match singly(account, session, entry, progress, now).await? {
                Single::Got(one) => got.push(one),
                Single::Gone => gone.push(entry.uid),
                Single::Held => vain += 1,
            },
        }
    }
    Ok((got, gone))
}

/// All messages above `last`, ascending, none twice. `n:*` names the highest message even when n is above it (RFC 9051 §9, seq-range).
pub async fn list_from(session: &mut Session, last: u32) -> Result<Vec<Entry>, Trouble> {
    let Some(first) = last.checked_add(1) else { return Ok(Vec::new()) };
    let mut found: BTreeMap<u32, Entry> = BTreeMap::new();
    session
        .command(&format!("UID FETCH {first}:* (UID RFC822.SIZE INTERNALDATE)"), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let Some(uid) = uid_of(attributes).filter(|&uid| uid > last) else { return };
            let entry = found.entry(uid).or_insert(Entry { uid, size: None, received_at: None });
            for attribute in attributes {
                match attribute {
                    AttributeValue::Rfc822Size(size) => entry.size = usize::try_from(*size).ok(),
                    AttributeValue::InternalDate(text) => entry.received_at = internal_date(text),
                    _ => {}
                }
            }
        })
        .await?;
    Ok(found.into_values().collect())
}

/// RFC 9051 §9, date-time: `" 2-Mar-2026 09:14:00 +0000"`.
fn internal_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

fn big(entry: &Entry) -> bool {
    entry.size.is_none_or(|n| n > PART)
}

/// Small messages in company, big ones alone.
fn batches(listed: &[Entry]) -> Vec<&[Entry]> {
    let (mut out, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (i, entry) in listed.iter().enumerate() {
        let size = entry.size.unwrap_or(0);
        let full = i > start && (bytes + size > BATCH_BYTES || i - start >= BATCH_COUNT || big(entry) || big(&listed[start]));
        if full {
            out.push(&listed[start..i]);
            (start, bytes) = (i, 0);
        }
        bytes += size;
    }
    if start < listed.len() {
        out.push(&listed[start..]);
    }
    out
}

/// The bodies of a batch, as far as they come.
async fn together(
    session: &mut Session,
    batch: &[Entry],
    progress: &mut Progress,
    now: Timestamp,
) -> Result<BTreeMap<u32, Vec<u8>>, Trouble> {
    let (mut bodies, mut room): (BTreeMap<u32, Vec<u8>>, _) = (BTreeMap::new(), 4 * BATCH_BYTES);
    let uids: Vec<u32> = batch.iter().map(|entry| entry.uid).collect();
    let fetched = session
        .command(&format!("UID FETCH {} (UID BODY.PEEK[])", uid_set(&uids)), |response| {
            if let Some((uid, Body { bytes: Some(bytes), .. })) = body_of(response)
                && let Ok(at) = batch.binary_search_by_key(&uid, |entry| entry.uid)
            {
                // Sizes may lie: what does not fit is fetched alone.
                if bytes.len() <= room && !bodies.contains_key(&uid) {
                    room -= bytes.len();
                    bodies.insert(uid, unquoted(bytes, batch[at].size));
                }
            }
        })
        .await;
    match fetched {
        Err(trouble) if !trouble.is_refusal() => {
            // One of those that did not come may be what the server stumbles over.
            for uid in uids.iter().filter(|uid| !bodies.contains_key(uid)) {
                progress.hold(*uid, now);
            }
            Err(trouble)
        }
        _ => Ok(bodies),
    }
}

/// `[5, 6, 7, 9]` → `5:7,9` (RFC 9051 §9, sequence-set). Ascending UIDs.
pub fn uid_set(uids: &[u32]) -> String {
    let mut out = String::new();
    let mut rest = uids;
    while let Some(&first) = rest.first() {
        let run = 1 + rest.windows(2).take_while(|pair| pair[0].checked_add(1) == Some(pair[1])).count();
        let last = rest[run - 1];
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&if first == last { first.to_string() } else { format!("{first}:{last}") });
        rest = &rest[run..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(uid: u32, size: usize) -> Entry {
        Entry { uid, size: Some(size), received_at: None }
    }

    #[test]
    fn sets_are_short_and_whole() {
        assert_eq!(uid_set(&[]), "");
        assert_eq!(uid_set(&[5]), "5");
        assert_eq!(uid_set(&[5, 6, 7, 9, 4_294_967_294, 4_294_967_295]), "5:7,9,4294967294:4294967295");
    }

    proptest! {
        #[test]
        fn sets_name_just_what_they_were_made_of(uids in proptest::collection::btree_set(1u32..300, 0..60)) {
            let uids: Vec<u32> = uids.into_iter().collect();
            let set = uid_set(&uids);
            let number = |text: &str| text.parse::<u32>().unwrap();
            let range = |part: &str| part.split_once(':').map_or_else(|| number(part)..=number(part), |(a, b)| number(a)..=number(b));
            let back: Vec<u32> = set.split(',').filter(|part| !part.is_empty()).flat_map(range).collect();
            prop_assert_eq!(back, uids);
        }
    }

    #[test]
    fn batches_keep_order_and_lose_nothing() {
        let listed: Vec<Entry> = (1..=200).map(|uid| entry(uid, if uid % 50 == 0 { 2 * PART } else { 100_000 })).collect();
        let cut = batches(&listed);
        assert_eq!(cut.concat(), listed);
        for batch in cut {
            let lone = batch.iter().any(big);
            assert!(!lone || batch.len() == 1, "{batch:?}");
            assert!(batch.iter().filter_map(|e| e.size).sum::<usize>() <= BATCH_BYTES);
        }
        assert!(batches(&[]).is_empty());
    }

    #[test]
    fn dates_of_receipt_are_read_as_servers_write_them() {
        let at = |text| internal_date(text).map(|t| t.to_string());
        assert_eq!(at(" 2-Mar-2026 09:14:00 +0000").as_deref(), Some("2026-03-02T09:14:00Z"));
        assert_eq!(at("02-Mar-2026 09:14:00 +0130").as_deref(), Some("2026-03-02T07:44:00Z"));
        assert_eq!(at("nonsense"), None);
    }
}
