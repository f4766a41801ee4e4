//! `postroom test`: runs scenario folders and says what came out otherwise than expected.

use super::setup;
use crate::ambient::Ambient;
use crate::model::decision::{Kind, Reply};
use crate::model::fault::Fault;
use crate::model::policy::Policy;
use crate::pipeline::rulebook;
use crate::pipeline::scenario::play::{Outcome, World, expected, got, play};
use crate::pipeline::scenario::rehearse::rehearse;
use crate::pipeline::scenario::{file, folders};
use crate::rules::calendar::Calendars;
use crate::rules::{self, Ruleset};
use crate::store::Db;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The command: see [`play_all`].
pub fn run(dirs: &[PathBuf], site: Option<&Path>, reader: Option<&Path>, store: Option<&str>, json: bool) -> u8 {
    if let Some(url) = store {
        return setup::code(setup::block_on(rehearse_all(dirs, site, reader, url, json)));
    }
    let (out, err) = (&mut io::stdout().lock(), &mut io::stderr().lock());
    // A reader that has gone away (`| head`) is no fault of the scenarios.
    play_all(dirs, site, reader, json, out, err).unwrap_or(0)
}

/// Plays the scenarios through the real pipeline, on SQLite in a folder that goes away or on a PostgreSQL database.
async fn rehearse_all(dirs: &[PathBuf], site: Option<&Path>, reader: Option<&Path>, url: &str, json: bool) -> setup::Exit<u8> {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let faulty = |faults: Vec<Fault>| {
        super::show::faults(&faults);
        super::USAGE
    };
    let rulebook = Arc::new(rulebook::load_with_reader(site, reader).map_err(faulty)?);
    let scenarios = folders(dirs).and_then(|f| f.iter().map(|dir| file::read(dir)).collect::<Result<Vec<_>, _>>()).map_err(faulty)?;
    let run = Ambient::system().random::<4>().map(|b| format!("{b:02x}")).concat();
    let folder = std::env::temp_dir().join(format!("postroom-test-{run}"));
    let failed = |e: &dyn std::fmt::Display| setup::failed(e);
    std::fs::create_dir_all(&folder).map_err(|e| failed(&e))?;
    let db = Db::open(url, &folder).await.map_err(|e| failed(&e))?;
    db.migrate().await.map_err(|e| failed(&e))?;
    let mut tally = Tally::default();
    for scenario in &scenarios {
        let outcomes = rehearse(scenario, rulebook.clone(), db.clone(), &run, &folder.join("sent")).await.map_err(|e| failed(&e))?;
        tally.scenarios += 1;
        for outcome in &outcomes {
            step(&scenario.dir, outcome, json, &mut out).map_err(|e| failed(&e))?;
            tally.count(outcome);
        }
    }
    db.close().await;
    let _ = std::fs::remove_dir_all(&folder);
    let told = if json { writeln!(out, "{}", serde_json::json!({ "summary": tally.json() })) } else { tally.plain(&mut out) };
    told.and_then(|()| err.flush()).map_err(|e| failed(&e))?;
    Ok(u8::from(tally.passed < tally.scored))
}

