//! The complaint definition (Code 5.6): the landlord's four questions, answered in the sender's own words.
//!
//! Each answer is copied from the text to the letter. They are a draft that a person confirms; what is not said is asked.

mod asked; // a plain request, where nothing else marks one
mod clause; // the smallest stretches that say something
mod lexicon; // words and phrases that the choice goes by
mod score; // how likely a clause says what is wrong, or what is wanted
mod who; // whom they dealt with, and when it began

use crate::model::decision::Definition;
use crate::model::policy::ReaderMode;
use crate::rules::{Place, Ruleset, Signals, Words};
use clause::{Clause, clauses};
use std::ops::Range;

/// Numbered points at most: a letter that repeats a whole story defines nothing.
const POINTS: usize = 5;
/// Points are worth telling above this score; the best one always is.
const TOLD: f64 = -1.1;
const WANTED: f64 = -1.1;
/// Bytes of one answer at most.
const LONGEST: usize = 400;
/// Clauses looked at: the first hundreds say what it is about.
const CLAUSES: usize = 300;

/// The model marks the answers where the policy lets the second reader weigh; else clauses and patterns find them.
pub fn definition(words: &Words<'_>, signals: &Signals, rules: &Ruleset, reader: ReaderMode) -> Definition {
    let said = |place: Place| words.parts.iter().enumerate().filter(move |(_, p)| p.place == place && !p.text.trim().is_empty());
    let texts: Vec<(usize, &str)> = said(Place::Text).map(|(part, p)| (part, p.text)).collect();
    // What was only put in the subject is said all the same.
    let (part, text) = match texts.as_slice() {
        [] => said(Place::Subject).next().map_or((0, ""), |(part, p)| (part, p.text)),
        [first, rest @ ..] => *rest.iter().find(|t| t.1.len() > 4 * first.1.len()).unwrap_or(first),
    };
    let marked = if reader == ReaderMode::Weighs { rules.answers(text, part, signals) } else { None };
    match marked {
        Some(answers) => {
            let [what, mut when, mut who, mut outcome] = answers.map(|spans| spans.into_iter().map(|s| quote(text, s)));
            let outcome = outcome.next().or_else(|| asked::asked(text).map(str::to_owned));
            Definition { what: what.take(POINTS).collect(), when: when.next(), who: who.next(), outcome }
        }
        None => by_clauses(text, words, signals),
    }
}

/// The answers where no model is in force: clauses by their weights, people and times by patterns.
fn by_clauses(text: &str, words: &Words<'_>, signals: &Signals) -> Definition {
    let mut clauses: Vec<Clause> = clauses(text);
    clauses.truncate(CLAUSES);
    let seen: Vec<score::Seen> = clauses.iter().map(|c| score::seen(text, c)).collect();
    let features = score::features(text, &clauses, &seen);
    let what: Vec<f64> = features.iter().map(|f| score::WHAT.score(f)).collect();
    let outcome: Vec<f64> = features.iter().map(|f| score::OUTCOME.score(f)).collect();
    let wanted = chosen(&outcome, WANTED, 2, false);
    // A clause that asks for something does not also say what is wrong, unless nothing else does.
    let wrong: Vec<f64> = what.iter().enumerate().map(|(i, s)| if wanted.contains(&i) && outcome[i] > *s { s - 1.0 } else { *s }).collect();
    let told = chosen(&wrong, TOLD, POINTS, true);
    Definition {
        what: spans(&clauses, &told).into_iter().map(|s| quote(text, s)).collect(),
        when: who::when(words, signals),
        who: who::who(text),
        outcome: spans(&clauses, &wanted).into_iter().map(|s| quote(text, s)).max_by_key(String::len),
    }
}

/// The clauses above `least`, the best `most` of them, in the order of the text; the best one alone where none is, if there must be one.
fn chosen(scores: &[f64], least: f64, most: usize, must: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    let mut picked: Vec<usize> = order.iter().copied().filter(|i| scores[*i] > least).take(most).collect();
    if picked.is_empty() && must {
        picked.extend(order.first());
    }
    picked.sort_unstable();
    picked
}

/// Neighbours within a sentence are one answer.
fn spans(clauses: &[Clause], picked: &[usize]) -> Vec<Range<usize>> {
    let mut out: Vec<(usize, usize, Range<usize>)> = Vec::new();
    for &i in picked {
        let clause = &clauses[i];
        match out.last_mut() {
            Some((last, sentence, span)) if *last + 1 == i && *sentence == clause.sentence => {
                *last = i;
                span.end = clause.span.end;
            }
            _ => out.push((i, clause.sentence, clause.span.clone())),
        }
    }
    out.into_iter().map(|(_, _, span)| span).collect()
}

fn quote(text: &str, span: Range<usize>) -> String {
    let end = (span.start..=span.end.min(span.start + LONGEST)).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(span.start);
    text[span.start..end].trim().to_owned()
}

#[cfg(test)]
mod tests;
