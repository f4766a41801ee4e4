//! Events out: what happens to a case is told to the landlord's case system, at least once, in the order of its journal, for three days.

pub mod body;
pub mod told;

use super::{Result, Works};
use crate::config::Config;
use crate::courier::event::Receiver;
use crate::courier::{Outcome, Why};
use crate::log;
use crate::model::decision::ReviewCause;
use crate::store::event::Row;
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};

/// Events looked at in one round.
const ROUND: i64 = 100;
/// One daemon sends a landlord's events; another takes over when it has not said so for this long. Longer than one try.
const LEASE: SignedDuration = SignedDuration::from_secs(90);
/// Before the second try, the third, …: Standard Webhooks' own example, some 75 hours in all. The last is followed by a person.
const WAITS: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// A landlord's case system, and how it stood at the last try.
pub struct Line {
    landlord: String,
    receiver: Receiver,
    down: bool,
}

impl Line {
    /// The case systems that are configured.
    ///
    /// # Errors
    /// A secret that cannot be read, in words for the operator.
    pub fn all(config: &Config) -> std::result::Result<Vec<Line>, String> {
        let with = config.landlords.iter().filter_map(|l| Some((l, l.events.as_ref()?.out.as_ref()?)));
        with.map(|(l, set)| Ok(Line { landlord: l.id.clone(), receiver: Receiver::of(&l.id, set)?, down: false })).collect()
    }
}

/// Notes that a landlord has a case system from now on: what happened before is kept, and goes out when somebody replays it.
///
/// # Errors
/// When the store does not answer.
pub async fn begin(works: &Works, line: &Line) -> Result<()> {
    let name = format!("events:{}", line.landlord);
    let mut tx = works.db.write(None).await?;
    if store::meta::read(&mut tx, &name).await?.is_none() {
        store::event::keep(&mut tx, &line.landlord).await?;
        store::meta::read_or_keep(&mut tx, &name, &works.ambient.now().to_string()).await?;
        tx.commit("event").await?;
    }
    Ok(())
}

/// Sends what is due until nothing is, the system fails, or `stop` says so. Answers how many were taken.
///
/// # Errors
/// When the store does not answer. What was sent and not yet noted is sent again, under the same id.
pub async fn drain(works: &Works, line: &mut Line, holder: &str, stop: &AtomicBool) -> Result<usize> {
    let mut taken = 0;
    loop {
        let due = {
            let mut tx = works.db.read().await?;
            store::event::due(&mut tx, &line.landlord, works.ambient.now(), ROUND).await?
        };
        if due.is_empty() {
            return Ok(taken);
        }
        for row in due {
            if stop.load(Ordering::Relaxed) || !ours(works, line, holder).await? {
                return Ok(taken);
            }
            if !send(works, line, row).await? {
                return Ok(taken);
            }
            taken += 1;
        }
    }
}

/// Two daemons that send the same case's events would put them out of order.
async fn ours(works: &Works, line: &Line, holder: &str) -> Result<bool> {
    if !works.shared_store() {
        return Ok(true);
    }
    let now = works.ambient.now();
    let mut tx = works.db.write(None).await?;
    let lease = store::source::acquire(&mut tx, &format!("events:{}", line.landlord), holder, now, now + LEASE).await?;
    tx.commit("lease").await?;
    Ok(lease.is_some())
}

/// True when it was taken.
async fn send(works: &Works, line: &mut Line, row: Row) -> Result<bool> {
    let body = match &row.body {
        Some(body) => body.clone(),
        None => {
            let mut tx = works.db.write(None).await?;
            let body = body::of(&mut tx, &row).await?.to_string();
            store::event::set_body(&mut tx, row.position, &body).await?;
            tx.commit("event").await?;
            body
        }
    };
    let id = format!("evt_{}_{}", works.instance, row.position);
    let outcome = line.receiver.carry(&id, &body, works.ambient.now()).await;
    let now = works.ambient.now();
    let mut tx = works.db.write(None).await?;
    // What is refused for itself says nothing of the system: only one that is away is waited for, and greeted when it is back.
    let away = !matches!(outcome, Outcome::Later { why: Why::Refused, .. });
    let (code, why, after) = match outcome {
        Outcome::Sent { answer } => {
            store::event::sent(&mut tx, row.position, &answer).await?;
            if std::mem::take(&mut line.down) {
                store::event::hasten(&mut tx, &line.landlord, now).await?;
                log::events_flow(&line.landlord);
            }
            tx.commit("event").await?;
            works.metrics.event("sent");
            return Ok(true);
        }
        Outcome::Later { code, why, after } => (code, why, after.and_then(|a| SignedDuration::try_from(a).ok())),
        Outcome::Deferred { code, why, .. } | Outcome::Dead { code, why, .. } => (code, why, None),
        Outcome::Unknown { why } => (None, why, None),
    };
    let says = code.map_or_else(|| why.to_string(), |code| code.to_string());
    let tried = usize::try_from(row.attempts).unwrap_or(usize::MAX);
    let state = match WAITS.get(tried) {
        Some(wait) => {
            let wait = jitter(*wait, works.ambient.random()).max(after.unwrap_or_default());
            store::event::later(&mut tx, row.position, now + wait, &says).await?;
            "deferred"
        }
        None => {
            store::event::dead(&mut tx, row.position, &says).await?;
            give_up(&mut tx, &row, now).await?;
            "dead"
        }
    };
    tx.commit("event").await?;
    works.metrics.event(state);
    if !away || !std::mem::replace(&mut line.down, true) {
        log::events_stuck(&line.landlord, code, row.position);
    }
    Ok(false)
}

async fn give_up(tx: &mut Tx, row: &Row, now: Timestamp) -> Result<()> {
    let says = format!(
        "Your case system did not take event {} of this case for three days. Mend it, then run `postroom events replay --from {}`.",
        row.position, row.position
    );
    let cause = ReviewCause::LetterFailed;
    let review =
        NewReview { landlord: &row.landlord, message_id: None, case_id: Some(row.case_id), outbox_id: None, cause, says: &says, now };
    store::review::add(tx, &review).await?;
    Ok(())
}

/// Up to a tenth more, so that a system which comes back is not met by all at once.
fn jitter(wait: SignedDuration, random: [u8; 1]) -> SignedDuration {
    wait + wait * i32::from(random[0]) / 2550
}

/// Sends everything of a landlord from a position on again.
///
/// # Errors
/// When the store does not answer.
pub async fn replay(works: &Works, landlord: &str, from: i64) -> Result<u64> {
    let mut tx = works.db.write(None).await?;
    let count = store::event::replay(&mut tx, landlord, from, works.ambient.now()).await?;
    // Who replays has a case system: a first start after this must not put it all away again.
    store::meta::read_or_keep(&mut tx, &format!("events:{landlord}"), &works.ambient.now().to_string()).await?;
    tx.commit("event").await?;
    Ok(count)
}
