//! Letters as people see them: lists, one letter with its attempts, and what a person may do to it.

use super::column::{At, MaybeAt, at, key, text};
use super::db::Tx;
use super::error::{Error, Result};
use super::receipt::decompress;
use crate::model::case::CaseId;
use jiff::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub landlord: String,
    pub courier: String,
    pub cause: String,
    pub reply: String,
    pub recipient: String,
    pub message_id: String,
    /// Of the finished bytes.
    pub size: i64,
    /// queued, sending, sent, deferred, unknown, dead or held.
    pub state: String,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub next_at: Timestamp,
    pub attempts: i64,
    pub resends: i64,
    pub claimed_by: Option<String>,
    #[sqlx(try_from = "MaybeAt")]
    pub claimed_at: Option<Timestamp>,
    #[sqlx(try_from = "MaybeAt")]
    pub sent_at: Option<Timestamp>,
    /// What the server said last, or why it is held.
    pub answer: Option<String>,
    pub case_id: Option<CaseId>,
    pub duty_id: Option<i64>,
}

/// One try at sending a letter.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    pub number: i64,
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
    #[sqlx(try_from = "MaybeAt")]
    pub ended_at: Option<Timestamp>,
    /// sending, sent, deferred, unknown, dead, held or bounced.
    pub outcome: String,
    pub code: Option<String>,
    pub note: Option<String>,
}

/// Which letters to list; `None` leaves a matter open.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub landlord: Option<String>,
    pub state: Option<String>,
    pub case_id: Option<CaseId>,
}

macro_rules! row {
    ($tail:literal) => {
        concat!(
            "SELECT id, landlord, courier, cause, reply, recipient, message_id, size, state, created_at, next_at, attempts, resends, claimed_by,
             claimed_at, sent_at, answer, case_id, duty_id FROM outbox ",
            $tail
        )
    };
}

statements! {
    LIST = row!("WHERE (landlord = $1 OR $1 = '') AND (state = $2 OR $2 = '') AND (case_id = $3 OR $3 = 0) AND id > $4 ORDER BY id LIMIT $5");
    BY_ID = row!("WHERE id = $1");
    BY_MESSAGE_ID = row!("WHERE message_id = $1");
    SENT_TO = row!("WHERE landlord = $1 AND recipient = $2 AND state = 'sent' AND sent_at >= $3 ORDER BY id DESC LIMIT 1");
    ANSWERED = "SELECT count(*) FROM outbox WHERE case_id = $1 AND reply = $2 AND state <> 'dead'";
    OF_CAUSE = row!("WHERE cause = $1 ORDER BY id");
    UNKNOWN = row!("WHERE state = 'unknown' AND resends = $1 AND claimed_at < $2 ORDER BY id LIMIT $3");
    BYTES = "SELECT zstd, size FROM outbox WHERE id = $1";
    ATTEMPTS = "SELECT number, at, ended_at, outcome, code, note FROM attempt WHERE outbox_id = $1 ORDER BY number";
    RELEASE = "UPDATE outbox SET state = 'queued', next_at = $2, created_at = $2, answer = NULL WHERE id = $1 AND (state IN ('held', 'dead', 'unknown', 'deferred') OR state = 'queued' AND next_at > $2)
        AND size > 0";
    DROP = "UPDATE outbox SET state = 'dead', answer = $2 WHERE id = $1 AND state IN ('queued', 'held', 'deferred', 'unknown')";
    HOLD = "UPDATE outbox SET state = 'held', answer = $2 WHERE id = $1 AND state IN ('queued', 'deferred')";
}

/// Letters in the order of their ids, from the one after `after`, at most `limit`.
pub async fn list(tx: &mut Tx, filter: &Filter, after: i64, limit: i64) -> Result<Vec<Row>> {
    let (landlord, state) = (filter.landlord.as_deref().unwrap_or_default(), filter.state.as_deref().unwrap_or_default());
    on!(tx, all(LIST, landlord, state, filter.case_id.unwrap_or_default(), after, limit))
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Row> {
    let row: Option<Row> = on!(tx, maybe(BY_ID, id))?;
    row.ok_or_else(|| missing(id))
}

/// The letter of a Message-ID (without angle brackets), as a bounce names it.
pub async fn by_message_id(tx: &mut Tx, message_id: &str) -> Result<Option<Row>> {
    on!(tx, maybe(BY_MESSAGE_ID, &*key(message_id)))
}

/// The latest letter that a recipient was sent since an instant: what a bounce without our Message-ID is most likely about.
pub async fn sent_to(tx: &mut Tx, landlord: &str, recipient: &str, since: Timestamp) -> Result<Option<Row>> {
    on!(tx, maybe(SENT_TO, landlord, &*key(recipient), at(since)))
}

/// Whether a reply of this name was given on a case, or will be.
pub async fn answered(tx: &mut Tx, case_id: CaseId, reply: &str) -> Result<bool> {
    let (n,): (i64,) = on!(tx, one(ANSWERED, case_id, reply))?;
    Ok(n > 0)
}

/// The letters that a message or a duty caused.
pub async fn of_cause(tx: &mut Tx, cause: &str) -> Result<Vec<Row>> {
    on!(tx, all(OF_CAUSE, cause))
}

/// Letters whose outcome is unknown, claimed before an instant and sent again `resends` times: to be looked for, and sent again.
pub async fn unknown(tx: &mut Tx, resends: i64, claimed_before: Timestamp, limit: i64) -> Result<Vec<Row>> {
    on!(tx, all(UNKNOWN, resends, at(claimed_before), limit))
}

/// The finished bytes.
pub async fn bytes(tx: &mut Tx, id: i64) -> Result<Vec<u8>> {
    let row: Option<(Vec<u8>, i64)> = on!(tx, maybe(BYTES, id))?;
    let (zstd, size) = row.ok_or_else(|| missing(id))?;
    if zstd.is_empty() {
        return Err(Error::Erased { table: "outbox", id });
    }
    decompress(&zstd, size).ok_or(Error::Damaged { table: "outbox", id, what: "its letter cannot be unpacked" })
}

pub async fn attempts(tx: &mut Tx, id: i64) -> Result<Vec<Attempt>> {
    on!(tx, all(ATTEMPTS, id))
}

/// A person lets a held letter go, or has one tried again. False where it is sent, on its way or erased.
pub async fn release(tx: &mut Tx, id: i64, next_at: Timestamp) -> Result<bool> {
    Ok(on!(tx, run(RELEASE, id, at(next_at)))? == 1)
}

/// A person decides that a letter shall not go. False where it is sent, dead or on its way.
pub async fn drop_letter(tx: &mut Tx, id: i64, why: &str) -> Result<bool> {
    Ok(on!(tx, run(DROP, id, &*text(why)))? == 1)
}

/// Stops a letter that waits. False where it does not wait.
pub async fn hold(tx: &mut Tx, id: i64, why: &str) -> Result<bool> {
    Ok(on!(tx, run(HOLD, id, &*text(why)))? == 1)
}

fn missing(id: i64) -> Error {
    Error::Missing { what: "letter", name: id.to_string() }
}
