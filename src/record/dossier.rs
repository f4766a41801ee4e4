//! Everything that belongs to a case, gathered from every table (Code 5.12: the original complaint, the date received, all correspondence
//! both ways, and every decision with what made it).

use crate::message::{self, Hint};
use crate::model::case::{Case, CaseId};
use crate::model::decision::Decision;
use crate::model::message::Message;
use crate::store::{self, Error, Result, Tx, case, case_event, decision, duty, outbox_list, receipt, review};

/// A case with all that belongs to it, oldest first in each list.
pub struct Dossier {
    pub row: case::Row,
    /// With its parties; the resident first.
    pub case: Case,
    /// The references of the cases that it is tied to, and how: "related to", "merged into".
    pub tied: Vec<(&'static str, String)>,
    pub messages: Vec<Arrived>,
    pub letters: Vec<Written>,
    pub duties: Vec<duty::Row>,
    pub journal: Vec<case_event::Row>,
    pub reviews: Vec<review::Row>,
}

/// A message of the case, and how it came.
pub struct Arrived {
    pub row: store::message::Row,
    /// Where it was found: the same bytes may lie in two mailboxes.
    pub receipts: Vec<receipt::Receipt>,
    pub sha256: String,
    /// Of the bytes as they came.
    pub size: i64,
    pub bytes: Held,
    /// As Postroom reads it; `None` where it was erased.
    pub read: Option<Message>,
    /// Every decision on it; the last one holds. `None` stands for one that was erased.
    pub decisions: Vec<(decision::Row, Option<Decision>)>,
}

/// Whether the bytes are there to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    Here(Vec<u8>),
    /// The delivery holds messages of other people too: it is theirs as well.
    Shared,
    Erased,
}

/// A letter of the case, and every try at sending it.
pub struct Written {
    pub row: outbox_list::Row,
    /// `None` where it was erased.
    pub bytes: Option<Vec<u8>>,
    pub attempts: Vec<outbox_list::Attempt>,
}

/// Gathers a case. `shared`: deliveries that also hold other people's messages are handed over too.
///
/// # Errors
/// When the store does not answer or is damaged. What was erased is no error.
pub async fn gather(tx: &mut Tx, row: case::Row, shared: bool) -> Result<Dossier> {
    let case = case::load(tx, row.id).await?;
    let mut tied = Vec::new();
    if let Some(related) = row.related_case {
        tied.push(("related to", case::by_id(tx, related).await?.reference.0));
    }
    let mut messages = Vec::new();
    let (mut letters, mut duties, mut journal, mut reviews) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if let Some(into) = row.merged_into {
        tied.push(("merged into", case::by_id(tx, into).await?.reference.0));
    }
    let mut ids = vec![row.id];
    for part in case::merged(tx, row.id).await? {
        tied.push(("holds what was merged from", case::by_id(tx, part).await?.reference.0));
        ids.push(part);
    }
    for &id in &ids {
        for m in store::message::of_case(tx, id).await? {
            messages.push(arrived(tx, m, &ids, shared).await?);
        }
        let filter = outbox_list::Filter { case_id: Some(id), ..outbox_list::Filter::default() };
        for letter in outbox_list::list(tx, &filter, 0, i64::MAX).await? {
            let bytes = unless_erased(outbox_list::bytes(tx, letter.id).await)?;
            let attempts = outbox_list::attempts(tx, letter.id).await?;
            letters.push(Written { row: letter, bytes, attempts });
        }
        let filter = review::Filter { case_id: Some(id), ..review::Filter::default() };
        duties.extend(duty::of_case(tx, id).await?);
        journal.extend(case_event::journal(tx, id).await?);
        reviews.extend(review::list(tx, &filter, 0, i64::MAX).await?);
    }
    // One letter may hold two complaints: a person opened this case for it, and it lies in the other.
    let opened = journal.iter().find(|e| e.what == "opened").and_then(|e| e.message_id);
    if let Some(message) = opened.filter(|id| !messages.iter().any(|m| m.row.id == *id)) {
        let row = store::message::by_id(tx, message).await?;
        ids.extend(row.case_id);
        messages.push(arrived(tx, row, &ids, shared).await?);
    }
    messages.sort_by_key(|m| (m.row.received_at, m.row.id));
    letters.sort_by_key(|l| l.row.id);
    Ok(Dossier { row, case, tied, messages, letters, duties, journal, reviews })
}

async fn arrived(tx: &mut Tx, row: store::message::Row, cases: &[CaseId], shared: bool) -> Result<Arrived> {
    let receipts = receipt::of_raw(tx, row.raw_id).await?;
    let (sha256, size) = receipt::digest(tx, row.raw_id).await?;
    let bytes = unless_erased(receipt::bytes(tx, row.raw_id).await)?;
    let read = bytes.as_ref().and_then(|bytes| {
        let hint = Hint { channel: Some(row.channel), ..Hint::default() };
        message::read(bytes, &hint).into_iter().nth(usize::try_from(row.part).unwrap_or(0))
    });
    let others = store::message::of_raw(tx, row.raw_id).await?.iter().any(|m| m.case_id.is_none_or(|c| !cases.contains(&c)));
    let bytes = match bytes {
        None => Held::Erased,
        Some(_) if others && !shared => Held::Shared,
        Some(bytes) => Held::Here(bytes),
    };
    let mut decisions = Vec::new();
    for d in decision::history(tx, row.id).await? {
        let whole = unless_erased(d.decision())?;
        decisions.push((d, whole));
    }
    Ok(Arrived { row, receipts, sha256, size, bytes, read, decisions })
}

/// What was erased is not there, and that is no fault.
fn unless_erased<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(there) => Ok(Some(there)),
        Err(Error::Erased { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

impl Dossier {
    pub fn message(&self, id: i64) -> Option<&Arrived> {
        self.messages.iter().find(|m| m.row.id == id)
    }

    pub fn letter(&self, id: i64) -> Option<&Written> {
        self.letters.iter().find(|l| l.row.id == id)
    }
}
