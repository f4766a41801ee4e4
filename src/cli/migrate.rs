//! `postroom migrate`

use super::setup::{self, code, failed};
use super::{At, FINDINGS, FINE, show};
use serde_json::json;

pub fn run(at: &At, dry_run: bool, as_json: bool) -> u8 {
    code(setup::block_on(async {
        let config = setup::config(at)?;
        let db = setup::open(&config).await?;
        let pending = db.pending_migrations().await.map_err(|e| failed(&e))?;
        let rows: Vec<_> = pending.iter().map(|name| vec![("migration", json!(name)), ("done", json!(!dry_run))]).collect();
        if !dry_run {
            db.migrate().await.map_err(|e| failed(&e))?;
        }
        if as_json || !pending.is_empty() {
            show::rows(as_json, &["migration", "done"], &rows);
        } else {
            show::line("the schema is this version's: nothing to do");
        }
        Ok(if dry_run && !pending.is_empty() { FINDINGS } else { FINE })
    }))
}
