//! What ties a message to others, and what the receiving server made of its sender.

use super::headers::Headers;
use crate::model::address::Address;
use base64::Engine;

const MAX_IDS: usize = 300;

/// Every `<id>` of the text; where there is no bracket, every word that could be one. Folds, commas and junk between them are passed over.
pub fn all(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |id: &str| {
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        if !id.is_empty() && id.len() < 1000 && found.len() < MAX_IDS && !found.contains(&id) {
            found.push(id);
        }
    };
    if text.contains('<') {
        for piece in text.split('<').skip(1) {
            // A reference that was cut off has no closing bracket; without an @ it is of no use.
            match piece.split_once('>') {
                Some((id, _)) => add(id),
                None if piece.contains('@') => add(piece.split([' ', ',']).next().unwrap_or_default()),
                None => {}
            }
        }
    }
    if found.is_empty() {
        let mut add = |id: &str| {
            if id.len() < 1000 && found.len() < MAX_IDS {
                found.push(id.to_owned());
            }
        };
        text.split([' ', '\t', ',', ';']).map(|w| w.trim_matches(['<', '>', '"'])).filter(|w| w.contains('@')).for_each(&mut add);
    }
    found
}

pub fn message_id(headers: &Headers) -> Option<String> {
    let value = headers.get("message-id").or_else(|| headers.get("x-message-id"))?;
    all(value)
        .into_iter()
        .next()
        .or_else(|| Some(value.trim_matches(['<', '>', ' ']).to_owned()).filter(|v| !v.is_empty() && v.len() < 1000))
}

/// RFC 5322 §3.6.4: the field may hold several, or a phrase of old programs; the last is the one answered.
pub fn in_reply_to(headers: &Headers) -> Option<String> {
    all(headers.get("in-reply-to")?).pop().filter(|id| !id.is_empty())
}

pub fn references(headers: &Headers) -> Vec<String> {
    let mut ids: Vec<String> = headers.all("references").flat_map(all).collect();
    ids.truncate(MAX_IDS);
    ids
}

/// The first 22 octets of Outlook's Thread-Index, alike in a whole conversation (MS-OXOMSG 2.2.1.3).
pub fn thread_root(headers: &Headers) -> Option<String> {
    let text: String = headers.get("thread-index")?.chars().filter(|c| !c.is_whitespace()).take(4000).collect();
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    let root = bytes.get(..22)?;
    Some(root.iter().map(|b| format!("{b:02x}")).collect())
}

/// The verdict on From's domain of the receiving system: the topmost Authentication-Results, and those of the same server right under it
/// (RFC 8601 §5: what stands further down the sender may have written). Exchange leaves the server's name out.
pub fn authenticated(headers: &Headers, from: Option<&Address>) -> Option<bool> {
    let mut results = headers.all("authentication-results").take(20).map(without_comments);
    let first = results.next()?;
    let server = |r: &str| r.split(';').next().unwrap_or_default().split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let mut text = first.clone();
    for next in results.take_while(|r| server(r) == server(&first) && !server(r).contains('=')) {
        text.push(';');
        text.push_str(&next);
    }
    let methods: Vec<Vec<String>> =
        text.to_ascii_lowercase().split(';').map(|m| m.split_whitespace().map(str::to_owned).collect()).collect();
    let result = |method: &str| methods.iter().find_map(|m| m.iter().find_map(|w| w.strip_prefix(method)?.strip_prefix('=')));
    let aligned = |method: &str, property: &str| {
        methods.iter().any(|m| {
            m.iter().any(|w| *w == format!("{method}=pass"))
                && m.iter().any(|w| w.strip_prefix(property).is_some_and(|d| from.is_some_and(|f| same_organisation(d, f.domain()))))
        })
    };
    let signed = aligned("dkim", "header.d=") || aligned("dkim", "header.i=@") || aligned("spf", "smtp.mailfrom=");
    match result("dmarc") {
        Some("pass" | "bestguesspass") => Some(true),
        // A forwarder that is trusted to have seen it whole (ARC, RFC 8617), or a signature that does fit: no clear failure.
        Some("fail") if result("arc") == Some("pass") || signed => None,
        Some("fail") => Some(false),
        _ if signed => Some(true),
        _ => None,
    }
}

/// RFC 7489 §3.1.1, relaxed, without the public suffix list: one domain is the other or lies under it.
fn same_organisation(property: &str, from: &str) -> bool {
    let domain = property.rsplit('@').next().unwrap_or(property).trim_matches(['"', '<', '>']);
    !domain.is_empty()
        && domain.contains('.')
        && (domain == from || from.ends_with(&format!(".{domain}")) || domain.ends_with(&format!(".{from}")))
}

fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let keep = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    value.chars().take(10_000).filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_ids_among_junk() {
        assert_eq!(all("<a@x>,\t<b@x> junk <c@ x>"), ["a@x", "b@x", "c@x"]);
        assert_eq!(all("Your message of \"Mon\" <a@x>"), ["a@x"]);
        assert_eq!(all("a@x, b@x"), ["a@x", "b@x"]);
        assert_eq!(all("<a@x> <b@x-cut"), ["a@x", "b@x-cut"]);
    }

    #[test]
    fn believes_the_receiving_server_alone() {
        let from = Address::parse("jo@home.example");
        let verdict = |lines: &[&str]| {
            let fields = lines.iter().map(|l| ("authentication-results".to_owned(), (*l).to_owned())).collect();
            authenticated(&Headers(fields), from.as_ref())
        };
        assert_eq!(
            verdict(&["mx.us.example; spf=pass (a dkim=fail) smtp.mailfrom=x@other.example; dmarc=pass header.from=home.example"]),
            Some(true)
        );
        assert_eq!(verdict(&["mx.us.example; dmarc=fail (p=reject)", "mx.us.example; dkim=none", "evil.example; dmarc=pass"]), Some(false));
        assert_eq!(
            verdict(&[
                "spf=fail (sender IP is 1) smtp.mailfrom=x.example; dkim=none; dmarc=fail action=none header.from=home.example;compauth=fail"
            ]),
            Some(false)
        );
        assert_eq!(verdict(&["mx.us.example; arc=pass; dmarc=fail header.from=home.example"]), None);
        assert_eq!(verdict(&["mx.us.example; dkim=pass header.d=home.example"]), Some(true));
        assert_eq!(verdict(&["mx.us.example; spf=softfail smtp.mailfrom=home.example"]), None);
        assert_eq!(verdict(&[]), None);
    }
}
