//! The finished mail: headers as channels.md section 3.2 lists them, multipart/alternative, CRLF, deterministic to the byte.

use super::page::Page;
use super::{Form, LetterError, Occasion, quote};
use crate::model::address::Address;
use crate::model::letter::Letter;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message as Mail, MultiPart, SinglePart};
use std::time::{Duration, SystemTime};

/// Our References hold so many of theirs: RFC 5322 §3.6.4 wants them all, mail that was answered for years has hundreds.
const REFERENCES: usize = 12;
/// Longer Message-IDs are left out: a line of more than 998 octets may not be sent (RFC 5322 §2.1.1).
const ID_OCTETS: usize = 250;

pub fn build(letter: &Letter, o: &Occasion<'_>, page: &Page) -> Result<Vec<u8>, LetterError> {
    let to = letter.to.as_ref().ok_or(LetterError::NoRecipient)?;
    let seconds = Duration::from_secs(o.date.as_second().max(0).unsigned_abs());
    let mut mail = Mail::builder()
        .from(mailbox(o.from, Some(&page.landlord))?)
        // The recipient's name stays out: it is theirs to write, and nothing gains by it.
        .to(mailbox(to, None)?)
        .subject(letter.subject.as_str())
        .message_id(Some(format!("<{}>", letter.message_id)))
        .header(Date::new(SystemTime::UNIX_EPOCH + seconds));
    if let Some(token) = o.case.map(|c| c.token.as_str()).filter(|t| !t.is_empty() && o.form.to_resident() && !page.weak) {
        mail = mail.reply_to(mailbox(&with_detail(o.from, token)?, Some(&page.landlord))?);
    }
    let ids = ids(o);
    if let Some(last) = ids.last() {
        mail = mail.in_reply_to(last.clone()).references(ids.join(" "));
    }
    // RFC 3834 §5; Outlook keeps its automatic answers back on the second (MS-OXCMAIL 2.1.3.2.20).
    // What a person wrote is not automatic (RFC 3834 §5: `no` is the same as no such field).
    let automatic = if o.form.by_person() {
        "no"
    } else if o.form.answers() {
        "auto-replied"
    } else {
        "auto-generated"
    };
    for (name, value) in [("Auto-Submitted", automatic), ("X-Auto-Response-Suppress", "All"), ("X-Postroom-Instance", o.instance)] {
        let name = HeaderName::new_from_ascii(name.into()).expect("the names are written here");
        mail = mail.raw_header(HeaderValue::new(name, quote::one_line(value, 200)));
    }
    let text = part(ContentType::TEXT_PLAIN, &letter.text);
    let boundary = |layer: &str| format!("{layer}-{}", safe_boundary(&letter.message_id));
    let finished = match (letter.html.is_empty(), o.original.filter(|_| matches!(o.form, Form::PassOn | Form::Notice))) {
        (true, None) => mail.singlepart(text)?,
        (true, Some(raw)) => mail.multipart(MultiPart::mixed().boundary(boundary("mixed")).singlepart(text).singlepart(attached(raw)))?,
        (false, _) => {
            let html = part(ContentType::TEXT_HTML, &letter.html);
            mail.multipart(MultiPart::alternative().boundary(boundary("alt")).singlepart(text).singlepart(html))?
        }
    };
    Ok(finished.formatted())
}

/// The plain text of a finished letter.
pub fn text_of(mime: &[u8]) -> Option<String> {
    let mail = mail_parser::MessageParser::default().parse(mime)?;
    Some(mail.body_text(0)?.replace("\r\n", "\n"))
}

/// A finished letter with a person's words in place of its own, in both bodies: to the same address, in the same thread.
pub fn in_other_words(mime: &[u8], text: &str, message_id: &str) -> Option<Vec<u8>> {
    let end = mime.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&mime[..end]).ok()?;
    let mut kept = String::new();
    let mut keep = true;
    for line in head.split("\r\n") {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            keep = !matches!(name.as_str(), "content-type" | "content-transfer-encoding" | "message-id" | "mime-version");
        }
        if keep {
            kept += line;
            kept += "\r\n";
        }
    }
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paragraphs = text.trim().split("\n\n").filter(|p| !p.trim().is_empty());
    let body: String = paragraphs.map(|p| format!("<p>{}</p>\n", escape(p.trim()).replace('\n', "<br>\n"))).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head><meta charset=\"utf-8\"><title>Your complaint</title></head>\n\
         <body style=\"font-family:Arial,Helvetica,sans-serif;font-size:18px;line-height:1.5\">\n{body}</body>\n</html>\n"
    );
    let boundary = format!("alt-{}", safe_boundary(message_id));
    let parts = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, &html));
    let mut out = format!("{kept}Message-ID: <{message_id}>\r\nMIME-Version: 1.0\r\n").into_bytes();
    out.extend(parts.formatted());
    Some(out)
}

