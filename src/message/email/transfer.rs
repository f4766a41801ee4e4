//! Content-Transfer-Encoding (RFC 2045 §6), undone the way that mail which breaks it needs.

use crate::model::message::Defect;
use std::borrow::Cow;

pub fn decode<'a>(body: &'a [u8], encoding: &str, defects: &mut Vec<Defect>) -> Cow<'a, [u8]> {
    let name: String = encoding.trim().trim_matches(['"', '\'', ';']).to_ascii_lowercase();
    let name = name.split([';', ' ', '\t']).next().unwrap_or_default();
    match name {
        "base64" | "b64" | "base-64" => {
            if !looks_base64(body) {
                defects.push(Defect::new("broken-base64", "A part says that it is base64 and is not; it was read as it stands."));
                return Cow::Borrowed(body);
            }
            let (bytes, broken) = base64(body);
            if broken {
                defects.push(Defect::new("broken-base64", "A part's base64 is damaged; what could be read was."));
            }
            Cow::Owned(bytes)
        }
        "quoted-printable" | "quoted_printable" | "qp" | "quotedprintable" => {
            let (bytes, broken) = quoted_printable(body);
            if broken {
                defects.push(Defect::new("broken-quoted-printable", "A part's quoted-printable is damaged; what could be read was."));
            }
            Cow::Owned(bytes)
        }
        "x-uuencode" | "uuencode" | "x-uue" | "uue" => match uuencoded(body).into_iter().next() {
            Some(file) => Cow::Owned(file.bytes),
            None => Cow::Borrowed(body),
        },
        "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit" => Cow::Borrowed(body),
        _ => {
            defects.push(Defect::new("unknown-encoding", "A part names a transfer encoding that is not known; it was read as it stands."));
            Cow::Borrowed(body)
        }
    }
}

/// Words with spaces between them are no base64, whatever the header says.
fn looks_base64(body: &[u8]) -> bool {
    let head = &body[..body.len().min(2000)];
    let spaced = head.split(|b| *b == b'\n').take(20).filter(|l| l.trim_ascii().iter().filter(|b| **b == b' ').count() > 2).count();
    let lines = head.split(|b| *b == b'\n').take(20).filter(|l| !l.trim_ascii().is_empty()).count();
    spaced * 2 <= lines
}

fn sextet(b: u8) -> Option<u32> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    } as u32)
}

/// Base64 with junk skipped, padding in the middle (pieces pasted together), and none at the end; and whether it was damaged.
pub fn base64(text: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut held, mut count, mut broken) = (0u32, 0u32, false);
    for line in text.split(|b| *b == b'\n') {
        // A mailing list's or a scanner's footer in clear text under the encoded body.
        let text = line.trim_ascii();
        let rule = text.len() >= 2 && text.iter().all(|b| matches!(b, b'_' | b'-' | b'=' | b'*')) && !text.ends_with(b"==");
        if out.len() > 60 && (rule || text.iter().filter(|b| **b == b' ').count() > 1) {
            broken = true;
            break;
        }
        for b in line {
            if let Some(six) = sextet(*b) {
                held = held << 6 | six;
                count += 1;
                if count == 4 {
                    out.extend_from_slice(&held.to_be_bytes()[1..]);
                    (held, count) = (0, 0);
                }
            } else if *b == b'=' {
                flush(&mut out, &mut held, &mut count);
            } else if !b.is_ascii_whitespace() {
                broken = true;
            }
        }
    }
    flush(&mut out, &mut held, &mut count);
    (out, broken)
}

fn flush(out: &mut Vec<u8>, held: &mut u32, count: &mut u32) {
    match *count {
        2 => out.push((*held >> 4) as u8),
        3 => out.extend_from_slice(&((*held >> 2) as u16).to_be_bytes()),
        _ => {}
    }
    (*held, *count) = (0, 0);
}

