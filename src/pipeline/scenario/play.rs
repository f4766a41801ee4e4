//! Plays a scenario through the pure core, each step on the program's own earlier outcomes.

use super::file::{Event, Expect, Scenario, Step};
use crate::message::{Hint, read};
use crate::model::calendar::Calendar;
use crate::model::case::CaseId;
use crate::model::decision::{Decision, Flag, Kind, Reply, Via};
use crate::model::message::{Channel, Message};
use crate::model::policy::Policy;
use crate::pipeline::book::Book;
use crate::rules::{CaseStage, Place, Ruleset};
use crate::triage::{self, Input, hear, triage};
use jiff::Timestamp;
use regex::bytes::{Captures, Regex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{(ref|msgid|token_addr):([A-Za-z0-9_-]+)\}\}").expect("checked by the tests"));

/// Each placeholder of a message with the case that it names.
pub fn placeholders(raw: &[u8]) -> Vec<(String, String)> {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    PLACEHOLDER.captures_iter(raw).map(|c| (text(&c[0]), text(&c[2]))).collect()
}

/// What came of one message step.
#[derive(Debug)]
pub struct Outcome {
    /// From 1, over all steps.
    pub step: usize,
    pub line: usize,
    pub expect: Option<Expect>,
    pub decision: Decision,
    /// The label of the case that it was linked to or opened.
    pub case: Option<String>,
}

/// What of the message counted, and the stage of the case that it truly belongs to.
#[derive(Debug)]
pub struct Heard {
    pub at: Timestamp,
    pub parts: Vec<(Place, String)>,
    pub channel: Channel,
    pub stage: CaseStage,
}

impl Outcome {
    /// What differs from what was expected, a line each; empty for a pass.
    pub fn differences(&self) -> Vec<String> {
        let Some(expect) = &self.expect else { return Vec::new() };
        let d = &self.decision;
        let mut out = Vec::new();
        let mut differ = |what: &str, wanted: &str, got: &str| out.push(format!("{what}: wanted {wanted}, got {got}"));
        if d.kind != expect.kind {
            differ("kind", expect.kind.as_str(), d.kind.as_str());
        }
        if let Some(case) = &expect.case
            && self.case.as_ref() != Some(case)
        {
            differ("case", case, self.case.as_deref().unwrap_or("none"));
        }
        if let Some(reply) = expect.reply
            && d.reply != reply
        {
            differ("reply", reply.as_str(), d.reply.as_str());
        }
        let got: BTreeSet<Flag> = d.flags.iter().copied().collect();
        let missing: Vec<&str> = expect.flags.difference(&got).map(|f| f.as_str()).collect();
        let extra: Vec<&str> =
            got.iter().filter(|f| !expect.flags.contains(f) && !expect.allow_flags.contains(f)).map(|f| f.as_str()).collect();
        if !missing.is_empty() {
            differ("flags", &missing.join(", "), "none of these");
        }
        if !extra.is_empty() {
            differ("flags", "none of these", &extra.join(", "));
        }
        if expect.via.is_some() && told_via(d) != expect.via {
            differ("via", expect.via.map_or("nobody", Via::as_str), told_via(d).map_or("nobody", Via::as_str));
        }
        if let Some(email) = &expect.resident_email
            && d.resident.email.as_ref().map(|a| a.as_str()) != Some(email.to_lowercase().as_str())
        {
            differ("resident_email", email, d.resident.email.as_ref().map_or("none", |a| a.as_str()));
        }
        if let Some(name) = &expect.resident_name
            && d.resident.name.as_deref().map(fold) != Some(fold(name))
        {
            differ("resident_name", name, d.resident.name.as_deref().unwrap_or("none"));
        }
        out
    }
}

/// `via` as scenarios have it: a member of staff who passes something on is one of us, and no way round.
pub fn told_via(decision: &Decision) -> Option<Via> {
    decision.via.filter(|v| *v == Via::Contractor)
}

fn fold(name: &str) -> String {
    let folded = crate::model::keys::folded_name(name);
    if folded.is_empty() { name.trim().to_lowercase() } else { folded }
}

/// The files of the house that a story is played with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub rules: &'a Ruleset,
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
}

pub fn play(scenario: &Scenario, world: World<'_>) -> Vec<Outcome> {
    play_aloud(scenario, world).into_iter().map(|(outcome, _)| outcome).collect()
}

/// As [`play`], with what was heard of each message.
pub fn play_aloud(scenario: &Scenario, world: World<'_>) -> Vec<(Outcome, Heard)> {
    let mut stage = Theatre { world, book: Book::default(), labels: BTreeMap::new() };
    scenario.steps.iter().enumerate().filter_map(|(n, step)| stage.step(n + 1, step)).collect()
}

