//! Where the author's words end and the foot begins: `-- `, "Sent from my iPhone", contact blocks, legal notices. When in doubt it is words.

mod patterns;

use super::Whose;
use super::separator::is_rule;
use crate::message::line::{Line, Mark};
use crate::message::words;
use patterns::{CLIENT, CONTACT, NOTICE, THING, is_banner, may_be};
use std::sync::LazyLock;

/// Marks the signature lines of every stretch of new words.
pub fn mark(lines: &[Line], whose: &mut [Whose]) {
    let (mut at, mut later) = (0, false);
    while at < lines.len() {
        if whose[at] != Whose::New {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|i| whose[*i] != Whose::New).unwrap_or(lines.len());
        stretch(&lines[at..end], &mut whose[at..end], later);
        later = later || (at..end).any(|i| whose[i] == Whose::New && !lines[i].is_blank());
        at = end;
    }
}

/// Marked by the client; but people do type into its signature's element, and a long sentence is theirs.
fn marked(line: &Line) -> bool {
    line.mark == Mark::Signature && (line.text.len() <= 160 || NOTICE.is_match(&line.text) || CONTACT.is_match(&line.text))
}

/// `later`: new words stand further up, so that this stretch may be all foot.
fn stretch(lines: &[Line], whose: &mut [Whose], later: bool) {
    // A cheap look for what most mail has nowhere; only then the dear patterns.
    let short = lines.iter().filter(|l| l.text.len() <= 500).map(|l| may_be(&l.text));
    let (things, banners) = short.fold((false, false), |all, one| (all.0 || one.0, all.1 || one.1));
    for (line, w) in lines.iter().zip(whose.iter_mut()) {
        if marked(line) || things && is_client(&line.text) || banners && is_banner(&line.text) {
            *w = Whose::Signature;
        }
    }
    if things {
        name_above_client(lines, whose, later);
    }
    let mut end = lines.len();
    if let Some(from) = delimited(lines, later) {
        whose[from..].fill(Whose::Signature);
        end = from;
    }
    // Notices, contact blocks and rules lie on one another at the foot: take them off from below.
    for _ in 0..12 {
        while end > 0 && (lines[end - 1].is_blank() || whose[end - 1] == Whose::Signature) {
            end -= 1;
        }
        let Some(from) = foot(&lines[..end], later) else { break };
        whose[from..end].fill(Whose::Signature);
        end = from;
    }
}

/// The line that opens a signature by convention: `-- ` (RFC 3676 §4.3), or the same less its space if what follows looks like a foot.
fn delimited(lines: &[Line], later: bool) -> Option<usize> {
    let first = lines.iter().position(|l| !l.is_blank())?;
    let at = (first + usize::from(!later)..lines.len())
        .rev()
        .find(|i| matches!(lines[*i].text.trim(), "--" | "—" | "–" | "-- " | "__" | "---"))?;
    let foot: Vec<&Line> = lines[at + 1..].iter().filter(|l| !l.is_blank()).collect();
    let said = |t: &str| t.len() > 160 || t.split_whitespace().nth(16).is_some() && !is_foot_line(t);
    let prose = foot.iter().filter(|l| said(&l.text) && !NOTICE.is_match(&l.text)).count();
    (foot.len() <= 25 && prose == 0).then_some(at)
}

/// What a phone or program put there. People go on from it, "Sent from my desk, as the phone is broken": a sentence is theirs, unless it
/// is the usual apology for the phone's spelling.
fn is_client(text: &str) -> bool {
    const SENTENCE: [&str; 12] = ["is", "was", "are", "were", "i", "i'm", "because", "as", "has", "have", "not", "can't"];
    const APOLOGY: [&str; 7] = ["typo", "brevity", "excuse", "sorry", "apolog", "spelling", "autocorrect"];
    if text.len() > 200 || !THING.is_match(text) || !CLIENT.is_match(text) {
        return false;
    }
    let lower = text.to_lowercase().replace('’', "'");
    let words = || lower.split(|c: char| c.is_whitespace() || ",.;".contains(c));
    let begun = lower.trim_start_matches(|c: char| !c.is_alphabetic());
    let english = ["sent ", "posted ", "written ", "typed ", "composed "].iter().any(|w| begun.starts_with(w));
    !english || !words().any(|w| SENTENCE.contains(&w)) || APOLOGY.iter().any(|a| lower.contains(a))
}

/// `Jo Bloggs` on the line above "Sent from my iPhone", apart from the words: the phone signs so. One word there may be a plea.
fn name_above_client(lines: &[Line], whose: &mut [Whose], later: bool) {
    let mut words_above = later;
    for at in 1..lines.len() {
        let name = lines[at - 1].text.trim();
        if whose[at] == Whose::Signature
            && whose[at - 1] == Whose::New
            && words_above
            && (at == 1 || lines[at - 2].is_blank())
            && name.split_whitespace().count() >= 2
            && is_name(name)
            && !is_closing(name)
            && is_client(&lines[at].text)
        {
            whose[at - 1] = Whose::Signature;
        }
        words_above |= whose[at - 1] == Whose::New && name.split_whitespace().count() >= 4;
    }
}

