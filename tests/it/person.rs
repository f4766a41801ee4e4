//! What people decide: a later date, a refusal, who has a case, what it is about; and what they are told each morning.

use crate::duties::{at, works_of};
use crate::servers::postgres::postgres;
use jiff::civil::date;
use postroom::courier::{Courier, folder::Folder};
use postroom::model::case::Stage;
use postroom::model::duty::DutyKind;
use postroom::model::policy::{AckTiming, Policy, Role};
use postroom::model::refusal::{CannotRefuse, Ground, Refusal};
use postroom::pipeline::outbox::Carrier;
use postroom::pipeline::person::{self, Extension};
use postroom::pipeline::staff::{self, Act};
use postroom::pipeline::{Works, clock, digest, intake, outbox};
use postroom::source::{Arrival, Place};
use postroom::store::{self, case_event, duty, outbox_list};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub const DAMP: &str = "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Complaint\nMessage-ID: <a@home.example>\n\n\
    I want to make a complaint. There is black mould on the bedroom wall. I rang twice in three weeks and nobody came.\n";

pub struct Office {
    pub works: Arc<Works>,
    folder: tempfile::TempDir,
}

impl Office {
    pub async fn open(policy: &str, url: &str, change: impl FnOnce(&mut Policy)) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let works = works_of(policy, url, folder.path(), change).await;
        Office { works, folder }
    }

    pub fn clock(&self, text: &str) {
        self.works.ambient.set(at(text));
    }

    pub async fn receive(&self, place: &str, mail: &str) {
        let received_at = self.works.ambient.now();
        let arrival = Arrival { place: Place::File(place.into()), bytes: mail.into(), received_at, defects: Vec::new() };
        self.works.receive("spool", vec![arrival]).await.unwrap();
        intake::drain(&self.works).await.unwrap();
    }

    /// Carries what is due; answers the letters as files' texts.
    pub async fn carry(&self) -> usize {
        let mut courier = Courier::Folder(Folder { path: self.folder.path().join("sent") });
        let mut carrier = Carrier::Mail(&mut courier);
        outbox::drain(&self.works, &mut carrier, "test", &AtomicBool::new(false)).await.unwrap().sent
    }

    pub async fn letters(&self, reply: &str) -> Vec<outbox_list::Row> {
        let mut tx = self.works.db.read().await.unwrap();
        let all = outbox_list::list(&mut tx, &outbox_list::Filter::default(), 0, i64::MAX).await.unwrap();
        all.into_iter().filter(|l| l.reply == reply).collect()
    }

    pub async fn text(&self, letter: i64) -> String {
        let mut tx = self.works.db.read().await.unwrap();
        let bytes = outbox_list::bytes(&mut tx, letter).await.unwrap();
        mail_parser::MessageParser::default().parse(&bytes).unwrap().body_text(0).unwrap().into_owned()
    }

    pub async fn case(&self) -> store::case::Row {
        let mut tx = self.works.db.read().await.unwrap();
        store::case::list(&mut tx, &store::case::Filter::default(), 0, 10).await.unwrap().remove(0)
    }

    pub async fn duty(&self, kind: DutyKind) -> duty::Row {
        let case = self.case().await.id;
        let mut tx = self.works.db.read().await.unwrap();
        duty::of_case(&mut tx, case).await.unwrap().into_iter().rfind(|d| d.kind == kind).unwrap_or_else(|| panic!("no {kind:?}"))
    }

    async fn journal(&self) -> Vec<String> {
        let case = self.case().await.id;
        let mut tx = self.works.db.read().await.unwrap();
        case_event::journal(&mut tx, case).await.unwrap().into_iter().map(|e| format!("{} by {} {}", e.what, e.who, e.note)).collect()
    }

    pub async fn record(&self, act: Act, who: &str) -> Result<Stage, String> {
        let reference = self.case().await.reference.0;
        staff::record(&self.works, &reference, act, who, None).await.map_err(|e| e.to_string())
    }

    async fn extend(&self, to: (i16, i8, i8), good_reason: bool) -> Result<jiff::civil::Date, String> {
        let reference = self.case().await.reference.0;
        let why = "The surveyor can only come next week.";
        let to = date(to.0, to.1, to.2);
        let new = Extension {
            to,
            who: "Sam Okoro",
            why,
            updates: Some("Each Friday by phone."),
            why_cy: None,
            updates_cy: None,
            good_reason,
            duty: None,
        };
        person::extend(&self.works, &reference, &new).await.map_err(|e| e.to_string())
    }
}

const REF: &str = "PR-2026-000001";

