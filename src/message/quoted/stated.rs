//! The date that a quoted block states: no zone, any order, 12 or 24 hours, months in any of a score of languages.

use crate::message::words;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
use std::sync::LazyLock;

/// Beginnings of month names, lower case, and their numbers.
static MONTHS: LazyLock<Vec<(&str, i8)>> =
    LazyLock::new(|| (1..=12).flat_map(|n| words::list(&format!("month {n}")).into_iter().map(move |w| (w, n))).collect());

/// Europe/London since 1996, by its rule rather than from a database of the machine's.
fn london() -> TimeZone {
    TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC)
}

/// Reads a stated date and time; one without a time is its day's first minute. `None` rather than a guess when day, month or year is missing.
pub fn instant(text: &str) -> Option<Timestamp> {
    let text: String =
        text.chars().take(160).map(|c| c.to_digit(10).or_else(|| digit(c)).and_then(|d| char::from_digit(d, 10)).unwrap_or(c)).collect();
    let words = words(&text);
    let (date, used) = date(&words)?;
    let (time, offset) = clock(&text, &words, &used);
    let at = date.to_datetime(time.unwrap_or(civil::Time::midnight()));
    match offset {
        Some(zone) => at.to_zoned(TimeZone::fixed(zone)).ok().map(|z| z.timestamp()),
        None => at.to_zoned(london()).ok().map(|z| z.timestamp()),
    }
}

/// Arabic-Indic, Persian and Devanagari digits.
fn digit(c: char) -> Option<u32> {
    [0x660, 0x6f0, 0x966, 0x9e6, 0xa66].into_iter().find_map(|zero| (c as u32).checked_sub(zero).filter(|d| *d < 10))
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    /// A number, how many digits it has, and what separates it from the word before.
    Number(i32, usize, char),
    Text(String),
}

fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut between = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let (mut n, mut len) = (c.to_digit(10).unwrap_or(0) as i32, 1);
            while let Some(d) = chars.peek().and_then(|c| c.to_digit(10)) {
                chars.next();
                n = n.saturating_mul(10).saturating_add(d as i32);
                len += 1;
            }
            out.push(Word::Number(n, len, between));
            between = ' ';
        } else if c.is_alphabetic() || c == '\u{94d}' {
            let mut w: String = c.to_lowercase().collect();
            while let Some(n) = chars.peek().filter(|c| !c.is_ascii_digit() && (c.is_alphanumeric() || is_mark(**c))) {
                w.extend(n.to_lowercase());
                chars.next();
            }
            out.push(Word::Text(w));
            between = ' ';
        } else if !c.is_whitespace() {
            between = c;
        }
    }
    out
}

/// Signs that belong to the letter before them in Indic and Arabic scripts.
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36f | 0x900..=0x903 | 0x93a..=0x94f | 0x64b..=0x65f)
}

fn month(word: &str) -> Option<i8> {
    // The longest beginning that fits: "lipnja" before "lip", "mars" before "mar".
    MONTHS.iter().filter(|(m, _)| word.starts_with(m)).max_by_key(|(m, _)| m.len()).map(|(_, n)| *n)
}

