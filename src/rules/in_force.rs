//! What is in force and where each entry comes from: what `postroom check --print` shows, so that no layer is silent.

use super::compile::{Source, read};
use super::layers::{shipped_layer, site_layer};
use super::merge::{Did, Merged, Step};
use crate::model::fault::Fault;
use std::path::Path;

/// One rule by its sort and id, with the places that made it what it is, first to last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub sort: &'static str,
    pub id: String,
    pub from: String,
    /// A shipped rule that a site's folder changes, extends or switches off.
    pub touched: bool,
}

/// Every rule in force, in the order of sorts and ids.
///
/// # Errors
/// Every fault of the files.
pub fn entries(site: Option<&Path>) -> Result<Vec<Entry>, Vec<Fault>> {
    let (sources, merged) = layers(site)?;
    let each =
        merged.trail.iter().map(|((sort, id), steps)| Entry { sort, id: id.clone(), from: way(steps, &sources), touched: steps.len() > 1 });
    Ok(each.collect())
}

/// The files of all layers, merged.
pub(super) fn layers(site: Option<&Path>) -> Result<(Vec<Source>, Merged), Vec<Fault>> {
    let mut layers = vec![shipped_layer()];
    if let Some(folder) = site {
        layers.push(site_layer(folder)?);
    }
    let mut faults = Vec::new();
    let out = read(&layers, &mut faults);
    if faults.iter().any(|f| f.fatal) { Err(faults) } else { Ok(out) }
}

/// "rules/signals/waiting.toml:12, extended by site/lift.toml:3".
pub(super) fn way(steps: &[Step], sources: &[Source]) -> String {
    let place = |s: &Step| {
        let source = &sources[s.source];
        let line = source.text.get(..s.at).map_or(1, |before| before.matches('\n').count() + 1);
        format!("{}:{line}", source.name)
    };
    let each: Vec<String> = steps
        .iter()
        .map(|s| match s.did {
            Did::Made => place(s),
            Did::Changed => format!("changed by {}", place(s)),
            Did::Extended => format!("extended by {}", place(s)),
            Did::SwitchedOff => format!("switched off by {}", place(s)),
        })
        .collect();
    each.join(", ")
}
