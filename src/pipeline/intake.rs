//! Received → decided. Reading runs ahead on every core; then one transaction, alone under the landlord's lock, claims that landlord's oldest
//! messages and decides them in the order of their receipt.

use super::{House, Result, Works, apply, arrival, shadow};
use crate::log;
use crate::message::{self, Hint};
use crate::model::decision::ReviewCause;
use crate::model::message::Message;
use crate::store::message::Waiting;
use crate::store::{self, Tx};
use crate::triage;
use futures::FutureExt;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Messages in one transaction: enough to pay for its commit, few enough that a letter does not wait for it.
const BATCH: i64 = 64;
/// How long a batch keeps others waiting before it commits what it has.
const TURN: Duration = Duration::from_millis(15);
/// Raws fetched together, and the size in bytes beyond which no more are: a mailbox of photographs must fit into memory.
const AT_ONCE: usize = 8;
const READ_AT_ONCE: u64 = 32 << 20;
/// After so many faults of the store a message is set aside for a person, so that it never blocks the next (promise 2).
const PATIENCE: i64 = 3;

/// A raw as it was read: its messages, or what went wrong.
type Readings = HashMap<i64, std::result::Result<Vec<Message>, String>>;

/// Decides until nothing waits. Answers how many messages were decided.
///
/// # Errors
/// When the store does not answer. What was committed stays decided.
pub async fn drain(works: &Arc<Works>) -> Result<usize> {
    let mut decided = 0;
    loop {
        let landlords = {
            let mut tx = works.db.read().await?;
            store::message::landlords_waiting(&mut tx).await?
        };
        let mut progress = 0;
        for landlord in landlords {
            // Mail of a landlord who is no longer configured waits until he is, and `oldest_undecided` tells of it.
            if works.in_force().landlords.contains_key(&landlord) {
                progress += batch(works, &landlord).await?;
            }
        }
        if progress == 0 {
            return Ok(decided);
        }
        decided += progress;
    }
}

async fn batch(works: &Arc<Works>, landlord: &str) -> Result<usize> {
    let (ahead, readings) = read_ahead(works, landlord).await?;
    if ahead.is_empty() {
        return Ok(0);
    }
    match decide_in_turns(works, landlord, ahead.len() as i64, &readings).await {
        Ok(count) => Ok(count),
        // The store is away or full: no message is at fault.
        Err(super::Error::Store(e)) if e.temporary() => Err(e.into()),
        // The batch as a whole was rolled back. Alone, the message at fault is found, counted and at last set aside; the rest goes on.
        Err(e) => {
            log::work_failed("deciding a batch", &e, 0.0);
            one_by_one(works, landlord, &ahead, &readings).await
        }
    }
}

/// Decides what was read ahead, in as many transactions as others' waiting makes of it.
async fn decide_in_turns(works: &Arc<Works>, landlord: &str, ahead: i64, readings: &Readings) -> Result<usize> {
    let mut left = ahead;
    while left > 0 {
        let count = decide_batch(works, landlord, left, readings).await?;
        left -= count as i64;
        if count == 0 {
            break;
        }
    }
    usize::try_from(ahead - left).map_err(|_| super::Error::Set("more was decided than was read".into()))
}

/// Reads a landlord's oldest raws without any lock.
async fn read_ahead(works: &Arc<Works>, landlord: &str) -> Result<(Vec<Waiting>, Readings)> {
    let mut tx = works.db.read().await?;
    let waiting = store::message::waiting(&mut tx, landlord, BATCH).await?;
    let ids: Vec<i64> = waiting.iter().map(|w| w.raw_id).collect();
    let mut raws = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        raws.extend(store::message::raws(&mut tx, some).await?);
        // What is left of the batch is read in the next: `decide_batch` stops at the first that was not read.
        if raws.iter().map(store::message::PackedRaw::size).sum::<u64>() > READ_AT_ONCE {
            break;
        }
    }
    drop(tx);
    let hints: HashMap<i64, Hint> = waiting.iter().map(|w| (w.raw_id, hint(works, w))).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tasks = Vec::new();
    let share = raws.len().div_ceil(cores).max(1);
    while !raws.is_empty() {
        let (share, hints) = (raws.split_off(raws.len().saturating_sub(share)), hints.clone());
        tasks.push(tokio::task::spawn_blocking(move || {
            share.iter().map(|raw| (raw.raw_id, read(raw, &hints[&raw.raw_id]))).collect::<Vec<_>>()
        }));
    }
    let mut readings = Readings::new();
    for task in tasks {
        readings.extend(task.await.unwrap_or_default());
    }
    Ok((waiting, readings))
}

fn hint(works: &Works, waiting: &Waiting) -> Hint {
    Hint { channel: Some(waiting.channel), outside: works.outside, ..Hint::default() }
}

/// `message::read` never fails by its contract; a panic in it would be a fault of ours, and must not take the other mail with it.
fn read(raw: &store::message::PackedRaw, hint: &Hint) -> std::result::Result<Vec<Message>, String> {
    let bytes = raw.unpack().map_err(|e| e.to_string())?;
    catch_unwind(AssertUnwindSafe(|| message::read(&bytes, hint))).map_err(|_| "reading it failed".into())
}

