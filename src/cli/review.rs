//! `postroom review`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, Listing, USAGE, show};
use crate::pipeline::staff;
use crate::pipeline::waiting::waiting;
use crate::store::review;
use clap::Subcommand;
use serde_json::json;

#[derive(Subcommand)]
pub enum Command {
    /// What waits for a person: danger and vulnerable people first, then as it came
    List {
        #[command(flatten)]
        listing: Listing,
        /// Resolved entries too
        #[arg(long)]
        all: bool,
    },
    /// The message that an entry is about: what was decided, or with --raw its bytes as they came
    Show {
        id: i64,
        #[command(flatten)]
        at: At,
        #[arg(long)]
        raw: bool,
    },
    /// Says that an entry is dealt with, and how
    Resolve {
        id: i64,
        #[command(flatten)]
        at: At,
        /// What was done
        #[arg(long, default_value = "dealt with")]
        how: String,
        /// Who did it; default: the user at the keyboard
        #[arg(long)]
        who: Option<String>,
        /// Have the message decided once more (one that was set aside)
        #[arg(long)]
        again: bool,
        /// Open a case for the message, as for a complaint that was not taken for one
        #[arg(long, conflicts_with = "again")]
        open_case: bool,
    },
}

pub fn run(command: Command) -> u8 {
    code(setup::block_on(async {
        match command {
            Command::List { listing, all } => list(&listing, all).await,
            Command::Show { id, at, raw } => show_entry(id, &at, raw).await,
            Command::Resolve { id, at, how, who, again, open_case } => {
                let works = setup::works(&setup::config(&at)?).await?;
                let who = setup::who(who.as_deref());
                if open_case {
                    let reference = staff::open_for_review(&works, id, &who).await.map_err(|e| setup::refused(&e))?;
                    show::line(format!("case {reference} is open"));
                }
                staff::resolve(&works.db, id, &who, &how, again, works.ambient.now()).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("review entry {id} is resolved"));
                Ok(FINE)
            }
        }
    }))
}

async fn show_entry(id: i64, at: &At, raw: bool) -> Exit<u8> {
    let db = setup::store(&setup::config(at)?).await?;
    let mut tx = db.read().await.map_err(|e| failed(&e))?;
    let entry = review::by_id(&mut tx, id).await.map_err(|e| {
        show::error(e);
        USAGE
    })?;
    let Some(message) = entry.message_id else {
        show::line(&entry.says);
        return Ok(FINE);
    };
    if raw {
        return show::raw(&mut tx, message, None).await;
    }
    show::line(format!("{}\n\nMessage {message}; `postroom explain {message}` says what was decided, `--raw` prints it.", entry.says));
    Ok(FINE)
}

async fn list(listing: &Listing, all: bool) -> Exit<u8> {
    let db = setup::store(&setup::config(&listing.at)?).await?;
    let entries = waiting(&db, all).await.map_err(|e| failed(&e))?;
    let rows: Vec<_> = entries
        .iter()
        .map(|e| {
            vec![
                ("id", json!(e.id)),
                ("cause", json!(e.cause.as_str())),
                ("opened_at", json!(e.opened_at)),
                ("message", json!(e.message_id)),
                ("case", json!(e.case_id)),
                ("letter", json!(e.outbox_id)),
                ("says", json!(e.says)),
                ("state", json!(e.state)),
                ("who", json!(e.who)),
                ("how", json!(e.how)),
            ]
        })
        .collect();
    show::rows(listing.json, &["id", "cause", "opened_at", "message", "case", "letter", "says"], &rows);
    Ok(FINE)
}
