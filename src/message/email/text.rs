//! A text part's own form: its charset as HTML says it, enriched text, clear signatures; and several stretches of the body as one.

use crate::message::attachment;

/// One stretch of the body, in one or both of its forms.
#[derive(Default)]
pub struct Text {
    pub plain: Option<String>,
    pub html: Option<String>,
}

/// Several stretches as one: plain words of each, and HTML only when each has it.
pub fn joined(texts: impl Iterator<Item = Text>) -> (Option<String>, Option<String>) {
    let texts: Vec<Text> = texts.filter(|t| t.plain.is_some() || t.html.is_some()).collect();
    if let [one] = texts.as_slice() {
        return (one.plain.clone(), one.html.clone());
    }
    let any_plain = texts.iter().any(|t| t.plain.is_some());
    let all_html = !texts.is_empty() && texts.iter().all(|t| t.html.is_some());
    let words = |t: &Text| match (&t.plain, &t.html) {
        (Some(p), _) => p.clone(),
        (None, Some(h)) => attachment::html_words(h),
        (None, None) => String::new(),
    };
    let plain = any_plain.then(|| texts.iter().map(words).filter(|t| !t.trim().is_empty()).collect::<Vec<_>>().join("\n\n"));
    let html = all_html.then(|| texts.iter().filter_map(|t| t.html.as_deref()).collect::<Vec<_>>().join("<br><br>"));
    (plain, html)
}

/// Every line end as `\n`.
pub fn unix_ends(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for (i, piece) in text.split('\r').enumerate() {
        if i > 0 && !piece.starts_with('\n') {
            out.push('\n');
        }
        out.push_str(piece);
    }
    out
}

/// What an HTML body says of its own charset, when its part does not.
pub fn meta_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let after = &head[head.find("charset=")? + 8..];
    let label: String =
        after.trim_start_matches(['"', '\'']).chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c)).collect();
    (!label.is_empty() && !label.starts_with("utf-16")).then_some(label)
}

/// text/enriched (RFC 1896): its commands dropped, `<<` as `<`, single line ends as blanks.
pub fn enriched(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix('<') {
            out.push('<');
            rest = tail;
        } else if let Some(end) = rest.as_bytes().iter().take(100).position(|b| *b == b'>') {
            rest = &rest[end + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// The words of a clear-signed text (RFC 9580 §7): armour headers and the signature cut, dash escapes undone.
pub fn without_armor(text: &str) -> String {
    let mut out = String::new();
    let (mut in_head, mut in_tail) = (false, false);
    for line in text.lines() {
        match line.trim_end() {
            "-----BEGIN PGP SIGNED MESSAGE-----" => in_head = true,
            "-----BEGIN PGP SIGNATURE-----" => in_tail = true,
            "-----END PGP SIGNATURE-----" => in_tail = false,
            "" if in_head => in_head = false,
            _ if in_head || in_tail => {}
            _ => {
                out.push_str(line.strip_prefix("- ").unwrap_or(line));
                out.push('\n');
            }
        }
        if line.is_empty() && !in_head && !in_tail {
            out.push('\n');
        }
    }
    out
}
