//! The names of the program's commits, and the switch by which a test kills the program at one of them.

use std::sync::LazyLock;

/// The names that may be committed under. A new place that commits adds its name here, so that the crash tests visit it.
pub const COMMITS: &[&str] = &[
    "receive",        // raw bytes, receipts and the cursor: then flags, moves and 2xx
    "decide",         // decisions, cases, duties, letters and reviews of a batch
    "fail-message",   // a message that could not be decided, and its review entry
    "claim-letters",  // letters marked as sending, before the first byte goes out
    "letter-sent",    // accepted by the server; its duty met
    "letter-defer",   // to be tried again later
    "letter-unknown", // no answer after the content went out
    "letter-dead",    // refused for good
    "letter-hold",    // held for a person
    "rescue",         // letters stuck in sending, found unknown
    "bounce",         // a letter came back
    "warn",           // warnings of the clock
    "record",         // what a person did to a case
    "review",         // what a person did to a review entry
    "release",        // what a person did to a letter
    "digest",         // the morning's letters
    "rerun",          // a message put back to be decided again
    "shadow",         // where a candidate differs from the live rules
    "lease",          // who reads a source
    "cursor",         // how far a source was read
    "erase",          // personal data taken out
    "event",          // what the case system is told, and what became of it
    "meta",           // the store's own name and secret
];

/// `POSTROOM_FAULT=before:NAME` or `after:NAME` ends the program there, at once and without any clean-up, as a power cut would.
/// For tests only; `after` kills it when the database has promised durability and nobody has been told yet.
static FAULT: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("POSTROOM_FAULT").ok().filter(|f| !f.is_empty()));

pub(super) fn fault(moment: &str, name: &str) {
    if FAULT.as_deref().and_then(|f| f.strip_prefix(moment)?.strip_prefix(':')) == Some(name) {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::COMMITS;

    #[test]
    fn no_name_twice() {
        let mut names = COMMITS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COMMITS.len());
    }
}
