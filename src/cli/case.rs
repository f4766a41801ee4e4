//! `postroom case`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, Listing, USAGE, show};
use crate::model::address::{Address, Party};
use crate::model::case::Stage;
use crate::pipeline::join;
use crate::pipeline::staff::{self, Act};
use crate::store::case::Filter;
use crate::store::{self, Tx, outbox_list};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

mod acts;

#[derive(Subcommand)]
pub enum Command {
    /// The register
    List {
        #[command(flatten)]
        listing: Listing,
        /// stage1, responded, stage2, final, closed or withdrawn
        #[arg(long)]
        stage: Option<String>,
    },
    /// A case with its journal, messages, duties and letters
    Show {
        reference: String,
        #[command(flatten)]
        listing: Listing,
        /// Only the bytes of one of its messages, as they came
        #[arg(long, value_name = "MESSAGE")]
        raw: Option<i64>,
    },
    /// Records by what reports tell the case apart
    Fact {
        reference: String,
        what: Fact,
        value: String,
        #[command(flatten)]
        at: At,
        /// Who says so; default: the user at the keyboard
        #[arg(long, visible_alias = "who")]
        by: Option<String>,
    },
    /// Keeps a case from being erased (a legal hold, the Ombudsman has it), or lets it go again
    Keep {
        reference: String,
        /// Why it must be kept
        #[arg(long, required_unless_present = "release", conflicts_with = "release")]
        because: Option<String>,
        /// It need not be kept any longer
        #[arg(long)]
        release: bool,
        #[command(flatten)]
        at: At,
        /// Who says so; default: the user at the keyboard
        #[arg(long, visible_alias = "who")]
        by: Option<String>,
    },
    /// Makes the second case a part of the first: two that are one
    Merge {
        into: String,
        from: String,
        #[command(flatten)]
        at: At,
        #[arg(long)]
        by: String,
        #[arg(long)]
        why: String,
    },
    /// Makes a case of its own of one message: one case that is two
    Split {
        reference: String,
        /// The message's number, as `case show` lists it
        message: i64,
        /// Whose complaint it is, when not the sender's
        #[arg(long, value_name = "NAME")]
        resident: Option<String>,
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// Leave the message in its case too: one letter that holds two complaints
        #[arg(long)]
        keep: bool,
        #[command(flatten)]
        at: At,
        #[arg(long)]
        by: String,
        #[arg(long)]
        why: String,
    },
    /// Takes back the merge or the split that made a case what it is
    Undo {
        reference: String,
        #[command(flatten)]
        at: At,
        #[arg(long)]
        by: String,
        #[arg(long)]
        why: String,
    },
    /// Records what staff did
    Record {
        reference: String,
        what: Act,
        #[command(flatten)]
        at: At,
        /// Who did it; default: the user at the keyboard
        #[arg(long)]
        who: Option<String>,
        #[arg(long)]
        note: Option<String>,
    },
    #[command(flatten)]
    Person(acts::Command),
}

/// What reports tell cases apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Fact {
    Ward,
    /// rented, low-cost ownership, …: CH02 is reported by it
    Tenure,
    /// The firm that the complaint is about or came through
    Contractor,
}

