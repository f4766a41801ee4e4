//! A landlord, a resident and an occasion that each test changes before it is written.

mod mail;
mod templates;
mod words;

use super::*;
use crate::model::address::Party;
use crate::model::calendar::end_of;
use crate::model::case::Reference;
use crate::model::decision::{Definition, Effect, Evidence, Flag, Kind, Link, Reason, Via};
use crate::model::duty::DutyKind;
use crate::model::fault::Fault;
use crate::model::message::{Forwarded, Platform, Social, Verb};
use crate::model::policy::{Contact, Ombudsman, Responsible, Signpost, TopicText};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::load(None).unwrap_or_else(|f| panic!("{}", printed(&f))));

fn printed(faults: &[Fault]) -> String {
    faults.iter().map(|f| format!("{f}\n")).collect()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A landlord, by hand: the loader lies in another room.
fn policy() -> Policy {
    let topic =
        |topic: &str, responsible, says: &str| TopicText { topic: topic.into(), responsible, says: says.into(), ..TopicText::default() };
    let signpost = |matter: &str, says: &str| Signpost { matter: matter.into(), says: says.into(), ..Signpost::default() };
    Policy {
        id: "thrive".into(),
        landlord: "Thrive Homes".into(),
        mailboxes: vec![address("complaints@thrive.example")],
        staff_domains: vec!["thrive.example".into()],
        ack_stage1_wd: 5,
        ack_stage2_wd: 5,
        respond_stage1_wd: 10,
        respond_stage2_wd: 20,
        limit_months: 6,
        office_opens: "09:00".into(),
        office_closes: "17:00".into(),
        letters_a_day: 10,
        contact: Contact {
            name: "Complaints Team".into(),
            phone: "01632 960 200".into(),
            email: "complaints@thrive.example".into(),
            policy_url: "https://www.thrive.example/complaints".into(),
            emergency_phone: "01632 960 299".into(),
            ..Contact::default()
        },
        ombudsman: Ombudsman {
            name: "Housing Ombudsman Service".into(),
            web: "https://www.housing-ombudsman.org.uk/residents/make-a-complaint/".into(),
            phone: "0300 111 3000".into(),
            post: "Housing Ombudsman Service, PO Box 1484, Unit D, Preston PR2 0ET".into(),
            says: "You can ask the Ombudsman for help at any time. You do not have to wait for our answer. It is free, and it is not part of us.".into(),
            checked_on: "2026-11-22".into(),
            ..Ombudsman::default()
        },
        signposts: vec![
            signpost("service_request", "We are treating your message as a request for a service."),
            signpost("asb_report", "We are treating your message as a report of anti-social behaviour."),
            signpost("bins", "Your local council empties household bins."),
        ],
        topics: vec![
            topic("leak", Responsible::Ours, "Leaks: we are responsible for our pipes."),
            topic("roads", Responsible::NotOurs, "Public roads: the council looks after these."),
            topic("grounds", Responsible::Unclear, "Trees: we will check who owns this one."),
        ],
        ..Policy::default()
    }
}

/// An occasion whose parts a test changes before it is written.
#[derive(Clone)]
struct World {
    policy: Policy,
    message: Message,
    decision: Decision,
    case: Option<Case>,
    to: Option<Address>,
    from: Address,
    form: Form,
    duty: Option<Duty>,
    response_due: Option<Date>,
    original: Option<Vec<u8>>,
}

fn duty(kind: DutyKind, due: &str) -> Duty {
    Duty::plain(kind, day(due), end_of(day(due)), day(due), true)
}

/// Karen's leak (scenario 001): received on Monday 2 March 2026.
fn karen() -> World {
    let who = Party { name: Some("Karen Whitlock".into()), email: Some(address("karen@freemail.example")), id: None };
    World {
        policy: policy(),
        message: Message {
            from: who.clone(),
            subject: "leak STILL not fixed - 31 Tanners Court".into(),
            message_id: Some("CA923@mail.freemail.example".into()),
            references: vec!["older@freemail.example".into()],
            ..Message::default()
        },
        decision: Decision {
            kind: Kind::NewComplaint,
            flags: Vec::new(),
            reply: Reply::AcknowledgeStage1,
            link: None,
            effect: Effect::Open { related: None },
            via: None,
            resident: who.clone(),
            answer_to: who.email.clone(),
            contractor_delay_wd: None,
            aware_at: None,
            definition: Definition {
                what: vec![
                    "The pipe under my kitchen sink has been leaking since 3 February.".into(),
                    "Twice I was given an appointment and twice nobody came, no phone call no text nothing.".into(),
                ],
                when: Some("since 3 February".into()),
                who: None,
                outcome: Some("I want it fixed this week and I want the unit replaced.".into()),
            },
            topics: vec!["leak".into(), "grounds".into()],
            routes: Vec::new(),
            duties: vec![
                duty(DutyKind::Acknowledge, "2026-03-09"),
                duty(DutyKind::Define, "2026-03-09"),
                duty(DutyKind::RespondStage1, "2026-03-16"),
            ],
            reviews: Vec::new(),
            reasons: Vec::new(),
            runner_up: None,
            courtesy: None,
            input_digest: String::new(),
            ruleset_digest: String::new(),
        },
        case: Some(Case {
            reference: Reference::new(2026, 123),
            token: "7q4m2k9f7q4m2k9fz".into(),
            resident: who.clone(),
            topic: "SECRET OF THE CASE".into(),
            ..Case::default()
        }),
        to: who.email,
        from: address("complaints@thrive.example"),
        form: Form::AcknowledgeStage1,
        duty: None,
        response_due: None,
        original: None,
    }
}

impl World {
    fn occasion(&self) -> Occasion<'_> {
        let staff = !self.form.answers() && self.form != Form::PassOn;
        Occasion {
            form: self.form,
            to: self.to.as_ref(),
            from: &self.from,
            policy: &self.policy,
            case: self.case.as_ref(),
            message: Some(&self.message).filter(|_| !staff),
            decision: Some(&self.decision).filter(|_| !staff),
            duty: self.duty.as_ref(),
            received_at: at("2026-03-02T09:14:00Z"),
            response_due: self.response_due,
            message_id: "pr.0192f0c4-0000-0000-0000-000000000001@thrive.example",
            date: at("2026-03-02T09:14:30Z"),
            instance: "test-1",
            large: false,
            original: self.original.as_deref(),
            note: None,
            digest: None,
            trouble: None,
        }
    }

    fn letter(&self) -> Letter {
        render(&TEMPLATES, &self.occasion()).unwrap()
    }

    fn linked(mut self, kind: Kind, strong: bool) -> World {
        self.decision.kind = kind;
        let evidence = vec![if strong { Evidence::ReplyAddress } else { Evidence::ReferenceInBody }];
        self.decision.link = Some(Link { case: 1, evidence, strong });
        (self.decision.effect, self.form) = match kind {
            Kind::Stage2Request => (Effect::Stage2 { case: 1, premature: false }, Form::AcknowledgeStage2),
            _ => (Effect::Add { case: 1 }, Form::ConfirmAddition),
        };
        self.decision.duties.clear();
        self
    }
}

fn in_order(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let Some(found) = text[from..].find(part) else { panic!("{part:?} is missing after {from} in:\n{text}") };
        from += found + part.len();
    }
}
