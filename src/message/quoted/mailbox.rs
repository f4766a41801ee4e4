//! Names and addresses as clients retell them: `Jo <jo@x>`, `Jo [mailto:jo@x]`, `Jo<mailto:jo@x> <jo@x<mailto:jo@x>>`.

use crate::model::address::Address;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub email: Option<Address>,
}

/// Most recipients that anybody needs of one block.
const MOST: usize = 200;

/// Every different address in the text, in order.
pub fn addresses(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    if !text.contains('@') {
        return found;
    }
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '[' | ']' | '(' | ')' | '"' | ',' | ';' | ':' | '|')) {
        if let Some(a) = word.contains('@').then(|| Address::parse(word.trim_matches(['\'', '*', '.', '‘', '’']))).flatten()
            && found.len() < MOST
            && !found.contains(&a)
        {
            found.push(a);
        }
    }
    found
}

/// One sender. "a@x on behalf of Jo <jo@x>" is Jo: the first only carried it.
pub fn mailbox(text: &str) -> Mailbox {
    let lower = text.to_ascii_lowercase();
    let text = match [" on behalf of ", " im auftrag von ", " de la part de "].iter().find_map(|w| lower.find(w).map(|i| i + w.len())) {
        // to_ascii_lowercase keeps every byte where it was.
        Some(at) if text[at..].contains('@') || !text.contains('@') => &text[at..],
        _ => text,
    };
    let email = addresses(text).into_iter().next();
    let cut = text.find(['<', '[']).or_else(|| text.find('(').filter(|_| text.contains('@'))).unwrap_or(text.len());
    let name = text[..cut].trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '*' | ',' | ';' | '“' | '”' | '‘' | '’'));
    // An address standing for a name says nothing new.
    let name = (!name.is_empty() && !name.contains('@') && name.chars().count() <= 120).then(|| name.to_string());
    Mailbox { name, email }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_in_every_dress() {
        for text in [
            "Jo Resident <jo@x.example>",
            "\"Jo Resident\" <jo@x.example>",
            "Jo Resident [mailto:jo@x.example]",
            "Jo Resident [jo@x.example]",
            "Jo Resident<mailto:jo@x.example> <jo@x.example<mailto:jo@x.example>>",
            "Jo Resident <jo@x.example<mailto:jo@x.example>>",
            "carrier@y.example <carrier@y.example> on behalf of Jo Resident <jo@x.example>",
            "'Jo Resident' <JO@x.example>",
            "Jo Resident (jo@x.example)",
        ] {
            let got = mailbox(text);
            assert_eq!(got.email.as_ref().map(Address::as_str), Some("jo@x.example"), "{text}");
            assert_eq!(got.name.as_deref(), Some("Jo Resident"), "{text}");
        }
        assert_eq!(mailbox("jo@x.example <jo@x.example>").name, None);
        assert_eq!(mailbox("Mr Winston Amory"), Mailbox { name: Some("Mr Winston Amory".into()), email: None });
    }
}
