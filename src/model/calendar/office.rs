//! Office hours: whether somebody is at their desk, and when they are next.

use super::{Calendar, at_local, local_day, london};
use jiff::Timestamp;
use jiff::civil::Time;

impl Calendar {
    /// Whether the office is open at an instant: on a working day, from the opening time until just before the closing time.
    pub fn is_open(&self, at: Timestamp, (opens, closes): (Time, Time)) -> bool {
        let local = at.to_zoned(london()).datetime();
        self.is_working(local.date()) && (opens..closes).contains(&local.time())
    }

    /// The next time that the office opens, after `at`.
    pub fn next_opening(&self, at: Timestamp, opens: Time) -> Timestamp {
        let today = local_day(at);
        let this_morning = at_local(today, opens);
        if self.is_working(today) && at < this_morning { this_morning } else { at_local(self.after(today, 1), opens) }
    }

    /// `at` itself while the office is open, else its next opening.
    pub fn in_office_hours(&self, at: Timestamp, hours: (Time, Time)) -> Timestamp {
        if self.is_open(at, hours) { at } else { self.next_opening(at, hours.0) }
    }
}
