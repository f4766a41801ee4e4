//! From received to decided: order, parts, duplicates, faults, and the history of decisions.

use super::{at, contract, party};
use postroom::model::address::Address;
use postroom::model::case::CaseId;
use postroom::model::decision::{Decision, Definition, Effect, Kind, Reply};
use postroom::store::decision::NewDecision;
use postroom::store::{Error, counts, decision, message};

pub fn some_decision(kind: Kind, reply: Reply) -> Decision {
    Decision {
        kind,
        flags: Vec::new(),
        reply,
        link: None,
        effect: Effect::Record,
        via: None,
        resident: party("Jo Resident", "jo@resident.example", ""),
        answer_to: Address::parse("jo@resident.example"),
        contractor_delay_wd: None,
        aware_at: None,
        definition: Definition::default(),
        topics: vec!["heating".into()],
        routes: Vec::new(),
        duties: Vec::new(),
        reviews: Vec::new(),
        reasons: Vec::new(),
        runner_up: Some((Kind::ServiceRequest, "asks\0for something".into())),
        courtesy: None,
        input_digest: "i".into(),
        ruleset_digest: "r".into(),
    }
}

fn new<'a>(message: i64, decision: &'a Decision, when: &str, who: &'a str, case_id: Option<CaseId>) -> NewDecision<'a> {
    NewDecision { message, decided_at: at(when), who, decision, case_id, fingerprint: Some("f1"), message_id: Some("a@b.example") }
}

