//! Where faults are gathered, each shown where it stands in its file.

use crate::model::fault::Fault;
use crate::rules::pattern;
use crate::rules::spanned::Spanned;

/// A file's name and text, for faults.
pub struct Source {
    pub name: String,
    pub text: String,
}

impl Source {
    /// A fault at a value; `inner` is a byte range within the string that the value holds.
    pub fn fault<T>(&self, value: &Spanned<T>, inner: Option<std::ops::Range<usize>>, says: impl Into<String>) -> Fault {
        let span = value.span();
        let quotes = ["\"\"\"", "'''"].iter().any(|q| self.text[span.start..].starts_with(q));
        let opening = span.start + if quotes { 3 } else { 1 };
        let span = match inner {
            Some(inner) => (opening + inner.start).min(span.end)..(opening + inner.end).min(span.end),
            None => span,
        };
        Fault::at(&self.name, &self.text, span, says)
    }
}

/// What compiling needs at hand: the files, and the faults so far.
pub struct Bench<'a> {
    pub sources: &'a [Source],
    /// How many of them are shipped: nobody who reads advice can change those.
    pub shipped: usize,
    pub faults: Vec<Fault>,
}

impl Bench<'_> {
    pub fn fault<T>(&mut self, file: usize, value: &Spanned<T>, says: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(self.sources[file].fault(value, None, says).hint(hint));
    }

    pub fn advise<T>(&mut self, file: usize, value: &Spanned<T>, says: impl Into<String>, hint: impl Into<String>) {
        if file >= self.shipped {
            self.faults.push(self.sources[file].fault(value, None, says).hint(hint).advice());
        }
    }

    pub fn inner<T>(&mut self, file: usize, value: &Spanned<T>, wrong: pattern::Wrong) {
        self.faults.push(self.sources[file].fault(value, Some(wrong.span), wrong.says).hint(wrong.hint));
    }
}