/// Plays the scenarios in `dirs` through the pure core and prints them: a line of JSON a step with `json`, else what differs.
/// Exit codes: 0 all as expected, 1 something was not, 2 a faulty scenario or rule file.
pub fn play_all(
    dirs: &[PathBuf],
    site: Option<&Path>,
    reader: Option<&Path>,
    json: bool,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<u8> {
    let house = match load(dirs, site, reader) {
        Ok(house) => house,
        Err(faults) => return tell(&faults, err),
    };
    let mut faults = Vec::new();
    let mut tally = Tally::default();
    for dir in &house.folders {
        let scenario = match file::read(dir) {
            Ok(scenario) => scenario,
            Err(bad) => {
                faults.extend(bad);
                continue;
            }
        };
        let Some(policy) = house.policies.get(&scenario.policy) else {
            let ids: Vec<&str> = house.policies.keys().map(String::as_str).collect();
            let says = format!("there is no policy \"{}\"", scenario.policy);
            faults.push(Fault::of_file(&dir.join("scenario.toml").display().to_string(), says).hint(format!("one of {}", ids.join(", "))));
            continue;
        };
        let Some(calendar) = house.calendars.get(&policy.division) else {
            faults.push(Fault::of_file("calendars", format!("there is no calendar for {}", policy.division.as_str())));
            continue;
        };
        let outcomes = play(&scenario, World { rules: &house.rules, policy, calendar });
        tally.scenarios += 1;
        for outcome in &outcomes {
            step(dir, outcome, json, out)?;
            tally.count(outcome);
        }
    }
    if json {
        writeln!(out, "{}", serde_json::json!({ "summary": tally.json() }))?;
    } else {
        tally.plain(out)?;
    }
    if !faults.is_empty() {
        return tell(&faults, err);
    }
    Ok(u8::from(tally.passed < tally.scored))
}

/// What the stories are played with.
struct House {
    folders: Vec<PathBuf>,
    rules: Ruleset,
    policies: BTreeMap<String, Policy>,
    calendars: Calendars,
}

fn load(dirs: &[PathBuf], site: Option<&Path>, reader: Option<&Path>) -> Result<House, Vec<Fault>> {
    Ok(House {
        folders: folders(dirs)?,
        rules: rules::load_with_reader(site, reader)?,
        policies: rules::policy::load(site)?,
        calendars: rules::calendar::load(site)?,
    })
}

fn tell(faults: &[Fault], err: &mut impl Write) -> io::Result<u8> {
    for fault in faults {
        writeln!(err, "{fault}")?;
    }
    Ok(2)
}

fn step(dir: &Path, outcome: &Outcome, json: bool, out: &mut impl Write) -> io::Result<()> {
    let name = dir.file_name().map_or_else(|| dir.display().to_string(), |n| n.to_string_lossy().into_owned());
    let differences = outcome.differences();
    if json {
        let expected = outcome.expect.as_ref().map(expected);
        let line = serde_json::json!({ "scenario": name, "step": outcome.step, "expected": expected, "got": got(outcome), "pass": differences.is_empty() });
        return writeln!(out, "{line}");
    }
    if !differences.is_empty() {
        writeln!(out, "{}:{}: step {}", dir.join("scenario.toml").display(), outcome.line, outcome.step)?;
        for difference in differences {
            writeln!(out, "    {difference}")?;
        }
    }
    Ok(())
}

/// Counts over all scored steps.
#[derive(Default)]
struct Tally {
    scenarios: usize,
    steps: usize,
    scored: usize,
    passed: usize,
    kind: usize,
    reply: (usize, usize),
    case: (usize, usize),
    complaints: usize,
    missed: usize,
    machines_answered: usize,
    confusion: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        self.steps += 1;
        let Some(expect) = &outcome.expect else { return };
        let got = &outcome.decision;
        self.scored += 1;
        self.passed += usize::from(outcome.differences().is_empty());
        self.kind += usize::from(got.kind == expect.kind);
        if let Some(reply) = expect.reply {
            self.reply = (self.reply.0 + usize::from(got.reply == reply), self.reply.1 + 1);
        }
        if expect.case.is_some() && expect.kind != Kind::NewComplaint {
            self.case = (self.case.0 + usize::from(outcome.case == expect.case), self.case.1 + 1);
        }
        if matches!(expect.kind, Kind::NewComplaint | Kind::Stage2Request) {
            let followed = [Kind::NewComplaint, Kind::Addition, Kind::Stage2Request, Kind::NeedsReview, Kind::Ombudsman];
            self.complaints += 1;
            self.missed += usize::from(!followed.contains(&got.kind));
        }
        if matches!(expect.kind, Kind::Automatic | Kind::Spam | Kind::Ombudsman) {
            self.machines_answered += usize::from(got.reply != Reply::None);
        }
        *self.confusion.entry(expect.kind.as_str()).or_default().entry(got.kind.as_str()).or_default() += 1;
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "scenarios": self.scenarios, "steps": self.steps, "scored": self.scored, "passed": self.passed, "kind_right": self.kind,
            "reply_right": self.reply.0, "replies": self.reply.1, "case_right": self.case.0, "cases": self.case.1, "complaints": self.complaints,
            "complaints_missed": self.missed, "machines_answered": self.machines_answered, "confusion": self.confusion,
        })
    }

    fn plain(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{} of {} steps as expected in {} scenarios", self.passed, self.scored, self.scenarios)?;
        writeln!(
            out,
            "kind {} of {}, reply {} of {}, case {} of {}",
            self.kind, self.scored, self.reply.0, self.reply.1, self.case.0, self.case.1
        )?;
        writeln!(out, "complaints missed {} of {}, machines answered {}", self.missed, self.complaints, self.machines_answered)?;
        for (wanted, row) in &self.confusion {
            for (got, n) in row.iter().filter(|(got, _)| *got != wanted) {
                writeln!(out, "  {n:4} {wanted} taken for {got}")?;
            }
        }
        Ok(())
    }
}
