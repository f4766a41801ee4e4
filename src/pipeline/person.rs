//! What a person decides about a case and says in words of their own: a later date, a refusal, who has it in hand, what the complaint is.
//! Each is an event of the case with who and why (promise 8), and what the resident must be told is written to them.

use super::staff::find;
use super::{Error, House, Result, Works};
use crate::letter::{self, Form, Note, Occasion, token};
use crate::model::calendar::{end_of, local_day, written_out};
use crate::model::case::{Stage, Step, may_handle};
use crate::model::decision::{Definition, ReviewCause};
use crate::model::duty::DutyKind;
use crate::model::refusal::Refusal;
use crate::store::case::Row;
use crate::store::case_event::NewEvent;
use crate::store::outbox::NewLetter;
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use crate::triage;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// A later date for a promise.
#[derive(Clone, Debug)]
pub struct Extension<'a> {
    pub to: Date,
    pub who: &'a str,
    pub why: &'a str,
    /// How the resident hears of progress meanwhile (Code 5.9).
    pub updates: Option<&'a str>,
    /// Both in Welsh, for a letter that is in Welsh too.
    pub why_cy: Option<&'a str>,
    pub updates_cy: Option<&'a str>,
    /// Later than the policy allows, for good reason (Code 6.4, 6.15).
    pub good_reason: bool,
    /// Which promise; the response that is open, where nothing is said.
    pub duty: Option<DutyKind>,
}

/// Puts a promise off; answers the day that was promised before.
///
/// # Errors
/// Nobody's name or no reasons; no such open promise; a date that is no later, or later than the policy allows.
pub async fn extend(works: &Works, reference: &str, new: &Extension<'_>) -> Result<Date> {
    let (who, why) = (said(new.who, "who puts it off")?, said(new.why, "why: the Code asks for reasons (6.4, 6.15)")?);
    let now = works.ambient.now();
    let (mut tx, case) = take(works, reference).await?;
    let in_force = works.in_force();
    let house = in_force.house(&case.landlord)?;
    let all = store::duty::of_case(&mut tx, case.id).await?;
    let wanted = |kind: DutyKind| new.duty.map_or(DutyKind::RESPOND.contains(&kind), |k| k == kind);
    let found = all.iter().find(|d| d.state == "open" && wanted(d.kind));
    let duty = found
        .ok_or_else(|| Error::Set(format!("{reference} owes no such answer now; `postroom case show {reference}` lists what it owes")))?;
    if new.to <= duty.due {
        return Err(Error::Set(format!("{} is no later than {}, which is promised already", new.to, duty.due)));
    }
    let first = duty.first_due.unwrap_or(duty.due);
    let policy = &house.policy;
    let last = match (duty.kind, &policy.hazards) {
        (DutyKind::RespondStage1, _) => house.calendar.after(first, policy.extend_stage1_wd),
        (DutyKind::RespondStage2, _) => house.calendar.after(first, policy.extend_stage2_wd),
        // Further works that cannot begin in the days of safety work (Awaab's Law), counted from the end of the investigation.
        (DutyKind::SafetyWork, Some(law)) => {
            let ended = all.iter().rev().find(|d| d.kind == DutyKind::InvestigateHazard).and_then(|d| d.met_at);
            ended.map_or(first, local_day).saturating_add(i64::from(law.further_works_weeks).weeks())
        }
        _ => return Err(Error::Set(format!("the duty to {} cannot be put off", duty.kind.what()))),
    };
    if new.to > last && !(new.good_reason && DutyKind::RESPOND.contains(&duty.kind)) {
        return Err(Error::Set(format!(
            "{} is later than {last}, the last day that may be promised; for good reason, say so with --good-reason",
            new.to
        )));
    }
    let (due_at, warn_from) = (end_of(new.to), triage::warning(&house.calendar, new.to).max(local_day(now)));
    store::duty::extend(&mut tx, duty.id, new.to, due_at, warn_from, house.calendar.covers_wait(now, new.to)).await?;
    let note = json!({ "duty": duty.kind.as_str(), "from": duty.due, "to": new.to, "why": why, "updates": new.updates, "good_reason": new.to > last });
    event(&mut tx, &case, "extended", who, note, now).await?;
    if DutyKind::RESPOND.contains(&duty.kind) {
        let updates = new.updates.map(str::to_owned);
        let [why_cy, updates_cy] = [new.why_cy, new.updates_cy].map(|t| t.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned));
        let (until_day, until) = (Some(new.to), Some(written_out(new.to)));
        let note = Note { by: who.into(), why: why.into(), why_cy, until_day, until, updates, updates_cy };
        let cause = format!("duty:{}:extended:{}", duty.id, new.to);
        write(works, house, &mut tx, &case, &note, (Form::Extension, &cause)).await?;
    }
    tx.commit("record").await?;
    works.posted.send_replace(());
    Ok(duty.due)
}

