//! The outbox's way out: claims letters that are due, hands their stored bytes to the courier, and records what became of each.

use super::{InForce, Result, Works, promise};
use crate::courier::{Courier, Outcome, Parcel};
use crate::log;
use crate::model::address::Address;
use crate::model::decision::ReviewCause;
use crate::store::outbox::{Claimed, Outcome as Ended};
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};

/// Unknown letters looked at in one rescue.
const RESCUED: i64 = 50;
/// A letter that could not be sent for so long is a person's task: longer than most outages, and inside the five working days.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(72);
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(4);
/// When the server refuses us rather than the letter (credentials, policy), nothing is tried for this long: no account is locked by our knocking.
pub const BLOCKED_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// After an unknown outcome the same mail goes out once more, this much later: a bounce or the server's own queue has shown itself by then.
pub const RESEND_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// RFC 5321 §4.5.3.2 grants a server five minutes a command and ten for its last answer: what is `sending` for longer than all of them lost
/// its courier.
pub const SENDING_PATIENCE: SignedDuration = SignedDuration::from_mins(60);

/// What a drain came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    pub sent: usize,
    /// The server refuses us, not a letter: whoever drains waits [`BLOCKED_WAIT`] before the next try.
    pub blocked: bool,
}

/// Carries what is due until nothing is, or `stop` says so. One letter is claimed at a time, so that a crash leaves one in doubt and not a
/// batch.
///
/// # Errors
/// When the store does not answer. A letter in hand then stays `sending` until the rescue finds it.
pub async fn drain(works: &Works, courier: &mut Courier, holder: &str, stop: &AtomicBool) -> Result<Drained> {
    let mut drained = Drained::default();
    let in_force = works.in_force();
    'landlords: for landlord in in_force.landlords.keys() {
        while !stop.load(Ordering::Relaxed) {
            let now = works.ambient.now();
            let mut tx = works.db.write(None).await?;
            let Some(letter) = store::outbox::claim(&mut tx, "mail", landlord, now, 1, holder).await?.pop() else { break };
            tx.commit("claim-letters").await?;
            let outcome = carry(&in_force, courier, &letter).await?;
            drained.sent += usize::from(matches!(outcome, Outcome::Sent { .. }));
            drained.blocked = matches!(outcome, Outcome::Deferred { blocked: true, .. });
            record(works, &letter, outcome, holder).await?;
            if drained.blocked {
                break 'landlords;
            }
        }
    }
    courier.rest().await;
    Ok(drained)
}

async fn carry(in_force: &InForce, courier: &mut Courier, letter: &Claimed) -> Result<Outcome> {
    use crate::courier::Why;
    let refused = |why| Outcome::Dead { code: None, why, answer: String::new() };
    let Some(house) = in_force.landlords.get(&letter.landlord) else { return Ok(refused(Why::Policy)) };
    let Some(to) = Address::parse(&letter.recipient) else { return Ok(refused(Why::Recipient)) };
    let bytes = letter.bytes()?;
    Ok(courier.carry(Parcel { from: &house.from, to: &to, message_id: &letter.message_id, bytes: &bytes }).await)
}

async fn record(works: &Works, letter: &Claimed, outcome: Outcome, holder: &str) -> Result<()> {
    let now = works.ambient.now();
    let mut tx = works.db.write(None).await?;
    let (state, code, name) = match outcome {
        Outcome::Sent { answer } => {
            store::outbox::sent(&mut tx, letter.id, now, &answer, None).await?;
            if let (Some(case), Some(house)) = (letter.case_id, works.in_force().landlords.get(&letter.landlord))
                && letter.reply.starts_with("acknowledge")
            {
                promise::acknowledged(&mut tx, house, case, now, false).await?;
            }
            ("sent", None, "letter-sent")
        }
        Outcome::Deferred { code, why, blocked, .. } if blocked || !given_up(letter, now) => {
            let next = if blocked { now + BLOCKED_WAIT } else { now + wait(letter.attempts, works.ambient.random()) };
            store::outbox::ended(&mut tx, letter.id, holder, Ended::Deferred(next), now, text(code).as_deref(), &why.to_string()).await?;
            if blocked {
                log::courier_blocked(&why.to_string());
            }
            ("deferred", code, "letter-defer")
        }
        Outcome::Unknown { why } => {
            store::outbox::ended(&mut tx, letter.id, holder, Ended::Unknown, now, None, &why.to_string()).await?;
            ("unknown", None, "letter-unknown")
        }
        Outcome::Deferred { code, why, .. } | Outcome::Dead { code, why, .. } => {
            let ours = store::outbox::ended(&mut tx, letter.id, holder, Ended::Dead, now, text(code).as_deref(), &why.to_string()).await?;
            let says = format!("A letter could not be sent: {why}. The promise that it was to keep still runs: please write or telephone.");
            if ours {
                review(&mut tx, letter, &says, now).await?;
            }
            ("dead", code, "letter-dead")
        }
    };
    tx.commit(name).await?;
    works.metrics.letter(state);
    log::letter(letter.id, state, letter.attempts, code);
    Ok(())
}

