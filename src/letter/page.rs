//! What the templates may say: the occasion in words, with everything left out that a letter must not hold.

use super::greeting::greeting;
use super::quote::{self, POINTS};
use super::sentence;
use super::welsh::{self, Cymraeg};
use super::{Form, Note, Occasion};
use crate::model::calendar::{local_day, london, written_out};
use crate::model::decision::{Decision, Flag, Kind, ReviewCause, Via};
use crate::model::digest::Digest;
use crate::model::duty::{Duty, DutyKind};
use crate::model::message::Message;
use crate::model::policy::{Contact, Ombudsman, Policy, Responsible};
use crate::model::trouble::Trouble;
use regex::Regex;
use serde::Serialize;
use std::sync::LazyLock;

/// A longer sentence says more than what is wanted.
const OUTCOME_CHARS: usize = 160;

/// At most so many lines on who is responsible for what, of each sort.
const TOPICS: usize = 4;

/// The variables of the templates, each always there: what is not known is `none`, empty or false.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// Which letter it is.
    pub form: &'static str,
    /// In Welsh first, and then in English; in large print.
    pub welsh: bool,
    pub large: bool,
    /// What the Welsh part says otherwise.
    pub cy: Cymraeg,
    /// The language of what they wrote (BCP 47), empty where it is neither English nor Welsh.
    pub words_lang: &'static str,
    pub landlord: String,
    pub contact: Contact,
    pub ombudsman: Ombudsman,
    pub greeting: String,
    /// The case's, where the recipient may know of it.
    pub reference: Option<String>,
    /// Their subject, cleaned.
    pub subject: String,
    /// The local date of receipt, written out, as all dates are.
    pub received: String,
    /// It is logged as a complaint, or added to one.
    pub complaint: bool,
    /// `contractor` or `staff` where the words came through one.
    pub via: Option<&'static str>,
    /// Our understanding: what they are unhappy about, in their own words.
    pub points: Vec<String>,
    /// Something private was left out of the points.
    pub private: bool,
    pub outcome: Option<String>,
    /// They said what they want, in words that are not repeated.
    pub outcome_kept: bool,
    /// Which of the landlord's four questions the message leaves open; none when it leaves none.
    pub questions: Option<Questions>,
    /// By whom each matter is looked after, a line each (Code 5.7).
    pub ours: Vec<String>,
    pub not_ours: Vec<String>,
    pub unclear: Vec<String>,
    pub define_due: Option<String>,
    pub response_due: Option<String>,
    pub emergency: bool,
    pub gas_number: &'static str,
    pub representative: bool,
    pub adjustment: bool,
    /// It answers a request for stage 2; and one that comes before the stage 1 response.
    pub second: bool,
    pub premature: bool,
    /// Linked by too little to tell the sender anything of the case.
    pub weak: bool,
    pub withdrawal: bool,
    /// Where what is no complaint is dealt with.
    pub signposts: Vec<String>,
    /// A report of what others do: the police's numbers belong in the letter.
    pub danger: bool,
    /// Others can read the answer.
    pub public: bool,
    /// The message is encrypted, and its words could not be read.
    pub locked: bool,
    /// By so many working days a contractor kept it, where that is more than agreed; and how many are.
    pub kept_days: Option<i64>,
    pub route_days: u32,
    /// For the landlord's own people.
    pub kind: String,
    pub flags: Vec<String>,
    pub contractor: Option<String>,
    pub answered: bool,
    /// For whom a notice is, and what leads there.
    pub roles: Vec<String>,
    pub matters: Vec<String>,
    /// The sender's words, where there is no mail to attach.
    pub words: Option<String>,
    pub duty: Option<DutyPage>,
    /// A person's own letter.
    pub note: Option<Note>,
    pub digest: Option<Digest>,
    pub trouble: Option<Trouble>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Questions {
    pub what: bool,
    pub when: bool,
    pub who: bool,
    /// They were in touch with somebody, without saying with whom.
    pub spoke: bool,
    pub outcome: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct DutyPage {
    pub kind: &'static str,
    /// What is to be done.
    pub what: &'static str,
    /// The day after which it is late.
    pub due: String,
    /// The day that the policy promises, where it is a later one.
    pub promised: Option<String>,
    /// It is due within hours, by this time of that day.
    pub by: Option<String>,
    /// The calendar knows the bank holidays up to then.
    pub covered: bool,
}

impl DutyPage {
    fn of(duty: &Duty) -> DutyPage {
        let last = local_day(duty.due_at);
        DutyPage {
            kind: duty.kind.as_str(),
            what: duty.kind.what(),
            due: written_out(last),
            promised: (duty.due > last).then(|| written_out(duty.due)),
            by: (duty.kind == DutyKind::MakeSafe).then(|| duty.due_at.to_zoned(london()).strftime("%H:%M").to_string()),
            covered: duty.covered,
        }
    }
}

impl Page {
    pub fn of(o: &Occasion<'_>) -> Page {
        let weak = o.weak();
        let policy = o.policy;
        let mut page = Page {
            landlord: policy.landlord.clone(),
            contact: policy.contact.clone(),
            ombudsman: policy.ombudsman.clone(),
            form: o.form.as_str(),
            greeting: greeting(o.message.and_then(|m| name_of_recipient(o, m))),
            second: o.form == Form::AcknowledgeStage2,
            reference: o.case.filter(|_| !weak).map(|c| c.reference.0.clone()),
            received: written_out(local_day(o.received_at)),
            gas_number: policy.division.gas_number(),
            response_due: o.response_due.filter(|due| !weak && *due >= local_day(o.date)).map(written_out),
            weak,
            welsh: policy.welsh,
            // That a case's resident reads large print is told to nobody who reached it by its number alone (promise 6).
            large: policy.large_print || o.form.to_resident() && (o.large || o.case.is_some_and(|c| c.large_print) && !weak),
            words_lang: words_lang(o.message),
            note: o.note.cloned(),
            digest: o.digest.cloned(),
            trouble: o.trouble.cloned(),
            complaint: o.form.by_person(),
            ..Page::default()
        };
        page.cy = Cymraeg {
            received: welsh::date(local_day(o.received_at)),
            response_due: o.response_due.filter(|due| !weak && *due >= local_day(o.date)).map(welsh::date),
            until: o.note.and_then(|n| n.until_day).map(welsh::date),
            ..Cymraeg::of(&policy.contact, &policy.ombudsman, &page.greeting)
        };
        if let Some(duty) = o.duty {
            page.duty = Some(DutyPage::of(duty));
        }
        if let Some(message) = o.message {
            page.of_message(o, message);
        }
        if let Some(decision) = o.decision {
            page.of_decision(policy, decision, o.form);
            for route in decision.routes.iter().filter(|r| o.form == Form::Notice && r.letter && r.to.as_ref() == o.to) {
                page.roles.push(route.role.clone());
                page.matters.extend(route.of.iter().filter(|m| !page.matters.contains(m)).cloned().collect::<Vec<_>>());
            }
            if told_by_another(o) {
                page.questions = Some(Questions { what: true, when: true, who: true, outcome: true, ..Questions::default() });
            } else {
                page.understanding(decision, o);
            }
        }
        page.questions = page.questions.take().filter(|q| q.what || q.when || q.who || q.outcome);
        page
    }

    fn of_message(&mut self, o: &Occasion<'_>, message: &Message) {
        let theirs = own_forward(o, message).map_or(Some(message.subject.as_str()), |f| f.subject.as_deref());
        self.subject = quote::subject(theirs.unwrap_or_default(), self.reference.as_deref());
        if self.subject.is_empty() {
            self.subject = self.plain_subject();
        }
        self.locked = message.is_locked();
        let via = o.decision.and_then(|d| d.via);
        let asked = |way: fn(&str) -> bool| way(&message.text) || message.handed_on(via).any(|f| way(&f.text));
        let adjusted = o.decision.is_some_and(|d| d.flags.contains(&Flag::Adjustment));
        self.large |= o.decision.is_some_and(|d| asks_large_print(message, d));
        // Who writes in Welsh, or asks for it, is answered so wherever the landlord is.
        self.welsh |= message.language.as_deref() == Some("cym") || adjusted && asked(wants_welsh);
        self.public = message.social.as_ref().is_some_and(|s| s.public);
        if o.form == Form::Notice && o.original.is_none() {
            self.words = Some(message.text.trim().to_owned()).filter(|t| !t.is_empty());
        }
        self.contractor = message.from.email.as_ref().and_then(|a| o.policy.contractor(a)).map(|c| c.name.clone());
    }

    fn plain_subject(&self) -> String {
        format!("your message to {}", self.landlord)
    }

    fn of_decision(&mut self, policy: &Policy, decision: &Decision, form: Form) {
        let has = |flag| decision.flags.contains(&flag);
        self.complaint = matches!(decision.kind, Kind::NewComplaint | Kind::Addition | Kind::Stage2Request);
        self.kind = decision.kind.as_str().replace('_', " ");
        self.flags = decision.flags.iter().map(|f| f.as_str().replace('_', " ")).collect();
        self.via = decision.via.map(Via::as_str);
        self.kept_days = decision.contractor_delay_wd.filter(|days| *days > i64::from(policy.contractor_route_wd));
        self.route_days = policy.contractor_route_wd;
        self.answered = decision.answer_to.is_some();
        self.emergency = has(Flag::Emergency) || has(Flag::Safety);
        self.adjustment = has(Flag::Adjustment);
        self.representative = has(Flag::Representative) && self.complaint;
        self.premature = has(Flag::Premature);
        self.withdrawal = decision.reviews.iter().any(|r| r.cause == ReviewCause::Withdrawal);
        self.danger = decision.kind == Kind::AsbReport && !self.emergency;
        if !self.weak {
            let due = |kinds: &[DutyKind]| decision.duties.iter().find(|d| kinds.contains(&d.kind)).map(|d| d.due);
            let define = due(&[DutyKind::Define]).or_else(|| due(&[DutyKind::Acknowledge]));
            // A request that comes too early moves no date: stage 1's stands.
            let respond = if self.premature { None } else { due(&DutyKind::RESPOND) };
            (self.define_due, self.cy.define_due) = (define.map(written_out), define.map(welsh::date));
            self.response_due = respond.map(written_out).or(self.response_due.take());
            self.cy.response_due = respond.map(welsh::date).or(self.cy.response_due.take());
        }
        // Who complains of a person complains of our people, whatever else they mention.
        let conduct = has(Flag::StaffConduct);
        let lines = |responsible| {
            let spoken_of = move |topic: &String| decision.topics.contains(topic) || conduct && topic == "staff";
            let texts = policy.topics.iter().filter(move |t| t.responsible == responsible && spoken_of(&t.topic));
            texts.map(|t| t.says.clone()).take(TOPICS).collect::<Vec<_>>()
        };
        self.ours = lines(Responsible::Ours);
        self.not_ours = lines(Responsible::NotOurs);
        self.unclear = lines(Responsible::Unclear);
        if matches!(form, Form::Signpost | Form::SignpostSocial | Form::Survey) {
            self.signposts = signposts(policy, decision);
        }
        let matters = [self.ours.as_slice(), &self.not_ours, &self.unclear].concat();
        (self.cy.matters, self.cy.signposts) = (Cymraeg::of_texts(policy, &matters), Cymraeg::of_texts(policy, &self.signposts));
    }

    fn understanding(&mut self, decision: &Decision, o: &Occasion<'_>) {
        let text = o.message.map_or("", |m| own_forward(o, m).map_or(m.text.as_str(), |f| f.text.as_str()));
        let abuse = decision.flags.contains(&Flag::Abuse);
        let found = decision.reasons.iter().filter(|r| r.id.contains("abuse") || r.id.contains("threat"));
        let insults: Vec<String> = found.flat_map(|r| r.words.clone()).collect();
        let quote = |words: &str| if abuse { quote::quote_civil(words, &insults) } else { quote::quote(words) };
        let told = sentence::sentences(text);
        let definition = &decision.definition;
        let outcome = definition.outcome.as_deref().map(|words| quote(&sentence::whole(words, &told, OUTCOME_CHARS)));
        let mut after = 0;
        for words in definition.what.iter().take(4 * POINTS) {
            let (words, end) = sentence::point(words, &told, after);
            after = end;
            let point = quote(&words);
            self.private |= point.private;
            let again = outcome.as_ref().is_some_and(|o| o.text == point.text) || self.points.contains(&point.text);
            if !point.text.is_empty() && !again && self.points.len() < POINTS {
                self.points.push(point.text);
            }
        }
        // "They didn't." says nothing to whoever checks what we understood, unless it is all that was said.
        let telling = |p: &String| p.split_whitespace().count() >= 4;
        if self.points.iter().any(telling) {
            self.points.retain(telling);
        }
        self.private |= outcome.as_ref().is_some_and(|o| o.private);
        self.outcome = outcome.map(|o| o.text).filter(|t| !t.is_empty());
        // In another language all may have been said: nothing is asked of them until a person has read it.
        let unread = o.message.is_some_and(|m| m.language.is_some());
        self.outcome_kept = self.outcome.is_none() && (unread || definition.outcome.is_some());
        if abuse && quote::is_insulting(&self.subject) {
            self.subject = self.plain_subject();
        }
        self.questions = (!unread).then(|| Questions {
            what: definition.what.is_empty(),
            when: definition.when.is_none(),
            who: definition.who.is_none(),
            spoke: sentence::spoke(text),
            outcome: definition.outcome.is_none(),
        });
    }
}

/// What a reader that speaks should take the quoted words for.
fn words_lang(message: Option<&Message>) -> &'static str {
    match message.and_then(|m| m.language.as_deref()) {
        None => "en-GB",
        Some("cym") => "cy",
        Some(_) => "",
    }
}

