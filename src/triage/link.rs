//! Which case a message may belong to, and how surely (promise 6, channels.md section 4).

use super::keys;
use super::topic::{Topic, topic};
use crate::model::case::{Case, Stage};
use crate::model::decision::{Candidate, Evidence, Reason};
use jiff::Timestamp;
use std::cmp::Ordering;

/// The case that speaks for itself best.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    pub case: &'a Case,
    pub evidence: Vec<Evidence>,
    /// Bound by our Message-ID or token, or to a party by address; a bare reference or a name alone is not.
    pub strong: bool,
    /// The message itself points at the case: by header, token or reference.
    pub pointed: bool,
    pub topic: Topic,
    /// Other cases of the same person that speak nearly as loud.
    pub rivals: usize,
}

/// A sender's case, closed longer than this ago, is history unless the message points at it.
const HISTORY_DAYS: i64 = 540;
/// A name alone leads to a case only near in time.
const NAME_DAYS: i64 = 90;

pub fn link<'a>(candidates: &'a [Candidate], said: &str, received_at: Timestamp) -> Option<Hit<'a>> {
    if candidates.is_empty() {
        return None;
    }
    let about = topic(said);
    let mut hits: Vec<(f64, Hit<'a>)> = candidates.iter().filter_map(|c| weigh(c, &about, said, received_at)).collect();
    // Ties go to the case that changed last, then to the older number: never to the order of the list.
    hits.sort_by(|(a, x), (b, y)| {
        let by_weight = b.partial_cmp(a).unwrap_or(Ordering::Equal);
        by_weight.then(y.case.stage_at.cmp(&x.case.stage_at)).then(x.case.id.cmp(&y.case.id))
    });
    let top = hits.first()?.0;
    let rivals = hits.iter().skip(1).filter(|(w, _)| top - w < 3.0).count();
    let (_, mut hit) = hits.into_iter().next()?;
    hit.rivals = rivals;
    Some(hit)
}

fn weigh<'a>(candidate: &'a Candidate, about: &Topic, said: &str, received_at: Timestamp) -> Option<(f64, Hit<'a>)> {
    let has = |e| candidate.evidence.contains(&e);
    let case = &candidate.case;
    let party = has(Evidence::SameSender);
    let holds = has(Evidence::ReplyAddress) || has(Evidence::OurMessageId) || has(Evidence::References);
    let named = has(Evidence::ReferenceInSubject) || has(Evidence::ReferenceInBody);
    let threaded = has(Evidence::ThreadRoot) && (party || has(Evidence::SameName));
    // A public post is everybody's: only the same person continues in it.
    let conversed = has(Evidence::SameConversation) && party;
    let pointed = holds || named || threaded || conversed;
    let age = received_at.duration_since(case.stage_at).as_hours() / 24;
    let topic = topic(&case.topic);
    let likeness = about.likeness(&topic);
    if !pointed {
        let open = matches!(case.stage, Stage::Stage1 | Stage::Stage2 | Stage::Responded);
        // Two people may have one name and one trouble: it takes the same story told again, or word of a complaint that is with us.
        let name_only =
            !party && has(Evidence::SameName) && open && age <= NAME_DAYS && (about.retells(&topic) || speaks_of_complaint(said));
        if !(name_only || party && (open || age <= HISTORY_DAYS)) {
            return None;
        }
    }
    let evidence_weight = |e: &Evidence| match e {
        Evidence::ReplyAddress => 100.0,
        Evidence::OurMessageId => 90.0,
        Evidence::References => 60.0,
        Evidence::ReferenceInSubject => 70.0,
        // Whoever types another of their references into an answer to the nearest letter says which they mean.
        Evidence::ReferenceInBody if party && keys::means(said, &case.reference.0) => 365.0,
        Evidence::ReferenceInBody => 65.0,
        Evidence::ThreadRoot if threaded => 40.0,
        Evidence::SameConversation if conversed => 40.0,
        Evidence::SameSender => 20.0,
        Evidence::SameName => 8.0,
        Evidence::ThreadRoot | Evidence::SameConversation | Evidence::SameTopic => 0.0,
    };
    let open = match case.stage {
        Stage::Stage1 | Stage::Stage2 => 6.0,
        Stage::Responded => 5.0,
        Stage::Closed => 2.0,
        Stage::Final => 1.0,
        Stage::Withdrawn => 0.0,
    };
    let near = if age <= 30 { 2.0 } else { 0.0 };
    let weight = candidate.evidence.iter().map(evidence_weight).sum::<f64>() + open + near + 12.0 * likeness;
    let mut evidence = candidate.evidence.clone();
    if likeness >= 0.25 && !evidence.contains(&Evidence::SameTopic) {
        evidence.push(Evidence::SameTopic);
    }
    evidence.sort();
    evidence.dedup();
    let strong = holds || party;
    Some((weight, Hit { case, evidence, strong, pointed, topic, rivals: 0 }))
}

/// "My complaint": the writer knows of a complaint that is with us.
pub fn speaks_of_complaint(said: &str) -> bool {
    let lower = said.to_lowercase().replace('\u{2019}', "'");
    [
        "my complaint",
        "our complaint",
        "the complaint",
        "her complaint",
        "his complaint",
        "their complaint",
        "mum's complaint",
        "dad's complaint",
        "'s complaint",
        "whose complaint",
        "complaint of",
        "put in a complaint",
        "made a complaint",
        "complaint ref",
        "complaint number",
        "complaint no",
        "on facebook",
        "my case",
        "stage 1",
        "stage 2",
        "stage one",
        "stage two",
    ]
    .iter()
    .any(|w| lower.contains(w))
}

/// The evidence in an officer's words.
pub fn reason(hit: &Hit<'_>) -> Reason {
    let says: Vec<&str> = hit.evidence.iter().map(|e| plain(*e)).collect();
    let strength = if hit.strong { "" } else { ", from somebody who is not a party to it" };
    Reason::new("link.case", format!("belongs to {}: {}{strength}", hit.case.reference, says.join(", ")), Vec::new())
}

fn plain(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::ReplyAddress => "it came to the case's own reply address",
        Evidence::OurMessageId => "it answers a letter of ours",
        Evidence::References => "it continues a thread that the case holds",
        Evidence::ReferenceInSubject => "its subject gives the reference",
        Evidence::ReferenceInBody => "it gives the reference",
        Evidence::ThreadRoot => "it is in the same Outlook conversation",
        Evidence::SameSender => "the sender is a party to the case",
        Evidence::SameName => "the sender has the name of a party, or names one",
        Evidence::SameTopic => "it speaks of the same matter",
        Evidence::SameConversation => "it is in the same social-media conversation",
    }
}
