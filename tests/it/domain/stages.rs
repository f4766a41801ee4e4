//! Section 6 of the Code, clause by clause: stages, their dates, and what is added to a complaint.

use super::*;
use jiff::civil::date;
use postroom::model::case::Stage;
use postroom::model::decision::ReviewCause;
use postroom::model::duty::DutyKind;
use postroom::model::policy::AckTiming;
use postroom::pipeline::staff::Act;

#[test]
fn code_6_2_five_working_days_to_acknowledge_and_to_define() {
    let d = said("Nobody has come about my leak for a month. I want to complain.");
    let due = |kind| d.duties.iter().find(|d| d.kind == kind).map(|d| d.due);
    assert_eq!(due(DutyKind::Acknowledge), Some(date(2026, 3, 9)));
    assert_eq!(due(DutyKind::Define), Some(date(2026, 3, 9)));
}

#[tokio::test]
async fn code_6_11_a_request_for_stage_2_has_five_working_days_of_its_own_over_easter() {
    let office = acknowledged().await;
    office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
    office.clock("2026-04-02T18:30:00Z");
    office.receive("2", &answer(&office, "Re: Complaint", "I'm not happy with your answer. Please look again.").await).await;
    let (ack, define) = (office.duty(DutyKind::Acknowledge).await, office.duty(DutyKind::Define).await);
    assert_eq!((ack.state.as_str(), ack.due), ("open", date(2026, 4, 13)), "Maundy Thursday evening, Good Friday and Easter Monday");
    assert_eq!(define.due, date(2026, 4, 13));
}

#[tokio::test]
async fn code_6_3_ten_working_days_from_the_acknowledgement() {
    let office = acknowledged().await;
    assert_eq!(office.duty(DutyKind::RespondStage1).await.from_ack, Some(date(2026, 3, 16)));
}

/// S1 counts from receipt, the Code from the acknowledgement: an acknowledgement by hand on the second day moves the Code's date alone.
#[tokio::test]
async fn code_6_3_and_s1_a_policy_that_counts_from_receipt_promises_that_day_whenever_it_is_acknowledged() {
    for (policy, promised) in [("thrive", date(2026, 3, 16)), ("code", date(2026, 3, 18))] {
        let office = Office::open(policy, "sqlite", |p| (p.ack_timing, p.ack_hold_wd) = (AckTiming::ForOfficer, 3)).await;
        let text = "I want to make a complaint. There is black mould on the bedroom wall. I rang twice and nobody came.";
        office.receive("1", &mail(policy, "Mould", text)).await;
        let letter = office.text(office.letters("acknowledge_stage1").await[0].id).await;
        let says = if policy == "thrive" { "By Monday 16 March 2026 at the latest" } else { "By Thursday 19 March 2026 at the latest" };
        assert!(letter.contains(says), "{policy}: {letter}");
        office.clock("2026-03-04T15:00:00Z");
        office.record(Act::Acknowledged, "Kim Rowe").await.unwrap();
        let respond = office.duty(DutyKind::RespondStage1).await;
        assert_eq!((respond.from_receipt, respond.from_ack), (Some(date(2026, 3, 16)), Some(date(2026, 3, 18))), "{policy}");
        assert_eq!(respond.due, promised, "{policy}");
        assert_eq!(respond.due_at, postroom::model::calendar::end_of(date(2026, 3, 16)), "the alarm keeps to the earlier");
        // Stage 2 is counted from the request.
        office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
        office
            .receive(
                "2",
                &mail(policy, "PR-2026-000001", "I am not happy with your answer to my complaint about the mould. Please escalate it.")
                    .replace("<a@home", "<b@home"),
            )
            .await;
        assert_eq!(office.duty(DutyKind::RespondStage2).await.from_receipt, Some(date(2026, 4, 1)), "{policy}");
    }
}

#[tokio::test]
async fn code_6_8_before_the_response_it_is_added_and_after_it_told_apart() {
    let office = acknowledged().await;
    office
        .receive("2", &answer(&office, "Re: Complaint", "Also the mould has now spread to the wardrobe in the same bedroom.").await)
        .await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::Addition));
    office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
    office
        .receive(
            "3",
            &answer(&office, "Re: Complaint", "I do not accept your answer about the mould. It is wrong and nothing has been done.").await,
        )
        .await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::Stage2Request));
    let new = "This is about something else. The communal bins have not been emptied for a month and there are rats. Nobody answers me. I want to complain about that.";
    office.receive("4", &answer(&office, "Bins and rats", new).await).await;
    assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::NewComplaint), 2), "a new complaint beside the old");
}

#[tokio::test]
async fn code_6_10_no_reasons_are_needed_and_6_14_twenty_working_days() {
    let office = acknowledged().await;
    office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
    office.receive("2", &answer(&office, "Re: Complaint", "I'm not happy with this.").await).await;
    assert_eq!((kind_of_last(&office).await, office.case().await.stage), (Some(Kind::Stage2Request), Stage::Stage2));
    assert_eq!(office.duty(DutyKind::RespondStage2).await.due, date(2026, 3, 30));
    let text = office.text(office.letters("acknowledge_stage2").await[0].id).await;
    assert!(!text.to_lowercase().contains("reasons for"), "{text}");
}

#[tokio::test]
async fn code_5_11_a_premature_request_is_a_persons_and_never_refused() {
    let office = acknowledged().await;
    office.receive("2", &answer(&office, "Re: Complaint", "Please escalate my complaint to stage 2 now.").await).await;
    assert_eq!((kind_of_last(&office).await, office.case().await.stage), (Some(Kind::Stage2Request), Stage::Stage1));
    assert!(reviews(&office).await.contains(&ReviewCause::Premature));
    assert!(office.text(office.letters("acknowledge_stage2").await[0].id).await.contains("0300 111 3000"));
}
