//! "On Mon, 2 Mar 2026 at 09:20, Jo <jo@x> wrote:" in many languages, the date first or the name first, on one line or over several.

use super::block::Retold;
use super::labels::field;
use super::mailbox::{Mailbox, addresses};
use super::separator::separator;
use super::{next_is_deeper, stated};
use crate::message::line::{Line, Mark};
use crate::message::words;
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Where it begins, and the line after its last.
    pub start: usize,
    pub end: usize,
    pub retold: Retold,
    /// Whether it carries so much (verb, date and address, or a client's own mark) that what follows is history even where no `>` says so.
    pub strong: bool,
    pub addressed: bool,
}

/// How many lines a client may wrap it over, and how long the whole may be.
const LINES: usize = 6;
const LONGEST: usize = 420;

/// "wrote", with whatever stands around it in each language. Whole words where the script has them.
static VERB: LazyLock<Regex> = LazyLock::new(|| {
    let any = |name| words::list(name).into_iter().map(regex::escape).collect::<Vec<_>>().join("|");
    Regex::new(&format!(r"(?i)(?:\b(?:{})(?:\b|\W|$)|{})", any("wrote"), any("wrote unspaced"))).expect("a fixed pattern compiles")
});

/// Words that open one when the date comes first.
static OPENER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)^[\s*_>"'(]*(?:on|at|in a message dated|quoting|wiadomość napisana|le|am|vom|el|il|em|no dia|op|den|dne|dňa|dnia|w dniu|w|în data|în|pe data de|pe|la|ar|på|kl|в|у|від|от|a|dana|na|tarihinde|στις|στισ|2\d\d\d|no|в\s|il giorno|il dì|um|bei|dátum|ngày|vào|vào lúc|pada|noong|li|di|ti|a la|vào ngày|mu|в\s+\p{L}+|في|بتاريخ|יום|ב-?|בתאריך|בתאריך|وفي|یوم|بروز|مورخ|در|在|於|于)[\s,.:\u{a0}]+\S"#,
    )
    .expect("a fixed pattern compiles")
});

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\b|\D)(?:(?:19|20)\d\d|[٢۲]\p{Nd}{3}|\d{1,2}[./-]\d{1,2}[./-](?:\d\d|\d{4})|\d{1,2}[:.hH]\d{2})(?:\b|\D|$)|\p{Nd}{1,2}:\p{Nd}{2}").expect("a fixed pattern compiles")
});

/// Starting with a date: a number, or a weekday followed by one.
static DATE_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[\s*"(\[]*(?:[\p{L}\p{M}]{1,14}\.?[,،]?\s+)?(?:[\p{L}\p{M}]{1,14}\.?[,،]?\s+)?\p{Nd}{1,4}[\s./,:年년-]"#)
        .expect("a fixed pattern compiles")
});

/// A name and an address, then the verb and nothing else: `Jo Bloggs <jo@x> wrote:`.
static NAME_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[\s*"'(]*[^.!?<>]{0,60}?[<\[(]?[^\s<>@]{1,64}@[^\s<>@]{1,190}[>\])]*"#).expect("a fixed pattern compiles")
});

static QUOTING: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("quoting"));

/// Every "… wrote:" by the line it starts on.
pub fn all(lines: &[Line]) -> HashMap<usize, Attribution> {
    let mut found: HashMap<usize, Attribution> = HashMap::new();
    let mut floor = 0;
    for i in 0..lines.len() {
        let one = if lines[i].mark == Mark::Attribution
            && separator(&lines[i].text).is_none()
            && (i == 0 || lines[i - 1].mark != Mark::Attribution)
        {
            marked(lines, i)
        } else {
            let deeper = next_is_deeper(lines, i + 1, lines[i].depth);
            ending_at(lines, i, floor, deeper)
        };
        if let Some(one) = one {
            floor = one.end;
            found.insert(one.start, one);
        }
    }
    found
}

