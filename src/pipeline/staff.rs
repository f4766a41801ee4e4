//! What people do, by the same door: each act is an event on the case with who and when, and nothing is edited away (promise 8).

use super::{Error, Result, Works, apply, promise};
use crate::letter::token;
use crate::message;
use crate::model::calendar::local_day;
use crate::model::case::{CaseId, Reference, Stage, Step, may_handle};
use crate::model::decision::{Decision, Effect, Kind, ReviewCause};
use crate::model::duty::DutyKind;
use crate::store::case::Row;
use crate::store::case_event::NewEvent;
use crate::store::decision::NewDecision;
use crate::store::{self, Db};
use crate::triage;
use jiff::Timestamp;
use serde_json::json;

/// What staff can record on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Act {
    /// The resident was acknowledged by hand (by telephone, by post)
    Acknowledged,
    /// The complaint definition was agreed
    Defined,
    /// What a contractor forwarded was passed on by hand
    PassedOn,
    /// An emergency hazard was made safe
    MadeSafe,
    /// The investigation of a hazard ended: its summary and the safety work fall due
    Investigated,
    /// The summary of what was found was sent to the resident
    SummarySent,
    /// The safety work was done, or has begun
    SafetyWork,
    /// There is no such hazard: a person looked
    NoHazard,
    /// A person who asked for their own data has it
    DataAnswered,
    /// A complaint about personal data was acknowledged
    DataAcknowledged,
    /// The stage 1 response was issued
    #[value(name = "stage1-response")]
    Stage1Response,
    /// The case goes to stage 2 (a premature request granted)
    #[value(name = "stage2-open")]
    Stage2Open,
    /// The final response was issued
    #[value(name = "stage2-response")]
    Stage2Response,
    /// The resident withdrew the complaint
    Withdraw,
    Close,
    Reopen,
}

impl Act {
    fn step(self) -> Option<Step> {
        match self {
            Act::Acknowledged | Act::Defined | Act::PassedOn => None,
            Act::MadeSafe | Act::Investigated | Act::SummarySent | Act::SafetyWork | Act::NoHazard => None,
            Act::DataAnswered | Act::DataAcknowledged => None,
            Act::Stage1Response => Some(Step::Stage1Response),
            Act::Stage2Open => Some(Step::OpenStage2),
            Act::Stage2Response => Some(Step::Stage2Response),
            Act::Withdraw => Some(Step::Withdraw),
            Act::Close => Some(Step::Close),
            Act::Reopen => Some(Step::Reopen),
        }
    }

    /// The duty that a person's record of it meets.
    fn meets(self) -> Option<DutyKind> {
        match self {
            Act::Acknowledged => Some(DutyKind::Acknowledge),
            Act::Defined => Some(DutyKind::Define),
            Act::PassedOn => Some(DutyKind::PassOn),
            Act::Stage1Response => Some(DutyKind::RespondStage1),
            Act::Stage2Response => Some(DutyKind::RespondStage2),
            Act::MadeSafe => Some(DutyKind::MakeSafe),
            Act::Investigated => Some(DutyKind::InvestigateHazard),
            Act::SummarySent => Some(DutyKind::SummariseHazard),
            Act::SafetyWork => Some(DutyKind::SafetyWork),
            Act::DataAnswered => Some(DutyKind::SubjectAccess),
            Act::DataAcknowledged => Some(DutyKind::DataComplaint),
            Act::NoHazard | Act::Stage2Open | Act::Withdraw | Act::Close | Act::Reopen => None,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Act::Acknowledged => "acknowledged",
            Act::Defined => "defined",
            Act::PassedOn => "passed_on",
            Act::MadeSafe => "made_safe",
            Act::Investigated => "hazard_investigated",
            Act::SummarySent => "hazard_summary_sent",
            Act::SafetyWork => "safety_work",
            Act::NoHazard => "no_hazard",
            Act::DataAnswered => "data_answered",
            Act::DataAcknowledged => "data_acknowledged",
            Act::Stage1Response => "stage1_response",
            Act::Stage2Open => "stage2_opened",
            Act::Stage2Response => "stage2_response",
            Act::Withdraw => "withdrawn",
            Act::Close => "closed",
            Act::Reopen => "reopened",
        }
    }
}