/// Quoted-printable; an `=` that begins no code stands for itself, and whether there was one.
pub fn quoted_printable(text: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len());
    let mut broken = false;
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        at += 1;
        if b != b'=' {
            out.push(b);
            continue;
        }
        match (text.get(at).copied(), text.get(at + 1).copied()) {
            (Some(h), Some(l)) if h.is_ascii_hexdigit() && l.is_ascii_hexdigit() => {
                let digit = |d: u8| (d as char).to_digit(16).unwrap_or(0) as u8;
                out.push(digit(h) << 4 | digit(l));
                at += 2;
            }
            _ => {
                // A soft line break; blanks between `=` and the line's end were added on the way (RFC 2045 §6.7 rule 3).
                let blanks = text[at..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
                match text.get(at + blanks) {
                    Some(b'\n') => at += blanks + 1,
                    None => at += blanks,
                    _ => {
                        broken = true;
                        out.push(b'=');
                    }
                }
            }
        }
    }
    (out, broken)
}

/// A file that stands in a text between `begin 644 name` and `end`.
pub struct Uuencoded {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Where in the text it stood.
    pub range: std::ops::Range<usize>,
}

/// The uuencoded files of a text (POSIX.1, uuencode).
pub fn uuencoded(text: &[u8]) -> Vec<Uuencoded> {
    let mut files = Vec::new();
    let mut open: Option<Uuencoded> = None;
    let mut at = 0;
    while at < text.len() && files.len() < 50 {
        let end = text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n + 1);
        let line = text[at..end].trim_ascii_end();
        match &mut open {
            None => {
                let name = line.strip_prefix(b"begin ").and_then(|l| {
                    let digits = l.iter().take_while(|b| b.is_ascii_digit()).count();
                    ((3..=4).contains(&digits) && l.get(digits) == Some(&b' ')).then(|| l[digits + 1..].trim_ascii())
                });
                if let Some(name) = name {
                    open = Some(Uuencoded { name: String::from_utf8_lossy(name).into_owned(), bytes: Vec::new(), range: at..at });
                }
            }
            Some(file) if line == b"end" => {
                file.range.end = end;
                files.extend(open.take());
            }
            Some(file) => {
                let value = |b: u8| u32::from(b.wrapping_sub(32) & 63);
                let length = line.first().map_or(0, |b| value(*b) as usize);
                let well_formed = line.iter().all(|b| (32..=96).contains(b)) && (line.len().saturating_sub(1)) * 3 / 4 + 3 >= length;
                if !well_formed {
                    open = None;
                } else {
                    let before = file.bytes.len();
                    for group in line.get(1..).unwrap_or_default().chunks(4) {
                        let held = (0..4).fold(0, |h, i| h << 6 | group.get(i).map_or(0, |b| value(*b)));
                        file.bytes.extend_from_slice(&held.to_be_bytes()[1..]);
                    }
                    file.bytes.truncate(before + length);
                }
            }
        }
        at = end;
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_encodings_still_give_their_words() {
        assert_eq!(base64(b"aGVs\r\nbG8h"), (b"hello!".to_vec(), false));
        assert_eq!(base64(b"aGk=aGk="), (b"hihi".to_vec(), false));
        assert_eq!(base64(b"aGk*").0, b"hi");
        assert_eq!(quoted_printable(b"a=3Db=  \r\nc=E9"), (b"a=bc\xe9".to_vec(), false));
        assert_eq!(quoted_printable(b"1=one"), (b"1=one".to_vec(), true));
        let mut defects = Vec::new();
        assert_eq!(&*decode(b"no heat for two weeks now\n", "base64", &mut defects), b"no heat for two weeks now\n");
        assert_eq!(defects[0].code, "broken-base64");
    }

    #[test]
    fn a_uuencoded_file_is_found_and_cut_out() {
        let text = b"see\nbegin 644 a.txt\n#0V%T\n`\nend\nbye\n";
        let files = uuencoded(text);
        assert_eq!((files[0].name.as_str(), files[0].bytes.as_slice()), ("a.txt", b"Cat".as_slice()));
        assert_eq!(&text[files[0].range.end..], b"bye\n");
    }
}
