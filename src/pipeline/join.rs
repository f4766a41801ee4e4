//! Two cases that are one, one case that is two: joined and parted by a person, with the reason in the journal, and undone again.
//!
//! Nothing is moved by a merge: the merged case keeps its messages, letters and reference, and everything that leads to it leads on to the
//! other. So it can be undone whatever came meanwhile.

use super::{Error, House, Result, Works, apply};
use crate::letter::token;
use crate::message::{self, Hint};
use crate::model::address::Party;
use crate::model::calendar::local_day;
use crate::model::case::{CaseId, Reference};
use crate::model::decision::{Decision, Effect, Kind};
use crate::model::duty::DutyKind;
use crate::model::message::Message;
use crate::store::case::Row;
use crate::store::case_event::NewEvent;
use crate::store::decision::NewDecision;
use crate::store::{self, Tx, case_event, receipt};
use crate::triage;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who does it, why, and when.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    pub by: &'a str,
    pub why: &'a str,
    pub now: Timestamp,
}

/// What a merge did beside the redirection: what its undoing must put back. Numbers alone, so that it outlives an erasure of either case.
#[derive(Default, Serialize, Deserialize)]
struct Merged {
    into: String,
    why: String,
    /// Duties that gave way to the same duty of the other case.
    voided: Vec<i64>,
    /// Duties that went over to the other case.
    moved: Vec<i64>,
    /// Parties that the other case did not have.
    parties: Vec<i64>,
}

/// Makes `from` a part of `into`: later messages, and the promises that are open, go there. Of two promises of one kind the earlier stays.
///
/// # Errors
/// Unknown cases, cases of two landlords, one that is merged or erased already.
pub async fn merge(works: &Works, into: &str, from: &str, act: Act<'_>) -> Result<()> {
    let mut tx = works.db.write(None).await?;
    let (into, from) = (find(&mut tx, into).await?, find(&mut tx, from).await?);
    store::lock_landlord(&mut tx, &into.landlord).await?;
    let (into, from) = (store::case::by_id(&mut tx, into.id).await?, store::case::by_id(&mut tx, from.id).await?);
    if into.id == from.id || into.landlord != from.landlord {
        return Err(Error::Set(format!("{} and {} are not two cases of one landlord", into.reference, from.reference)));
    }
    for case in [&into, &from] {
        if let Some(other) = case.merged_into {
            let other = store::case::by_id(&mut tx, other).await?.reference;
            return Err(Error::Set(format!(
                "{} was merged into {other} before; `postroom case undo {}` takes it out",
                case.reference, case.reference
            )));
        }
        if case.erased_at.is_some() {
            return Err(Error::Set(format!("{} was erased", case.reference)));
        }
    }
    let mut done = Merged { into: into.reference.0.clone(), why: act.why.into(), ..Merged::default() };
    let there = store::duty::of_case(&mut tx, into.id).await?;
    for duty in store::duty::of_case(&mut tx, from.id).await?.into_iter().filter(|d| d.state == "open") {
        // The law's clocks run from each report: that the other case's hazard was dealt with before says nothing of this one.
        let by_law = DutyKind::HAZARD.contains(&duty.kind) || DutyKind::DATA.contains(&duty.kind);
        let same = there.iter().find(|d| d.kind == duty.kind && d.state != "void" && !(by_law && d.state == "met"));
        match same {
            // Done already, or promised for an earlier day.
            Some(d) if d.state == "met" || d.due_at <= duty.due_at => done.voided.push(duty.id),
            Some(d) => {
                done.voided.push(d.id);
                done.moved.push(duty.id);
            }
            None => done.moved.push(duty.id),
        }
    }
    for duty in &done.voided {
        store::duty::void(&mut tx, *duty).await?;
    }
    for duty in &done.moved {
        store::duty::give(&mut tx, *duty, into.id).await?;
    }
    done.parties = store::party::copy(&mut tx, from.id, into.id).await?;
    store::case::merge(&mut tx, from.id, Some(into.id)).await?;
    let note = serde_json::to_value(&done).unwrap_or_default();
    event(&mut tx, from.id, "merged", act, None, note).await?;
    event(&mut tx, into.id, "took_in", act, None, json!({ "from": from.reference, "why": act.why })).await?;
    tx.commit("record").await?;
    Ok(())
}

