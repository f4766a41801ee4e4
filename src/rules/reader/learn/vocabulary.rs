//! Which features a model may hold: only what several messages of several authors share, so that nobody's message can be read back from
//! it, and no word that is mostly somebody's name.

use super::super::features::{Group, Seen};
use super::super::masks::{Mask, masks};
use super::super::{FLAGS, values};
use super::Lesson;
use crate::rules::judge::{FlagReader, Ruled};
use crate::rules::tokens::Tokens;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Messages, and authors, in which a feature must occur before a model may hold it.
pub const LEAST_MESSAGES: u32 = 5;
pub const LEAST_AUTHORS: usize = 2;

/// What was seen in one message.
pub struct Noted {
    /// How often each feature occurs.
    seen: BTreeMap<(Group, String), u32>,
    /// Words by whether they stood for a name here.
    words: BTreeMap<String, (u32, u32)>,
    /// What the rules alone say of each flag, in the order of `FLAGGED`.
    pub ruled: [(Ruled, FlagReader); FLAGS],
}

impl Default for Noted {
    fn default() -> Noted {
        Noted { seen: BTreeMap::new(), words: BTreeMap::new(), ruled: [(Ruled::Silent, FlagReader::default()); FLAGS] }
    }
}

impl Noted {
    pub fn add(&mut self, seen: &Seen) {
        *self.seen.entry((seen.group, seen.name.concat())).or_default() += 1;
    }

    /// Notes which words stand for names here, and which do not.
    pub fn names(&mut self, text: &str, tokens: &Tokens) {
        for (at, mask) in masks(text, tokens).into_iter().enumerate() {
            let count = self.words.entry(tokens.norm(at).to_string()).or_default();
            match mask {
                Mask::Name => count.0 += 1,
                Mask::Open => count.1 += 1,
                Mask::Number | Mask::Address => {}
            }
        }
    }
}

pub struct Feature {
    pub group: Group,
    pub name: String,
    pub rarity: f64,
}

pub struct Vocabulary {
    /// In the order of group and name.
    pub features: Vec<Feature>,
    numbers: HashMap<(Group, String), u32>,
}

impl Vocabulary {
    pub fn of<'a>(lessons: impl Iterator<Item = (&'a Lesson, &'a Noted)> + Clone) -> Vocabulary {
        let mut names: HashMap<&str, (u32, u32)> = HashMap::new();
        let mut found: BTreeMap<&(Group, String), (u32, BTreeSet<&str>)> = BTreeMap::new();
        let mut messages = 0u32;
        for (lesson, noted) in lessons {
            messages += 1;
            for (word, (as_name, open)) in &noted.words {
                let count = names.entry(word).or_default();
                count.0 += as_name;
                count.1 += open;
            }
            for feature in noted.seen.keys() {
                let (count, authors) = found.entry(feature).or_default();
                *count += 1;
                if authors.len() < LEAST_AUTHORS {
                    authors.insert(&lesson.author);
                }
            }
        }
        let names: HashSet<&str> =
            names.into_iter().filter(|(_, (as_name, open))| *as_name > 0 && as_name >= open).map(|(w, _)| w).collect();
        let mut out = Vocabulary { features: Vec::new(), numbers: HashMap::new() };
        for ((group, name), (count, authors)) in found {
            let named = *group == Group::Words && name.split(' ').any(|w| names.contains(w));
            if count >= LEAST_MESSAGES && authors.len() >= LEAST_AUTHORS && !named {
                out.numbers.insert((*group, name.clone()), out.features.len() as u32);
                let rarity = libm::log(f64::from(1 + messages) / f64::from(1 + count)) + 1.0;
                out.features.push(Feature { group: *group, name: name.clone(), rarity: super::super::file::hundredths(rarity) });
            }
        }
        out
    }

    /// The values of a message's known features, as reading computes them.
    pub fn values(&self, noted: &Noted) -> Vec<(u32, f64)> {
        let known = noted.seen.iter().filter_map(|(feature, count)| Some((*self.numbers.get(feature)?, *count)));
        let seen = known.flat_map(|(number, count)| (0..count).map(move |_| number)).collect();
        values(seen, |number| (self.features[number as usize].group, self.features[number as usize].rarity))
    }
}
