//! The journal of a case. What happened is added; nothing is edited away (promise 8). And the keys by which later messages find the case.

use super::column::{At, at, key, text};
use super::db::Tx;
use super::error::Result;
use super::event;
use crate::model::case::CaseId;
use jiff::Timestamp;

/// An event to add.
#[derive(Clone, Debug, Default)]
pub struct NewEvent<'a> {
    pub at: Timestamp,
    /// `postroom`, or a person.
    pub who: &'a str,
    /// `opened`, `added`, `stage2`, `letter_sent`, `stage1_response`, …
    pub what: &'a str,
    pub message_id: Option<i64>,
    pub outbox_id: Option<i64>,
    /// Whatever else belongs to it; `Null` for nothing.
    pub note: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub case_id: CaseId,
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
    pub who: String,
    pub what: String,
    pub message_id: Option<i64>,
    pub outbox_id: Option<i64>,
    /// JSON.
    pub note: String,
}

/// What leads from a later message to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The Message-ID of a letter of ours that did not go through the outbox (those in it are found there).
    Ours(&'a str),
    /// The Message-ID of a message of the case, or the platform's id of the item.
    Theirs(&'a str),
    /// Outlook's conversation.
    Thread(&'a str),
    /// A social-media post or conversation.
    Conversation(&'a str),
}

statements! {
    ADD = "INSERT INTO case_event (case_id, at, who, what, message_id, outbox_id, note) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    JOURNAL = "SELECT id, case_id, at, who, what, message_id, outbox_id, note FROM case_event WHERE case_id = $1 ORDER BY id";
    REMOVE_KEY = "DELETE FROM case_key WHERE landlord = $1 AND what = $2 AND value = $3 AND case_id = $4";
    ADD_KEY = "INSERT INTO case_key (landlord, what, value, case_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
}

/// Adds to the journal, and to what the landlord's case system is told. Returns the event's id.
pub async fn add(tx: &mut Tx, case_id: CaseId, new: &NewEvent<'_>) -> Result<i64> {
    let (when, note) = (at(new.at), new.note.to_string());
    let (id,): (i64,) = on!(tx, one(ADD, case_id, when, &*text(new.who), new.what, new.message_id, new.outbox_id, &note))?;
    event::add(tx, id, case_id, new.at).await?;
    Ok(id)
}

/// A case's journal, oldest first.
pub async fn journal(tx: &mut Tx, case_id: CaseId) -> Result<Vec<Row>> {
    on!(tx, all(JOURNAL, case_id))
}

/// Adds keys by which later messages find the case; those that it has already stay.
pub async fn add_keys(tx: &mut Tx, landlord: &str, case_id: CaseId, keys: &[Key<'_>]) -> Result<()> {
    for (what, value) in keys.iter().map(Key::stored) {
        on!(tx, run(ADD_KEY, landlord, what, &*key(value), case_id))?;
    }
    Ok(())
}

/// Takes keys away: what they led to belongs to another case.
pub async fn remove_keys(tx: &mut Tx, landlord: &str, case_id: CaseId, keys: &[Key<'_>]) -> Result<()> {
    for (what, value) in keys.iter().map(Key::stored) {
        on!(tx, run(REMOVE_KEY, landlord, what, &*key(value), case_id))?;
    }
    Ok(())
}

impl<'a> Key<'a> {
    /// What it is, and its value.
    fn stored(&self) -> (&'static str, &'a str) {
        match *self {
            Key::Ours(v) => ("ours", v),
            Key::Theirs(v) => ("theirs", v),
            Key::Thread(v) => ("thread", v),
            Key::Conversation(v) => ("conversation", v),
        }
    }
}
