//! The contract of the store: every test here runs on SQLite and on PostgreSQL, and both must behave alike.

mod candidates;
mod cases;
mod concurrency;
mod duties;
mod erase;
mod faults;
mod linking;
mod messages;
mod migrations;
mod outbox;
mod receive;
mod reviews;
mod sources;
mod statements;
mod throughput;

use crate::servers::postgres::postgres;
use jiff::Timestamp;
use postroom::model::address::{Address, Party};
use postroom::model::case::{CaseId, Reference};
use postroom::model::message::Channel;
use postroom::store::receipt::{Arrival, Packed, receive};
use postroom::store::{Db, Tx, case, message};
use tempfile::TempDir;

/// An empty, migrated store.
pub struct World {
    pub db: Db,
    _folder: TempDir,
}

impl World {
    pub async fn sqlite() -> World {
        let world = World::bare_sqlite().await;
        world.db.migrate().await.unwrap();
        world
    }

    pub async fn postgres() -> World {
        let world = World::bare_postgres().await;
        world.db.migrate().await.unwrap();
        world
    }

    /// Without any table.
    pub async fn bare_sqlite() -> World {
        let folder = tempfile::tempdir().unwrap();
        World { db: Db::open("sqlite", folder.path()).await.unwrap(), _folder: folder }
    }

    pub async fn bare_postgres() -> World {
        let folder = tempfile::tempdir().unwrap();
        World { db: Db::open(&postgres().database(), folder.path()).await.unwrap(), _folder: folder }
    }

    pub async fn write(&self) -> Tx {
        self.db.write(None).await.unwrap()
    }

    pub async fn read(&self) -> Tx {
        self.db.read().await.unwrap()
    }

    /// Takes one message in; its id.
    pub async fn message(&self, landlord: &str, place: &str, bytes: &[u8], received_at: &str) -> i64 {
        let mut tx = self.write().await;
        let got = receive(&mut tx, &[arrival(landlord, place, bytes, received_at)]).await.unwrap();
        let rows = message::of_raw(&mut tx, got[0].raw_id).await.unwrap();
        tx.commit("receive").await.unwrap();
        rows[0].id
    }

    /// Opens a case for a resident.
    pub async fn case(&self, landlord: &str, token: &str, resident: Party) -> (CaseId, Reference) {
        let mut tx = self.write().await;
        let opened = case::open(&mut tx, &new_case(landlord, &|_| token.to_owned(), &resident)).await.unwrap();
        tx.commit("decide").await.unwrap();
        opened
    }
}

/// Each test is written once, takes a `World`, and runs on both databases.
macro_rules! contract {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {
        $($(#[$meta])* async fn $name($world: super::World) $body)+

        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::super::World::sqlite().await).await; })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::super::World::postgres().await).await; })+
        }
    };
}
use contract;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn arrival(landlord: &str, place: &str, bytes: &[u8], received_at: &str) -> Packed {
    Arrival {
        landlord: landlord.into(),
        source: "complaints".into(),
        place: place.into(),
        channel: Channel::Email,
        bytes: bytes.into(),
        received_at: at(received_at),
        arrived_at: at("2026-03-02T10:00:00Z"),
        answerable: true,
    }
    .pack()
}

pub fn party(name: &str, email: &str, id: &str) -> Party {
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    Party { name: some(name), email: Address::parse(email), id: some(id) }
}

pub fn new_case<'a>(landlord: &'a str, token: &'a (dyn Fn(&Reference) -> String + Sync), resident: &'a Party) -> case::NewCase<'a> {
    case::NewCase {
        landlord,
        year: 2026,
        received_at: at("2026-03-02T09:14:00Z"),
        resident,
        topic: "the boiler has been off for three weeks",
        token,
        related: None,
        now: at("2026-03-02T10:00:00Z"),
    }
}
