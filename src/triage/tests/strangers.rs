//! Who is no party to a case, and writes of it all the same (promise 6).

use super::*;

const TOPIC: &str =
    "Wet room. I am 79. You started my wet room on 3 May and have left it without a floor. Ursula Vaughan, 6 Sanderling Court";

fn of_ursula(evidence: &[Evidence]) -> [Candidate; 1] {
    [candidate(1, Stage::Stage1, TOPIC, evidence)]
}

#[test]
fn a_neighbour_with_a_borrowed_reference_is_heard_for_themselves() {
    for text in [
        "Ursula gave me her number. I have the same trouble and you have ignored two emails of mine. I would like to make my own complaint.",
        "My neighbour said to quote hers. Your cleaners have broken my bell and denied it, and nobody came.",
        "Ursula sent me what you wrote to her. You have left my door off its runner since June. Will you please give me a number of my own?",
    ] {
        let message = mail("Saul Teale", "saul@post.example", "Same as PR-2026-000001", text);
        let decided = decide(&message, &of_ursula(&[Evidence::ReferenceInSubject]));
        assert_eq!((decided.kind, decided.effect, decided.link), (Kind::NewComplaint, Effect::Open { related: None }, None), "{text}");
        assert!(decided.reviews.iter().any(|r| r.says.contains("of somebody else's complaint")), "{text}");
    }
    let asks = "A neighbour of mine has a complaint with this number. Is it a public meeting that you will be having? I'd like to come.";
    let decided = decide(&mail("Tess Upton", "tess@post.example", "PR-2026-000001", asks), &of_ursula(&[Evidence::ReferenceInSubject]));
    assert_eq!((decided.kind, decided.link), (Kind::ServiceRequest, None));
    // A party speaks of their own, whatever they say of a neighbour's letter.
    let own = mail("Ursula Vaughan", "ursula@post.example", "PR-2026-000001", "My neighbour sent me her letter. Still no floor in my own.");
    let decided = decide(&own, &of_ursula(&[Evidence::ReferenceInSubject, Evidence::SameSender]));
    assert_eq!(decided.link.map(|l| l.case), Some(1));
}

#[test]
fn relatives_and_carers_are_found_by_whom_they_name() {
    let names = |subject: &str, text: &str| {
        let message = mail("Wim Vaughan", "wim@post.example", subject, text);
        hear(&message, &policy(), at(NOW)).keys.names
    };
    for (subject, text) in [
        ("", "Hi, I'm Ursula Vaughan's son."),
        ("Mum - Ursula Vaughan, 6 Sanderling Court", "Please add this."),
        ("", "I write on behalf of Ursula Vaughan"),
        ("Complaint of Ursula Vaughan (6 Sanderling Court)", "I am her carer."),
        ("", "My mum's complaint (Ursula Vaughan) - any news?"),
        ("", "my partner Ursula Vaughan put in a complaint"),
    ] {
        assert!(names(subject, text).contains(&"ursula vaughan".to_owned()), "{subject} {text} {:?}", names(subject, text));
    }
    // Whom somebody complains of is no party by that.
    assert_eq!(names("Noise", "Ursula Vaughan upstairs plays music and I told Rhea Sands"), ["wim vaughan"]);
    let text = "She put in a complaint on Monday about the wet room at 6 Sanderling Court. Please add that she washes at the kitchen sink.";
    let message = mail("Wim Vaughan", "wim@post.example", "Mum - Ursula Vaughan, 6 Sanderling Court", text);
    let decided = decide(&message, &of_ursula(&[Evidence::SameName]));
    assert_eq!((decided.kind, decided.link.map(|l| (l.case, l.strong))), (Kind::Addition, Some((1, false))));
}

#[test]
fn a_reference_typed_anew_goes_before_the_thread() {
    let other = candidate(2, Stage::Stage1, "bathroom fan", &[Evidence::ReferenceInBody, Evidence::SameSender]);
    let thread = candidate(1, Stage::Stage1, "the caretaker threw out my pushchair", &[Evidence::OurMessageId, Evidence::SameSender]);
    let case = |said: &str, other: &Candidate| link(&[thread.clone(), other.clone()], said, at(NOW)).map(|h| h.case.id);
    assert_eq!(case("This is for the OTHER one please, PR-2026-000002: the fan was never wired.", &other), Some(2));
    assert_eq!(case("This has nothing to do with PR-2026-000002. The pushchair is still gone.", &other), Some(1));
    // A number of somebody else's case moves nothing.
    let stranger = Candidate { evidence: vec![Evidence::ReferenceInBody], ..other };
    assert_eq!(case("This is for PR-2026-000002", &stranger), Some(1));
}
