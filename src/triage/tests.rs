//! The rules of tests/scenarios/FORMAT.md and the traps of the field, one by one.

mod answered;
mod measure;
mod strangers;

use super::duties::{Clock, duties};
use super::flags::{Late, late};
use super::link::link;
use super::reply::{Survey, answer_to, answerable, courtesy, reply};
use super::stage::settle;
use super::who::{Class, who};
use super::{Input, hear, triage};
use crate::model::address::{Address, Party};
use crate::model::calendar::Calendar;
use crate::model::case::{Case, Reference, Stage};
use crate::model::decision::{Candidate, Courtesy, Effect, Evidence, Flag, Kind, Reply, ReviewCause, Via};
use crate::model::duty::DutyKind;
use crate::model::message::{Automatic, Channel, Defect, Forwarded, Message, Platform, Social, Verb};
use crate::model::policy::Policy;
use crate::rules::{self, Role, Signals, TimeSpan};
use jiff::Timestamp;
use jiff::civil::date;

fn policy() -> Policy {
    rules::policy::load(None).unwrap().remove("thrive").unwrap()
}

fn calendar() -> Calendar {
    rules::calendar::load(None).unwrap().remove(&policy().division).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn party(name: &str, email: &str) -> Party {
    Party { name: Some(name.into()), email: Some(address(email)), id: None }
}

fn mail(name: &str, email: &str, subject: &str, text: &str) -> Message {
    Message {
        from: party(name, email),
        to: vec![party("", "complaints@thrive.example")],
        subject: subject.into(),
        text: text.into(),
        ..Message::default()
    }
}

fn post(text: &str) -> Message {
    let social = Social {
        platform: Platform::Facebook,
        public: true,
        verb: Verb::Add,
        account: None,
        parent: None,
        thread: Some("post-1".into()),
        no_message: false,
        event_at: None,
        unreadable: false,
    };
    let from = Party { name: Some("Jo Moss".into()), email: None, id: Some("77".into()) };
    Message { channel: Channel::Social, from, text: text.into(), social: Some(social), ..Message::default() }
}

fn forward(name: &str, email: Option<&str>, text: &str) -> Forwarded {
    Forwarded { from_name: Some(name.into()), from_email: email.map(address), text: text.into(), body: text.into(), ..Forwarded::default() }
}

const NOW: &str = "2026-03-09T09:14:00Z";

fn replied(kind: Kind, message: &Message, survey: Survey) -> (Reply, Option<String>) {
    let policy = policy();
    let (reply, to) = reply(kind, message, &who(message, &policy, at(NOW)), survey, &policy);
    (reply, to.map(|a| a.to_string()))
}

#[test]
fn each_kind_has_its_reply() {
    let message = mail("Jo Moss", "jo@post.example", "", "x");
    let sad = Survey { dissatisfied: true, anonymous: false };
    for (kind, wanted) in [
        (Kind::NewComplaint, Reply::AcknowledgeStage1),
        (Kind::Stage2Request, Reply::AcknowledgeStage2),
        (Kind::Addition, Reply::ConfirmAddition),
        (Kind::ServiceRequest, Reply::Signpost),
        (Kind::AsbReport, Reply::Signpost),
        (Kind::LegalOrInsurance, Reply::Signpost),
        (Kind::PoliticalEnquiry, Reply::Signpost),
        (Kind::SurveyFeedback, Reply::Signpost),
        (Kind::Compliment, Reply::None),
        (Kind::Ombudsman, Reply::None),
        (Kind::Automatic, Reply::None),
        (Kind::Spam, Reply::None),
        (Kind::NeedsReview, Reply::None),
    ] {
        assert_eq!(replied(kind, &message, sad).0, wanted, "{}", kind.as_str());
    }
    assert_eq!(replied(Kind::SurveyFeedback, &message, Survey::default()).0, Reply::None, "satisfied");
    assert_eq!(replied(Kind::SurveyFeedback, &message, Survey { dissatisfied: true, anonymous: true }).0, Reply::None, "anonymous");
}

#[test]
fn social_media_goes_offline_public_or_private() {
    let message = post("x");
    for kind in [Kind::NewComplaint, Kind::Addition, Kind::Stage2Request] {
        assert_eq!(replied(kind, &message, Survey::default()), (Reply::TakeOffline, None));
    }
    assert_eq!(replied(Kind::ServiceRequest, &message, Survey::default()).0, Reply::Signpost);
}

#[test]
fn a_contractors_forward_is_answered_to_the_resident_or_nobody() {
    let mut message = mail("Axis", "care@axisrepairs.example", "FW: not happy", "See below. Jenna, care@axisrepairs.example");
    message.forwards = vec![forward("Samina Rauf", Some("samina@post.example"), "He left it in two pieces")];
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()), (Reply::AcknowledgeStage1, Some("samina@post.example".into())));
    assert_eq!(replied(Kind::Addition, &message, Survey::default()), (Reply::ConfirmAddition, Some("samina@post.example".into())));
    assert_eq!(replied(Kind::Stage2Request, &message, Survey::default()), (Reply::AcknowledgeStage2, Some("samina@post.example".into())));
    message.forwards = vec![forward("Mr Winston Amory", None, "Three visits")];
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()), (Reply::None, None));
    message.text = "His address is w.amory@post.example, ours is care@axisrepairs.example".into();
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()).1.as_deref(), Some("w.amory@post.example"));
    message.text = "Either w.amory@post.example or winston@mail.example".into();
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()), (Reply::None, None), "two addresses are none");
}

