//! Which words of a message the second reader must not look at: what names a person, a place, an address, a reference or an amount.
//! Nobody is read by their name, and the model holds nobody's.

use crate::rules::tokens::{Tokens, UNKNOWN};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// May be looked at.
    Open,
    Name,
    /// Anything with a digit: sums, dates, telephones, postcodes, references.
    Number,
    /// Mail and web addresses.
    Address,
}

impl Mask {
    /// The word that is read in the place of one that is not to be.
    pub fn word(self, norm: &str) -> &str {
        match self {
            Mask::Open => norm,
            Mask::Name => "<name>",
            Mask::Number => "<number>",
            Mask::Address => "<address>",
        }
    }

    pub fn class(self) -> &'static str {
        match self {
            Mask::Open | Mask::Address => super::classes::OTHER,
            Mask::Name => "NAME",
            Mask::Number => "NUMBER",
        }
    }
}

const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "dr", "cllr", "councillor", "rev", "prof"];

/// One mask for each token. A word is taken for a name where it is written large within a sentence or in a line of large words alone
/// (a signature), or follows a title, and no rule knows it.
pub fn masks(text: &str, tokens: &Tokens) -> Vec<Mask> {
    let shouts = text.chars().filter(|c| c.is_uppercase()).count() * 2 > text.chars().filter(|c| c.is_alphabetic()).count();
    let mut out = vec![Mask::Open; tokens.all.len()];
    let written = |at: usize| &text[tokens.all[at].start as usize..tokens.all[at].end as usize];
    let unknown = |at: usize| tokens.all[at].exact == UNKNOWN && tokens.all[at].stem == UNKNOWN;
    let large = |at: usize| !shouts && written(at).starts_with(char::is_uppercase) && unknown(at);
    for (words, _) in &tokens.sentences {
        let signature = words.len() <= 4 && words.clone().all(|at| written(at).starts_with(char::is_uppercase));
        for at in words.clone() {
            let titled =
                at > words.start && TITLES.contains(&tokens.norm(at - 1)) && (unknown(at) || written(at).starts_with(char::is_uppercase));
            out[at] = if written(at).bytes().any(|b| b.is_ascii_digit()) {
                Mask::Number
            } else if titled || large(at) && (at > words.start || signature || at + 1 < words.end && large(at + 1)) {
                Mask::Name
            } else {
                Mask::Open
            };
        }
    }
    for (from, word) in text.split_whitespace().map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w)) {
        if word.contains('@') || word.contains("://") || word.starts_with("www.") {
            let inside = |t: &crate::rules::tokens::Token| (from..from + word.len()).contains(&(t.start as usize));
            tokens.all.iter().zip(&mut out).filter(|(t, _)| inside(t)).for_each(|(_, mask)| *mask = Mask::Address);
        }
    }
    out
}
