//! Calendar files: the bank holidays of each part of the United Kingdom, with where they come from and what days they speak for.
//!
//! The shipped ones are compiled in. A site's `calendars/*.toml` takes the place of the shipped file of its division, or, with
//! `extends`, adds days off to it.

use crate::folder;
use crate::model::calendar::{Calendar, Division};
use crate::model::fault::Fault;
use crate::rules::spanned::Spanned;
use jiff::{ToSpan, civil::Date, civil::Weekday};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

pub type Calendars = BTreeMap<Division, Calendar>;

const SHIPPED: [(&str, &str); 3] = [
    ("rules/calendars/england-and-wales.toml", include_str!("../../rules/calendars/england-and-wales.toml")),
    ("rules/calendars/scotland.toml", include_str!("../../rules/calendars/scotland.toml")),
    ("rules/calendars/northern-ireland.toml", include_str!("../../rules/calendars/northern-ireland.toml")),
];

/// The bank holidays of one part of the United Kingdom, or days off that a site adds to them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The division to whose days these are added.
    extends: Option<Spanned<String>>,
    /// england-and-wales, scotland or northern-ireland.
    division: Option<Spanned<String>>,
    /// Where the days come from: a web address.
    source: Option<Spanned<String>>,
    #[serde(rename = "licence")]
    _licence: Option<String>,
    /// The day on which they were taken from there: "2026-11-22".
    updated: Option<Spanned<String>>,
    /// The first day for which they speak.
    first: Option<Spanned<String>>,
    /// The last day for which they speak.
    last: Option<Spanned<String>>,
    #[serde(default)]
    bank_holidays: Vec<Day>,
    /// The landlord's own days off.
    #[serde(default)]
    extra_days_off: Vec<Day>,
}

/// A day off.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Day {
    date: Spanned<String>,
    name: Spanned<String>,
    #[serde(default, rename = "substitute")]
    _substitute: bool,
}

/// The shipped calendars with a site's over them (`DIR/calendars`). Advice does not fail it: [`lint`] tells it.
pub fn load(site: Option<&Path>) -> Result<Calendars, Vec<Fault>> {
    let (calendars, faults) = read(site);
    if faults.iter().any(|f| f.fatal) { Err(faults) } else { Ok(calendars) }
}

/// Every fault and piece of advice, those of files that end within six months of `today` too.
pub fn lint(site: Option<&Path>, today: Date) -> Vec<Fault> {
    let (calendars, mut faults) = read(site);
    for (division, calendar) in &calendars {
        let last = calendar.covers.1;
        if last < today.saturating_add(6.months()) {
            let name = division.as_str();
            let file = format!("calendars/{name}.toml");
            let fault = Fault::of_file(&file, format!("the bank holidays of {name} are known only to {last}"));
            faults.push(fault.hint("take the days after it from https://www.gov.uk/bank-holidays, or a newer Postroom").advice());
        }
    }
    faults
}

fn read(site: Option<&Path>) -> (Calendars, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut shipped = Calendars::new();
    for (name, text) in SHIPPED {
        shipped.extend(compile(name, text, &Calendars::new(), &mut faults).map(|c| (c.division, c)));
    }
    let mut all = shipped.clone();
    let mut seen: BTreeMap<Division, String> = BTreeMap::new();
    for (name, text) in site.map(|dir| folder::read(&dir.join("calendars"), &["toml"], &mut faults)).unwrap_or_default() {
        let Some(calendar) = compile(&name, &text, &shipped, &mut faults) else { continue };
        if let Some(other) = seen.insert(calendar.division, name.clone()) {
            let says = format!("{} has a second calendar; {other} holds the first", calendar.division.as_str());
            faults.push(Fault::of_file(&name, says).hint("keep one file for each division"));
        }
        all.insert(calendar.division, calendar);
    }
    (all, faults)
}

