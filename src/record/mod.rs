//! What can be shown of the work done: the whole record of one case, for an Ombudsman's caseworker, and the figures of a period.
//!
//! Reads from the store and writes files; decides nothing.

pub mod dossier; // everything that belongs to a case, gathered
pub mod figures; // what a period's report counts
pub mod files; // its files, with their digests
pub mod gap; // what an outage has left behind
mod page; // as HTML pages
pub mod report; // a period's figures as CSV and as a page
mod table; // as CSV
mod timeline; // in the order in which it happened
pub mod words; // how it is said in plain English
