//! `postroom events`: what the landlord's case system was told, and telling it again.

use super::setup::{self, code, failed};
use super::{FINDINGS, FINE, Listing, show};
use crate::config::Config;
use crate::pipeline::events;
use crate::store;
use clap::Subcommand;
use serde_json::json;

#[derive(Subcommand)]
pub enum Command {
    /// Events with their positions, and what became of each
    List {
        #[command(flatten)]
        listing: Listing,
        #[arg(long)]
        landlord: Option<String>,
        /// queued, sent, dead or kept (from before there was a case system)
        #[arg(long)]
        state: Option<String>,
        /// After this position
        #[arg(long, default_value_t = 0)]
        after: i64,
    },
    /// Sends everything from a position on again, under the same ids
    Replay {
        #[command(flatten)]
        listing: Listing,
        #[arg(long)]
        landlord: Option<String>,
        /// The first position
        #[arg(long)]
        from: i64,
    },
}

pub fn run(command: Command) -> u8 {
    code(setup::block_on(async {
        match command {
            Command::List { listing, landlord, state, after } => {
                let config = setup::config(&listing.at)?;
                let landlord = whose(&config, landlord)?;
                let db = setup::store(&config).await?;
                let mut tx = db.read().await.map_err(|e| failed(&e))?;
                let rows = store::event::list(&mut tx, &landlord, state.as_deref(), after, i64::MAX).await.map_err(|e| failed(&e))?;
                for row in rows {
                    if listing.json {
                        let next_at = (row.state == "queued").then(|| row.next_at.to_string());
                        show::line(json!({ "position": row.position, "what": row.what, "at": row.at.to_string(), "state": row.state,
                            "attempts": row.attempts, "next_at": next_at, "answer": row.answer }));
                    } else {
                        let answer = row.answer.unwrap_or_default();
                        show::line(format!(
                            "{:>8}  {}  {:<8} {:>2}  {}  {answer}",
                            row.position, row.at, row.state, row.attempts, row.what
                        ));
                    }
                }
                Ok(FINE)
            }
            Command::Replay { listing, landlord, from } => {
                let config = setup::config(&listing.at)?;
                let landlord = whose(&config, landlord)?;
                let works = setup::works(&config).await?;
                let count = events::replay(&works, &landlord, from).await.map_err(|e| setup::refused(&e))?;
                if listing.json {
                    show::line(json!({ "queued": count }));
                } else {
                    show::line(format!("{count} events are queued; a running daemon sends them within seconds"));
                }
                Ok(if count == 0 { FINDINGS } else { FINE })
            }
        }
    }))
}

/// The landlord that is meant: named, or the only one.
fn whose(config: &Config, named: Option<String>) -> setup::Exit<String> {
    let known: Vec<&str> = config.landlords.iter().map(|l| l.id.as_str()).collect();
    match named {
        Some(id) if known.contains(&id.as_str()) => Ok(id),
        None if known.len() == 1 => Ok(known[0].to_owned()),
        _ => {
            show::error(format!("say whose events with --landlord; the configuration knows: {}", known.join(", ")));
            Err(super::USAGE)
        }
    }
}
