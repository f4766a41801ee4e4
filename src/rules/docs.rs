//! The reference page of all rules in force, in Markdown, for the officer who reads or changes them.

use super::compile::Source;
use super::file::{SignalRule, Weights};
use super::in_force;
use super::merge::{Did, Merged};
use super::policy;
use super::schema;
use super::spanned::Spanned;
use crate::model::fault::Fault;
use crate::model::policy::Cause;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

const INTRODUCTION: &str = include_str!("docs/introduction.md");

/// The page for the shipped rules with a site's over them.
///
/// # Errors
/// Every fault of the files.
pub fn page(site: Option<&Path>) -> Result<String, Vec<Fault>> {
    let (sources, merged) = in_force::layers(site)?;
    let mut page = Page { sources: &sources, merged: &merged, out: INTRODUCTION.to_owned() };
    page.kinds();
    page.flags(site)?;
    page.topics();
    page.signals();
    page.lists();
    page.policy_keys();
    page.switched_off();
    let lines: Vec<&str> = page.out.lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}

struct Page<'a> {
    sources: &'a [Source],
    merged: &'a Merged,
    out: String,
}

type Conditions<'c> = &'c [Spanned<String>];

impl Page<'_> {
    fn line(&mut self, text: impl AsRef<str>) {
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    /// Where a site had a hand in it; what is shipped as it stands needs no word.
    fn origin(&mut self, sort: &'static str, id: &str) {
        let steps = self.merged.trail.get(&(sort, id.to_owned())).map(Vec::as_slice).unwrap_or_default();
        if steps.len() > 1 || steps.iter().any(|s| !self.sources[s.source].name.starts_with("rules/")) {
            let way = in_force::way(steps, self.sources);
            self.line(format!("From {way}.\n"));
        }
    }

    fn kinds(&mut self) {
        self.line("\n## Kinds\n\nWhat a message can be. Each condition that holds adds its weight, or takes it away.\n");
        for (id, parts) in &self.merged.kinds {
            let means = parts.iter().rev().find_map(|(_, r)| r.means.as_deref()).unwrap_or_default();
            self.line(format!("### Kind `{id}`\n\n{}.\n", capital(means)));
            self.origin("kind", id);
            for (_, rule) in parts {
                for (word, condition) in [("Only if", &rule.needs), ("Never if", &rule.never)] {
                    if let Some(condition) = condition {
                        self.line(format!("{word} {}.\n", code(condition.get_ref())));
                    }
                }
            }
            self.line("| | decisive (100) | strong (40) | some (20) | slight (8) |\n| --- | --- | --- | --- | --- |");
            for (word, against) in [("for", false), ("against", true)] {
                let weights = |pick: fn(&Weights) -> &Vec<Spanned<String>>| {
                    let each = parts.iter().flat_map(|(_, r)| pick(if against { &r.against } else { &r.speaks_for }));
                    each.map(|c| code(c.get_ref())).collect::<Vec<_>>().join("<br>")
                };
                let cells = [weights(|w| &w.decisive), weights(|w| &w.strong), weights(|w| &w.some), weights(|w| &w.slight)];
                self.line(format!("| **{word}** | {} |", cells.join(" | ")));
            }
            self.line("");
        }
    }

    fn flags(&mut self, site: Option<&Path>) -> Result<(), Vec<Fault>> {
        self.line("\n## Flags\n\nWhat a person must know beside the kind. `late` and `premature` are worked out from the times in the message and the stage of the case.\n");
        let policies = policy::load(site)?;
        for flag in crate::model::decision::Flag::ALL {
            let id = flag.as_str();
            let parts = self.merged.flags.get(id).map(Vec::as_slice).unwrap_or_default();
            let means = parts.iter().rev().find_map(|(_, r)| r.means.as_deref()).unwrap_or("worked out, not found by words");
            self.line(format!("### Flag `{id}`\n\n{}.\n", capital(means)));
            self.origin("flag", id);
            let (raise, unless): (Vec<_>, Vec<_>) = (
                parts.iter().flat_map(|(_, r)| &r.raise).map(|c| code(c.get_ref())).collect(),
                parts.iter().flat_map(|(_, r)| &r.unless).map(|c| code(c.get_ref())).collect(),
            );
            if !raise.is_empty() {
                self.line(format!("- raised by {}", raise.join(", or by ")));
            }
            let sure: Vec<_> = parts.iter().flat_map(|(_, r)| &r.sure).map(|c| code(c.get_ref())).collect();
            if !sure.is_empty() {
                self.line(format!("- raised for sure by {}", sure.join(", or by ")));
            }
            if let Some(reader) = parts.iter().rev().find_map(|(_, r)| r.reader) {
                let raises = reader.raises.map(|h| format!("raises it from {h} in 100"));
                let withdraws = reader.withdraws.map(|h| format!("takes it back below {h} in 100"));
                self.line(format!("- the second reader {}", raises.into_iter().chain(withdraws).collect::<Vec<_>>().join(" and ")));
            }
            if !unless.is_empty() {
                self.line(format!("- held down by {}", unless.join(", or by ")));
            }
            for policy in policies.values() {
                if let Some(route) = policy.routes.iter().find(|r| r.of == Cause::Flag(*flag)) {
                    let to = route.to.as_ref().map_or(String::new(), |to| format!(" at {to}"));
                    self.line(format!("- under policy `{}`: {}{to}", policy.id, route.role));
                }
            }
            self.line("");
        }
        Ok(())
    }

    fn topics(&mut self) {
        self.line("\n## Topics\n\nMatters that messages speak of, for routes, signposts and what the acknowledgement says.\n");
        self.line("| topic | means | found by |\n| --- | --- | --- |");
        for (id, parts) in &self.merged.topics {
            let means = parts.iter().rev().find_map(|(_, t)| t.means.as_ref()).map_or("", |m| m.get_ref());
            let any: Vec<String> = parts.iter().flat_map(|(_, t)| &t.any).map(|p| cell(p.get_ref())).collect();
            self.line(format!("| `{id}` | {means} | {} |", any.join(", ")));
        }
    }

    fn signals(&mut self) {
        self.line("\n## Signals\n\nFacts that are found in a message.\n");
        for (id, parts) in &self.merged.signals {
            let means = parts.iter().rev().find_map(|(_, r)| r.means.as_ref()).map_or("", |m| m.get_ref());
            self.line(format!("### Signal `{id}`\n\nThe message {means}.\n"));
            self.origin("signal", id);
            let mut facts = Vec::new();
            if let Some(why) = parts.iter().rev().find_map(|(_, r)| r.why.as_deref()) {
                facts.push(format!("Why: {why}."));
            }
            let mut list = |word: &str, pick: fn(&SignalRule) -> Conditions<'_>, quote: fn(&str) -> String| {
                let each: Vec<String> = parts.iter().flat_map(|(_, r)| pick(r)).map(|t| quote(t.get_ref())).collect();
                if !each.is_empty() {
                    facts.push(format!("{word} {}.", each.join(", ")));
                }
            };
            list("Looks in", |r| &r.places, str::to_owned);
            list("The sentence must speak of", |r| &r.about, str::to_owned);
            list("The sentence must not speak of", |r| &r.not_about, str::to_owned);
            list("Holds where", |r| r.when.as_slice(), code);
            list("Yes:", |r| &r.yes, quoted);
            list("No:", |r| &r.no, quoted);
            list("Not in a sentence with", |r| &r.unless, code);
            list("Not in a message with", |r| &r.unless_anywhere, code);
            if parts.iter().any(|(_, r)| r.not_negated) {
                facts.push("Not within three words after a “not”.".into());
            }
            facts.extend(self.weighs(id));
            for fact in facts {
                self.line(format!("- {fact}"));
            }
            let phrases: Vec<&str> = parts.iter().flat_map(|(_, r)| r.any.iter().chain(&r.regex)).map(|p| p.get_ref().as_str()).collect();
            if !phrases.is_empty() {
                self.line(format!("\n<details><summary>{} phrases</summary>\n\n```text", phrases.len()));
                phrases.iter().for_each(|p| self.line(p));
                self.line("```\n\n</details>");
            }
            self.line("");
        }
    }

    /// Where a signal is named, and what it weighs there.
    fn weighs(&self, id: &str) -> Vec<String> {
        let names = |c: &&Spanned<String>| mentions(c.get_ref(), id);
        let mut out = Vec::new();
        for (kind, parts) in &self.merged.kinds {
            for (_, rule) in parts {
                for (word, weights) in [("for", &rule.speaks_for), ("against", &rule.against)] {
                    let grades = [
                        ("decisive", &weights.decisive),
                        ("strong", &weights.strong),
                        ("some", &weights.some),
                        ("slight", &weights.slight),
                    ];
                    for (grade, conditions) in grades {
                        out.extend(conditions.iter().filter(names).map(|c| format!("{grade} {word} `{kind}`: {}", code(c.get_ref()))));
                    }
                }
                let bounds = [("needed by", &rule.needs), ("rules out", &rule.never)];
                let held = bounds
                    .into_iter()
                    .filter_map(|(word, c)| c.as_ref().filter(names).map(|c| format!("{word} `{kind}`: {}", code(c.get_ref()))));
                out.extend(held);
            }
        }
        for (flag, parts) in &self.merged.flags {
            let raised = parts
                .iter()
                .flat_map(|(_, r)| r.raise.iter().chain(&r.sure))
                .filter(names)
                .map(|c| format!("raises `{flag}`: {}", code(c.get_ref())));
            out.extend(raised);
        }
        let made = self.merged.signals.iter().filter(|(_, p)| p.iter().any(|(_, r)| r.when.as_ref().filter(names).is_some()));
        out.extend(made.map(|(other, _)| format!("part of the signal `{other}`")));
        out
    }

    fn lists(&mut self) {
        self.line("\n## Lists of words\n\nNamed in patterns as `{name}`.\n\n| list | means | words |\n| --- | --- | --- |");
        for (id, parts) in &self.merged.lexicons {
            let means = parts.iter().rev().find_map(|(_, r)| r.means.as_deref()).unwrap_or_default();
            let words: Vec<String> = parts.iter().flat_map(|(_, r)| &r.words).map(|w| cell(w.get_ref())).collect();
            self.line(format!("| `{id}` | {means} | {} |", words.join(", ")));
        }
    }

    fn policy_keys(&mut self) {
        self.line(
            "\n## Policy keys\n\nA site's policy is a file in `policies/`; its name without `.toml` is what a landlord's `policy` names.\n",
        );
        let Some((_, _, text)) = schema::all().into_iter().find(|(name, ..)| *name == "policy.schema.json") else { return };
        let schema: Value = serde_json::from_str(&text).unwrap_or_default();
        self.line("| key | holds | means |\n| --- | --- | --- |");
        self.keys("", &schema, &schema);
    }

    fn keys(&mut self, prefix: &str, part: &Value, root: &Value) {
        for (name, key) in part["properties"].as_object().into_iter().flatten() {
            let inner = target(key, root);
            let listed = inner["type"] == "array" || inner["type"].as_array().is_some_and(|t| t.iter().any(|t| t == "array"));
            let item = if listed { target(&inner["items"], root) } else { inner };
            let means = key["description"].as_str().or_else(|| item["description"].as_str()).unwrap_or_default().replace('\n', " ");
            let holds = holds(item);
            let holds = if listed { format!("list of {holds}") } else { holds };
            self.line(format!("| `{prefix}{name}` | {holds} | {means} |"));
            if item["properties"].is_object() {
                let inner = if listed { format!("{prefix}{name}[].") } else { format!("{prefix}{name}.") };
                self.keys(&inner, item, root);
            }
        }
    }

    fn switched_off(&mut self) {
        let off = self.merged.trail.iter().filter(|(_, steps)| steps.iter().any(|s| s.did == Did::SwitchedOff));
        let mut text = String::new();
        for ((sort, id), steps) in off {
            let _ = writeln!(text, "- {sort} `{id}`: {}", in_force::way(steps, self.sources));
        }
        self.line("\n## Switched off\n");
        self.line(if text.is_empty() { "Nothing is.".to_owned() } else { text });
    }
}

