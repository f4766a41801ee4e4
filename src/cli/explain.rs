//! `postroom explain`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, USAGE, show};
use crate::ambient::Ambient;
use crate::config::Config;
use crate::message::{self, Hint};
use crate::model::calendar::london;
use crate::model::decision::{Candidate, Evidence};
use crate::model::message::Message;
use crate::store;
use crate::triage;
use jiff::Timestamp;
use std::path::Path;

pub fn run(at: &At, case: Option<&str>, reader: Option<&Path>, what: &str) -> u8 {
    code(setup::block_on(async {
        let config = setup::config(at)?;
        match what.parse::<i64>() {
            Ok(id) if !Path::new(what).exists() => stored(&config, id).await,
            _ => file(&config, Path::new(what), case, reader).await,
        }
    }))
}

/// The decision that was made on a stored message, as it was made.
async fn stored(config: &Config, id: i64) -> Exit<u8> {
    let works = setup::works(config).await?;
    let mut tx = works.db.read().await.map_err(|e| failed(&e))?;
    let message = store::message::by_id(&mut tx, id).await.map_err(|e| {
        show::error(e);
        USAGE
    })?;
    let Some(row) = store::decision::latest(&mut tx, id).await.map_err(|e| failed(&e))? else {
        show::line(format!("message {id} is {}: there is no decision on it", message.state));
        return Ok(FINE);
    };
    let decision = row.decision().map_err(|e| failed(&e))?;
    let in_force = works.in_force();
    let house = in_force.house(&message.landlord).map_err(|e| {
        show::error(e);
        USAGE
    })?;
    show::line(triage::explain::explain(&decision, &house.policy, message.received_at, &london()));
    show::line(format!("Decided {} by rules {}.", row.decided_at, row.ruleset_digest.get(..12).unwrap_or_default()));
    Ok(FINE)
}

/// What would be decided on a file that arrived now, for the first landlord.
async fn file(config: &Config, path: &Path, case: Option<&str>, reader: Option<&Path>) -> Exit<u8> {
    let bytes = std::fs::read(path).map_err(|e| {
        show::error(format!("{} cannot be read: {e}", path.display()));
        USAGE
    })?;
    let rulebook = setup::rulebook_with(config, reader)?;
    let known = match case {
        None => None,
        Some(reference) => {
            let db = setup::store(config).await?;
            let mut tx = db.read().await.map_err(|e| failed(&e))?;
            let Some(row) = store::case::by_reference(&mut tx, reference).await.map_err(|e| failed(&e))? else {
                show::error(format!("no case has the reference {reference}; `postroom case list` shows them"));
                return Err(USAGE);
            };
            let case = store::case::load(&mut tx, row.id).await.map_err(|e| failed(&e))?;
            Some(Candidate { case, evidence: vec![Evidence::ReplyAddress] })
        }
    };
    let landlord = &config.landlords[0];
    let policy = rulebook.policies.get(&landlord.policy).ok_or(USAGE)?;
    let calendar = rulebook.calendars.get(&policy.division).ok_or(USAGE)?;
    let hint = Hint { outside: Some(super::read_attachment::outside), ..Hint::default() };
    for message in message::read(&bytes, &hint) {
        let received_at = arrival(&message);
        let heard = triage::hear(&message, policy, received_at);
        let signals = heard.signals(&rulebook.ruleset);
        let candidates: Vec<Candidate> = known.iter().cloned().collect();
        let decision = triage::triage(&triage::Input {
            message: &message,
            signals: &signals,
            rules: &rulebook.ruleset,
            candidates: &candidates,
            policy,
            calendar,
            received_at,
        });
        show::line(triage::explain::explain(&decision, policy, received_at, &london()));
    }
    Ok(FINE)
}

/// A file has no receipt: its own date stands in, never later than now.
fn arrival(message: &Message) -> Timestamp {
    let now = Ambient::system().now();
    message.sent_at.or(message.social.as_ref().and_then(|s| s.event_at)).map_or(now, |at| at.min(now))
}
