//! Times in a text: durations, dates and "three weeks ago", told from the day of receipt. What people write is vague, so every time
//! is a span of days, from the least to the most that the words allow.

use super::tokens::Tokens;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// What the sentence says that a time is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// When the trouble began or happened: "since March", "it leaked on 3 May", "for six weeks".
    Onset,
    /// When they reported, rang, were told or were visited.
    Contact,
    /// A date still to come, or a deadline.
    Future,
    /// How long somebody has lived here, how old they are, and the like: says nothing about the matter.
    Life,
}

/// A time that a message speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSpan {
    /// Bytes within `Words::parts[part].text`.
    pub span: Range<usize>,
    pub part: usize,
    /// The sender's words.
    pub words: String,
    /// How long before receipt it lies, in days: at least and at most. "For six weeks" began 42 to 48 days ago. Both 0 when in the future.
    pub days_ago: (u32, u32),
    /// True for "for six weeks" and "since March", false for a day or a month on which something happened.
    pub lasting: bool,
    pub role: Role,
}

/// A time as tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Time {
    pub tokens: Range<usize>,
    pub days_ago: (u32, u32),
    /// Days that a duration lasts; 0 for a date.
    pub length: u32,
    pub lasting: bool,
    pub future: bool,
}

/// A number as people write it: its least and greatest value.
pub fn number(word: &str) -> Option<(u32, u32)> {
    if word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        let n = word.parse::<u32>().ok().filter(|n| *n < 100_000)?;
        return Some((n, n));
    }
    let exact = match word {
        "two" | "twice" | "both" | "pair" => 2,
        "three" | "thrice" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" | "dozen" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "couple" => return Some((2, 3)),
        "few" => return Some((2, 6)),
        "several" | "multiple" | "numerous" => return Some((3, 12)),
        "many" | "countless" => return Some((4, 40)),
        _ => return None,
    };
    Some((exact, exact))
}

fn ordinal(word: &str) -> Option<u32> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        _ => return None,
    })
}

/// Days in a unit of time.
fn unit(word: &str) -> Option<u32> {
    Some(match word {
        "minute" | "minutes" | "hour" | "hours" | "second" | "seconds" => 0,
        "day" | "days" | "night" | "nights" => 1,
        "weekend" | "weekends" => 3,
        "week" | "weeks" | "sennight" => 7,
        "fortnight" | "fortnights" => 14,
        "month" | "months" => 30,
        "year" | "years" => 365,
        "winters" | "summers" => 300,
        "decade" | "decades" => 3650,
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "mondays" => Weekday::Monday,
        "tuesday" | "tues" | "tue" | "tuesdays" => Weekday::Tuesday,
        "wednesday" | "weds" | "wednesdays" => Weekday::Wednesday,
        "thursday" | "thurs" | "thur" | "thursdays" => Weekday::Thursday,
        "friday" | "fri" | "fridays" => Weekday::Friday,
        "saturday" | "saturdays" => Weekday::Saturday,
        "sunday" | "sundays" => Weekday::Sunday,
        _ => return None,
    })
}

/// Feasts and seasons: the month and day on which they begin, and how long they last.
fn season(word: &str) -> Option<(i8, i8, u32)> {
    Some(match word {
        "christmas" | "xmas" => (12, 25, 3),
        "easter" => (4, 5, 10),
        "halloween" => (10, 31, 1),
        "spring" => (3, 1, 91),
        "summer" => (6, 1, 91),
        "autumn" => (9, 1, 91),
        "winter" => (12, 1, 91),
        _ => return None,
    })
}

/// Every word with which a time can begin, digits aside.
static BEGINS: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS_OF_TIME.split_whitespace().collect());

const WORDS_OF_TIME: &str = "a an one half two twice both pair three thrice four five six seven eight nine ten eleven twelve dozen thirteen fourteen \
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty couple few several multiple numerous many countless first second third fourth fifth \
    sixth seventh eighth ninth tenth ages yonks donkeys minute minutes hour hours seconds day days night nights weekend weekends week weeks sennight \
    fortnight fortnights month months year years winters summers decade decades january jan february feb march april apr may june jun july jul \
    august aug september sept sep october oct november nov december dec monday mon mondays tuesday tues tue tuesdays wednesday weds wednesdays \
    thursday thurs thur thursdays friday fri fridays saturday saturdays sunday sundays christmas xmas easter halloween spring summer autumn winter \
    today tonight yesterday tomorrow other last this next past previous";