#[test]
fn a_colleagues_forward_and_note_are_answered_to_the_resident() {
    let policy = policy();
    let mut message = mail("Owen Mabey", "owen@thrive.example", "FW: the gate", "One for you");
    message.forwards =
        vec![Forwarded { sent_at: Some(at("2026-03-05T10:00:00Z")), ..forward("Joan Sykes", Some("joan@post.example"), "my gate") }];
    let seen = who(&message, &policy, at(NOW));
    assert_eq!((seen.via, seen.aware_at), (Some(Via::Staff), Some(at("2026-03-05T10:00:00Z"))));
    assert_eq!(answer_to(&message, &seen, &policy), Some(address("joan@post.example")));
    let note = mail("Soph", "soph@thrive.example", "Call", "Caller: Gwen Ferrier");
    assert_eq!(replied(Kind::NewComplaint, &note, Survey::default()), (Reply::None, None));
}

#[test]
fn nobody_answers_machines_lists_or_ourselves() {
    let policy = policy();
    for no in [
        "no-reply@x.example",
        "noreply+1@x.example",
        "do_not_reply@x.example",
        "MAILER-DAEMON@x.example",
        "owner-news@x.example",
        "news-request@x.example",
        "complaints+c-abc@thrive.example",
    ] {
        assert!(!answerable(&address(no), &policy), "{no}");
    }
    for yes in ["jo@post.example", "joanne.bounces@post.example", "listan@x.example", "notaries@x.example"] {
        assert!(answerable(&address(yes), &policy), "{yes}");
    }
    let mut message = mail("Jo", "jo@post.example", "", "x");
    message.return_path = Some(None);
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()).0, Reply::None);
    message.return_path = None;
    message.reply_to = Some(address("jo.home@post.example"));
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()).1.as_deref(), Some("jo.home@post.example"));
    message.reply_to = Some(address("complaints@thrive.example"));
    assert_eq!(replied(Kind::NewComplaint, &message, Survey::default()).1.as_deref(), Some("jo@post.example"));
}

fn beside(kind: Kind, effect: Effect, message: &Message, policy: &Policy) -> Option<(Courtesy, String)> {
    courtesy(kind, &effect, message, &who(message, policy, at(NOW)), policy).map(|(what, to)| (what, to.to_string()))
}

