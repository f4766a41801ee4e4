//! Duties: what must have happened, by when, and the warnings that were given. The clock reads them, the courier and people meet them.

use super::ask::slots;
use super::column::{At, Day, MaybeAt, MaybeDay, at, text};
use super::db::Tx;
use super::error::{Error, Result};
use crate::model::case::CaseId;
use crate::model::duty::{Duty, DutyKind};
use jiff::{Timestamp, civil::Date};

/// The warnings of one duty, in the order in which they are due. Each is given once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    TwoDays = 1,
    OneDay = 2,
    Breach = 3,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub landlord: String,
    pub case_id: Option<CaseId>,
    pub message_id: Option<i64>,
    pub kind: DutyKind,
    #[sqlx(try_from = "Day")]
    pub due: Date,
    #[sqlx(try_from = "At")]
    pub due_at: Timestamp,
    #[sqlx(try_from = "Day")]
    pub warn_from: Date,
    pub covered: bool,
    /// open, met or void.
    pub state: String,
    /// The highest [`Warning`] given, 0 for none.
    pub warned: i64,
    #[sqlx(try_from = "MaybeAt")]
    pub met_at: Option<Timestamp>,
    pub met_by: Option<String>,
    /// A response's last day counted from receipt and from its acknowledgement.
    #[sqlx(try_from = "MaybeDay")]
    pub from_receipt: Option<Date>,
    #[sqlx(try_from = "MaybeDay")]
    pub from_ack: Option<Date>,
    /// What was promised before a person put it off.
    #[sqlx(try_from = "MaybeDay")]
    pub first_due: Option<Date>,
}

macro_rules! row {
    ($tail:literal) => {
        concat!(
            "SELECT id, landlord, case_id, message_id, kind, due, due_at, warn_from, covered, state, warned, met_at, met_by, from_receipt, from_ack,
             first_due FROM duty ",
            $tail
        )
    };
}

statements! {
    ADD = "INSERT INTO duty (landlord, case_id, message_id, kind, due, due_at, warn_from, covered, state, warned, from_receipt, from_ack)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11) RETURNING id";
    COUNTED = "UPDATE duty SET due = $2, from_ack = $3 WHERE id = $1 AND state = 'open' AND first_due IS NULL";
    ADOPT = "UPDATE duty SET case_id = $2 WHERE message_id = $1 AND case_id IS NULL AND kind <> 'acknowledge'";
    MEET = "UPDATE duty SET state = 'met', met_at = $2, met_by = $3 WHERE id = $1 AND state = 'open'";
    MEET_OF_CASE = "UPDATE duty SET state = 'met', met_at = $3, met_by = $4 WHERE case_id = $1 AND kind = $2 AND state = 'open'";
    REOPEN = "UPDATE duty SET state = 'open', met_at = NULL, met_by = NULL WHERE id = $1 AND state = 'met' AND met_by = $2";
    MEET_OF_MESSAGE = "UPDATE duty SET state = 'met', met_at = $3, met_by = $4 WHERE message_id = $1 AND kind = $2 AND case_id IS NULL
        AND state = 'open'";
    VOID = "UPDATE duty SET state = 'void' WHERE id = $1 AND state = 'open'";
    UNVOID = "UPDATE duty SET state = 'open' WHERE id = $1 AND state = 'void'";
    GIVE = "UPDATE duty SET case_id = $2 WHERE id = $1";
    VOID_KIND = "UPDATE duty SET state = 'void' WHERE case_id = $1 AND kind = $2 AND state = 'open'";
    VOID_OF_CASE = "UPDATE duty SET state = 'void' WHERE case_id = $1 AND state = 'open'
        AND kind IN ('acknowledge', 'define', 'respond_stage1', 'respond_stage2', 'pass_on')";
    VOID_OF_MESSAGE = "UPDATE duty SET state = 'void' WHERE message_id = $1 AND state = 'open'";
    EXTEND = "UPDATE duty SET first_due = COALESCE(first_due, due), due = $2, due_at = $3, warn_from = $4, covered = $5, warned = 0
        WHERE id = $1 AND state = 'open'";
    WARNED = "UPDATE duty SET warned = $2 WHERE id = $1 AND warned < $2 AND state = 'open'";
    TO_WARN = row!("WHERE state = 'open' AND landlord = $4 AND warned < 3 AND (warn_from <= $1 OR due_at < $2) ORDER BY due_at, id LIMIT $3");
    OPEN = row!("WHERE state = 'open' AND (landlord = $1 OR $1 = '') AND due_at < $2 ORDER BY due_at, id LIMIT $3");
    OF_CASE = row!("WHERE case_id = $1 ORDER BY id");
    OF_CASES = row!("WHERE state = 'open' AND case_id IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY id");
    OF_MESSAGE = row!("WHERE message_id = $1 ORDER BY id");
    BY_ID = row!("WHERE id = $1");
}

/// Lays a duty down. `quiet`: it is kept and nobody is warned of it (old mail that a first connection found). Returns its id.
pub async fn add(tx: &mut Tx, landlord: &str, case_id: Option<CaseId>, message_id: Option<i64>, new: &Duty, quiet: bool) -> Result<i64> {
    let (due, warn) = (Day(new.due), Day(new.warn_from));
    let warned = if quiet { Warning::Breach as i64 } else { 0 };
    let (receipt, ack) = (new.from_receipt.map(Day), new.from_ack.map(Day));
    let (id,): (i64,) =
        on!(tx, one(ADD, landlord, case_id, message_id, new.kind, due, at(new.due_at), warn, new.covered, warned, receipt, ack))?;
    Ok(id)
}