contract! {
    async fn the_oldest_come_first(world) {
        let late = world.message("thrive", "1/1", b"a", "2026-03-02T12:00:00Z").await;
        let early = world.message("thrive", "1/2", b"b", "2026-03-02T09:00:00Z").await;
        let same = world.message("thrive", "1/3", b"c", "2026-03-02T12:00:00Z").await;
        let others = world.message("code", "1/4", b"d", "2026-03-02T08:00:00Z").await;
        let mut tx = world.db.write(Some("thrive")).await.unwrap();
        let ids: Vec<i64> = message::waiting(&mut tx, "thrive", 9).await.unwrap().iter().map(|w| w.id).collect();
        assert_eq!(ids, [early, late, same]);
        assert_eq!(message::waiting(&mut tx, "thrive", 2).await.unwrap().len(), 2);
        assert_eq!(message::waiting(&mut tx, "code", 2).await.unwrap()[0].id, others);
        assert_eq!(message::landlords_waiting(&mut tx).await.unwrap(), ["code", "thrive"]);
        assert_eq!(counts::oldest_undecided(&mut tx).await.unwrap(), Some(at("2026-03-02T08:00:00Z")));
    }

    async fn a_decision_settles_its_message(world) {
        let id = world.message("thrive", "1/1", b"a", "2026-03-02T09:00:00Z").await;
        let (case, _) = world.case("thrive", "tok", party("Jo", "jo@resident.example", "")).await;
        let (first, second) = (some_decision(Kind::NeedsReview, Reply::None), some_decision(Kind::NewComplaint, Reply::AcknowledgeStage1));
        let mut tx = world.write().await;
        decision::add(&mut tx, &new(id, &first, "2026-03-02T09:01:00Z", "postroom", None)).await.unwrap();
        assert!(message::waiting(&mut tx, "thrive", 9).await.unwrap().is_empty());
        decision::add(&mut tx, &new(id, &second, "2026-03-03T09:01:00Z", "kim", Some(case))).await.unwrap();
        tx.commit("decide").await.unwrap();
        let mut tx = world.read().await;
        let m = message::by_id(&mut tx, id).await.unwrap();
        assert_eq!((m.state.as_str(), m.kind, m.reply, m.case_id), ("decided", Some(Kind::NewComplaint), Some(Reply::AcknowledgeStage1), Some(case)));
        assert_eq!((m.decided_at, m.message_id.as_deref()), (Some(at("2026-03-03T09:01:00Z")), Some("a@b.example")));
        let history = decision::history(&mut tx, id).await.unwrap();
        assert_eq!(history.iter().map(|d| (d.who.as_str(), d.kind)).collect::<Vec<_>>(), [("postroom", Kind::NeedsReview), ("kim", Kind::NewComplaint)]);
        assert_eq!(history[0].decision().unwrap(), first);
        let latest = decision::latest(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(latest.decision().unwrap(), second);
        assert_eq!(message::of_case(&mut tx, case).await.unwrap(), std::slice::from_ref(&m));
        assert_eq!(message::by_message_id(&mut tx, "thrive", "a@b.example").await.unwrap(), [m]);
        assert!(message::by_message_id(&mut tx, "code", "a@b.example").await.unwrap().is_empty());
        assert_eq!(counts::oldest_undecided(&mut tx).await.unwrap(), None);
        assert_eq!(counts::sources(&mut tx).await.unwrap(), [("complaints".to_owned(), 1)]);
        let day = |d: &str| at(&format!("2026-03-0{d}T00:00:00Z"));
        assert_eq!(counts::kinds(&mut tx, Some("thrive"), day("2"), day("3")).await.unwrap(), [("new_complaint".to_owned(), 1)]);
        assert!(counts::kinds(&mut tx, None, day("3"), day("4")).await.unwrap().is_empty());
        drop(tx);
        let mut tx = world.write().await;
        let none = decision::add(&mut tx, &new(id + 9, &first, "2026-03-02T09:01:00Z", "postroom", None)).await;
        assert!(none.is_err());
    }

    async fn a_raw_may_hold_several(world) {
        let first = world.message("thrive", "1/1", b"[1,2,3]", "2026-03-02T09:00:00Z").await;
        let mut tx = world.write().await;
        let second = message::add_part(&mut tx, first, 1, at("2026-03-02T08:59:00Z")).await.unwrap();
        assert_eq!(message::add_part(&mut tx, first, 1, at("2026-03-02T08:59:00Z")).await.unwrap(), second);
        assert_ne!(first, second);
        tx.commit("decide").await.unwrap();
        let waiting = message::waiting(&mut world.read().await, "thrive", 9).await.unwrap();
        assert_eq!(waiting.iter().map(|w| (w.id, w.part)).collect::<Vec<_>>(), [(second, 1), (first, 0)]);
        assert_eq!(waiting[0].raw_id, waiting[1].raw_id);
    }

    async fn a_duplicate_takes_the_earlier_outcome(world) {
        let first = world.message("thrive", "1/1", b"a", "2026-03-02T09:00:00Z").await;
        let again = world.message("thrive", "1/2", b"Received: other\r\na", "2026-03-02T09:00:05Z").await;
        let (case, _) = world.case("thrive", "tok", party("Jo", "jo@resident.example", "")).await;
        let d = some_decision(Kind::NewComplaint, Reply::AcknowledgeStage1);
        let mut tx = world.write().await;
        assert_eq!(message::earlier(&mut tx, "thrive", "f1", first).await.unwrap(), None);
        decision::add(&mut tx, &new(first, &d, "2026-03-02T09:01:00Z", "postroom", Some(case))).await.unwrap();
        assert_eq!(message::earlier(&mut tx, "thrive", "f1", first).await.unwrap(), None);
        assert_eq!(message::earlier(&mut tx, "code", "f1", again).await.unwrap(), None);
        assert_eq!(message::earlier(&mut tx, "thrive", "f1", again).await.unwrap(), Some(first));
        message::settle_duplicate(&mut tx, again, first, "f1", Some("a@b.example"), at("2026-03-02T09:02:00Z")).await.unwrap();
        tx.commit("decide").await.unwrap();
        let mut tx = world.read().await;
        let m = message::by_id(&mut tx, again).await.unwrap();
        assert_eq!((m.state.as_str(), m.duplicate_of, m.case_id, m.kind), ("decided", Some(first), Some(case), None));
        assert_eq!(message::earlier(&mut tx, "thrive", "f1", again + 1).await.unwrap(), Some(first), "never the duplicate");
        let filter = message::Filter { case_id: Some(case), ..Default::default() };
        assert_eq!(message::list(&mut tx, &filter, 0, 9).await.unwrap().len(), 2);
    }

    async fn a_fault_blocks_nobody(world) {
        let bad = world.message("thrive", "1/1", b"a", "2026-03-02T09:00:00Z").await;
        let good = world.message("thrive", "1/2", b"b", "2026-03-02T09:01:00Z").await;
        let mut tx = world.write().await;
        assert_eq!(message::faulted(&mut tx, bad, "read past\0 its end").await.unwrap(), 1);
        assert_eq!(message::faulted(&mut tx, bad, "read past its end").await.unwrap(), 2);
        message::fail(&mut tx, bad, "read past its end", at("2026-03-02T09:05:00Z")).await.unwrap();
        assert_eq!(message::waiting(&mut tx, "thrive", 9).await.unwrap().iter().map(|w| w.id).collect::<Vec<_>>(), [good]);
        let filter = message::Filter { state: Some("failed".into()), ..Default::default() };
        let failed = message::list(&mut tx, &filter, 0, 9).await.unwrap();
        assert_eq!((failed[0].id, failed[0].fault.as_deref()), (bad, Some("read past its end")));
        message::rerun(&mut tx, bad).await.unwrap();
        assert_eq!(message::waiting(&mut tx, "thrive", 9).await.unwrap()[0].id, bad);
        assert!(matches!(message::rerun(&mut tx, 99).await, Err(Error::Missing { what: "message", .. })));
        assert!(matches!(message::faulted(&mut tx, 99, "").await, Err(Error::Missing { .. })));
    }

    async fn lists_go_page_by_page(world) {
        for i in 0..7 {
            world.message("thrive", &format!("1/{i}"), format!("{i}").as_bytes(), &format!("2026-03-0{}T09:00:00Z", i + 1)).await;
        }
        let mut tx = world.read().await;
        let filter = message::Filter { since: Some(at("2026-03-02T09:00:00Z")), until: Some(at("2026-03-07T09:00:00Z")), ..Default::default() };
        let first = message::list(&mut tx, &filter, 0, 3).await.unwrap();
        let second = message::list(&mut tx, &filter, first[2].id, 3).await.unwrap();
        assert_eq!((first.len(), second.len()), (3, 2));
        let none = message::Filter { landlord: Some("code".into()), ..Default::default() };
        assert!(message::list(&mut tx, &none, 0, 3).await.unwrap().is_empty());
        let none = message::Filter { kind: Some(Kind::Spam), ..Default::default() };
        assert!(message::list(&mut tx, &none, 0, 3).await.unwrap().is_empty());
    }
}
