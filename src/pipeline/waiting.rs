//! What waits for a person, the most pressing first.

use super::Result;
use crate::model::decision::{Flag, urgency};
use crate::store::review::{Filter, Row};
use crate::store::{self, Db};
use std::cmp::Reverse;

/// Review entries, of danger and of vulnerable people first (Code 6.1), then as they came. Without `all` those that are open.
///
/// # Errors
/// A store that does not answer.
pub async fn waiting(db: &Db, all: bool) -> Result<Vec<Row>> {
    let mut tx = db.read().await?;
    let filter = Filter { state: (!all).then(|| "open".into()), ..Filter::default() };
    let mut entries = Vec::new();
    for entry in store::review::list(&mut tx, &filter, 0, i64::MAX).await? {
        let decision = match entry.message_id.filter(|_| entry.state == "open") {
            Some(message) => store::decision::latest(&mut tx, message).await?,
            None => None,
        };
        // What was erased has no flags any more.
        let flags: Vec<Flag> = decision.and_then(|d| d.decision().ok()).map(|d| d.flags).unwrap_or_default();
        entries.push((Reverse(urgency(&flags)), entry.id, entry));
    }
    entries.sort_by_key(|(urgency, id, _)| (*urgency, *id));
    Ok(entries.into_iter().map(|(_, _, entry)| entry).collect())
}
