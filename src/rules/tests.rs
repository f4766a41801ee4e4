//! Rules as a whole: what is shipped, how layers lie over each other, and how faults are told.

mod language;
mod pages;

use super::*;
use crate::model::decision::Kind;
use jiff::civil::date;
use std::fmt::Write;
use std::path::Path;

fn signals_of<'a>(rules: &Ruleset, subject: &'a str, text: &'a str) -> Signals {
    let parts = vec![Part { place: Place::Subject, text: subject }, Part { place: Place::Text, text }];
    rules.signals(&Words { parts, received: date(2026, 11, 22) })
}

fn best(text: &str, facts: &Facts) -> Kind {
    let rules = shipped();
    rules.judge(&signals_of(rules, "", text), facts).ranked[0].kind
}

#[test]
fn shipped_rules_have_no_fault_and_their_examples_hold() {
    let faults: Vec<String> = check(None).iter().filter(|f| f.fatal).map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Each folder of tests/bad-rules is a site's layer; `expected.txt` is what `check` prints of it. Write them anew with POSTROOM_BLESS=1.
#[test]
fn each_bad_rule_is_told_where_it_stands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-rules");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    assert!(folders.len() > 15);
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("rules.toml")).unwrap();
        let faults = match load_texts(&[("rules.toml", &text)]) {
            Ok(rules) => rules.advice,
            Err(faults) => faults,
        };
        let told = faults.iter().filter(|f| f.file == "rules.toml").fold(String::new(), |mut out, f| {
            let _ = writeln!(out, "{f}");
            out
        });
        assert!(!told.is_empty(), "{} has no fault", folder.display());
        let golden = folder.join("expected.txt");
        if std::env::var_os("POSTROOM_BLESS").is_some() {
            std::fs::write(&golden, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&golden).unwrap_or_default(), "{}", folder.display());
    }
}

#[test]
fn a_site_replaces_extends_and_switches_off() {
    let base = "I was left in the lurch by Kevin";
    assert!(!signals_of(shipped(), "", base).has("nobody-came"));
    let extended =
        load_texts(&[("site.toml", "[[signal]]\nid = \"nobody-came\"\nextend = true\nany = [\"left in the lurch\"]\n")]).unwrap();
    assert!(signals_of(&extended, "", base).has("nobody-came"));
    assert!(signals_of(&extended, "", "nobody came").has("nobody-came"), "what was shipped is still there");
    assert_ne!(extended.digest, shipped().digest);
    let off = load_texts(&[("site.toml", "[[signal]]\nid = \"nobody-came\"\noff = true\n")]).unwrap();
    assert!(!signals_of(&off, "", "nobody came").has("nobody-came"));
}

#[test]
fn reported_words_are_the_senders_own() {
    let found = signals_of(shipped(), "", "I’ve rung twice & NOBODY  ever CAME!!");
    assert_eq!(found.words("nobody-came"), ["NOBODY  ever CAME"]);
    let slip = signals_of(shipped(), "", "the plumbr never turnd up, nobdy came");
    assert!(slip.has("nobody-came"));
}

#[test]
fn the_word_complaint_is_not_needed() {
    assert_eq!(
        best("I reported the leak three weeks ago and nobody has been. It is still dripping.", &Facts::default()),
        Kind::NewComplaint
    );
    assert_eq!(
        best("The tap in the kitchen has just started dripping this morning, could you send someone?", &Facts::default()),
        Kind::ServiceRequest
    );
    assert_eq!(best("I don't want to complain but nobody has called me back in a month.", &Facts::default()), Kind::NewComplaint);
}

#[test]
fn what_speaks_against_a_kind_is_no_reason_for_it() {
    let rules = shipped();
    let against = |kind: Kind, id: &str| {
        let rule = rules.kinds.iter().find(|k| k.kind == kind).unwrap();
        let mut speaking = Vec::new();
        rule.weights.iter().filter(|(w, _)| *w > 0).for_each(|(_, c)| c.mentioned(&mut speaking));
        id.strip_prefix("signal.").is_some_and(|id| speaking.iter().all(|s| *rules.signals[*s].id != *id))
    };
    for text in
        ["Please mend the tap. I have asked you four times now.", "Thank you, but the ceiling still leaks.", "Any news? Nobody came."]
    {
        for ranked in rules.judge(&signals_of(rules, "", text), &Facts::default()).ranked {
            let wrong: Vec<_> = ranked.reasons.iter().filter(|r| against(ranked.kind, &r.id)).collect();
            assert!(wrong.is_empty(), "{text}: {:?} by {wrong:?}", ranked.kind);
        }
    }
}

#[test]
fn the_stage_of_the_case_matters() {
    let open = Facts { stage: CaseStage::Open, link: LinkStrength::Strong, ..Facts::default() };
    let responded = Facts { stage: CaseStage::Responded, link: LinkStrength::Strong, ..Facts::default() };
    let more = "Here are two more photos of the kitchen for my complaint.";
    assert_eq!(best(more, &open), Kind::Addition);
    assert_eq!(best("I am not happy with your response. The leak was not fixed.", &responded), Kind::Stage2Request);
    assert_eq!(best("Please escalate my complaint to stage 2.", &open), Kind::Stage2Request);
}

