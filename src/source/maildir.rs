//! A spool folder: files in `new/` are taken in, committed, and moved to `cur/`. See <https://cr.yp.to/proto/maildir.html>.
//!
//! A crash between commit and move only means that the same file is offered again.

use super::{Arrival, Inlet, NotCommitted, Place, Stop, is_stopped, stopped};
use crate::ambient::Ambient;
use crate::log;
use crate::model::finding::Finding;
use crate::model::message::Defect;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::time::sleep;

const BATCH_BYTES: u64 = 4 << 20;
const BATCH_COUNT: usize = 64;
/// Beyond it a file is taken in by its beginning, for a person to open the rest.
const MAX_BYTES: u64 = 150 << 20;
const PART: u64 = 1 << 20;
/// An empty file this young is taken for one that somebody is still writing.
const EMPTY_GRACE: Duration = Duration::from_secs(60);

/// A Maildir, as the operator names it. Missing folders are made.
#[derive(Clone, Debug)]
pub struct Maildir {
    /// The source's name in the configuration.
    pub name: String,
    pub path: PathBuf,
    pub poll: Duration,
}

impl Maildir {
    pub const POLL: Duration = Duration::from_secs(1);
}

/// Why a file in `new/` is left where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    NoFile,
    Unreadable,
    StillWritten,
}

impl Left {
    fn says(self) -> &'static str {
        match self {
            Left::NoFile => "is no file: only messages belong in new/",
            Left::Unreadable => "cannot be read: check its owner and mode",
            Left::StillWritten => "is still being written: write to tmp/ and rename into new/",
        }
    }
}

struct Taken {
    name: OsString,
    place: Place,
    bytes: Vec<u8>,
    received_at: Option<Timestamp>,
    defects: Vec<Defect>,
}

/// Reads the folder until told to stop.
pub async fn run<I: Inlet>(maildir: &Maildir, inlet: &I, ambient: &Ambient, mut stop: Stop) {
    let mut named: BTreeMap<OsString, Left> = BTreeMap::new();
    let mut failing = false;
    while !is_stopped(&stop) {
        let wait = match look(maildir, inlet, ambient, &stop, &mut named).await {
            Ok(()) => {
                failing = false;
                maildir.poll
            }
            Err(trouble) => {
                if !failing {
                    log::source_failed(&maildir.name, &trouble, maildir.poll.as_secs_f64());
                }
                failing = true;
                maildir.poll.max(Duration::from_secs(5))
            }
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = stopped(&mut stop) => return,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    Folder(io::ErrorKind),
    NotCommitted,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Folder(kind) => write!(f, "the Maildir cannot be used ({kind}): check `path`, its owner and mode"),
            Trouble::NotCommitted => f.write_str("what arrived could not be stored; it stays in new/ until it can"),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Folder(error.kind())
    }
}

impl From<NotCommitted> for Trouble {
    fn from(_: NotCommitted) -> Trouble {
        Trouble::NotCommitted
    }
}

async fn look<I: Inlet>(
    maildir: &Maildir,
    inlet: &I,
    ambient: &Ambient,
    stop: &Stop,
    named: &mut BTreeMap<OsString, Left>,
) -> Result<(), Trouble> {
    let (path, now) = (maildir.path.clone(), ambient.now());
    let mut waiting = blocking(move || prepare(&path).and_then(|()| waiting(&path))).await??;
    inlet.reached(&maildir.name).await?;
    named.retain(|name, _| waiting.iter().any(|(_, _, other)| other == name));
    while !waiting.is_empty() && !is_stopped(stop) {
        let path = maildir.path.clone();
        let (rest, taken, left) = blocking(move || next_batch(&path, waiting, now)).await?;
        waiting = rest;
        for (name, why) in left {
            // Said once for each file, and without its name, which a person may have chosen.
            if named.insert(name, why) != Some(why) {
                log::source_advice(&maildir.name, &format!("a file in new/ {}", why.says()));
            }
        }
        if taken.is_empty() {
            continue;
        }
        let mut names = Vec::new();
        let mut arrivals = Vec::new();
        for one in taken {
            names.push(one.name);
            let received_at = one.received_at.unwrap_or(now).min(now);
            arrivals.push(Arrival { place: one.place, bytes: one.bytes, received_at, defects: one.defects });
        }
        inlet.take(&maildir.name, arrivals).await?;
        let path = maildir.path.clone();
        blocking(move || names.iter().try_for_each(|name| put_away(&path, name))).await??;
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Trouble::Folder(io::ErrorKind::Interrupted))
}

fn prepare(path: &Path) -> io::Result<()> {
    ["tmp", "new", "cur"].iter().try_for_each(|folder| fs::create_dir_all(path.join(folder)))
}

type Waiting = Vec<(SystemTime, u64, OsString)>;

/// What lies in `new/`, oldest first. Names that begin with a dot are nobody's mail.
fn waiting(path: &Path) -> io::Result<Waiting> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path.join("new"))? {
        let entry = entry?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // One that went meanwhile is somebody else's doing, and no error.
        let Ok(meta) = entry.metadata() else { continue };
        found.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), meta.len(), name));
    }
    // Of one instant: by name, as deliverers number them.
    found.sort_by(|(a, _, x), (b, _, y)| (a, x).cmp(&(b, y)));
    Ok(found)
}