/// Records an act on a case; answers the stage after it.
///
/// # Errors
/// An unknown case, a step that its stage does not allow, a stage 2 answered by who answered stage 1 (Code 6.13).
pub async fn record(works: &Works, reference: &str, act: Act, who: &str, note: Option<&str>) -> Result<Stage> {
    let tx = works.db.write(None).await?;
    let (tx, stage) = record_in(works, tx, reference, act, who, note).await?;
    tx.commit("record").await?;
    Ok(stage)
}

/// As [`record`], in a transaction that the caller commits.
///
/// # Errors
/// As [`record`].
pub async fn record_in(
    works: &Works,
    mut tx: store::Tx,
    reference: &str,
    act: Act,
    who: &str,
    note: Option<&str>,
) -> Result<(store::Tx, Stage)> {
    let now = works.ambient.now();
    let case = find(&mut tx, reference).await?;
    if let Some(into) = case.merged_into {
        let into = store::case::by_id(&mut tx, into).await?.reference;
        return Err(Error::Set(format!("{reference} was merged into {into}: record it there")));
    }
    // The lock that intake holds while it decides this landlord's mail: a stage must not change under a decision.
    store::lock_landlord(&mut tx, &case.landlord).await?;
    let case = store::case::by_id(&mut tx, case.id).await?;
    if act == Act::Stage2Response {
        may_handle(case.stage, case.stage1_handler.as_deref(), who).map_err(|e| Error::Set(e.to_string()))?;
    }
    let mut stage = case.stage;
    if let Some(step) = act.step() {
        stage = case.stage.after(step, case.answered()).map_err(|e| Error::Set(format!("{reference}: {e}")))?;
        // Whoever had it in hand answered it; whoever records that may be somebody at a desk.
        let first = (act == Act::Stage1Response).then(|| case.handler.as_deref().unwrap_or(who));
        store::case::set_stage(&mut tx, case.id, stage, case.answered().after(step), first, now).await?;
        // Who had it at stage 1 does not keep it for stage 2.
        if matches!(act, Act::Stage1Response | Act::Stage2Open) {
            store::case::set_handler(&mut tx, case.id, None).await?;
        }
    }
    let in_force = works.in_force();
    let house = in_force.house(&case.landlord)?;
    if let Some(kind) = act.meets() {
        store::duty::meet_of_case(&mut tx, case.id, kind, now, &format!("record:{who}")).await?;
    }
    match act {
        Act::Acknowledged => promise::acknowledged(&mut tx, house, case.id, now, true).await?,
        Act::Stage2Open => {
            // The promise of stage 1 gives way to that of stage 2 (Code 6.14).
            store::duty::void_kind(&mut tx, case.id, DutyKind::RespondStage1).await?;
            let duty = triage::respond(DutyKind::RespondStage2, &house.policy, &house.calendar, now);
            promise::lay(&mut tx, house, case.id, &duty).await?;
        }
        Act::Reopen => promise::taken_up(&mut tx, house, case.id, stage, now).await?,
        Act::Close | Act::Withdraw => {
            store::duty::void_of_case(&mut tx, case.id).await?;
        }
        Act::Investigated => {
            for duty in triage::after_investigation(&house.policy, &house.calendar, now) {
                promise::lay(&mut tx, house, case.id, &duty).await?;
            }
        }
        Act::NoHazard => {
            for kind in DutyKind::HAZARD {
                store::duty::void_kind(&mut tx, case.id, kind).await?;
            }
        }
        _ => {}
    }
    event(&mut tx, case.id, act.event(), who, note, now).await?;
    Ok((tx, stage))
}

/// Records by what reports tell a case apart: its ward, its tenure, the contractor that it is about.
///
/// # Errors
/// An unknown case; a store that does not answer.
pub async fn fact(works: &Works, reference: &str, what: &str, value: &str, who: &str) -> Result<()> {
    let mut tx = works.db.write(None).await?;
    let case = find(&mut tx, reference).await?;
    store::case_fact::set(&mut tx, case.id, what, value).await?;
    let note = json!({ what: value });
    let new = NewEvent { at: works.ambient.now(), who, what: "fact", message_id: None, outbox_id: None, note };
    store::case_event::add(&mut tx, case.id, &new).await?;
    tx.commit("record").await?;
    Ok(())
}

