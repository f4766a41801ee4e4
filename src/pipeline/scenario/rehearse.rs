//! Plays a scenario through the real pipeline: received, decided and sent on a real store, by a clock that the story moves.

use super::file::{Event, Scenario, Step};
use super::play::{Outcome, fill};
use crate::ambient::Ambient;
use crate::config::{Config, Courier as Way, Form, Landlord, LettersFrom, Source, SourceKind, Webhook};
use crate::courier::{Courier, folder::Folder};
use crate::letter::token;
use crate::model::case::{CaseId, Step as CaseStep};
use crate::model::decision::{Decision, Kind};
use crate::model::message::Channel;
use crate::pipeline::outbox::Carrier;
use crate::pipeline::rulebook::Rulebook;
use crate::pipeline::staff::{self, Act};
use crate::pipeline::{Error, Result, Works, intake, outbox};
use crate::source::{Arrival, Place};
use crate::store::{self, Db, message::Row};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Plays one story on `db` as a landlord of its own, named with `run` so that a store may be used again. Letters go to `sent`.
///
/// # Errors
/// When the store does not answer.
pub async fn rehearse(scenario: &Scenario, rulebook: Arc<Rulebook>, db: Db, run: &str, sent: &Path) -> Result<Vec<Outcome>> {
    let Some(first) = scenario.steps.first() else { return Ok(Vec::new()) };
    let name = scenario.dir.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let landlord = format!("{run}-{name}");
    let ambient = Ambient::at(first.at);
    let works = Works::new(&house(&landlord, &scenario.policy, sent), rulebook, db, ambient).await?;
    let courier = Courier::Folder(Folder { path: sent.to_owned() });
    let mut stage = Stage { works: Arc::new(works), landlord, courier, labels: BTreeMap::new(), letters: BTreeMap::new(), last: 0 };
    let mut outcomes = Vec::new();
    for (number, step) in scenario.steps.iter().enumerate() {
        stage.works.ambient.set(step.at);
        match &step.event {
            Event::Action { step: act, case } => stage.act(*act, case).await?,
            Event::Message { raw, channel, .. } => outcomes.push(stage.message(number + 1, step, raw, *channel).await?),
        }
    }
    Ok(outcomes)
}

fn house(landlord: &str, policy: &str, sent: &Path) -> Config {
    let source = |channel: Channel, kind| Source {
        name: format!("{landlord}-{}", channel.as_str()),
        landlord: landlord.into(),
        kind,
        letters_from: LettersFrom::All,
        poll: SignedDuration::from_secs(1),
    };
    let webhook = |platform| SourceKind::Webhook(Webhook { platform, secret_file: sent.to_owned(), verify_token_file: None, api: None });
    Config {
        data: sent.to_owned(),
        store_url: String::new(),
        landlords: vec![Landlord { id: landlord.into(), policy: policy.into(), from: None, team: None, officer: None, events: None }],
        sources: vec![
            source(Channel::Email, SourceKind::Maildir { path: sent.to_owned() }),
            source(Channel::Social, webhook(Form::Meta)),
            source(Channel::Webform, webhook(Form::Webform)),
        ],
        listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
        per_peer: std::num::NonZeroU32::MIN,
        courier: Way::Folder { path: sent.to_owned() },
        rules: None,
        shadow: None,
        advice: Vec::new(),
    }
}

struct Stage {
    works: Arc<Works>,
    landlord: String,
    courier: Courier,
    labels: BTreeMap<String, CaseId>,
    /// The Message-ID of each case's acknowledgement, once a message named it.
    letters: BTreeMap<CaseId, String>,
    /// The last message seen.
    last: i64,
}

impl Stage {
    async fn message(&mut self, number: usize, step: &Step, raw: &[u8], channel: Channel) -> Result<Outcome> {
        let bytes = self.filled(raw).await?;
        let place = Place::Platform(format!("step {number}"));
        let arrival = Arrival { place, bytes, received_at: step.at, defects: Vec::new() };
        let source = format!("{}-{}", self.landlord, channel.as_str());
        self.works.receive(&source, vec![arrival]).await?;
        intake::drain(&self.works).await?;
        outbox::drain(&self.works, &mut Carrier::Mail(&mut self.courier), "rehearsal", &AtomicBool::new(false)).await?;
        let (row, decision) = self.decided().await?;
        let case = row.case_id.or(decision.link.as_ref().map(|l| l.case));
        let wanted = step.expect.as_ref().and_then(|e| e.case.clone()).or_else(|| step.opens.clone());
        let case = match case {
            Some(id) => Some(self.label(id, wanted.as_deref()).await?),
            None => None,
        };
        if let Some(wanted) = wanted
            && !self.labels.contains_key(&wanted)
        {
            // As an officer would, if the program did not; the step's answer stays as it was.
            let id = staff::open(&self.works, row.id, &decision, "officer").await?;
            self.labels.insert(wanted, id);
        }
        Ok(Outcome { step: number, line: step.line, expect: step.expect.clone(), decision, case })
    }

