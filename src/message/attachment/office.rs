//! The words of .docx (ECMA-376) and .odt (ISO/IEC 26300): XML in a ZIP archive, read with bounds on what is unpacked.

use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{Cursor, Read};

/// The XML that is unpacked: a letter has a few hundred kilobytes; a ZIP bomb has terabytes.
const MAX_XML: u64 = 16 << 20;
const MAX_WORDS: usize = 1 << 20;

pub fn docx(bytes: &[u8]) -> Option<String> {
    words(bytes, "word/document.xml")
}

pub fn odt(bytes: &[u8]) -> Option<String> {
    words(bytes, "content.xml")
}

fn words(bytes: &[u8], member: &str) -> Option<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut xml = Vec::new();
    archive.by_name(member).ok()?.take(MAX_XML).read_to_end(&mut xml).ok()?;
    Some(text(&String::from_utf8_lossy(&xml)))
}

/// The text of paragraphs, a line each; cells and tabs apart, deleted text (tracked changes) left out.
fn text(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut out = String::new();
    let (mut runs, mut deleted) = (0usize, 0usize);
    while out.len() < MAX_WORDS {
        let event = match reader.read_event() {
            Ok(Event::Eof) | Err(_) => break,
            Ok(event) => event,
        };
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "t" | "p" | "h" | "span" | "a" => runs += 1,
                "del" | "tracked-changes" | "delText" | "instrText" | "binary-data" => deleted += 1,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "p" | "h" => {
                    runs = runs.saturating_sub(1);
                    out.push('\n');
                }
                "t" | "span" | "a" => runs = runs.saturating_sub(1),
                "del" | "tracked-changes" | "delText" | "instrText" | "binary-data" => deleted = deleted.saturating_sub(1),
                "tc" | "table-cell" => out.push('\t'),
                _ => {}
            },
            Event::Empty(e) => match e.local_name().as_ref() {
                "br" | "line-break" | "cr" | "p" | "h" => out.push('\n'),
                "tab" => out.push('\t'),
                "s" => out.push(' '),
                _ => {}
            },
            Event::Text(t) if runs > 0 && deleted == 0 => out.push_str(&t),
            Event::GeneralRef(name) if runs > 0 && deleted == 0 => {
                out.extend(match &*name {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    other => number(other),
                });
            }
            _ => {}
        }
    }
    out
}

/// `#163` or `#xA3`.
fn number(reference: &str) -> Option<char> {
    let digits = reference.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn archive(member: &str, content: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn reads_paragraphs_and_leaves_deleted_words_out() {
        let xml = b"<w:document xmlns:w='x'><w:body><w:p><w:r><w:t>No heat &amp; no help</w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del></w:p><w:p><w:r><w:t>Flat&#160;3</w:t></w:r></w:p></w:body></w:document>";
        assert_eq!(docx(&archive("word/document.xml", xml)).unwrap(), "No heat & no help\nFlat\u{a0}3\n");
        let xml = b"<office:document-content><text:h>Complaint</text:h><text:p>Damp<text:s/>wall <text:span>again</text:span></text:p></office:document-content>";
        assert_eq!(odt(&archive("content.xml", xml)).unwrap(), "Complaint\nDamp wall again\n");
        assert_eq!(docx(b"PK\x03\x04 not a zip"), None);
    }

    #[test]
    fn a_zip_bomb_is_cut_short() {
        let bomb = archive("word/document.xml", &[b"<w:p><w:t>a</w:t></w:p>".repeat(1_000_000), Vec::new()].concat());
        assert!(docx(&bomb).unwrap().len() <= MAX_WORDS);
    }
}
