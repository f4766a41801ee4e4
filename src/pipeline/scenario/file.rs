//! A scenario file (tests/scenarios/FORMAT.md), read with every mistake told by line.

use crate::model::decision::{Definition, Flag, Kind, Reply, Via};
use crate::model::fault::Fault;
use crate::model::message::Channel;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// A story, ready to be played.
#[derive(Debug)]
pub struct Scenario {
    /// The folder.
    pub dir: PathBuf,
    pub policy: String,
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub struct Step {
    pub at: Timestamp,
    pub event: Event,
    pub expect: Option<Expect>,
    /// The case that an unscored step opens.
    pub opens: Option<String>,
    /// The line of the file on which the step begins.
    pub line: usize,
}

#[derive(Debug)]
pub enum Event {
    Message { file: String, raw: Vec<u8>, channel: Channel },
    Action { step: crate::model::case::Step, case: String },
}

#[derive(Clone, Debug)]
pub struct Expect {
    pub kind: Kind,
    pub case: Option<String>,
    pub reply: Option<Reply>,
    pub flags: BTreeSet<Flag>,
    pub allow_flags: BTreeSet<Flag>,
    pub via: Option<Via>,
    pub resident_email: Option<String>,
    pub resident_name: Option<String>,
    pub definition: Option<Definition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "title")]
    _title: Option<String>,
    policy: Spanned<String>,
    #[serde(rename = "author")]
    _author: Option<String>,
    #[serde(default)]
    step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    at: Spanned<String>,
    message: Option<Spanned<String>>,
    channel: Option<Spanned<String>>,
    action: Option<Spanned<String>>,
    case: Option<Spanned<String>>,
    opens: Option<Spanned<String>>,
    expect: Option<Spanned<RawExpect>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpect {
    kind: Spanned<String>,
    case: Option<Spanned<String>>,
    reply: Option<Spanned<String>>,
    #[serde(default)]
    flags: Vec<Spanned<String>>,
    #[serde(default)]
    allow_flags: Vec<Spanned<String>>,
    via: Option<Spanned<String>>,
    resident_email: Option<String>,
    resident_name: Option<String>,
    definition: Option<RawDefinition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefinition {
    #[serde(default)]
    what: Vec<String>,
    when: Option<String>,
    who: Option<String>,
    outcome: Option<String>,
}

/// Reads `DIR/scenario.toml` and the messages it names.
pub fn read(dir: &Path) -> Result<Scenario, Vec<Fault>> {
    let path = dir.join("scenario.toml");
    let name = path.display().to_string();
    let source = std::fs::read_to_string(&path).map_err(|e| {
        vec![Fault::of_file(&name, format!("the scenario cannot be read: {e}")).hint("a scenario is a folder with a scenario.toml in it")]
    })?;
    parse(dir, &name, &source)
}

fn parse(dir: &Path, name: &str, source: &str) -> Result<Scenario, Vec<Fault>> {
    let raw: RawFile = toml::from_str(source).map_err(|e| vec![Fault::from_toml(name, source, &e)])?;
    let mut reader = Reader { dir, name, source, faults: Vec::new(), labels: BTreeSet::new(), last: None };
    if raw.step.is_empty() {
        reader.faults.push(Fault::of_file(name, "the scenario has no step").hint("begin one with [[step]]"));
    }
    let steps = raw.step.into_iter().filter_map(|s| reader.step(s)).collect();
    if reader.faults.is_empty() { Ok(Scenario { dir: dir.to_owned(), policy: raw.policy.into_inner(), steps }) } else { Err(reader.faults) }
}

struct Reader<'a> {
    dir: &'a Path,
    name: &'a str,
    source: &'a str,
    faults: Vec<Fault>,
    /// Cases that earlier steps open.
    labels: BTreeSet<String>,
    last: Option<Timestamp>,
}

