//! Sections 1 to 5 of the Code, clause by clause: what is a complaint, what may be refused, who is heard, what is kept.

use super::*;
use jiff::civil::date;
use postroom::letter::Form;
use postroom::model::case::Stage;
use postroom::model::decision::{Reply, ReviewCause};
use postroom::model::duty::DutyKind;
use postroom::model::message::Channel;

#[test]
fn code_1_2_dissatisfaction_with_a_contractor_needs_no_request() {
    let d = said("The men you sent to do the windows left the kitchen filthy and swore at my daughter. I am disgusted.");
    assert_eq!((d.kind, d.reply), (Kind::NewComplaint, Reply::AcknowledgeStage1));
}

#[test]
fn code_1_3_the_word_is_not_needed_and_not_wanting_to_complain_is_not_dropped() {
    assert_eq!(said("I have rung you four times about the leak and nobody ever comes. This is not good enough.").kind, Kind::NewComplaint);
    let d = said("I don't want to make a complaint but I have been waiting five weeks for my boiler and nobody has called me back.");
    assert!(matches!(d.kind, Kind::NewComplaint | Kind::NeedsReview), "{:?}", d.kind);
}

/// No rule may require the word: what is a complaint with it is one without it, or a person's.
#[test]
fn code_1_3_complaints_that_name_themselves_stay_complaints_without_the_word() {
    let word = regex::Regex::new(r"(?i)\b(?:complaints?|complaining|complain|complained)\b").unwrap();
    let (mut named, mut lost) = (0, Vec::new());
    for file in ["north", "south", "long"] {
        let text = std::fs::read_to_string(format!("{}/tests/messages/{file}.jsonl", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for line in text.lines() {
            let m: serde_json::Value = serde_json::from_str(line).unwrap();
            let (subject, words) = (m["subject"].as_str().unwrap_or_default(), m["text"].as_str().unwrap());
            if m["context"] != "none" || m["kind"] != "new_complaint" || !word.is_match(words) {
                continue;
            }
            let heard = |text: &str| decided("code", &mail("code", &word.replace_all(subject, "message"), text)).1.kind;
            if heard(words) == Kind::NewComplaint {
                named += 1;
                let kind = heard(&word.replace_all(words, "message"));
                if !matches!(kind, Kind::NewComplaint | Kind::NeedsReview) {
                    lost.push((m["id"].clone(), kind));
                }
            }
        }
    }
    assert!(named > 20, "{named}");
    assert!(lost.len() * 20 <= named, "{} of {named}: {lost:?}", lost.len());
}

#[test]
fn code_1_2_many_residents_are_a_complaint_too() {
    let d = said(
        "We are the residents of Ash Court and all of us have signed this. The lift has been broken for a month and you ignore every one of us.",
    );
    assert_eq!(d.kind, Kind::NewComplaint);
    assert!(has(&d, Flag::Group), "{:?}", d.flags);
}

/// What goes to who writes for another holds nothing of the resident but what they wrote themselves.
#[tokio::test]
async fn code_3_6_a_representatives_answer_tells_nothing_of_the_case() {
    let office = acknowledged().await;
    let raw = "From: Cllr Mo Baker <mo.baker@town.gov.uk>\nTo: complaints@landlord.example\nSubject: Ada Barlow, my constituent\n\
               Message-ID: <c@town.gov.uk>\n\nI write on behalf of my constituent, Ada Barlow. She tells me that nobody has come to her about the \
               mould for three weeks. This is unacceptable. PR-2026-000001\n\nCllr Mo Baker\n";
    office.receive("2", raw).await;
    let mut tx = office.works.db.read().await.unwrap();
    let all = postroom::store::outbox_list::list(&mut tx, &Default::default(), 0, 99).await.unwrap();
    drop(tx);
    let told: Vec<_> = all.into_iter().filter(|l| l.recipient == "mo.baker@town.gov.uk").collect();
    assert_eq!(told.len(), 1);
    let text = office.text(told[0].id).await;
    for secret in ["black mould", "bedroom", "ada@home.example", "rang twice", "16 March"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(reviews(&office).await.iter().any(|c| matches!(c, ReviewCause::Representative | ReviewCause::WeakLink)));
}

#[test]
fn code_1_3_a_councillors_letter_about_a_residents_repair_is_a_complaint_by_a_representative() {
    let raw = "From: Cllr Mo Baker <mo.baker@town.gov.uk>\nTo: complaints@landlord.example\nSubject: My constituent at 4 Elm Row\n\
               Message-ID: <c@town.gov.uk>\n\nI write on behalf of my constituent, Mrs Joan Price of 4 Elm Row. She has had no heating \
               for three weeks. She has rung you six times and nobody has come. This is unacceptable.\n\nCllr Mo Baker\n";
    let (_, d) = decided("code", raw);
    assert_eq!(d.kind, Kind::NewComplaint);
    assert!(has(&d, Flag::Representative));
    assert!(d.reviews.iter().any(|r| r.cause == ReviewCause::Representative), "authority is asked for");
}

#[tokio::test]
async fn code_1_4_a_service_request_is_recorded_counted_and_told_how_to_complain() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office
        .receive(
            "1",
            &mail("code", "Tap", "Hello, the kitchen tap has started to drip. Could you send somebody to look at it please? Thank you."),
        )
        .await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::ServiceRequest));
    let text = office.text(office.letters("signpost").await[0].id).await;
    assert!(text.contains("request for a service") && text.contains("You can complain at any time"), "Code FAQ: {text}");
    let mut tx = office.works.db.read().await.unwrap();
    let month = ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"].map(|t| t.parse().unwrap());
    let counted = postroom::store::counts::kinds(&mut tx, None, month[0], month[1]).await.unwrap();
    assert_eq!(counted, [("service_request".to_owned(), 1)]);
}

