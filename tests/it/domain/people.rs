//! Rows of domain.md section 2 that speak of people: what presses most, what they told of themselves, who looks at it, and what an outage left.

use super::*;
use jiff::civil::date;
use postroom::model::calendar::Counting;
use postroom::model::decision::{ReviewCause, urgency};
use postroom::model::duty::DutyKind;
use postroom::model::refusal::{Ground, Refusal};
use postroom::pipeline::staff::Act;
use postroom::pipeline::{edit, needs, person, waiting};
use postroom::record::gap;

const REF: &str = "PR-2026-000001";

async fn facts(office: &Office) -> Vec<(String, String)> {
    let case = office.case().await.id;
    let mut tx = office.works.db.read().await.unwrap();
    postroom::store::case_fact::of_case(&mut tx, case).await.unwrap()
}

#[tokio::test]
async fn code_1_5_the_case_system_hears_that_the_work_goes_on() {
    let office = acknowledged().await;
    let mut tx = office.works.db.read().await.unwrap();
    let far = "2027-01-01T00:00:00Z".parse().unwrap();
    let opened = postroom::store::event::due(&mut tx, "home", far, 1).await.unwrap().remove(0);
    let body = postroom::pipeline::events::body::of(&mut tx, &opened).await.unwrap();
    assert_eq!(body["type"], "complaint.created");
    assert_eq!(body["data"]["service_request_continues"], true, "{body}");
}

#[tokio::test]
async fn code_2_4_a_refusal_needs_a_person_and_reasons_and_its_ground_outlives_the_words() {
    let office = acknowledged().await;
    assert!(Refusal::new(Ground::TooOld, "Postroom", "It is more than a year old.").is_err());
    assert!(Refusal::new(Ground::TooOld, "Sam Okoro", " ").is_err());
    let refusal = Refusal::new(Ground::TooOld, "Sam Okoro", "It is more than a year old, and you knew of it then.").unwrap();
    person::refuse(&office.works, REF, &refusal).await.unwrap();
    let text = office.text(office.letters("refusal").await[0].id).await;
    assert!(text.contains("more than a year old") && text.contains("Sam Okoro") && text.contains("0300 111 3000"), "{text}");
    let mut tx = office.works.db.write(None).await.unwrap();
    let case = postroom::store::case::list(&mut tx, &Default::default(), 0, 9).await.unwrap().remove(0);
    postroom::store::erase::case(&mut tx, case.id, "Sam Okoro", "asked for", office.works.ambient.now()).await.unwrap();
    tx.commit("record").await.unwrap();
    assert!(facts(&office).await.contains(&("refused".to_owned(), "too_old".to_owned())), "counted by type (Code 8.1)");
}

#[tokio::test]
async fn code_3_3_how_long_a_contractor_kept_each_message_is_a_figure_of_the_case() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office.receive("1", letters::PASSED_ON).await;
    let more = letters::PASSED_ON.replace("<x@", "<y@").replace("26 February", "24 February").replace(
        "No heating for two weeks at 12 Ash Court and your man never turned up. I am furious.",
        "And the heating man has now left a hole in my wall. Please add it.",
    );
    office.receive("2", &more).await;
    assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::Addition), 1));
    let kept: Vec<_> = facts(&office).await.into_iter().filter(|(what, _)| what.starts_with("contractor_kept.")).collect();
    let fact = |message: u8, value: &str| (format!("contractor_kept.{message}"), value.to_owned());
    assert_eq!(kept, [fact(1, "2 Axis Repairs"), fact(2, "4 Axis Repairs")], "what is added to an open complaint comes late too");
    assert!(reviews(&office).await.iter().filter(|c| **c == ReviewCause::ContractorDelay).count() == 2);
}

#[test]
fn code_5_2_two_stages_and_an_early_answer_is_still_stage_one() {
    for policy in RULES.policies.values() {
        let json = serde_json::to_value(policy).unwrap();
        assert!(json.as_object().unwrap().keys().all(|k| !k.contains("stage0") && !k.contains("stage3") && !k.contains("informal")));
        assert!(policy.respond_stage1_wd > 0 && policy.respond_stage2_wd > 0, "{}", policy.id);
    }
    assert_eq!(RULES.policies["scotland"].counting, Counting::ReceiptIsDay1);
}

#[tokio::test]
async fn code_5_4_a_contractors_own_reply_is_no_stage_1_response() {
    let office = acknowledged().await;
    let reply = "From: Axis Repairs <care@axisrepairs.example>\nTo: complaints@landlord.example\nSubject: Our answer to Ada Barlow PR-2026-000001\n\
                 Message-ID: <o@axisrepairs.example>\n\nWe have looked into this complaint. This is our stage 1 response: we do not uphold it.\n";
    office.receive("2", reply).await;
    assert_eq!(office.case().await.stage, postroom::model::case::Stage::Stage1);
    assert_eq!(office.duty(DutyKind::RespondStage1).await.state, "open");
}