/// One file. `None` when it says too little to count by; what is wrong with it goes to `faults`.
fn compile(name: &str, text: &str, shipped: &Calendars, faults: &mut Vec<Fault>) -> Option<Calendar> {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let bare = error.span().filter(|s| text.get(s.clone()).is_some_and(|t| t.parse::<Date>().is_ok()));
            faults.push(match bare {
                Some(span) => Fault::at(name, text, span, "the date stands without quotes").hint("write it as in date = \"2027-05-03\""),
                None => Fault::from_toml(name, text, &error).hint(
                    "a calendar has division, source, licence, updated, first, last, bank_holidays and extra_days_off (or extends); \
                     a day is { date = \"2027-05-03\", name = \"Early May bank holiday\", substitute = false }",
                ),
            });
            return None;
        }
    };
    let base = match &file.extends {
        Some(word) => Some(shipped.get(&division(name, text, word, faults)?)?),
        None => None,
    };
    let division = match (&file.division, base) {
        (Some(word), base) => {
            let own = division(name, text, word, faults)?;
            if base.is_some_and(|b| b.division != own) {
                let says = format!("this file extends another division than {}", own.as_str());
                faults.push(Fault::at(name, text, word.span(), says).hint("leave `division` out: it is that of the extended file"));
            }
            own
        }
        (None, Some(base)) => base.division,
        (None, None) => {
            faults.push(Fault::of_file(name, "no division is given").hint(format!("add a line such as {}", DIVISIONS[0])));
            return None;
        }
    };
    let mut date = |word: &Option<Spanned<String>>, key: &str, missing: Option<Date>| match (word, missing) {
        (Some(word), _) => parse_date(name, text, word, faults),
        (None, Some(base)) => Some(base),
        (None, None) => {
            let hint = format!("add {key} = \"2028-12-31\", with the day that is meant");
            faults.push(Fault::of_file(name, format!("`{key}` is missing")).hint(hint));
            None
        }
    };
    let first = date(&file.first, "first", base.map(|b| b.covers.0));
    let last = date(&file.last, "last", base.map(|b| b.covers.1));
    date(&file.updated, "updated", base.map(|b| b.covers.1));
    if base.is_none() && file.source.as_ref().is_none_or(|s| s.get_ref().trim().is_empty()) {
        let fault = Fault::of_file(name, "`source` is missing: nobody can tell where these days come from");
        faults.push(fault.hint("add source = \"https://www.gov.uk/bank-holidays\", or whatever the days were taken from"));
    }
    let covers = (first?, last?);
    if let (true, Some(word)) = (covers.0 > covers.1, file.last.as_ref().or(file.first.as_ref())) {
        let says = format!("the calendar ends on {} and begins on {}", covers.1, covers.0);
        faults.push(Fault::at(name, text, word.span(), says).hint("`first` comes before `last`"));
    }
    let mut days_off = base.map(|b| b.days_off.clone()).unwrap_or_default();
    days_off.extend(days(name, text, &file.bank_holidays, covers, faults));
    let extra = days(name, text, &file.extra_days_off, covers, faults);
    for day in &file.extra_days_off {
        let says = format!("{} loosens the Code's clock: it is no bank holiday, so the Ombudsman will count it", day.date.get_ref());
        faults.push(Fault::at(name, text, day.date.span(), says).hint("keep it only where the landlord's policy says so").advice());
    }
    days_off.extend(extra);
    days_off.sort();
    days_off.dedup();
    Some(Calendar { division, days_off, covers })
}

/// A list's days, each checked against the one before it, the coverage and the week.
fn days(name: &str, text: &str, list: &[Day], covers: (Date, Date), faults: &mut Vec<Fault>) -> Vec<Date> {
    let mut out: Vec<Date> = Vec::new();
    for day in list {
        let Some(date) = parse_date(name, text, &day.date, faults) else { continue };
        let mut fault = |says: String, hint: &str| faults.push(Fault::at(name, text, day.date.span(), says).hint(hint));
        match out.last() {
            Some(before) if *before == date => fault(format!("{date} stands here twice"), "delete one of the two"),
            Some(before) if *before > date => fault(format!("{date} comes after {before}"), "put the days in order of date"),
            _ => {}
        }
        if date < covers.0 || date > covers.1 {
            let says = format!("{date} lies outside the days that this file speaks for ({} to {})", covers.0, covers.1);
            fault(says, "correct the day, or `first` and `last`");
        }
        if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            let says = format!("{date} is a {}, which is no working day already", date.strftime("%A"));
            let hint = "a bank holiday on a weekend has a substitute day: give that, with substitute = true";
            faults.push(Fault::at(name, text, day.date.span(), says).hint(hint).advice());
        }
        if day.name.get_ref().trim().is_empty() {
            faults.push(
                Fault::at(name, text, day.name.span(), "the day has no name").hint("give the holiday's name, for whoever reads a due date"),
            );
        }
        out.push(date);
    }
    out
}

const DIVISIONS: [&str; 3] = ["division = \"england-and-wales\"", "division = \"scotland\"", "division = \"northern-ireland\""];

fn division(name: &str, text: &str, word: &Spanned<String>, faults: &mut Vec<Fault>) -> Option<Division> {
    let found = Division::ALL.into_iter().find(|d| d.as_str() == word.get_ref());
    if found.is_none() {
        let fault = Fault::at(name, text, word.span(), format!("there is no division \"{}\"", word.get_ref()));
        faults.push(fault.hint("england-and-wales, scotland or northern-ireland"));
    }
    found
}

/// A day as files write it: ISO 8601, four figures for the year.
pub(super) fn parse_date(name: &str, text: &str, word: &Spanned<String>, faults: &mut Vec<Fault>) -> Option<Date> {
    // jiff also reads dates with times and week dates; a file should hold one form.
    let date = word.get_ref().parse::<Date>().ok().filter(|d| d.to_string() == *word.get_ref());
    if date.is_none() {
        let fault = Fault::at(name, text, word.span(), format!("\"{}\" is not a date", word.get_ref()));
        faults.push(fault.hint("write year, month and day, as in \"2027-05-03\""));
    }
    date
}

#[cfg(test)]
mod tests;
