//! A register in memory: the cases of one scenario or one `explain`, with what leads to them.

use crate::model::address::Party;
use crate::model::case::{Case, CaseId, Reference, Stage, Step};
use crate::model::decision::{Candidate, Decision, Effect, Evidence};
use crate::model::keys::{Keys, folded_name};
use crate::model::message::Message;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A case keeps this much of what was said in it: enough to know it by.
const TOPIC_BYTES: usize = 8000;

#[derive(Debug, Default)]
pub struct Book {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    case: Case,
    /// The Message-ID of our acknowledgement.
    letter: String,
    /// Message-IDs and platform ids that the case holds.
    held: BTreeSet<String>,
    roots: BTreeSet<String>,
    conversations: BTreeSet<String>,
}

impl Book {
    pub fn case(&self, id: CaseId) -> Option<&Case> {
        self.entry(id).map(|e| &e.case)
    }

    /// The Message-ID of the case's acknowledgement, sent or not, without angle brackets.
    pub fn letter(&self, id: CaseId) -> Option<&str> {
        self.entry(id).map(|e| e.letter.as_str())
    }

    fn entry(&self, id: CaseId) -> Option<&Entry> {
        self.entries.iter().find(|e| e.case.id == id)
    }

    /// The cases that the keys lead to, each with its evidence.
    pub fn candidates(&self, keys: &Keys) -> Vec<Candidate> {
        let found = self.entries.iter().map(|e| Candidate { case: e.case.clone(), evidence: e.evidence(keys) });
        found.filter(|c| !c.evidence.is_empty()).collect()
    }

    /// Opens a case for `resident`. Its token and Message-ID are made from its number: a replay gives the same.
    pub fn open(&mut self, resident: Party, message: &Message, said: &str, domain: &str, at: Timestamp) -> CaseId {
        let id = self.entries.len() as CaseId + 1;
        let parties = vec![resident.clone()];
        let case = Case {
            id,
            reference: Reference::new(at.to_zoned(TimeZone::UTC).year(), id),
            received_at: at,
            stage_at: at,
            resident,
            parties,
            token: token(id),
            ..Case::default()
        };
        let letter = format!("postroom.{}@{domain}", case.token);
        let none = BTreeSet::new;
        self.entries.push(Entry { case, letter, held: none(), roots: none(), conversations: none() });
        self.hold(id, message, said);
        id
    }

    /// Writes down what a decision does to the register; the case that it opened or joined.
    pub fn apply(&mut self, decision: &Decision, message: &Message, said: &str, domain: &str, at: Timestamp) -> Option<CaseId> {
        match decision.effect {
            Effect::Record => None,
            Effect::Open { .. } => Some(self.open(decision.resident.clone(), message, said, domain, at)),
            Effect::Add { case } => {
                self.join(case, decision, message, said);
                Some(case)
            }
            Effect::Stage2 { case, premature } => {
                self.join(case, decision, message, said);
                if !premature {
                    self.step(case, Step::OpenStage2, at);
                }
                Some(case)
            }
        }
    }

    /// A strong link makes the writer known to the case: the husband who answered our letter writes again from his own address.
    fn join(&mut self, id: CaseId, decision: &Decision, message: &Message, said: &str) {
        self.hold(id, message, said);
        let Some(entry) = self.entries.iter_mut().find(|e| e.case.id == id) else { return };
        let writer = &decision.resident;
        let known = writer.email.as_ref().is_some_and(|a| entry.case.is_party(a)) || entry.case.parties.contains(writer);
        if decision.link.as_ref().is_some_and(|l| l.strong) && !known && !writer.is_empty() {
            entry.case.parties.push(writer.clone());
        }
    }

    fn hold(&mut self, id: CaseId, message: &Message, said: &str) {
        let Some(entry) = self.entries.iter_mut().find(|e| e.case.id == id) else { return };
        entry.held.extend(message.message_id.clone());
        entry.held.extend(message.forwards.iter().filter_map(|f| f.message_id.clone()));
        entry.roots.extend(message.thread_root.clone());
        if let Some(social) = &message.social {
            entry.conversations.extend(social.thread.iter().chain(&social.parent).cloned());
            entry.conversations.extend(message.message_id.clone());
        }
        let room = TOPIC_BYTES.saturating_sub(entry.case.topic.len());
        let end = (0..=said.len().min(room)).rev().find(|&i| said.is_char_boundary(i)).unwrap_or(0);
        if end > 0 {
            entry.case.topic.push_str(&said[..end]);
            entry.case.topic.push('\n');
        }
    }

    /// What staff did. A step that the stage does not allow is taken all the same: in a story, what is told is what happened.
    pub fn step(&mut self, id: CaseId, step: Step, at: Timestamp) {
        let Some(entry) = self.entries.iter_mut().find(|e| e.case.id == id) else { return };
        let case = &mut entry.case;
        case.stage = case.stage.after(step, case.answered()).unwrap_or(match step {
            Step::Stage1Response | Step::Reopen => Stage::Responded,
            Step::OpenStage2 => Stage::Stage2,
            Step::Stage2Response => Stage::Final,
            Step::Close => Stage::Closed,
            Step::Withdraw => Stage::Withdrawn,
        });
        case.stage1_answered |= step == Step::Stage1Response;
        case.stage2_answered |= step == Step::Stage2Response;
        case.stage_at = at;
    }
}

impl Entry {
    fn evidence(&self, keys: &Keys) -> Vec<Evidence> {
        let case = &self.case;
        let people = || case.parties.iter().chain([&case.resident]);
        let mut evidence = Vec::new();
        let mut when = |holds: bool, which| {
            if holds {
                evidence.push(which);
            }
        };
        when(keys.tokens.contains(&case.token), Evidence::ReplyAddress);
        when(keys.message_ids.contains(&self.letter), Evidence::OurMessageId);
        when(keys.message_ids.iter().any(|id| self.held.contains(id)), Evidence::References);
        when(keys.references_subject.contains(&case.reference.0), Evidence::ReferenceInSubject);
        when(keys.references_body.contains(&case.reference.0), Evidence::ReferenceInBody);
        when(keys.thread_roots.iter().any(|r| self.roots.contains(r)), Evidence::ThreadRoot);
        let address = keys.addresses.iter().any(|a| case.is_party(a));
        let person = keys.people.iter().any(|id| people().any(|p| p.id.as_ref() == Some(id)));
        when(address || person, Evidence::SameSender);
        let names = people().filter_map(|p| p.name.as_deref()).map(folded_name).filter(|n| !n.is_empty());
        when(names.into_iter().any(|n| keys.names.contains(&n)), Evidence::SameName);
        when(keys.conversations.iter().any(|id| self.conversations.contains(id)), Evidence::SameConversation);
        evidence
    }
}

/// Sixteen letters that no eye takes for another.
fn token(id: CaseId) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789_";
    let hash = Sha256::digest(id.to_be_bytes());
    hash.iter().take(16).map(|b| char::from(LETTERS[usize::from(b % 31)])).collect()
}
