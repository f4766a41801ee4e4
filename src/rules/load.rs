//! Rule files → a compiled ruleset, or every fault in them.

use super::answers::Answers;
use super::compile::compile;
use super::condition::Condition;
use super::index::Phrase;
use super::judge::{FlagRule, KindRule};
use super::layers::{Layer, reader_layer, shipped_layer, site_layer};
use super::matcher::Lexicon;
use super::reader::Reader;
use super::scan::Places;
use super::spelling::Spelling;
use crate::model::decision::Kind;
use crate::model::fault::Fault;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// A compiled ruleset. Expensive to build, cheap to ask; share it by reference.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    /// SHA-256 (hex) over the names and bytes of its files: the same digest decides the same.
    pub digest: String,
    /// Advice from the lint: nothing that stops it from running.
    pub advice: Vec<Fault>,
    pub(super) spelling: Spelling,
    pub(super) lexicons: Vec<Lexicon>,
    /// In the order of their ids; topics are among them, as `topic:<id>`.
    pub(super) signals: Vec<Signal>,
    pub(super) patterns: Vec<Pattern>,
    /// By stem number: the patterns that are filed under it.
    pub(super) index: Vec<Vec<u32>>,
    pub(super) expressions: Expressions,
    /// Signals made of signals, each after those that it names.
    pub(super) derived: Vec<usize>,
    pub(super) kinds: Vec<KindRule>,
    pub(super) flags: Vec<FlagRule>,
    pub(super) reader: Reader,
    pub(super) answers: Answers,
    /// Hundredths: what a nat of the reader weighs beside the rules.
    pub(super) reader_weight: i32,
    /// What makes a complaint in so many words.
    pub(super) stated: Vec<Condition>,
    /// What says outright that they are dissatisfied.
    pub(super) outright: Vec<Condition>,
    pub(super) margin: i32,
    pub(super) prefer_complaint: i32,
    pub(super) doubt: i32,
    pub(super) order: Vec<Kind>,
    /// Places in which any signal looks.
    pub(super) places: Places,
    /// The stem number that stands for "a time is spoken of".
    pub(super) time_stem: u32,
    /// The lists that say "us" and "not".
    pub(super) us: Option<usize>,
    pub(super) not: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Signal {
    pub id: Arc<str>,
    pub means: Arc<str>,
    /// The paragraph that makes it matter.
    pub why: Option<String>,
    pub places: Places,
    pub unless: Vec<Phrase>,
    pub about: Vec<usize>,
    pub not_about: Vec<usize>,
    pub not_negated: bool,
    pub when: Option<Condition>,
}

#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub signal: usize,
    pub phrase: Phrase,
    /// An `unless_anywhere`: a match takes back every find of the signal.
    pub undoes: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Expressions {
    /// The expressions without their word boundaries: finds whatever they find, and more, but in one quick walk over any text.
    pub likely: regex::RegexSet,
    pub each: Vec<(usize, regex::Regex)>,
}

impl Default for Expressions {
    fn default() -> Expressions {
        Expressions { likely: regex::RegexSet::empty(), each: Vec::new() }
    }
}

impl Ruleset {
    /// The ids of the topics that it looks for.
    pub fn topic_ids(&self) -> Vec<&str> {
        self.signals.iter().filter_map(|s| s.id.strip_prefix("topic:")).collect()
    }

    /// The paragraph of the Code or of the policy for which a signal is looked for, as its rule names it.
    pub fn why(&self, signal: &str) -> Option<&str> {
        let at = self.signals.binary_search_by(|s| (*s.id).cmp(signal)).ok()?;
        self.signals[at].why.as_deref()
    }
}

/// The shipped rules with the `*.toml` of a site's folder laid over them (policies and calendars in it are not read here).
/// `Err` holds every fault, advice too.
pub fn load(site: Option<&Path>) -> Result<Ruleset, Vec<Fault>> {
    load_with_reader(site, None)
}

/// As `load`, with another reader's model laid over both.
pub fn load_with_reader(site: Option<&Path>, reader: Option<&Path>) -> Result<Ruleset, Vec<Fault>> {
    let mut layers = vec![shipped_layer()];
    if let Some(folder) = site {
        layers.push(site_layer(folder)?);
    }
    if let Some(file) = reader {
        layers.push(reader_layer(file)?);
    }
    compile(&layers)
}

/// As `load`, with the site's layer given as (file name, text). For tests and for rules that a person is still writing.
pub fn load_texts(site: &[(&str, &str)]) -> Result<Ruleset, Vec<Fault>> {
    let site = Layer { files: site.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect(), ..Layer::default() };
    compile(&[shipped_layer(), site])
}

/// The rules that are embedded in the binary.
///
/// # Panics
/// Never in a binary that passed its tests, one of which loads them.
pub fn shipped() -> &'static Ruleset {
    static SHIPPED: LazyLock<Ruleset> = LazyLock::new(|| {
        compile(&[shipped_layer()]).unwrap_or_else(|faults| {
            let told: Vec<String> = faults.iter().filter(|f| f.fatal).map(ToString::to_string).collect();
            panic!("the shipped rules are at fault:\n{}", told.join("\n"))
        })
    });
    &SHIPPED
}
