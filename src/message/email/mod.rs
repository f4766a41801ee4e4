//! A mail: header, body, attachments, what it reports and what it passes on.

pub mod address;
mod body;
pub mod charset;
mod flowed;
pub mod headers;
pub mod ids;
mod parts;
mod text;
mod transfer;
mod words;

use super::automatic::{self, Facts};
use super::quoted::addressed;
use super::split::{self, Body};
use super::subject::{Prefix, prefix};
use super::{Hint, attachment};
use crate::model::address::{Address, Party};
use crate::model::message::{Attachment, Defect, Forwarded, Message};
use body::{File, Sorted};
use headers::Headers;
use jiff::Timestamp;
use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// Messages inside messages, and how many of them, that are read; the rest are attachments.
const MAX_NESTED: usize = 6;
const MAX_LETTERS: usize = 50;

pub fn read(raw: &[u8], hint: &Hint) -> Vec<Message> {
    let mut budget = MAX_LETTERS;
    let mail = Mail::read(raw, hint, 0, &mut budget);
    apart(mail)
}

/// A mail that was read, with the messages attached to it.
struct Mail {
    message: Message,
    /// The whole body as one text: its own words and the history.
    whole: String,
    letters: Vec<Letter>,
}

/// An attached message and what lies inside it, outermost first; the files attached to any of them.
struct Letter {
    chain: Vec<Forwarded>,
    automatic: bool,
    references: Vec<String>,
    message_id: Option<String>,
    to: Vec<Address>,
    files: Vec<Attachment>,
}

impl Mail {
    fn read(raw: &[u8], hint: &Hint, depth: usize, budget: &mut usize) -> Mail {
        let mut defects = Vec::new();
        let raw = normal(raw, &mut defects);
        let parts = parts::parse(&raw, &mut defects);
        let sorted = body::sort(&parts, &mut defects);
        let root = parts.first();
        let empty = Headers::default();
        let headers = root.map_or(&empty, |p| &p.headers);
        let report_type = root.and_then(|p| {
            (p.kind.mime == "multipart/report").then(|| p.kind.param("report-type").unwrap_or_default().to_ascii_lowercase())
        });
        let digest = parts.iter().any(|p| p.kind.mime == "multipart/digest");
        let report = report_type.is_some() || !sorted.reports.is_empty();

        let mut message = head(headers, &mut defects);
        let Sorted { texts, files, letters, reports, calendar, encrypted } = sorted;
        let (plain, html) = text::joined(texts.into_iter());
        let to: Vec<Address> =
            message.to.iter().chain(&message.cc).filter_map(|p| p.email.clone()).chain(message.delivered_to.iter().cloned()).collect();
        let split = split::split_from(&Body { plain: plain.as_deref(), html: html.as_deref(), subject: &message.subject }, &to);
        message.text = split.text;
        message.quoted = split.quoted;
        if (message.in_reply_to.is_some() || prefix(&message.subject) == Prefix::Reply)
            && let Some(at) = addressed::begins(&message.text, message.from.name.as_deref().unwrap_or_default())
        {
            message.quoted.insert_str(0, message.text[at..].trim_end());
            message.text.truncate(message.text[..at].trim_end().len());
        }
        message.signature = split.signature;
        message.forwards = split.forwards;
        message.answered = split.answered;
        let whole = plain.filter(|p| !p.trim().is_empty()).or_else(|| html.as_deref().map(attachment::html_words)).unwrap_or_default();

        let text = automatic::spot(&message.text, 20_000);
        // Most mail is new words and nothing else.
        let spotted = (whole.trim() != message.text).then(|| automatic::spot(&whole, 20_000));
        let returned = letters.first().map(|l| charset::guess(&l.bytes[..l.bytes.len().min(100_000)]).0);
        let names: Vec<String> = files.iter().filter_map(|f| f.name.as_deref()).map(str::to_ascii_lowercase).collect();
        let facts = Facts {
            headers,
            from: message.from.email.as_ref(),
            from_name: message.from.name.as_deref().unwrap_or_default(),
            to: &to,
            reply_to: message.reply_to.as_ref(),
            return_path: message.return_path.clone(),
            subject: &message.subject,
            in_reply_to: message.in_reply_to.clone(),
            references: &message.references,
            text: &text,
            whole: &whole,
            spotted: spotted.as_ref().unwrap_or(&text),
            reports: &reports,
            report_type: report_type.unwrap_or_default(),
            returned: returned.as_deref(),
            calendar: calendar.as_deref(),
            files: &names,
            passes_on: !message.forwards.is_empty(),
        };
        let (automatic, bounce, about) = automatic::judge(&facts);
        (message.automatic, message.bounce, message.about) = (automatic, bounce, about);
        if message.reply_to.is_none()
            && message.automatic.is_none()
            && message.from.email.as_ref().is_some_and(|a| automatic::machine_address(a.local()))
        {
            message.reply_to = automatic::form::address(&whole);
        }

        if let Some(author) = address::original(headers, &message.from) {
            message.from = author;
            // What was proved was proved of the address that stood there.
            message.authenticated = message.authenticated.filter(|proved| !proved);
            message.reply_to = message.reply_to.take().filter(|a| Some(a) != message.from.email.as_ref());
        }
        if encrypted {
            defects.push(Defect::new("encrypted", "The message is encrypted, and cannot be read here."));
        }
        message.attachments = files.iter().map(|f| attached(f, hint)).collect();
        let mut read_letters = Vec::new();
        for file in &letters {
            message.attachments.push(Attachment { name: file.name.clone(), mime: file.mime.clone(), bytes: file.size, text: None });
            // What a report returns is our own letter, and a digest's messages are a list's: nobody passes them on.
            if report || digest || message.automatic.is_some() {
                continue;
            }
            if depth + 1 >= MAX_NESTED || *budget == 0 {
                defects.push(Defect::new("too-many-messages", "More messages lie inside this one than are read."));
                break;
            }
            *budget -= 1;
            read_letters.push(letter(Mail::read(&file.bytes, hint, depth + 1, budget)));
        }
        if split.nothing_new && message.automatic.is_none() {
            defects.push(Defect::new("no-new-text", "There are no new words above the earlier message."));
        }
        if !encrypted && message.text.is_empty() && message.forwards.is_empty() && read_letters.is_empty() && message.automatic.is_none() {
            defects.push(match (message.quoted.is_empty(), message.attachments.is_empty(), message.subject.is_empty()) {
                (false, _, _) => Defect::new("no-new-text", "There are no new words above the earlier message."),
                (true, false, _) => Defect::new("no-text", "There is nothing but attachments."),
                (true, true, false) => Defect::new("no-text", "There is nothing but a subject."),
                (true, true, true) => Defect::new("empty", "The mail is empty."),
            });
        }
        message.defects.extend(defects);
        Mail { message, whole, letters: read_letters }
    }
}

