//! A resident's own words as a letter may give them back: short, on one line, without links, addresses and numbers, without what is
//! private. Anybody can write to us in anybody's name: what a letter repeats must be of no use to a third person.

use super::sentence::without_greeting;
use regex::Regex;
use std::sync::LazyLock;

/// At most so many points, each at most so many characters: a letter quotes no more than is needed (Code 5.6 asks for our
/// understanding, not for the message again).
pub const POINTS: usize = 6;
pub const POINT_CHARS: usize = 300;

/// Words that tell of somebody's health or of violence at home (UK GDPR article 9 and what is as private). Stems, at a word's start.
static PRIVATE: LazyLock<Regex> = LazyLock::new(|| {
    let stems = "asthma|inhaler|cancer|chemo|tumou?r|copd|bronch|pneumon|arthrit|diabet|epilep|seizure|dementia|alzheimer|parkinson|\
                 stroke|angina|heart (?:condition|attack|failure|problem|trouble|disease)|depress|anxiety|panic attack|mental(?:ly)? |\
                 suicid|self.harm|ptsd|bipolar|schizo|psych|autis|adhd|learning difficult|special needs|disab|wheelchair|\
                 blind(?:ness)?\\b|sighted|deaf|pregnan|miscarr|hospital|gp\\b|gps\\b|doctor|nurse|medic|prescri|\
                 antibiotic|painkiller|oxygen\\b|dialysis|infection|rash\\b|rashes|eczema|psoriasis|allerg|breath|cough|wheez|illness|\
                 ill\\b|unwell|sick(?:ness)?\\b|vomit|fever|injur|fracture|operation on|had an operation|hiv\\b|terminal|\
                 domestic (?:abuse|violence)|violent (?:ex|partner|husband)|abusive (?:ex|partner|husband)|refuge\\b|carer|addict|alcoholic|rehab";
    Regex::new(&format!("(?i)\\b(?:{stems})")).expect("the pattern is written here")
});

/// The same words where they tell of nobody's health.
static HARMLESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bdisabled (?:bay|parking|space|badge|toilet|access|ramp|the|it\b)|\bdeaf ears?|\bsick (?:of|and tired|to death)|\bill[- ](?:fitting|fitted|advised|informed)|\bcough(?:ed|ing)? up|\b(?:roller|venetian|window) blinds?|\bblind (?:eye|spot|cord)|\bbreathtaking|\bdepressing",
    )
    .expect("the pattern is written here")
});

pub fn is_private(words: &str) -> bool {
    PRIVATE.is_match(words) && PRIVATE.is_match(&HARMLESS.replace_all(words, " "))
}

/// What leads elsewhere: links, addresses of mail, telephone and card numbers.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:https?|ftp|file|data|javascript):\S*|\bwww\.\S+|\S+@\S+\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|co|uk|ru|cn|top|xyz|online|shop|site|link|ly|me|app|dev)\b(?:/\S*)?|\+?\d[\d ()-]{7,}\d")
        .expect("the pattern is written here")
});

/// Where a clause ends, so that a private one can be left out and the rest kept.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[,;:.!?()]+\s|\s[–—-]+\s|\s(?:and|but|because|cos|as|so|which|who|while|even though)\s")
        .expect("the pattern is written here")
});

/// A clause that went on from another.
static JOINED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:and|but|because|cos|as|so|which|who|while|even though)\s").expect("the pattern is written here"));

/// What may be given back of some words, or nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Quote {
    pub text: String,
    /// Something private was left out.
    pub private: bool,
}

/// Insults and threats that stand beside those that the rules found.
static INSULT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:f+u+c+k|f\*+|sh[i*]t|bastard|bitch|cunt|c\*+t|arse|wank|twat|prick|dick|tosser|moron|idiot|imbecile|clown|scum|vermin|rat\b|liar|lying|pig\b|cow\b|useless|pathetic|kill|punch|smash|knock (?:your|his|her|their)|teeth|throat|burn|stab|throttle|batter|slap|hurt (?:you|him|her|them)|watch your|come (?:down )?(?:there|round) and|put (?:you|him|her|them) (?:through|in))",
    )
    .expect("the pattern is written here")
});

pub fn is_insulting(words: &str) -> bool {
    INSULT.is_match(words)
}

/// What may be given back of a message that abuses staff: a sentence that holds none of the words found (`never`), and no insult that
/// we know. Nothing of it where the rules do not say which words were meant.
pub fn quote_civil(words: &str, never: &[String]) -> Quote {
    let lower = words.to_lowercase();
    let meant = never.iter().map(|w| w.trim().to_lowercase()).filter(|w| !w.is_empty());
    if never.is_empty() || is_insulting(words) || meant.into_iter().any(|w| lower.contains(&w)) {
        return Quote::default();
    }
    quote(words)
}

/// Words as a letter repeats them.
pub fn quote(words: &str) -> Quote {
    let line = one_line(words, 4 * POINT_CHARS);
    let line = without_greeting(&line);
    // Links go before clauses are told apart: a dot in one is no clause's end.
    let line = ELSEWHERE.replace_all(line, "[…]").into_owned();
    let private = is_private(&line);
    let text = if private { without(&line) } else { line };
    let text = text.trim();
    let text = ["\"\"", "“”", "‘’", "''"]
        .iter()
        .find_map(|pair| text.strip_prefix(pair.chars().next()?)?.strip_suffix(pair.chars().last()?))
        .unwrap_or(text);
    Quote { text: cut(text.trim(), POINT_CHARS).replace(['"', '“', '”'], "'"), private }
}