async fn dates(url: &str) {
    let office = Office::open("code", url, |_| {}).await;
    office.receive("1", DAMP).await;
    office.carry().await;
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "met");
    let respond = office.duty(DutyKind::RespondStage1).await;
    assert_eq!(
        (respond.due, respond.from_receipt, respond.from_ack),
        (date(2026, 3, 16), Some(date(2026, 3, 16)), Some(date(2026, 3, 16)))
    );

    // Put off by a person: within ten working days of what was promised (Code 6.4), later only for good reason.
    assert!(office.extend((2026, 3, 16), false).await.unwrap_err().contains("no later"));
    assert!(office.extend((2026, 3, 31), false).await.unwrap_err().contains("2026-03-30"));
    assert_eq!(office.extend((2026, 3, 30), false).await, Ok(date(2026, 3, 16)));
    assert_eq!(office.extend((2026, 4, 9), true).await, Ok(date(2026, 3, 30)));
    let respond = office.duty(DutyKind::RespondStage1).await;
    assert_eq!((respond.due, respond.first_due, respond.warned), (date(2026, 4, 9), Some(date(2026, 3, 16)), 0));
    let told = office.letters("extension").await;
    assert_eq!(told.iter().map(|l| l.recipient.as_str()).collect::<Vec<_>>(), ["ada@home.example"; 2]);
    let text = office.text(told[1].id).await;
    for words in
        ["Thursday 9 April 2026", "The surveyor can only come next week.", "Each Friday by phone.", "0300 111 3000", "Sam Okoro", REF]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("sent automatically"), "a person wrote it");
    let without = Extension {
        to: date(2026, 4, 20),
        who: "Sam",
        why: "  ",
        updates: None,
        why_cy: None,
        updates_cy: None,
        good_reason: true,
        duty: None,
    };
    assert!(person::extend(&office.works, REF, &without).await.is_err(), "no reasons");

    // The hazard's clock runs beside the complaint's, and after its closing.
    assert_eq!(office.duty(DutyKind::InvestigateHazard).await.due, date(2026, 3, 16));
    office.record(Act::Close, "Sam Okoro").await.unwrap();
    assert_eq!(office.duty(DutyKind::RespondStage1).await.state, "void");
    assert_eq!(office.duty(DutyKind::InvestigateHazard).await.state, "open");
    office.clock("2026-03-11T15:00:00Z");
    office.record(Act::Investigated, "Sam Okoro").await.unwrap();
    assert_eq!(office.duty(DutyKind::SummariseHazard).await.due, date(2026, 3, 16), "three working days after its end");
    assert_eq!(office.duty(DutyKind::SafetyWork).await.due, date(2026, 3, 18));
    let later = Extension {
        to: date(2026, 6, 3),
        who: "Sam",
        why: "The roof must come first.",
        updates: None,
        why_cy: None,
        updates_cy: None,
        good_reason: false,
        duty: Some(DutyKind::SafetyWork),
    };
    assert!(person::extend(&office.works, REF, &Extension { to: date(2026, 6, 4), ..later.clone() }).await.is_err());
    person::extend(&office.works, REF, &later).await.unwrap();

    // Taken up again by a person: the answer is owed anew, what was done is not.
    office.record(Act::Reopen, "Sam Okoro").await.unwrap();
    let again = office.duty(DutyKind::RespondStage1).await;
    assert_eq!((again.state.as_str(), again.due), ("open", date(2026, 3, 25)));
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "met");
    office.works.db.close().await;
}

async fn hands(url: &str) {
    let office = Office::open("code", url, |_| {}).await;
    office.receive("1", DAMP).await;
    office.carry().await;
    let draft = person::draft(&office.works, REF).await.unwrap();
    assert!(draft.what.iter().any(|w| w.contains("mould")), "prefilled in the resident's words: {draft:?}");
    person::define(&office.works, REF, &draft, "Kim Rowe").await.unwrap();
    assert_eq!(office.duty(DutyKind::Define).await.met_by.as_deref(), Some("record:Kim Rowe"));

    person::assign(&office.works, REF, "Kim Rowe", "Sam Okoro").await.unwrap();
    office.record(Act::Stage1Response, "desk").await.unwrap();
    let case = office.case().await;
    assert_eq!((case.stage1_handler.as_deref(), case.handler), (Some("Kim Rowe"), None), "whoever had it in hand answered it");
    // "I'm not happy with this" after the answer takes it to stage 2, and to somebody else (Code 6.10, 6.13).
    office.clock("2026-03-12T10:00:00Z");
    let id = &office.letters("acknowledge_stage1").await[0].message_id;
    let back = format!(
        "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Re: Complaint [{REF}]\nMessage-ID: <b@home.example>\n\
         In-Reply-To: <{id}>\n\nI am not happy with your answer. Please take it further.\n"
    );
    office.receive("2", &back).await;
    assert_eq!(office.case().await.stage, Stage::Stage2);
    assert!(person::assign(&office.works, REF, "kim rowe", "Sam Okoro").await.unwrap_err().to_string().contains("6.13"));
    assert!(office.record(Act::Stage2Response, "Kim Rowe").await.unwrap_err().contains("6.13"));
    assert_eq!(office.record(Act::Stage2Response, "Lee Marsh").await, Ok(Stage::Final));
    let journal = office.journal().await;
    let (opened, last) = (&journal[0], &journal[journal.len() - 1]);
    assert!(opened.starts_with("opened by postroom") && last.starts_with("stage2_response by Lee Marsh"), "{journal:?}");
    office.works.db.close().await;
}

