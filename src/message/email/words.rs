//! Encoded words (RFC 2047) in header fields, in the shapes that programs really write.

use super::charset;
use super::transfer;

/// A word may be 75 characters (RFC 2047 §2); programs write far longer ones, and looking further would make hostile mail slow.
const MAX_WORD: usize = 4096;

/// Decodes every encoded word of an unfolded header value. White space between two encoded words goes (RFC 2047 §6.2), and
/// neighbours of one charset are joined before decoding, because many programs cut a character in two.
pub fn decode(value: &str) -> String {
    rewrite(value, |word, out| out.push_str(word))
}

/// The same for a field of addresses: each run of encoded words becomes a quoted string, so that a comma in a name stays in the name.
pub fn decode_phrases(value: &str) -> String {
    let mut quoted = false;
    let mut last = 0;
    let bytes = value.as_bytes();
    rewrite_at(value, |at, word, out| {
        for b in &bytes[last..at] {
            quoted ^= *b == b'"';
        }
        last = at;
        if !quoted {
            out.push('"');
        }
        for c in word.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
        if !quoted {
            out.push('"');
        }
    })
}

fn rewrite(value: &str, mut put: impl FnMut(&str, &mut String)) -> String {
    rewrite_at(value, |_, word, out| put(word, out))
}

fn rewrite_at(value: &str, mut put: impl FnMut(usize, &str, &mut String)) -> String {
    let mut out = String::with_capacity(value.len());
    let mut at = 0;
    while let Some(found) = value[at..].find("=?") {
        let start = at + found;
        let Some(first) = word(value, start) else {
            out.push_str(&value[at..start + 2]);
            at = start + 2;
            continue;
        };
        out.push_str(&value[at..start]);
        let (mut charset, mut bytes, mut end) = (first.charset, first.bytes, first.end);
        let mut text = String::new();
        loop {
            let gap = value[end..].len() - value[end..].trim_start().len();
            let Some(next) = word(value, end + gap) else { break };
            if next.charset.eq_ignore_ascii_case(charset) {
                bytes.extend(next.bytes);
            } else {
                text.push_str(&charset::decode(&bytes, Some(charset), &mut Vec::new()));
                (charset, bytes) = (next.charset, next.bytes);
            }
            end = next.end;
        }
        text.push_str(&charset::decode(&bytes, Some(charset), &mut Vec::new()));
        put(start, &text, &mut out);
        at = end;
    }
    out.push_str(&value[at..]);
    out
}

struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
    end: usize,
}

/// One encoded word at `start`. Spaces inside a Q word are too.
fn word(value: &str, start: usize) -> Option<Word<'_>> {
    let rest = value.get(start..)?.strip_prefix("=?")?;
    let whole = &rest[..rest.floor_char_boundary(MAX_WORD)];
    let rest = whole;
    let (charset, rest) = rest.split_once('?')?;
    if charset.is_empty() || charset.len() > 60 || charset.contains([' ', '\t']) {
        return None;
    }
    let (kind, rest) = rest.split_once('?')?;
    let (text, tail) = rest.split_once("?=")?;
    let bytes = match kind {
        "B" | "b" => transfer::base64(text.as_bytes()).0,
        "Q" | "q" => transfer::quoted_printable(text.replace('_', " ").as_bytes()).0,
        _ => return None,
    };
    // RFC 2231 §5 lets a language follow the charset: =?utf-8*en?Q?…?=
    let charset = charset.split('*').next().unwrap_or(charset);
    let end = start + 2 + whole.len() - tail.len();
    Some(Word { charset, bytes, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_what_was_cut_inside_a_character() {
        assert_eq!(decode("=?utf-8?B?w6kg4oI=?= =?utf-8?B?rDEw?="), "é €10");
        assert_eq!(decode("Re: =?ISO-8859-1?Q?caf=E9_au?= =?iso-8859-1?Q?_lait?= x"), "Re: café au lait x");
        assert_eq!(decode("=?utf-8*en?q?a?= =?bad =?= x?"), "a =?bad =?= x?");
        assert_eq!(decode("1 =? 2 ?= 3"), "1 =? 2 ?= 3");
    }

    #[test]
    fn a_comma_in_an_encoded_name_stays_in_the_name() {
        assert_eq!(decode_phrases("=?utf-8?q?Patel=2C_R?= <r@x.example>"), "\"Patel, R\" <r@x.example>");
        assert_eq!(decode_phrases("\"=?utf-8?q?Patel=2C_R?=\" <r@x.example>"), "\"Patel, R\" <r@x.example>");
    }
}
