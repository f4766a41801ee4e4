//! The record as pages that a person reads on a screen, on paper, or hears read out.

use super::dossier::{Arrived, Dossier, Held, Written};
use super::files::{About, digest, letter_name, message_name};
use super::timeline::{self, Entry};
use super::words;
use crate::model::address::Party;
use crate::model::calendar::written_out;
use mail_parser::MessageParser;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};
use serde_json::{Value, json};

/// Renders one of our own pages. MiniJinja's errors name templates and variables, never their values.
pub(super) fn render(name: &'static str, page: &Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    let shipped = [
        ("head.html", include_str!("../../templates/record/head.html")),
        ("case.html", include_str!("../../templates/record/case.html")),
        ("report.html", include_str!("../../templates/record/report.html")),
    ];
    for (name, text) in shipped {
        environment.add_template(name, text)?;
    }
    environment.get_template(name).and_then(|t| t.render(Serde(page)))
}

/// The case's own page.
pub fn case(dossier: &Dossier, entries: &[Entry], about: &About<'_>) -> Result<String, Error> {
    let row = &dossier.row;
    let definition = dossier
        .messages
        .iter()
        .flat_map(|m| m.decisions.iter().rev())
        .find_map(|(_, whole)| whole.as_ref().map(|d| &d.definition).filter(|d| !d.what.is_empty() || d.outcome.is_some()));
    let duties: Vec<Value> = dossier
        .duties
        .iter()
        .map(|d| {
            json!({ "name": d.kind.what(), "due": written_out(d.due), "outcome": words::outcome(d, about.now),
                "met_at": d.met_at.map(words::moment), "met_by": d.met_by.as_deref().map(words::met_by), "covered": d.covered })
        })
        .collect();
    let people: Vec<Value> = dossier
        .journal
        .iter()
        .filter(|e| e.who != "postroom")
        .map(|e| json!({ "when": words::moment(e.at), "who": e.who, "what": words::event(&e.what), "why": timeline::note(&e.note) }))
        .collect();
    let page = json!({
        "title": format!("Complaint {}", row.reference),
        "reference": row.reference, "landlord": about.landlord, "by": about.by, "now": words::moment(about.now),
        "stage": words::stage(row.stage), "stage_at": words::moment(row.stage_at), "received": words::moment(row.received_at),
        "stage1_handler": row.stage1_handler, "resident": party(&dossier.case.resident),
        "others": dossier.case.parties.iter().filter(|p| **p != dossier.case.resident).map(party).collect::<Vec<_>>(),
        "tied": dossier.tied.iter().map(|(how, reference)| format!("{how} {reference}")).collect::<Vec<_>>(),
        "definition": definition,
        "timeline": entries, "duties": duties, "people": people,
        "messages": dossier.messages.iter().enumerate().map(|(i, m)| message(i, m)).collect::<Vec<_>>(),
        "letters": dossier.letters.iter().enumerate().map(|(i, l)| letter(i, l)).collect::<Vec<_>>(),
    });
    render("case.html", &page)
}

fn party(party: &Party) -> String {
    let parts: Vec<&str> =
        [party.name.as_deref(), party.email.as_ref().map(|a| a.as_str()), party.id.as_deref()].into_iter().flatten().collect();
    if parts.is_empty() { "(not known, or erased)".into() } else { parts.join(", ") }
}

fn message(i: usize, m: &Arrived) -> Value {
    let read = m.read.as_ref().map(|r| {
        let attachments: Vec<String> = r
            .attachments
            .iter()
            .map(|a| format!("{} ({}, {} bytes)", a.name.as_deref().unwrap_or("without a name"), a.mime, a.bytes))
            .collect();
        json!({ "from": party(&r.from), "to": r.to.iter().map(party).collect::<Vec<_>>(), "cc": r.cc.iter().map(party).collect::<Vec<_>>(),
            "subject": r.subject, "sent": r.sent_at.map(words::moment), "text": r.text, "signature": r.signature, "quoted": r.quoted,
            "forwards": r.forwards.iter().map(|f| json!({ "from": f.from_name.as_deref().or(f.from_email.as_ref().map(|a| a.as_str())),
                "sent": f.sent_at.map(words::moment), "body": f.body })).collect::<Vec<_>>(),
            "attachments": attachments, "defects": r.defects.iter().map(|d| &d.what).collect::<Vec<_>>() })
    });
    let decisions: Vec<Value> = m
        .decisions
        .iter()
        .map(|(row, whole)| {
            json!({ "when": words::moment(row.decided_at), "who": words::who(&row.who), "kind": words::kind(row.kind),
                "flags": whole.as_ref().map(|d| d.flags.iter().map(|f| words::flag(*f)).collect::<Vec<_>>()),
                "via": whole.as_ref().and_then(|d| d.via).map(words::via),
                "reasons": whole.as_ref().map(|d| d.reasons.iter().map(timeline::reason).collect::<Vec<_>>()),
                "rules": row.ruleset_digest })
        })
        .collect();
    json!({ "number": i + 1, "file": message_name(i, m), "held": m.bytes == Held::Erased, "shared": m.bytes == Held::Shared,
        "channel": words::channel(m.row.channel), "received": words::moment(m.row.received_at), "sha256": m.sha256, "size": m.size,
        "receipts": m.receipts.iter().map(|r| format!("{}: received {}, taken in {}", r.source, words::moment(r.received_at),
            words::moment(r.arrived_at))).collect::<Vec<_>>(),
        "duplicate": m.row.duplicate_of.is_some(), "read": read, "decisions": decisions })
}

fn letter(i: usize, l: &Written) -> Value {
    let parsed = l.bytes.as_ref().and_then(|b| MessageParser::default().parse(b));
    let attempts: Vec<Value> = l
        .attempts
        .iter()
        .map(|a| {
            let answer: Vec<&str> = [a.code.as_deref(), a.note.as_deref()].into_iter().flatten().collect();
            json!({ "number": a.number, "at": words::moment(a.ended_at.unwrap_or(a.at)), "outcome": words::attempt(&a.outcome),
                "answer": answer.join(" ") })
        })
        .collect();
    json!({ "number": i + 1, "file": letter_name(i, l), "name": words::letter(&l.row.reply), "to": l.row.recipient, "state": l.row.state,
        "written": words::moment(l.row.created_at), "sent": l.row.sent_at.map(words::moment), "attempts": attempts,
        "subject": parsed.as_ref().and_then(|m| m.subject()), "text": parsed.as_ref().and_then(|m| m.body_text(0)),
        "message_id": l.row.message_id, "sha256": l.bytes.as_deref().map(digest) })
}
