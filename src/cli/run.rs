//! `postroom run`: the daemon; with `--sample` on the shipped messages, saying aloud what it decides.

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, TEMPORARY, USAGE, show};
use crate::config::{Config, Courier, SourceKind};
use crate::daemon::{self, CannotGoOn};
use crate::model::decision::Decision;
use crate::model::message::Message;
use crate::pipeline::Works;
use crate::store::{self, Db};
use crate::triage::explain;
use include_dir::{Dir, include_dir};
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

static SAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/samples");

pub fn run(at: &At, sample: bool, once: bool) -> u8 {
    setup::log();
    code(setup::block_on(async {
        // From now on SIGHUP asks for the rules to be read again, and no longer ends the program.
        let hangup = signal(SignalKind::hangup()).map_err(|e| failed(&e))?;
        let config = setup::config(at)?;
        if sample && !matches!(config.courier, Courier::Folder { .. }) {
            show::error("--sample would send its letters by mail: use it with a courier of kind folder, or without --config");
            return Err(USAGE);
        }
        let _lock = lock(&config)?;
        let mut works = setup::works(&config).await?;
        works.outside = Some(super::read_attachment::outside);
        let end = Arc::new(watch::channel(false).0);
        if sample {
            works.told = Some(Arc::new(tell));
            drop_samples(&config)?;
            tokio::spawn(follow(config.clone(), works.db.clone(), end.clone(), once));
        }
        tokio::spawn(signals(end.clone()));
        let works = Arc::new(works);
        tokio::spawn(reload(hangup, works.clone()));
        daemon::run(&config, works, &end).await.map_err(|e| {
            show::error(&e);
            match e {
                CannotGoOn::Never(_) => USAGE,
                CannotGoOn::Later(_) => TEMPORARY,
            }
        })?;
        Ok(FINE)
    }))
}

/// SQLite belongs to one daemon at a time. The lock goes with the process, however it ends.
fn lock(config: &Config) -> Exit<Option<File>> {
    if config.store_url != "sqlite" {
        return Ok(None);
    }
    fs::create_dir_all(&config.data).map_err(|e| failed(&format!("the data folder {} cannot be made: {e}", config.data.display())))?;
    let path = config.data.join("postroom.lock");
    let file = File::create(&path).map_err(|e| failed(&format!("{} cannot be made: {e}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            show::error(format!("another postroom runs on {}. Stop it first, or set another `data`", config.data.display()));
            Err(TEMPORARY)
        }
        Err(TryLockError::Error(e)) => Err(failed(&format!("{} cannot be locked: {e}", path.display()))),
    }
}

/// SIGTERM and Ctrl-C: the drain begins.
async fn signals(stop: Arc<watch::Sender<bool>>) {
    if let Ok(mut term) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = term.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        let _ = stop.send(true);
    }
}

/// SIGHUP: the rules are read again (`systemctl reload postroom`).
async fn reload(mut hangup: Signal, works: Arc<Works>) {
    while hangup.recv().await.is_some() {
        works.asked.notify_one();
    }
}

fn spool(config: &Config) -> Option<&Path> {
    config.sources.iter().find_map(|s| match &s.kind {
        SourceKind::Maildir { path } => Some(path.as_path()),
        _ => None,
    })
}

/// Each sample is dropped under its own name: a second run on the same data takes none of them twice.
fn drop_samples(config: &Config) -> Exit<()> {
    let Some(path) = spool(config) else {
        show::error("--sample needs a source of kind maildir to drop its messages into");
        return Err(USAGE);
    };
    let put = || {
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir_all(path.join(folder))?;
        }
        let mut samples: Vec<_> = SAMPLES.files().collect();
        samples.sort_by_key(|s| s.path());
        for sample in samples {
            let name = sample.path().file_stem().unwrap_or_default();
            fs::write(path.join("tmp").join(name), sample.contents())?;
            fs::rename(path.join("tmp").join(name), path.join("new").join(name))?;
        }
        Ok(())
    };
    put().map_err(|e: std::io::Error| {
        show::error(format!("the samples cannot be put into {}: {e}", path.display()));
        USAGE
    })
}

/// One decision as a readable line with its reason. This is what the newcomer asked for, and no log.
fn tell(decision: &Decision, message: &Message, reference: Option<&str>) {
    let from = message.from.name.clone().or_else(|| message.from.email.as_ref().map(ToString::to_string)).unwrap_or_default();
    let subject = if message.subject.is_empty() { "(no subject)" } else { &message.subject };
    show::line(format!("{from}: {subject}\n    {}", explain::sentence(decision)));
    let reply = decision.reply.as_str();
    show::line(format!("    → {}{}", reply, reference.map(|r| format!(", case {r}")).unwrap_or_default()));
}

/// Says where the letters lie when everything is decided and sent; with `once`, stops then.
async fn follow(config: Config, db: Db, stop: Arc<watch::Sender<bool>>, once: bool) {
    let count = SAMPLES.files().count();
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if done(&db, count).await.unwrap_or(false) {
            break;
        }
    }
    let Courier::Folder { path } = &config.courier else { return };
    show::line(format!("\nThe letters lie in {}.", path.display()));
    if let Some(inbox) = spool(&config) {
        show::line(format!("Drop a mail of your own into {}/new and watch. Ctrl-C stops.", inbox.display()));
    }
    show::line(format!("The register: postroom case list. Health and figures: http://{}/metrics", config.listen));
    if once {
        let _ = stop.send(true);
    }
}

async fn done(db: &Db, samples: usize) -> store::Result<bool> {
    let mut tx = db.read().await?;
    let messages = store::counts::messages(&mut tx).await?;
    let total: i64 = messages.iter().map(|(_, count)| count).sum();
    let waiting: i64 = messages.iter().filter(|(state, _)| state == "received").map(|(_, count)| count).sum();
    let letters = store::counts::letters(&mut tx).await?;
    let unsent: i64 = letters.iter().filter(|(state, _)| matches!(state.as_str(), "queued" | "sending")).map(|(_, count)| count).sum();
    Ok(total >= samples as i64 && waiting == 0 && unsent == 0)
}