#[test]
fn what_cannot_be_read_is_asked_for_again_of_people_alone() {
    let policy = policy();
    let mut locked = mail("Jo Moss", "jo@home.example", "Encrypted message", "");
    locked.defects.push(Defect::new("encrypted", "x"));
    let asked = |message: &Message, kind| beside(kind, Effect::Record, message, &policy);
    assert_eq!(asked(&locked, Kind::NeedsReview), Some((Courtesy::Unreadable, "jo@home.example".into())));
    assert_eq!(asked(&mail("Jo Moss", "jo@home.example", "", " "), Kind::NeedsReview).map(|c| c.0), Some(Courtesy::Unreadable));
    // What can be read is not asked for again, nor is anything that no person sent or that no letter of ours may answer.
    assert_eq!(asked(&mail("Jo Moss", "jo@home.example", "", "Tuesday, as ever"), Kind::NeedsReview), None);
    for kind in [Kind::Spam, Kind::Automatic, Kind::Ombudsman] {
        assert_eq!(asked(&locked, kind), None, "{kind:?}");
    }
    assert_eq!(asked(&Message { automatic: Some(Automatic::AutoReply), ..locked.clone() }, Kind::NeedsReview), None);
    assert_eq!(asked(&Message { return_path: Some(None), ..locked.clone() }, Kind::NeedsReview), None);
    assert_eq!(asked(&Message { from: party("", "no-reply@home.example"), ..locked.clone() }, Kind::NeedsReview), None);
    assert_eq!(asked(&Message { from: party("", "info@housing-ombudsman.org.uk"), ..locked.clone() }, Kind::NeedsReview), None);
    assert_eq!(beside(Kind::NeedsReview, Effect::Record, &locked, &Policy { ask_for_readable: false, ..policy.clone() }), None);
}

#[test]
fn a_firm_is_thanked_for_what_it_passes_on_where_the_policy_says_so() {
    let thanks = Policy { thank_contractors: true, ..policy() };
    let mut message = mail("Axis Repairs", "office@axisrepairs.example", "FW: my sink", "see below");
    message.forwards = vec![forward("Jo Moss", Some("jo@home.example"), "Nobody came.")];
    let opened = Effect::Open { related: None };
    let to = Some((Courtesy::ContractorThanks, "office@axisrepairs.example".to_owned()));
    assert_eq!(beside(Kind::NewComplaint, opened, &message, &thanks), to);
    assert_eq!(beside(Kind::NewComplaint, opened, &message, &policy()), None);
    // What it passes on that is no complaint is no matter of thanks, and a machine of theirs is not answered.
    assert_eq!(beside(Kind::Compliment, Effect::Record, &message, &thanks), None);
    assert_eq!(beside(Kind::NewComplaint, opened, &Message { automatic: Some(Automatic::AutoReply), ..message }, &thanks), None);
}

#[test]
fn the_innermost_outsider_is_the_resident() {
    let policy = policy();
    let mut message = mail("Axis", "care@axisrepairs.example", "FW", "fyi");
    message.forwards = vec![
        forward("Axis engineer", Some("wes@axisrepairs.example"), "pls forward"),
        forward("Jo Moss", Some("jo@post.example"), "it leaks"),
        forward("Thrive", Some("complaints@thrive.example"), "Dear resident"),
    ];
    let seen = who(&message, &policy, at(NOW));
    assert_eq!(seen.resident.email, Some(address("jo@post.example")));
    assert_eq!(seen.via, Some(Via::Contractor));
}

#[test]
fn a_contractors_own_post_is_nobodys_complaint() {
    let message = mail("Noor", "noor@axisrepairs.example", "Variation order 22", "Could you confirm whether it was approved?");
    let seen = who(&message, &policy(), at(NOW)).own_business();
    assert!(seen);
    assert_eq!(replied(Kind::ServiceRequest, &message, Survey::default()).1.as_deref(), Some("noor@axisrepairs.example"));
}

#[test]
fn regulators_are_known_by_host_not_by_name() {
    let class = |name: &str, email: &str| who(&mail(name, email, "", "x"), &policy(), at(NOW)).class;
    assert_eq!(class("Casework", "casework@housing-ombudsman.org.uk"), Class::Regulator);
    assert_eq!(class("Casework", "a@mail.housing-ombudsman.org.uk"), Class::Regulator);
    assert_eq!(class("Housing Ombudsman Service", "docs@secure-share.example"), Class::Resident);
    assert_eq!(class("Housing Ombudsman", "x@nothousing-ombudsman.org.uk"), Class::Resident);
    assert_eq!(class("Cllr Bea Onslow", "b@council.example"), Class::Politician);
    let mut forged = mail("Casework", "casework@housing-ombudsman.org.uk", "", "x");
    forged.authenticated = Some(false);
    assert_eq!(who(&forged, &policy(), at(NOW)).class, Class::Resident);
}

