//! Cases: opening, their stage, and finding them.

use super::ask::slots;
use super::column::{At, MaybeAt, at, key, text};
use super::db::Tx;
use super::error::{Error, Result};
use super::party;
use crate::model::address::Party;
use crate::model::case::{Answered, Case, CaseId, Reference, Stage};
use jiff::Timestamp;

/// A case to open.
#[derive(Clone)]
pub struct NewCase<'a> {
    pub landlord: &'a str,
    /// The local year of receipt: numbers count within it.
    pub year: i16,
    pub received_at: Timestamp,
    pub resident: &'a Party,
    /// Subject and new words, bounded by the caller.
    pub topic: &'a str,
    /// Makes the unguessable part of the reply address after `c-`, lower case, from the reference that the case gets.
    pub token: &'a (dyn Fn(&Reference) -> String + Sync),
    pub related: Option<CaseId>,
    pub now: Timestamp,
}

/// A case as the lists show it; [`load`] has its parties.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: CaseId,
    pub landlord: String,
    pub reference: Reference,
    pub token: String,
    pub stage: Stage,
    pub stage1_answered: bool,
    pub stage2_answered: bool,
    /// Who answered at stage 1: somebody else must look at stage 2 (Code 6.13).
    pub stage1_handler: Option<String>,
    /// Who has it in hand now.
    pub handler: Option<String>,
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub stage_at: Timestamp,
    pub topic: String,
    pub related_case: Option<CaseId>,
    /// The case that a person merged it into.
    pub merged_into: Option<CaseId>,
    /// Why nothing of it may be erased.
    pub kept_because: Option<String>,
    #[sqlx(try_from = "MaybeAt")]
    pub erased_at: Option<Timestamp>,
    /// By its fact `print`.
    pub large_print: bool,
}

/// Which cases to list; `None` leaves a matter open.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub landlord: Option<String>,
    pub stage: Option<Stage>,
    /// Received at or after.
    pub since: Option<Timestamp>,
}

macro_rules! row {
    ($tail:literal) => {
        concat!(
            "SELECT id, landlord, reference, token, stage, stage1_answered, stage2_answered, stage1_handler, handler, received_at, stage_at, topic,
             related_case, merged_into, kept_because, erased_at,
             EXISTS (SELECT 1 FROM case_fact AS f WHERE f.case_id = cases.id AND f.what = 'print' AND f.value = 'large') AS large_print FROM cases ",
            $tail
        )
    };
}

statements! {
    NEXT_NUMBER = "INSERT INTO numbering (year, last) VALUES ($1, 1) ON CONFLICT (year) DO UPDATE SET last = numbering.last + 1 RETURNING last";
    OPEN = "INSERT INTO cases (landlord, year, number, reference, token, stage, stage1_answered, received_at, stage_at, topic, related_case) VALUES ($1, $2, $3, $4, $5, 'stage1', FALSE, $6, $7, $8, $9) RETURNING id";
    SET_STAGE = "UPDATE cases SET stage = $2, stage1_answered = $3, stage2_answered = $6, stage1_handler = COALESCE($4, stage1_handler), stage_at = $5
        WHERE id = $1";
    SET_HANDLER = "UPDATE cases SET handler = $2 WHERE id = $1";
    SET_TOPIC = "UPDATE cases SET topic = $2 WHERE id = $1";
    MERGE = "UPDATE cases SET merged_into = $2 WHERE id = $1";
    MERGED = "SELECT id FROM cases WHERE merged_into = $1 ORDER BY id";
    LEADS_ON = "SELECT id, merged_into FROM cases WHERE merged_into IS NOT NULL AND id IN ($1, $2, $3, $4, $5, $6, $7, $8)";
    KEEP = "UPDATE cases SET kept_because = $2 WHERE id = $1";
    BY_ID = row!("WHERE id = $1");
    BY_REFERENCE = row!("WHERE reference = $1");
    BY_TOKEN = row!("WHERE token = $1");
    BY_IDS = row!("WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)");
    LIST = row!("WHERE (landlord = $1 OR $1 = '') AND (stage = $2 OR $2 = '') AND received_at >= $3 AND id > $4 ORDER BY id LIMIT $5");
}

/// Opens a case at stage 1 with the year's next number. The number's row stays locked until the transaction ends: nobody else opens a case of
/// that year meanwhile, and no number is lost.
pub async fn open(tx: &mut Tx, new: &NewCase<'_>) -> Result<(CaseId, Reference)> {
    let year = i64::from(new.year);
    let (number,): (i64,) = on!(tx, one(NEXT_NUMBER, year))?;
    let reference = Reference::new(new.year, number);
    let topic = text(new.topic);
    let token = (new.token)(&reference);
    let (received, now) = (at(new.received_at), at(new.now));
    let (id,): (i64,) = on!(tx, one(OPEN, new.landlord, year, number, &reference, &token, received, now, &*topic, new.related))?;
    party::add_resident(tx, id, new.landlord, new.resident).await?;
    Ok((id, reference))
}

/// Sets the stage that `Stage::after` allowed. `handler`: who answered at stage 1, when that is what happened.
pub async fn set_stage(tx: &mut Tx, id: CaseId, stage: Stage, answered: Answered, handler: Option<&str>, now: Timestamp) -> Result<()> {
    one_changed(on!(tx, run(SET_STAGE, id, stage, answered.stage1, handler, at(now), answered.stage2))?, id)
}

