//! What most commands begin with: the configuration, the rulebook, the store, the log.

use super::{At, TEMPORARY, USAGE, show};
use crate::ambient::Ambient;
use crate::config::{self, Config};
use crate::pipeline::Works;
use crate::pipeline::rulebook::{self, Rulebook};
use crate::store::Db;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A command's result: its exit code, where it ended early the code of why. What was wrong is printed already.
pub type Exit<T> = Result<T, u8>;

pub fn config(at: &At) -> Exit<Config> {
    config::load(at.config.as_deref()).map_err(|faults| {
        show::faults(&faults);
        USAGE
    })
}

pub fn rulebook(config: &Config) -> Exit<Rulebook> {
    rulebook_with(config, None)
}

/// The rulebook with another reader's model (`--reader`).
pub fn rulebook_with(config: &Config, reader: Option<&Path>) -> Exit<Rulebook> {
    rulebook::load_with_reader(config.rules.as_deref(), reader).map_err(|faults| {
        show::faults(&faults);
        USAGE
    })
}

/// The store, open and of this version's schema.
pub async fn store(config: &Config) -> Exit<Db> {
    let db = open(config).await?;
    db.migrate().await.map_err(|e| failed(&e))?;
    Ok(db)
}

pub async fn open(config: &Config) -> Exit<Db> {
    if config.store_url == "sqlite" {
        std::fs::create_dir_all(&config.data).map_err(|e| {
            show::error(format!("the data folder {} cannot be made: {e}", config.data.display()));
            USAGE
        })?;
    }
    Db::open(&config.store_url, &config.data).await.map_err(|e| failed(&e))
}

/// For commands that only read: a store of an earlier version is not brought up to date by them, for the daemon may be at work on it.
pub async fn current(db: &Db) -> Exit<()> {
    if db.pending_migrations().await.map_err(|e| failed(&e))?.is_empty() {
        return Ok(());
    }
    show::error("the store is of an earlier version, which did not keep what this command needs. Run `postroom migrate` first");
    Err(TEMPORARY)
}

pub async fn works(config: &Config) -> Exit<Works> {
    let rulebook = Arc::new(rulebook(config)?);
    let db = store(config).await?;
    Works::new(config, rulebook, db, Ambient::system()).await.map_err(|e| match e {
        crate::pipeline::Error::Store(e) => failed(&e),
        crate::pipeline::Error::Set(says) => {
            show::error(says);
            USAGE
        }
    })
}

/// The store does not answer: it may later.
pub fn failed(error: &dyn std::fmt::Display) -> u8 {
    show::error(error);
    TEMPORARY
}

/// What a person asked for could not be done: 75 where the store is at fault, else 2.
pub fn refused(error: &crate::pipeline::Error) -> u8 {
    show::error(error);
    match error {
        crate::pipeline::Error::Store(e) if e.temporary() => TEMPORARY,
        _ => USAGE,
    }
}

/// Runs a command's asynchronous part.
pub fn block_on<T>(work: impl Future<Output = Exit<T>>) -> Exit<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| failed(&e))?;
    runtime.block_on(work)
}

/// The exit code of a result.
pub fn code(result: Exit<u8>) -> u8 {
    result.unwrap_or_else(|code| code)
}

/// The log: to standard error, `postroom`'s own events and nobody else's (promise 9: libraries can log whole messages). The level is
/// `POSTROOM_LOG` (error, warn, info, debug, trace), else `info`. Readable lines on a terminal, JSON elsewhere.
pub fn log() {
    let level = std::env::var("POSTROOM_LOG").ok().and_then(|l| l.parse::<LevelFilter>().ok()).unwrap_or(LevelFilter::INFO);
    let ours = Targets::new().with_target("postroom", level);
    // A panic's message may quote what was being read: it is named by its place alone (promise 9).
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        crate::log::panicked(&place);
    }));
    let registry = tracing_subscriber::registry().with(ours);
    let fmt = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    // A second call is a test's, and keeps the first.
    let _ = if std::io::stderr().is_terminal() { registry.with(fmt.compact()).try_init() } else { registry.with(fmt.json()).try_init() };
}

/// The person at the keyboard, for the journal.
pub fn who(given: Option<&str>) -> String {
    let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
    given.map(str::to_owned).or_else(|| user().ok()).filter(|w| !w.is_empty()).unwrap_or_else(|| "somebody".into())
}
