//! `postroom report`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, USAGE, show};
use crate::pipeline::Works;
use crate::record::figures::{self, Rows, Table};
use crate::record::gap;
use crate::record::report::{self, Head, Span};
use crate::store::report::{self as rows, Period};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Report {
    #[command(flatten)]
    span: Which,
    /// Write every figure, a line each
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write one page with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Of one landlord; needed where several are configured
    #[arg(long, value_name = "ID")]
    landlord: Option<String>,
    /// How many homes the landlord has: CH01 is reported per 1,000
    #[arg(long)]
    homes: Option<u32>,
    #[command(flatten)]
    at: At,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// The calendar's: Q1 is January to March
    #[arg(long, value_name = "YYYY-Qn")]
    quarter: Option<String>,
    /// The reporting year that begins on 1 April
    #[arg(long, value_name = "YYYY")]
    year: Option<String>,
    /// No period: what an outage has left behind, for the Ombudsman and for residents (Code 8.5)
    #[arg(long)]
    gap: bool,
}

impl Which {
    fn span(&self) -> Option<Span> {
        let month = self.month.as_deref().and_then(Span::month);
        month.or_else(|| self.quarter.as_deref().and_then(Span::quarter)).or_else(|| self.year.as_deref().and_then(Span::year))
    }
}

pub fn run(report: &Report) -> u8 {
    code(setup::block_on(write(report)))
}

async fn write(asked: &Report) -> Exit<u8> {
    let config = setup::config(&asked.at)?;
    let span = asked.span.span();
    if span.is_none() && !asked.span.gap {
        show::error("the period is not understood: write --month 2026-03, --quarter 2026-Q1 or --year 2026");
        return Err(USAGE);
    }
    let works = setup::works(&config).await?;
    let in_force = works.in_force();
    let id = match (&asked.landlord, in_force.landlords.keys().collect::<Vec<_>>().as_slice()) {
        (Some(id), _) => id.clone(),
        (None, [only]) => (*only).clone(),
        (None, several) => {
            let several: Vec<_> = several.iter().map(|id| id.as_str()).collect();
            show::error(format!("several landlords are configured: write --landlord with one of {}", several.join(", ")));
            return Err(USAGE);
        }
    };
    let house = in_force.house(&id).map_err(|e| setup::refused(&e))?;
    let Some(span) = span else {
        let sources: Vec<String> = config.sources.iter().filter(|s| s.landlord == id).map(|s| s.name.clone()).collect();
        let mut tx = works.db.read().await.map_err(|e| failed(&e))?;
        let gap = gap::gather(&mut tx, house, &sources, works.ambient.now()).await.map_err(|e| setup::refused(&e))?;
        for line in gap.lines() {
            show::line(line);
        }
        return Ok(FINE);
    };
    let (since, until) = span.instants();
    let rows = gather(&works, Period { landlord: &id, since, until }).await.map_err(|e| failed(&e))?;
    let now = works.ambient.now();
    let tables = figures::tables(&rows, &house.calendar, asked.homes, now);
    let head = Head { landlord: &house.policy.landlord, span, now };
    if let Some(path) = &asked.csv {
        file(path, &report::csv(&tables, &head))?;
    }
    if let Some(path) = &asked.html {
        file(path, report::html(&tables, &head).map_err(|e| failed(&e))?.as_bytes())?;
    }
    if asked.csv.is_none() && asked.html.is_none() {
        print(&tables, &head);
    }
    Ok(FINE)
}

async fn gather(works: &Works, p: Period<'_>) -> crate::store::Result<Rows> {
    let mut tx = works.db.read().await?;
    Ok(Rows {
        stage1: rows::stage1(&mut tx, p).await?,
        stage2: rows::stage2(&mut tx, p).await?,
        decided: rows::decided(&mut tx, p).await?,
        owed: rows::owed(&mut tx, p).await?,
        happened: rows::happened(&mut tx, p).await?,
        facts: rows::facts(&mut tx, p.landlord).await?,
    })
}

fn file(path: &Path, bytes: &[u8]) -> Exit<()> {
    std::fs::write(path, bytes).map_err(|e| {
        show::error(format!("{} cannot be written: {e}", path.display()));
        USAGE
    })
}

fn print(tables: &[Table], head: &Head<'_>) {
    show::line(format!("{}: {}", head.landlord, head.span.written_out()));
    for t in tables.iter().filter(|t| !t.rows.is_empty()) {
        show::line(format!("\n{} ({})", t.title, t.columns.join(" | ")));
        for (name, cells) in &t.rows {
            let cells: Vec<String> = cells.iter().map(|c| c.text()).collect();
            show::line(format!("  {name}: {}", cells.join(" | ")));
        }
    }
}
