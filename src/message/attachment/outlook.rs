//! .msg files (MS-OXMSG): a message dragged out of Outlook, as contractors and staff attach them.

use super::note::{Enclosed, Note};
use super::tnef::utf16;
use crate::message::email::charset;
use jiff::Timestamp;
use std::io::{Cursor, Read};

/// .msg files inside .msg files.
const MAX_DEPTH: usize = 3;
const MAX_FILES: usize = 100;

type Compound<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

/// The mail that a .msg holds; `None` when it is no such file. What is read out of it is no more than four times its size: entries of a
/// hostile file may share their octets.
pub fn mail(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let mut budget = bytes.len().saturating_mul(4);
    let note = note(&mut file, "/", 0, &mut budget);
    (!note.is_empty()).then(|| note.into_mail())
}

fn note(file: &mut Compound, at: &str, depth: usize, budget: &mut usize) -> Note {
    let mut text = |id: u16| string(file, at, id, budget);
    let mut note = Note {
        transport: text(0x007d).unwrap_or_default(),
        subject: text(0x0037).unwrap_or_default(),
        from_name: text(0x0c1a).or_else(|| text(0x0042)).unwrap_or_default(),
        // The SMTP address; Exchange keeps its own X.500 name in the older properties.
        from_email: [0x5d01, 0x5d02, 0x0c1f, 0x0065].into_iter().filter_map(&mut text).find(|a| a.contains('@')).unwrap_or_default(),
        message_id: text(0x1035).unwrap_or_default(),
        plain: text(0x1000),
        html: text(0x1013),
        ..Note::default()
    };
    if note.html.is_none() {
        note.html = stream(file, &format!("{at}__substg1.0_10130102"), budget).map(|b| charset::guess(&b).0);
    }
    note.rtf = stream(file, &format!("{at}__substg1.0_10090102"), budget);
    note.sent_at = stream(file, &format!("{at}__properties_version1.0"), budget).and_then(|p| submitted(&p));
    let names: Vec<String> = match file.read_storage(at) {
        Ok(entries) => entries.filter(|e| e.is_storage()).map(|e| e.name().to_owned()).take(2 * MAX_FILES).collect(),
        Err(_) => Vec::new(),
    };
    for name in names {
        let inside = format!("{at}{name}/");
        if name.starts_with("__recip_version1.0_") && note.to.len() < MAX_FILES {
            let email = [0x39fe, 0x3003].into_iter().filter_map(|id| string(file, &inside, id, budget)).find(|a| a.contains('@'));
            note.to.push((string(file, &inside, 0x3001, budget).unwrap_or_default(), email.unwrap_or_default()));
        } else if name.starts_with("__attach_version1.0_") && note.files.len() < MAX_FILES {
            note.files.extend(enclosed(file, &inside, depth, budget));
        }
    }
    note
}

fn enclosed(file: &mut Compound, at: &str, depth: usize, budget: &mut usize) -> Option<Enclosed> {
    let name = string(file, at, 0x3707, budget)
        .or_else(|| string(file, at, 0x3704, budget))
        .or_else(|| string(file, at, 0x3001, budget))
        .unwrap_or_default();
    let message = format!("{at}__substg1.0_3701000D/");
    if depth + 1 < MAX_DEPTH && file.is_storage(&message) {
        let inner = note(file, &message, depth + 1, budget);
        return (!inner.is_empty()).then(|| Enclosed { name, mime: "message/rfc822".into(), bytes: inner.into_mail() });
    }
    let bytes = stream(file, &format!("{at}__substg1.0_37010102"), budget)?;
    Some(Enclosed { name, mime: string(file, at, 0x370e, budget).unwrap_or_default(), bytes })
}

/// A text property: UTF-16 (001F), or octets of some code page (001E).
fn string(file: &mut Compound, at: &str, id: u16, budget: &mut usize) -> Option<String> {
    let wide = stream(file, &format!("{at}__substg1.0_{id:04X}001F"), budget).map(|b| utf16(&b));
    let text = wide.or_else(|| stream(file, &format!("{at}__substg1.0_{id:04X}001E"), budget).map(|b| charset::guess(&b).0));
    text.map(|t| t.trim_end_matches('\0').to_owned()).filter(|t| !t.is_empty())
}

