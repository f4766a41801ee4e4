//! Tells the landlord's people of what goes wrong and is no duty, each once for each cause.

use super::{House, Result, Works};
use crate::letter::{self, Form, Occasion, token};
use crate::model::address::Address;
use crate::model::decision::ReviewCause;
use crate::model::trouble::Trouble;
use crate::store::outbox::NewLetter;
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use std::collections::BTreeSet;

/// Whom the policy names for it.
pub fn people(house: &House) -> BTreeSet<Address> {
    house.addresses(house.policy.tell.trouble.iter().map(String::as_str)).into_iter().collect()
}

/// Queues a letter to each, in the caller's transaction. `cause` is the trouble's own name: who was told of it is not told again.
///
/// # Errors
/// When the store does not answer. A letter that cannot be written becomes a review entry.
pub async fn tell(works: &Works, house: &House, tx: &mut Tx, cause: &str, trouble: &Trouble, to: &BTreeSet<Address>) -> Result<()> {
    let now = works.ambient.now();
    for to in to {
        let message_id = token::message_id(works.ambient.random(), house.from.domain());
        let plain = Occasion::unasked(Form::Trouble, to, &house.from, &house.policy, &message_id, now);
        let occasion = Occasion { trouble: Some(trouble), instance: &works.instance, ..plain };
        let letter = match letter::render(&house.rulebook.templates, &occasion) {
            Ok(letter) => letter,
            Err(fault) => {
                let says = format!("A letter to your own people could not be written ({fault}). It was to say: {}.", trouble.title);
                let cause = ReviewCause::LetterFailed;
                let review = NewReview { landlord: &house.id, message_id: None, case_id: None, outbox_id: None, cause, says: &says, now };
                store::review::add(tx, &review).await?;
                return Ok(());
            }
        };
        let new = NewLetter {
            landlord: &house.id,
            courier: "mail",
            cause,
            reply: Form::Trouble.as_str(),
            recipient: to.as_str(),
            message_id: &letter.message_id,
            bytes: &letter.mime,
            now,
            next_at: now,
            held: None,
            case_id: None,
            duty_id: None,
        };
        if store::outbox::add(tx, &new).await?.is_some() {
            works.metrics.letter("queued");
        }
    }
    Ok(())
}
