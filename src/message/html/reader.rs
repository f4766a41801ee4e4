//! Tags and words → breaks, quotations and marks: the list of open elements, and what each start and end means for the lines.

use super::elements::{attribute, implied, is_block, is_empty, is_unseen, raw_text, told};
use super::marks::{self, Meaning, Told};
use super::writer::{Break, Writer};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind};

/// Most open elements that are remembered. Deeper ones are read as if their tags were not there.
const DEEPEST: usize = 400;

/// An element whose end tag has not come yet.
struct Open {
    name: String,
    hidden: bool,
    vanished: bool,
    bright: bool,
    meaning: Option<Meaning>,
    pre: bool,
    /// Of a list: the number of its next item; 0 for bullets.
    count: Option<u32>,
    /// Of a link: where it goes, and where in the writer its words began.
    link: Option<(String, usize)>,
}

/// What the tokens have told so far.
#[derive(Default)]
pub struct Reader {
    pub writer: Writer,
    open: Vec<Open>,
    /// How many tokens have come.
    pub tokens: usize,
}

impl Reader {
    fn hidden(&self) -> bool {
        self.open.last().is_some_and(|o| o.hidden || o.vanished)
    }

    pub fn text(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.close_head();
        }
        if !self.hidden() {
            self.writer.bright = self.open.last().is_some_and(|o| o.bright);
            self.writer.text(text, self.open.last().is_some_and(|o| o.pre));
        }
    }

    pub fn tag(&mut self, tag: &Tag) -> Option<RawKind> {
        let name = &*tag.name;
        match tag.kind {
            TagKind::StartTag => self.start(name, tag),
            TagKind::EndTag => {
                self.end(name);
                None
            }
        }
    }

    fn start(&mut self, name: &str, tag: &Tag) -> Option<RawKind> {
        match name {
            "br" => {
                if !self.hidden() {
                    self.writer.newline();
                }
                return None;
            }
            "hr" => {
                let told = told(tag);
                if !self.hidden() {
                    self.writer.rule();
                }
                self.mark_start(marks::meaning(name, &told));
                return None;
            }
            "img" => {
                // A picture of a face or a heart stands for words; a logo does not.
                let alt = attribute(tag, "alt");
                if !self.hidden() && alt.chars().count() <= 8 && alt.chars().any(|c| c as u32 > 0x2000) {
                    self.writer.text(&alt, false);
                }
                return None;
            }
            n if is_empty(n) => {
                // `<head>` may have been left open.
                if n == "body" {
                    self.close_head();
                }
                return None;
            }
            _ => {}
        }
        if tag.self_closing && is_unseen(name) && raw_text(name).is_none() {
            return None;
        }
        if is_block(name) {
            self.close_head();
        }
        self.close_implied(name);
        let told = told(tag);
        let meaning = marks::meaning(name, &told);
        let parent = self.open.last();
        let unseen = is_unseen(name);
        let hidden = parent.is_some_and(|p| p.hidden)
            || unseen
            || marks::is_hidden(&told.style)
            || tag.attrs.iter().any(|a| &*a.name.local == "hidden");
        let vanished = marks::vanishes(&told.style).unwrap_or(parent.is_some_and(|p| p.vanished));
        let own = if name == "font" { marks::is_bright(&format!("color:{}", attribute(tag, "color").to_ascii_lowercase())) } else { None };
        // A link's blue is the client's.
        let bright = name != "a" && marks::is_bright(&told.style).or(own).unwrap_or(parent.is_some_and(|p| p.bright));
        let pre = parent.is_some_and(|p| p.pre)
            || matches!(name, "pre" | "textarea" | "listing" | "xmp")
            || told.style.contains("white-space:pre")
            || told.style.contains("white-space: pre");
        if !hidden {
            self.boundary(name, &told);
            match meaning {
                Some(Meaning::Quotation) => self.writer.enter_quotation(),
                Some(Meaning::Signature) => self.writer.enter_signature(),
                Some(Meaning::Attribution) => self.writer.enter_attribution(),
                other => self.mark_start(other),
            }
        }
        let count = match name {
            "ol" => Some(attribute(tag, "start").parse().unwrap_or(1)),
            "ul" | "menu" | "dir" => Some(0),
            _ => None,
        };
        if name == "li" && !hidden {
            let number = self.open.iter_mut().rev().find_map(|o| o.count.as_mut()).map_or(0, |n| {
                let now = *n;
                if now > 0 {
                    *n += 1;
                }
                now
            });
            self.writer.item(number);
        }
        let link = (name == "a").then(|| (attribute(tag, "href"), self.writer.position()));
        if self.open.len() < DEEPEST {
            self.open.push(Open {
                name: name.to_string(),
                hidden,
                vanished,
                bright,
                meaning: meaning.filter(|_| !hidden),
                pre,
                count,
                link,
            });
        } else if !hidden {
            self.leave(meaning);
        }
        raw_text(name)
    }

    /// Words or a block in an open `<head>` end it (WHATWG HTML §13.2.6.4.4).
    fn close_head(&mut self) {
        if self.open.last().is_some_and(|o| o.name == "head") {
            self.open.pop();
        }
    }

    /// The line breaks that an element's start brings.
    fn boundary(&mut self, name: &str, told: &Told) {
        match name {
            "td" | "th" => self.writer.cell(),
            "tr" => self.writer.row(),
            "p" => {
                // Outlook's paragraphs have no margin: an empty one between two is its blank line.
                let tight = told.class.contains("msonormal")
                    || told.class.contains("msolist")
                    || told.class.contains("msoplain")
                    || told.style.contains("margin:0")
                    || told.style.contains("margin: 0");
                self.writer.request(if tight { Break::Line } else { Break::Paragraph });
            }
            _ if is_block(name) => self.writer.request(if matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl") {
                Break::Paragraph
            } else {
                Break::Line
            }),
            _ => {}
        }
    }

    fn mark_start(&mut self, meaning: Option<Meaning>) {
        match meaning {
            Some(Meaning::HistoryStart) => self.writer.history_next(false),
            Some(Meaning::HeaderStart) => self.writer.history_next(true),
            _ => {}
        }
    }

    /// Start tags that end an open element of their own kind, where HTML lets the end tag be left out.
    fn close_implied(&mut self, name: &str) {
        let Some((closes, stops)) = implied(name) else { return };
        // Only a few elements up: beyond them nothing is left open that matters.
        for _ in 0..4 {
            let near = self
                .open
                .iter()
                .rev()
                .take(12)
                .take_while(|o| closes.contains(&o.name.as_str()) || !stops.contains(&o.name.as_str()))
                .position(|o| closes.contains(&o.name.as_str()));
            let Some(up) = near else { return };
            self.pop_to(self.open.len() - 1 - up);
        }
    }

    fn end(&mut self, name: &str) {
        if name == "p" && !self.open.iter().rev().take(40).any(|o| o.name == "p") {
            if !self.hidden() {
                self.writer.request(Break::Paragraph);
            }
            return;
        }
        // An end tag inside a cell ends nothing outside it.
        let fence = !matches!(name, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "table" | "body" | "html");
        let found = self
            .open
            .iter()
            .rev()
            .take_while(|o| o.name == name || !(fence && matches!(o.name.as_str(), "td" | "th")))
            .position(|o| o.name == name);
        if let Some(up) = found {
            // An inline end tag that would end a block is a stray one.
            let at = self.open.len() - 1 - up;
            if is_block(name) || self.open[at + 1..].iter().all(|o| !is_block(&o.name) || o.meaning.is_none()) {
                self.pop_to(at);
            }
        }
    }

    fn pop_to(&mut self, at: usize) {
        while self.open.len() > at {
            let Some(open) = self.open.pop() else { return };
            if open.hidden {
                continue;
            }
            if let Some((href, from)) = &open.link {
                self.writer.link(href, *from);
            }
            match open.name.as_str() {
                "td" | "th" => {}
                "p" => self.writer.request(Break::AsBefore),
                n if is_block(n) => self.writer.request(Break::Line),
                _ => {}
            }
            self.leave(open.meaning);
        }
    }

    fn leave(&mut self, meaning: Option<Meaning>) {
        match meaning {
            Some(Meaning::Quotation) => self.writer.leave_quotation(),
            Some(Meaning::Signature) => self.writer.leave_signature(),
            Some(Meaning::Attribution) => self.writer.leave_attribution(),
            _ => {}
        }
    }
}
