//! What the second reader looks at: one name for each thing seen in a message. Learning and reading share this code, so that both see
//! the same. Names of people, addresses, references and numbers never become features (`masks`).

use super::classes::class;
use super::masks::{Mask, masks};
use super::{extend, key};
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
    pub const fn mark(self) -> &'static str {
        match self {
            Group::Words => "word",
            Group::Letters => "part",
            Group::Signals => "signal",
            Group::Classes => "class",
            Group::Shape => "shape",
            Group::Case => "case",
        }
    }

    /// Where the keys of its features begin.
    pub fn seed(self) -> u64 {
        const SEEDS: [u64; Group::ALL.len()] = {
            let mut seeds = [0; Group::ALL.len()];
            let mut at = 0;
            while at < seeds.len() {
                seeds[at] = extend(key(Group::ALL[at].mark()), " ");
                at += 1;
            }
            seeds
        };
        SEEDS[self as usize]
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
    /// Its name in pieces, to be read as one: reading hashes them, and only learning puts them together.
    pub name: &'a [&'a str],
    pub span: Option<(u32, u32)>,
}

/// Words beyond this many in a part say nothing new.
const MOST_WORDS: usize = 600;

/// The features of a subject or a text that need no case.
pub fn of_part(text: &str, subject: bool, tokens: &Tokens, times: &[Time], each: &mut dyn FnMut(Seen)) {
    let masks = masks(text, tokens);
    let mut padded = String::new();
    for (words, _) in &tokens.sentences {
        let words = words.start.min(MOST_WORDS)..words.end.min(MOST_WORDS);
        let word = |at: usize| masks[at].word(tokens.norm(at));
        for at in words.clone() {
            let token = &tokens.all[at];
            // What is masked says nothing by itself, and is never shown as what gave a message away.
            let open = |at: usize| masks[at] == Mask::Open;
            each(Seen { group: Group::Words, name: &[word(at)], span: open(at).then_some((token.start, token.end)) });
            if at + 1 < words.end {
                let pair = [word(at), " ", word(at + 1)];
                let span = (open(at) && open(at + 1)).then_some((token.start, tokens.all[at + 1].end));
                each(Seen { group: Group::Words, name: &pair, span });
            }
            let repeats = at > 0 && tokens.all[at - 1].start == token.start;
            if masks[at] == Mask::Open && !repeats {
                letters(&text[token.start as usize..token.end as usize], &mut padded, each);
            }
        }
        classes(words.clone().map(|at| if masks[at] == Mask::Open { class(tokens.norm(at)) } else { masks[at].class() }), each);
    }
    shape(text, subject, tokens, times, each);
}

/// Runs of three and four letters of a word with a space before and after it; `padded` is room to work in.
fn letters(word: &str, padded: &mut String, each: &mut dyn FnMut(Seen)) {
    padded.clear();
    padded.push(' ');
    padded.extend(word.chars().flat_map(char::to_lowercase));
    padded.push(' ');
    let mut ends = [0; 4];
    let mut count = 0;
    for (at, length) in padded.char_indices().map(|(at, c)| (at, c.len_utf8())) {
        let end = at + length;
        count += 1;
        // Where the last four letters begin.
        ends.rotate_left(1);
        ends[3] = at;
        for run in 3..=4.min(count) {
            each(Seen { group: Group::Letters, name: &[&padded[ends[4 - run]..end]], span: None });
        }
    }
}

/// The longest run of classes that is looked at.
const LONGEST: usize = 4;

fn classes(classes: impl Iterator<Item = &'static str>, each: &mut dyn FnMut(Seen)) {
    let classes: Vec<&str> = classes.collect();
    for from in 0..classes.len() {
        let mut name = [" "; 2 * LONGEST - 1];
        let mut telling = 0;
        for (length, class) in classes[from..].iter().take(LONGEST).enumerate() {
            name[2 * length] = class;
            telling += usize::from(*class != super::classes::OTHER);
            if length > 0 && telling >= 2 {
                each(Seen { group: Group::Classes, name: &name[..=2 * length], span: None });
            }
        }
    }
}

fn shape(text: &str, subject: bool, tokens: &Tokens, times: &[Time], each: &mut dyn FnMut(Seen)) {
    let mut name = String::new();
    let mut put = |what: std::fmt::Arguments| {
        name.clear();
        let _ = name.write_fmt(what);
        each(Seen { group: Group::Shape, name: &[&name], span: None });
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
    for (at, one) in ids.iter().enumerate() {
        if !one.starts_with("topic:") {
            each(Seen { group: Group::Signals, name: &[one], span: None });
        }
        for other in &ids[at + 1..] {
            each(Seen { group: Group::Signals, name: &[one, " + ", other], span: None });
        }
    }
}

/// What the case and the channel add.
pub fn of_case(ids: &[&str], stage: CaseStage, channel: Channel, each: &mut dyn FnMut(Seen)) {
    let mut put = |name: &[&str]| each(Seen { group: Group::Case, name, span: None });
    let (stage, channel) = (stage_name(stage), channel.as_str());
    put(&["stage ", stage]);
    put(&["channel ", channel]);
    put(&[channel, " ", stage]);
    for id in ids.iter().filter(|id| !id.starts_with("topic:")) {
        put(&[id, " @ ", if stage == "none" { "none" } else { "case" }]);
        if stage != "none" {
            put(&[id, " @ ", stage]);
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
