//! domain.md section 12, in its order.

use super::*;
use postroom::model::decision::{Reply, ReviewCause};
use postroom::model::duty::DutyKind;
use postroom::pipeline::staff::Act;

#[test]
fn trap_01_not_wanting_to_complain_after_a_month_of_silence() {
    let d = said("I don't want to complain but nobody has called back in a month.");
    assert!(matches!(d.kind, Kind::NewComplaint | Kind::NeedsReview), "{:?}", d.kind);
    assert!(d.duties.iter().any(|d| d.kind == DutyKind::Acknowledge), "its clock runs");
}

#[test]
fn trap_02_a_thank_you_that_still_leaks() {
    let d = said("Thank you so much for sending the plumber on Tuesday, he was a lovely man, though it still leaks.");
    assert_ne!(d.kind, Kind::Compliment);
}

#[test]
fn trap_03_a_survey_that_quotes_a_scathing_comment_in_its_footer() {
    let raw = "From: Resident Surveys <results@surveys.example>\nTo: complaints@landlord.example\nSubject: Survey response received\n\
               Auto-Submitted: auto-generated\nMessage-ID: <s@surveys.example>\n\nA new response to your repairs satisfaction survey.\n\n\
               Q1. How satisfied were you overall? 9 / 10\nQ2. Would you recommend us? Yes\nQ3. Any comments? Very good, thank you.\n\n--\n\
               You get this mail because you run a survey with us. \"The worst service I ever had, they never came and nobody cares\" - see how\n\
               others use our reports.\n";
    let (_, d) = decided("code", raw);
    assert!(matches!(d.kind, Kind::SurveyFeedback | Kind::Automatic), "{:?}", d.kind);
    assert_ne!(d.reply, Reply::AcknowledgeStage1);
}

#[test]
fn trap_04_a_councillor_with_two_residents_leaves_one_to_split_off() {
    let raw = "From: Cllr Mo Baker <mo.baker@town.gov.uk>\nTo: complaints@landlord.example\nSubject: Two of my constituents\nMessage-ID: <c@town.gov.uk>\n\n\
               I write on behalf of two residents. Mrs Joan Price of 4 Elm Row has had no heating for three weeks and nobody has come. \
               Mr Ali Khan of 9 Elm Row has waited five months for his roof to be mended and has rung you many times. Both are very unhappy.\n";
    let (_, d) = decided("code", raw);
    assert_eq!(d.kind, Kind::NewComplaint);
    assert!(has(&d, Flag::Representative) && d.reviews.iter().any(|r| r.cause == ReviewCause::SeveralComplaints), "{:?}", d.reviews);
}

#[test]
fn trap_05_the_resident_stands_only_inside_the_contractors_forward() {
    let raw = "From: Axis Repairs <care@axisrepairs.example>\nTo: complaints@landlord.example\nSubject: FW: No heating\nMessage-ID: <x@axisrepairs.example>\n\n\
               Please see below.\n\nKind regards\nPat Lowe\nAxis Repairs, Unit 4, Mill Lane, Hartwell HW1 2AB\ncare@axisrepairs.example\n\n\
               ________________________________\nFrom: Ada Barlow <ada@home.example>\nSent: 27 February 2026 10:00\nTo: care@axisrepairs.example\n\
               Subject: No heating\n\nNo heating for two weeks at 12 Ash Court and your man never turned up. I am furious.\n";
    let (_, d) = decided("code", raw);
    assert_eq!(d.kind, Kind::NewComplaint);
    assert_eq!(d.resident.email.as_ref().map(|a| a.as_str()), Some("ada@home.example"));
}

#[tokio::test]
async fn trap_06_an_answer_to_a_closed_complaint_with_another_matter() {
    let office = acknowledged().await;
    office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
    office.record(Act::Close, "Kim Rowe").await.unwrap();
    let new = "Something else now. The lift in our block has been broken for three weeks, my mother cannot get out, and nobody answers. I want to complain.";
    office.receive("2", &answer(&office, "The lift", new).await).await;
    assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::NewComplaint), 2));
}