async fn refusals(url: &str) {
    assert_eq!(Refusal::new(Ground::TooOld, " postroom ", "It ended in 2019 we think."), Err(CannotRefuse::NoPerson));
    assert_eq!(Refusal::new(Ground::TooOld, "Sam Okoro", "No."), Err(CannotRefuse::NoReasons));
    let office = Office::open("code", url, |_| {}).await;
    office.receive("1", DAMP).await;
    let refusal = Refusal::new(Ground::Considered, "Sam Okoro", "We answered the same points at both stages last year.").unwrap();
    assert_eq!(person::refuse(&office.works, REF, &refusal).await.unwrap(), Stage::Closed);
    let text = office.text(office.letters("refusal").await[0].id).await;
    for words in ["We answered the same points", "Sam Okoro", "Housing Ombudsman Service", "0300 111 3000", "make-a-complaint", "PR2 0ET"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        office.journal().await.iter().any(|e| e.starts_with("refused by Sam Okoro") && e.contains("considered")),
        "counted by type (8.1)"
    );
    assert!(person::refuse(&office.works, REF, &refusal).await.is_err(), "a closed case has nothing to refuse");
    office.works.db.close().await;
}

async fn held(url: &str) {
    let office = Office::open("code", url, |p| {
        p.ack_timing = AckTiming::ForOfficer;
        p.ack_hold_wd = 2;
    })
    .await;
    office.clock("2026-04-02T10:00:00Z"); // Maundy Thursday
    office.receive("1", DAMP).await;
    assert_eq!(office.carry().await, 0, "it waits for an officer");
    let letter = office.letters("acknowledge_stage1").await.remove(0);
    assert_eq!(letter.next_at, at("2026-04-08T08:00:00Z"), "the second working day after Easter");
    staff::hold(&office.works.db, letter.id, "to be read again").await.unwrap();
    office.clock("2026-04-08T09:00:00Z");
    assert_eq!(office.carry().await, 0, "held by a person");
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "open");
    staff::retry(&office.works.db, letter.id, office.works.ambient.now()).await.unwrap();
    assert_eq!(office.carry().await, 1);
    assert_eq!(office.duty(DutyKind::Acknowledge).await.state, "met");
    let respond = office.duty(DutyKind::RespondStage1).await;
    assert_eq!((respond.from_receipt, respond.from_ack), (Some(date(2026, 4, 20)), Some(date(2026, 4, 22))), "both counts (Code 6.3)");
    assert!(office.text(letter.id).await.contains("Wednesday 22 April 2026"), "the letter promises what the policy shows");
    office.works.db.close().await;
}

async fn mornings(url: &str) {
    let office = Office::open("code", url, |_| {}).await;
    assert_eq!(digest::tick(&office.works).await.unwrap(), 0, "on the first day there is no night to tell of");
    office.receive("1", DAMP).await;
    let mut sent = Vec::new();
    for day in 3..=11 {
        for time in ["03:00", "09:05", "09:06", "17:30"] {
            office.clock(&format!("2026-03-{day:02}T{time}:00Z"));
            // Two daemons look at the same moment.
            let (one, two) = tokio::join!(digest::tick(&office.works), digest::tick(&office.works));
            if one.unwrap() + two.unwrap() > 0 {
                sent.push(format!("{day} {time}"));
            }
        }
    }
    let mornings: Vec<String> = [3, 4, 5, 6, 9, 10, 11].iter().map(|d| format!("{d} 09:05")).collect();
    assert_eq!(sent, mornings, "each working morning, once");
    let letters = office.letters("digest").await;
    assert!(letters.len() == 7 && letters.iter().all(|l| l.recipient == "officer@landlord.example"));
    // Tuesday: what came in since Monday morning. Monday the 9th: due that day. Tuesday the 10th: late.
    let texts = [office.text(letters[0].id).await, office.text(letters[4].id).await, office.text(letters[5].id).await];
    assert!(texts[0].contains("1 in all, 1 opened as complaints") && texts[0].contains("Nothing falls due today"), "{}", texts[0]);
    assert!(texts[1].contains("DUE TODAY") && texts[1].contains(&format!("{REF}  acknowledge the complaint")), "{}", texts[1]);
    assert!(texts[2].contains("LATE") && texts[2].contains("due Monday 9 March 2026"), "{}", texts[2]);
    assert!(!texts.iter().any(|t| t.contains("Ada") || t.contains("mould")), "nobody's name or words lie on a desk");
    office.works.db.close().await;
}

