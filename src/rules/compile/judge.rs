//! Kinds and flags: their conditions with what each weighs.

use super::bench::Bench;
use super::parts::parse_condition;
use crate::model::decision::{Flag, Kind};
use crate::rules::file::{FlagRule as FlagText, KindRule as KindText, Weights};
use crate::rules::judge::{FlagReader, FlagRule, Grade, KindRule};
use crate::rules::load::Ruleset;
use crate::rules::merge::Merged;
use crate::rules::spanned::Spanned;
use std::collections::HashMap;

pub fn compile_judge(rules: &mut Ruleset, merged: &Merged, ids: &HashMap<String, usize>, bench: &mut Bench) {
    let kinds: Vec<&str> = Kind::ALL.iter().filter(|k| **k != Kind::NeedsReview).map(|k| k.as_str()).collect();
    for parts in merged.kinds.values() {
        let (file, head) = &parts[0];
        match Kind::parse(head.id.get_ref()).filter(|k| *k != Kind::NeedsReview) {
            Some(kind) => rules.kinds.push(compile_kind(kind, parts, ids, bench)),
            None => {
                bench.fault(*file, &head.id, format!("there is no kind '{}'", head.id.get_ref()), format!("kinds are {}", kinds.join(", ")))
            }
        }
    }
    let flags: Vec<&str> = Flag::ALL.iter().map(|f| f.as_str()).collect();
    for parts in merged.flags.values() {
        let (file, head) = &parts[0];
        match Flag::parse(head.id.get_ref()) {
            Some(flag) => rules.flags.push(compile_flag(flag, parts, ids, bench)),
            None => {
                bench.fault(*file, &head.id, format!("there is no flag '{}'", head.id.get_ref()), format!("flags are {}", flags.join(", ")))
            }
        }
    }
    if let Some((file, judge)) = merged.judge.last() {
        (rules.margin, rules.prefer_complaint, rules.doubt) = (judge.margin, judge.prefer_complaint, judge.doubt);
        rules.reader_weight = judge.reader;
        rules.stated = judge.stated.iter().filter_map(|c| parse_condition(*file, c, ids, bench)).collect();
        rules.outright = judge.outright.iter().filter_map(|c| parse_condition(*file, c, ids, bench)).collect();
        for name in &judge.order {
            match Kind::parse(name.get_ref()) {
                Some(kind) => rules.order.push(kind),
                None => {
                    bench.fault(*file, name, format!("there is no kind '{}'", name.get_ref()), format!("kinds are {}", kinds.join(", ")))
                }
            }
        }
    }
}

fn compile_kind(kind: Kind, parts: &[(usize, KindText)], ids: &HashMap<String, usize>, bench: &mut Bench) -> KindRule {
    let mut out = KindRule { kind, needs: Vec::new(), never: Vec::new(), weights: Vec::new() };
    for (file, rule) in parts {
        out.needs.extend(rule.needs.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        out.never.extend(rule.never.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        for (weights, sign) in [(&rule.speaks_for, 1), (&rule.against, -1)] {
            for (grade, texts) in graded(weights) {
                for text in texts {
                    out.weights.extend(parse_condition(*file, text, ids, bench).map(|c| (sign * grade.weight(), c)));
                }
            }
        }
    }
    out
}

fn graded(w: &Weights) -> [(Grade, &Vec<Spanned<String>>); 4] {
    [(Grade::Decisive, &w.decisive), (Grade::Strong, &w.strong), (Grade::Some, &w.some), (Grade::Slight, &w.slight)]
}

fn compile_flag(flag: Flag, parts: &[(usize, FlagText)], ids: &HashMap<String, usize>, bench: &mut Bench) -> FlagRule {
    let means = parts.iter().rev().find_map(|(_, r)| r.means.clone()).unwrap_or_else(|| flag.as_str().to_owned());
    let mut out = FlagRule { flag, means, raise: Vec::new(), sure: Vec::new(), unless: Vec::new(), reader: FlagReader::default() };
    for (file, rule) in parts {
        out.sure.extend(rule.sure.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        if let Some(reader) = rule.reader {
            out.reader = FlagReader { raises: reader.raises, withdraws: reader.withdraws };
        }
        // What a landlord's own officer wrote is never taken back by what the reader learnt elsewhere.
        let raises = if *file >= bench.shipped { &mut out.sure } else { &mut out.raise };
        raises.extend(rule.raise.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
        out.unless.extend(rule.unless.iter().filter_map(|c| parse_condition(*file, c, ids, bench)));
    }
    out
}
