//! Takes personal data out for good (UK GDPR article 17), and leaves what is nobody's: that something came, when, what it was, what fell due
//! and whether it was met. The digest of the bytes stays, so that the same mail met again in a mailbox is known and not taken in anew.

use super::case_event::{self, NewEvent};
use super::column::{At, at};
use super::db::Tx;
use super::error::Result;
use crate::model::address::Address;
use crate::model::case::CaseId;
use jiff::Timestamp;

statements! {
    MESSAGE = "UPDATE message SET message_id = NULL, fault = NULL, erased_at = $2 WHERE id = $1";
    DUPLICATES = "SELECT id FROM message WHERE duplicate_of = $1 AND erased_at IS NULL";
    /// Only when every other message of the raw was erased too: a webhook's body may hold several people's.
    RAW = "UPDATE raw SET zstd = $2, size = 0 WHERE id = (SELECT raw_id FROM message WHERE id = $1)
        AND NOT EXISTS (SELECT 1 FROM message AS this JOIN message AS other ON other.raw_id = this.raw_id AND other.id <> this.id
            WHERE this.id = $1 AND other.erased_at IS NULL)";
    DECISIONS = "UPDATE decision SET json = '' WHERE message_id = $1";
    INPUT_CASES = "DELETE FROM input_case WHERE decision_id IN (SELECT id FROM decision WHERE message_id = $1)";
    INPUTS = "DELETE FROM input WHERE decision_id IN (SELECT id FROM decision WHERE message_id = $1)";
    REVIEWS = "UPDATE review SET says = 'erased', how = NULL WHERE message_id = $1
        OR outbox_id IN (SELECT id FROM outbox WHERE cause = $2)";
    AWAITED = "DELETE FROM awaited WHERE message_id = $1";
    NOTES = "UPDATE case_event SET note = 'null' WHERE message_id = $1";
    LETTERS = "UPDATE outbox SET recipient = 'erased:' || id, zstd = $2, size = 0, answer = NULL, state = CASE WHEN state = 'sent' THEN state ELSE 'dead' END
        WHERE cause = $1";
    ATTEMPTS = "UPDATE attempt SET note = NULL WHERE outbox_id IN (SELECT id FROM outbox WHERE cause = $1)";
    LETTERS_TO = "UPDATE outbox SET recipient = 'erased:' || id, zstd = $2, size = 0, answer = NULL,
        state = CASE WHEN state = 'sent' THEN state ELSE 'dead' END WHERE recipient = $1";
    ATTEMPTS_TO = "UPDATE attempt SET note = NULL WHERE outbox_id IN (SELECT id FROM outbox WHERE recipient = $1)";
    /// What later messages were decided by holds the case's words and parties too.
    CASE_INPUTS = "DELETE FROM input WHERE decision_id IN (SELECT decision_id FROM input_case WHERE case_id = $1)";
    CASE_INPUT_CASES = "DELETE FROM input_case WHERE case_id = $1";
    CASE_LETTERS = "UPDATE outbox SET recipient = 'erased:' || id, zstd = $2, size = 0, answer = NULL,
        state = CASE WHEN state = 'sent' THEN state ELSE 'dead' END WHERE case_id = $1";
    CASE_ATTEMPTS = "UPDATE attempt SET note = NULL WHERE outbox_id IN (SELECT id FROM outbox WHERE case_id = $1)";
    CASE_REVIEWS = "UPDATE review SET says = 'erased', how = NULL WHERE case_id = $1
        OR outbox_id IN (SELECT id FROM outbox WHERE case_id = $1)";
    PARTIES = "DELETE FROM case_party WHERE case_id = $1 AND NOT resident";
    RESIDENT = "UPDATE case_party SET name = NULL, folded_name = NULL, email = NULL, platform_id = NULL WHERE case_id = $1";
    PARTY = "DELETE FROM case_party WHERE case_id = $1 AND email = $2 AND NOT resident";
    KEYS = "DELETE FROM case_key WHERE case_id = $1";
    KEY = "DELETE FROM case_key WHERE case_id = $1 AND value = (SELECT message_id FROM message WHERE id = $2)";
    /// What the landlord's case system was told, as it was sent: it is made anew, without the words, where it is sent again.
    CASE_EVENTS = "UPDATE event SET body = NULL, answer = NULL WHERE position IN (SELECT id FROM case_event WHERE case_id = $1)";
    EVENTS = "UPDATE event SET body = NULL, answer = NULL WHERE position IN (SELECT id FROM case_event WHERE message_id = $1)";
    JOURNAL = "UPDATE case_event SET note = 'null' WHERE case_id = $1";
    CASE = "UPDATE cases SET topic = '', erased_at = $2 WHERE id = $1";
    CASES_OF = "SELECT DISTINCT case_id, resident FROM case_party WHERE email = $1 ORDER BY case_id";
    RECORD = "INSERT INTO erasure (at, who, why, what, digest, cases, messages, letters) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    RECORDS = "SELECT at, who, why, what, digest, cases, messages, letters FROM erasure ORDER BY id";
    /// What a policy keeps no longer: closed cases, and what was no complaint, unless a person has them kept.
    OLD_CASES_LIST = "SELECT id FROM cases WHERE landlord = $1 AND stage IN ('closed', 'withdrawn', 'final') AND stage_at < $2
        AND erased_at IS NULL AND kept_because IS NULL AND merged_into IS NULL ORDER BY id LIMIT $3";
    OLD_MAIL_LIST = "SELECT id FROM message WHERE landlord = $1 AND case_id IS NULL AND state = 'decided' AND erased_at IS NULL
        AND received_at < $2 AND kind IS NOT NULL AND kind <> 'ombudsman' AND ((kind IN ('spam', 'automatic')) = $3)
        AND NOT EXISTS (SELECT 1 FROM review WHERE review.message_id = message.id AND review.state = 'open') ORDER BY id LIMIT $4";
    OLD_RAWS_LIST = "UPDATE raw SET zstd = $3, size = 0 WHERE landlord = $1 AND size > 0 AND NOT EXISTS (SELECT 1 FROM message AS m
        LEFT JOIN cases AS c ON c.id = m.case_id WHERE m.raw_id = raw.id AND (m.received_at >= $2 OR m.state <> 'decided'
            OR c.id IS NOT NULL AND (c.stage NOT IN ('closed', 'withdrawn', 'final') OR c.kept_because IS NOT NULL)))";
}

