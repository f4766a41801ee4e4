//! Whether the words are surely not English.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use whatlang::{Lang, detect};

/// ISO 639-3, for a text long enough and a detector sure enough; `None` for English and for doubt. Short words in capitals, addresses and
/// names of streets look like any language: a wrong guess would send an English resident a question about her language.
pub fn of(text: &str) -> Option<String> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let words = || text.split_ascii_whitespace().filter(|w| is_word(w));
    let little = Little::count(words());
    if little.welsh() {
        return Some("cym".into());
    }
    // The detector is dear, and its answer would not count against English words in Latin letters.
    if little.english() && (text.is_ascii() || text.chars().all(|c| c < '\u{250}' || !c.is_alphabetic())) {
        return None;
    }
    let words: Vec<&str> = words().collect();
    let letters: usize = words.iter().map(|w| w.chars().filter(|c| c.is_alphabetic()).count()).sum();
    let info = detect(&words.join(" "))?;
    let latin = info.script() == whatlang::Script::Latin;
    // A script of its own needs few letters; among Latin languages it takes more to be sure.
    let enough = if latin { letters >= 50 && words.len() >= 9 } else { letters >= 12 };
    let sure = info.is_reliable() && info.confidence() > if latin { 0.9 } else { 0.5 } || !latin && info.confidence() > 0.3;
    (info.lang() != Lang::Eng && enough && sure && !(latin && little.english())).then(|| info.lang().code().to_owned())
}

/// The English name of a language that [`of`] found.
pub fn name(code: &str) -> &str {
    match Lang::from_code(code) {
        // Welsh is found by its little words: the detector does not know it.
        None if code == "cym" => "Welsh",
        None => code,
        Some(language) => language.eng_name(),
    }
}

/// Octets from the beginning that are looked at.
const LONGEST: usize = 8000;

/// Neither an address nor a number.
fn is_word(word: &str) -> bool {
    let (mut letter, mut slash) = (false, false);
    for b in word.bytes() {
        match b {
            b'@' => return false,
            b'/' => slash = true,
            _ => letter |= b.is_ascii_alphabetic(),
        }
    }
    (letter || !word.is_ascii() && word.chars().any(char::is_alphabetic)) && !(slash && word.contains("://"))
}

const ENGLISH: &[&str] = &[
    "the", "and", "is", "in", "my", "to", "of", "you", "it", "for", "have", "not", "no", "with", "was", "on", "i", "we", "this", "are",
    "be", "been", "that", "at",
];

/// Words that an English text has and a Welsh one has not.
const ENGLISH_ALONE: &[&str] = &["the", "and", "is", "my", "to", "of", "you", "it", "for", "have"];

const WELSH: &[&str] = &[
    "yn", "mae", "y", "yr", "i", "ac", "a", "ar", "wedi", "dw", "dwi", "rwy", "rydw", "fy", "ddim", "nid", "oes", "bod", "am", "gan",
    "eich", "ein", "yw", "ydy", "ers", "hyn", "wrth", "wyf", "heb", "ond", "sydd", "hon", "eto", "ni", "neu",
];

/// Words that hardly any other language has.
const WELSH_ALONE: &[&str] =
    &["mae", "yn", "wedi", "rwy", "dwi", "dw", "rydw", "ddim", "nid", "fy", "yr", "ydy", "yw", "wyf", "sydd", "oes"];

/// Which of the four lists each word is in, by the word as a number.
static LITTLE: LazyLock<Vec<(u32, [bool; 4])>> = LazyLock::new(|| {
    let mut all: BTreeMap<u32, [bool; 4]> = BTreeMap::new();
    for (at, list) in [ENGLISH, ENGLISH_ALONE, WELSH, WELSH_ALONE].into_iter().enumerate() {
        for word in list {
            all.entry(packed(word.as_bytes())).or_default()[at] = true;
        }
    }
    all.into_iter().collect()
});

/// Up to four ASCII letters in lower case, as one number.
fn packed(word: &[u8]) -> u32 {
    word.iter().fold(0, |held, b| held << 8 | u32::from(b.to_ascii_lowercase()))
}

/// A word without the marks around it.
fn bare(mut word: &[u8]) -> &[u8] {
    let mark = |b: &u8| b.is_ascii_punctuation() && *b != b'\'';
    while let [rest @ .., last] = word
        && mark(last)
    {
        word = rest;
    }
    while let [first, rest @ ..] = word
        && mark(first)
    {
        word = rest;
    }
    word
}

/// How many of a text's words are the little ones of English and of Welsh. A detector by letters takes telegraph-style English for Dutch or
/// Danish, and does not know Welsh: the little words give both away.
#[derive(Default)]
struct Little {
    words: usize,
    english: usize,
    english_alone: usize,
    welsh: usize,
    welsh_alone: usize,
}

impl Little {
    fn count<'w>(words: impl Iterator<Item = &'w str>) -> Little {
        let (mut little, all) = (Little::default(), &*LITTLE);
        for word in words {
            little.words += 1;
            // Every word of the lists has four letters at most, all of them ASCII; two marks may stand around it.
            let Some(bare) = (word.len() <= 8).then(|| bare(word.as_bytes())).filter(|b| b.len() <= 4 && b.is_ascii()) else { continue };
            let Ok(at) = all.binary_search_by_key(&packed(bare), |(w, _)| *w) else { continue };
            let is_in = all[at].1;
            little.english += usize::from(is_in[0]);
            little.english_alone += usize::from(is_in[1]);
            little.welsh += usize::from(is_in[2]);
            little.welsh_alone += usize::from(is_in[3]);
        }
        little
    }

    fn english(&self) -> bool {
        self.share(self.english) > 0.12
    }

    fn welsh(&self) -> bool {
        self.words >= 6 && self.share(self.welsh) > 0.34 && self.share(self.welsh_alone) > 0.12 && self.share(self.english_alone) < 0.06
    }

    fn share(&self, hits: usize) -> f64 {
        hits as f64 / self.words.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::{name, of};

    #[test]
    fn speaks_up_only_when_sure() {
        assert_eq!(of("Boiler off again. Nobody came. Flat 3 Milton Rd, ring me"), None);
        assert_eq!(
            of("Damp in kitchen, mould in bathroom, leak in hall, nobody here since Monday and still no call from you at all"),
            None
        );
        assert_eq!(of("Nie mam ogrzewania od dwóch tygodni i nikt do mnie nie oddzwonił, mam małe dziecko w domu").as_deref(), Some("pol"));
        assert_eq!(
            of("Mae'r boeler wedi torri eto ac nid oes neb wedi dod i'w drwsio ers pythefnos. Rwy'n oer yn y tŷ.").as_deref(),
            Some("cym")
        );
        assert_eq!(of("У мене немає опалення вже два тижні").as_deref(), Some("ukr"));
        assert_eq!(of("hi"), None);
        assert_eq!(["pol", "cym", "ukr"].map(name), ["Polish", "Welsh", "Ukrainian"]);
    }
}
