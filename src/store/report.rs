//! What a period's report counts: rows without anybody's words, so that what was erased is still counted. A case that a person merged into
//! another is counted there alone.

use super::column::{At, Day, MaybeAt, at};
use super::db::Tx;
use super::error::Result;
use crate::model::case::CaseId;
use crate::model::decision::Kind;
use crate::model::duty::DutyKind;
use crate::model::message::Channel;
use jiff::{Timestamp, civil::Date};

/// A landlord (empty: all) and the instants from which and before which it counts.
#[derive(Clone, Copy, Debug)]
pub struct Period<'a> {
    pub landlord: &'a str,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// A complaint that was received at one of the two stages within the period.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Complaint {
    pub case_id: CaseId,
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
    /// Of the message that brought it; `None` for a request that a person recorded.
    pub channel: Option<Channel>,
}

/// A decided message that was received within the period.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Decided {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub kind: Kind,
    pub channel: Channel,
    /// Names with commas between them.
    pub flags: String,
    pub topics: String,
}

/// A duty about something received within the period, or due within it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Owed {
    pub case_id: Option<CaseId>,
    pub kind: DutyKind,
    /// The last day that the Code allows: from the acknowledgement, or as a person extended it with reasons.
    #[sqlx(try_from = "Day")]
    pub last: Date,
    #[sqlx(try_from = "At")]
    pub due_at: Timestamp,
    pub state: String,
    #[sqlx(try_from = "MaybeAt")]
    pub met_at: Option<Timestamp>,
    /// Of the message that it is about, else of the case.
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
    /// Of that message; `None` for a duty that a person's act laid down.
    pub message_kind: Option<String>,
}

/// Something that a person, or Postroom, recorded on a case within the period.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Happened {
    pub case_id: CaseId,
    pub what: String,
    pub who: String,
}

statements! {
    STAGE1_LIST = "SELECT c.id AS case_id, c.received_at, m.channel FROM cases AS c
        LEFT JOIN case_event AS e ON e.id = (SELECT min(id) FROM case_event WHERE case_id = c.id AND what = 'opened')
        LEFT JOIN message AS m ON m.id = e.message_id
        WHERE (c.landlord = $1 OR $1 = '') AND c.merged_into IS NULL AND c.received_at >= $2 AND c.received_at < $3 ORDER BY c.id";
    STAGE2_LIST = "SELECT e.case_id, COALESCE(m.received_at, e.at) AS received_at, m.channel FROM cases AS c
        JOIN case_event AS e ON e.id = (SELECT min(id) FROM case_event WHERE case_id = c.id AND what = 'stage2_opened')
        LEFT JOIN message AS m ON m.id = e.message_id
        WHERE (c.landlord = $1 OR $1 = '') AND c.merged_into IS NULL
        AND COALESCE(m.received_at, e.at) >= $2 AND COALESCE(m.received_at, e.at) < $3 ORDER BY c.id";
    DECIDED_LIST = "SELECT m.id, m.case_id, m.kind, m.channel, d.flags, d.topics FROM message AS m
        JOIN decision AS d ON d.id = (SELECT max(id) FROM decision WHERE message_id = m.id)
        WHERE (m.landlord = $1 OR $1 = '') AND m.received_at >= $2 AND m.received_at < $3 AND m.duplicate_of IS NULL ORDER BY m.id";
    OWED_LIST = "SELECT d.case_id, d.kind, CASE WHEN d.from_ack > d.due THEN d.from_ack ELSE d.due END AS last, d.due_at, d.state, d.met_at, COALESCE(m.received_at, c.received_at, d.due_at) AS received_at,
        m.kind AS message_kind FROM duty AS d LEFT JOIN message AS m ON m.id = d.message_id LEFT JOIN cases AS c ON c.id = d.case_id
        WHERE (d.landlord = $1 OR $1 = '') AND d.state <> 'void' AND (c.merged_into IS NULL OR d.state = 'met')
        AND (COALESCE(m.received_at, c.received_at, d.due_at) >= $2 AND COALESCE(m.received_at, c.received_at, d.due_at) < $3
            OR d.due_at >= $2 AND d.due_at < $3) ORDER BY d.id";
    HAPPENED_LIST = "SELECT e.case_id, e.what, e.who FROM case_event AS e JOIN cases AS c ON c.id = e.case_id
        WHERE (c.landlord = $1 OR $1 = '') AND e.at >= $2 AND e.at < $3
        AND e.what IN ('refused', 'withdrawn', 'reopened', 'merged', 'split', 'extended', 'erased') ORDER BY e.id";
    FACTS_LIST = "SELECT f.case_id, f.what, f.value FROM case_fact AS f JOIN cases AS c ON c.id = f.case_id
        WHERE (c.landlord = $1 OR $1 = '') AND c.merged_into IS NULL ORDER BY f.case_id, f.what";
}

/// Complaints received at stage 1, each once.
pub async fn stage1(tx: &mut Tx, p: Period<'_>) -> Result<Vec<Complaint>> {
    on!(tx, all(STAGE1_LIST, p.landlord, at(p.since), at(p.until)))
}

/// Complaints first taken to stage 2, each once, by the receipt of the request.
pub async fn stage2(tx: &mut Tx, p: Period<'_>) -> Result<Vec<Complaint>> {
    on!(tx, all(STAGE2_LIST, p.landlord, at(p.since), at(p.until)))
}

/// Messages by the decision that holds; the second delivery of one message is not counted.
pub async fn decided(tx: &mut Tx, p: Period<'_>) -> Result<Vec<Decided>> {
    on!(tx, all(DECIDED_LIST, p.landlord, at(p.since), at(p.until)))
}

/// Duties that were not taken back.
pub async fn owed(tx: &mut Tx, p: Period<'_>) -> Result<Vec<Owed>> {
    on!(tx, all(OWED_LIST, p.landlord, at(p.since), at(p.until)))
}

pub async fn happened(tx: &mut Tx, p: Period<'_>) -> Result<Vec<Happened>> {
    on!(tx, all(HAPPENED_LIST, p.landlord, at(p.since), at(p.until)))
}

/// The facts of all the landlord's cases: case, what, value.
pub async fn facts(tx: &mut Tx, landlord: &str) -> Result<Vec<(CaseId, String, String)>> {
    on!(tx, all(FACTS_LIST, landlord))
}
