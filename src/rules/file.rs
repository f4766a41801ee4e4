//! Rule files as they are written: TOML, unknown keys refused. Positions are kept, so that every fault can be shown where it stands.

use crate::rules::spanned::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// As typed → as meant: `dont = "do not"`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
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
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LexiconRule {
    pub id: Spanned<String>,
    #[serde(default)]
    pub means: Option<String>,
    /// Words and phrase patterns; a word without an ending means all its forms.
    #[serde(default)]
    pub words: Vec<Spanned<String>>,
    /// In a site's layer: adds to the shipped list of this name instead of replacing it.
    #[serde(default)]
    pub extend: bool,
    /// In a site's layer: the shipped list of this name is empty.
    #[serde(default)]
    pub off: bool,
}

/// A fact that can be found in a message.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalRule {
    pub id: Spanned<String>,
    /// A clause that an officer would say: "says that nobody came". Only what changes a shipped signal can do without.
    pub means: Option<Spanned<String>>,
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
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    pub id: Spanned<String>,
    #[serde(default)]
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
    /// In a site's layer: adds to the shipped kind of this name instead of replacing it. A kind cannot be switched off.
    #[serde(default)]
    pub extend: bool,
}

/// What each condition weighs.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
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

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagRule {
    pub id: Spanned<String>,
    #[serde(default)]
    pub means: Option<String>,
    /// Any of these conditions raises it.
    #[serde(default)]
    pub raise: Vec<Spanned<String>>,
    /// Any of these raises it, and the statistical reader does not take it back.
    #[serde(default)]
    pub sure: Vec<Spanned<String>>,
    /// From which chance the statistical reader raises it too, and below which it takes it back. Without: it has no say.
    #[serde(default)]
    pub reader: Option<FlagReader>,
    /// Any of these holds it down.
    #[serde(default)]
    pub unless: Vec<Spanned<String>>,
    /// In a site's layer: adds to the shipped flag of this name instead of replacing it.
    #[serde(default)]
    pub extend: bool,
    /// In a site's layer: the flag is never raised.
    #[serde(default)]
    pub off: bool,
}

/// Chances in hundredths (0 to 100).
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagReader {
    /// Raises what no rule raises, from this chance on.
    #[schemars(range(max = 100))]
    pub raises: Option<u8>,
    /// Takes back what a rule raised by `raise`, below this chance.
    #[schemars(range(max = 100))]
    pub withdraws: Option<u8>,
}

/// A matter that messages speak of, for routes and signposts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicRule {
    pub id: Spanned<String>,
    /// What it is called: "lifts".
    pub means: Option<Spanned<String>>,
    /// Phrase patterns, any of which shows it.
    #[serde(default)]
    pub any: Vec<Spanned<String>>,
    /// In a site's layer: adds to the shipped topic of this name instead of replacing it.
    #[serde(default)]
    pub extend: bool,
    /// In a site's layer: the shipped topic of this name is never found.
    #[serde(default)]
    pub off: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
    /// What makes a complaint in so many words. Where the rules see a complaint or doubt, and one of these holds, the statistical reader does not
    /// weigh.
    #[serde(default)]
    pub stated: Vec<Spanned<String>>,
    /// What says outright that they are dissatisfied. Where the rules see a complaint or doubt, and one of these holds, a person looks before
    /// anything is left to a kind that nobody follows, however sure the statistical reader is.
    #[serde(default)]
    pub outright: Vec<Spanned<String>>,
    /// Of kinds that weigh the same, the one named first wins.
    pub order: Vec<Spanned<String>>,
}
