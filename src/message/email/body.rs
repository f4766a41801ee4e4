//! Which parts are the message's words, which are files, and which are other messages.

use super::charset;
use super::flowed;
use super::parts::Part;
use super::text::{Text, enriched, joined, meta_charset, unix_ends, without_armor};
use super::transfer;
use crate::message::attachment;
use crate::model::message::Defect;

/// What the parts of one mail hold, sorted.
#[derive(Default)]
pub struct Sorted {
    pub texts: Vec<Text>,
    pub files: Vec<File>,
    /// Attached messages (message/rfc822), decoded, still to be read.
    pub letters: Vec<File>,
    /// Machine-readable parts of reports, by type: delivery-status and its like, and the headers that a bounce returns.
    pub reports: Vec<(String, String)>,
    pub calendar: Option<String>,
    pub encrypted: bool,
}

pub struct File {
    pub name: Option<String>,
    pub mime: String,
    pub bytes: Vec<u8>,
    /// Octets as they were attached; `bytes` may hold the mail that was found in them.
    pub size: usize,
}

/// Mails wrapped in winmail.dat or a signature, one in the other.
const MAX_WRAPPED: usize = 3;

pub fn sort(parts: &[Part], defects: &mut Vec<Defect>) -> Sorted {
    sort_at(parts, 0, defects)
}

fn sort_at(parts: &[Part], depth: usize, defects: &mut Vec<Defect>) -> Sorted {
    let mut sorter = Sorter { parts, out: Sorted::default(), depth, defects };
    if !parts.is_empty() {
        sorter.walk(0);
    }
    sorter.out
}

struct Sorter<'a, 'b> {
    parts: &'b [Part<'a>],
    out: Sorted,
    depth: usize,
    defects: &'b mut Vec<Defect>,
}

impl Sorter<'_, '_> {
    /// Goes down no deeper than `parts` lets the tree be.
    fn walk(&mut self, at: usize) {
        let part = &self.parts[at];
        let children = part.children.clone();
        if children.is_empty() {
            return self.leaf(at);
        }
        match part.kind.mime.as_str() {
            "multipart/alternative" => self.alternative(&children),
            "multipart/related" => {
                // RFC 2387 §3.2: `start` names the root, else it is the first.
                let root = part.kind.param("start").and_then(|id| {
                    children
                        .iter()
                        .position(|c| self.parts[*c].headers.get("content-id").is_some_and(|v| v.contains(id.trim_matches(['<', '>']))))
                });
                let root = children[root.unwrap_or(0)];
                self.walk(root);
                children.iter().filter(|c| **c != root).for_each(|c| self.aside(*c));
            }
            "multipart/signed" => {
                self.walk(children[0]);
                children[1..].iter().filter(|c| !self.parts[**c].kind.mime.contains("signature")).for_each(|c| self.walk(*c));
            }
            "multipart/encrypted" => {
                self.out.encrypted = true;
                children[1..].iter().for_each(|c| self.file(*c));
            }
            _ => children.iter().for_each(|c| self.walk(*c)),
        }
    }

    /// RFC 2046 §5.1.4: the same words in several forms. Whatever else hangs in them (pictures, an invitation) is kept.
    fn alternative(&mut self, children: &[usize]) {
        let start = self.out.texts.len();
        let mut one = Text::default();
        for child in children {
            self.walk(*child);
            let (plain, html) = joined(self.out.texts.drain(start..));
            let said = |t: &Option<String>| t.as_ref().is_some_and(|t| !t.trim().is_empty());
            if said(&plain) && !said(&one.plain) {
                one.plain = plain;
            }
            if said(&html) {
                one.html = html;
            }
        }
        self.out.texts.push(one);
    }

    /// Beside the root of a related part: a file, even when it is text.
    fn aside(&mut self, at: usize) {
        if self.parts[at].is_multipart() { self.walk(at) } else { self.file(at) }
    }

    fn leaf(&mut self, at: usize) {
        let part = &self.parts[at];
        let mime = part.kind.mime.as_str();
        let attached = part.disposition().mime == "attachment";
        match mime {
            "message/rfc822" | "message/global" | "message/news" => self.letter(at),
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/disposition-notification"
            | "message/global-disposition-notification"
            | "message/feedback-report"
            | "text/rfc822-headers"
            | "message/global-headers"
            | "application/tlsrpt+json" => {
                let text = self.text(at);
                self.out.reports.push((mime.to_owned(), text));
            }
            "text/calendar" if !attached => self.out.calendar = Some(self.text(at)),
            "text/calendar" => {
                let text = self.text(at);
                self.out.calendar.get_or_insert(text);
                self.file(at);
            }
            "text/x-amp-html" | "text/watch-html" => {}
            // A body that somebody sent as an attachment is still the body when there is no other and it has no name.
            "text/plain" | "text/html" | "text/enriched" | "text/richtext" | "text/markdown" | "text/x-markdown"
                if (!attached && (part.name().is_none() || self.out.texts.is_empty()))
                    || (attached && part.name().is_none() && self.out.texts.is_empty()) =>
            {
                self.body(at);
            }
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => self.pkcs7(at),
            _ => self.file(at),
        }
    }

