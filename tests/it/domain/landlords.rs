//! What landlords' own documents (S0, S1, S3, S4) ask beside the Code, a test for each row.

use super::*;
use jiff::civil::date;
use postroom::letter::{self, Form, Occasion};
use postroom::model::decision::{Effect, Reply, ReviewCause};
use postroom::model::duty::DutyKind;
use postroom::model::message::{Channel, Platform, Social, Verb};
use postroom::pipeline::staff::Act;

/// What an account writes under a landlord's own post.
fn posted(policy: &str, text: &str, at: &str) -> (Message, Decision) {
    let social = Social {
        platform: Platform::Facebook,
        public: true,
        verb: Verb::Add,
        account: None,
        parent: None,
        thread: Some("1000001_3".into()),
        no_message: false,
        event_at: None,
        unreadable: false,
    };
    let author = postroom::model::address::Party { name: Some("Ada Barlow".into()), email: None, id: Some("4000004".into()) };
    let message = Message { channel: Channel::Social, from: author, text: text.into(), social: Some(social), ..Message::default() };
    let decision = decide(policy, &message, at);
    (message, decision)
}

/// The words of the letter that a decision asks for.
fn words(policy: &str, form: Form, message: &Message, decision: &Decision) -> String {
    let policy = &RULES.policies[policy];
    let now = MONDAY.parse().unwrap();
    let to = &policy.mailboxes[0];
    let plain = Occasion::unasked(form, to, to, policy, "x@landlord.example", now);
    letter::words(&RULES.templates, &Occasion { message: Some(message), decision: Some(decision), ..plain }).unwrap().text
}

#[tokio::test]
async fn s0_no_email_known_leaves_the_clock_and_a_task() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let raw = "From: Tim Hale <tim.hale@landlord.example>\nTo: complaints@landlord.example\nSubject: Call from resident\nMessage-ID: <n@landlord.example>\n\n\
               Please log a complaint. Mrs Joan Price of 4 Elm Row rang me. She has had no hot water for three weeks and nobody has come. \
               She has no email. Her number is 01632 960 444.\n";
    office.receive("1", raw).await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::NewComplaint));
    assert!(reviews(&office).await.contains(&ReviewCause::NoAddress));
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "open");
}

#[tokio::test]
async fn s1_building_safety_goes_to_its_lead_as_well() {
    let office = Office::open("thrive", "sqlite", |_| {}).await;
    let words =
        "The fire door on our landing has been broken for two months. It does not close. I have told you three times and nobody came.";
    office.receive("1", &mail("thrive", "Fire door", words)).await;
    let told: Vec<String> = office.letters("notice").await.into_iter().map(|l| l.recipient).collect();
    assert!(told.contains(&"building.safety@thrive.example".to_owned()), "{told:?}");
    assert_eq!(office.duty(DutyKind::Acknowledge).await.due, date(2026, 3, 9), "the Code's clock is the same");
}

/// S0, S1: who complains of the same more than three times after the process is done is shown as a number; nothing follows by itself.
#[tokio::test]
async fn s0_and_s1_how_often_they_complained_before_is_told_to_a_person_and_changes_nothing() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    for n in 1..=4 {
        office.clock(&format!("2026-0{}-02T09:14:00Z", n + 1));
        let text =
            "I want to make a complaint. The black mould on my bedroom wall is back again. I rang twice in three weeks and nobody came.";
        office.receive(&n.to_string(), &mail("code", "Mould", text).replace("<a@home", &format!("<{n}@home"))).await;
        office.carry().await;
        assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::NewComplaint), n));
        let open = format!("PR-2026-{n:06}");
        for act in [Act::Stage1Response, Act::Close] {
            postroom::pipeline::staff::record(&office.works, &open, act, "Kim Rowe", None).await.unwrap();
        }
    }
    let mut tx = office.works.db.read().await.unwrap();
    let told = postroom::store::review::list(&mut tx, &Default::default(), 0, 99).await.unwrap();
    drop(tx);
    assert!(told.iter().any(|r| r.cause == ReviewCause::Related && r.says.contains("3 earlier complaints")), "{told:?}");
    assert_eq!(office.letters("acknowledge_stage1").await.len(), 4, "each is acknowledged like any other");
}

