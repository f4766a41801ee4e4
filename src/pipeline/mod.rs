//! The work between the stores and the core: taking in, deciding, sending, watching the clock.

pub mod apply;
mod arrival;
pub mod backtest;
pub mod book;
pub mod clock;
pub mod digest;
pub mod edit;
pub mod erase;
pub mod events;
pub mod in_force;
pub mod intake;
pub mod join;
pub mod late;
pub mod lessons;
pub mod metrics;
pub mod needs;
pub mod outbox;
pub mod person;
pub mod pile_on;
pub mod promise;
pub mod receive;
pub mod reconcile;
pub mod reload;
pub mod replay;
pub mod retention;
pub mod rulebook;
pub mod scenario;
pub mod shadow;
pub mod silence;
pub mod staff;
pub mod trouble;
pub mod waiting;

use crate::ambient::Ambient;
use crate::config::{Config, Landlord};
use crate::model::decision::Decision;
use crate::store::{self, Db};
pub use in_force::{House, InForce};
use metrics::Metrics;
use reload::Watched;
use rulebook::Rulebook;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::{Notify, watch};

/// Everything that the parts of the pipeline share. One for a running daemon; commands that touch the store make one too.
pub struct Works {
    pub db: Db,
    /// Small writes, many in one commit.
    pub group: store::Group,
    pub ambient: Ambient,
    in_force: RwLock<Arc<InForce>>,
    configured: Vec<Landlord>,
    pub rules: Watched,
    pub shadow: Watched,
    candidate: reload::Candidate,
    /// Somebody asked for the folders to be read again.
    pub asked: Notify,
    /// Source name → whose it is and what it may answer.
    pub sources: BTreeMap<String, crate::config::Source>,
    /// This store's own name: stands in every letter, so that our mail is known when it comes back.
    pub instance: String,
    /// Signs reply addresses.
    pub secret: String,
    pub metrics: Metrics,
    /// Source name → fence of the lease under which we read it.
    fences: Mutex<BTreeMap<String, i64>>,
    /// Source name → when its last success was written down, and the instant from which it is answered.
    noted: Mutex<BTreeMap<String, receive::Noted>>,
    /// Something was received.
    pub arrived: Notify,
    /// A letter was queued: every carrier looks whether it is one of its own.
    pub posted: watch::Sender<()>,
    /// Told of each decision (`--sample` prints them).
    pub told: Option<Tell>,
    /// Reads attachments that are not safe to read in this process.
    pub outside: Option<crate::message::Outside>,
}

/// Hears each decision with the reference of its case.
pub type Tell = Arc<dyn Fn(&Decision, &crate::model::message::Message, Option<&str>) + Send + Sync>;

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
        let look = rulebook.look.clone();
        let in_force = InForce::new(&config.landlords, rulebook, ambient.now())?;
        let mut tx = db.write(None).await?;
        let instance = store::meta::read_or_keep(&mut tx, "instance", &hex(&ambient.random::<8>())).await?;
        let secret = store::meta::read_or_keep(&mut tx, "secret", &hex(&ambient.random::<32>())).await?;
        tx.commit("meta").await?;
        let sources: BTreeMap<_, _> = config.sources.iter().map(|s| (s.name.clone(), s.clone())).collect();
        let metrics = Metrics::new(sources.keys().map(String::as_str));
        metrics.rules_in_force(&in_force.rulebook.ruleset.digest, in_force.since.as_second());
        Ok(Works {
            group: store::Group::new(&db),
            db,
            ambient,
            in_force: RwLock::new(Arc::new(in_force)),
            configured: config.landlords.clone(),
            rules: Watched::new(config.rules.clone(), Some(look)),
            shadow: Watched::new(config.shadow.clone(), None),
            candidate: RwLock::default(),
            asked: Notify::new(),
            sources,
            instance,
            secret,
            metrics,
            fences: Mutex::default(),
            noted: Mutex::default(),
            arrived: Notify::new(),
            posted: watch::Sender::new(()),
            told: None,
            outside: None,
        })
    }

    /// The rules in force now, and the landlords under them. Take it once for each piece of work.
    pub fn in_force(&self) -> Arc<InForce> {
        self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other rules in force: what is in hand is finished by the old ones, whatever begins after this goes by the new.
    ///
    /// # Errors
    /// A landlord whose policy or calendar they do not hold: then the old ones stay.
    pub fn put_in_force(&self, rulebook: Arc<Rulebook>) -> Result<Arc<InForce>> {
        let mut new = self.under(rulebook)?;
        let old = self.in_force();
        if old.rulebook.ruleset.digest == new.rulebook.ruleset.digest {
            new.since = old.since;
        }
        self.metrics.rules_in_force(&new.rulebook.ruleset.digest, new.since.as_second());
        let new = Arc::new(new);
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = new.clone();
        Ok(new)
    }

    /// The configured landlords under other rules, from now on.
    ///
    /// # Errors
    /// A landlord whose policy or calendar they do not hold.
    pub fn under(&self, rulebook: Arc<Rulebook>) -> Result<InForce> {
        InForce::new(&self.configured, rulebook, self.ambient.now())
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

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
