//! What a text is about, well enough to tell one complaint of a person from another.

use aho_corasick::AhoCorasick;
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// Matters that residents write of, each with the beginnings of the words that name it.
const MATTERS: &[(&str, &[&str])] = &[
    ("heating", &["heat", "boiler", "radiator", "thermostat", "hot water", "cylinder", "immersion"]),
    ("leak", &["leak", "drip", "flood", "burst", "water coming", "ceiling", "pipe"]),
    ("damp", &["damp", "mould", "mold", "condensation", "black spots"]),
    ("roof", &["roof", "gutter", "chimney", "slates", "downpipe"]),
    ("window", &["window", "glazing", "glazed", "pane.", "draught"]),
    ("door", &["front door", "back door", "fire door", "main door", "door entry", "lock", "hinge", "fob", "intercom", "buzzer", "keys"]),
    ("electric", &["electric", "socket", "wiring", "wires", "fuse", "light", "bulb", "lamp"]),
    ("lift", &["lift."]),
    ("kitchen", &["kitchen", "worktop", "cupboard", "cooker", "drawer"]),
    ("bathroom", &["bath", "shower", "wetroom", "toilet", "basin", "wet room", "tiles", "tiling", "wc"]),
    ("drain", &["drain", "sewage", "sewer", "manhole", "toilet blocked"]),
    ("parking", &["parking", "permit", "car park", "parked", "bay", "garage"]),
    ("rent", &["rent.", "arrears", "direct debit", "income team", "refund", "universal credit", "overpaid"]),
    ("charge", &["service charge", "invoice", "ground rent", "management fee", "bill."]),
    (
        "garden",
        &[
            "garden", "grass", "hedge", "tree", "fence", "gate.", "lawn", "leaf.", "leaves", "shrub", "bush", "grounds", "mow", "strim",
            "path", "paving",
        ],
    ),
    ("cleaning", &["clean", "bleach", "mop", "sweep", "dirty"]),
    ("waste", &["bin", "rubbish", "recycl", "waste", "fly-tip", "skip."]),
    ("pest", &["mice", "mouse", "rats", "rat", "pigeon", "cockroach", "wasp", "pest", "infest", "bedbug", "ants"]),
    ("noise", &["noise", "noisy", "music", "barking", "banging", "drilling", "shouting", "diary sheets"]),
    ("neighbour", &["neighbour", "antisocial", "anti-social", "asb"]),
    ("move", &["transfer", "exchange", "bidding", "allocation", "moving", "void", "viewing", "waiting list"]),
    ("adaptation", &["adaptation", "rail.", "handrail", "ramp.", "stairlift", "occupational", "wheelchair", "scooter"]),
    ("data", &["data", "privacy", "private", "confidential", "gdpr", "somebody else's letter"]),
    ("conduct", &["rude", "attitude", "shouted", "sneer", "laughed", "receptionist", "spoke to me", "swore", "manner"]),
    ("scaffold", &["scaffold"]),
    ("gas", &["gas", "lgsr", "carbon monoxide"]),
    ("alarm", &["alarm", "pull cord", "detector", "sprinkler"]),
    ("floor", &["floor", "carpet", "lino", "laminate"]),
    ("plaster", &["plaster", "paint", "decorat"]),
    ("pets", &["pet", "dog", "cat"]),
    ("lease", &["lease", "tenancy", "succession", "ews1", "right to buy", "sale"]),
    ("laundry", &["laundry", "drying", "washing line"]),
    ("play", &["playground", "swing.", "slide"]),
    ("bike", &["bike", "bicycle", "cycle", "shed"]),
    ("stairs", &["stair", "step.", "landing", "handrail"]),
    ("balcony", &["balcony", "balconies"]),
];

/// Words that every complaint holds, and that tell none from another.
const COMMON: &[&str] = &[
    "about",
    "again",
    "also",
    "answer",
    "because",
    "been",
    "before",
    "came",
    "case",
    "come",
    "complain",
    "complaint",
    "could",
    "dear",
    "does",
    "done",
    "email",
    "from",
    "further",
    "have",
    "hello",
    "help",
    "here",
    "house",
    "housing",
    "into",
    "just",
    "kind",
    "know",
    "landlord",
    "last",
    "letter",
    "like",
    "look",
    "made",
    "make",
    "matter",
    "month",
    "more",
    "much",
    "never",
    "nobody",
    "nothing",
    "number",
    "office",
    "once",
    "only",
    "other",
    "over",
    "please",
    "problem",
    "promise",
    "promised",
    "received",
    "reference",
    "regard",
    "repair",
    "reply",
    "report",
    "response",
    "rang",
    "ring",
    "said",
    "same",
    "send",
    "sent",
    "since",
    "sincerely",
    "some",
    "someone",
    "something",
    "sort",
    "stage",
    "still",
    "tell",
    "than",
    "thank",
    "thanks",
    "that",
    "their",
    "them",
    "then",
    "there",
    "they",
    "thing",
    "this",
    "time",
    "today",
    "told",
    "until",
    "very",
    "waiting",
    "want",
    "week",
    "well",
    "went",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "will",
    "with",
    "work",
    "would",
    "year",
    "yesterday",
    "your",
    "yours",
    "people",
    "contractor",
    "tenant",
    "resident",
    "back",
    "good",
    "morning",
    "afternoon",
    "team",
    "need",
    "says",
    "wrote",
    "write",
    "call",
    "called",
    "days",
    "after",
    "every",
    "mr",
    "mrs",
    "miss",
    "down",
    "even",
    "first",
    "second",
    "though",
    "think",
    "through",
    "took",
    "upset",
    "happy",
    "unhappy",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "attached",
    "photo",
    "photos",
    "receipt",
    "twice",
    "things",
    "anything",
    "going",
];

