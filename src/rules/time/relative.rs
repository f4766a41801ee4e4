//! "Yesterday", "last week", "since Monday", "this winter": times told from the day of receipt.

use super::words::{season, weekday};
use super::{Reader, Time};
use jiff::ToSpan;
use jiff::civil::Date;

impl Reader<'_> {
    /// "yesterday", "last week", "since Monday", "this winter", "the other day".
    pub(super) fn relative(&self, i: usize, start: usize, word: &str) -> Option<Time> {
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
