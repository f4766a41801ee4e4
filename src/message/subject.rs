//! What a subject's prefixes say: an answer, something passed on, or neither.

use super::words;
use std::sync::LazyLock;

/// The first prefix decides: `Re: Fwd: x` answers a forward, `Fwd: Re: x` passes an answer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    Reply,
    Forward,
    /// None, or one that means different things in different languages (VS: "svar" in Finnish, "videresendt" in Norwegian).
    Neither,
}

static FORWARD: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("prefix forward"));

static REPLY: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("prefix reply"));

/// The first prefix that says anything, tags such as `[EXTERNAL]` or `***SPAM***` passed over.
pub fn prefix(subject: &str) -> Prefix {
    let mut rest = subject.trim_start();
    for _ in 0..8 {
        rest = rest.trim_start();
        if let Some(after) = tag(rest) {
            rest = after;
            continue;
        }
        let Some((head, after)) = head(rest) else { return Prefix::Neither };
        if FORWARD.contains(&head.as_str()) {
            return Prefix::Forward;
        }
        if REPLY.contains(&head.as_str()) {
            return Prefix::Reply;
        }
        // "EXTERNAL:" and "VS:" say nothing either way; what follows may. A long word is the subject itself.
        if head.chars().count() > 10 {
            return Prefix::Neither;
        }
        rest = after;
    }
    Prefix::Neither
}

/// `[EXT] rest`, `***SPAM*** rest`, `{Spam?} rest` → rest.
fn tag(s: &str) -> Option<&str> {
    let close = match s.chars().next()? {
        '[' => ']',
        '{' => '}',
        '*' => {
            let inner = s.trim_start_matches('*');
            let end = inner.find('*')?;
            return (end <= 30).then(|| inner[end..].trim_start_matches('*'));
        }
        _ => return None,
    };
    let end = s.find(close)?;
    (end <= 40).then(|| &s[end + close.len_utf8()..])
}

/// `Re[2]: rest` → ("re", rest); the head in lower case, without its count.
fn head(s: &str) -> Option<(String, &str)> {
    let colon = s.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：'))?;
    let mut head = s[..colon.0].trim();
    if let Some(open) = head.find(['[', '(', '^']) {
        head = head[..open].trim();
    }
    if head.is_empty() || !head.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'')) {
        return None;
    }
    Some((head.to_lowercase().replace('\u{307}', "").trim_end_matches('.').to_string(), &s[colon.0 + colon.1.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_prefix_decides() {
        for s in [
            "Fwd: Re: mould",
            "FW: mould",
            "WG: Schimmel",
            "TR : moisissure",
            "[EXTERNAL] FW: x",
            "İLT: rutubet",
            "转发：漏水",
            "Fwd[2]: x",
            "***SPAM*** Fw: x",
            "Doorst: lek",
        ] {
            assert_eq!(prefix(s), Prefix::Forward, "{s}");
        }
        for s in ["Re: Fwd: mould", "RE: mould", "AW: x", "SV: x", "Odp: x", "Re[2]: x", "[EXT] Re: x", "YNT: x"] {
            assert_eq!(prefix(s), Prefix::Reply, "{s}");
        }
        for s in ["mould", "Boiler: third time", "", "VS: kosteus", "14:30 appointment missed"] {
            assert_eq!(prefix(s), Prefix::Neither, "{s}");
        }
    }
}
