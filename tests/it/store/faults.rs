//! The switch by which a test kills the program at a commit; and errors that tell no resident's words.

use super::{arrival, contract};
use postroom::store::receipt::receive;
use postroom::store::{Db, counts};
use std::path::Path;
use std::process::Command;

/// Runs in a process of its own, started by the test below with a fault in its environment.
#[tokio::test]
async fn victim() {
    let Some(folder) = std::env::var_os("POSTROOM_TEST_VICTIM") else { return };
    let db = Db::open("sqlite", Path::new(&folder)).await.unwrap();
    let mut tx = db.write(None).await.unwrap();
    receive(&mut tx, &[arrival("thrive", "1/1", b"mail", "2026-03-02T09:00:00Z")]).await.unwrap();
    tx.commit("receive").await.unwrap();
}

/// Before the commit nothing is there, after it everything is: a death at either moment leaves no third state.
#[tokio::test]
async fn killed_before_or_after() {
    for (fault, dies, messages) in [("before:receive", true, 0), ("after:receive", true, 1), ("after:decide", false, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open("sqlite", folder.path()).await.unwrap();
        db.migrate().await.unwrap();
        let died = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::faults::victim"])
            .env("POSTROOM_TEST_VICTIM", folder.path())
            .env("POSTROOM_FAULT", fault)
            .output()
            .unwrap();
        assert_eq!(!died.status.success(), dies, "{fault}");
        let count: i64 = counts::messages(&mut db.read().await.unwrap()).await.unwrap().iter().map(|(_, n)| n).sum();
        assert_eq!(count, messages, "{fault}");
    }
}

#[tokio::test]
async fn an_unknown_database_is_said_so_without_its_password() {
    let e = Db::open("mysql://root:hunter2@db.example/x", Path::new(".")).await.unwrap_err();
    assert!(!e.to_string().contains("hunter2") && e.to_string().contains("postgres://"), "{e}");
    let e = Db::open("postgres://postroom:hunter2@127.0.0.1:1/x", Path::new(".")).await.unwrap_err();
    assert!(!format!("{e} {e:?}").contains("hunter2") && e.to_string().contains("127.0.0.1:1/x") && e.temporary(), "{e}");
    let e = Db::open("sqlite", Path::new("/nonexistent")).await.unwrap_err();
    assert!(e.to_string().contains("/nonexistent/postroom.db"), "{e}");
}

contract! {
    async fn errors_quote_no_row(world) {
        let mut tx = world.write().await;
        let letter = super::outbox::letter("message:1", "jo.secret@resident.example", "pr.secret@thrive.example");
        postroom::store::outbox::add(&mut tx, &letter).await.unwrap();
        let same_id = postroom::store::outbox::NewLetter { cause: "message:2", ..letter };
        let e = postroom::store::outbox::add(&mut tx, &same_id).await.unwrap_err();
        let told = format!("{e} {e:?}");
        assert!(!told.contains("secret") && told.contains("message_id"), "{told}");
        assert!(!e.temporary());
    }
}

#[tokio::test]
async fn a_full_disk_is_no_fault_of_the_message_and_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open("sqlite", folder.path()).await.unwrap();
    db.migrate().await.unwrap();
    let mut tx = db.write(None).await.unwrap();
    let postroom::store::Tx::Sqlite(inner) = &mut tx else { panic!("SQLite") };
    // SQLite says SQLITE_FULL when it may have no more pages, as when the disk has none.
    sqlx::query("PRAGMA max_page_count = 1").execute(&mut **inner).await.unwrap();
    let letter = arrival(
        "thrive",
        "1",
        &(0..4_000_000_u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect::<Vec<_>>(),
        "2026-03-02T09:00:00Z",
    );
    let refused = receive(&mut tx, &[letter]).await.unwrap_err();
    assert!(refused.temporary(), "{refused}");
}
