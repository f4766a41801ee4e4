//! Which case a message belongs to (Code 6.8), through the real pipeline: received, decided and written on both databases.

use super::{World, at, contract};
use jiff::SignedDuration;
use postroom::ambient::Ambient;
use postroom::config;
use postroom::model::case::Stage;
use postroom::model::decision::{Kind, ReviewCause};
use postroom::model::message::Channel;
use postroom::pipeline::join::{self, Act};
use postroom::pipeline::staff::{self, Act as Did};
use postroom::pipeline::{Works, intake, rulebook};
use postroom::store::receipt::{Arrival, receive};
use postroom::store::{case, case_event, decision, duty, message, outbox_list, review};
use std::sync::Arc;

/// A landlord whose mail comes when the test says.
struct House {
    works: Arc<Works>,
    next: i64,
}

impl House {
    async fn new(world: &World) -> House {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("postroom.toml");
        std::fs::write(&file, "[[landlord]]\nid = \"home\"\npolicy = \"code\"\n").unwrap();
        let config = config::load(Some(&file)).unwrap();
        let rulebook = Arc::new(rulebook::load(None).unwrap());
        let works = Works::new(&config, rulebook, world.db.clone(), Ambient::at(at("2026-03-02T09:00:00Z"))).await.unwrap();
        House { works: Arc::new(works), next: 0 }
    }

    /// Takes a mail in, an hour after the last, and decides it. Answers its number.
    async fn mail(&mut self, headers: &str, body: &str) -> i64 {
        self.next += 1;
        self.works.ambient.advance(SignedDuration::from_hours(1));
        let (n, now) = (self.next, self.works.ambient.now());
        let headers =
            if headers.contains("Message-ID:") { headers.to_owned() } else { format!("{headers}Message-ID: <m{n}@mail.example>\n") };
        let bytes = format!("Received: by mx.landlord.example id q{n}\nTo: complaints@landlord.example\n{headers}\n{body}\n").into_bytes();
        let arrival = Arrival {
            landlord: "home".into(),
            source: if n % 2 == 0 { "enquiries" } else { "complaints" }.into(),
            place: n.to_string(),
            channel: Channel::Email,
            bytes,
            received_at: now,
            arrived_at: now,
            answerable: true,
        };
        let mut tx = self.works.db.write(None).await.unwrap();
        let got = receive(&mut tx, &[arrival.pack()]).await.unwrap();
        tx.commit("receive").await.unwrap();
        intake::drain(&self.works).await.unwrap();
        let mut tx = self.works.db.read().await.unwrap();
        message::of_raw(&mut tx, got[0].raw_id).await.unwrap()[0].id
    }

    async fn row(&self, id: i64) -> message::Row {
        message::by_id(&mut self.works.db.read().await.unwrap(), id).await.unwrap()
    }

    async fn case(&self, id: i64) -> case::Row {
        let case = self.row(id).await.case_id.expect("it belongs to a case");
        case::by_id(&mut self.works.db.read().await.unwrap(), case).await.unwrap()
    }

    async fn cases(&self) -> Vec<case::Row> {
        case::list(&mut self.works.db.read().await.unwrap(), &case::Filter::default(), 0, 99).await.unwrap()
    }

    async fn record(&self, reference: &str, did: Did) -> Stage {
        staff::record(&self.works, reference, did, "kim", None).await.unwrap()
    }

    fn act<'a>(&self, why: &'a str) -> Act<'a> {
        Act { by: "kim", why, now: self.works.ambient.now() }
    }

    /// The acknowledgement that a message caused: its own Message-ID.
    async fn letter(&self, id: i64) -> outbox_list::Row {
        let mut tx = self.works.db.read().await.unwrap();
        outbox_list::of_cause(&mut tx, &format!("message:{id}")).await.unwrap().remove(0)
    }

    async fn open_duties(&self, case: i64) -> Vec<String> {
        let duties = duty::of_case(&mut self.works.db.read().await.unwrap(), case).await.unwrap();
        duties.into_iter().filter(|d| d.state == "open").map(|d| d.kind.as_str().to_owned()).collect()
    }
}

