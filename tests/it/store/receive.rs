//! Taking in: no byte changes, and the same bytes make one message however often they are seen.

use super::{arrival, at, contract};
use postroom::store::receipt::{self, Arrival, bytes, receive};
use postroom::store::{Error, counts, message};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const WHEN: &str = "2026-03-02T09:14:00Z";

contract! {
    async fn seen_again_makes_no_second_message(world) {
        let mut tx = world.write().await;
        let first = receive(&mut tx, &[arrival("thrive", "17/1", b"mail", WHEN)]).await.unwrap()[0];
        tx.commit("receive").await.unwrap();
        assert!(first.raw_new && first.receipt_new);
        let mut tx = world.write().await;
        let again = receive(&mut tx, &[
            arrival("thrive", "17/1", b"mail", WHEN),   // the crash between commit and move
            arrival("thrive", "18/1", b"mail", WHEN),   // another UIDVALIDITY
            arrival("thrive", "18/2", b"more", WHEN),
            arrival("thrive", "18/3", b"more", WHEN),   // twice in one batch
            arrival("code", "17/9", b"mail", WHEN),     // the same bytes at another landlord's
        ]).await.unwrap();
        tx.commit("receive").await.unwrap();
        assert_eq!(again.iter().map(|r| (r.receipt_new, r.raw_new)).collect::<Vec<_>>(),
            [(false, false), (true, false), (true, true), (true, false), (true, true)]);
        assert_eq!([again[0].raw_id, again[1].raw_id], [first.raw_id; 2]);
        assert_eq!(again[2].raw_id, again[3].raw_id);
        let mut tx = world.read().await;
        assert_eq!(counts::messages(&mut tx).await.unwrap(), [("received".to_owned(), 3)]);
        let places: Vec<String> = receipt::places(&mut tx, "complaints").await.unwrap().into_iter().map(|p| p.place).collect();
        assert_eq!(places, ["17/1", "18/1", "18/2", "18/3", "17/9"]);
        assert!(receipt::place_known(&mut tx, "complaints", "18/2").await.unwrap());
        assert!(!receipt::place_known(&mut tx, "enquiries", "18/2").await.unwrap());
        assert_eq!(receipt::latest(&mut tx, "complaints").await.unwrap(), Some(at("2026-03-02T10:00:00Z")));
        assert_eq!(receipt::latest(&mut tx, "enquiries").await.unwrap(), None);
    }

    async fn what_is_not_committed_was_never_there(world) {
        let mut tx = world.write().await;
        receive(&mut tx, &[arrival("thrive", "17/1", b"mail", WHEN)]).await.unwrap();
        drop(tx);
        assert_eq!(counts::raw_sizes(&mut world.read().await).await.unwrap(), (0, 0, 0));
    }

    async fn a_batch_keeps_its_order(world) {
        let bodies: Vec<String> = (0..40).map(|i| format!("mail {i}")).collect();
        let batch: Vec<_> = bodies.iter().enumerate().map(|(i, b)| arrival("thrive", &format!("17/{i}"), b.as_bytes(), WHEN)).collect();
        let mut tx = world.write().await;
        let got = receive(&mut tx, &batch).await.unwrap();
        let waiting = message::waiting(&mut tx, "thrive", 100).await.unwrap();
        assert_eq!(waiting.iter().map(|w| w.raw_id).collect::<Vec<_>>(), got.iter().map(|g| g.raw_id).collect::<Vec<_>>());
    }

    async fn every_byte_comes_back(world) {
        let mut runner = TestRunner::deterministic();
        let some_bytes = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'\r'), Just(b'\n'), Just(0)], 0..3000),
        ];
        let mut all: Vec<Vec<u8>> = (0..100).map(|_| some_bytes.new_tree(&mut runner).unwrap().current()).collect();
        all.push((0..3_000_000_u32).flat_map(|i| i.to_be_bytes()).collect());
        all.sort();
        all.dedup();
        let batch: Vec<_> = all.iter().enumerate().map(|(i, b)| arrival("thrive", &format!("1/{i}"), b, WHEN)).collect();
        let mut tx = world.write().await;
        let got = receive(&mut tx, &batch).await.unwrap();
        tx.commit("receive").await.unwrap();
        let mut tx = world.read().await;
        let raws = message::raws(&mut tx, &got.iter().map(|r| r.raw_id).collect::<Vec<_>>()).await.unwrap();
        assert_eq!(raws.len(), all.len());
        for (sent, r) in all.iter().zip(&got) {
            assert_eq!(&bytes(&mut tx, r.raw_id).await.unwrap(), sent);
            assert_eq!(&raws.iter().find(|raw| raw.raw_id == r.raw_id).unwrap().unpack().unwrap(), sent);
        }
        let (count, size, stored) = counts::raw_sizes(&mut tx).await.unwrap();
        assert_eq!((count, size), (all.len() as i64, all.iter().map(|b| b.len() as i64).sum()));
        assert!(stored < size, "{stored} of {size}");
    }

    async fn damage_is_seen(world) {
        let id = world.message("thrive", "17/1", b"the words that came", WHEN).await;
        let mut tx = world.write().await;
        let raw_id = message::by_id(&mut tx, id).await.unwrap().raw_id;
        let other = zstd::bulk::compress(b"the words that CAME", 3).unwrap();
        match &mut tx {
            postroom::store::Tx::Sqlite(c) => sqlx::query("UPDATE raw SET zstd = $1").bind(other).execute(&mut **c).await.map(drop),
            postroom::store::Tx::Postgres(c) => sqlx::query("UPDATE raw SET zstd = $1").bind(other).execute(&mut **c).await.map(drop),
        }.unwrap();
        assert!(matches!(bytes(&mut tx, raw_id).await, Err(Error::Damaged { table: "raw", .. })));
        assert!(matches!(bytes(&mut tx, raw_id + 1).await, Err(Error::Missing { what: "raw", .. })));
    }

    async fn times_and_places_are_kept(world) {
        let long = "x".repeat(5000);
        let mut tx = world.write().await;
        let odd = Arrival {
            landlord: "thrive".into(), source: "face\0book".replace('\0', ""), place: long.clone(),
            channel: postroom::model::message::Channel::Social, bytes: b"{}".to_vec(),
            received_at: at("2026-03-02T09:14:00.123456Z"), arrived_at: at("2026-03-02T09:15:00Z"), answerable: false,
        };
        receive(&mut tx, &[odd.pack()]).await.unwrap();
        tx.commit("receive").await.unwrap();
        let mut tx = world.read().await;
        let w = message::waiting(&mut tx, "thrive", 9).await.unwrap().remove(0);
        assert_eq!((w.part, w.source.as_str(), w.channel.as_str(), w.answerable, w.attempts), (0, "facebook", "social", false, 0));
        assert_eq!(w.received_at, at("2026-03-02T09:14:00.123456Z"));
        assert!(receipt::place_known(&mut tx, "facebook", &long).await.unwrap());
        assert!(!receipt::place_known(&mut tx, "facebook", &"x".repeat(5001)).await.unwrap());
    }
}
