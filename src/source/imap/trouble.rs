//! What can go wrong with an IMAP server, in words of our own: a server's text may quote anything, and never reaches a log.

use crate::oauth;
use crate::source::NotCommitted;
use crate::tls;
use async_imap::error::Error;
use async_imap::imap_proto::{Outcome, ResponseCode, Status};
use std::fmt;
use std::io;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    Tls(tls::Trouble),
    /// The connection ended in the middle of something.
    Lost,
    /// The server fell silent, or drips.
    Stalled,
    /// The server said goodbye, for no reason that it names.
    Bye,
    Unavailable,
    Throttled,
    Credentials,
    NoMechanism,
    /// No access token could be had.
    Oauth(oauth::Trouble),
    /// The server refuses the access token.
    Token,
    NoXoauth2,
    NotPermitted,
    NoFolder,
    NoUidvalidity,
    /// The target folder does not exist (RFC 9051 §7.1: TRYCREATE).
    TryCreate,
    /// Any other NO.
    No,
    Bad,
    /// Not IMAP, or not the IMAP that was asked for.
    Protocol,
    /// An answer beyond all bounds (see guard).
    TooMuch,
    BadName,
    /// A message that is there, and cannot be had.
    Unfetchable,
    NotCommitted,
}

impl Trouble {
    /// How long to wait at least before the next try: a mailbox is not locked by us knocking, nor a busy server pressed.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(match self {
            Trouble::Throttled => 60,
            Trouble::Credentials | Trouble::NoMechanism | Trouble::NotPermitted | Trouble::Token | Trouble::NoXoauth2 => 120,
            Trouble::Oauth(_) => 30,
            Trouble::Unavailable => 5,
            _ => 0,
        })
    }

    /// True when the server refused one command and the connection goes on.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Trouble::No | Trouble::Bad | Trouble::TryCreate | Trouble::NotPermitted | Trouble::NoFolder)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::Tls(trouble) => return trouble.fmt(f),
            Trouble::Oauth(trouble) => return trouble.fmt(f),
            Trouble::Token => {
                "the server refuses the access token: the app needs IMAP.AccessAsApp (or the scope of IMAP) with consent, and `user` must be a mailbox that it was given"
            }
            Trouble::NoXoauth2 => "the server does not offer XOAUTH2: use `password_file`, or check `host`",
            Trouble::Lost => "the connection was lost",
            Trouble::Stalled => "the server fell silent in the middle of an answer",
            Trouble::Bye => "the server closed the connection",
            Trouble::Unavailable => "the server says that it is unavailable for now",
            Trouble::Throttled => "the server says that we ask too much of it: look for other programs on this mailbox, or raise `poll`",
            Trouble::Credentials => "the server refuses the login: check `user` and `password_file`, and whether the account may use IMAP",
            Trouble::NoMechanism => {
                "the server takes no passwords on this connection: use TLS, or `[source.oauth2]` where the provider asks for it"
            }
            Trouble::NotPermitted => "the account has no right to do this in the mailbox, or IMAP is switched off for it",
            Trouble::NoFolder => "the folder cannot be opened: check `folder` and the account's rights to it",
            Trouble::NoUidvalidity => "the server gives the folder no UIDVALIDITY: its messages cannot be named, and are not read",
            Trouble::TryCreate => "the target folder does not exist",
            Trouble::No => "the server refuses the command",
            Trouble::Bad => "the server does not understand the command",
            Trouble::Protocol => "the server's answer is no IMAP that Postroom knows: check `port` against `tls`",
            Trouble::TooMuch => "the server's answer went beyond all bounds, and was cut off",
            Trouble::BadName => "a line break or null cannot be part of a name",
            Trouble::Unfetchable => "a message is there and the server does not hand it over",
            Trouble::NotCommitted => "what arrived could not be stored; it stays on the server until it can",
        })
    }
}

impl std::error::Error for Trouble {}

impl From<tls::Trouble> for Trouble {
    fn from(trouble: tls::Trouble) -> Trouble {
        Trouble::Tls(trouble)
    }
}

impl From<oauth::Trouble> for Trouble {
    fn from(trouble: oauth::Trouble) -> Trouble {
        Trouble::Oauth(trouble)
    }
}

impl From<NotCommitted> for Trouble {
    fn from(_: NotCommitted) -> Trouble {
        Trouble::NotCommitted
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        match error.kind() {
            io::ErrorKind::TimedOut => Trouble::Stalled,
            io::ErrorKind::InvalidData if error.get_ref().is_some_and(|e| !e.is::<rustls::Error>()) => Trouble::TooMuch,
            // The reader's word for what it could not parse.
            io::ErrorKind::Other => Trouble::Protocol,
            _ => Trouble::Lost,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        match error {
            Error::Io(error) => error.into(),
            Error::No(text) => named(&text).unwrap_or(Trouble::No),
            Error::Bad(text) => named(&text).unwrap_or(Trouble::Bad),
            Error::ConnectionLost => Trouble::Lost,
            Error::Validate(_) => Trouble::BadName,
            _ => Trouble::Protocol,
        }
    }
}

/// What a NO, BAD or BYE means, by its response code (RFC 9051 §7.1, RFC 5530, RFC 9394 practice).
pub fn refusal(status: &Status, outcome: &Outcome<'_>) -> Trouble {
    if matches!(outcome.code, Some(ResponseCode::TryCreate)) {
        return Trouble::TryCreate;
    }
    outcome.information.as_deref().and_then(named).unwrap_or(match status {
        Status::No => Trouble::No,
        Status::Bad => Trouble::Bad,
        Status::Bye => Trouble::Bye,
        Status::Ok | Status::PreAuth => Trouble::Protocol,
    })
}

/// The parser leaves a code that it does not know at the head of the text.
fn named(text: &str) -> Option<Trouble> {
    // Exchange, of a mailbox that the account may not open, or for which IMAP is switched off.
    if text.contains("authenticated but not connected") {
        return Some(Trouble::NotPermitted);
    }
    let code = text.split_once('[')?.1;
    let code = code.split([']', ' ']).next()?.to_ascii_uppercase();
    Some(match code.as_str() {
        "UNAVAILABLE" | "SERVERBUG" | "INUSE" | "CONTACTADMIN" | "EXPUNGEISSUED" => Trouble::Unavailable,
        "THROTTLED" => Trouble::Throttled,
        "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => Trouble::Credentials,
        "PRIVACYREQUIRED" => Trouble::NoMechanism,
        "NONEXISTENT" => Trouble::NoFolder,
        "NOPERM" => Trouble::NotPermitted,
        _ => return None,
    })
}