    /// Of the messages that the step brought, the first that a person wrote.
    async fn decided(&mut self) -> Result<(Row, Decision)> {
        let mut tx = self.works.db.read().await?;
        let filter = store::message::Filter { landlord: Some(self.landlord.clone()), ..store::message::Filter::default() };
        let rows = store::message::list(&mut tx, &filter, self.last, i64::MAX).await?;
        self.last = rows.last().map_or(self.last, |r| r.id);
        let mut answers = Vec::new();
        for row in rows {
            // A duplicate's decision is that of the message which it repeats.
            if let Some(found) = store::decision::latest(&mut tx, row.duplicate_of.unwrap_or(row.id)).await? {
                answers.push((row, found.decision()?));
            }
        }
        let which = answers.iter().position(|(_, d)| d.kind != Kind::Automatic).unwrap_or(0);
        if answers.is_empty() {
            return Err(Error::Set("the step's message was not decided".into()));
        }
        Ok(answers.swap_remove(which))
    }

    async fn act(&mut self, step: CaseStep, label: &str) -> Result<()> {
        let Some(&id) = self.labels.get(label) else { return Ok(()) };
        let (act, who) = match step {
            CaseStep::Stage1Response => (Act::Stage1Response, "officer"),
            CaseStep::Stage2Response => (Act::Stage2Response, "another officer"),
            CaseStep::OpenStage2 => (Act::Stage2Open, "officer"),
            CaseStep::Withdraw => (Act::Withdraw, "officer"),
            CaseStep::Close => (Act::Close, "officer"),
            CaseStep::Reopen => (Act::Reopen, "officer"),
        };
        let reference = self.case(id).await?.reference.0;
        // What the stage does not allow leaves it as it is, as for an officer who is told so.
        match staff::record(&self.works, &reference, act, who, None).await {
            Ok(_) | Err(Error::Set(_)) => Ok(()),
            Err(e) => Err(e),
        }
    }

    async fn case(&self, id: CaseId) -> Result<store::case::Row> {
        let mut tx = self.works.db.read().await?;
        Ok(store::case::by_id(&mut tx, id).await?)
    }

    async fn label(&mut self, id: CaseId, wanted: Option<&str>) -> Result<String> {
        if let Some((label, _)) = self.labels.iter().find(|(_, known)| **known == id) {
            return Ok(label.clone());
        }
        match wanted {
            Some(wanted) if !self.labels.contains_key(wanted) => {
                self.labels.insert(wanted.to_owned(), id);
                Ok(wanted.to_owned())
            }
            _ => Ok(self.case(id).await?.reference.0),
        }
    }

    async fn filled(&mut self, raw: &[u8]) -> Result<Vec<u8>> {
        let from = self.works.in_force().house(&self.landlord)?.from.clone();
        let mut texts = BTreeMap::new();
        for (label, id) in self.labels.clone() {
            let case = self.case(id).await?;
            texts.insert(("ref", label.clone()), case.reference.to_string());
            texts.insert(("token_addr", label.clone()), format!("{}+c-{}@{}", from.local(), case.token, from.domain()));
            texts.insert(("msgid", label), format!("<{}>", self.letter(id).await?));
        }
        Ok(fill(raw, |what, label| texts.get(&(what, label.to_owned())).cloned()))
    }

    /// The Message-ID of the case's acknowledgement: one that was not sent still has it.
    async fn letter(&mut self, id: CaseId) -> Result<String> {
        if let Some(known) = self.letters.get(&id) {
            return Ok(known.clone());
        }
        let mut tx = self.works.db.write(None).await?;
        let filter = store::outbox_list::Filter { case_id: Some(id), ..store::outbox_list::Filter::default() };
        let letters = store::outbox_list::list(&mut tx, &filter, 0, i64::MAX).await?;
        let found = letters.into_iter().find(|l| l.reply.starts_with("acknowledge")).map(|l| l.message_id);
        let message_id = found.unwrap_or_else(|| token::message_id(self.works.ambient.random(), "unsent.example"));
        store::case_event::add_keys(&mut tx, &self.landlord, id, &[store::case_event::Key::Ours(&message_id)]).await?;
        tx.commit("record").await?;
        self.letters.insert(id, message_id.clone());
        Ok(message_id)
    }
}
