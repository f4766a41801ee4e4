//! Where rule files come from: those in the binary, and a site's folder over them.

use crate::folder::is_shown;
use crate::model::fault::Fault;
use include_dir::{Dir, include_dir};
use std::path::Path;

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// The files of one layer by name, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    pub files: Vec<(String, String)>,
    /// The second reader's model by name and text (`reader.tsv`), when the layer brings its own.
    pub reader: Option<(String, String)>,
    /// The weights by which the answers to the four questions are found (`definition.tsv`), likewise.
    pub answers: Option<String>,
    /// What is odd about the folder, and stops nothing.
    pub advice: Vec<Fault>,
}

/// Folders of `rules/` whose files are not ours to read.
const NOT_RULES: &[&str] = &["policies", "calendars", "templates"];

pub fn shipped_layer() -> Layer {
    let mut files = Vec::new();
    let mut folders = vec![&SHIPPED];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs().filter(|d| !NOT_RULES.iter().any(|n| d.path() == Path::new(n))));
        for file in folder.files().filter(|f| f.path().extension().is_some_and(|e| e == "toml")) {
            let text = file.contents_utf8().unwrap_or_default();
            files.push((format!("rules/{}", file.path().display()), text.to_string()));
        }
    }
    files.sort();
    let model = |name| SHIPPED.get_file(name).and_then(|f| f.contents_utf8()).map(str::to_string);
    let reader = model("reader.tsv").map(|text| ("rules/reader.tsv".into(), text));
    Layer { files, reader, answers: model("definition.tsv"), advice: Vec::new() }
}

/// A site's folder, with its folders down to the fourth.
pub fn site_layer(root: &Path) -> Result<Layer, Vec<Fault>> {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    let mut advice = Vec::new();
    let mut folders = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) => {
                faults.push(
                    Fault::of_file(&folder.display().to_string(), format!("cannot be read: {e}"))
                        .hint("name a folder that this user may read"),
                );
                continue;
            }
        };
        for path in entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| is_shown(p)) {
            let name = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
            if name.starts_with('.') || name.ends_with('~') {
                continue; // an editor's own
            }
            let shown = path.display().to_string();
            if path.is_dir() {
                if depth < 4 && !(depth == 0 && NOT_RULES.contains(&name.as_str())) {
                    folders.push((path, depth + 1));
                }
            } else if path.extension().is_some_and(|e| e == "toml") {
                match std::fs::read(&path).map(String::from_utf8) {
                    Ok(Ok(text)) if text.trim_start_matches('\u{feff}').trim().is_empty() => {
                        advice.push(Fault::of_file(&shown, "this file is empty").hint("write rules in it, or delete it").advice());
                    }
                    Ok(Ok(text)) => files.push((shown, text)),
                    Ok(Err(e)) => faults.push(not_utf8(&shown, &e)),
                    Err(e) => faults.push(Fault::of_file(&shown, format!("cannot be read: {e}")).hint("let this user read it")),
                }
            } else if !matches!(name.as_str(), "reader.tsv" | "definition.tsv") {
                let hint = "rules stand in files that end in .toml: rename it, or move it elsewhere";
                advice.push(Fault::of_file(&shown, "this file is not read").hint(hint).advice());
            }
        }
    }
    advice.sort_by(|a, b| a.file.cmp(&b.file));
    files.sort();
    let model = |name| std::fs::read_to_string(root.join(name)).ok();
    let reader = model("reader.tsv").map(|text| (root.join("reader.tsv").display().to_string(), text));
    if faults.is_empty() { Ok(Layer { files, reader, answers: model("definition.tsv"), advice }) } else { Err(faults) }
}

/// A reader's model, and the definition.tsv beside it if there is one, as `postroom learn` wrote them.
pub fn reader_layer(file: &Path) -> Result<Layer, Vec<Fault>> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let answers = std::fs::read_to_string(file.with_file_name("definition.tsv")).ok();
            Ok(Layer { reader: Some((name, text)), answers, ..Layer::default() })
        }
        Err(e) => {
            Err(vec![Fault::of_file(&name, format!("cannot be read: {e}")).hint("--reader names a model that `postroom learn` wrote")])
        }
    }
}

/// A file that Windows or a word processor saved in an encoding of its own.
fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Fault {
    let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
    let at = good.len();
    let readable = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let hint = "save it again as UTF-8: in Notepad choose \"Save as\" and the encoding \"UTF-8\"";
    Fault::at(name, &readable, at..at + 1, "this is not UTF-8 text").hint(hint)
}
