//! The words inside attached letters, so that a complaint sent as a document is read as one. Photographs and scans have none.
//! Readers that run in this process are bounded in what they take and give; PDF is not (its parser may hang or grow), and is read in a
//! process of its own, by whoever the caller names.

pub mod cms;
mod note;
mod office;
pub mod outlook;
mod rtf;
pub mod tnef;

use super::email::charset;
use super::{Outside, html, line};

/// The type of a file: what was declared, or, where that says nothing, what its first octets or its name say.
pub fn kind(name: &str, declared: &str, bytes: &[u8]) -> String {
    let declared = declared.trim().to_ascii_lowercase();
    let vague = matches!(
        declared.as_str(),
        "" | "application/octet-stream"
            | "application/x-octet-stream"
            | "application/binary"
            | "binary/octet-stream"
            | "application/unknown"
            | "application/download"
            | "application/force-download"
            | "application/x-download"
            | "application/zip"
            | "multipart/mixed"
    );
    let ending = name.rsplit_once('.').map(|(_, e)| e.trim().to_ascii_lowercase()).unwrap_or_default();
    let says_more = declared == "text/plain" && matches!(ending.as_str(), "eml" | "rtf" | "pdf" | "docx");
    if !vague && !says_more {
        return declared;
    }
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF-", "application/pdf"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG", "image/png"),
        (b"GIF8", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"{\\rtf", "application/rtf"),
        (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    ];
    if let Some((_, mime)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return (*mime).to_owned();
    }
    const ENDINGS: &[(&str, &str)] = &[
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("odt", "application/vnd.oasis.opendocument.text"),
        ("txt", "text/plain"),
        ("htm", "text/html"),
        ("html", "text/html"),
        ("rtf", "application/rtf"),
        ("pdf", "application/pdf"),
        ("eml", "message/rfc822"),
        ("msg", "application/vnd.ms-outlook"),
        ("doc", "application/msword"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("png", "image/png"),
        ("heic", "image/heic"),
        ("mp4", "video/mp4"),
        ("ics", "text/calendar"),
        ("zip", "application/zip"),
    ];
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") && !matches!(ending.as_str(), "doc" | "xls" | "ppt") {
        return "application/vnd.ms-outlook".into();
    }
    match ENDINGS.iter().find(|(e, _)| *e == ending) {
        Some((_, mime)) => (*mime).to_owned(),
        None if declared.is_empty() => "application/octet-stream".into(),
        None => declared,
    }
}

/// Files larger than this are not looked into.
const MAX_FILE: usize = 32 << 20;
/// Words of one file that are kept: a long letter has thirty thousand letters.
const MAX_WORDS: usize = 400_000;

/// The words of a file, if it is a letter that can be read. `outside` reads what must not be read in this process.
pub fn words(mime: &str, bytes: &[u8], outside: Option<Outside>) -> Option<String> {
    if bytes.len() > MAX_FILE {
        return None;
    }
    let text = match mime {
        "text/plain" | "text/markdown" => Some(charset::guess(bytes).0),
        "text/html" => Some(html_words(&charset::guess(bytes).0)),
        "application/rtf" | "text/rtf" | "text/richtext" => rtf::words(bytes),
        "application/msword" if bytes.starts_with(b"{\\rtf") => rtf::words(bytes),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => office::docx(bytes),
        "application/vnd.oasis.opendocument.text" => office::odt(bytes),
        "application/pdf" | "application/x-pdf" => outside.and_then(|read| read("application/pdf", bytes)),
        _ => None,
    };
    let text = text?.replace("\r\n", "\n").replace(['\0', '\u{c}'], "");
    let text = text[..text.floor_char_boundary(MAX_WORDS)].trim().to_owned();
    // A scan in a PDF gives no words, or a few stray marks.
    (text.chars().filter(|c| c.is_alphabetic()).count() >= 3).then_some(text)
}

/// The words of an HTML text.
pub fn html_words(text: &str) -> String {
    line::to_text(&html::to_lines(text), 0)
}