#[test]
fn code_1_5_dissatisfaction_with_a_service_request_is_a_complaint() {
    let d = said("I reported the broken window three weeks ago and nobody came. Please can you get it mended.");
    assert_eq!(d.kind, Kind::NewComplaint);
}

#[test]
fn code_1_6_a_survey_is_signposted_and_not_acknowledged() {
    let raw = mail(
        "code",
        "Re: Your repairs survey",
        "Survey response\n\nQ1 How satisfied are you with your repair? 2 out of 10 - very dissatisfied\nQ2 How could we do better? Turn up on time.",
    );
    let (_, d) = decided("code", &raw);
    assert_eq!((d.kind, d.reply), (Kind::SurveyFeedback, Reply::Signpost));
}

#[test]
fn code_1_6_a_survey_comment_that_asks_for_a_complaint_is_one() {
    let raw = mail(
        "code",
        "Your repairs survey",
        "Survey response\n\nQ1 How satisfied are you? 1 out of 10\nQ2 Any comments? I want to make a formal complaint. My roof has leaked since \
         January, nobody has come and nobody rings me back. Please log this as a complaint.",
    );
    let (_, d) = decided("code", &raw);
    assert!(matches!(d.kind, Kind::NewComplaint | Kind::NeedsReview), "{:?}", d.kind);
    assert!(d.duties.iter().any(|d| d.kind == DutyKind::Acknowledge), "its clock runs");
}

#[test]
fn code_2_1_nothing_that_postroom_can_write_refuses() {
    for kind in
        Kind::ALL.iter().map(|k| k.as_str()).chain(Reply::ALL.iter().map(|r| r.as_str())).chain(Stage::ALL.iter().map(|s| s.as_str()))
    {
        assert!(!kind.contains("refus") && !kind.contains("reject"), "{kind}");
    }
    // The letter that tells of a refusal follows from no decision: it needs a person's name and reasons.
    let mut decision = said("Nobody has come about my leak for a month. I want to complain.");
    for (kind, reply) in Kind::ALL.iter().flat_map(|k| Reply::ALL.iter().map(move |r| (*k, *r))) {
        (decision.kind, decision.reply) = (kind, reply);
        for channel in [Channel::Email, Channel::Social] {
            assert!(Form::of(&decision, channel).is_none_or(|form| !form.by_person()), "{kind:?} {reply:?}");
        }
    }
}

