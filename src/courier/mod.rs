//! Carries finished letters out, and says honestly what became of each.

pub mod event;
pub mod folder;
pub mod smtp;
pub mod social;

use crate::config::{self, Login, Proof};
use crate::model::address::Address;
use crate::model::finding::Finding;
use crate::oauth::{self, Tokens};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A finished letter on its way: the bytes go out exactly as they are.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// Envelope sender.
    pub from: &'a Address,
    /// The one recipient: each answer is then about this letter and nobody else's.
    pub to: &'a Address,
    /// Without angle brackets.
    pub message_id: &'a str,
    /// Headers and body, CRLF.
    pub bytes: &'a [u8],
}

/// What became of one attempt. `answer` is for the outbox record and the desk: the server's own text where it gave one (it may quote
/// addresses, and never goes to a log), else what more is known of the trouble, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody else has taken responsibility (RFC 5321 §6.1).
    Sent { answer: String },
    /// Surely not sent; try again later. `blocked`: it is not this letter's fault and no other would fare better: the queue stops
    /// and a person is told.
    Deferred { code: Option<u16>, why: Why, blocked: bool, answer: String },
    /// Surely not sent; a platform says when to try again, where it does.
    Later { code: Option<u16>, why: Why, after: Option<Duration> },
    /// The content went out and no answer came back: it may be sent, or not (RFC 5321 §4.5.3.2.6, RFC 1047).
    Unknown { why: Why },
    /// Refused for good: a task for a person.
    Dead { code: Option<u16>, why: Why, answer: String },
}

impl Outcome {
    /// The word of the outbox and of the metric `postroom_letters_total{state}`.
    pub fn state(&self) -> &'static str {
        match self {
            Outcome::Sent { .. } => "sent",
            Outcome::Deferred { .. } | Outcome::Later { .. } => "deferred",
            Outcome::Unknown { .. } => "unknown",
            Outcome::Dead { .. } => "dead",
        }
    }
}

/// Why a letter did not go, classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The server cannot be reached, or the connection was lost.
    Connection,
    /// The way there is not safe, or wrongly configured.
    Tls,
    TimedOut,
    /// The server is closing, busy, full or greylists.
    Busy,
    Throttled,
    Credentials,
    /// The server refuses the access token (XOAUTH2).
    Token,
    /// The server's rules, or our standing with it, forbid it.
    Policy,
    Recipient,
    TooBig,
    Content,
    /// An answer that is no SMTP.
    Protocol,
    /// The server lacks SMTPUTF8 or 8BITMIME, which this letter needs.
    NotOffered,
    /// The bytes are no mail that may be sent: lone CR or LF.
    Malformed,
    /// The disk.
    Folder,
    /// A platform refuses our token, or there is none.
    Access,
    /// A platform lets nobody write to this person now, neither in private nor in public.
    Window,
    /// Refused without a reason that we know.
    Refused,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Connection => "the server cannot be reached, or the connection was lost",
            Why::Tls => "the connection to the mail server cannot be made safe: run `postroom doctor`",
            Why::TimedOut => "the server did not answer in time",
            Why::Busy => "the server asks to try again later",
            Why::Throttled => "the server says that too much is sent at once",
            Why::Credentials => "the mail server refuses the login: check `user` and its proof in [courier], and run `postroom doctor`",
            Why::Token => {
                "the mail server refuses the access token: the app needs SMTP.SendAsApp (or the scope of SMTP) with consent, and the right to send as `user`"
            }
            Why::Policy => "the server's rules forbid it: check that the account (or the app) may write in the landlord's name",
            Why::Recipient => "the recipient's address does not exist or takes no mail",
            Why::TooBig => "the letter is too big for the mail server",
            Why::Content => "the mail server refuses the letter's content",
            Why::Protocol => "the mail server's answer is no SMTP",
            Why::NotOffered => "the mail server cannot carry an address or text beyond ASCII",
            Why::Malformed => "the letter's bytes are no mail: report this as a fault of Postroom",
            Why::Folder => "the letter cannot be written: check the folder, its owner and mode, and the disk",
            Why::Access => "the platform refuses the access token, or there is none: put a new one into `access_token_file`",
            Why::Window => "the platform lets us write to this person neither in private nor in public",
            Why::Refused => "the mail server refuses the letter",
        })
    }
}

/// One of the ways out, as the configuration names it.
#[derive(Debug)]
pub enum Courier {
    Smtp(smtp::Smtp),
    Folder(folder::Folder),
}

impl Courier {
    /// Reads the courier's secret.
    ///
    /// # Errors
    /// A secret that cannot be read, in words for the operator.
    pub fn of(set: &config::Courier) -> Result<Courier, String> {
        match set {
            config::Courier::Folder { path } => Ok(Courier::Folder(folder::Folder { path: path.clone() })),
            config::Courier::Smtp(server) => {
                let login = match &server.login {
                    None => None,
                    Some(Login { user, proof: Proof::PasswordFile(file) }) => {
                        let password = config::secret(file).map_err(|says| format!("[courier]: {says}"))?;
                        Some(oauth::Login::Password { user: user.clone(), password })
                    }
                    Some(Login { user, proof: Proof::Oauth2(set) }) => {
                        Some(oauth::Login::Token { user: user.clone(), tokens: Arc::new(Tokens::new(set.as_ref().clone())) })
                    }
                };
                Ok(Courier::Smtp(smtp::Smtp::new(smtp::Account::new(server.endpoint.clone(), login))))
            }
        }
    }

    pub async fn carry(&mut self, parcel: Parcel<'_>) -> Outcome {
        match self {
            Courier::Smtp(smtp) => smtp.carry(parcel).await,
            Courier::Folder(folder) => folder.carry(parcel).await,
        }
    }

    /// Nothing more to carry for now: a kept connection is closed.
    pub async fn rest(&mut self) {
        if let Courier::Smtp(smtp) = self {
            smtp.rest().await;
        }
    }

    /// For `doctor`. `senders`: the landlords' own addresses.
    pub async fn probe(&self, senders: &[Address]) -> Vec<Finding> {
        match self {
            Courier::Smtp(smtp) => smtp.probe(senders).await,
            Courier::Folder(folder) => folder.probe(),
        }
    }
}
