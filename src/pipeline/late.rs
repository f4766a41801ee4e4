//! What arrives out of order: an answer, an edit or a deletion that overtook what it answers or changes, put right when that comes.

use super::{House, Result, join};
use crate::model::case::{Case, CaseId};
use crate::model::decision::{Candidate, Evidence, Kind};
use crate::model::message::{Channel, Message, Verb};
use crate::store::case_event::NewEvent;
use crate::store::{self, Tx};
use jiff::Timestamp;
use serde_json::json;

/// So many of the messages that it answers, the latest: more are an old thread's.
const ANSWERED: usize = 3;

/// The cases that answers to this message opened, among the candidates. Only where the same person wrote both: a Message-ID alone is anybody's.
pub async fn lead(tx: &mut Tx, house: &House, message: &Message, candidates: &mut Vec<Candidate>) -> Result<()> {
    let (Some(id), Some(sender)) = (&message.message_id, &message.from.email) else { return Ok(()) };
    for answer in store::awaited::by(tx, &house.id, id).await? {
        let Some(case) = store::message::by_id(tx, answer).await?.case_id else { continue };
        let case = store::case::load(tx, case).await?;
        if !case.is_party(sender) {
            continue;
        }
        match candidates.iter_mut().find(|c| c.case.id == case.id) {
            Some(known) if known.evidence.contains(&Evidence::References) => {}
            Some(known) => {
                known.evidence.push(Evidence::References);
                known.evidence.sort_unstable();
            }
            None => candidates.push(Candidate { case, evidence: vec![Evidence::References, Evidence::SameSender] }),
        }
    }
    Ok(())
}

/// Notes which messages this one answers that led nowhere, and takes into its case the answers that came before it and found none.
pub async fn settle(
    tx: &mut Tx,
    house: &House,
    id: i64,
    message: &Message,
    candidates: &[Candidate],
    case: Option<&Case>,
    now: Timestamp,
) -> Result<()> {
    if message.channel != Channel::Email || message.automatic.is_some() {
        return Ok(());
    }
    let led =
        |c: &Candidate| c.evidence.iter().any(|e| matches!(e, Evidence::OurMessageId | Evidence::References | Evidence::ReplyAddress));
    if !candidates.iter().any(led) {
        let answered = message.in_reply_to.iter().chain(message.references.iter().rev());
        for value in answered.take(ANSWERED) {
            store::awaited::add(tx, &house.id, value, id).await?;
        }
    }
    let Some(own) = &message.message_id else { return Ok(()) };
    if let Some(case) = case {
        for answer in store::awaited::by(tx, &house.id, own).await? {
            take_in(tx, answer, message, case.id, now).await?;
        }
    }
    store::awaited::came(tx, &house.id, own).await?;
    Ok(())
}

/// Puts edits and deletions that overtook the post or message that they change onto it, when that comes.
pub async fn amended(tx: &mut Tx, house: &House, id: i64, message: &Message, case: Option<&Case>, now: Timestamp) -> Result<()> {
    let said = message.social.as_ref().is_some_and(|s| s.verb == Verb::Add && !s.no_message);
    let Some(own) = message.message_id.as_deref().filter(|_| said) else { return Ok(()) };
    for change in store::awaited::by(tx, &house.id, own).await? {
        let row = store::message::by_id(tx, change).await?;
        store::message::amends(tx, change, id).await?;
        if let Some(case) = row.case_id.or(case.map(|c| c.id)) {
            // A deletion brings no words: it is the platform's notice.
            let what = if row.kind == Some(Kind::Automatic) { "removed" } else { "edited" };
            let note = json!({ "of_message": id, "came_before": "what it changes" });
            let event = NewEvent { at: now, who: "postroom", what, message_id: Some(change), outbox_id: None, note };
            store::case_event::add(tx, case, &event).await?;
        }
    }
    store::awaited::came(tx, &house.id, own).await?;
    Ok(())
}

async fn take_in(tx: &mut Tx, answer: i64, message: &Message, case: CaseId, now: Timestamp) -> Result<()> {
    let row = store::message::by_id(tx, answer).await?;
    if row.case_id.is_some() {
        return Ok(());
    }
    let same = join::read(tx, &row).await?.is_some_and(|m| m.from.email.is_some() && m.from.email == message.from.email);
    if same {
        store::message::join(tx, answer, case).await?;
        let note = json!({ "came_before": "what it answers" });
        store::case_event::add(
            tx,
            case,
            &NewEvent { at: now, who: "postroom", what: "added", message_id: Some(answer), outbox_id: None, note },
        )
        .await?;
    }
    Ok(())
}
