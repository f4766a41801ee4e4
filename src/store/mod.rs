//! All SQL. `Db` holds the pools, `Tx` one transaction of either database; a file per table holds its statements and the plain functions that
//! ask them. Every function takes a `Tx`: a writing one from `Db::write`, or a snapshot from `Db::read`.
//!
//! Rows leave here as plain structs with the model's types in them. Nothing that a resident wrote is ever part of an [`Error`].

#[macro_use]
mod ask;

pub mod awaited;
pub mod candidates;
pub mod case;
pub mod case_event;
pub mod case_fact;
mod column;
pub mod commit;
pub mod counts;
mod db;
pub mod decision;
mod dialect;
pub mod duty;
pub mod erase;
mod error;
pub mod event;
mod group;
pub mod input;
pub mod message;
pub mod meta;
mod migrate;
pub mod outbox;
pub mod outbox_list;
pub mod party;
pub mod post;
pub mod receipt;
pub mod report;
pub mod review;
pub mod shadow;
pub mod source;

pub use commit::COMMITS;
pub use db::{Db, Tx};
pub use dialect::lock_landlord;
pub use error::{Error, Result};
pub use group::Group;

/// Every statement of the store by name, for the test that has both databases prepare each of them.
pub fn statements() -> Vec<(&'static str, &'static str, Only)> {
    let both = [
        awaited::STATEMENTS,
        candidates::STATEMENTS,
        case::STATEMENTS,
        case_event::STATEMENTS,
        case_fact::STATEMENTS,
        counts::STATEMENTS,
        decision::STATEMENTS,
        duty::STATEMENTS,
        erase::STATEMENTS,
        input::STATEMENTS,
        event::STATEMENTS,
        message::STATEMENTS,
        meta::STATEMENTS,
        outbox::STATEMENTS,
        outbox_list::STATEMENTS,
        party::STATEMENTS,
        post::STATEMENTS,
        receipt::STATEMENTS,
        report::STATEMENTS,
        review::STATEMENTS,
        shadow::STATEMENTS,
        source::STATEMENTS,
    ];
    let one = [(Only::Sqlite, dialect::SQLITE), (Only::Postgres, dialect::POSTGRES)];
    let both = both.into_iter().flatten().map(|&(name, sql)| (name, sql, Only::Both));
    both.chain(one.into_iter().flat_map(|(only, list)| list.iter().map(move |&(name, sql)| (name, sql, only)))).collect()
}

/// Which database a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    Both,
    Sqlite,
    Postgres,
}
