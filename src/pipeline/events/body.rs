//! What an event says: schemas/events.schema.json. Thin on purpose: numbers, dates, kinds and flags, and nothing that anybody wrote.

use crate::pipeline::Result;
use crate::store::event::Row;
use crate::store::{self, Tx};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The event of a journal's entry. What it says of the decision and the duties is as they stand at the first try.
pub async fn of(tx: &mut Tx, row: &Row) -> Result<Value> {
    let case = store::case::by_id(tx, row.case_id).await?;
    let duties = store::duty::of_case(tx, row.case_id).await?;
    let due: Vec<Value> = duties.iter().map(|d| json!({ "duty": d.kind.as_str(), "due": d.due.to_string(), "state": d.state })).collect();
    let reply = match row.outbox_id {
        Some(id) => Some(store::outbox_list::by_id(tx, id).await?.reply),
        None => None,
    };
    let mut data = json!({
        "position": row.position,
        "landlord": row.landlord,
        "reference": case.reference.0,
        "what": row.what,
        "who": row.who,
        "stage": row.stage.as_str(),
        "received_at": second(case.received_at),
        "duties": due,
    });
    if let Some(id) = row.message_id {
        let message = store::message::by_id(tx, id).await?;
        data["message"] = json!({
            "id": message.id,
            "channel": message.channel.as_str(),
            "source": message.source,
            "received_at": second(message.received_at),
            "kind": message.kind.map(|k| k.as_str()),
        });
        // An erased message has no decision to tell of any more.
        let decision = store::decision::latest(tx, id).await?.and_then(|d| d.decision().ok());
        data["flags"] = json!(decision.as_ref().map_or(&[][..], |d| &d.flags));
        data["via"] = json!(decision.and_then(|d| d.via));
    }
    if let Some(reply) = &reply {
        data["letter"] = json!(reply);
    }
    if matches!(row.what.as_str(), "due_soon" | "overdue") {
        data["duty"] = serde_json::from_str(&row.note).unwrap_or_default();
    }
    let kind = kind(&row.what, reply.as_deref());
    if kind == "complaint.created" {
        // The work that it is about must not stop for it (Code 1.5).
        data["service_request_continues"] = json!(true);
    }
    Ok(json!({ "type": kind, "timestamp": second(row.at), "data": data }))
}

/// RFC 3339 in whole seconds: a case system has no use for more.
fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// The event's type. What the journal is taught anew goes out under its own name.
fn kind(what: &str, letter: Option<&str>) -> String {
    let acknowledges = letter.is_some_and(|l| l.starts_with("acknowledge"));
    match what {
        "opened" => "complaint.created".into(),
        "added" => "complaint.addition".into(),
        "stage2_requested_early" => "complaint.stage2_requested".into(),
        "letter_sent" if acknowledges => "complaint.acknowledged".into(),
        "letter_bounced" if acknowledges => "complaint.ack_failed".into(),
        "stage1_response" => "complaint.stage1_response_issued".into(),
        "stage2_response" => "complaint.stage2_response_issued".into(),
        other => format!("complaint.{other}"),
    }
}
