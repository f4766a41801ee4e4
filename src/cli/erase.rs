//! `postroom erase`

use super::setup::{self, Exit, code};
use super::{At, FINE, show};
use crate::pipeline::Works;
use crate::pipeline::erase::{self, Scope};
use crate::store;
use clap::Args;

#[derive(Args)]
pub struct Erase {
    /// A case, or everything of one person
    #[arg(value_name = "REF|ADDRESS")]
    what: String,
    /// Do it; without this, only say what would go
    #[arg(long, requires = "by", requires = "reason")]
    yes: bool,
    /// Who gives the order
    #[arg(long, visible_alias = "who")]
    by: Option<String>,
    /// Why, for the record of erasures: no personal data
    #[arg(long, visible_alias = "why")]
    reason: Option<String>,
    #[command(flatten)]
    at: At,
}

pub fn run(erase: &Erase) -> u8 {
    code(setup::block_on(carry_out(erase)))
}

async fn carry_out(asked: &Erase) -> Exit<u8> {
    let works = setup::works(&setup::config(&asked.at)?).await?;
    let (Some(by), Some(reason), true) = (&asked.by, &asked.reason, asked.yes) else {
        let scope = erase::scope(&works, &asked.what).await.map_err(|e| setup::refused(&e))?;
        tell(&scope);
        show::line("Nothing was changed. To erase it: add --yes --by NAME --reason TEXT.");
        return Ok(FINE);
    };
    let (scope, record, clean) = erase::carry_out(&works, &asked.what, by, reason).await.map_err(|e| setup::refused(&e))?;
    tell(&scope);
    show::line(format!(
        "Erased: {} cases, {} messages, {} letters. Their references, dates, stages and counts stay.",
        record.cases, record.messages, record.letters
    ));
    outside(&works, clean);
    Ok(FINE)
}

fn tell(scope: &Scope) {
    for case in &scope.cases {
        show::line(format!("case {} ({}), received {}", case.reference, case.stage.as_str(), case.received_at));
    }
    if !scope.messages.is_empty() {
        let ids: Vec<String> = scope.messages.iter().map(|(id, _)| id.to_string()).collect();
        show::line(format!("messages beside them: {}", ids.join(", ")));
    }
    if !scope.parts.is_empty() {
        show::line(format!("their part in {} cases of other people, which stay", scope.parts.len()));
    }
    for (message, case) in &scope.named_in {
        let case = case.as_ref().map_or_else(String::new, |r| format!(" (case {r})"));
        show::line(format!("message {message}{case} of somebody else names the address, and stays"));
    }
    for hindrance in &scope.hindrances {
        show::error(hindrance);
    }
    if scope.is_empty() {
        show::line("nothing of it is stored");
    }
}

/// What Postroom cannot reach.
fn outside(works: &Works, clean: bool) {
    match (&works.db, clean) {
        (store::Db::Sqlite { .. }, true) => show::line("The database file was written anew (VACUUM) and its write-ahead log emptied."),
        (store::Db::Sqlite { .. }, false) => {
            show::error(
                "the database file was written anew, but a running daemon still reads the write-ahead log: stop it, and run `postroom migrate` once",
            );
        }
        (store::Db::Postgres(_), _) => show::line("PostgreSQL's own write-ahead log and archives run out by their own rules."),
    }
    show::line("Not reached: the mailbox or spool folder, letters that the folder courier wrote, exports, and backups made before now.");
}