/// The matters' words, each behind a space, and the matter of each.
static NAMED: LazyLock<(AhoCorasick, Vec<&str>)> = LazyLock::new(|| {
    let (mut words, mut matters) = (Vec::new(), Vec::new());
    for (matter, stems) in MATTERS {
        for stem in *stems {
            // Short stems must be the whole word or its plural: "rat" is not "rather", nor "path" pathetic.
            let forms = match stem.strip_suffix('.').or((stem.len() <= 3).then_some(stem)) {
                Some(whole) => vec![format!(" {whole} "), format!(" {whole}s ")],
                None => vec![format!(" {stem}")],
            };
            matters.extend(forms.iter().map(|_| *matter));
            words.extend(forms);
        }
    }
    (AhoCorasick::new(words).expect("a few hundred words make an automaton"), matters)
});

static COMMONS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.iter().copied().collect());

/// What a text is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    pub matters: BTreeSet<&'static str>,
    words: BTreeSet<String>,
}

pub fn topic(text: &str) -> Topic {
    let folded: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '\'' { c.to_ascii_lowercase() } else { ' ' }).collect();
    let tokens: Vec<&str> = folded.split_whitespace().collect();
    let spaced = format!(" {} ", tokens.join(" "));
    let (named, matters) = &*NAMED;
    let matters = named.find_overlapping_iter(&spaced).map(|found| matters[found.pattern().as_usize()]).collect();
    let words = tokens
        .iter()
        .map(|t| t.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|t| t.chars().count() >= 4 && !t.chars().any(|c| c.is_ascii_digit()) && !COMMONS.contains(t))
        .map(stem)
        .filter(|t| !COMMONS.contains(t.as_str()))
        .collect();
    Topic { matters, words }
}

/// The word without its commonest endings.
fn stem(word: &str) -> String {
    for ending in ["ings", "ing", "ies", "ed", "es", "s"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().count() >= 4
        {
            return stem.into();
        }
    }
    word.into()
}

impl Topic {
    pub fn is_empty(&self) -> bool {
        self.matters.is_empty() && self.words.is_empty()
    }

    /// From 0 (nothing in common) to 1: how much of the smaller text's matters and words the larger one shares.
    pub fn likeness(&self, other: &Topic) -> f64 {
        let share = |common: usize, a: usize, b: usize| if a.min(b) == 0 { 0.0 } else { common as f64 / a.min(b) as f64 };
        let matters = share(self.matters.intersection(&other.matters).count(), self.matters.len(), other.matters.len());
        let words = share(self.words.intersection(&other.words).count(), self.words.len(), other.words.len());
        (0.6 * matters + 0.8 * words).min(1.0)
    }

    /// True when most of what it says, and no little, was said before.
    pub fn retells(&self, other: &Topic) -> bool {
        let common = self.words.intersection(&other.words).count();
        common >= 4 && 5 * common >= 3 * self.words.len()
    }

    /// True when nearly all that it says was said before, however short: an edit, a second sending by the same person.
    pub fn repeats(&self, other: &Topic) -> bool {
        let common = self.words.intersection(&other.words).count();
        self.retells(other) || common >= 2 && 5 * common >= 4 * self.words.len()
    }

    /// True when it names a matter, and the other's is another.
    pub fn elsewhere(&self, other: &Topic) -> bool {
        !self.matters.is_empty() && !other.is_empty() && self.matters.is_disjoint(&other.matters)
    }

    /// True when it names a matter, and neither a matter nor a telling word is the other's.
    pub fn apart_from(&self, other: &Topic) -> bool {
        !self.matters.is_empty() && !other.is_empty() && self.matters.is_disjoint(&other.matters) && self.words.is_disjoint(&other.words)
    }
}

#[cfg(test)]
mod tests {
    use super::topic;

    #[test]
    fn tells_two_complaints_of_one_person_apart() {
        let heating = topic("complaint - heating at 60 Sherwood Avenue. Thermostat fitted by you in Nov has never worked");
        let bike = topic("Your estate officer has had my son's bicycle removed from the shed");
        let receipt = topic("Receipt for the bike attached, £189");
        assert!(receipt.likeness(&bike) > receipt.likeness(&heating));
        assert!(bike.apart_from(&heating));
        assert!(!topic("the engineer came about the thermostat").apart_from(&heating));
    }

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(topic("I would rather not").matters.is_empty());
        assert!(topic("a rat in the yard").matters.contains("pest"));
    }

    #[test]
    fn says_nothing_of_words_that_every_complaint_holds() {
        assert!(topic("I want to complain about what you said in your letter, please reply").is_empty());
    }
}
