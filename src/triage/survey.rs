//! What an answer to a survey says of us: whether it is satisfied, and whether anybody stands behind it.

use super::reply::Survey;
use crate::rules::Signals;
use regex::Regex;
use std::sync::LazyLock;

/// "3 / 10", "1 out of 5", "2 stars".
static RATING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})\s*(?:/|out of|of)\s*(5|7|10|100)\b|\b([1-5]) ?(?:stars?|\*)").expect("checked by the tests"));
/// An answer that is a bare figure after its question: "satisfied were you? 1".
static BARE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:q\d+|\d+[.)]).{0,160}?[?:.]\s+(\d{1,2})(?:[.,;\s]|$)").expect("checked by the tests"));

const UNHAPPY: [&str; 26] = [
    "dissatisfied",
    "not satisfied",
    "unsatisfied",
    "unhappy",
    "not happy",
    "very poor",
    "poor",
    "terrible",
    "awful",
    "filthy",
    "useless",
    "no faith",
    "disappointed",
    "never heard",
    "resolved? no",
    "resolved?  no",
    "resolved: no",
    "kept informed? no",
    "unlikely",
    "strongly disagree",
    "disagree",
    "bad",
    "rubbish",
    "slow",
    "rude",
    "not at all",
];
const HAPPY: [&str; 8] =
    ["very satisfied", "fairly satisfied", "quite satisfied", "satisfied", "happy with", "very happy", "excellent", "no complaints"];
const NOBODY: [&str; 8] = [
    "respondent: anonymous",
    "(anonymous)",
    "anonymous response",
    "anonymous survey",
    "anonymously",
    "name: anonymous",
    "respondent: not given",
    "name withheld",
];

/// What is dissatisfied weighs more than what is content: "overall 8, but nobody rang back" is told how to complain.
pub fn survey(signals: &Signals, said: &str) -> Survey {
    let lower = said.to_lowercase().replace('\u{2019}', "'");
    let figure = |text: Option<regex::Match<'_>>| text.and_then(|m| m.as_str().parse::<u32>().ok());
    let low = RATING.captures_iter(&lower).any(|c| match (figure(c.get(1)), figure(c.get(2)), figure(c.get(3))) {
        (Some(got), Some(most), _) => got * 2 <= most,
        (_, _, Some(stars)) => stars <= 2,
        _ => false,
    }) || BARE.captures_iter(&lower).any(|c| figure(c.get(1)).is_some_and(|n| n <= 2));
    let holds = |words: &[&str], text: &str| words.iter().any(|w| text.contains(w));
    // "Dissatisfied" holds "satisfied", and "not happy" "happy": what is unhappy is looked for where the happy words were taken out.
    let without = HAPPY.iter().fold(lower.clone(), |text, w| {
        if holds(&["dissatisfied", "unsatisfied", "not satisfied", "not happy"], &text) { text } else { text.replace(w, " ") }
    });
    let felt = ["let-down", "displeased", "grievance", "poor-service", "angry"].iter().any(|id| signals.has(id));
    let content = holds(&HAPPY, &lower) && !holds(&UNHAPPY, &without) && !low;
    Survey { dissatisfied: low || holds(&UNHAPPY, &without) || felt && !content, anonymous: holds(&NOBODY, &lower) }
}

#[cfg(test)]
mod tests {
    use super::survey;
    use crate::rules::Signals;

    #[test]
    fn tells_content_from_discontent() {
        let said = |text: &str| survey(&Signals::default(), text);
        assert!(said("Q1 Overall: 3 / 10").dissatisfied);
        assert!(
            said("Q4  Overall, how satisfied were you with how we handled your complaint?  1. If there was a 0 you'd have it.")
                .dissatisfied
        );
        assert!(said("Very dissatisfied. Nobody rang").dissatisfied);
        assert!(!said("Overall: 9 / 10. Very satisfied, lovely lad").dissatisfied);
        assert!(said("Respondent: anonymous").anonymous);
        assert!(!said("Respondent: Jo Moss").anonymous);
    }
}
