use super::features::{self, Group};
use super::learn::{Lesson, learn};
use super::*;
use crate::model::message::Channel;
use crate::model::policy::ReaderMode;
use crate::rules::scan::{Part, Place, Words};
use crate::rules::{Ruleset, shipped, tokens};
use jiff::civil::date;

fn lesson(author: &str, kind: Kind, text: &str) -> Lesson {
    Lesson {
        author: author.into(),
        parts: vec![(Place::Subject, String::new()), (Place::Text, text.into())],
        received: date(2026, 6, 15),
        channel: Channel::Email,
        stage: CaseStage::None,
        kind,
        flags: None,
        answers: None,
        weight: 1.0,
    }
}

fn lessons() -> Vec<Lesson> {
    let mut out = Vec::new();
    for (author, end) in [("ash", "at last"), ("beech", "I must say"), ("cedar", "as usual"), ("rowan", "once more")] {
        for place in ["roof", "boiler", "gate"] {
            out.push(lesson(author, Kind::NewComplaint, &format!("Still nobody has come about the {place} {end}.")));
            out.push(lesson(author, Kind::Compliment, &format!("Thank you for the {place}, a lovely job {end}.")));
            out.push(lesson(author, Kind::ServiceRequest, &format!("Could somebody look at the {place} please {end}?")));
        }
    }
    out
}

fn signals(rules: &Ruleset, text: &str) -> crate::rules::Signals {
    rules.signals(&Words { parts: vec![Part { place: Place::Text, text }], received: date(2026, 6, 15) })
}

#[test]
fn the_same_lessons_give_the_same_bytes() {
    let (one, two) = (learn(shipped(), &lessons(), 7), learn(shipped(), &lessons(), 7));
    assert_eq!(one.model, two.model);
    assert!(one.features > 20);
    assert_eq!(learn::card(&one, &[], 7, date(2026, 6, 15)), learn::card(&two, &[], 7, date(2026, 6, 15)));
    assert!(one.figures.accuracy() > 0.9, "{}", one.figures.accuracy());
}

#[test]
fn a_learnt_model_reads_what_it_was_taught_and_says_by_which_words() {
    let learnt = learn(shipped(), &lessons(), 7);
    let rules = Ruleset { reader: parse("reader.tsv", &learnt.model).unwrap(), ..shipped().clone() };
    let text = "Nobody has come about the chimney, still.";
    let heard = signals(&rules, text);
    let judged = rules.judge(&heard, &Facts::default());
    let reading = judged.reading.unwrap();
    assert_eq!(reading.best().0, Kind::NewComplaint);
    assert!((reading.chances.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let words = heard.stretches(&rules.reader.telling_kind(&heard.heard, &reading, Kind::NewComplaint));
    assert!(!words.is_empty() && words.iter().all(|w| text.contains(w.as_str())), "{words:?}");
}

#[test]
fn nobody_is_read_by_name_address_reference_or_number() {
    let text = "Dear Mrs Okafor, my neighbour Zbigniew at 14 Larchmont Crescent, LS9 7QQ, wrote to zb@mail.example about INV-7781 and 07700 \
                900412. See https://mail.example/x.\nRegards\nMarguerite Quill";
    let tokens = tokens::tokenise(text, &shipped().spelling);
    let mut seen = Vec::new();
    features::of_part(text, false, &tokens, &[], &mut |s| {
        if matches!(s.group, Group::Words | Group::Letters) {
            seen.push(s.name.concat().to_lowercase());
        }
    });
    for secret in ["okafor", "zbigniew", "larchmont", "marguerite", "quill", "zb", "7781", "07700", "900412", "ls9", "7qq", "14"] {
        assert!(!seen.iter().any(|name| name.contains(secret)), "{secret}");
    }
    let pieces = ["okaf", "bign", "gnie", "uill", "chmo"];
    assert!(!seen.iter().any(|name| pieces.contains(&name.as_str())));
    assert!(seen.iter().any(|name| name == "neighbour <name>"));
}

#[test]
fn what_one_person_wrote_is_not_in_the_model() {
    let mut lessons = lessons();
    for _ in 0..5 {
        lessons.push(lesson("ash", Kind::NewComplaint, "The wombat in my cistern sings madrigals"));
    }
    lessons.push(lesson("beech", Kind::NewComplaint, "The wombat again"));
    let model = learn(shipped(), &lessons, 7).model;
    assert!(model.contains("\tnobody\t"));
    assert!(!["cistern", "sings", "madrigals", "wombat in"].iter().any(|w| model.contains(w)));
}

#[test]
fn the_shipped_model_holds_no_run_longer_than_two_words_and_no_number() {
    let text = include_str!("../../../rules/reader.tsv");
    assert!(parse("rules/reader.tsv", text).is_ok_and(|r| !r.is_empty()));
    for line in text.lines().skip(5) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[0] == "word" {
            assert!(fields[1].split(' ').count() <= 2, "{line}");
            assert!(!fields[1].bytes().any(|b| b.is_ascii_digit()), "{line}");
        }
    }
    assert!(text.len() < 6_000_000);
}

#[test]
fn without_a_reader_the_rules_decide_alone() {
    let silent = Facts { reader: ReaderMode::Off, ..Facts::default() };
    let rules = shipped();
    let heard = signals(rules, "I stayed in all day and nobody came. This is the third time. I am fed up with it.");
    let judged = rules.judge(&heard, &silent);
    assert_eq!(judged.reading, None);
    assert_eq!(judged.ranked[0].kind, Kind::NewComplaint);
    assert!(judged.ranked.iter().flat_map(|r| &r.reasons).all(|r| r.id != "reader"));
    let advised = rules.judge(&heard, &Facts { reader: ReaderMode::Advises, ..Facts::default() });
    assert_eq!(advised.ranked, judged.ranked);
    assert!(advised.reading.is_some());
}

#[test]
fn no_reading_talks_anybody_out_of_what_they_said_outright() {
    let weighs = Facts { reader: ReaderMode::Weighs, ..Facts::default() };
    let judged = |text: &str| shipped().judge(&signals(shipped(), text), &weighs);
    let stated = judged("I would like to make a formal complaint about the lift. Could you let me know who deals with it?");
    assert_eq!(stated.ranked[0].kind, Kind::NewComplaint);
    assert!(stated.ranked.iter().flat_map(|r| &r.reasons).all(|r| r.id != "reader"));
    let displeased = judged("I am really fed up with the bins. Ring me please.");
    assert_eq!(displeased.outright.map(|r| r.words), Some(vec!["fed up".to_owned()]));
    assert_eq!(judged("Could you let me know which day the bins are emptied?").outright, None);
}

#[test]
fn a_model_at_fault_is_told_with_its_line() {
    let model = learn(shipped(), &lessons(), 7).model;
    let broken = model.replacen("\tnobody\t", "\tnobody ", 1);
    let line = broken.lines().position(|l| l.contains("\tnobody ") && l.split('\t').count() < 4).unwrap() + 1;
    let faults = parse("reader.tsv", &broken).unwrap_err();
    assert_eq!((faults[0].file.as_str(), faults[0].line), ("reader.tsv", line));
    assert!(parse("reader.tsv", "# weights").is_err());
}