#[test]
fn keys_are_read_as_people_type_them() {
    let policy = policy();
    let mut message = mail("Jo Moss", "jo@post.example", "pr 2026 123", "and PR2026-000007 too");
    message.to.push(party("", "complaints+C-7Q4M@thrive.example"));
    message.to.push(party("", "someone+c-other@post.example"));
    message.in_reply_to = Some("<a@b.example>".into());
    message.quoted = "Your reference is PR-2026-000099".into();
    let keys = hear(&message, &policy, at(NOW)).keys;
    assert_eq!(keys.tokens, ["7q4m"]);
    assert_eq!(keys.message_ids, ["a@b.example"]);
    assert_eq!(keys.references_subject, ["PR-2026-000123"]);
    assert_eq!(keys.references_body, ["PR-2026-000007"]);
    assert_eq!(keys.names, ["jo moss"]);
}

fn case(id: i64, stage: Stage, topic: &str) -> Case {
    Case {
        id,
        reference: Reference::new(2026, id),
        stage,
        stage1_answered: stage != Stage::Stage1,
        received_at: at("2026-03-01T09:00:00Z"),
        stage_at: at("2026-03-01T09:00:00Z"),
        topic: topic.into(),
        ..Case::default()
    }
}

fn candidate(id: i64, stage: Stage, topic: &str, evidence: &[Evidence]) -> Candidate {
    Candidate { case: case(id, stage, topic), evidence: evidence.to_vec() }
}

#[test]
fn links_are_strong_by_letter_token_or_party() {
    use Evidence::*;
    let strength = |evidence: &[Evidence]| {
        let candidates = [candidate(1, Stage::Stage1, "the boiler", evidence)];
        link(&candidates, "the boiler is off", at(NOW)).map(|h| h.strong)
    };
    assert_eq!(strength(&[ReplyAddress]), Some(true), "a partner writes to our token");
    assert_eq!(strength(&[OurMessageId]), Some(true));
    assert_eq!(strength(&[ReferenceInSubject]), Some(false), "a stranger with a number");
    assert_eq!(strength(&[ReferenceInBody, SameSender]), Some(true));
    assert_eq!(strength(&[SameName]), None, "a namesake with the same trouble");
    let known = [candidate(1, Stage::Stage1, "the boiler", &[SameName])];
    assert_eq!(link(&known, "my complaint about the boiler", at(NOW)).map(|h| h.strong), Some(false));
    assert_eq!(strength(&[SameTopic]), None, "a neighbour with the same leak");
    assert_eq!(strength(&[ThreadRoot]), None, "an Outlook conversation of somebody else");
    assert_eq!(strength(&[SameConversation]), None, "under the same public post");
}

#[test]
fn two_open_cases_are_told_apart_by_matter() {
    let both = [
        candidate(1, Stage::Stage1, "Thermostat never worked, heating full on", &[Evidence::SameSender]),
        candidate(2, Stage::Stage1, "My son's bicycle taken from the shed", &[Evidence::SameSender]),
    ];
    assert_eq!(link(&both, "the engineer's second visit about the thermostat", at(NOW)).map(|h| h.case.id), Some(1));
    assert_eq!(link(&both, "Receipt for the bike, £189", at(NOW)).map(|h| h.case.id), Some(2));
}

#[test]
fn the_order_of_candidates_changes_nothing() {
    let mut both = vec![
        candidate(1, Stage::Stage1, "heating", &[Evidence::SameSender]),
        candidate(2, Stage::Stage1, "heating", &[Evidence::SameSender]),
    ];
    let first = link(&both, "cold again", at(NOW)).map(|h| h.case.id);
    both.reverse();
    assert_eq!(link(&both, "cold again", at(NOW)).map(|h| h.case.id), first);
}