/// The acknowledgement is given: the response that is counted from it gets its date. One that a person put off keeps theirs.
pub async fn counted(tx: &mut Tx, id: i64, due: Date, from_ack: Date) -> Result<bool> {
    Ok(on!(tx, run(COUNTED, id, Day(due), Day(from_ack)))? == 1)
}

/// A case was opened for a message: what the message laid down belongs to it. Its acknowledgement is laid down anew, with the case.
pub async fn adopt(tx: &mut Tx, message_id: i64, case_id: CaseId) -> Result<u64> {
    on!(tx, run(ADOPT, message_id, case_id))
}

/// Marks a duty met. False where it was met or void before: the first who met it stays in the record.
pub async fn meet(tx: &mut Tx, id: i64, now: Timestamp, by: &str) -> Result<bool> {
    Ok(on!(tx, run(MEET, id, at(now), &*text(by)))? == 1)
}

/// Marks the open duties of one kind of a case met. Returns how many.
pub async fn meet_of_case(tx: &mut Tx, case_id: CaseId, kind: DutyKind, now: Timestamp, by: &str) -> Result<u64> {
    on!(tx, run(MEET_OF_CASE, case_id, kind, at(now), &*text(by)))
}

/// Opens a duty again that a letter met which then came back. The warnings that were given stay given.
pub async fn reopen(tx: &mut Tx, id: i64, met_by: &str) -> Result<bool> {
    Ok(on!(tx, run(REOPEN, id, met_by))? == 1)
}

/// Marks what a message without a case laid down of one kind as met: a person has dealt with it. Returns how many.
pub async fn meet_of_message(tx: &mut Tx, message_id: i64, kind: DutyKind, now: Timestamp, by: &str) -> Result<u64> {
    on!(tx, run(MEET_OF_MESSAGE, message_id, kind, at(now), &*text(by)))
}

/// Takes back the open duties of one kind of a case: something else is promised in their place. Returns how many.
pub async fn void_kind(tx: &mut Tx, case_id: CaseId, kind: DutyKind) -> Result<u64> {
    on!(tx, run(VOID_KIND, case_id, kind))
}

/// Takes back one open duty.
pub async fn void(tx: &mut Tx, id: i64) -> Result<bool> {
    Ok(on!(tx, run(VOID, id))? == 1)
}

/// What took a duty back was undone: it is owed again.
pub async fn unvoid(tx: &mut Tx, id: i64) -> Result<bool> {
    Ok(on!(tx, run(UNVOID, id))? == 1)
}

/// Gives a duty to another case.
pub async fn give(tx: &mut Tx, id: i64, case_id: CaseId) -> Result<()> {
    on!(tx, run(GIVE, id, case_id)).map(drop)
}

/// A closed or withdrawn case owes nothing more under the Code; what the law asks of a hazard or of data is owed all the same. Returns how many duties were open.
pub async fn void_of_case(tx: &mut Tx, case_id: CaseId) -> Result<u64> {
    on!(tx, run(VOID_OF_CASE, case_id))
}

/// The open duties that an overruled decision laid down.
pub async fn void_of_message(tx: &mut Tx, message_id: i64) -> Result<u64> {
    on!(tx, run(VOID_OF_MESSAGE, message_id))
}

/// Gives a duty a new date; its warnings begin again. False where it is no longer open.
pub async fn extend(tx: &mut Tx, id: i64, due: Date, due_at: Timestamp, warn_from: Date, covered: bool) -> Result<bool> {
    Ok(on!(tx, run(EXTEND, id, Day(due), at(due_at), Day(warn_from), covered))? == 1)
}

/// Open duties whose first warning's day has come (`today`) or whose date has passed (`now`), and which were not yet given all their
/// warnings. Most urgent first.
pub async fn to_warn(tx: &mut Tx, landlord: &str, today: Date, now: Timestamp, limit: i64) -> Result<Vec<Row>> {
    on!(tx, all(TO_WARN, Day(today), at(now), limit, landlord))
}

/// Records that a warning is being given. False where it (or a later one) was given before: then nothing is to be sent.
pub async fn warned(tx: &mut Tx, id: i64, warning: Warning) -> Result<bool> {
    Ok(on!(tx, run(WARNED, id, warning as i64))? == 1)
}

/// Open duties due before an instant (`Timestamp::MAX` for all), most urgent first; those due before now are breached.
pub async fn open(tx: &mut Tx, landlord: Option<&str>, due_before: Timestamp, limit: i64) -> Result<Vec<Row>> {
    on!(tx, all(OPEN, landlord.unwrap_or_default(), at(due_before), limit))
}

pub async fn of_case(tx: &mut Tx, case_id: CaseId) -> Result<Vec<Row>> {
    on!(tx, all(OF_CASE, case_id))
}

/// The open duties of several cases.
pub async fn open_of_cases(tx: &mut Tx, cases: &[CaseId]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for slots in slots(cases) {
        let [a, b, c, d, e, f, g, h] = slots.map(|id| *id);
        let some: Vec<Row> = on!(tx, all(OF_CASES, a, b, c, d, e, f, g, h))?;
        rows.extend(some);
    }
    Ok(rows)
}

pub async fn of_message(tx: &mut Tx, message_id: i64) -> Result<Vec<Row>> {
    on!(tx, all(OF_MESSAGE, message_id))
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Row> {
    let row: Option<Row> = on!(tx, maybe(BY_ID, id))?;
    row.ok_or_else(|| Error::Missing { what: "duty", name: id.to_string() })
}
