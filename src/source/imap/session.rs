//! One connection to an IMAP server: from the greeting to LOGOUT. Each command is sent here and its answer read to the tagged line:
//! the client library's own fetch drops the tagged status, and takes a lost connection for an empty folder.

use super::Account;
use super::guard::Guard;
use super::names::folder_argument;
use super::trouble::{Trouble, refusal};
use crate::oauth::Login;
use crate::source::{Stop, stopped};
use crate::tls::{Mode, Wire, reach};
use async_imap::imap_proto::{MailboxDatum, RequestId, Response, ResponseCode, Status};
use async_imap::{Authenticator, Client};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// No single command may take longer, however steadily its answer drips.
const COMMAND: Duration = Duration::from_secs(600);

pub struct Session {
    session: async_imap::Session<Guard<Wire>>,
    capabilities: BTreeSet<String>,
    patience: Duration,
}

/// What EXAMINE or SELECT says of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    pub uidvalidity: u32,
    pub exists: u32,
    pub uidnext: Option<u32>,
    /// Flags that a client can set for good; empty when the server does not say. `\*` stands for any.
    pub permanent_flags: Vec<String>,
    pub read_only: bool,
}

struct Plain<'a>(&'a str, &'a str);

impl Authenticator for Plain<'_> {
    type Response = String;
    /// RFC 4616 §2.
    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.0, self.1)
    }
}

/// The token, then an empty answer to the server's reason in JSON, so that it says NO.
struct Xoauth2(Option<String>);

impl Authenticator for Xoauth2 {
    type Response = String;
    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

impl Session {
    /// Connects, encrypts, logs in and asks what the server can do.
    pub async fn open(account: &Account) -> Result<Session, Trouble> {
        let enter = || async { log_in(greet(account).await?, &account.login).await };
        let mut entered = timeout(COMMAND, enter()).await.map_err(|_| Trouble::Stalled)?;
        if matches!(entered, Err(Trouble::Token)) {
            // The token was thrown away with the refusal: a fresh one shows whether it was only old.
            entered = timeout(COMMAND, enter()).await.map_err(|_| Trouble::Stalled)?;
        }
        let session = entered?;
        let mut opened = Session { session, capabilities: BTreeSet::new(), patience: account.patience };
        // Asked again after login: it may differ from what was said before (RFC 9051 §6.1.1).
        let mut capabilities = BTreeSet::new();
        opened.command("CAPABILITY", |r| note_capabilities(r, &mut capabilities)).await?;
        opened.capabilities = capabilities;
        Ok(opened)
    }

    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// `EXAMINE` leaves every flag as it is, `\Recent` too; `SELECT` only when something is to be moved or flagged.
    pub async fn enter(&mut self, name: &str, write: bool) -> Result<Folder, Trouble> {
        let verb = if write { "SELECT" } else { "EXAMINE" };
        let mut folder = Folder::default();
        let entered = self
            .command(&format!("{verb} {}", folder_argument(name)?), |response| match response {
                Response::MailboxData(MailboxDatum::Exists(n)) => folder.exists = *n,
                Response::Data { outcome, .. } | Response::Done { outcome, .. } => match &outcome.code {
                    Some(ResponseCode::UidValidity(n)) => folder.uidvalidity = *n,
                    Some(ResponseCode::UidNext(n)) => folder.uidnext = Some(*n),
                    Some(ResponseCode::PermanentFlags(flags)) => {
                        folder.permanent_flags = flags.iter().map(|f| f.to_string()).collect();
                    }
                    Some(ResponseCode::ReadOnly) => folder.read_only = true,
                    _ => {}
                },
                _ => {}
            })
            .await;
        match entered {
            Err(Trouble::No) => Err(Trouble::NoFolder),
            Err(other) => Err(other),
            // RFC 9051 §2.3.1.1: without it no UID names a message for longer than this session.
            Ok(()) if folder.uidvalidity == 0 => Err(Trouble::NoUidvalidity),
            Ok(()) => Ok(folder),
        }
    }

