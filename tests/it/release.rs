//! Rules are released under a running daemon: the whole of them at once, between two pieces of work, and never a broken file. A candidate in
//! shadow touches nothing.

use crate::servers::postgres::postgres;
use crate::servers::program::Program;
use crate::servers::until;
use serde_json::Value;
use std::fs;

/// A flag for every message, by a rule of the site's: which rules decided is seen on each decision.
fn rules(flag: &str) -> String {
    format!(
        "[[signal]]\nid = \"site-word\"\nmeans = \"names the ceiling\"\nany = [\"ceiling\"]\n\
         [[flag]]\nid = \"{flag}\"\nraise = [\"site-word\"]\nextend = true\n"
    )
}

fn program(store: &str) -> Program {
    let program = Program::new(&format!(
        "shadow = \"next\"\n[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[[source]]\nname = \"spool\"\n\
         kind = \"maildir\"\npath = \"inbox\"\npoll = \"1s\"\nletters_from = \"all\"\n"
    ));
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir_all(program.path("inbox").join(folder)).unwrap();
    }
    program.write("rules/site.toml", &rules("legal"));
    program
}

const FIRST: [&str; 11] = ["Ada", "Bilal", "Carys", "Dermot", "Efua", "Farah", "Gwen", "Hamid", "Irena", "Joyce", "Kwame"];
const LAST: [&str; 11] =
    ["Adeyemi", "Barlow", "Choudhury", "Dunne", "Evans", "Fofanah", "Gallagher", "Hughes", "Ionescu", "Jarvis", "Lloyd"];

/// A complaint of somebody who has not written before.
fn mail(program: &Program, number: usize) {
    let name = format!("{} {}", FIRST[number % 11], LAST[number / 11]);
    let text = format!(
        "From: {name} <resident{number}@home.example>\nTo: complaints@landlord.example\nSubject: Ceiling {number}\nMessage-ID: <c{number}@home.example>\n\
         Date: Mon, 16 Nov 2026 09:14:00 +0000\n\nI want to make a complaint. My kitchen ceiling has leaked since 3 November and nobody came.\n\n{name}\n"
    );
    program.write(&format!("inbox/tmp/{number}"), &text);
    fs::rename(program.path("inbox/tmp").join(number.to_string()), program.path("inbox/new").join(number.to_string())).unwrap();
}

fn decided(program: &Program) -> f64 {
    program.metric("postroom_decided_total{kind=\"new_complaint\"}")
}

fn digest(program: &Program) -> String {
    let page = program.get("/metrics").unwrap_or_default();
    let line = page.lines().find_map(|l| l.strip_prefix("postroom_rules_in_force_timestamp_seconds{digest=\""));
    line.and_then(|l| l.split('"').next()).unwrap_or_default().to_owned()
}

/// What `backtest` under the folder of rules says of each message that changes, and its exit code.
fn backtest(program: &Program, folder: &str) -> (Option<i32>, Vec<Value>) {
    let output = program.output(&["backtest", "--json", "--since", "2020-01-01", "--rules", program.path(folder).to_str().unwrap()]);
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code().is_some_and(|c| c < 2), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect())
}

/// Saves as most editors do: a new file under another name takes the place of the old.
fn save(program: &Program, name: &str, text: &str) {
    program.write("rules/.swap", text);
    fs::rename(program.path("rules/.swap"), program.path(name)).unwrap();
}

fn a_release(store: &str) {
    let mut program = program(store);
    program.start();
    let first = digest(&program);
    mail(&program, 1);
    until("the first is decided", || decided(&program) == 1.0);

    // By file watch, with an editor's copy lying about.
    program.write("rules/site.toml~", "not toml at all [");
    save(&program, "rules/site.toml", &rules("abuse"));
    until("the new rules are in force", || digest(&program) != first);
    let second = digest(&program);
    mail(&program, 2);
    until("the second is decided", || decided(&program) == 2.0);

    // The rules in force gave the second: asked again, they change the first alone.
    let (code, told) = backtest(&program, "rules");
    assert_eq!((code, told.len()), (Some(1), 2), "{told:?}");
    assert_eq!(told[0]["message"], 1);
    assert_eq!(told[1]["summary"]["rules"], second);
    assert_eq!(told[1]["summary"]["groups"][0]["changes"][0], serde_json::json!({ "what": "flags", "from": "legal", "to": "abuse" }));

    // A broken file: the old rules stay, and everybody is told. It is mended by going back.
    save(&program, "rules/site.toml", "[[signal]]\nid = \"<b>site\"\nmeans = \"x\"\nany = [\"(\"]\n");
    until("it is refused", || program.metric("postroom_rules_refused{layer=\"rules\"}") == 1.0);
    assert_eq!(digest(&program), second);
    assert!(program.log().contains("rules.refused"), "{}", program.log());
    let page = program.get("/").unwrap();
    assert!(page.contains("site.toml:4:") && page.contains("hint: ") && page.contains(&second), "{page}");
    assert!(!page.contains("<b>") && !page.contains("home.example"), "{page}");
    mail(&program, 3);
    until("the third is decided", || decided(&program) == 3.0);
    let broken = program.path("rules").display().to_string();
    assert_eq!(program.output(&["backtest", "--rules", &broken]).status.code(), Some(2));
    save(&program, "rules/site.toml", &rules("abuse"));
    until("it is mended", || program.metric("postroom_rules_refused{layer=\"rules\"}") == 0.0);
    assert_eq!(digest(&program), second, "the same files have the same digest");

    // SIGHUP has them read at once; the daemon lives on.
    save(&program, "rules/site.toml", &rules("legal"));
    crate::servers::must("kill", &["-HUP", &program.pid().to_string()]);
    until("the first rules are back", || digest(&program) == first);
    assert_eq!(program.stop(), Some(0));
}

