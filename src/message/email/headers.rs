//! The header block: fields split and unfolded, where it ends, and what to do when it does not end as RFC 5322 §2.1 says.

use super::{charset, words};
use crate::model::message::Defect;

/// More than any honest mail has: a bound on work, and on what a hostile mail can make us hold.
const MAX_FIELDS: usize = 2000;
const MAX_BYTES: usize = 1 << 20;

/// Fields in order, names in lower case, values unfolded and still encoded.
#[derive(Clone, Debug, Default)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The first field of that name that holds anything.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// Decoded text of the first field of that name, on one line.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|v| one_line(&words::decode(v)))
    }
}

/// White space and control characters become single blanks: a header value is one line, whatever its encoded words hold.
pub fn one_line(text: &str) -> String {
    if text.bytes().all(|b| (b' '..0x7f).contains(&b)) && !text.contains("  ") {
        return text.trim_matches(' ').to_owned(); // nearly every header
    }
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split([' ', '\t']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The line that starts at `at`, without its line end, and where the next one starts.
pub fn line(data: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &data[at..];
    match rest.iter().position(|b| *b == b'\n') {
        Some(n) => (rest[..n].strip_suffix(b"\r").unwrap_or(&rest[..n]), at + n + 1),
        None => (rest.strip_suffix(b"\r").unwrap_or(rest), data.len()),
    }
}

/// Splits `data` at `start` into header fields and the place where the body starts. `top` is true for a whole message, which may
/// have no header at all; a MIME part often has none.
pub fn parse(data: &[u8], start: usize, top: bool, defects: &mut Vec<Defect>) -> (Headers, usize) {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut at, mut held, mut crowded) = (start, 0, false);
    let mut known = false;
    if top {
        while at < data.len() && line(data, at).0.trim_ascii().is_empty() {
            at = line(data, at).1; // blank lines before the header: a spooler's
        }
    }
    let first = at;
    let body = loop {
        if at >= data.len() {
            break data.len();
        }
        let (text, next) = line(data, at);
        if text.is_empty() {
            break next;
        }
        if text.trim_ascii().is_empty() && !goes_on(data, next) {
            break next; // a line of blanks where the empty line should be
        }
        if text[0] == b' ' || text[0] == b'\t' {
            match fields.last_mut() {
                Some((_, value)) if held < MAX_BYTES => value.extend_from_slice(text),
                Some(_) => crowded = true,
                None => break at,
            }
        } else if let Some((name, value)) = field(text) {
            if fields.len() < MAX_FIELDS && held < MAX_BYTES {
                known |= is_known(&name);
                fields.push((name, value.to_vec()));
            } else {
                crowded = true;
            }
        } else if at == first && top && (text.starts_with(b"From ") || text.starts_with(b">From ")) {
            known = true; // the mbox separator (RFC 4155)
        } else if !text.starts_with(b"--")
            && !fields.is_empty()
            && next < data.len()
            && field(line(data, next).0).is_some_and(|(n, _)| is_known(&n))
        {
            // A fold that lost its indent, or junk between fields.
            if let Some((_, value)) = fields.last_mut().filter(|_| held < MAX_BYTES) {
                value.push(b' ');
                value.extend_from_slice(text);
            }
            defects.push(Defect::new(
                "broken-header",
                "A line among the header fields is no field; it was taken as part of the one above it.",
            ));
        } else {
            if !text.starts_with(b"--") && (top || !fields.is_empty()) {
                defects.push(Defect::new("no-blank-line", "No empty line stands between the header and the text."));
            }
            break at;
        }
        held += text.len();
        at = next;
    };
    if crowded {
        defects.push(Defect::new("too-many-headers", "The header is larger than any honest mail's; the rest of it was left out."));
    }
    if top && !known {
        defects.retain(|d| d.code != "no-blank-line" && d.code != "broken-header");
        defects.push(Defect::new("no-headers", "The mail has no header fields: no sender, no date, only text."));
        return (Headers::default(), first);
    }
    let decoded = fields.into_iter().map(|(name, value)| {
        let text = charset::guess(value.trim_ascii()).0;
        let clean = !text.bytes().any(|b| matches!(b, b'\0' | b'\r' | b'\n'));
        (name, if clean { text } else { text.replace(['\0', '\r', '\n'], " ") })
    });
    (Headers(decoded.collect()), body)
}

/// Whether the header goes on after a line of blanks: obsolete folding allows one (RFC 5322 §4.2), so a field must follow soon.
fn goes_on(data: &[u8], mut at: usize) -> bool {
    for _ in 0..4 {
        if at >= data.len() {
            return false;
        }
        let (text, next) = line(data, at);
        if text.is_empty() {
            return false;
        }
        if field(text).is_some_and(|(name, _)| is_known(&name)) {
            return true;
        }
        if !matches!(text[0], b' ' | b'\t') {
            return false;
        }
        at = next;
    }
    false
}

/// `Name: value`, with the blanks before the colon that obsolete syntax allows (RFC 5322 §4.5).
fn field(text: &[u8]) -> Option<(String, &[u8])> {
    let colon = text.iter().take(80).position(|b| *b == b':')?;
    let name = text[..colon].trim_ascii_end();
    let good = !name.is_empty() && !name.starts_with(b"--") && name.iter().all(|b| (33..127).contains(b));
    good.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), &text[colon + 1..]))
}

fn is_known(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "sender",
        "reply-to",
        "received",
        "return-path",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "delivered-to",
        "envelope-to",
        "apparently-to",
        "auto-submitted",
        "precedence",
        "authentication-results",
        "dkim-signature",
        "importance",
        "priority",
        "user-agent",
        "errors-to",
        "status",
        "organization",
        "newsgroups",
        "lines",
        "sent",
    ];
    const STARTS: &[&str] = &[
        "content-",
        "x-",
        "resent-",
        "list-",
        "arc-",
        "thread-",
        "received-",
        "accept-",
        "domainkey-",
        "disposition-notification",
        "mailing-",
    ];
    NAMES.contains(&name) || STARTS.iter().any(|s| name.starts_with(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Headers, String, Vec<String>) {
        let mut defects = Vec::new();
        let (headers, body) = parse(text.as_bytes(), 0, true, &mut defects);
        (headers, text[body..].to_owned(), defects.into_iter().map(|d| d.code).collect())
    }

    #[test]
    fn finds_the_end_of_a_header_that_does_not_end_well() {
        let (h, body, d) = read("From jo Mon Jan 1\nSubject: a\n b\nFrom : jo@x.example\n\nhi");
        assert_eq!((h.text("subject").as_deref(), h.get("from"), body.as_str(), d.len()), (Some("a b"), Some("jo@x.example"), "hi", 0));
        let (_, body, d) = read("From: jo@x.example\nSubject: a\nThere is water coming in.\nCall: me\n");
        assert_eq!((body.as_str(), d), ("There is water coming in.\nCall: me\n", vec!["no-blank-line".to_owned()]));
        let (h, body, d) = read("Note: nobody came\nPlease ring\n");
        assert_eq!((h.0.len(), body.as_str(), d), (0, "Note: nobody came\nPlease ring\n", vec!["no-headers".to_owned()]));
        let (h, body, d) = read("Subject: a long\nsubject that lost its indent\nFrom: jo@x.example\n   \nhi");
        assert_eq!(
            (h.text("subject").as_deref(), body.as_str(), d),
            (Some("a long subject that lost its indent"), "hi", vec!["broken-header".to_owned()])
        );
        let (h, body, _) = read("Subject: only");
        assert_eq!((h.get("subject"), body.as_str()), (Some("only"), ""));
    }
}
