//! Words and breaks in, lines out.

use crate::message::line::{Line, Mark, visible};

/// A break that takes effect when the next words come: several in a row make one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    #[default]
    None,
    /// The end of a paragraph is as wide as its start was.
    AsBefore,
    Tab,
    Line,
    Paragraph,
}

#[derive(Default)]
pub struct Writer {
    lines: Vec<Line>,
    now: String,
    pending: Break,
    /// What opened the paragraph that is being written.
    opened: Break,
    depth: usize,
    signatures: usize,
    attributions: usize,
    /// The next words begin an earlier message: for certain, or if they look like a header.
    history: Option<bool>,
    /// How many lines stood written when the table row began, and whether it has a cell yet.
    row: Option<(usize, bool)>,
    /// A cell has begun and no words of it have come yet.
    cell_start: bool,
    /// A list's mark stands alone on the line: the item's first words come after it.
    bullet: bool,
    /// The line being written is empty and means to be.
    hollow: bool,
    /// Whether the words that come are in a bright colour, and whether any, and any others, stand on this line.
    pub bright: bool,
    some_bright: bool,
    some_plain: bool,
    /// Bytes written so far: how `link` knows whether its words stand alone on this line.
    written: usize,
}

/// Longest line before it is broken: no reader needs more, and no pattern should look at more.
const LONGEST: usize = 20_000;

