//! The tree of MIME parts (RFC 2046 §5.1), from a raw in one pass over its lines. mail-parser has such a tree; this one is our own because
//! it must keep each part's octets as they came (charsets are guessed later), find boundaries only at the start of a line, and stay linear
//! and bounded whatever the nesting.

use super::headers::{self, Headers};
use super::words;
use crate::model::message::Defect;
use mail_parser::parsers::MessageStream;

const MAX_PARTS: usize = 400;
const MAX_DEPTH: usize = 20;

#[derive(Clone, Debug)]
pub struct Part<'a> {
    pub headers: Headers,
    pub kind: Kind,
    /// Of a leaf, its octets still encoded; of a multipart, its preamble.
    pub body: &'a [u8],
    pub children: Vec<usize>,
    depth: usize,
}

/// Content-Type, or Content-Disposition: a lower-case token or pair, and parameters with RFC 2231 undone.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    pub mime: String,
    pub params: Vec<(String, String)>,
}

impl Kind {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    pub fn parse(value: &str) -> Kind {
        let value = &value[..value.floor_char_boundary(20_000)];
        let line = format!("{}\n", value.trim_start_matches([';', ' ']));
        let parsed = MessageStream::new(line.as_bytes()).parse_content_type();
        let Some(ct) = parsed.as_content_type() else { return Kind::default() };
        let mime = match ct.subtype() {
            Some(sub) => format!("{}/{}", ct.ctype(), sub),
            None => ct.ctype().to_owned(),
        };
        let params = ct.attributes().unwrap_or_default().iter().take(50);
        let params = params.map(|a| (a.name.to_ascii_lowercase(), words::decode(&a.value))).collect();
        Kind { mime: mime.to_ascii_lowercase().replace(|c: char| c.is_whitespace(), ""), params }
    }
}

impl Part<'_> {
    pub fn is_multipart(&self) -> bool {
        !self.children.is_empty()
    }

    pub fn disposition(&self) -> Kind {
        self.headers.get("content-disposition").map(Kind::parse).unwrap_or_default()
    }

    /// The file's name (RFC 2183 §2.3), else Content-Type's `name`.
    pub fn name(&self) -> Option<String> {
        let disposition = self.disposition();
        let name = disposition.param("filename").or_else(|| self.kind.param("name")).map(headers::one_line);
        name.filter(|n| !n.is_empty())
    }
}

struct Open {
    part: usize,
    boundary: Vec<u8>,
}

/// Parts in the order in which they stand; the first is the whole message.
pub fn parse<'a>(raw: &'a [u8], defects: &mut Vec<Defect>) -> Vec<Part<'a>> {
    let mut tree = Tree { raw, parts: Vec::new(), open: Vec::new(), leaf: None };
    let mut at = tree.begin(0, None, defects);
    let mut before = at;
    let mut full = false;
    while at < raw.len() {
        let (text, next) = headers::line(raw, at);
        if text.starts_with(b"--")
            && let Some((level, closes)) = tree.delimiter(text, next)
        {
            if tree.open.len() > level + 1 {
                note(defects, "missing-boundary", "A part inside another does not end where it should.");
            }
            tree.end_leaf(before);
            tree.open.truncate(level + 1);
            let parent = tree.open[level].part;
            if closes {
                tree.open.pop();
                at = next;
            } else if tree.parts.len() >= MAX_PARTS {
                full = true;
                break;
            } else {
                at = tree.begin(next, Some(parent), defects);
            }
            before = at;
            continue;
        }
        before = at + text.len();
        at = next;
    }
    if full {
        note(defects, "too-many-parts", "The mail has more parts than any honest mail; the rest of them were left out.");
    } else {
        if !tree.open.is_empty() {
            note(defects, "missing-final-boundary", "The mail's last boundary is missing; it may have been cut short.");
        }
        tree.end_leaf(raw.len());
    }
    // A multipart in which no boundary was found is a text.
    for part in tree.parts.iter_mut().filter(|p| p.kind.mime.starts_with("multipart/") && p.children.is_empty()) {
        if !part.body.trim_ascii().is_empty() {
            note(defects, "no-boundary", "A mail of several parts has no boundaries between them; it was read as one text.");
        }
        part.kind = Kind { mime: "text/plain".into(), params: Vec::new() };
    }
    tree.parts
}

fn note(defects: &mut Vec<Defect>, code: &str, what: &str) {
    if !defects.iter().any(|d| d.code == code) {
        defects.push(Defect::new(code, what));
    }
}

struct Tree<'a> {
    raw: &'a [u8],
    parts: Vec<Part<'a>>,
    open: Vec<Open>,
    /// The part whose body is being read, and where that body starts.
    leaf: Option<(usize, usize)>,
}

