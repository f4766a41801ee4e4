//! A source as the configuration names it, ready to be read: for the daemon, `doctor` and `reconcile` alike.

use super::webhook::Door;
use super::{Inlet, Place, Stop, imap, maildir, stopped};
use crate::ambient::Ambient;
use crate::config::{self, Proof, SourceKind, secret};
use crate::model::finding::Finding;
use crate::oauth::{Login, Tokens};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub enum Reader {
    Imap(imap::Account),
    Maildir(maildir::Maildir),
    /// Is called, and not read: the daemon serves it.
    Webhook(Door),
    /// A page that the daemon serves.
    Form,
}

impl Reader {
    /// Reads the source's secret.
    ///
    /// # Errors
    /// A secret that cannot be read, or a kind that is not read here, in words for the operator.
    pub fn of(source: &config::Source) -> Result<Reader, String> {
        let (name, poll) = (source.name.clone(), source.poll.unsigned_abs());
        match &source.kind {
            SourceKind::Maildir { path } => Ok(Reader::Maildir(maildir::Maildir { name, path: path.clone(), poll })),
            SourceKind::Imap(set) => {
                let login = set.server.login.as_ref().ok_or_else(|| format!("source `{name}` has no `user`"))?;
                let user = login.user.clone();
                let login = match &login.proof {
                    Proof::PasswordFile(file) => {
                        Login::Password { user, password: secret(file).map_err(|says| format!("source `{name}`: {says}"))? }
                    }
                    Proof::Oauth2(set) => Login::Token { user, tokens: Arc::new(Tokens::new(set.as_ref().clone())) },
                };
                Ok(Reader::Imap(imap::Account {
                    name,
                    endpoint: set.server.endpoint.clone(),
                    login,
                    folder: set.folder.clone(),
                    after: set.after.clone(),
                    poll,
                    patience: imap::Account::PATIENCE,
                    max_bytes: imap::Account::MAX_BYTES,
                    give_up: imap::Account::GIVE_UP,
                }))
            }
            SourceKind::Webhook(webhook) => Door::of(source, webhook).map(Reader::Webhook),
            SourceKind::Form => Ok(Reader::Form),
        }
    }

    /// Reads until told to stop.
    pub async fn run(&self, inlet: &impl Inlet, ambient: &Ambient, mut stop: Stop) {
        match self {
            Reader::Imap(account) => imap::run(account, inlet, ambient, stop).await,
            Reader::Maildir(folder) => maildir::run(folder, inlet, ambient, stop).await,
            Reader::Webhook(_) | Reader::Form => stopped(&mut stop).await,
        }
    }

    /// Every place that it holds now. Changes nothing.
    ///
    /// # Errors
    /// Why it could not be asked, in words of our own.
    pub async fn list(&self) -> Result<Vec<Place>, String> {
        match self {
            Reader::Imap(account) => {
                let listed = imap::list(account).await.map_err(|trouble| trouble.to_string())?;
                Ok(listed.iter().map(|l| Place::Imap { uidvalidity: l.uidvalidity, uid: l.uid }).collect())
            }
            Reader::Maildir(folder) => {
                let names = maildir::list(folder).map_err(|e| format!("the folder cannot be read: {}", e.kind()))?;
                Ok(names.into_iter().map(Place::File).collect())
            }
            // No platform tells what it has sent.
            Reader::Webhook(_) | Reader::Form => Ok(Vec::new()),
        }
    }

    /// Goes the way that `run` goes, changes nothing, and says what it met.
    pub async fn probe(&self, ambient: &Ambient) -> Vec<Finding> {
        match self {
            Reader::Imap(account) => imap::probe(account).await,
            Reader::Maildir(folder) => maildir::probe(folder, ambient.now()),
            // `Door::probe` asks the daemon, whose address is not known here.
            Reader::Webhook(_) => vec![Finding::fine("its secrets can be read")],
            Reader::Form => vec![Finding::fine("served by the daemon")],
        }
    }
}
