//! `postroom check`: everything that can be known without reaching anybody.

use super::{At, FINE, USAGE, show};
use crate::ambient::Ambient;
use crate::config;
use crate::courier::Courier;
use crate::model::calendar::local_day;
use crate::model::fault::Fault;
use crate::pipeline::rulebook;
use crate::rules;
use crate::source::reader::Reader;
use std::path::{Path, PathBuf};

pub fn run(at: &At, folder: Option<PathBuf>, reader: Option<&Path>, print: bool) -> u8 {
    let (config, mut faults) = match config::load(at.config.as_deref()) {
        Ok(config) => (Some(config), Vec::new()),
        Err(faults) => (None, faults),
    };
    let site = folder.or_else(|| config.as_ref().and_then(|c| c.rules.clone()));
    let loaded = match rulebook::load_with_reader(site.as_deref(), reader) {
        Ok(loaded) => Some(loaded),
        Err(found) => {
            faults.extend(found);
            None
        }
    };
    if let (Some(config), Some(rulebook)) = (&config, &loaded) {
        let file = at.config.as_ref().map_or_else(|| "the built-in configuration".into(), |f| f.display().to_string());
        for landlord in config.landlords.iter().filter(|l| !rulebook.policies.contains_key(&l.policy)) {
            let known: Vec<_> = rulebook.policies.keys().map(String::as_str).collect();
            let says = format!("landlord `{}` names the policy `{}`, which no rule file holds", landlord.id, landlord.policy);
            faults.push(Fault::of_file(&file, says).hint(format!("there are: {}", known.join(", "))));
        }
        let live: Vec<&str> = if at.config.is_some() { config.landlords.iter().map(|l| l.policy.as_str()).collect() } else { Vec::new() };
        faults.extend(config.advice.iter().cloned());
        // Under systemd a secret may be there only while the unit runs: what `run` would refuse is said, and not held against the file.
        let sources = config.sources.iter().filter_map(|s| Reader::of(s).err());
        for says in sources.chain(Courier::of(&config.courier).err()) {
            faults.push(Fault::of_file(&file, says).advice());
        }
        faults.extend(rulebook::advice(site.as_deref(), local_day(Ambient::system().now()), &live));
    }
    if let Some(rulebook) = &loaded {
        faults.extend(rulebook.ruleset.advice.iter().cloned());
    }
    if print
        && loaded.is_some()
        && let Err(code) = super::rules::print_in_force(site.as_deref())
    {
        return code;
    }
    show::faults(&faults);
    let fatal = faults.iter().filter(|f| f.fatal).count();
    if fatal > 0 {
        show::error(format!("{fatal} {} to mend", if fatal == 1 { "fault" } else { "faults" }));
        return USAGE;
    }
    if let Some(rulebook) = loaded {
        let digest = rulebook.ruleset.digest.get(..12).unwrap_or_default().to_owned();
        show::line(format!("all is well: rules {digest}, {} policies, {} calendars", rulebook.policies.len(), rulebook.calendars.len()));
        touched(site.as_deref());
    }
    FINE
}

/// Which shipped rules the site's folder touches, so that none is replaced unseen. With --print they stand among the others.
fn touched(site: Option<&Path>) {
    let entries = rules::in_force::entries(site).unwrap_or_default();
    for entry in entries.iter().filter(|e| e.touched) {
        show::line(format!("    {} {}: {}", entry.sort, entry.id, entry.from));
    }
}
