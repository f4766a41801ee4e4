//! What the second reader looks at: one name for each thing seen in a message. Learning and reading share this code, so that both see
//! the same. Names of people, addresses, references and numbers never become features (`masks`).

use super::classes::class;
use super::masks::{Mask, masks};
use crate::model::message::Channel;
use crate::rules::judge::CaseStage;
use crate::rules::time::Time;
use crate::rules::tokens::Tokens;
use std::fmt::Write;

/// Kinds of features. Each kind is brought to one length before it is weighed, so that a long message says no more than a short one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Words and pairs of words.
    Words,
    /// Three and four letters within a word: what is left of a word when it is misspelt.
    Letters,
    /// What the rules hear, and two such things in one message.
    Signals,
    /// Runs of two to four classes of words: who is spoken of, denial, time, wish, doubt.
    Classes,
    /// Length, questions, capitals, how long ago.
    Shape,
    /// The stage of the case and the channel, and what the rules hear at that stage.
    Case,
}

impl Group {
    pub const ALL: [Group; 6] = [Group::Words, Group::Letters, Group::Signals, Group::Classes, Group::Shape, Group::Case];

    /// As the model file writes it.
    pub fn mark(self) -> &'static str {
        match self {
            Group::Words => "word",
            Group::Letters => "part",
            Group::Signals => "signal",
            Group::Classes => "class",
            Group::Shape => "shape",
            Group::Case => "case",
        }
    }

    /// What the kind counts beside the others, found by leaving each author out in turn. Signals count half: the rules behind them were
    /// written by people who had read most of the labelled messages, so that they look surer there than they are.
    pub fn scale(self) -> f64 {
        match self {
            Group::Words | Group::Letters => 1.0,
            Group::Signals | Group::Classes | Group::Case => 0.5,
            Group::Shape => 0.4,
        }
    }
}

/// One feature seen; words have a place (bytes) in their part.
pub struct Seen<'a> {
    pub group: Group,
    pub name: &'a str,
    pub span: Option<(u32, u32)>,
}

/// Words beyond this many in a part say nothing new.
const MOST_WORDS: usize = 600;

/// The features of a subject or a text that need no case.
pub fn of_part(text: &str, subject: bool, tokens: &Tokens, times: &[Time], each: &mut dyn FnMut(Seen)) {
    let masks = masks(text, tokens);
    let mut name = String::new();
    for (words, _) in &tokens.sentences {
        let words = words.start.min(MOST_WORDS)..words.end.min(MOST_WORDS);
        let word = |at: usize| masks[at].word(tokens.norm(at));
        for at in words.clone() {
            let token = &tokens.all[at];
            each(Seen { group: Group::Words, name: word(at), span: Some((token.start, token.end)) });
            if at + 1 < words.end {
                name.clear();
                let _ = write!(name, "{} {}", word(at), word(at + 1));
                each(Seen { group: Group::Words, name: &name, span: Some((token.start, tokens.all[at + 1].end)) });
            }
            let repeats = at > 0 && tokens.all[at - 1].start == token.start;
            if masks[at] == Mask::Open && !repeats {
                letters(&text[token.start as usize..token.end as usize], each);
            }
        }
        classes(words.clone().map(|at| if masks[at] == Mask::Open { class(tokens.norm(at)) } else { masks[at].class() }), each);
    }
    shape(text, subject, tokens, times, each);
}

fn letters(word: &str, each: &mut dyn FnMut(Seen)) {
    let padded = format!(" {} ", word.to_lowercase());
    let ends: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
    for length in 3..=4 {
        for from in 0..ends.len().saturating_sub(length) {
            each(Seen { group: Group::Letters, name: &padded[ends[from]..ends[from + length]], span: None });
        }
        if ends.len() <= length + 1 {
            break;
        }
    }
}