fn next_batch(path: &Path, mut waiting: Waiting, now: Timestamp) -> (Waiting, Vec<Taken>, Vec<(OsString, Left)>) {
    let (mut taken, mut left, mut bytes, mut count) = (Vec::new(), Vec::new(), 0, 0);
    while count < waiting.len() {
        let (_, size, name) = &waiting[count];
        bytes += size;
        if !taken.is_empty() && (bytes > BATCH_BYTES || taken.len() >= BATCH_COUNT) {
            break;
        }
        match read(path, name, now) {
            Ok(Some(one)) => taken.push(one),
            Ok(None) => {}
            Err(why) => left.push((name.clone(), why)),
        }
        count += 1;
    }
    (waiting.split_off(count), taken, left)
}

/// `None` when the file is gone meanwhile.
fn read(path: &Path, name: &OsString, now: Timestamp) -> Result<Option<Taken>, Left> {
    let path = path.join("new").join(name);
    // A pipe would block its opening, and a link lead anywhere.
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(Left::Unreadable),
        Ok(meta) if !meta.is_file() => return Err(Left::NoFile),
        Ok(_) => {}
    }
    let mut file = File::open(&path).map_err(|_| Left::Unreadable)?;
    let before = file.metadata().map_err(|_| Left::Unreadable)?;
    let whole = before.len() <= MAX_BYTES;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(if whole { MAX_BYTES } else { PART }).read_to_end(&mut bytes).map_err(|_| Left::Unreadable)?;
    let after = file.metadata().map_err(|_| Left::Unreadable)?;
    let grew = whole && bytes.len() as u64 != after.len();
    let mtime = modified(&after);
    let young = mtime.is_none_or(|at| now.duration_since(at).unsigned_abs() < EMPTY_GRACE);
    if grew || modified(&before) != mtime || (bytes.is_empty() && young) {
        return Err(Left::StillWritten);
    }
    let what = "the file is bigger than Postroom takes in: only its beginning is here, the rest lies in the Maildir";
    let defects = if whole { Vec::new() } else { vec![Defect::new("oversize", what)] };
    // People use names again, for other letters: with its time, a name is this file's alone.
    let micros = mtime.map_or(0, Timestamp::as_microsecond);
    let place = Place::File(format!("{}@{micros}", name.to_string_lossy()));
    Ok(Some(Taken { name: name.clone(), place, bytes, received_at: mtime, defects }))
}

fn modified(meta: &Metadata) -> Option<Timestamp> {
    meta.modified().ok().and_then(|at| Timestamp::try_from(at).ok())
}

/// From `new/NAME` to `cur/NAME:2,`; never over another file.
fn put_away(path: &Path, name: &OsString) -> io::Result<()> {
    let from = path.join("new").join(name);
    for n in 0..1000 {
        let mut target = name.clone();
        if n > 0 {
            target.push(format!(".{n}"));
        }
        if !name.to_string_lossy().contains(":2,") || n > 0 {
            target.push(":2,");
        }
        let to = path.join("cur").join(target);
        if to.symlink_metadata().is_err() {
            return match fs::rename(&from, to) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && from.symlink_metadata().is_err() => Ok(()),
                done => done,
            };
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// For `doctor`: what would go wrong with this Maildir. Changes nothing.
pub fn probe(maildir: &Maildir, now: Timestamp) -> Vec<Finding> {
    let path = &maildir.path;
    if !path.exists() {
        return vec![Finding::warning(format!("{} is not there yet: it will be made", path.display()))];
    }
    let mut findings = Vec::new();
    for folder in ["tmp", "new", "cur"] {
        if path.join(folder).metadata().is_ok_and(|meta| meta.permissions().readonly()) {
            findings.push(Finding::wrong(format!("{} cannot be written: check its owner and mode", path.join(folder).display())));
        }
    }
    match waiting(path) {
        Err(error) => findings.push(Finding::wrong(format!("{}/new cannot be read ({})", path.display(), error.kind()))),
        Ok(waiting) => {
            let left = waiting.iter().filter_map(|(_, _, name)| Some((name, read(path, name, now).err()?)));
            findings.extend(left.map(|(name, why)| Finding::warning(format!("new/{} {}", name.to_string_lossy(), why.says()))));
            findings.push(Finding::fine(format!("the Maildir can be read; {} files wait in new/", waiting.len())));
        }
    }
    // A file dropped one folder too high is never seen.
    let beside = fs::read_dir(path).into_iter().flatten().flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_file()));
    let stray = beside.filter(|e| Path::new(&e.file_name()).extension().is_some_and(|x| x.eq_ignore_ascii_case("eml"))).count();
    if stray > 0 {
        let says = format!("{stray} .eml files lie in {} itself and are not read: move them into new/", path.display());
        findings.push(Finding::warning(says));
    }
    findings
}

/// For `reconcile`: the names of what waits in `new/`.
///
/// # Errors
/// When `new/` cannot be read.
pub fn list(maildir: &Maildir) -> io::Result<Vec<String>> {
    Ok(waiting(&maildir.path)?.into_iter().map(|(_, _, name)| name.to_string_lossy().into_owned()).collect())
}

#[cfg(test)]
mod tests;
