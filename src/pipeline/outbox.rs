//! The outbox's way out: claims letters that are due, hands their stored bytes to the courier, and records what became of each.

use super::{InForce, Result, Works, promise};
use crate::courier::social::{Heard, Social};
use crate::courier::{Courier, Outcome, Parcel, Why};
use crate::log;
use crate::model::address::{Address, Party};
use crate::model::decision::ReviewCause;
use crate::store::case_event::Key;
use crate::store::outbox::{Claimed, Outcome as Ended};
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
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

/// Who carries, each its own letters.
pub enum Carrier<'a> {
    Mail(&'a mut Courier),
    Social(&'a mut Social),
}

impl Carrier<'_> {
    /// As the outbox names it.
    fn word(&self) -> &'static str {
        match self {
            Carrier::Mail(_) => "mail",
            Carrier::Social(_) => "social",
        }
    }
}

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
pub async fn drain(works: &Works, carrier: &mut Carrier<'_>, holder: &str, stop: &AtomicBool) -> Result<Drained> {
    let mut drained = Drained::default();
    let in_force = works.in_force();
    'landlords: for landlord in in_force.landlords.keys() {
        while !stop.load(Ordering::Relaxed) {
            let now = works.ambient.now();
            let Some(letter) = claim(works, carrier.word(), landlord, holder, now).await? else { break };
            let (outcome, heard) = carry(&in_force, carrier, &letter, now).await?;
            drained.sent += usize::from(matches!(outcome, Outcome::Sent { .. }));
            // A platform that refuses one account says nothing of the others: `Social` itself passes over what would be refused too.
            drained.blocked = matches!(outcome, Outcome::Deferred { blocked: true, .. }) && matches!(carrier, Carrier::Mail(_));
            record(works, letter, outcome, heard, holder).await?;
            if drained.blocked {
                break 'landlords;
            }
        }
    }
    match carrier {
        Carrier::Mail(courier) => courier.rest().await,
        Carrier::Social(social) => social.rest(),
    }
    Ok(drained)
}

/// The two writes that each letter costs go with others' into one commit: on SQLite they would else hold up receiving.
async fn claim(works: &Works, courier: &'static str, landlord: &str, holder: &str, now: Timestamp) -> Result<Option<Claimed>> {
    let names = (courier, landlord.to_owned(), holder.to_owned(), now);
    let claimed = works.group.write("claim-letters", names, |(courier, landlord, holder, now), tx| {
        store::outbox::claim(tx, courier, landlord, *now, 1, holder).boxed()
    });
    Ok(claimed.await?.pop())
}

async fn carry(in_force: &InForce, carrier: &mut Carrier<'_>, letter: &Claimed, now: Timestamp) -> Result<(Outcome, Heard)> {
    let refused = |why| Ok((Outcome::Dead { code: None, why, answer: String::new() }, Heard::default()));
    let bytes = letter.bytes()?;
    let courier = match carrier {
        Carrier::Social(social) => return Ok(social.carry(&bytes, now).await),
        Carrier::Mail(courier) => courier,
    };
    let Some(house) = in_force.landlords.get(&letter.landlord) else { return refused(Why::Policy) };
    let Some(to) = Address::parse(&letter.recipient) else { return refused(Why::Recipient) };
    let parcel = Parcel { from: &house.from, to: &to, message_id: &letter.message_id, bytes: &bytes };
    Ok((courier.carry(parcel).await, Heard::default()))
}

async fn record(works: &Works, letter: Claimed, outcome: Outcome, heard: Heard, holder: &str) -> Result<()> {
    let (id, number) = (letter.id, letter.attempts);
    if let Outcome::Deferred { why, blocked: true, .. } = &outcome {
        log::courier_blocked(&why.to_string());
    }
    let name = match &outcome {
        Outcome::Sent { .. } => "letter-sent",
        Outcome::Later { .. } | Outcome::Deferred { .. } => "letter-defer",
        Outcome::Unknown { .. } => "letter-unknown",
        Outcome::Dead { .. } => "letter-dead",
    };
    let (now, random, in_force) = (works.ambient.now(), works.ambient.random(), works.in_force());
    let attempt = Attempt { letter, outcome, heard, holder: holder.to_owned(), in_force, random, now };
    let (state, code) = works.group.write(name, attempt, |attempt, tx| write_down(tx, attempt).boxed()).await?;
    works.metrics.letter(state);
    log::letter(id, state, number, code);
    Ok(())
}

/// An attempt that has ended, with what is needed to write it down.
struct Attempt {
    letter: Claimed,
    outcome: Outcome,
    heard: Heard,
    holder: String,
    in_force: Arc<InForce>,
    random: [u8; 2],
    now: Timestamp,
}

