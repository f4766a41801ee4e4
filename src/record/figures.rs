//! The figures of a period: what the Code asks a landlord to report (8.1, 9.2, 9.7) and what goes into the Tenant Satisfaction Measures CH01
//! and CH02. Pure: rows in, tables out.

use super::words;
use crate::model::calendar::{Calendar, local_day};
use crate::model::case::CaseId;
use crate::model::decision::{Flag, Kind};
use crate::model::duty::DutyKind;
use crate::store::case_fact::KEPT_BY_FIRM;
use crate::store::report::{Complaint, Decided, Happened, Owed};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a report counts.
pub struct Rows {
    pub stage1: Vec<Complaint>,
    pub stage2: Vec<Complaint>,
    pub decided: Vec<Decided>,
    pub owed: Vec<Owed>,
    pub happened: Vec<Happened>,
    /// Case, what, value.
    pub facts: Vec<(CaseId, String, String)>,
}

/// One table of the report.
pub struct Table {
    pub title: String,
    /// What is counted, and how.
    pub note: String,
    pub columns: Vec<String>,
    pub rows: Vec<(String, Vec<Cell>)>,
    /// Shown as bars too.
    pub chart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    Count(usize),
    /// With one decimal place.
    Number(f64),
    /// So many of so many; of none there is no share.
    Share(usize, usize),
    Nothing,
}

impl Cell {
    pub fn text(self) -> String {
        match self {
            Cell::Count(n) => n.to_string(),
            Cell::Number(n) => format!("{n:.1}"),
            Cell::Share(part, whole) if whole > 0 => format!("{:.1}%", 100.0 * part as f64 / whole as f64),
            Cell::Share(..) | Cell::Nothing => "–".into(),
        }
    }
}

/// The Code's limit for acknowledging at either stage, in working days (6.2, 6.11).
const CODE_ACK_DAYS: i64 = 5;

/// All tables, in the order in which a board reads them. `homes`: how many the landlord has, for CH01.
pub fn tables(rows: &Rows, calendar: &Calendar, homes: Option<u32>, now: Timestamp) -> Vec<Table> {
    let mut tables = vec![received(rows, homes), months(rows), channels(rows), acknowledged(rows, calendar), waits(rows, calendar)];
    tables.extend([answered(rows, now), breached(rows, now)]);
    tables.extend([topics(rows), flags(rows), kinds(rows)]);
    for (what, title) in
        [("contractor", "Complaints by contractor who passed them on"), ("ward", "Complaints by ward"), ("tenure", "Complaints by tenure")]
    {
        tables.push(facts(rows, what, title));
    }
    tables.extend([forwarded(rows), refused(rows), recorded(rows)]);
    tables
}

fn both(first: impl Into<String>, second: impl Into<String>) -> Vec<String> {
    vec![first.into(), second.into()]
}

fn received(rows: &Rows, homes: Option<u32>) -> Table {
    let mut table = Table {
        title: "Complaints received (CH01)".into(),
        note: "Each case is counted once at each stage, by the day on which the complaint or the request for stage 2 reached the landlord. What a \
               person merged is one case. Additions are no complaints."
            .into(),
        columns: both("stage 1", "stage 2"),
        rows: vec![("received".into(), vec![Cell::Count(rows.stage1.len()), Cell::Count(rows.stage2.len())])],
        chart: false,
    };
    if let Some(homes) = homes.filter(|h| *h > 0) {
        let rate = |n: usize| Cell::Number(1000.0 * n as f64 / f64::from(homes));
        table.rows.push((format!("per 1,000 homes (of {homes})"), vec![rate(rows.stage1.len()), rate(rows.stage2.len())]));
    }
    table
}

fn months(rows: &Rows) -> Table {
    let mut months = BTreeMap::<(i16, i8), [usize; 2]>::new();
    for (stage, list) in [&rows.stage1, &rows.stage2].into_iter().enumerate() {
        for c in list {
            let day = local_day(c.received_at);
            months.entry((day.year(), day.month())).or_default()[stage] += 1;
        }
    }
    let rows = months.into_iter().map(|((year, month), [a, b])| {
        let name = jiff::civil::date(year, month, 1).strftime("%B %Y").to_string();
        (name, vec![Cell::Count(a), Cell::Count(b)])
    });
    let (columns, rows) = (both("stage 1", "stage 2"), rows.collect());
    Table { title: "Complaints by month".into(), note: "Months without any are left out.".into(), columns, rows, chart: true }
}