async fn decide_batch(works: &Arc<Works>, landlord: &str, limit: i64, readings: &Readings) -> Result<usize> {
    // One set of rules for the whole transaction: others come into force between two.
    let in_force = works.in_force();
    let house = in_force.house(landlord)?;
    let mut tx = works.db.write(Some(landlord)).await?;
    let begun = Instant::now();
    let mut told = Vec::new();
    let mut count = 0;
    for waiting in store::message::waiting(&mut tx, landlord, limit).await? {
        // Somebody else took the peeked batch, and this is mail that was not read ahead: the next round reads it.
        let Some(reading) = readings.get(&waiting.raw_id) else { break };
        // A fault of ours in one message must not end the work on all others.
        let decided = AssertUnwindSafe(decide_one(works, house, &mut tx, &waiting, reading)).catch_unwind().await;
        told.extend(decided.unwrap_or_else(|_| Err(super::Error::Set("deciding it ended in a fault of Postroom".into())))?);
        count += 1;
        // On SQLite nobody can be received while this holds the one writer, and whoever is received waits for his 200.
        if begun.elapsed() >= TURN && works.group.is_waiting() {
            break;
        }
    }
    tx.commit("decide").await?;
    works.posted.send_replace(());
    let decided = told.into_iter().filter_map(|t| t.tell(works, landlord)).collect();
    shadow::beside(works, decided).await;
    Ok(count)
}

async fn decide_one(
    works: &Works,
    house: &House,
    tx: &mut Tx,
    waiting: &Waiting,
    reading: &std::result::Result<Vec<Message>, String>,
) -> Result<Vec<apply::Told>> {
    let messages = match reading {
        Ok(messages) => messages,
        Err(fault) => {
            set_aside(works, house, tx, waiting.id, fault).await?;
            return Ok(Vec::new());
        }
    };
    if waiting.part > 0 {
        let again = usize::try_from(waiting.part).ok().and_then(|i| messages.get(i));
        return match again {
            Some(message) => Ok(vec![apply::decide(works, house, tx, waiting, message).await?]),
            None => {
                set_aside(works, house, tx, waiting.id, "its raw holds no such part any more").await?;
                Ok(Vec::new())
            }
        };
    }
    let mut told = Vec::with_capacity(messages.len());
    for (part, message) in messages.iter().enumerate() {
        let mut own = waiting.clone();
        own.received_at = arrival::receipt(waiting, message);
        if part > 0 {
            own.part = part as i64;
            own.id = store::message::add_part(tx, waiting.id, own.part, own.received_at).await?;
        }
        told.push(apply::decide(works, house, tx, &own, message).await?);
    }
    Ok(told)
}

/// A message that cannot be decided becomes a review entry with its raw bytes, and can be run again.
async fn set_aside(works: &Works, house: &House, tx: &mut Tx, message: i64, fault: &str) -> Result<()> {
    let now = works.ambient.now();
    store::message::fail(tx, message, fault, now).await?;
    // It may be a complaint: doubt goes to a person with the clock running (promise 7).
    let row = store::message::by_id(tx, message).await?;
    let duty = triage::unread(&house.policy, &house.calendar, row.received_at);
    store::duty::add(tx, &house.id, None, Some(message), &duty, !row.answerable).await?;
    let says = "This message could not be read or decided. Please open the original and handle it by hand.";
    store::review::add(tx, &store::review::NewReview::of_message(&house.id, message, None, ReviewCause::Unreadable, says, now)).await?;
    log::set_aside(message, "reading or deciding failed");
    Ok(())
}

async fn one_by_one(works: &Arc<Works>, landlord: &str, ahead: &[Waiting], readings: &Readings) -> Result<usize> {
    let mut count = 0;
    for _ in ahead {
        match decide_batch(works, landlord, 1, readings).await {
            Ok(0) => break,
            Ok(n) => count += n,
            Err(super::Error::Store(e)) if e.temporary() => return Err(e.into()),
            Err(e) => {
                count += fault(works, landlord, &e).await?;
                break;
            }
        }
    }
    Ok(count)
}

/// Counts a fault against the message at the head of the queue; the third sets it aside.
async fn fault(works: &Arc<Works>, landlord: &str, error: &super::Error) -> Result<usize> {
    let in_force = works.in_force();
    let house = in_force.house(landlord)?;
    let mut tx = works.db.write(Some(landlord)).await?;
    let Some(head) = store::message::waiting(&mut tx, landlord, 1).await?.pop() else { return Ok(0) };
    let faults = store::message::faulted(&mut tx, head.id, &error.to_string()).await?;
    if faults >= PATIENCE {
        set_aside(works, house, &mut tx, head.id, &error.to_string()).await?;
    }
    tx.commit("fail-message").await?;
    Ok(usize::from(faults >= PATIENCE))
}