#[tokio::test]
async fn trap_07_please_escalate_with_nothing_else_and_a_reference_that_nobody_knows() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office.receive("1", &mail("code", "Please escalate PR-2019-000777", "")).await;
    let kind = kind_of_last(&office).await;
    assert!(matches!(kind, Some(Kind::NewComplaint | Kind::NeedsReview | Kind::Stage2Request)), "{kind:?}");
    assert!(!reviews(&office).await.is_empty(), "somebody looks for it");
}

#[tokio::test]
async fn trap_08_a_letter_of_claim_leaves_the_complaint_open() {
    let office = acknowledged().await;
    let raw = "From: Hale Solicitors <claims@halelaw.example>\nTo: complaints@landlord.example\nSubject: Our client Ms Ada Barlow - letter of claim\n\
               Message-ID: <l@halelaw.example>\n\nDear Sirs\n\nWe act for Ms Ada Barlow. This is a letter of claim under the Pre-Action Protocol for Housing Conditions \
               Claims. Our client claims damages for disrepair. Please give disclosure within 20 working days.\n\nHale Solicitors\n";
    office.receive("2", raw).await;
    assert_eq!(office.case().await.stage, postroom::model::case::Stage::Stage1);
    assert_eq!(office.duty(DutyKind::RespondStage1).await.state, "open");
    assert!(reviews(&office).await.contains(&ReviewCause::Legal));
}

#[tokio::test]
async fn trap_09_an_out_of_office_answers_nothing_and_adds_nothing() {
    let office = acknowledged().await;
    let reply = answer(&office, "Automatic reply: Complaint", "I am away until 20 March and will answer your message then.").await;
    office.receive("2", &reply.replacen("\nMessage-ID", "\nAuto-Submitted: auto-replied\nMessage-ID", 1)).await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::Automatic));
    assert_eq!((office.letters("acknowledge_stage1").await.len(), office.letters("confirm_addition").await.len()), (1, 0));
}

#[test]
fn trap_10_a_smell_of_gas_at_two_in_the_morning_waits_for_no_office() {
    let policy = &RULES.policies["together"];
    let d = decided(
        "together",
        &mail("together", "Gas", "There is a strong smell of gas in my flat and nobody answers your phone, we are scared"),
    )
    .1;
    assert!(has(&d, Flag::Emergency), "{:?}", d.flags);
    let night: Timestamp = "2026-03-07T02:00:00Z".parse().unwrap();
    let calendar = &RULES.calendars[&policy.division];
    for channel in [postroom::model::message::Channel::Social, postroom::model::message::Channel::Email] {
        assert_eq!(triage::timing::leaves(&d, channel, night, policy, calendar, night).at, night);
    }
}

#[test]
fn trap_11_eleven_months_old_and_only_just_found_out() {
    let words = "Eleven months ago your contractor damaged the drains under my kitchen. I only found out last week when the floor came up. I am very unhappy.";
    let (_, d) = decided("thrive", &mail("thrive", "Drains", words));
    assert_eq!((d.kind, d.reply), (Kind::NewComplaint, Reply::AcknowledgeStage1));
    let late = d.reviews.iter().any(|r| r.cause == ReviewCause::Late);
    assert!(!has(&d, Flag::Late) || late, "cleared, or a person's");
}

