//! How commands speak to a person: lines for reading, one JSON object a line for programs, faults with their place.

use super::setup::Exit;
use super::{FINE, TEMPORARY, USAGE};
use crate::model::case::CaseId;
use crate::model::fault::Fault;
use crate::store::{self, Tx};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan,
    SpanContents,
};
use serde_json::Value;
use std::io::{IsTerminal, Write};

/// Prints to standard output. A reader that has gone away (`| head`) is no error.
pub fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A stored message's bytes as they came, to standard output. `case`: the case that it must belong to.
pub async fn raw(tx: &mut Tx, message: i64, case: Option<CaseId>) -> Exit<u8> {
    let found = async {
        let row = store::message::by_id(tx, message).await?;
        if case.is_some_and(|case| row.case_id != Some(case)) {
            return Err(store::Error::Missing { what: "message of this case with the number", name: message.to_string() });
        }
        store::receipt::bytes(tx, row.raw_id).await
    };
    let bytes = found.await.map_err(|e| {
        error(&e);
        if e.temporary() { TEMPORARY } else { USAGE }
    })?;
    let _ = std::io::stdout().lock().write_all(&bytes);
    Ok(FINE)
}

/// A complaint about usage, configuration or the world: to standard error.
pub fn error(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "postroom: {text}");
}

/// Faults as miette draws them: place, line, what is at fault underlined, hint. In colour on a terminal.
pub fn faults(faults: &[Fault]) {
    let mut err = std::io::stderr().lock();
    let colour = err.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for fault in faults {
        let _ = writeln!(err, "{}", drawn(fault, colour));
    }
}

fn drawn(fault: &Fault, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let printer = GraphicalReportHandler::new_themed(theme).with_width(120).with_links(false);
    let mut out = String::new();
    let shown = Shown { fault, line: Line(fault) };
    // A fault that cannot be drawn is said plainly.
    if printer.render_report(&mut out, &shown).is_err() { fault.to_string() } else { out }
}

/// A fault, and its line, as miette asks for them.
#[derive(Debug)]
struct Shown<'a> {
    fault: &'a Fault,
    line: Line<'a>,
}

#[derive(Debug)]
struct Line<'a>(&'a Fault);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A fault of a whole file has no line to stand over.
        if self.fault.source_line.is_empty() {
            write!(f, "{}: {}", self.fault.file, self.fault.says)
        } else {
            f.write_str(&self.fault.says)
        }
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(if self.fault.fatal { Severity::Error } else { Severity::Warning })
    }

    fn help<'d>(&'d self) -> Option<Box<dyn std::fmt::Display + 'd>> {
        self.fault.hint.as_ref().map(|hint| Box::new(hint) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.fault.source_line.is_empty()).then_some(&self.line as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let bytes = |chars: usize| self.fault.source_line.chars().take(chars).map(char::len_utf8).sum::<usize>();
        let from = bytes(self.fault.column - 1);
        let to = bytes(self.fault.column - 1 + self.fault.length).max(from);
        let span = LabeledSpan::new(None, from, to - from);
        (!self.fault.source_line.is_empty()).then(|| Box::new(std::iter::once(span)) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl SourceCode for Line<'_> {
    fn read_span<'d>(&'d self, span: &SourceSpan, before: usize, _: usize) -> Result<Box<dyn SpanContents<'d> + 'd>, MietteError> {
        let line = &self.0.source_line;
        // Asked for the place alone, it is the span's; asked for the text around it, the line's beginning.
        let column = if before == 0 { line.get(..span.offset()).map_or(0, |t| t.chars().count()) } else { 0 };
        let whole = SourceSpan::from(0..line.len());
        let (name, number) = (self.0.file.clone(), self.0.line - 1);
        Ok(Box::new(MietteSpanContents::new_named(name, line.as_bytes(), whole, number, column, 1)))
    }
}

/// Rows as aligned columns under their headings, or with `json` as one object a line.
pub fn rows(json: bool, headings: &[&str], rows: &[Vec<(&str, Value)>]) {
    if json {
        for row in rows {
            let object: serde_json::Map<String, Value> = row.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
            line(Value::Object(object));
        }
        return;
    }
    let cells: Vec<Vec<String>> = rows.iter().map(|r| r.iter().take(headings.len()).map(|(_, v)| plain(v)).collect()).collect();
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(i, h)| cells.iter().map(|r| r.get(i).map_or(0, |c| c.chars().count())).chain([h.len()]).max().unwrap_or(0))
        .collect();
    let print = |row: Vec<&str>| {
        let padded: Vec<String> = row.iter().zip(&widths).map(|(c, w)| format!("{c:w$}")).collect();
        line(padded.join("  ").trim_end());
    };
    print(headings.to_vec());
    for row in &cells {
        print(row.iter().map(String::as_str).collect());
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_drawn_with_its_place_its_words_underlined_and_its_hint() {
        let text = "[[signal]]\nid = \"é-x\"\n";
        let at = text.find('é').unwrap();
        let fault = Fault::at("site/lift.toml", text, at..at + "é-x".len(), "cannot name a signal").hint("small letters");
        let plain = drawn(&fault, false);
        for part in ["cannot name a signal", "site/lift.toml:2:7", "2 │ id = \"é-x\"", "small letters"] {
            assert!(plain.contains(part), "{part} is not in\n{plain}");
        }
        let under = plain.lines().find(|l| l.contains('─') && l.contains('·')).expect("an underline");
        let line = plain.lines().find(|l| l.contains("id =")).unwrap();
        let column = |l: &str, c: char| l.chars().position(|x| x == c);
        assert_eq!(column(under, '─'), column(line, 'é'), "{plain}");
        assert!(!plain.contains('\u{1b}') && drawn(&fault, true).contains('\u{1b}'));
        let whole = drawn(&Fault::of_file("site/x.toml", "is empty").advice(), false);
        assert!(whole.contains("site/x.toml: is empty"));
    }
}
