//! Where an earlier message begins: a separator, a header block, both, or our own letters' first line.

use super::Wording;
use super::block::{self, Block};
use super::labels;
use super::separator::{is_drawn, is_reply_line, is_rule, says_above, separator};
use crate::message::line::{Line, Mark};

/// The head of an earlier message: a separator, a header block, or both.
pub struct Head {
    pub start: usize,
    pub body: usize,
    pub depth: usize,
    pub wording: Option<Wording>,
    pub block: Option<Block>,
}

/// The head of an earlier message that starts on this line.
pub fn head_at(lines: &[Line], at: usize) -> Option<Head> {
    let line = &lines[at];
    let mut cursor = at;
    let mut wording = None;
    let mut drawn = line.mark == Mark::HistoryStart;
    let mut flat = None;
    if let Some(found) = separator(&line.text) {
        if !found.tail.is_empty() {
            flat = flattened(line, found.tail);
        }
        (wording, drawn) = (Some(found.wording), found.drawn);
        cursor += 1;
    } else if is_rule(&line.text) || is_drawn(&line.text) {
        drawn = true;
        cursor += 1;
    } else if line.text.len() < 2000
        && line.text.matches(':').count() >= 3
        && labels::field(&line.text).is_some_and(|(f, _)| f == labels::Field::From)
    {
        flat = flattened(line, &line.text);
        cursor += usize::from(flat.is_some());
    }
    if let Some(block) = flat {
        return Some(Head { start: at, body: cursor, depth: line.depth, wording, block: Some(block) });
    }
    let next = (cursor..lines.len()).take(6).find(|i| !lines[*i].is_blank());
    // Mailmate and Apple quote the block one deeper than the separator.
    let found = next
        .filter(|n| lines[*n].depth >= line.depth && (cursor > at || *n == at))
        .and_then(|n| block::block(lines, n, cursor > at || drawn).map(|b| (n, b)));
    match found {
        // With neither separator nor mark, labels without any address may be the heading of somebody's own letter.
        Some((n, block)) if cursor > at || drawn || block.addressed || block.fields >= 4 => {
            // A rule over a single known label proves nothing.
            let sure = wording.is_some() || line.mark == Mark::HistoryStart || block.fields >= 3;
            // Zoho draws its separator a second time, beneath the block.
            let again = (block.end..lines.len()).take(3).find(|i| !lines[*i].is_blank()).filter(|i| {
                wording.is_some()
                    && separator(&lines[*i].text).is_some_and(|s| s.drawn && s.tail.is_empty())
                    && block::block(lines, *i + 1, true).is_none()
            });
            sure.then(|| Head { start: at, body: again.map_or(block.end, |i| i + 1), depth: lines[n].depth, wording, block: Some(block) })
        }
        _ if wording.is_some() && drawn => {
            Some(Head { start: at, body: cursor, depth: next.map_or(line.depth, |n| lines[n].depth.max(line.depth)), wording, block: None })
        }
        _ if line.mark == Mark::HistoryStart => Some(Head { start: at, body: at, depth: line.depth, wording: None, block: None }),
        _ => None,
    }
}

/// A header block that stands on one line.
fn flattened(line: &Line, text: &str) -> Option<Block> {
    let pieces: Vec<Line> = block::unflatten(text).into_iter().map(|text| Line { text, depth: line.depth, mark: Mark::Words }).collect();
    (!pieces.is_empty()).then(|| block::block(&pieces, 0, true)).flatten()
}

/// Our letters' first line, which a narrow client may have broken in two.
pub fn reply_line_at(lines: &[Line], at: usize) -> bool {
    is_reply_line(&lines[at].text)
        || (lines[at].text.len() < 60
            && lines.get(at + 1).is_some_and(|next| {
                next.text.len() < 40
                    && !next.is_blank()
                    && (says_above(&lines[at].text) || says_above(&next.text))
                    && is_reply_line(&format!("{} {}", lines[at].text, next.text))
            }))
}

/// Whatever a client put between the answer and our letter's first line: an attribution or header lines that no pattern knew.
pub fn above_reply_line(lines: &[Line], at: usize) -> usize {
    let mut from = at;
    for _ in 0..8 {
        let Some(up) = (0..from).rev().take(3).find(|i| !lines[*i].is_blank()) else { break };
        let text = lines[up].text.trim();
        let ours = labels::field(text).is_some()
            || is_rule(text)
            || separator(text).is_some()
            || (from == at && text.ends_with(':') && (text.contains('@') || text.chars().any(|c| c.is_numeric())));
        if !ours {
            break;
        }
        from = up;
    }
    from
}