/// `triage::duties::tests` holds more such nights.
#[test]
fn trap_12_a_minute_either_side_of_midnight_of_a_bank_holiday_and_of_the_nights_on_which_the_clocks_change() {
    let raw = mail("code", "Leak", "Nobody has come about my leak for a month. I want to complain.");
    let due = |at: &str| {
        let (_, decision) = received("code", &raw, at);
        decision.duties.iter().find(|d| d.kind == DutyKind::Acknowledge).map(|d| d.due.to_string()).unwrap()
    };
    for (at, expected, note) in [
        ("2026-04-02T22:59:00Z", "2026-04-13", "23:59 on Maundy Thursday"),
        ("2026-04-02T23:01:00Z", "2026-04-13", "00:01 on Good Friday, which is no working day either way"),
        ("2026-04-06T22:59:00Z", "2026-04-13", "23:59 on Easter Monday"),
        ("2026-04-06T23:01:00Z", "2026-04-14", "00:01 on the Tuesday after, a working day"),
        ("2026-03-29T00:59:00Z", "2026-04-07", "00:59 GMT on the Sunday on which the clocks go forward"),
        ("2026-03-29T23:01:00Z", "2026-04-08", "00:01 BST on the Monday"),
        ("2026-10-25T00:59:00Z", "2026-10-30", "01:59 BST on the Sunday on which the clocks go back"),
        ("2026-10-25T23:59:00Z", "2026-10-30", "23:59 GMT on the same Sunday"),
        ("2026-10-26T00:01:00Z", "2026-11-02", "00:01 on the Monday"),
    ] {
        assert_eq!(due(at), expected, "{note}");
    }
}

#[tokio::test]
async fn trap_13_the_same_complaint_by_two_mailboxes_and_resent_is_one_case_and_one_letter() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office.receive("1", crate::person::DAMP).await;
    // The other mailbox's copy differs by its trace headers; the one sent again within the hour by its Message-ID.
    office.receive("2", &format!("Received: from mx2.home.example; Mon, 2 Mar 2026 09:15:00 +0000\n{}", crate::person::DAMP)).await;
    office.clock("2026-03-02T09:50:00Z");
    office.receive("3", &crate::person::DAMP.replace("<a@home", "<again@home")).await;
    assert_eq!(cases(&office).await, 1);
    assert_eq!(office.letters("acknowledge_stage1").await.len(), 1);
    let mut tx = office.works.db.read().await.unwrap();
    assert_eq!(postroom::store::message::list(&mut tx, &Default::default(), 0, 9).await.unwrap().len(), 3, "three records");
}

#[tokio::test]
async fn trap_13_by_mail_and_by_form_is_one_case_and_a_namesakes_is_another() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office.receive("1", crate::person::DAMP).await;
    office.carry().await;
    office.clock("2026-03-02T09:40:00Z");
    // The site's form is sent by a machine in her name, with her address to answer to.
    let form = "From: Website <web@landlord.example>\nReply-To: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Complaint\n\
                Message-ID: <f@landlord.example>\nAuto-Submitted: auto-generated\n\nName: Ada Barlow\nEmail: ada@home.example\n\
                Message: I want to make a complaint. There is black mould on the bedroom wall. I rang twice in three weeks and nobody came.\n";
    office.receive("2", form).await;
    assert_eq!((cases(&office).await, office.letters("acknowledge_stage1").await.len()), (1, 1));
    // Another Ada Barlow, who has mould too.
    let namesake = "From: Ada Barlow <ada.b@elsewhere.example>\nTo: complaints@landlord.example\nSubject: Mould\nMessage-ID: <n@elsewhere.example>\n\n\
                    Flat 9 Oak Place. The mould in my bathroom is back. Your painter promised to treat it in January and never did. I am very unhappy.\n";
    office.receive("3", namesake).await;
    assert_eq!((cases(&office).await, office.letters("acknowledge_stage1").await.len()), (2, 2), "a stranger's is never joined to hers");
}

#[tokio::test]
async fn trap_14_an_acknowledgement_that_bounces_discharges_nothing() {
    let office = acknowledged().await;
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "met");
    let ours = office.letters("acknowledge_stage1").await.remove(0).message_id;
    let bounce = format!(
        "From: Mail Delivery <mailer-daemon@home.example>\nTo: complaints@landlord.example\nSubject: Undelivered Mail Returned to Sender\n\
         Message-ID: <d@home.example>\nAuto-Submitted: auto-replied\nReturn-Path: <>\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt could not be delivered.\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; home.example\n\nFinal-Recipient: rfc822; ada@home.example\n\
         Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <{ours}>\nTo: ada@home.example\nSubject: x\n\nx\n--b--\n"
    );
    office.receive("2", &bounce).await;
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "open", "the duty is open again");
    assert!(reviews(&office).await.contains(&ReviewCause::LetterFailed));
}
