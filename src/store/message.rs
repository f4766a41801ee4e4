//! Messages on their way from received to decided. Claiming one is reading it inside the landlord's lock (`Db::write(Some(landlord))`).

use super::ask::slots;
use super::column::{At, MaybeAt, at, key, text};
use super::db::Tx;
use super::error::{Error, Result};
use super::receipt::unpack;
use crate::model::case::CaseId;
use crate::model::decision::{Kind, Reply};
use crate::model::message::Channel;
use jiff::Timestamp;

/// A message that waits to be decided.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub id: i64,
    pub raw_id: i64,
    /// Which message of its raw; 0 for the first.
    pub part: i64,
    pub source: String,
    pub channel: Channel,
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
    pub answerable: bool,
    /// How often deciding it ended in a fault.
    pub attempts: i64,
}

/// A message as the lists show it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub raw_id: i64,
    pub part: i64,
    pub landlord: String,
    pub source: String,
    pub channel: Channel,
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
    pub answerable: bool,
    /// received, decided or failed.
    pub state: String,
    pub attempts: i64,
    pub fault: Option<String>,
    pub duplicate_of: Option<i64>,
    /// The sender's Message-ID, or the platform's id of the item.
    pub message_id: Option<String>,
    pub kind: Option<Kind>,
    pub reply: Option<Reply>,
    pub case_id: Option<CaseId>,
    #[sqlx(try_from = "MaybeAt")]
    pub decided_at: Option<Timestamp>,
}

/// Which messages to list; `None` leaves a matter open.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub landlord: Option<String>,
    pub state: Option<String>,
    pub kind: Option<Kind>,
    pub case_id: Option<CaseId>,
    /// Received at or after.
    pub since: Option<Timestamp>,
    /// Received before.
    pub until: Option<Timestamp>,
}

macro_rules! row {
    ($tail:literal) => {
        concat!(
            "SELECT id, raw_id, part, landlord, source, channel, received_at, answerable, state, attempts, fault, duplicate_of, message_id,
             kind, reply, case_id, decided_at FROM message ",
            $tail
        )
    };
}

statements! {
    LANDLORDS = "SELECT DISTINCT landlord FROM message WHERE state = 'received' ORDER BY landlord";
    WAITING = "SELECT id, raw_id, part, source, channel, received_at, answerable, attempts FROM message
        WHERE landlord = $1 AND state = 'received' ORDER BY received_at, id LIMIT $2";
    BYTES = "SELECT id, sha256, size, zstd FROM raw WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)";
    ADD_PART = "INSERT INTO message (raw_id, part, landlord, source, channel, received_at, answerable, state, attempts)
        SELECT raw_id, $2, landlord, source, channel, CAST($3 AS BIGINT), answerable, 'received', 0 FROM message WHERE id = $1
        ON CONFLICT (raw_id, part) DO NOTHING RETURNING id";
    PART = "SELECT other.id FROM message AS this JOIN message AS other ON other.raw_id = this.raw_id WHERE this.id = $1 AND other.part = $2";
    EARLIER = "SELECT id FROM message WHERE landlord = $1 AND fingerprint = $2 AND id <> $3 AND state = 'decided' AND duplicate_of IS NULL
        ORDER BY id LIMIT 1";
    SETTLE_DUPLICATE = "UPDATE message SET state = 'decided', duplicate_of = $2, fingerprint = $3, message_id = $4, decided_at = $5, fault = NULL,
        case_id = (SELECT case_id FROM message WHERE id = $2) WHERE id = $1";
    JOIN = "UPDATE message SET case_id = $2 WHERE id = $1";
    FOLLOW = "UPDATE message SET case_id = (SELECT m.case_id FROM message AS m WHERE m.id = $1) WHERE duplicate_of = $1";
    ORIGINAL = "SELECT id, case_id FROM message WHERE landlord = $1 AND message_id = $2 AND id <> $3 AND state = 'decided' AND kind <> 'automatic'
        AND amends IS NULL AND duplicate_of IS NULL ORDER BY id LIMIT 1";
    AMENDS = "UPDATE message SET amends = $2, case_id = COALESCE(case_id, (SELECT case_id FROM message WHERE id = $2)) WHERE id = $1";
    FAULTED = "UPDATE message SET attempts = attempts + 1, fault = $2 WHERE id = $1 RETURNING attempts";
    FAIL = "UPDATE message SET state = 'failed', fault = $2, decided_at = $3 WHERE id = $1";
    RERUN = "UPDATE message SET state = 'received', attempts = 0, fault = NULL WHERE id = $1";
    BY_ID = row!("WHERE id = $1");
    OF_CASE = row!("WHERE case_id = $1 ORDER BY received_at, id");
    OF_RAW = row!("WHERE raw_id = $1 ORDER BY part");
    LIST = row!("WHERE (landlord = $1 OR $1 = '') AND (state = $2 OR $2 = '') AND (kind = $3 OR $3 = '') AND (case_id = $4 OR $4 = 0)
        AND received_at >= $5 AND received_at < $6 AND id > $7 ORDER BY id LIMIT $8");
    BY_MESSAGE_ID = row!("WHERE landlord = $1 AND message_id = $2 ORDER BY id");
}

/// The landlords who have messages waiting.
pub async fn landlords_waiting(tx: &mut Tx) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = on!(tx, all(LANDLORDS))?;
    Ok(rows.into_iter().map(|(l,)| l).collect())
}