fn stream(file: &mut Compound, path: &str, budget: &mut usize) -> Option<Vec<u8>> {
    if !file.is_stream(path) {
        return None;
    }
    let mut bytes = Vec::new();
    file.open_stream(path).ok()?.take(*budget as u64).read_to_end(&mut bytes).ok()?;
    *budget = budget.saturating_sub(bytes.len());
    Some(bytes)
}

/// PR_CLIENT_SUBMIT_TIME, else the time of delivery: a count of 100 ns since 1601 among the fixed properties (MS-OXMSG 2.4).
fn submitted(properties: &[u8]) -> Option<Timestamp> {
    let find = |tag: u32| {
        // The list's own head is 32 octets in the file's root and 24 in a message inside it; entries are of 16.
        [32, 24].into_iter().find_map(|head| {
            let entry = properties.get(head..)?.chunks_exact(16).find(|e| e[..4] == tag.to_le_bytes())?;
            let ticks = u64::from_le_bytes(entry[8..16].try_into().ok()?);
            Timestamp::from_second(i64::try_from(ticks / 10_000_000).ok()? - 11_644_473_600).ok()
        })
    };
    find(0x0039_0040).or_else(|| find(0x0e06_0040))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Hint, read};
    use std::io::Write;

    fn put(file: &mut cfb::CompoundFile<Cursor<Vec<u8>>>, path: &str, bytes: &[u8]) {
        file.create_stream(path).unwrap().write_all(bytes).unwrap();
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// A .msg as Outlook writes one, in small: unsent properties, a recipient, a file.
    fn sample() -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        put(&mut file, "/__substg1.0_0037001F", &wide("No heating"));
        put(&mut file, "/__substg1.0_1000001F", &wide("No heating since Friday.\r\n"));
        put(&mut file, "/__substg1.0_0C1A001F", &wide("Jo Résident"));
        put(&mut file, "/__substg1.0_0C1F001E", b"/O=EX/CN=JO");
        put(&mut file, "/__substg1.0_5D01001F", &wide("jo@home.example"));
        let mut properties = vec![0; 32];
        properties.extend(0x0039_0040u32.to_le_bytes());
        properties.extend([0; 4]);
        properties.extend(((1_772_442_840u64 + 11_644_473_600) * 10_000_000).to_le_bytes());
        put(&mut file, "/__properties_version1.0", &properties);
        file.create_storage("/__recip_version1.0_#00000000").unwrap();
        put(&mut file, "/__recip_version1.0_#00000000/__substg1.0_39FE001F", &wide("office@contractor.example"));
        file.create_storage("/__attach_version1.0_#00000000").unwrap();
        put(&mut file, "/__attach_version1.0_#00000000/__substg1.0_3707001F", &wide("damp wall.jpg"));
        put(&mut file, "/__attach_version1.0_#00000000/__substg1.0_37010102", b"\xff\xd8\xff\xe0");
        file.into_inner().into_inner()
    }

    #[test]
    fn a_message_dragged_out_of_outlook_is_a_forward() {
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sample());
        let raw = format!(
            "From: office@contractor.example\nSubject: FW\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee attached\n--b\nContent-Type: application/octet-stream; name=\"complaint.msg\"\nContent-Transfer-Encoding: base64\n\n{base64}\n--b--\n"
        );
        let m = read(raw.as_bytes(), &Hint::default()).remove(0);
        let f = &m.forwards[0];
        assert_eq!((f.from_name.as_deref(), f.from_email.as_ref().unwrap().as_str()), (Some("Jo Résident"), "jo@home.example"));
        assert_eq!((f.text.as_str(), f.subject.as_deref(), f.attached), ("No heating since Friday.", Some("No heating"), true));
        assert_eq!(f.sent_at.unwrap().as_second(), 1_772_442_840);
        assert_eq!(f.to[0].as_str(), "office@contractor.example");
        assert_eq!((m.attachments[0].mime.as_str(), m.attachments[0].bytes), ("application/vnd.ms-outlook", sample().len()));
    }

    #[test]
    fn a_damaged_one_is_a_file() {
        let whole = sample();
        for cut in (0..whole.len()).step_by(97) {
            let mut bytes = whole.clone();
            bytes[cut] ^= 0x55;
            let _ = mail(&bytes);
            let _ = mail(&whole[..cut]);
        }
        assert_eq!(mail(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no more"), None);
    }
}