/// One message, or one for each attached complaint. Several attached messages are several people's when no two have one sender, none is the
/// sender of the mail, and none answers another; else they are one correspondence, and go together.
fn apart(mail: Mail) -> Vec<Message> {
    let Mail { mut message, letters, .. } = mail;
    let senders: Vec<Option<&Address>> = letters.iter().map(|l| l.chain.first().and_then(|f| f.from_email.as_ref())).collect();
    let distinct = senders.iter().enumerate().all(|(i, s)| s.is_some() && *s != message.from.email.as_ref() && !senders[..i].contains(s));
    let linked = letters.iter().any(|l| letters.iter().any(|o| o.message_id.as_ref().is_some_and(|id| l.references.contains(id))));
    let to_each_other = letters.iter().any(|l| l.to.iter().any(|t| senders.contains(&Some(t))));
    let worded = letters.iter().all(|l| !l.automatic && l.chain.iter().any(|f| !f.text.trim().is_empty()));
    if letters.len() >= 2 && distinct && !linked && !to_each_other && worded {
        return letters
            .into_iter()
            .map(|l| {
                let mut one = message.clone();
                one.forwards.extend(l.chain);
                one.attachments.extend(l.files);
                one
            })
            .collect();
    }
    for letter in letters {
        message.forwards.extend(letter.chain);
        message.attachments.extend(letter.files);
    }
    vec![message]
}

