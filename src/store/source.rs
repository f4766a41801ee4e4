//! Sources: how far each was read (cursor), and which daemon reads it (lease). The fence of a lease goes up with every change of hands, so
//! that a daemon which slept through the loss of its lease writes nothing more.

use super::column::{At, MaybeAt, at};
use super::db::Tx;
use super::error::Result;
use jiff::Timestamp;

/// How far a source was read.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Cursor {
    /// IMAP: the mailbox's UIDVALIDITY and the highest UID taken in.
    pub uidvalidity: Option<i64>,
    pub uid: Option<i64>,
    /// The instant from which mail is answered, fixed at the first connection (promise 10).
    #[sqlx(try_from = "At")]
    pub letters_from: Timestamp,
    /// The end of the last round that went well.
    #[sqlx(try_from = "MaybeAt")]
    pub last_success: Option<Timestamp>,
}

/// The right to read a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub fence: i64,
    pub expires_at: Timestamp,
}

/// A lease as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    pub source: String,
    pub holder: String,
    pub fence: i64,
    #[sqlx(try_from = "At")]
    pub expires_at: Timestamp,
}

statements! {
    FIRST = "INSERT INTO cursor (source, letters_from) VALUES ($1, $2) ON CONFLICT (source) DO NOTHING";
    READ = "SELECT uidvalidity, uid, letters_from, last_success FROM cursor WHERE source = $1";
    ADVANCE = "UPDATE cursor SET uidvalidity = $2, uid = $3 WHERE source = $1
        AND EXISTS (SELECT 1 FROM lease WHERE lease.source = $1 AND lease.fence = $4)";
    SUCCEEDED = "UPDATE cursor SET last_success = $2 WHERE source = $1";
    LETTERS_FROM = "UPDATE cursor SET letters_from = $2 WHERE source = $1";
    ACQUIRE = "INSERT INTO lease (source, holder, fence, expires_at) VALUES ($1, $2, 1, $3) ON CONFLICT (source) DO UPDATE
        SET holder = excluded.holder, expires_at = excluded.expires_at, fence = lease.fence + 1
        WHERE lease.expires_at <= $4 OR lease.holder = excluded.holder RETURNING fence";
    RENEW = "UPDATE lease SET expires_at = $4 WHERE source = $1 AND holder = $2 AND fence = $3";
    HOLDS = "SELECT fence FROM lease WHERE source = $1 AND fence = $2";
    LEASES = "SELECT source, holder, fence, expires_at FROM lease ORDER BY source";
}

/// The source's cursor; at its first connection one is made, with the instant from which its mail is answered.
pub async fn cursor(tx: &mut Tx, source: &str, letters_from: Timestamp) -> Result<Cursor> {
    on!(tx, run(FIRST, source, at(letters_from)))?;
    on!(tx, one(READ, source))
}

/// The source's cursor, if it was ever connected to.
pub async fn read_cursor(tx: &mut Tx, source: &str) -> Result<Option<Cursor>> {
    on!(tx, maybe(READ, source))
}

/// Moves the cursor, under the fence of the lease. False where the lease has changed hands: then nothing was written, and the caller rolls
/// back what it received.
pub async fn advance(tx: &mut Tx, source: &str, fence: i64, uidvalidity: i64, uid: i64) -> Result<bool> {
    Ok(on!(tx, run(ADVANCE, source, uidvalidity, uid, fence))? == 1)
}

/// Notes the end of a round that went well.
pub async fn succeeded(tx: &mut Tx, source: &str, now: Timestamp) -> Result<()> {
    on!(tx, run(SUCCEEDED, source, at(now))).map(drop)
}

/// An operator says from when letters go out. False where the source was never connected to.
pub async fn set_letters_from(tx: &mut Tx, source: &str, from: Timestamp) -> Result<bool> {
    Ok(on!(tx, run(LETTERS_FROM, source, at(from)))? == 1)
}

/// Takes the lease of a source where it is free, run out or the holder's own (a daemon that started again). `None` where another has it.
pub async fn acquire(tx: &mut Tx, source: &str, holder: &str, now: Timestamp, expires_at: Timestamp) -> Result<Option<Lease>> {
    let row: Option<(i64,)> = on!(tx, maybe(ACQUIRE, source, holder, at(expires_at), at(now)))?;
    Ok(row.map(|(fence,)| Lease { fence, expires_at }))
}

/// Keeps a lease for longer. False where it is another's now.
pub async fn renew(tx: &mut Tx, source: &str, holder: &str, fence: i64, expires_at: Timestamp) -> Result<bool> {
    Ok(on!(tx, run(RENEW, source, holder, fence, at(expires_at)))? == 1)
}

/// Gives a lease back, so that the next daemon need not wait for it to run out. The fence stays.
pub async fn release(tx: &mut Tx, source: &str, holder: &str, fence: i64, now: Timestamp) -> Result<()> {
    on!(tx, run(RENEW, source, holder, fence, at(now))).map(drop)
}

/// True while nobody else took the lease. For sources without a cursor to advance.
pub async fn holds(tx: &mut Tx, source: &str, fence: i64) -> Result<bool> {
    let row: Option<(i64,)> = on!(tx, maybe(HOLDS, source, fence))?;
    Ok(row.is_some())
}

pub async fn leases(tx: &mut Tx) -> Result<Vec<Held>> {
    on!(tx, all(LEASES))
}
