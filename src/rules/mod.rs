//! Rule files → a compiled ruleset → the signals that a message holds, each with the words that matched → what they weigh.
//!
//! A ruleset is the shipped `rules/` folder with a site's folder laid over it, file by file and id by id. `signals` finds facts in
//! the text; `judge` weighs them with what is known of the sender and the case. Neither decides: that is triage's.

pub mod answers; // which words answer the four questions
pub mod calendar; // bank holidays
mod compile;
mod condition;
mod docs;
mod file;
mod hash;
mod hints;
pub mod in_force; // each rule with the files that made it
mod index;
mod judge;
mod layers;
mod lint;
mod load;
mod matcher;
mod merge;
mod pattern;
pub mod policy; // what each landlord promises
pub mod reader; // the second reader: how a text reads, by what was learnt
mod scan;
pub mod schema; // what editors complete by
mod spanned;
mod spelling;
mod stem;
mod time;
mod tokens;

#[cfg(test)]
mod measure;
#[cfg(test)]
mod tests;

pub use docs::page as reference;
pub use hash::Table;
pub use judge::{CaseStage, Facts, Judgement, LinkStrength, Ranked, Sender};
pub use lint::check;
pub use load::{Ruleset, load, load_texts, load_with_reader, shipped};
pub use scan::{Found, Part, Place, Signals, Words};
pub use time::{Role, TimeSpan};
pub use tokens::{sentences, words_of};