/// The date, and the indices of the words that made it.
fn date(words: &[Word]) -> Option<(Date, Vec<usize>)> {
    let number = |i: usize| match words.get(i) {
        Some(Word::Number(n, len, sep)) => Some((*n, *len, *sep)),
        _ => None,
    };
    // 2026年3月2日, 2026. 3. 2., 2026-03-02, 2026/03/02
    for i in 0..words.len() {
        if let Some((y, 4, _)) = number(i)
            && (1990..=2100).contains(&y)
        {
            let mut rest = (i + 1..words.len().min(i + 5))
                .filter(|j| !matches!(&words[*j], Word::Text(t) if matches!(t.as_str(), "年" | "月" | "년" | "월")));
            if let (Some(a), Some(b)) = (rest.next(), rest.next())
                && let (Some((m, ml, ms)), Some((d, dl, ds))) = (number(a), number(b))
                && ml <= 2
                && dl <= 2
                && ms != ':'
                && ds != ':'
                && let Some(date) = make(y, m, d)
            {
                return Some((date, vec![i, a, b]));
            }
        }
    }
    // A month by name: the day stands beside it, the year after.
    for i in 0..words.len() {
        let Word::Text(word) = &words[i] else { continue };
        let Some(m) = month(word) else { continue };
        let year = (i + 1..words.len().min(i + 5))
            .chain(i.saturating_sub(3)..i)
            .find(|j| number(*j).is_some_and(|(n, len, _)| len == 4 && (1990..=2100).contains(&n)));
        let day_at = |j: usize| number(j).is_some_and(|(n, len, sep)| len <= 2 && (1..=31).contains(&n) && sep != ':');
        // "2 de marzo", "2nd of March", "March 2", "2 March", "2-Mar-26"
        let before = (i.saturating_sub(2)..i).rev().find(|j| day_at(*j));
        let after = (i + 1 < words.len() && day_at(i + 1)).then_some(i + 1);
        let (day, year) = match (before, after, year) {
            (Some(b), _, Some(y)) => (b, y),
            (None, Some(a), Some(y)) => (a, y),
            (Some(b), Some(a), None) => (b, a),
            (None, Some(a), None) if day_at(a + 1) || number(a + 1).is_some_and(|n| n.1 == 2) => (a, a + 1),
            _ => continue,
        };
        if let (Some((d, ..)), Some((y, ..))) = (number(day), number(year))
            && let Some(date) = make(y, m.into(), d)
        {
            return Some((date, vec![day, i, year]));
        }
    }
    // 02/03/2026: the day first, as here and in most of the world, unless it cannot be.
    for i in 0..words.len() {
        if let (Some((a, 1..=2, _)), Some((b, 1..=2, s1)), Some((y, 2 | 4, s2))) = (number(i), number(i + 1), number(i + 2))
            && matches!(s1, '/' | '.' | '-')
            && matches!(s2, '/' | '.' | '-')
            && let Some(date) = make(y, b, a).or_else(|| make(y, a, b))
        {
            return Some((date, vec![i, i + 1, i + 2]));
        }
    }
    None
}

