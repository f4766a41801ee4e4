//! Folder names as arguments of commands.

use super::trouble::Trouble;
use base64::Engine;

/// A quoted string (RFC 9051 §4.3); line breaks cannot be in one.
fn quoted(text: &str) -> Result<String, Trouble> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(Trouble::BadName);
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Modified UTF-7 (RFC 3501 §5.1.3): what servers of IMAP4rev1 take for names beyond ASCII.
fn mailbox_name(name: &str) -> String {
    use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
    const MUTF7: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::IMAP_MUTF7, NO_PAD);
    let (mut out, mut run) = (String::new(), Vec::new());
    let flush = |run: &mut Vec<u8>, out: &mut String| {
        if !run.is_empty() {
            out.push('&');
            out.push_str(&MUTF7.encode(&run));
            out.push('-');
            run.clear();
        }
    };
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut run, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            run.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut run, &mut out);
    out
}

/// A folder's name as an argument of a command.
pub fn folder_argument(name: &str) -> Result<String, Trouble> {
    quoted(&mailbox_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_travel_as_modified_utf7() {
        // RFC 3501 §5.1.3
        assert_eq!(mailbox_name("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(mailbox_name("R&D \u{1F600}"), "R&-D &2D3eAA-");
        assert_eq!(folder_argument("a\"b\\c"), Ok("\"a\\\"b\\\\c\"".into()));
        // A line break is encoded like any other character that is not printable ASCII: it cannot begin a second command.
        assert_eq!(folder_argument("a\r\nLOGOUT"), Ok("\"a&AA0ACg-LOGOUT\"".into()));
    }
}
