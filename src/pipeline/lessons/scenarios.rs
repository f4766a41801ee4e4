//! Lessons from scenarios: each message as triage heard it, with what its author expected.

use crate::model::calendar::local_day;
use crate::model::fault::Fault;
use crate::pipeline::rulebook::Rulebook;
use crate::pipeline::scenario::play::{World, play_aloud};
use crate::pipeline::scenario::{file, folders};
use crate::rules::reader::learn::{Flagged, Lesson, Source};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The scored messages of a folder of scenarios, as of one author.
///
/// # Errors
/// Every fault of every scenario.
pub fn played(dir: &Path, rulebook: &Rulebook) -> Result<(Source, Vec<Lesson>), Vec<Fault>> {
    let (mut lessons, mut faults) = (Vec::new(), Vec::new());
    let mut digest = Sha256::new();
    for folder in folders(&[dir.to_path_buf()])? {
        let scenario = match file::read(&folder) {
            Ok(scenario) => scenario,
            Err(mut bad) => {
                faults.append(&mut bad);
                continue;
            }
        };
        let Some((policy, calendar)) =
            rulebook.policies.get(&scenario.policy).and_then(|p| Some((p, rulebook.calendars.get(&p.division)?)))
        else {
            let name = folder.join("scenario.toml").display().to_string();
            faults
                .push(Fault::of_file(&name, format!("there is no policy '{}'", scenario.policy)).hint("policies stand in rules/policies"));
            continue;
        };
        for (outcome, heard) in play_aloud(&scenario, World { rules: &rulebook.ruleset, policy, calendar }) {
            let Some(expect) = outcome.expect else { continue };
            let parts = heard.parts;
            parts.iter().for_each(|(_, text)| digest.update(text.as_bytes()));
            lessons.push(Lesson {
                author: "scenarios".into(),
                parts,
                received: local_day(heard.at),
                channel: heard.channel,
                stage: heard.stage,
                kind: expect.kind,
                flags: Some(Flagged { raised: expect.flags.into_iter().collect(), allowed: expect.allow_flags.into_iter().collect() }),
                answers: expect.definition.map(|d| super::answers(d.what, d.when, d.who, d.outcome)),
                weight: 1.0,
            });
        }
    }
    let digest = digest.finalize().iter().map(|b| format!("{b:02x}")).collect();
    let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = Source { name, messages: lessons.len(), digest };
    if faults.is_empty() { Ok((source, lessons)) } else { Err(faults) }
}
