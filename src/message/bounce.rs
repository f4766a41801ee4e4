//! Reports about delivery: RFC 3464, 8098 and 5965, and the many bounces that follow none of them.

use super::automatic::{self, Facts, any, list};
use super::email::address::{clean, loose};
use super::email::ids;
use crate::model::address::Address;
use crate::model::message::{Automatic, Bounce};

/// What a report says: its kind, the addresses it is about, the Message-IDs it is about.
#[derive(Debug, Default, PartialEq)]
pub struct Report {
    pub kind: Option<Automatic>,
    pub bounce: Option<Bounce>,
    pub about: Vec<String>,
}

pub fn read(facts: &Facts) -> Option<Report> {
    let part =
        |name: &str| facts.reports.iter().find(|(mime, _)| mime == name || mime.replace("global-", "") == name).map(|(_, t)| t.as_str());
    let returned = || Returned::find(facts);
    let report_type = facts.report_type.as_str();
    if let Some(text) = part("message/disposition-notification") {
        let original = field_values(text, "original-message-id");
        let about = original.iter().flat_map(|v| ids::all(v)).chain(returned().id).collect();
        return Some(Report { kind: Some(Automatic::ReadReceipt), bounce: None, about });
    }
    if report_type == "disposition-notification" {
        return Some(Report {
            kind: Some(Automatic::ReadReceipt),
            bounce: None,
            about: returned().id.into_iter().chain(facts.in_reply_to.clone()).collect(),
        });
    }
    if part("message/feedback-report").is_some() || report_type == "feedback-report" {
        return Some(Report { kind: Some(Automatic::FeedbackReport), bounce: None, about: returned().id.into_iter().collect() });
    }
    // Some programs put the fields of RFC 3464 into the text instead of a part of their own.
    let told = is_bounce_text(facts);
    let inline = || Some(facts.whole).filter(|t| told && t.to_ascii_lowercase().contains("final-recipient:"));
    let status = part("message/delivery-status").or_else(inline);
    if status.is_some() || told {
        let returned = returned();
        let bounce = failed(facts, status, &returned);
        let mut about: Vec<String> = returned.id.into_iter().collect();
        if about.is_empty() {
            about = ids_in_text(facts.whole);
        }
        if about.is_empty() {
            about.extend(facts.in_reply_to.clone().or_else(|| facts.references.last().cloned()));
        }
        return Some(Report { kind: Some(Automatic::Bounce), bounce: Some(bounce), about });
    }
    None
}

/// The message that came back, as far as it did.
#[derive(Default)]
struct Returned {
    id: Option<String>,
    to: Vec<Address>,
}

impl Returned {
    fn find(facts: &Facts) -> Returned {
        let text = facts.reports.iter().find(|(mime, _)| mime.ends_with("headers")).map(|(_, t)| t.as_str());
        let text = text.or(facts.returned).or_else(|| copy_in(facts.whole).map(|at| &facts.whole[at..]));
        let Some(text) = text else { return Returned::default() };
        let head: String = text.chars().take(60_000).collect();
        let one = |name: &str| field_values(&head, name).into_iter().next();
        Returned {
            id: one("message-id").and_then(|v| ids::all(&v).into_iter().next()),
            to: one("to").map(|v| loose(&v)).unwrap_or_default(),
        }
    }
}

