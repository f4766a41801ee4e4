//! A message that was decided, asked of other rules: what would have been made of it, and in what that differs. Pure, as the core is.

use super::{House, hex};
use crate::letter::{self, Form, Occasion};
use crate::model::address::Address;
use crate::model::case::{Case, CaseId, Reference, Stage, Step};
use crate::model::decision::{Candidate, Decision, Effect, Via};
use crate::model::duty::DutyKind;
use crate::model::letter::Letter;
use crate::model::message::{Channel, Message};
use crate::triage;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What a decision rested on beside the rules, and the letters that it caused: kept with it as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Input {
    pub message: Message,
    /// The cases as they stood before it was decided.
    pub candidates: Vec<Candidate>,
    /// By when each candidate's resident was promised a response, for the letters that name the day.
    pub response_due: Vec<(CaseId, Date)>,
    pub received_at: Timestamp,
    pub decided_at: Timestamp,
    pub answerable: bool,
    /// Of the case that it opened.
    pub reference: Option<Reference>,
    pub letters: Vec<Written>,
}

/// A letter that was written: which, to whom, and a digest of its words, for the words themselves lie in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Written {
    pub form: Form,
    pub to: Option<Address>,
    words: String,
}

impl Written {
    fn new(form: Form, to: Option<&Address>, letter: &Letter) -> Written {
        let mut digest = Sha256::new();
        for part in [&letter.subject, &letter.text, &letter.html] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        Written { form, to: to.cloned(), words: hex(&digest.finalize()[..16]) }
    }
}

/// What rules make of a message.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub decision: Decision,
    pub letters: Vec<(Written, Letter)>,
}

/// One way in which two outcomes differ, in words that many messages share, so that they can be counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// kind, case, stage, flags, reply, review, route, due or letter.
    pub what: String,
    pub from: String,
    pub to: String,
}

/// What the rules of `house` make of a message that was decided before.
pub fn replay(input: &Input, house: &House) -> Outcome {
    let Input { message, candidates, received_at, .. } = input;
    let rules = &house.rulebook.ruleset;
    let heard = triage::hear(message, &house.policy, *received_at);
    let decision = triage::triage(&triage::Input {
        message,
        signals: &heard.signals(rules),
        rules,
        candidates,
        policy: &house.policy,
        calendar: &house.calendar,
        received_at: *received_at,
    });
    let letters = letters(input, house, &decision);
    Outcome { decision, letters }
}

/// The letters that a decision asks for. On social media what would be said there: whether a platform lets it through is no matter of rules.
pub fn letters(input: &Input, house: &House, decision: &Decision) -> Vec<(Written, Letter)> {
    if !input.answerable {
        return Vec::new();
    }
    let case = case_after(input, decision);
    let response_due = case.as_ref().and_then(|case| input.response_due.iter().find(|(id, _)| *id == case.id)).map(|(_, due)| *due);
    // That the message is attached changes the words of a notice; the bytes themselves are no matter here.
    let original: Option<&[u8]> = (input.message.channel == Channel::Email).then_some(&[]);
    let routed = house.addressed(decision);
    let mut forms = Vec::new();
    if decision.via == Some(Via::Contractor) && decision.effect != Effect::Record {
        forms.push((Form::PassOn, Some(&house.team), decision));
    }
    if let Some((courtesy, to)) = &decision.courtesy {
        forms.push((Form::beside(*courtesy), Some(to), decision));
    }
    if let Some(form) = Form::of(decision, input.message.channel)
        && (form.is_social() || decision.answer_to.is_some())
    {
        forms.push((form, decision.answer_to.as_ref().filter(|_| !form.is_social()), decision));
    }
    let told: BTreeSet<&Address> = routed.routes.iter().filter(|r| r.letter).filter_map(|r| r.to.as_ref()).collect();
    forms.extend(told.into_iter().map(|to| (Form::Notice, Some(to), &routed)));
    let mut written = Vec::new();
    for (form, to, decision) in forms {
        let occasion = Occasion {
            form,
            to,
            from: &house.from,
            policy: &house.policy,
            case: case.as_ref(),
            message: Some(&input.message),
            decision: Some(decision),
            duty: None,
            received_at: input.received_at,
            response_due,
            message_id: "",
            date: input.decided_at,
            instance: "",
            large: letter::large_before(&input.candidates),
            original: original.filter(|_| matches!(form, Form::PassOn | Form::Notice)),
            note: None,
            digest: None,
            trouble: None,
        };
        // A letter that cannot be written is none, then as now.
        if let Ok(letter) = letter::words(&house.rulebook.templates, &occasion) {
            written.push((Written::new(form, to, &letter), letter));
        }
    }
    written
}

/// The case that the decision leads to, as it then stands.
fn case_after(input: &Input, decision: &Decision) -> Option<Case> {
    let known = |id: CaseId| input.candidates.iter().map(|c| &c.case).find(|c| c.id == id).cloned();
    match decision.effect {
        Effect::Record => None,
        Effect::Open { .. } => Some(Case {
            reference: input.reference.clone().unwrap_or_default(),
            resident: decision.resident.clone(),
            received_at: input.received_at,
            ..Case::default()
        }),
        Effect::Add { case } => known(case),
        Effect::Stage2 { case, premature } => known(case).map(|mut case| {
            if !premature {
                case.stage = case.stage.after(Step::OpenStage2, case.answered()).unwrap_or(case.stage);
            }
            case
        }),
    }
}

