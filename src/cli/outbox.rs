//! `postroom outbox`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, Listing, USAGE, show};
use crate::ambient::Ambient;
use crate::pipeline::{edit, staff};
use crate::store::outbox_list::{self, Filter};
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Command {
    /// Letters and what became of them
    List {
        #[command(flatten)]
        listing: Listing,
        /// queued, sending, sent, deferred, unknown, dead or held
        #[arg(long)]
        state: Option<String>,
    },
    /// Stops a letter that waits, until somebody lets it go
    Hold {
        id: i64,
        #[command(flatten)]
        at: At,
        #[arg(long)]
        why: String,
    },
    /// Puts words of your own in place of a waiting letter's; without --text prints the words as they stand
    Edit {
        id: i64,
        #[command(flatten)]
        at: At,
        /// The file with the new text
        #[arg(long, value_name = "FILE", requires_all = ["by", "why"])]
        text: Option<PathBuf>,
        /// Who wrote it
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        #[arg(long)]
        why: Option<String>,
    },
    /// Lets a letter go now that is held or waits for its time
    Release {
        id: i64,
        #[command(flatten)]
        at: At,
    },
    /// Lets a held letter go, or tries a deferred, unknown or dead one now: the same mail to the byte
    Retry {
        id: i64,
        #[command(flatten)]
        at: At,
    },
}

pub fn run(command: Command) -> u8 {
    code(setup::block_on(async {
        match command {
            Command::List { listing, state } => list(&listing, state).await,
            Command::Hold { id, at, why } => {
                let db = setup::store(&setup::config(&at)?).await?;
                staff::hold(&db, id, &why).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("letter {id} is held; the promise that it keeps still runs"));
                Ok(FINE)
            }
            Command::Edit { id, at, text: None, .. } => {
                let works = setup::works(&setup::config(&at)?).await?;
                show::line(edit::text(&works, id).await.map_err(|e| setup::refused(&e))?);
                Ok(FINE)
            }
            Command::Edit { id, at, text: Some(file), by, why } => {
                let text = std::fs::read_to_string(&file).map_err(|e| {
                    show::error(format!("{} cannot be read: {e}", file.display()));
                    USAGE
                })?;
                let works = setup::works(&setup::config(&at)?).await?;
                let (by, why) = (by.unwrap_or_default(), why.unwrap_or_default());
                let new = edit::edit(&works, id, &text, &by, &why).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("letter {new} stands in its place, and is held: `postroom outbox release {new}` lets it go"));
                Ok(FINE)
            }
            Command::Release { id, at } | Command::Retry { id, at } => {
                let db = setup::store(&setup::config(&at)?).await?;
                staff::retry(&db, id, Ambient::system().now()).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("letter {id} goes out at the next turn"));
                Ok(FINE)
            }
        }
    }))
}

const STATES: [&str; 7] = ["queued", "sending", "sent", "deferred", "unknown", "dead", "held"];

async fn list(listing: &Listing, state: Option<String>) -> Exit<u8> {
    if let Some(state) = state.as_deref().filter(|s| !STATES.contains(s)) {
        show::error(format!("`{state}` is no state of a letter: write one of {}", STATES.join(", ")));
        return Err(USAGE);
    }
    let db = setup::store(&setup::config(&listing.at)?).await?;
    let mut tx = db.read().await.map_err(|e| failed(&e))?;
    let filter = Filter { state, ..Filter::default() };
    let letters = outbox_list::list(&mut tx, &filter, 0, i64::MAX).await.map_err(|e| failed(&e))?;
    let rows: Vec<_> = letters
        .iter()
        .map(|l| {
            vec![
                ("id", json!(l.id)),
                ("state", json!(l.state)),
                ("reply", json!(l.reply)),
                ("to", json!(l.recipient)),
                ("attempts", json!(l.attempts)),
                ("next_at", json!(l.next_at)),
                ("answer", json!(l.answer)),
                ("cause", json!(l.cause)),
                ("message_id", json!(l.message_id)),
                ("sent_at", json!(l.sent_at)),
            ]
        })
        .collect();
    show::rows(listing.json, &["id", "state", "reply", "to", "attempts", "next_at", "answer"], &rows);
    Ok(FINE)
}
