//! The core: one message, what its words signal, the cases it may belong to and the landlord's promises, in; a decision, out.
//!
//! Pure and total: the same input and ruleset give the same decision, which is why `explain`, `backtest` and the scenario tests are
//! replays of this code. The way through it: who wrote (`who`) → which words count (`words`) → which case (`link`) → what the rules
//! make of the words in that case's light (`stage`) → flags, reply, duties, definition, and what a person must look at.

pub mod definition; // the landlord's four questions, in the sender's words
mod duties; // what falls due
pub mod explain; // the decision as an officer would say it
mod flags; // what a person must know beside the kind
mod keys; // what leads to a case
mod link; // which case, and how surely
mod reader; // what the second reader doubts
mod relation; // whether it speaks of the case
pub mod reply; // what goes back, and to whom
mod reviews; // tasks for a person
mod routes; // who is told beside the complaints team
mod stage; // what it means for a case
mod statute; // clocks that the law starts beside the Code's
mod survey; // what a survey's answer says of us
pub mod timing; // when an answer may leave
mod topic; // what a text is about
pub mod who; // who wrote, and whose complaint it is
mod words; // the words that count

use crate::model::calendar::{Calendar, local_day};
use crate::model::case::Stage;
use crate::model::decision::{Candidate, Decision, Definition, Effect, Evidence, Flag, Kind, Link, Reason, Review, ReviewCause, Via};
use crate::model::duty::{Duty, DutyKind};
use crate::model::keys::Keys;
use crate::model::message::{Automatic, Message};
use crate::model::policy::{Policy, ReaderMode};
use crate::rules::{self, Facts, Judgement, Ruleset, Signals, Words};
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use who::{Class, Who};

/// Everything that a decision rests on.
pub struct Input<'a> {
    pub message: &'a Message,
    /// What `rules` heard in the words that [`hear`] chose.
    pub signals: &'a Signals,
    pub rules: &'a Ruleset,
    pub candidates: &'a [Candidate],
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
    /// When the server had it: the clock runs from then (promise 4).
    pub received_at: Timestamp,
}

/// What is read off a message before the register is asked: the words for `Ruleset::signals`, the keys for the store.
pub struct Heard<'a> {
    pub words: Words<'a>,
    pub keys: Keys,
    reader: ReaderMode,
}

/// The duties of a complaint for which a person opens the case.
pub fn of_complaint(policy: &Policy, calendar: &Calendar, received_at: Timestamp) -> Vec<Duty> {
    duties::duties(Kind::NewComplaint, None, false, &[], &duties::Clock { policy, calendar, received_at, aware_at: None })
}

/// The duty to answer a case at a stage, asked for and acknowledged at `at`.
pub fn respond(kind: DutyKind, policy: &Policy, calendar: &Calendar, at: Timestamp) -> Duty {
    duties::respond(kind, &duties::Clock { policy, calendar, received_at: at, aware_at: None }, at)
}

/// The day of a duty's first warning, where a person sets its date.
pub fn warning(calendar: &Calendar, due: jiff::civil::Date) -> jiff::civil::Date {
    duties::warning(calendar, due)
}

/// What a case's stage means to the rules.
pub use stage::seen as stage_of;

/// The last day of a response counted from its acknowledgement.
pub use duties::from_acknowledgement;

/// What falls due when the investigation of a hazard ended at `at`.
pub fn after_investigation(policy: &Policy, calendar: &Calendar, at: Timestamp) -> Vec<Duty> {
    statute::after_investigation(&duties::Clock { policy, calendar, received_at: at, aware_at: None })
}

/// The duty of a message that could not be read: it is acknowledged as a complaint would be.
pub fn unread(policy: &Policy, calendar: &Calendar, received_at: Timestamp) -> Duty {
    let clock = duties::Clock { policy, calendar, received_at, aware_at: None };
    duties::acknowledge(&clock)
}

impl Heard<'_> {
    /// What the rules find in the words, and the second reader where the policy asks it.
    pub fn signals(&self, rules: &Ruleset) -> Signals {
        match self.reader {
            ReaderMode::Off => rules.signals_alone(&self.words),
            ReaderMode::Advises | ReaderMode::Weighs => rules.signals(&self.words),
        }
    }

    /// The subject and new words that a case remembers, to compare later messages with.
    pub fn remembered(&self) -> String {
        let parts = self.words.parts.iter().filter(|p| matches!(p.place, rules::Place::Subject | rules::Place::Text));
        parts.map(|p| p.text.trim()).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

pub fn hear<'a>(message: &'a Message, policy: &Policy, received_at: Timestamp) -> Heard<'a> {
    let who = who::who(message, policy, received_at);
    let words = words::words(message, &who, policy, received_at);
    let keys = keys::keys(message, policy, &who, &words);
    Heard { words, keys, reader: policy.reader.mode }
}

