//! Lessons for the second reader: labelled messages in files, and what officers decided about stored mail.

mod scenarios;

use super::rulebook::Rulebook;
use super::scenario::folders;
use super::{Result, Works};
use crate::message::{self, Hint};
use crate::model::calendar::local_day;
use crate::model::case::CaseId;
use crate::model::decision::{Decision, Flag, Kind};
use crate::model::fault::Fault;
use crate::model::message::Channel;
use crate::rules::answers::QUESTIONS;
use crate::rules::reader::learn::{Flagged, Lesson, Source};
use crate::rules::reader::stage_named;
use crate::rules::{CaseStage, Place};
use crate::store::{self, Tx};
use crate::triage;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::Path;

/// How much an officer's overruling of the program teaches beside a labelled text or a decision that they only confirmed.
const OVERRULED: f64 = 3.0;
/// Labelled texts have no day of receipt; the times in them are told from this one.
const SOME_DAY: Date = date(2026, 6, 15);
const BATCH: i64 = 500;

/// A line of a file of labelled messages (tests/messages/MESSAGES.md). What else it says is for other measurements.
#[derive(Deserialize)]
struct Labelled {
    #[serde(default)]
    subject: String,
    text: String,
    #[serde(default)]
    channel: Channel,
    #[serde(default = "no_case")]
    context: String,
    kind: Kind,
    #[serde(default)]
    flags: Vec<Flag>,
    #[serde(default)]
    allow_flags: Vec<Flag>,
    what: Option<Vec<String>>,
    when: Option<String>,
    who: Option<String>,
    outcome: Option<String>,
}

fn no_case() -> String {
    "none".into()
}

/// The lessons of a path: a folder of scenarios, or labelled messages.
///
/// # Errors
/// Every fault of every file.
pub fn of(path: &Path, rulebook: &Rulebook) -> std::result::Result<Vec<(Source, Vec<Lesson>)>, Vec<Fault>> {
    let scenarios = path.is_dir() && folders(&[path.to_path_buf()]).is_ok();
    if scenarios { scenarios::played(path, rulebook).map(|one| vec![one]) } else { labelled(path) }
}

/// The labelled messages of a file, or of every `*.jsonl` of a folder in the order of the names. A file is one author's.
///
/// # Errors
/// Every line that is no labelled message, with its file and line; a path that cannot be read.
pub fn labelled(path: &Path) -> std::result::Result<Vec<(Source, Vec<Lesson>)>, Vec<Fault>> {
    let unreadable = |path: &Path, e: std::io::Error| {
        vec![
            Fault::of_file(&path.display().to_string(), format!("cannot be read: {e}"))
                .hint("name a folder of *.jsonl files, or one such file"),
        ]
    };
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|e| unreadable(path, e))?;
        files = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "jsonl")).collect();
        files.sort();
    }
    let (mut out, mut faults) = (Vec::new(), Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|e| unreadable(&file, e))?;
        let author = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut lessons = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            match lesson(&author, line) {
                Ok(lesson) => lessons.push(lesson),
                Err(says) => {
                    let mut fault =
                        Fault::of_file(&file.display().to_string(), says).hint("the format is told in tests/messages/MESSAGES.md");
                    fault.line = number + 1;
                    faults.push(fault);
                }
            }
        }
        let digest = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        out.push((Source { name, messages: lessons.len(), digest }, lessons));
    }
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

fn lesson(author: &str, line: &str) -> std::result::Result<Lesson, String> {
    let labelled: Labelled = serde_json::from_str(line).map_err(|e| format!("this line is no labelled message: {e}"))?;
    let stage = stage_named(&labelled.context).ok_or_else(|| format!("'{}' is no context", labelled.context))?;
    Ok(Lesson {
        author: author.into(),
        parts: vec![(Place::Subject, labelled.subject), (Place::Text, labelled.text)],
        received: SOME_DAY,
        channel: labelled.channel,
        stage,
        kind: labelled.kind,
        flags: Some(Flagged { raised: labelled.flags, allowed: labelled.allow_flags }),
        answers: labelled.what.map(|what| answers(what, labelled.when, labelled.who, labelled.outcome)),
        weight: 1.0,
    })
}

