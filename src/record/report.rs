//! A period's report: its days, and its tables as CSV and as one page with charts.

use super::figures::{Cell, Table};
use super::{page, table, words};
use crate::model::calendar::{at_local, written_out};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// Whole local days, the first and the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: Date,
    pub last: Date,
}

impl Span {
    /// `2026-03`.
    pub fn month(text: &str) -> Option<Span> {
        let first: Date = format!("{text}-01").parse().ok().filter(|_| text.len() == 7)?;
        Some(Span { first, last: first.last_of_month() })
    }

    /// `2026-Q1` is January to March, as boards count: the calendar's quarters.
    pub fn quarter(text: &str) -> Option<Span> {
        let (year, quarter) = text.split_once("-Q")?;
        let (year, quarter) = (year.parse().ok()?, quarter.parse::<i8>().ok().filter(|q| (1..=4).contains(q))?);
        let first = Date::new(year, quarter * 3 - 2, 1).ok()?;
        Some(Span { first, last: first.checked_add(2.months()).ok()?.last_of_month() })
    }

    /// `2026` is the reporting year that begins on 1 April 2026 (domain: the Tenant Satisfaction Measures' year).
    pub fn year(text: &str) -> Option<Span> {
        let first = Date::new(text.parse().ok()?, 4, 1).ok()?;
        Some(Span { first, last: first.checked_add(1.year()).ok()?.yesterday().ok()? })
    }

    /// From the first instant up to, and without, the second.
    pub fn instants(self) -> (Timestamp, Timestamp) {
        let next = self.last.tomorrow().unwrap_or(self.last);
        (at_local(self.first, Time::midnight()), at_local(next, Time::midnight()))
    }

    pub fn written_out(self) -> String {
        format!("{} to {}", written_out(self.first), written_out(self.last))
    }
}

/// What stands at the head of a report.
pub struct Head<'a> {
    pub landlord: &'a str,
    pub span: Span,
    pub now: Timestamp,
}

/// One line a figure: table, row, column, value.
pub fn csv(tables: &[Table], head: &Head<'_>) -> Vec<u8> {
    let mut lines = Vec::new();
    for t in tables {
        for (row, cells) in &t.rows {
            for (column, cell) in t.columns.iter().zip(cells) {
                let days = [head.span.first.to_string(), head.span.last.to_string()];
                let [first, last] = days;
                lines.push(vec![head.landlord.to_owned(), first, last, t.title.clone(), row.clone(), column.clone(), cell.text()]);
            }
        }
    }
    table::csv(&["landlord", "first day", "last day", "table", "row", "column", "value"], lines)
}

/// The report as one page that needs nothing beside it.
///
/// # Errors
/// A template that cannot be rendered: a fault of Postroom.
pub fn html(tables: &[Table], head: &Head<'_>) -> Result<String, minijinja::Error> {
    let tables: Vec<Value> = tables
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let rows: Vec<Value> = t
                .rows
                .iter()
                .map(|(name, cells)| json!({ "name": name, "cells": cells.iter().map(|c| c.text()).collect::<Vec<_>>() }))
                .collect();
            json!({ "id": format!("t{}", i + 1), "title": t.title, "note": t.note, "columns": t.columns, "rows": rows,
                "chart": (t.chart && !t.rows.is_empty()).then(|| chart(t)) })
        })
        .collect();
    let page = json!({ "title": format!("Complaints report, {}", head.landlord), "span": head.span.written_out(), "now": words::moment(head.now),
        "open": head.span.instants().1 > head.now, "tables": tables });
    page::render("report.html", &page)
}

/// Sizes of a chart in units of its own view box.
const LABELS: usize = 240;
const BARS: usize = 480;
const BAR: usize = 20;
const GAP: usize = 12;

/// Horizontal bars, a group for each row: where each stands and what it says. A second column is hatched, so that no colour is needed.
fn chart(t: &Table) -> Value {
    let count = |c: &Cell| if let Cell::Count(n) = c { *n } else { 0 };
    let most = t.rows.iter().flat_map(|(_, cells)| cells.iter().map(count)).max().unwrap_or(0).max(1);
    let group = BAR * t.columns.len() + GAP;
    let groups: Vec<Value> = t
        .rows
        .iter()
        .enumerate()
        .map(|(i, (name, cells))| {
            let bars: Vec<Value> = cells
                .iter()
                .enumerate()
                .map(|(j, c)| {
                    let (n, y) = (count(c), i * group + j * BAR);
                    json!({ "y": y, "width": n * BARS / most, "value": n, "text_x": LABELS + n * BARS / most + 8, "text_y": y + 15, "series": j })
                })
                .collect();
            json!({ "name": name, "y": i * group + (BAR * t.columns.len()) / 2 + 5, "bars": bars })
        })
        .collect();
    json!({ "groups": groups, "height": t.rows.len() * group + 4, "width": LABELS + BARS + 60, "labels": LABELS, "bar": BAR - 3 })
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn a_period_is_whole_local_days() {
        let span = Span::month("2026-02").unwrap();
        assert_eq!((span.first.to_string(), span.last.to_string()), ("2026-02-01".into(), "2026-02-28".into()));
        let span = Span::quarter("2026-Q4").unwrap();
        assert_eq!((span.first.to_string(), span.last.to_string()), ("2026-10-01".into(), "2026-12-31".into()));
        let (since, until) = Span::year("2025").unwrap().instants();
        // British Summer Time has begun at both ends.
        assert_eq!((since.to_string(), until.to_string()), ("2025-03-31T23:00:00Z".into(), "2026-03-31T23:00:00Z".into()));
        for wrong in ["2026-13", "2026-2", "26-02", "2026-02-01"] {
            assert_eq!(Span::month(wrong), None, "{wrong}");
        }
        assert_eq!((Span::quarter("2026-Q5"), Span::quarter("2026-1")), (None, None));
    }
}