impl Writer {
    pub fn text(&mut self, text: &str, pre: bool) {
        if text.contains('\u{a0}') && text.trim().is_empty() && (self.pending >= Break::Line || self.now.is_empty()) {
            // A paragraph that holds nothing but a no-break space is how editors write an empty line.
            self.settle();
            self.hollow = true;
            return;
        }
        if pre {
            for (i, part) in text.split('\n').enumerate() {
                if i > 0 {
                    self.newline();
                }
                self.push(&visible(part.trim_end_matches('\r')), true);
            }
        } else if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            self.push(text, false);
        } else {
            self.push(&visible(&text.replace(['\r', '\n', '\t', '\u{c}'], " ")), false);
        }
    }

    fn push(&mut self, text: &str, pre: bool) {
        if text.trim().is_empty() {
            // Space between inline elements; nothing at the start of a line, unless a no-break space makes a line of its own.
            if !text.is_empty() && self.pending == Break::None && !self.now.is_empty() && !self.now.ends_with(' ') {
                self.now.push(' ');
                self.written += 1;
            }
            return;
        }
        self.settle();
        (self.cell_start, self.hollow, self.bullet) = (false, false, false);
        (self.some_bright, self.some_plain) = (self.some_bright || self.bright, self.some_plain || !self.bright);
        let before = self.now.len();
        if pre {
            self.now.push_str(text);
        } else {
            if text.starts_with(' ') && !self.now.is_empty() && !self.now.ends_with([' ', '\t']) {
                self.now.push(' ');
            }
            for (i, word) in text.split(' ').filter(|w| !w.is_empty()).enumerate() {
                if i > 0 {
                    self.now.push(' ');
                }
                self.now.push_str(word);
            }
            if text.ends_with(' ') {
                self.now.push(' ');
            }
        }
        self.written += self.now.len() - before;
        if self.now.len() > LONGEST {
            self.flush();
        }
    }

    /// Carries out the break that is waiting.
    fn settle(&mut self) {
        match std::mem::take(&mut self.pending) {
            Break::None | Break::AsBefore => {}
            Break::Tab => {
                if !self.now.is_empty() {
                    self.now.truncate(self.now.trim_end().len());
                    self.now.push('\t');
                }
            }
            Break::Line => {
                self.opened = Break::Line;
                if !self.now.trim().is_empty() || self.hollow {
                    self.flush();
                }
                self.now.clear();
            }
            Break::Paragraph => {
                self.opened = Break::Paragraph;
                if !self.now.trim().is_empty() || self.hollow {
                    self.flush();
                }
                self.now.clear();
                if self.lines.last().is_some_and(|l| !l.is_blank()) {
                    self.flush();
                }
            }
        }
    }

    pub fn request(&mut self, wanted: Break) {
        let wanted =
            if wanted == Break::AsBefore { if self.opened == Break::Paragraph { Break::Paragraph } else { Break::Line } } else { wanted };
        let wanted = if self.cell_start { wanted.min(Break::Line) } else { wanted };
        // The first words of a cell stay on its row's line.
        if self.bullet
            || self.pending == Break::Tab
            || (self.now.is_empty() && !self.hollow && self.pending == Break::None && wanted == Break::Line)
        {
            return;
        }
        self.pending = self.pending.max(wanted);
    }

    /// `<br>`: a line ends, even an empty one.
    pub fn newline(&mut self) {
        if matches!(self.pending, Break::Line | Break::Paragraph) {
            self.settle();
        }
        self.pending = Break::None;
        self.flush();
    }

    pub fn rule(&mut self) {
        self.request(Break::Line);
        self.push("________________________________", true);
        self.request(Break::Line);
    }

    pub fn item(&mut self, number: u32) {
        self.settle();
        if !self.now.trim().is_empty() {
            self.flush();
        }
        let bullet = if number > 0 { format!("{number}. ") } else { "- ".to_string() };
        self.now.clear();
        self.now.push_str(&bullet);
        self.bullet = true;
        self.written += bullet.len();
    }

    pub fn row(&mut self) {
        self.request(Break::Line);
        self.row = Some((self.lines.len() + usize::from(!self.now.trim().is_empty()), false));
    }

    /// A further cell stays on its row's line if all before it do and are short; else it stands beneath, as the columns of a layout do.
    pub fn cell(&mut self) {
        let Some((at, begun)) = self.row else { return };
        let same = self.lines.len() == at && self.now.len() <= 200;
        if begun && same && !self.now.trim().is_empty() {
            self.pending = Break::Tab;
        } else {
            self.request(Break::Line);
        }
        (self.row, self.cell_start) = (Some((at, true)), true);
    }

    pub fn position(&self) -> usize {
        self.written
    }

    /// After a link's words: where it goes, if they do not say so.
    pub fn link(&mut self, href: &str, from: usize) {
        let length = self.written.saturating_sub(from);
        let Some(words) = self.now.len().checked_sub(length).and_then(|at| self.now.get(at..)) else { return };
        let shown = words.trim().to_lowercase();
        if shown.is_empty() || href.len() > 200 {
            return;
        }
        let target = match href.strip_prefix("mailto:").map(|a| a.split('?').next().unwrap_or_default()) {
            Some(address) => (address.contains('@') && !shown.contains('@')).then_some(address),
            // In history and signatures a link tells nobody anything.
            None => (self.depth == 0 && self.signatures == 0 && tells_more(href, &shown)).then_some(href),
        };
        if let Some(target) = target {
            self.now.truncate(self.now.trim_end().len());
            self.now.push_str(&format!(" <{target}>"));
        }
    }

    pub fn enter_quotation(&mut self) {
        self.edge();
        self.depth += 1;
    }

    pub fn leave_quotation(&mut self) {
        self.edge();
        self.depth = self.depth.saturating_sub(1);
    }

    pub fn enter_signature(&mut self) {
        self.edge();
        self.signatures += 1;
    }

    pub fn leave_signature(&mut self) {
        self.edge();
        self.signatures = self.signatures.saturating_sub(1);
    }

    pub fn enter_attribution(&mut self) {
        self.edge();
        self.attributions += 1;
    }

    pub fn leave_attribution(&mut self) {
        self.edge();
        self.attributions = self.attributions.saturating_sub(1);
    }

    /// Whose words these are changes here: what is written so far keeps its mark.
    fn edge(&mut self) {
        if !self.now.trim().is_empty() {
            self.flush();
        }
        self.now.clear();
        if self.pending == Break::Tab {
            self.pending = Break::None;
        }
    }

    pub fn history_next(&mut self, if_header: bool) {
        self.edge();
        self.history = Some(if_header && self.history != Some(false));
    }

    fn flush(&mut self) {
        (self.hollow, self.bullet) = (false, false);
        let text = std::mem::take(&mut self.now).trim_end().to_string();
        let mut mark = if self.signatures > 0 {
            Mark::Signature
        } else if self.attributions > 0 {
            Mark::Attribution
        } else if self.some_bright && !self.some_plain {
            Mark::Coloured
        } else {
            Mark::Words
        };
        (self.some_bright, self.some_plain) = (false, false);
        if !text.is_empty()
            && !text.starts_with("____")
            && let Some(if_header) = self.history.take()
            && matches!(mark, Mark::Words | Mark::Coloured)
            && (!if_header || text.chars().take(30).any(|c| matches!(c, ':' | '：')))
        {
            mark = Mark::HistoryStart;
        }
        // Empty lines in any number are one or two: an attack of <br> costs nothing further on.
        let blanks = self.lines.iter().rev().take(3).filter(|l| l.is_blank()).count();
        if text.is_empty() && blanks == 3 {
            return;
        }
        self.lines.push(Line { text, depth: self.depth, mark });
    }

    pub fn finish(mut self) -> Vec<Line> {
        if !self.now.trim().is_empty() {
            self.flush();
        }
        self.lines
    }
}

/// A web address that the words above it do not name already.
fn tells_more(href: &str, shown: &str) -> bool {
    let Some(bare) = href.strip_prefix("https://").or_else(|| href.strip_prefix("http://")) else { return false };
    let site = bare.split(['/', '?', '#']).next().unwrap_or_default().trim_start_matches("www.").to_lowercase();
    !shown.contains(&site) && !shown.contains("://")
}