#[tokio::test]
async fn s0_threats_reach_a_manager_at_once_and_the_complaint_is_answered() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let words = "You useless idiots, six weeks with no heating. I know where your office is and I'll come and smash your faces in.";
    office.receive("1", &mail("code", "Heating", words)).await;
    assert_eq!(office.letters("notice").await.len(), 1, "nobody waits for the case to be looked at");
    assert!(office.text(office.letters("notice").await[0].id).await.contains("Head of Customer Services"));
    let text = office.text(office.letters("acknowledge_stage1").await[0].id).await.to_lowercase();
    for never in ["tenancy", "warning", "evict", "zero tolerance", "police", "smash"] {
        assert!(!text.contains(never), "S3, consequences are a person's to speak of: {never}");
    }
}

#[test]
fn s0_and_s4_danger_is_answered_with_the_numbers_to_call_and_never_held() {
    for (policy, gas) in [("code", "0800 111 999"), ("northern-ireland", "0800 002 001")] {
        let text = "There is a strong smell of gas in my kitchen and I rang you twice and nobody came. This is a disgrace.";
        let (message, d) = decided(policy, &mail(policy, "Gas", text));
        assert!(has(&d, Flag::Emergency));
        let text = words(policy, Form::of(&d, Channel::Email).unwrap(), &message, &d);
        assert!(text.contains("call 999") && text.contains(gas), "{text}");
    }
    let violence = "I want to report my neighbour. He shouts and kicks my door every night and says that he will hurt me.";
    let (message, d) = decided("code", &mail("code", "Neighbour", violence));
    assert_eq!(d.kind, Kind::AsbReport);
    let text = words("code", Form::Signpost, &message, &d);
    assert!(text.contains("999") && (text.contains("101") || has(&d, Flag::Emergency)), "{text}");
    // A policy that holds every acknowledgement for an officer does not hold this one.
    let held =
        postroom::model::policy::Policy { ack_timing: postroom::model::policy::AckTiming::ForOfficer, ..RULES.policies["code"].clone() };
    let (_, d) = decided("code", &mail("code", "Gas", "I can smell gas in my flat and nobody answers your phone. Help."));
    let night: Timestamp = "2026-03-07T02:00:00Z".parse().unwrap();
    let leaving = triage::timing::leaves(&d, Channel::Email, night, &held, &RULES.calendars[&held.division], night);
    assert_eq!((leaving.at, leaving.for_officer), (night, false));
}

#[test]
fn s1_a_complaint_to_the_enquiries_mailbox_is_one_and_a_request_there_is_none() {
    let mailboxes = &RULES.policies["thrive"].mailboxes;
    assert!(mailboxes.len() > 1, "both are read");
    for to in mailboxes {
        let to_it = |text: &str| decided("thrive", &mail("thrive", "My home", text).replace(mailboxes[0].as_str(), to.as_str())).1.kind;
        assert_eq!(to_it("I have rung four times about the leak and nobody comes. This is not good enough."), Kind::NewComplaint, "{to}");
        assert_eq!(to_it("Hello, how do I pay my rent by direct debit? Thank you."), Kind::ServiceRequest, "{to}");
    }
}