/// A person decides that a complaint is not taken up, or not taken to stage 2: it is closed, and the resident is told why and of the Ombudsman
/// (Code 2.4, 5.11).
///
/// # Errors
/// A case that is answered at its last stage, closed or withdrawn.
pub async fn refuse(works: &Works, reference: &str, refusal: &Refusal) -> Result<Stage> {
    let now = works.ambient.now();
    let (mut tx, case) = take(works, reference).await?;
    let in_force = works.in_force();
    let house = in_force.house(&case.landlord)?;
    if !matches!(case.stage, Stage::Stage1 | Stage::Responded | Stage::Stage2) {
        return Err(Error::Set(format!("{reference} is {}: there is nothing left to refuse", case.stage.as_str())));
    }
    let stage = case.stage.after(Step::Close, case.answered()).map_err(|e| Error::Set(format!("{reference}: {e}")))?;
    store::case::set_stage(&mut tx, case.id, stage, case.answered(), None, now).await?;
    store::duty::void_of_case(&mut tx, case.id).await?;
    // By type, for the year's report (Code 8.1): a fact outlives what erasure takes out of the journal.
    store::case_fact::set(&mut tx, case.id, "refused", refusal.ground.as_str()).await?;
    let note = json!({ "ground": refusal.ground.as_str(), "why": refusal.why(), "at_stage": case.stage.as_str() });
    event(&mut tx, &case, "refused", refusal.who(), note, now).await?;
    let why_cy = refusal.why_cy.clone();
    let note = Note { by: refusal.who().into(), why: refusal.why().into(), why_cy, ..Note::default() };
    write(works, house, &mut tx, &case, &note, (Form::Refusal, &format!("case:{}:refused:{now}", case.id))).await?;
    tx.commit("record").await?;
    works.posted.send_replace(());
    Ok(stage)
}

/// Who has the case in hand from now on.
///
/// # Errors
/// At stage 2, whoever answered stage 1 (Code 6.13).
pub async fn assign(works: &Works, reference: &str, to: &str, who: &str) -> Result<()> {
    let to = said(to, "whom it goes to")?;
    let now = works.ambient.now();
    let (mut tx, case) = take(works, reference).await?;
    may_handle(case.stage, case.stage1_handler.as_deref(), to).map_err(|e| Error::Set(e.to_string()))?;
    store::case::set_handler(&mut tx, case.id, Some(to)).await?;
    event(&mut tx, &case, "assigned", who, json!({ "from": case.handler, "to": to }), now).await?;
    tx.commit("record").await?;
    Ok(())
}

/// The complaint definition as the program drew it from the resident's words, over all of the case's messages: what a person starts from.
///
/// # Errors
/// An unknown case; a store that does not answer.
pub async fn draft(works: &Works, reference: &str) -> Result<Definition> {
    let mut tx = works.db.read().await?;
    let case = find(&mut tx, reference).await?;
    let mut whole = Definition::default();
    for message in store::message::of_case(&mut tx, case.id).await? {
        let Some(decision) = store::decision::latest(&mut tx, message.id).await?.map(|d| d.decision()).transpose()? else { continue };
        let Definition { what, when, who, outcome } = decision.definition;
        whole.what.extend(what);
        whole.when = whole.when.or(when);
        whole.who = whole.who.or(who);
        whole.outcome = outcome.or(whole.outcome);
    }
    Ok(whole)
}