/// The clauses that are not private, with an ellipsis for each that is. Nothing where too little is left to make sense.
fn without(line: &str) -> String {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(CLAUSE.find_iter(line).map(|m| m.start()));
    starts.push(line.len());
    let (mut kept, mut words, mut gap) = (String::new(), 0, false);
    for pair in starts.windows(2) {
        let clause = &line[pair[0]..pair[1]];
        if is_private(clause) {
            gap = true;
            continue;
        }
        words += clause.split_whitespace().count();
        if std::mem::take(&mut gap) && !kept.is_empty() {
            kept.push_str(" …");
        }
        kept.push_str(clause);
    }
    let kept = kept.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[' && c != '£');
    let joined = JOINED.is_match(kept);
    if words < 4 { String::new() } else { format!("{}{kept}{}", if joined { "… " } else { "" }, if gap { " …" } else { "" }) }
}

/// One line without control characters, white space folded, at most `max` characters.
pub fn one_line(text: &str, max: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_whitespace() || c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    cut(&clean.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

/// Marks that turn the direction of writing or hide text (Unicode Cf): they can make a letter read as what it does not say.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `max` characters, cut between words, with an ellipsis where something was cut.
fn cut(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else { return text.into() };
    let short = &text[..end];
    let short = short.rsplit_once(' ').map_or(short, |(before, _)| before);
    format!("{} …", short.trim_end_matches([',', ';', ':', ' ']))
}

static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(?:re|fw|fwd|aw|wg|sv|vs|tr|rif|odp|pd|antw)\s*(?:\[\d+\])?\s*:\s*)+").expect("the pattern is written here")
});
static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)\s*\[PR-\d{4}-\d{6}\]").expect("the pattern is written here"));

/// Their subject without the prefixes and case tags that mail programs and we have put there, and without links.
pub fn subject(theirs: &str, ours: Option<&str>) -> String {
    let mut line = one_line(theirs, 400);
    // The case's own reference stands at the end of every subject of ours: once is enough.
    for own in ours.into_iter().flat_map(|r| [format!("({r})"), format!("[{r}]"), r.to_string()]) {
        line = line.replace(&own, "");
    }
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = PREFIX.replace(&line, "");
    let line = TAG.replace_all(&line, "");
    let line = line.trim_end_matches([' ', '-', '–', ':', ',']);
    cut(ELSEWHERE.replace_all(line, "[…]").trim(), 120)
}

/// A rendered text as it goes out: no white space at line ends, never more than two empty lines together.
pub fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> String {
        quote(words).text
    }

    #[test]
    fn words_stay_as_they_were_written() {
        assert_eq!(
            said("Twice I was given an appointment\nand twice  nobody came."),
            "Twice I was given an appointment and twice nobody came."
        );
        assert_eq!(said("IV BEEN WITHOUT HEATING SINCE 28TH DECEMBER"), "IV BEEN WITHOUT HEATING SINCE 28TH DECEMBER");
        assert_eq!(said("promised \"within the fortnight\""), "promised 'within the fortnight'");
    }

    #[test]
    fn private_clauses_are_left_out_and_the_rest_kept() {
        let lift = quote("The lift has been broken for three weeks and I am in a wheelchair.");
        assert_eq!((lift.text.as_str(), lift.private), ("The lift has been broken for three weeks …", true));
        let mould = quote("My son's asthma is worse, the mould in his room came back in January");
        assert_eq!((mould.text.as_str(), mould.private), ("the mould in his room came back in January", true));
        let chair = quote("She said that people in wheelchairs get it all and went through my kitchen cupboards.");
        assert_eq!(chair.text, "… and went through my kitchen cupboards.");
        assert_eq!(quote("I am pregnant."), Quote { text: String::new(), private: true });
        assert_eq!(said("the billing is wrong and the chill comes in under the still broken door").len(), 71);
    }

    #[test]
    fn insults_are_not_given_back() {
        let never = ["through a window".to_string()];
        for bad in ["I will put him THROUGH A WINDOW.", "Martin is a lying little rat", "you useless clowns never came on Monday"] {
            assert_eq!(quote_civil(bad, &never), Quote::default(), "{bad}");
        }
        let fair = "Nobody fitted the part on Monday.";
        assert_eq!(quote_civil(fair, &never).text, fair);
        assert_eq!(quote_civil(fair, &[]), Quote::default());
    }

    #[test]
    fn words_of_health_may_mean_something_else() {
        for fair in
            ["you took away the disabled bay by the door", "I am sick of ringing you every week", "the ill-fitting windows let the rain in"]
        {
            assert_eq!(said(fair), fair);
        }
        assert!(quote("I am disabled and the lift is out again today").private);
    }

    #[test]
    fn nothing_leads_elsewhere() {
        for bad in [
            "see https://evil.example/x now please do",
            "see www.evil.example now please do",
            "see cheap-pills.com/buy now please do",
            "see a@b.example now please do",
            "see 07700 900 114 now please do",
        ] {
            assert_eq!(said(bad), "see […] now please do", "{bad}");
        }
        assert_eq!(subject("Re: FW: RE[2]: leak [PR-2026-000123] https://evil.example", None), "leak […]");
        assert_eq!(subject("Re: your complaint (PR-2026-000123)", Some("PR-2026-000123")), "your complaint");
        assert_eq!(subject("Re:", None), "");
        assert_eq!(one_line("a\r\nBcc: x@y.example\u{202e}\0", 80), "a Bcc: x@y.example");
    }

    #[test]
    fn long_words_are_cut_between_words() {
        let long = "word ".repeat(200);
        let short = said(&long);
        assert!(short.ends_with("word …") && short.chars().count() <= POINT_CHARS + 2, "{short}");
        assert!(said(&"ü".repeat(5000)).chars().count() <= POINT_CHARS + 2);
    }

    #[test]
    fn texts_are_tidy() {
        assert_eq!(tidy("\n\na  \n\n\n\n\nb\n"), "a\n\n\nb\n");
    }
}
