//! The outbox: one cause, one letter; claimed before it is sent; and every end of an attempt.

use super::{World, at, contract, party};
use jiff::{SignedDuration, Timestamp};
use postroom::model::decision::ReviewCause;
use postroom::model::duty::{Duty, DutyKind};
use postroom::model::keys::Keys;
use postroom::store::outbox::{self, NewLetter, Outcome};
use postroom::store::outbox_list::{self, Filter};
use postroom::store::review::{self, NewReview};
use postroom::store::{candidates, case_event, counts, duty};

const NOW: &str = "2026-03-02T09:00:00Z";

pub fn letter<'a>(cause: &'a str, recipient: &'a str, message_id: &'a str) -> NewLetter<'a> {
    NewLetter {
        landlord: "thrive",
        courier: "mail",
        cause,
        reply: "acknowledge_stage1",
        recipient,
        message_id,
        bytes: b"Subject: We have your complaint\r\n\r\nWe have your complaint. We have your complaint. We have your complaint.\r\n",
        now: at(NOW),
        next_at: at(NOW),
        held: None,
        case_id: None,
        duty_id: None,
    }
}

/// Queues a letter and claims it for `one`.
async fn claimed(world: &World, message_id: &str) -> i64 {
    let mut tx = world.write().await;
    let id = outbox::add(&mut tx, &letter(message_id, "jo@resident.example", message_id)).await.unwrap().unwrap();
    assert_eq!(outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "one").await.unwrap().len(), 1);
    tx.commit("claim-letters").await.unwrap();
    id
}

async fn state(world: &World, id: i64) -> String {
    outbox_list::by_id(&mut world.read().await, id).await.unwrap().state
}

