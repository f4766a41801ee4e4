//! Stands between an IMAP server and the parser, so that no answer makes the daemon allocate without bound or fall over.
//!
//! The parser makes room for a whole literal when it sees its length, up to half a gigabyte; a line without end it keeps; and it
//! cuts one byte from the text of a status line, which panics in the middle of a character. So: literals are capped before they
//! are read, lines are capped, and status text is made ASCII.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bigger than any part that is asked for (1 MiB), with room for servers that ignore the limits of a part.
pub const MAX_LITERAL: u64 = 16 << 20;
/// Without its literals. A CAPABILITY or SEARCH line of a real server has some kilobytes.
const MAX_LINE: usize = 1 << 20;
/// The parser descends once for each parenthesis.
const MAX_OPEN: usize = 32;

#[derive(Debug)]
pub struct Guard<S> {
    inner: S,
    watch: Watch,
}

impl<S> Guard<S> {
    pub fn new(inner: S) -> Guard<S> {
        Guard { inner, watch: Watch::default() }
    }

    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// Where in a response the stream stands.
#[derive(Debug, Default)]
struct Watch {
    /// Octets of a literal still to come.
    literal: u64,
    /// Octets of this response outside literals.
    line: usize,
    /// The response's first bytes, upper case: they tell status text from data.
    head: Vec<u8>,
    /// Parentheses opened one straight after the other.
    open: usize,
    /// Where the search for `{n}` CRLF stands.
    count: Option<u64>,
    closed: bool,
    cr: bool,
}

impl Watch {
    /// Status responses, continuations and tagged answers end in free text (RFC 9051 §7.1), in which `{n}` means nothing.
    fn is_text(&self) -> bool {
        match self.head.strip_prefix(b"* ") {
            Some(rest) => [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|word| rest.starts_with(word)),
            None => self.head.first() != Some(&b'*'),
        }
    }

    fn pass(&mut self, bytes: &mut [u8]) -> Result<(), &'static str> {
        let mut at = 0;
        while at < bytes.len() {
            if self.literal > 0 {
                let skip = usize::try_from(self.literal).unwrap_or(usize::MAX).min(bytes.len() - at);
                self.literal -= skip as u64;
                at += skip;
                continue;
            }
            self.see(&mut bytes[at])?;
            at += 1;
        }
        Ok(())
    }

    fn see(&mut self, byte: &mut u8) -> Result<(), &'static str> {
        self.line += 1;
        if self.line > MAX_LINE {
            return Err("a line without end");
        }
        if self.head.len() < 10 && *byte != b'\r' && *byte != b'\n' {
            self.head.push(byte.to_ascii_uppercase());
        }
        if !byte.is_ascii() && self.head.len() >= 4 && self.is_text() {
            *byte = b'?';
        }
        self.open = if *byte == b'(' { self.open + 1 } else { 0 };
        if self.open > MAX_OPEN {
            return Err("parentheses without end");
        }
        match *byte {
            b'{' => (self.count, self.closed) = (Some(0), false),
            digit @ b'0'..=b'9' if self.count.is_some() && !self.closed => {
                self.count = self.count.map(|n| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
            }
            b'+' if self.count.is_some() && !self.closed => {}
            b'}' if self.count.is_some() && !self.closed => self.closed = true,
            b'\r' => {}
            b'\n' if self.cr => {
                let literal = self.count.filter(|_| self.closed && !self.is_text());
                match literal {
                    Some(n) if n > MAX_LITERAL => return Err("a literal beyond all bounds"),
                    Some(n) => self.literal = n,
                    None => (self.line, self.open) = (0, 0),
                }
                if literal.is_none() {
                    self.head.clear();
                }
                self.count = None;
            }
            _ => self.count = None,
        }
        self.cr = *byte == b'\r';
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        self.watch.pass(&mut buf.filled_mut()[start..]).map_err(|what| io::Error::new(io::ErrorKind::InvalidData, what))?;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pass(text: &str) -> Result<String, &'static str> {
        let mut bytes = text.as_bytes().to_vec();
        Watch::default().pass(&mut bytes)?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_literal_bomb_stops_before_it_is_read() {
        assert_eq!(pass("* 1 FETCH (UID 1 BODY[] {200000000}\r\n"), Err("a literal beyond all bounds"));
        assert_eq!(pass("* 1 FETCH (UID 1 BODY[] {99999999999999999999999}\r\n"), Err("a literal beyond all bounds"));
        // the second literal of one response, and one behind text that looks like a literal
        assert!(pass("* 1 FETCH (BODY[HEADER] {3}\r\nabc BODY[] {200000000}\r\n").is_err());
        assert!(pass("* OK see {900}\r\n* 1 FETCH (BODY[] {200000000}\r\n").is_err());
    }

    #[test]
    fn what_a_mail_holds_is_not_read_as_protocol() {
        let bomb = "{200000000}\r\n((((((((((((((((((((((((((((((((((((((((";
        let mail = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{bomb})\r\na1 OK done\r\n", bomb.len());
        assert_eq!(pass(&mail).as_deref(), Ok(mail.as_str()));
        assert!(pass("* 1 FETCH (BODY[] \"{200000000}\" UID 3)\r\n").is_ok());
    }

    #[test]
    fn status_text_is_made_ascii_and_data_is_not() {
        assert_eq!(pass("* OK [ALERT]é\r\n* LIST () \"/\" é\r\n").as_deref(), Ok("* OK [ALERT]??\r\n* LIST () \"/\" é\r\n"));
        assert_eq!(pass("a1 NO [ALERT]é\r\n").as_deref(), Ok("a1 NO [ALERT]??\r\n"));
    }

    #[test]
    fn lines_and_nesting_end() {
        assert!(pass(&"x".repeat(MAX_LINE + 1)).is_err());
        assert!(pass(&format!("* 1 FETCH (BODYSTRUCTURE {}", "(".repeat(MAX_OPEN + 1))).is_err());
    }

    proptest! {
        #[test]
        fn where_the_reads_are_cut_makes_no_difference(cuts in proptest::collection::vec(1usize..9, 1..40)) {
            let text = "* OK [UIDVALIDITY 1] é {4}\r\n* 1 FETCH (UID 1 BODY[] {6}\r\nab{9}\n)\r\n* 2 FETCH (BODY[] {17000000}\r\n";
            let mut whole = text.as_bytes().to_vec();
            let expected = Watch::default().pass(&mut whole);
            let (mut watch, mut bytes, mut at, mut got) = (Watch::default(), text.as_bytes().to_vec(), 0, Ok(()));
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(bytes.len());
                got = got.and_then(|()| watch.pass(&mut bytes[at..end]));
                at = end;
                if at == bytes.len() { break; }
            }
            prop_assert_eq!(got, expected);
            prop_assert_eq!(bytes, whole);
        }
    }
}