/// Makes a case of its own of one message of a case. `resident`: whose it is, when not who was taken for the sender. `keep`: the message stays
/// in its case too (one letter that holds two complaints). Answers the new case's reference.
///
/// # Errors
/// A message that is not the case's, or was never decided.
pub async fn split(works: &Works, from: &str, message: i64, resident: Option<Party>, keep: bool, act: Act<'_>) -> Result<Reference> {
    let in_force = works.in_force();
    let mut tx = works.db.write(None).await?;
    let from = find(&mut tx, from).await?;
    let house = in_force.house(&from.landlord)?;
    store::lock_landlord(&mut tx, &house.id).await?;
    let row = store::message::by_id(&mut tx, message).await?;
    if row.case_id != Some(from.id) {
        return Err(Error::Set(format!(
            "message {message} is not of {}; `postroom case show {}` lists its messages",
            from.reference, from.reference
        )));
    }
    let decided = store::decision::latest(&mut tx, message).await?;
    let decided = decided.ok_or_else(|| Error::Set(format!("message {message} was never decided")))?.decision()?;
    let read = read(&mut tx, &row).await?.ok_or_else(|| Error::Set(format!("message {message} was erased")))?;
    let resident = resident.unwrap_or_else(|| decided.resident.clone());
    let said = triage::hear(&read, &house.policy, row.received_at).remembered();
    let secret = works.secret.as_bytes();
    let token = |reference: &Reference| token::case_token(secret, reference);
    let new = store::case::NewCase {
        landlord: &house.id,
        year: local_day(row.received_at).year(),
        received_at: row.received_at,
        resident: &resident,
        topic: apply::bounded(&said),
        token: &token,
        related: Some(from.id),
        now: act.now,
    };
    let (id, reference) = store::case::open(&mut tx, &new).await?;
    let note = json!({ "split_from": from.reference, "message": message, "kept": keep, "why": act.why });
    event(&mut tx, id, "opened", act, Some(message), note).await?;
    event(&mut tx, from.id, "split", act, Some(message), json!({ "into": reference, "why": act.why })).await?;
    if !keep {
        let decision = Decision { kind: Kind::NewComplaint, effect: Effect::Open { related: Some(from.id) }, resident, ..decided };
        hand_over(&mut tx, &row, &read, (from.id, id), &decision, act).await?;
        remember(&mut tx, house, &from).await?;
    }
    // Whose duty it is to acknowledge, to define and to answer does not wait for the person who parted them (Code 6.2).
    for duty in triage::of_complaint(&house.policy, &house.calendar, row.received_at) {
        store::duty::add(&mut tx, &house.id, Some(id), None, &duty, false).await?;
    }
    tx.commit("record").await?;
    Ok(reference)
}

