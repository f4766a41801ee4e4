//! `postroom letter`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, USAGE, show};
use crate::letter::Form;
use crate::letter::preview::{Preview, Variant, preview};
use clap::{Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum Command {
    /// Shows each letter, or one, as it is written for a made-up case
    Preview {
        /// acknowledge_stage1, signpost, …; all when left out
        letter: Option<String>,
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// As for a resident who is written to in Welsh
        #[arg(long)]
        welsh: bool,
        /// As for a resident who asked for large print
        #[arg(long)]
        large_print: bool,
        /// Write the letters as files into this folder: both bodies of each
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// The landlord in whose name they are written; default: the first
        #[arg(long, value_name = "ID")]
        landlord: Option<String>,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Html,
}

pub fn run(command: &Command) -> u8 {
    let Command::Preview { letter, format, welsh, large_print, out, landlord, at } = command;
    let variant = Variant { welsh: *welsh, large: *large_print };
    code(show_letters(letter.as_deref(), *format, variant, out.as_deref(), landlord.as_deref(), at))
}

fn show_letters(letter: Option<&str>, format: Format, variant: Variant, out: Option<&Path>, landlord: Option<&str>, at: &At) -> Exit<u8> {
    let forms = match letter {
        None => Form::ALL.to_vec(),
        Some(name) => vec![Form::parse(name).ok_or_else(|| {
            let known: Vec<_> = Form::ALL.iter().map(|f| f.as_str()).collect();
            show::error(format!("there is no letter `{name}`: write one of {}", known.join(", ")));
            USAGE
        })?],
    };
    let config = setup::config(at)?;
    let rulebook = setup::rulebook(&config)?;
    let ours = config.landlords.iter().find(|l| landlord.is_none_or(|id| l.id == id));
    let Some(policy) = ours.and_then(|l| rulebook.policies.get(&l.policy)) else {
        show::error("no such landlord is configured, or its policy is in no rule file");
        return Err(USAGE);
    };
    let previews = preview(&rulebook.templates, policy, &forms, variant).map_err(|e| failed(&e))?;
    match out {
        Some(dir) => write(dir, &previews),
        None => {
            for p in &previews {
                print(p, format);
            }
            Ok(FINE)
        }
    }
}

fn print(p: &Preview, format: Format) {
    show::line(format!("===== {} ({})", p.form.as_str(), p.sample));
    if !p.subject.is_empty() {
        show::line(format!("Subject: {}\n", p.subject));
    }
    show::line(if format == Format::Html && !p.html.is_empty() { &p.html } else { &p.text });
}

fn write(dir: &Path, previews: &[Preview]) -> Exit<u8> {
    let written = std::fs::create_dir_all(dir).and_then(|()| {
        for p in previews {
            let name = format!("{}-{}", p.form.as_str(), p.sample);
            std::fs::write(dir.join(format!("{name}.txt")), format!("{}\n\n{}", p.subject, p.text))?;
            if !p.html.is_empty() {
                std::fs::write(dir.join(format!("{name}.html")), &p.html)?;
            }
        }
        Ok(())
    });
    written.map_err(|e| {
        show::error(format!("{} cannot be written: {e}", dir.display()));
        USAGE
    })?;
    show::line(format!("{} letters are in {}", previews.len(), dir.display()));
    Ok(FINE)
}
