//! The words of RTF, and of the compressed RTF in which Outlook keeps bodies (MS-OXRTFCP).

use encoding_rs::Encoding;

const MAX_WORDS: usize = 1 << 20;
const MAX_UNPACKED: usize = 32 << 20;

/// Text of an RTF document: control words dropped, paragraphs as lines. What an old reader is told to skip (`\*`) is skipped.
pub fn words(rtf: &[u8]) -> Option<String> {
    if !rtf.trim_ascii_start().starts_with(b"{\\rtf") {
        return None;
    }
    let mut reader = Reader {
        out: String::new(),
        bytes: Vec::new(),
        encoding: encoding_rs::WINDOWS_1252,
        groups: Vec::new(),
        skip: false,
        uc: 1,
        pending: 0,
    };
    let mut at = 0;
    while at < rtf.len() && reader.out.len() < MAX_WORDS {
        match rtf[at] {
            b'{' => {
                if reader.groups.len() < 100_000 {
                    reader.groups.push((reader.skip, reader.uc));
                }
                at += 1;
            }
            b'}' => {
                reader.flush();
                if let Some((skip, uc)) = reader.groups.pop() {
                    (reader.skip, reader.uc) = (skip, uc);
                }
                at += 1;
            }
            b'\\' => at = reader.control(rtf, at + 1),
            b'\r' | b'\n' => at += 1,
            b => {
                reader.byte(b);
                at += 1;
            }
        }
    }
    reader.flush();
    Some(reader.out)
}

struct Reader {
    out: String,
    /// Octets of the document's code page not yet decoded: a character may take two.
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    groups: Vec<(bool, usize)>,
    skip: bool,
    /// How many characters after a `\u` stand for it in old readers.
    uc: usize,
    pending: usize,
}

impl Reader {
    fn byte(&mut self, b: u8) {
        if self.pending > 0 {
            self.pending -= 1;
        } else if !self.skip {
            self.bytes.push(b);
        }
    }

    fn put(&mut self, c: char) {
        self.flush();
        if !self.skip {
            self.out.push(c);
        }
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.out.push_str(&self.encoding.decode_without_bom_handling(&self.bytes).0);
            self.bytes.clear();
        }
    }

    /// A control word or symbol after its backslash; gives the place after it.
    fn control(&mut self, rtf: &[u8], at: usize) -> usize {
        let Some(&first) = rtf.get(at) else { return at };
        if !first.is_ascii_alphabetic() {
            match first {
                b'\'' => {
                    let hex =
                        rtf.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
                    if let Some(b) = hex {
                        self.byte(b);
                    }
                    return at + 3;
                }
                b'*' => self.skip = true,
                b'~' => self.put('\u{a0}'),
                b'_' => self.put('-'),
                b'\\' | b'{' | b'}' => self.byte(first),
                b'\r' | b'\n' => self.put('\n'),
                _ => {}
            }
            return at + 1;
        }
        let word_end = at + rtf[at..].iter().take(40).take_while(|b| b.is_ascii_alphabetic()).count();
        let digits = rtf[word_end..].iter().take(12).take_while(|b| b.is_ascii_digit() || **b == b'-').count();
        let number: Option<i64> = std::str::from_utf8(&rtf[word_end..word_end + digits]).ok().and_then(|d| d.parse().ok());
        let mut end = word_end + digits;
        if rtf.get(end) == Some(&b' ') {
            end += 1;
        }
        match &rtf[at..word_end] {
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.put('\n'),
            b"tab" | b"cell" => self.put('\t'),
            b"emdash" => self.put('—'),
            b"endash" => self.put('–'),
            b"lquote" => self.put('‘'),
            b"rquote" => self.put('’'),
            b"ldblquote" => self.put('“'),
            b"rdblquote" => self.put('”'),
            b"bullet" => self.put('•'),
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"themedata" | b"datastore" | b"listtable" => {
                self.skip = true
            }
            b"ansicpg" => {
                if let Some(found) = number.and_then(|n| Encoding::for_label(format!("windows-{n}").as_bytes())) {
                    self.encoding = found;
                }
            }
            b"uc" => self.uc = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(16),
            b"u" => {
                // A signed 16-bit number; pairs of surrogates come one after the other and are dropped.
                let code = number.map(|n| (n & 0xffff) as u32).and_then(char::from_u32);
                if let Some(c) = code {
                    self.put(c);
                }
                self.pending = self.uc;
            }
            b"bin" => end = end.saturating_add(number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0)).min(rtf.len()),
            _ => {}
        }
        end
    }
}

/// The first bytes of the dictionary (MS-OXRTFCP 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks compressed RTF (MS-OXRTFCP 2.2).
pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| packed.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let raw_size = (word(4)? as usize).min(MAX_UNPACKED);
    let body = packed.get(16..)?;
    match word(8)? {
        0x414c_454d => return Some(body[..body.len().min(raw_size)].to_vec()), // MELA: stored
        0x7546_5a4c => {}                                                      // LZFu
        _ => return None,
    }
    let mut ring = [b' '; 4096];
    ring[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let mut write = DICTIONARY.len();
    let mut out = Vec::new();
    let mut input = body.iter().copied();
    'runs: while let Some(control) = input.next() {
        for bit in 0..8 {
            if out.len() >= raw_size {
                break 'runs;
            }
            if control >> bit & 1 == 0 {
                let Some(b) = input.next() else { break 'runs };
                ring[write] = b;
                write = (write + 1) % 4096;
                out.push(b);
                continue;
            }
            let (Some(high), Some(low)) = (input.next(), input.next()) else { break 'runs };
            let reference = usize::from(u16::from_be_bytes([high, low]));
            let (mut from, length) = (reference >> 4, (reference & 15) + 2);
            if from == write {
                break 'runs; // the end mark
            }
            for _ in 0..length {
                let b = ring[from];
                from = (from + 1) % 4096;
                ring[write] = b;
                write = (write + 1) % 4096;
                out.push(b);
            }
        }
    }
    out.truncate(raw_size);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_and_skips_what_is_not_text() {
        let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator Word;}\f0 caf\'e9 \u8364?10\par {\b bold} \{x\}{\pict 00ff}\line end}";
        assert_eq!(words(rtf).unwrap(), "café €10\nbold {x}\nend");
        assert_eq!(words(b"plain"), None);
    }

    #[test]
    fn unpacks_the_specification_s_examples() {
        // MS-OXRTFCP 3.1.1 and 3.1.2
        let simple = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67,
            0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d,
            0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(unpack(&simple).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let crossing = [
            0x1a, 0, 0, 0, 0x1c, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20, 0x57, 0x58, 0x59, 0x5a,
            0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
        ];
        assert_eq!(unpack(&crossing).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    }
}