/// Answers the letter's new state, and the code that the server gave.
async fn write_down(tx: &mut Tx, attempt: &Attempt) -> store::Result<(&'static str, Option<u16>)> {
    let Attempt { letter, holder, now, .. } = attempt;
    let now = *now;
    let over = given_up(tx, letter, now).await?;
    match &attempt.outcome {
        Outcome::Sent { answer } => {
            store::outbox::sent(tx, letter.id, now, answer, None).await?;
            if let (Some(case), Some(house)) = (letter.case_id, attempt.in_force.landlords.get(&letter.landlord))
                && letter.reply.starts_with("acknowledge")
            {
                promise::acknowledged(tx, house, case, now, false).await?;
            }
            remember(tx, letter, &attempt.heard).await?;
            Ok(("sent", None))
        }
        Outcome::Later { code, why, after } if !over => {
            let asked = after.and_then(|a| SignedDuration::try_from(a).ok()).map_or(now, |a| now + a.min(LONGEST_WAIT));
            let next = asked.max(now + wait(letter.attempts, attempt.random));
            store::outbox::ended(tx, letter.id, holder, Ended::Deferred(next), now, text(*code).as_deref(), &why.to_string()).await?;
            Ok(("deferred", *code))
        }
        Outcome::Deferred { code, why, blocked, .. } if *blocked || !over => {
            let next = if *blocked { now + BLOCKED_WAIT } else { now + wait(letter.attempts, attempt.random) };
            store::outbox::ended(tx, letter.id, holder, Ended::Deferred(next), now, text(*code).as_deref(), &why.to_string()).await?;
            Ok(("deferred", *code))
        }
        Outcome::Unknown { why } => {
            store::outbox::ended(tx, letter.id, holder, Ended::Unknown, now, None, &why.to_string()).await?;
            Ok(("unknown", None))
        }
        Outcome::Later { code, why, .. } | Outcome::Deferred { code, why, .. } | Outcome::Dead { code, why, .. } => {
            let ours = store::outbox::ended(tx, letter.id, holder, Ended::Dead, now, text(*code).as_deref(), &why.to_string()).await?;
            let says = format!("A letter could not be sent: {why}. The promise that it was to keep still runs: please write or telephone.");
            if ours {
                review(tx, letter, &says, now).await?;
            }
            Ok(("dead", *code))
        }
    }
}

fn text(code: Option<u16>) -> Option<String> {
    code.map(|c| c.to_string())
}

/// Since it was written or released, and tried: what waits for Monday is not old by then.
async fn given_up(tx: &mut Tx, letter: &Claimed, now: Timestamp) -> store::Result<bool> {
    if now.duration_since(letter.created_at) < GIVE_UP {
        return Ok(false);
    }
    let tried = store::outbox_list::attempts(tx, letter.id).await?.into_iter().find(|a| a.at >= letter.created_at).map(|a| a.at);
    Ok(tried.is_none_or(|at| now.duration_since(at) >= GIVE_UP))
}

/// What the person answers in the private conversation leads to their case: by the platform's name of what we sent, and by theirs within it,
/// which the platform gives for the account that we wrote to.
async fn remember(tx: &mut Tx, letter: &Claimed, heard: &Heard) -> store::Result<()> {
    let Some(case) = letter.case_id else { return Ok(()) };
    let ids = [&heard.message_id, &heard.person, &heard.conversation].into_iter().flatten();
    let keys: Vec<Key<'_>> = ids.map(|id| Key::Conversation(id)).collect();
    store::case_event::add_keys(tx, &letter.landlord, case, &keys).await?;
    if let Some(person) = heard.person.as_ref().filter(|p| **p != letter.recipient) {
        store::party::add(tx, case, &letter.landlord, &Party { id: Some(person.clone()), ..Party::default() }).await?;
    }
    Ok(())
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

async fn review(tx: &mut Tx, letter: &Claimed, says: &str, now: Timestamp) -> store::Result<()> {
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
    let mut lost = store::outbox_list::unknown(&mut tx, 1, now - RESEND_AFTER, RESCUED).await?;
    for letter in store::outbox_list::unknown(&mut tx, 0, now - RESEND_AFTER, RESCUED).await? {
        // A mail that comes twice is known by its Message-ID; a platform would show the same words twice.
        if letter.courier == "social" {
            lost.push(letter);
        } else {
            store::outbox::resend(&mut tx, letter.id, now).await?;
        }
    }
    for letter in lost {
        // Put away as dead, so that it is told once; `outbox retry` sends it again.
        store::outbox_list::drop_letter(&mut tx, letter.id, "nobody said whether it arrived").await?;
        let says = if letter.courier == "social" {
            "The platform took an answer and did not say whether it keeps it. Please look there whether it arrived, and write to them if not."
        } else {
            "Twice the mail server took a letter and did not say whether it keeps it. Please find out whether it arrived."
        };
        let review = NewReview {
            landlord: &letter.landlord,
            message_id: None,
            case_id: letter.case_id,
            outbox_id: Some(letter.id),
            cause: ReviewCause::LetterFailed,
            says,
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