/// Kind and effect that `first` comes to on a case at `stage`.
fn settled(first: Kind, stage: Option<Stage>) -> (Kind, Effect, bool) {
    let candidates: Vec<Candidate> = stage.map(|s| candidate(1, s, "x", &[Evidence::ReplyAddress])).into_iter().collect();
    let hit = link(&candidates, "x", at(NOW));
    let settled = settle(first, &[first, Kind::NewComplaint, Kind::ServiceRequest], hit.as_ref(), None);
    (settled.kind, settled.effect, settled.premature)
}

#[test]
fn a_request_for_stage_2_fits_the_stage() {
    let stage2 = |premature| Effect::Stage2 { case: 1, premature };
    assert_eq!(settled(Kind::Stage2Request, Some(Stage::Responded)), (Kind::Stage2Request, stage2(false), false));
    assert_eq!(settled(Kind::Stage2Request, Some(Stage::Stage1)), (Kind::Stage2Request, stage2(true), true));
    assert_eq!(settled(Kind::Stage2Request, Some(Stage::Closed)), (Kind::Stage2Request, stage2(false), false));
    assert_eq!(settled(Kind::Stage2Request, Some(Stage::Stage2)), (Kind::Addition, Effect::Add { case: 1 }, false));
    let (kind, effect, _) = settled(Kind::Stage2Request, None);
    assert_eq!((kind, effect), (Kind::NewComplaint, Effect::Open { related: None }));
}

#[test]
fn an_addition_needs_an_open_complaint() {
    assert_eq!(settled(Kind::Addition, Some(Stage::Stage1)), (Kind::Addition, Effect::Add { case: 1 }, false));
    assert_eq!(settled(Kind::Addition, Some(Stage::Stage2)), (Kind::Addition, Effect::Add { case: 1 }, false));
    assert_eq!(settled(Kind::Addition, Some(Stage::Responded)).0, Kind::Stage2Request);
    assert_eq!(settled(Kind::Addition, Some(Stage::Closed)), (Kind::NewComplaint, Effect::Open { related: Some(1) }, false));
    assert_eq!(settled(Kind::Addition, None).0, Kind::NewComplaint);
}

#[test]
fn days_are_counted_by_policy_and_calendar() {
    let (policy, calendar) = (policy(), calendar());
    let clock = |received: &str| Clock { policy: &policy, calendar: &calendar, received_at: at(received), aware_at: None };
    let due = |kind: Kind, clock: &Clock<'_>| {
        duties(kind, None, false, &[], clock).into_iter().find(|d| d.kind == DutyKind::Acknowledge).unwrap()
    };
    // domain.md section 7, convention A.
    assert_eq!(due(Kind::NewComplaint, &clock("2026-03-02T09:14:00Z")).due, date(2026, 3, 9));
    assert_eq!(due(Kind::NewComplaint, &clock("2026-04-02T18:30:00Z")).due, date(2026, 4, 13));
    assert_eq!(due(Kind::Stage2Request, &clock("2026-12-24T16:45:00Z")).due, date(2027, 1, 5));
    assert!(due(Kind::NewComplaint, &clock("2026-03-02T09:14:00Z")).covered);
    assert!(!due(Kind::NewComplaint, &clock("2039-03-02T09:14:00Z")).covered, "the calendar does not know 2039");
    let first = due(Kind::NewComplaint, &clock("2026-03-02T09:14:00Z"));
    assert!(first.warn_from < first.due && first.warn_from >= date(2026, 3, 2));
    // A colleague had it on Thursday: days count from then. What we did not know yet moves nothing back.
    let aware = Clock { aware_at: Some(at("2026-02-26T10:00:00Z")), ..clock("2026-03-02T09:14:00Z") };
    assert_eq!(due(Kind::NewComplaint, &aware).due, date(2026, 3, 5));
    let later = Clock { aware_at: Some(at("2026-03-06T10:00:00Z")), ..clock("2026-03-02T09:14:00Z") };
    assert_eq!(due(Kind::NewComplaint, &later).due, date(2026, 3, 9));
    // What a contractor forwards is passed on within one working day of our having it (policy contractor_route_wd).
    let passed = clock("2026-03-27T16:00:00Z");
    let pass_on =
        duties(Kind::NewComplaint, Some(Via::Contractor), false, &[], &passed).into_iter().find(|d| d.kind == DutyKind::PassOn).unwrap();
    assert_eq!(pass_on.due, date(2026, 3, 30));
    assert!(duties(Kind::Addition, None, false, &[], &clock(NOW)).is_empty());
    assert_eq!(duties(Kind::NeedsReview, None, false, &[], &clock(NOW)).len(), 1, "doubt keeps the clock running");
}