/// The one that ends on line `last`, looking up to five lines back. `deeper` says whether quoted lines follow, which makes weaker ones credible.
fn ending_at(lines: &[Line], last: usize, floor: usize, deeper: bool) -> Option<Attribution> {
    let line = lines.get(last)?;
    let mut t = line.text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '"'));
    // Zoho draws its own: `---- On …, Jo <jo@x> wrote ----`.
    let drawn = t.starts_with("--") && t.ends_with("--");
    if drawn {
        t = t.trim_matches(['-', ' ']);
    }
    // Old Google: `2011/4/7 Jo <jo@x>` over a quotation, without verb or colon.
    let bare = deeper && t.ends_with('>') && t.contains('@') && DATE_FIRST.is_match(t);
    if t.is_empty() || !(closes(t) || bare) {
        return None;
    }
    let mut joined = String::new();
    let mut fallback: Option<(usize, String)> = None;
    for back in 0..LINES {
        let Some(at) = last.checked_sub(back).filter(|a| *a >= floor) else { break };
        let this = &lines[at];
        let labelled = back > 0 && field(&this.text).is_some();
        if this.is_blank() || labelled || this.depth != line.depth || joined.len() + this.text.len() > LONGEST {
            break;
        }
        joined = if joined.is_empty() { this.text.trim().to_string() } else { format!("{} {joined}", this.text.trim()) };
        if !reads(&joined, deeper) {
            continue;
        }
        let opens = joined.trim_start_matches(['-', ' ']);
        if OPENER.is_match(opens) && DATE.is_match(&joined) || DATE_FIRST.is_match(opens) {
            let (at, joined) = named_above(lines, at, floor, joined);
            return Some(make(at, last + 1, &joined));
        }
        let named = NAME_FIRST.is_match(&joined);
        if fallback.as_ref().is_none_or(|(_, f)| named && !f.contains('@')) && (named || deeper) {
            fallback = Some((at, joined.clone()));
        }
    }
    fallback.map(|(at, joined)| make(at, last + 1, &joined))
}

/// Where a language puts the sender before the date, wrapping may leave `Jo Bloggs <jo@x>, 2 Mar` on a line or two of its own above the rest.
fn named_above(lines: &[Line], at: usize, floor: usize, joined: String) -> (usize, String) {
    static BRACKETED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[<(][^\s<>@]{1,64}@[^\s<>@]{1,190}[>)]").expect("a fixed pattern compiles"));
    let above = |at: usize| at.checked_sub(1).filter(|a| *a >= floor && lines[*a].depth == lines[at].depth && !lines[*a].is_blank());
    let Some(mut from) = above(at).filter(|a| !joined.contains('@') && lines[*a].text.len() < 200 && BRACKETED.is_match(&lines[*a].text))
    else {
        return (at, joined);
    };
    if lines[from].text.trim_start().starts_with('<')
        && let Some(name) = above(from).filter(|a| lines[*a].text.split_whitespace().count() <= 4)
    {
        from = name;
    }
    let whole = lines[from..at].iter().map(|l| l.text.trim()).chain([joined.as_str()]).collect::<Vec<_>>().join(" ");
    (from, whole)
}

/// The lines that the client's own HTML marks as one, from `start` on.
fn marked(lines: &[Line], start: usize) -> Option<Attribution> {
    let depth = lines.get(start)?.depth;
    let end = (start..lines.len())
        .take(12)
        .find(|i| lines[*i].mark != Mark::Attribution || lines[*i].depth != depth)
        .unwrap_or(lines.len().min(start + 12));
    if end == start {
        return None;
    }
    let joined: Vec<&str> = lines[start..end].iter().map(|l| l.text.trim()).filter(|t| !t.is_empty()).collect();
    let mut made = make(start, end, &joined.join(" "));
    (made.strong, made.addressed) = (true, true);
    Some(made)
}

