//! The card that goes with a model: what it was learnt from, how well it reads, what it cannot do. For people, in Markdown.

use super::super::FLAGGED;
use super::vocabulary::{LEAST_AUTHORS, LEAST_MESSAGES};
use super::{Figures, Learnt};
use crate::model::decision::Kind;
use crate::rules::answers::{QUESTIONS, learn::Tally};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Where lessons came from.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    pub messages: usize,
    /// SHA-256 (hex) of its bytes.
    pub digest: String,
}

/// Authors of whom each has a line of its own in the card; more are summed up.
const MOST_AUTHORS: usize = 30;
/// Authors who write English as a second language or in text-speak, among the labelled messages that ship.
const PLAIN_VOICES: &[&str] = &["voices", "street"];

pub fn card(learnt: &Learnt, sources: &[Source], seed: u64, on: Date) -> String {
    let f = &learnt.figures;
    let mut out = String::from("# The reader's card\n\n");
    let _ = writeln!(
        out,
        "Learnt on {on}, seed {seed}. {} features, {} KB. SHA-256 of the model: `{}`.",
        learnt.features,
        learnt.model.len() / 1024,
        sha256(&learnt.model)
    );
    let _ = writeln!(out, "\n## Learnt from\n\n| source | messages | SHA-256 |\n| --- | --- | --- |");
    for s in sources {
        let _ = writeln!(out, "| {} | {} | `{}` |", s.name, s.messages, s.digest);
    }
    let _ = writeln!(
        out,
        "\n## How well it reads\n\nThe reader alone, without the rules. Each author was read by a model that had read nothing of theirs.\n\n\
         * Kind right: {:.1} % of {}. Mean F1 over kinds: {:.2}.\n* Complaints and requests for stage 2 taken for something that nobody \
         follows up: {} of {} ({:.1} %).\n* A stated chance is off by {:.3} on average (expected calibration error).",
        100.0 * f.accuracy(),
        f.messages,
        f.macro_f1,
        f.missed,
        f.complaints,
        share(f.missed, f.complaints),
        f.ece
    );
    curve(&mut out, f);
    authors(&mut out, f);
    calibration(&mut out, f);
    confusion(&mut out, f);
    flags(&mut out, f);
    answers(&mut out, learnt);
    out.push_str(WEAK);
    let _ = writeln!(
        out,
        "\n## Privacy and fairness\n\nNo name of a person, address, reference or number is looked at: they are masked before anything is \
         counted. A feature is in the model only where at least {LEAST_MESSAGES} messages of at least {LEAST_AUTHORS} authors hold it, and \
         is at most two words, a few letters, or a name of the rules' signals; no message can be read back. Age, health, disability, \
         language and the like are no features of their own. They can occur as plain words, as they do in complaints."
    );
    let (plain, others) = f.apart(PLAIN_VOICES);
    if PLAIN_VOICES.iter().all(|v| f.authors.contains_key(*v)) {
        let _ = writeln!(
            out,
            "\nSecond-language and text-speak messages ({}): {:.1} % right; all others: {:.1} %.",
            PLAIN_VOICES.join(", "),
            100.0 * plain,
            100.0 * others
        );
    }
    out
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn share(some: usize, all: usize) -> f64 {
    100.0 * some as f64 / all.max(1) as f64
}

fn curve(out: &mut String, f: &Figures) {
    out.push_str("\n## Complaints missed against the share sent to a person\n\nWhat is likeliest to be a missed complaint goes to a person first.\n\n");
    out.push_str("| to a person | missed | of complaints |\n| --- | --- | --- |\n");
    for (reviewed, missed) in &f.curve {
        let _ = writeln!(out, "| {:.0} % | {missed} | {:.1} % |", 100.0 * reviewed, share(*missed, f.complaints));
    }
}

fn authors(out: &mut String, f: &Figures) {
    if f.authors.len() > MOST_AUTHORS {
        let _ = writeln!(out, "\n{} authors.", f.authors.len());
        return;
    }
    out.push_str("\n## By author left out\n\n| author | messages | kind right | complaints missed |\n| --- | --- | --- | --- |\n");
    for (author, (messages, right, missed)) in &f.authors {
        let _ = writeln!(out, "| {author} | {messages} | {:.1} % | {missed} |", share(*right, *messages));
    }
}

fn calibration(out: &mut String, f: &Figures) {
    out.push_str("\n## Stated chance and what came true\n\n| stated | messages | mean stated | right |\n| --- | --- | --- | --- |\n");
    for (tenth, (messages, stated, right)) in f.calibration.iter().enumerate().filter(|(_, c)| c.0 > 0) {
        let _ = writeln!(out, "| 0.{tenth} to {:.1} | {messages} | {stated:.2} | {right:.2} |", (tenth + 1) as f64 / 10.0);
    }
}

fn confusion(out: &mut String, f: &Figures) {
    let kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(|k| f.confusion.keys().any(|p| p.0 == *k || p.1 == *k)).collect();
    out.push_str("\n## What it takes for what\n\nA line for what a message is, a column for what it was taken for.\n\n| |");
    kinds.iter().for_each(|k| out.push_str(&format!(" {} |", k.as_str())));
    out.push_str("\n| --- |");
    kinds.iter().for_each(|_| out.push_str(" --- |"));
    out.push('\n');
    for is in &kinds {
        let _ = write!(out, "| {} |", is.as_str());
        for taken in &kinds {
            match f.confusion.get(&(*is, *taken)) {
                Some(n) => out.push_str(&format!(" {n} |")),
                None => out.push_str("  |"),
            }
        }
        out.push('\n');
    }
}

fn flags(out: &mut String, f: &Figures) {
    out.push_str(
        "\n## Flags\n\nPrecision, recall and F1 of each flag, by author left out: the rules alone; the reader alone, from an even chance on; \
         and both, as rules/flags.toml lets the reader raise and take back. A flag that a label allows counts neither way. The rules were \
         written by people who had read most of these messages.\n\n| flag | wanted | rules P | R | F1 | reader P | R | F1 | both P | R | F1 |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (flag, tally) in FLAGGED.iter().zip(&f.flags) {
        let _ = write!(out, "| {} | {} |", flag.as_str(), tally.both.hit + tally.both.missed);
        for t in [tally.rules, tally.reader, tally.both] {
            let _ = write!(out, " {:.2} | {:.2} | {:.2} |", t.precision(), t.recall(), t.f1());
        }
        out.push('\n');
    }
}

fn answers(out: &mut String, learnt: &Learnt) {
    let Some(model) = learnt.answers.as_ref().filter(|_| !learnt.answered.is_empty()) else { return };
    let _ = writeln!(
        out,
        "\n## Answers to the four questions\n\nThe model beside this one (definition.tsv, {} features, {} KB, SHA-256 `{}`) marks the words that \
         answer what is wrong, since when, whom they dealt with and what would put it right. Precision and recall of its words against those \
         that a person marked, by author left out.\n\n| author | what P | R | when P | R | who P | R | outcome P | R |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        model.lines().count() - 1,
        model.len() / 1024,
        sha256(model)
    );
    let mut all = Tally::default();
    learnt.answered.values().for_each(|tally| all.add(tally));
    for (author, tally) in learnt.answered.iter().map(|(a, t)| (a.as_str(), t)).chain([("all", &all)]) {
        let _ = write!(out, "| {author} |");
        for (precision, recall) in (0..QUESTIONS).map(|question| tally.shares(question)) {
            let _ = write!(out, " {precision:.2} | {recall:.2} |");
        }
        out.push('\n');
    }
}

/// What a linear model over words cannot see, whatever it is learnt from.
const WEAK: &str = "
## Known weaknesses

* It sees words and short runs of words. Who is at fault, what was tried before, and what is only feared or reported can turn on a whole
  sentence: a first request and a complaint in nearly the same words are its commonest confusion.
* Irony, and praise with a sting, it reads by the words.
* Languages other than English it cannot read.
* Rare kinds (political enquiries, spam, the Ombudsman) have few lessons; the rules know more of them.
* Its stated chances hold for messages like those that it learnt from.
";
