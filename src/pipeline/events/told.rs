//! Events in: what the landlord's case system says of a case. It enters by the door that staff do: an entry in the journal, with who and why,
//! by the same rules. schemas/told.schema.json is what it may say.

use crate::model::case::{Stage, may_handle};
use crate::pipeline::staff::{self, Act};
use crate::pipeline::{Error, Works};
use crate::store;
use crate::store::case_event::NewEvent;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    #[serde(rename = "type")]
    kind: Kind,
    /// Standard Webhooks' advice; the journal notes when we heard it.
    #[serde(default, rename = "timestamp")]
    _timestamp: Option<jiff::Timestamp>,
    data: Data,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    reference: String,
    /// Who did it, by name.
    who: String,
    why: Option<String>,
    /// Who has the case in hand from now on; for `case.handler_is` alone.
    handler: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Kind {
    #[serde(rename = "case.stage1_response_issued")]
    Stage1ResponseIssued,
    #[serde(rename = "case.stage2_opened")]
    Stage2Opened,
    #[serde(rename = "case.stage2_response_issued")]
    Stage2ResponseIssued,
    #[serde(rename = "case.definition_confirmed")]
    DefinitionConfirmed,
    #[serde(rename = "case.acknowledged")]
    Acknowledged,
    #[serde(rename = "case.withdrawn")]
    Withdrawn,
    #[serde(rename = "case.closed")]
    Closed,
    #[serde(rename = "case.reopened")]
    Reopened,
    #[serde(rename = "case.handler_is")]
    HandlerIs,
}

impl Kind {
    fn act(self) -> Option<Act> {
        match self {
            Kind::Stage1ResponseIssued => Some(Act::Stage1Response),
            Kind::Stage2Opened => Some(Act::Stage2Open),
            Kind::Stage2ResponseIssued => Some(Act::Stage2Response),
            Kind::DefinitionConfirmed => Some(Act::Defined),
            Kind::Acknowledged => Some(Act::Acknowledged),
            Kind::Withdrawn => Some(Act::Withdraw),
            Kind::Closed => Some(Act::Close),
            Kind::Reopened => Some(Act::Reopen),
            Kind::HandlerIs => None,
        }
    }
}

/// Why an event was not taken. The text is for whoever wrote the case system; it quotes nothing of the case.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Unreadable(String),
    #[error("no case of this landlord has that reference")]
    Unknown,
    /// What the case's stage or the Code does not allow.
    #[error("{0}")]
    NotNow(String),
    #[error("this webhook-id came before with another body: give each event an id of its own")]
    IdReused,
    #[error("the store does not answer; send it again later")]
    Later,
}

impl From<store::Error> for Refused {
    fn from(_: store::Error) -> Refused {
        Refused::Later
    }
}

/// Does what the event says, once. Answers the case's stage after it, also where the same event was heard before.
///
/// # Errors
/// Why nothing was done.
pub async fn hear(works: &Works, landlord: &str, webhook_id: &str, bytes: &[u8]) -> Result<Stage, Refused> {
    let said: Envelope = serde_json::from_slice(bytes).map_err(|e| Refused::Unreadable(e.to_string()))?;
    let Data { reference, who, why, handler } = said.data;
    if who.trim().is_empty() {
        return Err(Refused::Unreadable("`who` is empty: the journal names who did it".into()));
    }
    let now = works.ambient.now();
    let digest: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    let mut tx = works.db.write(Some(landlord)).await?;
    let case = store::case::by_reference(&mut tx, &reference).await?.filter(|c| c.landlord == landlord).ok_or(Refused::Unknown)?;
    match store::event::told(&mut tx, landlord, webhook_id).await? {
        Some(before) if before == digest => return Ok(case.stage),
        Some(_) => return Err(Refused::IdReused),
        None => store::event::tell(&mut tx, landlord, webhook_id, &digest, now).await?,
    }
    let (tx, stage) = match (said.kind.act(), handler) {
        (Some(act), None) => staff::record_in(works, tx, &reference, act, &who, why.as_deref()).await.map_err(|e| match e {
            Error::Set(says) => Refused::NotNow(says),
            Error::Store(_) => Refused::Later,
        })?,
        (None, Some(handler)) if !handler.trim().is_empty() => {
            // Code 6.13: nobody who answered at stage 1 looks at it again.
            may_handle(case.stage, case.stage1_handler.as_deref(), &handler).map_err(|e| Refused::NotNow(format!("{reference}: {e}")))?;
            store::case::set_handler(&mut tx, case.id, Some(&handler)).await?;
            let note = json!({ "to": handler, "note": why });
            let event = NewEvent { at: now, who: &who, what: "assigned", message_id: None, outbox_id: None, note };
            store::case_event::add(&mut tx, case.id, &event).await?;
            (tx, case.stage)
        }
        (Some(_), Some(_)) => return Err(Refused::Unreadable("`handler` belongs to case.handler_is".into())),
        (None, _) => return Err(Refused::Unreadable("case.handler_is needs `handler`: who has the case in hand".into())),
    };
    tx.commit("record").await?;
    Ok(stage)
}