/// A landlord's oldest waiting messages. In a transaction that holds the landlord's lock nobody else has them; in a snapshot this is the
/// peek by which reading runs ahead of the lock.
pub async fn waiting(tx: &mut Tx, landlord: &str, limit: i64) -> Result<Vec<Waiting>> {
    on!(tx, all(WAITING, landlord, limit))
}

/// A raw as it lies in the store. Unpacking is work for a core of its own, outside of the transaction.
#[derive(Clone, Debug)]
pub struct PackedRaw {
    pub raw_id: i64,
    sha256: String,
    size: i64,
    zstd: Vec<u8>,
}

impl PackedRaw {
    /// Of the bytes as they came.
    pub fn size(&self) -> u64 {
        u64::try_from(self.size).unwrap_or(0)
    }

    /// The bytes as they came; [`Error::Damaged`] when they are not what was stored.
    pub fn unpack(&self) -> Result<Vec<u8>> {
        unpack(self.raw_id, &self.sha256, self.size, &self.zstd)
    }
}

/// The raws of these ids, each once, in no order.
pub async fn raws(tx: &mut Tx, ids: &[i64]) -> Result<Vec<PackedRaw>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut raws = Vec::with_capacity(ids.len());
    for slots in slots(&ids) {
        let [a, b, c, d, e, f, g, h] = slots.map(|id| *id);
        let rows: Vec<(i64, String, i64, Vec<u8>)> = on!(tx, all(BYTES, a, b, c, d, e, f, g, h))?;
        raws.extend(rows.into_iter().map(|(raw_id, sha256, size, zstd)| PackedRaw { raw_id, sha256, size, zstd }));
    }
    Ok(raws)
}

/// Adds the further messages that reading found in the raw of `first` (a webhook batch, attached complaints). `received_at`: the part's own
/// event time where it has one. Returns its id, also when it was added before.
pub async fn add_part(tx: &mut Tx, first: i64, part: i64, received_at: Timestamp) -> Result<i64> {
    let added: Option<(i64,)> = on!(tx, maybe(ADD_PART, first, part, at(received_at)))?;
    match added {
        Some((id,)) => Ok(id),
        None => {
            let (id,): (i64,) = on!(tx, one(PART, first, part))?;
            Ok(id)
        }
    }
}

/// The decided message of the landlord with the same fingerprint, if this one is its duplicate.
pub async fn earlier(tx: &mut Tx, landlord: &str, fingerprint: &str, id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = on!(tx, maybe(EARLIER, landlord, fingerprint, id))?;
    Ok(row.map(|(id,)| id))
}