pub fn run(command: Command) -> u8 {
    code(setup::block_on(async {
        match command {
            Command::List { listing, stage } => list(&listing, stage).await,
            Command::Show { reference, listing, raw } => show_case(&reference, &listing, raw).await,
            Command::Keep { reference, because, release: _, at, by } => {
                let works = setup::works(&setup::config(&at)?).await?;
                staff::keep(&works, &reference, because.as_deref(), &setup::who(by.as_deref())).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("{reference} {}", if because.is_some() { "is kept" } else { "is kept no longer than the policy says" }));
                Ok(FINE)
            }
            Command::Merge { into, from, at, by, why } => {
                let works = setup::works(&setup::config(&at)?).await?;
                let act = join::Act { by: &by, why: &why, now: works.ambient.now() };
                join::merge(&works, &into, &from, act).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("{from} is a part of {into}; `postroom case undo {from}` takes it out again"));
                Ok(FINE)
            }
            Command::Split { reference, message, resident, email, keep, at, by, why } => {
                let works = setup::works(&setup::config(&at)?).await?;
                let act = join::Act { by: &by, why: &why, now: works.ambient.now() };
                let party = party(resident, email.as_deref())?;
                let new = join::split(&works, &reference, message, party, keep, act).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("case {new} is open; its duties run from the receipt of message {message}"));
                Ok(FINE)
            }
            Command::Undo { reference, at, by, why } => {
                let works = setup::works(&setup::config(&at)?).await?;
                let act = join::Act { by: &by, why: &why, now: works.ambient.now() };
                let what = join::undo(&works, &reference, act).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("the {what} of {reference} is undone"));
                Ok(FINE)
            }
            Command::Fact { reference, what, value, at, by } => {
                let works = setup::works(&setup::config(&at)?).await?;
                let name = what.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default();
                staff::fact(&works, &reference, &name, &value, &setup::who(by.as_deref())).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("{reference}: {name} is {value}"));
                Ok(FINE)
            }
            Command::Record { reference, what, at, who, note } => {
                let works = setup::works(&setup::config(&at)?).await?;
                let who = setup::who(who.as_deref());
                let stage = staff::record(&works, &reference, what, &who, note.as_deref()).await.map_err(|e| setup::refused(&e))?;
                show::line(format!("{reference} is at stage `{}`", stage.as_str()));
                Ok(FINE)
            }
            Command::Person(command) => acts::run(command).await,
        }
    }))
}

/// Whose complaint a split-off case is, if a person says so.
fn party(name: Option<String>, email: Option<&str>) -> Exit<Option<Party>> {
    let email = match email {
        None => None,
        Some(text) => Some(Address::parse(text).ok_or_else(|| {
            show::error(format!("`{text}` is no e-mail address"));
            USAGE
        })?),
    };
    Ok((name.is_some() || email.is_some()).then_some(Party { name, email, id: None }))
}

async fn list(listing: &Listing, stage: Option<String>) -> Exit<u8> {
    let stage = match stage.as_deref().map(|text| (text, Stage::parse(text))) {
        Some((text, None)) => {
            let known: Vec<_> = Stage::ALL.iter().map(|s| s.as_str()).collect();
            show::error(format!("`{text}` is no stage: write one of {}", known.join(", ")));
            return Err(USAGE);
        }
        other => other.and_then(|(_, s)| s),
    };
    let db = setup::store(&setup::config(&listing.at)?).await?;
    let mut tx = db.read().await.map_err(|e| failed(&e))?;
    let cases = store::case::list(&mut tx, &Filter { stage, ..Filter::default() }, 0, i64::MAX).await.map_err(|e| failed(&e))?;
    let mut rows = Vec::with_capacity(cases.len());
    for c in &cases {
        let open = store::duty::of_case(&mut tx, c.id).await.map_err(|e| failed(&e))?;
        let next = open.iter().filter(|d| d.state == "open").min_by_key(|d| d.due_at);
        rows.push(vec![
            ("reference", json!(c.reference)),
            ("stage", json!(c.stage.as_str())),
            ("received_at", json!(c.received_at)),
            ("next_duty", next.map_or(Value::Null, |d| json!(d.kind.as_str()))),
            ("due", next.map_or(Value::Null, |d| json!(d.due))),
            ("merged_into", json!(cases.iter().find(|into| Some(into.id) == c.merged_into).map(|into| &into.reference))),
            ("landlord", json!(c.landlord)),
            ("stage_at", json!(c.stage_at)),
        ]);
    }
    show::rows(listing.json, &["reference", "stage", "received_at", "next_duty", "due", "merged_into"], &rows);
    Ok(FINE)
}

async fn show_case(reference: &str, listing: &Listing, raw: Option<i64>) -> Exit<u8> {
    let db = setup::store(&setup::config(&listing.at)?).await?;
    let mut tx = db.read().await.map_err(|e| failed(&e))?;
    let Some(found) = store::case::by_reference(&mut tx, reference).await.map_err(|e| failed(&e))? else {
        show::error(format!("no case has the reference {reference}; `postroom case list` shows them"));
        return Err(USAGE);
    };
    if let Some(message) = raw {
        return show::raw(&mut tx, message, Some(found.id)).await;
    }
    let value = whole(&mut tx, &found).await.map_err(|e| failed(&e))?;
    if listing.json {
        show::line(value);
    } else {
        page(&value);
    }
    Ok(FINE)
}

