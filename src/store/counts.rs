//! Figures for metrics, health and reports. Each is one statement over an index or a small table.

use super::column::{MaybeAt, at};
use super::db::Tx;
use super::error::Result;
use jiff::Timestamp;

statements! {
    OLDEST = "SELECT min(received_at) AS at FROM message WHERE state = 'received'";
    BY_STATE = "SELECT state, count(*) FROM message GROUP BY state ORDER BY state";
    BY_KIND = "SELECT kind, count(*) FROM message WHERE kind IS NOT NULL AND (landlord = $1 OR $1 = '') AND received_at >= $2 AND received_at < $3
        GROUP BY kind ORDER BY kind";
    BY_SOURCE = "SELECT source, count(*) FROM message GROUP BY source ORDER BY source";
    LETTERS = "SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state";
    REVIEWS = "SELECT cause, count(*) FROM review WHERE state = 'open' GROUP BY cause ORDER BY cause";
    CASES = "SELECT stage, count(*) FROM cases WHERE (landlord = $1 OR $1 = '') GROUP BY stage ORDER BY stage";
    DUTIES = "SELECT kind, count(*) FROM duty WHERE state = 'open' AND due_at < $1 GROUP BY kind ORDER BY kind";
    FAILED = "SELECT count(*) FROM outbox WHERE landlord = $1 AND state = 'dead' AND claimed_at >= $2";
    WAITING = "SELECT count(*) FROM outbox WHERE landlord = $1 AND state IN ('deferred', 'unknown') AND created_at < $2";
    SET_ASIDE = "SELECT count(*) FROM message WHERE landlord = $1 AND state = 'failed' AND received_at >= $2";
    SIZES = "SELECT count(*), CAST(COALESCE(sum(size), 0) AS BIGINT), CAST(COALESCE(sum(length(zstd)), 0) AS BIGINT) FROM raw";
}

/// A name and how many there are of it.
pub type Count = (String, i64);

/// When the oldest message that nobody has decided was received; `None` when everything is decided.
pub async fn oldest_undecided(tx: &mut Tx) -> Result<Option<Timestamp>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(try_from = "MaybeAt")]
        at: Option<Timestamp>,
    }
    let row: Row = on!(tx, one(OLDEST))?;
    Ok(row.at)
}

/// Messages by state.
pub async fn messages(tx: &mut Tx) -> Result<Vec<Count>> {
    on!(tx, all(BY_STATE))
}

/// Decided messages by kind, received in [`since`, `until`).
pub async fn kinds(tx: &mut Tx, landlord: Option<&str>, since: Timestamp, until: Timestamp) -> Result<Vec<Count>> {
    on!(tx, all(BY_KIND, landlord.unwrap_or_default(), at(since), at(until)))
}

/// Messages by source.
pub async fn sources(tx: &mut Tx) -> Result<Vec<Count>> {
    on!(tx, all(BY_SOURCE))
}

/// Letters by state.
pub async fn letters(tx: &mut Tx) -> Result<Vec<Count>> {
    on!(tx, all(LETTERS))
}

/// Open review entries by cause.
pub async fn reviews(tx: &mut Tx) -> Result<Vec<Count>> {
    on!(tx, all(REVIEWS))
}

/// Cases by stage.
pub async fn cases(tx: &mut Tx, landlord: Option<&str>) -> Result<Vec<Count>> {
    on!(tx, all(CASES, landlord.unwrap_or_default()))
}

/// Open duties by kind that are due before an instant: with now, those that are breached.
pub async fn duties_due(tx: &mut Tx, before: Timestamp) -> Result<Vec<Count>> {
    on!(tx, all(DUTIES, at(before)))
}

/// How many raws there are, their bytes as they came, and as they lie.
pub async fn raw_sizes(tx: &mut Tx) -> Result<(i64, i64, i64)> {
    on!(tx, one(SIZES))
}

/// A landlord's letters that were refused or given up since an instant.
pub async fn letters_failed(tx: &mut Tx, landlord: &str, since: Timestamp) -> Result<i64> {
    let (n,): (i64,) = on!(tx, one(FAILED, landlord, at(since)))?;
    Ok(n)
}

/// A landlord's letters written before an instant that no server has accepted yet.
pub async fn letters_waiting(tx: &mut Tx, landlord: &str, written_before: Timestamp) -> Result<i64> {
    let (n,): (i64,) = on!(tx, one(WAITING, landlord, at(written_before)))?;
    Ok(n)
}

/// A landlord's messages received since an instant that were set aside.
pub async fn set_aside(tx: &mut Tx, landlord: &str, since: Timestamp) -> Result<i64> {
    let (n,): (i64,) = on!(tx, one(SET_ASIDE, landlord, at(since)))?;
    Ok(n)
}
