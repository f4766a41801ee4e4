//! Cases: numbers without gaps, stages, parties and the journal.

use super::{at, contract, new_case, party};
use jiff::Timestamp;
use postroom::model::case::{Answered, Stage};
use postroom::store::case_event::{self, NewEvent};
use postroom::store::{Error, case, counts, party as parties};

const ANSWERED: Answered = Answered { stage1: true, stage2: false };

contract! {
    async fn numbers_have_no_gaps(world) {
        let jo = party("Jo", "jo@resident.example", "");
        let (_, first) = world.case("thrive", "t1", jo.clone()).await;
        let mut tx = world.write().await;
        case::open(&mut tx, &new_case("thrive", &|_| "t2".to_owned(), &jo)).await.unwrap();
        drop(tx);
        let (_, second) = world.case("code", "t2", jo.clone()).await;
        let mut tx = world.write().await;
        let next_year = case::NewCase { year: 2027, ..new_case("thrive", &|_| "t3".to_owned(), &jo) };
        let (_, third) = case::open(&mut tx, &next_year).await.unwrap();
        assert_eq!([first.0, second.0, third.0], ["PR-2026-000001", "PR-2026-000002", "PR-2027-000001"]);
        assert!(case::open(&mut tx, &new_case("thrive", &|_| "t1".to_owned(), &jo)).await.is_err(), "a token names one case");
    }

    async fn a_case_comes_back_whole(world) {
        let (id, reference) = world.case("thrive", "7q4m2k9f", party("Jo Resi\0dent", "jo@resident.example", "")).await;
        let mut tx = world.write().await;
        parties::add(&mut tx, id, "thrive", &party("Advice Centre", "help@advice.example", "")).await.unwrap();
        parties::add(&mut tx, id, "thrive", &party("", "help@advice.example", "")).await.unwrap();
        parties::add(&mut tx, id, "thrive", &party("", "", "fb-4000004")).await.unwrap();
        parties::add(&mut tx, id, "thrive", &party("", "", "fb-4000004")).await.unwrap();
        parties::add(&mut tx, id, "thrive", &party("Mrs Neighbour", "", "")).await.unwrap();
        parties::add(&mut tx, id, "thrive", &party("Mrs Neighbour", "", "")).await.unwrap();
        parties::add(&mut tx, id, "thrive", &party("", "", "")).await.unwrap();
        case::set_topic(&mut tx, id, "boiler\0 and damp").await.unwrap();
        tx.commit("record").await.unwrap();
        let mut tx = world.read().await;
        let c = case::load(&mut tx, id).await.unwrap();
        assert_eq!(c.resident, party("Jo Resi\u{fffd}dent", "jo@resident.example", ""));
        let others = [party("Advice Centre", "help@advice.example", ""), party("", "", "fb-4000004"), party("Mrs Neighbour", "", "")];
        assert_eq!(c.parties[0], c.resident);
        assert_eq!(c.parties[1..], others);
        assert_eq!((c.stage, c.stage1_answered, c.token.as_str(), c.topic.as_str()), (Stage::Stage1, false, "7q4m2k9f", "boiler\u{fffd} and damp"));
        assert_eq!((c.received_at, c.stage_at), (at("2026-03-02T09:14:00Z"), at("2026-03-02T10:00:00Z")));
        assert_eq!(case::by_reference(&mut tx, &reference.0.to_lowercase()).await.unwrap().unwrap().id, id);
        assert_eq!(case::by_token(&mut tx, "7Q4M2K9F").await.unwrap().unwrap().id, id);
        assert_eq!(case::by_token(&mut tx, "other").await.unwrap(), None);
        assert!(matches!(case::load(&mut tx, id + 1).await, Err(Error::Missing { what: "case", .. })));
        drop(tx);
        let mut tx = world.write().await;
        parties::set_resident(&mut tx, id, &party("Jo Resident", "jo.new@resident.example", "")).await.unwrap();
        let c = case::load(&mut tx, id).await.unwrap();
        assert_eq!((&c.resident, c.parties.len()), (&party("Jo Resident", "jo.new@resident.example", ""), 4));
    }

    async fn many_are_loaded_in_the_order_asked_for(world) {
        let mut ids = Vec::new();
        for i in 0..11 {
            ids.push(world.case("thrive", &format!("t{i}"), party("", &format!("r{i}@resident.example"), "")).await.0);
        }
        ids.reverse();
        let mut tx = world.read().await;
        let loaded = case::load_all(&mut tx, &ids).await.unwrap();
        assert_eq!(loaded.iter().map(|c| c.id).collect::<Vec<_>>(), ids);
        assert!(loaded.iter().all(|c| c.parties.len() == 1 && c.resident.email.is_some()));
        assert!(case::load_all(&mut tx, &[]).await.unwrap().is_empty());
    }

    async fn stages_and_their_journal(world) {
        let (id, _) = world.case("thrive", "t1", party("Jo", "jo@resident.example", "")).await;
        let mut tx = world.write().await;
        case::set_stage(&mut tx, id, Stage::Responded, ANSWERED, Some("kim"), at("2026-03-10T09:00:00Z")).await.unwrap();
        case::set_stage(&mut tx, id, Stage::Stage2, ANSWERED, None, at("2026-03-12T09:00:00Z")).await.unwrap();
        let event = |what, at: Timestamp| NewEvent { at, who: "kim", what, note: serde_json::json!({"said": "a\u{0}b"}), ..Default::default() };
        case_event::add(&mut tx, id, &event("stage1_response", at("2026-03-10T09:00:00Z"))).await.unwrap();
        case_event::add(&mut tx, id, &event("stage2", at("2026-03-12T09:00:00Z"))).await.unwrap();
        case_event::add(&mut tx, id, &event("told late", at("2026-03-01T09:00:00Z"))).await.unwrap();
        tx.commit("record").await.unwrap();
        let mut tx = world.read().await;
        let row = case::by_id(&mut tx, id).await.unwrap();
        assert_eq!((row.stage, row.stage1_answered, row.stage1_handler.as_deref()), (Stage::Stage2, true, Some("kim")));
        assert_eq!(row.stage_at, at("2026-03-12T09:00:00Z"));
        let journal = case_event::journal(&mut tx, id).await.unwrap();
        assert_eq!(journal.iter().map(|e| e.what.as_str()).collect::<Vec<_>>(), ["stage1_response", "stage2", "told late"]);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&journal[0].note).unwrap()["said"], "a\u{0}b");
        assert_eq!(counts::cases(&mut tx, Some("thrive")).await.unwrap(), [("stage2".to_owned(), 1)]);
        let of = |stage| case::Filter { stage: Some(stage), ..Default::default() };
        assert_eq!(case::list(&mut tx, &of(Stage::Stage2), 0, 9).await.unwrap(), [row]);
        assert!(case::list(&mut tx, &of(Stage::Closed), 0, 9).await.unwrap().is_empty());
        drop(tx);
        let mut tx = world.write().await;
        assert!(matches!(case::set_stage(&mut tx, 99, Stage::Closed, ANSWERED, None, Timestamp::UNIX_EPOCH).await, Err(Error::Missing { .. })));
    }
}
