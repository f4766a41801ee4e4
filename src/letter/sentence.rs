//! The sentences of a message. Rules and models pick out clauses, which read badly alone ("the 9th", "We now have two."): a letter gives
//! them back in their sentence, and with the one before where that is too little to know what is meant.

use super::quote::{POINT_CHARS, is_insulting, is_private, one_line};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A sentence's end: a stop, with what closes after it, before a space.
static END: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"[.!?…]+["”'’)]*\s+"#).expect("the pattern is written here"));

/// A line this short was ended by its writer; a longer one by a mail program.
const SHORT_LINE: usize = 50;

/// Fewer words than this say little by themselves.
const THIN: usize = 10;
/// A sentence with fewer than this is a name, or a courtesy.
const WORTH: usize = 5;

/// At most so many sentences are put before a point.
const BEFORE: usize = 2;

/// What speaks of something that was said before it.
static LEANS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W*(?:it|its|it['’]s|that|that['’]s|this|these|those|they|them|their|he|she|his|her|then|and|but|so|if|nor|neither|either|each|both|none|told|because|which|who|same|again|instead)\b",
    )
    .expect("the pattern is written here")
});

/// How people begin a message.
static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:hi|hiya|hello|hey|dear|madam|sir|to whom it may concern)(?:[ ,]+[\w./'’-]+){0,3}?\s*[,.!:]|good (?:morning|afternoon|evening|day)(?:\s+[\w'’-]+){0,3}\s*[,.!:]|(?:morning|afternoon|evening)(?:\s+(?:all|team|both|sir|madam))?\s*[,.!:])(?:\s+|$)",
    )
    .expect("the pattern is written here")
});

/// What numbers a line of a list.
static MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\)|\d{1,2}\.|[-*•–—])\s+").expect("the pattern is written here"));

/// How people say that they were in touch.
static SPOKE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:i|we|i['’]ve|we['’]ve|she|he|they|my \w+)(?: have| had| has)?(?: \w+)? (?:rang|rung|phoned|called|emailed|texted|told|reported|spoke|spoken|wrote|written|messaged|complained|chased)\b|\b(?:told|reported|rang|phoned|emailed|chased|spoke to) (?:you|yous|it|this|them|the|your|again|twice|\d)",
    )
    .expect("the pattern is written here")
});

/// A sentence that says no more than that this is a complaint.
static ANNOUNCES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)\bcomplain(?:t|ing)?\W*$").expect("the pattern is written here"));

/// The sentences of a text in their order, each on one line: wrapped lines joined, lines that were ended on purpose apart. An empty one
/// stands between paragraphs.
pub fn sentences(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let line = one_line(line, usize::MAX);
        let length = line.chars().count();
        match lines.last_mut() {
            Some(last) if goes_on && length > 0 => *last = std::mem::take(last) + " " + &line,
            _ => lines.push(line),
        }
        goes_on = length >= SHORT_LINE;
    }
    let mut out = Vec::new();
    for line in &lines {
        if line.is_empty() {
            out.push(String::new());
            continue;
        }
        let mut from = 0;
        for end in END.find_iter(line) {
            out.push(line[from..end.end()].trim().to_owned());
            from = end.end();
        }
        out.extend(Some(line[from..].trim()).filter(|rest| !rest.is_empty()).map(str::to_owned));
    }
    out
}

/// The sentences that hold `words`; the words themselves where they are not found, or where the sentence has more than `most` characters.
pub fn whole(words: &str, told: &[String], most: usize) -> String {
    let words = one_line(words, 4 * POINT_CHARS);
    let found = place(&words, told).map(|at| told[at].join(" "));
    found.filter(|sentence| sentence.chars().count() <= most).unwrap_or(words)
}

/// A point as it can be understood: its sentence, with what it leans on. Nothing before `after` is used, which another point has said.
/// Answers the place after it, too.
pub fn point(words: &str, told: &[String], after: usize) -> (String, usize) {
    let words = one_line(words, 4 * POINT_CHARS);
    let Some(at) = place(&words, told) else { return (words, after) };
    let fits = |range: Range<usize>| Some(told[range].join(" ")).filter(|text| text.chars().count() <= POINT_CHARS);
    let Some(mut text) = fits(at.clone()) else { return (words, at.end) };
    let thin = |text: &str| text.split_whitespace().count() < THIN;
    let only_greets = |sentence: &str| GREETING.find(sentence).is_some_and(|m| m.end() == sentence.len());
    let usable = |sentence: &String| {
        let empty = sentence.is_empty() || only_greets(sentence) || ANNOUNCES.is_match(sentence);
        !empty && !is_private(sentence) && !is_insulting(sentence)
    };
    let mut from = at.start;
    while (thin(&text) || LEANS.is_match(&told[from])) && from > after && at.start - from < BEFORE && usable(&told[from - 1]) {
        let Some(longer) = fits(from - 1..at.end) else { break };
        (from, text) = (from - 1, longer);
    }
    let next = told.get(at.end).filter(|next| thin(&text) && next.split_whitespace().count() >= WORTH && usable(next));
    match next.and_then(|_| fits(from..at.end + 1)) {
        Some(longer) => (longer, at.end + 1),
        None => (text, at.end),
    }
}

/// True where the sender tells of having rung, written or spoken to somebody.
pub fn spoke(text: &str) -> bool {
    SPOKE.is_match(text)
}

