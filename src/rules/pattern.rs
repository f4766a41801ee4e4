//! The phrase patterns of rule files: text → a tree, and how a tree matches tokens.
//!
//! A word written without an ending means all its forms (`wait`: waits, waited, waiting); with one, that form alone (`waited`).
//! `nobody [ever] (came|turned up)` · `{not} ...3 fixed` · `waiting ...2 {time>7d}` · `rang & {still}` · `=ill` (that form only)

use super::spelling::Spelling;
use super::stem::is_base;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Any form of the word, by stem number.
    Word(u32),
    /// This form only, by (word number, stem number).
    Exact(u32, u32),
    /// Any one of several words: (stem numbers, (word number, stem number) of exact forms), both sorted.
    OneOf(Vec<u32>, Vec<(u32, u32)>),
    Lexicon(usize),
    /// Up to so many words of any sort.
    Gap(u8),
    /// Any one word.
    Any,
    Either(Vec<Vec<Node>>),
    Maybe(Vec<Node>),
    Time(TimeTest),
    /// A number, in digits or as a word.
    Number,
    SentenceStart,
    SentenceEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeTest {
    pub sort: TimeSort,
    /// At least so many days.
    pub days: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSort {
    Any,
    /// "three weeks", "for months".
    Lasting,
    /// A day or span before receipt.
    Past,
    Future,
}

/// Parts that must all stand in one sentence, in any order.
pub type Parts = Vec<Vec<Node>>;

/// What is wrong with a pattern, with its bytes in the pattern's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub span: Range<usize>,
    pub says: String,
    pub hint: String,
}

const DEEPEST: usize = 6;
pub const LONGEST_GAP: u8 = 12;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    spelling: &'a mut Spelling,
    lexicon: &'a dyn Fn(&str) -> Option<usize>,
    wrong: Vec<Wrong>,
}

/// Reads a pattern; new words get numbers in `spelling`.
pub fn parse(text: &str, spelling: &mut Spelling, lexicon: &dyn Fn(&str) -> Option<usize>) -> Result<Parts, Vec<Wrong>> {
    let mut reader = Reader { text, at: 0, spelling, lexicon, wrong: Vec::new() };
    let mut parts = Vec::new();
    loop {
        let start = reader.at;
        let nodes = reader.sequence(0);
        if !nodes.iter().any(needed) {
            reader.fault(start..reader.at.max(start + 1), "this pattern demands no word", "write at least one word that must be there");
        }
        parts.push(nodes);
        match reader.peek() {
            Some('&') => reader.at += 1,
            Some(c) => {
                let at = reader.at;
                reader.fault(at..at + c.len_utf8(), format!("a '{c}' that nothing opened"), "take it out, or write the opening bracket");
                break;
            }
            None => break,
        }
    }
    if reader.wrong.is_empty() { Ok(parts) } else { Err(reader.wrong) }
}

fn needed(node: &Node) -> bool {
    match node {
        Node::Gap(_) | Node::Maybe(_) | Node::Any | Node::SentenceStart | Node::SentenceEnd => false,
        Node::Either(ways) => ways.iter().all(|w| w.iter().any(needed)),
        _ => true,
    }
}

