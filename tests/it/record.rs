//! The record: what an Ombudsman's caseworker is given of a case, by the real program on both stores.

use crate::servers::postgres::postgres;
use crate::servers::program::Program;
use crate::servers::until;
use sha2::{Digest, Sha256};
use std::os::unix::fs::PermissionsExt;

/// A landlord with a spool folder in which these mails lie.
pub fn spool(store: &str, mails: &[&[u8]]) -> Program {
    let program = Program::new(&format!(
        "[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\nletters_from = \"all\"\n"
    ));
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(program.path("inbox").join(folder)).unwrap();
    }
    for (i, mail) in mails.iter().enumerate() {
        std::fs::write(program.path(&format!("inbox/new/{i}")), mail).unwrap();
    }
    program
}

/// Runs the daemon until everything is decided and every letter has left.
pub fn settle(program: &mut Program, decided: usize) {
    program.start();
    until("all is decided and sent", || {
        let page = program.get("/metrics").unwrap_or_default();
        let counted = |name: &str| {
            page.lines().filter(|l| l.starts_with(name)).filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>()
        };
        let letters = program.json(&["outbox", "list", "--json"]);
        counted("postroom_decided_total") as usize >= decided && letters.iter().all(|l| l["state"] == "sent")
    });
    assert_eq!(program.stop(), Some(0));
}

/// Latin-1 octets, lines that end in LF alone, and a subject that is markup: none of it may change or run.
const COMPLAINT: &[u8] = b"From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Kitchen <script>alert(1)</script> ceiling\n\
    Date: Mon, 16 Nov 2026 09:14:00 +0000\nMessage-ID: <a1@home.example>\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n\
    I want to make a complaint. My kitchen ceiling has leaked since 3 November by the caf\xe9, I rang twice and nobody came.\n\nAda Barlow\n";

fn whole(store: &str) {
    let mut program = spool(store, &[COMPLAINT]);
    settle(&mut program, 1);
    let reference = program.json(&["case", "list", "--json"])[0]["reference"].as_str().unwrap().to_owned();
    let recorded = program.output(&["case", "record", &reference, "stage1-response", "--who", "kim", "--note", "=the ceiling is mended"]);
    assert!(recorded.status.success());
    let dir = program.path("out");
    let to = dir.display().to_string();
    let exported = program.output(&["export", &reference, "--to", &to, "--by", "lee"]);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));

    assert_eq!(std::fs::read(dir.join("messages/01.eml")).unwrap(), COMPLAINT, "byte for byte");
    let sent = std::fs::read_dir(program.path("data/sent")).unwrap().map(|e| std::fs::read(e.unwrap().path()).unwrap());
    let letter = std::fs::read(dir.join("letters/01-acknowledge_stage1.eml")).unwrap();
    assert!(sent.into_iter().any(|l| l == letter), "the letter as it went");
    let manifest = std::fs::read_to_string(dir.join("manifest.sha256")).unwrap();
    assert_eq!(manifest.lines().count(), 6);
    for line in manifest.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(dir.join(name)).unwrap();
        assert_eq!(Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect::<String>(), digest, "{name}");
        assert_eq!(std::fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o77, 0, "{name} is its owner's alone");
    }
    let page = std::fs::read_to_string(dir.join("index.html")).unwrap();
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
    for part in ["caf\u{e9}", "nobody came", "the mail server accepted it", "kim", "the ceiling is mended", "met in time", "lee"] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    let timeline = std::fs::read_to_string(dir.join("timeline.csv")).unwrap();
    assert!(timeline.contains("'=the ceiling is mended"), "{timeline}");
    let shown = program.json(&["case", "show", &reference, "--json"]).remove(0);
    let last = shown["journal"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((last["what"].as_str(), last["who"].as_str()), (Some("exported"), Some("lee")), "who took a copy is on record");

    // Never over something that is there; and the same as one file.
    assert_eq!(program.output(&["export", &reference, "--to", &to]).status.code(), Some(2));
    let zip = program.path("out.zip");
    assert!(program.output(&["export", &reference, "--to", &zip.display().to_string()]).status.success());
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&zip).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::copy(&mut archive.by_name("messages/01.eml").unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, COMPLAINT);
    // The figures of the month count it, by its channel, its ward and its promises.
    assert!(program.output(&["case", "fact", &reference, "ward", "Harbour", "--by", "kim"]).status.success());
    let month = shown["received_at"].as_str().unwrap().get(..7).unwrap().to_owned();
    let (csv, html) = (program.path("r.csv").display().to_string(), program.path("r.html").display().to_string());
    let report = program.output(&["report", "--month", &month, "--homes", "500", "--csv", &csv, "--html", &html]);
    assert!(report.status.success(), "{}", String::from_utf8_lossy(&report.stderr));
    let figures = std::fs::read_to_string(&csv).unwrap();
    for line in [
        "Complaints received (CH01),received,stage 1,1",
        "Complaints received (CH01),\"per 1,000 homes (of 500)\",stage 1,2.0",
        "Complaints by channel,email,stage 1,1",
        "Acknowledgements,share within five working days,stage 1,100.0%",
        "Responses within the Code\u{2019}s time (CH02),stage 1,share in time,100.0%",
        "Complaints by ward,Harbour,stage 1,1",
        "Messages by kind,a new complaint,messages,1",
    ] {
        assert!(figures.contains(line), "{line} is not in\n{figures}");
    }
    let page = std::fs::read_to_string(&html).unwrap();
    assert!(page.contains("<svg") && !page.contains("<script"));
    assert_eq!(program.output(&["report", "--month", "2026-13"]).status.code(), Some(2));
    // The raw alone, by number.
    let raw = program.output(&["case", "show", &reference, "--raw", &shown["messages"][0]["id"].to_string()]);
    assert_eq!(raw.stdout, COMPLAINT);
}