fn answers(what: Vec<String>, when: Option<String>, who: Option<String>, outcome: Option<String>) -> [Vec<String>; QUESTIONS] {
    [what, when.into_iter().collect(), who.into_iter().collect(), outcome.into_iter().collect()]
}

/// What officers decided about stored mail: each message on which a person's decision stands. Erased mail teaches nothing.
///
/// # Errors
/// A store that does not answer.
pub async fn stored(works: &Works) -> Result<(Source, Vec<Lesson>)> {
    let mut tx = works.db.read().await?;
    let mut lessons = Vec::new();
    let mut digest = Sha256::new();
    let mut after = 0;
    loop {
        let messages = store::message::list(&mut tx, &store::message::Filter::default(), after, BATCH).await?;
        let Some(last) = messages.last() else { break };
        after = last.id;
        for message in &messages {
            let Some(row) = store::decision::latest(&mut tx, message.id).await?.filter(|d| d.who != "postroom") else { continue };
            if let Some(lesson) = of_decision(works, &mut tx, &row).await? {
                digest.update(format!("{} {} {}\n", row.message_id, row.kind.as_str(), row.input_digest));
                lessons.push(lesson);
            }
        }
    }
    let digest = digest.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok((Source { name: "officers' decisions".into(), messages: lessons.len(), digest }, lessons))
}

async fn of_decision(works: &Works, tx: &mut Tx, row: &store::decision::Row) -> Result<Option<Lesson>> {
    let history = store::decision::history(tx, row.message_id).await?;
    let first = history.iter().find(|d| d.who == "postroom");
    let overruled = first.is_none_or(|f| f.kind != row.kind);
    let stored = store::message::by_id(tx, row.message_id).await?;
    let in_force = works.in_force();
    let Some(house) = in_force.landlords.get(&stored.landlord) else { return Ok(None) };
    let Ok(bytes) = store::receipt::bytes(tx, stored.raw_id).await else { return Ok(None) };
    let hint = Hint { channel: Some(stored.channel), ..Hint::default() };
    let part = usize::try_from(stored.part).unwrap_or(0);
    let Some(message) = message::read(&bytes, &hint).into_iter().nth(part) else { return Ok(None) };
    let words = triage::hear(&message, &house.policy, stored.received_at).words;
    let program: Option<Decision> = first.and_then(|f| f.decision().ok());
    let case = program.and_then(|d| Some(d.link?.case)).or_else(|| row.case_id.filter(|_| row.kind != Kind::NewComplaint));
    let stage = match case {
        Some(case) => stage_at(tx, case, first.map_or(row.decided_at, |f| f.decided_at)).await?,
        None => CaseStage::None,
    };
    Ok(Some(Lesson {
        author: message.from.email.as_ref().map_or_else(|| format!("message {}", row.message_id), |a| a.as_str().to_owned()),
        parts: words.parts.iter().map(|p| (p.place, p.text.to_owned())).collect(),
        received: local_day(stored.received_at),
        channel: message.channel,
        stage,
        kind: row.kind,
        // A person's decision keeps the program's flags: nobody judged them.
        flags: None,
        answers: None,
        weight: if overruled { OVERRULED } else { 1.0 },
    }))
}

/// At which stage a case was, by its journal.
async fn stage_at(tx: &mut Tx, case: CaseId, at: Timestamp) -> Result<CaseStage> {
    let journal = store::case_event::journal(tx, case).await?;
    Ok(journal.iter().filter(|e| e.at < at).fold(CaseStage::Open, |stage, event| match event.what.as_str() {
        "stage1_response" => CaseStage::Responded,
        "stage2_opened" => CaseStage::Stage2,
        "stage2_response" | "closed" | "withdrawn" => CaseStage::Closed,
        "reopened" => CaseStage::Open,
        _ => stage,
    }))
}