impl Tree<'_> {
    /// Reads a part's header at `at`, and gives the place where its body starts.
    fn begin(&mut self, at: usize, parent: Option<usize>, defects: &mut Vec<Defect>) -> usize {
        let (headers, body) = headers::parse(self.raw, at, parent.is_none(), defects);
        let mut kind = headers.get("content-type").map(Kind::parse).unwrap_or_default();
        if kind.mime.is_empty() {
            let digest = parent.is_some_and(|p| self.parts[p].kind.mime == "multipart/digest");
            kind.mime = if digest { "message/rfc822" } else { "text/plain" }.into(); // RFC 2046 §5.1.5, §5.2
        } else if !kind.mime.contains('/') {
            kind.mime = match kind.mime.as_str() {
                "html" | "text" | "plain" => format!("text/{}", if kind.mime == "html" { "html" } else { "plain" }),
                "multipart" => "multipart/mixed".into(),
                _ => "application/octet-stream".into(),
            };
        }
        let depth = parent.map_or(0, |p| self.parts[p].depth + 1);
        let index = self.parts.len();
        if kind.mime.starts_with("multipart/") && depth < MAX_DEPTH {
            let boundary = kind.param("boundary").unwrap_or_default().trim_end().as_bytes().to_vec();
            self.open.push(Open { part: index, boundary });
        } else if kind.mime.starts_with("multipart/") {
            note(defects, "too-deep", "Parts lie inside parts more deeply than in any honest mail.");
            kind = Kind { mime: "application/octet-stream".into(), params: Vec::new() };
        }
        self.parts.push(Part { headers, kind, body: &[], children: Vec::new(), depth });
        if let Some(parent) = parent {
            self.parts[parent].children.push(index);
        }
        self.leaf = Some((index, body));
        body
    }

    fn end_leaf(&mut self, end: usize) {
        if let Some((part, start)) = self.leaf.take() {
            self.parts[part].body = self.raw.get(start..end.max(start)).unwrap_or_default();
        }
    }

    /// Which open multipart this line delimits, and whether it closes it. The line end before a delimiter belongs to it (RFC 2046 §5.1.1).
    fn delimiter(&mut self, text: &[u8], next: usize) -> Option<(usize, bool)> {
        let token = text[2..].trim_ascii_end();
        for (level, open) in self.open.iter().enumerate().rev() {
            if let Some(rest) = token.strip_prefix(open.boundary.as_slice()).filter(|_| !open.boundary.is_empty()) {
                match rest {
                    b"" => return Some((level, false)),
                    b"--" => return Some((level, true)),
                    _ => {}
                }
            }
        }
        // The declared boundary has not been seen, but this line stands where one would: `--something`, then `Content-…`.
        let level = self.open.len().checked_sub(1)?;
        let unseen = self.parts[self.open[level].part].children.is_empty();
        let follows =
            next < self.raw.len() && headers::line(self.raw, next).0.get(..8).is_some_and(|s| s.eq_ignore_ascii_case(b"content-"));
        if unseen && follows && !token.is_empty() {
            self.open[level].boundary = token.to_vec();
            return Some((level, false));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(raw: &str) -> (Vec<String>, Vec<String>) {
        let mut defects = Vec::new();
        let parts = parse(raw.as_bytes(), &mut defects);
        let shown = parts.iter().map(|p| format!("{} {:?}", p.kind.mime, String::from_utf8_lossy(p.body))).collect();
        (shown, defects.into_iter().map(|d| d.code).collect())
    }

    #[test]
    fn keeps_parts_apart_when_boundaries_are_alike_missing_or_wrong() {
        let (p, d) = shape("Content-Type: multipart/mixed; boundary=ab\n\n--ab\n\none --ab\n--abc\n--ab\n\ntwo\n--ab--\nbye");
        assert_eq!(p[1..], ["text/plain \"one --ab\\n--abc\"", "text/plain \"two\""]);
        assert!(d.is_empty(), "{d:?}");
        let (p, d) =
            shape("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--a\n\ny");
        assert_eq!(p[2..], ["text/plain \"x\"", "text/plain \"y\""]);
        assert_eq!(d, ["missing-boundary", "missing-final-boundary"]);
        let (p, _) = shape("Content-Type: multipart/mixed; boundary=zzz\n\n--a\nContent-Type: text/html\n\nx\n--a--");
        assert_eq!(p[1], "text/html \"x\"");
        let (p, d) = shape("Content-Type: multipart/mixed; boundary=zzz\n\nno heat\n");
        assert_eq!((p, d), (vec!["text/plain \"no heat\\n\"".into()], vec!["missing-final-boundary".into(), "no-boundary".into()]));
    }

    #[test]
    fn a_hundred_thousand_parts_are_bounded() {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=a\n\n{}",
            "--a\nContent-Type: multipart/mixed; boundary=a\n\n".repeat(100_000)
        );
        let mut defects = Vec::new();
        assert!(parse(raw.as_bytes(), &mut defects).len() <= MAX_PARTS);
        assert!(!defects.is_empty());
    }
}
