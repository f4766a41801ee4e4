//! The outbox: letters finished to the last byte, and what became of each. At least once, with one Message-ID: a letter may go out twice only
//! after an unknown outcome, and then it is the same letter.
//!
//! ```text
//! queued ──claim──▶ sending ──▶ sent ──bounce──▶ dead
//!   ▲                 │ ├─────▶ deferred ──claim──▶ sending
//!   │                 │ ├─────▶ dead ──retry──▶ queued
//! held ◀──────────────┘ └─────▶ unknown ──resend──▶ queued, or found: sent
//! ```

use super::column::{At, at, key, text};
use super::db::Tx;
use super::error::{Error, Result};
use super::receipt::{compress, decompress};
use super::{case_event, dialect, duty};
use crate::model::case::CaseId;
use jiff::{SignedDuration, Timestamp};

/// A letter to queue.
#[derive(Clone, Debug)]
pub struct NewLetter<'a> {
    pub landlord: &'a str,
    /// Who carries it: `mail`, `social`, `event`.
    pub courier: &'a str,
    /// `message:ID` or `duty:ID:LEVEL`: one letter for each cause, reply and recipient (promise 3).
    pub cause: &'a str,
    /// A reply's name, or what else it is (`reminder`, `alarm`, `pass_on`).
    pub reply: &'a str,
    /// An address, or a platform's id.
    pub recipient: &'a str,
    /// Without angle brackets; unique.
    pub message_id: &'a str,
    /// The finished bytes.
    pub bytes: &'a [u8],
    pub now: Timestamp,
    /// Not before.
    pub next_at: Timestamp,
    /// Why a person must release it first; `None` to let it go.
    pub held: Option<&'a str>,
    pub case_id: Option<CaseId>,
    /// The duty that its sending meets.
    pub duty_id: Option<i64>,
}

/// A letter in the hands of a courier.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claimed {
    pub id: i64,
    pub landlord: String,
    pub cause: String,
    pub reply: String,
    pub recipient: String,
    pub message_id: String,
    zstd: Vec<u8>,
    size: i64,
    /// Which attempt this is, from 1.
    pub attempts: i64,
    /// How often it was sent again after an unknown outcome.
    pub resends: i64,
    /// Since when it waits: written, or released by a person.
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub next_at: Timestamp,
    pub case_id: Option<CaseId>,
}

impl Claimed {
    /// The finished bytes.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        decompress(&self.zstd, self.size).ok_or(Error::Damaged { table: "outbox", id: self.id, what: "its letter cannot be unpacked" })
    }
}

statements! {
    ADD = "INSERT INTO outbox (landlord, courier, cause, reply, recipient, message_id, zstd, size, state, created_at, next_at, attempts, resends,
        answer, case_id, duty_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, $12, $13, $14)
        ON CONFLICT (cause, reply, recipient) DO NOTHING RETURNING id";
    TO_ADDRESS = "SELECT count(*) FROM outbox WHERE landlord = $1 AND recipient = $2 AND created_at >= $3 AND state NOT IN ('held', 'dead')";
    SINCE = "SELECT count(*) FROM outbox WHERE landlord = $1 AND created_at >= $2 AND state NOT IN ('held', 'dead')";
    ATTEMPT = "INSERT INTO attempt (outbox_id, number, at, outcome) VALUES ($1, $2, $3, 'sending')";
    ATTEMPT_ENDED = "UPDATE attempt SET ended_at = $2, outcome = $3, code = $4, note = $5 WHERE outbox_id = $1
        AND number = (SELECT max(number) FROM attempt WHERE outbox_id = $1)";
    SENT = "UPDATE outbox SET state = 'sent', sent_at = $2, answer = $3, claimed_by = NULL WHERE id = $1
        AND state IN ('sending', 'unknown') RETURNING case_id, duty_id, reply";
    ENDED = "UPDATE outbox SET state = $2, next_at = $3, answer = $4, claimed_by = NULL WHERE id = $1 AND state = 'sending' AND claimed_by = $5";
    RESCUE = "UPDATE outbox SET state = 'unknown', claimed_by = NULL, answer = 'its courier stopped while sending'
        WHERE state = 'sending' AND claimed_at < $1 RETURNING id";
    RESEND = "UPDATE outbox SET state = 'queued', next_at = $2, resends = resends + 1 WHERE id = $1 AND state = 'unknown' AND size > 0";
    BOUNCED = "UPDATE outbox SET state = 'dead', answer = $2 WHERE id = $1 AND state IN ('sent', 'unknown', 'sending', 'deferred')
        RETURNING case_id, duty_id, reply";
}

/// Queues a letter. Its Message-ID leads answers to its case. `None` where the cause has this letter already.
pub async fn add(tx: &mut Tx, new: &NewLetter<'_>) -> Result<Option<i64>> {
    let (packed, size) = (compress(new.bytes), new.bytes.len() as i64);
    let (state, why) = if new.held.is_some() { ("held", new.held.map(text)) } else { ("queued", None) };
    let (to, id, now, next) = (key(new.recipient), key(new.message_id), at(new.now), at(new.next_at));
    let (case, duty) = (new.case_id, new.duty_id);
    let added: Option<(i64,)> = on!(
        tx,
        maybe(
            ADD,
            new.landlord,
            new.courier,
            new.cause,
            new.reply,
            &*to,
            &*id,
            &packed,
            size,
            state,
            now,
            next,
            why.as_deref(),
            case,
            duty
        )
    )?;
    Ok(added.map(|(id,)| id))
}