contract! {
    async fn one_cause_one_letter(world) {
        let mut tx = world.write().await;
        let id = outbox::add(&mut tx, &letter("message:1", "jo@resident.example", "pr.1@thrive.example")).await.unwrap().unwrap();
        assert_eq!(outbox::add(&mut tx, &letter("message:1", "jo@resident.example", "pr.2@thrive.example")).await.unwrap(), None);
        for other in [
            letter("message:2", "jo@resident.example", "pr.3@thrive.example"),
            letter("message:1", "kim@thrive.example", "pr.4@thrive.example"),
            NewLetter { reply: "alarm", ..letter("message:1", "jo@resident.example", "pr.5@thrive.example") },
        ] {
            assert!(outbox::add(&mut tx, &other).await.unwrap().is_some());
        }
        assert_eq!(outbox_list::of_cause(&mut tx, "message:1").await.unwrap().len(), 3);
        assert_eq!(outbox_list::bytes(&mut tx, id).await.unwrap(), letter("", "", "").bytes);
        assert_eq!(outbox::count_to(&mut tx, "thrive", "jo@resident.example", at(NOW)).await.unwrap(), 3);
        assert_eq!(outbox::count_to(&mut tx, "thrive", "jo@resident.example", at("2026-03-02T09:00:01Z")).await.unwrap(), 0);
        assert_eq!(outbox::count_since(&mut tx, "thrive", at(NOW)).await.unwrap(), 4);
        let held = NewLetter { held: Some("the eleventh today"), ..letter("message:9", "jo@resident.example", "pr.9@thrive.example") };
        let held = outbox::add(&mut tx, &held).await.unwrap().unwrap();
        assert_eq!(outbox::count_to(&mut tx, "thrive", "jo@resident.example", at(NOW)).await.unwrap(), 3, "a held letter has not gone");
        assert_eq!(outbox_list::by_id(&mut tx, held).await.unwrap().answer.as_deref(), Some("the eleventh today"));
        assert_eq!(counts::letters(&mut tx).await.unwrap(), [("held".to_owned(), 1), ("queued".to_owned(), 4)]);
        assert!(outbox::add(&mut tx, &letter("message:10", "jo@resident.example", "pr.1@thrive.example")).await.is_err(), "a Message-ID is one letter's");
    }

    async fn due_letters_are_claimed_oldest_first(world) {
        let mut tx = world.write().await;
        let mut ids = Vec::new();
        for (i, minute) in [3, 1, 2, 30].into_iter().enumerate() {
            let (cause, message_id) = (format!("message:{i}"), format!("pr.{i}@thrive.example"));
            let next_at = at(&format!("2026-03-02T09:{minute:02}:00Z"));
            ids.push(outbox::add(&mut tx, &NewLetter { next_at, ..letter(&cause, "jo@resident.example", &message_id) }).await.unwrap().unwrap());
        }
        let social = NewLetter { courier: "social", ..letter("message:8", "fb-1", "pr.8@thrive.example") };
        outbox::add(&mut tx, &social).await.unwrap();
        let now = at("2026-03-02T09:10:00Z");
        let first = outbox::claim(&mut tx, "mail", "thrive", now, 2, "one").await.unwrap();
        assert_eq!(first.iter().map(|c| c.id).collect::<Vec<_>>(), [ids[1], ids[2]]);
        assert_eq!(first[0].bytes().unwrap(), letter("", "", "").bytes);
        let second = outbox::claim(&mut tx, "mail", "thrive", now, 9, "two").await.unwrap();
        assert_eq!(second.iter().map(|c| (c.id, c.attempts)).collect::<Vec<_>>(), [(ids[0], 1)]);
        assert!(outbox::claim(&mut tx, "mail", "thrive", now, 9, "two").await.unwrap().is_empty());
        let row = outbox_list::by_id(&mut tx, ids[0]).await.unwrap();
        assert_eq!((row.state.as_str(), row.claimed_by.as_deref(), row.claimed_at), ("sending", Some("two"), Some(now)));
        let attempts = outbox_list::attempts(&mut tx, ids[0]).await.unwrap();
        assert_eq!((attempts.len(), attempts[0].outcome.as_str(), attempts[0].ended_at), (1, "sending", None));
    }

    async fn sending_meets_the_duty_and_is_in_the_journal(world) {
        let (case, _) = world.case("thrive", "t", party("Jo", "jo@resident.example", "")).await;
        let due = Duty::plain(DutyKind::Acknowledge, jiff::civil::date(2026, 3, 9), at("2026-03-09T23:59:59Z"), jiff::civil::date(2026, 3, 5), true);
        let mut tx = world.write().await;
        let duty_id = duty::add(&mut tx, "thrive", Some(case), None, &due, false).await.unwrap();
        let new = NewLetter { case_id: Some(case), duty_id: Some(duty_id), ..letter("message:1", "jo@resident.example", "pr.1@thrive.example") };
        let id = outbox::add(&mut tx, &new).await.unwrap().unwrap();
        let keys = Keys { message_ids: vec!["pr.1@thrive.example".into()], ..Keys::default() };
        assert_eq!(candidates::find(&mut tx, "thrive", &keys, at(NOW)).await.unwrap()[0].case.id, case, "an answer finds the case");
        assert!(!outbox::sent(&mut tx, id, at(NOW), "250 ok", Some("250")).await.unwrap(), "what nobody claimed was not sent");
        outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "one").await.unwrap();
        let accepted = at("2026-03-02T09:00:05Z");
        assert!(outbox::sent(&mut tx, id, accepted, "250 2.0.0 ok\0", Some("250")).await.unwrap());
        assert!(!outbox::sent(&mut tx, id, accepted, "250 2.0.0 ok", Some("250")).await.unwrap());
        let row = outbox_list::by_message_id(&mut tx, "pr.1@thrive.example").await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.sent_at, row.answer.as_deref()), ("sent", Some(accepted), Some("250 2.0.0 ok\u{fffd}")));
        let d = duty::by_id(&mut tx, duty_id).await.unwrap();
        assert_eq!((d.state.as_str(), d.met_at, d.met_by), ("met", Some(accepted), Some(format!("outbox:{id}"))));
        let attempt = outbox_list::attempts(&mut tx, id).await.unwrap().remove(0);
        assert_eq!((attempt.outcome.as_str(), attempt.code.as_deref(), attempt.ended_at), ("sent", Some("250"), Some(accepted)));
        // It comes back: the promise was not kept after all.
        assert!(outbox::bounced(&mut tx, id, at("2026-03-02T09:30:00Z"), "5.1.1").await.unwrap());
        assert!(!outbox::bounced(&mut tx, id, at("2026-03-02T09:30:00Z"), "5.1.1").await.unwrap());
        assert_eq!(duty::by_id(&mut tx, duty_id).await.unwrap().state, "open");
        assert_eq!(outbox_list::by_id(&mut tx, id).await.unwrap().state, "dead");
        let journal: Vec<_> = case_event::journal(&mut tx, case).await.unwrap().into_iter().map(|e| (e.what, e.outbox_id)).collect();
        assert_eq!(journal, [("letter_sent".to_owned(), Some(id)), ("letter_bounced".to_owned(), Some(id))]);
    }

    async fn deferred_goes_again_as_the_same_letter(world) {
        let id = claimed(&world, "pr.1@thrive.example").await;
        let later = at("2026-03-02T09:05:00Z");
        let mut tx = world.write().await;
        assert!(!outbox::ended(&mut tx, id, "two", Outcome::Deferred(later), at(NOW), Some("451"), "busy").await.unwrap(), "not two's letter");
        assert!(outbox::ended(&mut tx, id, "one", Outcome::Deferred(later), at(NOW), Some("451"), "busy").await.unwrap());
        assert!(outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "one").await.unwrap().is_empty());
        let again = outbox::claim(&mut tx, "mail", "thrive", later, 9, "two").await.unwrap().remove(0);
        assert_eq!((again.id, again.attempts, again.message_id.as_str()), (id, 2, "pr.1@thrive.example"));
        assert!(outbox::ended(&mut tx, id, "two", Outcome::Dead, later, Some("550 5.1.1"), "no such mailbox").await.unwrap());
        let tries: Vec<_> = outbox_list::attempts(&mut tx, id).await.unwrap().into_iter().map(|a| (a.number, a.outcome, a.code)).collect();
        assert_eq!(tries, [(1, "deferred".to_owned(), Some("451".to_owned())), (2, "dead".to_owned(), Some("550 5.1.1".to_owned()))]);
        assert!(outbox_list::release(&mut tx, id, later).await.unwrap(), "a person may try again");
        assert_eq!(outbox::claim(&mut tx, "mail", "thrive", later, 9, "one").await.unwrap().len(), 1);
    }

    async fn a_stopped_courier_leaves_unknown(world) {
        let id = claimed(&world, "pr.1@thrive.example").await;
        let patience = SignedDuration::from_mins(15);
        let mut tx = world.write().await;
        assert!(outbox::rescue(&mut tx, at("2026-03-02T09:15:00Z"), patience).await.unwrap().is_empty());
        assert_eq!(outbox::rescue(&mut tx, at("2026-03-02T09:15:01Z"), patience).await.unwrap(), [id]);
        tx.commit("rescue").await.unwrap();
        assert_eq!(state(&world, id).await, "unknown");
        let mut tx = world.write().await;
        assert!(!outbox::ended(&mut tx, id, "one", Outcome::Deferred(at(NOW)), at(NOW), None, "").await.unwrap(), "too late for a guess");
        let found = outbox_list::unknown(&mut tx, 0, at("2026-03-02T09:10:00Z"), 9).await.unwrap();
        assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), [id]);
        assert!(outbox::resend(&mut tx, id, at(NOW)).await.unwrap());
        assert!(!outbox::resend(&mut tx, id, at(NOW)).await.unwrap());
        let again = outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "two").await.unwrap().remove(0);
        assert_eq!((again.resends, again.message_id.as_str()), (1, "pr.1@thrive.example"));
        assert!(outbox::ended(&mut tx, id, "two", Outcome::Unknown, at(NOW), None, "no answer after the content").await.unwrap());
        assert!(outbox_list::unknown(&mut tx, 0, Timestamp::MAX, 9).await.unwrap().is_empty(), "one resend, then a person");
        assert!(outbox::sent(&mut tx, id, at(NOW), "found in Sent", None).await.unwrap(), "knowledge is never too late");
    }

    async fn a_person_holds_releases_and_drops(world) {
        let mut tx = world.write().await;
        let id = outbox::add(&mut tx, &letter("message:1", "jo@resident.example", "pr.1@thrive.example")).await.unwrap().unwrap();
        assert!(outbox_list::hold(&mut tx, id, "let me read it").await.unwrap());
        assert!(outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "one").await.unwrap().is_empty());
        assert!(outbox_list::release(&mut tx, id, at(NOW)).await.unwrap());
        assert!(!outbox_list::release(&mut tx, id, at(NOW)).await.unwrap());
        assert_eq!(outbox::claim(&mut tx, "mail", "thrive", at(NOW), 9, "one").await.unwrap().len(), 1);
        assert!(!outbox_list::hold(&mut tx, id, "too late").await.unwrap());
        assert!(!outbox_list::drop_letter(&mut tx, id, "too late").await.unwrap());
        assert!(outbox::ended(&mut tx, id, "one", Outcome::Held, at(NOW), None, "needs SMTPUTF8").await.unwrap());
        assert!(outbox_list::drop_letter(&mut tx, id, "rang instead").await.unwrap());
        let held = Filter { state: Some("dead".into()), landlord: Some("thrive".into()), ..Filter::default() };
        assert_eq!(outbox_list::list(&mut tx, &held, 0, 9).await.unwrap()[0].answer.as_deref(), Some("rang instead"));
        let new = NewReview { landlord: "thrive", message_id: None, case_id: None, outbox_id: Some(id), cause: ReviewCause::LetterFailed, says: "It failed.", now: at(NOW) };
        assert!(review::add(&mut tx, &new).await.unwrap().is_some());
        assert!(review::add(&mut tx, &new).await.unwrap().is_none());
    }
}