/// No zstd at all: the mark of what was erased.
const NOTHING: &[u8] = &[];

/// What is left of one erasure: never the words themselves.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Record {
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
    pub who: String,
    pub why: String,
    /// case, person or retention.
    pub what: String,
    /// Of the reference or address that was named, keyed by the store's secret.
    pub digest: String,
    pub cases: i64,
    pub messages: i64,
    pub letters: i64,
}

/// Erases what one message held, what was decided from its words, and the letters that it caused; one that waits is not sent. So is the
/// second delivery of it. The bytes stay while they hold other people's messages too. Returns how many letters.
pub async fn message(tx: &mut Tx, id: i64, now: Timestamp) -> Result<u64> {
    let mut letters = 0;
    let mut ids = vec![id];
    let again: Vec<(i64,)> = on!(tx, all(DUPLICATES, id))?;
    ids.extend(again.into_iter().map(|(id,)| id));
    for id in ids {
        let cause = format!("message:{id}");
        on!(tx, run(MESSAGE, id, at(now)))?;
        on!(tx, run(RAW, id, NOTHING))?;
        on!(tx, run(DECISIONS, id))?;
        on!(tx, run(INPUT_CASES, id))?;
        on!(tx, run(INPUTS, id))?;
        on!(tx, run(REVIEWS, id, &cause))?;
        on!(tx, run(EVENTS, id))?;
        on!(tx, run(NOTES, id))?;
        on!(tx, run(AWAITED, id))?;
        on!(tx, run(ATTEMPTS, &cause))?;
        letters += on!(tx, run(LETTERS, &cause, NOTHING))?;
    }
    Ok(letters)
}

/// Erases a case: its messages, letters, parties and words. Its reference, dates, stage, kinds, flags, topics and duties stay, and the journal
/// says who had it erased. Later mail is not linked to it. Returns how many messages and letters.
pub async fn case(tx: &mut Tx, id: CaseId, who: &str, why: &str, now: Timestamp) -> Result<(u64, u64)> {
    let (mut messages, mut letters) = one(tx, id, who, why, now).await?;
    // What was merged into it goes with it.
    for part in super::case::merged(tx, id).await? {
        let (more, posted) = one(tx, part, who, why, now).await?;
        (messages, letters) = (messages + more, letters + posted);
    }
    Ok((messages, letters))
}