#[test]
fn code_2_2_a_threat_of_court_is_no_proceedings() {
    let d = said("I have waited two months for the roof and nobody answers. If it is not done this week I'll see you in court.");
    assert_eq!((d.kind, has(&d, Flag::Legal)), (Kind::NewComplaint, false));
    let d = said(
        "You have ignored my leaking roof for two months. I have now issued proceedings at the county court: the claim form was served on you on \
         Monday.",
    );
    assert!(has(&d, Flag::Legal), "{:?} {:?}", d.kind, d.flags);
    assert!(d.reviews.iter().any(|r| r.cause == ReviewCause::Legal), "to a person, who decides");
}

#[test]
fn code_2_3_seven_months_are_late_for_six_and_not_for_twelve() {
    let words = "Seven months ago your plumber left my bathroom half finished and you have done nothing about it since. It is a disgrace. \
                 It all happened in July 2025.";
    let late = |policy: &str| decided(policy, &mail(policy, "Bathroom", words)).1;
    let (code, thrive) = (late("code"), late("thrive"));
    assert!(!has(&code, Flag::Late));
    assert_eq!((has(&thrive, Flag::Late), thrive.reply), (true, Reply::AcknowledgeStage1), "flagged, and acknowledged all the same");
}

#[tokio::test]
async fn code_3_1_an_adjustment_leaves_a_task_within_the_limit() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let words = "I want to complain that nobody has mended my door in six weeks. I am registered blind: please write to me in large print.";
    office.receive("1", &mail("code", "Door", words)).await;
    assert!(reviews(&office).await.contains(&ReviewCause::AdjustmentAsked));
    assert_eq!(office.duty(DutyKind::Acknowledge).await.due, date(2026, 3, 9));
}

#[test]
fn code_3_2_a_staff_members_forward_counts_from_when_they_had_it() {
    let raw = "From: Tim Hale <tim.hale@landlord.example>\nTo: complaints@landlord.example\nSubject: FW: Lift\nMessage-ID: <f@landlord.example>\n\
               Date: Mon, 2 Mar 2026 09:10:00 +0000\n\nPlease log this.\n\n________________________________\nFrom: Ada Barlow <ada@home.example>\n\
               Sent: 26 February 2026 10:00\nTo: Tim Hale <tim.hale@landlord.example>\nSubject: Lift\n\n\
               The lift has been broken for a month and nobody tells us anything. I want to complain.\n";
    let (_, d) = decided("code", raw);
    assert_eq!(d.kind, Kind::NewComplaint);
    let ack = d.duties.iter().find(|d| d.kind == DutyKind::Acknowledge).unwrap();
    assert_eq!(ack.due, date(2026, 3, 5), "Thursday 26 February and five working days");
}

#[test]
fn code_3_3_a_contractors_own_delay_is_measured_and_told() {
    let raw = "From: Axis Repairs <care@axisrepairs.example>\nTo: complaints@landlord.example\nSubject: FW: Leak\nMessage-ID: <x@axisrepairs.example>\n\
               Date: Mon, 2 Mar 2026 09:10:00 +0000\n\nSee below.\n\n________________________________\nFrom: Ada Barlow <ada@home.example>\n\
               Sent: 24 February 2026 10:00\nTo: Axis Repairs <care@axisrepairs.example>\nSubject: Leak\n\n\
               Your man never turned up again and my ceiling is still leaking after three weeks. I am very unhappy.\n";
    let (_, d) = decided("code", raw);
    assert_eq!((d.kind, d.contractor_delay_wd), (Kind::NewComplaint, Some(4)), "Tuesday to Monday");
    assert!(d.reviews.iter().any(|r| r.cause == ReviewCause::ContractorDelay), "more than one working day");
    assert_eq!(d.duties.iter().find(|d| d.kind == DutyKind::PassOn).unwrap().due, date(2026, 3, 3));
}

