//! `postroom rules`: the reference page, and schemas for editors.

use super::setup::{self, Exit, code};
use super::{At, FINE, USAGE, show};
use crate::model::fault::Fault;
use crate::rules::{self, schema};
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum Command {
    /// Writes the reference page of all rules in force, in Markdown
    Docs {
        #[command(flatten)]
        at: At,
        /// A layer of rules over the shipped ones, in place of the configuration's
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// JSON Schemas of rule files: prints one, or writes all into a folder of rules with what editors need to find them
    Schema {
        /// rules, policy or calendar
        #[arg(default_value = "rules", value_parser = ["rules", "policy", "calendar"])]
        of: String,
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
}

pub fn run(command: Command) -> u8 {
    code(match command {
        Command::Docs { at, rules } => docs(&at, rules),
        Command::Schema { of, to: None } => print(&of),
        Command::Schema { to: Some(dir), .. } => write(&dir),
    })
}

fn docs(at: &At, rules: Option<PathBuf>) -> Exit<u8> {
    let site = match rules {
        Some(dir) => Some(dir),
        None => setup::config(at)?.rules,
    };
    let page = rules::reference(site.as_deref()).map_err(|faults| {
        show::faults(&faults);
        USAGE
    })?;
    show::line(page.trim_end());
    Ok(FINE)
}

fn print(of: &str) -> Exit<u8> {
    let name = format!("{of}.schema.json");
    let found = schema::all().into_iter().find(|(n, ..)| *n == name);
    if let Some((_, _, text)) = found {
        show::line(text.trim_end());
    }
    Ok(FINE)
}

fn write(dir: &Path) -> Exit<u8> {
    let mut files: Vec<(&str, String)> = schema::all().into_iter().map(|(name, _, text)| (name, text)).collect();
    files.push((".taplo.toml", schema::editors()));
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(|e| {
            show::error(format!("{} cannot be written: {e}", path.display()));
            USAGE
        })?;
        show::line(path.display());
    }
    Ok(FINE)
}

/// What `check --print` shows: every rule and every policy key in force, with the files that made it so.
pub fn print_in_force(site: Option<&Path>) -> Exit<()> {
    let told = |faults: Vec<Fault>| {
        show::faults(&faults);
        USAGE
    };
    for entry in rules::in_force::entries(site).map_err(told)? {
        show::line(format!("{} {}: {}", entry.sort, entry.id, entry.from));
    }
    for (policy, keys) in rules::policy::in_force::in_force(site).map_err(told)? {
        show::line(format!("\npolicy {policy}"));
        for key in keys {
            show::line(format!("  {} = {}   {}", key.key, key.value, key.from));
        }
    }
    show::line("");
    Ok(())
}
