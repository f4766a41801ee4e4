//! `postroom doctor`: reaches what the daemon will need, changes nothing, and says what would go wrong.

use super::setup::{self, code};
use super::{At, FINDINGS, FINE, show, webhook};
use crate::ambient::Ambient;
use crate::config::{Config, Form, Landlord, SourceKind};
use crate::courier::Courier;
use crate::courier::event::Receiver;
use crate::courier::social::Social;
use crate::model::finding::{Finding, Gravity};
use crate::pipeline::silence;
use crate::source::reader::Reader;
use crate::store::Db;
use jiff::Timestamp;

pub fn run(at: &At, url: Option<&str>) -> u8 {
    code(setup::block_on(async {
        let config = setup::config(at)?;
        let base = webhook::base(&config, url)?;
        let rulebook = setup::rulebook(&config)?;
        let policy = |l: &Landlord| rulebook.policies.get(&l.policy).and_then(|p| p.mailboxes.first().cloned());
        let senders: Vec<_> = config.landlords.iter().filter_map(|l| l.from.clone().or_else(|| policy(l))).collect();
        let ambient = Ambient::system();
        let mut worst = Gravity::Fine;
        let mut tell = |place: &str, findings: Vec<Finding>| {
            for finding in findings {
                worst = worst.max(finding.gravity);
                show::line(format!("{place}: {finding}"));
            }
        };
        let (findings, db) = store(&config).await;
        tell("store", findings);
        let social = Social::of(&config.sources);
        for source in &config.sources {
            let findings = match Reader::of(source) {
                Ok(Reader::Webhook(door)) => door.probe(&base, &ambient).await,
                Ok(reader) => reader.probe(&ambient).await,
                Err(says) => vec![Finding::wrong(says)],
            };
            tell(&format!("source {}", source.name), findings);
            if matches!(&source.kind, SourceKind::Webhook(w) if w.platform != Form::Webform) {
                tell(&format!("source {}", source.name), social.probe(&source.name).await);
            }
            if let Some(db) = &db {
                tell(&format!("source {}", source.name), history(db, &source.name, ambient.now()).await);
            }
        }
        for landlord in &config.landlords {
            let Some(out) = landlord.events.as_ref().and_then(|e| e.out.as_ref()) else { continue };
            let finding = match Receiver::of(&landlord.id, out) {
                Ok(receiver) => receiver.probe("doctor", ambient.now()).await,
                Err(says) => Finding::wrong(says),
            };
            tell(&format!("events of {}", landlord.id), vec![finding]);
        }
        match Courier::of(&config.courier) {
            Ok(courier) => tell("courier", courier.probe(&senders).await),
            Err(says) => tell("courier", vec![Finding::wrong(says)]),
        }
        Ok(if worst == Gravity::Wrong { FINDINGS } else { FINE })
    }))
}

/// What the store says of itself, and the store where it can be asked more.
async fn store(config: &Config) -> (Vec<Finding>, Option<Db>) {
    if config.store_url == "sqlite" && !config.data.join("postroom.db").exists() {
        return (vec![Finding::fine("SQLite: the file will be made at the first run")], None);
    }
    let db = match Db::open(&config.store_url, &config.data).await {
        Err(e) => return (vec![Finding::wrong(e.to_string())], None),
        Ok(db) => db,
    };
    match db.pending_migrations().await {
        Ok(pending) if pending.is_empty() => (vec![Finding::fine("reached, and of this version's schema")], Some(db)),
        Ok(pending) => {
            (vec![Finding::warning(format!("reached; {} migrations wait, which the next run does by itself", pending.len()))], None)
        }
        Err(e) => (vec![Finding::wrong(e.to_string())], None),
    }
}

/// Whether a source has brought nothing for longer than it used to.
async fn history(db: &Db, source: &str, now: Timestamp) -> Vec<Finding> {
    let asked = async {
        let mut tx = db.read().await?;
        silence::history(&mut tx, source, now).await
    };
    match asked.await {
        Ok(finding) => finding.into_iter().collect(),
        Err(e) => vec![Finding::wrong(e.to_string())],
    }
}
