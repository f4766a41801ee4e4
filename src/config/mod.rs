//! What the operator sets: one TOML file, unknown keys refused. No file at all is a working configuration.

mod events;
mod file;
mod oauth2;
mod platform;
#[cfg(test)]
mod tests;

use crate::http::Url;
use crate::model::address::Address;
use crate::model::fault::Fault;
use crate::tls::Endpoint;
pub use events::{Events, EventsOut};
use jiff::{SignedDuration, Timestamp};
pub use oauth2::{Grant, Oauth2};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// A configuration that was read and found sound. Paths are absolute or relative to the working directory.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where SQLite, the default spool and the folder courier's letters lie.
    pub data: PathBuf,
    /// `sqlite` or a `postgres://` address.
    pub store_url: String,
    pub landlords: Vec<Landlord>,
    pub sources: Vec<Source>,
    pub listen: SocketAddr,
    /// Calls a second that one peer may make of webhooks and forms.
    pub per_peer: NonZeroU32,
    pub courier: Courier,
    /// A layer of rules, policies, calendars and templates over the shipped ones.
    pub rules: Option<PathBuf>,
    /// A layer that runs beside the rules in force, and only records where it differs; while its folder is there.
    pub shadow: Option<PathBuf>,
    /// What is worth a warning, though it stops nothing.
    pub advice: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Landlord {
    pub id: String,
    /// The id of a policy file.
    pub policy: String,
    /// Sender of letters; the policy's first mailbox where it is not set.
    pub from: Option<Address>,
    /// Where contractors' complaints are passed on.
    pub team: Option<Address>,
    /// Who gets reminders and alarms.
    pub officer: Option<Address>,
    /// The landlord's own case system.
    pub events: Option<Events>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub name: String,
    pub landlord: String,
    pub kind: SourceKind,
    pub letters_from: LettersFrom,
    pub poll: SignedDuration,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SourceKind {
    Imap(Imap),
    Maildir {
        path: PathBuf,
    },
    Webhook(Webhook),
    /// A page that Postroom itself serves.
    Form,
}

impl SourceKind {
    pub fn as_str(&self) -> &'static str {
        match self {
            SourceKind::Imap(_) => "imap",
            SourceKind::Maildir { .. } => "maildir",
            SourceKind::Webhook(_) => "webhook",
            SourceKind::Form => "form",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Imap {
    pub server: Server,
    pub folder: String,
    /// What is done to a mail in the mailbox once it is committed. Nothing by default: people read these mailboxes too.
    pub after: After,
}

/// How to reach and enter a mail server.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    pub endpoint: Endpoint,
    pub login: Option<Login>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    pub user: String,
    pub proof: Proof,
}

/// How a user proves to be it.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    PasswordFile(PathBuf),
    Oauth2(Box<Oauth2>),
}

/// What happens to a message on the server once it is committed here. A courtesy to those who read the mailbox: where the server
/// refuses it, the message stays where it is, and is ours all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum After {
    #[default]
    Nothing,
    Move(String),
    Flag(String),
}

impl After {
    /// Reads `move:FOLDER` or `flag:FLAG`.
    ///
    /// # Errors
    /// In words for the person who wrote the configuration.
    pub fn parse(text: &str) -> Result<After, String> {
        match text.split_once(':') {
            Some(("move", folder)) if !folder.trim().is_empty() => Ok(After::Move(folder.trim().into())),
            Some(("flag", flag)) => {
                let bare = flag.strip_prefix('\\').unwrap_or(flag);
                // RFC 9051 §9: flag-keyword = atom, flag-extension = "\" atom.
                let atom = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"$_.-".contains(&b));
                match atom {
                    true if flag.eq_ignore_ascii_case("\\Deleted") => Err("`\\Deleted` would lose the mail at the next expunge".into()),
                    true => Ok(After::Flag(flag.into())),
                    false => Err(format!("`{flag}` cannot be an IMAP flag: letters, digits, `$`, `_`, `.` and `-` only")),
                }
            }
            _ => Err("write `move:FOLDER` or `flag:FLAG`, or leave `after` out".into()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Meta,
    Whatsapp,
    X,
    Webform,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    pub platform: Form,
    /// `app_secret_file` (meta, whatsapp), `consumer_secret_file` (x) or `secret_file` (webform): one secret a line, the one in use first.
    pub secret_file: PathBuf,
    pub verify_token_file: Option<PathBuf>,
    /// How answers go out; without it they are a person's.
    pub api: Option<Api>,
}

/// A platform's own interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    pub url: Url,
    /// `v25.0`, where the platform has versions in its paths.
    pub version: Option<String>,
    pub key: Key,
    /// The accounts whose subscription is watched: pages, Instagram accounts, WhatsApp business accounts.
    pub accounts: Vec<String>,
}

/// What opens a platform's interface.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    File(PathBuf),
    Oauth2(Box<Oauth2>),
}

/// From which receipt on a source's mail is answered (promise 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LettersFrom {
    /// From the source's first connection on; that instant is stored once.
    Now,
    All,
    From(Timestamp),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Courier {
    Smtp(Server),
    /// Finished mails as files.
    Folder {
        path: PathBuf,
    },
}

/// Reads a configuration file, or gives the built-in one when there is none.
///
/// # Errors
/// Every fault that could be found, each with its place.
pub fn load(path: Option<&Path>) -> Result<Config, Vec<Fault>> {
    let Some(path) = path else { return Ok(built_in()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| {
        vec![
            Fault::of_file(&name, format!("the configuration cannot be read: {e}")).hint("give --config an existing file, or leave it out"),
        ]
    })?;
    file::read(&name, &text, path.parent().unwrap_or(Path::new(".")))
}

/// Calls a second from one peer: a platform sends in batches, and a crowd behind one address fills in few forms a second.
const PER_PEER: NonZeroU32 = NonZeroU32::new(100).expect("not zero");

/// One landlord under the Code, a spool folder in, a folder of letters out, the desk on loopback.
fn built_in() -> Config {
    let data = PathBuf::from("postroom-data");
    Config {
        store_url: "sqlite".into(),
        landlords: vec![Landlord { id: "landlord".into(), policy: "code".into(), from: None, team: None, officer: None, events: None }],
        sources: vec![spool(&data, "landlord")],
        listen: SocketAddr::from(([127, 0, 0, 1], 8025)),
        per_peer: PER_PEER,
        courier: Courier::Folder { path: data.join("sent") },
        rules: None,
        shadow: None,
        advice: Vec::new(),
        data,
    }
}

fn spool(data: &Path, landlord: &str) -> Source {
    Source {
        name: "inbox".into(),
        landlord: landlord.into(),
        kind: SourceKind::Maildir { path: data.join("inbox") },
        letters_from: LettersFrom::All,
        poll: SignedDuration::from_secs(1),
    }
}

/// Reads a secret: from `$CREDENTIALS_DIRECTORY` when systemd gives one (systemd.exec, LoadCredential), else from the path. One line
/// end at the end is not part of it.
///
/// # Errors
/// A clause that names the file and what to do, never the content.
pub fn secret(path: &Path) -> Result<String, String> {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY").zip(path.file_name()).map(|(dir, name)| Path::new(&dir).join(name));
    let found = credential.filter(|c| c.exists()).unwrap_or_else(|| path.to_path_buf());
    match std::fs::read_to_string(&found) {
        Ok(text) if text.trim().is_empty() => Err(format!("the secret file {} is empty", found.display())),
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(e) => Err(format!("the secret file {} cannot be read: {e}", found.display())),
    }
}