/// Letters that went or will go to one recipient, written since an instant, over all cases.
pub async fn count_to(tx: &mut Tx, landlord: &str, recipient: &str, since: Timestamp) -> Result<i64> {
    let (n,): (i64,) = on!(tx, one(TO_ADDRESS, landlord, &*key(recipient), at(since)))?;
    Ok(n)
}

/// Letters to anybody that went or will go, written since an instant.
pub async fn count_since(tx: &mut Tx, landlord: &str, since: Timestamp) -> Result<i64> {
    let (n,): (i64,) = on!(tx, one(SINCE, landlord, at(since)))?;
    Ok(n)
}

/// Claims up to `limit` letters of a landlord that are due, oldest first, and notes the attempt. The caller commits before the first byte goes out: from
/// then on a crash leaves them `sending`, which [`rescue`] finds.
pub async fn claim(tx: &mut Tx, courier: &str, landlord: &str, now: Timestamp, limit: i64, holder: &str) -> Result<Vec<Claimed>> {
    let mut claimed = dialect::claim_letters(tx, at(now), courier, landlord, limit, holder).await?;
    claimed.sort_by_key(|c| (c.next_at, c.id));
    for c in &claimed {
        on!(tx, run(ATTEMPT, c.id, c.attempts, at(now)))?;
    }
    Ok(claimed)
}

/// What became of an attempt that did not end in `sent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Try again at this time.
    Deferred(Timestamp),
    /// The content went out and no answer came.
    Unknown,
    /// Refused for good. The caller adds a review entry.
    Dead,
    /// A person must release it. The caller adds a review entry.
    Held,
}

/// The server accepted it: its duty is met and the case's journal says so, in this transaction. Also for an `unknown` one that was found
/// to have gone out. False where somebody recorded an outcome before.
pub async fn sent(tx: &mut Tx, id: i64, now: Timestamp, answer: &str, code: Option<&str>) -> Result<bool> {
    let answer = text(answer);
    let row: Option<(Option<CaseId>, Option<i64>, String)> = on!(tx, maybe(SENT, id, at(now), &*answer))?;
    let Some((case_id, duty_id, reply)) = row else { return Ok(false) };
    on!(tx, run(ATTEMPT_ENDED, id, at(now), "sent", code, Some(&*answer)))?;
    if let Some(duty_id) = duty_id {
        duty::meet(tx, duty_id, now, &format!("outbox:{id}")).await?;
    }
    journal(tx, case_id, id, "letter_sent", &reply, now).await?;
    Ok(true)
}

/// Any other end of an attempt. False where `holder` has it no more (it was rescued, or somebody else recorded an outcome).
pub async fn ended(tx: &mut Tx, id: i64, holder: &str, outcome: Outcome, now: Timestamp, code: Option<&str>, note: &str) -> Result<bool> {
    let (state, next) = match outcome {
        Outcome::Deferred(next) => ("deferred", next),
        Outcome::Unknown => ("unknown", now),
        Outcome::Dead => ("dead", now),
        Outcome::Held => ("held", now),
    };
    let note = text(note);
    if on!(tx, run(ENDED, id, state, at(next), &*note, holder))? == 0 {
        return Ok(false);
    }
    on!(tx, run(ATTEMPT_ENDED, id, at(now), state, code, Some(&*note)))?;
    Ok(true)
}

/// Finds letters that have been `sending` for longer than `patience` (RFC 5321 §4.5.3.2 grants a server ten minutes for the last answer), and
/// makes them `unknown`. Returns their ids.
pub async fn rescue(tx: &mut Tx, now: Timestamp, patience: SignedDuration) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = on!(tx, all(RESCUE, at(now - patience)))?;
    for &(id,) in &rows {
        on!(tx, run(ATTEMPT_ENDED, id, at(now), "unknown", None::<&str>, Some("its courier stopped while sending")))?;
    }
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Queues an `unknown` letter again, the same to the byte. False where it is not unknown any more.
pub async fn resend(tx: &mut Tx, id: i64, next_at: Timestamp) -> Result<bool> {
    Ok(on!(tx, run(RESEND, id, at(next_at)))? == 1)
}

/// A letter came back for good: it is dead, and the duty that its sending met is open again. False where it was dead before. The caller adds
/// a review entry.
pub async fn bounced(tx: &mut Tx, id: i64, now: Timestamp, note: &str) -> Result<bool> {
    let note = text(note);
    let row: Option<(Option<CaseId>, Option<i64>, String)> = on!(tx, maybe(BOUNCED, id, &*note))?;
    let Some((case_id, duty_id, reply)) = row else { return Ok(false) };
    on!(tx, run(ATTEMPT_ENDED, id, at(now), "bounced", None::<&str>, Some(&*note)))?;
    if let Some(duty_id) = duty_id {
        duty::reopen(tx, duty_id, &format!("outbox:{id}")).await?;
    }
    journal(tx, case_id, id, "letter_bounced", &reply, now).await?;
    Ok(true)
}

async fn journal(tx: &mut Tx, case_id: Option<CaseId>, id: i64, what: &str, reply: &str, now: Timestamp) -> Result<()> {
    let Some(case_id) = case_id else { return Ok(()) };
    let note = serde_json::json!({ "reply": reply });
    let event = case_event::NewEvent { at: now, who: "postroom", what, message_id: None, outbox_id: Some(id), note };
    case_event::add(tx, case_id, &event).await.map(drop)
}
