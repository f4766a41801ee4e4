//! The only place with a text for each database: where PostgreSQL, with several writers, must say what SQLite's one writer has for nothing.

use super::column::At;
use super::db::Tx;
use super::error::Result;
use super::outbox::Claimed;

/// Letters that are due, marked as sending. MATERIALIZED: the rows are picked once, whatever the plan.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM outbox
               WHERE state IN ('queued', 'deferred') AND next_at <= $1 AND courier = $2 AND landlord = $5 ORDER BY next_at, id LIMIT $3",
            $lock,
            ") UPDATE outbox SET state = 'sending', attempts = attempts + 1, claimed_by = $4, claimed_at = $1
               WHERE id IN (SELECT id FROM due)
               RETURNING id, landlord, cause, reply, recipient, message_id, zstd, size, attempts, resends, created_at, next_at, case_id"
        )
    };
}

const CLAIM_SQLITE: &str = claim!("");
/// Several claimers pass over each other's rows instead of waiting for them.
const CLAIM_POSTGRES: &str = claim!(" FOR UPDATE SKIP LOCKED");
/// Ends with the transaction. The seed keeps Postroom's locks apart from those of other programs in the same database.
const LOCK_LANDLORD: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7265))";

pub(super) const SQLITE: &[(&str, &str)] = &[("CLAIM_SQLITE", CLAIM_SQLITE)];
pub(super) const POSTGRES: &[(&str, &str)] = &[("CLAIM_POSTGRES", CLAIM_POSTGRES), ("LOCK_LANDLORD", LOCK_LANDLORD)];

/// Waits for the landlord's lock. SQLite's writers are alone already (`BEGIN IMMEDIATE`).
pub async fn lock_landlord(tx: &mut Tx, landlord: &str) -> Result<()> {
    match tx {
        Tx::Sqlite(_) => Ok(()),
        Tx::Postgres(_) => on!(tx, run(LOCK_LANDLORD, landlord)).map(drop),
    }
}

pub(super) async fn claim_letters(tx: &mut Tx, now: At, courier: &str, landlord: &str, limit: i64, holder: &str) -> Result<Vec<Claimed>> {
    match tx {
        Tx::Sqlite(_) => on!(tx, all(CLAIM_SQLITE, now, courier, limit, holder, landlord)),
        Tx::Postgres(_) => on!(tx, all(CLAIM_POSTGRES, now, courier, limit, holder, landlord)),
    }
}