struct Theatre<'a> {
    world: World<'a>,
    book: Book,
    labels: BTreeMap<String, CaseId>,
}

impl Theatre<'_> {
    fn step(&mut self, number: usize, step: &Step) -> Option<(Outcome, Heard)> {
        match &step.event {
            Event::Action { step: action, case } => {
                if let Some(id) = self.labels.get(case) {
                    self.book.step(*id, *action, step.at);
                }
                None
            }
            Event::Message { raw, channel, .. } => Some(self.message(number, step, raw, *channel)),
        }
    }

    fn message(&mut self, number: usize, step: &Step, raw: &[u8], channel: Channel) -> (Outcome, Heard) {
        let raw = self.filled(raw);
        let stages: BTreeMap<CaseId, CaseStage> =
            self.labels.values().filter_map(|id| Some((*id, triage::stage_of(self.book.case(*id)?)))).collect();
        let hint = Hint { channel: Some(channel), ..Hint::default() };
        let mut messages = read(&raw, &hint);
        if messages.is_empty() {
            messages.push(Message { channel, ..Message::default() });
        }
        // One raw may hold several messages: the step's answer is that of the first which a person wrote.
        let mut answers: Vec<(Decision, Option<CaseId>, Message)> = messages.into_iter().map(|m| self.decide(m, step.at)).collect();
        let which = answers.iter().position(|(d, _, _)| d.kind != Kind::Automatic).unwrap_or(0);
        let (decision, case, message) = answers.swap_remove(which);
        let words = hear(&message, self.world.policy, step.at).words;
        let parts = words.parts.iter().map(|p| (p.place, p.text.to_owned())).collect();
        let told = step.expect.as_ref().and_then(|e| self.labels.get(e.case.as_ref()?).copied());
        let stage = told.or(decision.link.as_ref().map(|l| l.case)).and_then(|id| stages.get(&id).copied()).unwrap_or_default();
        let heard = Heard { at: step.at, parts, channel: message.channel, stage };
        let wanted = step.expect.as_ref().and_then(|e| e.case.clone()).or_else(|| step.opens.clone());
        let case = case.map(|id| self.label(id, wanted.as_deref()));
        if let Some(wanted) = wanted
            && !self.labels.contains_key(&wanted)
        {
            // As an officer would, if the program did not; the step's answer stays as it was.
            let resident = decision.resident.clone();
            let said = hear(&message, self.world.policy, step.at).remembered();
            let domain = self.domain().to_owned();
            let id = self.book.open(resident, &message, &said, &domain, step.at);
            self.labels.insert(wanted, id);
        }
        (Outcome { step: number, line: step.line, expect: step.expect.clone(), decision, case }, heard)
    }

    fn decide(&mut self, message: Message, at: Timestamp) -> (Decision, Option<CaseId>, Message) {
        let World { rules, policy, calendar } = self.world;
        let heard = hear(&message, policy, at);
        let signals = heard.signals(rules);
        let candidates = self.book.candidates(&heard.keys);
        let input = Input { message: &message, signals: &signals, rules, candidates: &candidates, policy, calendar, received_at: at };
        let decision = triage(&input);
        let said = heard.remembered();
        let domain = self.domain().to_owned();
        let joined = self.book.apply(&decision, &message, &said, &domain, at);
        let case = joined.or(decision.link.as_ref().map(|l| l.case));
        (decision, case, message)
    }

    fn domain(&self) -> &str {
        self.world.policy.mailboxes.first().map_or("landlord.example", |m| m.domain())
    }

    /// The label of a case. A new one gets the expected label when nothing else has it.
    fn label(&mut self, id: CaseId, wanted: Option<&str>) -> String {
        if let Some((label, _)) = self.labels.iter().find(|(_, known)| **known == id) {
            return label.clone();
        }
        match wanted {
            Some(wanted) if !self.labels.contains_key(wanted) => {
                self.labels.insert(wanted.to_owned(), id);
                wanted.to_owned()
            }
            _ => self.book.case(id).map_or_else(|| format!("case {id}"), |c| c.reference.to_string()),
        }
    }

    /// The message with its placeholders filled in.
    fn filled(&self, raw: &[u8]) -> Vec<u8> {
        fill(raw, |what, label| {
            let id = *self.labels.get(label)?;
            let case = self.book.case(id)?;
            match what {
                "ref" => Some(case.reference.to_string()),
                "msgid" => Some(format!("<{}>", self.book.letter(id).unwrap_or_default())),
                _ => {
                    let mailbox = self.world.policy.mailboxes.first()?;
                    Some(format!("{}+c-{}@{}", mailbox.local(), case.token, mailbox.domain()))
                }
            }
        })
    }
}

