//! How well messages on a known case are told apart, over tests/messages: `cargo test --lib triage::tests::measure -- --ignored --nocapture`.
//! `POSTROOM_SHOW=FILE` lists the misjudged messages of one file. Four files are for scoring alone and are never listed.

use super::{candidate, decide, mail};
use crate::model::case::Stage;
use crate::model::decision::{Evidence, Kind};
use crate::model::message::Message;
use std::collections::BTreeMap;
use std::path::Path;

const SEALED: [&str; 4] = ["contrast", "threads", "sundry", "street"];

#[derive(serde::Deserialize)]
struct Labelled {
    id: String,
    subject: String,
    text: String,
    context: String,
    kind: Kind,
    #[serde(default)]
    about: String,
}

#[test]
#[ignore = "a measurement, no test"]
fn told_apart() {
    let show = std::env::var("POSTROOM_SHOW").unwrap_or_default();
    let mut tally: BTreeMap<(String, &str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for path in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages")).unwrap().map(|e| e.unwrap().path()) {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let labelled: Labelled = serde_json::from_str(line).unwrap();
            let stage = match labelled.context.as_str() {
                "open" => Stage::Stage1,
                "responded" => Stage::Responded,
                "stage2" => Stage::Stage2,
                "closed" => Stage::Closed,
                _ => continue,
            };
            // As a reply to our own letter, which is how nearly all of it comes.
            let case = candidate(1, stage, &labelled.about, &[Evidence::OurMessageId, Evidence::SameSender]);
            let subject = if labelled.subject.is_empty() { "Re: your complaint".to_owned() } else { labelled.subject.clone() };
            let message: Message = mail("Jo Moss", "jo@home.example", &subject, &labelled.text);
            let got = decide(&message, &[case]).kind;
            let sealed = if SEALED.contains(&file.as_str()) { "sealed" } else { "open files" };
            *tally.entry((labelled.context.clone(), sealed, labelled.kind.as_str())).or_default().entry(got.as_str()).or_default() += 1;
            if got != labelled.kind && show == file && sealed != "sealed" {
                println!(
                    "{} {}: {} taken for {} | {} | {}",
                    labelled.id,
                    labelled.context,
                    labelled.kind.as_str(),
                    got.as_str(),
                    labelled.about,
                    labelled.text
                );
            }
        }
    }
    for ((context, files, kind), got) in tally {
        let got: Vec<String> = got.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        println!("{context:10} {files:10} {kind:16} → {}", got.join(", "));
    }
}
