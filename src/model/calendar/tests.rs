//! The vectors of the domain reference, a brute-force count beside ours, and the local traps.

use super::*;
use Division::{EnglandAndWales, NorthernIreland, Scotland};
use proptest::prelude::*;

/// The shipped file, read without the loader, which lies in a room above.
fn shipped(division: Division) -> Calendar {
    let text = match division {
        EnglandAndWales => include_str!("../../../rules/calendars/england-and-wales.toml"),
        Scotland => include_str!("../../../rules/calendars/scotland.toml"),
        NorthernIreland => include_str!("../../../rules/calendars/northern-ireland.toml"),
    };
    let table: toml::Table = text.parse().unwrap();
    let days = table["bank_holidays"].as_array().unwrap();
    Calendar {
        division,
        days_off: days.iter().map(|d| d["date"].as_str().unwrap().parse().unwrap()).collect(),
        covers: (table["first"].as_str().unwrap().parse().unwrap(), table["last"].as_str().unwrap().parse().unwrap()),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn five() -> Time {
    clock_time("17:00").unwrap()
}

/// Received; division; acknowledgement due by A, B and C; responses due at stage 1 and 2 when acknowledged on A's last day.
#[rustfmt::skip]
const VECTORS: [(&str, Division, &str, &str, &str, &str, &str); 27] = [
    ("2026-03-02T09:14:00Z", EnglandAndWales, "2026-03-09", "2026-03-09", "2026-03-06", "2026-03-23", "2026-04-08"),
    ("2026-03-02T09:14:00Z", Scotland, "2026-03-09", "2026-03-09", "2026-03-06", "2026-03-23", "2026-04-07"),
    ("2026-03-02T09:14:00Z", NorthernIreland, "2026-03-09", "2026-03-09", "2026-03-06", "2026-03-24", "2026-04-09"),
    ("2026-04-02T18:30:00Z", EnglandAndWales, "2026-04-13", "2026-04-14", "2026-04-10", "2026-04-27", "2026-05-12"),
    ("2026-04-02T18:30:00Z", Scotland, "2026-04-10", "2026-04-13", "2026-04-09", "2026-04-24", "2026-05-11"),
    ("2026-04-02T18:30:00Z", NorthernIreland, "2026-04-13", "2026-04-14", "2026-04-10", "2026-04-27", "2026-05-12"),
    ("2026-04-04T10:00:00Z", EnglandAndWales, "2026-04-13", "2026-04-14", "2026-04-13", "2026-04-27", "2026-05-12"),
    ("2026-04-04T10:00:00Z", Scotland, "2026-04-10", "2026-04-13", "2026-04-10", "2026-04-24", "2026-05-11"),
    ("2026-04-04T10:00:00Z", NorthernIreland, "2026-04-13", "2026-04-14", "2026-04-13", "2026-04-27", "2026-05-12"),
    ("2026-06-12T15:00:00Z", EnglandAndWales, "2026-06-19", "2026-06-19", "2026-06-18", "2026-07-03", "2026-07-17"),
    ("2026-06-12T15:00:00Z", Scotland, "2026-06-22", "2026-06-22", "2026-06-19", "2026-07-06", "2026-07-20"),
    ("2026-06-12T15:00:00Z", NorthernIreland, "2026-06-19", "2026-06-19", "2026-06-18", "2026-07-03", "2026-07-20"),
    ("2026-06-30T23:30:00Z", EnglandAndWales, "2026-07-08", "2026-07-08", "2026-07-07", "2026-07-22", "2026-08-05"),
    ("2026-06-30T23:30:00Z", Scotland, "2026-07-08", "2026-07-08", "2026-07-07", "2026-07-22", "2026-08-06"),
    ("2026-06-30T23:30:00Z", NorthernIreland, "2026-07-08", "2026-07-08", "2026-07-07", "2026-07-23", "2026-08-06"),
    ("2026-07-10T12:00:00Z", EnglandAndWales, "2026-07-17", "2026-07-17", "2026-07-16", "2026-07-31", "2026-08-14"),
    ("2026-07-10T12:00:00Z", Scotland, "2026-07-17", "2026-07-17", "2026-07-16", "2026-07-31", "2026-08-17"),
    ("2026-07-10T12:00:00Z", NorthernIreland, "2026-07-20", "2026-07-20", "2026-07-17", "2026-08-03", "2026-08-17"),
    ("2026-12-24T16:45:00Z", EnglandAndWales, "2027-01-05", "2027-01-05", "2027-01-04", "2027-01-19", "2027-02-02"),
    ("2026-12-24T16:45:00Z", Scotland, "2027-01-06", "2027-01-06", "2027-01-05", "2027-01-20", "2027-02-03"),
    ("2026-12-24T16:45:00Z", NorthernIreland, "2027-01-05", "2027-01-05", "2027-01-04", "2027-01-19", "2027-02-02"),
    ("2027-12-23T12:00:00Z", EnglandAndWales, "2028-01-04", "2028-01-04", "2027-12-31", "2028-01-18", "2028-02-01"),
    ("2027-12-23T12:00:00Z", Scotland, "2028-01-05", "2028-01-05", "2027-12-31", "2028-01-19", "2028-02-02"),
    ("2027-12-23T12:00:00Z", NorthernIreland, "2028-01-04", "2028-01-04", "2027-12-31", "2028-01-18", "2028-02-01"),
    ("2026-12-31T12:00:00Z", EnglandAndWales, "2027-01-08", "2027-01-08", "2027-01-07", "2027-01-22", "2027-02-05"),
    ("2026-12-31T12:00:00Z", Scotland, "2027-01-11", "2027-01-11", "2027-01-08", "2027-01-25", "2027-02-08"),
    ("2026-12-31T12:00:00Z", NorthernIreland, "2027-01-08", "2027-01-08", "2027-01-07", "2027-01-22", "2027-02-05"),
];

#[test]
fn the_vectors_of_the_reference() {
    for (received, division, a, b, c, stage1, stage2) in VECTORS {
        let calendar = shipped(division);
        let due = |counting| calendar.due(at(received), 5, counting, five());
        assert_eq!(due(Counting::DayAfter), day(a), "A {received} {division:?}");
        assert_eq!(due(Counting::DeemedNextWorkingDay), day(b), "B {received} {division:?}");
        assert_eq!(due(Counting::ReceiptIsDay1), day(c), "C {received} {division:?}");
        let acknowledged = at_local(day(a), clock_time("16:00").unwrap());
        assert_eq!(calendar.due(acknowledged, 10, Counting::DayAfter, five()), day(stage1), "stage 1 {received} {division:?}");
        assert_eq!(calendar.due(acknowledged, 20, Counting::DayAfter, five()), day(stage2), "stage 2 {received} {division:?}");
    }
}

#[test]
fn one_working_day_for_what_a_contractor_forwards() {
    let vectors = [
        (EnglandAndWales, "2026-03-27", "2026-03-30"),
        (EnglandAndWales, "2026-04-02", "2026-04-07"),
        (EnglandAndWales, "2026-05-01", "2026-05-05"),
        (EnglandAndWales, "2026-12-24", "2026-12-29"),
        (EnglandAndWales, "2026-12-31", "2027-01-04"),
        (Scotland, "2026-12-31", "2027-01-05"),
    ];
    for (division, received, due) in vectors {
        let noon = at_local(day(received), clock_time("12:00").unwrap());
        assert_eq!(shipped(division).due(noon, 1, Counting::DayAfter, five()), day(due), "{received} {division:?}");
    }
}

#[test]
fn each_shipped_file_holds_every_day_of_the_list() {
    let counts = Division::ALL.map(|d| shipped(d).days_off.len());
    assert_eq!(counts, [40, 46, 50]);
}

#[test]
fn a_minute_either_side_of_midnight_is_another_day() {
    let calendar = shipped(EnglandAndWales);
    let due = |text: &str| calendar.due(at(text), 5, Counting::DayAfter, five());
    // 23:59 and 00:01 local on the nights around the early May holiday (4 May 2026), in summer time: one hour before UTC.
    assert_eq!(due("2026-04-30T22:59:00Z"), day("2026-05-08")); // Thursday 23:59
    assert_eq!(due("2026-04-30T23:01:00Z"), day("2026-05-11")); // Friday 00:01
    assert_eq!(due("2026-05-03T22:59:00Z"), day("2026-05-11")); // Sunday 23:59
    assert_eq!(due("2026-05-03T23:01:00Z"), day("2026-05-11")); // the holiday itself, 00:01
    assert_eq!(due("2026-05-04T22:59:00Z"), day("2026-05-11")); // the holiday, 23:59
    assert_eq!(due("2026-05-04T23:01:00Z"), day("2026-05-12")); // Tuesday 00:01
}

#[test]
fn the_nights_on_which_the_clocks_change() {
    let calendar = shipped(EnglandAndWales);
    let due = |text: &str| calendar.due(at(text), 1, Counting::DayAfter, five());
    // 2026-03-29: 01:00 UTC is 02:00 local. Sunday either side, so Monday.
    assert_eq!(due("2026-03-29T00:30:00Z"), day("2026-03-30"));
    assert_eq!(due("2026-03-29T22:59:59Z"), day("2026-03-30")); // 23:59:59 local, still Sunday
    assert_eq!(due("2026-03-29T23:00:00Z"), day("2026-03-31")); // Monday 00:00 local
    assert_eq!(end_of(day("2026-03-28")), at("2026-03-28T23:59:59.999999Z"));
    assert_eq!(end_of(day("2026-03-29")), at("2026-03-29T22:59:59.999999Z")); // 23 hours long
    // 2026-10-25: 01:00 UTC is 01:00 local again, after 02:00.
    assert_eq!(due("2026-10-24T23:30:00Z"), day("2026-10-26")); // Sunday 00:30 local
    assert_eq!(due("2026-10-25T23:59:00Z"), day("2026-10-26")); // Sunday 23:59 local
    assert_eq!(due("2026-10-26T00:01:00Z"), day("2026-10-27")); // Monday 00:01 local
    assert_eq!(end_of(day("2026-10-24")), at("2026-10-24T22:59:59.999999Z"));
    assert_eq!(end_of(day("2026-10-25")), at("2026-10-25T23:59:59.999999Z")); // 25 hours long
    // An hour that does not exist, and one that exists twice.
    let half_past_one = clock_time("01:30").unwrap();
    assert_eq!(at_local(day("2026-03-29"), half_past_one), at("2026-03-29T01:30:00Z"));
    assert_eq!(at_local(day("2026-10-25"), half_past_one), at("2026-10-25T00:30:00Z"));
}

#[test]
fn closing_time_itself_is_within_hours() {
    let calendar = shipped(EnglandAndWales);
    let due = |text: &str| calendar.due(at(text), 1, Counting::DeemedNextWorkingDay, five());
    assert_eq!(due("2026-03-02T17:00:00Z"), day("2026-03-03"));
    assert_eq!(due("2026-03-02T17:00:01Z"), day("2026-03-04"));
}

#[test]
fn no_days_is_the_day_itself() {
    let calendar = shipped(EnglandAndWales);
    assert_eq!(calendar.due(at("2026-03-07T10:00:00Z"), 0, Counting::DayAfter, five()), day("2026-03-07"));
}

#[test]
fn a_due_date_past_the_files_end_is_known_to_be_a_guess() {
    let calendar = shipped(EnglandAndWales);
    let received = at("2028-12-22T12:00:00Z");
    let due = calendar.due(received, 5, Counting::DayAfter, five());
    assert!(!calendar.covers_wait(received, due), "{due}");
    assert!(calendar.covers_wait(at("2028-12-01T12:00:00Z"), day("2028-12-08")));
    assert!(!calendar.covers_wait(at("2023-12-29T12:00:00Z"), day("2024-01-08")));
}

#[test]
fn the_end_of_time_ends_the_count() {
    assert_eq!(Calendar::default().after(Date::MAX, u32::MAX), Date::MAX);
    assert_eq!(end_of(Date::MAX), Timestamp::MAX);
}

#[test]
fn clock_times_are_four_figures() {
    assert_eq!(clock_time("09:00"), Time::new(9, 0, 0, 0).ok());
    for bad in ["9:00", "09.00", "24:00", "09:60", "+9:00", "", "09:00:00"] {
        assert_eq!(clock_time(bad), None, "{bad}");
    }
}

#[test]
fn dates_are_written_out() {
    assert_eq!(written_out(day("2026-04-07")), "Tuesday 7 April 2026");
}

/// Every day looked at, one by one: slow and plain.
fn brute_due(calendar: &Calendar, received: Timestamp, days: u32, counting: Counting) -> Date {
    let local = received.to_zoned(jiff::tz::TimeZoneDatabase::bundled().get("Europe/London").unwrap());
    let works = |d: Date| d.weekday().to_monday_one_offset() <= 5 && !calendar.days_off.contains(&d);
    let mut day = local.date();
    if counting == Counting::DeemedNextWorkingDay && (local.time() > five() || !works(day)) {
        day = day.tomorrow().unwrap();
        while !works(day) {
            day = day.tomorrow().unwrap();
        }
    }
    let mut counted = u32::from(counting == Counting::ReceiptIsDay1 && works(day));
    while counted < days {
        day = day.tomorrow().unwrap();
        counted += u32::from(works(day));
    }
    day
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any minute of 2024 to 2028.
    #[test]
    fn counting_agrees_with_looking_at_every_day(
        minute in 0i64..2_629_440, days in 1u32..30, division in 0usize..3, counting in 0usize..3,
    ) {
        let counting = [Counting::DayAfter, Counting::DeemedNextWorkingDay, Counting::ReceiptIsDay1][counting];
        let calendar = shipped(Division::ALL[division]);
        let received = Timestamp::from_second(1_704_067_200 + minute * 60).unwrap();
        let due = calendar.due(received, days, counting, five());
        prop_assert_eq!(due, brute_due(&calendar, received, days, counting));
        prop_assert!(calendar.is_working(due));
        prop_assert_eq!(local_day(end_of(due)), due);
        // A is what remains when the day of receipt is taken away.
        if counting == Counting::DayAfter {
            prop_assert_eq!(calendar.working_days_between(local_day(received), due), i64::from(days));
            prop_assert_eq!(calendar.working_days_between(due, local_day(received)), -i64::from(days));
        }
        // C never gives a later date than A, nor A than B.
        prop_assert!(calendar.due(received, days, Counting::ReceiptIsDay1, five()) <= calendar.due(received, days, Counting::DayAfter, five()));
        prop_assert!(calendar.due(received, days, Counting::DayAfter, five()) <= calendar.due(received, days, Counting::DeemedNextWorkingDay, five()));
    }

    #[test]
    fn days_between_agree_with_looking_at_every_day(from in 0i32..1800, length in 0i32..400, division in 0usize..3) {
        let calendar = shipped(Division::ALL[division]);
        let from = day("2024-01-01").saturating_add(from.days());
        let to = from.saturating_add(length.days());
        let looked = from.series(1.day()).skip(1).take_while(|d| *d <= to).filter(|d| calendar.is_working(*d)).count();
        prop_assert_eq!(calendar.working_days_between(from, to), looked as i64);
    }
}
