//! The files of a folder that a site lays over ours: rules, policies, calendars, letters.

use crate::model::fault::Fault;
use std::path::{Path, PathBuf};

/// Every file in `dir` that has one of the `endings`, sorted by name, as (name to print, text). A folder that is not there holds none;
/// a file with another ending is not read, and that is said.
pub fn read(dir: &Path, endings: &[&str], faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for path in paths(dir, faults) {
        let name = path.display().to_string();
        if !endings.iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
            let hint = format!("files here end in .{}", endings.join(" or ."));
            faults.push(Fault::of_file(&name, "this file is not read").hint(hint).advice());
            continue;
        }
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => files.push((name, text)),
            Ok(Err(_)) => faults.push(Fault::of_file(&name, "the file is not UTF-8 text").hint("save it again as UTF-8")),
            Err(error) => faults.push(Fault::of_file(&name, format!("the file cannot be read: {error}"))),
        }
    }
    files
}

/// The files themselves: no folders, nothing hidden, no editor's copies.
fn paths(dir: &Path, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            faults.push(Fault::of_file(&dir.display().to_string(), format!("the folder cannot be read: {error}")));
            return Vec::new();
        }
    };
    let shown = |p: &PathBuf| {
        let name = p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        !name.starts_with('.') && !name.ends_with('~') && !p.is_dir()
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(shown).collect();
    paths.sort();
    paths
}

/// Runs every file of a golden folder under the crate through `check` and compares the faults, as printed, with the file of the
/// same name and the ending `expected`. `POSTROOM_BLESS=1` writes them anew.
#[cfg(test)]
pub(crate) fn goldens(folder: &str, extension: &str, check: impl Fn(&str, &str) -> Vec<Fault>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = read(&root.join(folder), &[extension], &mut Vec::new());
    assert!(!files.is_empty(), "{folder} holds nothing");
    let mut wrong = String::new();
    for (path, text) in files {
        let name = path.strip_prefix(&format!("{}/", root.display())).unwrap_or(&path);
        let printed: String = check(name, &text).iter().map(|f| format!("{f}\n")).collect();
        assert!(!printed.is_empty(), "{name}: no fault was found");
        let golden = Path::new(&path).with_extension("expected");
        if std::env::var_os("POSTROOM_BLESS").is_some() {
            std::fs::write(&golden, &printed).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if expected != printed {
            wrong += &format!("{name}: expected\n{expected}got\n{printed}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
