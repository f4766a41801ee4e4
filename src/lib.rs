//! Postroom takes in the complaints of people in social housing and sees that none is lost, misread or left unanswered.
//!
//! The modules in the order in which a message flows through them; ARCHITECTURE.md has the picture.

pub mod ambient; // time and randomness: the one door
pub mod cli; // a file per command
pub mod config; // what the operator sets
pub mod courier; // carry finished letters out
pub mod daemon; // supervises pipeline, sources and desk
pub mod desk; // what the daemon shows over HTTP
pub mod folder; // the files that a site lays over ours
pub mod http; // requests to web servers
pub mod letter; // decision + case + policy → a finished letter
pub mod log; // every operator event, named once
pub mod message; // bytes → meaning, pure and never failing
pub mod model; // plain data: no I/O, no clock, no randomness
pub mod oauth; // access tokens for mail servers that take no passwords
pub mod pipeline; // the work between the stores and the core
pub mod record; // the record of a case, and the figures of a period
pub mod rules; // rule files → compiled ruleset → signals with the words that matched
pub mod signature; // who sent a web call, proven; and our own signing
pub mod source; // mailboxes, spool folders and webhooks hand raw bytes to an inlet
pub mod store; // all SQL
pub mod tls; // the way to a server: name, TCP, TLS
pub mod triage; // the core: triage(&Input) → Decision
