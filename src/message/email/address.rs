//! Fields of addresses (RFC 5322 §3.4): who, by what name. The grammar is mail-parser's; what people's programs do to it is here.

use super::headers::{Headers, one_line};
use super::words;
use crate::model::address::{Address, Party};
use mail_parser::parsers::MessageStream;

/// No letter of a resident has more; a bound on work.
const MAX_PARTIES: usize = 500;

/// The parties of every field of this name.
pub fn parties(headers: &Headers, name: &str) -> Vec<Party> {
    headers.all(name).flat_map(list).take(MAX_PARTIES).collect()
}

/// Who wrote it, where a list or a forwarder put its own address into From and kept the author's beside it (Google Groups' X-Original-Sender).
pub fn original(headers: &Headers, from: &Party) -> Option<Party> {
    let mut kept = ["x-original-from", "x-original-sender"].into_iter().flat_map(|name| parties(headers, name));
    let mut author = kept.find(|p| p.email.is_some() && p.email != from.email)?;
    // "'Jo Bloggs' via Office"
    author.name = author.name.or_else(|| {
        let (name, _) = from.name.as_deref()?.split_once(" via ")?;
        Some(name.trim_matches(['\'', '"', ' ']).to_owned()).filter(|n| !n.is_empty())
    });
    Some(author)
}

/// The parties of one field's value.
pub fn list(value: &str) -> Vec<Party> {
    let value = &value[..value.floor_char_boundary(100_000)];
    let decoded = words::decode_phrases(value);
    let text = format!("{}\n", decoded.replace(';', if decoded.contains(':') { ";" } else { "," }));
    let parsed = MessageStream::new(text.as_bytes()).parse_address();
    let mut out: Vec<Party> = Vec::new();
    for each in parsed.as_address().into_iter().flat_map(|a| a.iter()).take(MAX_PARTIES) {
        out.extend(party(each.name.as_deref(), each.address.as_deref()));
    }
    if out.is_empty() || out.iter().all(|p| p.email.is_none()) {
        // `undisclosed recipients`, or a line so broken that only the eye finds the address in it.
        let found = loose(&decoded);
        if !found.is_empty() {
            return found.into_iter().map(|email| Party { name: None, email: Some(email), id: None }).collect();
        }
    }
    out
}

fn party(name: Option<&str>, address: Option<&str>) -> Option<Party> {
    let name = name
        .map(|n| one_line(&words::decode(n)))
        .map(|n| n.trim_matches(['"', '\'', ' ', ',', '<', '>']).to_owned())
        .filter(|n| !n.is_empty());
    let email = address.and_then(clean).or_else(|| name.as_deref().and_then(|n| loose(n).into_iter().next()));
    // "jo@x.example" <jo@x.example>: the name says nothing that the address does not.
    let name = name.filter(|n| email.as_ref().is_none_or(|e| !n.eq_ignore_ascii_case(e.as_str())));
    let name = name.map(|n| n.split_once(" <").filter(|(_, rest)| rest.contains('@')).map_or(n.clone(), |(before, _)| before.to_owned()));
    let party = Party { name, email, id: None };
    (!party.is_empty()).then_some(party)
}

/// An address as programs mangle it: `mailto:`, brackets, a doubled @, a stop at the end.
pub fn clean(text: &str) -> Option<Address> {
    let t = text.trim().trim_matches(['<', '>', '"', '\'', ' ', '.', ',', ';', ':', '(', ')', '[', ']']);
    Address::parse(t).filter(|a| !a.domain().is_empty() && !a.local().contains('@') || a.local().starts_with('"')).or_else(|| {
        let (local, domain) = t.rsplit_once('@')?;
        let local = local.trim_matches('"').rsplit(['@', ' ', '<']).next()?;
        Address::parse(&format!("{local}@{domain}"))
    })
}

