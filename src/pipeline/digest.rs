//! The morning digest: once on each working morning, to the roles that a landlord's policy names. The outbox takes one letter for each cause,
//! so that neither a restart nor another daemon sends it twice.

use super::{House, Result, Works, pile_on};
use crate::letter::{self, Form, Occasion, token};
use crate::model::calendar::{at_local, end_of, local_day, written_out};
use crate::model::digest::{Count, Digest, Line, Lines};
use crate::store::outbox::NewLetter;
use crate::store::review::Filter;
use crate::store::{self, Tx, duty};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// Lines of one urgency that are written out.
const SHOWN: usize = 20;
/// Working days ahead that count as at risk.
const AHEAD: u32 = 2;
/// A source that nobody could read for so long went wrong.
const SILENT: SignedDuration = SignedDuration::from_hours(1);
const ALL: i64 = 100_000;

/// Writes the digests that are due. Answers how many letters were queued.
///
/// # Errors
/// When the store does not answer.
pub async fn tick(works: &Works) -> Result<usize> {
    let now = works.ambient.now();
    let in_force = works.in_force();
    let mut queued = 0;
    for house in in_force.landlords.values() {
        let (today, opens) = (local_day(now), house.policy.office_hours().0);
        if house.calendar.is_working(today) && now >= at_local(today, opens) {
            queued += morning(works, house, today, now).await?;
        }
    }
    if queued > 0 {
        works.posted.send_replace(());
    }
    Ok(queued)
}

async fn morning(works: &Works, house: &House, today: Date, now: Timestamp) -> Result<usize> {
    let cause = format!("digest:{}:{today}", house.id);
    let (first_seen, written) = {
        let mut tx = works.db.read().await?;
        let first = store::meta::read(&mut tx, &format!("first_day:{}", house.id)).await?;
        (first, !store::outbox_list::of_cause(&mut tx, &cause).await?.is_empty())
    };
    if written || first_seen.as_deref() == Some(today.to_string().as_str()) {
        return Ok(0);
    }
    let mut tx = works.db.write(None).await?;
    // On a landlord's first day there is no night to tell of.
    if first_seen.is_none() {
        store::meta::read_or_keep(&mut tx, &format!("first_day:{}", house.id), &today.to_string()).await?;
        tx.commit("digest").await?;
        return Ok(0);
    }
    let digest = gather(works, house, &mut tx, today, now).await?;
    let mut queued = 0;
    for to in house.addresses(house.policy.tell.digest.iter().map(String::as_str)) {
        let message_id = token::message_id(works.ambient.random(), house.from.domain());
        let plain = Occasion::unasked(Form::Digest, &to, &house.from, &house.policy, &message_id, now);
        let occasion = Occasion { digest: Some(&digest), instance: &works.instance, ..plain };
        let letter = letter::render(&house.rulebook.templates, &occasion)
            .map_err(|e| super::Error::Set(format!("the digest cannot be written: {e}")))?;
        let new = NewLetter {
            landlord: &house.id,
            courier: "mail",
            cause: &cause,
            reply: Form::Digest.as_str(),
            recipient: to.as_str(),
            message_id: &letter.message_id,
            bytes: &letter.mime,
            now,
            next_at: now,
            held: None,
            case_id: None,
            duty_id: None,
        };
        queued += usize::from(store::outbox::add(&mut tx, &new).await?.is_some());
    }
    tx.commit("digest").await?;
    for _ in 0..queued {
        works.metrics.letter("queued");
    }
    Ok(queued)
}

async fn gather(works: &Works, house: &House, tx: &mut Tx, today: Date, now: Timestamp) -> Result<Digest> {
    let since = at_local(working_day_before(house, today), house.policy.office_hours().0);
    let day = |at: Timestamp| written_out(local_day(at));
    let kinds = store::counts::kinds(tx, Some(&house.id), since, now).await?;
    let opened = store::case::Filter { landlord: Some(house.id.clone()), since: Some(since), ..store::case::Filter::default() };
    let ahead = end_of(house.calendar.after(today, AHEAD));
    let (mut breached, mut due_today, mut at_risk) = (Lines::default(), Lines::default(), Lines::default());
    for row in duty::open(tx, Some(&house.id), ahead, ALL).await? {
        let list = match local_day(row.due_at) {
            _ if row.due_at < now => &mut breached,
            day if day == today => &mut due_today,
            _ => &mut at_risk,
        };
        if list.lines.len() == SHOWN {
            list.more += 1;
            continue;
        }
        let reference = match row.case_id {
            Some(case) => store::case::by_id(tx, case).await?.reference.0,
            None => "not yet logged".into(),
        };
        list.lines.push(Line { reference, what: row.kind.what(), due: day(row.due_at) });
    }
    let open = Filter { landlord: Some(house.id.clone()), state: Some("open".into()), ..Filter::default() };
    let reviews = store::review::list(tx, &open, 0, ALL).await?;
    let unread = store::message::waiting(tx, &house.id, ALL).await?;
    Ok(Digest {
        day: written_out(today),
        since: day(since),
        received: kinds.iter().map(|(_, n)| n).sum(),
        kinds: kinds.into_iter().map(|(kind, count)| Count { what: kind.replace('_', " "), count }).collect(),
        opened: store::case::list(tx, &opened, 0, ALL).await?.len(),
        breached,
        today: due_today,
        at_risk,
        reviews: reviews.len(),
        oldest_review: reviews.iter().map(|r| r.opened_at).min().map(day),
        unread: unread.len(),
        oldest_unread: unread.iter().map(|w| w.received_at).min().map(day),
        pile_ons: pile_on::open(tx, &house.id, now).await?,
        trouble: trouble(works, house, tx, since, now).await?,
    })
}

fn working_day_before(house: &House, today: Date) -> Date {
    let mut day = today;
    while let Ok(before) = day.yesterday() {
        day = before;
        if house.calendar.is_working(day) {
            break;
        }
    }
    day
}

/// What went wrong since the last working morning.
async fn trouble(works: &Works, house: &House, tx: &mut Tx, since: Timestamp, now: Timestamp) -> Result<Vec<String>> {
    let mut told = Vec::new();
    let mut tell = |n: i64, one: &str, many: &str| match n {
        0 => {}
        1 => told.push(one.to_owned()),
        n => told.push(format!("{n} {many}")),
    };
    let failed = store::counts::letters_failed(tx, &house.id, since).await?;
    tell(failed, "One letter could not be sent, or came back.", "letters could not be sent, or came back.");
    let stuck = store::counts::letters_waiting(tx, &house.id, now - SILENT).await?;
    tell(
        stuck,
        "One letter has been waiting for its mail server for over an hour.",
        "letters have been waiting for their mail server for over an hour.",
    );
    let aside = store::counts::set_aside(tx, &house.id, since).await?;
    tell(aside, "One message could not be read and was set aside.", "messages could not be read and were set aside.");
    for source in works.sources.values().filter(|s| s.landlord == house.id) {
        let last = store::source::read_cursor(tx, &source.name).await?.and_then(|c| c.last_success);
        if let Some(last) = last.filter(|at| *at < now - SILENT) {
            let local = last.to_zoned(crate::model::calendar::london());
            let days = written_out(local.date());
            told.push(format!("Nothing could be read from `{}` since {} on {days}.", source.name, local.strftime("%H:%M")));
        }
    }
    Ok(told)
}
