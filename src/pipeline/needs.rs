//! What residents have told of disabilities and adjustments (Code 5.10): kept with a day on which somebody looks at it again, read apart from the
//! rest of the case, and who read it is in the journal.

use super::{Error, Result, Works};
use crate::model::calendar::local_day;
use crate::model::case::CaseId;
use crate::model::decision::Flag;
use crate::store::case_event::NewEvent;
use crate::store::{self, Tx, case_fact};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::json;

/// Months after which what was told is looked at again, until a person sets another day.
const REVIEW_MONTHS: i32 = 12;

/// What tells of a need.
const TELLS: [Flag; 3] = [Flag::Adjustment, Flag::Vulnerable, Flag::Health];

/// Notes that a case's messages tell of needs: by the flags' names alone, nobody's words.
pub async fn note(tx: &mut Tx, case: CaseId, flags: &[Flag], now: Timestamp) -> Result<()> {
    let told: Vec<&str> = TELLS.iter().filter(|f| flags.contains(f)).map(|f| f.as_str()).collect();
    if told.is_empty() {
        return Ok(());
    }
    let known = case_fact::of_case(tx, case).await?;
    let before = known.iter().find(|(what, _)| what == "needs").map_or("", |(_, value)| value.as_str());
    let mut all: Vec<&str> = before.split(", ").filter(|n| !n.is_empty()).collect();
    all.extend(told.into_iter().filter(|n| !before.contains(n)));
    case_fact::set(tx, case, "needs", &all.join(", ")).await?;
    if !known.iter().any(|(what, _)| what == "needs_review_on") {
        let day = local_day(now).saturating_add(REVIEW_MONTHS.months());
        case_fact::set(tx, case, "needs_review_on", &day.to_string()).await?;
    }
    Ok(())
}

/// Large print is remembered on the case, so that each later letter has it; a new case of the same sender takes it over.
pub async fn note_print(tx: &mut Tx, case: CaseId, now: Timestamp, message: i64) -> Result<()> {
    case_fact::set(tx, case, "print", Print::Large.as_str()).await?;
    let note = json!({ "print": Print::Large.as_str() });
    let new = NewEvent { at: now, who: "postroom", what: "fact", message_id: Some(message), outbox_id: None, note };
    store::case_event::add(tx, case, &new).await?;
    Ok(())
}

/// How large letters are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Print {
    Large,
    Usual,
}

impl Print {
    pub fn as_str(self) -> &'static str {
        match self {
            Print::Large => "large",
            Print::Usual => "usual",
        }
    }
}

/// A person records how letters to a resident are printed, on all of their cases. Answers the cases.
///
/// # Errors
/// An unknown case; a store that does not answer.
pub async fn print(works: &Works, reference: &str, print: Print, who: &str) -> Result<Vec<String>> {
    let (mut tx, case) = find(works, reference).await?;
    let mut all = store::party::of_resident(&mut tx, case).await?;
    if !all.contains(&case) {
        all.push(case);
    }
    let mut references = Vec::new();
    for case in all {
        case_fact::set(&mut tx, case, "print", print.as_str()).await?;
        event(&mut tx, case, "fact", who, json!({ "print": print.as_str() }), works.ambient.now()).await?;
        references.push(store::case::by_id(&mut tx, case).await?.reference.0);
    }
    tx.commit("record").await?;
    Ok(references)
}

/// What is known of a resident's needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Message, flag, the words that told of it.
    pub told: Vec<(i64, Flag, Vec<String>)>,
    /// What was agreed, by whom.
    pub agreed: Vec<(String, String)>,
    pub review_on: Option<Date>,
}

/// Reads what a case's messages tell, and writes down who read it.
///
/// # Errors
/// An unknown case; a store that does not answer.
pub async fn read(works: &Works, reference: &str, who: &str) -> Result<Needs> {
    let (mut tx, case) = find(works, reference).await?;
    let mut needs = Needs::default();
    for message in store::message::of_case(&mut tx, case).await? {
        let Some(decision) = store::decision::latest(&mut tx, message.id).await?.and_then(|d| d.decision().ok()) else { continue };
        for flag in TELLS.into_iter().filter(|f| decision.flags.contains(f)) {
            let own = format!("flag.{}", flag.as_str());
            let words = decision.reasons.iter().filter(|r| r.id.starts_with(&own)).flat_map(|r| r.words.clone()).collect();
            needs.told.push((message.id, flag, words));
        }
    }
    for event in store::case_event::journal(&mut tx, case).await?.into_iter().filter(|e| e.what == "adjustment_agreed") {
        let note: serde_json::Value = serde_json::from_str(&event.note).unwrap_or_default();
        needs.agreed.extend(note["agreed"].as_str().map(|agreed| (agreed.to_owned(), event.who.clone())));
    }
    let facts = case_fact::of_case(&mut tx, case).await?;
    needs.review_on = facts.iter().find(|(what, _)| what == "needs_review_on").and_then(|(_, day)| day.parse().ok());
    event(&mut tx, case, "needs_read", who, json!({}), works.ambient.now()).await?;
    tx.commit("record").await?;
    Ok(needs)
}

/// Records an adjustment that a person agreed with the resident, and when it is looked at again.
///
/// # Errors
/// An unknown case; nothing agreed.
pub async fn agree(works: &Works, reference: &str, agreed: &str, review_on: Option<Date>, who: &str) -> Result<Date> {
    if agreed.trim().is_empty() {
        return Err(Error::Set("say what was agreed, as in --agreed \"letters in large print\"".into()));
    }
    let (mut tx, case) = find(works, reference).await?;
    let now = works.ambient.now();
    let day = review_on.unwrap_or_else(|| local_day(now).saturating_add(REVIEW_MONTHS.months()));
    note(&mut tx, case, &[Flag::Adjustment], now).await?;
    case_fact::set(&mut tx, case, "needs_review_on", &day.to_string()).await?;
    event(&mut tx, case, "adjustment_agreed", who, json!({ "agreed": agreed.trim(), "review_on": day }), now).await?;
    tx.commit("record").await?;
    Ok(day)
}

async fn find(works: &Works, reference: &str) -> Result<(Tx, CaseId)> {
    let mut tx = works.db.write(None).await?;
    let found = store::case::by_reference(&mut tx, reference).await?;
    let case = found.ok_or_else(|| Error::Set(format!("no case has the reference {reference}; `postroom case list` shows them")))?.id;
    Ok((tx, case))
}

async fn event(tx: &mut Tx, case: CaseId, what: &str, who: &str, note: serde_json::Value, at: Timestamp) -> Result<()> {
    store::case_event::add(tx, case, &NewEvent { at, who, what, message_id: None, outbox_id: None, note }).await?;
    Ok(())
}
