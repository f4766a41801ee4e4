//! Mails with something odd in them (tests/eml, named by what it is), and whether the odd thing is seen; then the same mails damaged.

use super::{Hint, read};
use crate::model::message::{Automatic, Message};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[path = "../../tests/bench/hostile.rs"]
mod hostile;

const NO_HEAT: &str = "No heating since Friday and nobody has rung back.";

fn root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).map(|d| d.filter_map(|e| Some(e.ok()?.path())).collect()).unwrap_or_default();
    found.sort();
    found
}

fn all(name: &str) -> Vec<Message> {
    let raw = std::fs::read(root("eml").join(format!("{name}.eml"))).unwrap_or_else(|e| panic!("{name}: {e}"));
    read(&raw, &Hint::default())
}

fn one(name: &str) -> Message {
    let mut messages = all(name);
    assert_eq!(messages.len(), 1, "{name}");
    messages.remove(0)
}

fn codes(m: &Message) -> Vec<&str> {
    m.defects.iter().map(|d| d.code.as_str()).collect()
}

/// Name, new words, defects.
const PLAIN: &[(&str, &str, &[&str])] = &[
    ("bare-cr-line-ends", NO_HEAT, &["bare-cr"]),
    ("base64-declared-plain-meant", NO_HEAT, &["broken-base64"]),
    ("bcc-with-token-in-trace", NO_HEAT, &[]),
    ("boundary-is-another", NO_HEAT, &[]),
    ("boundary-never-occurs", NO_HEAT, &["missing-final-boundary", "no-boundary"]),
    ("byte-order-mark-first", NO_HEAT, &[]),
    ("dmarc-failed", NO_HEAT, &[]),
    ("exchange-results-without-server", NO_HEAT, &[]),
    ("flowed-with-delsp", NO_HEAT, &[]),
    ("header-of-a-thousand-fields", NO_HEAT, &["too-many-headers"]),
    ("headers-only", "", &["no-text"]),
    ("html-alone", "No heating since Friday.", &[]),
    ("inner-boundary-begins-like-outer", NO_HEAT, &[]),
    ("latin-2-declared-windows-1250-meant", "Śmierdzi na klatce.", &[]),
    ("latin-1-declared-utf-8-meant", "The café flats – £400 lost.", &["wrong-charset"]),
    ("mbox-from-line", NO_HEAT, &[]),
    ("missing-final-boundary", NO_HEAT, &["missing-final-boundary"]),
    ("mojibake", "The café flats lost £400.", &["mojibake"]),
    ("name-with-bare-comma", NO_HEAT, &[]),
    ("name-with-encoded-comma", NO_HEAT, &[]),
    ("no-blank-line-before-text", NO_HEAT, &["no-blank-line"]),
    ("no-headers-at-all", NO_HEAT, &["no-headers", "no-sender"]),
    ("nothing", "", &["no-headers", "no-sender", "empty"]),
    ("pgp-encrypted", "", &["encrypted"]),
    ("pgp-signed-inline", "No heating since Friday and nobody has rung back.\n-- three days", &[]),
    ("photograph-alone", "", &["no-text"]),
    ("quoted-printable-damaged", "Rent £is 400=zz and 1=one; no heat\nsince Fri", &["broken-quoted-printable", "wrong-charset"]),
    ("references-with-junk", NO_HEAT, &[]),
    ("sender-without-from", NO_HEAT, &[]),
    ("smime-enveloped", "", &["encrypted"]),
    ("smime-signed-in-one-piece", NO_HEAT, &[]),
    ("smime-signed-in-two", NO_HEAT, &[]),
    ("srs-return-path", NO_HEAT, &[]),
    ("subject-cut-inside-a-character", NO_HEAT, &[]),
    ("subject-only", "", &["no-sender", "no-text"]),
    ("text-between-two-pictures", "First the wall.\n\nThen the ceiling.", &[]),
    ("undeclared-windows-1252", "The café flats – £400 lost.", &["undeclared-charset"]),
    ("unknown-charset", NO_HEAT, &["unknown-charset"]),
    ("utf-16-file", NO_HEAT, &[]),
    ("utf-8-declared-latin-1-meant", "The café flats – £400 lost.", &["wrong-charset"]),
    ("uuencoded-file-in-text", NO_HEAT, &[]),
    ("winmail-dat-holds-everything", NO_HEAT, &[]),
];