#[tokio::test]
async fn code_3_5_and_3_7_every_letter_links_the_policy_and_names_the_ombudsman() {
    let office = acknowledged().await;
    let addition = answer(&office, "Re: Complaint", "Also the bathroom ceiling is black now. Please add this to my complaint.").await;
    office.receive("2", &addition).await;
    office
        .receive(
            "3",
            &mail("code", "Tap", "Could somebody look at my tap please? It drips.")
                .replace("Ada Barlow <ada@home", "Ben Cole <ben@post")
                .replace("<a@home", "<tap@post"),
        )
        .await;
    for reply in ["acknowledge_stage1", "confirm_addition", "signpost"] {
        let text = office.text(office.letters(reply).await[0].id).await;
        for needed in
            ["https://www.landlord.example/complaints", "0300 111 3000", "https://www.housing-ombudsman.org.uk/residents/make-a-complaint/"]
        {
            assert!(text.contains(needed), "{reply}: {needed}");
        }
    }
}

#[tokio::test]
async fn code_4_1_nothing_goes_to_the_ombudsman_by_itself() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let raw = "From: Casework <casework@housing-ombudsman.org.uk>\nTo: complaints@landlord.example\nSubject: Complaint from Ms Barlow, our ref 202512345\n\
               Message-ID: <o@housing-ombudsman.org.uk>\n\nPlease send us your full complaint file within ten working days.\n";
    office.receive("1", raw).await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::Ombudsman));
    assert!(reviews(&office).await.contains(&ReviewCause::Ombudsman));
    let mut tx = office.works.db.read().await.unwrap();
    let all = postroom::store::outbox_list::list(&mut tx, &Default::default(), 0, 100).await.unwrap();
    assert!(all.iter().all(|l| !l.recipient.contains("ombudsman")), "{all:?}");
}

#[tokio::test]
async fn code_5_6_and_5_7_the_acknowledgement_defines_asks_and_says_what_is_ours_and_a_person_agrees_it() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let words = "The lift has been broken for a month and nobody tells us anything. I want you to mend it. I am very unhappy.";
    office.receive("1", &mail("code", "Lift", words)).await;
    let text = office.text(office.letters("acknowledge_stage1").await[0].id).await;
    assert!(text.contains("The lift has been broken") && text.contains("mend it") && text.contains("we look after the lifts"), "{text}");
    let define = office.duty(DutyKind::Define).await;
    assert_eq!((define.state.as_str(), define.due), ("open", date(2026, 3, 9)), "a bare \"we got it\" does not define");
}

#[tokio::test]
async fn code_5_12_the_bytes_come_back_as_they_came() {
    let office = acknowledged().await;
    let mut tx = office.works.db.read().await.unwrap();
    let message = postroom::store::message::list(&mut tx, &Default::default(), 0, 9).await.unwrap().remove(0);
    assert_eq!(postroom::store::receipt::bytes(&mut tx, message.raw_id).await.unwrap(), crate::person::DAMP.as_bytes());
}

#[tokio::test]
async fn code_5_14_abuse_is_a_persons_and_the_complaint_is_acknowledged() {
    let d = said("You useless f***ing idiots, six weeks with no heating. I know where you work and I'll smash your faces in.");
    assert_eq!((d.kind, d.reply), (Kind::NewComplaint, Reply::AcknowledgeStage1));
    assert!(has(&d, Flag::Abuse) && d.reviews.iter().any(|r| r.cause == ReviewCause::Abuse));
}