fn channels(rows: &Rows) -> Table {
    let mut channels = BTreeMap::<&str, [usize; 2]>::new();
    for (stage, list) in [&rows.stage1, &rows.stage2].into_iter().enumerate() {
        for c in list {
            channels.entry(c.channel.map_or("recorded by staff", words::channel)).or_default()[stage] += 1;
        }
    }
    let rows = channels.into_iter().map(|(name, [a, b])| (name.to_owned(), vec![Cell::Count(a), Cell::Count(b)])).collect();
    let note = "The channel of the message that brought the complaint, or the request for stage 2.".into();
    Table { title: "Complaints by channel".into(), note, columns: both("stage 1", "stage 2"), rows, chart: true }
}

/// The acknowledgements of what was received in the period, for stage 1 and stage 2.
fn acknowledgements(rows: &Rows, stage: usize) -> Vec<&Owed> {
    let (list, second) = ([&rows.stage1, &rows.stage2][stage], stage == 1);
    let cases: BTreeSet<CaseId> = list.iter().map(|c| c.case_id).collect();
    let of_stage = |o: &&Owed| (o.message_kind.as_deref() == Some(Kind::Stage2Request.as_str())) == second;
    let ours = |o: &&Owed| o.kind == DutyKind::Acknowledge && o.case_id.is_some_and(|c| cases.contains(&c));
    rows.owed.iter().filter(ours).filter(of_stage).collect()
}

/// Working days from receipt to acknowledgement, where it has happened; the day of receipt is day nought.
fn days(owed: &Owed, calendar: &Calendar) -> Option<i64> {
    owed.met_at.map(|met| calendar.working_days_between(local_day(owed.received_at), local_day(met)).max(0))
}

fn acknowledged(rows: &Rows, calendar: &Calendar) -> Table {
    let mut lines: Vec<(String, Vec<Cell>)> =
        ["acknowledged", "not yet acknowledged", "median, in working days", "within five working days", "share within five working days"]
            .map(|name| (name.to_owned(), Vec::new()))
            .into();
    for stage in 0..2 {
        let owed = acknowledgements(rows, stage);
        let mut days: Vec<i64> = owed.iter().filter_map(|o| days(o, calendar)).collect();
        days.sort_unstable();
        let within = days.iter().filter(|d| **d <= CODE_ACK_DAYS).count();
        let median = match days.len() {
            0 => Cell::Nothing,
            n if n % 2 == 1 => Cell::Number(days[n / 2] as f64),
            n => Cell::Number((days[n / 2 - 1] + days[n / 2]) as f64 / 2.0),
        };
        let cells =
            [Cell::Count(days.len()), Cell::Count(owed.len() - days.len()), median, Cell::Count(within), Cell::Share(within, owed.len())];
        for (line, cell) in lines.iter_mut().zip(cells) {
            line.1.push(cell);
        }
    }
    let note = "An acknowledgement counts from the moment when a mail server accepted it, or when a person recorded it. The day of receipt is day \
                nought. The share is of all that were owed, those not yet acknowledged among them (Code 6.2, 6.11).";
    let columns = both("stage 1", "stage 2");
    Table { title: "Acknowledgements".into(), note: note.into(), columns, rows: lines, chart: false }
}

fn waits(rows: &Rows, calendar: &Calendar) -> Table {
    let mut counts = [[0_usize; 2]; 7];
    let mut count = |stage: usize| {
        for d in acknowledgements(rows, stage).iter().filter_map(|o| days(o, calendar)) {
            counts[usize::try_from(d).map_or(6, |d| d.min(6))][stage] += 1;
        }
    };
    count(0);
    count(1);
    let name = |d: usize| match d {
        0 => "the same day".to_owned(),
        1 => "1 working day".to_owned(),
        6 => "more than 5".to_owned(),
        d => format!("{d} working days"),
    };
    let rows = counts.into_iter().enumerate().map(|(d, [a, b])| (name(d), vec![Cell::Count(a), Cell::Count(b)])).collect();
    let note = "How long the acknowledgements above took.".into();
    Table { title: "Time to acknowledge".into(), note, columns: both("stage 1", "stage 2"), rows, chart: true }
}