/// Whether a message asks for letters in large print: in its own words or in those that it passes on.
pub fn asks_large_print(message: &Message, decision: &Decision) -> bool {
    let said = wants_large_print(&message.text) || message.handed_on(decision.via).any(|f| wants_large_print(&f.text));
    said && decision.flags.contains(&Flag::Adjustment)
}

fn wants_large_print(text: &str) -> bool {
    static LARGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:large|larger|big|bigger|giant)[ -]?(?:print|type|text|font|letters|lettering|writing)\b|\bprint bras\b|\b(?:1[68]|2[0-8])[ -]?(?:point|pt)\b")
            .expect("the pattern is written here")
    });
    LARGE.is_match(text)
}

fn wants_welsh(text: &str) -> bool {
    static WELSH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)\b(?:in|into|yn) (?:welsh|gymraeg|cymraeg)\b").expect("the pattern is written here"));
    WELSH.is_match(text)
}

/// What to say of a message that is no complaint: of its kind, and of two at most of the topics that a request speaks of. A report or
/// a claim goes where its kind says, whatever else is in it.
fn signposts(policy: &Policy, decision: &Decision) -> Vec<String> {
    let find = |matter: &str| policy.signposts.iter().find(|s| s.matter == matter).map(|s| s.says.clone());
    let topics = if decision.kind == Kind::ServiceRequest { decision.topics.as_slice() } else { &[] };
    find(decision.kind.as_str()).into_iter().chain(topics.iter().filter_map(|t| find(t)).take(2)).collect()
}

