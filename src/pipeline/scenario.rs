//! Scenario folders: stories of what arrives, with what Postroom must make of each arrival (tests/scenarios/FORMAT.md).

pub mod file; // scenario.toml and its messages
pub mod play;
pub mod rehearse; // through the pure core

use crate::model::fault::Fault;
use std::path::{Path, PathBuf};

/// The scenario folders in `dirs`, in order: each that holds a scenario.toml, or the folders within that do.
pub fn folders(dirs: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Fault>> {
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for dir in dirs {
        if dir.join("scenario.toml").is_file() {
            found.push(dir.clone());
            continue;
        }
        match within(dir) {
            Ok(inner) if !inner.is_empty() => found.extend(inner),
            Ok(_) => faults.push(
                Fault::of_file(&dir.display().to_string(), "no scenario in this folder")
                    .hint("a scenario is a folder with a scenario.toml in it"),
            ),
            Err(error) => faults.push(Fault::of_file(&dir.display().to_string(), format!("the folder cannot be read: {error}"))),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn within(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut inner: Vec<PathBuf> =
        std::fs::read_dir(dir)?.flatten().map(|e| e.path()).filter(|p| p.join("scenario.toml").is_file()).collect();
    inner.sort();
    Ok(inner)
}