/// Records the definition that a person agreed: the duty to define is met by it (Code 5.6).
///
/// # Errors
/// A definition that says nothing of what it is about.
pub async fn define(works: &Works, reference: &str, definition: &Definition, who: &str) -> Result<()> {
    if definition.what.iter().all(|w| w.trim().is_empty()) {
        return Err(Error::Set("a definition needs at least one point: say what the complaint is about with --what".into()));
    }
    let now = works.ambient.now();
    let (mut tx, case) = take(works, reference).await?;
    store::duty::meet_of_case(&mut tx, case.id, DutyKind::Define, now, &format!("record:{who}")).await?;
    event(&mut tx, &case, "defined", who, json!({ "definition": definition }), now).await?;
    tx.commit("record").await?;
    Ok(())
}

/// The case, under the lock that intake holds while it decides its landlord's mail.
async fn take(works: &Works, reference: &str) -> Result<(Tx, Row)> {
    let mut tx = works.db.write(None).await?;
    let case = find(&mut tx, reference).await?;
    store::lock_landlord(&mut tx, &case.landlord).await?;
    let case = store::case::by_id(&mut tx, case.id).await?;
    if let Some(into) = case.merged_into {
        let into = store::case::by_id(&mut tx, into).await?.reference;
        return Err(Error::Set(format!("{reference} was merged into {into}: do it there")));
    }
    Ok((tx, case))
}

fn said<'a>(text: &'a str, what: &str) -> Result<&'a str> {
    let text = text.trim();
    if text.is_empty() { Err(Error::Set(format!("say {what}"))) } else { Ok(text) }
}

async fn event(tx: &mut Tx, case: &Row, what: &str, who: &str, note: Value, at: Timestamp) -> Result<()> {
    store::case_event::add(tx, case.id, &NewEvent { at, who, what, message_id: None, outbox_id: None, note }).await?;
    Ok(())
}

/// Writes to the resident in a person's words. `what`: the letter and its cause.
async fn write(works: &Works, house: &House, tx: &mut Tx, row: &Row, note: &Note, what: (Form, &str)) -> Result<()> {
    let ((form, cause), now) = (what, works.ambient.now());
    let case = store::case::load(tx, row.id).await?;
    let Some(to) = case.parties.iter().chain([&case.resident]).find_map(|p| p.email.clone()) else {
        let says = "No email address is known: tell the resident of this decision, its reasons and the Ombudsman by letter or by phone.";
        let (case_id, cause) = (Some(row.id), ReviewCause::NoAddress);
        store::review::add(tx, &NewReview { landlord: &house.id, message_id: None, case_id, outbox_id: None, cause, says, now }).await?;
        return Ok(());
    };
    let message_id = token::message_id(works.ambient.random(), house.from.domain());
    let plain = Occasion::unasked(form, &to, &house.from, &house.policy, &message_id, now);
    let occasion = Occasion { case: Some(&case), note: Some(note), instance: &works.instance, ..plain };
    let letter =
        letter::render(&house.rulebook.templates, &occasion).map_err(|e| Error::Set(format!("the letter cannot be written: {e}")))?;
    let new = NewLetter {
        landlord: &house.id,
        courier: "mail",
        cause,
        reply: form.as_str(),
        recipient: to.as_str(),
        message_id: &letter.message_id,
        bytes: &letter.mime,
        now,
        next_at: now,
        held: None,
        case_id: Some(row.id),
        duty_id: None,
    };
    store::outbox::add(tx, &new).await?;
    works.metrics.letter("queued");
    Ok(())
}
