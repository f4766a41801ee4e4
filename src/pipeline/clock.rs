//! The clock: looks at open duties and tells the officer, once at each level: two working days left, one left, breached.

use super::{House, Result, Works};
use crate::letter::{self, Form, Occasion, token};
use crate::log;
use crate::model::address::Address;
use crate::model::calendar::local_day;
use crate::model::case::Case;
use crate::model::decision::{Flag, ReviewCause};
use crate::model::duty::{Duty, DutyKind};
use crate::model::policy::Cause;
use crate::store::case_event::NewEvent;
use crate::store::duty::{Row, Warning};
use crate::store::outbox::NewLetter;
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use jiff::Timestamp;
use serde_json::json;

/// Duties in one look. What is left over is looked at in the next.
const LIMIT: i64 = 5_000;

/// Gives every warning that is due now. Answers how many were given.
///
/// # Errors
/// When the store does not answer. Nothing was given then, and nothing is forgotten.
pub async fn tick(works: &Works) -> Result<usize> {
    let now = works.ambient.now();
    let mut tx = works.db.write(None).await?;
    let mut given = 0;
    let in_force = works.in_force();
    for house in in_force.landlords.values() {
        for duty in store::duty::to_warn(&mut tx, &house.id, local_day(now), now, LIMIT).await? {
            let level = level(house, &duty, now);
            if level as i64 > duty.warned && store::duty::warned(&mut tx, duty.id, level).await? {
                tell(works, house, &mut tx, &duty, level).await?;
                given += 1;
            }
        }
    }
    tx.commit("warn").await?;
    if given > 0 {
        works.posted.send_replace(());
    }
    Ok(given)
}

fn level(house: &House, duty: &Row, now: Timestamp) -> Warning {
    if now > duty.due_at {
        return Warning::Breach;
    }
    if house.calendar.working_days_between(local_day(now), local_day(duty.due_at)) <= 1 { Warning::OneDay } else { Warning::TwoDays }
}

async fn tell(works: &Works, house: &House, tx: &mut Tx, row: &Row, level: Warning) -> Result<()> {
    let (form, word) = match level {
        Warning::TwoDays => (Form::Reminder, "two_days"),
        Warning::OneDay => (Form::Reminder, "one_day"),
        Warning::Breach => (Form::Alarm, "breach"),
    };
    log::duty_warned(row.id, row.kind.as_str(), &local_day(row.due_at).to_string(), word);
    let case = match row.case_id {
        Some(id) => Some(store::case::load(tx, id).await?),
        None => None,
    };
    let received_at = match (&case, row.message_id) {
        (_, Some(message)) => store::message::by_id(tx, message).await?.received_at,
        (Some(case), None) => case.received_at,
        (None, None) => row.due_at,
    };
    let (from_receipt, from_ack) = (row.from_receipt, row.from_ack);
    let plain = Duty::plain(row.kind, row.due, row.due_at, row.warn_from, row.covered);
    let duty = Duty { from_receipt, from_ack, ..plain };
    let warned = Warned { row, duty: &duty, form, word, case: case.as_ref(), received_at };
    if let Some(case) = &case {
        journal(tx, case, row, level, works.ambient.now()).await?;
    }
    for to in people(house, row.kind, level) {
        write(works, house, tx, &warned, &to).await?;
    }
    Ok(())
}

/// Into the journal of the case, and so to the landlord's case system.
async fn journal(tx: &mut Tx, case: &Case, row: &Row, level: Warning, now: Timestamp) -> Result<()> {
    let (what, left) = match level {
        Warning::TwoDays => ("due_soon", Some(2)),
        Warning::OneDay => ("due_soon", Some(1)),
        Warning::Breach => ("overdue", None),
    };
    let note = json!({ "duty": row.kind.as_str(), "due": local_day(row.due_at).to_string(), "working_days_left": left });
    store::case_event::add(tx, case.id, &NewEvent { at: now, who: "postroom", what, message_id: None, outbox_id: None, note }).await?;
    Ok(())
}

/// Who is told: the roles that the policy names for the level, and whoever the kind of duty is the business of.
fn people(house: &House, kind: DutyKind, level: Warning) -> Vec<Address> {
    let policy = &house.policy;
    let by_flag = |flag: Flag| policy.routes.iter().find(|r| r.of == Cause::Flag(flag)).map(|r| r.role.as_str());
    let own = match kind {
        DutyKind::MakeSafe => by_flag(Flag::Emergency),
        DutyKind::InvestigateHazard | DutyKind::SummariseHazard | DutyKind::SafetyWork => by_flag(Flag::DampMould),
        DutyKind::SubjectAccess | DutyKind::DataComplaint => Some(policy.data_protection.role.as_str()),
        _ => None,
    };
    let told = match level {
        Warning::TwoDays => &policy.tell.two_days,
        Warning::OneDay => &policy.tell.one_day,
        Warning::Breach => &policy.tell.breach,
    };
    house.addresses(told.iter().map(String::as_str).chain(own))
}

/// One warning, whoever gets it.
struct Warned<'a> {
    row: &'a Row,
    duty: &'a Duty,
    form: Form,
    word: &'a str,
    case: Option<&'a Case>,
    received_at: Timestamp,
}

async fn write(works: &Works, house: &House, tx: &mut Tx, warned: &Warned<'_>, to: &Address) -> Result<()> {
    let Warned { row, duty, form, word, case, received_at } = *warned;
    let message_id = token::message_id(works.ambient.random(), house.from.domain());
    let now = works.ambient.now();
    let plain = Occasion::unasked(form, to, &house.from, &house.policy, &message_id, now);
    let occasion = Occasion { case, duty: Some(duty), received_at, instance: &works.instance, ..plain };
    let letter = match letter::render(&house.rulebook.templates, &occasion) {
        Ok(letter) => letter,
        Err(fault) => {
            // One reminder that cannot be written must not silence all others.
            let says = format!("A reminder could not be written ({fault}): the duty to {} falls due on {}.", row.kind.as_str(), row.due);
            let cause = ReviewCause::LetterFailed;
            let (message_id, case_id, now) = (row.message_id, row.case_id, works.ambient.now());
            let review = NewReview { landlord: &house.id, message_id, case_id, outbox_id: None, cause, says: &says, now };
            store::review::add(tx, &review).await?;
            return Ok(());
        }
    };
    let new = NewLetter {
        landlord: &house.id,
        courier: "mail",
        cause: &format!("duty:{}:{word}", row.id),
        reply: form.as_str(),
        recipient: to.as_str(),
        message_id: &letter.message_id,
        bytes: &letter.mime,
        now: works.ambient.now(),
        next_at: works.ambient.now(),
        held: None,
        case_id: row.case_id,
        duty_id: None,
    };
    store::outbox::add(tx, &new).await?;
    works.metrics.letter("queued");
    Ok(())
}
