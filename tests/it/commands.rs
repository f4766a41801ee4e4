//! The commands as a shell sees them: exit codes, and faults told before anything runs.

use crate::servers::program::Program;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn postroom(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_postroom")).args(arguments).current_dir(ROOT).output().unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_faulty_configuration_ends_every_command_with_2_and_its_place() {
    let bad = "tests/bad-config/unknown-key.toml";
    for command in ["check", "run", "doctor", "migrate", "reconcile"] {
        let (code, _, told) = postroom(&[command, "--config", bad]);
        assert_eq!(code, Some(2), "{command}: {told}");
        assert!(told.contains("unknown-key.toml:2:1") && told.contains("unknown field `datta`"), "{command}: {told}");
    }
}

#[test]
fn faulty_rules_end_with_2_and_their_place() {
    let program = Program::new("");
    program.write("rules/policies/bad.toml", "extends = \"code\"\nack_stage1_wd = \"soon\"\n");
    let output = program.output(&["check"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("bad.toml:2:17"), "{told}");
}

#[test]
fn what_is_shipped_is_without_fault() {
    let (code, told, wrong) = postroom(&["check"]);
    assert_eq!(code, Some(0), "{wrong}");
    assert!(told.contains("all is well"), "{told}");
}

#[test]
fn a_reader_that_is_named_is_the_one_that_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let shipped = std::fs::read_to_string(format!("{ROOT}/rules/reader.tsv")).unwrap();
    let written = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let shorter = written("shorter.tsv", shipped.trim_end().rsplit_once('\n').unwrap().0);
    let (code, told, wrong) = postroom(&["check", "--reader", &shorter]);
    assert_eq!(code, Some(0), "{wrong}");
    // The digest names the reader too.
    assert_ne!(told, postroom(&["check"]).1);
    let (code, _, wrong) = postroom(&["check", "--reader", &written("broken.tsv", "postroom reader 3\nkinds\n")]);
    assert_eq!(code, Some(2));
    assert!(wrong.contains("broken.tsv") && wrong.contains("`kinds` is missing"), "{wrong}");
}

#[test]
fn a_test_of_scenarios_ends_with_1_where_one_fails_and_2_where_one_is_faulty() {
    let dir = tempfile::tempdir().unwrap();
    let story = dir.path().join("001-robot");
    std::fs::create_dir(&story).unwrap();
    std::fs::write(story.join("01.eml"), "From: a@b.example\nAuto-Submitted: auto-replied\nSubject: Automatic reply\n\nI am away.\n")
        .unwrap();
    let write = |kind: &str| {
        let text = format!(
            "title = \"t\"\npolicy = \"code\"\n[[step]]\nat = \"2026-03-02T09:14:00Z\"\nmessage = \"01.eml\"\nchannel = \"email\"\n[step.expect]\nkind = \"{kind}\"\nreply = \"none\"\nflags = []\n"
        );
        std::fs::write(story.join("scenario.toml"), text).unwrap();
    };
    let dir = dir.path().display().to_string();
    for (kind, code) in [("automatic", 0), ("compliment", 1), ("no_such_kind", 2)] {
        write(kind);
        assert_eq!(postroom(&["test", &dir]).0, Some(code), "{kind}");
    }
}

#[test]
fn the_systemd_unit_is_hardened() {
    let Ok(output) = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20", "systemd/postroom.service"])
        .current_dir(ROOT)
        .output()
    else {
        return eprintln!("skipped: needs systemd-analyze");
    };
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