/// Those that tests of their own look at.
const OTHERS: &[&str] = &[
    "attached-correspondence-is-one",
    "attached-eml-as-octet-stream",
    "attached-eml-with-a-photograph",
    "base64-with-a-footer-in-clear",
    "bounce-with-two-recipients",
    "complaint-in-a-docx",
    "complaint-in-an-odt",
    "complaint-in-an-rtf",
    "digest-of-a-list",
    "feedback-report",
    "file-name-in-rfc-2231-pieces",
    "form-sent-by-a-robot-s-address",
    "from-replaced-by-a-group",
    "invitation",
    "polish-iso-8859-2-quoted-printable",
    "qmail-bounce",
    "two-attached-complaints",
    "two-thousand-nested-parts",
    "welsh",
];

#[test]
fn every_odd_mail_is_looked_at() {
    let named: BTreeSet<&str> = PLAIN.iter().map(|(n, _, _)| *n).chain(OTHERS.iter().copied()).collect();
    let there: Vec<String> = files(&root("eml")).iter().filter_map(|f| Some(f.file_stem()?.to_string_lossy().into_owned())).collect();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), named);
}

#[test]
fn odd_mails_give_their_words_and_say_what_is_odd() {
    for (name, text, defects) in PLAIN {
        let m = one(name);
        let shown: Vec<&str> = m.text.lines().map(str::trim_end).collect();
        assert_eq!(shown.join("\n"), *text, "{name}");
        assert_eq!(codes(&m), *defects, "{name}");
        assert_eq!(m.automatic, None, "{name}");
    }
    assert!(one("base64-with-a-footer-in-clear").text.starts_with(NO_HEAT));
    assert_eq!(codes(&one("base64-with-a-footer-in-clear")), ["broken-base64"]);
}

#[test]
fn odd_headers_are_understood() {
    assert_eq!(one("name-with-encoded-comma").from.name.as_deref(), Some("Resident, Jo"));
    assert_eq!(one("name-with-bare-comma").from.name.as_deref(), Some("Resident, Jo"));
    assert_eq!(one("name-with-bare-comma").from.email.unwrap().as_str(), "jo.resident@home.example");
    let m = one("from-replaced-by-a-group");
    assert_eq!((m.from.name.as_deref(), m.from.email.unwrap().as_str()), (Some("Jo Resident"), "jo.resident@home.example"));
    assert_eq!((m.automatic, m.authenticated, m.reply_to), (None, None, None));
    assert_eq!(one("subject-cut-inside-a-character").subject, "café €400");
    assert_eq!(one("sender-without-from").from.email.unwrap().as_str(), "jo.resident@home.example");
    let m = one("references-with-junk");
    assert_eq!(m.references, ["one@x.example", "two@x.example", "cut@x.exam"]);
    assert_eq!(m.in_reply_to.as_deref(), Some("two@x.example"));
    assert_eq!(one("bcc-with-token-in-trace").delivered_to[0].detail(), Some("c-7q4m2k9f"));
    assert_eq!(one("srs-return-path").return_path.unwrap().unwrap().as_str(), "jo.resident@home.example");
    assert_eq!(one("dmarc-failed").authenticated, Some(false));
    assert_eq!(one("exchange-results-without-server").authenticated, Some(true));
    assert_eq!(one("polish-iso-8859-2-quoted-printable").language.as_deref(), Some("pol"));
    assert_eq!(one("welsh").language.as_deref(), Some("cym"));
    assert_eq!(one("bare-cr-line-ends").sent_at.unwrap().to_string(), "2026-03-02T09:14:00Z");
}

#[test]
fn files_are_named_and_letters_read() {
    for name in ["complaint-in-a-docx", "complaint-in-an-odt", "complaint-in-an-rtf"] {
        assert_eq!(one(name).attachments[0].text.as_deref(), Some("I wish to complain about the lift."), "{name}");
    }
    let photo = &one("photograph-alone").attachments[0];
    assert_eq!((photo.mime.as_str(), photo.text.as_ref()), ("image/jpeg", None));
    assert_eq!(one("file-name-in-rfc-2231-pieces").attachments[0].name.as_deref(), Some("café letter.pdf"));
    assert_eq!(one("winmail-dat-holds-everything").attachments[0].name.as_deref(), Some("damp wall.jpg"));
    assert_eq!(one("uuencoded-file-in-text").attachments[0].text.as_deref(), Some("Cat"));
    assert_eq!(one("text-between-two-pictures").attachments.len(), 2);
}

