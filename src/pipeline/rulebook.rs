//! Everything that is decided by: rules, policies, calendars and templates, shipped ones with a site's folder over them.

use super::hex;
use crate::folder::{self, Look};
use crate::letter::Templates;
use crate::model::calendar::{Calendar, Division};
use crate::model::fault::Fault;
use crate::model::policy::Policy;
use crate::rules::{self, Ruleset};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub struct Rulebook {
    pub ruleset: Arc<Ruleset>,
    pub policies: BTreeMap<String, Policy>,
    pub calendars: BTreeMap<Division, Calendar>,
    pub templates: Templates,
    /// What the site's folder looked like before it was read; empty where there is none.
    pub look: Look,
}

/// Reads all layers.
///
/// # Errors
/// Every fault of every file.
pub fn load(site: Option<&Path>) -> Result<Rulebook, Vec<Fault>> {
    load_with_reader(site, None)
}

/// As [`load`], with another reader's model in the place of the site's and the shipped one.
///
/// # Errors
/// Every fault of every file.
pub fn load_with_reader(site: Option<&Path>, reader: Option<&Path>) -> Result<Rulebook, Vec<Fault>> {
    let mut faults = Vec::new();
    if let Some(dir) = site.filter(|d| !d.is_dir()) {
        let fault = Fault::of_file(&dir.display().to_string(), "this folder of rules is not there");
        return Err(vec![fault.hint("`rules` (or --rules) names a folder that is laid over the shipped rules")]);
    }
    let look = site.map(folder::look).unwrap_or_default();
    let ruleset = keep(&mut faults, rules::load_with_reader(site, reader));
    let policies = keep(&mut faults, rules::policy::load(site));
    let calendars = keep(&mut faults, rules::calendar::load(site));
    let templates = keep(&mut faults, Templates::load(site.map(|d| d.join("templates")).as_deref()));
    if let Some(ruleset) = &ruleset {
        faults.extend(rules::policy::unknown_topics(site, &ruleset.topic_ids()));
    }
    match (ruleset, policies, calendars, templates) {
        _ if !faults.is_empty() => Err(faults),
        (Some(mut ruleset), Some(policies), Some(calendars), Some(templates)) => {
            // One digest names all of it: every decision carries it, and the same digest decides, dates and writes the same.
            let mut whole = Sha256::new();
            for part in [&ruleset.digest, &templates.digest] {
                whole.update(part);
            }
            whole.update(serde_json::to_vec(&policies.values().collect::<Vec<_>>()).expect("a policy is plain data"));
            whole.update(serde_json::to_vec(&calendars.values().collect::<Vec<_>>()).expect("a calendar is plain data"));
            ruleset.digest = hex(&whole.finalize());
            Ok(Rulebook { ruleset: Arc::new(ruleset), policies, calendars, templates, look })
        }
        _ => Err(faults),
    }
}

/// What is worth a warning: old Ombudsman details, a policy looser than the Code, a calendar that ends soon. `live`: the policies in use.
pub fn advice(site: Option<&Path>, today: Date, live: &[&str]) -> Vec<Fault> {
    let mut faults = rules::policy::lint(site, today, live);
    faults.extend(rules::calendar::lint(site, today));
    faults
}

fn keep<T>(faults: &mut Vec<Fault>, loaded: Result<T, Vec<Fault>>) -> Option<T> {
    loaded.map_err(|found| faults.extend(found)).ok()
}
