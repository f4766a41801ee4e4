//! Requests to web servers: a token endpoint, a platform, the landlord's case system. One request a connection, over the way that mail
//! servers are reached by (`tls`): the same roots, the same `ca_file`, and plain text to this machine only.

use crate::tls::{self, Endpoint, Mode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::Uri;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::RETRY_AFTER;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// From the request's first byte to the answer's last: Standard Webhooks asks for 15 to 30 s.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer that we understand is bigger, in bytes.
const MOST: usize = 1 << 20;

/// Where a server's interface begins: `https://host:port/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    endpoint: Endpoint,
    /// Without a slash at its end; a query belongs to it.
    path: String,
}

impl Url {
    /// Reads an `https://` address, or `http://` of this machine itself.
    ///
    /// # Errors
    /// In words for the person who wrote the configuration.
    pub fn parse(text: &str, ca_file: Option<PathBuf>) -> Result<Url, String> {
        let wrong = || "write for example \"https://host.example/path\"".to_owned();
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err("a password does not belong in an address: name the file that holds it".into());
        }
        let (tls, usual) = match uri.scheme_str() {
            Some("https") => (Mode::Implicit, 443),
            Some("http") if tls::is_loopback(&host) => (Mode::None, 80),
            Some("http") => return Err("plain http is allowed to a loopback address only: write https".into()),
            _ => return Err(wrong()),
        };
        let endpoint = Endpoint { host, port: uri.port_u16().unwrap_or(usual), tls, ca_file };
        let path = uri.path_and_query().map_or("", |p| p.as_str()).trim_end_matches('/').to_owned();
        Ok(Url { endpoint, path })
    }

    pub fn host(&self) -> &str {
        &self.endpoint.host
    }

    /// RFC 9110 §7.2: the port is left out where it is the scheme's own.
    fn authority(&self) -> String {
        let host = if self.endpoint.host.contains(':') { format!("[{}]", self.endpoint.host) } else { self.endpoint.host.clone() };
        let usual = if self.endpoint.tls == Mode::None { 80 } else { 443 };
        if self.endpoint.port == usual { host } else { format!("{host}:{}", self.endpoint.port) }
    }
}

/// A request, whole.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub method: &'static str,
    pub url: &'a Url,
    /// What follows the address's own path; empty, or beginning with `/`.
    pub path: &'a str,
    pub headers: &'a [(&'static str, &'a str)],
    pub body: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// How long the server asks us to wait (RFC 9110 §10.2.3), where it says so in seconds.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Nothing was asked: the server was not reached.
    Unreached(tls::Trouble),
    /// A header or the path is no HTTP; nothing was asked.
    NoHttp,
    /// The request may have gone out, and no whole answer came back: what it asked for may be done, or not.
    Lost,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Unreached(trouble) => trouble.fmt(f),
            Failed::NoHttp => {
                f.write_str("the request cannot be written as HTTP: check the address and the token file for stray characters")
            }
            Failed::Lost => f.write_str("the connection ended, or the time ran out, before the whole answer was there"),
        }
    }
}

impl std::error::Error for Failed {}

/// Sends a request and reads its answer. Redirects are answers like any other: what is meant for one server goes to no second.
///
/// # Errors
/// No answer. [`Failed::Lost`] alone leaves open whether the request was heard.
pub async fn send(request: Request<'_>) -> Result<Answer, Failed> {
    let mut wire = tls::reach(&request.url.endpoint).await.map_err(Failed::Unreached)?;
    wire.set_patience(PATIENCE);
    timeout(PATIENCE, converse(wire, request)).await.unwrap_or(Err(Failed::Lost))
}

async fn converse(wire: tls::Wire, request: Request<'_>) -> Result<Answer, Failed> {
    let target = format!("{}{}", request.url.path, request.path);
    let target = if target.starts_with('/') { target } else { format!("/{target}") };
    let agent = concat!("Postroom/", env!("CARGO_PKG_VERSION"));
    let mut asked = hyper::Request::builder().method(request.method).uri(target).header("host", request.url.authority());
    asked = asked.header("user-agent", agent).header("accept", "application/json");
    for (name, value) in request.headers {
        asked = asked.header(*name, *value);
    }
    let asked = asked.body(Full::new(Bytes::from(request.body))).map_err(|_| Failed::NoHttp)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(|_| Failed::Lost)?;
    let answered = async {
        let answer = sender.send_request(asked).await.map_err(|_| Failed::Lost)?;
        let status = answer.status().as_u16();
        let seconds = answer.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse().ok());
        let body = Limited::new(answer.into_body(), MOST).collect().await.map_err(|_| Failed::Lost)?.to_bytes().to_vec();
        Ok(Answer { status, retry_after: seconds.map(Duration::from_secs), body })
    };
    tokio::pin!(answered, connection);
    // The connection is driven beside the exchange, and its own end is told by the exchange.
    tokio::select! {
        biased;
        answer = &mut answered => answer,
        _ = &mut connection => answered.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_this_machine() {
        for (text, authority, path) in [
            ("https://graph.facebook.com", "graph.facebook.com", ""),
            ("https://login.example:8443/tenant/token?x=1", "login.example:8443", "/tenant/token?x=1"),
            ("http://127.0.0.1:8080/", "127.0.0.1:8080", ""),
            ("http://[::1]/a/", "[::1]", "/a"),
        ] {
            let url = Url::parse(text, None).unwrap();
            assert_eq!((url.authority().as_str(), url.path.as_str()), (authority, path), "{text}");
        }
        for text in ["", "graph.facebook.com", "ftp://x.example", "http://x.example", "https://", "https://me:secret@x.example", "/path"] {
            let says = Url::parse(text, None).unwrap_err();
            assert!(!says.contains("secret"), "{says}");
        }
    }
}
