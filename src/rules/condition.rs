//! Conditions of rule files: `nobody-came and not (praise or stage is closed)`.

use super::judge::{CaseStage, Facts, LinkStrength, Sender};
use crate::model::message::{Automatic, Channel};
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Signal(usize),
    Fact(Fact),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    Stage(CaseStage),
    Channel(Channel),
    Sender(Sender),
    Link(LinkStrength),
    Automatic(Option<Automatic>),
    Machine,
    Foreign,
    Public,
    Attachments,
    Stage1Answered,
    SameMatter(bool),
    /// So many words or fewer in the text.
    Short(usize),
}

const DEEPEST: usize = 8;

pub struct Wrong {
    pub span: Range<usize>,
    pub says: String,
    pub hint: String,
}

struct Reader<'a> {
    words: Vec<(&'a str, usize)>,
    at: usize,
    signal: &'a dyn Fn(&str) -> Option<usize>,
    near: &'a dyn Fn(&str) -> Option<String>,
    length: usize,
}

/// Reads a condition. `near` offers a signal with a like name for the hint.
pub fn parse(text: &str, signal: &dyn Fn(&str) -> Option<usize>, near: &dyn Fn(&str) -> Option<String>) -> Result<Condition, Wrong> {
    let mut words = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '/');
        match (inside, start) {
            (true, None) => start = Some(i),
            (false, Some(s)) => {
                words.push((&text[s..i], s));
                start = None;
            }
            _ => {}
        }
        if matches!(c, '(' | ')') {
            words.push((&text[i..i + 1], i));
        }
    }
    let mut reader = Reader { words, at: 0, signal, near, length: text.len() };
    let condition = reader.any(0)?;
    match reader.peek() {
        None => Ok(condition),
        Some(word) => {
            Err(reader.wrong(format!("'{word}' stands where 'and' or 'or' should"), "join conditions with 'and', 'or', 'not' and brackets"))
        }
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(|w| w.0)
    }

    fn wrong(&self, says: impl Into<String>, hint: impl Into<String>) -> Wrong {
        let span = self.words.get(self.at).map_or(self.length.saturating_sub(1)..self.length, |(w, at)| *at..at + w.len());
        Wrong { span, says: says.into(), hint: hint.into() }
    }

    fn any(&mut self, depth: usize) -> Result<Condition, Wrong> {
        let mut ways = vec![self.all(depth)?];
        while self.peek() == Some("or") {
            self.at += 1;
            ways.push(self.all(depth)?);
        }
        Ok(if ways.len() == 1 { ways.remove(0) } else { Condition::Any(ways) })
    }

    fn all(&mut self, depth: usize) -> Result<Condition, Wrong> {
        let mut parts = vec![self.one(depth)?];
        while self.peek() == Some("and") {
            self.at += 1;
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Condition, Wrong> {
        if depth > DEEPEST {
            return Err(self.wrong("too many brackets within brackets", "name the inner part as a signal with 'when'"));
        }
        match self.peek() {
            Some("not") => {
                self.at += 1;
                Ok(Condition::Not(Box::new(self.one(depth + 1)?)))
            }
            Some("(") => {
                self.at += 1;
                let inner = self.any(depth + 1)?;
                if self.peek() != Some(")") {
                    return Err(self.wrong("a bracket that is not closed", "write ')'"));
                }
                self.at += 1;
                Ok(inner)
            }
            None => Err(self.wrong("a condition that ends too early", "name a signal or a fact here")),
            Some(_) => self.atom(),
        }
    }

    fn atom(&mut self) -> Result<Condition, Wrong> {
        let (word, _) = self.words[self.at];
        if self.words.get(self.at + 1).is_some_and(|w| w.0 == "is") {
            let values = self.words.get(self.at + 2).map_or("", |w| w.0);
            let facts: Option<Vec<Condition>> = values.split('/').map(|v| fact(word, v).map(Condition::Fact)).collect();
            return match facts {
                Some(mut facts) => {
                    self.at += 3;
                    Ok(if facts.len() == 1 { facts.remove(0) } else { Condition::Any(facts) })
                }
                None => {
                    let hint = choices(word)
                        .map_or("facts are stage, channel, sender, link and automatic".to_string(), |c| format!("'{word}' is one of {c}"));
                    self.at = (self.at + 2).min(self.words.len());
                    Err(self.wrong(format!("'{word} is {values}' can never be"), hint))
                }
            };
        }
        let simple = match word {
            "machine" => Some(Fact::Machine),
            "foreign" => Some(Fact::Foreign),
            "public" => Some(Fact::Public),
            "attachments" => Some(Fact::Attachments),
            "same-matter" => Some(Fact::SameMatter(true)),
            "other-matter" => Some(Fact::SameMatter(false)),
            "stage1-answered" => Some(Fact::Stage1Answered),
            _ => word.strip_prefix("words-up-to-").and_then(|n| n.parse().ok()).map(Fact::Short),
        };
        if let Some(fact) = simple {
            self.at += 1;
            return Ok(Condition::Fact(fact));
        }
        match (self.signal)(word) {
            Some(index) => {
                self.at += 1;
                Ok(Condition::Signal(index))
            }
            None => {
                let hint = match (self.near)(word) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => "signals stand in rules/signals".to_string(),
                };
                Err(self.wrong(format!("there is no signal named '{word}'"), hint))
            }
        }
    }
}

