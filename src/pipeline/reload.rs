//! A site's folders of rules, watched: what changes there comes into force by itself, whole and between two pieces of work. What is broken is
//! refused: the rules in force stay, and log, metrics and desk say so. Looking at names, sizes and times every two seconds needs no help of the
//! operating system, so it sees what editors, `mv`, links and network drives do alike.

use super::rulebook::{self, Rulebook};
use super::{InForce, Works};
use crate::folder::{self, Look};
use crate::log;
use crate::model::fault::Fault;
use crate::source::Stop;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// A change is taken up when two looks in a row find the same files: whoever saves several is then done.
const LOOK: Duration = Duration::from_secs(2);

/// The two folders that a site may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The rules in force.
    Rules,
    /// The candidate that runs beside them.
    Shadow,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Rules => "rules",
            Layer::Shadow => "shadow",
        }
    }
}

/// One folder: what was last read of it.
#[derive(Default)]
pub struct Watched {
    pub folder: Option<PathBuf>,
    seen: Mutex<Option<Look>>,
    refused: Mutex<Option<Refused>>,
}

/// Files that were not put in force.
#[derive(Clone, Debug)]
pub struct Refused {
    pub at: Timestamp,
    pub faults: Vec<Fault>,
}

impl Watched {
    pub fn new(folder: Option<PathBuf>, seen: Option<Look>) -> Watched {
        Watched { folder, seen: Mutex::new(seen), refused: Mutex::default() }
    }

    /// What lies in the folder and was refused, if it was.
    pub fn refused(&self) -> Option<Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn seen(&self) -> Option<Look> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, look: Look, refused: Option<Refused>) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(look);
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }
}

/// The candidate, while there is one.
pub type Candidate = RwLock<Option<Arc<InForce>>>;

impl Works {
    pub fn watched(&self, layer: Layer) -> &Watched {
        match layer {
            Layer::Rules => &self.rules,
            Layer::Shadow => &self.shadow,
        }
    }

    /// The candidate that runs in shadow now.
    pub fn candidate(&self) -> Option<Arc<InForce>> {
        self.candidate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_candidate(&self, candidate: Option<InForce>) {
        *self.candidate.write().unwrap_or_else(PoisonError::into_inner) = candidate.map(Arc::new);
    }
}

/// Watches both folders until told to stop. SIGHUP (`works.asked`) has them read at once, changed or not.
pub async fn watch(works: Arc<Works>, mut stop: Stop) {
    let mut last: [Option<Look>; 2] = [None, None];
    let mut asked = false;
    loop {
        for (layer, last) in [Layer::Rules, Layer::Shadow].into_iter().zip(&mut last) {
            let watched = works.watched(layer);
            let Some(folder) = &watched.folder else { continue };
            let look = folder::look(folder);
            let changed = watched.seen().as_ref() != Some(&look);
            if asked || changed && last.as_ref() == Some(&look) {
                take(&works, layer, folder, look.clone()).await;
            }
            *last = Some(look);
        }
        if asked && works.rules.folder.is_none() {
            log::nothing_to_reload();
        }
        asked = tokio::select! {
            () = works.asked.notified() => true,
            () = tokio::time::sleep(LOOK) => false,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
    }
}

/// Reads a folder and puts it in force, or refuses it.
async fn take(works: &Arc<Works>, layer: Layer, folder: &Path, look: Look) {
    if layer == Layer::Shadow && !folder.is_dir() {
        // No folder, no candidate: the trial is over, or has not begun.
        works.set_candidate(None);
        works.metrics.refused(layer.as_str(), false);
        return works.shadow.note(look, None);
    }
    let path = folder.to_owned();
    let loaded = tokio::task::spawn_blocking(move || rulebook::load(Some(&path))).await;
    let loaded =
        loaded.unwrap_or_else(|_| Err(vec![Fault::of_file(&folder.display().to_string(), "reading it ended in a fault of Postroom")]));
    if folder::look(folder) != look {
        // It changed while it was read, and may be half of each: the next look takes it.
        return;
    }
    let refused = loaded.and_then(|rulebook| put(works, layer, folder, rulebook)).err().map(|mut faults| {
        faults.retain(|f| f.fatal);
        Refused { at: works.ambient.now(), faults }
    });
    if let Some(first) = refused.as_ref().and_then(|r| r.faults.first().map(|f| (r.faults.len(), f))) {
        log::rules_refused(layer.as_str(), first.0, &first.1.file, first.1.line, first.1.column);
    }
    works.metrics.refused(layer.as_str(), refused.is_some());
    works.watched(layer).note(look, refused);
}

fn put(works: &Works, layer: Layer, folder: &Path, rulebook: Rulebook) -> Result<(), Vec<Fault>> {
    let fault = |e: super::Error| vec![Fault::of_file(&folder.display().to_string(), e.to_string())];
    match layer {
        Layer::Rules => {
            let before = works.in_force().rulebook.ruleset.digest.clone();
            let now = works.put_in_force(Arc::new(rulebook)).map_err(fault)?;
            log::rules_in_force(&now.rulebook.ruleset.digest, before != now.rulebook.ruleset.digest);
        }
        Layer::Shadow => {
            let candidate = works.under(Arc::new(rulebook)).map_err(fault)?;
            log::shadow_begins(&candidate.rulebook.ruleset.digest);
            works.set_candidate(Some(candidate));
        }
    }
    Ok(())
}
