//! How well the shipped rules do on the labelled messages of tests/messages: `cargo test --lib rules::measure -- --ignored --nocapture`.
//! `POSTROOM_SHOW=FILE` lists the misjudged messages of one file. Four files are for scoring alone and are never listed.

use super::judge::{CaseStage, Facts};
use super::load::Ruleset;
use super::scan::{Part, Place, Words};
use crate::model::decision::Kind;
use crate::model::message::Channel;
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SEALED: &[&str] = &["contrast", "threads", "sundry", "street"];

#[derive(serde::Deserialize)]
pub struct Labelled {
    pub id: String,
    pub subject: String,
    pub text: String,
    pub channel: Channel,
    pub context: String,
    pub kind: String,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub flags: Vec<String>,
    #[serde(default)]
    pub allow_flags: Vec<String>,
}

pub fn facts(m: &Labelled) -> Facts {
    let stage = match m.context.as_str() {
        "open" => CaseStage::Open,
        "responded" => CaseStage::Responded,
        "stage2" => CaseStage::Stage2,
        "closed" => CaseStage::Closed,
        _ => CaseStage::None,
    };
    let same_matter = (stage != CaseStage::None).then(|| shares_words(&m.about, &format!("{} {}", m.subject, m.text)));
    Facts { channel: m.channel, stage, stage1_answered: stage == CaseStage::Closed, same_matter, ..Facts::default() }
}

/// What triage does by topic and words, in short: some telling word of what the case is about occurs.
fn shares_words(about: &str, text: &str) -> bool {
    let dull = [
        "the",
        "and",
        "not",
        "for",
        "from",
        "with",
        "after",
        "complaint",
        "about",
        "out",
        "left",
        "never",
        "late",
        "year",
        "last",
        "closed",
        "repaired",
        "poor",
        "service",
        "done",
    ];
    let stems = |t: &str| -> BTreeSet<String> {
        let lower = t.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2 && !dull.contains(w));
        words
            .map(|w| {
                let mut s = String::new();
                super::stem::stem(w, &mut s);
                s.chars().take(6).collect()
            })
            .collect()
    };
    !stems(about).is_disjoint(&stems(text))
}

pub fn read(name: &str) -> Vec<Labelled> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).unwrap()).collect()
}