/// Where the last piece of foot in these lines begins: their last paragraph, if it is one.
fn foot(lines: &[Line], later: bool) -> Option<usize> {
    let start = (0..lines.len()).rev().find(|i| lines[*i].is_blank()).map_or(0, |i| i + 1);
    let paragraph = &lines[start..];
    let first = paragraph.first()?;
    if is_rule(&first.text) && paragraph.len() == 1 {
        return Some(start);
    }
    let whole = paragraph.iter().take(30).map(|l| l.text.trim()).collect::<Vec<_>>().join(" ");
    if whole.len() <= 6000 && NOTICE.is_match(&whole) && (start > 0 || later) {
        return Some(notice_start(paragraph).map_or(start, |i| start + i));
    }
    ruled(lines).or_else(|| contact(lines, start)).or_else(|| dashed_name(lines))
}

/// A notice may follow words without a blank line: it begins where its own first line does.
fn notice_start(paragraph: &[Line]) -> Option<usize> {
    let first = paragraph.iter().position(|l| is_rule(&l.text) || NOTICE.is_match(&l.text))?;
    (paragraph.len() > 1).then_some(first)
}

/// `----------------` or `________` over short lines with a way to reach somebody among them.
fn ruled(lines: &[Line]) -> Option<usize> {
    let at = (1..lines.len()).rev().take(30).find(|i| is_rule(&lines[*i].text))?;
    let below: Vec<&str> = lines[at + 1..].iter().map(|l| l.text.trim()).filter(|t| !t.is_empty()).collect();
    let contact = below.iter().any(|t| CONTACT.is_match(t));
    let listed = below.iter().any(|t| NOTICE.is_match(t));
    (!below.is_empty()
        && below.len() <= 14
        && (contact || listed)
        && below.iter().all(|t| t.len() <= 90 || NOTICE.is_match(t))
        && lines[..at].iter().any(|l| !l.is_blank()))
    .then_some(at)
}

/// A last paragraph of short lines that begins with a name and holds a telephone number, address or site of the writer's.
fn contact(lines: &[Line], mut start: usize) -> Option<usize> {
    // A contact block may have gaps: name, blank, numbers.
    let looks = |l: &Line| is_foot_line(l.text.trim());
    while start > 1 && lines.len() - start <= 14 && lines[start..].iter().all(|l| l.is_blank() || looks(l)) {
        let above = (0..start - 1).rev().find(|i| lines[*i].is_blank()).map_or(0, |i| i + 1);
        let paragraph = &lines[above..start - 1];
        if paragraph.is_empty()
            || above == 0
            || !paragraph.iter().all(looks)
            || start - above > 8
            || paragraph.iter().any(|l| is_closing(&l.text))
        {
            break;
        }
        start = above;
    }
    if lines.len() - start > 30 {
        return None;
    }
    let mut paragraph = &lines[start..];
    if let Some(closing) = paragraph.iter().position(|l| is_closing(&l.text)) {
        start += closing + 1;
        paragraph = &lines[start..];
    }
    let words: Vec<&str> = paragraph.iter().map(|l| l.text.trim()).filter(|t| !t.is_empty()).collect();
    let name = words.first().is_some_and(|t| is_name(t));
    let reach = words.iter().filter(|t| CONTACT.is_match(t)).count();
    let kept = lines[..start].iter().any(|l| !l.is_blank());
    (kept && (name || reach >= 2) && reach >= 1 && words.len() >= 2 && words.len() <= 14 && words.iter().all(|t| is_foot_line(t)))
        .then_some(start)
}

/// `-Abhishek Kona`, `- Jo`: a name behind a dash, last of all.
fn dashed_name(lines: &[Line]) -> Option<usize> {
    let at = lines.len().checked_sub(1)?;
    let name = lines[at].text.trim();
    let bare = name.strip_prefix(['-', '–', '—', '~'])?.trim_start_matches(['-', '–', '—']).trim();
    let above = at.checked_sub(1).is_some_and(|i| lines[i].is_blank());
    (above && is_name(bare) && bare.split_whitespace().count() <= 3 && lines[..at].iter().any(|l| !l.is_blank())).then_some(at)
}

/// Short, no sentence: what a line of a signature looks like.
fn is_foot_line(t: &str) -> bool {
    if t.len() > 110 {
        return false;
    }
    let words = t.split_whitespace().count();
    let sentence = || t.ends_with(['?', '!', ':']) || (t.ends_with('.') && words > 5 && !CONTACT.is_match(t));
    words <= 12
        && !sentence()
        && !t.starts_with(['"', '“', '-', '*', '>'])
        && !t.split_whitespace().any(|w| {
            matches!(
                w.to_lowercase().as_str(),
                "i" | "my"
                    | "me"
                    | "you"
                    | "your"
                    | "please"
                    | "is"
                    | "was"
                    | "have"
                    | "has"
                    | "will"
                    | "need"
                    | "call"
                    | "ring"
                    | "i'm"
                    | "i’ve"
                    | "i've"
                    | "they"
                    | "we"
                    | "or"
                    | "if"
                    | "not"
            )
        })
}

/// One to five words, each with a capital or an initial, and no number among them.
fn is_name(t: &str) -> bool {
    let t = t.trim_matches(['*', '_', ' ']);
    let words: Vec<&str> = t.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    !words.is_empty()
        && words.len() <= 6
        && t.len() <= 60
        && !t.chars().any(|c| c.is_numeric() || matches!(c, '@' | ':' | '/' | '?' | '!'))
        && words.iter().all(|w| {
            w.chars().next().is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()) || c == '(')
                || matches!(*w, "de" | "van" | "der" | "von" | "al" | "el" | "bin" | "and" | "&" | "da" | "di" | "la")
        })
}

static CLOSINGS: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("closing"));

pub fn is_closing(t: &str) -> bool {
    let lower = t.to_lowercase();
    CLOSINGS.contains(&lower.trim_matches(|c: char| !c.is_alphanumeric()))
}
