//! Signals and what is known of the sender and the case → how strongly each kind and flag is spoken for.

mod flags; // what a person must know beside the kind

pub(super) use flags::{FlagReader, FlagRule, Ruled};

use super::condition::Condition;
use super::load::Ruleset;
use super::reader::Reading;
use super::scan::Signals;
use crate::model::decision::{Flag, Kind, Reason, Via};
use crate::model::message::{Automatic, Channel};
use crate::model::policy::ReaderMode;

/// What the sender has with us, in the words of the rule files: `stage is open`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseStage {
    #[default]
    None,
    /// Stage 1, not answered.
    Open,
    /// The stage 1 response has been issued.
    Responded,
    Stage2,
    /// Closed, withdrawn or finally answered.
    Closed,
}

/// Who writes, as far as addresses tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sender {
    #[default]
    Resident,
    Contractor,
    Staff,
    /// A councillor, an MP, a member of the Senedd or of the Scottish Parliament, or their office.
    Politician,
    Ombudsman,
    Regulator,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkStrength {
    #[default]
    None,
    Weak,
    Strong,
}

/// What triage knows beside the words.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub channel: Channel,
    pub stage: CaseStage,
    /// A closed case whose stage 1 response was issued can still go to stage 2.
    pub stage1_answered: bool,
    pub sender: Sender,
    pub automatic: Option<Automatic>,
    pub via: Option<Via>,
    pub link: LinkStrength,
    /// The new words are surely not English (`message.language`).
    pub foreign: bool,
    /// Photographs, scans and letters came with it.
    pub attachments: usize,
    /// A post that everybody can read.
    pub public: bool,
    /// Whether the words speak of the linked case's matter; `None` when nobody can tell.
    pub same_matter: Option<bool>,
    /// How the second reader counts.
    pub reader: ReaderMode,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    pub kind: Kind,
    pub score: i32,
    /// What spoke for it, heaviest first, then what spoke against.
    pub reasons: Vec<Reason>,
}

/// What the rules make of a message. Triage has the last word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Best first; at least one. `needs_review` is never in it.
    pub ranked: Vec<Ranked>,
    /// `late` and `premature` are triage's, and never here.
    pub flags: Vec<(Flag, Reason)>,
    /// Flags that the second reader would raise, with their chances, where the policy lets it advise only.
    pub advised: Vec<(Flag, f64)>,
    pub topics: Vec<String>,
    /// The first two lie within the margin of rules/kinds.toml, or nothing speaks for anything: a person should look.
    pub undecided: bool,
    /// How the second reader reads it, where the policy asks it.
    pub reading: Option<Reading>,
    /// What says outright that they are dissatisfied, where the rules by themselves see a complaint or doubt: no reading makes up for it.
    pub outright: Option<Reason>,
}

/// How much a condition speaks for or against a kind, in words that an officer can weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    Decisive,
    Strong,
    Some,
    Slight,
}

impl Grade {
    /// Two strong ones outweigh neither a decisive one alone nor are they outweighed by three of some.
    pub fn weight(self) -> i32 {
        match self {
            Grade::Decisive => 100,
            Grade::Strong => 40,
            Grade::Some => 20,
            Grade::Slight => 8,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct KindRule {
    pub kind: Kind,
    /// All must hold.
    pub needs: Vec<Condition>,
    /// None may hold.
    pub never: Vec<Condition>,
    pub weights: Vec<(i32, Condition)>,
}

/// Kinds that open a case or add to one.
const FOLLOWED: &[Kind] = &[Kind::NewComplaint, Kind::Stage2Request, Kind::Addition];
/// Kinds that nobody follows up.
const UNFOLLOWED: &[Kind] =
    &[Kind::ServiceRequest, Kind::Compliment, Kind::SurveyFeedback, Kind::AsbReport, Kind::Automatic, Kind::Spam, Kind::PoliticalEnquiry];

/// What conditions are asked of.
struct Case<'a> {
    rules: &'a Ruleset,
    signals: &'a Signals,
    facts: &'a Facts,
    has: Vec<bool>,
}

impl Case<'_> {
    fn holds(&self, condition: &Condition) -> bool {
        condition.holds(&|s| self.has[s], Some(self.facts), self.signals.length)
    }

    /// What a condition that holds has to say: its signals, or the facts alone.
    fn reasons(&self, condition: &Condition, out: &mut Vec<Reason>) {
        let mut named = Vec::new();
        condition.named(&mut named);
        for signal in named.into_iter().filter(|s| self.has[*s]) {
            let signal = &self.rules.signals[signal];
            let id = format!("signal.{}", signal.id);
            if !out.iter().any(|r| r.id == id) {
                let mut words = self.signals.words(&signal.id);
                words.dedup();
                out.push(Reason::new(id, signal.means.to_string(), words));
            }
        }
    }
}

impl Ruleset {
    /// Weighs the signals. Pure; the order of rule files changes nothing (ties go by `order` in rules/kinds.toml).
    pub fn judge(&self, signals: &Signals, facts: &Facts) -> Judgement {
        let case = self.case(signals, facts);
        let mut ranked: Vec<Ranked> = self.kinds.iter().filter_map(|k| rank(k, &case)).collect();
        // It has learnt English, and would take any other language for a machine's.
        let asked = facts.reader != ReaderMode::Off && !facts.foreign;
        let reading = if asked { self.reader.read(&signals.heard, &self.ids(&case.has), facts) } else { None };
        let near = self.may_be_complaint(&ranked);
        let stated = near && self.stated.iter().any(|c| case.holds(c));
        let outright = if near { self.outright(&case) } else { None };
        if let Some(reading) = reading.as_ref().filter(|_| facts.reader == ReaderMode::Weighs && !stated) {
            self.hear_reader(reading, &case, &mut ranked);
        }
        let place = |k: Kind| self.order.iter().position(|o| *o == k).unwrap_or(self.order.len());
        ranked.sort_by_key(|r| (std::cmp::Reverse(r.score), place(r.kind), r.kind));
        let (flags, advised) = self.flags(&case, reading.as_ref());
        // When in doubt between a complaint and something that nobody follows: the complaint, or a person (promise 7).
        let lead = |r: &[Ranked]| r.iter().position(|r| FOLLOWED.contains(&r.kind)).map(|at| (at, r[0].score - r[at].score));
        let mut in_doubt = false;
        if let Some((at, lead)) = lead(&ranked).filter(|(at, _)| *at > 0 && UNFOLLOWED.contains(&ranked[0].kind)) {
            if lead < self.prefer_complaint {
                let complaint = ranked.remove(at);
                ranked.insert(0, complaint);
                return Judgement { undecided: false, flags, advised, topics: self.topics(signals), ranked, reading, outright };
            }
            in_doubt = lead < self.doubt;
        }
        let undecided = in_doubt
            || match &ranked[..] {
                [first, second, ..] => first.score <= 0 || first.score - second.score < self.margin,
                [only] => only.score <= 0,
                [] => true,
            };
        Judgement { undecided, flags, advised, topics: self.topics(signals), ranked, reading, outright }
    }

