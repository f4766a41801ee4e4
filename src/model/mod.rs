//! Plain data that every room shares. No I/O, no clock, no randomness: whoever needs the time is handed it.

pub mod address;
pub mod calendar;
pub mod case;
pub mod decision;
pub mod digest;
pub mod duty;
pub mod fault;
pub mod finding;
pub mod keys;
pub mod letter;
pub mod message;
pub mod policy;
pub mod refusal;
pub mod trouble;
