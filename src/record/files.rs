//! The files of a case's record: pages to read, tables, every message and letter to the byte, and the digests that prove them.

use super::dossier::{Arrived, Dossier, Held, Written};
use super::{page, table, timeline, words};
use crate::model::message::Channel;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::io::{self, Cursor, Write};
use std::path::Path;

/// One file of the record, by its path within it.
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Who asked for the record, of whom, and when: it stands at its head.
pub struct About<'a> {
    pub landlord: &'a str,
    pub by: &'a str,
    pub now: Timestamp,
}

/// The digests of all the others, as `sha256sum --check` reads them.
pub const MANIFEST: &str = "manifest.sha256";

/// Every file of a case's record; the manifest is the last.
///
/// # Errors
/// A template that cannot be rendered: a fault of Postroom.
pub fn build(dossier: &Dossier, about: &About<'_>) -> Result<Vec<File>, minijinja::Error> {
    let entries = timeline::of(dossier, about.now);
    let mut files = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>| files.push(File { name, bytes });
    add("index.html".into(), page::case(dossier, &entries, about)?.into_bytes());
    add("timeline.csv".into(), timeline_csv(&entries));
    add("decisions.csv".into(), decisions_csv(dossier));
    add("duties.csv".into(), duties_csv(dossier, about.now));
    for (i, message) in dossier.messages.iter().enumerate() {
        if let Held::Here(bytes) = &message.bytes {
            add(message_name(i, message), bytes.clone());
        }
    }
    for (i, letter) in dossier.letters.iter().enumerate() {
        if let Some(bytes) = &letter.bytes {
            add(letter_name(i, letter), bytes.clone());
        }
    }
    let lines: String = files.iter().map(|f| format!("{}  {}\n", digest(&f.bytes), f.name)).collect();
    files.push(File { name: MANIFEST.into(), bytes: lines.into_bytes() });
    Ok(files)
}

/// Where a message's bytes lie in the record: `messages/01.eml`.
pub fn message_name(i: usize, message: &Arrived) -> String {
    let ending = match (&message.bytes, message.row.channel) {
        (_, Channel::Email) => "eml",
        // A form's robot may also send mail: the first octet tells.
        (Held::Here(bytes), _) if !bytes.trim_ascii_start().starts_with(b"{") && !bytes.trim_ascii_start().starts_with(b"[") => "eml",
        _ => "json",
    };
    format!("messages/{:02}.{ending}", i + 1)
}

/// Where a letter's bytes lie in the record: `letters/01-acknowledge_stage1.eml`.
pub fn letter_name(i: usize, letter: &Written) -> String {
    format!("letters/{:02}-{}.{}", i + 1, letter.row.reply, if letter.row.courier == "mail" { "eml" } else { "json" })
}

/// The manifest's own digest: it stands for the whole record.
pub fn digest_of(files: &[File]) -> Option<String> {
    files.iter().find(|f| f.name == MANIFEST).map(|f| digest(&f.bytes))
}

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn timeline_csv(entries: &[timeline::Entry]) -> Vec<u8> {
    let rows = entries.iter().map(|e| {
        let file = e.file.clone().unwrap_or_default();
        vec![words::cell(e.at), e.at.to_string(), e.who.clone(), e.what.clone(), e.details.join(" "), file]
    });
    table::csv(&["when (UK time)", "when (UTC)", "who", "what happened", "details", "file"], rows)
}

fn decisions_csv(dossier: &Dossier) -> Vec<u8> {
    let mut rows = Vec::new();
    for (i, message) in dossier.messages.iter().enumerate() {
        for (row, whole) in &message.decisions {
            let d = whole.as_ref();
            let joined = |of: fn(&crate::model::decision::Decision) -> Vec<String>| d.map(|d| of(d).join("; ")).unwrap_or_default();
            rows.push(vec![
                message_name(i, message),
                words::cell(row.decided_at),
                words::who(&row.who),
                words::kind(row.kind).into(),
                row.reply.as_str().into(),
                joined(|d| d.flags.iter().map(|f| words::flag(*f)).collect()),
                joined(|d| d.reasons.iter().map(timeline::reason).collect()),
                joined(|d| d.reasons.iter().map(|r| r.id.clone()).collect()),
                row.ruleset_digest.clone(),
                row.input_digest.clone(),
            ]);
        }
    }
    let headings =
        ["message", "when (UK time)", "who", "decided as", "reply", "flags", "reasons", "rules", "rules SHA-256", "input SHA-256"];
    table::csv(&headings, rows)
}

fn duties_csv(dossier: &Dossier, now: Timestamp) -> Vec<u8> {
    let rows = dossier.duties.iter().map(|d| {
        let met = d.met_at.map(words::cell).unwrap_or_default();
        let by = d.met_by.as_deref().map(words::met_by).unwrap_or_default();
        vec![d.kind.what().into(), d.due.to_string(), words::cell(d.due_at), words::outcome(d, now).into(), met, by]
    });
    table::csv(&["duty", "due", "last moment (UK time)", "outcome", "met at (UK time)", "met by"], rows)
}

/// Writes the record as a folder, which must be new or empty, readable by its owner alone: it is full of personal data.
///
/// # Errors
/// A folder that holds something already; a disk that cannot be written.
pub fn write_folder(dir: &Path, files: &[File]) -> io::Result<()> {
    private(std::fs::DirBuilder::new().recursive(true)).create(dir)?;
    if std::fs::read_dir(dir)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is there already and is not empty"));
    }
    for file in files {
        let path = dir.join(&file.name);
        if let Some(parent) = path.parent() {
            private(std::fs::DirBuilder::new().recursive(true)).create(parent)?;
        }
        owners(&path)?.write_all(&file.bytes)?;
    }
    Ok(())
}

/// Writes the record as one zip file, which must not be there yet, readable by its owner alone.
///
/// # Errors
/// A file that is there already; a disk that cannot be written.
pub fn write_zip(path: &Path, files: &[File]) -> io::Result<()> {
    use zip::write::SimpleFileOptions;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o600);
    for file in files {
        zip.start_file(file.name.as_str(), options).map_err(io::Error::other)?;
        zip.write_all(&file.bytes)?;
    }
    let bytes = zip.finish().map_err(io::Error::other)?.into_inner();
    owners(path)?.write_all(&bytes)
}

#[cfg(unix)]
fn private(builder: &mut std::fs::DirBuilder) -> &mut std::fs::DirBuilder {
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700)
}

#[cfg(not(unix))]
fn private(builder: &mut std::fs::DirBuilder) -> &mut std::fs::DirBuilder {
    builder
}

/// A new file that its owner alone may read.
fn owners(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