/// What a person said first under a platform's id, and its case: the message that an edit or a deletion (`id`) changes.
pub async fn original(tx: &mut Tx, landlord: &str, message_id: &str, id: i64) -> Result<Option<(i64, Option<CaseId>)>> {
    on!(tx, maybe(ORIGINAL, landlord, &*key(message_id), id))
}

/// Records that a message edits or deletes another one, and so belongs to its case. Both keep their bytes: what was said is not lost.
pub async fn amends(tx: &mut Tx, id: i64, original: i64) -> Result<()> {
    on!(tx, run(AMENDS, id, original)).map(drop)
}

/// Records that a message is another's duplicate: it is decided, by the other's decision, and belongs to the other's case.
pub async fn settle_duplicate(tx: &mut Tx, id: i64, of: i64, fingerprint: &str, message_id: Option<&str>, now: Timestamp) -> Result<()> {
    on!(tx, run(SETTLE_DUPLICATE, id, of, fingerprint, message_id.map(key), at(now))).map(drop)
}

/// A message belongs to a case from now on.
pub async fn join(tx: &mut Tx, id: i64, case_id: CaseId) -> Result<()> {
    on!(tx, run(JOIN, id, case_id)).map(drop)
}

/// The second deliveries of a message go where it went.
pub async fn follow(tx: &mut Tx, id: i64) -> Result<()> {
    on!(tx, run(FOLLOW, id)).map(drop)
}

/// Counts a fault in deciding a message, which stays where it is. `fault` names the fault, not the message's words. Returns how many
/// there were.
pub async fn faulted(tx: &mut Tx, id: i64, fault: &str) -> Result<i64> {
    let row: Option<(i64,)> = on!(tx, maybe(FAULTED, id, &*text(fault)))?;
    row.map(|(attempts,)| attempts).ok_or_else(|| missing(id))
}

/// Puts a message aside that cannot be decided; the caller adds the review entry. [`rerun`] brings it back.
pub async fn fail(tx: &mut Tx, id: i64, fault: &str, now: Timestamp) -> Result<()> {
    on!(tx, run(FAIL, id, &*text(fault), at(now))).map(drop)
}

/// Puts a message back to be decided (again). Its earlier decisions stay in the history.
pub async fn rerun(tx: &mut Tx, id: i64) -> Result<()> {
    if on!(tx, run(RERUN, id))? == 1 { Ok(()) } else { Err(missing(id)) }
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Row> {
    let row: Option<Row> = on!(tx, maybe(BY_ID, id))?;
    row.ok_or_else(|| missing(id))
}

/// A case's messages, oldest first.
pub async fn of_case(tx: &mut Tx, case_id: CaseId) -> Result<Vec<Row>> {
    on!(tx, all(OF_CASE, case_id))
}

/// The messages that one raw holds, as far as it was read.
pub async fn of_raw(tx: &mut Tx, raw_id: i64) -> Result<Vec<Row>> {
    on!(tx, all(OF_RAW, raw_id))
}

/// The messages that bear a Message-ID (or a platform's id): several, where it was reused.
pub async fn by_message_id(tx: &mut Tx, landlord: &str, message_id: &str) -> Result<Vec<Row>> {
    on!(tx, all(BY_MESSAGE_ID, landlord, &*key(message_id)))
}

/// Messages in the order of their ids, from the one after `after`, at most `limit`: ask again with the last id for the next page.
pub async fn list(tx: &mut Tx, filter: &Filter, after: i64, limit: i64) -> Result<Vec<Row>> {
    let (landlord, state) = (filter.landlord.as_deref().unwrap_or_default(), filter.state.as_deref().unwrap_or_default());
    let (kind, case) = (filter.kind.map_or("", Kind::as_str), filter.case_id.unwrap_or_default());
    let (since, until) = (at(filter.since.unwrap_or(Timestamp::MIN)), at(filter.until.unwrap_or(Timestamp::MAX)));
    on!(tx, all(LIST, landlord, state, kind, case, since, until, after, limit))
}

fn missing(id: i64) -> Error {
    Error::Missing { what: "message", name: id.to_string() }
}