/// Has a case kept from erasing, or with `None` lets it go again (a legal hold and an open Ombudsman case go before).
///
/// # Errors
/// An unknown case; a store that does not answer.
pub async fn keep(works: &Works, reference: &str, because: Option<&str>, who: &str) -> Result<()> {
    let mut tx = works.db.write(None).await?;
    let case = find(&mut tx, reference).await?;
    store::case::keep(&mut tx, case.id, because).await?;
    event(&mut tx, case.id, if because.is_some() { "kept" } else { "released" }, who, because, works.ambient.now()).await?;
    tx.commit("record").await?;
    Ok(())
}

/// Writes into a case's journal what a person did that changes nothing else.
///
/// # Errors
/// An unknown case; a store that does not answer.
pub async fn note(works: &Works, reference: &str, what: &str, who: &str, note: serde_json::Value) -> Result<()> {
    let mut tx = works.db.write(None).await?;
    let case = find(&mut tx, reference).await?;
    let new = NewEvent { at: works.ambient.now(), who, what, message_id: None, outbox_id: None, note };
    store::case_event::add(&mut tx, case.id, &new).await?;
    tx.commit("record").await?;
    Ok(())
}

pub(super) async fn find(tx: &mut store::Tx, reference: &str) -> Result<Row> {
    let found = store::case::by_reference(tx, reference).await?;
    found.ok_or_else(|| Error::Set(format!("no case has the reference {reference}; `postroom case list` shows them")))
}

async fn event(tx: &mut store::Tx, case: CaseId, what: &str, who: &str, note: Option<&str>, at: Timestamp) -> Result<()> {
    let note = note.map_or(serde_json::Value::Null, |text| json!({ "note": text }));
    store::case_event::add(tx, case, &NewEvent { at, who, what, message_id: None, outbox_id: None, note }).await?;
    Ok(())
}

/// Opens a case by hand for a message that the program did not take for one. Answers its id.
///
/// # Errors
/// A message of a landlord who is not configured; a store that does not answer.
pub async fn open(works: &Works, message: i64, decision: &Decision, who: &str) -> Result<CaseId> {
    let now = works.ambient.now();
    let mut tx = works.db.write(None).await?;
    let row = store::message::by_id(&mut tx, message).await?;
    let in_force = works.in_force();
    let house = in_force.house(&row.landlord)?;
    store::lock_landlord(&mut tx, &house.id).await?;
    let bytes = store::receipt::bytes(&mut tx, row.raw_id).await?;
    let hint = message::Hint { channel: Some(row.channel), ..message::Hint::default() };
    let part = usize::try_from(row.part).unwrap_or(0);
    let read = message::read(&bytes, &hint).into_iter().nth(part).unwrap_or_default();
    let said = triage::hear(&read, &house.policy, row.received_at).remembered();
    let secret = works.secret.as_bytes();
    let token = |reference: &_| token::case_token(secret, reference);
    let new = store::case::NewCase {
        landlord: &house.id,
        year: local_day(row.received_at).year(),
        received_at: row.received_at,
        resident: &decision.resident,
        topic: &said,
        token: &token,
        related: None,
        now,
    };
    let (id, _) = store::case::open(&mut tx, &new).await?;
    store::case_event::add_keys(&mut tx, &house.id, id, &apply::keys(&read)).await?;
    let note = json!({ "decided_as": decision.kind });
    let event = NewEvent { at: now, who, what: "opened", message_id: Some(message), outbox_id: None, note };
    store::case_event::add(&mut tx, id, &event).await?;
    tx.commit("record").await?;
    Ok(id)
}