pub fn triage(input: &Input<'_>) -> Decision {
    let Input { message, signals, rules, candidates, policy, received_at, .. } = *input;
    let mut who = who::who(message, policy, received_at);
    let known = |text: &str| candidates.iter().any(|c| relation::holds(&c.case, text));
    let again = who.by_answer && who.original.is_some_and(|o| known(&o.text));
    if again {
        who = who::who_answers(message, policy, received_at);
    }
    let words = words::words(message, &who, policy, received_at);
    let said = words::said(&words);
    // What was heard was heard in the words that the case holds.
    let anew = again.then(|| rules.signals(&words));
    let signals = anew.as_ref().unwrap_or(signals);

    let hit = link::link(candidates, &said, received_at);
    let facts = Facts { reader: policy.reader.mode, ..facts(message, &who) };
    let weighed = stage::weigh(rules, signals, &facts, hit.as_ref(), &words);
    let mut reasons = Vec::new();
    reasons.extend(weighed.hit.map(link::reason));
    reasons.extend(weighed.reasons);

    let judged = choose(message, &who, &weighed.judgement, weighed.hit, signals);
    let mut judged = reader::heed(judged, &weighed.judgement, signals, &policy.reader);
    if judged.kind == Kind::ServiceRequest && weighed.hit.is_none() && weighed.set_aside.is_none() && signals.has("escalate") {
        let keys = keys::keys(message, policy, &who, &words);
        if !keys.references_subject.is_empty() || !keys.references_body.is_empty() {
            // "Please escalate" and a number that nobody knows: somebody must find the complaint (domain.md 12, trap 7).
            let says = "asks to take a complaint further that was not found";
            let reason = Some(Reason::new("stage.unknown_case", says, signals.words("escalate")));
            judged = Judged { kind: Kind::Stage2Request, undecided: true, reason, ..judged };
        }
    }
    let ranked: Vec<Kind> = weighed.judgement.ranked.iter().map(|r| r.kind).collect();
    let settled = stage::settle(judged.kind, &ranked, weighed.hit, weighed.set_aside);
    let kind = settled.kind;
    reasons.extend(judged.reason);
    if let Some(ranked) = weighed.judgement.ranked.iter().find(|r| r.kind == judged.kind) {
        reasons.extend(ranked.reasons.iter().cloned());
    }
    reasons.extend(settled.reasons);

    let matter = matches!(kind, Kind::NewComplaint | Kind::Addition | Kind::Stage2Request);
    if matter {
        who.speak_for_resident(message, policy);
    }
    let mut flags = Vec::new();
    if !matches!(kind, Kind::Automatic | Kind::Spam) {
        for (flag, reason) in weighed.judgement.flags.iter().filter(|(flag, _)| flags::fits(*flag, kind, signals)) {
            flags.push(*flag);
            reasons.push(reason.clone());
        }
    }
    if settled.premature {
        flags.push(Flag::Premature);
    }
    if matter && who.class == Class::Politician {
        flags.push(Flag::Representative);
    }
    let age = if flags::asks_age(kind) { flags::late(signals, &said, words.received, policy) } else { flags::Late::No };
    let late_unsure = matches!(age, flags::Late::Unsure(_));
    match age {
        flags::Late::Yes(reason) => {
            flags.push(Flag::Late);
            reasons.push(reason);
        }
        flags::Late::Unsure(reason) => reasons.push(reason),
        flags::Late::No => {}
    }
    let flags = flags::in_order(flags);

    let survey = if kind == Kind::SurveyFeedback { survey::survey(signals, &said) } else { reply::Survey::default() };
    let (reply, answer_to) = reply::reply(kind, message, &who, survey, policy);
    let linked = if matches!(settled.effect, Effect::Open { .. }) { None } else { weighed.hit };
    let clock = duties::Clock { policy, calendar: input.calendar, received_at, aware_at: who.aware_at };
    let opens_stage2 = matches!(settled.effect, Effect::Stage2 { premature: false, .. });
    let seen = reviews::Seen {
        message,
        who: &who,
        kind,
        flags: &flags,
        reply,
        effect: &settled.effect,
        hit: linked,
        undecided: judged.undecided,
        second: judged.beside,
        withdraws: matter && withdraws(signals, &said),
        late_unsure,
        late_stage2: linked.and_then(|h| stage::late(h.case, &settled.effect, policy, received_at)),
        for_person: settled.for_person.or(weighed.for_person),
        several: several(message, policy).max(if two_at_once(signals, &flags) { 2 } else { 0 }),
        ended: candidates.iter().filter(|c| ended(c)).count(),
    };
    let statutory = statute::duties(kind, &flags, &weighed.judgement.topics, &clock);
    let mut reviews = reviews::reviews(&seen);
    reviews.extend(statute::reviews(&statutory));
    let delay = contractor_delay(message, &who, input.calendar, received_at);
    if let Some(days) = delay.filter(|days| *days > i64::from(policy.contractor_route_wd)) {
        let says = format!("The contractor kept this for {days} working days, where {} are agreed.", policy.contractor_route_wd);
        reviews.push(Review { cause: ReviewCause::ContractorDelay, says });
    }
    let mut duties = duties::duties(kind, who.via, opens_stage2, &flags, &clock);
    duties.extend(statutory);
    let courtesy = reply::courtesy(kind, &settled.effect, message, &who, policy);
    let second = weighed.judgement.ranked.iter().find(|r| r.kind != kind);
    let runner_up = second.map(|r| (r.kind, r.reasons.first().map(|reason| reason.says.clone()).unwrap_or_default()));
    let mut routes = routes::routes(policy, kind, &flags, &weighed.judgement.topics);
    if flags.contains(&Flag::StaffConduct) {
        routes::spare_the_named(&mut routes, message);
    }
    Decision {
        kind,
        routes,
        flags,
        reply,
        link: linked.map(|h| Link { case: h.case.id, evidence: h.evidence.clone(), strong: h.strong }),
        duties,
        effect: settled.effect,
        via: who.via,
        definition: match message.language {
            _ if !matter => Definition::default(),
            // What the model learnt of English tells nothing of who and when in another language: a person asks, or has it translated.
            Some(_) => {
                Definition { what: definition::definition(&words, signals, rules, policy.reader.mode).what, ..Definition::default() }
            }
            None => definition::definition(&words, signals, rules, policy.reader.mode),
        },
        resident: who.resident,
        answer_to,
        contractor_delay_wd: delay,
        aware_at: who.aware_at,
        topics: weighed.judgement.topics,
        reviews,
        reasons,
        runner_up,
        courtesy,
        input_digest: digest(input),
        ruleset_digest: rules.digest.clone(),
    }
}