fn spoken(words: &str, days_ago: (u32, u32), lasting: bool) -> Signals {
    let time = TimeSpan { span: 0..1, part: 1, words: words.into(), days_ago, lasting, role: Role::Onset };
    let mut signals = Signals::default();
    signals.times.push(time);
    signals
}

#[test]
fn late_is_what_ended_outside_the_limit() {
    let mut code = policy();
    let received = date(2026, 3, 9);
    code.limit_months = 12;
    assert!(matches!(late(&spoken("May 2022", (1400, 1430), false), "it was mended at the time", received, &code), Late::Yes(_)));
    assert_eq!(late(&spoken("2022", (1400, 1430), true), "since then", received, &code), Late::No, "began long ago and goes on");
    assert_eq!(late(&spoken("May 2022", (1400, 1430), false), "it still leaks", received, &code), Late::No);
    assert_eq!(late(&spoken("seven months ago", (210, 240), false), "seven months ago", received, &code), Late::No);
    code.limit_months = 6;
    assert!(
        matches!(late(&spoken("seven months ago", (210, 240), false), "seven months ago", received, &code), Late::Yes(_)),
        "the same under six months"
    );
    assert!(matches!(
        late(&spoken("eleven months ago", (330, 340), false), "I only found out last week", received, &code),
        Late::Unsure(_)
    ));
}

fn decide(message: &Message, candidates: &[Candidate]) -> crate::model::decision::Decision {
    let (policy, calendar) = (policy(), calendar());
    let heard = hear(message, &policy, at(NOW));
    let signals = heard.signals(rules::shipped());
    triage(&Input {
        message,
        signals: &signals,
        rules: rules::shipped(),
        candidates,
        policy: &policy,
        calendar: &calendar,
        received_at: at(NOW),
    })
}

#[test]
fn machines_are_told_before_words() {
    let mut out_of_office = mail("Jo", "jo@post.example", "Automatic reply: your complaint", "I want to complain, nobody came");
    out_of_office.automatic = Some(Automatic::AutoReply);
    out_of_office.in_reply_to = Some("x@thrive.example".into());
    let decided = decide(&out_of_office, &[candidate(1, Stage::Stage1, "x", &[Evidence::OurMessageId])]);
    assert_eq!((decided.kind, decided.reply, decided.effect), (Kind::Automatic, Reply::None, Effect::Record));
    let own = mail("Thrive", "complaints@thrive.example", "We have received your complaint", "Nobody came, you wrote");
    assert_eq!(decide(&own, &[]).kind, Kind::Automatic);
    let mut echo = post("Thanks for getting in touch");
    echo.social.as_mut().unwrap().no_message = true;
    assert_eq!(decide(&echo, &[]).kind, Kind::Automatic);
}

#[test]
fn people_who_speak_of_machines_are_people() {
    for (subject, text) in [
        ("Automatic reply: again!", "All I ever get is this. Five weeks I have been asking about my back door."),
        (
            "Re: Automatic reply: my refund",
            "This is the third one of these I've had. I have been owed it since March. Is there anyone there at all?",
        ),
    ] {
        let decided = decide(&mail("Jo Moss", "jo@post.example", subject, text), &[]);
        assert_eq!(decided.kind, Kind::NewComplaint, "{subject}: {:?}", decided.reasons);
    }
    for (subject, text) in [
        ("Ticket 88213", "Ticket number 88213 was closed without anybody coming to my flat."),
        ("Undeliverable", "My parcel was undeliverable: your intercom has been broken since Easter. You have done nothing about it."),
    ] {
        let decided = decide(&mail("Jo Moss", "jo@post.example", subject, text), &[]);
        assert_ne!(decided.kind, Kind::Automatic, "{subject}: {:?}", decided.reasons);
    }
}