/// Choices of single words are put together, so that a long list costs one look.
fn choice(ways: Vec<Vec<Node>>) -> Node {
    let (mut stems, mut exact, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for way in ways {
        match way[..] {
            [Node::Word(stem)] => stems.push(stem),
            [Node::Exact(word, stem)] => exact.push((word, stem)),
            _ => rest.push(way),
        }
    }
    stems.sort_unstable();
    exact.sort_unstable();
    let words = Node::OneOf(stems, exact);
    if rest.is_empty() {
        return words;
    }
    if !matches!(&words, Node::OneOf(s, e) if s.is_empty() && e.is_empty()) {
        rest.push(vec![words]);
    }
    Node::Either(rest)
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn fault(&mut self, span: Range<usize>, says: impl Into<String>, hint: impl Into<String>) {
        self.wrong.push(Wrong {
            span: span.start.min(self.text.len())..span.end.min(self.text.len()),
            says: says.into(),
            hint: hint.into(),
        });
    }

    fn sequence(&mut self, depth: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '&' | '|' | ')' | ']' => break,
                c if c.is_whitespace() || matches!(c, ',' | '-' | ';' | ':' | '/' | '!') => self.at += c.len_utf8(),
                '(' | '[' => self.bracket(c, depth, &mut nodes),
                '{' => self.braces(&mut nodes),
                '^' => {
                    self.at += 1;
                    nodes.push(Node::SentenceStart);
                }
                '$' => {
                    self.at += 1;
                    nodes.push(Node::SentenceEnd);
                }
                '_' => {
                    self.at += 1;
                    nodes.push(Node::Any);
                }
                '.' if self.text[self.at..].starts_with("...") => self.gap(&mut nodes),
                '…' => self.gap(&mut nodes),
                '=' => {
                    self.at += 1;
                    self.word(true, &mut nodes);
                }
                c if c.is_alphanumeric() || matches!(c, '?' | '£') => self.word(false, &mut nodes),
                c => {
                    let at = self.at;
                    self.at += c.len_utf8();
                    self.fault(
                        at..self.at,
                        format!("'{c}' means nothing here"),
                        "a pattern holds words, {lists}, (this|that), [perhaps], gaps such as ...3, and &",
                    );
                }
            }
        }
        nodes
    }

    fn bracket(&mut self, open: char, depth: usize, nodes: &mut Vec<Node>) {
        let start = self.at;
        self.at += 1;
        if depth >= DEEPEST {
            self.fault(start..start + 1, "brackets within brackets, too deep to read aloud", "split the pattern into several");
            self.at = self.text.len();
            return;
        }
        let mut ways = vec![self.sequence(depth + 1)];
        while self.peek() == Some('|') {
            self.at += 1;
            ways.push(self.sequence(depth + 1));
        }
        let close = if open == '(' { ')' } else { ']' };
        if self.peek() == Some(close) {
            self.at += 1;
        } else {
            self.fault(start..start + 1, format!("this '{open}' is never closed"), format!("write '{close}' where it ends"));
        }
        if ways.iter().any(Vec::is_empty) {
            let end = self.at;
            self.fault(start..end, "an empty choice", "put a word on each side of '|', or use [ ] for what may be missing");
        }
        let only = if ways.len() == 1 { ways.pop().unwrap_or_default() } else { vec![choice(ways)] };
        if open == '[' { nodes.push(Node::Maybe(only)) } else { nodes.extend(only) }
    }

    fn braces(&mut self, nodes: &mut Vec<Node>) {
        let start = self.at;
        let Some(len) = self.text[start..].find('}') else {
            self.fault(start..start + 1, "this '{' is never closed", "write '}' where the name ends");
            self.at = self.text.len();
            return;
        };
        self.at = start + len + 1;
        let name = self.text[start + 1..start + len].trim().to_string();
        if name == "number" {
            return nodes.push(Node::Number);
        }
        if let Some(test) = time_test(&name) {
            return match test {
                Ok(test) => nodes.push(Node::Time(test)),
                Err(hint) => self.fault(start..self.at, format!("'{name}' is no time that can be tested"), hint),
            };
        }
        match (self.lexicon)(&name) {
            Some(index) => nodes.push(Node::Lexicon(index)),
            None => self.fault(
                start..self.at,
                format!("there is no list named '{name}'"),
                "lists stand in rules/lexicons; {time}, {lasting}, {past}, {future} and {number} are built in",
            ),
        }
    }

    fn gap(&mut self, nodes: &mut Vec<Node>) {
        let start = self.at;
        self.at += 3;
        let digits: String = self.text[self.at..].chars().take_while(char::is_ascii_digit).collect();
        self.at += digits.len();
        match digits.parse::<u8>() {
            Ok(n) if (1..=LONGEST_GAP).contains(&n) => nodes.push(Node::Gap(n)),
            _ => self.fault(
                start..self.at,
                "a gap needs its greatest number of words",
                format!("write ...3 for up to three words; at most {LONGEST_GAP}"),
            ),
        }
    }

    fn word(&mut self, exact: bool, nodes: &mut Vec<Node>) {
        let start = self.at;
        let rest = &self.text[start..];
        let mut len = 0;
        let mut chars = rest.chars().peekable();
        while let Some(c) = chars.next() {
            let inner = matches!(c, '\'' | '’') && chars.peek().is_some_and(|n| n.is_alphabetic());
            if c.is_alphanumeric() || inner || (len == 0 && matches!(c, '?' | '£')) {
                len += c.len_utf8();
                if matches!(c, '?' | '£') {
                    break;
                }
            } else {
                break;
            }
        }
        self.at = start + len;
        if len == 0 {
            self.fault(start..start + 1, "'=' needs a word after it", "write =ill to find that form and no other");
            return;
        }
        for word in self.spelling.expand(&rest[..len]) {
            let (number, stem) = self.spelling.intern(&word);
            nodes.push(if exact || !is_base(&word) { Node::Exact(number, stem) } else { Node::Word(stem) });
        }
    }
}

fn time_test(name: &str) -> Option<Result<TimeTest, String>> {
    let (word, days) = match name.split_once('>') {
        Some((word, days)) => (word.trim(), Some(days.trim())),
        None => (name, None),
    };
    let sort = match word {
        "time" => TimeSort::Any,
        "lasting" => TimeSort::Lasting,
        "past" => TimeSort::Past,
        "future" => TimeSort::Future,
        _ => return None,
    };
    let days = match days {
        None => Some(0),
        Some(text) => text.strip_suffix('d').and_then(|n| n.parse().ok()),
    };
    Some(days.map(|days| TimeTest { sort, days }).ok_or_else(|| "write {past>7d} for more than seven days ago".to_string()))
}
