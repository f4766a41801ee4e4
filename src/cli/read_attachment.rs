//! `postroom read-attachment TYPE`: reads a document on standard input and writes its words.
//!
//! PDF parsers may panic, hang or take all memory on a hostile file, so the daemon has such files read here, in a process of its own with
//! limits on time and address space. The limits are set by the shell (`ulimit`): doing it in this program would need `unsafe`.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const MAX_INPUT: u64 = 32 << 20;
const MAX_WORDS: u64 = 2 << 20;
const PATIENCE: Duration = Duration::from_secs(10);
/// Kilobytes of address space and seconds of processor. Where a limit cannot be set nothing is read: `&&`, not `;`.
const LIMITED: &str = r#"ulimit -v 1500000 && ulimit -t 8 && exec "$0" read-attachment "$1""#;

/// The command itself: 0 when there were words, 1 when there were none to be had.
pub fn run(kind: &str) -> u8 {
    let mut bytes = Vec::new();
    if std::io::stdin().take(MAX_INPUT).read_to_end(&mut bytes).is_err() {
        return 1;
    }
    let words = match kind {
        "application/pdf" => pdf_extract::extract_text_from_mem(&bytes).ok(),
        _ => None,
    };
    match words.map(|w| std::io::stdout().write_all(w.as_bytes())) {
        Some(Ok(())) => 0,
        _ => 1,
    }
}

/// The words of a document, read in a child process that may fail, hang or grow without harm to this one.
pub fn outside(mime: &str, bytes: &[u8]) -> Option<String> {
    outside_by(&std::env::current_exe().ok()?, mime, bytes)
}

/// The same with the program named.
pub fn outside_by(program: &Path, mime: &str, bytes: &[u8]) -> Option<String> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", LIMITED])
        .arg(program)
        .arg(mime)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let (tell, told) = mpsc::channel();
    let read = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A child that stops reading early has what it wants, or is dead.
            let _ = stdin.write_all(bytes);
        });
        scope.spawn(move || {
            let mut words = Vec::new();
            let read = stdout.take(MAX_WORDS).read_to_end(&mut words);
            let _ = tell.send(read.is_ok().then_some(words));
        });
        let words = told.recv_timeout(PATIENCE).ok().flatten();
        // Its output is all here, or is not wanted any more; a child that lives on would hold the writing thread for ever.
        if words.as_ref().is_none_or(|w| w.len() as u64 >= MAX_WORDS) {
            let _ = child.kill();
        }
        words
    });
    let good = child.wait().is_ok_and(|status| status.success());
    read.filter(|_| good).map(|words| String::from_utf8_lossy(&words).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_gives_no_words() {
        // `cat` run as `cat read-attachment TYPE` finds no such files, fails, and gives no words.
        assert_eq!(outside_by(Path::new("/bin/cat"), "application/pdf", b"x"), None);
        assert_eq!(outside_by(Path::new("/no/such/program"), "application/pdf", b"x"), None);
        // `echo` succeeds and says what it was told.
        assert_eq!(outside_by(Path::new("/bin/echo"), "application/pdf", b"x").as_deref(), Some("read-attachment application/pdf\n"));
    }
}