/// The sender's own, and over: its stage 1 answered and the case closed, or its final response issued.
fn ended(candidate: &Candidate) -> bool {
    let case = &candidate.case;
    let over = case.stage == Stage::Final || case.stage == Stage::Closed && case.stage1_answered;
    over && candidate.evidence.contains(&Evidence::SameSender)
}

/// A contractor's own delay: from the day of the original to the day on which we had it (domain.md 3.3). None where the original's date cannot
/// be read, or cannot be true.
fn contractor_delay(message: &Message, who: &Who<'_>, calendar: &Calendar, received_at: Timestamp) -> Option<i64> {
    if who.via != Some(Via::Contractor) {
        return None;
    }
    let written = message.forwards.iter().filter_map(|f| f.sent_at).min().or(who.original.and_then(|o| o.sent_at))?;
    let (written, had) = (local_day(written), local_day(received_at));
    let year_ago = had.saturating_sub(1.year());
    (year_ago..=had).contains(&written).then(|| calendar.working_days_between(written, had))
}

fn facts(message: &Message, who: &Who<'_>) -> Facts {
    let sender = match who.class {
        Class::Resident => rules::Sender::Resident,
        Class::Contractor => rules::Sender::Contractor,
        Class::Staff | Class::Ourselves => rules::Sender::Staff,
        Class::Politician => rules::Sender::Politician,
        Class::Regulator => rules::Sender::Ombudsman,
    };
    Facts {
        channel: message.channel,
        sender,
        automatic: message.automatic,
        via: who.via,
        foreign: message.language.is_some(),
        attachments: message.attachments.len(),
        public: message.social.as_ref().is_some_and(|s| s.public),
        ..Facts::default()
    }
}

/// The kind before the register is asked what it allows.
struct Judged {
    kind: Kind,
    undecided: bool,
    reason: Option<Reason>,
    /// What a person is to look at beside it.
    beside: Option<String>,
}

