//! `postroom backtest`: what other rules would have made of the stored post.

use super::setup::{self, Exit, code, failed};
use super::{At, FINDINGS, FINE, USAGE, show};
use crate::ambient::Ambient;
use crate::letter::Form;
use crate::model::address::Address;
use crate::model::calendar::{at_local, local_day};
use crate::model::letter::Letter;
use crate::pipeline::backtest::{self, Changed, Group, Groups, Report};
use crate::pipeline::replay::{Difference, Written};
use crate::pipeline::{InForce, rulebook};
use crate::store::{self, Db};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// How far back to look.
#[derive(Clone, Copy, Debug)]
pub enum Since {
    Days(i32),
    Day(Date),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Since, String> {
        let days = text.strip_suffix('d').and_then(|n| n.parse::<u16>().ok()).map(|n| Since::Days(n.into()));
        let day = || text.parse().ok().map(Since::Day);
        days.or_else(day).ok_or_else(|| "write a number of days such as 90d, or a date such as 2026-03-02".into())
    }
}

impl Since {
    /// The beginning of that day.
    fn instant(self, now: Timestamp) -> Timestamp {
        let day = match self {
            Since::Day(day) => day,
            Since::Days(days) => local_day(now).saturating_sub(days.days()),
        };
        at_local(day, Time::midnight())
    }
}

pub fn run(at: &At, since: Since, rules: Option<&Path>, reader: Option<&Path>, as_json: bool, words: bool) -> u8 {
    code(setup::block_on(async {
        let config = setup::config(at)?;
        let candidate = rulebook::load_with_reader(rules.or(config.rules.as_deref()), reader).map_err(|faults| {
            show::faults(&faults);
            USAGE
        })?;
        let now = Ambient::system().now();
        let candidate = InForce::new(&config.landlords, Arc::new(candidate), now).map_err(|e| {
            show::error(e);
            USAGE
        })?;
        let db = setup::open(&config).await?;
        setup::current(&db).await?;
        let candidate = Arc::new(candidate);
        let mut examples = BTreeMap::new();
        let since = since.instant(now);
        let mut seen = Groups::new();
        let report = backtest::backtest(&db, &candidate, since, |changed| {
            if as_json {
                show::line(told(changed, words));
            } else if words {
                // The examples of the report are the first messages of each group.
                backtest::count(&mut seen, &changed.differences, changed.message);
                if seen[&changed.differences].examples.contains(&changed.message) {
                    examples.insert(changed.message, Example::of(changed));
                }
            }
        });
        let report = report.await.map_err(|e| failed(&e))?;
        let digest = &candidate.rulebook.ruleset.digest;
        if as_json {
            show::line(summary(&report, digest));
        } else {
            print(&db, &report, since, digest, &examples).await?;
        }
        Ok(if report.changed + report.failed > 0 { FINDINGS } else { FINE })
    }))
}

/// What --show prints of a message: what was written, and each letter that is no longer the same.
struct Example {
    channel: &'static str,
    subject: String,
    text: String,
    letters: Vec<Reworded>,
}

/// A letter that is new, is gone, or has other words.
struct Reworded {
    form: Form,
    to: Option<Address>,
    /// Whether there was one before: its words lie in the outbox.
    was: bool,
    /// Its words now; none where it is no longer written.
    now: Option<String>,
}