#[test]
fn attached_messages_are_forwards_and_several_complaints_are_several_messages() {
    let both = all("two-attached-complaints");
    let senders: Vec<_> = both.iter().map(|m| m.forwards[0].from_email.as_ref().unwrap().to_string()).collect();
    assert_eq!(senders, ["ana@home.example", "bob@home.example"]);
    assert!(both.iter().all(|m| m.text == "Two complaints attached." && m.forwards.len() == 1 && m.forwards[0].attached));
    let m = one("attached-eml-as-octet-stream");
    assert_eq!(m.forwards[0].text, "Boiler broken, and nobody came.");
    assert_eq!(m.forwards[0].message_id.as_deref(), Some("ana@home.example"));
    let m = one("attached-eml-with-a-photograph");
    let files: Vec<_> = m.attachments.iter().map(|a| (a.name.as_deref().unwrap_or_default(), a.text.as_deref())).collect();
    assert_eq!(files, [("damp.eml", None), ("wall.jpg", None), ("letter.txt", Some("I wish to complain about the damp."))]);
    assert_eq!(one("attached-correspondence-is-one").forwards.len(), 2);
    assert!(one("digest-of-a-list").forwards.is_empty());
}

#[test]
fn reports_say_of_whom_and_of_what() {
    let m = one("bounce-with-two-recipients");
    let bounce = m.bounce.unwrap();
    assert_eq!(
        (m.automatic, bounce.failed[0].as_str(), bounce.failed.len(), bounce.permanent),
        (Some(Automatic::Bounce), "gone@home.example", 1, true)
    );
    assert_eq!(m.about, ["pr.1@landlord.example"]);
    let m = one("qmail-bounce");
    assert_eq!(
        (m.about.as_slice(), m.bounce.unwrap().failed[0].as_str()),
        (["pr.2@landlord.example".to_owned()].as_slice(), "gone@home.example")
    );
    let m = one("feedback-report");
    assert_eq!((m.automatic, m.about.as_slice()), (Some(Automatic::FeedbackReport), ["pr.3@landlord.example".to_owned()].as_slice()));
    assert_eq!(one("invitation").automatic, Some(Automatic::Notification));
    let m = one("form-sent-by-a-robot-s-address");
    assert_eq!((m.automatic, m.reply_to.unwrap().as_str()), (None, "jo.resident@home.example"));
}

/// Every sample, whole and damaged in ways that repeat from run to run: no panic (the reader would say so), at least one message, and soon.
#[test]
fn damaged_mails_are_read_too() {
    let mut samples = files(&root("eml"));
    for corpus in files(&root("fuzz/corpus")) {
        samples.extend(files(&corpus));
    }
    assert!(samples.len() > 60, "the samples are there");
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below.max(1) as u64) as usize
    };
    for file in &samples {
        let whole = std::fs::read(file).unwrap();
        for turn in 0..12 {
            let mut raw = whole.clone();
            for _ in 0..turn * 2 {
                let at = next(raw.len());
                match next(5) {
                    0 => raw.truncate(at),
                    1 => raw.insert(at.min(raw.len()), [0, b'\n', b'=', b'<', 0xff, b'"', b'{', b'-'][next(8)]),
                    2 if !raw.is_empty() => raw[at] = next(256) as u8,
                    3 => raw.drain(at..(at + next(40)).min(raw.len())).for_each(drop),
                    _ => {
                        let piece = raw[at..(at + next(200)).min(raw.len())].to_vec();
                        let to = next(raw.len() + 1);
                        raw.splice(to..to, piece);
                    }
                }
            }
            let messages = read(&raw, &Hint::default());
            assert!(!messages.is_empty(), "{}", file.display());
            assert!(messages.iter().all(|m| !codes(m).contains(&"reader-fault")), "{} turn {turn}", file.display());
        }
    }
}

/// What their work costs beside their size is the reading benchmark's to say: one that is quadratic would hardly end here.
#[test]
fn hostile_shapes_are_read() {
    for (name, shape) in hostile::SHAPES {
        let messages = read(shape(150).as_bytes(), &Hint::default());
        assert!(!messages.is_empty() && messages.iter().all(|m| !codes(m).contains(&"reader-fault")), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_octets_give_a_message(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let messages = read(&raw, &Hint::default());
        prop_assert!(!messages.is_empty() && messages.iter().all(|m| !codes(m).contains(&"reader-fault")));
    }

    #[test]
    fn any_words_of_a_person_come_through(text in "[a-zA-Z£é][a-zA-Z£é ,.']{0,200}[a-z]") {
        let raw = format!("From: jo@home.example\nContent-Type: text/plain; charset=utf-8\n\n{text}\n");
        let m = read(raw.as_bytes(), &Hint::default()).remove(0);
        let squash = |t: &str| t.split_whitespace().collect::<String>();
        prop_assert_eq!(squash(&format!("{}{}{}", m.text, m.signature, m.quoted)).len(), squash(&text).len());
    }
}