/// Ends as one does: a colon, or a verb that its language puts last.
fn closes(t: &str) -> bool {
    t.ends_with([':', '：'])
        || t.ends_with("wrote")
        || t.ends_with("写道")
        || t.ends_with("寫道")
        || t.ends_with("書きました")
        || t.ends_with("書きました。")
}

fn reads(joined: &str, deeper: bool) -> bool {
    let verb = VERB.is_match(joined);
    let date = DATE.is_match(joined);
    let address = joined.contains('@');
    match (verb, date, address) {
        (true, true, true) => true,
        (true, true, false) => OPENER.is_match(joined) || DATE_FIRST.is_match(joined) || deeper,
        (true, false, true) => NAME_FIRST.is_match(joined),
        // "Jo wrote:" over quoted lines; elsewhere it is a sentence.
        (true, false, false) => deeper && joined.split_whitespace().count() <= 6,
        // Russian and older Google clients leave the verb out: `26.06.2014, 14:41, "Jo" <jo@x>:`
        (false, true, true) => joined.trim_end_matches([':', '：', ' ', '*']).ends_with(['>', ']', ')']) || deeper,
        // Horde: "Quoting Jo <jo@x>:", with neither verb nor date.
        (false, false, true) => deeper && QUOTING.iter().any(|q| joined.to_lowercase().starts_with(q)),
        (false, ..) => false,
    }
}

fn make(start: usize, end: usize, joined: &str) -> Attribution {
    let (verb, date, address) = (VERB.is_match(joined), DATE.is_match(joined), joined.contains('@'));
    let email = addresses(joined).into_iter().next();
    let from = Mailbox { name: name(joined, email.is_some()), email };
    Attribution {
        start,
        end,
        // A date, a clock time and a verb are a client's; so is an address with either.
        strong: address && (date || verb) || (verb && date && OPENER.is_match(joined) && has_clock(joined)),
        addressed: address,
        retold: Retold { from, sent_at: stated::instant(joined), ..Retold::default() },
    }
}

/// A clock time as clients write it. English ones set the name off by a comma, where a person writes "at 10:15 your officer wrote".
fn has_clock(joined: &str) -> bool {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d{1,2}[:.]\d{2}(?::\d{2})?(?P<comma>(?:\s?[AaPp]\.?\s?[Mm]\.?)?(?:\s?\(?[A-Z+0-9:-]{2,9}\)?)?\s*,)?")
            .expect("a fixed pattern compiles")
    });
    let english = joined.contains("wrote");
    CLOCK.captures_iter(joined).any(|c| !english || c.name("comma").is_some())
}

