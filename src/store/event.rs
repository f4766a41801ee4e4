//! What the landlord's case system is told, and what it told us. The journal is the log: an event has the position of its entry.
//!
//! ```text
//! queued ──▶ sent            kept ──replay──▶ queued
//!   └──three days──▶ dead ──replay──▶ queued
//! ```

use super::column::{At, at, key, text};
use super::db::Tx;
use super::error::Result;
use crate::model::case::{CaseId, Stage};
use jiff::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub position: i64,
    pub landlord: String,
    pub case_id: CaseId,
    pub stage: Stage,
    /// queued, sent, dead or kept.
    pub state: String,
    pub attempts: i64,
    #[sqlx(try_from = "At")]
    pub next_at: Timestamp,
    pub body: Option<String>,
    pub answer: Option<String>,
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
    pub who: String,
    pub what: String,
    pub message_id: Option<i64>,
    pub outbox_id: Option<i64>,
    /// The journal's own, JSON.
    pub note: String,
}

macro_rules! row {
    ($tail:literal) => {
        concat!(
            "SELECT e.position, e.landlord, e.case_id, e.stage, e.state, e.attempts, e.next_at, e.body, e.answer, j.at, j.who, j.what, j.message_id,
             j.outbox_id, j.note FROM event AS e JOIN case_event AS j ON j.id = e.position ",
            $tail
        )
    };
}

statements! {
    ADD = "INSERT INTO event (position, landlord, case_id, stage, state, attempts, next_at)
        SELECT CAST($1 AS BIGINT), landlord, id, stage, 'queued', 0, CAST($3 AS BIGINT) FROM cases WHERE id = $2";
    /// The first that waits of each case: nothing of a case goes out before what happened earlier in it.
    DUE = row!("WHERE e.landlord = $1 AND e.state = 'queued' AND e.next_at <= $2
        AND NOT EXISTS (SELECT 1 FROM event AS p WHERE p.case_id = e.case_id AND p.state = 'queued' AND p.position < e.position)
        ORDER BY e.position LIMIT $3");
    BODY = "UPDATE event SET body = $2 WHERE position = $1";
    SENT = "UPDATE event SET state = 'sent', attempts = attempts + 1, answer = $2 WHERE position = $1";
    LATER = "UPDATE event SET attempts = attempts + 1, next_at = $2, answer = $3 WHERE position = $1";
    DEAD = "UPDATE event SET state = 'dead', attempts = attempts + 1, answer = $2 WHERE position = $1";
    HASTEN = "UPDATE event SET next_at = $2 WHERE landlord = $1 AND state = 'queued' AND next_at > $2";
    KEEP = "UPDATE event SET state = 'kept' WHERE landlord = $1 AND state = 'queued'";
    REPLAY = "UPDATE event SET state = 'queued', attempts = 0, next_at = $3 WHERE landlord = $1 AND position >= $2";
    EVENTS_LIST = row!("WHERE e.landlord = $1 AND (e.state = $2 OR $2 = '') AND e.position > $3 ORDER BY e.position LIMIT $4");
    TOLD = "SELECT sha256 FROM told WHERE webhook_id = $1 AND landlord = $2";
    TELL = "INSERT INTO told (landlord, webhook_id, sha256, at) VALUES ($1, $2, $3, $4)";
}

/// Queues the event of a journal's entry. Called by the journal itself: nothing that is written there is left out.
pub(super) async fn add(tx: &mut Tx, position: i64, case_id: CaseId, now: Timestamp) -> Result<()> {
    on!(tx, run(ADD, position, case_id, at(now))).map(drop)
}

/// Events of a landlord that may go out now, in the order of their positions, one a case.
pub async fn due(tx: &mut Tx, landlord: &str, now: Timestamp, limit: i64) -> Result<Vec<Row>> {
    on!(tx, all(DUE, landlord, at(now), limit))
}

/// Keeps what is sent, so that each try sends the same.
pub async fn set_body(tx: &mut Tx, position: i64, body: &str) -> Result<()> {
    on!(tx, run(BODY, position, body)).map(drop)
}

pub async fn sent(tx: &mut Tx, position: i64, answer: &str) -> Result<()> {
    on!(tx, run(SENT, position, &*text(answer))).map(drop)
}

pub async fn later(tx: &mut Tx, position: i64, next_at: Timestamp, answer: &str) -> Result<()> {
    on!(tx, run(LATER, position, at(next_at), &*text(answer))).map(drop)
}

/// The system did not take it for days. What follows in its case goes on.
pub async fn dead(tx: &mut Tx, position: i64, answer: &str) -> Result<()> {
    on!(tx, run(DEAD, position, &*text(answer))).map(drop)
}

/// The system answers again: what waits for a later try need not.
pub async fn hasten(tx: &mut Tx, landlord: &str, now: Timestamp) -> Result<()> {
    on!(tx, run(HASTEN, landlord, at(now))).map(drop)
}

/// What happened before there was anybody to tell is kept, and goes out when somebody asks for it.
pub async fn keep(tx: &mut Tx, landlord: &str) -> Result<u64> {
    on!(tx, run(KEEP, landlord))
}

/// Sends everything from a position on again, whatever became of it. Returns how many events.
pub async fn replay(tx: &mut Tx, landlord: &str, from: i64, now: Timestamp) -> Result<u64> {
    on!(tx, run(REPLAY, landlord, from, at(now)))
}

/// Events after a position.
pub async fn list(tx: &mut Tx, landlord: &str, state: Option<&str>, after: i64, limit: i64) -> Result<Vec<Row>> {
    on!(tx, all(EVENTS_LIST, landlord, state.unwrap_or_default(), after, limit))
}

/// The digest of what the case system told us under this id before, if it did.
pub async fn told(tx: &mut Tx, landlord: &str, webhook_id: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = on!(tx, maybe(TOLD, &*key(webhook_id), landlord))?;
    Ok(row.map(|(sha256,)| sha256))
}

/// Remembers what the case system told us, in the transaction that does it.
pub async fn tell(tx: &mut Tx, landlord: &str, webhook_id: &str, sha256: &str, now: Timestamp) -> Result<()> {
    on!(tx, run(TELL, landlord, &*key(webhook_id), sha256, at(now))).map(drop)
}
