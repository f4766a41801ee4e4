//! What is wrong with a file that a person wrote: where exactly, and what to do.

use std::fmt;
use std::ops::Range;

/// One fault in a configuration, rule, calendar or template file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// How many characters of the line are at fault; at least 1.
    pub length: usize,
    /// The line as it stands in the file.
    pub source_line: String,
    pub says: String,
    pub hint: Option<String>,
    /// False for advice that does not stop anything from running.
    pub fatal: bool,
}

impl Fault {
    /// A fault at a byte range of `source`; a range past the end points at the last line.
    pub fn at(file: &str, source: &str, span: Range<usize>, says: impl Into<String>) -> Fault {
        let floor = |i: usize| (0..=i.min(source.len())).rev().find(|&j| source.is_char_boundary(j)).unwrap_or(0);
        let start = floor(span.start);
        let end = floor(span.end.max(span.start)).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |i| start + i);
        Fault {
            file: file.into(),
            line: source[..line_start].matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            length: source[start..end.min(line_end)].chars().count().max(1),
            source_line: source[line_start..line_end].trim_end_matches('\r').into(),
            says: says.into(),
            hint: None,
            fatal: true,
        }
    }

    /// A fault of a whole file (missing, not UTF-8, empty).
    pub fn of_file(file: &str, says: impl Into<String>) -> Fault {
        Fault::at(file, "", 0..0, says)
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    pub fn advice(mut self) -> Fault {
        self.fatal = false;
        self
    }

    /// What the TOML reader found: wrong syntax, an unknown key, a value of the wrong type.
    pub fn from_toml(file: &str, source: &str, error: &toml::de::Error) -> Fault {
        Fault::at(file, source, error.span().unwrap_or(0..0), error.message())
    }
}

/// Plain form, without colour: `rules/signals/chase.toml:12:8: says` with the line, an underline and the hint.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.fatal { "error" } else { "warning" };
        write!(f, "{}:{}:{}: {word}: {}", self.file, self.line, self.column, self.says)?;
        if !self.source_line.is_empty() {
            let pad: String = self.source_line.chars().take(self.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n  | {}\n  | {pad}{}", self.source_line, "^".repeat(self.length))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}
