//! What becomes of a promise after it was laid down: counted anew from the acknowledgement, put off by a person, laid down again when a case
//! is taken up again (Code 6.3 to 6.5, 6.14 to 6.16).

use super::{House, Result};
use crate::model::case::{CaseId, Stage};
use crate::model::duty::{Duty, DutyKind};
use crate::model::policy::RespondFrom;
use crate::store::{self, Tx};
use crate::triage;
use jiff::Timestamp;

/// The acknowledgement was accepted by the courier, or given by hand, at `at`. A letter has told the resident a date, which stays; what a
/// person gave by hand told none that we know of, so the promise counts from it.
pub async fn acknowledged(tx: &mut Tx, house: &House, case: CaseId, at: Timestamp, by_hand: bool) -> store::Result<()> {
    for duty in store::duty::of_case(tx, case).await? {
        if duty.state != "open" || !DutyKind::RESPOND.contains(&duty.kind) {
            continue;
        }
        let from_ack = triage::from_acknowledgement(duty.kind, &house.policy, &house.calendar, at);
        let follows = by_hand && house.policy.respond_from == RespondFrom::Acknowledgement;
        store::duty::counted(tx, duty.id, if follows { from_ack } else { duty.due }, from_ack).await?;
    }
    Ok(())
}

/// What a case owes that a person took up again at `at`: the answer of the stage that it is at, and what was never done before it was closed.
pub async fn taken_up(tx: &mut Tx, house: &House, case: CaseId, stage: Stage, at: Timestamp) -> Result<()> {
    if stage != Stage::Stage1 {
        return Ok(()); // answered already; a request for stage 2 or a person goes on from there
    }
    let before = store::duty::of_case(tx, case).await?;
    let done = |kind| before.iter().any(|d| d.kind == kind && d.state == "met");
    for duty in triage::of_complaint(&house.policy, &house.calendar, at) {
        if !done(duty.kind) {
            lay(tx, house, case, &duty).await?;
        }
    }
    Ok(())
}

pub async fn lay(tx: &mut Tx, house: &House, case: CaseId, duty: &Duty) -> Result<()> {
    store::duty::add(tx, &house.id, Some(case), None, duty, false).await?;
    Ok(())
}
