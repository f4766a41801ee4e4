//! The files of a folder that a site lays over ours: rules, policies, calendars, letters.

use crate::model::fault::Fault;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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

/// What can be seen of a folder without reading it: each file's path, size in bytes and time of change.
pub type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Looks at a folder and those in it, down to the fourth; what is hidden and what editors keep for themselves is not looked at. A folder that is
/// not there looks empty.
pub fn look(dir: &Path) -> Look {
    let mut files = Vec::new();
    let mut folders = vec![(dir.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|e| e.path()).filter(|p| is_shown(p)) {
            // Links are followed: a set of files that is swapped by its link has changed.
            match std::fs::metadata(&path) {
                Ok(found) if found.is_dir() && depth < 4 => folders.push((path, depth + 1)),
                Ok(found) => files.push((path, found.len(), found.modified().ok())),
                Err(_) => files.push((path, 0, None)),
            }
        }
    }
    files.sort();
    files
}

/// Not hidden, no editor's copy.
pub fn is_shown(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    !name.starts_with('.') && !name.ends_with('~')
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
    let shown = |p: &PathBuf| is_shown(p) && !p.is_dir();
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
