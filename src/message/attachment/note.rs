//! A message in Outlook's own form (MAPI properties, as .msg and winmail.dat hold them), written again as the mail it once was, so that one
//! reader reads all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use std::fmt::Write;

#[derive(Default)]
pub struct Note {
    /// The header fields that it arrived with, where they were kept.
    pub transport: String,
    pub subject: String,
    pub from_name: String,
    pub from_email: String,
    pub to: Vec<(String, String)>,
    pub message_id: String,
    pub sent_at: Option<Timestamp>,
    pub plain: Option<String>,
    pub html: Option<String>,
    pub rtf: Option<Vec<u8>>,
    pub files: Vec<Enclosed>,
}

pub struct Enclosed {
    pub name: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl Note {
    /// Whether there is anything in it worth writing.
    pub fn is_empty(&self) -> bool {
        self.plain.is_none()
            && self.html.is_none()
            && self.rtf.is_none()
            && self.files.is_empty()
            && self.subject.is_empty()
            && self.transport.is_empty()
    }

    /// The mail: header, one body in each form it has, and every file. Boundaries cannot occur in base64 lines.
    pub fn into_mail(mut self) -> Vec<u8> {
        let rtf = self.rtf.take().and_then(|packed| super::rtf::unpack(&packed)).and_then(|rtf| super::rtf::words(&rtf));
        if self.plain.as_ref().is_none_or(|p| p.trim().is_empty()) && self.html.is_none() {
            self.plain = rtf.or(self.plain);
        }
        let mut out = self.header();
        out.push_str("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_postroom_mixed\"\r\n\r\n--=_postroom_mixed\r\n");
        out.push_str("Content-Type: multipart/alternative; boundary=\"=_postroom_words\"\r\n\r\n");
        for (kind, text) in [("plain", &self.plain), ("html", &self.html)] {
            if let Some(text) = text {
                let _ = write!(out, "--=_postroom_words\r\nContent-Type: text/{kind}; charset=utf-8\r\n");
                encoded(&mut out, text.as_bytes());
            }
        }
        out.push_str("--=_postroom_words--\r\n");
        for file in &self.files {
            let name = one_line(&file.name).replace(['"', '\\'], "'");
            let mime = if file.mime.contains('/') { one_line(&file.mime) } else { "application/octet-stream".into() };
            let _ = write!(out, "--=_postroom_mixed\r\nContent-Type: {mime}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n");
            encoded(&mut out, &file.bytes);
        }
        out.push_str("--=_postroom_mixed--\r\n");
        out.into_bytes()
    }

    /// The fields that it arrived with, but for those that tell of a body it no longer has; else fields made of what is known.
    fn header(&self) -> String {
        let mut out = String::new();
        let mut keep = false;
        for line in self.transport.lines().take(5000).take_while(|l| !l.is_empty()) {
            if !line.starts_with([' ', '\t']) {
                let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
                keep = line.contains(':') && !name.starts_with("content-") && name != "mime-version" && !name.contains(' ');
            }
            if keep {
                out.push_str(line);
                out.push_str("\r\n");
            }
        }
        let lower = format!("\n{}", out.to_ascii_lowercase());
        let mut add = |name: &str, value: &str| {
            if !value.trim().is_empty() && !lower.contains(&format!("\n{}:", name.to_ascii_lowercase())) {
                let _ = write!(out, "{name}: {value}\r\n");
            }
        };
        add("From", &mailbox(&self.from_name, &self.from_email));
        add("To", &self.to.iter().map(|(n, e)| mailbox(n, e)).collect::<Vec<_>>().join(", "));
        add("Subject", &one_line(&self.subject));
        add("Message-ID", &one_line(&self.message_id));
        if let Some(at) = self.sent_at {
            add("Date", &at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string());
        }
        out
    }
}

fn mailbox(name: &str, email: &str) -> String {
    let (name, email) = (one_line(name).replace(['"', '\\'], "'"), one_line(email));
    match (name.is_empty(), email.contains('@')) {
        (true, true) => format!("<{email}>"),
        (false, true) => format!("\"{name}\" <{email}>"),
        (false, false) => format!("\"{name}\""),
        (true, false) => String::new(),
    }
}

fn one_line(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn encoded(out: &mut String, bytes: &[u8]) {
    out.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
    for chunk in bytes.chunks(57) {
        STANDARD.encode_string(chunk, out);
        out.push_str("\r\n");
    }
}
