//! Takes personal data out for good (UK GDPR article 17), and leaves what is nobody's: that something came, when, what it was, what fell due
//! and whether it was met. The digest of the bytes stays, so that the same mail met again in a mailbox is known and not taken in anew.

use super::case_event::{self, NewEvent};
use super::db::Tx;
use super::error::Result;
use super::message;
use crate::model::case::CaseId;
use jiff::Timestamp;

statements! {
    MESSAGE = "UPDATE message SET message_id = NULL, fault = NULL WHERE id = $1";
    /// Only when no other message of the raw is anybody else's: a webhook's body may hold several people's.
    RAW = "UPDATE raw SET zstd = $2, size = 0 WHERE id = (SELECT raw_id FROM message WHERE id = $1)
        AND NOT EXISTS (SELECT 1 FROM message AS this JOIN message AS other ON other.raw_id = this.raw_id AND other.id <> this.id
            WHERE this.id = $1 AND other.case_id IS DISTINCT FROM this.case_id)";
    DECISIONS = "UPDATE decision SET json = '' WHERE message_id = $1";
    INPUT_CASES = "DELETE FROM input_case WHERE decision_id IN (SELECT id FROM decision WHERE message_id = $1)";
    INPUTS = "DELETE FROM input WHERE decision_id IN (SELECT id FROM decision WHERE message_id = $1)";
    REVIEWS = "UPDATE review SET says = 'erased', how = NULL WHERE message_id = $1";
    LETTERS = "UPDATE outbox SET recipient = 'erased:' || id, zstd = $2, size = 0, answer = NULL, state = CASE WHEN state = 'sent' THEN state ELSE 'dead' END
        WHERE cause = $1";
    ATTEMPTS = "UPDATE attempt SET note = NULL WHERE outbox_id IN (SELECT id FROM outbox WHERE cause = $1)";
    /// What later messages were decided by holds the case's words and parties too.
    CASE_INPUTS = "DELETE FROM input WHERE decision_id IN (SELECT decision_id FROM input_case WHERE case_id = $1)";
    CASE_INPUT_CASES = "DELETE FROM input_case WHERE case_id = $1";
    CASE_LETTERS = "UPDATE outbox SET recipient = 'erased:' || id, zstd = $2, size = 0, answer = NULL,
        state = CASE WHEN state = 'sent' THEN state ELSE 'dead' END WHERE case_id = $1";
    CASE_ATTEMPTS = "UPDATE attempt SET note = NULL WHERE outbox_id IN (SELECT id FROM outbox WHERE case_id = $1)";
    CASE_REVIEWS = "UPDATE review SET says = 'erased', how = NULL WHERE case_id = $1";
    PARTIES = "DELETE FROM case_party WHERE case_id = $1 AND NOT resident";
    RESIDENT = "UPDATE case_party SET name = NULL, folded_name = NULL, email = NULL, platform_id = NULL WHERE case_id = $1";
    KEYS = "DELETE FROM case_key WHERE case_id = $1";
    JOURNAL = "UPDATE case_event SET note = 'null' WHERE case_id = $1";
    TOPIC = "UPDATE cases SET topic = '' WHERE id = $1";
}

/// No zstd at all: the mark of what was erased.
const NOTHING: &[u8] = &[];

/// Erases what one message held, what was decided from its words, and the letters that it caused; one that waits is not sent. The bytes stay
/// where they hold other people's messages too.
pub async fn message(tx: &mut Tx, id: i64) -> Result<()> {
    let cause = format!("message:{id}");
    on!(tx, run(RAW, id, NOTHING))?;
    on!(tx, run(MESSAGE, id))?;
    on!(tx, run(DECISIONS, id))?;
    on!(tx, run(INPUT_CASES, id))?;
    on!(tx, run(INPUTS, id))?;
    on!(tx, run(REVIEWS, id))?;
    on!(tx, run(ATTEMPTS, &cause))?;
    on!(tx, run(LETTERS, &cause, NOTHING)).map(drop)
}

/// Erases a case: its messages, letters, parties and words. Its reference, dates, stage, kinds and duties stay, and the journal says who had it
/// erased. Later mail is not linked to it.
pub async fn case(tx: &mut Tx, id: CaseId, who: &str, now: Timestamp) -> Result<()> {
    for m in message::of_case(tx, id).await? {
        message(tx, m.id).await?;
    }
    on!(tx, run(CASE_INPUTS, id))?;
    on!(tx, run(CASE_INPUT_CASES, id))?;
    on!(tx, run(CASE_ATTEMPTS, id))?;
    on!(tx, run(CASE_LETTERS, id, NOTHING))?;
    on!(tx, run(CASE_REVIEWS, id))?;
    on!(tx, run(PARTIES, id))?;
    on!(tx, run(RESIDENT, id))?;
    on!(tx, run(KEYS, id))?;
    on!(tx, run(JOURNAL, id))?;
    on!(tx, run(TOPIC, id))?;
    case_event::add(tx, id, &NewEvent { at: now, who, what: "erased", ..NewEvent::default() }).await.map(drop)
}
