//! Submission over SMTP (RFC 6409), one letter and one recipient at a time.
//!
//! The commands are sent one by one, so that a failure before the content is told from one after it: only the latter leaves it
//! open whether the letter went out.

mod judge;
mod starttls;

use super::{Outcome, Parcel, Why};
use crate::model::address::Address;
use crate::model::finding::Finding;
use crate::oauth::{self, Login};
use crate::tls::{self, Endpoint, Mode, Wire};
use judge::{Phase, before_content};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::{Response, Severity};
use starttls::starttls;
use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// RFC 5321 §4.5.3.2. Waiting less after the content makes duplicates.
const COMMAND: Duration = Duration::from_secs(300);
const AFTER_CONTENT: Duration = Duration::from_secs(600);

/// A submission server, and the connection to it while there is work.
#[derive(Debug)]
pub struct Smtp {
    account: Account,
    connection: Option<Connection>,
}

struct Connection(Box<AsyncSmtpConnection>);

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection(..)")
    }
}

#[derive(Clone, Debug)]
pub struct Account {
    pub endpoint: Endpoint,
    /// `None` where the server asks for none (a relay on this machine).
    pub login: Option<Login>,
    pub command_timeout: Duration,
    pub content_timeout: Duration,
}

impl Account {
    pub fn new(endpoint: Endpoint, login: Option<Login>) -> Account {
        Account { endpoint, login, command_timeout: COMMAND, content_timeout: AFTER_CONTENT }
    }
}

/// What stopped a letter before its content was through.
struct Stopped {
    code: Option<u16>,
    why: Why,
    answer: String,
    /// Whether the connection may be used again.
    alive: bool,
}

impl Stopped {
    fn of(why: Why) -> Stopped {
        Stopped { code: None, why, answer: String::new(), alive: false }
    }
}

impl Smtp {
    pub fn new(account: Account) -> Smtp {
        Smtp { account, connection: None }
    }

    pub async fn carry(&mut self, parcel: Parcel<'_>) -> Outcome {
        // A lone CR or LF is where one server sees the end of a mail and the next does not (RFC 5321 §2.3.8).
        if !crlf_only(parcel.bytes) {
            return Outcome::Dead { code: None, why: Why::Malformed, answer: String::new() };
        }
        let mut connection = match self.ready().await {
            Ok(connection) => connection,
            Err(stopped) => return before_content(stopped, Phase::Connection),
        };
        let outcome = send(&self.account, &mut connection, parcel).await;
        let usable = !matches!(&outcome, Outcome::Unknown { .. }) && !connection.closing;
        // Otherwise it is dropped without a QUIT, which a server in the middle of a mail would take for a line of it.
        if usable {
            self.connection = Some(Connection(Box::new(connection.smtp)));
        }
        outcome
    }

    /// Closes a kept connection.
    pub async fn rest(&mut self) {
        if let Some(Connection(connection)) = self.connection.take() {
            hang_up(*connection).await;
        }
    }

    async fn ready(&mut self) -> Result<Open, Stopped> {
        if let Some(Connection(mut kept)) = self.connection.take() {
            if self.account.command(kept.command(Rset)).await.is_ok() {
                return Ok(Open { smtp: *kept, closing: false });
            }
            drop(kept);
        }
        connect(&self.account).await.map(|smtp| Open { smtp, closing: false })
    }

    /// Goes as far as MAIL for each of the landlords' own addresses, takes it back, and says what it met.
    pub async fn probe(&self, senders: &[Address]) -> Vec<Finding> {
        let mut connection = match connect(&self.account).await {
            Ok(connection) => connection,
            Err(stopped) => {
                return vec![Finding::wrong(match (stopped.code, stopped.answer.as_str()) {
                    (_, "") => stopped.why.to_string(),
                    (None, answer) => answer.to_owned(),
                    (Some(_), answer) => format!("{} (the server says: {answer})", stopped.why),
                })];
            }
        };
        let mut findings = vec![Finding::fine(match self.account.endpoint.tls {
            Mode::Implicit => "reached with TLS",
            Mode::Starttls => "reached with STARTTLS",
            Mode::None => "reached without TLS on this machine",
        })];
        findings.push(match &self.account.login {
            Some(_) => Finding::fine("logged in"),
            None => Finding::warning("no `user` is set: the server must take letters without a login"),
        });
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            findings.push(Finding::warning("the server has no SMTPUTF8: letters to addresses beyond ASCII go to a person"));
        }
        for sender in senders {
            let asked = match on_the_wire(sender) {
                Some(from) => self.account.command(connection.command(format!("MAIL FROM:<{from}>\r\n"))).await,
                None => Err(Stopped::of(Why::Recipient)),
            };
            findings.push(match asked {
                Ok(_) => Finding::fine(format!("the server takes letters from {sender}")),
                Err(stopped) => Finding::wrong(format!("the server takes no letters from {sender}: {}", stopped.answer)),
            });
            if self.account.command(connection.command(Rset)).await.is_err() {
                findings.push(Finding::wrong("the server closed the connection"));
                break;
            }
        }
        hang_up(connection).await;
        findings
    }
}