    /// Whether a complaint stands first, or so close behind something else that a person would decide.
    fn may_be_complaint(&self, ranked: &[Ranked]) -> bool {
        let best = |followed: bool| ranked.iter().filter(|r| FOLLOWED.contains(&r.kind) == followed).map(|r| r.score).max();
        best(true).is_some_and(|complaint| best(false).is_none_or(|other| complaint > other - self.doubt))
    }

    fn outright(&self, case: &Case) -> Option<Reason> {
        let mut reasons = Vec::new();
        self.outright.iter().filter(|c| case.holds(c)).for_each(|c| case.reasons(c, &mut reasons));
        let says = reasons.first()?.says.clone();
        Some(Reason::new("rules.outright", says, reasons.into_iter().flat_map(|r| r.words).collect()))
    }

    /// Adds what the second reader says: to the kinds that the rules leave open, and to those for which they found nothing that is needed,
    /// which then stand a decisive reason behind. What a rule forbids (`never`), and what the case's stage forbids, stays out.
    fn hear_reader(&self, reading: &Reading, case: &Case, ranked: &mut Vec<Ranked>) {
        let (best, top) = reading.best();
        for rule in self.kinds.iter().filter(|k| !matches!(k.kind, Kind::Addition | Kind::Stage2Request)) {
            if !ranked.iter().any(|r| r.kind == rule.kind) && !rule.never.iter().any(|c| case.holds(c)) {
                ranked.push(Ranked { kind: rule.kind, score: -Grade::Decisive.weight(), reasons: Vec::new() });
            }
        }
        for rank in ranked.iter_mut() {
            let behind = libm::log(reading.chance(rank.kind).max(1e-9) / top) * f64::from(self.reader_weight);
            rank.score += behind as i32;
            if rank.kind == best {
                let says = format!("reads like others of this kind ({:.0} in 100)", 100.0 * top);
                rank.reasons.push(Reason::new(
                    "reader",
                    says,
                    case.signals.stretches(&self.reader.telling_kind(&case.signals.heard, reading, best)),
                ));
            }
        }
    }

    /// The ids of the signals that hold, those made of signals and facts included, in order.
    pub(super) fn held<'a>(&'a self, signals: &Signals, facts: &Facts) -> Vec<&'a str> {
        let case = self.case(signals, facts);
        self.ids(&case.has)
    }

    fn ids(&self, has: &[bool]) -> Vec<&str> {
        self.signals.iter().zip(has).filter(|(_, has)| **has).map(|(s, _)| &*s.id).collect()
    }

    fn case<'a>(&'a self, signals: &'a Signals, facts: &'a Facts) -> Case<'a> {
        let mut has = vec![false; self.signals.len()];
        for found in &signals.found {
            if let Ok(number) = self.signals.binary_search_by(|s| s.id.cmp(&found.id)) {
                has[number] = true;
            }
        }
        // Signals are found without the facts; those made of signals are found again here, where they may name facts too.
        for &number in &self.derived {
            let held = |s: usize| has[s];
            if !has[number] && self.signals[number].when.as_ref().is_some_and(|w| w.holds(&held, Some(facts), signals.length)) {
                has[number] = true;
            }
        }
        Case { rules: self, signals, facts, has }
    }

    fn topics(&self, signals: &Signals) -> Vec<String> {
        let mut out: Vec<String> = signals.found.iter().filter_map(|f| Some(f.id.strip_prefix("topic:")?.to_string())).collect();
        out.dedup();
        out
    }
}

fn rank(rule: &KindRule, case: &Case) -> Option<Ranked> {
    if rule.needs.iter().any(|c| !case.holds(c)) || rule.never.iter().any(|c| case.holds(c)) {
        return None;
    }
    let mut held: Vec<(i32, &Condition)> = rule.weights.iter().filter(|(_, c)| case.holds(c)).map(|(w, c)| (*w, c)).collect();
    held.sort_by_key(|(w, _)| std::cmp::Reverse(*w));
    let mut reasons = Vec::new();
    // What speaks against a kind weighs, and is no reason that a person should read for it.
    held.iter().filter(|(w, _)| *w > 0).for_each(|(_, c)| case.reasons(c, &mut reasons));
    Some(Ranked { kind: rule.kind, score: held.iter().map(|(w, _)| w).sum(), reasons })
}
