//! Rule files as they are written: TOML, unknown keys refused. Positions are kept, so that every fault can be shown where it stands.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// As typed → as meant: `dont = "do not"`.
    #[serde(default)]
    pub spelling: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub lexicon: Vec<LexiconRule>,
    #[serde(default)]
    pub signal: Vec<SignalRule>,
    #[serde(default)]
    pub kind: Vec<KindRule>,
    #[serde(default)]
    pub flag: Vec<FlagRule>,
    #[serde(default)]
    pub topic: Vec<TopicRule>,
    pub judge: Option<JudgeRule>,
}

/// A named list of words and phrases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LexiconRule {
    pub id: Spanned<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub means: Option<String>,
    #[serde(default)]
    pub words: Vec<Spanned<String>>,
    /// In a site's layer: adds to the shipped list of this name instead of replacing it.
    #[serde(default)]
    pub extend: bool,
}

/// A fact that can be found in a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalRule {
    pub id: Spanned<String>,
    /// A clause that an officer would say: "says that nobody came".
    pub means: Spanned<String>,
    /// The paragraph of the Code or of the policy that makes it matter.
    #[serde(default)]
    pub why: Option<String>,
    /// Where it may stand; by default in the subject and the text.
    #[serde(default, rename = "in")]
    pub places: Vec<Spanned<String>>,
    /// Phrase patterns, any of which shows it.
    #[serde(default)]
    pub any: Vec<Spanned<String>>,
    /// Regular expressions, any of which shows it.
    #[serde(default)]
    pub regex: Vec<Spanned<String>>,
    /// Phrases that undo a find in the same sentence.
    #[serde(default)]
    pub unless: Vec<Spanned<String>>,
    /// Phrases that undo every find, wherever they stand.
    #[serde(default)]
    pub unless_anywhere: Vec<Spanned<String>>,
    /// Of whom the sentence must speak: us, neighbour, contractor or other.
    #[serde(default)]
    pub about: Vec<Spanned<String>>,
    /// Of whom it must not speak (unless it speaks of us too).
    #[serde(default)]
    pub not_about: Vec<Spanned<String>>,
    /// A "not" within three words before undoes it.
    #[serde(default)]
    pub not_negated: bool,
    /// Found when this holds of other signals: `asked-before and still-broken`.
    #[serde(default)]
    pub when: Option<Spanned<String>>,
    /// Sentences in which `check` must find it, and must not.
    #[serde(default)]
    pub yes: Vec<Spanned<String>>,
    #[serde(default)]
    pub no: Vec<Spanned<String>>,
    /// In a site's layer: adds to the shipped signal of this name instead of replacing it.
    #[serde(default)]
    pub extend: bool,
    /// In a site's layer: the shipped signal of this name is never found.
    #[serde(default)]
    pub off: bool,
}

/// How signals speak for and against a kind. Each entry is a condition: `nobody-came and not praise`, `stage is open`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    pub id: Spanned<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub means: Option<String>,
    /// Without this the kind cannot be.
    #[serde(default)]
    pub needs: Option<Spanned<String>>,
    /// With this the kind cannot be.
    #[serde(default)]
    pub never: Option<Spanned<String>>,
    #[serde(default, rename = "for")]
    pub speaks_for: Weights,
    #[serde(default)]
    pub against: Weights,
    #[serde(default)]
    pub extend: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    #[serde(default)]
    pub decisive: Vec<Spanned<String>>,
    #[serde(default)]
    pub strong: Vec<Spanned<String>>,
    #[serde(default)]
    pub some: Vec<Spanned<String>>,
    #[serde(default)]
    pub slight: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagRule {
    pub id: Spanned<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub means: Option<String>,
    /// Any of these conditions raises it.
    pub raise: Vec<Spanned<String>>,
    /// Any of these holds it down.
    #[serde(default)]
    pub unless: Vec<Spanned<String>>,
    #[serde(default)]
    pub extend: bool,
}

/// A matter that messages speak of, for routes and signposts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicRule {
    pub id: Spanned<String>,
    pub means: Spanned<String>,
    pub any: Vec<Spanned<String>>,
    #[serde(default)]
    pub extend: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeRule {
    /// Two kinds that lie closer than this are left to a person.
    pub margin: i32,
    /// A complaint that lies closer than this behind something that nobody follows is taken for the complaint.
    #[serde(default)]
    pub prefer_complaint: i32,
    /// … and one that lies closer than this is left to a person.
    #[serde(default)]
    pub doubt: i32,
    /// Points for each nat by which the statistical reader prefers a kind; 0 silences it.
    #[serde(default)]
    pub reader: i32,
    /// Of kinds that weigh the same, the one named first wins.
    pub order: Vec<Spanned<String>>,
}