/// A key's schema: what a reference, or the one choice beside "nothing", leads to.
fn target<'v>(key: &'v Value, root: &'v Value) -> &'v Value {
    let choice = key["anyOf"].as_array().or_else(|| key["allOf"].as_array());
    let key = choice.and_then(|c| c.iter().find(|c| c["type"] != "null")).unwrap_or(key);
    let name = key["$ref"].as_str().and_then(|r| r.strip_prefix("#/definitions/"));
    name.map_or(key, |name| &root["definitions"][name])
}

fn holds(part: &Value) -> String {
    let words: BTreeSet<&str> = choices(part).collect();
    if !words.is_empty() {
        return words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" or ");
    }
    let sort = part["type"].as_str().or_else(|| part["type"].as_array().and_then(|t| t.first()?.as_str())).unwrap_or_default();
    match sort {
        "string" => "text",
        "integer" => "a number",
        "boolean" => "`true` or `false`",
        _ => "a table",
    }
    .into()
}

fn choices(part: &Value) -> impl Iterator<Item = &str> {
    let one = part["oneOf"].as_array().into_iter().flatten();
    let listed = part["enum"].as_array().into_iter().flatten();
    let inner =
        one.flat_map(|o| o["const"].as_str().into_iter().chain(o["enum"].as_array().into_iter().flatten().filter_map(Value::as_str)));
    inner.chain(listed.filter_map(Value::as_str))
}

fn mentions(condition: &str, id: &str) -> bool {
    condition.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | ':'))).any(|word| word == id)
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// In a table a bar would end the cell.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn quoted(text: &str) -> String {
    format!("“{text}”")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().collect::<String>() + chars.as_str())
}
