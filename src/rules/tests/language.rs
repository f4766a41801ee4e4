//! What a pattern can say, tried as an officer would write it.

use super::signals_of;
use crate::rules::Ruleset;
use crate::rules::compile::compile;
use crate::rules::layers::{Layer, shipped_layer};
use proptest::prelude::*;
use std::sync::LazyLock;

/// A ruleset of the shipped word lists and one signal with these keys.
fn ruleset(keys: &str) -> Ruleset {
    let mut layer = shipped_layer();
    layer.files.retain(|(name, _)| name.contains("lexicons"));
    layer.files.push(("site.toml".into(), format!("[[signal]]\nid = \"x\"\nmeans = \"says x\"\n{keys}\n")));
    compile(&[Layer { reader: None, ..layer }]).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// Whether the texts show the signal and the others do not.
fn tells(keys: &str, yes: &[&str], no: &[&str]) {
    let rules = ruleset(keys);
    for text in yes {
        assert!(signals_of(&rules, "", text).has("x"), "{keys} should be found in {text:?}");
    }
    for text in no {
        assert!(!signals_of(&rules, "", text).has("x"), "{keys} should not be found in {text:?}");
    }
}

#[test]
fn patterns_say_what_an_officer_means() {
    tells(r#"any = ["ring me ...4 lift"]"#, &["Ring me about the lift", "can you ring me please about lift"], &["the lift rang me"]);
    tells(r#"any = ["lift (broke|stuck|out of order)"]"#, &["the lift is stuck? lift stuck", "lift out of order"], &["lift working"]);
    tells(r#"any = ["nobody [ever] [has] came"]"#, &["nobody came", "Nobody ever came", "nobody has came"], &["nobody else came"]);
    tells(r#"any = ["wait"]"#, &["I waited", "still waiting", "he waits"], &["weight"]);
    tells(r#"any = ["=ill"]"#, &["I am ill"], &["ills of society"]);
    tells(r#"any = ["lift & {trade}"]"#, &["The engineer left the lift open."], &["The lift broke. The engineer came."]);
    tells(r#"any = ["{trade} ...3 late"]"#, &["the plumber came late", "engineers were late"], &["I was late"]);
}

#[test]
fn a_signal_knows_negation_and_who_is_spoken_of() {
    let keys = "any = [\"fixed\"]\nnot_negated = true";
    tells(keys, &["it was fixed"], &["it was not fixed", "it hasn't been fixed", "it wasnt fixed"]);
    // How many words the "not" may stand before is written out with a gap.
    tells("any = [\"fixed\"]\nunless = [\"{not} ...6 fixed\"]", &["it was fixed"], &["not one of the three doors was fixed"]);
    tells("any = [\"shout\"]\nabout = [\"neighbour\"]", &["my neighbour shouted at me"], &["your officer shouted at me"]);
    tells("any = [\"shout\"]\nnot_about = [\"neighbour\"]", &["he shouted at me"], &["my neighbour shouted at me"]);
}

#[test]
fn times_are_durations_and_dates() {
    let past = |days: u32| format!("any = [\"{{past>{days}d}}\"]");
    tells(&past(14), &["three weeks ago", "since last Easter", "back in 2023", "on 14/02"], &["yesterday", "two days ago", "next month"]);
    tells(&past(300), &["back in 2023", "two years ago", "since 2021"], &["three weeks ago", "last week"]);
    tells("any = [\"{lasting>20d}\"]", &["for three weeks", "waited six weeks", "for over a month"], &["for two days", "for a week"]);
    tells("any = [\"{future}\"]", &["come next Tuesday", "by Friday"], &["last Tuesday"]);
    tells("any = [\"{number} ...2 times\"]", &["I rang 3 times", "three times"], &["many happy returns"]);
}

static CHASED: LazyLock<Ruleset> =
    LazyLock::new(|| ruleset("any = [\"{not} ...2 (been|fixed|mended)\", \"nobody ...2 came\", \"still ...1 waiting\"]"));
const SENTENCES: [&str; 5] = [
    "it hasn't been looked at",
    "nobody ever came to us",
    "we are still waiting for you",
    "the door isn't mended yet",
    "they didn't say but it wasn't fixed",
];

proptest! {
    /// Capitals, kinds of apostrophe or none, accents, spaces and line ends, drawn-out letters: none may matter.
    #[test]
    fn typing_does_not_matter(
        sentence in 0..SENTENCES.len(),
        capitals in prop::collection::vec(any::<bool>(), 40),
        apostrophe in prop::sample::select(vec!["'", "\u{2019}", "\u{2018}", "\u{2bc}", ""]),
        spaces in prop::sample::select(vec![" ", "  ", "\u{a0}", "\t", "   "]),
        drawn in 0..40_usize,
        times in 3..7_usize,
        accent in 0..40_usize,
    ) {
        let text = SENTENCES[sentence];
        let mut typed = String::new();
        for (i, c) in text.chars().enumerate() {
            let c = if capitals[i % capitals.len()] { c.to_ascii_uppercase() } else { c };
            let accented = if i == accent && matches!(c, 'e' | 'E') { 'é' } else { c };
            match c {
                '\'' => typed.push_str(apostrophe),
                ' ' => typed.push_str(spaces),
                _ if i == drawn => typed.extend(std::iter::repeat_n(accented, times)),
                _ => typed.push(accented),
            }
        }
        prop_assert!(signals_of(&CHASED, "", &typed).has("x"), "{typed:?}");
    }

    /// One slip in a long word: two letters swapped, one left out, one twice.
    #[test]
    fn a_slip_in_a_long_word_is_read_as_meant(at in 1..7_usize, slip in 0..3_usize) {
        static RULES: LazyLock<Ruleset> = LazyLock::new(|| ruleset("any = [\"waiting\", \"scaffolding\"]"));
        let word = "scaffolding";
        let mut letters: Vec<char> = word.chars().collect();
        match slip {
            0 => letters.swap(at, at + 1),
            1 => { letters.remove(at); }
            _ => letters.insert(at, letters[at]),
        }
        let typed: String = letters.into_iter().collect();
        prop_assert!(signals_of(&RULES, "", &format!("the {typed} is up")).has("x"), "{typed}");
    }
}

#[test]
fn every_order_of_files_gives_the_same_rules_and_findings() {
    let shipped = shipped_layer();
    let site: Vec<(String, String)> = [
        ("a.toml", "[[signal]]\nid = \"lift-call\"\nmeans = \"asks about the lift\"\nany = [\"ring me ...4 lift\"]\n"),
        ("b.toml", "[[signal]]\nid = \"nobody-came\"\nextend = true\nany = [\"left in the lurch\"]\n"),
        ("c.toml", "[[kind]]\nid = \"service_request\"\nextend = true\n[kind.for]\nstrong = [\"lift-call\"]\n"),
    ]
    .map(|(n, t)| (n.to_string(), t.to_string()))
    .to_vec();
    let texts = ["Ring me about the lift", "Left in the lurch again, third time I stayed in", "Thanks, he was lovely", "stage 2 please"];
    let outcome = |turn: usize| {
        let turned = |files: &[(String, String)]| {
            let mut files = files.to_vec();
            files.rotate_left(turn % 3);
            if turn % 2 == 1 {
                files.reverse();
            }
            files
        };
        let first = Layer { files: turned(&shipped.files), ..shipped.clone() };
        let second = Layer { files: turned(&site), ..Layer::default() };
        let rules = compile(&[first, second]).unwrap();
        let judged = texts.map(|t| {
            let signals = signals_of(&rules, "", t);
            let judged = rules.judge(&signals, &crate::rules::Facts::default());
            (signals, judged)
        });
        (rules.digest, judged)
    };
    let usual = outcome(0);
    for turn in 1..5 {
        assert!(outcome(turn) == usual, "turn {turn}");
    }
}