fn choose(message: &Message, who: &Who<'_>, judgement: &Judgement, hit: Option<&link::Hit<'_>>, signals: &Signals) -> Judged {
    let because =
        |kind, id: &str, says: &str| Judged { kind, undecided: false, reason: Some(Reason::new(id, says, Vec::new())), beside: None };
    let top = judgement.ranked.first().map(|r| r.kind);

    if message.postroom_instance.is_some() || who.class == Class::Ourselves {
        return because(Kind::Automatic, "machine.own_loop", "is our own letter come back");
    }
    if message.social.as_ref().is_some_and(|s| s.no_message) {
        return because(Kind::Automatic, "machine.no_message", "is a notice of the platform: nobody said anything to us");
    }
    // A survey's results and a site's form come from machines, and hold a person's words.
    let brings_words = match message.automatic {
        Some(Automatic::Notification) => true,
        Some(Automatic::AutoReply) => message.in_reply_to.is_none(),
        _ => false,
    };
    match message.automatic {
        None => {}
        Some(_) if brings_words && top == Some(Kind::SurveyFeedback) => {}
        Some(_) => return because(Kind::Automatic, "machine.headers", "was sent by a machine, not by a person"),
    }
    if who.class == Class::Regulator {
        return because(Kind::Ombudsman, "who.regulator", "comes from the Ombudsman or a regulator");
    }
    if message.social.as_ref().is_some_and(|s| s.unreadable) {
        return because(Kind::NeedsReview, "words.unreadable", "cannot be read here");
    }
    // Photographs sent in reply to our letter are evidence.
    let evidence = because(Kind::Addition, "words.only_attachments", "sends something for the case without a word");
    // Our own letter come back speaks for nobody.
    if message.defects.iter().any(|d| d.code == "no-new-text") && hit.is_some_and(|h| h.pointed) {
        let back = because(Kind::NeedsReview, "words.nothing_new", "sends an earlier letter back without a new word");
        return if message.attachments.is_empty() { back } else { evidence };
    }
    if reviews::silent(message) {
        return match hit {
            Some(hit) if hit.pointed && !message.attachments.is_empty() => evidence,
            _ => because(Kind::NeedsReview, "words.none", "holds no words"),
        };
    }
    // Words of complaint in a language that a few rules know: its clock runs while somebody translates the rest.
    let foreign = message.language.is_some() && signals.has("foreign-complaint") && !signals.has("machine-foreign");
    if foreign && hit.is_none() && top != Some(Kind::Automatic) && top != Some(Kind::Spam) {
        return Judged {
            kind: Kind::NewComplaint,
            undecided: true,
            reason: Some(Reason::new("words.foreign_complaint", "complains in another language", signals.words("foreign-complaint"))),
            beside: None,
        };
    }
    match judgement.ranked.first() {
        // Nothing speaks for anything.
        None => because(Kind::NeedsReview, "rules.nothing", "nothing in the words says what it is"),
        Some(first) if first.score <= 0 => match hit {
            // It speaks of the case: the likeliest reading stands, and a person looks at it.
            Some(hit) if hit.strong => Judged { kind: first.kind, undecided: true, reason: None, beside: None },
            // Few words that the rules know, but they read like one of these: said, and shown to a person all the same.
            None if message.language.is_none()
                && reads_like(first, judgement)
                && !may_be_machine(first.kind, signals)
                && !may_be_complaint(first, judgement, signals) =>
            {
                Judged { kind: first.kind, undecided: true, reason: None, beside: None }
            }
            _ => because(Kind::NeedsReview, "rules.nothing", "says nothing that tells what it is"),
        },
        // Few rules know other languages: what they miss may be a complaint.
        Some(first) if message.language.is_some() && quiet(first.kind) => {
            because(Kind::NeedsReview, "words.foreign", "is not written in English")
        }
        // No letter of ours goes to what may be a machine, a firm or a cheat (RFC 3834 §2): a person looks first.
        Some(first) if hit.is_none() && may_be_machine(first.kind, signals) => {
            because(Kind::NeedsReview, "rules.doubt", "may come from a machine or an advertiser")
        }
        // Hardly less speaks for a complaint than for something that nobody follows: a person decides (promise 7).
        Some(first) if may_be_complaint(first, judgement, signals) => {
            because(Kind::NeedsReview, "rules.doubt", "may be a complaint or may not")
        }
        Some(first) => Judged { kind: first.kind, undecided: judgement.undecided, reason: None, beside: None },
    }
}

/// The weight of a strong sign and a middling one: less than that between two readings is no certainty.
const DOUBT: i32 = 60;

