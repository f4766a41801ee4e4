use super::super::load::{Ruleset, shipped};
use super::super::scan::{Part, Place, Words};
use super::chain;
use super::learn::{Told, learn};
use super::seen::Seen;
use jiff::civil::{Date, date};

const RECEIVED: Date = date(2026, 6, 15);

fn answers<'t>(rules: &Ruleset, text: &'t str) -> [Vec<&'t str>; 4] {
    let signals = rules.signals(&Words { parts: vec![Part { place: Place::Text, text }], received: RECEIVED });
    rules.answers(text, 0, &signals).map(|all| all.map(|spans| spans.into_iter().map(|s| &text[s]).collect())).unwrap_or_default()
}

#[test]
fn each_question_is_answered_in_the_senders_words() {
    let text = "The kitchen ceiling has been leaking since 3 February. I told your housing officer and nobody came. Please send a plumber.";
    let [what, when, who, outcome] = answers(shipped(), text);
    assert!(what.iter().any(|w| w.contains("leaking")), "{what:?}");
    assert_eq!(when, ["since 3 February"]);
    assert_eq!(who, ["your housing officer"]);
    assert_eq!(outcome, ["Please send a plumber"]);
}

#[test]
fn the_same_messages_teach_the_same_model_and_it_is_measured_on_authors_whom_it_has_not_read() {
    let texts: Vec<(String, String)> = (["roof", "gate", "lift", "boiler", "drain", "path"].iter())
        .map(|thing| (format!("The {thing} is broken. I want it mended."), format!("The {thing} is broken")))
        .collect();
    let told: Vec<Told> = (["ash", "beech"].iter())
        .flat_map(|author| texts.iter().map(move |(text, what)| (author, text, what)))
        .map(|(author, text, what)| Told {
            author,
            text,
            received: RECEIVED,
            answers: [vec![what], vec![], vec![], vec!["I want it mended"]],
        })
        .collect();
    let ((once, tallies), (again, _)) = (learn(shipped(), &told), learn(shipped(), &told));
    assert!(once.lines().count() > 20 && once == again);
    assert_eq!(tallies.keys().collect::<Vec<_>>(), ["ash", "beech"]);
    let (precision, recall) = tallies["ash"].shares(0);
    assert!(precision > 0.9 && recall > 0.9, "{precision} {recall}");
}

#[test]
fn no_feature_holds_a_name_or_a_figure() {
    let text = "Zebedee Quorn of 14 Mallow Court rang Ottoline on 07700 900123. Ottoline said PR-2026-000123 was closed.";
    let signals = shipped().signals(&Words { parts: vec![Part { place: Place::Text, text }], received: RECEIVED });
    let mut names = Vec::new();
    Seen::of(text, 0, &signals, &shipped().spelling, |_, name| {
        names.push(name.concat().to_lowercase());
        None
    });
    let words = |name: &String| name.split_once(':').map(|(_, words)| words.to_owned());
    for name in names.iter().filter_map(words).filter(|w| !w.starts_with("topic:")) {
        for private in ["zebedee", "quorn", "mallow", "ottoline", "14", "07700", "900123", "2026"] {
            assert!(!name.contains(private), "{name}");
        }
    }
}

#[test]
fn a_chain_marks_whole_answers() {
    let (out, inside) = ([-5, 0, 0], [3, -1, -1]);
    assert_eq!(chain::best(&[out, inside, inside, out, inside], false, false), [1..3, 4..5]);
    assert_eq!(chain::best(&[out, inside, inside, out, inside], true, false).as_slice(), std::slice::from_ref(&(1..3)));
    assert_eq!(chain::best(&[out, out], true, true).as_slice(), std::slice::from_ref(&(0..1)));
    assert!(chain::best(&[out, out], false, false).is_empty() && chain::best(&[], true, true).is_empty());
    let likely = chain::likely(&[[-3.0, 0.0, 0.0], [3.0, -1.0, 1.0]], true);
    assert!(likely[1][chain::ALONE] > 0.8 && likely.iter().all(|w| (w.iter().sum::<f32>() - 1.0).abs() < 1e-3));
}
