//! From what the rules make of the words to what it means for a case (tests/scenarios/FORMAT.md, kind; Code 6.8, 6.10).

use super::link::Hit;
use super::relation;
use super::topic::topic;
use crate::model::calendar::{local_day, written_out};
use crate::model::case::{Case, Stage};
use crate::model::decision::{Effect, Kind, Reason};
use crate::model::policy::Policy;
use crate::model::policy::ReaderMode;
use crate::rules::{CaseStage, Facts, Judgement, LinkStrength, Ranked, Ruleset, Signals, Words};
use jiff::{Timestamp, ToSpan};

/// What the case's stage means to the rules.
pub fn seen(case: &Case) -> CaseStage {
    match case.stage {
        Stage::Stage1 => CaseStage::Open,
        Stage::Responded => CaseStage::Responded,
        Stage::Stage2 => CaseStage::Stage2,
        Stage::Final | Stage::Closed | Stage::Withdrawn => CaseStage::Closed,
    }
}

/// The judgement that counts, and the case that it counts in.
pub struct Weighed<'a, 'h> {
    pub judgement: Judgement,
    pub hit: Option<&'h Hit<'a>>,
    /// The case left aside because the message speaks of something else.
    pub set_aside: Option<&'h Hit<'a>>,
    pub reasons: Vec<Reason>,
    /// What a person is to look at.
    pub for_person: Option<String>,
}

/// Weighs the words in the light of the case, or without it where they speak of something else.
pub fn weigh<'a, 'h>(rules: &Ruleset, signals: &Signals, facts: &Facts, hit: Option<&'h Hit<'a>>, words: &Words<'_>) -> Weighed<'a, 'h> {
    let Some(hit) = hit else {
        return Weighed { judgement: rules.judge(signals, facts), hit: None, set_aside: None, reasons: Vec::new(), for_person: None };
    };
    if !signals.has("on-behalf") && relation::borrowed(hit, words) {
        let reference = &hit.case.reference;
        let reasons = vec![Reason::new("link.borrowed", format!("gives {reference}, which is somebody else's"), Vec::new())];
        let says = format!(
            "Gives the reference {reference} of somebody else's complaint: see whether the two are one matter; tell nothing of it."
        );
        return Weighed { judgement: rules.judge(signals, facts), hit: None, set_aside: None, reasons, for_person: Some(says) };
    }
    if relation::apart(hit, words, signals) > 0.0 {
        let says = format!("speaks of another matter than {}", hit.case.reference);
        let reasons = vec![Reason::new("link.another_matter", says, signals.words("new-matter"))];
        return Weighed { judgement: rules.judge(signals, facts), hit: None, set_aside: Some(hit), reasons, for_person: None };
    }
    let link = if hit.strong { LinkStrength::Strong } else { LinkStrength::Weak };
    let facts = Facts { stage: seen(hit.case), stage1_answered: hit.case.stage1_answered, link, ..facts.clone() };
    let mut reasons = Vec::new();
    let mut judgement = rules.judge(signals, &facts);
    // It speaks of the case, so what would open one joins it (Code 6.8), or is about our answer (Code 6.10): unless it names a matter of its
    // own, and the second reader, who knows the stage too, says the same as the rules. What was told before is told again by who sends it
    // twice, or by another way.
    let about = topic(&super::words::said(words));
    let of_its_own = match hit.case.stage {
        Stage::Responded => !about.matters.is_empty() && !about.repeats(&hit.topic),
        _ => about.elsewhere(&hit.topic),
    };
    let agreed = of_its_own
        && facts.reader == ReaderMode::Weighs
        && judgement.ranked.first().is_some_and(|first| judgement.reading.as_ref().is_some_and(|r| r.chance(first.kind) >= AGREED));
    let joins = match (judgement.ranked.first().map(|r| r.kind), hit.case.stage) {
        (Some(Kind::NewComplaint | Kind::ServiceRequest | Kind::AsbReport | Kind::PoliticalEnquiry), Stage::Stage1 | Stage::Stage2) => {
            Some(Kind::Addition)
        }
        (Some(Kind::NewComplaint), Stage::Responded) => Some(Kind::Stage2Request),
        _ => None,
    };
    if let Some(kind) = joins.filter(|_| !agreed) {
        let at = judgement.ranked.iter().position(|r| r.kind == kind);
        let mut first = at.map_or_else(|| Ranked { kind, score: 1, reasons: Vec::new() }, |at| judgement.ranked.remove(at));
        first.score = first.score.max(1);
        judgement.ranked.insert(0, first);
        reasons.push(Reason::new("stage.same_matter", format!("speaks of the matter of {}", hit.case.reference), Vec::new()));
    }
    Weighed { judgement, hit: Some(hit), set_aside: None, reasons, for_person: None }
}

/// The chance from which a reading counts as the second reader's own word.
const AGREED: f64 = 0.5;

/// What becomes of the register.
pub struct Settled {
    pub kind: Kind,
    pub effect: Effect,
    pub premature: bool,
    pub reasons: Vec<Reason>,
    /// The case asked about could not be found, or can go no further here.
    pub for_person: Option<String>,
}