fn classes(classes: impl Iterator<Item = &'static str>, each: &mut dyn FnMut(Seen)) {
    let classes: Vec<&str> = classes.collect();
    let mut name = String::new();
    for from in 0..classes.len() {
        name.clear();
        let mut telling = 0;
        for (length, class) in classes[from..].iter().take(4).enumerate() {
            name.push_str(if length == 0 { "" } else { " " });
            name.push_str(class);
            telling += usize::from(*class != super::classes::OTHER);
            if length > 0 && telling >= 2 {
                each(Seen { group: Group::Classes, name: &name, span: None });
            }
        }
    }
}

fn shape(text: &str, subject: bool, tokens: &Tokens, times: &[Time], each: &mut dyn FnMut(Seen)) {
    let mut name = String::new();
    let mut put = |what: std::fmt::Arguments| {
        name.clear();
        let _ = name.write_fmt(what);
        each(Seen { group: Group::Shape, name: &name, span: None });
    };
    for time in times {
        let ago = match time.days_ago.0 {
            0 => "now",
            1..=6 => "days",
            7..=20 => "weeks",
            21..=90 => "months",
            91..=365 => "year",
            _ => "years",
        };
        put(format_args!("time {ago} {}", if time.lasting { "lasting" } else { "once" }));
        put(format_args!("time {ago} {:?}", crate::rules::time::role(tokens, time)));
    }
    if subject {
        put(format_args!("subject {}", if text.trim().is_empty() { "empty" } else { "given" }));
        if text.trim_start().get(..3).is_some_and(|s| s.eq_ignore_ascii_case("re:")) {
            put(format_args!("subject answers"));
        }
        return;
    }
    let length = match tokens.all.len() {
        0..=8 => "a line",
        9..=20 => "two lines",
        21..=45 => "short",
        46..=90 => "middling",
        91..=180 => "long",
        _ => "very long",
    };
    put(format_args!("length {length}"));
    put(format_args!("questions {}", text.matches('?').count().min(3)));
    put(format_args!("exclamations {}", text.matches('!').count().min(3)));
    let letters = text.chars().filter(|c| c.is_alphabetic()).count().max(1);
    put(format_args!("capitals {}", (text.chars().filter(|c| c.is_uppercase()).count() * 100 / letters / 15).min(3)));
    put(format_args!("link {}", text.contains("http") || text.contains("www")));
    put(format_args!("money {}", text.contains('£')));
}

/// What the rules heard, in the order of their ids.
pub fn of_signals(ids: &[&str], each: &mut dyn FnMut(Seen)) {
    let mut name = String::new();
    for (at, one) in ids.iter().enumerate() {
        if !one.starts_with("topic:") {
            each(Seen { group: Group::Signals, name: one, span: None });
        }
        for other in &ids[at + 1..] {
            name.clear();
            let _ = write!(name, "{one} + {other}");
            each(Seen { group: Group::Signals, name: &name, span: None });
        }
    }
}

/// What the case and the channel add.
pub fn of_case(ids: &[&str], stage: CaseStage, channel: Channel, each: &mut dyn FnMut(Seen)) {
    let mut name = String::new();
    let mut put = |what: std::fmt::Arguments| {
        name.clear();
        let _ = name.write_fmt(what);
        each(Seen { group: Group::Case, name: &name, span: None });
    };
    let (stage, channel) = (stage_name(stage), channel.as_str());
    put(format_args!("stage {stage}"));
    put(format_args!("channel {channel}"));
    put(format_args!("{channel} {stage}"));
    for id in ids.iter().filter(|id| !id.starts_with("topic:")) {
        put(format_args!("{id} @ {}", if stage == "none" { "none" } else { "case" }));
        if stage != "none" {
            put(format_args!("{id} @ {stage}"));
        }
    }
}

pub fn stage_name(stage: CaseStage) -> &'static str {
    match stage {
        CaseStage::None => "none",
        CaseStage::Open => "open",
        CaseStage::Responded => "responded",
        CaseStage::Stage2 => "stage2",
        CaseStage::Closed => "closed",
    }
}
