//! Promise 9: no address, name, subject or body in any log, at any level.

use crate::servers::program::Program;
use crate::servers::until;
use mail_parser::MessageParser;
use std::path::Path;

#[test]
fn no_word_of_a_resident_reaches_the_log_at_trace() {
    let mut program = Program::new(
        "[[landlord]]\nid = \"home\"\npolicy = \"thrive\"\n[[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\n",
    );
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(program.path("inbox").join(folder)).unwrap();
    }
    let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let (mut words, mut count) = (Vec::new(), 0);
    for story in std::fs::read_dir(stories).unwrap() {
        let story = story.unwrap().path();
        for mail in std::fs::read_dir(&story).into_iter().flatten() {
            let mail = mail.unwrap().path();
            if mail.extension().is_none_or(|e| e != "eml") {
                continue;
            }
            let bytes = std::fs::read(&mail).unwrap();
            count += 1;
            std::fs::write(program.path("inbox/new").join(format!("m{count}")), &bytes).unwrap();
            let Some(parsed) = MessageParser::default().parse(&bytes) else { continue };
            words.extend(parsed.subject().filter(|s| s.len() >= 12).map(str::to_owned));
            for from in parsed.from().into_iter().filter_map(|f| f.first()) {
                words.extend(from.address().map(str::to_owned));
                words.extend(from.name().filter(|n| n.contains(' ')).map(str::to_owned));
            }
            let body = parsed.body_text(0).unwrap_or_default();
            words.extend(body.lines().map(str::trim).filter(|l| l.len() >= 25).take(4).map(str::to_owned));
        }
    }
    program.set("POSTROOM_LOG", "trace");
    program.start();
    until("everything is decided", || program.metric("postroom_received_total{source=\"spool\"}") >= f64::from(count) - 5.0);
    until("everything is decided", || program.get("/readyz").is_some_and(|r| r.contains("\"oldest_undecided_seconds\":0")));
    program.stop();
    let log = program.log();
    assert!(log.lines().count() > 100, "the log is nearly empty: the test looks at nothing");
    assert!(words.len() > 500);
    for word in &words {
        assert!(!log.contains(word.as_str()), "the log holds `{word}`");
    }
}
