//! Octets → text: the charset that was declared, the one that was meant, and what to do when they differ.

use crate::model::message::Defect;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Decodes a text part. `declared` is the charset parameter, if there was one.
pub fn decode(bytes: &[u8], declared: Option<&str>, defects: &mut Vec<Defect>) -> String {
    let label = declared.map(|d| d.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    let label = if label == "unicode-1-1-utf-7" { "utf-7".to_owned() } else { label }; // RFC 1642's name for it
    if let Some((encoding, skip)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[skip..]).0.into_owned();
    }
    // RFC 2046 §4.1.2 makes us-ascii the default; with high octets in it, it says nothing, and neither do these labels.
    let says_nothing = matches!(
        label.as_str(),
        "" | "us-ascii"
            | "ascii"
            | "ansi_x3.4-1968"
            | "unknown"
            | "unknown-8bit"
            | "x-unknown"
            | "default"
            | "default_charset"
            | "iso-ir-6"
            | "utf-8"
            | "utf8"
            | "none"
    );
    if says_nothing {
        let (text, guessed) = guess(bytes);
        if guessed != "utf-8" && guessed != "us-ascii" {
            defects.push(match label.starts_with("utf") {
                true => Defect::new("wrong-charset", format!("The text says that it is UTF-8 and is not; it was read as {guessed}.")),
                false => Defect::new("undeclared-charset", format!("The text does not say its character set; it was read as {guessed}.")),
            });
        }
        return repair(text, defects);
    }
    let Some(encoding) = Encoding::for_label(label.as_bytes()) else {
        if let Some(decoder) = mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) {
            return decoder(bytes); // utf-7, DOS code pages and the like, which the web's list leaves out
        }
        defects.push(Defect::new("unknown-charset", format!("The text names a character set that is not known: {}.", short(&label))));
        return repair(guess(bytes).0, defects);
    };
    if encoding == UTF_16LE || encoding == UTF_16BE {
        // Seen in the wild: UTF-16 declared over plain octets.
        if !bytes.contains(&0) {
            defects.push(Defect::new("wrong-charset", "The text says that it is UTF-16 and is not."));
            return guess(bytes).0;
        }
        // RFC 2781 §4.3: without a mark UTF-16 is big-endian, but Windows writes little-endian: zeros at odd places show it.
        let odd = bytes.iter().skip(1).step_by(2).filter(|b| **b == 0).count();
        let even = bytes.iter().step_by(2).filter(|b| **b == 0).count();
        let order = if odd > even { UTF_16LE } else { UTF_16BE };
        return order.decode_without_bom_handling(bytes).0.into_owned();
    }
    if encoding.is_single_byte() && bytes.iter().any(|b| *b >= 0x80) && std::str::from_utf8(bytes).is_ok() {
        // Two or more octets that form UTF-8 by chance in Latin text are rare to the point of never; the label is wrong.
        defects.push(Defect::new("wrong-charset", format!("The text says that it is {} and is UTF-8.", short(&label))));
        return repair(String::from_utf8_lossy(bytes).into_owned(), defects);
    }
    let encoding = windows_sibling(encoding, bytes);
    let (text, failed) = encoding.decode_without_bom_handling(bytes);
    if failed {
        defects.push(Defect::new("wrong-charset", format!("Some characters are not valid {}.", short(&label))));
    }
    repair(text.into_owned(), defects)
}

/// ISO 8859 has nothing but controls at 0x80 to 0x9f: a text with such octets is of the Windows set beside it, whatever its label says.
fn windows_sibling(encoding: &'static Encoding, bytes: &[u8]) -> &'static Encoding {
    if !bytes.iter().any(|b| (0x80..0xa0).contains(b)) {
        return encoding;
    }
    match encoding.name() {
        "ISO-8859-2" | "ISO-8859-16" => encoding_rs::WINDOWS_1250,
        "ISO-8859-5" => encoding_rs::WINDOWS_1251,
        "ISO-8859-6" => encoding_rs::WINDOWS_1256,
        "ISO-8859-7" => encoding_rs::WINDOWS_1253,
        "ISO-8859-8" | "ISO-8859-8-I" => encoding_rs::WINDOWS_1255,
        "ISO-8859-4" | "ISO-8859-13" => encoding_rs::WINDOWS_1257,
        "ISO-8859-15" => WINDOWS_1252,
        _ => encoding,
    }
}

/// The text of octets whose charset nobody says, and the name of what it was taken for.
pub fn guess(bytes: &[u8]) -> (String, &'static str) {
    let whole = std::str::from_utf8(bytes);
    if let Ok(text) = whole
        && text.is_ascii()
        && !bytes.contains(&0x1b)
    {
        return (text.to_owned(), "us-ascii");
    }
    // ISO-2022-JP and its kin announce themselves with escape sequences (RFC 1468).
    if bytes.windows(3).any(|w| matches!(w, [0x1b, b'$', b'@' | b'B'] | [0x1b, b'(', b'J'])) {
        return (encoding_rs::ISO_2022_JP.decode_without_bom_handling(bytes).0.into_owned(), "iso-2022-jp");
    }
    match whole {
        Ok(text) => (text.to_owned(), "utf-8"),
        Err(error) => {
            let cut_short = error.error_len().is_none() && error.valid_up_to() + 4 > bytes.len();
            let (text, _) = UTF_8.decode_without_bom_handling(bytes);
            let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
            let whole = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
            if (cut_short && whole > 0) || whole > 2 * broken {
                return (text.into_owned(), "utf-8");
            }
            (WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), "windows-1252")
        }
    }
}

/// Undoes UTF-8 that was once read as windows-1252 (`Ã©` for `é`), when the whole text says so.
pub fn repair(text: String, defects: &mut Vec<Defect>) -> String {
    const SIGNS: [&str; 8] = ["Ã©", "Ã¨", "Ã¡", "Ã¼", "â€™", "â€œ", "Â£", "â€“"];
    if text.is_ascii() || !SIGNS.iter().any(|s| text.contains(s)) {
        return text;
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(&text);
    if unmappable {
        return text;
    }
    match std::str::from_utf8(&bytes) {
        Ok(fixed) => {
            defects.push(Defect::new("mojibake", "The text was garbled by an earlier program (é as Ã©); it has been put right."));
            fixed.to_owned()
        }
        Err(_) => text,
    }
}

fn short(label: &str) -> String {
    label.chars().filter(|c| c.is_ascii_graphic()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], label: Option<&str>) -> (String, Vec<String>) {
        let mut defects = Vec::new();
        let text = decode(bytes, label, &mut defects);
        (text, defects.into_iter().map(|d| d.code).collect())
    }

    #[test]
    fn believes_the_octets_over_the_label() {
        assert_eq!(read(b"caf\xe9", None), ("café".into(), vec!["undeclared-charset".into()]));
        assert_eq!(read("café".as_bytes(), None), ("café".into(), vec![]));
        assert_eq!(read("café".as_bytes(), Some("iso-8859-1")), ("café".into(), vec!["wrong-charset".into()]));
        assert_eq!(read(b"\xa3400 \x96 yes", Some("utf-8")), ("£400 – yes".into(), vec!["wrong-charset".into()]));
        assert_eq!(read("cafÃ© â€™tis".as_bytes(), Some("utf-8")), ("café ’tis".into(), vec!["mojibake".into()]));
        assert_eq!(read(b"h\0i\0", Some("utf-16")).0, "hi");
        assert_eq!(read(b"\x1b$B;3ED\x1b(B", None).0, "山田");
        assert_eq!(read(b"zdj\xeacie", Some("iso-8859-2")), ("zdjęcie".into(), vec![]));
    }
}
