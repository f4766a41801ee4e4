//! A PostgreSQL for the length of a test run (Debian: postgresql). One server, a fresh database for every test.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub struct Server {
    port: u16,
    bin: PathBuf,
    databases: AtomicU32,
    /// Holds the pipe whose closing ends the server, however the tests end.
    _keeper: Child,
}

/// Starts the server and waits for the end of its own standard input, which comes when the test process is gone; then nothing is left.
/// As root the server runs as the user postgres, for it refuses to run as root.
const KEEPER: &str = r#"
trap '' INT
cd "$DIR" || exit
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --init-groups -- env -u HOME "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$DIR"
as "$BIN/initdb" -D "$DIR/data" -U postroom -A trust -E UTF8 --no-locale --no-sync
as "$BIN/postgres" -D "$DIR/data" -p "$PORT" -k "$DIR" -c listen_addresses=127.0.0.1 -c fsync=$FSYNC -c max_connections=300 </dev/null &
cat >/dev/null
kill -QUIT "$(head -1 "$DIR/data/postmaster.pid")"
wait
cd / && rm -rf "$DIR"
"#;

/// The server, started by whoever asks first.
pub fn postgres() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| (0..3).find_map(|_| start("off")).expect("PostgreSQL starts; its log stood on standard error"))
}

/// One that keeps what it promises through a power cut: for measuring.
pub fn durable() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| start("on").expect("PostgreSQL starts; its log stood on standard error"))
}

impl Server {
    /// What a backup of a database would hold, as text.
    pub fn dump(&self, url: &str) -> String {
        let output = Command::new(self.bin.join("pg_dump")).arg("--dbname").arg(url).output().expect("pg_dump runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        let made = Command::new(self.bin.join("createdb")).args(["-h", "127.0.0.1", "-p", &port, "-U", "postroom", &name]).status();
        assert!(made.expect("createdb runs").success(), "createdb {name}");
        format!("postgres://postroom@127.0.0.1:{port}/{name}")
    }
}

fn start(fsync: &str) -> Option<Server> {
    let bin = binaries();
    let dir = tempfile::Builder::new().prefix("postroom-pg-").tempdir().expect("a temporary folder").keep();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("our own folder");
    // Free a moment ago; should somebody else take it meanwhile, the next attempt takes another.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let log = fs::File::create(dir.join("log")).expect("our own folder");
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER])
        .envs([("DIR", dir.as_os_str()), ("BIN", bin.as_os_str())])
        .env("PORT", port.to_string())
        .env("FSYNC", fsync)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log)
        .spawn()
        .expect("sh runs");
    if ready(&bin, port, &mut keeper) {
        return Some(Server { port, bin, databases: AtomicU32::new(0), _keeper: keeper });
    }
    eprintln!("{}", fs::read_to_string(dir.join("log")).unwrap_or_default());
    drop(keeper.stdin.take());
    let _ = keeper.wait();
    None
}

fn ready(bin: &Path, port: u16, keeper: &mut Child) -> bool {
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        let asked = Command::new(bin.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
        if asked.is_ok_and(|s| s.success()) {
            return true;
        }
        if keeper.try_wait().is_ok_and(|ended| ended.is_some()) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// Debian keeps them off the PATH, a folder for each version: the newest is taken.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    let mut found: Vec<PathBuf> = versions.filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    let on_path = || std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).find(|p| p.join("initdb").exists());
    found.pop().or_else(on_path).expect("PostgreSQL's initdb, from Debian's package postgresql")
}
