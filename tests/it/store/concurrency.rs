//! Several at once: nothing twice, nothing out of order, nothing lost.

use super::messages::some_decision;
use super::outbox::letter;
use super::{arrival, at, contract, new_case, party};
use postroom::model::decision::{Kind, Reply};
use postroom::store::receipt::{places, receive};
use postroom::store::{Db, case, counts, decision, message, outbox};
use std::collections::BTreeSet;

/// Decides a landlord's messages three at a time until none is left, and tells which, in order.
async fn drain(db: Db, landlord: &'static str) -> Vec<i64> {
    let mut mine = Vec::new();
    loop {
        let mut tx = db.write(Some(landlord)).await.unwrap();
        let batch = message::waiting(&mut tx, landlord, 3).await.unwrap();
        if batch.is_empty() {
            return mine;
        }
        for w in &batch {
            let d = some_decision(Kind::NewComplaint, Reply::AcknowledgeStage1);
            let jo = party("Jo", "jo@resident.example", "");
            let (case, _) = case::open(&mut tx, &new_case(landlord, &|_| format!("{landlord}{}", w.id), &jo)).await.unwrap();
            let new = decision::NewDecision {
                message: w.id,
                decided_at: at("2026-03-02T10:00:00Z"),
                who: "postroom",
                decision: &d,
                case_id: Some(case),
                fingerprint: None,
                message_id: None,
            };
            decision::add(&mut tx, &new).await.unwrap();
        }
        tx.commit("decide").await.unwrap();
        mine.extend(batch.iter().map(|w| w.id));
    }
}

contract! {
    async fn claimers_share_a_landlord_in_order(world) {
        let mut expected = Vec::new();
        for landlord in ["thrive", "code"] {
            for i in 0..30 {
                expected.push(world.message(landlord, &format!("{landlord}/{i}"), format!("{landlord} {i}").as_bytes(), "2026-03-02T09:00:00Z").await);
            }
        }
        let claimers: Vec<_> = ["thrive", "code", "thrive", "code", "thrive"].map(|l| tokio::spawn(drain(world.db.clone(), l))).into();
        let mut all = Vec::new();
        for claimer in claimers {
            let mine = claimer.await.unwrap();
            assert!(mine.is_sorted(), "a claimer had them out of order");
            all.extend(mine);
        }
        all.sort_unstable();
        assert_eq!(all, expected);
        let mut tx = world.read().await;
        // Numbers without gaps, although two landlords opened cases at once; and, within a landlord, in the order of its post.
        let mut numbers: Vec<String> = Vec::new();
        for landlord in ["thrive", "code"] {
            let filter = message::Filter { landlord: Some(landlord.into()), ..Default::default() };
            let decided = message::list(&mut tx, &filter, 0, 99).await.unwrap();
            let mut theirs = Vec::new();
            for m in decided {
                theirs.push(case::by_id(&mut tx, m.case_id.unwrap()).await.unwrap().reference.0);
            }
            assert!(theirs.is_sorted());
            numbers.extend(theirs);
        }
        numbers.sort();
        assert_eq!(numbers, (1..=60).map(|n| format!("PR-2026-{n:06}")).collect::<Vec<_>>());
    }

    async fn couriers_never_share_a_letter(world) {
        let mut tx = world.write().await;
        for i in 0..60 {
            let (cause, message_id) = (format!("message:{i}"), format!("pr.{i}@thrive.example"));
            outbox::add(&mut tx, &letter(&cause, "jo@resident.example", &message_id)).await.unwrap();
        }
        tx.commit("decide").await.unwrap();
        let couriers: Vec<_> = (0..4).map(|n| {
            let db = world.db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let mut tx = db.write(None).await.unwrap();
                    let claimed = outbox::claim(&mut tx, "mail", "thrive", at("2026-03-02T09:00:00Z"), 2, &format!("courier {n}")).await.unwrap();
                    tx.commit("claim-letters").await.unwrap();
                    if claimed.is_empty() {
                        return mine;
                    }
                    mine.extend(claimed.into_iter().map(|c| c.id));
                }
            })
        }).collect();
        let mut all = Vec::new();
        for courier in couriers {
            let mine = courier.await.unwrap();
            assert!(mine.is_sorted());
            all.extend(mine);
        }
        assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (60, 60));
    }

    async fn the_same_post_taken_in_by_several(world) {
        let takers: Vec<_> = (0..4).map(|n| {
            let db = world.db.clone();
            tokio::spawn(async move {
                // Each sees the same mails in an order of its own.
                let mut batch: Vec<_> = (0..40).map(|i| arrival("thrive", &format!("17/{i}"), format!("mail {i}").as_bytes(), "2026-03-02T09:00:00Z")).collect();
                batch.rotate_left(n * 10);
                if n % 2 == 1 {
                    batch.reverse();
                }
                let mut new = 0;
                for some in batch.chunks(13) {
                    let mut tx = db.write(None).await.unwrap();
                    // A deadlock between receipts in different orders ends in a temporary error: the daemon tries again, as here.
                    let got = loop {
                        match receive(&mut tx, some).await {
                            Ok(got) => break got,
                            Err(e) => assert!(e.temporary(), "{e}"),
                        }
                        tx = db.write(None).await.unwrap();
                    };
                    tx.commit("receive").await.unwrap();
                    new += got.iter().filter(|r| r.raw_new).count();
                }
                new
            })
        }).collect();
        let mut new = 0;
        for taker in takers {
            new += taker.await.unwrap();
        }
        assert_eq!(new, 40);
        let mut tx = world.read().await;
        assert_eq!(counts::messages(&mut tx).await.unwrap(), [("received".to_owned(), 40)]);
        assert_eq!(places(&mut tx, "complaints").await.unwrap().len(), 40);
    }

    async fn a_snapshot_stays_as_it_was(world) {
        let mut before = world.read().await;
        assert!(counts::messages(&mut before).await.unwrap().is_empty());
        world.message("thrive", "1/1", b"a", "2026-03-02T09:00:00Z").await;
        assert!(counts::messages(&mut before).await.unwrap().is_empty());
        assert_eq!(counts::messages(&mut world.read().await).await.unwrap().len(), 1);
        assert!(outbox::add(&mut before, &letter("message:1", "a@b.example", "m")).await.is_err(), "a snapshot takes nothing");
    }
}
