//! Whom they have spoken to or dealt with, and what stands in their words for when it began.

use crate::rules::{Place, Role, Signals, Words};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// People and teams that residents deal with.
const ROLES: &str = "engineers?|plumbers?|electricians?|roofers?|plasterers?|decorators?|painters?|gardeners?|cleaners?|caretakers?|concierge|wardens?|fitters?|joiners?|carpenters?|\
    glaziers?|operatives?|workm[ea]n|contractors?|surveyors?|inspectors?|housing officers?|officers?|managers?|supervisors?|forem[ae]n|foreman|receptionists?|advis[eo]rs?|call handlers?|\
    handlers?|directors?|scheduler|planners?|drivers?|enforcement|repairs? (?:team|line|desk)|call cent(?:re|er)|contact cent(?:re|er)|customer services?|customer care|helpline|\
    out of hours (?:team|line|lot)|emergency line|reception|income team|rent team|\\w+ teams?|(?:\\w+ )?office|(?:\\w+ )?inbox|heatwell|axis|sparkline|bright ?roofing";

// Word ends are ASCII's here: by Unicode's, one typographic apostrophe puts the whole text through the slowest of the matchers.
static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    let text = format!(
        r"(?i)(?-u:\b)(?:(?:your|the|a|an|ur|our|this|that|one of your|some)\s+)?(?:(?:own|young|new|other|second|same|heating|gas|repairs?|estate|local|main|senior|lettings|neighbourhood|tenancy|housing|maintenance|complaints?|void|voids|planned|income)\s+){{0,2}}(?:{ROLES})(?-u:\b)(?:,?\s+(?:called|named)\s+(?-i:[A-Z])\w+|\s+(?-i:[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?))?"
    );
    Regex::new(&text).expect("checked by the tests")
});
/// "Mrs Rudge", "a girl called Meg", "the lad on the phone", "somebody named Tom in your office".
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:(?-u:\b)(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w'\u{2019}-]+(?:\s+[A-Z][\w'\u{2019}-]+)?)|(?:(?i:(?-u:\b)(?:a|an|the|some|your|ur)\s+(?:\w+\s+)?(?:lady|girl|man|lad|lads|men|woman|bloke|chap|fella|fellow|gentleman|guy|person|someone|somebody)(?-u:\b)(?:\s+(?:called|named)\s+\w+|\s+(?:on|at|in|from)\s+(?:the|your)\s+(?:phone|phones|desk|office|line|front desk|call centre|counter))?))|(?:(?-u:\b)(?i:called|named)\s+[A-Z][a-z]+)",
    )
    .expect("checked by the tests")
});
/// A first name to whom something was said: "told Imran", "rang and spoke to Becky", "Priya said".
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?i:told|spoke to|spoken to|speaking to|rang|asked|emailed|messaged|wrote to|said by|told by|promised by|by|from)\s+([A-Z][a-z]+(?:\s+[A-Z][a-z]+)?(?:\s+(?:in|from|at|on)\s+(?:your|the)\s+[\w ]{2,24}?(?-u:\b)(?:team|office|desk|phones?|line))?)")
        .expect("checked by the tests")
});
const CONTACT: [&str; 26] = [
    "told",
    "spoke",
    "rang",
    "ring",
    "phoned",
    "called",
    "asked",
    "emailed",
    "wrote",
    "reported",
    "said",
    "says",
    "promised",
    "came",
    "visited",
    "looked",
    "shrugged",
    "laughed",
    "contacted",
    "texted",
    "complained",
    "answered",
    "swore",
    "agreed",
    "sent",
    "looking",
];

/// The best single answer to "whom have you spoken to?".
pub fn who(text: &str) -> Option<String> {
    const NOT_NAMES: [&str; 23] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "You",
        "The",
        "Easter",
        "Christmas",
    ];
    let named = NAMED.find_iter(text).map(|m| (3 + near(text, m.start(), m.end()), m.range()));
    let spoken = SPOKEN.captures_iter(text).filter_map(|c| c.get(1)).filter(|m| !NOT_NAMES.iter().any(|n| m.as_str().starts_with(n)));
    let roles = ROLE.find_iter(text).map(|m| (2 + near(text, m.start(), m.end()), m.range()));
    let mut best: Option<(i32, Range<usize>)> = None;
    // Of equals the first that was looked for: a name says more than a trade.
    for (score, span) in named.chain(spoken.map(|m| (5, m.range()))).chain(roles) {
        if score >= 3 && best.as_ref().is_none_or(|(top, _)| score > *top) {
            best = Some((score, span));
        }
    }
    best.map(|(_, span)| text[span].trim().to_owned())
}

/// Whether words of speaking and dealing stand close by.
fn near(text: &str, start: usize, end: usize) -> i32 {
    let before = text[..start].char_indices().rev().take(24).last().map_or(start, |(i, _)| i);
    let after = text[end..].char_indices().take(20).last().map_or(end, |(i, c)| end + i + c.len_utf8());
    let window = |range: Range<usize>| {
        let lower = text[range].to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).any(|w| CONTACT.contains(&w))
    };
    2 * i32::from(window(before..start)) + 2 * i32::from(window(end..after))
}

/// The best single answer to "when did it start?".
pub fn when(words: &Words<'_>, signals: &Signals) -> Option<String> {
    let said = |part: usize| words.parts.get(part).is_some_and(|p| p.place == Place::Text || p.place == Place::Subject);
    let weight = |t: &&crate::rules::TimeSpan| -> i32 {
        let role = match t.role {
            Role::Onset => 10,
            Role::Contact => 4,
            Role::Future | Role::Life => 0,
        };
        role + 4 * i32::from(t.lasting) + i32::from(words.parts.get(t.part).is_some_and(|p| p.place == Place::Text))
    };
    let times: Vec<_> = signals.times.iter().filter(|t| said(t.part) && weight(t) >= 4).collect();
    // Of equals the first: people say when it began before they say what came of it.
    let top = times.iter().map(weight).max()?;
    times.into_iter().find(|t| weight(t) == top).map(|t| t.words.trim().to_owned())
}