    /// Sends one command and hands each response that comes before its tagged answer (and that answer) to `each`.
    pub async fn command(&mut self, text: &str, each: impl FnMut(&Response<'_>)) -> Result<(), Trouble> {
        timeout(COMMAND, self.converse(text, each)).await.map_err(|_| Trouble::Stalled)?
    }

    async fn converse(&mut self, text: &str, each: impl FnMut(&Response<'_>)) -> Result<(), Trouble> {
        let id = self.session.run_command(text).await?;
        self.finish(&id, each).await
    }

    async fn finish(&mut self, id: &RequestId, mut each: impl FnMut(&Response<'_>)) -> Result<(), Trouble> {
        let mut bye = None;
        loop {
            let Some(response) = self.session.read_response().await? else {
                return Err(bye.unwrap_or(Trouble::Lost));
            };
            each(response.parsed());
            match response.parsed() {
                Response::Done { tag, status, outcome } if tag == id => {
                    return match status {
                        Status::Ok => Ok(()),
                        status => Err(refusal(status, outcome)),
                    };
                }
                Response::Data { status: Status::Bye, outcome } => {
                    bye = Some(refusal(&Status::Bye, outcome));
                }
                _ => {}
            }
        }
    }

    /// Waits until the folder has something to tell, at most for `period`, or until told to stop.
    pub async fn wait(&mut self, period: Duration, stop: &mut Stop) -> Result<(), Trouble> {
        if self.can("IDLE") {
            match self.idle(period, stop).await {
                Err(trouble) if trouble.is_refusal() => self.capabilities.remove("IDLE"),
                other => return other,
            };
        }
        tokio::select! {
            () = sleep(period) => {}
            () = stopped(stop) => return Ok(()),
        }
        // Some servers tell of new mail only when asked.
        self.command("NOOP", |_| {}).await
    }

    /// RFC 2177. The bound is a timer outside the reading: a server's "still here" lines would put off one inside for ever.
    async fn idle(&mut self, period: Duration, stop: &mut Stop) -> Result<(), Trouble> {
        let id = self.session.run_command("IDLE").await?;
        timeout(COMMAND, self.until_idle(&id)).await.map_err(|_| Trouble::Stalled)??;
        // Silence is what IDLE is for.
        self.session.as_mut().get_mut().set_patience(period + self.patience);
        tokio::select! {
            news = self.news() => news?,
            () = sleep(period) => {}
            () = stopped(stop) => {}
        }
        self.session.as_mut().get_mut().set_patience(self.patience);
        self.session.run_command_untagged("DONE").await?;
        timeout(COMMAND, self.finish(&id, |_| {})).await.map_err(|_| Trouble::Stalled)?
    }

    async fn until_idle(&mut self, id: &RequestId) -> Result<(), Trouble> {
        loop {
            let Some(response) = self.session.read_response().await? else { return Err(Trouble::Lost) };
            match response.parsed() {
                Response::Continue(_) => return Ok(()),
                Response::Done { tag, status, outcome } if tag == id => return Err(refusal(status, outcome)),
                _ => {}
            }
        }
    }

    async fn news(&mut self) -> Result<(), Trouble> {
        loop {
            let Some(response) = self.session.read_response().await? else { return Err(Trouble::Lost) };
            match response.parsed() {
                Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)) => return Ok(()),
                Response::Data { status: Status::Bye, outcome } => {
                    return Err(refusal(&Status::Bye, outcome));
                }
                // The server ended IDLE by itself: what it has to say will be said again.
                Response::Done { .. } => return Err(Trouble::Lost),
                _ => {}
            }
        }
    }

    /// A polite end; how it goes makes no difference.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(5), self.converse("LOGOUT", |_| {})).await;
    }
}

async fn greet(account: &Account) -> Result<Client<Guard<Wire>>, Trouble> {
    let mut wire = reach(&account.endpoint).await?;
    wire.set_patience(account.patience);
    let mut client = Client::new(Guard::new(wire));
    greeting(&mut client).await?;
    if account.endpoint.tls != Mode::Starttls {
        return Ok(client);
    }
    if let Err(error) = client.run_command_and_check_ok("STARTTLS", None).await {
        return Err(match Trouble::from(error) {
            Trouble::No | Trouble::Bad => crate::tls::Trouble::NoStarttls.into(),
            other => other,
        });
    }
    // The reader's buffer is left behind here: nothing that was slipped in before the handshake is believed after it (RFC 3207 §6).
    let wire = client.into_inner().into_inner().secure(&account.endpoint).await?;
    Ok(Client::new(Guard::new(wire)))
}

async fn greeting(client: &mut Client<Guard<Wire>>) -> Result<(), Trouble> {
    let Some(response) = client.read_response().await? else { return Err(Trouble::Lost) };
    match response.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(()),
        Response::Data { status: Status::PreAuth, .. } => Err(Trouble::Protocol),
        Response::Data { status, outcome } => Err(refusal(status, outcome)),
        _ => Err(Trouble::Protocol),
    }
}

/// The one place that knows how an account proves itself.
async fn log_in(mut client: Client<Guard<Wire>>, login: &Login) -> Result<async_imap::Session<Guard<Wire>>, Trouble> {
    let capabilities = ask_capabilities(&mut client).await?;
    let (user, password) = match login {
        Login::Password { user, password } => (user, password),
        Login::Token { user, tokens } => {
            if !capabilities.contains("AUTH=XOAUTH2") {
                return Err(Trouble::NoXoauth2);
            }
            let token = tokens.token().await?;
            let proof = Xoauth2(Some(format!("user={user}\x01auth=Bearer {token}\x01\x01")));
            return match client.authenticate("XOAUTH2", proof).await {
                Ok(session) => Ok(session),
                Err((error, _)) => match Trouble::from(error) {
                    Trouble::No | Trouble::Bad | Trouble::Credentials => {
                        tokens.refused(&token).await;
                        Err(Trouble::Token)
                    }
                    other => Err(other),
                },
            };
        }
    };
    let plain = capabilities.contains("AUTH=PLAIN");
    if !plain && capabilities.contains("LOGINDISABLED") {
        return Err(Trouble::NoMechanism);
    }
    let done = if plain { client.authenticate("PLAIN", Plain(user, password)).await } else { client.login(user, password).await };
    done.map_err(|(error, _)| match Trouble::from(error) {
        Trouble::No | Trouble::Bad => Trouble::Credentials,
        other => other,
    })
}

async fn ask_capabilities(client: &mut Client<Guard<Wire>>) -> Result<BTreeSet<String>, Trouble> {
    let (tell, told) = async_channel::unbounded();
    client.run_command_and_check_ok("CAPABILITY", Some(tell)).await?;
    let mut capabilities = BTreeSet::new();
    while let Ok(response) = told.try_recv() {
        if let async_imap::types::UnsolicitedResponse::Other(data) = response {
            note_capabilities(data.parsed(), &mut capabilities);
        }
    }
    Ok(capabilities)
}

fn note_capabilities(response: &Response<'_>, into: &mut BTreeSet<String>) {
    use async_imap::imap_proto::Capability;
    if let Response::Capabilities(list) = response {
        into.extend(list.iter().map(|capability| match capability {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
            Capability::Atom(atom) => atom.to_ascii_uppercase(),
        }));
    }
}