fn text(code: Option<u16>) -> Option<String> {
    code.map(|c| c.to_string())
}

fn given_up(letter: &Claimed, now: Timestamp) -> bool {
    now.duration_since(letter.created_at) >= GIVE_UP
}

/// Doubling from half a minute to four hours, each shifted by up to a quarter either way, so that a server which comes back is not met by
/// every letter at once.
fn wait(attempt: i64, random: [u8; 2]) -> SignedDuration {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(16);
    let base = FIRST_WAIT.as_millis_f64() * f64::from(1_u32 << doublings);
    let base = base.min(LONGEST_WAIT.as_millis_f64());
    let shift = f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX) * 0.5 + 0.75;
    SignedDuration::from_millis((base * shift) as i64)
}

async fn review(tx: &mut Tx, letter: &Claimed, says: &str, now: Timestamp) -> Result<()> {
    let review = NewReview {
        landlord: &letter.landlord,
        message_id: None,
        case_id: letter.case_id,
        outbox_id: Some(letter.id),
        cause: ReviewCause::LetterFailed,
        says,
        now,
    };
    store::review::add(tx, &review).await?;
    Ok(())
}

/// Finds letters whose courier died while sending, and sends what is unknown once more: the same mail to the byte, so that a receiver who
/// has it already can tell. What is unknown a second time is a person's. `patience`: how long `sending` may last.
///
/// # Errors
/// When the store does not answer.
pub async fn rescue(works: &Works, patience: SignedDuration) -> Result<()> {
    let now = works.ambient.now();
    let mut tx = works.db.write(None).await?;
    let found = store::outbox::rescue(&mut tx, now, patience).await?;
    for letter in store::outbox_list::unknown(&mut tx, 0, now - RESEND_AFTER, RESCUED).await? {
        store::outbox::resend(&mut tx, letter.id, now).await?;
    }
    for letter in store::outbox_list::unknown(&mut tx, 1, now - RESEND_AFTER, RESCUED).await? {
        // Put away as dead, so that it is told once; `outbox retry` sends it a third time.
        store::outbox_list::drop_letter(&mut tx, letter.id, "unknown twice").await?;
        let review = NewReview {
            landlord: &letter.landlord,
            message_id: None,
            case_id: letter.case_id,
            outbox_id: Some(letter.id),
            cause: ReviewCause::LetterFailed,
            says: "Twice the mail server took a letter and did not say whether it keeps it. Please find out whether it arrived.",
            now,
        };
        store::review::add(&mut tx, &review).await?;
    }
    tx.commit("rescue").await?;
    if !found.is_empty() {
        log::rescued(found.len() as u64);
        for _ in found {
            works.metrics.letter("unknown");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_four_hours_and_never_fall_together() {
        assert_eq!(wait(1, [128, 0]).as_secs(), 30);
        assert!(wait(1, [0, 0]) < wait(1, [255, 255]));
        assert!(wait(5, [0, 0]) > wait(1, [255, 255]));
        for attempt in [10, 60, i64::MAX] {
            assert!(wait(attempt, [255, 255]) <= LONGEST_WAIT * 5 / 4);
        }
    }
}
