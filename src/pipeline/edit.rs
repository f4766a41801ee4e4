//! An officer's own words in place of a letter's that waits. Nothing is edited away (promise 8): the letter as it was written stays, and does not
//! go; another takes its place, held until somebody lets it go.

use super::{Error, Result, Works};
use crate::letter::{self, Form, token};
use crate::store::case_event::NewEvent;
use crate::store::outbox::NewLetter;
use crate::store::{self, outbox_list};
use serde_json::json;

/// The words of a letter as they stand.
///
/// # Errors
/// An unknown letter, or one that is no mail.
pub async fn text(works: &Works, id: i64) -> Result<String> {
    let mut tx = works.db.read().await?;
    letter::text_of(&outbox_list::bytes(&mut tx, id).await?).ok_or_else(|| Error::Set(format!("letter {id} has no text to edit")))
}

/// Puts `text` in the place of a waiting letter's words. Answers the number of the letter that now waits.
///
/// # Errors
/// A letter that does not wait or answers no resident; a text without what every letter must say (Code 3.5, 3.7).
pub async fn edit(works: &Works, id: i64, text: &str, who: &str, why: &str) -> Result<i64> {
    if who.trim().is_empty() || why.trim().is_empty() {
        return Err(Error::Set("say who changes the letter, and why".into()));
    }
    let now = works.ambient.now();
    let in_force = works.in_force();
    let mut tx = works.db.write(None).await?;
    let row = outbox_list::by_id(&mut tx, id).await?;
    let house = in_force.house(&row.landlord)?;
    store::lock_landlord(&mut tx, &house.id).await?;
    let form = Form::parse(&row.reply).filter(|f| f.to_resident() && !f.is_social() && row.courier == "mail");
    if form.is_none() {
        return Err(Error::Set(format!("letter {id} is a {}, which answers no resident by mail", row.reply)));
    }
    for (part, what) in [
        (house.policy.ombudsman.phone.as_str(), "the Ombudsman's telephone number (Code 3.7)"),
        (house.policy.ombudsman.web.as_str(), "the Ombudsman's web form (Code 3.7)"),
        (house.policy.contact.policy_url.as_str(), "the link to the complaints policy (Code 3.5)"),
    ] {
        if !text.contains(part) {
            return Err(Error::Set(format!("the text lacks {what}: {part}")));
        }
    }
    let message_id = token::message_id(works.ambient.random(), house.from.domain());
    let bytes = letter::in_other_words(&outbox_list::bytes(&mut tx, id).await?, text, &message_id);
    let bytes = bytes.ok_or_else(|| Error::Set(format!("letter {id} is no mail that could be written anew")))?;
    if !outbox_list::drop_letter(&mut tx, id, &format!("{who} wrote another in its place")).await? {
        return Err(Error::Set(format!("letter {id} is {}: only one that waits can be changed", row.state)));
    }
    let held = format!("written anew by {who}: release it");
    let new = NewLetter {
        landlord: &row.landlord,
        courier: "mail",
        cause: &format!("edit:{id}"),
        reply: &row.reply,
        recipient: &row.recipient,
        message_id: &message_id,
        bytes: &bytes,
        now,
        next_at: now,
        held: Some(&held),
        case_id: row.case_id,
        duty_id: row.duty_id,
    };
    let new = store::outbox::add(&mut tx, &new).await?.ok_or_else(|| Error::Set(format!("letter {id} was changed before")))?;
    if let Some(case) = row.case_id {
        let note = json!({ "why": why.trim(), "in_place_of": id, "reply": row.reply });
        let event = NewEvent { at: now, who, what: "letter_edited", message_id: None, outbox_id: Some(new), note };
        store::case_event::add(&mut tx, case, &event).await?;
    }
    tx.commit("record").await?;
    Ok(new)
}