#[test]
fn code_5_8_nobody_is_told_of_a_complaint_about_themselves() {
    let words =
        "Your neighbourhood officer Kim Rowe was rude to me on Monday. She shouted at me on my doorstep. I want to complain about her.";
    let raw = mail("code", "Kim Rowe", words);
    let (message, decision) = decided("code", &raw);
    assert!(has(&decision, Flag::StaffConduct), "{:?}", decision.flags);
    assert!(decision.reviews.iter().any(|r| r.cause == ReviewCause::StaffConduct));
    assert!(decision.routes.iter().all(|r| !r.role.contains("Kim Rowe")), "{:?} {:?}", decision.routes, message.subject);
}

#[tokio::test]
async fn code_5_10_needs_have_a_day_of_review_and_who_read_them_is_known() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let words = "My boiler has been broken for three weeks and nobody came. I am 82 and nearly blind. Please write to me in large print.";
    office.receive("1", &mail("code", "Boiler", words)).await;
    let kept = facts(&office).await;
    let value = |what: &str| kept.iter().find(|(w, _)| w == what).map(|(_, v)| v.clone());
    assert_eq!(value("needs").as_deref(), Some("adjustment, vulnerable"));
    assert_eq!(value("needs_review_on").as_deref(), Some("2027-03-02"));
    assert!(kept.iter().all(|(_, v)| !v.contains("blind")), "nobody's words outside what is read apart: {kept:?}");
    needs::agree(&office.works, REF, "letters in large print", Some(date(2026, 9, 1)), "Sam Okoro").await.unwrap();
    let read = needs::read(&office.works, REF, "Kim Rowe").await.unwrap();
    assert!(
        read.told.iter().any(|(_, flag, words)| *flag == Flag::Adjustment && words.iter().any(|w| w.contains("large print"))),
        "{read:?}"
    );
    assert_eq!(read.agreed, [("letters in large print".to_owned(), "Sam Okoro".to_owned())]);
    assert_eq!(read.review_on, Some(date(2026, 9, 1)));
    let case = office.case().await.id;
    let mut tx = office.works.db.read().await.unwrap();
    let journal = postroom::store::case_event::journal(&mut tx, case).await.unwrap();
    assert!(journal.iter().any(|e| e.what == "needs_read" && e.who == "Kim Rowe"));
}

#[tokio::test]
async fn code_6_1_danger_and_vulnerable_people_come_before_a_moan_about_parking() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let moan = "I write for my brother Tom Barlow. You have sent his parking permit to the wrong flat twice and nobody rings back. He wants to complain.";
    let cold =
        "I write for my mother May Lund, who is 84 and frail. She has had no heating for a week and nobody came. She wants to complain.";
    office.receive("1", &mail("code", "Parking", moan)).await;
    let of_another =
        mail("code", "Heating", cold).replace("ada@home", "bea@home").replace("Ada Barlow", "Bea Lund").replace("<a@home", "<h@home");
    office.receive("2", &of_another).await;
    let order: Vec<Option<i64>> = waiting::waiting(&office.works.db, false).await.unwrap().into_iter().map(|e| e.message_id).collect();
    let last = order.iter().rposition(|m| *m == Some(2)).expect("the second is a person's too");
    let moaned = order.iter().position(|m| *m == Some(1)).expect("and the first");
    assert!(last < moaned, "{order:?}");
    let (vulnerable, parking) = (said(cold), said(moan));
    assert!(urgency(&vulnerable.flags) > urgency(&parking.flags), "{:?} {:?}", vulnerable.flags, parking.flags);
    // The clock is as strict for both.
    let due = |d: &Decision| d.duties.iter().find(|d| d.kind == DutyKind::Acknowledge).map(|d| d.due);
    assert_eq!(due(&vulnerable), due(&parking));
}

/// The event itself is thin (domain.md 11: identifiers, not text); the points are asked for by the reference that it gives.
#[tokio::test]
async fn code_6_6_who_answers_has_the_points_of_the_definition() {
    let office = acknowledged().await;
    let draft = person::draft(&office.works, REF).await.unwrap();
    assert!(draft.what.iter().any(|w| w.contains("black mould")), "{draft:?}");
    person::define(&office.works, REF, &draft, "Sam Okoro").await.unwrap();
    let case = office.case().await.id;
    let mut tx = office.works.db.read().await.unwrap();
    let defined = postroom::store::case_event::journal(&mut tx, case).await.unwrap().into_iter().find(|e| e.what == "defined").unwrap();
    assert!(defined.note.contains("black mould"), "{}", defined.note);
}

