use super::super::Cursor;
use super::*;
use std::sync::Mutex;
use tokio::sync::watch;

/// Knows what is known by its place, and says no while `closed`.
#[derive(Default)]
struct Memory {
    arrivals: Mutex<Vec<Arrival>>,
    takes: Mutex<usize>,
    closed: Mutex<bool>,
}

impl Inlet for Memory {
    async fn take(&self, _source: &str, arrivals: Vec<Arrival>) -> Result<(), NotCommitted> {
        *self.takes.lock().unwrap() += 1;
        if *self.closed.lock().unwrap() {
            return Err(NotCommitted);
        }
        let mut kept = self.arrivals.lock().unwrap();
        for arrival in arrivals {
            if kept.iter().all(|known| known.place != arrival.place) {
                kept.push(arrival);
            }
        }
        Ok(())
    }

    async fn cursor(&self, _source: &str) -> Result<Option<Cursor>, NotCommitted> {
        Ok(None)
    }

    async fn set_cursor(&self, _source: &str, _cursor: Cursor) -> Result<(), NotCommitted> {
        Ok(())
    }

    async fn reached(&self, _source: &str) -> Result<(), NotCommitted> {
        Ok(())
    }

    fn turned_away(&self, _source: &str, _why: &'static str) {}
}

impl Memory {
    fn bodies(&self) -> Vec<String> {
        self.arrivals.lock().unwrap().iter().map(|a| String::from_utf8_lossy(&a.bytes).into_owned()).collect()
    }
}

struct Spool {
    dir: tempfile::TempDir,
    inlet: Memory,
    ambient: Ambient,
    named: BTreeMap<OsString, Left>,
}

const NOW: &str = "2026-03-02T09:00:00Z";

impl Spool {
    fn new() -> Spool {
        let spool = Spool {
            dir: tempfile::tempdir().unwrap(),
            inlet: Memory::default(),
            ambient: Ambient::at(NOW.parse().unwrap()),
            named: BTreeMap::new(),
        };
        prepare(spool.dir.path()).unwrap();
        spool
    }

    fn maildir(&self) -> Maildir {
        Maildir { name: "spool".into(), path: self.dir.path().into(), poll: Duration::from_millis(10) }
    }

    fn put(&self, name: &str, text: &str, at: &str) {
        let path = self.dir.path().join("new").join(name);
        fs::write(&path, text).unwrap();
        let at: Timestamp = at.parse().unwrap();
        File::options().write(true).open(path).unwrap().set_modified(at.into()).unwrap();
    }

