//! One message inside the landlord's transaction: candidates, decision, and everything that follows from it.

mod offline;

use super::pile_on::{self, Crowd, Said};
use super::replay::{self, Input};
use super::shadow::Decided;
use super::{House, Result, Works, arrival, late, needs};
use crate::letter::{self, Form, Occasion, token};
use crate::log;
use crate::model::address::{Address, Party};
use crate::model::calendar::{local_day, written_out};
use crate::model::case::{Case, CaseId, Step};
use crate::model::decision::{Candidate, Decision, Effect, Kind, ReviewCause, Via};
use crate::model::duty::DutyKind;
use crate::model::message::{Channel, Message, Verb};
use crate::store::case_event::{Key, NewEvent};
use crate::store::message::Waiting;
use crate::store::outbox::NewLetter;
use crate::store::review::NewReview;
use crate::store::{self, Tx};
use crate::triage::{self, timing, timing::Leaving};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::json;
use std::collections::BTreeSet;

/// The words by which later messages are compared with a case, in bytes: enough for a long complaint and its additions.
const TOPIC_LIMIT: usize = 6_000;

/// Mail servers try for up to five days before they give a letter back (RFC 5321 §4.5.4.1).
const BOUNCES_WITHIN: SignedDuration = SignedDuration::from_hours(6 * 24);

/// What to say aloud once it is committed.
pub struct Told {
    message: i64,
    decision: Option<(Box<Decision>, Box<Input>)>,
    reference: Option<String>,
}

impl Told {
    /// Answers what was decided and on what, for whoever asks other rules the same.
    pub fn tell(self, works: &Works, landlord: &str) -> Option<Decided> {
        let (decision, input) = self.decision?;
        works.metrics.decided(decision.kind.as_str());
        if let Some(days) = decision.contractor_delay_wd {
            works.metrics.contractor_delay(days);
        }
        log::decided(self.message, decision.kind.as_str(), decision.reply.as_str(), self.reference.as_deref());
        if let Some(tell) = &works.told {
            tell(&decision, &input.message, self.reference.as_deref());
        }
        Some(Decided { message: self.message, landlord: landlord.into(), decision, input })
    }
}

/// Decides one message and writes all that follows.
///
/// # Errors
/// When the store does not answer, or a letter cannot be written: the caller's transaction is then rolled back.
pub async fn decide(works: &Works, house: &House, tx: &mut Tx, waiting: &Waiting, message: &Message) -> Result<Told> {
    let now = works.ambient.now();
    let fingerprint = arrival::fingerprint(message);
    if let Some(print) = &fingerprint
        && let Some(earlier) = store::message::earlier(tx, &house.id, print, waiting.id).await?
    {
        store::message::settle_duplicate(tx, waiting.id, earlier, print, message.message_id.as_deref(), now).await?;
        return Ok(Told { message: waiting.id, decision: None, reference: None });
    }
    let rules = &house.rulebook.ruleset;
    let heard = triage::hear(message, &house.policy, waiting.received_at);
    let signals = heard.signals(rules);
    let mut candidates = store::candidates::find(tx, &house.id, &heard.keys, now).await?;
    late::lead(tx, house, message, &mut candidates).await?;
    let decision = triage::triage(&triage::Input {
        message,
        signals: &signals,
        rules,
        candidates: &candidates,
        policy: &house.policy,
        calendar: &house.calendar,
        received_at: waiting.received_at,
    });
    let response_due = response_dues(tx, &candidates).await?;
    let large = letter::large_before(&candidates);
    let mut one = One { works, house, tx, waiting, message, said: &heard.remembered(), decision: &decision, now, large };
    let case = one.change_case(candidates.iter().map(|c| c.case.clone()).collect()).await?;
    let new = store::decision::NewDecision {
        message: waiting.id,
        decided_at: now,
        who: "postroom",
        decision: &decision,
        case_id: case.as_ref().map(|c| c.id),
        fingerprint: fingerprint.as_deref(),
        message_id: message.message_id.as_deref(),
    };
    let decided = store::decision::add(one.tx, &new).await?;
    one.reports().await?;
    one.amends().await?;
    late::amended(one.tx, house, waiting.id, message, case.as_ref(), now).await?;
    let duties = one.duties(case.as_ref()).await?;
    one.reviews(case.as_ref()).await?;
    one.letters(case.as_ref(), &duties).await?;
    let said = Said { waiting, message, decision: &decision, case: case.as_ref() };
    let crowd = pile_on::look(works, house, one.tx, &said).await?;
    late::settle(one.tx, house, waiting.id, message, &candidates, case.as_ref(), now).await?;
    let routed = house.addressed(&decision);
    One { decision: &routed, said: one.said, tx: one.tx, works, house, waiting, message, now, large }
        .notices(case.as_ref(), crowd.as_ref())
        .await?;
    let mut input = Input {
        message: message.clone(),
        response_due,
        received_at: waiting.received_at,
        decided_at: now,
        answerable: waiting.answerable,
        reference: matches!(decision.effect, Effect::Open { .. }).then(|| case.as_ref().map(|c| c.reference.clone())).flatten(),
        letters: Vec::new(),
        candidates,
    };
    // By the same function as any replay, so that the same rules always give the same words.
    input.letters = replay::letters(&input, house, &decision).into_iter().map(|(written, _)| written).collect();
    let cases: Vec<CaseId> = input.candidates.iter().map(|c| c.case.id).collect();
    let json = serde_json::to_vec(&input).expect("plain data without maps that have other keys than text");
    store::input::add(tx, decided, &json, &cases).await?;
    let reference = case.map(|c| c.reference.0);
    Ok(Told { message: waiting.id, decision: Some((Box::new(decision), Box::new(input))), reference })
}

