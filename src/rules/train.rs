//! Learns the statistical reader from tests/messages (never from the files kept for scoring) and says how well it does on a file that it
//! has not seen: `cargo test --lib rules::train -- --ignored --nocapture`. With POSTROOM_LEARN=1 it writes rules/reader.tsv instead.

use super::judge::CaseStage;
use super::measure::{self, Labelled};
use super::reader::{self, KINDS};
use super::scan::{Part, Place, Words};
use crate::model::decision::Kind;
use jiff::civil::date;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

struct Example {
    file: usize,
    kind: usize,
    features: Vec<u32>,
    ranked: Vec<(Kind, i32)>,
}

const FILES: &[&str] = &["east", "long", "north", "pairs", "rare", "south", "voices", "west"];

fn names(m: &Labelled, rules: &super::Ruleset, stage: CaseStage) -> (Vec<String>, Vec<(Kind, i32)>) {
    let parts = vec![Part { place: Place::Subject, text: &m.subject }, Part { place: Place::Text, text: &m.text }];
    let signals = rules.signals(&Words { parts: parts.clone(), received: date(2026, 6, 15) });
    let judged = rules.judge(&signals, &measure::facts(m));
    let (case, stage) = (if stage == CaseStage::None { "none" } else { "case" }, reader::stage_name(stage));
    let mut out = vec!["base".to_string(), format!("stage:{stage}")];
    for (i, part) in parts.iter().enumerate() {
        let tokens = super::tokens::tokenise(part.text, &rules.spelling);
        reader::grams(&tokens, i, part.place == Place::Subject, |_, name| {
            let name = name();
            out.push(format!("{name}@{case}"));
            out.push(name);
        });
    }
    let mut ids: Vec<&str> = signals.found.iter().map(|f| &*f.id).filter(|id| !id.starts_with("topic:")).collect();
    ids.dedup();
    for id in ids {
        out.push(format!("f:{id}@{case}"));
        if stage != "none" {
            out.push(format!("f:{id}@{stage}"));
        }
    }
    out.sort();
    out.dedup();
    (out, judged.ranked.iter().map(|r| (r.kind, r.score)).collect())
}

/// AdaGrad on the multinomial logistic loss with a pull towards zero; the order is shuffled by a fixed generator.
fn learn(examples: &[&Example], size: usize) -> Vec<[f32; KINDS]> {
    let mut weights = vec![[0f32; KINDS]; size];
    let mut sums = vec![[1e-3f32; KINDS]; size];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut state = 88_172_645_463_325_252u64;
    for _ in 0..7 {
        for i in (1..order.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(i, (state % (i as u64 + 1)) as usize);
        }
        for &at in &order {
            let e = examples[at];
            let scores = score(&weights, &e.features);
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            let total: f32 = scores.iter().map(|s| (s - top).exp()).sum();
            for k in 0..KINDS {
                let slope = (scores[k] - top).exp() / total - f32::from(u8::from(k == e.kind));
                if slope.abs() < 0.01 {
                    continue;
                }
                for &f in &e.features {
                    let (w, s) = (&mut weights[f as usize][k], &mut sums[f as usize][k]);
                    let g = slope + 1e-3 * *w;
                    *s += g * g;
                    *w -= 0.05 * g / s.sqrt();
                }
            }
        }
    }
    weights
}

fn score(weights: &[[f32; KINDS]], features: &[u32]) -> [f32; KINDS] {
    let mut out = [0f32; KINDS];
    for &f in features {
        out.iter_mut().zip(&weights[f as usize]).for_each(|(o, w)| *o += w);
    }
    out
}

#[test]
#[ignore = "a measurement, and a tool that writes rules/reader.tsv"]
fn learn_and_try() {
    let mut rules = measure::rules();
    rules.reader_weight = 0;
    let read: Vec<(usize, Labelled)> =
        FILES.iter().enumerate().flat_map(|(i, f)| measure::read(f).into_iter().map(move |m| (i, m))).collect();
    let mut named = Vec::new();
    for (file, m) in &read {
        if let Some(kind) = Kind::ALL.iter().position(|k| k.as_str() == m.kind).filter(|k| *k < KINDS) {
            let (names, ranked) = names(m, &rules, measure::facts(m).stage);
            named.push((*file, kind, names, ranked));
        }
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    named.iter().flat_map(|n| &n.2).for_each(|f| *counts.entry(f).or_default() += 1);
    let kept: HashMap<&str, u32> = counts.iter().filter(|(_, n)| **n >= 4).enumerate().map(|(i, (f, _))| (*f, i as u32)).collect();
    let examples: Vec<Example> = named
        .iter()
        .map(|(file, kind, names, ranked)| Example {
            file: *file,
            kind: *kind,
            features: names.iter().filter_map(|n| kept.get(n.as_str()).copied()).collect(),
            ranked: ranked.clone(),
        })
        .collect();
    println!("{} examples, {} features", examples.len(), kept.len());
    let strengths = [0f32, 10.0, 20.0, 30.0, 50.0, 100.0, 1000.0];
    let mut right = [0usize; 7];
    let learning = std::env::var_os("POSTROOM_LEARN").is_some();
    for (file, name) in FILES.iter().enumerate().filter(|_| !learning) {
        let seen: Vec<&Example> = examples.iter().filter(|e| e.file != file).collect();
        let unseen: Vec<&Example> = examples.iter().filter(|e| e.file == file).collect();
        let weights = learn(&seen, kept.len());
        let mut here = [0usize; 7];
        for e in &unseen {
            let scores = score(&weights, &e.features);
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            for (i, strength) in strengths.iter().enumerate() {
                let value = |(k, s): &(Kind, i32)| {
                    let at = Kind::ALL.iter().position(|a| a == k).unwrap();
                    *s as f32 + ((scores[at] - top) * strength).max(if i == 6 { -1e9 } else { -200.0 })
                };
                let best = e.ranked.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
                here[i] += usize::from(best.is_some_and(|(k, _)| *k == Kind::ALL[e.kind]));
            }
        }
        let shares: Vec<String> = here.iter().map(|h| format!("{:5.1}", 100.0 * *h as f64 / unseen.len() as f64)).collect();
        println!("{name:8} {}", shares.join(" "));
        right.iter_mut().zip(here).for_each(|(r, h)| *r += h);
    }
    println!("all      {}", right.map(|r| format!("{:5.1}", 100.0 * r as f64 / examples.len() as f64)).join(" "));
    if learning {
        let all: Vec<&Example> = examples.iter().collect();
        let weights = learn(&all, kept.len());
        let mut out = String::from(
            "# The statistical reader: feature, then kind:weight in hundredths of a nat. Kinds by number, in the order of tests/scenarios/FORMAT.md.\n",
        );
        let mut rows: Vec<(&&str, &u32)> = kept.iter().collect();
        rows.sort();
        for (feature, at) in rows {
            let row: Vec<String> = weights[*at as usize]
                .iter()
                .enumerate()
                .filter(|(_, w)| w.abs() >= 0.06)
                .map(|(k, w)| format!("{k}:{}", (w * 100.0).round() as i32))
                .collect();
            if !row.is_empty() {
                let _ = writeln!(out, "{feature}\t{}", row.join(" "));
            }
        }
        std::fs::write(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reader.tsv"), out).unwrap();
    }
}