/// The message inside this one that the recipient wrote, when somebody else passed it on.
fn own_forward<'m>(o: &Occasion<'_>, message: &'m Message) -> Option<&'m crate::model::message::Forwarded> {
    let to = o.to?;
    message.handed_on(o.decision.and_then(|d| d.via)).find(|f| f.from_email.as_ref() == Some(to))
}

/// True where the words are somebody else's about the recipient: a contractor's or an officer's note. They are not repeated.
fn told_by_another(o: &Occasion<'_>) -> bool {
    let (Some(message), Some(decision)) = (o.message, o.decision) else { return false };
    // A passed-on message of theirs is their own words; a note beside it that gives their address is not.
    let noted = || o.to.is_some_and(|to| message.text.to_lowercase().contains(to.as_str()));
    decision.via.is_some() && own_forward(o, message).is_none() && (message.forwards.is_empty() || noted())
}

/// The name to greet: of the forward's author, of the sender, or of the resident that a note names.
fn name_of_recipient<'m>(o: &'m Occasion<'_>, message: &'m Message) -> Option<&'m str> {
    if !o.form.to_resident() {
        return None;
    }
    if let Some(forward) = own_forward(o, message) {
        return forward.from_name.as_deref();
    }
    let to = o.to;
    let resident = o.decision.map(|d| &d.resident).filter(|r| to.is_some() && r.email.as_ref() == to);
    let sender = (message.from.email.as_ref() == to || message.reply_to.as_ref() == to).then_some(&message.from);
    sender.or(resident).and_then(|p| p.name.as_deref())
}