struct Reader<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    today: Date,
    end: usize,
}

/// Every time in a text, in order, none within another.
pub fn find(text: &str, tokens: &Tokens, today: Date) -> Vec<Time> {
    let mut out = Vec::new();
    for (range, _) in &tokens.sentences {
        let reader = Reader { text, tokens, today, end: range.end };
        let mut at = range.start;
        while at < range.end {
            match reader.time_at(at, range.start) {
                Some(time) => {
                    at = time.tokens.end;
                    out.push(time);
                }
                None => at += 1,
            }
        }
    }
    out
}

impl Reader<'_> {
    fn word(&self, i: usize) -> &str {
        if i < self.end { self.tokens.norm(i) } else { "" }
    }

    fn before(&self, i: usize, start: usize, back: usize) -> &str {
        if i >= start + back { self.tokens.norm(i - back) } else { "" }
    }

    /// The characters between two neighbouring tokens.
    fn between(&self, i: usize) -> &str {
        if i + 1 >= self.end {
            return "";
        }
        let (a, b) = (self.tokens.all[i].end as usize, self.tokens.all[i + 1].start as usize);
        self.text.get(a..b).unwrap_or("")
    }

    fn capital(&self, i: usize) -> bool {
        self.text[self.tokens.all[i].start as usize..].chars().next().is_some_and(char::is_uppercase)
    }

    fn time_at(&self, i: usize, start: usize) -> Option<Time> {
        let word = self.word(i);
        // Most words begin no time at all: one look settles it.
        if !BEGINS.contains(word) && !word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        self.duration(i, start)
            .or_else(|| self.numeric_date(i, start))
            .or_else(|| self.day_and_month(i, start))
            .or_else(|| self.relative(i, start, word))
    }

    /// "three weeks", "a couple of months ago", "over a year", "months", "day 12", "third week".
    fn duration(&self, i: usize, start: usize) -> Option<Time> {
        let mut at = i;
        let mut count = None;
        if let Some(n) = number(self.word(at)) {
            count = Some(n);
            at += 1;
        } else if matches!(self.word(at), "a" | "an" | "one") {
            count = Some((1, 1));
            at += 1;
            if let Some(n) = number(self.word(at)).filter(|_| matches!(self.word(at), "couple" | "few" | "dozen")) {
                count = Some(n);
                at += 1;
            }
        } else if self.word(at) == "half" && self.word(at + 1) == "a" {
            at += 2;
            let days = unit(self.word(at))?;
            return Some(self.lasting(i, at + 1, start, days / 2, days / 2 + 3, days));
        } else if let Some(n) = ordinal(self.word(at)) {
            let days = unit(self.word(at + 1)).filter(|d| *d > 0)?;
            if self.word(at + 1).starts_with("second") {
                return None;
            }
            return Some(self.lasting(i, at + 2, start, n.saturating_sub(1).max(1) * days, n * days, days));
        }
        if count.is_some() {
            if self.word(at) == "of" {
                at += 1;
            }
            if matches!(
                self.word(at),
                "good" | "full" | "whole" | "long" | "solid" | "working" | "calendar" | "more" | "bloody" | "entire" | "odd"
            ) {
                at += 1;
            }
        }
        let name = self.word(at);
        let days = match name {
            "ages" | "yonks" | "donkeys" if count.is_none() => 30,
            _ => unit(name)?,
        };
        at += 1;
        let (least, most) = match count {
            Some((a, b)) => (a.saturating_mul(days), b.saturating_mul(days).saturating_add(days.saturating_sub(1))),
            None if name == "fortnight" => (14, 20),
            None if name == "ages" || name == "yonks" || name == "donkeys" => (30, 365),
            // "day 12", "week nineteen"
            None if !name.ends_with('s') => {
                let (n, _) = number(self.word(at)).filter(|(n, _)| *n > 1 && *n < 100)?;
                at += 1;
                (n * days, n * days + days)
            }
            None if matches!(name, "weeks" | "months" | "years" | "days" | "winters" | "decades") => (2 * days, 12 * days),
            None => return None,
        };
        let (mut least, mut most) = (least, most);
        if self.word(at) == "and" && self.word(at + 1) == "a" && self.word(at + 2) == "half" {
            at += 3;
            least += days / 2;
            most += days / 2;
        }
        match self.before(i, start, 1) {
            "over" => most += (most / 2).max(days),
            "than" if self.before(i, start, 2) == "more" => most += (most / 2).max(days),
            "nearly" | "almost" | "under" => least = least.saturating_sub((least / 4).max(days / 4)),
            "than" => least /= 2,
            _ => {}
        }
        Some(self.lasting(i, at, start, least, most, days))
    }

    fn lasting(&self, i: usize, mut end: usize, start: usize, least: u32, most: u32, days: u32) -> Time {
        let ago = matches!(self.word(end), "ago" | "back" | "since" | "previous" | "previously" | "earlier");
        if ago {
            end += 1;
        }
        let next = matches!(self.before(i, start, 1), "next" | "within" | "another")
            || (self.before(i, start, 1) == "in" && !ago && self.word(end) == "time");
        let length = if days == 0 { 0 } else { least };
        Time {
            tokens: i..end,
            days_ago: if next { (0, 0) } else { (least, most) },
            length: if next { 0 } else { length },
            lasting: !ago && !next,
            future: next,
        }
    }

    /// 14/02, 14.2.2025, 2025-02-14.
    fn numeric_date(&self, i: usize, start: usize) -> Option<Time> {
        let digits = |i: usize| self.word(i).parse::<u16>().ok();
        let separator = self.between(i).trim();
        if !matches!(separator, "/" | "." | "-") {
            return None;
        }
        let (a, b) = (digits(i)?, digits(i + 1)?);
        let third = (self.between(i + 1).trim() == separator).then(|| digits(i + 2)).flatten();
        let (day, month, year, end) = match third {
            Some(c) if a > 31 => (c, b, Some(a), i + 3),
            Some(c) => (a, b, Some(if c < 100 { 2000 + c } else { c }), i + 3),
            None if separator == "/" && (1..=31).contains(&a) && (1..=12).contains(&b) => (a, b, None, i + 2),
            None => return None,
        };
        self.dated(i, start, end, i8::try_from(day).ok()?, i8::try_from(month).ok()?, year.and_then(|y| i16::try_from(y).ok()))
    }

    /// "14th of February 2025", "February 14", "in February", "since May", "back in 2023", "the 14th".
    fn day_and_month(&self, i: usize, start: usize) -> Option<Time> {
        let mut at = i;
        let day = self.word(i).parse::<i8>().ok().filter(|d| (1..=31).contains(d));
        if day.is_some() {
            at += 1;
            let suffix = matches!(self.word(at), "th" | "st" | "nd" | "rd");
            at += usize::from(suffix);
            at += usize::from(self.word(at) == "of");
            if let Some(month) = month(self.word(at)) {
                let (year, end) = self.year_after(at + 1);
                return self.dated(i, start, end, day?, month, year);
            }
            let noun = [
                "time",
                "floor",
                "visit",
                "call",
                "email",
                "letter",
                "engineer",
                "party",
                "complaint",
                "stage",
                "person",
                "one",
                "attempt",
                "flat",
                "week",
                "day",
            ];
            return (suffix && matches!(self.before(i, start, 1), "the" | "on" | "since" | "from") && !noun.contains(&self.word(at)))
                .then(|| self.day_of_month(i, start, at, day.unwrap_or(1)))
                .flatten();
        }
        if let Some(year) = self.plain_year(i, start) {
            return self.span_of(i, start, i + 1, Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?);
        }
        let month = month(self.word(i))?;
        let led = matches!(
            self.before(i, start, 1),
            "in" | "since"
                | "last"
                | "from"
                | "of"
                | "until"
                | "by"
                | "early"
                | "late"
                | "mid"
                | "this"
                | "during"
                | "before"
                | "after"
                | "next"
                | "back"
        );
        if matches!(self.word(i), "may" | "march" | "mar" | "jan" | "sep") && !led && !(self.capital(i) && i > start) {
            return None;
        }
        if let Some(day) = self.word(i + 1).parse::<i8>().ok().filter(|d| (1..=31).contains(d)) {
            let suffix = usize::from(matches!(self.word(i + 2), "th" | "st" | "nd" | "rd"));
            let (year, end) = self.year_after(i + 2 + suffix);
            return self.dated(i, start, end, day, month, year);
        }
        let (year, end) = self.year_after(i + 1);
        let mut first = Date::new(year.unwrap_or(self.today.year()), month, 1).ok()?;
        if year.is_none() && first > self.today && !matches!(self.before(i, start, 1), "next" | "by" | "until") {
            first = first.checked_sub(1.year()).ok()?;
        }
        self.span_of(i, start, end, first, first.last_of_month())
    }

    fn year_after(&self, at: usize) -> (Option<i16>, usize) {
        match self.word(at).parse::<i16>().ok().filter(|y| (1950..=self.today.year() + 1).contains(y)) {
            Some(year) => (Some(year), at + 1),
            None => (None, at),
        }
    }

    fn plain_year(&self, i: usize, start: usize) -> Option<i16> {
        let year = self.word(i).parse::<i16>().ok().filter(|y| (1950..=self.today.year()).contains(y))?;
        matches!(
            self.before(i, start, 1),
            "in" | "since"
                | "during"
                | "from"
                | "of"
                | "until"
                | "early"
                | "late"
                | "summer"
                | "winter"
                | "autumn"
                | "spring"
                | "christmas"
                | "easter"
        )
        .then_some(year)
    }

    fn day_of_month(&self, i: usize, start: usize, end: usize, day: i8) -> Option<Time> {
        let this = Date::new(self.today.year(), self.today.month(), day).ok().filter(|d| *d <= self.today);
        let date = this.or_else(|| {
            let last = self.today.first_of_month().yesterday().ok()?;
            Date::new(last.year(), last.month(), day).ok()
        })?;
        self.span_of(i, start, end, date, date)
    }

    fn dated(&self, i: usize, start: usize, end: usize, day: i8, month: i8, year: Option<i16>) -> Option<Time> {
        let date = Date::new(year.unwrap_or(self.today.year()), month, day).ok()?;
        // A date without a year that lies well ahead was last year's; one just ahead is an appointment.
        let ahead = date > self.today.checked_add(Span::new().days(75)).ok()?;
        let date = if year.is_none() && ahead { date.checked_sub(1.year()).ok()? } else { date };
        self.span_of(i, start, end, date, date)
    }

    /// A span of dates as days before receipt.
    fn span_of(&self, i: usize, start: usize, end: usize, first: Date, last: Date) -> Option<Time> {
        let ago = |d: Date| self.today.since(d).ok().map(|s| s.get_days());
        let (least, most) = (ago(last)?.max(0) as u32, ago(first)?);
        let led = self.before(i, start, 1);
        let led = if matches!(led, "the" | "last" | "early" | "late" | "mid") { self.before(i, start, 2) } else { led };
        let deadline = matches!(led, "by" | "until" | "till" | "next") && least == 0;
        let future = most < 0 || deadline;
        let days_ago = if future { (0, 0) } else { (least, most.max(0) as u32) };
        Some(Time { tokens: i..end, days_ago, length: 0, lasting: matches!(led, "since" | "from"), future })
    }

    /// "yesterday", "last week", "since Monday", "this winter", "the other day".
    fn relative(&self, i: usize, start: usize, word: &str) -> Option<Time> {
        let at = |end: usize, least: u32, most: u32| Time {
            tokens: i..end,
            days_ago: (least, most),
            length: 0,
            lasting: self.before(i, start, 1) == "since",
            future: false,
        };
        let ahead = |end: usize| Some(Time { tokens: i..end, days_ago: (0, 0), length: 0, lasting: false, future: true });
        match word {
            "today" | "tonight" => return Some(at(i + 1, 0, 0)),
            "yesterday" => return Some(at(i + 1, 1, 1)),
            "tomorrow" => return ahead(i + 1),
            "recently" | "lately" => return None,
            "other" if matches!(self.word(i + 1), "day" | "week" | "night") => return Some(at(i + 2, 2, 12)),
            _ => {}
        }
        let led = matches!(word, "last" | "this" | "next" | "past" | "previous");
        let name = if led { self.word(i + 1) } else { word };
        let end = if led { i + 2 } else { i + 1 };
        if let Some(day) = weekday(name) {
            if word == "next" || matches!(self.before(i, start, 1), "by" | "until" | "till" | "before" | "for" | "next") {
                return ahead(end);
            }
            let since = self.today.weekday().since(day) as u32;
            let since = if since == 0 && word == "last" { 7 } else { since };
            return Some(at(end, since, since + if word == "last" { 7 } else { 0 }));
        }
        if let Some((month, day, length)) = season(name) {
            if !led
                && matches!(name, "spring" | "summer" | "autumn" | "winter")
                && !matches!(
                    self.before(i, start, 1),
                    "in" | "since" | "all" | "the" | "over" | "during" | "each" | "every" | "of" | "whole"
                )
            {
                return None;
            }
            if word == "next" || matches!(self.before(i, start, 1), "by" | "next") {
                return ahead(end);
            }
            let (year, end) = if led { (None, end) } else { self.year_after(end) };
            let mut first = Date::new(year.unwrap_or(self.today.year()), month, day).ok()?;
            if year.is_none() && first > self.today {
                first = first.checked_sub(1.year()).ok()?;
            }
            let ago = self.today.since(first).ok()?.get_days().max(0) as u32;
            return Some(at(end, ago.saturating_sub(length), ago));
        }
        if !led {
            return None;
        }
        match (word, name) {
            ("next", "week" | "month" | "year") => ahead(end),
            ("this", "morning" | "afternoon" | "evening") => Some(at(end, 0, 0)),
            ("this", "week") => Some(at(end, 0, 6)),
            ("this", "month") => Some(at(end, 0, 30)),
            ("this", "year") => Some(at(end, 0, self.today.day_of_year() as u32)),
            ("last", "night") => Some(at(end, 0, 1)),
            ("last" | "previous", "week") => Some(at(end, 3, 13)),
            ("last" | "previous", "month") => Some(at(end, 10, 61)),
            ("last" | "previous", "year") => {
                let since = self.today.day_of_year() as u32;
                Some(at(end, since, since + 365))
            }
            _ => None,
        }
    }
}

