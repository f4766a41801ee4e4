//! The inlet: raw bytes are committed before any source is told that we have them (promise 1).

use super::Works;
use crate::config::{Form, LettersFrom, SourceKind};
use crate::log;
use crate::model::decision::ReviewCause;
use crate::model::message::Channel;
use crate::source::{Arrival, Cursor, Inlet, NotCommitted, Place};
use crate::store::receipt::{Packed, Received};
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, PoisonError};

/// Arrivals of fewer bytes are packed where they stand: handing them to another core would cost more.
const SMALL: usize = 32_000;

/// What is remembered of a source between two looks at the store.
#[derive(Clone, Copy, Debug)]
pub struct Noted {
    at: Timestamp,
    letters_from: Timestamp,
}

/// The inlet of a running daemon.
#[derive(Clone)]
pub struct Receiver {
    pub works: Arc<Works>,
}

impl Inlet for Receiver {
    async fn take(&self, source: &str, arrivals: Vec<Arrival>) -> Result<(), NotCommitted> {
        self.works.receive(source, arrivals).await.map(drop).map_err(|e| said(source, &e))
    }

    async fn cursor(&self, source: &str) -> Result<Option<Cursor>, NotCommitted> {
        self.works.cursor(source).await.map_err(|e| said(source, &e))
    }

    async fn set_cursor(&self, source: &str, cursor: Cursor) -> Result<(), NotCommitted> {
        self.works.set_cursor(source, cursor).await.map_err(|e| said(source, &e))
    }

    async fn reached(&self, source: &str) -> Result<(), NotCommitted> {
        self.works.reached(source).await.map_err(|e| said(source, &e))
    }

    fn turned_away(&self, source: &str, why: &'static str) {
        self.works.metrics.turned_away(source, why);
        log::turned_away(source, why);
    }
}

fn said(source: &str, error: &super::Error) -> NotCommitted {
    log::source_failed(source, error, 0.0);
    NotCommitted
}

impl Works {
    /// Commits arrivals of one source; answers how many were new.
    ///
    /// # Errors
    /// When the store did not commit: then nothing of it is there, and the source must keep it.
    pub async fn receive(&self, source: &str, arrivals: Vec<Arrival>) -> super::Result<usize> {
        let set = self.source(source)?;
        let (landlord, channel) = (set.landlord.clone(), channel(&set.kind));
        let now = self.ambient.now();
        let answer_from = self.letters_from(source).await?;
        let named = source.to_owned();
        let flawed: Vec<(usize, String)> =
            arrivals.iter().enumerate().flat_map(|(i, a)| a.defects.iter().map(move |d| (i, d.what.clone()))).collect();
        let size: usize = arrivals.iter().map(|a| a.bytes.len()).sum();
        let pack = move || {
            let pack = |a: Arrival| {
                let received_at = a.received_at.min(now);
                let place = place(&a.place);
                let answerable = received_at >= answer_from;
                let (landlord, source) = (landlord.clone(), named.clone());
                store::receipt::Arrival { landlord, source, place, channel, bytes: a.bytes, received_at, arrived_at: now, answerable }
                    .pack()
            };
            arrivals.into_iter().map(pack).collect::<Vec<_>>()
        };
        // Hashing and compressing more than a few words want a core of their own.
        let packed = if size < SMALL {
            pack()
        } else {
            tokio::task::spawn_blocking(pack).await.map_err(|_| super::Error::Set("packing an arrival failed".into()))?
        };
        let received = self
            .group
            .write("receive", (packed, flawed, now), |(packed, flawed, now), tx| commit(tx, packed, flawed, *now).boxed())
            .await?;
        let new = received.iter().filter(|r| r.raw_new).count();
        if received.iter().any(reused) {
            log::id_reused(source);
        }
        self.metrics.received(source, new as u64);
        log::taken(source, new, received.len() - new);
        self.arrived.notify_one();
        Ok(new)
    }

    /// The fence of the lease under which this daemon reads a source; 0 for none.
    fn fence(&self, source: &str) -> i64 {
        self.fences.lock().unwrap_or_else(PoisonError::into_inner).get(source).copied().unwrap_or(0)
    }

    pub fn set_fence(&self, source: &str, fence: i64) {
        self.fences.lock().unwrap_or_else(PoisonError::into_inner).insert(source.to_owned(), fence);
    }

    fn source(&self, name: &str) -> super::Result<&crate::config::Source> {
        self.sources.get(name).ok_or_else(|| super::Error::Set(format!("no source is called `{name}`")))
    }

