//! The mail itself: headers, bytes, and what a stranger may put into it.

use super::*;
use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use proptest::prelude::*;

#[test]
fn the_headers_are_those_of_the_channel_reference() {
    let letter = karen().letter();
    let mail = MessageParser::default().parse(&letter.mime).unwrap();
    let raw = |name: &str| mail.header_raw(name).map(str::trim).unwrap_or_default().to_string();
    assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("complaints@thrive.example"));
    assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("Thrive Homes"));
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("karen@freemail.example"));
    assert_eq!(mail.reply_to().unwrap().first().unwrap().address(), Some("complaints+c-7q4m2k9f7q4m2k9fz@thrive.example"));
    assert_eq!(mail.subject(), Some(letter.subject.as_str()));
    assert_eq!(mail.message_id(), Some(letter.message_id.as_str()));
    assert_eq!(mail.in_reply_to().as_text(), Some("CA923@mail.freemail.example"));
    let HeaderValue::TextList(references) = mail.references() else { panic!("{:?}", mail.references()) };
    assert_eq!(references.as_slice(), ["older@freemail.example", "CA923@mail.freemail.example"]);
    assert_eq!(raw("Date"), "Mon, 02 Mar 2026 09:14:30 +0000");
    assert_eq!(raw("Auto-Submitted"), "auto-replied");
    assert_eq!(raw("X-Auto-Response-Suppress"), "All");
    assert_eq!(raw("X-Postroom-Instance"), "test-1");
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim(), letter.text.trim());
    assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n").trim(), letter.html.trim());
}

#[test]
fn the_same_occasion_gives_the_same_bytes() {
    assert_eq!(karen().letter(), karen().letter());
    let mime = karen().letter().mime;
    assert_eq!(mime, karen().letter().mime);
    good_lines(&mime);
}

#[test]
fn what_is_passed_on_holds_the_original() {
    let mut world = karen();
    world.form = Form::PassOn;
    world.to = Some(address("team@thrive.example"));
    let raw = "From: office@axisrepairs.example\nSubject: FW: sink\n\nSee below.\n";
    world.original = Some(raw.as_bytes().to_vec());
    let letter = world.letter();
    let mail = MessageParser::default().parse(&letter.mime).unwrap();
    let attached = mail.attachments().next().unwrap();
    let inner = attached.message().unwrap();
    assert_eq!(inner.subject(), Some("FW: sink"));
    assert!(letter.text.contains("You do not need to acknowledge it"));
    good_lines(&letter.mime);
    // Bytes that no mail may hold travel as a file, unchanged.
    for raw in [
        "Subject: caf\u{e9}\r\n\r\nbody".as_bytes().to_vec(),
        [b"Subject: x\n\n".as_slice(), &[b'a'; 5000]].concat(),
        b"{\"a\":1}".to_vec(),
        Vec::new(),
    ] {
        world.original = Some(raw.clone());
        let letter = world.letter();
        good_lines(&letter.mime);
        let mail = MessageParser::default().parse(&letter.mime).unwrap();
        let part = mail.attachments().next().unwrap();
        assert_eq!(part.contents(), raw);
        assert_eq!(part.attachment_name(), Some("original.eml"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a stranger puts into headers and words, the mail stays one mail to one address.
    #[test]
    fn hostile_words_change_nothing_of_the_mail(
        subject in any::<String>(), id in any::<String>(), reference in any::<String>(), name in any::<String>(),
        what in proptest::collection::vec(any::<String>(), 0..9), outcome in proptest::option::of(any::<String>()),
    ) {
        let mut world = karen();
        world.message.subject = format!("{subject}\r\nBcc: victim@elsewhere.example\r\n\r\n");
        world.message.message_id = Some(id);
        world.message.references = vec![reference; 40];
        world.message.from.name = Some(name);
        world.decision.definition.what = what.into_iter().map(|w| format!("{w}<script>alert(1)</script>")).collect();
        world.decision.definition.outcome = outcome;
        let letter = world.letter();
        good_lines(&letter.mime);
        let mail = MessageParser::default().parse(&letter.mime).unwrap();
        prop_assert_eq!(mail.headers().iter().filter(|h| h.name().eq_ignore_ascii_case("bcc")).count(), 0);
        prop_assert_eq!(mail.to().unwrap().iter().count(), 1);
        prop_assert_eq!(mail.subject().unwrap().trim(), letter.subject.trim());
        prop_assert!(!letter.html.contains("<script"));
        prop_assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim().to_string(), letter.text.trim().to_string());
    }
}

pub(super) fn good_lines(mime: &[u8]) {
    assert!(mime.is_ascii(), "not seven-bit");
    let bare = mime.windows(2).any(|w| w[1] == b'\n' && w[0] != b'\r' || w[0] == b'\r' && w[1] != b'\n');
    assert!(!bare, "a bare CR or LF");
    assert!(mime.split(|b| *b == b'\n').all(|l| l.len() <= 999), "a line too long");
}

#[test]
fn long_and_foreign_names_stay_within_a_mails_lines() {
    let mut world = karen();
    world.policy.landlord = "Cymdeithas Tai Môn, \"Gorau\" (2019)".into();
    world.message.subject = "👩‍👩‍👧‍👦é".repeat(300);
    world.message.message_id = Some(format!("{}@x.example", "a".repeat(200)));
    world.message.references = (0..300).map(|i| format!("{}{i}@x.example", "b".repeat(200))).collect();
    let letter = world.letter();
    good_lines(&letter.mime);
    let mail = MessageParser::default().parse(&letter.mime).unwrap();
    assert_eq!(mail.from().unwrap().first().unwrap().name(), Some(world.policy.landlord.as_str()));
    assert_eq!(mail.subject(), Some(letter.subject.as_str()));
    let HeaderValue::TextList(references) = mail.references() else { panic!("{:?}", mail.references()) };
    assert_eq!(references.len(), 12);
    assert!(references[0].ends_with("b0@x.example") && references[11].starts_with("aaa"), "{references:?}");
    // Ids that no mail may hold are left out, not repaired: a repaired id is nobody's.
    world.message.message_id = Some("a".repeat(2000));
    assert!(!String::from_utf8_lossy(&world.letter().mime).contains("In-Reply-To"));
}

#[test]
fn addresses_that_no_seven_bit_mail_can_carry_are_an_error() {
    let mut world = karen();
    world.to = Some(address("josé@freemail.example"));
    assert!(matches!(render(&TEMPLATES, &world.occasion()), Err(LetterError::Address)));
    world.to = None;
    assert!(matches!(render(&TEMPLATES, &world.occasion()), Err(LetterError::NoRecipient)));
    world.to = Some(address("karen@bücher.example"));
    assert!(matches!(render(&TEMPLATES, &world.occasion()), Err(LetterError::Address)));
}