/// The failed addresses, and whether for good.
fn failed(facts: &Facts, status: Option<&str>, returned: &Returned) -> Bounce {
    let mut bounce = Bounce::default();
    let (mut delayed, mut arrived) = (false, false);
    let (mut permanent, mut passing) = (false, false);
    let add = |a: Address, list: &mut Vec<Address>| {
        if list.len() < 500 && !list.contains(&a) {
            list.push(a);
        }
    };
    for block in status.map(blocks).unwrap_or_default() {
        let get = |name: &str| block.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let address =
            |v: &str| clean(v.rsplit(';').next().unwrap_or(v).split('<').next_back().unwrap_or(v)).or_else(|| loose(v).into_iter().next());
        let found: Vec<Address> =
            ["original-recipient", "final-recipient", "x-actual-recipient"].into_iter().filter_map(get).filter_map(address).collect();
        if found.is_empty() {
            continue;
        }
        let action = get("action").unwrap_or("failed").to_ascii_lowercase();
        if action.starts_with("delayed") {
            delayed = true;
        } else if ["delivered", "relayed", "expanded"].iter().any(|w| action.starts_with(w)) {
            arrived = true;
        } else {
            let diagnosis = format!("{} {}", get("status").unwrap_or_default(), get("diagnostic-code").unwrap_or_default());
            match class(&diagnosis) {
                Some(4) => passing = true,
                _ => permanent = true,
            }
            found.into_iter().for_each(|a| add(a, &mut bounce.failed));
        }
    }
    if bounce.failed.is_empty() && !delayed && !arrived {
        let text = &facts.whole[..copy_in(facts.whole).unwrap_or(facts.whole.len())];
        delayed = is_delay(facts.subject, text);
        if !delayed {
            facts.headers.all("x-failed-recipients").flat_map(loose).for_each(|a| add(a, &mut bounce.failed));
            if bounce.failed.is_empty() {
                in_text(facts, text).into_iter().for_each(|a| add(a, &mut bounce.failed));
            }
            if bounce.failed.is_empty() {
                returned.to.iter().cloned().for_each(|a| add(a, &mut bounce.failed));
            }
            match class(text) {
                Some(4) => passing = true,
                _ => permanent = true,
            }
        }
    }
    bounce.permanent = permanent && !passing && !bounce.failed.is_empty();
    bounce
}

/// 4 or 5: the class of the first enhanced status (RFC 3463) or SMTP reply code in a text.
fn class(text: &str) -> Option<u8> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).take(3000);
    let mut reply = None;
    for word in words {
        let b = word.as_bytes();
        let digits = |s: &str| !s.is_empty() && s.len() <= 3 && s.bytes().all(|b| b.is_ascii_digit());
        let mut fields = word.trim_end_matches('.').split('.');
        if let (Some(c @ ("4" | "5")), Some(s), Some(d), None) = (fields.next(), fields.next(), fields.next(), fields.next())
            && digits(s)
            && digits(d)
        {
            return c.parse().ok();
        }
        if reply.is_none() && b.len() == 3 && matches!(b[0], b'4' | b'5') && matches!(b[1], b'2'..=b'5') && b[2].is_ascii_digit() {
            reply = Some(b[0] - b'0');
        }
    }
    reply
}

/// Addresses that a bounce's own words name, best evidence first; never its sender's, its receiver's or a postmaster's.
fn in_text(facts: &Facts, text: &str) -> Vec<Address> {
    let own: Vec<&Address> = facts.to.iter().chain(facts.from.iter().copied()).collect();
    let good = |a: &Address| {
        !own.iter().any(|o| **o == *a) && !matches!(a.local(), "postmaster" | "mailer-daemon" | "abuse" | "support" | "helpdesk")
    };
    let mut firm: Vec<Address> = Vec::new();
    let mut loosely: Vec<Address> = Vec::new();
    let mut near = 0; // lines left in which an address on its own is what failed
    for line in text.lines().take(2000) {
        let trimmed = line.trim();
        let lower = trimmed.to_lowercase();
        let found: Vec<Address> = loose(trimmed).into_iter().filter(&good).collect();
        let starts = trimmed.starts_with('<') || found.first().is_some_and(|a| lower.starts_with(a.as_str()));
        let code = class(trimmed).is_some();
        if !found.is_empty() && (starts || code || any("bounce line", &lower) || near > 0) && !lower.starts_with("from:") {
            firm.extend(found.into_iter().take(if starts { 1 } else { 3 }));
        } else {
            loosely.extend(found);
        }
        near = if any("bounce follows", &lower) { 6 } else { near - i32::from(near > 0) };
    }
    if firm.is_empty() { loosely.into_iter().take(1).collect() } else { firm }
}

/// Where in a text the copy of the returned message begins: two or more header lines of a mail together.
pub fn copy_in(text: &str) -> Option<usize> {
    let names = [
        "received:",
        "return-path:",
        "message-id:",
        "from:",
        "to:",
        "subject:",
        "date:",
        "mime-version:",
        "x-",
        "content-type:",
        "delivered-to:",
    ];
    let mut run: Option<(usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let t = line.trim_start_matches(['>', ' ', '|']).to_ascii_lowercase();
        let folded = line.starts_with([' ', '\t']) && run.is_some();
        if names.iter().any(|n| t.starts_with(n)) && t.contains(':') {
            let (start, count) = run.unwrap_or((at, 0));
            if count >= 2 {
                return Some(start);
            }
            run = Some((start, count + 1));
        } else if !folded {
            run = None;
        }
        at += line.len();
    }
    None
}