/// Every address that stands in a text, in order, each once.
pub fn loose(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    let inside = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.@".contains(c);
    for token in text.split(|c: char| !inside(c)) {
        if !token.contains('@') || token.len() > 320 {
            continue;
        }
        let token = token.strip_prefix("mailto:").unwrap_or(token).trim_matches(['.', '\'', '-', '=', '/', '*', '&', '?', '`']);
        let Some(address) = Address::parse(token).filter(|a| a.domain().contains('.') && !a.local().contains('@')) else { continue };
        if found.len() < MAX_PARTIES && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The envelope sender in Return-Path: `Some(None)` is the null sender. Forwarders' and bounce filters' wrapping (SRS, BATV) is undone.
pub fn return_path(headers: &Headers) -> Option<Option<Address>> {
    let value = headers.all("return-path").next()?.trim();
    let inner = value.split_once('<').map_or(value, |(_, r)| r.split('>').next().unwrap_or(r)).trim();
    if inner.is_empty() || inner.eq_ignore_ascii_case("mailer-daemon") {
        return Some(None);
    }
    clean(inner).map(|a| Some(unwrap_sender(&a)))
}

/// `SRS0=hash=tt=domain=local@forwarder` and `SRS1=…`, `prvs=tag=local@domain` → the sender who was wrapped.
pub fn unwrap_sender(address: &Address) -> Address {
    let local = address.local();
    if local.starts_with("srs0") || local.starts_with("srs1") {
        let inner = local.rfind("=srs0").map_or(local, |at| &local[at + 1..]);
        let inner = local.split_once("==").map_or(inner, |(_, r)| r);
        let fields: Vec<&str> = inner.splitn(5, ['=', '+']).collect();
        let tail = match fields.as_slice() {
            [first, _, _, domain, user] if first.starts_with("srs") => Some((user, domain)),
            _ => None,
        };
        let short: Vec<&str> = inner.splitn(4, '=').collect();
        let tail = tail.or(match short.as_slice() {
            [_, _, domain, user] if !inner.starts_with("srs") => Some((user, domain)),
            _ => None,
        });
        return tail.and_then(|(user, domain)| Address::parse(&format!("{user}@{domain}"))).unwrap_or_else(|| address.clone());
    }
    match local.strip_prefix("prvs=").and_then(|l| l.split_once('=')) {
        Some((_, user)) => Address::parse(&format!("{user}@{}", address.domain())).unwrap_or_else(|| address.clone()),
        None => address.clone(),
    }
}

/// Every address at which the message arrived: reply tokens hide here when To is a list or a group.
pub fn delivered_to(headers: &Headers) -> Vec<Address> {
    const FIELDS: [&str; 10] = [
        "delivered-to",
        "x-original-to",
        "x-delivered-to",
        "x-forwarded-to",
        "x-forwarded-for",
        "envelope-to",
        "x-envelope-to",
        "x-rcpt-to",
        "apparently-to",
        "resent-to",
    ];
    let mut found: Vec<Address> = Vec::new();
    let mut add = |a: Address| {
        if found.len() < MAX_PARTIES && !found.contains(&a) {
            found.push(a);
        }
    };
    for field in FIELDS {
        for value in headers.all(field).take(50) {
            loose(value).into_iter().for_each(&mut add);
        }
    }
    // `for <address>` of the trace (RFC 5321 §4.4): all that a Bcc leaves.
    for value in headers.all("received").take(50) {
        let lower = value.to_ascii_lowercase();
        let after = lower.find(" for <").map(|at| &lower[at + 6..]);
        if let Some(address) = after.and_then(|a| a.split('>').next()).and_then(clean) {
            add(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Vec<(String, String)> {
        let text = |p: &Party| (p.name.clone().unwrap_or_default(), p.email.as_ref().map(ToString::to_string).unwrap_or_default());
        list(value).iter().map(text).collect()
    }

    #[test]
    fn reads_addresses_as_people_s_programs_write_them() {
        let one = |n: &str, e: &str| vec![(n.to_owned(), e.to_owned())];
        assert_eq!(shown("\"Patel, R.\" <R.Patel@Mail.example>"), one("Patel, R.", "r.patel@mail.example"));
        assert_eq!(shown("jo@x.example (Jo Resident)"), one("Jo Resident", "jo@x.example"));
        assert_eq!(shown("=?utf-8?Q?Zo=C3=AB_=3Czoe=40x=2Eexample=3E?="), one("Zoë", "zoe@x.example"));
        assert_eq!(shown("<jo@x.example>"), one("", "jo@x.example"));
        assert_eq!(shown("jo@x.example <jo@x.example>"), one("", "jo@x.example"));
        assert_eq!(shown("a@x.example; b@x.example").len(), 2);
        assert_eq!(shown("undisclosed-recipients:;"), vec![]);
        assert_eq!(shown("Jo Bloggs"), one("Jo Bloggs", ""));
    }

    #[test]
    fn unwraps_forwarders_senders() {
        let un = |a: &str| Address::parse(a).map(|a| unwrap_sender(&a).to_string());
        assert_eq!(un("SRS0=HHH=TT=home.example=jo@fwd.example").as_deref(), Some("jo@home.example"));
        assert_eq!(un("SRS1=GGG=fwd.example==HHH=TT=home.example=jo@two.example").as_deref(), Some("jo@home.example"));
        assert_eq!(un("prvs=123abc=jo@home.example").as_deref(), Some("jo@home.example"));
        assert_eq!(un("jo@home.example").as_deref(), Some("jo@home.example"));
    }
}
