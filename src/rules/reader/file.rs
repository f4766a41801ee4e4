//! The model as a text: `rules/reader.tsv`. A line for each feature, so that anybody can see what the reader goes by.

use super::{COLUMNS, FLAGGED, KINDS, Reader, Row, feature, features::Group};
use crate::model::decision::Kind;
use crate::model::fault::Fault;
use std::fmt::Write;

/// A feature as learnt, with its name.
pub struct Line {
    pub group: Group,
    pub name: String,
    pub rarity: f64,
    /// Nats towards each kind, then towards each flag.
    pub weights: [f64; COLUMNS],
}

/// The first line of a model that this version reads.
const FIRST: &str = "postroom reader 3";

/// Hundredths, as the file holds them.
pub fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Writes a model: its kinds, flags, temperature and base, then group, name, rarity and weights, all in hundredths.
pub fn write(temperature: f64, base: &[f64; COLUMNS], lines: &[Line]) -> String {
    // "-0" is how a small negative number is rounded: it is made 0 by adding it.
    let numbers = |row: &[f64]| row.iter().map(|w| format!("{:.0}", (w * 100.0).round() + 0.0)).collect::<Vec<_>>().join(" ");
    let mut out = format!(
        "{FIRST}\nkinds\t{}\nflags\t{}\ntemperature\t{:.0}\nbase\t{}\n",
        kinds().join(" "),
        flags().join(" "),
        temperature * 100.0,
        numbers(base)
    );
    for line in lines {
        let _ = writeln!(out, "{}\t{}\t{:.0}\t{}", line.group.mark(), line.name, line.rarity * 100.0, numbers(&line.weights));
    }
    out
}

fn kinds() -> Vec<&'static str> {
    Kind::ALL[..KINDS].iter().map(|k| k.as_str()).collect()
}

fn flags() -> Vec<&'static str> {
    FLAGGED.iter().map(|f| f.as_str()).collect()
}

/// Reads a model; `name` is the file's, for faults.
pub fn parse(name: &str, text: &str) -> Result<Reader, Vec<Fault>> {
    let wrong = |line: usize, says: &str| {
        let mut fault = Fault::of_file(name, says).hint("`postroom learn` writes such files; take one as it wrote it");
        fault.line = line + 1;
        vec![fault]
    };
    let mut lines = text.lines().enumerate();
    if lines.next().map(|l| l.1) != Some(FIRST) {
        return Err(wrong(0, "this is no reader's model of this version"));
    }
    let mut head = |what: &str| {
        let (at, line) = lines.next().unwrap_or_default();
        line.split_once('\t')
            .filter(|(key, _)| *key == what)
            .map(|(_, value)| value)
            .ok_or_else(|| wrong(at, &format!("`{what}` is missing")))
    };
    if head("kinds")?.split(' ').collect::<Vec<_>>() != kinds() {
        return Err(wrong(1, "this model tells other kinds apart than this version does"));
    }
    if head("flags")?.split(' ').collect::<Vec<_>>() != flags() {
        return Err(wrong(2, "this model knows other flags than this version does"));
    }
    let temperature =
        head("temperature")?.parse::<f64>().ok().filter(|t| *t > 0.0).ok_or_else(|| wrong(3, "the temperature is no number above 0"))?;
    let base = row(head("base")?).ok_or_else(|| wrong(4, &format!("{COLUMNS} numbers are wanted")))?;
    let mut reader = Reader { temperature: temperature / 100.0, base, ..Reader::default() };
    for (at, line) in lines {
        let mut fields = line.split('\t');
        let read = (|| {
            let group = fields.next()?;
            let group = Group::ALL.into_iter().find(|g| g.mark() == group)?;
            let name = fields.next()?;
            let rarity: f64 = fields.next()?.parse().ok()?;
            Some((feature(group, &[name]), Row { group, rarity: rarity / 100.0, weights: row(fields.next()?)? }))
        })();
        let (key, row) =
            read.ok_or_else(|| wrong(at, &format!("a line is a group, a feature, its rarity and {COLUMNS} weights, with tabs between")))?;
        reader.known.insert(key, reader.rows.len() as u32);
        reader.rows.push(row);
    }
    Ok(reader)
}

fn row(text: &str) -> Option<[i16; COLUMNS]> {
    let numbers: Option<Vec<i16>> = text.split(' ').map(|w| w.parse().ok()).collect();
    numbers?.try_into().ok()
}
