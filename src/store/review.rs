//! Review entries: tasks for a person beside whatever was decided. An entry is resolved, never deleted.

use super::column::{At, MaybeAt, at, text};
use super::db::Tx;
use super::error::{Error, Result};
use crate::model::case::CaseId;
use crate::model::decision::ReviewCause;
use jiff::Timestamp;

/// An entry to add. At least one of message, case and letter says what it is about.
#[derive(Clone, Debug)]
pub struct NewReview<'a> {
    pub landlord: &'a str,
    pub message_id: Option<i64>,
    pub case_id: Option<CaseId>,
    pub outbox_id: Option<i64>,
    pub cause: ReviewCause,
    /// One sentence for the officer.
    pub says: &'a str,
    pub now: Timestamp,
}

impl<'a> NewReview<'a> {
    /// An entry about a message, and the case that it belongs to or may belong to.
    pub fn of_message(
        landlord: &'a str,
        message: i64,
        case_id: Option<CaseId>,
        cause: ReviewCause,
        says: &'a str,
        now: Timestamp,
    ) -> NewReview<'a> {
        NewReview { landlord, message_id: Some(message), case_id, outbox_id: None, cause, says, now }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub landlord: String,
    pub message_id: Option<i64>,
    pub case_id: Option<CaseId>,
    pub outbox_id: Option<i64>,
    pub cause: ReviewCause,
    pub says: String,
    /// open or resolved.
    pub state: String,
    #[sqlx(try_from = "At")]
    pub opened_at: Timestamp,
    #[sqlx(try_from = "MaybeAt")]
    pub resolved_at: Option<Timestamp>,
    pub who: Option<String>,
    /// What the person did.
    pub how: Option<String>,
}

/// Which entries to list; `None` leaves a matter open.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub landlord: Option<String>,
    /// open or resolved.
    pub state: Option<String>,
    pub cause: Option<ReviewCause>,
    pub case_id: Option<CaseId>,
    pub message_id: Option<i64>,
}

macro_rules! row {
    ($tail:literal) => {
        concat!(
            "SELECT id, landlord, message_id, case_id, outbox_id, cause, says, state, opened_at, resolved_at, who, how FROM review ",
            $tail
        )
    };
}

statements! {
    ADD = "INSERT INTO review (landlord, message_id, case_id, outbox_id, cause, says, state, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT DO NOTHING RETURNING id";
    RESOLVE = "UPDATE review SET state = 'resolved', resolved_at = $2, who = $3, how = $4 WHERE id = $1 AND state = 'open'";
    RESOLVE_OF_MESSAGE = "UPDATE review SET state = 'resolved', resolved_at = $2, who = $3, how = $4 WHERE message_id = $1 AND state = 'open'";
    BY_ID = row!("WHERE id = $1");
    LIST = row!("WHERE (landlord = $1 OR $1 = '') AND (state = $2 OR $2 = '') AND (cause = $3 OR $3 = '') AND (case_id = $4 OR $4 = 0)
        AND (message_id = $5 OR $5 = 0) AND id > $6 ORDER BY id LIMIT $7");
}

/// Adds an entry. `None` where the same is open already: one cause for a message, and one for a letter.
pub async fn add(tx: &mut Tx, new: &NewReview<'_>) -> Result<Option<i64>> {
    let (says, now) = (text(new.says), at(new.now));
    let added: Option<(i64,)> = on!(tx, maybe(ADD, new.landlord, new.message_id, new.case_id, new.outbox_id, new.cause, &*says, now))?;
    Ok(added.map(|(id,)| id))
}

/// A person has dealt with it. False where somebody had before.
pub async fn resolve(tx: &mut Tx, id: i64, now: Timestamp, who: &str, how: &str) -> Result<bool> {
    Ok(on!(tx, run(RESOLVE, id, at(now), &*text(who), &*text(how)))? == 1)
}

/// Resolves what is open about a message, when a person decides it anew. Returns how many entries.
pub async fn resolve_of_message(tx: &mut Tx, message_id: i64, now: Timestamp, who: &str, how: &str) -> Result<u64> {
    on!(tx, run(RESOLVE_OF_MESSAGE, message_id, at(now), &*text(who), &*text(how)))
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Row> {
    let row: Option<Row> = on!(tx, maybe(BY_ID, id))?;
    row.ok_or_else(|| Error::Missing { what: "review entry", name: id.to_string() })
}

/// Entries in the order of their ids, from the one after `after`, at most `limit`.
pub async fn list(tx: &mut Tx, filter: &Filter, after: i64, limit: i64) -> Result<Vec<Row>> {
    let (landlord, state) = (filter.landlord.as_deref().unwrap_or_default(), filter.state.as_deref().unwrap_or_default());
    let cause = filter.cause.map_or("", ReviewCause::as_str);
    let (case, message) = (filter.case_id.unwrap_or_default(), filter.message_id.unwrap_or_default());
    on!(tx, all(LIST, landlord, state, cause, case, message, after, limit))
}
