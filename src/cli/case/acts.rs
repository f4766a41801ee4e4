//! `postroom case extend | refuse | assign | define`: what a person decides in words of their own.

use super::super::setup::{self, Exit};
use super::super::{At, FINE, show};
use crate::model::calendar::written_out;
use crate::model::decision::Definition;
use crate::model::duty::DutyKind;
use crate::model::refusal::{Ground, Refusal};
use crate::pipeline::needs::{self, Needs, Print};
use crate::pipeline::{Error, person};
use clap::Subcommand;
use jiff::civil::Date;

#[derive(Subcommand)]
pub enum Command {
    /// Puts an answer off, with reasons; the resident is written to
    Extend {
        reference: String,
        #[command(flatten)]
        at: At,
        /// The new last day, as in 2026-04-07
        #[arg(long, value_name = "DATE")]
        to: Date,
        /// The reasons, as the resident will read them
        #[arg(long)]
        why: String,
        /// The reasons in Welsh, for a letter that is in Welsh too
        #[arg(long, value_name = "WHY")]
        why_cy: Option<String>,
        /// Who decided it; default: the user at the keyboard
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// How the resident hears of progress meanwhile, as they will read it
        #[arg(long)]
        updates: Option<String>,
        /// The same in Welsh
        #[arg(long, value_name = "UPDATES", requires = "updates")]
        updates_cy: Option<String>,
        /// There is good reason for a later day than the policy allows
        #[arg(long)]
        good_reason: bool,
        /// Another promise than the answer: safety_work
        #[arg(long, value_parser = duty)]
        duty: Option<DutyKind>,
    },
    /// Closes a case that is not taken up, with reasons; the resident is told of the Ombudsman
    Refuse {
        reference: String,
        #[command(flatten)]
        at: At,
        /// too_old, court_claim, considered or other (Code 2.2)
        #[arg(long, value_parser = ground)]
        ground: Ground,
        /// The reasons, as the resident will read them
        #[arg(long)]
        why: String,
        /// The reasons in Welsh, for a letter that is in Welsh too
        #[arg(long, value_name = "WHY")]
        why_cy: Option<String>,
        /// The person who decided it
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Says who has a case in hand
    Assign {
        reference: String,
        #[command(flatten)]
        at: At,
        #[arg(long, value_name = "NAME")]
        to: String,
        /// Who says so; default: the user at the keyboard
        #[arg(long)]
        who: Option<String>,
    },
    /// Records the complaint definition that was agreed; without --agreed or --what it prints the draft in the resident's words
    Define {
        reference: String,
        #[command(flatten)]
        at: At,
        /// The draft is what was agreed
        #[arg(long)]
        agreed: bool,
        /// A point of the complaint, once for each
        #[arg(long)]
        what: Vec<String>,
        /// What would put it right
        #[arg(long)]
        outcome: Option<String>,
        /// Who agreed it; default: the user at the keyboard
        #[arg(long)]
        who: Option<String>,
    },
    /// Records how letters to the resident are printed, on all of their cases
    Print {
        reference: String,
        print: Print,
        #[command(flatten)]
        at: At,
        /// Who says so; default: the user at the keyboard
        #[arg(long, visible_alias = "who")]
        by: Option<String>,
    },
    /// What the resident told of disabilities and adjustments (who reads it is recorded); or records what was agreed
    Needs {
        reference: String,
        #[command(flatten)]
        at: At,
        /// The adjustment that was agreed with the resident
        #[arg(long)]
        agreed: Option<String>,
        /// When it is looked at again; default: in a year
        #[arg(long, value_name = "DATE", requires = "agreed")]
        review: Option<Date>,
        /// Who reads or agreed it
        #[arg(long, value_name = "NAME")]
        by: String,
    },
}

fn told(needs: &Needs) {
    for (message, flag, words) in &needs.told {
        show::line(format!("message {message} tells of {}: {}", flag.as_str().replace('_', " "), words.join("; ")));
    }
    for (agreed, who) in &needs.agreed {
        show::line(format!("agreed by {who}: {agreed}"));
    }
    let day = needs.review_on.map_or_else(|| "no day is set".to_owned(), written_out);
    show::line(format!("to be looked at again: {day}"));
}

fn ground(text: &str) -> Result<Ground, String> {
    let known = || Ground::ALL.iter().map(|g| g.as_str()).collect::<Vec<_>>().join(", ");
    Ground::parse(text).ok_or_else(|| format!("one of {}", known()))
}

fn duty(text: &str) -> Result<DutyKind, String> {
    let known = || DutyKind::ALL.iter().map(|d| d.as_str()).collect::<Vec<_>>().join(", ");
    DutyKind::parse(text).ok_or_else(|| format!("one of {}", known()))
}

pub async fn run(command: Command) -> Exit<u8> {
    match command {
        Command::Extend { reference, at, to, why, why_cy, by, updates, updates_cy, good_reason, duty } => {
            let works = setup::works(&setup::config(&at)?).await?;
            let who = setup::who(by.as_deref());
            let (why_cy, updates_cy) = (why_cy.as_deref(), updates_cy.as_deref());
            let new = person::Extension { to, who: &who, why: &why, why_cy, updates: updates.as_deref(), updates_cy, good_reason, duty };
            let before = person::extend(&works, &reference, &new).await.map_err(|e| setup::refused(&e))?;
            show::line(format!("{reference}: {} in place of {}", written_out(to), written_out(before)));
        }
        Command::Refuse { reference, at, ground, why, why_cy, by } => {
            let mut refusal = Refusal::new(ground, &by, &why).map_err(|e| setup::refused(&Error::Set(e.to_string())))?;
            refusal.why_cy = why_cy.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
            let works = setup::works(&setup::config(&at)?).await?;
            let stage = person::refuse(&works, &reference, &refusal).await.map_err(|e| setup::refused(&e))?;
            show::line(format!("{reference} is at stage `{}`, and the resident is told why", stage.as_str()));
        }
        Command::Assign { reference, at, to, who } => {
            let works = setup::works(&setup::config(&at)?).await?;
            person::assign(&works, &reference, &to, &setup::who(who.as_deref())).await.map_err(|e| setup::refused(&e))?;
            show::line(format!("{reference} is with {to}"));
        }
        Command::Define { reference, at, agreed, what, outcome, who } => {
            let works = setup::works(&setup::config(&at)?).await?;
            let draft = person::draft(&works, &reference).await.map_err(|e| setup::refused(&e))?;
            if !agreed && what.is_empty() {
                print(&draft);
                return Ok(FINE);
            }
            let definition = Definition {
                what: if what.is_empty() { draft.what.clone() } else { what },
                outcome: outcome.or_else(|| draft.outcome.clone()),
                ..draft
            };
            person::define(&works, &reference, &definition, &setup::who(who.as_deref())).await.map_err(|e| setup::refused(&e))?;
            show::line(format!("{reference} is defined"));
        }
        Command::Print { reference, print, at, by } => {
            let works = setup::works(&setup::config(&at)?).await?;
            let who = setup::who(by.as_deref());
            let cases = needs::print(&works, &reference, print, &who).await.map_err(|e| setup::refused(&e))?;
            show::line(format!("{}: letters are in {} print from now on", cases.join(", "), print.as_str()));
        }
        Command::Needs { reference, at, agreed, review, by } => {
            let works = setup::works(&setup::config(&at)?).await?;
            let Some(agreed) = agreed else {
                told(&needs::read(&works, &reference, &by).await.map_err(|e| setup::refused(&e))?);
                return Ok(FINE);
            };
            let day = needs::agree(&works, &reference, &agreed, review, &by).await.map_err(|e| setup::refused(&e))?;
            show::line(format!("{reference}: recorded, to be looked at again on {}", written_out(day)));
        }
    }
    Ok(FINE)
}

fn print(draft: &Definition) {
    for (n, what) in draft.what.iter().enumerate() {
        show::line(format!("{}. {what}", n + 1));
    }
    for (asked, answer) in [("since when", &draft.when), ("spoken to", &draft.who), ("outcome sought", &draft.outcome)] {
        show::line(format!("{asked}: {}", answer.as_deref().unwrap_or("not said")));
    }
}