struct Open {
    smtp: AsyncSmtpConnection,
    closing: bool,
}

impl Account {
    async fn command(&self, step: impl Future<Output = Result<Response, Error>>) -> Result<Response, Stopped> {
        match timeout(self.command_timeout, step).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(read(&error)),
            Err(_) => Err(Stopped::of(Why::TimedOut)),
        }
    }
}

fn read(error: &Error) -> Stopped {
    let code = error.status().map(u16::from);
    let answer = match code {
        Some(_) => error.source().map(ToString::to_string).unwrap_or_default(),
        None => String::new(),
    };
    // The library's word for a connection that ended before the reply was whole.
    let cut_off = || error.source().is_some_and(|source| source.to_string() == "incomplete response");
    let why = match code {
        Some(_) => Why::Refused,
        None if error.is_timeout() => Why::TimedOut,
        None if error.is_response() && !cut_off() => Why::Protocol,
        None if error.is_client() => Why::NotOffered,
        None => Why::Connection,
    };
    Stopped { code, why, answer, alive: code.is_some_and(|code| code != 421) }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> std::io::Result<std::net::SocketAddr> {
        Wire::peer_addr(self)
    }
}

async fn connect(account: &Account) -> Result<AsyncSmtpConnection, Stopped> {
    match enter(account).await {
        // The token was thrown away with the refusal: a fresh one shows whether it was only old.
        Err(stopped) if stopped.why == Why::Token => enter(account).await,
        entered => entered,
    }
}

async fn enter(account: &Account) -> Result<AsyncSmtpConnection, Stopped> {
    let hello = ClientId::default();
    let mut wire = tls::reach(&account.endpoint).await.map_err(|trouble| unreachable(&trouble))?;
    wire.set_patience(account.command_timeout);
    if account.endpoint.tls == Mode::Starttls {
        let secured = timeout(account.command_timeout, starttls(wire, &account.endpoint, &hello)).await;
        wire = secured.map_err(|_| Stopped::of(Why::TimedOut))??;
    }
    // The content's answer may take longer than a command's; the timers around each step are the shorter ones.
    wire.set_patience(account.command_timeout.max(account.content_timeout));
    let opening = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
    let mut connection = match timeout(account.command_timeout, opening).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return Err(read(&error)),
        Err(_) => return Err(Stopped::of(Why::TimedOut)),
    };
    if let Some(login) = &account.login
        && let Err(stopped) = prove(account, &mut connection, login).await
    {
        hang_up(connection).await;
        return Err(stopped);
    }
    Ok(connection)
}