#[tokio::test]
async fn code_6_13_who_answered_stage_1_is_refused_stage_2() {
    let office = acknowledged().await;
    office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
    office.receive("2", &answer(&office, "Re: Complaint", "I am not happy with this.").await).await;
    let refused = person::assign(&office.works, REF, "Kim Rowe", "Sam Okoro").await.unwrap_err().to_string();
    assert!(refused.contains("6.13"), "{refused}");
    person::assign(&office.works, REF, "Jo Tate", "Sam Okoro").await.unwrap();
}

#[tokio::test]
async fn code_8_5_an_outage_is_told_of_in_figures() {
    let office = Office::open("code", "sqlite", |policy| policy.ask_for_readable = false).await;
    office.receive("1", crate::person::DAMP).await;
    office.clock("2026-03-10T08:00:00Z");
    let in_force = office.works.in_force();
    let house = in_force.house("home").unwrap();
    let mut tx = office.works.db.read().await.unwrap();
    let gap = gap::gather(&mut tx, house, &["spool".to_owned()], office.works.ambient.now()).await.unwrap();
    assert_eq!((gap.undecided, gap.unsent), (0, 1), "its acknowledgement never left");
    let lines = gap.lines().join("\n");
    assert!(lines.contains("spool: ") && lines.contains("PR-2026-000001: late since Monday 9 March 2026"), "{lines}");
    assert!(!lines.contains("Ada"), "nobody is named");
}

#[tokio::test]
async fn an_officers_words_take_the_place_of_a_letter_that_waits_and_the_first_is_kept() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    office.receive("1", crate::person::DAMP).await;
    let first = office.letters("acknowledge_stage1").await.remove(0).id;
    let words = edit::text(&office.works, first).await.unwrap();
    let bare = edit::edit(&office.works, first, "We will look at it.", "Sam Okoro", "kinder").await.unwrap_err().to_string();
    assert!(bare.contains("Ombudsman"), "{bare}");
    let kinder = words.replace("Thank you for telling us about this.", "Thank you for telling us about the mould & <damp>.");
    let second = edit::edit(&office.works, first, &kinder, "Sam Okoro", "kinder").await.unwrap();
    assert!(edit::edit(&office.works, first, &kinder, "Sam Okoro", "again").await.is_err(), "the first does not wait any more");
    assert_eq!(office.carry().await, 0, "nothing leaves before somebody lets it go");
    let mut tx = office.works.db.write(None).await.unwrap();
    assert!(postroom::store::outbox_list::release(&mut tx, second, office.works.ambient.now()).await.unwrap());
    tx.commit("release").await.unwrap();
    assert_eq!(office.carry().await, 1);
    assert!(office.text(second).await.contains("the mould & <damp>."));
    assert!(office.text(first).await.contains("Thank you for telling us about this."), "what was written first is still there");
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "met");
    // The resident's answer to it is known by its Message-ID.
    let sent = office.letters("acknowledge_stage1").await.into_iter().find(|l| l.id == second).unwrap();
    let reply = format!(
        "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Re: Complaint\nMessage-ID: <r@home.example>\n\
         In-Reply-To: <{}>\n\nAnd the window sill is rotten too.\n",
        sent.message_id
    );
    office.receive("2", &reply).await;
    assert_eq!((kind_of_last(&office).await, cases(&office).await), (Some(Kind::Addition), 1));
}

#[tokio::test]
async fn a_request_for_stage_2_after_the_policys_months_is_taken_there_and_told_of() {
    for (asked, late) in [("2026-08-10T09:00:00Z", false), ("2026-09-10T09:00:00Z", true)] {
        let office = Office::open("code", "sqlite", |policy| (policy.stage2_limit_months, policy.limit_months) = (Some(2), 6)).await;
        office.receive("1", crate::person::DAMP).await;
        office.carry().await;
        office.record(Act::Stage1Response, "Kim Rowe").await.unwrap();
        office.clock(asked);
        office.receive("2", &answer(&office, "Re: Complaint", "I am not happy with your answer. Please look at it again.").await).await;
        assert_eq!(office.case().await.stage, postroom::model::case::Stage::Stage2, "no rule refuses it (Code 2.5, 5.11)");
        assert_eq!(office.letters("acknowledge_stage2").await.len(), 1);
        let told = reviews(&office).await.iter().filter(|c| **c == ReviewCause::Late).count();
        assert_eq!(told, usize::from(late), "{asked}");
    }
}