/// Kinds that nobody follows up.
fn quiet(kind: Kind) -> bool {
    !matches!(kind, Kind::NewComplaint | Kind::Addition | Kind::Stage2Request | Kind::Ombudsman | Kind::Automatic | Kind::Spam)
}

fn may_be_complaint(first: &rules::Ranked, judgement: &Judgement, signals: &Signals) -> bool {
    let complaint = judgement.ranked.iter().find(|r| matches!(r.kind, Kind::NewComplaint | Kind::Stage2Request));
    let silent = quiet(first.kind) || matches!(first.kind, Kind::Automatic | Kind::Spam);
    let doubt = if signals.has("nobody-came") || signals.has("still-not-done") || signals.has("staff-conduct") { 2 * DOUBT } else { DOUBT };
    // Thanks to one of our people beside what another did: no praise makes up for it (Code 5.8).
    let rude = complaint.is_some_and(|c| c.reasons.iter().any(|r| r.id == "signal.staff-conduct"));
    first.kind == Kind::Compliment && rude || silent && complaint.is_some_and(|c| c.score > -DOUBT && first.score - c.score < doubt)
}

/// The second reader takes it for this kind: by any chance for those that its words alone give away, and surely for the others. What comes
/// from machines, cheats and the Ombudsman is for the rules to prove.
fn reads_like(first: &rules::Ranked, judgement: &Judgement) -> bool {
    let own = matches!(first.kind, Kind::NewComplaint | Kind::AsbReport | Kind::Compliment | Kind::SurveyFeedback);
    let proven = matches!(first.kind, Kind::Automatic | Kind::Spam | Kind::Ombudsman);
    let sure = || judgement.reading.as_ref().is_some_and(|r| r.chance(first.kind) >= SURE);
    first.reasons.iter().any(|r| r.id == "reader") && (own || !proven && sure())
}

/// The chance from which the second reader is believed where no rule knows the words.
const SURE: f64 = 0.8;

/// Something of a machine's or an advertiser's in it, and nothing of a home of ours.
fn may_be_machine(kind: Kind, signals: &Signals) -> bool {
    let hints: &[&str] = match kind {
        Kind::NewComplaint
            if ["waited", "asked-before", "nobody-came", "our-people-acted", "on-behalf", "group"].iter().any(|s| signals.has(s)) =>
        {
            &["spam"]
        }
        Kind::NewComplaint => &["spam", "lure", "sales", "machine-sure"],
        Kind::ServiceRequest | Kind::AsbReport => &["spam", "lure", "sales", "machine-sure", "regulator-voice"],
        Kind::LegalOrInsurance => &["lure", "machine-sure"],
        _ => &[],
    };
    !signals.has("home") && hints.iter().any(|s| signals.has(s))
}

fn withdraws(signals: &Signals, said: &str) -> bool {
    let lower = said.to_lowercase();
    signals.has("withdraws")
        || ["withdraw", "drop the complaint", "drop my complaint", "close it down", "not to carry on"].iter().any(|w| lower.contains(w))
}

/// How many residents' messages are attached side by side.
fn several(message: &Message, policy: &Policy) -> usize {
    let mut people: Vec<_> = message
        .forwards
        .iter()
        .filter(|f| f.attached)
        .filter_map(|f| f.from_email.as_ref())
        .filter(|a| !policy.is_staff(a) && policy.contractor(a).is_none())
        .collect();
    people.sort();
    people.dedup();
    people.len()
}

/// A councillor's or an adviser's letter about more than one household: each is a complaint of its own (domain 12, trap 4).
fn two_at_once(signals: &Signals, flags: &[Flag]) -> bool {
    flags.contains(&Flag::Representative) && signals.has("several-residents")
}

/// SHA-256 over the input written as JSON: fields in the order of the types, candidates in the order of their cases. The signals are
/// not in it, for the message and the ruleset's digest make them.
/// SHA-256 (hex) of what the decision rests on beside the rules. The policy is named only: its words, and the calendar's, are in the ruleset's
/// digest, save for the mailboxes, of which a landlord's configuration may add one.
fn digest(input: &Input<'_>) -> String {
    let mut candidates: Vec<&Candidate> = input.candidates.iter().collect();
    candidates.sort_by_key(|c| c.case.id);
    let value = (input.message, candidates, &input.policy.id, &input.policy.mailboxes, input.received_at);
    let bytes = serde_json::to_vec(&value).expect("plain data without maps that have other keys than text");
    Sha256::digest(&bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