pub fn rules() -> Ruleset {
    let layer = super::layers::site_layer(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    super::compile::compile(&[layer]).unwrap_or_else(|faults| {
        faults.iter().filter(|f| f.fatal).for_each(|f| println!("{f}"));
        panic!("{} faults", faults.len())
    })
}

#[derive(Default)]
struct Tally {
    messages: usize,
    right: usize,
    review: usize,
    /// A complaint, addition or stage 2 request taken for something that nobody follows up.
    lost: usize,
    /// Right, or a review entry.
    safe: usize,
    confusion: BTreeMap<(String, String), usize>,
    flags: BTreeMap<String, (usize, usize, usize)>,
}

#[test]
#[ignore = "a measurement, not a test"]
fn report() {
    let mut rules = rules();
    let setting = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<i32>().ok());
    rules.margin = setting("M").unwrap_or(rules.margin);
    rules.prefer_complaint = setting("P").unwrap_or(rules.prefer_complaint);
    rules.doubt = setting("D").unwrap_or(rules.doubt);
    rules.reader_weight = setting("R").unwrap_or(rules.reader_weight);
    let show = std::env::var("POSTROOM_SHOW").unwrap_or_default();
    let only = std::env::var("POSTROOM_KIND").unwrap_or_default();
    let dump = std::env::var("POSTROOM_DUMP").ok();
    let mut dumped = String::new();
    let (mut open, mut sealed) = (Tally::default(), Tally::default());
    for name in ["east", "long", "north", "pairs", "rare", "south", "voices", "west", "contrast", "threads", "sundry", "street"] {
        let secret = SEALED.contains(&name);
        let mut here = Tally::default();
        for m in read(name) {
            let parts = vec![Part { place: Place::Subject, text: &m.subject }, Part { place: Place::Text, text: &m.text }];
            let words = Words { parts, received: date(2026, 6, 15) };
            let signals = rules.signals(&words);
            let judged = rules.judge(&signals, &facts(&m));
            let got = if judged.undecided { Kind::NeedsReview } else { judged.ranked.first().map_or(Kind::NeedsReview, |r| r.kind) };
            let got = got.as_str();
            let flags: BTreeSet<&str> = judged.flags.iter().map(|(f, _)| f.as_str()).collect();
            for tally in [&mut here, if secret { &mut sealed } else { &mut open }] {
                tally.messages += 1;
                tally.right += usize::from(got == m.kind);
                tally.review += usize::from(got == "needs_review");
                let followed = ["new_complaint", "addition", "stage2_request"];
                let dropped = followed.contains(&m.kind.as_str()) && !followed.contains(&got) && got != "needs_review";
                tally.lost += usize::from(dropped);
                tally.safe += usize::from(got == m.kind || got == "needs_review");
                *tally.confusion.entry((m.kind.clone(), got.to_string())).or_default() += 1;
                for flag in flags.iter().map(|f| f.to_string()).chain(m.flags.iter().cloned()).collect::<BTreeSet<_>>() {
                    if flag == "late" || flag == "premature" {
                        continue;
                    }
                    let cell = tally.flags.entry(flag.clone()).or_default();
                    match (flags.contains(flag.as_str()), m.flags.contains(&flag), m.allow_flags.contains(&flag)) {
                        (true, true, _) => cell.0 += 1,
                        (true, false, false) => cell.1 += 1,
                        (false, true, _) => cell.2 += 1,
                        _ => {}
                    }
                }
            }
            if !secret {
                if let Some(_path) = &dump {
                    let ids: BTreeSet<&str> = signals.found.iter().map(|f| &*f.id).collect();
                    dumped.push_str(&serde_json::to_string(&serde_json::json!({"file": name, "id": m.id, "kind": m.kind, "got": got, "context": m.context, "channel": m.channel, "signals": ids, "words": signals.found.iter().map(|f| (f.id.to_string(), f.words.join(" / "))).collect::<Vec<_>>(), "flags": m.flags, "allow": m.allow_flags, "gotflags": flags, "ranked": judged.ranked.iter().take(3).map(|r| (r.kind.as_str(), r.score)).collect::<Vec<_>>()})).unwrap());
                    dumped.push('\n');
                }
                if (show == name || show == "all") && got != m.kind && (only.is_empty() || only == m.kind) {
                    let ids: BTreeSet<&str> = signals.found.iter().map(|f| &*f.id).collect();
                    let top: Vec<String> = judged.ranked.iter().take(3).map(|r| format!("{} {}", r.kind.as_str(), r.score)).collect();
                    println!(
                        "--- {} [{} {}] WANT {} GOT {} ({})\n  {:?}\n  S: {}\n  {}",
                        m.id,
                        m.channel.as_str(),
                        m.context,
                        m.kind,
                        got,
                        top.join(", "),
                        ids,
                        m.subject,
                        m.text
                    );
                }
                let wrong: Vec<&str> =
                    flags.iter().copied().filter(|f| !m.flags.iter().any(|x| x == f) && !m.allow_flags.iter().any(|x| x == f)).collect();
                let missed: Vec<&String> =
                    m.flags.iter().filter(|f| !flags.contains(f.as_str()) && *f != "late" && *f != "premature").collect();
                if show == format!("{name}-flags") && (!wrong.is_empty() || !missed.is_empty()) {
                    println!(
                        "--- {} wrong {:?} {:?} missed {:?}\n  S: {}\n  {}",
                        m.id,
                        wrong,
                        judged.flags.iter().filter(|(f, _)| wrong.contains(&f.as_str())).map(|(_, r)| &r.words).collect::<Vec<_>>(),
                        missed,
                        m.subject,
                        m.text
                    );
                }
            }
        }
        line(name, &here);
    }
    line("READ", &open);
    line("SEALED", &sealed);
    for (want, got) in open.confusion.keys().filter(|(a, b)| a != b) {
        println!("  {:4} {want} taken for {got}", open.confusion[&(want.clone(), got.clone())]);
    }
    for (want, got) in sealed.confusion.keys().filter(|(a, b)| a != b) {
        println!("  sealed {:4} {want} taken for {got}", sealed.confusion[&(want.clone(), got.clone())]);
    }
    for (name, tally) in [("read", &open), ("sealed", &sealed)] {
        println!("flags, {name}: hit, wrong, missed");
        for (flag, (hit, wrong, missed)) in &tally.flags {
            println!("  {flag:16} {hit:4} {wrong:4} {missed:4}");
        }
    }
    if let Some(path) = dump {
        std::fs::write(path, dumped).unwrap();
    }
}

fn line(name: &str, t: &Tally) {
    let share = |n: usize| 100.0 * n as f64 / t.messages.max(1) as f64;
    println!(
        "{name:9} {:4}  right {:5.1} %  review {:4.1} %  lost {:3}  right or review {:5.1} %",
        t.messages,
        share(t.right),
        share(t.review),
        t.lost,
        share(t.safe)
    );
}