    async fn look(&mut self) -> Result<(), Trouble> {
        let (_keep, stop) = watch::channel(false);
        look(&self.maildir(), &self.inlet, &self.ambient, &stop, &mut self.named).await
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let names = fs::read_dir(self.dir.path().join(folder)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn files_come_in_oldest_first_and_move_to_cur() {
    let mut spool = Spool::new();
    spool.put("b", "second", "2026-03-02T08:00:00Z");
    spool.put("c", "first", "2026-03-02T07:00:00Z");
    spool.put("a", "from the future", "2026-03-09T07:00:00Z");
    spool.put(".hidden", "nobody's", "2026-03-02T07:00:00Z");
    spool.look().await.unwrap();
    assert_eq!(spool.inlet.bodies(), ["first", "second", "from the future"]);
    assert_eq!(spool.names("cur"), ["a:2,", "b:2,", "c:2,"]);
    let received: Vec<String> = spool.inlet.arrivals.lock().unwrap().iter().map(|a| a.received_at.to_string()).collect();
    assert_eq!(received, ["2026-03-02T07:00:00Z", "2026-03-02T08:00:00Z", NOW]);
}

#[tokio::test]
async fn nothing_moves_before_the_commit_and_a_crash_after_it_repeats_harmlessly() {
    let mut spool = Spool::new();
    spool.put("1", "one", "2026-03-02T08:00:00Z");
    *spool.inlet.closed.lock().unwrap() = true;
    assert_eq!(spool.look().await, Err(Trouble::NotCommitted));
    assert_eq!((spool.names("new").len(), spool.names("cur").len()), (1, 0));
    *spool.inlet.closed.lock().unwrap() = false;
    spool.look().await.unwrap();
    // As if the crash had come before the move.
    fs::rename(spool.dir.path().join("cur/1:2,"), spool.dir.path().join("new/1")).unwrap();
    spool.look().await.unwrap();
    assert_eq!(spool.inlet.bodies(), ["one"]);
    assert_eq!(spool.names("cur"), ["1:2,"]);
}

#[tokio::test]
async fn a_name_used_again_is_another_letter_and_overwrites_none() {
    let mut spool = Spool::new();
    for (text, at) in [("monday", "2026-03-02T07:00:00Z"), ("tuesday", "2026-03-02T08:00:00Z")] {
        spool.put("letter.eml", text, at);
        spool.look().await.unwrap();
    }
    assert_eq!(spool.inlet.bodies(), ["monday", "tuesday"]);
    assert_eq!(spool.names("cur"), ["letter.eml.1:2,", "letter.eml:2,"]);
}

#[tokio::test]
async fn what_is_no_message_stays_and_is_named_once() {
    let mut spool = Spool::new();
    fs::create_dir(spool.dir.path().join("new/folder")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", spool.dir.path().join("new/link")).unwrap();
    std::os::unix::net::UnixListener::bind(spool.dir.path().join("new/socket")).unwrap();
    spool.put("empty", "", NOW);
    spool.put("fine", "fine", "2026-03-02T08:00:00Z");
    fs::write(spool.dir.path().join("dropped.eml"), "one floor too high").unwrap();
    for _ in 0..2 {
        spool.look().await.unwrap();
    }
    assert_eq!(spool.inlet.bodies(), ["fine"]);
    assert_eq!(spool.names("new"), ["empty", "folder", "link", "socket"]);
    let named: Vec<Left> = spool.named.values().copied().collect();
    assert_eq!(named, [Left::StillWritten, Left::NoFile, Left::NoFile, Left::NoFile]);
    let said = probe(&spool.maildir(), spool.ambient.now()).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for words in ["new/empty is still being written", "new/folder is no file", "1 .eml files lie in", "4 files wait in new/"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // An empty file that nobody went on writing is somebody's empty message.
    spool.ambient.advance(jiff::SignedDuration::from_secs(90));
    spool.look().await.unwrap();
    assert_eq!(spool.inlet.bodies(), ["fine", ""]);
}

#[tokio::test]
async fn many_files_come_in_several_commits() {
    let mut spool = Spool::new();
    for n in 0..150 {
        spool.put(&format!("{n:03}"), &format!("mail {n}"), "2026-03-02T08:00:00Z");
    }
    spool.look().await.unwrap();
    assert_eq!(*spool.inlet.takes.lock().unwrap(), 3);
    assert_eq!(spool.inlet.bodies(), (0..150).map(|n| format!("mail {n}")).collect::<Vec<_>>());
    assert!(spool.names("new").is_empty());
}

#[tokio::test]
async fn it_makes_its_folders_waits_out_trouble_and_stops_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let maildir = Maildir { name: "spool".into(), path: dir.path().join("deep/inbox"), poll: Duration::from_millis(10) };
    assert!(probe(&maildir, NOW.parse().unwrap())[0].says.contains("it will be made"));
    let (stop, stopped) = watch::channel(false);
    let inlet = std::sync::Arc::new(Memory::default());
    let (kept, source) = (inlet.clone(), maildir.clone());
    let task = tokio::spawn(async move { run(&source, &*kept, &Ambient::system(), stopped).await });
    let begun = tokio::time::Instant::now();
    while !maildir.path.join("cur").exists() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        sleep(Duration::from_millis(5)).await;
    }
    fs::write(maildir.path.join("tmp/x"), "hello").unwrap();
    fs::rename(maildir.path.join("tmp/x"), maildir.path.join("new/x")).unwrap();
    while inlet.bodies() != ["hello"] {
        assert!(begun.elapsed() < Duration::from_secs(10));
        sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
}
