//! winmail.dat (MS-OXTNEF): what Outlook sends to those who it believes use Outlook. The body may lie in here and nowhere else.

use super::note::{Enclosed, Note};
use crate::message::email::charset;

const MAX_ATTRIBUTES: usize = 5000;
/// winmail.dat inside winmail.dat.
const MAX_DEPTH: usize = 3;

/// The mail inside; `None` when the octets are no TNEF.
pub fn mail(bytes: &[u8]) -> Option<Vec<u8>> {
    mail_at(bytes, 0)
}

fn mail_at(bytes: &[u8], depth: usize) -> Option<Vec<u8>> {
    (depth < MAX_DEPTH).then_some(())?;
    let mut at = Cursor { bytes, at: 0 };
    (at.u32()? == 0x223e_9f78).then_some(())?;
    at.take(2)?;
    let mut note = Note::default();
    for _ in 0..MAX_ATTRIBUTES {
        // Level, attribute, length, data, checksum; a file that was cut short gives what it has.
        let Some((level, id, data)) = (|| {
            let level = at.take(1)?[0];
            let id = at.u32()?;
            let length = at.u32()? as usize;
            let data = at.take(length.min(bytes.len() - at.at))?;
            let _ = at.take(2);
            Some((level, id, data))
        })() else {
            break;
        };
        match (level, id & 0xffff) {
            (1, 0x8004) => note.subject = text8(data),
            (1, 0x800c) => note.plain = Some(text8(data)),
            (1, 0x9003) => message_properties(data, &mut note),
            (2, 0x9002) if note.files.len() < 200 => {
                note.files.push(Enclosed { name: String::new(), mime: String::new(), bytes: Vec::new() })
            }
            (2, 0x8010) => {
                if let Some(file) = note.files.last_mut() {
                    file.name = text8(data);
                }
            }
            (2, 0x800f) => {
                if let Some(file) = note.files.last_mut() {
                    file.bytes = data.to_vec();
                }
            }
            (2, 0x9005) => {
                if let Some(file) = note.files.last_mut() {
                    file_properties(data, file, depth);
                }
            }
            _ => {}
        }
    }
    note.files.retain(|f| !f.bytes.is_empty() || !f.name.is_empty());
    // The mail around it has its own header: only words and files are taken from here.
    note.subject.clear();
    (!note.is_empty()).then(|| note.into_mail())
}

fn message_properties(data: &[u8], note: &mut Note) {
    for (id, kind, value) in properties(data) {
        match id {
            0x1000 => note.plain = Some(string(kind, value)),
            0x1013 => note.html = Some(if kind == 0x102 { charset::guess(value).0 } else { string(kind, value) }),
            0x1009 => note.rtf = Some(value.to_vec()),
            _ => {}
        }
    }
}

fn file_properties(data: &[u8], file: &mut Enclosed, depth: usize) {
    for (id, kind, value) in properties(data) {
        match id {
            0x3707 => file.name = string(kind, value),
            0x3704 | 0x3001 if file.name.is_empty() => file.name = string(kind, value),
            0x370e => file.mime = string(kind, value),
            0x3701 if file.bytes.is_empty() => {
                // An object begins with its interface's 16 octets.
                let inner = if kind == 0x0d { value.get(16..).unwrap_or_default() } else { value };
                match mail_at(inner, depth + 1).filter(|_| kind == 0x0d) {
                    Some(mail) => (file.bytes, file.mime) = (mail, "message/rfc822".into()),
                    None => file.bytes = inner.to_vec(),
                }
            }
            _ => {}
        }
    }
}

/// The properties of a MAPI list (MS-OXTNEF 2.1.3.4): id, type, first value.
fn properties(data: &[u8]) -> Vec<(u16, u16, &[u8])> {
    let mut at = Cursor { bytes: data, at: 0 };
    let mut out = Vec::new();
    let count = at.u32().unwrap_or(0).min(5000);
    for _ in 0..count {
        let Some(found) = property(&mut at) else { break };
        out.extend(found);
    }
    out
}

fn property<'a>(at: &mut Cursor<'a>) -> Option<Option<(u16, u16, &'a [u8])>> {
    let kind = at.u16()?;
    let id = at.u16()?;
    if id >= 0x8000 {
        at.take(16)?;
        if at.u32()? == 0 {
            at.take(4)?;
        } else {
            let length = at.u32()? as usize;
            at.padded(length)?;
        }
    }
    let many = kind & 0x1000 != 0;
    let base = kind & 0xfff;
    let variable = matches!(base, 0x1e | 0x1f | 0x102 | 0x0d);
    let count = if many || variable { at.u32()?.min(5000) } else { 1 };
    let mut first = None;
    for _ in 0..count {
        let value = match base {
            _ if variable => {
                let length = at.u32()? as usize;
                at.padded(length)?
            }
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => at.take(8)?,
            0x48 => at.take(16)?,
            _ => at.take(4)?,
        };
        first.get_or_insert(value);
    }
    Some(first.map(|v| (id, base, v)))
}

fn string(kind: u16, value: &[u8]) -> String {
    match kind {
        0x1f => utf16(value),
        _ => text8(value),
    }
}

pub fn utf16(value: &[u8]) -> String {
    encoding_rs::UTF_16LE.decode_without_bom_handling(value).0.trim_end_matches('\0').to_owned()
}

fn text8(value: &[u8]) -> String {
    charset::guess(value).0.trim_end_matches('\0').to_owned()
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let found = self.bytes.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(found)
    }

    fn padded(&mut self, n: usize) -> Option<&'a [u8]> {
        let found = self.take(n)?;
        self.at = (self.at + (4 - n % 4) % 4).min(self.bytes.len());
        Some(found)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }
}