fn choices(name: &str) -> Option<&'static str> {
    Some(match name {
        "stage" => "none, open, responded, stage2, closed",
        "channel" => "email, social, webform",
        "sender" => "resident, contractor, staff, politician, ombudsman, regulator",
        "link" => "none, weak, strong",
        "automatic" => "auto_reply, bounce, read_receipt, feedback_report, list, notification",
        _ => return None,
    })
}

fn fact(name: &str, value: &str) -> Option<Fact> {
    Some(match (name, value) {
        ("stage", "none") => Fact::Stage(CaseStage::None),
        ("stage", "open") => Fact::Stage(CaseStage::Open),
        ("stage", "responded") => Fact::Stage(CaseStage::Responded),
        ("stage", "stage2") => Fact::Stage(CaseStage::Stage2),
        ("stage", "closed") => Fact::Stage(CaseStage::Closed),
        ("channel", "email") => Fact::Channel(Channel::Email),
        ("channel", "social") => Fact::Channel(Channel::Social),
        ("channel", "webform") => Fact::Channel(Channel::Webform),
        ("sender", "resident") => Fact::Sender(Sender::Resident),
        ("sender", "contractor") => Fact::Sender(Sender::Contractor),
        ("sender", "staff") => Fact::Sender(Sender::Staff),
        ("sender", "politician") => Fact::Sender(Sender::Politician),
        ("sender", "ombudsman") => Fact::Sender(Sender::Ombudsman),
        ("sender", "regulator") => Fact::Sender(Sender::Regulator),
        ("link", "none") => Fact::Link(LinkStrength::None),
        ("link", "weak") => Fact::Link(LinkStrength::Weak),
        ("link", "strong") => Fact::Link(LinkStrength::Strong),
        ("automatic", "auto_reply") => Fact::Automatic(Some(Automatic::AutoReply)),
        ("automatic", "bounce") => Fact::Automatic(Some(Automatic::Bounce)),
        ("automatic", "read_receipt") => Fact::Automatic(Some(Automatic::ReadReceipt)),
        ("automatic", "feedback_report") => Fact::Automatic(Some(Automatic::FeedbackReport)),
        ("automatic", "list") => Fact::Automatic(Some(Automatic::List)),
        ("automatic", "notification") => Fact::Automatic(Some(Automatic::Notification)),
        _ => return None,
    })
}

impl Condition {
    /// Whether it holds; without facts (for signals made of signals) every fact is false.
    pub fn holds(&self, signal: &dyn Fn(usize) -> bool, facts: Option<&Facts>, length: usize) -> bool {
        match self {
            Condition::Signal(index) => signal(*index),
            Condition::Not(inner) => !inner.holds(signal, facts, length),
            Condition::All(parts) => parts.iter().all(|p| p.holds(signal, facts, length)),
            Condition::Any(ways) => ways.iter().any(|w| w.holds(signal, facts, length)),
            Condition::Fact(Fact::Short(most)) => length <= *most,
            Condition::Fact(fact) => facts.is_some_and(|f| fact.holds(f)),
        }
    }

    /// Signals that it names without "not".
    pub fn named(&self, out: &mut Vec<usize>) {
        match self {
            Condition::Signal(index) => out.push(*index),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|p| p.named(out)),
            Condition::Not(_) | Condition::Fact(_) => {}
        }
    }

    /// Signals that it names at all.
    pub fn mentioned(&self, out: &mut Vec<usize>) {
        match self {
            Condition::Not(inner) => inner.mentioned(out),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|p| p.mentioned(out)),
            Condition::Signal(index) => out.push(*index),
            Condition::Fact(_) => {}
        }
    }
}

impl Fact {
    fn holds(self, f: &Facts) -> bool {
        match self {
            Fact::Stage(s) => f.stage == s,
            Fact::Channel(c) => f.channel == c,
            Fact::Sender(s) => f.sender == s,
            Fact::Link(l) => f.link == l,
            Fact::Automatic(a) => f.automatic == a,
            Fact::Machine => f.automatic.is_some(),
            Fact::Foreign => f.foreign,
            Fact::Public => f.public,
            Fact::Attachments => f.attachments > 0,
            Fact::Stage1Answered => f.stage1_answered,
            Fact::SameMatter(same) => f.same_matter == Some(same),
            Fact::Short(_) => false,
        }
    }
}
