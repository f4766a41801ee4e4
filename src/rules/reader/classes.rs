//! Classes of words: who is spoken of, denial, time, wish, doubt. A run of classes holds for words that nobody wrote before.

use crate::rules::hash::Table;
use std::sync::LazyLock;

pub const OTHER: &str = "_";

pub fn class(word: &str) -> &'static str {
    static OF: LazyLock<Table<&str, &str>> = LazyLock::new(|| {
        // A word has the class under which it stands first.
        CLASSES.iter().rev().flat_map(|(class, words)| words.split_whitespace().map(move |word| (word, *class))).collect()
    });
    OF.get(word).unwrap_or(&OTHER)
}

const CLASSES: &[(&str, &str)] = &[
    ("YOU", "you your yours council landlord housing association office officer manager staff team"),
    ("ME", "i my me we our us mine"),
    ("THEY", "he she they him her them his their somebody someone anybody man bloke guy lad woman"),
    (
        "TRADE",
        "plumber engineer contractor contractors operative electrician workman workmen builder builders gasman surveyor roofer cleaner cleaners",
    ),
    ("NEIGHBOUR", "neighbour neighbours neighbor upstairs downstairs door kids youths tenants residents"),
    ("NOT", "not no never nothing nobody none cannot without neither"),
    ("IF", "if unless whether case would could might may should"),
    ("FEAR", "hope afraid worried worry fear dread expect suppose guess"),
    ("SAY", "said told says heard apparently promised assured mentioned tell say"),
    ("WILL", "will shall going tomorrow next soon"),
    ("AGAIN", "still yet again since already another twice times third second keep keeps kept always every"),
    ("WAS", "was were had did came went got been rang phoned called wrote emailed asked reported left"),
    ("IS", "is are am has have do does be"),
    ("ASK", "please can need want like"),
    ("WARM", "thank thanks grateful appreciate appreciated lovely brilliant great pleased kind happy delighted good"),
    ("WHAT", "how what when where who why which"),
    ("?", "?"),
    ("£", "£"),
    (
        "TIME",
        "day days week weeks month months year years hour hours monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december yesterday today morning afternoon",
    ),
    ("BUT", "but however although though despite only just"),
    ("AND", "and or so because as that"),
];
