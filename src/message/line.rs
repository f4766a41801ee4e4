//! A body as lines: the one shape that plain text and HTML are both brought to before anybody asks whose words they are.

use std::borrow::Cow;

/// What the HTML around a line says of it. Plain text says nothing: all its lines are `Words`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    Words,
    /// A client's own "On … wrote:" element.
    Attribution,
    /// The first line of what a client wrapped up as the earlier message (Outlook's header block and its like).
    HistoryStart,
    Signature,
    /// All in a bright colour: how people set their answers off inside history that Outlook does not quote.
    Coloured,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Without its `>` marks; nothing at the end.
    pub text: String,
    /// How many quotations the line stands inside.
    pub depth: usize,
    pub mark: Mark,
}

impl Line {
    pub fn is_blank(&self) -> bool {
        #[cfg(test)]
        looks::one_more();
        self.text.trim().is_empty()
    }
}

/// How often anybody looked at a line, so that tests can hold the walks over them to linear work without a clock.
#[cfg(test)]
pub mod looks {
    use std::cell::Cell;

    thread_local! { static LOOKS: Cell<usize> = const { Cell::new(0) } }

    pub fn one_more() {
        LOOKS.set(LOOKS.get() + 1);
    }

    /// The looks that `work` takes on this thread.
    pub fn during<T>(work: impl FnOnce() -> T) -> usize {
        let before = LOOKS.get();
        let _ = work();
        LOOKS.get() - before
    }
}

/// Plain text → lines. `>` marks are counted and taken off (RFC 3676 §4.5 counts them so; a space after each is usual and may be missing).
pub fn from_plain(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = text
        .split('\n')
        .flat_map(|line| line.split(['\u{b}', '\u{c}', '\u{2028}', '\u{2029}']))
        .map(|raw| {
            let clean = visible(raw.trim_end_matches('\r'));
            if let Some(line) = groupwise(&clean) {
                return line;
            }
            let (depth, words) = unquote(&clean);
            Line { text: words.trim_end().to_string(), depth, mark: Mark::Words }
        })
        .collect();
    unescape_from(&mut lines);
    lines
}

/// Takes the `>` marks off lines that came from HTML: some programs write a plain text's marks into it letter for letter.
pub fn unquote_all(lines: &mut [Line]) {
    for line in lines.iter_mut().filter(|l| l.text.starts_with('>')) {
        if let Some(found) = groupwise(&line.text) {
            *line = Line { depth: line.depth, ..found };
            continue;
        }
        let (deeper, words) = unquote(&line.text);
        (line.text, line.depth) = (words.trim_end().to_string(), line.depth + deeper);
    }
}

/// GroupWise's `>>> Jo Bloggs <jo@x.example> 02/03/2026 09:20 >>>`, over an earlier message that it does not quote.
fn groupwise(line: &str) -> Option<Line> {
    let said = line.trim_end().strip_prefix(">>> ")?.strip_suffix(" >>>")?;
    let dated = said.len() < 200 && said.chars().filter(char::is_ascii_digit).count() >= 6;
    dated.then(|| Line { text: format!("{said}:"), depth: 0, mark: Mark::Attribution })
}

/// Splits a line's `>` marks from its words: `> > so` → (2, "so").
fn unquote(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    loop {
        let t = rest.trim_start_matches(' ');
        // A mark stands at the margin, or with the odd space before it; further in it is somebody's arrow.
        match t.strip_prefix('>') {
            Some(after) if rest.len() - t.len() <= 3 => {
                depth += 1;
                rest = after;
            }
            _ => break,
        }
    }
    if depth > 0 { (depth, rest.strip_prefix(' ').unwrap_or(rest)) } else { (0, rest) }
}

/// Mailbox files write `From ` at the start of a line as `>From ` (RFC 4155): one such line alone is no quotation.
fn unescape_from(lines: &mut [Line]) {
    for i in 0..lines.len() {
        let alone = |l: Option<&Line>| l.is_none_or(|l| l.depth == 0);
        if lines[i].depth == 1
            && lines[i].text.starts_with("From ")
            && alone(i.checked_sub(1).and_then(|p| lines.get(p)))
            && alone(lines.get(i + 1))
        {
            lines[i].depth = 0;
        }
    }
}

/// Drops what nobody sees (zero-width space, soft hyphen, direction marks, byte-order mark) and makes every odd space a plain one.
/// The zero-width joiners stay: Urdu, Persian and emoji are spelled with them.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Cow::Borrowed(text);
    }
    let seen = text.chars().filter_map(|c| match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' | '\u{2000}'..='\u{200a}' => Some(' '),
        '\u{200b}' | '\u{ad}' | '\u{34f}' | '\u{2060}' | '\u{feff}' => None,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        '\t' => Some('\t'),
        c if c.is_control() => None,
        c => Some(c),
    });
    Cow::Owned(seen.collect())
}

/// Lines → text, quoted as deep as they lie below `base`; blank lines at either end are dropped, and more than two in a row.
pub fn to_text<'a>(lines: impl IntoIterator<Item = &'a Line>, base: usize) -> String {
    let mut out = String::new();
    let mut blanks = 0;
    for line in lines {
        let depth = line.depth.saturating_sub(base).min(20);
        if line.is_blank() {
            blanks += 1;
            continue;
        }
        if !out.is_empty() {
            for _ in 0..=blanks.min(2) {
                out.push('\n');
            }
        }
        blanks = 0;
        for _ in 0..depth {
            out.push_str("> ");
        }
        out.push_str(if out.is_empty() { line.text.trim_start() } else { &line.text });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_removes_quote_marks() {
        let got: Vec<_> = from_plain("a\n> b\n>> c\n> > d\n>e\n->f\n").into_iter().map(|l| (l.depth, l.text)).collect();
        let want = [(0, "a"), (1, "b"), (2, "c"), (2, "d"), (1, "e"), (0, "->f"), (0, "")];
        assert_eq!(got, want.map(|(d, t)| (d, t.to_string())));
    }

    #[test]
    fn a_mailbox_files_escape_is_no_quotation() {
        assert_eq!(from_plain("a\n>From March it leaked\nb")[1].depth, 0);
        assert_eq!(from_plain("> a\n>From March it leaked\n> b")[1].depth, 1);
    }

    #[test]
    fn joiners_stay_and_invisible_marks_go() {
        assert_eq!(visible("a\u{200b}b\u{200e}\u{feff}\u{a0}c می\u{200c}رود"), "ab c می\u{200c}رود");
    }

    #[test]
    fn text_keeps_relative_depth() {
        assert_eq!(to_text(&from_plain("\n> a\n>> b\n>\n>\n>\n>\n> c\n"), 1), "a\n> b\n\n\nc");
    }
}