fn a_candidate(store: &str) {
    let mut program = program(store);
    program.start();
    mail(&program, 1);
    until("the first is decided", || decided(&program) == 1.0);
    assert!(program.json(&["shadow", "--json"]).is_empty());
    let said = |program: &Program| String::from_utf8(program.output(&["shadow"]).stdout).unwrap();
    assert!(said(&program).contains("put its rules into"), "{}", said(&program));

    // The folder appears, and is the candidate from then on.
    fs::create_dir(program.path("next")).unwrap();
    program.write("next/site.toml", &rules("abuse"));
    until("the candidate runs", || program.log().contains("\"shadow\""));
    mail(&program, 2);
    until("it is asked", || program.metric("postroom_shadow_total{outcome=\"differs\"}") == 1.0);
    let output = program.output(&["shadow", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["messages"], &told["changed"]), (&1.into(), &1.into()), "{told}");
    assert_eq!(told["groups"][0]["messages"], serde_json::json!([2]));
    let plain = said(&program);
    for line in ["1 of 1 messages decided otherwise.", "    flags   legal → abuse", "    these: 2", "/next --since "] {
        assert!(plain.contains(line), "{line:?} is missing:\n{plain}");
    }
    // The live decision is what it would have been.
    let (code, told) = backtest(&program, "rules");
    assert_eq!(code, Some(0), "{told:?}");

    // A broken candidate harms nobody: the last one that could be read goes on.
    program.write("next/site.toml", "[[signal]");
    until("it is refused", || program.metric("postroom_rules_refused{layer=\"shadow\"}") == 1.0);
    mail(&program, 3);
    until("the third is decided and asked", || program.metric("postroom_shadow_total{outcome=\"differs\"}") == 2.0);
    fs::remove_dir_all(program.path("next")).unwrap();
    until("the trial is over", || program.metric("postroom_rules_refused{layer=\"shadow\"}") == 0.0);
    mail(&program, 4);
    until("the fourth is decided", || decided(&program) == 4.0);
    assert_eq!(program.metric("postroom_shadow_total{outcome=\"differs\"}"), 2.0);
    assert_eq!(program.stop(), Some(0));
}

/// Under load, with the files going to and fro and the power cut in between: every message is decided once, wholly by one set of rules.
fn under_load(store: &str) {
    const ROUNDS: usize = 4;
    const MAILS: usize = ROUNDS * 30;
    let mut program = program(store);
    program.start();
    let mut digests = vec![digest(&program)];
    for round in 0..ROUNDS {
        save(&program, "rules/site.toml", &rules(if round % 2 == 0 { "abuse" } else { "legal" }));
        crate::servers::must("kill", &["-HUP", &program.pid().to_string()]);
        (0..15).for_each(|n| mail(&program, 30 * round + n));
        if round == 2 {
            program.kill();
            // What the daemon that died was reading is another's only when its time has run out.
            program.set("POSTROOM_CLOCK_AHEAD", "80m");
            program.start();
        }
        let before = digests[round].clone();
        until("the other rules are in force", || !["", &before].contains(&digest(&program).as_str()));
        digests.push(digest(&program));
        (15..30).for_each(|n| mail(&program, 30 * round + n));
    }
    let (first, second) = (digests[0].clone(), digests[1].clone());
    until("all are decided", || {
        let list = program.json(&["case", "list", "--json"]);
        list.len() == MAILS
    });
    assert_eq!(program.stop(), Some(0));
    let url = if store == "sqlite" { "sqlite".to_owned() } else { store.to_owned() };
    let data = program.path("data");
    let rows = tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let db = postroom::store::Db::open(&url, &data).await.unwrap();
        let mut tx = db.read().await.unwrap();
        postroom::store::input::since(&mut tx, jiff::Timestamp::MIN, 0, 1_000).await.unwrap()
    });
    assert_eq!(rows.len(), MAILS);
    let mut seen = std::collections::BTreeSet::new();
    for row in rows {
        let decision = row.unpack().unwrap().0;
        let flags: Vec<&str> = decision.flags.iter().map(|f| f.as_str()).collect();
        let wanted = if decision.ruleset_digest == first { ("legal", "abuse") } else { ("abuse", "legal") };
        assert!([&first, &second].contains(&&decision.ruleset_digest), "rules that never were: {}", decision.ruleset_digest);
        assert!(flags.contains(&wanted.0) && !flags.contains(&wanted.1), "{flags:?} under {}", decision.ruleset_digest);
        seen.insert(decision.ruleset_digest);
    }
    assert_eq!(seen.len(), 2, "both sets of rules decided something");
}

#[test]
fn rules_are_released_on_sqlite() {
    a_release("sqlite");
}

#[test]
fn rules_are_released_on_postgresql() {
    a_release(&postgres().database());
}

#[test]
fn a_candidate_runs_in_shadow_on_sqlite() {
    a_candidate("sqlite");
}

#[test]
fn a_candidate_runs_in_shadow_on_postgresql() {
    a_candidate(&postgres().database());
}

#[test]
fn a_release_under_load_and_a_power_cut_divides_no_message_on_sqlite() {
    under_load("sqlite");
}

#[test]
fn a_release_under_load_and_a_power_cut_divides_no_message_on_postgresql() {
    under_load(&postgres().database());
}