fn letter(mail: Mail) -> Letter {
    let Mail { message, whole, letters } = mail;
    let first = Forwarded {
        from_name: message.from.name.clone(),
        from_email: message.from.email.clone(),
        to: message.to.iter().filter_map(|p| p.email.clone()).collect(),
        subject: Some(message.subject.clone()).filter(|s| !s.is_empty()),
        sent_at: message.sent_at,
        message_id: message.message_id.clone(),
        body: whole.trim().to_owned(),
        text: message.text,
        attached: true,
    };
    let mut references = message.references;
    references.extend(message.in_reply_to);
    let (mut chain, mut files) = (vec![first], message.attachments);
    chain.extend(message.forwards);
    for letter in letters {
        chain.extend(letter.chain);
        files.extend(letter.files);
    }
    let to = message.to.into_iter().chain(message.cc).filter_map(|p| p.email).collect();
    Letter { chain, automatic: message.automatic.is_some(), references, message_id: message.message_id, to, files }
}

fn attached(file: &File, hint: &Hint) -> Attachment {
    Attachment {
        name: file.name.clone(),
        mime: file.mime.clone(),
        bytes: file.size,
        text: attachment::words(&file.mime, &file.bytes, hint.outside),
    }
}

/// Line ends, marks and encodings of the whole file that would hide its header: a byte order mark, UTF-16, bare CR (old Macs).
fn normal<'a>(raw: &'a [u8], defects: &mut Vec<Defect>) -> Cow<'a, [u8]> {
    let utf16 = match raw {
        [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    let raw = match utf16 {
        Some(encoding) => Cow::Owned(encoding.decode(raw).0.into_owned().into_bytes()),
        None => Cow::Borrowed(raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw)),
    };
    if raw.contains(&b'\r') && !raw.contains(&b'\n') {
        defects.push(Defect::new("bare-cr", "The mail ends its lines with bare carriage returns."));
        return Cow::Owned(raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect());
    }
    raw
}

/// What the header says of who, to whom, when and about what.
fn head(headers: &Headers, defects: &mut Vec<Defect>) -> Message {
    let first = |name: &str| address::parties(headers, name).into_iter().next();
    let return_path = address::return_path(headers);
    let from = author(headers).or_else(|| {
        let named = first("from");
        let other = first("sender").or_else(|| first("resent-from")).or_else(|| first("reply-to")).filter(|p| p.email.is_some());
        let other = other.or_else(|| return_path.clone().flatten().map(|email| Party { name: None, email: Some(email), id: None }));
        match (named, other) {
            (Some(named), Some(other)) => Some(Party { name: named.name, email: other.email, id: None }),
            (named, other) => other.or(named),
        }
    });
    let from = from.unwrap_or_default();
    if from.email.is_none() {
        defects.push(Defect::new("no-sender", "The mail does not say from what address it comes."));
    }
    let reply_to = address::parties(headers, "reply-to").into_iter().find_map(|p| p.email).filter(|a| Some(a) != from.email.as_ref());
    let sent_at = headers.get("date").and_then(date);
    if sent_at.is_none() && headers.has("date") {
        defects.push(Defect::new("bad-date", "The date of the mail cannot be read."));
    }
    let authenticated = ids::authenticated(headers, from.email.as_ref());
    Message {
        to: address::parties(headers, "to"),
        cc: address::parties(headers, "cc"),
        delivered_to: address::delivered_to(headers),
        subject: headers.text("subject").unwrap_or_default(),
        message_id: ids::message_id(headers),
        in_reply_to: ids::in_reply_to(headers),
        references: ids::references(headers),
        thread_root: ids::thread_root(headers),
        postroom_instance: headers.text("x-postroom-instance"),
        from,
        reply_to,
        return_path,
        sent_at,
        authenticated,
        ..Message::default()
    }
}

/// The first of From that has an address. `Lindqvist, Rosa <rosa@x>`, which should have been quoted, is one name (RFC 5322 §3.2.3).
fn author(headers: &Headers) -> Option<Party> {
    let parties = address::parties(headers, "from");
    let at = parties.iter().position(|p| p.email.is_some())?;
    let name = parties[..=at].iter().filter_map(|p| p.name.as_deref()).collect::<Vec<_>>().join(", ");
    Some(Party { name: Some(name).filter(|n| !n.is_empty()), ..parties[at].clone() })
}

fn date(value: &str) -> Option<Timestamp> {
    let value = &value[..value.floor_char_boundary(200)];
    let line = format!("{value}\n");
    let parsed = MessageStream::new(line.as_bytes()).parse_date();
    let parsed = parsed.as_datetime().filter(|d| d.is_valid() && d.year > 1900)?;
    Timestamp::from_second(parsed.to_timestamp()).ok()
}