/// A reply with nothing above our letter, or with nothing to mark where it begins.
#[test]
fn our_own_letter_come_back_is_not_judged() {
    const LETTER: &str =
        "Dear Ms Quaye,\n\nThank you for telling us about your complaint. If you are not satisfied you can ask us to review it.";
    let raw = |above: &str, below: &str| {
        format!(
            "From: Olive Quaye <olive@post.example>\nTo: complaints+c-token@thrive.example\nIn-Reply-To: <a@thrive.example>\nSubject: Re: We have received your complaint\n\n{above}\n\n{below}\n"
        )
    };
    let quoted = format!("On Mon, 2 Mar 2026 at 09:20, Complaints <c@thrive.example> wrote:\n> {}", LETTER.replace('\n', "\n> "));
    let kind = |raw: &str| {
        let message = crate::message::read(raw.as_bytes(), &crate::message::Hint::default()).remove(0);
        decide(&message, &[candidate(1, Stage::Stage1, "the lobby is magnolia", &[Evidence::OurMessageId, Evidence::SameSender])])
    };
    for above in ["", "Sent from my iPhone"] {
        let decided = kind(&raw(above, &quoted));
        assert_eq!((decided.kind, decided.link.map(|l| l.case)), (Kind::NeedsReview, Some(1)), "{above}");
    }
    for below in ["", LETTER, &quoted] {
        assert_eq!(kind(&raw("Any news? It is still magnolia.", below)).kind, Kind::Addition, "{below}");
    }
}

#[test]
fn an_empty_message_goes_to_a_person_with_its_clock() {
    let decided = decide(&mail("", "jo@post.example", "", ""), &[]);
    assert_eq!((decided.kind, decided.reply), (Kind::NeedsReview, Reply::None));
    assert!(decided.reviews.iter().any(|r| r.cause == ReviewCause::Unreadable));
    assert_eq!(decided.duties.len(), 1);
}

#[test]
fn a_bare_reference_from_a_stranger_is_joined_and_looked_at() {
    let message = mail(
        "Rabia S",
        "rabia.home@post.example",
        "Scaffold, PR-2026-000001",
        "Adding to my complaint: the scaffold is still up, letter attached.",
    );
    let decided = decide(&message, &[candidate(1, Stage::Stage1, "Scaffold on our terrace still up", &[Evidence::ReferenceInSubject])]);
    assert_eq!((decided.kind, decided.reply), (Kind::Addition, Reply::ConfirmAddition));
    assert!(decided.reviews.iter().any(|r| r.cause == ReviewCause::WeakLink));
}

#[test]
fn asking_too_soon_is_premature_and_never_refused() {
    let message = mail("Jo Moss", "jo@post.example", "Stage 2", "Please escalate my complaint to stage 2 now.");
    let decided = decide(&message, &[candidate(1, Stage::Stage1, "the gate", &[Evidence::SameSender])]);
    assert_eq!((decided.kind, decided.reply), (Kind::Stage2Request, Reply::AcknowledgeStage2));
    assert!(decided.flags.contains(&Flag::Premature));
    assert_eq!(decided.effect, Effect::Stage2 { case: 1, premature: true });
}

#[test]
fn the_same_input_gives_the_same_decision() {
    let message = mail("Jo Moss", "jo@post.example", "Boiler", "No heating since Monday and nobody came. Please send somebody.");
    let mut candidates =
        vec![candidate(1, Stage::Stage1, "gate", &[Evidence::SameSender]), candidate(2, Stage::Closed, "lift", &[Evidence::SameSender])];
    let first = decide(&message, &candidates);
    candidates.reverse();
    let second = decide(&message, &candidates);
    assert_eq!(first, second);
    assert_eq!(first.input_digest.len(), 64);
    assert_ne!(first.input_digest, decide(&message, &[]).input_digest);
}

#[test]
fn what_names_no_matter_of_its_own_stays_with_the_case() {
    let open = candidate(1, Stage::Stage1, "no heating in the flat since Friday", &[Evidence::SameConversation, Evidence::SameSender]);
    assert_eq!(decide(&post("And nobody has rung back."), &[open]).kind, Kind::Addition);
}