    /// The instant from which a source's mail is answered (promise 10).
    async fn letters_from(&self, source: &str) -> super::Result<Timestamp> {
        match self.source(source)?.letters_from {
            LettersFrom::All => Ok(Timestamp::MIN),
            LettersFrom::From(instant) => Ok(instant),
            LettersFrom::Now => {
                let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner).get(source).copied();
                if let Some(noted) = noted {
                    return Ok(noted.letters_from);
                }
                let mut tx = self.db.read().await?;
                let stored = store::source::read_cursor(&mut tx, source).await?;
                Ok(stored.map_or(Timestamp::MAX, |s| s.letters_from))
            }
        }
    }

    async fn cursor(&self, source: &str) -> super::Result<Option<Cursor>> {
        let mut tx = self.db.read().await?;
        let stored = store::source::read_cursor(&mut tx, source).await?;
        let both = stored.and_then(|c| c.uidvalidity.zip(c.uid));
        // RFC 9051 §9: both are 32-bit numbers; what is not was never written by us.
        Ok(both.and_then(|(v, u)| Some(Cursor { uidvalidity: u32::try_from(v).ok()?, uid: u32::try_from(u).ok()? })))
    }

    async fn set_cursor(&self, source: &str, cursor: Cursor) -> super::Result<()> {
        let mut tx = self.db.write(None).await?;
        let fence = self.fence(source);
        if !store::source::advance(&mut tx, source, fence, i64::from(cursor.uidvalidity), i64::from(cursor.uid)).await? {
            return Err(super::Error::Set("another daemon reads this source now".into()));
        }
        Ok(tx.commit("cursor").await?)
    }

    async fn reached(&self, source: &str) -> super::Result<()> {
        let now = self.ambient.now();
        self.metrics.source_succeeded(source, now.as_second());
        // Written down now and then: an idle folder that is looked at every second must not wear the disk.
        if !self.due_to_note(source, now) {
            return Ok(());
        }
        let mut tx = self.db.write(None).await?;
        // Mail servers tell the time of receipt in whole seconds (RFC 9051 §2.3.3): mail of this very second is answered.
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let letters_from = store::source::cursor(&mut tx, source, second).await?.letters_from;
        store::source::succeeded(&mut tx, source, now).await?;
        tx.commit("cursor").await?;
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(source.to_owned(), Noted { at: now, letters_from });
        Ok(())
    }

    fn due_to_note(&self, source: &str, now: Timestamp) -> bool {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner).get(source).copied();
        noted.is_none_or(|n| now.duration_since(n.at) >= SignedDuration::from_secs(60))
    }
}

/// What of arrivals is written. `flawed`: which could not be had whole, and why.
async fn commit(tx: &mut Tx, packed: &[Packed], flawed: &[(usize, String)], now: Timestamp) -> store::Result<Vec<Received>> {
    let received = store::receipt::receive(tx, packed).await?;
    for raw in received.iter().filter(|r| reused(r)) {
        for message in store::message::of_raw(tx, raw.raw_id).await?.iter().filter(|m| m.channel == Channel::Webform) {
            let says = "The web form sent this under an id that it had used for another submission before. Both are kept, and both are decided. Ask whoever runs the form to give each submission an id of its own.";
            let review = NewReview::of_message(&message.landlord, message.id, None, ReviewCause::IdReused, says, now);
            store::review::add(tx, &review).await?;
        }
    }
    for (arrival, says) in flawed {
        // The source could not fetch all of it: a person must look at the original, whatever is made of what came.
        if !received[*arrival].raw_new {
            continue;
        }
        for message in store::message::of_raw(tx, received[*arrival].raw_id).await? {
            let review = NewReview::of_message(&message.landlord, message.id, None, ReviewCause::Unreadable, says, now);
            store::review::add(tx, &review).await?;
        }
    }
    Ok(received)
}

/// Standard Webhooks: an id is one event's, the same at each try. Another body under it may be somebody's complaint: it is never thrown away
/// and never refused, for a sender who is told 409 gives up or tries for days.
fn reused(received: &Received) -> bool {
    received.raw_new && !received.receipt_new
}

fn channel(kind: &SourceKind) -> Channel {
    match kind {
        SourceKind::Imap(_) | SourceKind::Maildir { .. } => Channel::Email,
        SourceKind::Webhook(w) if w.platform == Form::Webform => Channel::Webform,
        SourceKind::Form => Channel::Webform,
        SourceKind::Webhook(_) => Channel::Social,
    }
}

/// A place as the store keeps it.
pub fn place(place: &Place) -> String {
    match place {
        Place::Imap { uidvalidity, uid } => format!("{uidvalidity}/{uid}"),
        Place::File(name) => name.clone(),
        Place::Platform(id) => id.clone(),
    }
}