/// Takes back what was last done of the two: a case that was merged stands alone again; one that was split off goes back into its case.
///
/// # Errors
/// A case that was neither merged nor split off.
pub async fn undo(works: &Works, reference: &str, act: Act<'_>) -> Result<&'static str> {
    let in_force = works.in_force();
    let mut tx = works.db.write(None).await?;
    let case = find(&mut tx, reference).await?;
    let house = in_force.house(&case.landlord)?;
    store::lock_landlord(&mut tx, &house.id).await?;
    let journal = case_event::journal(&mut tx, case.id).await?;
    let told = |e: &case_event::Row| serde_json::from_str::<serde_json::Value>(&e.note).unwrap_or_default();
    if let Some(into) = case.merged_into {
        let merged = journal.iter().rev().find(|e| e.what == "merged").map(told);
        let Some(done) = merged.and_then(|note| serde_json::from_value::<Merged>(note).ok()) else {
            return Err(Error::Set(format!("{reference} went back into its case when a split was undone: split it off again")));
        };
        for duty in &done.moved {
            store::duty::give(&mut tx, *duty, case.id).await?;
        }
        for duty in &done.voided {
            store::duty::unvoid(&mut tx, *duty).await?;
        }
        for party in &done.parties {
            store::party::remove(&mut tx, *party).await?;
        }
        store::case::merge(&mut tx, case.id, None).await?;
        event(&mut tx, case.id, "merge_undone", act, None, json!({ "why": act.why })).await?;
        event(&mut tx, into, "merge_undone", act, None, json!({ "from": case.reference, "why": act.why })).await?;
        tx.commit("record").await?;
        return Ok("merge");
    }
    let split = journal.iter().find(|e| e.what == "opened").map(told).unwrap_or_default();
    let (Some(from), Some(message)) = (split["split_from"].as_str(), split["message"].as_i64()) else {
        return Err(Error::Set(format!("{reference} was neither merged nor split off")));
    };
    let from = find(&mut tx, from).await?;
    let row = store::message::by_id(&mut tx, message).await?;
    if row.case_id == Some(case.id) {
        // As it was decided before a person parted them.
        let before = store::decision::history(&mut tx, message).await?.into_iter().rev().find(|d| d.case_id == Some(from.id));
        let before = before.ok_or_else(|| Error::Set(format!("message {message} was never part of {}", from.reference)))?.decision()?;
        let read = read(&mut tx, &row).await?.ok_or_else(|| Error::Set(format!("message {message} was erased")))?;
        hand_over(&mut tx, &row, &read, (case.id, from.id), &before, act).await?;
        remember(&mut tx, house, &from).await?;
    }
    store::duty::void_of_case(&mut tx, case.id).await?;
    // Its reference may have been given out: it leads on.
    store::case::merge(&mut tx, case.id, Some(from.id)).await?;
    event(&mut tx, case.id, "split_undone", act, None, json!({ "into": from.reference, "why": act.why })).await?;
    event(&mut tx, from.id, "split_undone", act, Some(message), json!({ "from": case.reference, "why": act.why })).await?;
    tx.commit("record").await?;
    Ok("split")
}

/// A message goes from one case to another, with what leads later messages to it.
async fn hand_over(
    tx: &mut Tx,
    row: &store::message::Row,
    read: &Message,
    (from, to): (CaseId, CaseId),
    decision: &Decision,
    act: Act<'_>,
) -> Result<()> {
    let keys = apply::keys(read);
    case_event::remove_keys(tx, &row.landlord, from, &keys).await?;
    case_event::add_keys(tx, &row.landlord, to, &keys).await?;
    let new =
        NewDecision { message: row.id, decided_at: act.now, who: act.by, decision, case_id: Some(to), fingerprint: None, message_id: None };
    store::decision::add(tx, &new).await?;
    store::message::follow(tx, row.id).await?;
    Ok(())
}

/// Gives a case the words of the messages that it has: later messages are compared with them.
pub(super) async fn remember(tx: &mut Tx, house: &House, case: &Row) -> Result<()> {
    let mut topic = String::new();
    for row in store::message::of_case(tx, case.id).await? {
        if let Some(read) = read(tx, &row).await?.filter(|_| row.duplicate_of.is_none()) {
            topic += &triage::hear(&read, &house.policy, row.received_at).remembered();
            topic.push('\n');
        }
    }
    store::case::set_topic(tx, case.id, apply::bounded(&topic)).await?;
    Ok(())
}

/// A stored message, read again; `None` where it was erased.
pub(super) async fn read(tx: &mut Tx, row: &store::message::Row) -> Result<Option<Message>> {
    let bytes = match receipt::bytes(tx, row.raw_id).await {
        Ok(bytes) => bytes,
        Err(store::Error::Erased { .. }) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let hint = Hint { channel: Some(row.channel), ..Hint::default() };
    Ok(message::read(&bytes, &hint).into_iter().nth(usize::try_from(row.part).unwrap_or(0)))
}

async fn find(tx: &mut Tx, reference: &str) -> Result<Row> {
    let found = store::case::by_reference(tx, reference).await?;
    found.ok_or_else(|| Error::Set(format!("no case has the reference {reference}; `postroom case list` shows them")))
}

async fn event(tx: &mut Tx, case: CaseId, what: &str, act: Act<'_>, message: Option<i64>, note: serde_json::Value) -> Result<()> {
    let new = NewEvent { at: act.now, who: act.by, what, message_id: message, outbox_id: None, note };
    case_event::add(tx, case, &new).await?;
    Ok(())
}