/// Puts in for each placeholder what `text` has for its word (`ref`, `msgid` or `token_addr`) and label; what it has nothing for stays.
pub fn fill(raw: &[u8], text: impl Fn(&'static str, &str) -> Option<String>) -> Vec<u8> {
    let filled = PLACEHOLDER.replace_all(raw, |c: &Captures<'_>| -> Vec<u8> {
        let what = match &c[1] {
            b"ref" => "ref",
            b"msgid" => "msgid",
            _ => "token_addr",
        };
        let label = String::from_utf8_lossy(&c[2]).into_owned();
        text(what, &label).map_or_else(|| c[0].to_vec(), String::into_bytes)
    });
    filled.into_owned()
}

/// What `test --json` prints of a decision.
pub fn got(outcome: &Outcome) -> serde_json::Value {
    let d = &outcome.decision;
    let reasons: Vec<String> = d
        .reasons
        .iter()
        .map(|r| if r.words.is_empty() { r.says.clone() } else { format!("{}: {}", r.says, r.words.join(" / ")) })
        .collect();
    serde_json::json!({
        "kind": d.kind, "case": outcome.case, "reply": d.reply, "flags": d.flags, "via": told_via(d),
        "resident_email": d.resident.email, "resident_name": d.resident.name, "definition": d.definition, "reasons": reasons,
    })
}

pub fn expected(expect: &Expect) -> serde_json::Value {
    serde_json::json!({
        "kind": expect.kind, "case": expect.case, "reply": expect.reply.map(Reply::as_str), "flags": expect.flags, "allow_flags": expect.allow_flags,
        "via": expect.via, "resident_email": expect.resident_email, "resident_name": expect.resident_name, "definition": expect.definition,
    })
}

#[cfg(test)]
mod tests {
    use super::{World, placeholders, play};
    use crate::model::decision::{Kind, Reply};
    use crate::pipeline::scenario::file::read;
    use crate::rules;

    #[test]
    fn finds_placeholders() {
        let found = placeholders(b"Re: {{ref:A}} <{{token_addr:B2}}> {{other:A}}");
        assert_eq!(found, [("{{ref:A}}".into(), "A".into()), ("{{token_addr:B2}}".into(), "B2".into())]);
    }

    /// A story whose first mail says nothing: the harness opens the case all the same, and the answer to our letter finds it.
    #[test]
    fn opens_the_expected_case_as_an_officer_would() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write("01.eml", "From: Jo Moss <jo@post.example>\nTo: complaints@thrive.example\nSubject: \n\n\n");
        write(
            "02.eml",
            "From: Ned <ned@post.example>\nTo: {{token_addr:A}}\nIn-Reply-To: {{msgid:A}}\nSubject: Re: {{ref:A}}\n\nPlease escalate my complaint to stage 2.\n",
        );
        write(
            "scenario.toml",
            "policy = \"thrive\"\n[[step]]\nat = \"2026-03-02T09:14:00Z\"\nmessage = \"01.eml\"\n[step.expect]\nkind = \"new_complaint\"\ncase = \"A\"\n\
             [[step]]\nat = \"2026-03-03T09:14:00Z\"\naction = \"stage1_response\"\ncase = \"A\"\n\
             [[step]]\nat = \"2026-03-04T09:14:00Z\"\nmessage = \"02.eml\"\n[step.expect]\nkind = \"stage2_request\"\ncase = \"A\"\nreply = \"acknowledge_stage2\"\n",
        );
        let policies = rules::policy::load(None).unwrap();
        let calendars = rules::calendar::load(None).unwrap();
        let policy = &policies["thrive"];
        let world = World { rules: rules::shipped(), policy, calendar: &calendars[&policy.division] };
        let outcomes = play(&read(dir.path()).unwrap(), world);
        assert_eq!((outcomes[0].decision.kind, outcomes[0].case.as_deref()), (Kind::NeedsReview, None));
        assert_eq!(outcomes[1].decision.kind, Kind::Stage2Request, "{:?}", outcomes[1].decision.reasons);
        assert_eq!((outcomes[1].case.as_deref(), outcomes[1].decision.reply), (Some("A"), Reply::AcknowledgeStage2));
        assert!(outcomes[1].differences().is_empty());
        assert_eq!(outcomes[0].differences().len(), 2);
    }
}
