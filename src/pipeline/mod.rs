//! The work between the stores and the core: taking in, deciding, sending, watching the clock.

pub mod apply;
pub mod book;
pub mod clock;
pub mod intake;
pub mod metrics;
pub mod outbox;
pub mod receive;
pub mod reconcile;
pub mod rulebook;
pub mod scenario;
pub mod staff;

use crate::ambient::Ambient;
use crate::config::{Config, Landlord};
use crate::model::address::Address;
use crate::model::calendar::Calendar;
use crate::model::decision::Decision;
use crate::model::policy::Policy;
use crate::store::{self, Db};
use metrics::Metrics;
use rulebook::Rulebook;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Everything that the parts of the pipeline share. One for a running daemon; commands that touch the store make one too.
pub struct Works {
    pub db: Db,
    pub ambient: Ambient,
    pub rulebook: Arc<Rulebook>,
    pub landlords: BTreeMap<String, House>,
    /// Source name → whose it is and what it may answer.
    pub sources: BTreeMap<String, crate::config::Source>,
    /// This store's own name: stands in every letter, so that our mail is known when it comes back.
    pub instance: String,
    /// Signs reply addresses.
    pub secret: String,
    pub metrics: Metrics,
    /// Source name → fence of the lease under which we read it.
    fences: Mutex<BTreeMap<String, i64>>,
    /// Source name → when its last success was written down.
    noted: Mutex<BTreeMap<String, jiff::Timestamp>>,
    /// Something was received.
    pub arrived: Notify,
    /// A letter was queued.
    pub posted: Notify,
    /// Told of each decision (`--sample` prints them).
    pub told: Option<Tell>,
    /// Reads attachments that are not safe to read in this process.
    pub outside: Option<crate::message::Outside>,
}

/// Hears each decision with the reference of its case.
pub type Tell = Arc<dyn Fn(&Decision, &crate::model::message::Message, Option<&str>) + Send + Sync>;

/// One landlord as configured, with the promises of its policy.
pub struct House {
    pub id: String,
    pub policy: Policy,
    pub calendar: Calendar,
    pub from: Address,
    pub team: Address,
    pub officer: Address,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    Set(String),
}

pub type Result<T> = std::result::Result<T, Error>;

impl Works {
    /// Joins what was configured with an open, migrated store.
    ///
    /// # Errors
    /// A landlord whose policy or calendar is not there, or a store that does not answer.
    pub async fn new(config: &Config, rulebook: Arc<Rulebook>, db: Db, ambient: Ambient) -> Result<Works> {
        let landlords = config.landlords.iter().map(|l| House::new(l, &rulebook).map(|h| (l.id.clone(), h))).collect::<Result<_>>()?;
        let mut tx = db.write(None).await?;
        let instance = store::meta::read_or_keep(&mut tx, "instance", &hex(&ambient.random::<8>())).await?;
        let secret = store::meta::read_or_keep(&mut tx, "secret", &hex(&ambient.random::<32>())).await?;
        tx.commit("meta").await?;
        let sources: BTreeMap<_, _> = config.sources.iter().map(|s| (s.name.clone(), s.clone())).collect();
        let metrics = Metrics::new(sources.keys().map(String::as_str));
        Ok(Works {
            db,
            ambient,
            rulebook,
            landlords,
            sources,
            instance,
            secret,
            metrics,
            fences: Mutex::default(),
            noted: Mutex::default(),
            arrived: Notify::new(),
            posted: Notify::new(),
            told: None,
            outside: None,
        })
    }

    /// Age of the oldest message that nobody has decided yet, in seconds; 0 when there is none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn oldest_undecided_seconds(&self) -> Result<i64> {
        let mut tx = self.db.read().await?;
        let oldest = store::counts::oldest_undecided(&mut tx).await?;
        Ok(oldest.map_or(0, |at| self.ambient.now().duration_since(at).as_secs().max(0)))
    }
}

impl House {
    fn new(landlord: &Landlord, rulebook: &Rulebook) -> Result<House> {
        let policy = rulebook.policies.get(&landlord.policy).ok_or_else(|| {
            let known: Vec<_> = rulebook.policies.keys().map(String::as_str).collect();
            Error::Set(format!(
                "landlord `{}` names the policy `{}`, which no rule file holds; there are: {}",
                landlord.id,
                landlord.policy,
                known.join(", ")
            ))
        })?;
        let calendar = rulebook.calendars.get(&policy.division).ok_or_else(|| {
            Error::Set(format!("there is no calendar for {}, which the policy `{}` counts by", policy.division.as_str(), policy.id))
        })?;
        let first = policy.mailboxes.first().ok_or_else(|| Error::Set(format!("the policy `{}` has no mailbox", policy.id)))?;
        let from = landlord.from.clone().unwrap_or_else(|| first.clone());
        let mut policy = policy.clone();
        // Replies come to the address that our letters are sent from, also where the policy does not know it.
        if !policy.is_mailbox(&from) {
            policy.mailboxes.push(from.clone());
        }
        Ok(House {
            id: landlord.id.clone(),
            policy,
            calendar: calendar.clone(),
            team: landlord.team.clone().unwrap_or_else(|| from.clone()),
            officer: landlord.officer.clone().unwrap_or_else(|| from.clone()),
            from,
        })
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
