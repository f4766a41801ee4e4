//! What decisions rested on beside the rules: kept with each, so that other rules can be asked about the same message.

use super::column::at;
use super::db::Tx;
use super::error::{Error, Result};
use super::receipt::{compress, decompress};
use crate::model::case::CaseId;
use crate::model::decision::Decision;
use jiff::Timestamp;

statements! {
    ADD = "INSERT INTO input (decision_id, size, zstd) VALUES ($1, $2, $3)";
    ADD_CASE = "INSERT INTO input_case (case_id, decision_id) VALUES ($1, $2)";
    /// Each message with the program's own latest decision on it; a person's is no matter of rules.
    SINCE = "SELECT m.id, m.landlord, d.json, i.size, i.zstd FROM message AS m
        JOIN decision AS d ON d.id = (SELECT max(id) FROM decision WHERE message_id = m.id AND who = 'postroom')
        LEFT JOIN input AS i ON i.decision_id = d.id
        WHERE m.received_at >= $1 AND m.id > $2 ORDER BY m.id LIMIT $3";
}

/// A decision that was made, with its input as it lies. Unpacking is work for a core of its own, outside of the transaction.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// The message's.
    pub id: i64,
    pub landlord: String,
    json: String,
    size: Option<i64>,
    zstd: Option<Vec<u8>>,
}

impl Row {
    /// True where the decision is older than the keeping of inputs.
    pub fn is_missing(&self) -> bool {
        self.zstd.is_none() && !self.json.is_empty()
    }

    /// The decision, and the JSON of its input.
    ///
    /// # Errors
    /// [`Error::Erased`], or [`Error::Damaged`] where either cannot be read.
    pub fn unpack(&self) -> Result<(Decision, Vec<u8>)> {
        let (Some(size), Some(zstd), false) = (self.size, &self.zstd, self.json.is_empty()) else {
            return Err(Error::Erased { table: "input of message", id: self.id });
        };
        let damaged = |what| Error::Damaged { table: "input of message", id: self.id, what };
        let decision = serde_json::from_str(&self.json).map_err(|_| damaged("its decision is none"))?;
        Ok((decision, decompress(zstd, size).ok_or_else(|| damaged("it cannot be unpacked"))?))
    }
}

/// Keeps the input of a decision. `cases`: whose words and parties are in it.
pub async fn add(tx: &mut Tx, decision: i64, json: &[u8], cases: &[CaseId]) -> Result<()> {
    on!(tx, run(ADD, decision, json.len() as i64, compress(json)))?;
    for case in cases {
        on!(tx, run(ADD_CASE, *case, decision))?;
    }
    Ok(())
}

/// Messages received since an instant that the program decided, in the order of their ids from the one after `after`.
pub async fn since(tx: &mut Tx, since: Timestamp, after: i64, limit: i64) -> Result<Vec<Row>> {
    on!(tx, all(SINCE, at(since), after, limit))
}