/// Duties as they were laid down: kind and row.
type Laid = Vec<(DutyKind, i64)>;

/// One message on its way through the transaction.
struct One<'a> {
    works: &'a Works,
    house: &'a House,
    tx: &'a mut Tx,
    waiting: &'a Waiting,
    message: &'a Message,
    /// What the case remembers of its words.
    said: &'a str,
    decision: &'a Decision,
    now: Timestamp,
    /// The sender has asked for large print before.
    large: bool,
}

impl One<'_> {
    /// Opens, adds to or moves the case that the decision names. Answers the case as it stands then.
    async fn change_case(&mut self, known: Vec<Case>) -> Result<Option<Case>> {
        let case = match self.decision.effect {
            Effect::Record => return Ok(None),
            Effect::Open { related } => self.open(related).await?,
            Effect::Add { case } => {
                self.event(case, "added", json!({ "contractor_delay_wd": self.decision.contractor_delay_wd })).await?;
                known.into_iter().find(|c| c.id == case)
            }
            Effect::Stage2 { case, premature } => {
                let mut found = known.into_iter().find(|c| c.id == case);
                if let Some(found) = found.as_mut().filter(|_| !premature) {
                    // A request while stage 2 is open is an addition; what the stage does not allow stays a request for a person.
                    if let Ok(stage) = found.stage.after(Step::OpenStage2, found.answered()) {
                        store::case::set_stage(self.tx, case, stage, found.answered(), None, self.now).await?;
                        found.stage = stage;
                        found.stage_at = self.now;
                    }
                }
                self.event(case, if premature { "stage2_requested_early" } else { "stage2_opened" }, json!({})).await?;
                found
            }
        };
        let Some(mut case) = case else { return Ok(None) };
        self.remember(&case).await?;
        if let (Some(days), Some(firm)) = (self.decision.contractor_delay_wd, self.contractor()) {
            // Of each message that a firm passed on: what it kept of an open complaint comes late too.
            let what = format!("{}{}", store::case_fact::KEPT_BY_FIRM, self.waiting.id);
            store::case_fact::set(self.tx, case.id, &what, &format!("{days} {firm}")).await?;
        }
        needs::note(self.tx, case.id, &self.decision.flags, self.now).await?;
        // Whoever reaches a case by its number alone says nothing for its resident (promise 6).
        let theirs = matches!(self.decision.effect, Effect::Open { .. }) || self.decision.link.as_ref().is_some_and(|l| l.strong);
        let asked = self.large || letter::asks_large_print(self.message, self.decision);
        if theirs && asked && !case.large_print {
            needs::note_print(self.tx, case.id, self.now, self.waiting.id).await?;
            case.large_print = true;
        }
        Ok(Some(case))
    }

    async fn open(&mut self, related: Option<CaseId>) -> Result<Option<Case>> {
        let secret = self.works.secret.clone();
        let token = move |reference: &_| token::case_token(secret.as_bytes(), reference);
        let new = store::case::NewCase {
            landlord: &self.house.id,
            year: local_day(self.waiting.received_at).year(),
            received_at: self.waiting.received_at,
            resident: &self.decision.resident,
            topic: &self.words(),
            token: &token,
            related,
            now: self.now,
        };
        let (id, _) = store::case::open(self.tx, &new).await?;
        // Who writes for the resident is a party too, so that their next message finds the case. A contractor or an officer is not.
        if self.decision.via.is_none() {
            store::party::add(self.tx, id, &self.house.id, &self.sender()).await?;
        }
        if let Some(firm) = self.contractor() {
            store::case_fact::set(self.tx, id, "contractor", &firm).await?;
        }
        let delay = self.decision.contractor_delay_wd;
        self.event(id, "opened", json!({ "via": self.decision.via, "related": related, "contractor_delay_wd": delay })).await?;
        Ok(Some(store::case::load(self.tx, id).await?))
    }

    /// The firm that passed it on, by its name in the policy.
    fn contractor(&self) -> Option<String> {
        let from = self.message.from.email.as_ref().filter(|_| self.decision.via == Some(Via::Contractor))?;
        self.house.policy.contractor(from).map(|c| c.name.clone())
    }

    fn sender(&self) -> Party {
        self.message.from.clone()
    }

    /// What a later message is compared with, and what leads it here. A weak link teaches nothing: a stranger who quotes a number must not be
    /// able to bind his own thread to the case (promise 6).
    async fn remember(&mut self, case: &Case) -> Result<()> {
        let opened = matches!(self.decision.effect, Effect::Open { .. });
        if !opened && !self.decision.link.as_ref().is_some_and(|l| l.strong) {
            return Ok(());
        }
        // Who answers our letter from another address is a party from then on; a contractor or an officer who passes on is not, but whose
        // words they passed on is.
        store::party::add(self.tx, case.id, &self.house.id, &self.decision.resident).await?;
        store::case_event::add_keys(self.tx, &self.house.id, case.id, &keys(self.message)).await?;
        if !opened && case.topic.len() < TOPIC_LIMIT {
            let topic = format!("{}\n{}", case.topic, self.words());
            store::case::set_topic(self.tx, case.id, bounded(&topic)).await?;
        }
        Ok(())
    }

    /// Subject and the words that counted.
    fn words(&self) -> String {
        bounded(self.said).to_owned()
    }

    async fn event(&mut self, case: CaseId, what: &str, note: serde_json::Value) -> Result<()> {
        let event = NewEvent { at: self.now, who: "postroom", what, message_id: Some(self.waiting.id), outbox_id: None, note };
        store::case_event::add(self.tx, case, &event).await?;
        Ok(())
    }

    /// A bounce says that a letter which a server accepted did not arrive: the duty that its sending met is open again (channels.md 3.3).
    async fn reports(&mut self) -> Result<()> {
        let Some(bounce) = &self.message.bounce else { return Ok(()) };
        if !bounce.permanent {
            return Ok(());
        }
        let mut letters = Vec::new();
        for about in &self.message.about {
            letters.extend(store::outbox_list::by_message_id(self.tx, about).await?.filter(|l| l.landlord == self.house.id));
        }
        if letters.is_empty() {
            // Many bounces name nobody's Message-ID: then it is the latest letter to the address that failed.
            for failed in &bounce.failed {
                let since = self.now - BOUNCES_WITHIN;
                letters.extend(store::outbox_list::sent_to(self.tx, &self.house.id, failed.as_str(), since).await?);
            }
        }
        for letter in letters {
            if store::outbox::bounced(self.tx, letter.id, self.now, "came back as undeliverable").await? {
                self.works.metrics.letter("dead");
                let says =
                    "Our letter came back as undeliverable, so nobody has been told. Please write or telephone before the date it was due.";
                let review = NewReview {
                    landlord: &self.house.id,
                    message_id: None,
                    case_id: letter.case_id,
                    outbox_id: Some(letter.id),
                    cause: ReviewCause::LetterFailed,
                    says,
                    now: self.now,
                };
                store::review::add(self.tx, &review).await?;
            }
        }
        Ok(())
    }

    /// An edit or a deletion is recorded on what it changes, and in the journal of its case. What was said before stays where it is.
    async fn amends(&mut self) -> Result<()> {
        let what = match self.message.social.as_ref().map(|s| s.verb) {
            Some(Verb::Edit) => "edited",
            Some(Verb::Remove) => "removed",
            Some(Verb::Add) | None => return Ok(()),
        };
        let Some(id) = self.message.message_id.as_deref() else { return Ok(()) };
        let Some((original, case)) = store::message::original(self.tx, &self.house.id, id, self.waiting.id).await? else {
            return Ok(store::awaited::add(self.tx, &self.house.id, id, self.waiting.id).await?);
        };
        store::message::amends(self.tx, self.waiting.id, original).await?;
        match case {
            Some(case) => self.event(case, what, json!({ "of_message": original })).await,
            None => Ok(()),
        }
    }

    async fn duties(&mut self, case: Option<&Case>) -> Result<Laid> {
        // Old mail that a first connection found is decided and listed, and alarms nobody (promise 10): the review entry asks for it.
        let quiet = !self.waiting.answerable;
        let mut laid = Laid::new();
        let had = match case {
            Some(case) => store::duty::of_case(self.tx, case.id).await?,
            None => Vec::new(),
        };
        for duty in &self.decision.duties {
            // The law's clocks run once, from the first that told of it.
            let statutory = DutyKind::HAZARD.contains(&duty.kind) || DutyKind::DATA.contains(&duty.kind);
            if statutory && had.iter().any(|d| d.kind == duty.kind && d.state != "void") {
                continue;
            }
            if !duty.covered {
                log::calendar_ends(self.house.policy.division.as_str(), &self.house.calendar.covers.1.to_string());
            }
            let id = store::duty::add(self.tx, &self.house.id, case.map(|c| c.id), Some(self.waiting.id), duty, quiet).await?;
            laid.push((duty.kind, id));
        }
        Ok(laid)
    }

    async fn reviews(&mut self, case: Option<&Case>) -> Result<()> {
        for review in &self.decision.reviews {
            self.review(case, review.cause, &review.says).await?;
        }
        Ok(())
    }

    async fn review(&mut self, case: Option<&Case>, cause: ReviewCause, says: &str) -> Result<()> {
        let case = case.map(|c| c.id).or(self.decision.link.as_ref().map(|l| l.case));
        store::review::add(self.tx, &NewReview::of_message(&self.house.id, self.waiting.id, case, cause, says, self.now)).await?;
        Ok(())
    }

    async fn letters(&mut self, case: Option<&Case>, duties: &Laid) -> Result<()> {
        if !self.waiting.answerable {
            // The duty stays, and goes to a person (promise 3).
            if matches!(self.decision.kind, Kind::NewComplaint | Kind::Stage2Request) {
                let says =
                    "This arrived before the instant from which Postroom writes letters, so nobody was answered. Was it acknowledged?";
                self.review(case, ReviewCause::LetterHeld, says).await?;
            }
            return Ok(());
        }
        if self.decision.via == Some(Via::Contractor) && self.decision.effect != Effect::Record {
            let original = self.original().await?;
            let team = self.house.team.clone();
            self.letter(Form::PassOn, &team, case, duty(duties, DutyKind::PassOn), Some(&original), None).await?;
        }
        if self.message.channel == Channel::Social {
            return self.answer_post(case, duties).await;
        }
        if let Some((courtesy, to)) = &self.decision.courtesy {
            let held = self.ceiling(to.as_str()).await?;
            self.letter(Form::beside(*courtesy), to, case, None, None, held).await?;
        }
        let Some(form) = Form::of(self.decision, self.message.channel) else { return Ok(()) };
        let Some(to) = self.decision.answer_to.clone() else { return Ok(()) };
        let held = self.ceiling(to.as_str()).await?;
        self.letter(form, &to, case, duty(duties, DutyKind::Acknowledge), None, held).await
    }

    /// Tells whom the policy's routes lead to, one letter a person. Old mail that a first connection found tells nobody (promise 10).
    async fn notices(&mut self, case: Option<&Case>, crowd: Option<&Crowd>) -> Result<()> {
        let told: BTreeSet<&Address> = self.decision.routes.iter().filter(|r| r.letter).filter_map(|r| r.to.as_ref()).collect();
        if !self.waiting.answerable || told.is_empty() {
            return Ok(());
        }
        if let Some(crowd) = crowd.filter(|_| !pile_on::stands_alone(self.decision)) {
            let of: BTreeSet<String> = self.decision.routes.iter().filter(|r| r.letter).flat_map(|r| r.of.clone()).collect();
            let (of, to) = (Vec::from_iter(of), told.into_iter().cloned().collect());
            return pile_on::tell_once(self.works, self.house, self.tx, crowd, &of, &to).await;
        }
        // What a webhook brings may hold other people's messages too: their words stand in the letter instead.
        let original = if self.message.channel == Channel::Email { Some(self.original().await?) } else { None };
        for to in told {
            self.letter(Form::Notice, to, case, None, original.as_deref(), None).await?;
        }
        Ok(())
    }

    async fn original(&mut self) -> Result<Vec<u8>> {
        Ok(store::receipt::bytes(self.tx, self.waiting.raw_id).await?)
    }

    /// Why a letter to this address must wait for a person, if it must: the policy's ceiling a day, and the breaker (promise 3).
    async fn ceiling(&mut self, to: &str) -> Result<Option<&'static str>> {
        let policy = &self.house.policy;
        let today = store::outbox::count_to(self.tx, &self.house.id, to, self.now - SignedDuration::from_hours(24)).await?;
        if today >= i64::from(policy.letters_a_day) {
            log::held(today, None);
            return Ok(Some("the day's ceiling of automatic letters to this address is reached"));
        }
        let Some(limit) = policy.letters_an_hour else { return Ok(None) };
        let hour = store::outbox::count_since(self.tx, &self.house.id, self.now - SignedDuration::from_hours(1)).await?;
        Ok((hour >= i64::from(limit)).then_some("the hour's ceiling of automatic letters is reached"))
    }

    async fn letter(
        &mut self,
        form: Form,
        to: &Address,
        case: Option<&Case>,
        duty_id: Option<i64>,
        original: Option<&[u8]>,
        held: Option<&'static str>,
    ) -> Result<()> {
        let message_id = token::message_id(self.works.ambient.random(), self.house.from.domain());
        let response_due = self.response_due(case).await?;
        let occasion = Occasion {
            form,
            to: Some(to),
            from: &self.house.from,
            policy: &self.house.policy,
            case,
            message: Some(self.message),
            decision: Some(self.decision),
            duty: None,
            received_at: self.waiting.received_at,
            response_due,
            message_id: &message_id,
            date: self.now,
            instance: &self.works.instance,
            large: self.large,
            original,
            note: None,
            digest: None,
            trouble: None,
        };
        let letter = match letter::render(&self.house.rulebook.templates, &occasion) {
            Ok(letter) => letter,
            Err(fault) => {
                // The message is decided and its duty runs; only the letter is missing, and a person is told.
                let says = format!("The letter could not be written ({fault}). Please write to the resident.");
                return self.review(case, ReviewCause::LetterFailed, &says).await;
            }
        };
        let leaving = self.leaving(form);
        let new = NewLetter {
            landlord: &self.house.id,
            courier: "mail",
            cause: &format!("message:{}", self.waiting.id),
            reply: form.as_str(),
            recipient: to.as_str(),
            message_id: &letter.message_id,
            bytes: &letter.mime,
            now: self.now,
            next_at: leaving.at,
            held,
            case_id: case.map(|c| c.id),
            duty_id,
        };
        let Some(id) = store::outbox::add(self.tx, &new).await? else { return Ok(()) };
        self.works.metrics.letter(if held.is_some() { "held" } else { "queued" });
        let waits = leaving.for_officer.then(|| {
            let until = written_out(local_day(leaving.at));
            format!("The acknowledgement waits for you until {until}, and leaves then by itself: look at it, and release it or hold it.")
        });
        let held = held.map(|why| format!("A letter is held: {why}. Please look, then release it or write yourself."));
        if let Some(says) = held.or(waits) {
            let mut review =
                NewReview::of_message(&self.house.id, self.waiting.id, case.map(|c| c.id), ReviewCause::LetterHeld, &says, self.now);
            review.outbox_id = Some(id);
            store::review::add(self.tx, &review).await?;
        }
        Ok(())
    }

    /// What goes to the landlord's own people leaves at once.
    fn leaving(&self, form: Form) -> Leaving {
        if !form.to_resident() {
            return Leaving { at: self.now, for_officer: false };
        }
        let (waiting, house) = (self.waiting, self.house);
        // Who wrote on social media and gave an address is written to as anybody is.
        let channel = if form.is_social() { Channel::Social } else { Channel::Email };
        timing::leaves(self.decision, channel, waiting.received_at, &house.policy, &house.calendar, self.now)
    }

    /// The latest day of the response that the case's open duties promise.
    async fn response_due(&mut self, case: Option<&Case>) -> Result<Option<Date>> {
        let Some(case) = case else { return Ok(None) };
        let kind = replay::response_kind(case.stage);
        let duties = store::duty::open_of_cases(self.tx, &[case.id]).await?;
        Ok(duties.into_iter().filter(|d| d.kind == kind).map(|d| d.due).next_back())
    }
}

