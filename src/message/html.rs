//! HTML → lines. html5ever's tokenizer reads; a list of open elements stands for the tree, since words, lines and quotations are all that is
//! wanted of it. So nothing recurses, nothing is adopted or re-parented, and the work is linear in the input.

mod elements;
mod marks;
mod reader;
mod writer;

use super::line::{Line, unquote_all};
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use reader::Reader;
use std::cell::RefCell;

/// Most bytes of HTML that are read; what people write is a few kilobytes, and a body beyond this is a picture in disguise.
const LONGEST: usize = 24 << 20;

/// White space, quotes and slashes within one tag: beyond this it is no tag that a client wrote. (Comparing each attribute with
/// all before it, as the standard asks, makes a tag of a hundred thousand attributes cost billions of steps.)
const WIDEST: usize = 20_000;

/// The lines of an HTML body, with what its structure says about each.
pub fn to_lines(html: &str) -> Vec<Line> {
    let mut end = html.len().min(LONGEST);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let html = &html[..end];
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let (mut width, mut seen) = (0, 0);
    for piece in pieces(html) {
        let tokens = tokenizer.sink.0.borrow().tokens;
        if tokens != seen {
            (seen, width) = (tokens, 0);
        }
        // Without a token since the last `<`, this piece goes on with that tag; a declaration or comment may be as wide as it likes.
        if (piece.starts_with('<') || width > 0) && !piece.starts_with("<!") && !piece.starts_with("<?") {
            width += 1 + piece.bytes().filter(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'/')).count();
            if width > WIDEST {
                break;
            }
        }
        queue.push_back(StrTendril::from_slice(piece));
        // No script handle is ever returned, so one call reads all there is.
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    let mut lines = tokenizer.sink.0.into_inner().writer.finish();
    unquote_all(&mut lines);
    lines
}

/// The text cut before each `<` and after each `>`.
fn pieces(html: &str) -> impl Iterator<Item = &str> {
    html.split_inclusive('>').flat_map(|p| {
        let open = p.rfind('<').unwrap_or(0);
        [&p[..open], &p[open..]].into_iter().filter(|p| !p.is_empty())
    })
}

#[derive(Default)]
struct Sink(RefCell<Reader>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                reader.tokens += 1;
                if let Some(raw) = reader.tag(&tag) {
                    return TokenSinkResult::RawData(raw);
                }
            }
            Token::CharacterTokens(text) => {
                reader.tokens += 1;
                reader.text(&text);
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => reader.tokens += 1,
            Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests;