#[test]
fn times_are_told_from_receipt() {
    let times = |text: &str| -> Vec<(u32, u32)> { signals_of(shipped(), "", text).times.iter().map(|t| t.days_ago).collect() };
    assert_eq!(times("three weeks ago"), [(21, 27)]);
    assert_eq!(times("since 14/02/2026"), [(281, 281)]);
    assert_eq!(times("It began in March 2025"), [(601, 631)]);
    assert_eq!(times("yesterday"), [(1, 1)]);
    assert_eq!(times("He comes next week"), [(0, 0)]);
    assert_eq!(times("I may march on"), []);
    let life = signals_of(shipped(), "", "I have lived here for 20 years");
    assert_eq!(life.times[0].role, Role::Life);
}

#[test]
fn the_reader_names_its_words() {
    let rules = shipped();
    let signals = signals_of(rules, "", "Nobody has been and I am still waiting for the plumber");
    let judged = rules.judge(&signals, &Facts::default());
    let reason = judged.ranked[0].reasons.iter().find(|r| r.id == "reader").unwrap();
    assert!(!reason.words.is_empty());
    assert_eq!(rules.why("nobody-came"), Some("Code 1.5"));
}

#[test]
fn hostile_text_is_linear() {
    let long = "nobody ".repeat(20_000);
    assert!(signals_of(shipped(), "", &long).length >= 20_000);
    signals_of(shipped(), "\u{0}\u{301}\u{200d}", "'''’’ £?!?… 99999999999999999999/88/77 \u{1F600}\u{301}");
}

#[test]
fn a_sites_folder_is_read_as_people_keep_folders() {
    let site = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(site.path().join(name), bytes).unwrap();
    write("lift.toml", b"\xef\xbb\xbf[[topic]]\r\nid = \"lift\"\r\nextend = true\r\nany = [\"elevator\"]\r\n");
    write("lift.toml.bak", b"[[topic]]\nid = \"lift\"\n");
    write(".lift.toml.swp", b"x");
    write(".taplo.toml", b"[[rule]]\n");
    write("empty.toml", b"");
    let rules = load(Some(site.path())).unwrap_or_else(|faults| panic!("{}", faults[0]));
    assert!(signals_of(&rules, "", "the elevator is stuck").has("topic:lift"));
    let told: Vec<String> = rules.advice.iter().map(|f| format!("{}: {}", f.file.rsplit('/').next().unwrap(), f.says)).collect();
    assert_eq!(told, ["empty.toml: this file is empty", "lift.toml.bak: this file is not read"]);
    write("word.toml", b"[[topic]]\nid = \"lift\"\nany = [\"caf\xe9\"]\n");
    let faults = load(Some(site.path())).unwrap_err();
    assert_eq!((faults[0].line, faults[0].column, faults[0].says.as_str()), (3, 12, "this is not UTF-8 text"));
}

#[test]
fn what_is_in_force_names_every_layer() {
    let site = tempfile::tempdir().unwrap();
    let text = "[[signal]]\nid = \"nobody-came\"\nextend = true\nany = [\"left in the lurch\"]\n\n[[topic]]\nid = \"pests\"\noff = true\n\n\
                [[flag]]\nid = \"group\"\nraise = [\"group and grievance\"]\n";
    std::fs::write(site.path().join("ours.toml"), text).unwrap();
    std::fs::create_dir(site.path().join("policies")).unwrap();
    std::fs::write(site.path().join("policies/ours.toml"), "extends = \"thrive\"\nlandlord = \"Ours\"\n").unwrap();
    let entries = in_force::entries(Some(site.path())).unwrap();
    let from = |id: &str| &entries.iter().find(|e| e.id == id).unwrap().from;
    assert!(
        from("nobody-came").starts_with("rules/signals/waiting.toml:")
            && from("nobody-came").contains(", extended by ")
            && from("nobody-came").ends_with("ours.toml:2")
    );
    assert!(from("pests").contains(", switched off by ") && from("pests").ends_with("ours.toml:7"));
    assert!(from("group").contains(", changed by ") && from("group").ends_with("ours.toml:11"));
    let policies = policy::in_force::in_force(Some(site.path())).unwrap();
    let key = |name: &str| policies["ours"].iter().find(|k| k.key == name).unwrap();
    assert!(key("landlord").value == "\"Ours\"" && key("landlord").from.ends_with("policies/ours.toml:2"));
    assert!(key("limit_months").from.starts_with("rules/policies/thrive.toml:"));
    assert!(key("routes abuse").from.starts_with("rules/policies/code.toml:"));
}

/// Sieves and looser expressions save work and change no find.
#[test]
fn the_quick_ways_find_what_the_slow_ones_find() {
    let quick = shipped();
    let mut slow = quick.clone();
    let phrases = slow.patterns.iter_mut().map(|p| &mut p.phrase).chain(slow.signals.iter_mut().flat_map(|s| &mut s.unless));
    phrases.for_each(|phrase| phrase.sieve = index::Sieve::default());
    slow.expressions.likely = regex::RegexSet::new(vec![""; slow.expressions.each.len()]).unwrap();
    for name in ["east", "north", "south", "west", "voices", "rare"] {
        for m in measure::read(name) {
            for text in [m.text.clone(), m.text.replace('\'', "\u{2019}").replace(" - ", " \u{2013} ")] {
                let parts = vec![Part { place: Place::Subject, text: &m.subject }, Part { place: Place::Text, text: &text }];
                let words = Words { parts, received: date(2026, 6, 15) };
                assert_eq!(quick.signals(&words), slow.signals(&words), "{} of {name}", m.id);
            }
        }
    }
}