impl Example {
    fn of(changed: &Changed) -> Example {
        let message = &changed.input.message;
        let (was, now) = (&changed.input.letters, &changed.now.letters);
        let letter = |w: &Written, was: bool, now: Option<&Letter>| Reworded {
            form: w.form,
            to: w.to.clone(),
            was,
            now: now.map(|letter| letter.text.clone()),
        };
        let same = |a: &Written, b: &Written| a.form == b.form && a.to == b.to;
        let new = now.iter().filter(|(w, _)| !was.contains(w));
        let gone = was.iter().filter(|w| !now.iter().any(|(n, _)| same(n, w)));
        Example {
            channel: message.channel.as_str(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            letters: gone
                .map(|w| letter(w, true, None))
                .chain(new.map(|(w, l)| letter(w, was.iter().any(|old| same(old, w)), Some(l))))
                .collect(),
        }
    }
}

fn told(changed: &Changed, words: bool) -> Value {
    let due = |d: &crate::model::decision::Decision| -> Value { d.duties.iter().map(|d| (d.kind.as_str(), json!(d.due))).collect() };
    let side = |d: &crate::model::decision::Decision, letters: Vec<&str>| json!({ "kind": d.kind, "reply": d.reply, "flags": d.flags, "due": due(d), "letters": letters });
    let was = changed.input.letters.iter().map(|w| w.form.as_str()).collect();
    let now = changed.now.letters.iter().map(|(w, _)| w.form.as_str()).collect();
    let mut object = json!({
        "message": changed.message,
        "changes": changed.differences,
        "from": side(&changed.was, was),
        "to": side(&changed.now.decision, now),
    });
    if words {
        let example = Example::of(changed);
        object["subject"] = json!(example.subject);
        object["text"] = json!(example.text);
        let letter = |l: &Reworded| json!({ "letter": l.form.as_str(), "to": l.to, "text": l.now });
        object["letters"] = example.letters.iter().map(letter).collect();
    }
    object
}

fn summary(report: &Report, digest: &str) -> Value {
    json!({ "summary": {
        "rules": digest,
        "messages": report.messages,
        "changed": report.changed,
        "unkept": report.unkept,
        "left_out": report.left_out,
        "failed": report.failed,
        "groups": groups_json(&report.groups),
    } })
}

/// Groups as JSON, the largest first.
pub fn groups_json(groups: &Groups) -> Value {
    largest(groups).iter().map(|(changes, group)| json!({ "count": group.count, "changes": changes, "messages": group.examples })).collect()
}

/// Groups, the largest first.
pub fn largest(groups: &Groups) -> Vec<(&Vec<Difference>, &Group)> {
    let mut all: Vec<_> = groups.iter().collect();
    all.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    all
}

async fn print(db: &Db, report: &Report, since: Timestamp, digest: &str, examples: &BTreeMap<i64, Example>) -> Exit<()> {
    let short = digest.get(..12).unwrap_or_default();
    let day = local_day(since);
    let asked = report.messages - report.unkept - report.left_out;
    show::line(format!("{} of {asked} messages received since {day} would change under rules {short}.", report.changed));
    for (count, says) in [
        (report.unkept, "were decided before Postroom kept what decisions rest on: nothing can be said of them"),
        (report.left_out, "were left out: erased, or of a landlord who is not configured"),
        (report.failed, "could not be asked about: a fault of Postroom, or what was kept is damaged"),
    ] {
        if count > 0 {
            show::line(format!("{count} {says}."));
        }
    }
    for (changes, group) in largest(&report.groups) {
        group_lines(changes, group);
        for id in &group.examples {
            let Some(example) = examples.get(id) else { continue };
            show::line(format!("\n    message {id} ({})", example.channel));
            show::line(format!("    | {}", example.subject));
            example.text.lines().for_each(|l| show::line(format!("    | {l}")));
            for letter in &example.letters {
                let was = if letter.was { words_sent(db, *id, letter).await? } else { String::new() };
                let to = letter.to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
                let gone = if letter.now.is_none() { ", no longer written" } else { "" };
                show::line(format!("    letter {}{to}{gone}:", letter.form.as_str()));
                changed_lines(&was, letter.now.as_deref().unwrap_or_default()).iter().for_each(|l| show::line(format!("    {l}")));
            }
        }
    }
    Ok(())
}

/// One group as people read it.
pub fn group_lines(changes: &[Difference], group: &Group) {
    let plural = if group.count == 1 { "message" } else { "messages" };
    show::line(format!("\n{} {plural}", group.count));
    for d in changes {
        show::line(format!("    {:7} {} → {}", d.what, d.from, d.to));
    }
    let ids: Vec<String> = group.examples.iter().map(ToString::to_string).collect();
    show::line(format!("    {} {}", if group.count > ids.len() as u64 { "such as" } else { "these:" }, ids.join(", ")));
}

/// The text of the letter that was written then, empty where its bytes are no longer kept.
async fn words_sent(db: &Db, message: i64, letter: &Reworded) -> Exit<String> {
    let mut tx = db.read().await.map_err(|e| failed(&e))?;
    let letters = store::outbox_list::of_cause(&mut tx, &format!("message:{message}")).await.map_err(|e| failed(&e))?;
    let to = |recipient: &str| letter.to.as_ref().is_none_or(|to| to.as_str() == recipient);
    let Some(sent) = letters.iter().find(|l| l.reply == letter.form.as_str() && to(&l.recipient)) else { return Ok(String::new()) };
    // One that was erased has no words to show.
    let bytes = store::outbox_list::bytes(&mut tx, sent.id).await.unwrap_or_default();
    let mail = mail_parser::MessageParser::default().parse(&bytes);
    Ok(mail.and_then(|m| m.body_text(0).map(|t| t.replace("\r\n", "\n"))).unwrap_or_default())
}

/// Lines that the first has alone with a minus, those that the second has alone with a plus.
fn changed_lines(was: &str, now: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(|l| l.trim_end().to_owned()).filter(|l| !l.is_empty()).collect::<Vec<_>>();
    let (was, now) = (lines(was), lines(now));
    let gone = was.iter().filter(|l| !now.contains(l)).map(|l| format!("- {l}"));
    let new = now.iter().filter(|l| !was.contains(l)).map(|l| format!("+ {l}"));
    gone.chain(new).collect()
}
