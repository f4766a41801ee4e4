//! Cursors and leases: one reader at a time, and a late one writes nothing.

use super::{at, contract};
use postroom::store::{meta, source};

contract! {
    async fn a_late_holder_writes_nothing(world) {
        let now = at("2026-03-02T09:00:00Z");
        let later = at("2026-03-02T09:01:00Z");
        let mut tx = world.write().await;
        let first = source::acquire(&mut tx, "complaints", "one", now, later).await.unwrap().unwrap();
        assert_eq!(source::acquire(&mut tx, "complaints", "two", now, later).await.unwrap(), None);
        assert!(source::acquire(&mut tx, "enquiries", "two", now, later).await.unwrap().is_some());
        source::cursor(&mut tx, "complaints", now).await.unwrap();
        assert!(source::advance(&mut tx, "complaints", first.fence, 17, 4).await.unwrap());
        // The first sleeps; its lease runs out; the second takes over.
        let second = source::acquire(&mut tx, "complaints", "two", later, at("2026-03-02T09:02:00Z")).await.unwrap().unwrap();
        assert!(second.fence > first.fence);
        assert!(!source::advance(&mut tx, "complaints", first.fence, 17, 9).await.unwrap());
        assert!(!source::renew(&mut tx, "complaints", "one", first.fence, at("2026-03-02T10:00:00Z")).await.unwrap());
        assert!(!source::holds(&mut tx, "complaints", first.fence).await.unwrap());
        assert!(source::holds(&mut tx, "complaints", second.fence).await.unwrap());
        assert!(source::advance(&mut tx, "complaints", second.fence, 17, 6).await.unwrap());
        assert_eq!(source::read_cursor(&mut tx, "complaints").await.unwrap().unwrap().uid, Some(6));
        assert!(source::renew(&mut tx, "complaints", "two", second.fence, at("2026-03-02T10:00:00Z")).await.unwrap());
        assert_eq!(source::acquire(&mut tx, "complaints", "one", at("2026-03-02T09:30:00Z"), later).await.unwrap(), None);
        source::release(&mut tx, "complaints", "two", second.fence, at("2026-03-02T09:30:00Z")).await.unwrap();
        let third = source::acquire(&mut tx, "complaints", "one", at("2026-03-02T09:30:00Z"), at("2026-03-02T09:31:00Z")).await.unwrap().unwrap();
        let again = source::acquire(&mut tx, "complaints", "one", at("2026-03-02T09:30:01Z"), at("2026-03-02T09:31:00Z")).await.unwrap().unwrap();
        assert!(again.fence > third.fence && third.fence > second.fence, "a daemon that starts again shuts its former self out");
        assert_eq!(source::leases(&mut tx).await.unwrap().len(), 2);
    }

    async fn letters_from_is_fixed_at_the_first_connection(world) {
        let mut tx = world.write().await;
        assert_eq!(source::read_cursor(&mut tx, "complaints").await.unwrap(), None);
        assert!(!source::set_letters_from(&mut tx, "complaints", at("2026-01-01T00:00:00Z")).await.unwrap());
        let first = source::cursor(&mut tx, "complaints", at("2026-03-02T09:00:00Z")).await.unwrap();
        let second = source::cursor(&mut tx, "complaints", at("2026-04-02T09:00:00Z")).await.unwrap();
        assert_eq!(first, second);
        assert_eq!((first.letters_from, first.uid, first.last_success), (at("2026-03-02T09:00:00Z"), None, None));
        source::succeeded(&mut tx, "complaints", at("2026-03-02T09:05:00Z")).await.unwrap();
        assert!(source::set_letters_from(&mut tx, "complaints", at("2026-01-01T00:00:00Z")).await.unwrap());
        let read = source::read_cursor(&mut tx, "complaints").await.unwrap().unwrap();
        assert_eq!((read.letters_from, read.last_success), (at("2026-01-01T00:00:00Z"), Some(at("2026-03-02T09:05:00Z"))));
    }

    async fn what_is_kept_stays(world) {
        let mut tx = world.write().await;
        assert_eq!(meta::read(&mut tx, "instance").await.unwrap(), None);
        assert_eq!(meta::read_or_keep(&mut tx, "instance", "a1").await.unwrap(), "a1");
        assert_eq!(meta::read_or_keep(&mut tx, "instance", "b2").await.unwrap(), "a1");
        assert_eq!(meta::read(&mut tx, "instance").await.unwrap().as_deref(), Some("a1"));
    }
}
