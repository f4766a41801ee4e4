//! A plain request, where the model of answers has marked none: who has asked is not asked what they want.

use regex::Regex;
use std::sync::LazyLock;

/// More than this is a story, and no request.
const LONGEST: usize = 200;

/// How people ask.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:(?:please|pls|plz) \w+|(?:could|can|would|will) (?:you|someone|somebody|we|i) (?:please )?(?:\w+ )?(?:\w+)|(?:i|we|he|she|they)(?:['’]d| would)? (?:just |really |only )?(?:like|want|wants) (?:you|my|the|a|an|this|that|it|them|him|her|someone|somebody|something|to (?:know|be|have|see|hear)|\w+ed)|(?:i|we) need (?:a|an|the|my|this|it|someone|somebody|you) |(?:what|all) (?:i|we|he|she|they)(?:['’]d| would)? (?:like|want|need|ask)s? |is all (?:i|we) (?:ask|need|want)|when (?:will|is|are|can|am) (?:it|this|you|someone|somebody|the|my|i|we)|(?:i|we)(?:['’]d| would) be (?:grateful|obliged)|(?:may|might) (?:i|we|you) |any chance of)",
    )
    .expect("checked by the tests")
});

/// The same words where they ask for nothing: courtesies, the wish to complain or to have it looked at again, and what somebody else said.
static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:(?:like|want|wish) (?:this |it |to (?:\w+ )?)?(?:complain|make|raise|log(?:ged)?|lodge|register|report|record|bring|say|thank|put in|begin|start|point out|note)|please (?:find|note|see|be|bear|don['’]t|do not|accept|excuse|forgive|ignore|advise|confirm receipt)|look(?:ing)? forward|can (?:you|i) (?:imagine|believe|just say)|would you (?:believe|like|want)|can i (?:just )?say|if (?:you|they|he|she) (?:can|could|would|want))|(?:he|she|they) (?:said|asked|told|says)|\b(?:escalat|stage (?:2|two)|next stage|higher|senior|(?:with|to) (?:it|my (?:case|complaint))\b|complain|large print)",
    )
    .expect("checked by the tests")
});

/// Where a sentence ends: a stop, or a line.
static END: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"[.!?…]+["”'’)]*(?:\s+|$)|\n\s*\n|\n\s*[-•*]"#).expect("checked by the tests"));

/// The last sentence that asks for something.
pub fn asked(text: &str) -> Option<&str> {
    let mut from = 0;
    let mut found = None;
    for (start, end) in END.find_iter(text).map(|m| (m.start(), m.end())).chain([(text.len(), text.len())]) {
        let sentence = text.get(from..start)?.trim();
        from = end;
        // Who writes without stops asks at the end: from there on it is short enough.
        let tail = ASKS.find_iter(sentence).last().map(|m| if sentence.len() <= LONGEST { sentence } else { &sentence[m.start()..] });
        found = tail.filter(|t| t.len() <= LONGEST && !t.ends_with(':') && !COURTESY.is_match(t)).or(found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn a_plain_request_is_heard() {
        for (text, request) in [
            ("She sent him to the wrong address. Could you take that up with her? Helen", "Could you take that up with her"),
            ("It leaks.\n\nWhen will it be fixed?\n\nMr A Simms", "When will it be fixed"),
            ("Nobody came. Please ring me so I can report it. Pat", "Please ring me so I can report it"),
            ("I want something done about how I've been treated. Gill", "I want something done about how I've been treated"),
            ("yes or no is all we need", "yes or no is all we need"),
            (
                &format!("{} and all i want is one person to come and look", "they came and went ".repeat(20)),
                "all i want is one person to come and look",
            ),
            ("I'd like it mended. They said she could wait.", "I'd like it mended"),
        ] {
            assert_eq!(asked(text), Some(request), "{text}");
        }
    }

    #[test]
    fn courtesies_and_complaining_ask_for_nothing() {
        for text in [
            "I would like to make a formal complaint. The heating is off.",
            "Please find my letter attached.",
            "I look forward to hearing from you.",
            "He said can you wait in on Tuesday.",
            "If you want to know, it leaks.",
            "The lift is out again.",
            "I want this taken to stage 2.",
            "Please can you add it to my complaint.",
            "",
        ] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