fn make(y: i32, m: i32, d: i32) -> Option<Date> {
    let y = if y < 100 { y + 2000 } else { y };
    if !(1990..=2100).contains(&y) {
        return None;
    }
    Date::new(i16::try_from(y).ok()?, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok()
}

/// The time of day, and the offset where one is given.
fn clock(text: &str, words: &[Word], used: &[usize]) -> (Option<civil::Time>, Option<Offset>) {
    let mut found = None;
    for i in 0..words.len().saturating_sub(1) {
        let (Word::Number(h, hl, _), Word::Number(m, 2, sep)) = (&words[i], &words[i + 1]) else {
            // "8h55", "9時31分", "9시 31분"
            if let (Word::Number(h, hl, _), Word::Text(t), Some(Word::Number(m, 2, _))) = (&words[i], &words[i + 1], words.get(i + 2))
                && *hl <= 2
                && matches!(t.as_str(), "h" | "時" | "时" | "點" | "点" | "시")
                && !used.contains(&i)
                && !used.contains(&(i + 2))
            {
                found = Some((i, *h, *m, 0));
                break;
            }
            continue;
        };
        let colon = *sep == ':' || (*sep == '.' && *m < 60);
        if *hl <= 2 && *h < 24 && *m < 60 && colon && !used.contains(&i) && !used.contains(&(i + 1)) {
            let s = match words.get(i + 2) {
                Some(Word::Number(s, 2, ':')) if *s < 60 => *s,
                _ => 0,
            };
            found = Some((i, *h, *m, s));
            break;
        }
    }
    let Some((at, mut h, m, s)) = found else { return (None, None) };
    let lower = text.to_lowercase();
    let near: Vec<&str> = words[at.saturating_sub(1)..words.len().min(at + 6)]
        .iter()
        .filter_map(|w| if let Word::Text(t) = w { Some(t.as_str()) } else { None })
        .collect();
    let any = |set: &[&str]| near.iter().any(|w| set.contains(w));
    if h <= 12
        && (any(&["pm", "下午", "오후", "午後", "晚上", "öös", "ös", "μμ", "م", "شام", "مساء", "مساءً", "yh", "odp", "du", "дп"])
            || lower.contains("p.m")
            || lower.contains("p. m")
            || lower.contains("μ.μ")
            || ["下午", "午後", "오후", "晚上"].iter().any(|w| lower.contains(w)))
    {
        h = if h == 12 { 12 } else { h + 12 };
    } else if h == 12 && (any(&["am", "上午", "오전", "午前", "öö", "πμ", "ص", "صباحا"]) || lower.contains("a.m") || lower.contains("a. m"))
    {
        h = 0;
    }
    let time = civil::Time::new(h as i8, m as i8, s as i8, 0).ok();
    (time, zone(text, &near))
}

/// `+0100`, `GMT+2`, `-08:00`, `UTC`. A bare GMT or BST is what it says.
fn zone(text: &str, near: &[&str]) -> Option<Offset> {
    let bytes = text.as_bytes();
    let mut last_colon = 0;
    for (i, b) in bytes.iter().enumerate() {
        if *b == b':' {
            last_colon = i;
        }
        // A sign after the time, not the hyphens of a date before it.
        if matches!(b, b'+' | b'-') && last_colon > 0 {
            let digits: String =
                text[i + 1..].chars().take_while(|c| c.is_ascii_digit() || *c == ':').filter(char::is_ascii_digit).collect();
            let (h, m) = match digits.len() {
                1 | 2 => (digits.parse::<i32>().ok()?, 0),
                4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
                _ => continue,
            };
            let secs = (h * 60 + m) * 60;
            return Offset::from_seconds(if *b == b'-' { -secs } else { secs }).ok();
        }
    }
    let hours = |w: &&str| match *w {
        "gmt" | "utc" => Some(0),
        "bst" | "cet" => Some(1),
        "cest" | "eet" => Some(2),
        "eest" => Some(3),
        "est" => Some(-5),
        "edt" => Some(-4),
        "pst" => Some(-8),
        "pdt" => Some(-7),
        _ => None,
    };
    near.iter().find_map(hours).and_then(|h| Offset::from_hours(h).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_clients_state_them() {
        for (text, want) in [
            ("Monday, March 2, 2026 08:55", "2026-03-02T08:55:00Z"),
            ("Monday, 2 March 2026 8:55 AM", "2026-03-02T08:55:00Z"),
            ("02 March 2026 08:55", "2026-03-02T08:55:00Z"),
            ("Mon, 2 Mar 2026 at 08:55", "2026-03-02T08:55:00Z"),
            ("2 March 2026 at 08:55:10 GMT", "2026-03-02T08:55:10Z"),
            ("29 May 2026 at 21:10:33 BST", "2026-05-29T20:10:33Z"),
            ("29 May 2026 21:10", "2026-05-29T20:10:00Z"),
            ("Mon, 2 Mar 2026 08:55:00 +0000", "2026-03-02T08:55:00Z"),
            ("Wed, Oct 27, 2021 at 9:31 PM", "2021-10-27T20:31:00Z"),
            ("Wednesday, October 27, 2021, 09:27:17 AM GMT+2", "2021-10-27T07:27:17Z"),
            ("Monday, September 19, 2022, 5:55:44 PM -0400", "2022-09-19T21:55:44Z"),
            ("28/10/2021 12:46", "2021-10-28T11:46:00Z"),
            ("10/28/2021 12:46", "2021-10-28T11:46:00Z"),
            ("2026-03-02 08:55", "2026-03-02T08:55:00Z"),
            ("2026年3月2日 上午8:55", "2026-03-02T08:55:00Z"),
            ("2026年3月2日 下午8:55", "2026-03-02T20:55:00Z"),
            ("2026년 3월 2일 (월) 오후 8:55", "2026-03-02T20:55:00Z"),
            ("Montag, 2. März 2026 um 08:55", "2026-03-02T08:55:00Z"),
            ("lundi 2 mars 2026 à 08:55", "2026-03-02T08:55:00Z"),
            ("lunes, 2 de marzo de 2026 a las 8:55 p. m.", "2026-03-02T20:55:00Z"),
            ("poniedziałek, 2 marca 2026 08:55", "2026-03-02T08:55:00Z"),
            ("luni, 2 martie 2026 08:55", "2026-03-02T08:55:00Z"),
            ("2 березня 2026 р. 08:55", "2026-03-02T08:55:00Z"),
            ("пн, 2 мар. 2026 г. в 08:55", "2026-03-02T08:55:00Z"),
            ("٢ مارس ٢٠٢٦ 08:55", "2026-03-02T08:55:00Z"),
            ("den 2 mars 2026 08:55", "2026-03-02T08:55:00Z"),
            ("2 Mawrth 2026 08:55", "2026-03-02T08:55:00Z"),
            ("March-09-12 4:22 PM", "2012-03-09T16:22:00Z"),
            ("2 Mart 2026 Pazartesi 08:55", "2026-03-02T08:55:00Z"),
            ("Friday, 23 March 2012 5:08 p.m.", "2012-03-23T17:08:00Z"),
        ] {
            assert_eq!(instant(text).map(|t| t.to_string()).as_deref(), Some(want), "{text}");
        }
        for text in ["", "yesterday", "10:15", "March", "99/99/2026"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
