//! README.md, "A first change", as it stands there: its files, its commands and what they print, tried on the program itself.

use crate::servers::free_port;
use std::path::Path;
use std::process::{Command, Output};

/// The indented blocks of the tutorial, without their indentation, in order.
fn blocks() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let from = readme.find("### A first change").unwrap();
    let tutorial = &readme[from..from + readme[from + 3..].find("\n### ").unwrap()];
    tutorial
        .split("   ```")
        .skip(1)
        .step_by(2)
        .map(|b| b.split_once('\n').unwrap().1.replace("\n   ", "\n").trim_start().to_owned())
        .collect()
}

fn postroom(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postroom"));
    command.current_dir(dir).args(arguments).args(["--config", "postroom.toml"]).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The report without what no README can know: the day, and the digest of the rules.
fn timeless(report: &str) -> Vec<String> {
    let mut lines: Vec<String> = report.trim().lines().map(|l| l.trim_end().to_owned()).collect();
    let known = |w: &&str| !w.starts_with("20") && !w.ends_with('.');
    lines[0] = lines[0].split(' ').filter(known).collect::<Vec<_>>().join(" ");
    lines
}

#[test]
fn the_first_change_of_the_readme_is_made_checked_and_asked_of_the_stored_post() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let blocks = blocks();
    let [lift, policy, report] = &blocks[..] else { panic!("the tutorial has other blocks: {blocks:#?}") };
    // As without a configuration, but on a port that is free.
    std::fs::write(path("postroom.toml"), format!("data = \"postroom-data\"\n[http]\nlisten = \"127.0.0.1:{}\"\n", free_port())).unwrap();
    let run = postroom(dir.path(), &["run", "--sample", "--once"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));

    std::fs::create_dir_all(path("ours/policies")).unwrap();
    std::fs::write(path("ours/lift.toml"), lift).unwrap();
    std::fs::write(path("ours/policies/code.toml"), policy).unwrap();
    let check = postroom(dir.path(), &["check", "--rules", "ours"]);
    assert!(check.status.success() && printed(&check).contains("all is well"), "{check:?}");
    let touched = printed(&check);
    let line = touched.lines().map(str::trim).find(|l| l.starts_with("topic lift")).unwrap();
    assert!(include_str!("../../README.md").contains(line), "{line}");
    let print = printed(&postroom(dir.path(), &["check", "--rules", "ours", "--print"]));
    assert!(print.lines().any(|l| l == line), "{print}");

    // A story of one's own still ends as it should.
    let story = path("stories/praise");
    std::fs::create_dir_all(&story).unwrap();
    std::fs::write(
        story.join("01.eml"),
        "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: thank you\n\nThe joiner did a lovely job.\n",
    )
    .unwrap();
    let scenario = "title = \"Praise\"\npolicy = \"code\"\nauthor = \"plain\"\n[[step]]\nat = \"2026-03-02T09:14:00Z\"\nmessage = \"01.eml\"\nchannel = \"email\"\n\
                    [step.expect]\nkind = \"compliment\"\nreply = \"none\"\nflags = []\n";
    std::fs::write(story.join("scenario.toml"), scenario).unwrap();
    let test =
        Command::new(env!("CARGO_BIN_EXE_postroom")).current_dir(dir.path()).args(["test", "--rules", "ours", "stories"]).output().unwrap();
    assert!(test.status.success(), "{test:?}");

    let backtest = postroom(dir.path(), &["backtest", "--rules", "ours", "--since", "30d"]);
    assert_eq!(backtest.status.code(), Some(1));
    assert_eq!(timeless(&printed(&backtest)), timeless(report));
    let shown = printed(&postroom(dir.path(), &["backtest", "--rules", "ours", "--since", "30d", "--show"]));
    for line in [
        "    | well done",
        "    letter notice to lifts@landlord.example:",
        "    + For the Lift Team.",
        "    + - Lifts: we look after the lifts in our buildings.",
    ] {
        assert!(shown.lines().any(|l| l == line), "{line:?} is missing:\n{shown}");
    }
    // What stays as it was is not shown: the notice to the Building Safety Lead.
    assert!(!shown.contains("Building Safety Lead"), "{shown}");
    // The shipped rules again change nothing.
    std::fs::create_dir(path("bare")).unwrap();
    assert_eq!(postroom(dir.path(), &["backtest", "--rules", "bare", "--since", "30d"]).status.code(), Some(0));
}
