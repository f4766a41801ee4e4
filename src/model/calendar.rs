//! Working days of one part of the United Kingdom, and the ways of counting them.

mod office;

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The time of the whole United Kingdom, compiled in: deadlines must not depend on whether the machine has a tz database.
static LONDON: TimeZone = jiff::tz::get!("Europe/London");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    #[default]
    EnglandAndWales,
    Scotland,
    NorthernIreland,
}

impl Division {
    pub const ALL: [Division; 3] = [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland];

    /// As it is written in files, and in the government's feed.
    pub fn as_str(self) -> &'static str {
        match self {
            Division::EnglandAndWales => "england-and-wales",
            Division::Scotland => "scotland",
            Division::NorthernIreland => "northern-ireland",
        }
    }

    /// Whom to call who smells gas: Northern Ireland has a network, and a number, of its own.
    pub fn gas_number(self) -> &'static str {
        if self == Division::NorthernIreland { "0800 002 001" } else { "0800 111 999" }
    }
}

/// What the day of receipt counts as (domain.md section 7). The Code does not say; landlords differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// A: from the first working day after the local date of receipt, whatever the hour.
    #[default]
    DayAfter,
    /// B: after hours or on a day off it counts as received on the next working day, then as A. Never for a breach alarm.
    DeemedNextWorkingDay,
    /// C: the day of receipt, or the next working day, is day 1.
    #[serde(rename = "receipt_is_day_1")]
    ReceiptIsDay1,
}

/// A calendar file, compiled. Weekends and `days_off` are no working days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    pub division: Division,
    /// Bank holidays and closure days, sorted.
    pub days_off: Vec<Date>,
    /// First and last day that the file speaks for.
    pub covers: (Date, Date),
}

impl Calendar {
    pub fn is_working(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && self.days_off.binary_search(&day).is_err()
    }

    /// Whether the file knows the bank holidays of `day`; outside, a date is a guess and must be said to be (promise 4).
    pub fn speaks_for(&self, day: Date) -> bool {
        (self.covers.0..=self.covers.1).contains(&day)
    }

    /// Whether every day from receipt to `due` is known.
    pub fn covers_wait(&self, received: Timestamp, due: Date) -> bool {
        self.speaks_for(local_day(received)) && self.speaks_for(due)
    }

    /// The last local day on which a promise of `days` working days from `received` is kept. `office_closes` matters to
    /// [`Counting::DeemedNextWorkingDay`] alone: later than it is after hours.
    pub fn due(&self, received: Timestamp, days: u32, counting: Counting, office_closes: Time) -> Date {
        let local = received.to_zoned(LONDON.clone()).datetime();
        match counting {
            Counting::DayAfter => self.after(local.date(), days),
            Counting::DeemedNextWorkingDay => {
                let after_hours = local.time() > office_closes;
                let deemed = if after_hours || !self.is_working(local.date()) { self.after(local.date(), 1) } else { local.date() };
                self.after(deemed, days)
            }
            Counting::ReceiptIsDay1 => {
                let first = if self.is_working(local.date()) { local.date() } else { self.after(local.date(), 1) };
                self.after(first, days.saturating_sub(1))
            }
        }
    }

    /// The `days`th working day after `day`; `day` itself for none.
    pub fn after(&self, day: Date, days: u32) -> Date {
        let (mut at, mut left) = (day, days);
        while left > 0 {
            match at.tomorrow() {
                Ok(next) => at = next,
                Err(_) => break, // the last day of year 9999
            }
            left -= u32::from(self.is_working(at));
        }
        at
    }

    /// How many working days lie after `from`, up to and including `to`: how many are left, when `from` is today. Negative when
    /// `to` is past.
    pub fn working_days_between(&self, from: Date, to: Date) -> i64 {
        let (first, last) = (from.min(to), from.max(to));
        // Whole weeks hold five weekdays each; only the rest and the days off need looking at.
        let span = first.duration_until(last).as_hours() / 24;
        let (weeks, rest) = (span / 7, span % 7);
        let from_rest = last.saturating_sub(rest.days());
        let weekday = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let odd = from_rest.series(1.day()).skip(1).take_while(|d| *d <= last).filter(weekday).count();
        let off = self.days_off.iter().filter(|d| **d > first && **d <= last).filter(|d| weekday(d)).count();
        let days = weeks * 5 + odd as i64 - off as i64;
        if from <= to { days } else { -days }
    }
}

/// The time zone of every landlord that Postroom serves.
pub fn london() -> TimeZone {
    LONDON.clone()
}

/// The local date of an instant.
pub fn local_day(at: Timestamp) -> Date {
    at.to_zoned(LONDON.clone()).date()
}

/// An instant of a local day. A time that the spring change leaves out is the one an hour later; one that the autumn change
/// repeats is the first.
pub fn at_local(day: Date, time: Time) -> Timestamp {
    LONDON.to_ambiguous_timestamp(day.to_datetime(time)).compatible().unwrap_or(Timestamp::MAX)
}

/// The last instant of a local day, to the microsecond that the store keeps. A duty met later is breached.
pub fn end_of(day: Date) -> Timestamp {
    // Midnight exists on every day: British clocks change at one in the morning UTC.
    match day.tomorrow() {
        Ok(next) => at_local(next, Time::midnight()).saturating_sub(1.microsecond()).unwrap_or(Timestamp::MAX),
        Err(_) => Timestamp::MAX,
    }
}

/// An hour of the clock as policies write it, `HH:MM`.
pub fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok()).flatten();
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

/// A date written out for a resident: `Tuesday 7 April 2026`. Figures alone are read differently by different people.
pub fn written_out(day: Date) -> String {
    day.strftime("%A %-d %B %Y").to_string()
}

#[cfg(test)]
mod tests;
