//! The words with which people name numbers, lengths of time, months, weekdays and seasons.

use jiff::civil::Weekday;
use std::collections::HashSet;
use std::sync::LazyLock;

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

pub fn ordinal(word: &str) -> Option<u32> {
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
pub fn unit(word: &str) -> Option<u32> {
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

pub fn month(word: &str) -> Option<i8> {
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

pub fn weekday(word: &str) -> Option<Weekday> {
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
pub fn season(word: &str) -> Option<(i8, i8, u32)> {
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
pub static BEGINS: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS_OF_TIME.split_whitespace().collect());

const WORDS_OF_TIME: &str = "a an one half two twice both pair three thrice four five six seven eight nine ten eleven twelve dozen thirteen fourteen \
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty couple few several multiple numerous many countless first second third fourth fifth \
    sixth seventh eighth ninth tenth ages yonks donkeys minute minutes hour hours seconds day days night nights weekend weekends week weeks sennight \
    fortnight fortnights month months year years winters summers decade decades january jan february feb march april apr may june jun july jul \
    august aug september sept sep october oct november nov december dec monday mon mondays tuesday tues tue tuesdays wednesday weds wednesdays \
    thursday thurs thur thursdays friday fri fridays saturday saturdays sunday sundays christmas xmas easter halloween spring summer autumn winter \
    today tonight yesterday tomorrow other last this next past previous";
