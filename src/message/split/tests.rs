//! Bodies as clients write them. Every person, address and street is invented.

use super::*;

mod forwards;
mod replies;
mod signatures;

fn plain(subject: &str, text: &str) -> Split {
    split(&Body { plain: Some(text), html: None, subject })
}

fn html(subject: &str, html: &str) -> Split {
    split(&Body { plain: None, html: Some(html), subject })
}

#[test]
fn html_is_read_before_plain_text_unless_it_is_empty() {
    let both = split(&Body { plain: Some("Plain words here"), html: Some("<p>Shown words here</p>"), subject: "" });
    assert_eq!(both.text, "Shown words here");
    let empty = split(&Body {
        plain: Some("Plain words here"),
        html: Some("<html><body><div>&nbsp;</div><style>p{}</style></body></html>"),
        subject: "",
    });
    assert_eq!(empty.text, "Plain words here");
    assert_eq!(split(&Body::default()), Split::default());
}

#[test]
fn a_chain_ten_times_as_long_takes_about_ten_times_as_long() {
    // Counted in work rather than time: the deepest chain and the widest body must both end.
    let one = "On Mon, 2 Mar 2026 at 09:20, Complaints <c@l.example> wrote:\n> From: a@x.example\n> Sent: 2 March 2026 10:00\n> To: b@x.example\n> Subject: FW: cold\n>\n> so cold here\n\nand again\n\n";
    for n in [500, 5000] {
        let got = plain("Re: cold", &one.repeat(n));
        assert_eq!(got.text.matches("and again").count(), n);
    }
    let forwarded = "---------- Forwarded message ---------\nFrom: Jo <jo@x.example>\nDate: Mon, 2 Mar 2026 at 08:55\nSubject: Fwd: cold\nTo: <o@y.example>\n\nSee below\n\n".repeat(2000);
    let got = plain("Fwd: cold", &forwarded);
    assert!(got.forwards.len() <= 16 && got.forwards.len() > 8);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]

    /// Whatever comes: no panic, and no body whose words end up nowhere.
    #[test]
    fn nothing_is_lost(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24), subject in proptest::sample::select(&["", "Re: x", "Fwd: x"][..])) {
        let text = pieces.join("\n");
        let got = plain(subject, &text);
        for word in text.split_whitespace().filter(|w| w.starts_with("word")) {
            let kept = got.text.contains(word) || got.quoted.contains(word) || got.signature.contains(word) || got.forwards.iter().any(|f| f.body.contains(word));
            proptest::prop_assert!(kept, "{word} lost of {text:?}: {got:?}");
        }
        if text.contains("word") {
            proptest::prop_assert!(!got.text.is_empty() || !got.forwards.is_empty(), "{text:?}");
        }
        let _ = html(subject, &format!("<div>{}</div>", text.replace('\n', "<br>")));
        let _ = html(subject, &pieces.concat());
    }
}

const PIECES: &[&str] = &[
    "word1 is here",
    "> word2 quoted",
    ">> word3 deeper",
    "",
    "",
    "word4",
    "-- ",
    "Sent from my iPhone",
    "On Mon, 2 Mar 2026 at 09:20, C <c@l.example> wrote:",
    "From: Jo <jo@x.example>",
    "Sent: 2 March 2026 10:00",
    "To: o@y.example",
    "Subject: FW: cold",
    "---------- Forwarded message ---------",
    "-----Original Message-----",
    "________________________________",
    "--- Please write above this line ---",
    "Kind regards",
    "Jo Bloggs",
    "07700 900123",
    "> Begin forwarded message:",
    "<blockquote>",
    "</blockquote>",
    "<div id=divRplyFwdMsg>",
    "\u{202b}من: \u{feff}",
    "Betreff : 我",
    "wrote:",
    ":",
    "&#x110000;",
    "<p ",
];
