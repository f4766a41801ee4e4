//! `postroom read [--json] FILE…`: what Postroom sees in a raw mail or webhook body.

use crate::message::{Hint, read as read_raw};
use crate::model::message::{Forwarded, Message};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Prints every message of every file, as JSON (an object a line) or for a person. Gives the exit code: 0, or 2 when a file cannot be opened.
pub fn run(files: &[PathBuf], as_json: bool) -> u8 {
    let mut code = 0;
    let out = std::io::stdout();
    let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let mut out = std::io::BufWriter::new(out.lock());
    let hint = Hint { outside: Some(super::read_attachment::outside), ..Hint::default() };
    for file in files {
        let raw = match std::fs::read(file) {
            Ok(raw) => raw,
            Err(error) => {
                eprintln!(
                    "postroom: {} cannot be read: {error}. Give the path of a raw mail (.eml) or a webhook body (.json).",
                    file.display()
                );
                code = 2;
                continue;
            }
        };
        let messages = read_raw(&raw, &hint);
        let count = messages.len();
        for (at, message) in messages.iter().enumerate() {
            let written = if as_json {
                writeln!(out, "{}", object(file, message))
            } else {
                out.write_all(view::page(file, message, (at, count), colour).as_bytes())
            };
            if written.is_err() {
                return code; // the reader went away (a closed pipe)
            }
        }
    }
    drop(out.flush());
    code
}

/// The object that `read --json` prints for a message.
pub fn object(file: &Path, m: &Message) -> Value {
    json!({
        "file": file.to_string_lossy(),
        "from": {"name": m.from.name, "email": m.from.email, "id": m.from.id},
        "to": m.to.iter().map(|p| json!({"name": p.name, "email": p.email, "id": p.id})).collect::<Vec<_>>(),
        "subject": m.subject,
        "message_id": m.message_id,
        "in_reply_to": m.in_reply_to,
        "references": m.references,
        "sent_at": m.sent_at,
        "automatic": m.automatic,
        "bounce": m.bounce,
        "forwarded": forwarded(&m.forwards).map(|f| json!({
            "from_name": f.from_name, "from_email": f.from_email, "subject": f.subject, "sent_at": f.sent_at, "body": f.body,
        })),
        "text": m.text,
        "quoted": m.quoted,
        "signature": m.signature,
        "attachments": m.attachments.iter().map(|a| json!({"name": a.name, "type": a.mime, "bytes": a.bytes, "text": a.text.is_some()})).collect::<Vec<_>>(),
        "defects": m.defects,
    })
}

/// The message that was passed on. Without a policy nobody knows who is a contractor, so this is the outermost: the one that the author of
/// the covering note handed over, with all that lies inside it in its body. `explain`, which has a policy, goes further in.
fn forwarded(forwards: &[Forwarded]) -> Option<&Forwarded> {
    forwards.iter().find(|f| f.from_email.is_some()).or(forwards.first())
}

mod view {
    use super::forwarded;
    use crate::model::message::Message;
    use std::fmt::Write;
    use std::path::Path;

    const PLAIN: &str = "\x1b[0m";
    const DIM: &str = "\x1b[2m";
    const BOLD: &str = "\x1b[1m";
    const YELLOW: &str = "\x1b[33m";

    /// A message on a terminal: who it is really from, what is wrong with it, the new words plain, the history dim.
    pub fn page(file: &Path, m: &Message, (at, count): (usize, usize), colour: bool) -> String {
        let paint = |style: &'static str, text: &str| if colour { format!("{style}{text}{PLAIN}") } else { text.to_owned() };
        let mut out = String::new();
        let number = if count > 1 { format!(" ({} of {count})", at + 1) } else { String::new() };
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(paint(BOLD, &format!("{}{number}", file.display())));
        line(format!("From      {}", who(m.from.name.as_deref(), m.from.email.as_ref().map(|e| e.as_str()), m.from.id.as_deref())));
        if let Some(reply_to) = &m.reply_to {
            line(format!("Answer to {reply_to}"));
        }
        if !m.subject.is_empty() {
            line(format!("Subject   {}", safe(&m.subject)));
        }
        if let Some(sent) = m.sent_at {
            line(format!("Sent      {}", sent.to_zoned(jiff::tz::TimeZone::UTC).strftime("%A %-d %B %Y, %H:%M UTC")));
        }
        if let Some(kind) = m.automatic {
            line(paint(
                YELLOW,
                &format!(
                    "Written by a machine: {}",
                    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(|s| s.replace('_', " "))).unwrap_or_default()
                ),
            ));
        }
        if let Some(bounce) = &m.bounce {
            let failed: Vec<&str> = bounce.failed.iter().map(|a| a.as_str()).collect();
            line(paint(
                YELLOW,
                &format!(
                    "Failed    {}{}",
                    if failed.is_empty() { "nobody yet".into() } else { failed.join(", ") },
                    if bounce.permanent { ", for good" } else { "" }
                ),
            ));
        }
        if let Some(f) = forwarded(&m.forwards) {
            line(paint(
                BOLD,
                &format!("Passes on the words of {}", who(f.from_name.as_deref(), f.from_email.as_ref().map(|e| e.as_str()), None)),
            ));
        }
        if let Some(language) = &m.language {
            line(format!("Language  {language}"));
        }
        for defect in &m.defects {
            line(paint(YELLOW, &format!("Note      {}", safe(&defect.what))));
        }
        for a in &m.attachments {
            let words = match (&a.text, a.mime.split('/').next()) {
                (Some(_), _) => "its words were read",
                (None, _) if matches!(a.mime.as_str(), "message/rfc822" | "application/vnd.ms-outlook") && !m.forwards.is_empty() => {
                    "a message, read below"
                }
                (None, Some("image")) => "a picture: no words are read from it",
                _ => "no words are read from it",
            };
            line(format!(
                "Attached  {} ({}, {} bytes; {words})",
                safe(a.name.as_deref().unwrap_or("without a name")),
                safe(&a.mime),
                a.bytes
            ));
        }
        line(String::new());
        line(safe(&m.text));
        for f in &m.forwards {
            line(String::new());
            line(paint(BOLD, &format!("— {} wrote:", who(f.from_name.as_deref(), f.from_email.as_ref().map(|e| e.as_str()), None))));
            line(safe(&f.text));
        }
        for old in [&m.signature, &m.quoted].into_iter().filter(|t| !t.is_empty()) {
            line(String::new());
            line(paint(DIM, &safe(old)));
        }
        let _ = writeln!(out);
        out
    }

    fn who(name: Option<&str>, email: Option<&str>, id: Option<&str>) -> String {
        let address = email.or(id);
        match (name, address) {
            (Some(name), Some(address)) => safe(&format!("{name} <{address}>")),
            (name, address) => safe(name.or(address).unwrap_or("nobody named")),
        }
    }

    /// A stranger's text on a terminal: no control character of it but line ends and tabs reaches the screen.
    fn safe(text: &str) -> String {
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_steer_the_terminal() {
        let raw = b"From: \"a\x1b[2J\" <jo@home.example>\nSubject: x\x1b]0;y\x07\n\nno heat\x1b[31m\n";
        let message = read_raw(raw, &Hint::default()).remove(0);
        let page = view::page(Path::new("a.eml"), &message, (0, 1), false);
        assert!(!page.contains('\x1b') && !page.contains('\x07'), "{page:?}");
        assert!(page.contains("no heat"));
    }
}