fn is_delay(subject: &str, text: &str) -> bool {
    let subject = subject.to_lowercase();
    let words = text.to_lowercase();
    ["delayed", "(delay)", "warning: could not send", "warning: message", "warning--could not", "delay notification", "still being retried"]
        .iter()
        .any(|w| subject.contains(w))
        || [
            "will keep trying",
            "this is a warning message only",
            "you do not need to resend",
            "has not been delivered yet",
            "not yet been delivered",
            "delivery attempts will continue",
            "will continue to try",
            "will retry for",
        ]
        .iter()
        .any(|w| words.contains(w))
}

/// Whether a mail that is no RFC 3464 report is a bounce all the same: who it is from must agree with what it says. A lost envelope (the null
/// sender) and a missing From prove less than a daemon's name: people's complaints are full of things that were rejected, could not be
/// delivered and do not exist.
fn is_bounce_text(facts: &Facts) -> bool {
    let subject = facts.subject.to_lowercase();
    let text = &facts.spotted.text[..facts.spotted.text.floor_char_boundary(6000)];
    let sender: String = facts.from.map(|a| a.local().replace(['-', '_', '.'], "")).unwrap_or_default();
    let name = facts.from_name.to_lowercase();
    let by_address = list("bounce daemon").iter().any(|w| sender.starts_with(w));
    let listed = facts.headers.has("x-failed-recipients");
    let daemon = by_address || listed || facts.report_type == "delivery-status" || any("bounce name", &name);
    let nobody = facts.return_path == Some(None) || facts.from.is_none();
    let titled = any("bounce subject", &subject);
    let said = if facts.spotted.any("bounce says", 6000) { list("bounce says").iter().filter(|w| text.contains(*w)).count() } else { 0 };
    let code = || class(text).is_some();
    // “Re:” and “FW:” are a person's who writes about a bounce, unless the daemon itself puts them there.
    let passed_on = ["re:", "fw:", "fwd:", "wg:", "tr:", "rv:"].iter().any(|p| subject.starts_with(p));
    if daemon {
        return !(passed_on && !by_address && !listed) && (titled || said >= 2 || said >= 1 && code() || listed);
    }
    if passed_on || !(titled || said >= 1) {
        return false;
    }
    let spoken = automatic::speaks(facts.text);
    let told = text.contains('@') && code(); // a reply code, and of whom
    !automatic::grievance(facts.text) && (nobody && (told || titled && said >= 1 && !spoken) || told && titled && said >= 2 && !spoken)
}

/// Our own Message-IDs, or any, that a bounce quotes in running text.
fn ids_in_text(text: &str) -> Vec<String> {
    let head: String = text.chars().take(20_000).collect();
    let lower = head.to_ascii_lowercase();
    let Some(at) = lower.find("message-id") else { return Vec::new() };
    let line: String = head.get(at..).unwrap_or_default().chars().take(400).collect();
    ids::all(&line).into_iter().filter(|i| i.contains('@')).take(1).collect()
}

/// Blocks of fields, parted by empty lines (RFC 3464 §2.1), unfolded, names in lower case.
fn blocks(text: &str) -> Vec<Vec<(String, String)>> {
    let mut out: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines().take(20_000) {
        let Some(last) = out.last_mut() else { break };
        if line.trim().is_empty() {
            if !last.is_empty() && out.len() < 1000 {
                out.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) && !last.is_empty() {
            if let Some((_, value)) = last.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            // Two recipients with no empty line between them: a second Final-Recipient begins a block of its own.
            let name = name.trim().to_ascii_lowercase();
            if name == "final-recipient" && last.iter().any(|(n, _)| *n == name) && out.len() < 1000 {
                out.push(Vec::new());
            }
            if let Some(last) = out.last_mut() {
                last.push((name, value.trim().to_owned()));
            }
        }
    }
    out
}

fn field_values(text: &str, name: &str) -> Vec<String> {
    blocks(text).into_iter().flatten().filter(|(n, _)| n.trim_start_matches(['>', ' ', '|']) == name).map(|(_, v)| v).collect()
}