    fn bytes(&mut self, at: usize) -> Vec<u8> {
        let part = &self.parts[at];
        let encoding = part.headers.get("content-transfer-encoding").unwrap_or_default();
        transfer::decode(part.body, encoding, self.defects).into_owned()
    }

    fn text(&mut self, at: usize) -> String {
        let bytes = self.bytes(at);
        charset::decode(&bytes, self.parts[at].kind.param("charset"), self.defects)
    }

    fn body(&mut self, at: usize) {
        let mut bytes = self.bytes(at);
        let part = &self.parts[at];
        if bytes.split(|b| *b == b'\n').any(|l| l.starts_with(b"begin ")) {
            for file in transfer::uuencoded(&bytes.clone()).into_iter().rev() {
                bytes.drain(file.range.clone());
                let mime = attachment::kind(&file.name, "", &file.bytes);
                self.out.files.push(File { name: Some(file.name), mime, size: file.bytes.len(), bytes: file.bytes });
            }
        }
        let html = part.kind.mime == "text/html";
        let declared = part.kind.param("charset").map(str::to_owned).or_else(|| html.then(|| meta_charset(&bytes)).flatten());
        let mut text = unix_ends(charset::decode(&bytes, declared.as_deref(), self.defects));
        if text.contains('\0') {
            text = text.replace('\0', "");
        }
        if matches!(part.kind.mime.as_str(), "text/enriched" | "text/richtext") {
            text = enriched(&text);
        }
        if part.kind.param("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed")) && !html {
            text = flowed::unfold(&text, part.kind.param("delsp").is_some_and(|d| d.eq_ignore_ascii_case("yes")));
        }
        if !html && text.contains("-----BEGIN PGP ") {
            self.out.encrypted |= text.contains("-----BEGIN PGP MESSAGE-----");
            if text.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
                text = without_armor(&text);
            }
        }
        self.out.texts.push(if html { Text { plain: None, html: Some(text) } } else { Text { plain: Some(text), html: None } });
    }

    fn letter(&mut self, at: usize) {
        let bytes = self.bytes(at);
        let part = &self.parts[at];
        self.out.letters.push(File { name: part.name(), mime: part.kind.mime.clone(), size: bytes.len(), bytes });
    }

    fn file(&mut self, at: usize) {
        let bytes = self.bytes(at);
        let part = &self.parts[at];
        let name = part.name();
        let declared = if part.headers.has("content-type") { part.kind.mime.as_str() } else { "" };
        let mime = attachment::kind(name.as_deref().unwrap_or_default(), declared, &bytes);
        let size = bytes.len();
        if size == 0 && name.is_none() {
            return; // an empty place between two boundaries
        }
        // The charset is lost with the headers; a text is kept as UTF-8.
        let bytes = match mime.starts_with("text/") {
            true => charset::decode(&bytes, part.kind.param("charset"), &mut Vec::new()).into_bytes(),
            false => bytes,
        };
        let winmail = mime == "application/ms-tnef" || mime == "application/vnd.ms-tnef" || name.as_deref() == Some("winmail.dat");
        if winmail && let Some(mail) = attachment::tnef::mail(&bytes) {
            return self.unwrap(&mail);
        }
        match mime.as_str() {
            "message/rfc822" => self.out.letters.push(File { name, mime, size, bytes }),
            "application/vnd.ms-outlook" => match attachment::outlook::mail(&bytes) {
                Some(mail) => self.out.letters.push(File { name, mime, size, bytes: mail }),
                None => self.out.files.push(File { name, mime, size, bytes }),
            },
            _ => self.out.files.push(File { name, mime, size, bytes }),
        }
    }

    /// Signed in one piece: the mail is inside. Enveloped: it cannot be read. Certificates alone: a file.
    fn pkcs7(&mut self, at: usize) {
        let bytes = self.bytes(at);
        let kind = self.parts[at].kind.param("smime-type").unwrap_or_default().to_ascii_lowercase();
        if let Some(mail) = attachment::cms::content(&bytes).filter(|m| !m.is_empty()) {
            return self.unwrap(&mail);
        }
        self.out.encrypted |= kind != "certs-only";
        self.file(at);
    }

    /// Reads a mail that was wrapped whole, and takes its words and files as this one's.
    fn unwrap(&mut self, mail: &[u8]) {
        if self.depth >= MAX_WRAPPED {
            return;
        }
        let parts = super::parts::parse(mail, self.defects);
        let inner = sort_at(&parts, self.depth + 1, self.defects);
        // The words beside a winmail.dat are the same in plain; they count, unless there are none.
        let has_words = self.out.texts.iter().any(|t| [&t.plain, &t.html].into_iter().flatten().any(|t| !t.trim().is_empty()));
        if !has_words || self.parts.len() == 1 {
            self.out.texts.extend(inner.texts);
        }
        self.out.files.extend(inner.files);
        self.out.letters.extend(inner.letters);
        self.out.reports.extend(inner.reports);
        self.out.calendar = self.out.calendar.take().or(inner.calendar);
        self.out.encrypted |= inner.encrypted;
    }
}