/// Opens a case for the message that a review entry is about; its duties as a complaint are laid down. Answers its reference.
///
/// # Errors
/// An entry about no message that was decided, or one that belongs to a case already.
pub async fn open_for_review(works: &Works, review: i64, who: &str) -> Result<Reference> {
    let (message, decision) = {
        let mut tx = works.db.read().await?;
        let entry = store::review::by_id(&mut tx, review).await?;
        let id = entry.message_id.ok_or_else(|| Error::Set(format!("review entry {review} is about no message")))?;
        let message = store::message::by_id(&mut tx, id).await?;
        let decision = store::decision::latest(&mut tx, id).await?;
        (message, decision.map(|d| d.decision()).transpose()?)
    };
    if message.case_id.is_some() {
        return Err(Error::Set(format!("message {} belongs to a case already", message.id)));
    }
    let decision =
        decision.ok_or_else(|| Error::Set(format!("message {} was never decided: resolve the entry with --again first", message.id)))?;
    let case = open(works, message.id, &decision, who).await?;
    let in_force = works.in_force();
    let house = in_force.house(&message.landlord)?;
    let mut tx = works.db.write(None).await?;
    for duty in triage::of_complaint(&house.policy, &house.calendar, message.received_at) {
        promise::lay(&mut tx, house, case, &duty).await?;
    }
    store::duty::adopt(&mut tx, message.id, case).await?;
    // The person's decision stands from now on; the program's stays in the history.
    let overruled = Decision { kind: Kind::NewComplaint, effect: Effect::Open { related: None }, ..decision };
    let decided_at = works.ambient.now();
    let new = NewDecision {
        message: message.id,
        decided_at,
        who,
        decision: &overruled,
        case_id: Some(case),
        fingerprint: None,
        message_id: None,
    };
    store::decision::add(&mut tx, &new).await?;
    let row = store::case::by_id(&mut tx, case).await?;
    tx.commit("record").await?;
    Ok(row.reference)
}

/// What a person's word on an entry is evidence for, where the message has no case: each clock is met by its own.
fn met_by_review(cause: ReviewCause) -> &'static [DutyKind] {
    match cause {
        ReviewCause::Hazard => &DutyKind::HAZARD,
        ReviewCause::DataProtection => &DutyKind::DATA,
        _ => &[DutyKind::Acknowledge],
    }
}

/// Resolves a review entry; `again` has its message decided once more, by the rules in force.
///
/// # Errors
/// An entry that is not there or was resolved before.
pub async fn resolve(db: &Db, id: i64, who: &str, how: &str, again: bool, now: Timestamp) -> Result<()> {
    let mut tx = db.write(None).await?;
    let entry = store::review::by_id(&mut tx, id).await?;
    if !store::review::resolve(&mut tx, id, now, who, how).await? {
        return Err(Error::Set(format!("review entry {id} was resolved before")));
    }
    if let Some(message) = entry.message_id.filter(|_| !again) {
        for kind in met_by_review(entry.cause) {
            store::duty::meet_of_message(&mut tx, message, *kind, now, &format!("review:{id}:{who}")).await?;
        }
    }
    if let Some(case) = entry.case_id {
        event(&mut tx, case, "reviewed", who, Some(how), now).await?;
    }
    if again {
        let message =
            entry.message_id.ok_or_else(|| Error::Set(format!("review entry {id} is about no message that could be decided again")))?;
        let row = store::message::by_id(&mut tx, message).await?;
        if row.state != "failed" {
            return Err(Error::Set(format!("message {message} was decided; only one that was set aside can be run again")));
        }
        store::message::rerun(&mut tx, message).await?;
    }
    tx.commit("review").await?;
    Ok(())
}

/// Lets a held letter go, or has a dead, unknown or waiting one tried now.
///
/// # Errors
/// A letter that is sent or on its way.
pub async fn retry(db: &Db, id: i64, now: Timestamp) -> Result<()> {
    let mut tx = db.write(None).await?;
    let letter = store::outbox_list::by_id(&mut tx, id).await?;
    if !store::outbox_list::release(&mut tx, id, now).await? {
        return Err(Error::Set(format!(
            "letter {id} is {}: only one that is queued, held, deferred, unknown or dead can be let go",
            letter.state
        )));
    }
    tx.commit("release").await?;
    Ok(())
}

/// Stops a letter that waits. The duty that it would meet runs on.
///
/// # Errors
/// A letter that does not wait any more.
pub async fn hold(db: &Db, id: i64, why: &str) -> Result<()> {
    let mut tx = db.write(None).await?;
    let letter = store::outbox_list::by_id(&mut tx, id).await?;
    if !store::outbox_list::hold(&mut tx, id, why).await? {
        return Err(Error::Set(format!("letter {id} is {}: only one that is queued or deferred can be held", letter.state)));
    }
    tx.commit("release").await?;
    Ok(())
}

impl Works {
    /// True where somebody else's daemon may be at work on the same store.
    pub fn shared_store(&self) -> bool {
        matches!(self.db, Db::Postgres(_))
    }
}
