//! Each key leads to its cases, with the evidence that it is, and never to another landlord's.

use super::{World, at, contract, party};
use jiff::Timestamp;
use postroom::model::address::Address;
use postroom::model::case::CaseId;
use postroom::model::decision::Evidence::{self, *};
use postroom::model::keys::Keys;
use postroom::store::case_event::{self, Key, NewEvent, add_keys};
use postroom::store::{candidates, party as parties};

fn now() -> Timestamp {
    at("2026-03-20T09:00:00Z")
}

async fn find(world: &World, keys: Keys) -> Vec<(CaseId, Vec<Evidence>)> {
    let found = candidates::find(&mut world.read().await, "thrive", &keys, now()).await.unwrap();
    found.into_iter().map(|c| (c.case.id, c.evidence)).collect()
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

fn addresses(values: &[&str]) -> Vec<Address> {
    values.iter().map(|v| Address::parse(v).unwrap()).collect()
}

contract! {
    async fn each_key_is_its_evidence(world) {
        let (a, reference) = world.case("thrive", "tokena", party("Donovan Sealy", "jo@resident.example", "")).await;
        let (b, _) = world.case("thrive", "tokenb", party("", "", "fb-1")).await;
        let (other, _) = world.case("code", "tokenc", party("Donovan Sealy", "jo@resident.example", "fb-1")).await;
        let long = format!("{}@x.example", "a".repeat(3000));
        let mut tx = world.write().await;
        for (landlord, case) in [("thrive", a), ("code", other)] {
            let keys = [Key::Ours("pr.1@thrive.example"), Key::Theirs("x@y.example"), Key::Theirs(&long), Key::Thread("01db"), Key::Ours("pr.1@thrive.example")];
            add_keys(&mut tx, landlord, case, &keys).await.unwrap();
        }
        add_keys(&mut tx, "thrive", b, &[Key::Conversation("post-9")]).await.unwrap();
        tx.commit("decide").await.unwrap();
        let k = Keys::default;
        assert_eq!(find(&world, Keys { tokens: list(&["tokena", "tokenc"]), ..k() }).await, [(a, vec![ReplyAddress])]);
        assert_eq!(find(&world, Keys { message_ids: list(&["nobody@x", "pr.1@thrive.example"]), ..k() }).await, [(a, vec![OurMessageId])]);
        assert_eq!(find(&world, Keys { message_ids: list(&["x@y.example"]), ..k() }).await, [(a, vec![References])]);
        assert_eq!(find(&world, Keys { message_ids: list(&[&long]), ..k() }).await, [(a, vec![References])]);
        assert_eq!(find(&world, Keys { references_subject: list(&[&reference.0]), ..k() }).await, [(a, vec![ReferenceInSubject])]);
        assert_eq!(find(&world, Keys { references_body: list(&[&reference.0]), ..k() }).await, [(a, vec![ReferenceInBody])]);
        assert_eq!(find(&world, Keys { thread_roots: list(&["01db"]), ..k() }).await, [(a, vec![ThreadRoot])]);
        assert_eq!(find(&world, Keys { addresses: addresses(&["jo@resident.example"]), ..k() }).await, [(a, vec![SameSender])]);
        assert_eq!(find(&world, Keys { people: list(&["fb-1"]), ..k() }).await, [(b, vec![SameSender])]);
        assert_eq!(find(&world, Keys { names: list(&["donovan sealy"]), ..k() }).await, [(a, vec![SameName])]);
        assert_eq!(find(&world, Keys { people: list(&["fb-1"]), conversations: list(&["post-9"]), ..k() }).await, [(b, vec![SameSender, SameConversation])]);
        assert_eq!(find(&world, Keys { people: list(&["fb-2"]), conversations: list(&["post-9"]), ..k() }).await, [], "somebody else under the same post");
        assert_eq!(find(&world, Keys { message_ids: list(&["01db", "post-9"]), thread_roots: list(&["x@y.example"]), ..k() }).await, [], "a key of another sort");
        assert_eq!(find(&world, Keys { addresses: addresses(&["stranger@x.example"]), ..k() }).await, []);
        assert_eq!(find(&world, k()).await, []);
    }

    async fn evidence_adds_up_strongest_first_and_newest_case_first(world) {
        let (a, _) = world.case("thrive", "tokena", party("Donovan Sealy", "jo@resident.example", "")).await;
        let (b, reference) = world.case("thrive", "tokenb", party("Donovan Sealy", "jo@resident.example", "")).await;
        let keys = Keys {
            tokens: list(&["tokenb"]), references_subject: list(&[&reference.0]), references_body: list(&[&reference.0]),
            addresses: addresses(&["jo@resident.example"]), names: list(&["donovan sealy"]), ..Keys::default()
        };
        assert_eq!(find(&world, keys).await,
            [(b, vec![ReplyAddress, ReferenceInSubject, ReferenceInBody, SameSender, SameName]), (a, vec![SameSender, SameName])]);
    }

    async fn many_keys_and_many_cases(world) {
        let mut ids = Vec::new();
        for i in 0..60 {
            ids.push(world.case("thrive", &format!("t{i}"), party("", "councillor@council.example", "")).await.0);
        }
        let mut tx = world.write().await;
        parties::add(&mut tx, ids[3], "thrive", &party("", "", "x-1")).await.unwrap();
        tx.commit("record").await.unwrap();
        let all = Keys { tokens: (0..60).map(|i| format!("t{i}")).collect(), ..Keys::default() };
        assert_eq!(find(&world, all).await.len(), 60);
        let by_address = find(&world, Keys { addresses: addresses(&["councillor@council.example"]), ..Keys::default() }).await;
        assert_eq!((by_address.len(), by_address[0].0), (50, ids[59]), "the latest fifty");
        let found = candidates::find(&mut world.read().await, "thrive", &Keys { people: list(&["x-1"]), ..Keys::default() }, now()).await.unwrap();
        assert_eq!(found[0].case.parties.len(), 2);
    }

    async fn a_name_reaches_back_a_year(world) {
        let (case, _) = world.case("thrive", "t", party("Donovan Sealy", "", "")).await;
        let keys = Keys { names: list(&["donovan sealy"]), ..Keys::default() };
        let mut tx = world.read().await;
        assert_eq!(candidates::find(&mut tx, "thrive", &keys, at("2027-03-01T00:00:00Z")).await.unwrap().len(), 1);
        assert!(candidates::find(&mut tx, "thrive", &keys, at("2027-03-03T00:00:00Z")).await.unwrap().is_empty());
        drop(tx);
        let mut tx = world.write().await;
        let event = NewEvent { at: at("2026-06-01T09:00:00Z"), who: "kim", what: "note", ..NewEvent::default() };
        case_event::add(&mut tx, case, &event).await.unwrap();
        assert_eq!(candidates::find(&mut tx, "thrive", &keys, at("2027-03-03T00:00:00Z")).await.unwrap().len(), 1, "it changed since");
    }
}