/// The latest day of the response that each candidate's open duties promise.
async fn response_dues(tx: &mut Tx, candidates: &[Candidate]) -> Result<Vec<(CaseId, Date)>> {
    let ids: Vec<CaseId> = candidates.iter().map(|c| c.case.id).collect();
    let open = store::duty::open_of_cases(tx, &ids).await?;
    let due = |case: &Case| open.iter().rfind(|d| d.case_id == Some(case.id) && d.kind == replay::response_kind(case.stage)).map(|d| d.due);
    Ok(candidates.iter().filter_map(|c| Some((c.case.id, due(&c.case)?))).collect())
}

/// What leads a later message to the case that this one belongs to.
pub fn keys(message: &Message) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    keys.extend(message.message_id.as_deref().map(Key::Theirs));
    keys.extend(message.thread_root.as_deref().map(Key::Thread));
    keys.extend(message.forwards.iter().filter_map(|f| f.message_id.as_deref()).map(Key::Theirs));
    if let Some(social) = &message.social {
        keys.extend([&social.thread, &social.parent].into_iter().flatten().map(|k| Key::Conversation(k)));
    }
    keys
}

fn duty(laid: &Laid, kind: DutyKind) -> Option<i64> {
    laid.iter().find(|(k, _)| *k == kind).map(|(_, id)| *id)
}

/// At most as much as a case remembers, cut at a character.
pub(super) fn bounded(text: &str) -> &str {
    let end = (0..=TOPIC_LIMIT.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    &text[..end]
}