/// The one place that knows how the account proves itself.
async fn prove(account: &Account, connection: &mut AsyncSmtpConnection, login: &Login) -> Result<(), Stopped> {
    let refused = match login {
        Login::Password { user, password } => {
            let credentials = Credentials::new(user.clone(), password.clone());
            let proved = account.command(connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await;
            proved.map(drop).map_err(|stopped| (stopped, Why::Credentials))
        }
        Login::Token { user, tokens } => {
            if !connection.server_info().supports_auth_mechanism(Mechanism::Xoauth2) {
                let answer = "the mail server does not offer XOAUTH2: use `password_file`, or check `host`".into();
                return Err(Stopped { answer, ..Stopped::of(Why::Credentials) });
            }
            let token = tokens.token().await.map_err(|trouble| without_token(&trouble))?;
            let credentials = Credentials::new(user.clone(), token.clone());
            let proved = account.command(connection.auth(&[Mechanism::Xoauth2], &credentials)).await;
            if proved.is_err() {
                tokens.refused(&token).await;
            }
            proved.map(drop).map_err(|stopped| (stopped, Why::Token))
        }
    };
    // Whatever a server says to a login, it is about the login, unless it is about its own state. (To XOAUTH2 it may answer with a reason
    // that the library does not expect.)
    refused.map_err(|(stopped, why)| {
        let about_login = stopped.code.is_some_and(|code| (500..600).contains(&code) || code == 454) || stopped.why == Why::NotOffered;
        if about_login { Stopped { why, ..stopped } } else { stopped }
    })
}

/// A provider that is away is tried again as a mail server would be; what it refuses stops the queue and is told.
fn without_token(trouble: &oauth::Trouble) -> Stopped {
    let why = match trouble {
        oauth::Trouble::Busy => Why::Busy,
        oauth::Trouble::Failed(_) => Why::Connection,
        _ => Why::Credentials,
    };
    Stopped { answer: trouble.to_string(), ..Stopped::of(why) }
}

fn unreachable(trouble: &tls::Trouble) -> Stopped {
    use tls::Trouble as T;
    let why = match trouble {
        T::UnknownName | T::Refused | T::Unreachable => Why::Connection,
        T::TimedOut => Why::TimedOut,
        _ => Why::Tls,
    };
    Stopped { answer: trouble.to_string(), ..Stopped::of(why) }
}

async fn hang_up(mut connection: AsyncSmtpConnection) {
    // The server's goodbye changes nothing.
    let _ = timeout(Duration::from_secs(5), connection.abort()).await;
}

async fn send(account: &Account, open: &mut Open, parcel: Parcel<'_>) -> Outcome {
    let (Some(from), Some(to)) = (on_the_wire(parcel.from), on_the_wire(parcel.to)) else {
        return Outcome::Dead { code: None, why: Why::Recipient, answer: String::new() };
    };
    let utf8 = !from.is_ascii() || !to.is_ascii();
    let eight = !parcel.bytes.is_ascii();
    let smtp = &mut open.smtp;
    let lacks = |extension| !smtp.server_info().supports_feature(extension);
    if (utf8 && lacks(Extension::SmtpUtfEight)) || (eight && lacks(Extension::EightBitMime)) {
        return Outcome::Dead { code: None, why: Why::NotOffered, answer: String::new() };
    }
    let mut mail = format!("MAIL FROM:<{from}>");
    if utf8 {
        mail.push_str(" SMTPUTF8");
    }
    if eight {
        mail.push_str(" BODY=8BITMIME");
    }
    let steps = [(Phase::Sender, mail + "\r\n"), (Phase::Recipient, format!("RCPT TO:<{to}>\r\n"))];
    for (phase, line) in steps {
        if let Err(stopped) = account.command(smtp.command(line)).await {
            open.closing = !stopped.alive;
            return before_content(stopped, phase);
        }
    }
    match account.command(smtp.command(Data)).await {
        Ok(response) if response.has_code(354) => {}
        Ok(_) => {
            open.closing = true;
            return before_content(Stopped::of(Why::Protocol), Phase::Content);
        }
        Err(stopped) => {
            open.closing = !stopped.alive;
            return before_content(stopped, Phase::Content);
        }
    }
    content(account, open, parcel.bytes).await
}

/// A domain beyond ASCII has a form within it (RFC 5890 §2.3.2.1), which every server takes; a local part has none (RFC 6531 §3.2).
fn on_the_wire(address: &Address) -> Option<String> {
    if address.domain().is_ascii() {
        return Some(address.to_string());
    }
    Some(format!("{}@{}", address.local(), idna::domain_to_ascii(address.domain()).ok()?))
}

/// The library ends the content with CRLF, dot, CRLF: the letter's own last line end is left to it.
async fn content(account: &Account, open: &mut Open, bytes: &[u8]) -> Outcome {
    let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
    // The library asks for the next piece only when the one before is written, and writes the dot after the last.
    let dot_is_next = AtomicBool::new(false);
    let mut pieces = bytes.chunks(16 * 1024);
    let pieces = std::iter::from_fn(|| {
        let piece = pieces.next();
        dot_is_next.store(piece.is_none(), Ordering::Relaxed);
        piece
    });
    let answered = timeout(account.content_timeout, open.smtp.message_iter(pieces)).await;
    open.closing = true;
    match answered {
        Ok(Ok(response)) if response.code().severity == Severity::PositiveCompletion => {
            open.closing = false;
            Outcome::Sent { answer: text(&response) }
        }
        Ok(Ok(_)) => Outcome::Unknown { why: Why::Protocol },
        Ok(Err(error)) => {
            let stopped = read(&error);
            if stopped.code.is_some() {
                open.closing = !stopped.alive;
                before_content(stopped, Phase::Content)
            } else if dot_is_next.load(Ordering::Relaxed) {
                Outcome::Unknown { why: stopped.why }
            } else {
                before_content(stopped, Phase::Content)
            }
        }
        Err(_) if dot_is_next.load(Ordering::Relaxed) => Outcome::Unknown { why: Why::TimedOut },
        Err(_) => before_content(Stopped::of(Why::TimedOut), Phase::Content),
    }
}

fn text(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

fn crlf_only(bytes: &[u8]) -> bool {
    let lone_lf = bytes.iter().enumerate().any(|(i, &b)| b == b'\n' && (i == 0 || bytes[i - 1] != b'\r'));
    let lone_cr = bytes.iter().enumerate().any(|(i, &b)| b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
    !lone_lf && !lone_cr
}
