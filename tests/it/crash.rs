//! The power cut. The program is killed just before and just after each of its commits, and started again: nothing is lost, no second case is
//! opened, and no letter goes out twice with another Message-ID.

mod calls;

use crate::servers::postgres::durable;
use crate::servers::program::Program;
use crate::servers::until;
use std::collections::BTreeSet;

const MAILS: [(&str, &str); 3] = [
    (
        "1",
        "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Kitchen ceiling\nDate: Mon, 16 Nov 2026 09:14:00 +0000\n\
         Message-ID: <a1@home.example>\n\nI want to make a complaint. My kitchen ceiling has leaked since 3 November, I rang twice and nobody came.\n\nAda Barlow\n",
    ),
    (
        "2",
        "From: Axis Repairs <care@axisrepairs.example>\nTo: complaints@landlord.example\nSubject: FW: Kitchen door\nDate: Mon, 16 Nov 2026 09:20:00 +0000\n\
         Message-ID: <f1@axisrepairs.example>\n\nPlease see below.\n\n________________________________\nFrom: Tom Lloyd <tom@home.example>\nSent: 13 November 2026 17:20\n\
         To: Axis Repairs <care@axisrepairs.example>\nSubject: Kitchen door\n\nI am unhappy with your man, he was rude to my wife and left the door broken. I want to complain.\n\nTom Lloyd\n",
    ),
    (
        "3",
        "From: Priya Nair <priya@office.example>\nTo: complaints@landlord.example\nSubject: Automatic reply: hello\nDate: Mon, 16 Nov 2026 09:30:00 +0000\n\
         Message-ID: <o1@office.example>\nAuto-Submitted: auto-replied\n\nI am away.\n",
    ),
];

/// The commits that three mails in a spool lead through.
const STRUCK: [&str; 7] = ["meta", "lease", "cursor", "receive", "decide", "claim-letters", "letter-sent"];

fn program(store: &str) -> Program {
    let program = Program::new(&format!(
        "[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\n"
    ));
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(program.path("inbox").join(folder)).unwrap();
    }
    for (name, mail) in MAILS {
        program.write(&format!("inbox/new/{name}"), mail);
    }
    program
}

fn files(program: &Program, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(program.path(folder)) else { return Vec::new() };
    entries.map(|e| e.unwrap().file_name().into_string().unwrap()).filter(|n| !n.starts_with('.')).collect()
}

fn survives(store: &str, fault: &str) {
    let mut program = program(store);
    program.set("POSTROOM_FAULT", fault);
    program.spawn();
    until(&format!("the program dies {fault}"), || program.ended());
    // What was on its way when the power went is unknown, and is sent again when its time has come.
    program.set("POSTROOM_FAULT", "");
    program.set("POSTROOM_CLOCK_AHEAD", "80m");
    program.start();
    until(&format!("all is done after {fault}"), || {
        let letters = program.json(&["outbox", "list", "--json"]);
        let decided = program.get("/readyz").is_some_and(|r| r.contains("\"oldest_undecided_seconds\":0"));
        decided && letters.len() == 3 && letters.iter().all(|l| l["state"] == "sent") && files(&program, "inbox/new").is_empty()
    });
    let cases = program.json(&["case", "list", "--json"]);
    assert_eq!(cases.len(), 2, "{fault}: {cases:?}");
    let letters = program.json(&["outbox", "list", "--json"]);
    let ids: BTreeSet<String> = letters.iter().map(|l| l["message_id"].as_str().unwrap().to_owned()).collect();
    let sent = files(&program, "data/sent");
    assert_eq!(sent.len(), 3, "{fault}: a letter went out under two Message-IDs, or not at all: {sent:?}");
    assert!(ids.iter().all(|id| sent.iter().any(|file| file.contains(id.as_str()))), "{fault}: {ids:?} {sent:?}");
    assert_eq!(files(&program, "inbox/cur").len(), 3, "{fault}");
    assert_eq!(program.stop(), Some(0), "{fault}");
}

#[test]
fn killed_at_any_commit_it_loses_and_doubles_nothing_on_sqlite() {
    for name in STRUCK {
        assert!(postroom::store::COMMITS.contains(&name));
        for moment in ["before", "after"] {
            survives("sqlite", &format!("{moment}:{name}"));
        }
    }
}

#[test]
fn killed_at_any_commit_it_loses_and_doubles_nothing_on_postgresql() {
    for name in ["receive", "decide", "claim-letters", "letter-sent"] {
        for moment in ["before", "after"] {
            survives(&durable().database(), &format!("{moment}:{name}"));
        }
    }
}

#[test]
fn what_a_person_records_is_there_whole_or_not_at_all() {
    for (fault, stage) in [("before:record", "stage1"), ("after:record", "responded")] {
        let mut program = program("sqlite");
        program.start();
        until("the case is there", || program.json(&["case", "list", "--json"]).len() == 2);
        assert_eq!(program.stop(), Some(0));
        let reference = program.json(&["case", "list", "--json"])[0]["reference"].as_str().unwrap().to_owned();
        program.set("POSTROOM_FAULT", fault);
        assert_eq!(program.output(&["case", "record", &reference, "stage1-response", "--who", "Officer"]).status.code(), None);
        program.set("POSTROOM_FAULT", "");
        let case = program.json(&["case", "show", &reference, "--json"]).remove(0);
        assert_eq!(case["stage"], stage);
        let journal = case["journal"].as_array().unwrap();
        assert_eq!(journal.iter().any(|e| e["what"] == "stage1_response"), stage == "responded", "{fault}");
    }
}