#[test]
fn s1_what_is_posted_is_logged_on_arrival_and_taken_offline_without_a_word_of_the_case() {
    let text = "Our boiler has been off for three weeks at 12 Ash Court and my baby is ill. I rang twice and nobody came.";
    let (message, d) = posted("thrive", text, MONDAY);
    assert_eq!((d.kind, d.reply), (Kind::NewComplaint, Reply::TakeOffline));
    assert!(
        matches!(d.effect, Effect::Open { .. }) && d.duties.iter().any(|d| d.kind == DutyKind::Acknowledge && d.due == date(2026, 3, 9))
    );
    let said = words("thrive", Form::TakeOffline, &message, &d);
    for secret in ["boiler", "Ash Court", "baby", "Ada", "PR-2026"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
    assert!(said.contains("private message") && said.contains("0300 111 3000"), "{said}");
}

#[test]
fn s1_what_is_said_of_a_policy_is_kept_for_its_review_and_its_unfair_use_is_a_complaint() {
    let d = said("I do not think much of your new pets policy. I have no pet, but I would let people keep a small dog. Just an opinion.");
    assert!(d.topics.iter().any(|t| t == "policy"), "{:?} {:?}", d.kind, d.topics);
    let asked = mail("code", "My home", "Hello, could you send me your pets policy please? I should like to read it. Thank you.");
    let (message, asked) = decided("code", &asked);
    assert_eq!(asked.reply, Reply::Signpost);
    assert!(words("code", Form::Signpost, &message, &asked).contains("We read it each year"), "{:?} {:?}", asked.kind, asked.topics);
    let unfair = said(
        "You refused my dog under the pets policy but let my neighbour have two. I asked three times why and nobody answers. It is unfair.",
    );
    assert_eq!(unfair.kind, Kind::NewComplaint);
}

#[tokio::test]
async fn s3_letters_name_whom_the_policy_names() {
    let office = Office::open("code", "sqlite", |policy| policy.contact.name = "Priya Nair, Complaints Liaison Officer".into()).await;
    office.receive("1", crate::person::DAMP).await;
    assert!(office.text(office.letters("acknowledge_stage1").await[0].id).await.contains("Priya Nair, Complaints Liaison Officer"));
}

#[tokio::test]
async fn s4_a_compliment_is_kept_and_counted_and_asks_for_no_answer() {
    let office = Office::open("together", "sqlite", |_| {}).await;
    let thanks =
        "I just want to say thank you to Dave who mended my gate on Tuesday. He was kind and quick and left it all clean. Well done!";
    office.receive("1", &mail("together", "Thank you", thanks)).await;
    assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::Compliment), 0));
    let mut tx = office.works.db.read().await.unwrap();
    let month = ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"].map(|t| t.parse().unwrap());
    assert_eq!(postroom::store::counts::kinds(&mut tx, None, month[0], month[1]).await.unwrap(), [("compliment".to_owned(), 1)]);
    assert!(postroom::store::outbox_list::list(&mut tx, &Default::default(), 0, 9).await.unwrap().is_empty());
}

#[test]
fn s4_out_of_hours_the_answer_to_a_post_waits_and_its_receipt_does_not() {
    let policy = &RULES.policies["together"];
    let calendar = &RULES.calendars[&policy.division];
    let saturday = "2026-03-07T21:59:00Z";
    let at: Timestamp = saturday.parse().unwrap();
    let (_, d) = posted("together", "My boiler has been off for three weeks. I rang twice and nobody came. A disgrace.", saturday);
    assert_eq!(d.kind, Kind::NewComplaint);
    assert_eq!(triage::timing::leaves(&d, Channel::Social, at, policy, calendar, at).at.to_string(), "2026-03-09T09:00:00Z");
    let ack = d.duties.iter().find(|d| d.kind == DutyKind::Acknowledge).unwrap();
    assert_eq!(ack.due, date(2026, 3, 13), "counted from Saturday, not from when the office looked");
}

#[tokio::test]
async fn s4_the_reference_is_in_the_first_letter_and_the_answer_to_it_finds_the_case() {
    let office = acknowledged().await;
    let letter = office.letters("acknowledge_stage1").await.remove(0);
    assert!(office.text(letter.id).await.contains("PR-2026-000001"));
    let mut tx = office.works.db.read().await.unwrap();
    let bytes = postroom::store::outbox_list::bytes(&mut tx, letter.id).await.unwrap();
    drop(tx);
    let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    assert!(mail.subject().unwrap().contains("[PR-2026-000001]"), "{:?}", mail.subject());
    // From another address and in no thread of ours: the number alone leads there, and tells them nothing.
    let raw = "From: A Barlow <work@office.example>\nTo: complaints@landlord.example\nSubject: PR-2026-000001\nMessage-ID: <w@office.example>\n\n\
               The bathroom has black mould on the wall now too. Please add this to my complaint.\n";
    office.receive("2", raw).await;
    assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::Addition), 1));
}
