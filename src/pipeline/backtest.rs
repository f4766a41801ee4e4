//! The stored post, decided again by a candidate: what would change, grouped and counted. Reads in short snapshots, so that a running daemon is
//! not held up; decides on all cores; holds a few pages and the groups in memory, however much post there is.

use super::replay::{self, Difference, Input, Outcome};
use super::{InForce, Result};
use crate::model::decision::Decision;
use crate::store::{self, Db, input::Row};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Messages in one snapshot and one piece of work.
const PAGE: i64 = 100;
/// Examples of each group that are named.
const EXAMPLES: usize = 5;

/// One message that the candidate decides otherwise.
#[derive(Debug)]
pub struct Changed {
    pub message: i64,
    pub was: Decision,
    pub input: Input,
    pub now: Outcome,
    pub differences: Vec<Difference>,
}

/// Messages that change in the same way.
#[derive(Debug, Default)]
pub struct Group {
    pub count: u64,
    /// The first messages of it.
    pub examples: Vec<i64>,
}

#[derive(Debug, Default)]
pub struct Report {
    /// How many messages were asked about.
    pub messages: u64,
    pub changed: u64,
    /// Decided before inputs were kept: nothing can be said of them.
    pub unkept: u64,
    /// Erased, or of a landlord who is no longer configured.
    pub left_out: u64,
    /// The candidate failed on them, or what was kept could not be read.
    pub failed: u64,
    pub groups: Groups,
}

/// What changes → how often.
pub type Groups = BTreeMap<Vec<Difference>, Group>;

/// Puts a message into its group.
pub fn count(groups: &mut Groups, differences: &[Difference], message: i64) {
    let group = groups.entry(differences.to_vec()).or_default();
    group.count += 1;
    if group.examples.len() < EXAMPLES {
        group.examples.push(message);
    }
}

enum Told {
    Same,
    Changed(Box<Changed>),
    Unkept,
    LeftOut,
    Failed,
}

/// Asks `candidate` about every message received since an instant. `each` hears of those that change, in the order of their ids.
///
/// # Errors
/// When the store does not answer.
pub async fn backtest(db: &Db, candidate: &Arc<InForce>, since: Timestamp, mut each: impl FnMut(&Changed)) -> Result<Report> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut report, mut work, mut after) = (Report::default(), FuturesOrdered::new(), 0);
    loop {
        let page = {
            let mut tx = db.read().await?;
            store::input::since(&mut tx, since, after, PAGE).await?
        };
        let Some(last) = page.last() else { break };
        after = last.id;
        let candidate = candidate.clone();
        work.push_back(tokio::task::spawn_blocking(move || page.iter().map(|row| ask(row, &candidate)).collect::<Vec<_>>()));
        // One page more than there are cores: the next is fetched while these are asked about.
        if work.len() > cores {
            tell(work.next().await, &mut report, &mut each)?;
        }
    }
    while !work.is_empty() {
        tell(work.next().await, &mut report, &mut each)?;
    }
    Ok(report)
}

type Page = std::result::Result<Vec<Told>, tokio::task::JoinError>;

fn tell(page: Option<Page>, report: &mut Report, each: &mut impl FnMut(&Changed)) -> Result<()> {
    let page = page.unwrap_or_else(|| Ok(Vec::new())).map_err(|_| super::Error::Set("a page of the backtest was broken off".into()))?;
    for told in page {
        report.messages += 1;
        match told {
            Told::Same => {}
            Told::Changed(changed) => {
                report.changed += 1;
                count(&mut report.groups, &changed.differences, changed.message);
                each(&changed);
            }
            Told::Unkept => report.unkept += 1,
            Told::LeftOut => report.left_out += 1,
            Told::Failed => report.failed += 1,
        }
    }
    Ok(())
}

fn ask(row: &Row, candidate: &InForce) -> Told {
    if row.is_missing() {
        return Told::Unkept;
    }
    let Some(house) = candidate.landlords.get(&row.landlord) else { return Told::LeftOut };
    let (was, json) = match row.unpack() {
        Ok(kept) => kept,
        Err(store::Error::Erased { .. }) => return Told::LeftOut,
        Err(_) => return Told::Failed,
    };
    let Ok(input) = serde_json::from_slice::<Input>(&json) else { return Told::Failed };
    // A fault of ours that one message brings out must not end the report on all others.
    let Ok(now) = catch_unwind(AssertUnwindSafe(|| replay::replay(&input, house))) else { return Told::Failed };
    let differences = replay::differences(&input, &was, &now);
    if differences.is_empty() {
        return Told::Same;
    }
    Told::Changed(Box::new(Changed { message: row.id, was, input, now, differences }))
}
