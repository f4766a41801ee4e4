//! Words as people type them → words as rules know them: case, accents, apostrophes, drawn-out letters, text-speak and typing slips.

use super::hash::Table;
use super::stem::stem;
use super::tokens::UNKNOWN;

/// The vocabulary of a ruleset. Every word that a pattern uses has a number, and so has every stem.
#[derive(Clone, Debug, Default)]
pub struct Spelling {
    /// "u" → "you", "dont" → "do not": from the rule files.
    rewrites: Table<Box<str>, Vec<Box<str>>>,
    /// Word → (word's number, stem's number).
    words: Table<Box<str>, (u32, u32)>,
    stems: Table<Box<str>, u32>,
    /// A word with one letter left out → the word. Only words of six letters or more: shorter ones have too many neighbours.
    slips: Table<Box<str>, Box<str>>,
}

const SHORTEST_SLIP: usize = 6;

impl Spelling {
    pub fn rewrite(&mut self, from: &str, to: &[&str]) {
        self.rewrites.insert(fold(from).into(), to.iter().map(|w| fold(w).into()).collect());
    }

    pub fn stem_count(&self) -> usize {
        self.stems.len()
    }

    /// Numbers for a word of a pattern.
    pub fn intern(&mut self, word: &str) -> (u32, u32) {
        if let Some(&known) = self.words.get(word) {
            return known;
        }
        let mut buffer = String::new();
        stem(word, &mut buffer);
        let next = self.stems.len() as u32;
        let stem_number = *self.stems.entry(buffer.into()).or_insert(next);
        let numbers = (self.words.len() as u32, stem_number);
        self.words.insert(word.into(), numbers);
        if word.len() >= SHORTEST_SLIP && word.is_ascii() {
            for cut in deletions(word) {
                self.slips.entry(cut.into()).or_insert_with(|| word.into());
            }
        }
        numbers
    }

    /// The words that a pattern's word stands for ("don't" is two), before they have numbers.
    pub fn expand(&self, word: &str) -> Vec<String> {
        let mut out = Vec::new();
        self.rewritten(&fold(word), &mut |w| out.push(w.to_string()));
        out
    }

    /// Hands on each word that `raw` stands for, with its numbers.
    pub fn normalise(&self, raw: &str, mut emit: impl FnMut(&str, u32, u32)) {
        let folded = fold(raw);
        let mut buffer = String::new();
        self.rewritten(&folded, &mut |word| {
            if let Some(&(exact, stemmed)) = self.words.get(word) {
                return emit(word, exact, stemmed);
            }
            stem(word, &mut buffer);
            if let Some(&stemmed) = self.stems.get(buffer.as_str()) {
                return emit(word, UNKNOWN, stemmed);
            }
            match self.meant(word) {
                Some((meant, exact, stemmed)) => emit(meant, exact, stemmed),
                None => emit(word, UNKNOWN, UNKNOWN),
            }
        });
    }

    fn rewritten(&self, folded: &str, emit: &mut dyn FnMut(&str)) {
        if drawn(folded) {
            let known = |w: &str| self.words.contains_key(w) || self.rewrites.contains_key(w) || w.ends_with("'ll");
            return self.rewritten(&shorten(folded, known), emit);
        }
        if let Some(known) = self.rewrites.get(folded) {
            known.iter().for_each(|w| emit(w));
            return;
        }
        if let Some((base, suffix)) = folded.rsplit_once('\'') {
            if suffix == "t" && base.ends_with('n') && base.len() > 1 {
                let verb = match base {
                    "can" => "can",
                    "won" => "will",
                    "shan" => "shall",
                    "ain" => "is",
                    _ => &base[..base.len() - 1],
                };
                emit(verb);
                return emit("not");
            }
            let second = match suffix {
                "ve" => Some("have"),
                "re" => Some("are"),
                "ll" => Some("will"),
                "m" => Some("am"),
                "d" => Some("would"),
                "s" if TAKES_IS.contains(&base) => Some("is"),
                _ => None,
            };
            let joined = folded.replace('\'', "");
            let base = if second.is_none() && suffix != "s" { joined.as_str() } else { base };
            match self.rewrites.get(base) {
                Some(known) => known.iter().for_each(|w| emit(w)),
                None => emit(&base.replace('\'', "")),
            }
            if let Some(second) = second {
                emit(second);
            }
            return;
        }
        emit(folded);
    }

