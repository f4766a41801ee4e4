//! "14/02", "14th of February", "in May", "back in 2023", "the 3rd".

use super::words::month;
use super::{Reader, Time};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

impl Reader<'_> {
    /// 14/02, 14.2.2025, 2025-02-14.
    pub(super) fn numeric_date(&self, i: usize, start: usize) -> Option<Time> {
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
    pub(super) fn day_and_month(&self, i: usize, start: usize) -> Option<Time> {
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

    pub(super) fn year_after(&self, at: usize) -> (Option<i16>, usize) {
        match self.word(at).parse::<i16>().ok().filter(|y| (1950..=self.today.year() + 1).contains(y)) {
            Some(year) => (Some(year), at + 1),
            None => (None, at),
        }
    }

    pub(super) fn plain_year(&self, i: usize, start: usize) -> Option<i16> {
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

    pub(super) fn day_of_month(&self, i: usize, start: usize, end: usize, day: i8) -> Option<Time> {
        let this = Date::new(self.today.year(), self.today.month(), day).ok().filter(|d| *d <= self.today);
        let date = this.or_else(|| {
            let last = self.today.first_of_month().yesterday().ok()?;
            Date::new(last.year(), last.month(), day).ok()
        })?;
        self.span_of(i, start, end, date, date)
    }

    pub(super) fn dated(&self, i: usize, start: usize, end: usize, day: i8, month: i8, year: Option<i16>) -> Option<Time> {
        let date = Date::new(year.unwrap_or(self.today.year()), month, day).ok()?;
        // A date without a year that lies well ahead was last year's; one just ahead is an appointment.
        let ahead = date > self.today.checked_add(Span::new().days(75)).ok()?;
        let date = if year.is_none() && ahead { date.checked_sub(1.year()).ok()? } else { date };
        self.span_of(i, start, end, date, date)
    }

    /// A span of dates as days before receipt.
    pub(super) fn span_of(&self, i: usize, start: usize, end: usize, first: Date, last: Date) -> Option<Time> {
        let ago = |d: Date| self.today.since(d).ok().map(|s| s.get_days());
        let (least, most) = (ago(last)?.max(0) as u32, ago(first)?);
        let led = self.before(i, start, 1);
        let led = if matches!(led, "the" | "last" | "early" | "late" | "mid") { self.before(i, start, 2) } else { led };
        let deadline = matches!(led, "by" | "until" | "till" | "next") && least == 0;
        let future = most < 0 || deadline;
        let days_ago = if future { (0, 0) } else { (least, most.max(0) as u32) };
        Some(Time { tokens: i..end, days_ago, length: 0, lasting: matches!(led, "since" | "from"), future })
    }
}