#[test]
fn another_language_is_named_and_nothing_of_english_is_read_into_it() {
    let text = "Nie działa ogrzewanie od dwóch tygodni, dzwoniłam pięć razy i nikt nie przyszedł. Proszę o naprawę.";
    let message = Message { language: Some("pol".into()), ..mail("Jola Moss", "jola@post.example", "ogrzewanie", text) };
    let decided = decide(&message, &[]);
    assert_eq!(decided.kind, Kind::NewComplaint);
    assert!(decided.reviews.iter().any(|r| r.cause == ReviewCause::ForeignLanguage && r.says.starts_with("Written in Polish:")));
    assert!(!decided.definition.what.is_empty() && decided.definition.who.is_none() && decided.definition.when.is_none());
    assert!(decided.reasons.iter().all(|r| r.id != "reader"), "{:?}", decided.reasons);
}

#[test]
fn no_message_breaks_it() {
    let odd = ["", "\u{0}", "PR-2026-", "<<<>>>", "\u{202e}\u{1f600}", "Mr Mr Mr Mr", "@@@ a@ @b", "£££", "Re: Re: Re:"];
    for subject in odd {
        for text in odd {
            let mut message = mail(text, "jo@post.example", subject, text);
            message.forwards = vec![forward(subject, None, text)];
            message.references = vec![text.into(); 3];
            decide(&message, &[candidate(1, Stage::Final, text, &[Evidence::ReplyAddress])]);
            message.from = Party::default();
            decide(&message, &[]);
        }
    }
}

#[test]
fn a_decision_is_explained_in_words() {
    let message = mail("Jo Moss", "jo@post.example", "Boiler", "I want to complain. No heating since Monday and nobody came.");
    let decided = decide(&message, &[]);
    let text = super::explain::explain(&decided, &policy(), at(NOW), &crate::model::calendar::london());
    assert!(text.starts_with("This is a new complaint"), "{text}");
    assert!(text.contains("nobody came") && text.contains("acknowledge the complaint by Monday 16 March 2026"), "{text}");
}

#[test]
fn routes_tell_each_person_once_and_never_the_one_complained_of() {
    use super::routes::routes;
    use crate::model::policy::{Cause, Route};
    let route = |of, role: &str, to: Option<&str>| Route { of, role: role.into(), to: to.and_then(Address::parse) };
    let mut thrive = policy();
    thrive.routes = vec![
        route(Cause::Flag(Flag::Emergency), "Duty Officer", None),
        route(Cause::Flag(Flag::Safety), "Lead", Some("lead@thrive.example")),
        route(Cause::Flag(Flag::DampMould), "Lead", Some("lead@thrive.example")),
        route(Cause::Flag(Flag::Late), "Complaints Officer", None),
        route(Cause::Topic("lift".into()), "Lift Team", Some("lifts@thrive.example")),
    ];
    let told = |kind, flags: &[Flag], topics: &[&str]| {
        let topics: Vec<String> = topics.iter().map(|t| t.to_string()).collect();
        let routed = routes(&thrive, kind, flags, &topics);
        routed.into_iter().map(|r| (r.role, r.of.join("+"), r.letter)).collect::<Vec<_>>()
    };
    let of = |role: &str, of: &str, letter| (role.to_string(), of.to_string(), letter);
    assert_eq!(told(Kind::NewComplaint, &[Flag::Safety, Flag::DampMould], &[]), [of("Lead", "safety+damp mould", true)]);
    assert_eq!(
        told(Kind::NewComplaint, &[Flag::Emergency, Flag::Late], &[]),
        [of("Duty Officer", "emergency", true), of("Complaints Officer", "late", false)]
    );
    assert_eq!(told(Kind::ServiceRequest, &[], &["lift"]), [of("Lift Team", "lift", true)]);
    assert_eq!(told(Kind::NewComplaint, &[Flag::StaffConduct], &["lift"]), [], "Code 5.8");
    assert_eq!(told(Kind::Spam, &[Flag::Safety], &["lift"]), []);
}
