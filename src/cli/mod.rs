//! The commands, a file each. Exit codes: 0 fine, 1 findings, 2 usage or configuration, 75 temporary (sysexits.h, EX_TEMPFAIL).

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

mod backtest;
mod case;
mod check;
mod doctor;
mod erase;
mod events;
mod explain;
mod export;
mod learn;
mod letter;
mod migrate;
mod outbox;
pub mod read;
pub mod read_attachment;
mod reconcile;
mod report;
mod review;
mod rules;
mod run;
mod setup;
mod shadow;
mod show;
mod test;
mod webhook;

pub const FINE: u8 = 0;
pub const FINDINGS: u8 = 1;
pub const USAGE: u8 = 2;
pub const TEMPORARY: u8 = 75;

/// Takes in the complaints of people in social housing and sees that none is lost, misread or left unanswered.
#[derive(Parser)]
#[command(name = "postroom", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone, Debug)]
pub struct At {
    /// The configuration; without it one landlord under the Code, a spool in ./postroom-data/inbox, letters to ./postroom-data/sent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct Listing {
    #[command(flatten)]
    at: At,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The daemon: takes in, decides, sends, watches the clock
    Run {
        #[command(flatten)]
        at: At,
        /// Drop the shipped sample messages into the spool and print each decision with its reason
        #[arg(long)]
        sample: bool,
        /// With --sample: stop when every message is decided and every letter has left
        #[arg(long, requires = "sample")]
        once: bool,
    },
    /// Offline: configuration, rules, templates, calendars; every fault with file, line, column and a hint
    Check {
        #[command(flatten)]
        at: At,
        /// A layer of rules over the shipped ones, in place of the configuration's
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
        /// A reader's model that `learn` wrote, in the place of the one in use
        #[arg(long, value_name = "FILE")]
        reader: Option<PathBuf>,
        /// Also list what is in force, and where each entry comes from
        #[arg(long)]
        print: bool,
    },
    /// Rules: the reference page, schemas for editors
    #[command(subcommand)]
    Rules(rules::Command),
    /// Online: reaches each server and the database, and says what would go wrong
    Doctor {
        #[command(flatten)]
        at: At,
        /// Asks the webhooks where their platforms call, by way of the proxy and its TLS: https://HOST; without it the configured `listen`
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// What Postroom sees in a raw mail or webhook body
    Read {
        /// One JSON object a message
        #[arg(long)]
        json: bool,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// The decision on a message and its reasons, the runner-up, the counting of days
    Explain {
        #[command(flatten)]
        at: At,
        /// The case that the message is taken to belong to
        #[arg(long, value_name = "REF")]
        case: Option<String>,
        /// A reader's model that `learn` wrote, in the place of the one in use
        #[arg(long, value_name = "FILE")]
        reader: Option<PathBuf>,
        /// A file, or the number of a stored message
        #[arg(value_name = "FILE|ID")]
        what: String,
    },
    /// Runs scenario folders
    Test {
        /// One JSON object a step, then a summary
        #[arg(long)]
        json: bool,
        /// A layer of rules over the shipped ones
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
        /// A reader's model that `learn` wrote, in the place of the one in use
        #[arg(long, value_name = "FILE")]
        reader: Option<PathBuf>,
        /// Run them through the real pipeline on this store instead of the pure core
        #[arg(long, value_name = "sqlite|postgres://…")]
        store: Option<String>,
        #[arg(required = true, value_name = "DIR")]
        dirs: Vec<PathBuf>,
    },
    /// What other rules would have made of the stored post: outcomes, letters and due dates that would change; exit 1 when there are any
    Backtest {
        #[command(flatten)]
        at: At,
        /// Post received in so many days before now (90d), or since a date (2026-03-02)
        #[arg(long, default_value = "90d", value_name = "DAYS|DATE")]
        since: backtest::Since,
        /// The layer of rules to judge, in place of the configuration's
        #[arg(long, value_name = "DIR", required_unless_present = "reader")]
        rules: Option<PathBuf>,
        /// A reader's model that `learn` wrote, in the place of the one in use
        #[arg(long, value_name = "FILE")]
        reader: Option<PathBuf>,
        /// One JSON object for each message that would change, then a summary
        #[arg(long)]
        json: bool,
        /// Show the residents' words and the letters of each example (of each message, with --json)
        #[arg(long)]
        show: bool,
    },
    /// What the candidate that runs beside the live rules would have decided otherwise; exit 1 when there is any
    Shadow(Listing),
    /// Cases: list, show, record what staff did
    #[command(subcommand)]
    Case(case::Command),
    /// What waits for a person: list, resolve
    #[command(subcommand)]
    Review(review::Command),
    /// The letters' texts: preview
    #[command(subcommand)]
    Letter(letter::Command),
    /// Letters: list, retry
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// Writes all that belongs to a case into a folder or a zip that a caseworker of the Ombudsman can read
    Export(export::Export),
    /// Takes out a case, or everything of one person; without --yes it only says what would go
    Erase(erase::Erase),
    /// The figures of a month, a quarter or a year: as text, as CSV, as a page with charts
    Report(report::Report),
    /// Events for the landlord's case system: list, replay
    #[command(subcommand)]
    Events(events::Command),
    /// Learns a second reader from labelled messages and officers' decisions; never puts it into use
    Learn(learn::Learn),
    /// Compares each mailbox's list with the store's and prints what is unaccounted for
    Reconcile(Listing),
    /// Brings the database to this version's schema
    Migrate {
        #[command(flatten)]
        at: At,
        /// Only say what would be done; exit 1 when there is something
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        json: bool,
    },
    /// Webhooks: sign, send
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Reads one attachment from standard input and writes its words (a child process of the daemon)
    #[command(hide = true)]
    ReadAttachment { kind: String },
}

/// Parses the command line, runs the command and gives its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let code = match cli.command {
        Command::Run { at, sample, once } => run::run(&at, sample, once),
        Command::Check { at, rules, reader, print } => check::run(&at, rules, reader.as_deref(), print),
        Command::Rules(command) => rules::run(command),
        Command::Doctor { at, url } => doctor::run(&at, url.as_deref()),
        Command::Read { json, files } => read::run(&files, json),
        Command::Explain { at, case, reader, what } => explain::run(&at, case.as_deref(), reader.as_deref(), &what),
        Command::Test { json, rules, reader, store, dirs } => test::run(&dirs, rules.as_deref(), reader.as_deref(), store.as_deref(), json),
        Command::Backtest { at, since, rules, reader, json, show } => {
            backtest::run(&at, since, rules.as_deref(), reader.as_deref(), json, show)
        }
        Command::Shadow(listing) => shadow::run(&listing),
        Command::Case(command) => case::run(command),
        Command::Review(command) => review::run(command),
        Command::Letter(command) => letter::run(&command),
        Command::Outbox(command) => outbox::run(command),
        Command::Export(export) => export::run(&export),
        Command::Erase(erase) => erase::run(&erase),
        Command::Report(report) => report::run(&report),
        Command::Events(command) => events::run(command),
        Command::Webhook(command) => webhook::run(&command),
        Command::Learn(learn) => learn::run(&learn),
        Command::Reconcile(listing) => reconcile::run(&listing),
        Command::Migrate { at, dry_run, json } => migrate::run(&at, dry_run, json),
        Command::ReadAttachment { kind } => read_attachment::run(&kind),
    };
    ExitCode::from(code)
}