/// In what a replayed outcome differs from what was decided; empty where in nothing that anybody would notice.
pub fn differences(input: &Input, was: &Decision, now: &Outcome) -> Vec<Difference> {
    let new = &now.decision;
    let mut out = Vec::new();
    let mut note = |what: &str, from: String, to: String| {
        if from != to {
            out.push(Difference { what: what.into(), from, to });
        }
    };
    note("kind", was.kind.as_str().into(), new.kind.as_str().into());
    let (from, to) = (case_word(was.effect), case_word(new.effect));
    let moved = case_id(was.effect) != case_id(new.effect) && from == to;
    note("case", from.into(), if moved { "that of another".into() } else { to.into() });
    let stage = |d: &Decision| case_after(input, d).map_or("none", |c| c.stage.as_str());
    note("stage", stage(was).into(), stage(new).into());
    let flags = |d: &Decision| d.flags.iter().map(|f| f.as_str()).collect();
    let (from, to) = apart(&flags(was), &flags(new));
    note("flags", from, to);
    note("reply", was.reply.as_str().into(), new.reply.as_str().into());
    let reviews = |d: &Decision| d.reviews.iter().map(|r| r.cause.as_str()).collect();
    let (from, to) = apart(&reviews(was), &reviews(new));
    note("review", from, to);
    let (from, to) = apart(&roles(was), &roles(new));
    note("route", from, to);
    for (from, to) in due(was, new) {
        note("due", from, to);
    }
    for (from, to) in reworded(&input.letters, &now.letters) {
        note("letter", from, to);
    }
    out
}

/// Who is told, by the policy's own names.
fn roles(decision: &Decision) -> BTreeSet<&str> {
    decision.routes.iter().map(|r| r.role.as_str()).collect()
}

fn case_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Record => "none",
        Effect::Open { .. } => "a new one",
        Effect::Add { .. } => "that which it adds to",
        Effect::Stage2 { premature: false, .. } => "that which goes to stage 2",
        Effect::Stage2 { premature: true, .. } => "that which asks too early for stage 2",
    }
}

fn case_id(effect: Effect) -> Option<CaseId> {
    match effect {
        Effect::Record | Effect::Open { .. } => None,
        Effect::Add { case } | Effect::Stage2 { case, .. } => Some(case),
    }
}

/// What the first has alone and what the second has alone, each as a list in words.
fn apart(was: &BTreeSet<&str>, new: &BTreeSet<&str>) -> (String, String) {
    let list = |mut words: Vec<&str>| {
        if words.is_empty() {
            words.push("none");
        }
        words.join(", ")
    };
    (list(was.difference(new).copied().collect()), list(new.difference(was).copied().collect()))
}

/// Duties that fall due on another day, by how many days.
fn due(was: &Decision, new: &Decision) -> Vec<(String, String)> {
    let days = |d: &Decision| d.duties.iter().map(|d| (d.kind, d.due)).collect::<BTreeMap<DutyKind, Date>>();
    let (was, new) = (days(was), days(new));
    let kinds: BTreeSet<DutyKind> = was.keys().chain(new.keys()).copied().collect();
    let mut out = Vec::new();
    for kind in kinds {
        let word = kind.as_str();
        match (was.get(&kind), new.get(&kind)) {
            (Some(_), None) => out.push((word.into(), "none".into())),
            (None, Some(_)) => out.push(("none".into(), word.into())),
            (Some(a), Some(b)) if a != b => {
                let days = a.until(*b).map_or(0, |span| span.get_days());
                let plural = if days.abs() == 1 { "day" } else { "days" };
                let way = if days < 0 { "earlier" } else { "later" };
                out.push((word.into(), format!("{word} {} {plural} {way}", days.abs())));
            }
            _ => {}
        }
    }
    out
}

/// Letters by their forms and recipients: gone, new, to somebody else, or in other words.
fn reworded(was: &[Written], new: &[(Written, Letter)]) -> Vec<(String, String)> {
    let same = |a: &Written, b: &Written| a.form == b.form && a.to == b.to;
    let mut left: Vec<&Written> = new.iter().map(|(w, _)| w).filter(|w| !was.iter().any(|old| same(old, w))).collect();
    let mut out = Vec::new();
    for old in was {
        let word = old.form.as_str().to_owned();
        if let Some((now, _)) = new.iter().find(|(w, _)| same(old, w)) {
            if now.words != old.words {
                out.push((word.clone(), format!("{word} in other words")));
            }
        } else if let Some(at) = left.iter().position(|w| w.form == old.form) {
            left.remove(at);
            out.push((word.clone(), format!("{word} to somebody else")));
        } else {
            out.push((word, "none".into()));
        }
    }
    out.extend(left.into_iter().map(|w| ("none".into(), w.form.as_str().into())));
    out
}

/// The response that a case in this stage still owes.
pub fn response_kind(stage: Stage) -> DutyKind {
    if stage == Stage::Stage2 { DutyKind::RespondStage2 } else { DutyKind::RespondStage1 }
}
