//! `postroom shadow`: what the candidate that runs beside the live rules would have decided otherwise.

use super::backtest::{group_lines, groups_json, largest};
use super::setup::{self, Exit, code, failed};
use super::{FINDINGS, FINE, Listing, show};
use crate::model::calendar::local_day;
use crate::pipeline::backtest::{Groups, count};
use crate::pipeline::replay::Difference;
use crate::store::shadow::Run;
use crate::store::{self, Db};
use serde_json::json;
use std::path::Path;

/// Rows fetched together.
const PAGE: i64 = 500;

pub fn run(listing: &Listing) -> u8 {
    code(setup::block_on(async {
        let config = setup::config(&listing.at)?;
        let db = setup::open(&config).await?;
        setup::current(&db).await?;
        let runs = {
            let mut tx = db.read().await.map_err(|e| failed(&e))?;
            store::shadow::runs(&mut tx).await.map_err(|e| failed(&e))?
        };
        if runs.is_empty() && !listing.json {
            show::line(none_yet(config.shadow.as_deref()));
        }
        let mut newest = None;
        for run in &runs {
            let groups = groups(&db, run).await?;
            let changed: u64 = groups.values().map(|g| g.count).sum();
            newest.get_or_insert(changed + run.failed.unsigned_abs());
            if listing.json {
                let (since, messages, failed) = (run.since, run.messages, run.failed);
                let groups = groups_json(&groups);
                show::line(
                    json!({ "rules": run.digest, "since": since, "messages": messages, "changed": changed, "failed": failed, "groups": groups }),
                );
            } else {
                print(run, changed, &groups);
            }
        }
        if let (Some(folder), Some(run), false) = (&config.shadow, runs.first().filter(|_| newest > Some(0)), listing.json) {
            let (folder, day) = (folder.display(), local_day(run.since));
            show::line(format!("\nTheir words and letters: postroom backtest --rules {folder} --since {day} --show"));
        }
        Ok(if newest.unwrap_or(0) > 0 { FINDINGS } else { FINE })
    }))
}

/// Why there is nothing to tell.
fn none_yet(folder: Option<&Path>) -> String {
    match folder {
        None => "No candidate has run: name its folder with `shadow` in the configuration.".into(),
        Some(folder) if !folder.is_dir() => format!("No candidate has run: put its rules into {}.", folder.display()),
        Some(folder) => format!("The candidate in {} has been asked about no message yet.", folder.display()),
    }
}

async fn groups(db: &Db, run: &Run) -> Exit<Groups> {
    let (mut groups, mut after) = (Groups::new(), 0);
    loop {
        let mut tx = db.read().await.map_err(|e| failed(&e))?;
        let page = store::shadow::changes(&mut tx, &run.digest, after, PAGE).await.map_err(|e| failed(&e))?;
        let Some(last) = page.last() else { return Ok(groups) };
        after = last.message_id;
        for change in &page {
            let differences: Vec<Difference> = serde_json::from_str(&change.changes).unwrap_or_default();
            count(&mut groups, &differences, change.message_id);
        }
    }
}

fn print(run: &Run, changed: u64, groups: &Groups) {
    let (short, day) = (run.digest.get(..12).unwrap_or_default(), local_day(run.since));
    show::line(format!("Rules {short}, beside the live ones since {day}: {changed} of {} messages decided otherwise.", run.messages));
    if run.failed > 0 {
        show::line(format!("They failed on {}.", run.failed));
    }
    largest(groups).iter().for_each(|(changes, group)| group_lines(changes, group));
}
