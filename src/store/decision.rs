//! Decisions on messages: a history, of which the latest holds.

use super::column::{At, at, key, text};
use super::db::Tx;
use super::error::{Error, Result};
use crate::model::case::CaseId;
use crate::model::decision::{Decision, Kind, Reply};
use jiff::Timestamp;

/// A decision to write.
#[derive(Clone, Debug)]
pub struct NewDecision<'a> {
    pub message: i64,
    pub decided_at: Timestamp,
    /// `postroom`, or the person who overruled it.
    pub who: &'a str,
    pub decision: &'a Decision,
    /// The case that the message was added to, or that it opened.
    pub case_id: Option<CaseId>,
    /// The landlord's second key against duplicates: a digest of Message-ID, From, Date and words.
    pub fingerprint: Option<&'a str>,
    /// The sender's Message-ID or the platform's id of the item.
    pub message_id: Option<&'a str>,
}

/// A stored decision.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub message_id: i64,
    #[sqlx(try_from = "At")]
    pub decided_at: Timestamp,
    pub who: String,
    pub kind: Kind,
    pub reply: Reply,
    pub case_id: Option<CaseId>,
    json: String,
    pub input_digest: String,
    pub ruleset_digest: String,
}

impl Row {
    /// The whole decision.
    pub fn decision(&self) -> Result<Decision> {
        if self.json.is_empty() {
            return Err(Error::Erased { table: "decision", id: self.id });
        }
        serde_json::from_str(&self.json).map_err(|_| Error::Damaged { table: "decision", id: self.id, what: "its JSON is no decision" })
    }
}

macro_rules! row {
    ($tail:literal) => {
        concat!("SELECT id, message_id, decided_at, who, kind, reply, case_id, json, input_digest, ruleset_digest FROM decision ", $tail)
    };
}

statements! {
    ADD = "INSERT INTO decision (message_id, decided_at, who, kind, reply, case_id, json, input_digest, ruleset_digest, flags, topics)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    SETTLE = "UPDATE message SET state = 'decided', decided_at = $2, kind = $3, reply = $4, case_id = $5, fault = NULL,
        fingerprint = COALESCE($6, fingerprint), message_id = COALESCE($7, message_id) WHERE id = $1";
    LATEST = row!("WHERE message_id = $1 ORDER BY id DESC LIMIT 1");
    HISTORY = row!("WHERE message_id = $1 ORDER BY id");
}

/// Writes a decision, and what it means for its message. Returns the decision's id.
pub async fn add(tx: &mut Tx, new: &NewDecision<'_>) -> Result<i64> {
    let (d, when) = (new.decision, at(new.decided_at));
    let json = serde_json::to_string(d).expect("a decision has nothing that JSON cannot say");
    // Beside the JSON, which erasing empties: the counts stay right.
    let flags = d.flags.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(",");
    let topics = text(&d.topics.join(",")).into_owned();
    let (id,): (i64,) = on!(
        tx,
        one(ADD, new.message, when, new.who, d.kind, d.reply, new.case_id, &json, &d.input_digest, &d.ruleset_digest, &flags, &topics)
    )?;
    let message_id = new.message_id.map(key);
    let changed = on!(tx, run(SETTLE, new.message, when, d.kind, d.reply, new.case_id, new.fingerprint, message_id.as_deref()))?;
    if changed == 1 { Ok(id) } else { Err(Error::Missing { what: "message", name: new.message.to_string() }) }
}

/// The decision that holds.
pub async fn latest(tx: &mut Tx, message: i64) -> Result<Option<Row>> {
    on!(tx, maybe(LATEST, message))
}

/// Every decision on a message, oldest first.
pub async fn history(tx: &mut Tx, message: i64) -> Result<Vec<Row>> {
    on!(tx, all(HISTORY, message))
}
