//! "Three weeks", "over a year", "half an hour ago".

use super::words::{number, ordinal, unit};
use super::{Reader, Time};

impl Reader<'_> {
    /// "three weeks", "a couple of months ago", "over a year", "months", "day 12", "third week".
    pub(super) fn duration(&self, i: usize, start: usize) -> Option<Time> {
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

    pub(super) fn lasting(&self, i: usize, mut end: usize, start: usize, least: u32, most: u32, days: u32) -> Time {
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
}