    /// The word that a slip of one letter was for: one left out, one too many, one wrong, or two swapped.
    fn meant(&self, word: &str) -> Option<(&str, u32, u32)> {
        if word.len() < SHORTEST_SLIP || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return None;
        }
        let known = |w: &str| self.words.get_key_value(w).map(|(k, &(e, s))| (&**k, e, s));
        // One letter left out of the word that was meant.
        if let Some(meant) = self.slips.get(word).filter(|m| m.as_bytes()[0] == word.as_bytes()[0]) {
            return known(meant);
        }
        let mut found = None;
        for cut in deletions(word) {
            // One letter too many.
            if cut.len() >= SHORTEST_SLIP
                && let Some(hit) = known(&cut)
                && hit.0.as_bytes()[0] == word.as_bytes()[0]
            {
                return Some(hit);
            }
            if let Some(meant) = self.slips.get(cut.as_str()).filter(|m| near(word, m)) {
                found = found.or(known(meant));
            }
        }
        found
    }
}

/// Words whose 's is "is" and never a possessive.
const TAKES_IS: &[&str] = &[
    "it",
    "that",
    "there",
    "here",
    "what",
    "where",
    "who",
    "how",
    "he",
    "she",
    "nobody",
    "noone",
    "everything",
    "nothing",
    "something",
    "this",
    "when",
    "why",
    "one",
    "everyone",
    "somebody",
    "someone",
    "anybody",
    "anyone",
];

/// Lower case, without accents, with one kind of apostrophe.
fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            _ if c.is_ascii() => out.push(c),
            '’' | '‘' | 'ʼ' => out.push('\''),
            '\u{300}'..='\u{36f}' => {}
            _ => c.to_lowercase().for_each(|l| out.push_str(unaccented(l, &mut [0; 4]))),
        }
    }
    out
}

fn unaccented(c: char, buffer: &mut [u8; 4]) -> &str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'ī' => "i",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'ù'..='ü' | 'ū' | 'ű' => "u",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ŵ' => "w",
        'ł' => "l",
        'ś' | 'š' => "s",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        _ => c.encode_utf8(buffer),
    }
}

fn drawn(word: &str) -> bool {
    word.as_bytes().windows(3).any(|w| w[0] == w[1] && w[1] == w[2] && w[0].is_ascii_alphabetic())
}

/// "sooooo" → "so", "weeeks" → "weeks": three or more of a letter are one or two, whichever makes a word that is known.
fn shorten(word: &str, known: impl Fn(&str) -> bool) -> String {
    // Only what is drawn out is shortened: "stttill" keeps its two l.
    let squeeze = |most: usize| {
        let mut out = String::with_capacity(word.len());
        let letters: Vec<char> = word.chars().collect();
        for run in letters.chunk_by(|a, b| a == b) {
            let kept = if run.len() > 2 && run[0].is_ascii_alphabetic() { most } else { run.len() };
            out.extend(&run[..kept]);
        }
        out
    };
    let double = squeeze(2);
    if known(&double) { double } else { squeeze(1) }
}

fn deletions(word: &str) -> impl Iterator<Item = String> + '_ {
    // The first letter is hardly ever the wrong one, and keeping it keeps false friends away.
    (1..word.len()).map(move |i| format!("{}{}", &word[..i], &word[i + 1..]))
}

/// One substitution or one swap of neighbours, same first letter.
fn near(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() || a[0] != b[0] {
        return false;
    }
    let wrong: Vec<usize> = (0..a.len()).filter(|&i| a[i] != b[i]).collect();
    match wrong[..] {
        [i] => a.len() > SHORTEST_SLIP && i + 1 < a.len(),
        [i, j] => j == i + 1 && a[i] == b[j] && a[j] == b[i],
        _ => false,
    }
}