/// A request for stage 2 after the policy's months: told to a person and nothing else. Stage 2 is open and acknowledged as ever, for no rule may
/// refuse it (Code 2.5, 5.11), and the models that have such a limit leave a longer one where the matter itself is young: so many months from
/// the response, or `limit_months` from the event if that is later (domain of SPSO and NIPSO). Of the event only the receipt is known.
pub fn late(case: &Case, effect: &Effect, policy: &Policy, received_at: Timestamp) -> Option<String> {
    let months = policy.stage2_limit_months.filter(|_| matches!(effect, Effect::Stage2 { premature: false, .. }))?;
    let after = |at: Timestamp, months: u32| local_day(at).saturating_add(i64::from(months).months());
    let last = after(case.stage_at, months).max(after(case.received_at, policy.limit_months));
    (local_day(received_at) > last).then(|| {
        format!(
            "Asks for stage 2 of {} after {}, the last day that the policy gives ({months} months from the response): it is at stage 2 and \
             acknowledged; whether it is looked at again a person decides, with reasons and the Ombudsman.",
            case.reference,
            written_out(last)
        )
    })
}

/// Makes the rules' first choice fit the case: an addition needs an open one, a request for stage 2 one to take there.
pub fn settle(first: Kind, ranked: &[Kind], hit: Option<&Hit<'_>>, related: Option<&Hit<'_>>) -> Settled {
    let case = hit.map(|h| h.case);
    let next = |not: &[Kind]| ranked.iter().copied().find(|k| !not.contains(k));
    let mut settled = Settled { kind: first, effect: Effect::Record, premature: false, reasons: Vec::new(), for_person: None };
    match (first, case) {
        (Kind::Addition, Some(case)) if matches!(case.stage, Stage::Stage1 | Stage::Stage2) => {
            settled.effect = Effect::Add { case: case.id }
        }
        // After the response or the closing nothing is added: it is about the response, or it is new (Code 6.8).
        (Kind::Addition, Some(case)) if case.stage == Stage::Responded => return settle(Kind::Stage2Request, ranked, hit, related),
        (Kind::Addition, Some(_)) => {
            let kind = next(&[Kind::Addition, Kind::Stage2Request]).unwrap_or(Kind::NewComplaint);
            return settle(kind, ranked, None, hit);
        }
        (Kind::Addition, None) => {
            let kind = next(&[Kind::Addition, Kind::Stage2Request]).unwrap_or(Kind::NewComplaint);
            settled = settle(kind, ranked, None, related);
            settled.for_person =
                Some("Writes as if a complaint were open, but none of theirs was found: look whether this belongs to one.".into());
        }
        // There is no third stage (Code 5.3): after the final response comes the Ombudsman.
        (Kind::Stage2Request, Some(case)) => match case.stage {
            // While a review is open there is nothing higher to ask for.
            Stage::Stage2 => {
                settled.kind = Kind::Addition;
                settled.effect = Effect::Add { case: case.id };
                settled.reasons.push(Reason::new(
                    "stage.under_review",
                    "the stage 2 review is already open, so this is added to it",
                    Vec::new(),
                ));
            }
            Stage::Responded => settled.effect = Effect::Stage2 { case: case.id, premature: false },
            Stage::Closed if case.stage1_answered && !case.stage2_answered => {
                settled.effect = Effect::Stage2 { case: case.id, premature: false };
                settled.reasons.push(Reason::new(
                    "stage.closed_after_response",
                    "the complaint was closed after its response, which can still be reviewed",
                    Vec::new(),
                ));
            }
            Stage::Stage1 | Stage::Closed | Stage::Withdrawn if !case.stage2_answered => {
                settled.premature = true;
                settled.effect = Effect::Stage2 { case: case.id, premature: true };
                settled.reasons.push(Reason::new("stage.premature", "the stage 1 response has not been issued", Vec::new()));
            }
            _ => {
                settled.kind = Kind::NeedsReview;
                settled.for_person = Some(format!(
                    "Asks for more after the final response to {}: tell them of the Ombudsman, or take it up again.",
                    case.reference
                ));
            }
        },
        (Kind::Stage2Request, None) => {
            // Somebody must find the complaint. Until then it counts as one, so that its clock runs.
            settled.kind = match next(&[Kind::Stage2Request, Kind::Addition]) {
                Some(Kind::NewComplaint) => Kind::NewComplaint,
                _ => Kind::NeedsReview,
            };
            if settled.kind == Kind::NewComplaint {
                settled.effect = Effect::Open { related: related.map(|h| h.case.id) };
            }
            let meanwhile = match settled.kind {
                Kind::NewComplaint => {
                    "It runs as a complaint of its own until then, and is acknowledged as one: if the other is found, merge this into it \
                     (`postroom case merge`) and record what stage it is at."
                }
                _ => {
                    "Nobody was answered, and the five working days to acknowledge it run (Code 6.11): if the other is found, answer from there; if \
                     not, open a case for it (`postroom review resolve --open-case`)."
                }
            };
            settled.for_person = Some(format!(
                "Asks for a review of a complaint that was not found: look for it under another name, address or number, and ask them. {meanwhile}"
            ));
        }
        (Kind::NewComplaint, case) => settled.effect = Effect::Open { related: case.or(related.map(|h| h.case)).map(|c| c.id) },
        _ => {}
    }
    settled
}