#[test]
fn the_record_of_a_case_is_whole_on_sqlite() {
    whole("sqlite");
}

#[test]
fn the_record_of_a_case_is_whole_on_postgresql() {
    whole(&postgres().database());
}

/// Words that stand nowhere else, so that finding one is finding her.
const HERS: [&str; 4] = ["quilla@home.example", "Quilla Barlow", "quilla barlow", "zanzibar"];

const QUILLA: &[u8] = b"From: Quilla Barlow <quilla@home.example>\nTo: complaints@landlord.example\nSubject: Kitchen ceiling\n\
    Date: Mon, 16 Nov 2026 09:14:00 +0000\nMessage-ID: <zanzibar-1@home.example>\n\n\
    I want to make a complaint. My zanzibar ceiling has leaked since 3 November, I rang twice and nobody came.\n\nQuilla Barlow\n";

const TOM: &[u8] = b"From: Tom Lloyd <tom@other.example>\nTo: complaints@landlord.example\nSubject: Bins\nDate: Mon, 16 Nov 2026 09:20:00 +0000\n\
    Message-ID: <t1@other.example>\n\nI want to make a complaint. The bins have not been emptied for five weeks, and nobody answers when I ring.\n\nTom Lloyd\n";

const THANKS: &[u8] = b"From: Quilla Barlow <quilla@home.example>\nTo: complaints@landlord.example\nSubject: Thank you\nDate: Mon, 16 Nov 2026 09:25:00 +0000\n\
    Message-ID: <zanzibar-2@home.example>\n\nThe caretaker at zanzibar court was very kind, thank you all.\n\nQuilla Barlow\n";

/// Everything that the database's files hold, read as bytes: what VACUUM left in a free page would be found.
fn everything(program: &Program, store: &str) -> String {
    if store != "sqlite" {
        return postgres().dump(store);
    }
    let files = ["data/postroom.db", "data/postroom.db-wal", "data/postroom.db-shm"];
    files.iter().filter_map(|f| std::fs::read(program.path(f)).ok()).map(|b| String::from_utf8_lossy(&b).into_owned()).collect()
}

