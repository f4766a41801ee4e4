//! Mailboxes, spool folders and webhooks. Each hands raw bytes to an inlet, and thanks nobody before the inlet has committed them.

pub mod form;
pub mod imap;
pub mod maildir;
pub mod reader;
pub mod webhook;

use crate::model::message::Defect;
use jiff::Timestamp;
use std::future::Future;
use tokio::sync::watch;

/// Where a raw lies at its source: its identity, beside the hash of its bytes (promise 1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// RFC 9051 §2.3.1.1: named for ever by both, within one account and folder.
    Imap { uidvalidity: u32, uid: u32 },
    /// A file's name in a Maildir's new/, and its time: people use names again.
    File(String),
    /// The platform's id of an item or delivery.
    Platform(String),
}

/// One raw, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    pub place: Place,
    pub bytes: Vec<u8>,
    /// When the server took it in (promise 4); never later than now.
    pub received_at: Timestamp,
    /// What the source could not fetch. Whoever reads the message sees these beside the message's own defects.
    pub defects: Vec<Defect>,
}

/// How far an IMAP folder has been read: all UIDs up to `uid` are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub uidvalidity: u32,
    pub uid: u32,
}

/// The inlet could not commit, and has said itself why: the source keeps what it has and tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCommitted;

/// What the sources need of the pipeline. `source` is the source's name in the configuration.
pub trait Inlet: Send + Sync {
    /// Returns only after every arrival is committed. One that is known already is no error: it has the same place, or the same
    /// bytes (when it has any: two messages of which nothing could be had are still two).
    fn take(&self, source: &str, arrivals: Vec<Arrival>) -> impl Future<Output = Result<(), NotCommitted>> + Send;

    /// Where `set_cursor` left off; `None` on the very first visit.
    fn cursor(&self, source: &str) -> impl Future<Output = Result<Option<Cursor>, NotCommitted>> + Send;

    fn set_cursor(&self, source: &str, cursor: Cursor) -> impl Future<Output = Result<(), NotCommitted>> + Send;

    /// The source was reached and can be read. Said before the first `take` of a connection and after every look that went well:
    /// the first ever fixes `letters_from = "now"` (promise 10), each is the time of last success. Said at every poll: keep it cheap.
    fn reached(&self, source: &str) -> impl Future<Output = Result<(), NotCommitted>> + Send;

    /// A call to a webhook or a form was turned away; `why` is one of [`webhook::Refusal`]'s words.
    fn turned_away(&self, source: &str, why: &'static str);
}

/// Told once, from outside, when the daemon drains.
pub type Stop = watch::Receiver<bool>;

/// Returns when the daemon drains (a sender that is gone counts as that).
pub(crate) async fn stopped(stop: &mut Stop) {
    // An error means that the sender is gone.
    let _ = stop.wait_for(|&yes| yes).await;
}

pub(crate) fn is_stopped(stop: &Stop) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}
