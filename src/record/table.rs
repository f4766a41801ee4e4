//! Tables as CSV files that spreadsheets open (RFC 4180).

/// A heading row and rows, with a byte order mark: without it Excel takes UTF-8 for something else.
pub fn csv<R: AsRef<[String]>>(headings: &[&str], rows: impl IntoIterator<Item = R>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    // Writing into memory has nothing to fail by: the rows are as long as each other by construction of every caller.
    let _ = writer.write_record(headings);
    for row in rows {
        let _ = writer.write_record(row.as_ref().iter().map(|cell| safe(cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell that begins like a formula is one to a spreadsheet, and what a resident wrote must not be run: an apostrophe makes it text.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_resident_cannot_write_a_formula_into_the_officers_spreadsheet() {
        let rows = [["=HYPERLINK(\"http://bad.example\")".to_owned(), "two, \"three\"".to_owned()]];
        let text = String::from_utf8(super::csv(&["a", "b"], rows)).unwrap();
        assert_eq!(text, "\u{feff}a,b\r\n\"'=HYPERLINK(\"\"http://bad.example\"\")\",\"two, \"\"three\"\"\"\r\n");
    }
}