/// Who has the case in hand; `None` for nobody.
pub async fn set_handler(tx: &mut Tx, id: CaseId, who: Option<&str>) -> Result<()> {
    one_changed(on!(tx, run(SET_HANDLER, id, who.map(text).as_deref()))?, id)
}

/// Replaces the words by which later messages are compared with this case.
pub async fn set_topic(tx: &mut Tx, id: CaseId, topic: &str) -> Result<()> {
    one_changed(on!(tx, run(SET_TOPIC, id, &*text(topic)))?, id)
}

/// What leads to a case leads to another from now on, or with `None` to itself again.
pub async fn merge(tx: &mut Tx, id: CaseId, into: Option<CaseId>) -> Result<()> {
    one_changed(on!(tx, run(MERGE, id, into))?, id)
}

/// The cases that were merged into one.
pub async fn merged(tx: &mut Tx, into: CaseId) -> Result<Vec<CaseId>> {
    let rows: Vec<(CaseId,)> = on!(tx, all(MERGED, into))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Of these cases, those that were merged, each with the case that it leads on to.
pub async fn leads_on(tx: &mut Tx, ids: &[CaseId]) -> Result<Vec<(CaseId, CaseId)>> {
    let mut all = Vec::new();
    for slots in slots(ids) {
        let [a, b, c, d, e, f, g, h] = slots.map(|id| *id);
        let rows: Vec<(CaseId, CaseId)> = on!(tx, all(LEADS_ON, a, b, c, d, e, f, g, h))?;
        all.extend(rows);
    }
    Ok(all)
}

/// Has a case kept from erasing, for a reason; `None` lets it go again.
pub async fn keep(tx: &mut Tx, id: CaseId, because: Option<&str>) -> Result<()> {
    one_changed(on!(tx, run(KEEP, id, because.map(text).as_deref()))?, id)
}

pub async fn by_id(tx: &mut Tx, id: CaseId) -> Result<Row> {
    let row: Option<Row> = on!(tx, maybe(BY_ID, id))?;
    row.ok_or_else(|| missing(id))
}

/// The case of a reference as people write it; upper and lower case are one.
pub async fn by_reference(tx: &mut Tx, reference: &str) -> Result<Option<Row>> {
    on!(tx, maybe(BY_REFERENCE, &*key(&reference.trim().to_uppercase())))
}

pub async fn by_token(tx: &mut Tx, token: &str) -> Result<Option<Row>> {
    on!(tx, maybe(BY_TOKEN, &*key(&token.to_lowercase())))
}

/// A case with its parties, as triage needs it.
pub async fn load(tx: &mut Tx, id: CaseId) -> Result<Case> {
    load_all(tx, &[id]).await?.pop().ok_or_else(|| missing(id))
}

/// Cases with their parties, in the order of `ids` (each once); those that are not there are left out.
pub async fn load_all(tx: &mut Tx, ids: &[CaseId]) -> Result<Vec<Case>> {
    let mut rows: Vec<Row> = Vec::new();
    let mut parties = Vec::new();
    for slots in slots(ids) {
        let [a, b, c, d, e, f, g, h] = slots.map(|id| *id);
        let found: Vec<Row> = on!(tx, all(BY_IDS, a, b, c, d, e, f, g, h))?;
        rows.extend(found);
        parties.extend(party::of_cases(tx, slots.map(|id| *id)).await?);
    }
    rows.sort_by_key(|row| ids.iter().position(|&id| id == row.id));
    let mut cases: Vec<Case> = rows.into_iter().map(Row::without_parties).collect();
    for p in parties {
        if let Some(case) = cases.iter_mut().find(|c| c.id == p.case_id) {
            let party = Party { name: p.name, email: p.email, id: p.platform_id };
            if p.resident {
                case.resident = party.clone();
                case.parties.insert(0, party);
            } else {
                case.parties.push(party);
            }
        }
    }
    Ok(cases)
}

impl Row {
    pub fn answered(&self) -> Answered {
        Answered { stage1: self.stage1_answered, stage2: self.stage2_answered }
    }

    fn without_parties(self) -> Case {
        let Row { id, reference, stage, stage1_answered, stage2_answered, received_at, stage_at, topic, token, large_print, .. } = self;
        Case { id, reference, stage, stage1_answered, stage2_answered, received_at, stage_at, topic, token, large_print, ..Case::default() }
    }
}

/// Cases in the order of their ids, from the one after `after`, at most `limit`.
pub async fn list(tx: &mut Tx, filter: &Filter, after: CaseId, limit: i64) -> Result<Vec<Row>> {
    let (landlord, stage) = (filter.landlord.as_deref().unwrap_or_default(), filter.stage.map_or("", Stage::as_str));
    on!(tx, all(LIST, landlord, stage, at(filter.since.unwrap_or(Timestamp::MIN)), after, limit))
}

fn one_changed(rows: u64, id: CaseId) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(missing(id)) }
}

fn missing(id: CaseId) -> Error {
    Error::Missing { what: "case", name: id.to_string() }
}
