//! STARTTLS before the mail library takes over.

use super::{Stopped, unreachable};
use crate::courier::Why;
use crate::tls::{self, Endpoint, Wire};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// RFC 3207. Done here and not by the library, which would believe, after the handshake, answers slipped in before it.
pub async fn starttls(mut wire: Wire, endpoint: &Endpoint, hello: &ClientId) -> Result<Wire, Stopped> {
    expect(&mut wire, None, 220).await?;
    let offered = expect(&mut wire, Some(&format!("EHLO {hello}\r\n")), 250).await?;
    let offers = offered.lines().filter_map(|line| line.get(4..)).any(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offers {
        return Err(unreachable(&tls::Trouble::NoStarttls));
    }
    expect(&mut wire, Some("STARTTLS\r\n"), 220).await?;
    let mut wire = wire.secure(endpoint).await.map_err(|trouble| unreachable(&trouble))?;
    // There is no second greeting (RFC 3207 §4.2), for which the library would wait.
    wire.read_first(b"220 secured\r\n");
    Ok(wire)
}

/// Reads one whole reply; anything beyond it is something that should not be there yet.
async fn expect(wire: &mut Wire, command: Option<&str>, code: u16) -> Result<String, Stopped> {
    if let Some(command) = command {
        wire.write_all(command.as_bytes()).await.map_err(|_| Stopped::of(Why::Connection))?;
        wire.flush().await.map_err(|_| Stopped::of(Why::Connection))?;
    }
    let mut reply = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        let n = wire.read(&mut chunk).await.map_err(|_| Stopped::of(Why::Connection))?;
        if n == 0 {
            return Err(Stopped::of(Why::Connection));
        }
        reply.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&reply);
        if let Some((at, last)) = last_line(&text) {
            let got = last.get(..3).and_then(|digits| digits.parse::<u16>().ok());
            return match got {
                _ if at < text.len() => Err(Stopped::of(Why::Protocol)),
                Some(got) if got == code => Ok(text.into_owned()),
                Some(got) if got >= 400 => {
                    Err(Stopped { code: Some(got), why: Why::Refused, answer: text.trim_end().into(), alive: false })
                }
                _ => Err(Stopped::of(Why::Protocol)),
            };
        }
        if reply.len() > 64 * 1024 {
            return Err(Stopped::of(Why::Protocol));
        }
    }
}

/// The line that ends a reply (`250 …`, not `250-…`), and where the text behind it begins.
fn last_line(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    for line in text.split_inclusive("\r\n") {
        at += line.len();
        if line.ends_with("\r\n") && line.as_bytes().get(3) != Some(&b'-') {
            return Some((at, line.trim_end()));
        }
    }
    None
}