const ADA: &str = "From: Ada Barlow <ada@home.example>\n";
const BOILER: &str = "I want to make a complaint. My boiler has been broken since 3 February and nobody came, though I rang twice. I want it mended.\n\nAda Barlow";
const BINS: &str = "I want to make a complaint about the bins at the front of Cedar House. They have not been emptied for five weeks and nobody answers when I ring.\n\nAda Barlow";

contract! {
    async fn a_further_point_is_added_while_stage_1_is_open_and_not_after_its_answer(world) {
        let mut house = House::new(&world).await;
        let first = house.mail(&format!("{ADA}Subject: Boiler\n"), BOILER).await;
        let case = house.case(first).await;
        let more = house.mail(&format!("{ADA}Subject: Re: Boiler [{}]\n", case.reference), "Please add to my complaint that the boiler now leaks as well.").await;
        assert_eq!((house.row(more).await.kind, house.row(more).await.case_id), (Some(Kind::Addition), Some(case.id)));
        assert_eq!(house.record(&case.reference.0, Did::Stage1Response).await, Stage::Responded);
        // A new matter after the answer is a new complaint, tied to the old.
        let new = house.mail(&format!("{ADA}Subject: A new complaint: bins\n"), BINS).await;
        let other = house.case(new).await;
        assert_eq!((house.row(new).await.kind, other.related_case), (Some(Kind::NewComplaint), Some(case.id)));
        // Dissatisfaction with the answer is a request for stage 2, also after the case was closed.
        house.record(&case.reference.0, Did::Close).await;
        let again = house.mail(&format!("{ADA}Subject: Re: Boiler [{}]\n", case.reference), "I am not happy with your answer about the boiler and want it looked at again.").await;
        assert_eq!(house.row(again).await.kind, Some(Kind::Stage2Request));
        assert_eq!(house.case(again).await.stage, Stage::Stage2);
    }

    async fn one_mail_to_two_mailboxes_is_one_message_with_one_letter(world) {
        let mut house = House::new(&world).await;
        let headers = format!("{ADA}Subject: Boiler\nDate: Mon, 2 Mar 2026 09:30:00 +0000\nMessage-ID: <one@home.example>\n");
        let first = house.mail(&headers, BOILER).await;
        let second = house.mail(&headers, BOILER).await;
        assert_ne!(house.row(first).await.raw_id, house.row(second).await.raw_id, "the traces differ, so two deliveries");
        assert_eq!(house.row(second).await.duplicate_of, Some(first));
        assert_eq!(house.cases().await.len(), 1);
        let mut tx = house.works.db.read().await.unwrap();
        assert_eq!(outbox_list::list(&mut tx, &outbox_list::Filter::default(), 0, 99).await.unwrap().len(), 1);
        drop(tx);
        // Sent again a week later by hand, under a new Message-ID: the same complaint, no second case.
        let again = house.mail(&format!("{ADA}Subject: Fwd: Boiler\nMessage-ID: <two@home.example>\n"), BOILER).await;
        assert_eq!(house.case(again).await.id, house.case(first).await.id);
        assert_eq!(house.cases().await.len(), 1);
    }

    /// Whoever answers our letter from another address is a party from then on: the next mail needs no reference. A stranger who only quotes
    /// the number is none.
    async fn who_answers_our_letter_from_another_address_becomes_a_party(world) {
        let mut house = House::new(&world).await;
        let first = house.mail(&format!("{ADA}Subject: Boiler\n"), BOILER).await;
        let case = house.case(first).await;
        let ours = house.letter(first).await.message_id;
        let husband = "From: Tom Barlow <tom.barlow@work.example>\n";
        let answer = house.mail(&format!("{husband}Subject: Re: Boiler\nIn-Reply-To: <{ours}>\n"), "The engineer did not come today either. Please add this.").await;
        assert_eq!(house.row(answer).await.case_id, Some(case.id));
        let bare = house.mail(&format!("{husband}Subject: The boiler\n"), "Still no news about the boiler that my wife complained of. Please add this to the complaint.").await;
        assert_eq!(house.row(bare).await.case_id, Some(case.id), "known by his address alone");
        let stranger = "From: Nosy Parker <nosy@elsewhere.example>\n";
        house.mail(&format!("{stranger}Subject: {}\n", case.reference), "What is happening with this complaint? Please add that I saw it too.").await;
        let parties = case::load(&mut house.works.db.read().await.unwrap(), case.id).await.unwrap().parties;
        let known: Vec<_> = parties.iter().filter_map(|p| p.email.as_ref().map(ToString::to_string)).collect();
        assert_eq!(known, ["ada@home.example", "tom.barlow@work.example"]);
    }

    async fn two_cases_of_one_person_are_told_apart_and_two_people_share_none(world) {
        let mut house = House::new(&world).await;
        let boiler = house.mail(&format!("{ADA}Subject: Boiler\n"), BOILER).await;
        let bins = house.mail(&format!("{ADA}Subject: Bins\n"), BINS).await;
        assert_ne!(house.case(boiler).await.id, house.case(bins).await.id);
        let more = house.mail(&format!("{ADA}Subject: Re: Bins\n"), "Further to my complaint: the bins at Cedar House are still full. Please add this.").await;
        assert_eq!(house.case(more).await.id, house.case(bins).await.id);
        // Her neighbour has the same trouble and a complaint of his own.
        let ben = house.mail("From: Ben Okoro <ben@next.example>\nSubject: Bins\n", &BINS.replace("Ada Barlow", "Ben Okoro")).await;
        assert_ne!(house.case(ben).await.id, house.case(bins).await.id);
        // Who writes for her is a party beside her.
        let son = house.mail("From: Sam Carter <sam@son.example>\nSubject: My mother's heating\n",
            "I am writing on behalf of my mother, Mrs Edith Carter of 4 Mill Lane. I want to complain: her heating has been off for three weeks and nobody came.\n\nSam Carter").await;
        let case = case::load(&mut house.works.db.read().await.unwrap(), house.case(son).await.id).await.unwrap();
        assert!(case.parties.iter().any(|p| p.email.as_ref().is_some_and(|a| a.as_str() == "sam@son.example")), "{:?}", case.parties);
        let reviews = review::list(&mut house.works.db.read().await.unwrap(), &review::Filter::default(), 0, 99).await.unwrap();
        assert!(reviews.iter().any(|r| r.cause == ReviewCause::Representative && r.message_id == Some(son)), "authority is asked for");
    }

    async fn a_person_merges_two_cases_and_takes_it_back(world) {
        let mut house = House::new(&world).await;
        let first = house.mail(&format!("{ADA}Subject: Boiler\n"), BOILER).await;
        let second = house.mail("From: A Barlow <ada.b@work.example>\nSubject: No heating\n",
            "I want to complain. There has been no heating at 4 Mill Lane for a month and I am cold. Nobody rings back.").await;
        let (a, b) = (house.case(first).await, house.case(second).await);
        assert_ne!(a.id, b.id);
        let before = house.open_duties(b.id).await;
        join::merge(&house.works, &a.reference.0, &b.reference.0, house.act("the same flat")).await.unwrap();
        assert_eq!(house.open_duties(b.id).await, Vec::<String>::new(), "what was owed twice is owed once");
        // What answers the merged case's letter, and its writer's bare mail, reach the other.
        let ours = house.letter(second).await.message_id;
        let answer = house.mail(&format!("From: A Barlow <ada.b@work.example>\nSubject: Re: No heating\nIn-Reply-To: <{ours}>\n"), "Please add that the flat is damp now.").await;
        assert_eq!(house.row(answer).await.case_id, Some(a.id));
        assert!(staff::record(&house.works, &b.reference.0, Did::Close, "kim", None).await.is_err(), "it is recorded where it is now");
        assert!(join::merge(&house.works, &b.reference.0, &a.reference.0, house.act("round")).await.is_err(), "no circle");
        let undone = join::undo(&house.works, &b.reference.0, house.act("two flats after all")).await.unwrap();
        assert_eq!(undone, "merge");
        assert_eq!(house.open_duties(b.id).await, before);
        let parties = case::load(&mut house.works.db.read().await.unwrap(), a.id).await.unwrap().parties;
        assert!(!parties.iter().any(|p| p.email.as_ref().is_some_and(|e| e.as_str() == "ada.b@work.example")), "no letter tells one of the other: {parties:?}");
        let journal = case_event::journal(&mut house.works.db.read().await.unwrap(), b.id).await.unwrap();
        let told: Vec<_> = journal.iter().filter(|e| e.who == "kim").map(|e| e.what.as_str()).collect();
        assert_eq!(told, ["merged", "merge_undone"]);
        let later = house.mail(&format!("From: A Barlow <ada.b@work.example>\nSubject: Re: No heating\nIn-Reply-To: <{ours}>\n"), "Please add that it is still cold.").await;
        assert_eq!(house.row(later).await.case_id, Some(b.id));
    }

    async fn a_person_splits_a_case_and_takes_it_back(world) {
        let mut house = House::new(&world).await;
        let first = house.mail(&format!("{ADA}Subject: Boiler\n"), BOILER).await;
        let case = house.case(first).await;
        let more = house.mail(&format!("{ADA}Subject: Re: Boiler [{}]\n", case.reference), "Please add to my complaint that the lift has been out for a week too.").await;
        assert_eq!(house.row(more).await.case_id, Some(case.id));
        let new = join::split(&house.works, &case.reference.0, more, None, false, house.act("the lift is another matter")).await.unwrap();
        let parted = house.case(more).await;
        assert_eq!((parted.reference.clone(), parted.related_case, house.row(more).await.kind), (new.clone(), Some(case.id), Some(Kind::NewComplaint)));
        assert_eq!(parted.received_at, house.row(more).await.received_at, "its clock runs from the message");
        assert_eq!(house.open_duties(parted.id).await, ["acknowledge", "define", "respond_stage1"]);
        assert_eq!(join::undo(&house.works, &new.0, house.act("one after all")).await.unwrap(), "split");
        assert_eq!((house.row(more).await.case_id, house.row(more).await.kind), (Some(case.id), Some(Kind::Addition)));
        assert_eq!(house.open_duties(parted.id).await, Vec::<String>::new());
        let history = decision::history(&mut house.works.db.read().await.unwrap(), more).await.unwrap();
        assert_eq!(history.iter().map(|d| d.who.as_str()).collect::<Vec<_>>(), ["postroom", "kim", "kim"], "nothing is edited away");
        // One letter that holds two residents' complaints stays in the first case and opens the second.
        let neighbour = postroom::model::address::Party { name: Some("Edith Carter".into()), ..Default::default() };
        let second = join::split(&house.works, &case.reference.0, first, Some(neighbour), true, house.act("two residents")).await.unwrap();
        assert_eq!(house.row(first).await.case_id, Some(case.id));
        let cases = house.cases().await;
        let second = cases.iter().find(|c| c.reference == second).unwrap();
        let resident = case::load(&mut house.works.db.read().await.unwrap(), second.id).await.unwrap().resident;
        assert_eq!(resident.name.as_deref(), Some("Edith Carter"));
    }

    /// Her second mail overtakes her first: the first joins the case that the second opened, or takes the second into its own.
    async fn an_answer_that_overtook_what_it_answers_is_put_right(world) {
        let mut house = House::new(&world).await;
        let second = house.mail(&format!("{ADA}Subject: Re: Boiler\nMessage-ID: <second@home.example>\nIn-Reply-To: <first@home.example>\n"),
            "I want to complain that the boiler leaks too now, on top of what I wrote. Nobody came.\n\nAda Barlow").await;
        let first = house.mail(&format!("{ADA}Subject: Boiler\nMessage-ID: <first@home.example>\n"), BOILER).await;
        assert_eq!(house.case(first).await.id, house.case(second).await.id);
        assert_eq!(house.cases().await.len(), 1);
        // One that was taken for no complaint joins the complaint when that comes; a stranger's that names the same Message-ID does not.
        let ben = "From: Ben Okoro <ben@next.example>\n";
        let thanks = house.mail(&format!("{ben}Subject: Re: Bins\nIn-Reply-To: <bins@next.example>\n"), "Thank you for the quick call back about this.").await;
        let other = house.mail("From: Cy Moss <cy@far.example>\nSubject: Re: Bins\nIn-Reply-To: <bins@next.example>\n", "Thank you all, very kind.").await;
        assert_eq!((house.row(thanks).await.case_id, house.row(other).await.case_id), (None, None));
        let bins = house.mail(&format!("{ben}Subject: Bins\nMessage-ID: <bins@next.example>\n"), &BINS.replace("Ada Barlow", "Ben Okoro")).await;
        let case = house.case(bins).await.id;
        assert_eq!((house.row(thanks).await.case_id, house.row(other).await.case_id), (Some(case), None));
    }
}
