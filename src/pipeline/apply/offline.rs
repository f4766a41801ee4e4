//! What came by social media: taken to a private place before anything is said of the case, and to paper once they say who they are.

use super::{Laid, One, duty};
use crate::config::SourceKind;
use crate::courier::social::{Errand, Words, ways};
use crate::letter::{self, Form, Occasion, token};
use crate::message;
use crate::model::address::Party;
use crate::model::case::{Case, Stage};
use crate::model::decision::{Decision, Flag, Kind, ReviewCause};
use crate::model::duty::DutyKind;
use crate::model::message::{Message, Social};
use crate::pipeline::Result;
use crate::store;
use crate::store::message::Waiting;
use crate::store::outbox::NewLetter;
use crate::triage::who::only_address;
use serde_json::json;

impl One<'_> {
    /// The one answer to a post or a message: the written acknowledgement when it tells us who they are, a letter where we know already,
    /// else a private word that asks.
    pub(super) async fn answer_post(&mut self, case: Option<&Case>, duties: &Laid) -> Result<()> {
        if let Some(case) = self.introduced(case).await? {
            return self.acknowledge_in_writing(&case).await;
        }
        let Some(form) = Form::of(self.decision, self.message.channel) else { return Ok(()) };
        let known = case.filter(|c| self.is_theirs(c)).and_then(|c| c.resident.email.clone());
        if let (Some(to), Form::TakeOffline) = (known, form) {
            let form = match self.decision.kind {
                Kind::NewComplaint => Form::AcknowledgeStage1,
                Kind::Stage2Request => Form::AcknowledgeStage2,
                _ => Form::ConfirmAddition,
            };
            let held = self.ceiling(to.as_str()).await?;
            return self.letter(form, &to, case, duty(duties, DutyKind::Acknowledge), None, held).await;
        }
        self.say_privately(form, case).await
    }

    /// Written by the account that complained, or by the id that the same account has in private. Nobody else on a platform is a party.
    fn is_theirs(&self, case: &Case) -> bool {
        let author = self.message.from.id.as_ref();
        case.resident.id.is_some() && author.is_some() && case.parties.iter().any(|p| p.id.as_ref() == author)
    }

    /// The case whose resident says who they are by this message: an account is linked to a person only by their own word, an address that is
    /// nobody's but theirs to give. A name alone, or the same name elsewhere, links nothing.
    async fn introduced(&mut self, case: Option<&Case>) -> Result<Option<Case>> {
        let Some(email) = only_address(&self.message.text, &self.house.policy, None) else { return Ok(None) };
        let mut found = case.cloned();
        if found.is_none()
            && let Some(link) = self.decision.link.as_ref().filter(|l| l.strong)
        {
            found = Some(store::case::load(self.tx, link.case).await?);
        }
        if found.is_none() {
            // "I am Ada, ada@home.example" complains of nothing: it belongs to what the same account complained of.
            found = store::candidates::of_person(self.tx, &self.house.id, self.message.from.id.as_deref().unwrap_or_default()).await?;
        }
        let Some(mut case) = found.filter(|c| self.is_theirs(c) && c.resident.email.is_none()) else { return Ok(None) };
        if matches!(case.stage, Stage::Closed | Stage::Withdrawn) {
            return Ok(None);
        }
        case.resident = Party { email: Some(email), ..case.resident };
        store::party::set_resident(self.tx, case.id, &case.resident).await?;
        self.event(case.id, "introduced", json!({})).await?;
        Ok(Some(case))
    }

    /// The acknowledgement of what opened the case, now that there is an address to write to: in the words of that message, and by the duty
    /// that has run since it was posted.
    async fn acknowledge_in_writing(&mut self, case: &Case) -> Result<()> {
        let Some(to) = case.resident.email.clone() else { return Ok(()) };
        let journal = store::case_event::journal(self.tx, case.id).await?;
        let Some(opening) = journal.iter().find(|e| e.what == "opened").and_then(|e| e.message_id) else { return Ok(()) };
        let row = store::message::by_id(self.tx, opening).await?;
        let Some(decision) = store::decision::latest(self.tx, opening).await? else { return Ok(()) };
        let bytes = store::receipt::bytes(self.tx, row.raw_id).await?;
        let hint = message::Hint { channel: Some(row.channel), ..message::Hint::default() };
        let part = usize::try_from(row.part).unwrap_or(0);
        let message = message::read(&bytes, &hint).into_iter().nth(part).unwrap_or_default();
        let decision = Decision { resident: case.resident.clone(), answer_to: Some(to.clone()), ..decision.decision()? };
        let waiting = Waiting {
            id: row.id,
            raw_id: row.raw_id,
            part: row.part,
            source: row.source,
            channel: row.channel,
            received_at: row.received_at,
            answerable: row.answerable,
            attempts: row.attempts,
        };
        let laid = store::duty::of_case(self.tx, case.id).await?;
        let acknowledge = laid.into_iter().find(|d| d.kind == DutyKind::Acknowledge && d.state == "open").map(|d| d.id);
        let held = self.ceiling(to.as_str()).await?;
        let (works, house, now) = (self.works, self.house, self.now);
        let mut first =
            One { works, house, tx: self.tx, waiting: &waiting, message: &message, said: "", decision: &decision, now, large: self.large };
        first.letter(Form::AcknowledgeStage1, &to, Some(case), acknowledge, None, held).await
    }

    /// Queues the answer on the platform, or leaves it to a person where there is no way.
    async fn say_privately(&mut self, form: Form, case: Option<&Case>) -> Result<()> {
        let Some(author) = self.message.from.id.clone() else { return self.by_hand(case, NO_WAY).await };
        let danger = self.decision.flags.contains(&Flag::Emergency);
        if let Some(case) = case.filter(|c| !danger && self.is_theirs(c))
            && store::outbox_list::answered(self.tx, case.id, form.as_str()).await?
        {
            // People write in pieces. Asked once who they are, they are not asked after each.
            return Ok(());
        }
        let set = self.works.sources.get(&self.waiting.source);
        if !set.is_some_and(|s| matches!(&s.kind, SourceKind::Webhook(w) if w.api.is_some())) {
            return self.by_hand(case, NO_WAY).await;
        }
        let message_id = token::message_id(self.works.ambient.random(), self.house.from.domain());
        let (private, public) = match (self.social_text(form, case, &message_id, false), self.social_text(form, case, &message_id, true)) {
            (Ok(private), Ok(public)) => (private, public),
            (Err(fault), _) | (_, Err(fault)) => {
                let says = format!("The answer could not be written ({fault}). Please answer on the platform.");
                return self.review(case, ReviewCause::LetterFailed, &says).await;
            }
        };
        let leaves = self.leaving(form).at;
        let words = Words { private: &private, public: &public };
        let errand = Errand { source: self.waiting.source.clone(), ways: ways(self.message, self.waiting.received_at, leaves, words) };
        if errand.ways.is_empty() {
            let late = if leaves > self.now { WINDOW_CLOSES } else { NO_WAY };
            return self.by_hand(case, late).await;
        }
        let bytes = serde_json::to_vec(&errand).expect("plain data without maps");
        let held = self.ceiling(&author).await?;
        let new = NewLetter {
            landlord: &self.house.id,
            courier: "social",
            cause: &format!("message:{}", self.waiting.id),
            reply: form.as_str(),
            recipient: &author,
            message_id: &message_id,
            bytes: &bytes,
            now: self.now,
            next_at: leaves,
            held,
            case_id: case.map(|c| c.id),
            // A word that asks who they are acknowledges nothing: the written acknowledgement does (Code 6.2).
            duty_id: None,
        };
        if store::outbox::add(self.tx, &new).await?.is_some() {
            self.works.metrics.letter(if held.is_some() { "held" } else { "queued" });
            if let Some(why) = held {
                let says = format!("An answer on social media is held: {why}. Please look, then release it or answer yourself.");
                return self.review(case, ReviewCause::LetterHeld, &says).await;
            }
        }
        Ok(())
    }

    /// The text of a social answer, for one pair of eyes or for everybody's.
    fn social_text(
        &self,
        form: Form,
        case: Option<&Case>,
        message_id: &str,
        public: bool,
    ) -> std::result::Result<String, letter::LetterError> {
        let social = self.message.social.clone().map(|s| Social { public, ..s });
        let message = Message { social, ..self.message.clone() };
        let occasion = Occasion {
            form,
            to: None,
            from: &self.house.from,
            policy: &self.house.policy,
            case,
            message: Some(&message),
            decision: Some(self.decision),
            duty: None,
            received_at: self.waiting.received_at,
            response_due: None,
            message_id,
            date: self.now,
            instance: &self.works.instance,
            large: false,
            original: None,
            note: None,
            digest: None,
            trouble: None,
        };
        letter::render(&self.house.rulebook.templates, &occasion).map(|l| l.text)
    }

    async fn by_hand(&mut self, case: Option<&Case>, says: &str) -> Result<()> {
        self.review(case, ReviewCause::NoAddress, says).await
    }
}

const NO_WAY: &str = "This came by social media, and cannot be answered there by itself. Please take it to a private place and ask for contact details; say nothing of the case in public.";
const WINDOW_CLOSES: &str = "This came by social media outside office hours, and the platform's window closes before the office opens. Please answer there yourself and ask for contact details.";