/// Quoted-printable: long paragraphs wrap in the reader's window, and no line of ours is ever too long for a server.
fn part(kind: ContentType, text: &str) -> SinglePart {
    let crlf = text.replace('\n', "\r\n");
    let body = Body::new_with_encoding(crlf, ContentTransferEncoding::QuotedPrintable).unwrap_or_else(Body::new);
    SinglePart::builder().header(kind).body(body)
}

/// What came in. As a message where it may travel as one: RFC 2046 §5.2.1 allows it no encoding, so it must be seven-bit with short
/// lines. Otherwise as a file, byte for byte.
fn attached(raw: &[u8]) -> SinglePart {
    let crlf = with_crlf(raw);
    let seven_bit = crlf.iter().all(|b| b.is_ascii() && *b != 0) && crlf.split(|b| *b == b'\n').all(|line| line.len() <= 999);
    let headed = crlf.iter().take(998).position(|b| *b == b':').is_some_and(|i| i > 0 && crlf[..i].iter().all(u8::is_ascii_graphic));
    if seven_bit && headed {
        return SinglePart::builder()
            .header(ContentType::parse("message/rfc822").expect("the type is written here"))
            .header(ContentDisposition::attachment("original.eml"))
            .body(Body::dangerous_pre_encoded(crlf, ContentTransferEncoding::SevenBit));
    }
    SinglePart::builder()
        .header(ContentType::parse("application/octet-stream").expect("the type is written here"))
        .header(ContentDisposition::attachment("original.eml"))
        .body(Body::new_with_encoding(raw.to_vec(), ContentTransferEncoding::Base64).unwrap_or_else(Body::new))
}

/// Every line end as CRLF: spool folders hold bare LF, and SMTP has no bare CR or LF (RFC 5321 §2.3.8).
fn with_crlf(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 32);
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.extend(b"\r\n");
            }
            b'\n' => out.extend(b"\r\n"),
            other => out.push(other),
        }
    }
    out
}

/// The Message-IDs that the letter answers, oldest first, in angle brackets: theirs last.
fn ids(o: &Occasion<'_>) -> Vec<String> {
    let Some(message) = o.message.filter(|_| o.form.answers()) else { return Vec::new() };
    // What a contractor or an officer passed on is answered as the resident's own, whose thread it joins.
    let via = o.decision.and_then(|d| d.via);
    let (before, own) = match message.handed_on(via).find(|f| f.from_email.as_ref() == o.to && o.to.is_some()) {
        Some(forward) => (&[][..], forward.message_id.as_deref()),
        None if message.from.email.as_ref() == o.to || message.reply_to.as_ref() == o.to => {
            (message.references.as_slice(), message.message_id.as_deref())
        }
        // Somebody else's mail: its ids mean nothing to the recipient.
        None => return Vec::new(),
    };
    let good = |id: &&str| !id.is_empty() && id.len() <= ID_OCTETS && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
    let Some(own) = own.filter(good) else { return Vec::new() };
    let mut before: Vec<&str> = before.iter().map(String::as_str).filter(good).filter(|id| *id != own).collect();
    // The first names the thread, the last its newest part.
    if before.len() >= REFERENCES {
        before.drain(1..before.len() + 2 - REFERENCES);
    }
    before.into_iter().chain([own]).map(|id| format!("<{id}>")).collect()
}

/// An address in a header. One with letters beyond ASCII needs SMTPUTF8 (RFC 6531) all the way to its mailbox, which few have: it is
/// left to a person.
fn mailbox(address: &Address, name: Option<&str>) -> Result<Mailbox, LetterError> {
    if !address.as_str().is_ascii() {
        return Err(LetterError::Address);
    }
    let address = address.as_str().parse().map_err(|_| LetterError::Address)?;
    Ok(Mailbox::new(name.map(|n| quote::one_line(n, 100)), address))
}

/// `complaints@x` → `complaints+c-7q4m…@x` (RFC 5233).
fn with_detail(address: &Address, token: &str) -> Result<Address, LetterError> {
    let base = address.without_detail();
    Address::parse(&format!("{}+c-{token}@{}", base.local(), base.domain())).ok_or(LetterError::Address)
}

/// RFC 2046 §5.1.1: at most seventy characters of a small set; ours come from the Message-ID, which no other mail has.
fn safe_boundary(message_id: &str) -> String {
    message_id.chars().filter(char::is_ascii_alphanumeric).take(60).collect()
}