fn erased(store: &str) {
    let mut program = spool(store, &[QUILLA, TOM, THANKS]);
    settle(&mut program, 3);
    let cases = program.json(&["case", "list", "--json"]);
    let month = cases[0]["received_at"].as_str().unwrap().get(..7).unwrap().to_owned();
    let reference = cases
        .iter()
        .map(|c| c["reference"].as_str().unwrap().to_owned())
        .find(|r| program.json(&["case", "show", r, "--json"])[0]["resident"]["email"] == "quilla@home.example")
        .unwrap();
    let order = ["erase", "quilla@home.example", "--yes", "--by", "kim", "--reason", "she asked"];
    assert_eq!(program.output(&order).status.code(), Some(2), "an open complaint must be answered first");
    assert!(program.output(&["case", "record", &reference, "close"]).status.success());
    assert!(program.output(&["case", "keep", &reference, "--because", "the Ombudsman has it", "--by", "kim"]).status.success());
    assert_eq!(program.output(&order).status.code(), Some(2), "what must be kept stays");
    assert!(program.output(&["case", "keep", &reference, "--release", "--by", "kim"]).status.success());
    let counts = |name: &str| {
        let path = program.path(name).display().to_string();
        assert!(program.output(&["report", "--month", &month, "--csv", &path]).status.success());
        std::fs::read_to_string(path).unwrap()
    };
    let before = counts("before.csv");
    let there = everything(&program, store);
    assert!(HERS.iter().all(|w| there.contains(w)), "the search finds what is there");
    let shown = program.output(&["erase", "quilla@home.example"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains(&reference));
    assert!(everything(&program, store).contains("zanzibar"), "saying what would go takes nothing");

    let done = program.output(&order);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let left = everything(&program, store);
    for word in HERS {
        assert!(!left.contains(word), "{word} is still there");
    }
    assert!(left.contains("tom@other.example") && left.contains("emptied"), "nobody else's words went");
    let after = counts("after.csv");
    let erasure = |line: &&str| line.contains(",erased,");
    let same = |text: &str| text.lines().filter(|l| !erasure(l)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(same(&before), same(&after), "every count is as it was");
    assert!(after.lines().any(|l| l.ends_with(",erased,times,1")));
    let case = program.json(&["case", "show", &reference, "--json"]).remove(0);
    let last = case["journal"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["what"], &last["who"], &last["note"]["why"]), (&"erased".into(), &"kim".into(), &"she asked".into()));
    // The same mail, met again in the mailbox, is known; nothing is left to erase; and the record says what is gone.
    let again = program.output(&order);
    assert_eq!(again.status.code(), Some(2), "{}", String::from_utf8_lossy(&again.stdout));
    let to = program.path("gone").display().to_string();
    assert!(program.output(&["export", &reference, "--to", &to]).status.success());
    assert!(std::fs::read_to_string(program.path("gone/index.html")).unwrap().contains("The words of this message were erased"));
}

#[test]
fn what_a_person_has_erased_is_gone_to_the_byte_from_sqlite() {
    erased("sqlite");
}

#[test]
fn what_a_person_has_erased_is_gone_from_a_dump_of_postgresql() {
    erased(&postgres().database());
}

/// The policy's periods are looked at by the daemon's clock: closed cases and what was no complaint go in their time, an open case stays.
#[test]
fn what_the_policy_keeps_no_longer_is_erased_by_the_clock() {
    let mut program = spool("sqlite", &[QUILLA, TOM, THANKS]);
    program.write("rules/policies/short.toml", "extends = \"code\"\n[retention]\ncase_months = 2\nnot_complaint_months = 2\n");
    let config = std::fs::read_to_string(program.path("postroom.toml")).unwrap().replace("policy = \"code\"", "policy = \"short\"");
    program.write("postroom.toml", &config);
    settle(&mut program, 3);
    let references: Vec<String> =
        program.json(&["case", "list", "--json"]).iter().map(|c| c["reference"].as_str().unwrap().into()).collect();
    let show = |reference: &str| program.json(&["case", "show", reference, "--json"]).remove(0);
    let hers = references.iter().find(|r| show(r)["resident"]["email"] == "quilla@home.example").unwrap().clone();
    assert!(program.output(&["case", "record", &hers, "close"]).status.success());
    program.set("POSTROOM_CLOCK_AHEAD", "2400h");
    program.start();
    until("her closed case is erased", || {
        program.json(&["case", "show", &hers, "--json"])[0]["journal"].as_array().unwrap().last().unwrap()["what"] == "erased"
    });
    until("the database is written anew", || !everything(&program, "sqlite").contains("zanzibar"));
    assert!(everything(&program, "sqlite").contains("tom@other.example"), "an open case is kept");
    program.stop();
}