async fn roles(url: &str) {
    let office = Office::open("code", url, |p| {
        let address = postroom::model::address::Address::parse("jane.moss@landlord.example");
        p.roles = vec![Role { role: "Complaints Manager".into(), to: address.clone() }];
        p.routes.iter_mut().filter(|r| r.role == "Head of Customer Services").for_each(|r| r.to = address.clone());
    })
    .await;
    let about_jane = "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Rude\nMessage-ID: <a@home.example>\n\n\
        I want to complain about your manager Jane Moss. She shouted at me on the phone and called me a liar. It was disgusting.\n";
    office.receive("1", about_jane).await;
    let notices = office.letters("notice").await;
    assert!(notices.iter().all(|l| l.recipient != "jane.moss@landlord.example"), "never to the person it is about (Code 5.8)");
    assert!(notices.iter().any(|l| l.recipient == "officer@landlord.example"));
    // The breach goes to the manager too; each address once at each level.
    office.clock("2026-03-10T09:00:00Z");
    clock::tick(&office.works).await.unwrap();
    clock::tick(&office.works).await.unwrap();
    let mut told: Vec<String> = office.letters("alarm").await.into_iter().map(|l| format!("{} {}", l.cause, l.recipient)).collect();
    let count = told.len();
    told.dedup();
    assert!(count == told.len() && told.iter().any(|t| t.ends_with("jane.moss@landlord.example")), "{told:?}");
    office.works.db.close().await;
}

/// The steps that anybody may try, in an order that a seed makes: the journal only grows, and what stood in it stands.
async fn journal_grows(url: &str, seed: u64) {
    let office = Office::open("code", url, |_| {}).await;
    office.receive("1", DAMP).await;
    let acts = [
        Act::Stage1Response,
        Act::Stage2Open,
        Act::Stage2Response,
        Act::Close,
        Act::Reopen,
        Act::Withdraw,
        Act::Defined,
        Act::Acknowledged,
    ];
    let (mut random, mut before, mut finals) = (seed, office.journal().await, 0);
    for _ in 0..25 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let act = acts[(random >> 33) as usize % acts.len()];
        let done = office.record(act, if random & 64 == 0 { "Kim Rowe" } else { "Lee Marsh" }).await;
        let after = office.journal().await;
        assert_eq!(after[..before.len()], before[..], "nothing is edited away (promise 8)");
        assert_eq!(after.len() > before.len(), done.is_ok(), "{act:?}: every act is in it, no act that was refused is");
        finals += usize::from(act == Act::Stage2Response && done.is_ok());
        before = after;
    }
    assert!(finals <= 1, "never a third stage");
    office.works.db.close().await;
}

macro_rules! both {
    ($($story:ident: $sqlite:ident, $postgres:ident;)+) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sqlite() {
            $story("sqlite").await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $postgres() {
            $story(&postgres().database()).await;
        }
    )+ };
}

both! {
    dates: promises_are_put_off_with_reasons_and_laid_down_again_on_sqlite, promises_are_put_off_with_reasons_and_laid_down_again_on_postgresql;
    hands: stage_2_is_never_the_same_persons_on_sqlite, stage_2_is_never_the_same_persons_on_postgresql;
    refusals: a_refusal_has_a_person_reasons_and_the_ombudsman_on_sqlite, a_refusal_has_a_person_reasons_and_the_ombudsman_on_postgresql;
    held: an_acknowledgement_waits_for_an_officer_on_sqlite, an_acknowledgement_waits_for_an_officer_on_postgresql;
    mornings: the_digest_comes_once_each_working_morning_on_sqlite, the_digest_comes_once_each_working_morning_on_postgresql;
    roles: roles_are_told_and_never_the_person_it_is_about_on_sqlite, roles_are_told_and_never_the_person_it_is_about_on_postgresql;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_never_shrinks() {
    for seed in 1..=6 {
        journal_grows("sqlite", seed).await;
    }
}