/// A case with all that belongs to it, as one JSON object.
async fn whole(tx: &mut Tx, row: &store::case::Row) -> store::Result<Value> {
    let case = store::case::load(tx, row.id).await?;
    let mut messages = Vec::new();
    for m in store::message::of_case(tx, row.id).await? {
        let decision = store::decision::latest(tx, m.id).await?;
        // What was erased is shown as a message without words.
        let decision = match decision.map(|d| d.decision()).transpose() {
            Err(store::Error::Erased { .. }) => None,
            other => other?,
        };
        messages.push(json!({ "id": m.id, "received_at": m.received_at, "source": m.source, "kind": m.kind.map(|k| k.as_str()),
            "reply": m.reply.map(|r| r.as_str()), "flags": decision.as_ref().map(|d| &d.flags), "definition": decision.as_ref().map(|d| &d.definition),
            "reasons": decision.as_ref().map(|d| d.reasons.iter().map(|r| &r.says).collect::<Vec<_>>()) }));
    }
    let duties: Vec<Value> = store::duty::of_case(tx, row.id)
        .await?
        .iter()
        .map(|d| json!({ "kind": d.kind.as_str(), "due": d.due, "due_at": d.due_at, "state": d.state, "met_at": d.met_at, "met_by": d.met_by, "covered": d.covered }))
        .collect();
    let filter = outbox_list::Filter { case_id: Some(row.id), ..outbox_list::Filter::default() };
    let letters: Vec<Value> = outbox_list::list(tx, &filter, 0, i64::MAX)
        .await?
        .iter()
        .map(|l| json!({ "id": l.id, "reply": l.reply, "to": l.recipient, "state": l.state, "sent_at": l.sent_at, "answer": l.answer, "message_id": l.message_id }))
        .collect();
    let journal: Vec<Value> = store::case_event::journal(tx, row.id)
        .await?
        .iter()
        .map(|e| {
            let note: Value = serde_json::from_str(&e.note).unwrap_or_default();
            json!({ "at": e.at, "who": e.who, "what": e.what, "message": e.message_id, "letter": e.outbox_id, "note": note })
        })
        .collect();
    let merged_into = match row.merged_into {
        Some(into) => Some(store::case::by_id(tx, into).await?.reference),
        None => None,
    };
    let facts: serde_json::Map<String, Value> =
        store::case_fact::of_case(tx, row.id).await?.into_iter().map(|(what, value)| (what, json!(value))).collect();
    Ok(
        json!({ "reference": row.reference, "merged_into": merged_into, "facts": facts, "landlord": row.landlord, "stage": row.stage.as_str(), "received_at": row.received_at,
        "stage1_handler": row.stage1_handler, "related_case": row.related_case, "resident": case.resident, "parties": case.parties,
        "journal": journal, "messages": messages, "duties": duties, "letters": letters }),
    )
}

fn page(case: &Value) {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    show::line(format!("{}  {}  received {}", text(&case["reference"]), text(&case["stage"]), text(&case["received_at"])));
    if let Some(into) = case["merged_into"].as_str() {
        show::line(format!("merged into {into}: what belongs here is there"));
    }
    let resident = &case["resident"];
    show::line(format!("resident: {} {}", resident["name"].as_str().unwrap_or("(no name)"), resident["email"].as_str().unwrap_or("")));
    let section = |title: &str, key: &str, fields: &[&str]| {
        let Some(rows) = case[key].as_array().filter(|r| !r.is_empty()) else { return };
        show::line(format!("\n{title}"));
        for row in rows {
            let cells: Vec<String> = fields.iter().filter(|f| !row[**f].is_null()).map(|f| text(&row[*f])).collect();
            show::line(format!("  {}", cells.join("  ")));
        }
    };
    section("Journal", "journal", &["at", "who", "what", "note"]);
    section("Messages", "messages", &["id", "received_at", "kind", "flags", "reasons"]);
    section("Duties", "duties", &["kind", "due", "state", "met_at", "met_by"]);
    section("Letters", "letters", &["id", "reply", "to", "state", "sent_at", "answer"]);
}
