//! The program itself, as an operator runs it: a folder with a configuration, a child process, its commands.

use super::{free_port, until};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

pub struct Program {
    dir: TempDir,
    pub port: u16,
    child: Option<Child>,
    environment: Vec<(String, String)>,
}

impl Program {
    /// `config` is the configuration without `data` and `[http]`, which are given here. Nothing runs yet.
    pub fn new(config: &str) -> Program {
        let dir = tempfile::Builder::new().prefix("postroom-").tempdir().unwrap();
        let port = free_port();
        let text = format!("data = \"data\"\nrules = \"rules\"\n{config}\n[http]\nlisten = \"127.0.0.1:{port}\"\n");
        std::fs::create_dir_all(dir.path().join("rules/policies")).unwrap();
        std::fs::write(dir.path().join("postroom.toml"), text).unwrap();
        Program { dir, port, child: None, environment: Vec::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Sets a variable for what is started from now on; an empty value takes it away.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(n, _)| n != name);
        if !value.is_empty() {
            self.environment.push((name.into(), value.into()));
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postroom"));
        command.args(arguments).arg("--config").arg(self.path("postroom.toml")).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(n, v)| (n, v)));
        command
    }

    /// Starts the daemon. Its log is appended to `log`.
    pub fn spawn(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        self.child = Some(self.command(&["run"]).stdout(Stdio::null()).stderr(log).spawn().unwrap());
    }

    /// Starts the daemon and waits until it answers.
    pub fn start(&mut self) {
        self.spawn();
        until("the daemon answers", || self.get("/healthz").is_some_and(|body| body == "ok\n"));
    }

    /// True when the child has ended (a fault point struck).
    pub fn ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|c| c.try_wait().unwrap().is_some())
    }

    /// SIGTERM, and its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        super::must("kill", &["-TERM", &self.pid().to_string()]);
        let mut child = self.child.take()?;
        child.wait().unwrap().code()
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Runs a command on the same configuration.
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The JSON lines that a command prints.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    /// The body of a page, if it is answered with 200.
    pub fn get(&self, path: &str) -> Option<String> {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
    }

    /// A figure of /metrics, by its whole name with labels; 0 where it is not there yet.
    pub fn metric(&self, name: &str) -> f64 {
        let page = self.get("/metrics").unwrap_or_default();
        let line = page.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// The process that runs, 0 for none.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("the daemon's log:\n{}", self.log());
        }
    }
}
