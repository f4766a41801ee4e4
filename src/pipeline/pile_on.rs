//! A pile-on: many people complain under one post. Each is a message, and a case of their own; the landlord's people get one alarm a day.

use super::{House, Result, Works, trouble};
use crate::log;
use crate::model::address::Address;
use crate::model::calendar::{at_local, local_day, london};
use crate::model::case::{Case, CaseId};
use crate::model::decision::{Decision, Effect, Flag, ReviewCause};
use crate::model::message::{Message, Platform, Social};
use crate::model::trouble::Trouble;
use crate::store::case_event::NewEvent;
use crate::store::message::Waiting;
use crate::store::post::Row;
use crate::store::review::{Filter, NewReview};
use crate::store::{self, Tx};
use jiff::civil::time;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;

/// References that an alarm writes out.
const SHOWN: usize = 20;

/// A post under which many complain today.
pub struct Crowd {
    post: String,
    /// The alarm's name: who was told by it is not told again today.
    cause: String,
    place: String,
}

/// What was said, and what was made of it.
pub struct Said<'a> {
    pub waiting: &'a Waiting,
    pub message: &'a Message,
    pub decision: &'a Decision,
    pub case: Option<&'a Case>,
}

/// Whether a complaint is one of many under its post, and the day's alarm when it is the one that makes them many.
///
/// # Errors
/// When the store does not answer.
pub async fn look(works: &Works, house: &House, tx: &mut Tx, said: &Said<'_>) -> Result<Option<Crowd>> {
    let (Some(social), Some(case)) = (said.message.social.as_ref().filter(|s| s.public), said.case) else { return Ok(None) };
    // Old posts that a first connection found alarm nobody (promise 10).
    if !said.waiting.answerable {
        return Ok(None);
    }
    let now = works.ambient.now();
    let since = said.waiting.received_at - SignedDuration::from_hours(i64::from(house.policy.pile_on.hours));
    // Where people answer one comment, or quote one post, it is that which they stand under.
    for post in [&social.thread, &social.parent].into_iter().flatten() {
        let cause = format!("pile_on:{}:{post}:{}", house.id, local_day(now));
        let crowd = Crowd { post: post.clone(), place: place(social, &said.waiting.source, post), cause };
        if store::meta::read(tx, &crowd.cause).await?.is_some() {
            if matches!(said.decision.effect, Effect::Open { .. }) {
                journal(tx, case.id, post, now).await?;
            }
            return Ok(Some(crowd));
        }
        let rows = store::post::complained(tx, &house.id, post, since).await?;
        if people(&rows) >= house.policy.pile_on.people as usize {
            alarm(works, house, tx, &crowd, &rows, said).await?;
            return Ok(Some(crowd));
        }
    }
    Ok(None)
}

async fn alarm(works: &Works, house: &House, tx: &mut Tx, crowd: &Crowd, rows: &[Row], said: &Said<'_>) -> Result<()> {
    let (now, count) = (works.ambient.now(), people(rows));
    store::meta::read_or_keep(tx, &crowd.cause, &now.to_string()).await?;
    for row in rows {
        journal(tx, row.case_id, &crowd.post, now).await?;
    }
    let hours = house.policy.pile_on.hours;
    let title = format!("{count} people complain under one post on {}", crowd.place);
    let known = format!("{title}, within {hours} hours. Each of them has a case of their own, and is answered by themselves.");
    let todo = "Please look at the post. One public line from you may help everybody there: that you have seen it, and how to reach you. It must say nothing of any one case.";
    let once = "You are told of a post once a day. What more comes in under it today is not announced one by one, except emergencies. The morning's digest counts it.";
    let cause = ReviewCause::PileOn;
    let says = format!("{known} {todo}");
    let review = NewReview::of_message(&house.id, said.waiting.id, said.case.map(|c| c.id), cause, &says, now);
    store::review::add(tx, &review).await?;
    let cases = rows.iter().take(SHOWN).map(|r| r.reference.clone()).collect();
    let trouble = Trouble { title, says: vec![known, todo.into(), once.into()], cases, more: rows.len().saturating_sub(SHOWN) };
    trouble::tell(works, house, tx, &crowd.cause, &trouble, &trouble::people(house)).await?;
    works.metrics.pile_on(&said.waiting.source);
    log::pile_on(&said.waiting.source, count);
    Ok(())
}

/// Tells those to whom the policy's routes lead from a message of the crowd: once a day for the post, where they have not had its alarm.
///
/// # Errors
/// When the store does not answer.
pub async fn tell_once(works: &Works, house: &House, tx: &mut Tx, crowd: &Crowd, of: &[String], to: &BTreeSet<Address>) -> Result<()> {
    let matters = of.join(", ");
    let says = vec![
        format!("Many people complain under one post on {}. At least one of them speaks of: {matters}.", crowd.place),
        "You are told of this post once today, except of emergencies. Each of those people has a case of their own, where it stands what they speak of: please look through them with the complaints team.".into(),
    ];
    let trouble = Trouble { title: format!("Many people under one post, and: {matters}"), says, ..Trouble::default() };
    trouble::tell(works, house, tx, &crowd.cause, &trouble, to).await
}

/// An emergency is told of by itself, whoever else writes under the post.
pub fn stands_alone(decision: &Decision) -> bool {
    decision.flags.contains(&Flag::Emergency)
}

/// What waits for somebody to look at: a line for each post, with the people of the day so far.
///
/// # Errors
/// When the store does not answer.
pub async fn open(tx: &mut Tx, landlord: &str, now: Timestamp) -> Result<Vec<String>> {
    let filter =
        Filter { landlord: Some(landlord.into()), state: Some("open".into()), cause: Some(ReviewCause::PileOn), ..Filter::default() };
    let mut lines = Vec::new();
    for entry in store::review::list(tx, &filter, 0, SHOWN as i64).await? {
        let Some(case) = entry.case_id else { continue };
        let journal = store::case_event::journal(tx, case).await?;
        let note = journal.iter().rev().find(|e| e.what == "pile_on").map(|e| serde_json::from_str(&e.note).unwrap_or_default());
        let note: serde_json::Value = note.unwrap_or_default();
        let Some(post) = note["post"].as_str() else { continue };
        let since = at_local(local_day(entry.opened_at), time(0, 0, 0, 0)).min(now);
        let count = people(&store::post::complained(tx, landlord, post, since).await?);
        let begun = entry.opened_at.to_zoned(london()).strftime("%-d %B at %H:%M");
        lines.push(format!("{count} people under post {post} (alarm of {begun}, review {})", entry.id));
    }
    Ok(lines)
}

/// Different people: the same account in two cases is one.
fn people(rows: &[Row]) -> usize {
    let known: BTreeSet<&str> = rows.iter().filter_map(|r| r.person.as_deref()).collect();
    known.len()
}

async fn journal(tx: &mut Tx, case: CaseId, post: &str, now: Timestamp) -> Result<()> {
    let note = json!({ "post": post });
    let event = NewEvent { at: now, who: "postroom", what: "pile_on", message_id: None, outbox_id: None, note };
    store::case_event::add(tx, case, &event).await?;
    Ok(())
}

fn place(social: &Social, source: &str, post: &str) -> String {
    let platform = match social.platform {
        Platform::Facebook | Platform::Messenger => "Facebook",
        Platform::Instagram => "Instagram",
        Platform::Whatsapp => "WhatsApp",
        Platform::X => "X",
    };
    format!("{platform} (source {source}, post {post})")
}
