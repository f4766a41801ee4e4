//! Whether the platforms still call us. A subscription ends without a word: nothing comes in, and nobody complains of what did not arrive.

use super::{Result, Works, trouble};
use crate::config::{Form, Source, SourceKind};
use crate::courier::social::Social;
use crate::log;
use crate::model::decision::ReviewCause;
use crate::model::finding::Finding;
use crate::model::trouble::Trouble;
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use jiff::{SignedDuration, Timestamp};

/// So many calls make a habit; fewer say nothing of what is usual.
const HABIT: usize = 20;
/// The calls that are looked back on.
const LOOK_BACK: i64 = 500;
/// A quiet day is nothing out of the way, whatever came before.
const AT_LEAST: SignedDuration = SignedDuration::from_hours(24);

/// Looks at each platform's source, and tells once of each that has fallen silent. Answers how many were told of.
///
/// # Errors
/// When the store does not answer.
pub async fn look(works: &Works, social: &Social) -> Result<usize> {
    let mut told = 0;
    let in_force = works.in_force();
    for source in works.sources.values().filter(|s| is_platform(s)) {
        let calls = {
            let mut tx = works.db.read().await?;
            store::receipt::arrivals(&mut tx, &source.name, LOOK_BACK).await?
        };
        let gone = social.subscribed(&source.name).await == Some(false);
        let silent = silent_since(&calls, works.ambient.now());
        works.metrics.source_silent(&source.name, gone || silent.is_some());
        let word = match (gone, silent) {
            (true, _) => "gone",
            (false, Some(_)) => "silent",
            (false, None) => continue,
        };
        // One silence is told of once: the next begins with another last call.
        let name = format!("watch:{}:{word}:{}", source.name, calls.first().map_or(0, |at| at.as_microsecond()));
        let mut tx = works.db.write(None).await?;
        if store::meta::read(&mut tx, &name).await?.is_some() {
            continue;
        }
        let now = works.ambient.now();
        store::meta::read_or_keep(&mut tx, &name, &now.to_string()).await?;
        let what = if gone {
            "the platform says that it does not call us any more: subscribe the account to the app again"
        } else {
            "nothing has come in for longer than is usual: see whether the account is still subscribed to the app"
        };
        let known = format!("Source {}: {what}.", source.name);
        let todo = "What residents write there may not reach us meanwhile: look at the account itself.";
        let (cause, says) = (ReviewCause::SourceSilent, format!("{known} {todo}"));
        let review = NewReview { landlord: &source.landlord, message_id: None, case_id: None, outbox_id: None, cause, says: &says, now };
        store::review::add(&mut tx, &review).await?;
        if let Some(house) = in_force.landlords.get(&source.landlord) {
            let title = format!("{} does not reach us", source.name);
            let mut says = vec![known, todo.into()];
            says.extend(Habit::of(&calls).map(|habit| format!("{}.", habit.words(now))));
            let trouble = Trouble { title, says, ..Trouble::default() };
            trouble::tell(works, house, &mut tx, &name, &trouble, &trouble::people(house)).await?;
        }
        tx.commit("warn").await?;
        works.posted.send_replace(());
        log::source_silent(&source.name, word);
        told += 1;
    }
    Ok(told)
}

fn is_platform(source: &Source) -> bool {
    matches!(&source.kind, SourceKind::Webhook(w) if w.platform != Form::Webform)
}

/// How often a source brings something, by what it has brought so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habit {
    pub last: Timestamp,
    /// The pause that is as often exceeded as not.
    usual: SignedDuration,
}

impl Habit {
    /// None of so few calls that they say nothing of what is usual. `calls`: the newest first.
    pub fn of(calls: &[Timestamp]) -> Option<Habit> {
        let last = *calls.first().filter(|_| calls.len() >= HABIT)?;
        let mut pauses: Vec<SignedDuration> = calls.windows(2).map(|pair| pair[0].duration_since(pair[1])).collect();
        pauses.sort_unstable();
        Some(Habit { last, usual: pauses[pauses.len() / 2] })
    }

    /// "nothing received for 30 h, usually every 20 min"
    pub fn words(&self, now: Timestamp) -> String {
        format!("nothing received for {}, usually every {}", short(now.duration_since(self.last)), short(self.usual))
    }
}

fn short(time: SignedDuration) -> String {
    match time.as_secs().max(0) {
        secs @ 0..60 => format!("{secs} s"),
        secs @ 60..7_200 => format!("{} min", secs / 60),
        secs @ 7_200..259_200 => format!("{} h", secs / 3600),
        secs => format!("{} days", secs / 86_400),
    }
}

/// For `doctor`: what a source's history says of it now; none where it has too little of one.
///
/// # Errors
/// When the store does not answer.
pub async fn history(tx: &mut Tx, source: &str, now: Timestamp) -> Result<Option<Finding>> {
    let calls = store::receipt::arrivals(tx, source, LOOK_BACK).await?;
    Ok(Habit::of(&calls).map(|habit| match silent_since(&calls, now) {
        Some(_) => Finding::warning(format!("{}: see whether what is sent there still reaches us", habit.words(now))),
        None => Finding::fine(habit.words(now)),
    }))
}

/// The last call, where it lies further back than half as long again as any pause before it. `calls`: the newest first.
fn silent_since(calls: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let last = *calls.first()?;
    if calls.len() < HABIT {
        return None;
    }
    let longest = calls.windows(2).map(|pair| pair[0].duration_since(pair[1])).max()?;
    (now.duration_since(last) > (longest * 3 / 2).max(AT_LEAST)).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_measured_by_the_sources_own_pauses() {
        let begun: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        // Every working day, and a weekend between: the longest pause is 64 hours.
        let hours = |n: usize| SignedDuration::from_hours(i64::try_from(n).unwrap());
        let mut calls: Vec<Timestamp> = (0..12).map(|i| begun + hours(i)).chain((0..12).map(|i| begun + hours(75 + i))).collect();
        calls.reverse();
        let last = calls[0];
        assert_eq!(silent_since(&calls, last + hours(90)), None);
        assert_eq!(silent_since(&calls, last + hours(97)), Some(last));
        assert_eq!(silent_since(&calls[..10], last + hours(9000)), None, "ten calls are no habit");
        let busy: Vec<Timestamp> = (0..30).rev().map(|i| begun + hours(i)).collect();
        assert_eq!(silent_since(&busy, busy[0] + hours(23)), None, "a quiet day is nothing");
        assert_eq!(silent_since(&busy, busy[0] + hours(25)), Some(busy[0]));
        assert_eq!(silent_since(&[], begun), None);
        assert_eq!(Habit::of(&busy).unwrap().words(busy[0] + hours(30)), "nothing received for 30 h, usually every 60 min");
        assert_eq!(Habit::of(&calls).unwrap().words(last), "nothing received for 0 s, usually every 60 min");
        assert_eq!(Habit::of(&busy[..19]), None);
    }
}
