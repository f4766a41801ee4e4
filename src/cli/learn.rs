//! `postroom learn`

use super::setup::{self, Exit, code};
use super::{At, FINE, USAGE, show};
use crate::ambient::Ambient;
use crate::model::calendar::local_day;
use crate::pipeline::lessons;
use crate::pipeline::rulebook::Rulebook;
use crate::rules::reader::FLAGGED;
use crate::rules::reader::learn::{self, Figures, Learnt, Lesson, Source};
use clap::Args;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Learn {
    /// Labelled messages: a folder of *.jsonl files, one author a file, or one file; or a folder of scenarios, as of one author; may be given several times
    #[arg(long, value_name = "DIR|FILE")]
    from: Vec<PathBuf>,
    /// Also what officers decided about the mail in the store
    #[arg(long)]
    store: bool,
    #[command(flatten)]
    at: At,
    /// Where to write the model; its card goes beside it, as .md, and so does definition.tsv, which marks the answers to the four questions
    #[arg(long, value_name = "FILE", required_unless_present_any = ["measure", "unread"])]
    out: Option<PathBuf>,
    /// Parts the authors for measuring, where there are more than sixteen
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day that the card gives; default: today
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Date>,
    /// Print the card
    #[arg(long)]
    measure: bool,
    /// Leave these authors out and print how they are read
    #[arg(long, value_name = "AUTHOR,…", value_delimiter = ',')]
    unread: Vec<String>,
}

pub fn run(learn: &Learn) -> u8 {
    code(teach(learn))
}

fn teach(args: &Learn) -> Exit<u8> {
    let config = setup::config(&args.at)?;
    let rulebook = setup::rulebook(&config)?;
    let (sources, lessons) = gather(args, &rulebook)?;
    if lessons.is_empty() {
        show::error("there is nothing to learn from: name labelled messages by --from, or take officers' decisions by --store");
        return Err(USAGE);
    }
    if !args.unread.is_empty() {
        let (model, figures) = learn::try_on(&rulebook.ruleset, &lessons, args.seed, |l| args.unread.contains(&l.author));
        print_unread(&figures);
        return args.out.as_deref().map_or(Ok(FINE), |out| write(out, &model).map(|()| FINE));
    }
    let learnt: Learnt = learn::learn(&rulebook.ruleset, &lessons, args.seed);
    let on = args.on.unwrap_or_else(|| local_day(Ambient::system().now()));
    let card = learn::card(&learnt, &sources, args.seed, on);
    if args.measure {
        show::line(&card);
    }
    if let Some(out) = &args.out {
        write(out, &learnt.model)?;
        if let Some(answers) = &learnt.answers {
            write(&out.with_file_name("definition.tsv"), answers)?;
        }
        write(&out.with_extension("md"), &card)?;
        show::line(format!(
            "{} messages learnt, {:.1} % read rightly with their authors left out. The model is in {}, its card beside it. It is not in use: \
             judge it by `postroom test --reader` and `backtest --reader`, then put it in your rules folder as reader.tsv.",
            lessons.len(),
            100.0 * learnt.figures.accuracy(),
            out.display()
        ));
    }
    Ok(FINE)
}

fn gather(args: &Learn, rulebook: &Rulebook) -> Exit<(Vec<Source>, Vec<Lesson>)> {
    let (mut sources, mut lessons) = (Vec::new(), Vec::new());
    for path in &args.from {
        let read = lessons::of(path, rulebook).map_err(|faults| {
            show::faults(&faults);
            USAGE
        })?;
        for (source, mut some) in read {
            sources.push(source);
            lessons.append(&mut some);
        }
    }
    if args.store {
        let (source, mut some) = setup::block_on(async {
            let works = setup::works(&setup::config(&args.at)?).await?;
            lessons::stored(&works).await.map_err(|e| setup::refused(&e))
        })?;
        sources.push(source);
        lessons.append(&mut some);
    }
    Ok((sources, lessons))
}

fn write(path: &Path, text: &str) -> Exit<()> {
    std::fs::write(path, text).map_err(|e| {
        show::error(format!("{} cannot be written: {e}", path.display()));
        USAGE
    })
}

fn print_unread(f: &Figures) {
    let share = |some: usize, all: usize| 100.0 * some as f64 / all.max(1) as f64;
    show::line(format!("{} messages: {:.1} % right, {} of {} complaints missed", f.messages, 100.0 * f.accuracy(), f.missed, f.complaints));
    for (author, (messages, right, missed)) in &f.authors {
        show::line(format!("{author}: {:.1} % of {messages}, {missed} missed", share(*right, *messages)));
    }
    show::line("flag: rules, reader, both: hit/wrong/missed, F1");
    for (flag, tally) in FLAGGED.iter().zip(&f.flags) {
        let told = [tally.rules, tally.reader, tally.both].map(|t| format!("{}/{}/{} {:.2}", t.hit, t.wrong, t.missed, t.f1()));
        show::line(format!("{}: {}", flag.as_str(), told.join(", ")));
    }
    for (reviewed, missed) in &f.curve {
        show::line(format!("{:.0} % to a person: {missed} missed ({:.1} %)", 100.0 * reviewed, share(*missed, f.complaints)));
    }
}
