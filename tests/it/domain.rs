//! The duties of the Code and the traps of the field, each under its own number. What a message is made to be is asked of the core; what
//! follows from it, of the real pipeline.

mod code;
mod landlords;
mod letters;
mod people;
mod stages;
mod traps;

use crate::person::Office;
use jiff::Timestamp;
use postroom::message::{self, Hint};
use postroom::model::decision::{Decision, Flag, Kind};
use postroom::model::message::Message;
use postroom::pipeline::rulebook::{self, Rulebook};
use postroom::triage;
use std::sync::LazyLock;

static RULES: LazyLock<Rulebook> = LazyLock::new(|| rulebook::load(None).unwrap());

const MONDAY: &str = "2026-03-02T09:14:00Z";

/// A mail to the policy's mailbox, from Ada Barlow unless the text begins with its own headers.
fn mail(policy: &str, subject: &str, text: &str) -> String {
    let to = &RULES.policies[policy].mailboxes[0];
    format!(
        "From: Ada Barlow <ada@home.example>\nTo: {to}\nSubject: {subject}\nDate: Mon, 2 Mar 2026 09:14:00 +0000\nMessage-ID: <a@home.example>\n\n{text}\n"
    )
}

fn decided(policy: &str, raw: &str) -> (Message, Decision) {
    received(policy, raw, MONDAY)
}

fn received(policy: &str, raw: &str, at: &str) -> (Message, Decision) {
    let message = message::read(raw.as_bytes(), &Hint::default()).remove(0);
    let decision = decide(policy, &message, at);
    (message, decision)
}

fn decide(policy: &str, message: &Message, at: &str) -> Decision {
    let received_at: Timestamp = at.parse().unwrap();
    let policy = &RULES.policies[policy];
    let heard = triage::hear(message, policy, received_at);
    let signals = heard.signals(&RULES.ruleset);
    let calendar = &RULES.calendars[&policy.division];
    triage::triage(&triage::Input { message, signals: &signals, rules: &RULES.ruleset, candidates: &[], policy, calendar, received_at })
}

/// What the core makes of a resident's words under the Code.
fn said(text: &str) -> Decision {
    decided("code", &mail("code", "My home", text)).1
}

fn has(decision: &Decision, flag: Flag) -> bool {
    decision.flags.contains(&flag)
}

/// A landlord under the Code who has Ada's complaint about damp, acknowledged.
async fn acknowledged() -> Office {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office.receive("1", crate::person::DAMP).await;
    office.carry().await;
    office
}

/// Ada's answer to our acknowledgement.
async fn answer(office: &Office, subject: &str, text: &str) -> String {
    let ours = office.letters("acknowledge_stage1").await.remove(0).message_id;
    format!(
        "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: {subject}\nMessage-ID: <{}@home.example>\n\
         In-Reply-To: <{ours}>\nReferences: <{ours}>\n\n{text}\n",
        text.len()
    )
}

async fn kind_of_last(office: &Office) -> Option<Kind> {
    let mut tx = office.works.db.read().await.unwrap();
    let filter = postroom::store::message::Filter::default();
    postroom::store::message::list(&mut tx, &filter, 0, i64::MAX).await.unwrap().pop().unwrap().kind
}

async fn cases(office: &Office) -> usize {
    let mut tx = office.works.db.read().await.unwrap();
    postroom::store::case::list(&mut tx, &postroom::store::case::Filter::default(), 0, i64::MAX).await.unwrap().len()
}

async fn reviews(office: &Office) -> Vec<postroom::model::decision::ReviewCause> {
    let mut tx = office.works.db.read().await.unwrap();
    let all = postroom::store::review::list(&mut tx, &postroom::store::review::Filter::default(), 0, i64::MAX).await.unwrap();
    all.into_iter().map(|r| r.cause).collect()
}
