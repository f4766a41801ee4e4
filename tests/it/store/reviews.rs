//! Review entries: one for a cause, and resolved by a person.

use super::{at, contract};
use postroom::model::decision::ReviewCause;
use postroom::store::review::{self, Filter, NewReview};
use postroom::store::{Tx, counts};

async fn add(tx: &mut Tx, message_id: i64, cause: ReviewCause) -> Option<i64> {
    let now = at("2026-03-02T09:00:00Z");
    let new =
        NewReview { landlord: "thrive", message_id: Some(message_id), case_id: None, outbox_id: None, cause, says: "Look\0 at it.", now };
    review::add(tx, &new).await.unwrap()
}

contract! {
    async fn one_cause_for_a_message(world) {
        let message = world.message("thrive", "1/1", b"a", "2026-03-02T09:00:00Z").await;
        let mut tx = world.write().await;
        let id = add(&mut tx, message, ReviewCause::Late).await.unwrap();
        assert_eq!(add(&mut tx, message, ReviewCause::Late).await, None);
        let abuse = add(&mut tx, message, ReviewCause::Abuse).await.unwrap();
        assert!(review::resolve(&mut tx, id, at("2026-03-03T09:00:00Z"), "kim", "it is not late").await.unwrap());
        assert!(!review::resolve(&mut tx, id, at("2026-03-03T09:00:00Z"), "pat", "again").await.unwrap());
        let again = add(&mut tx, message, ReviewCause::Late).await.expect("what is resolved may come up again");
        let rows = review::list(&mut tx, &Filter { state: Some("open".into()), ..Filter::default() }, 0, 9).await.unwrap();
        assert_eq!(rows.iter().map(|r| r.id).collect::<Vec<_>>(), [abuse, again]);
        assert_eq!(rows[0].says, "Look\u{fffd} at it.");
        let of = |cause| Filter { cause: Some(cause), message_id: Some(message), landlord: Some("thrive".into()), ..Filter::default() };
        assert_eq!(review::list(&mut tx, &of(ReviewCause::Late), 0, 9).await.unwrap().len(), 2);
        assert!(review::list(&mut tx, &of(ReviewCause::Legal), 0, 9).await.unwrap().is_empty());
        let row = review::by_id(&mut tx, id).await.unwrap();
        assert_eq!((row.who.as_deref(), row.how.as_deref(), row.resolved_at), (Some("kim"), Some("it is not late"), Some(at("2026-03-03T09:00:00Z"))));
        assert_eq!(counts::reviews(&mut tx).await.unwrap(), [("abuse".to_owned(), 1), ("late".to_owned(), 1)]);
        assert_eq!(review::resolve_of_message(&mut tx, message, at("2026-03-04T09:00:00Z"), "kim", "decided anew").await.unwrap(), 2);
        assert!(counts::reviews(&mut tx).await.unwrap().is_empty());
    }
}
