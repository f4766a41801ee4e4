//! Whose words they are where a firm or a colleague answers somebody and puts us in to read it (Code 3.2, 3.3).

use super::*;
use crate::message::{Hint, read};

const WORDS: &str = "The gate has hung off since May. Thrive promised it twice and nobody has come. I am fed up.";

/// A mail of `from` with `history` under its words.
fn answer(from: &str, to: &str, subject: &str, history: &str) -> Message {
    let raw = format!(
        "From: {from}\nTo: {to}\nCc: complaints@thrive.example\nSubject: {subject}\n\nI have copied in their complaints team.\n\n{history}\n"
    );
    read(raw.as_bytes(), &Hint::default()).remove(0)
}

fn quoted(by: &str) -> String {
    format!("On Sun, 8 Mar 2026 at 20:00, {by} wrote:\n\n> {}", WORDS.replace(". ", ".\n> "))
}

fn block(by: &str, to: &str, subject: &str, rest: &str) -> String {
    format!("________________________________\nFrom: {by}\nSent: 08 March 2026 20:00\nTo: {to}\nSubject: {subject}\n\n{rest}")
}

const FIRM: &str = "Pat Lowe <office@axisrepairs.example>";
const COLLEAGUE: &str = "Owen Mabey <owen.mabey@thrive.example>";
const GINA: &str = "Gina Hobbs <gina@post.example>";

#[test]
fn whoever_answers_a_resident_with_us_in_copy_passes_their_words_on() {
    for (sender, via) in [(FIRM, Via::Contractor), (COLLEAGUE, Via::Staff)] {
        for history in [
            quoted(GINA),
            quoted("Gina Hobbs"),
            block(GINA, FIRM, "gate", WORDS),
            // Behind a colleague's answer, and behind a colleague's forward.
            block("Jo Low <jo@axisrepairs.example>", FIRM, "RE: gate", &format!("Not ours.\n\n{}", quoted(GINA))),
            block("Jo Low <jo@axisrepairs.example>", FIRM, "FW: gate", &format!("Pat?\n\n{}", block(GINA, "Axis", "gate", WORDS))),
        ] {
            for subject in ["RE: gate", "gate"] {
                let message = answer(sender, GINA, subject, &history);
                let decided = decide(&message, &[]);
                assert_eq!((decided.kind, decided.via), (Kind::NewComplaint, Some(via)), "{subject}\n{history}");
                assert_eq!(decided.answer_to, Some(address("gina@post.example")), "{subject}\n{history}");
                assert_eq!(decided.resident.name.as_deref(), Some("Gina Hobbs"), "{subject}\n{history}");
            }
        }
    }
    // The firm passes its own answer on.
    let own = block(FIRM, "Gina", "RE: gate", &format!("We are waiting for an order.\n\n{}", quoted(GINA)));
    let decided = decide(&answer(FIRM, "complaints@thrive.example", "FW: gate", &own), &[]);
    assert_eq!((decided.via, decided.answer_to), (Some(Via::Contractor), Some(address("gina@post.example"))));
}

#[test]
fn an_answer_to_us_or_to_what_we_sent_is_nobodys_complaint() {
    let policy = policy();
    let by = |from: &str, history: &str| {
        let message = answer(from, "Thrive <complaints@thrive.example>", "RE: gate", history);
        let who = who(&message, &policy, at(NOW));
        (who.via, who.original.is_some())
    };
    let inner = block(GINA, COLLEAGUE, "gate", WORDS);
    for (from, history) in [
        (FIRM, quoted("Thrive <complaints@thrive.example>")),
        (FIRM, block(COLLEAGUE, FIRM, "gate", &format!("Can you say when you were there?\n\n{}", quoted(GINA)))),
        (FIRM, block(COLLEAGUE, FIRM, "FW: gate", &format!("Can you say when you were there?\n\n{inner}"))),
        (FIRM, quoted("Ned Ray <ned@sparkline-electrical.example>")),
        // They wrote to us as well.
        (FIRM, block(GINA, "Axis <office@axisrepairs.example>; Thrive <complaints@thrive.example>", "gate", WORDS)),
        (COLLEAGUE, block(GINA, "Thrive <complaints@thrive.example>", "gate", WORDS)),
        (COLLEAGUE, quoted("Casework <info@housing-ombudsman.org.uk>")),
        // A name alone in a block of headers is a colleague's.
        (COLLEAGUE, block("Priya Shah", "Owen Mabey", "gate", WORDS)),
    ] {
        assert_eq!(by(from, &history), (None, false), "{history}");
    }
    // A resident's own history is theirs to quote.
    let message = answer(GINA, "complaints@thrive.example", "RE: gate", &quoted("Al Hobbs <al@post.example>"));
    assert_eq!(who(&message, &policy, at(NOW)).resident, party("Gina Hobbs", "gina@post.example"));
}

#[test]
fn words_that_the_case_holds_are_not_added_to_it_again() {
    let message = answer(FIRM, GINA, "RE: gate", &quoted(GINA));
    let known = |topic: &str| candidate(1, Stage::Stage1, topic, &[Evidence::SameSender]);
    let again = decide(&message, &[known(&format!("gate\n{WORDS}\nGina Hobbs"))]);
    assert_ne!(again.answer_to, Some(address("gina@post.example")), "{:?}", again.reasons);
    assert_ne!(again.kind, Kind::NewComplaint);
    // More about the same gate is an addition of hers.
    let more = decide(&message, &[known("gate\nMy front gate has come off its hinge and your gardener laughed at me. Gina Hobbs")]);
    assert_eq!((more.kind, more.answer_to), (Kind::Addition, Some(address("gina@post.example"))));
}