impl Reader<'_> {
    fn fault(&mut self, at: std::ops::Range<usize>, says: impl Into<String>, hint: &str) {
        let fault = Fault::at(self.name, self.source, at, says);
        self.faults.push(if hint.is_empty() { fault } else { fault.hint(hint) });
    }

    fn step(&mut self, raw: Spanned<RawStep>) -> Option<Step> {
        let span = raw.span();
        let line = self.source.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
        let raw = raw.into_inner();
        let at = match raw.at.get_ref().parse::<Timestamp>() {
            Ok(at) => Some(at),
            Err(_) => {
                self.fault(raw.at.span(), format!("\"{}\" is not an instant", raw.at.get_ref()), "write it as 2026-03-02T09:14:00Z");
                None
            }
        };
        if let (Some(at), Some(last)) = (at, self.last)
            && at < last
        {
            self.fault(raw.at.span(), "this step comes before the one above it", "put the steps in the order of time");
        }
        self.last = at.or(self.last);
        let expect = raw.expect.and_then(|e| self.expect(e));
        if let Some(opens) = &raw.opens {
            if expect.is_some() {
                self.fault(opens.span(), "`opens` is for a step that is not scored", "leave it out: the expected case is opened");
            }
            self.labels.insert(opens.get_ref().clone());
        }
        let event = match (raw.message, raw.action) {
            (Some(message), None) => self.message(message, raw.channel.as_ref()),
            (None, Some(action)) => self.action(&action, raw.case.as_ref()),
            _ => {
                self.fault(span, "a step is either a message or an action", "give it `message = \"01.eml\"` or `action = \"close\"`");
                None
            }
        };
        if let Some(case) = expect.as_ref().and_then(|e| e.case.clone()) {
            self.labels.insert(case);
        }
        Some(Step { at: at?, event: event?, expect, opens: raw.opens.map(Spanned::into_inner), line })
    }

    fn message(&mut self, file: Spanned<String>, channel: Option<&Spanned<String>>) -> Option<Event> {
        let channel = match channel.map(|c| (c.get_ref().as_str(), c.span())) {
            None | Some(("email", _)) => Channel::Email,
            Some(("social", _)) => Channel::Social,
            Some(("webform", _)) => Channel::Webform,
            Some((other, span)) => {
                self.fault(span, format!("\"{other}\" is no channel"), "one of email, social, webform");
                return None;
            }
        };
        let plain = Path::new(file.get_ref()).components().all(|c| matches!(c, std::path::Component::Normal(_)));
        if !plain {
            self.fault(file.span(), "a message lies in the scenario's own folder", "give its name alone");
            return None;
        }
        match std::fs::read(self.dir.join(file.get_ref())) {
            Ok(raw) => {
                self.placeholders(&file, &raw);
                Some(Event::Message { file: file.into_inner(), raw, channel })
            }
            Err(error) => {
                self.fault(file.span(), format!("{} cannot be read: {error}", file.get_ref()), "");
                None
            }
        }
    }

    /// A placeholder for a case that no earlier step opens would stay in the message as it is.
    fn placeholders(&mut self, file: &Spanned<String>, raw: &[u8]) {
        for (placeholder, label) in super::play::placeholders(raw) {
            if !self.labels.contains(&label) {
                self.fault(file.span(), format!("{} holds {placeholder}, but no earlier step opens case {label}", file.get_ref()), "");
            }
        }
    }

    fn action(&mut self, action: &Spanned<String>, case: Option<&Spanned<String>>) -> Option<Event> {
        use crate::model::case::Step::{Close, Stage1Response, Stage2Response};
        let step = match action.get_ref().as_str() {
            "stage1_response" => Stage1Response,
            "stage2_response" => Stage2Response,
            "close" => Close,
            other => {
                self.fault(action.span(), format!("\"{other}\" is no action"), "one of stage1_response, stage2_response, close");
                return None;
            }
        };
        let Some(case) = case else {
            self.fault(action.span(), "an action needs a case", "add case = \"A\"");
            return None;
        };
        if !self.labels.contains(case.get_ref()) {
            self.fault(case.span(), format!("no earlier step opens case {}", case.get_ref()), "");
        }
        Some(Event::Action { step, case: case.get_ref().clone() })
    }

    fn expect(&mut self, raw: Spanned<RawExpect>) -> Option<Expect> {
        let span = raw.span();
        let raw = raw.into_inner();
        let kind = self.word(&raw.kind, "kind", Kind::parse, Kind::ALL.iter().map(|k| k.as_str()));
        let reply = raw.reply.as_ref().and_then(|r| self.word(r, "reply", Reply::parse, Reply::ALL.iter().map(|k| k.as_str())));
        let via = raw.via.as_ref().and_then(|v| self.word(v, "way", Via::parse, Via::ALL.iter().map(|k| k.as_str())));
        let mut flags = |list: &[Spanned<String>]| -> BTreeSet<Flag> {
            list.iter().filter_map(|f| self.word(f, "flag", Flag::parse, Flag::ALL.iter().map(|k| k.as_str()))).collect()
        };
        let (must, may) = (flags(&raw.flags), flags(&raw.allow_flags));
        let kind = kind?;
        let needs_case = matches!(kind, Kind::NewComplaint | Kind::Addition | Kind::Stage2Request);
        match &raw.case {
            None if needs_case => self.fault(span, format!("{} needs a case", kind.as_str()), "add case = \"A\""),
            Some(case) if !needs_case => self.fault(case.span(), format!("{} has no case", kind.as_str()), "leave it out"),
            Some(case) if kind == Kind::NewComplaint && self.labels.contains(case.get_ref()) => {
                self.fault(case.span(), format!("case {} was opened by an earlier step", case.get_ref()), "a new complaint is a new case");
            }
            _ => {}
        }
        let definition = raw.definition.map(|d| Definition { what: d.what, when: d.when, who: d.who, outcome: d.outcome });
        Some(Expect {
            kind,
            case: raw.case.map(Spanned::into_inner),
            reply,
            flags: must,
            allow_flags: may,
            via,
            resident_email: raw.resident_email,
            resident_name: raw.resident_name,
            definition,
        })
    }

    fn word<T>(
        &mut self,
        raw: &Spanned<String>,
        what: &str,
        parse: fn(&str) -> Option<T>,
        all: impl Iterator<Item = &'static str>,
    ) -> Option<T> {
        let found = parse(raw.get_ref());
        if found.is_none() {
            let names: Vec<&str> = all.collect();
            self.fault(raw.span(), format!("\"{}\" is no {what}", raw.get_ref()), &format!("one of {}", names.join(", ")));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::path::Path;

    /// The faults of a scenario text, with one message "01.eml" that exists.
    fn faults(source: &str) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("01.eml"), "Subject: {{ref:A}}\n\nx\n").unwrap();
        std::fs::write(dir.path().join("02.eml"), "Subject: x\n\nx\n").unwrap();
        parse(dir.path(), "s.toml", source).err().unwrap_or_default().iter().map(|f| format!("{}: {}", f.line, f.says)).collect()
    }

    const HEAD: &str = "policy = \"code\"\n";
    const STEP: &str = "[[step]]\nat = \"2026-03-02T09:14:00Z\"\nmessage = \"02.eml\"\nchannel = \"email\"\n";

    #[test]
    fn each_mistake_is_told_by_its_line() {
        let told = |body: &str| faults(&format!("{HEAD}{body}"));
        assert_eq!(told(&format!("{STEP}[step.expect]\nkind = \"new_complaint\"\ncase = \"A\"\n")), [] as [&str; 0]);
        assert!(told("")[0].contains("no step"));
        assert!(told(&format!("{STEP}[step.expect]\nkind = \"complaint\"\n"))[0].starts_with("7: \"complaint\" is no kind"));
        // Somebody asks for stage 2 of a complaint that nobody knows of: the label says so, and the program is measured by it.
        assert_eq!(told(&format!("{STEP}[step.expect]\nkind = \"stage2_request\"\ncase = \"A\"\n")), [] as [&str; 0]);
        assert!(told(&format!("{STEP}[step.expect]\nkind = \"new_complaint\"\n"))[0].contains("needs a case"));
        assert!(told(&format!("{STEP}[step.expect]\nkind = \"spam\"\nflags = [\"sad\"]\n"))[0].starts_with("8: \"sad\" is no flag"));
        assert!(told(&STEP.replace("02.eml", "01.eml"))[0].contains("{{ref:A}}"));
        assert!(told(&STEP.replace("02.eml", "03.eml"))[0].contains("cannot be read"));
        assert!(told(&STEP.replace("02.eml", "../x.eml"))[0].contains("own folder"));
        assert!(told(&STEP.replace("\"email\"", "\"fax\""))[0].contains("no channel"));
        assert!(told(&STEP.replace("09:14:00Z", ""))[0].contains("not an instant"));
        assert!(told(&format!("{STEP}{}", STEP.replace("03-02", "03-01")))[0].contains("before the one above"));
        assert!(told("[[step]]\nat = \"2026-03-02T09:14:00Z\"\naction = \"close\"\n")[0].contains("needs a case"));
        assert!(told("[[step]]\nat = \"2026-03-02T09:14:00Z\"\n")[0].contains("either a message or an action"));
        assert!(told(&format!("{STEP}colour = 1\n"))[0].contains("unknown field"));
    }

    #[test]
    fn a_folder_without_a_scenario_says_so() {
        let faults = super::read(Path::new("/nonexistent/scenario")).unwrap_err();
        assert!(faults[0].says.contains("cannot be read"));
    }
}