/// What a time is about, from the words of its sentence.
pub fn role(tokens: &Tokens, time: &Time) -> Role {
    if time.future {
        return Role::Future;
    }
    let sentence = &tokens.sentences[tokens.all[time.tokens.start].sentence as usize].0;
    let near = |i: &usize| *i + 9 > time.tokens.start && *i < time.tokens.end + 7;
    let words: Vec<&str> = sentence.clone().filter(near).map(|i| tokens.norm(i)).collect();
    let after = |n: usize| if time.tokens.end + n < sentence.end { tokens.norm(time.tokens.end + n) } else { "" };
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let life = [
        "lived",
        "living",
        "tenant",
        "tenants",
        "resident",
        "residents",
        "tenancy",
        "married",
        "worked",
        "aged",
        "born",
        "paying",
        "paid",
        "neighbour",
        "moved",
    ];
    if after(0) == "old"
        || (time.days_ago.0 >= 180
            && has(&life)
            && !has(&["leak", "leaking", "broken", "mould", "damp", "waiting", "reported", "complained"]))
    {
        return Role::Life;
    }
    let contact = [
        "rang",
        "ring",
        "called",
        "call",
        "calls",
        "phoned",
        "phone",
        "email",
        "emailed",
        "reported",
        "report",
        "wrote",
        "written",
        "told",
        "spoke",
        "spoken",
        "asked",
        "said",
        "visited",
        "visit",
        "letter",
        "appointment",
        "complained",
        "complaint",
        "promised",
        "chased",
        "contacted",
        "messaged",
        "texted",
        "came",
        "replied",
        "answered",
    ];
    if has(&contact) { Role::Contact } else { Role::Onset }
}
