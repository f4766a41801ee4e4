use super::*;
use crate::message::line::from_plain;

fn whose(text: &str, prefix: Prefix) -> String {
    let reading = read(&from_plain(text), Context { prefix, written_to: &[], inner: false });
    reading
        .whose
        .iter()
        .map(|w| match w {
            Whose::New => 'n',
            Whose::Quoted => 'q',
            Whose::Signature => 's',
            Whose::Forwarded => 'f',
        })
        .collect()
}

#[test]
fn each_line_is_somebodys() {
    assert_eq!(whose("a\n\nOn 2 Mar 2026, at 09:20, Jo <jo@x.example> wrote:\n> b\n\nc", Prefix::Reply), "nnqqqn");
    assert_eq!(whose("a\n-- \nJo", Prefix::Neither), "nss");
    assert_eq!(whose("a\n-----Original Message-----\nb", Prefix::Reply), "nqq");
    assert_eq!(whose("> a\n> b", Prefix::Reply), "nn");
}

#[test]
fn a_word_torn_off_a_quotation_is_no_answer() {
    let long =
        "> the boiler that was put in by your contractor in November has been\nbroken\n> since the first of the month and nobody has come";
    assert_eq!(whose(&format!("Yes.\n{long}"), Prefix::Reply), "nqqq");
    assert_eq!(whose("Yes.\n> Did he come?\nno\n> and when", Prefix::Reply), "nqnq");
}

/// Shapes in which a careless walk looks at every line again for each line: ten times the body must be about ten times the looks.
#[test]
fn looks_grow_with_the_number_of_lines() {
    use crate::message::line::looks;
    for (shape, prefix) in [
        ("> a\nb\n", Prefix::Reply),
        ("\n", Prefix::Reply),
        ("a\n\n", Prefix::Neither),
        ("-----\n", Prefix::Reply),
        ("--\nJo\n", Prefix::Neither),
        ("From: a@x.example\n", Prefix::Forward),
        ("From: a@x.example\nSent: 2 March 2026\nTo: b@x.example\nSubject: FW: x\n\nc\n", Prefix::Forward),
        ("> From: a@x.example\n> Sent: 2 March 2026\n> To: b@x.example\n> Subject: x\n\nc\n", Prefix::Reply),
        ("---------- Forwarded message ---------\n", Prefix::Forward),
        ("On Mon, 2 Mar 2026 at 09:20, C <c@l.example> wrote:\n", Prefix::Reply),
        ("On Mon, 2 Mar 2026 at 09:20, C <c@l.example>\nwrote:\n> b\n\nc\n", Prefix::Reply),
        ("Jo Bloggs\nSent from my iPhone\n\n", Prefix::Neither),
        ("Jo Bloggs\n07700 900123\n\n", Prefix::Neither),
        ("--- Please write above this line\n", Prefix::Forward),
        (">>>>>>>>>>>>>>>>>>>> a\n> b\n", Prefix::Forward),
    ] {
        let work = |n: usize| {
            let lines = from_plain(&shape.repeat(n));
            looks::during(|| read(&lines, Context { prefix, written_to: &[], inner: false }))
        };
        let (small, large) = (work(300), work(3000));
        assert!(large <= 12 * small.max(300), "{shape:?}: {small} looks, then {large}");
    }
}
