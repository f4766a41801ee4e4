//! Letters beside the acknowledgements, through the real pipeline: who gets them, and that no duty is taken for met by them.

use super::*;
use postroom::model::duty::DutyKind;

pub const PASSED_ON: &str = "From: Axis Repairs <care@axisrepairs.example>\nTo: complaints@landlord.example\nSubject: FW: No heating\n\
    Message-ID: <x@axisrepairs.example>\n\nPlease see below.\n\n________________________________\nFrom: Ada Barlow <ada@home.example>\n\
    Sent: 26 February 2026 10:00\nTo: care@axisrepairs.example\nSubject: No heating\n\n\
    No heating for two weeks at 12 Ash Court and your man never turned up. I am furious.\n";

#[tokio::test]
async fn a_firm_that_passes_a_complaint_on_is_thanked_beside_the_residents_letter() {
    let office = Office::open("code", "sqlite", |policy| policy.thank_contractors = true).await;
    office.receive("1", PASSED_ON).await;
    let thanks = office.letters("contractor_thanks").await;
    assert_eq!(thanks.iter().map(|l| l.recipient.as_str()).collect::<Vec<_>>(), ["care@axisrepairs.example"]);
    let text = office.text(thanks[0].id).await;
    assert!(text.contains("PR-2026-000001") && text.contains("2 working days") && !text.contains("Ada"), "{text}");
    assert_eq!(office.letters("acknowledge_stage1").await[0].recipient, "ada@home.example");
    // Their robot's thanks for our thanks ends there.
    let back = PASSED_ON.replace("FW: No heating\nMessage", "Automatic reply\nAuto-Submitted: auto-replied\nMessage").replace("<x@", "<y@");
    office.receive("2", &back).await;
    assert_eq!(office.letters("contractor_thanks").await.len(), 1);
    let quiet = Office::open("code", "sqlite", |_| {}).await;
    quiet.receive("1", PASSED_ON).await;
    assert!(quiet.letters("contractor_thanks").await.is_empty(), "only where the policy says so");
}

#[tokio::test]
async fn what_is_encrypted_is_asked_for_again_and_its_clock_runs_on() {
    let office = Office::open("code", "sqlite", |_| {}).await;
    let locked = "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: ...\nMessage-ID: <e@home.example>\nMIME-Version: 1.0\n\
        Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\n\
        Version: 1\n\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n--b--\n";
    office.receive("1", locked).await;
    assert_eq!(kind_of_last(&office).await, Some(Kind::NeedsReview));
    let asked = office.letters("unreadable").await;
    let text = office.text(asked[0].id).await;
    assert!(text.contains("locked (encrypted)") && text.contains("Monday 9 March 2026"), "{text}");
    assert_eq!((office.carry().await, asked[0].recipient.as_str()), (1, "ada@home.example"));
    let mut tx = office.works.db.read().await.unwrap();
    let open = postroom::store::duty::open(&mut tx, None, "2027-01-01T00:00:00Z".parse().unwrap(), 9).await.unwrap();
    assert!(open.iter().any(|d| d.kind == DutyKind::Acknowledge), "asking again acknowledges nothing");
}

#[tokio::test]
async fn code_3_1_large_print_once_asked_for_is_in_every_later_letter_until_a_person_says_otherwise() {
    use postroom::pipeline::needs::{self, Print};
    let office = Office::open("code", "sqlite", |_| {}).await;
    let asks = "I want to complain that nobody has mended my door in six weeks. I am nearly blind: please write to me in large print.";
    office.receive("1", &mail("code", "Door", asks)).await;
    let last_is_large = async |reply: &str| {
        let letter = office.letters(reply).await.pop().unwrap();
        let mut tx = office.works.db.read().await.unwrap();
        let bytes = postroom::store::outbox_list::bytes(&mut tx, letter.id).await.unwrap();
        mail_parser::MessageParser::default().parse(&bytes).unwrap().body_html(0).unwrap().contains("font-size:24px;line-height:1.5")
    };
    assert!(last_is_large("acknowledge_stage1").await);
    office.receive("2", &answer(&office, "Re: Door", "The door frame is rotten as well, please add that to my complaint.").await).await;
    assert!(last_is_large("confirm_addition").await, "this message asked for nothing");
    // Another matter of hers, and what is no complaint.
    let lift = "The lift has been broken for three weeks and nobody answers the phone. I want to make a new complaint about that.";
    office.receive("3", &mail("code", "Lift", lift).replace("<a@home", "<l@home")).await;
    assert_eq!(cases(&office).await, 2);
    assert!(last_is_large("acknowledge_stage1").await, "her new case has it too");
    let tap = mail("code", "Tap", "Hello, could somebody look at my kitchen tap please? It has started to drip. Thank you.");
    office.receive("4", &tap.replace("<a@home", "<t@home")).await;
    assert!(last_is_large("signpost").await);
    // Nobody else's letters have it.
    office
        .receive("5", &mail("code", "Lift", lift).replace("Ada Barlow <ada@home", "Ben Cole <ben@post").replace("<a@home", "<b@post"))
        .await;
    assert!(!last_is_large("acknowledge_stage1").await);
    // A person takes it back, on all of her cases, and sets it again.
    let told = needs::print(&office.works, "PR-2026-000001", Print::Usual, "Sam Okoro").await.unwrap();
    assert_eq!(told, ["PR-2026-000001", "PR-2026-000002"]);
    office.receive("6", &answer(&office, "Re: Door", "And the letter box does not shut any more.").await).await;
    assert!(!last_is_large("confirm_addition").await);
    needs::print(&office.works, "PR-2026-000002", Print::Large, "Sam Okoro").await.unwrap();
    office.receive("7", &answer(&office, "Re: Door", "The hinge has come off now as well.").await).await;
    assert!(last_is_large("confirm_addition").await);
    let mut tx = office.works.db.read().await.unwrap();
    let journal = postroom::store::case_event::journal(&mut tx, 1).await.unwrap();
    let said: Vec<_> = journal.iter().filter(|e| e.what == "fact").map(|e| (e.who.as_str(), e.note.as_str())).collect();
    assert_eq!(said, [("postroom", r#"{"print":"large"}"#), ("Sam Okoro", r#"{"print":"usual"}"#), ("Sam Okoro", r#"{"print":"large"}"#)]);
}
