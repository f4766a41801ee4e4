//! The way to a server: name, TCP, TLS. Shared by the IMAP source, the SMTP courier and `http`, which never know each other.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use serde::Deserialize;
use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long one address may take to answer, and how long the TLS handshake may take.
const REACH: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// TLS from the first byte (RFC 8314 §3.3: preferred).
    #[default]
    Implicit,
    /// Plain first, then STARTTLS, which must succeed.
    Starttls,
    /// Plain text: only to this machine itself.
    None,
}

/// A server as the operator names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
    pub tls: Mode,
    /// PEM certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// Why a server could not be reached safely. Says what to do; never quotes what a server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    UnknownName,
    Refused,
    Unreachable,
    TimedOut,
    CaFile(PathBuf),
    NoRoots,
    WrongName,
    UnknownIssuer,
    Expired,
    BadCertificate,
    Handshake,
    NotLoopback,
    NoStarttls,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::UnknownName => "the server's name is not known to DNS: check `host` and this machine's resolver",
            Trouble::Refused => "nothing listens there: check `port`, and that the server runs",
            Trouble::Unreachable => "the network does not lead there: check routes and firewall",
            Trouble::TimedOut => "the server did not answer in time: check the firewall, and `port` against `tls`",
            Trouble::CaFile(path) => return write!(f, "`ca_file` {} cannot be read as PEM certificates", path.display()),
            Trouble::NoRoots => "this machine trusts no certificates: install ca-certificates, or set `ca_file`",
            Trouble::WrongName => "the server's certificate is for another name: set `host` to the name that the certificate carries",
            Trouble::UnknownIssuer => "the server's certificate is signed by nobody whom this machine trusts: set `ca_file` to its issuer",
            Trouble::Expired => "the server's certificate is not valid at this time: renew it, and check this machine's clock",
            Trouble::BadCertificate => "the server's certificate cannot be accepted",
            Trouble::Handshake => "no TLS with this server: check `port` against `tls` (implicit or starttls)",
            Trouble::NotLoopback => "`tls = \"none\"` is only for this machine itself: use implicit or starttls",
            Trouble::NoStarttls => "the server does not offer STARTTLS: use `tls = \"implicit\"` and its port",
        })
    }
}

impl std::error::Error for Trouble {}

/// Opens the connection; with `Mode::Implicit` it is encrypted when this returns.
pub async fn reach(endpoint: &Endpoint) -> Result<Wire, Trouble> {
    let addresses: Vec<_> = match timeout(REACH, lookup_host((endpoint.host.as_str(), endpoint.port))).await {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) => return Err(Trouble::UnknownName),
        Err(_) => return Err(Trouble::TimedOut),
    };
    let mut last = Trouble::UnknownName;
    for address in addresses {
        if endpoint.tls == Mode::None && !address.ip().is_loopback() {
            return Err(Trouble::NotLoopback);
        }
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let Ok(socket) = socket else { continue };
        // A router that forgot the connection is noticed even while nothing is said; failing to set it costs nothing.
        let _ = socket.set_keepalive(true);
        let _ = socket.set_nodelay(true);
        match timeout(REACH, socket.connect(address)).await {
            Ok(Ok(stream)) => {
                let wire = Wire::new(Io::Plain(stream));
                return if endpoint.tls == Mode::Implicit { wire.secure(endpoint).await } else { Ok(wire) };
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => last = Trouble::Refused,
            Ok(Err(_)) => last = Trouble::Unreachable,
            Err(_) => last = Trouble::TimedOut,
        }
    }
    Err(last)
}

/// A host name that can only be this machine.
pub fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "::1") || host.starts_with("127.")
}

fn trust(ca_file: Option<&Path>) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    // One odd file among the system's certificates must not take the others away.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let unreadable = || Trouble::CaFile(path.into());
        let own = CertificateDer::pem_file_iter(path).map_err(|_| unreadable())?;
        let own: Vec<_> = own.collect::<Result<_, _>>().map_err(|_| unreadable())?;
        if roots.add_parsable_certificates(own).0 == 0 {
            return Err(unreadable());
        }
    }
    if roots.is_empty() {
        return Err(Trouble::NoRoots);
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Trouble::Handshake)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn handshake_trouble(error: &io::Error) -> Trouble {
    match error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Trouble::WrongName,
            CertificateError::UnknownIssuer => Trouble::UnknownIssuer,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Trouble::Expired,
            _ => Trouble::BadCertificate,
        },
        _ => Trouble::Handshake,
    }
}

#[derive(Debug)]
enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection on which nothing waits for ever: a read or write that makes no progress for `patience` fails as timed out.
#[derive(Debug)]
pub struct Wire {
    io: Io,
    patience: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes that are read before the server's own.
    before: Vec<u8>,
}

impl Wire {
    fn new(io: Io) -> Wire {
        Wire { io, patience: Duration::from_secs(60), timer: None, before: Vec::new() }
    }

    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
        self.timer = None;
    }

    pub fn peer_addr(&self) -> io::Result<std::net::SocketAddr> {
        match &self.io {
            Io::Plain(s) => s.peer_addr(),
            Io::Tls(s) => s.get_ref().0.peer_addr(),
        }
    }

    /// Lets the reader find `bytes` before anything that the server sends (see courier/smtp: STARTTLS has no second greeting).
    pub fn read_first(&mut self, bytes: &[u8]) {
        self.before = bytes.to_vec();
    }

    /// Puts TLS on a plain connection. Bytes that came before the handshake are the caller's to refuse (RFC 3207 §6).
    pub async fn secure(self, endpoint: &Endpoint) -> Result<Wire, Trouble> {
        let Io::Plain(stream) = self.io else { return Ok(self) };
        let name = ServerName::try_from(endpoint.host.clone()).map_err(|_| Trouble::UnknownName)?;
        let connector = TlsConnector::from(Arc::new(trust(endpoint.ca_file.as_deref())?));
        match timeout(REACH, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(Wire { patience: self.patience, ..Wire::new(Io::Tls(Box::new(stream))) }),
            Ok(Err(error)) => Err(handshake_trouble(&error)),
            Err(_) => Err(Trouble::TimedOut),
        }
    }

    /// Runs out when `patience` has passed since the first call after the last progress.
    fn out_of_patience(&mut self, cx: &mut Context<'_>) -> bool {
        let patience = self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        let over = timer.as_mut().poll(cx).is_ready();
        if over {
            self.timer = None;
        }
        over
    }

    fn timed<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match polled {
            Poll::Ready(done) => {
                self.timer = None;
                Poll::Ready(done)
            }
            Poll::Pending if self.out_of_patience(cx) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let n = self.before.len().min(buf.remaining());
            buf.put_slice(&self.before.drain(..n).collect::<Vec<u8>>());
            return Poll::Ready(Ok(()));
        }
        let polled = match &mut self.io {
            Io::Plain(s) => Pin::new(s).poll_read(cx, buf),
            Io::Tls(s) => Pin::new(s).poll_read(cx, buf),
        };
        self.timed(cx, polled)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = match &mut self.io {
            Io::Plain(s) => Pin::new(s).poll_write(cx, bytes),
            Io::Tls(s) => Pin::new(s).poll_write(cx, bytes),
        };
        self.timed(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = match &mut self.io {
            Io::Plain(s) => Pin::new(s).poll_flush(cx),
            Io::Tls(s) => Pin::new(s).poll_flush(cx),
        };
        self.timed(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = match &mut self.io {
            Io::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Io::Tls(s) => Pin::new(s).poll_shutdown(cx),
        };
        Poll::Ready(ready!(self.timed(cx, polled)))
    }
}
