//! A candidate beside the live rules: asked about each message after it was decided and committed, so that nothing of it can touch the decision.
//! What it would have done otherwise is written down; what it fails on is counted.

use super::replay::{self, Difference, Input};
use super::{InForce, Result, Works};
use crate::log;
use crate::model::decision::Decision;
use crate::store;
use crate::store::shadow::Change;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A message that was decided.
pub struct Decided {
    pub message: i64,
    pub landlord: String,
    pub decision: Box<Decision>,
    pub input: Box<Input>,
}

/// Asks the candidate, where there is one. Its faults and the store's are told, and go no further.
pub async fn beside(works: &Arc<Works>, decided: Vec<Decided>) {
    let Some(candidate) = works.candidate() else { return };
    // Once the candidate is in force there is nothing left to learn of it.
    let live = &works.in_force().rulebook.ruleset.digest;
    if decided.is_empty() || candidate.rulebook.ruleset.digest == *live {
        return;
    }
    let asked = {
        let candidate = candidate.clone();
        tokio::task::spawn_blocking(move || decided.iter().map(|d| (ask(&candidate, d), change(d))).collect::<Vec<_>>()).await
    };
    let Ok(asked) = asked else { return works.metrics.shadow("failed") };
    let outcome = |answer: &Option<Vec<Difference>>| match answer {
        None => "failed",
        Some(differences) if differences.is_empty() => "same",
        Some(_) => "differs",
    };
    let outcomes: Vec<&str> = asked.iter().map(|(answer, _)| outcome(answer)).collect();
    if let Err(e) = write(works, &candidate, asked).await {
        log::work_failed("shadow", &e, 0.0);
    }
    outcomes.into_iter().for_each(|o| works.metrics.shadow(o));
}

/// In what the candidate differs; `None` where it failed.
fn ask(candidate: &InForce, decided: &Decided) -> Option<Vec<Difference>> {
    let house = candidate.landlords.get(&decided.landlord)?;
    let now = catch_unwind(AssertUnwindSafe(|| replay::replay(&decided.input, house))).ok()?;
    Some(replay::differences(&decided.input, &decided.decision, &now))
}

fn change(decided: &Decided) -> Change {
    let live = decided.decision.ruleset_digest.clone();
    Change { message_id: decided.message, live, decided_at: decided.input.decided_at, changes: String::new() }
}

async fn write(works: &Works, candidate: &InForce, asked: Vec<(Option<Vec<Difference>>, Change)>) -> Result<()> {
    let digest = &candidate.rulebook.ruleset.digest;
    let failed = asked.iter().filter(|(answer, _)| answer.is_none()).count();
    let mut tx = works.db.write(None).await?;
    store::shadow::count(&mut tx, digest, works.ambient.now(), asked.len() as i64, failed as i64).await?;
    for (answer, mut change) in asked {
        let Some(differences) = answer.filter(|d| !d.is_empty()) else { continue };
        change.changes = serde_json::to_string(&differences).expect("words and nothing else");
        store::shadow::add(&mut tx, digest, &change).await?;
    }
    tx.commit("shadow").await?;
    Ok(())
}