/// The name before the address: after the last comma or clock time that stands before it.
fn name(joined: &str, addressed: bool) -> Option<String> {
    let before = if addressed { &joined[..joined.find('@')?] } else { &joined[..VERB.find(joined)?.start()] };
    let before = before.rfind(['<', '[', '(']).map_or(before, |i| &before[..i]);
    let tail = before.rsplit([',', '，', ':', '>', '—']).next()?;
    let tail = tail.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '*' | '“' | '”' | '„'));
    // What is left of a clock time or a zone: "20 AM Jo" → "Jo".
    let words: Vec<&str> = tail
        .split_whitespace()
        .skip_while(|w| {
            w.chars().any(|c| c.is_numeric())
                || matches!(*w, "AM" | "PM" | "am" | "pm" | "schrieb" | "schreef" | "skrev" | "uhr" | "Uhr" | "GMT" | "UTC" | "BST")
        })
        .collect();
    let name = words.join(" ");
    (!name.is_empty() && name.len() <= 80 && words.len() <= 6).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::line::from_plain;

    fn last(text: &str, deeper: bool) -> Option<Attribution> {
        let lines = from_plain(text);
        ending_at(&lines, lines.len() - 1, 0, deeper)
    }

    #[test]
    fn attributions_of_many_languages() {
        for text in [
            "On Mon, 2 Mar 2026 at 09:20, Complaints <c@l.example> wrote:",
            "On Mon, 2 Mar 2026 at 09:20, Complaints <c@l.example>\nwrote:",
            "On 2 Mar 2026, at 16:19, Complaints <c@l.example> wrote:",
            "On Sun, Feb 7, 2016 at 12:12 AM -0800, \"C Team\" <c@l.example<mailto:c@l.example>> wrote:",
            "Le lun. 2 mars 2026 à 09:20, Complaints <c@l.example> a écrit :",
            "Am Mo., 2. März 2026 um 09:20 Uhr schrieb Complaints <c@l.example>:",
            "Complaints <c@l.example> schrieb am Mo., 2. März 2026\num 09:20 Uhr:",
            "El lun, 2 mar 2026 a las 9:20, Complaints (<c@l.example>) escribió:",
            "Em seg., 2 de mar. de 2026 às 09:20, Complaints <c@l.example> escreveu:",
            "Il giorno lun 2 mar 2026 alle ore 09:20 Complaints <c@l.example> ha scritto:",
            "Op ma 2 mrt 2026 om 09:20 schreef Complaints <c@l.example>:",
            "pon., 2 mar 2026 o 09:20 Complaints <c@l.example> napisał(a):",
            "W dniu 2.03.2026 o 09:20, Complaints <c@l.example> pisze:",
            "În lun., 2 mar. 2026 la 09:20, Complaints <c@l.example> a scris:",
            "Ar Llun, 2 Maw 2026 am 09:20, Complaints <c@l.example> ysgrifennodd:",
            "пн, 2 бер. 2026 р. о 09:20 Complaints <c@l.example> пише:",
            "пн, 2 мар. 2026 г. в 09:20, Complaints <c@l.example>:",
            "بتاریخ پیر، 2 مارچ، 2026 کو 09:20 بجے Complaints <c@l.example> نے لکھا:",
            "في الاثنين، 2 مارس 2026 في 9:20 ص تمت كتابة ما يلي بواسطة Complaints <c@l.example>:",
            "Den mån 2 mars 2026 kl 09:20 skrev Complaints <c@l.example>:",
            "man. 2. mar. 2026 kl. 09.20 skrev Complaints <c@l.example>:",
            "ma 2. maalisk. 2026 klo 9.20 Complaints (c@l.example) kirjoitti:",
            "Complaints <c@l.example>, 2 Mar 2026 Pzt, 09:20 tarihinde şunu yazdı:",
            "po 2. 3. 2026 v 9:20 odesílatel Complaints <c@l.example> napsal:",
            "Complaints <c@l.example> ezt írta (időpont: 2026. márc. 2., H, 9:20):",
            "Complaints <c@l.example> 于2026年3月2日周一 09:20写道：",
            "2026年3月2日(月) 9:20 Complaints <c@l.example>:",
            "2026년 3월 2일 (월) 오전 9:20, Complaints <c@l.example>님이 작성:",
            "02.03.2026, 09:20, \"Complaints\" <c@l.example>:",
            "02.03.2026 09:20 пользователь \"Complaints\" <\nc@l.example> написал:",
        ] {
            let got = last(text, false).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(got.start, 0, "{text}");
            assert!(got.strong, "{text}");
            assert_eq!(got.retold.from.email.as_ref().map(|a| a.as_str()), Some("c@l.example"), "{text}");
        }
    }

    #[test]
    fn a_persons_own_sentence_is_none() {
        for text in [
            "I would like these things done:",
            "This is what your surveyor wrote:",
            "Mr Khan wrote to me and this is the gist:",
            "My number is:",
            "Tel:",
        ] {
            assert_eq!(last(text, false), None, "{text}");
        }
    }

    #[test]
    fn the_line_above_is_left_alone() {
        let lines = from_plain("Thanks for that\nOn 2 Mar 2026, at 16:19, Jo Bloggs wrote:");
        let got = ending_at(&lines, 1, 0, true).expect("one");
        assert_eq!((got.start, got.retold.from.name.as_deref()), (1, Some("Jo Bloggs")));
    }
}