fn answered(rows: &Rows, now: Timestamp) -> Table {
    let tenure: BTreeMap<CaseId, &str> = rows.facts.iter().filter(|(_, w, _)| w == "tenure").map(|(c, _, v)| (*c, v.as_str())).collect();
    let mut lines = BTreeMap::<(usize, String), [usize; 4]>::new();
    let stages = [(&rows.stage1, DutyKind::RespondStage1), (&rows.stage2, DutyKind::RespondStage2)];
    for (stage, (list, kind)) in stages.into_iter().enumerate() {
        for complaint in list {
            let mut owed = rows.owed.iter().filter(|o| o.case_id == Some(complaint.case_id) && o.kind == kind).peekable();
            let tenures = ["all", tenure.get(&complaint.case_id).copied().unwrap_or("not recorded")];
            let unknown = owed.peek().is_none();
            let owed: Vec<&Owed> = owed.collect();
            let which = if owed.iter().any(|o| o.met_at.is_some_and(|met| local_day(met) <= o.last)) {
                0
            } else if owed.iter().any(|o| o.met_at.is_some()) {
                1
            } else if !unknown && owed.iter().all(|o| local_day(now) > o.last) {
                2
            } else {
                3
            };
            for tenure in tenures {
                lines.entry((stage, tenure.to_owned())).or_default()[which] += 1;
            }
        }
    }
    let mut table = Table {
        title: "Responses within the Code’s time (CH02)".into(),
        note: "Of the complaints received in the period: answered by the date that was due, answered later, overdue, and still open. A date that was \
               extended as the Code allows counts as the date. The share is of all that were received; one that a person closed without a recorded \
               response counts as open."
            .into(),
        columns: ["received", "in time", "late", "overdue", "open", "share in time"].map(str::to_owned).into(),
        rows: Vec::new(),
        chart: false,
    };
    for ((stage, tenure), [in_time, late, overdue, open]) in lines {
        let all = in_time + late + overdue + open;
        let name = if tenure == "all" { format!("stage {}", stage + 1) } else { format!("stage {}, tenure: {tenure}", stage + 1) };
        let counts = [all, in_time, late, overdue, open].map(Cell::Count);
        table.rows.push((name, [&counts[..], &[Cell::Share(in_time, all)]].concat()));
    }
    table
}

fn breached(rows: &Rows, now: Timestamp) -> Table {
    let mut kinds = BTreeMap::<&str, [usize; 2]>::new();
    for o in &rows.owed {
        let count = kinds.entry(o.kind.what()).or_default();
        count[0] += 1;
        count[1] += usize::from(o.met_at.map_or(now > o.due_at, |met| met > o.due_at));
    }
    let rows = kinds.into_iter().map(|(name, [all, late])| (name.to_owned(), vec![Cell::Count(all), Cell::Count(late)])).collect();
    let note = "Duties about what was received in the period, or that fell due in it. A breach is one that was met after its last day, or not yet.";
    Table { title: "Duties and breaches".into(), note: note.into(), columns: both("owed", "breached"), rows, chart: false }
}

/// The complaints of the period that speak of a thing: each case once for each thing.
fn of_complaints(rows: &Rows, field: fn(&Decided) -> &str, name: fn(&str) -> String) -> Vec<(String, Vec<Cell>)> {
    let complaints: BTreeSet<CaseId> = rows.stage1.iter().chain(&rows.stage2).map(|c| c.case_id).collect();
    let mut things = BTreeMap::<&str, BTreeSet<CaseId>>::new();
    for d in &rows.decided {
        let Some(case) = d.case_id.filter(|c| complaints.contains(c)) else { continue };
        for thing in field(d).split(',').filter(|t| !t.is_empty()) {
            things.entry(thing).or_default().insert(case);
        }
    }
    let mut things: Vec<_> = things.into_iter().map(|(t, cases)| (name(t), cases.len())).collect();
    things.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), name.clone()));
    things.into_iter().map(|(name, n)| (name, vec![Cell::Count(n)])).collect()
}

fn topics(rows: &Rows) -> Table {
    let lines = of_complaints(rows, |d| &d.topics, |t| t.replace(['-', '_'], " "));
    let note = "A complaint counts once for each matter that it speaks of, so the bars add up to more than the complaints (Code 9.2).";
    Table { title: "Complaints by topic".into(), note: note.into(), columns: vec!["complaints".into()], rows: lines, chart: true }
}

fn flags(rows: &Rows) -> Table {
    let lines = of_complaints(rows, |d| &d.flags, |f| Flag::parse(f).map_or_else(|| f.to_owned(), words::flag));
    let note =
        "A complaint counts once for each flag that any of its messages raised. A flag is what words suggest, not what a person found.";
    Table { title: "Complaints by flag".into(), note: note.into(), columns: vec!["complaints".into()], rows: lines, chart: true }
}

fn kinds(rows: &Rows) -> Table {
    let mut lines = Vec::new();
    for kind in Kind::ALL {
        let n = rows.decided.iter().filter(|d| d.kind == *kind).count();
        // What is no complaint is recorded and counted all the same (Code 1.4).
        if n > 0 || matches!(kind, Kind::NewComplaint | Kind::ServiceRequest | Kind::Stage2Request | Kind::Ombudsman) {
            lines.push((words::kind(*kind).to_owned(), vec![Cell::Count(n)]));
        }
    }
    let note = "Every message that was received in the period, by the decision that holds. One that came by two ways counts once.";
    Table { title: "Messages by kind".into(), note: note.into(), columns: vec!["messages".into()], rows: lines, chart: true }
}