async fn one(tx: &mut Tx, id: CaseId, who: &str, why: &str, now: Timestamp) -> Result<(u64, u64)> {
    let (mut messages, mut letters) = (0, 0);
    for m in super::message::of_case(tx, id).await? {
        letters += message(tx, m.id, now).await?;
        messages += 1;
    }
    on!(tx, run(CASE_INPUTS, id))?;
    on!(tx, run(CASE_INPUT_CASES, id))?;
    on!(tx, run(CASE_ATTEMPTS, id))?;
    on!(tx, run(CASE_REVIEWS, id))?;
    letters = letters.max(on!(tx, run(CASE_LETTERS, id, NOTHING))?);
    on!(tx, run(PARTIES, id))?;
    on!(tx, run(RESIDENT, id))?;
    on!(tx, run(KEYS, id))?;
    on!(tx, run(CASE_EVENTS, id))?;
    on!(tx, run(JOURNAL, id))?;
    on!(tx, run(CASE, id, at(now)))?;
    let note = serde_json::json!({ "why": why });
    case_event::add(tx, id, &NewEvent { at: now, who, what: "erased", note, ..NewEvent::default() }).await?;
    Ok((messages, letters))
}

/// Takes somebody out of a case that is another's: what they wrote in it, and their place among its parties. Returns how many letters. The
/// caller gives the case its remaining words.
pub async fn party(tx: &mut Tx, case: CaseId, address: &Address, theirs: &[i64], who: &str, why: &str, now: Timestamp) -> Result<u64> {
    let mut letters = 0;
    for id in theirs {
        on!(tx, run(KEY, case, *id))?;
        letters += message(tx, *id, now).await?;
    }
    on!(tx, run(PARTY, case, address))?;
    on!(tx, run(CASE_INPUTS, case))?;
    on!(tx, run(CASE_INPUT_CASES, case))?;
    let note = serde_json::json!({ "why": why, "messages": theirs.len() });
    case_event::add(tx, case, &NewEvent { at: now, who, what: "erased", note, ..NewEvent::default() }).await?;
    Ok(letters)
}

/// Erases every letter to an address, whatever caused it. Returns how many.
pub async fn letters_to(tx: &mut Tx, address: &Address) -> Result<u64> {
    on!(tx, run(ATTEMPTS_TO, address))?;
    on!(tx, run(LETTERS_TO, address, NOTHING))
}

/// The cases that an address takes part in, and whether as the resident.
pub async fn cases_of(tx: &mut Tx, address: &Address) -> Result<Vec<(CaseId, bool)>> {
    on!(tx, all(CASES_OF, address))
}

/// Writes down that something was erased.
pub async fn record(tx: &mut Tx, r: &Record) -> Result<()> {
    on!(tx, run(RECORD, at(r.at), &r.who, &r.why, &r.what, &r.digest, r.cases, r.messages, r.letters)).map(drop)
}

/// Every erasure, oldest first.
pub async fn records(tx: &mut Tx) -> Result<Vec<Record>> {
    on!(tx, all(RECORDS))
}

/// Cases of a landlord that ended before an instant, at most `limit`.
pub async fn old_cases(tx: &mut Tx, landlord: &str, before: Timestamp, limit: i64) -> Result<Vec<CaseId>> {
    let rows: Vec<(CaseId,)> = on!(tx, all(OLD_CASES_LIST, landlord, at(before), limit))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Messages of no case that were received before an instant, at most `limit`: unwanted and automatic ones, or all others.
pub async fn old_mail(tx: &mut Tx, landlord: &str, before: Timestamp, unwanted: bool, limit: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = on!(tx, all(OLD_MAIL_LIST, landlord, at(before), unwanted, limit))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Empties the bytes of what was received before an instant and belongs to no case that is open or kept. What was decided from them stays.
pub async fn old_raws(tx: &mut Tx, landlord: &str, before: Timestamp) -> Result<u64> {
    on!(tx, run(OLD_RAWS_LIST, landlord, at(before), NOTHING))
}
