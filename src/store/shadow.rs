//! Where a candidate that runs beside the live rules would have decided otherwise.

use super::column::{At, at};
use super::db::Tx;
use super::error::Result;
use jiff::Timestamp;

/// A candidate, by the digest of its rules.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    pub digest: String,
    #[sqlx(try_from = "At")]
    pub since: Timestamp,
    /// How many messages it was asked about.
    pub messages: i64,
    /// On how many of these it failed.
    pub failed: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Change {
    pub message_id: i64,
    /// The digest of the rules that decided.
    pub live: String,
    #[sqlx(try_from = "At")]
    pub decided_at: Timestamp,
    /// JSON, as the writer made it.
    pub changes: String,
}

statements! {
    COUNT = "INSERT INTO shadow (digest, since, messages, failed) VALUES ($1, $2, $3, $4)
        ON CONFLICT (digest) DO UPDATE SET messages = shadow.messages + excluded.messages, failed = shadow.failed + excluded.failed";
    ADD = "INSERT INTO shadow_change (digest, message_id, live, decided_at, changes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    RUNS = "SELECT digest, since, messages, failed FROM shadow ORDER BY since DESC, digest";
    CHANGES = "SELECT message_id, live, decided_at, changes FROM shadow_change WHERE digest = $1 AND message_id > $2 ORDER BY message_id LIMIT $3";
}

/// Counts messages that the candidate was asked about, from `now` on where it is new.
pub async fn count(tx: &mut Tx, digest: &str, now: Timestamp, messages: i64, failed: i64) -> Result<()> {
    on!(tx, run(COUNT, digest, at(now), messages, failed)).map(drop)
}

/// Records a difference; the candidate must have been counted.
pub async fn add(tx: &mut Tx, digest: &str, change: &Change) -> Result<()> {
    on!(tx, run(ADD, digest, change.message_id, &change.live, at(change.decided_at), &change.changes)).map(drop)
}

/// Every candidate, the newest first.
pub async fn runs(tx: &mut Tx) -> Result<Vec<Run>> {
    on!(tx, all(RUNS))
}

/// A candidate's differences by the message's id, from the one after `after`.
pub async fn changes(tx: &mut Tx, digest: &str, after: i64, limit: i64) -> Result<Vec<Change>> {
    on!(tx, all(CHANGES, digest, after, limit))
}