fn facts(rows: &Rows, what: &str, title: &str) -> Table {
    let mut values = BTreeMap::<&str, [usize; 2]>::new();
    let of: BTreeMap<CaseId, &str> = rows.facts.iter().filter(|(_, w, _)| w == what).map(|(c, _, v)| (*c, v.as_str())).collect();
    for (stage, list) in [&rows.stage1, &rows.stage2].into_iter().enumerate() {
        for c in list {
            values.entry(of.get(&c.case_id).copied().unwrap_or("not recorded")).or_default()[stage] += 1;
        }
    }
    // Nothing but "not recorded" is nothing to look at.
    let lines = values.into_iter().map(|(v, [a, b])| (v.to_owned(), vec![Cell::Count(a), Cell::Count(b)])).collect();
    let note = match what {
        "contractor" => "Known where a contractor forwarded the complaint; staff can record it for others (`postroom case fact`).",
        _ => "As staff recorded it (`postroom case fact`).",
    };
    Table { title: title.into(), note: note.into(), columns: both("stage 1", "stage 2"), rows: lines, chart: false }
}

/// How long contractors kept what they passed on (domain of Code 3.3: a landlord's promise of one working day): what opened a complaint, and what
/// was added to one.
fn forwarded(rows: &Rows) -> Table {
    let kept =
        rows.facts.iter().filter_map(|(_, what, value)| Some((what.strip_prefix(KEPT_BY_FIRM)?.parse().ok()?, value.split_once(' ')?)));
    let kept: BTreeMap<i64, (&str, &str)> = kept.collect();
    let mut by_firm = BTreeMap::<&str, Vec<i64>>::new();
    for (days, firm) in rows.decided.iter().filter_map(|d| kept.get(&d.id)) {
        by_firm.entry(firm).or_default().extend(days.parse::<i64>());
    }
    let lines = by_firm.into_iter().map(|(firm, days)| {
        let late = days.iter().filter(|d| **d > 1).count();
        let mean = days.iter().sum::<i64>() as f64 / days.len() as f64;
        let most = usize::try_from(days.iter().copied().max().unwrap_or(0)).unwrap_or(0);
        (firm.to_owned(), vec![Cell::Count(days.len()), Cell::Number(mean), Cell::Count(most), Cell::Count(late)])
    });
    Table {
        title: "How long contractors kept complaints".into(),
        note: "Working days from the resident's message to ours, of complaints and additions that a contractor passed on and whose date could be read."
            .into(),
        columns: ["messages", "days on average", "longest", "over one day"].map(str::to_owned).into(),
        rows: lines.collect(),
        chart: false,
    }
}

/// Refusals by type (Code 8.1), by the day on which a person refused.
fn refused(rows: &Rows) -> Table {
    let grounds: BTreeMap<CaseId, &str> =
        rows.facts.iter().filter(|(_, what, _)| what == "refused").map(|(case, _, ground)| (*case, ground.as_str())).collect();
    let mut counts = BTreeMap::<&str, usize>::new();
    for case in rows.happened.iter().filter(|h| h.what == "refused").map(|h| h.case_id) {
        *counts.entry(grounds.get(&case).copied().unwrap_or("not recorded")).or_default() += 1;
    }
    let lines = counts.into_iter().map(|(ground, n)| (ground.replace('_', " "), vec![Cell::Count(n)])).collect();
    let note = "By the ground that the person gave, of those that the Code accepts (2.2).".into();
    Table { title: "Refusals by type".into(), note, columns: vec!["refusals".into()], rows: lines, chart: false }
}

fn recorded(rows: &Rows) -> Table {
    let count =
        |what: &str, by_machine: bool| rows.happened.iter().filter(|h| h.what == what && (h.who == "postroom") == by_machine).count();
    let mut lines = vec![
        ("refused by a person".to_owned(), vec![Cell::Count(count("refused", false))]),
        ("refused by Postroom (it cannot refuse)".to_owned(), vec![Cell::Count(count("refused", true))]),
    ];
    for what in ["withdrawn", "reopened", "extended", "merged", "split", "erased"] {
        lines.push((what.to_owned(), vec![Cell::Count(count(what, false))]));
    }
    let note = "What was recorded on cases in the period, whenever they were received (Code 2.4, 8.1).";
    Table { title: "Refusals and other acts".into(), note: note.into(), columns: vec!["times".into()], rows: lines, chart: false }
}

#[cfg(test)]
mod tests;
