//! The lines that clients draw between a new message and an old one.

use crate::message::words;
use std::sync::LazyLock;

/// What a separator's own words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// "Forwarded message" and its like: nobody writes that over a reply.
    Forward,
    /// "Original message": replies and forwards both carry it.
    Original,
}

static FORWARD: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("separator forward"));

static ORIGINAL: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("separator original"));

/// A separator found: what it says, and what stands behind it on the same line (Yahoo and Samsung run the header block on).
#[derive(Debug, PartialEq, Eq)]
pub struct Separator<'a> {
    pub wording: Wording,
    /// Dashes or underscores around the words: a client drew it. Without them only a header block beneath makes it one.
    pub drawn: bool,
    pub tail: &'a str,
}

const LONGEST: usize = 100;

pub fn separator(line: &str) -> Option<Separator<'_>> {
    #[cfg(test)]
    crate::message::line::looks::one_more();
    let line = line.trim();
    // Nearly every line is neither drawn nor short with a colon behind it.
    if !line.starts_with(is_rule_char) && (line.len() > 4 * LONGEST || !line.ends_with([':', '：'])) {
        return None;
    }
    let inner = line.trim_start_matches(is_rule_char);
    let drawn = line.chars().take_while(|c| is_rule_char(*c)).filter(|c| !c.is_whitespace()).count() >= 2;
    // An opening long enough for any wording; the rest is a tail.
    let end = inner.char_indices().nth(LONGEST).map_or(inner.len(), |(i, _)| i);
    let opening = &inner[..end];
    let close = if drawn {
        opening.find("--").or_else(|| opening.find("__")).or_else(|| opening.find("==")).unwrap_or(opening.len())
    } else {
        opening.len()
    };
    let words = opening[..close].trim();
    let colon = words.ends_with(':') || words.ends_with('：');
    if words.is_empty() || words.split_whitespace().count() > 8 || !(drawn || colon) {
        return None;
    }
    // The Turkish capital İ becomes i and a dot of its own.
    let lower = words.to_lowercase().replace('’', "'").replace('\u{307}', "");
    if ENDS.iter().any(|e| lower.starts_with(e)) {
        return None;
    }
    let wording = if FORWARD.iter().any(|p| lower.contains(p)) {
        Wording::Forward
    } else if ORIGINAL.iter().any(|p| lower.contains(p)) {
        Wording::Original
    } else {
        return None;
    };
    Some(Separator { wording, drawn, tail: inner[close..].trim_start_matches(is_rule_char).trim() })
}

const ENDS: [&str; 6] = ["end ", "ende ", "fin ", "fine ", "koniec ", "einde "];

/// `----- End forwarded message -----`
pub fn is_end(line: &str) -> bool {
    let inner = line.trim().trim_matches(is_rule_char).to_lowercase();
    line.len() <= LONGEST
        && line.trim_start().starts_with("--")
        && ENDS.iter().any(|e| inner.starts_with(e))
        && FORWARD.iter().any(|p| inner.contains(p))
}

/// Words between drawn lines, whatever they say: over a header block a client drew them, in a language that is not known here.
pub fn is_drawn(line: &str) -> bool {
    let line = line.trim();
    let inner = line.trim_matches(is_rule_char);
    let (head, tail) = (line.len() - line.trim_start_matches(is_rule_char).len(), line.len() - line.trim_end_matches(is_rule_char).len());
    head >= 4 && tail >= 3 && !inner.is_empty() && inner.len() <= 2 * LONGEST
}

/// A ruled line and nothing else: Outlook's 32 underscores, a row of dashes.
pub fn is_rule(line: &str) -> bool {
    let t = line.trim();
    t.chars().count() >= 5 && t.chars().all(is_rule_char)
}

fn is_rule_char(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '_' | '=' | '*' | '—' | '–' | '─' | '━' | '~' | '#' | '<') || c == ' '
}

/// Every English wording of such a line has one of these words: a cheap look before the dear one.
pub fn says_above(line: &str) -> bool {
    let ends = |rest: &[u8], with: &[u8]| rest.get(..4).is_some_and(|r| r.eq_ignore_ascii_case(with));
    let bytes = line.as_bytes();
    (0..bytes.len()).any(|i| match bytes[i] {
        b'a' | b'A' => ends(&bytes[i + 1..], b"bove"),
        b'b' | b'B' => ends(&bytes[i + 1..], b"elow"),
        _ => false,
    })
}

static REPLY_LINE: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("reply line"));

/// Our own letters ask people to write above a line of this wording; other desks' letters do much the same.
/// Clients change dashes, case, stars and spaces: only the letters count.
pub fn is_reply_line(line: &str) -> bool {
    #[cfg(test)]
    crate::message::line::looks::one_more();
    if line.len() > 400 {
        return false;
    }
    // In other languages only where it is drawn: "##- Bitte antworten Sie oberhalb dieser Zeile -##".
    if line.trim_start().starts_with(['#', '-', '=', '_', '*', '—']) {
        let lower = line.to_lowercase();
        if REPLY_LINE.iter().any(|w| lower.contains(w)) {
            return true;
        }
    }
    if !says_above(line) {
        return false;
    }
    let letters: String = line.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    const LINES: [&str; 4] = ["replyabovethisline", "writeabovethisline", "typeyourreplyabovethisline", "respondabovethisline"];
    const BELOW: [&str; 2] = ["donotwritebelowthisline", "donotreplybelowthisline"];
    letters == "pleasewriteabovethisline"
        || letters.len() < 80
            && (LINES.iter().chain(&BELOW).any(|w| letters.ends_with(w))
                || LINES.iter().any(|w| letters.trim_start_matches("please").starts_with(w)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_many_clients() {
        for line in [
            "---------- Forwarded message ---------",
            "-------- Forwarded Message --------",
            "Begin forwarded message:",
            "Anfang der weitergeleiteten Nachricht:",
            "Début du message réexpédié :",
            "---------- Mesaj redirecționat ---------",
            "-------- Przekazana wiadomość --------",
            "---------- Neges wedi'i hanfon ymlaen ---------",
        ] {
            assert_eq!(separator(line).map(|s| s.wording), Some(Wording::Forward), "{line}");
        }
        for line in [
            "-----Original Message-----",
            "-----Ursprüngliche Nachricht-----",
            "-----Message d’origine-----",
            "________ Oryginalna wiadomość ________",
            "-------- الرسالة الأصلية --------",
        ] {
            assert_eq!(separator(line).map(|s| s.wording), Some(Wording::Original), "{line}");
        }
        for line in ["I forwarded message after message to you", "--", "- the forwarded message I sent you", "-----"] {
            assert_eq!(separator(line), None, "{line}");
        }
    }

    #[test]
    fn a_tail_is_kept() {
        assert_eq!(separator("----- Forwarded Message ----- From: Jo <jo@x.example>").map(|s| s.tail), Some("From: Jo <jo@x.example>"));
    }

    #[test]
    fn our_line_in_any_dress() {
        for line in [
            "--- Please write above this line ---",
            "*--- PLEASE WRITE ABOVE THIS LINE ---*",
            "— Please write above this line —",
            "##- Please type your reply above this line -##",
            "=== Reply ABOVE THIS LINE to add a note ===",
            "-+-+ Please do not write below this line -+-+",
            "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##",
        ] {
            assert!(is_reply_line(line), "{line}");
        }
        assert!(!is_reply_line("I did write above this line of tiles"));
    }
}