/// Which sentences hold some words.
fn place(words: &str, told: &[String]) -> Option<Range<usize>> {
    if words.is_empty() {
        return None;
    }
    if let Some(one) = told.iter().position(|sentence| sentence.contains(words)) {
        return Some(one..one + 1);
    }
    let start = (0..told.len()).find(|&i| told[i..].join(" ").find(words).is_some_and(|at| at < told[i].len()))?;
    let end = (start + 1..=told.len()).find(|&end| told[start..end].join(" ").contains(words))?;
    Some(start..end)
}

/// A sentence without "Hi," before it, unless it is nothing else, and without the mark of a list.
pub fn without_greeting(sentence: &str) -> &str {
    let rest = GREETING.find(sentence).map_or(sentence, |m| &sentence[m.end()..]);
    let rest = MARK.find(rest).map_or(rest, |m| &rest[m.end()..]);
    if rest.trim().is_empty() { sentence } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point_of(words: &str, text: &str) -> String {
        point(words, &sentences(text), 0).0
    }

    #[test]
    fn clauses_are_given_back_in_their_sentence() {
        let text = "Hello,\nI reported it on the 3rd, the 9th and the\n17th. Twice nobody came (no call!) and I waited in.\n\nKaren\n31 Tanners Court";
        assert_eq!(whole("Hello", &sentences(text), POINT_CHARS), "Hello,");
        let wrapped =
            format!("I reported it on the 3rd of the month, then on the 9th and then\non the 17th. Nobody came. {}", "x".repeat(400));
        let told = sentences(&wrapped);
        assert_eq!(
            whole("then on the 9th", &told, POINT_CHARS),
            "I reported it on the 3rd of the month, then on the 9th and then on the 17th."
        );
        assert_eq!(whole("Nobody came", &told, POINT_CHARS), "Nobody came.");
        assert_eq!(whole("on the 17th. Nobody", &told, POINT_CHARS), told[..2].join(" "));
        assert_eq!(whole("xxxx", &told, POINT_CHARS), "xxxx");
        assert_eq!(whole("not there", &told, POINT_CHARS), "not there");
        assert_eq!(whole("then on the 9th", &told, 20), "then on the 9th");
        assert_eq!(whole("", &told, POINT_CHARS), "");
    }

    #[test]
    fn what_says_little_alone_stands_with_what_it_leans_on() {
        let leak = "Your operative came to stop the leak. We now have two. I hesitate to ask for a third visit.";
        assert_eq!(point_of("We now have two", leak), "Your operative came to stop the leak. We now have two.");
        let officer =
            "I wish to complain about Mr Lowe. He came on Tuesday about the garden. He raised his voice to me on my own doorstep.";
        assert_eq!(point_of("He raised his voice", officer), officer);
        let first = "Third buyer has walked. Each time the lender wants the form, and you say it is booked.";
        assert_eq!(point_of("Third buyer has walked.", first), first);
        let told = sentences("The lift at Carrow House has been out again all week. It has been off since Friday.");
        let (one, after) = point("The lift at Carrow House", &told, 0);
        assert_eq!((one.as_str(), point("off since Friday", &told, after).0.as_str()), (told[0].as_str(), told[1].as_str()));
    }

    #[test]
    fn nothing_private_or_rude_is_drawn_in() {
        let private = "I have diabetes and my leg is bad. He never came back.";
        assert_eq!(point_of("He never came back", private), "He never came back.");
        let rude = "Your lad is a lying rat. He never came back.";
        assert_eq!(point_of("He never came back", rude), "He never came back.");
        let formal = "I wish to make a complaint. Nobody came. Your office laughed at me for it.";
        assert_eq!(point_of("Nobody came", formal), "Nobody came. Your office laughed at me for it.");
        let apart = "The main road has no path for us to walk on.\n\nEvery light is out. Kind regards";
        assert_eq!(point_of("Every light is out", apart), "Every light is out.");
        assert_eq!(point_of("nobody came", "Dear Sirs, nobody came."), "Dear Sirs, nobody came.");
        assert_eq!(point_of("Nobody came", "Good morning,\nNobody came.\nKind regards"), "Nobody came.");
    }

    #[test]
    fn who_was_in_touch_is_not_asked_whether() {
        for told in
            ["I phoned up the same day and they said 24 hours.", "Reported 4 times", "we have written to you", "My wife rang on Monday"]
        {
            assert!(spoke(told), "{told}");
        }
        for told in ["The tap drips.", "Nobody came on Monday.", "It is called a washer."] {
            assert!(!spoke(told), "{told}");
        }
    }

    #[test]
    fn a_greeting_is_no_part_of_a_point() {
        for (sentence, kept) in [
            ("Hi, the kitchen tap is dripping", "the kitchen tap is dripping"),
            ("Dear Sir, I am waiting 3 weeks", "I am waiting 3 weeks"),
            ("Dear Sir/Madam, the bin store is full", "the bin store is full"),
            ("Good morning team, the lift is out", "the lift is out"),
            ("Hello my name is Amira and nobody came.", "Hello my name is Amira and nobody came."),
            ("Morning coffee is all I can heat.", "Morning coffee is all I can heat."),
            ("(b) nineteen letters came", "nineteen letters came"),
            ("- the door sticks", "the door sticks"),
            ("2. The door sticks", "The door sticks"),
            ("24 hours, they said.", "24 hours, they said."),
            ("Hello,", "Hello,"),
        ] {
            assert_eq!(without_greeting(sentence), kept);
        }
    }
}
