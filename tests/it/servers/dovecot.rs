//! A real IMAP server.

use super::{free_port, listens, must, tls::certificates, until};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub const USER: &str = "complaints@lab.test";
/// Somebody with a mailbox of her own.
pub const RESIDENT: &str = "ada@home.example";
pub const PASSWORD: &str = "lab \"pass\\word";

pub struct Dovecot {
    dir: TempDir,
    pub imap: u16,
    pub imaps: u16,
    child: Option<Child>,
}

impl Dovecot {
    pub fn start() -> Dovecot {
        Dovecot::with("server", "")
    }

    /// With a certificate of `certificates()` and more lines of configuration.
    pub fn with(certificate: &str, more: &str) -> Dovecot {
        // Unix sockets lie below: the path must be short.
        let dir = tempfile::Builder::new().prefix("pr-dc").tempdir_in("/tmp").unwrap();
        let mut dovecot = Dovecot { dir, imap: free_port(), imaps: free_port(), child: None };
        let (root, tls) = (dovecot.dir.path().display().to_string(), certificates().display().to_string());
        must("chmod", &["755", &root]);
        for home in [dovecot.mail(), dovecot.residents()] {
            std::fs::create_dir_all(&home).unwrap();
            must("chown", &["-R", "5000:5000", home.to_str().unwrap()]);
        }
        let (imap, imaps) = (dovecot.imap, dovecot.imaps);
        std::fs::write(
            dovecot.dir.path().join("users"),
            format!("{USER}:{{PLAIN}}{PASSWORD}:5000:5000::{root}/mail::\n{RESIDENT}:{{PLAIN}}{PASSWORD}:5000:5000::{root}/resident::\n"),
        )
        .unwrap();
        let config = format!(
            r#"
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{tls}/{certificate}.pem
ssl_key = <{tls}/{certificate}.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1000
mail_max_userip_connections = 100
recipient_delimiter = +
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {root}/users
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{more}
"#
        );
        std::fs::write(dovecot.config(), config).unwrap();
        dovecot.go();
        dovecot
    }

    fn go(&mut self) {
        let config = self.config();
        let child = Command::new("dovecot").arg("-F").arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.child = Some(child);
        let (imap, imaps) = (self.imap, self.imaps);
        until("Dovecot listens", || listens(imap) && listens(imaps));
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("dovecot.conf")
    }

    fn mail(&self) -> PathBuf {
        self.dir.path().join("mail")
    }

    fn residents(&self) -> PathBuf {
        self.dir.path().join("resident")
    }

    /// What the resident finds in her own mailbox, oldest first.
    pub fn residents_post(&self) -> Vec<Vec<u8>> {
        let folders = ["new", "cur"].map(|folder| self.residents().join("Maildir").join(folder));
        let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
        let mut found: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        found.sort_by_key(|path| path.file_name().unwrap().to_owned());
        found.iter().map(|path| std::fs::read(path).unwrap()).collect()
    }

    /// Where the sockets are.
    pub fn run(&self) -> PathBuf {
        self.dir.path().join("run")
    }

    pub fn maildir(&self) -> PathBuf {
        self.mail().join("Maildir")
    }

    /// `doveadm`, on this server's configuration and user.
    pub fn doveadm(&self, command: &str, arguments: &[&str]) -> String {
        let config = self.config();
        let mut all = vec!["-c", config.to_str().unwrap()];
        all.extend(command.split(' '));
        all.extend(["-u", USER]);
        all.extend(arguments);
        must("doveadm", &all)
    }

    /// Puts a mail into a folder as a delivery would, and returns when the server has it.
    pub fn deliver(&self, folder: &str, mail: &[u8]) {
        let config = self.config();
        let arguments = ["-c", config.to_str().unwrap(), "save", "-u", USER, "-m", folder];
        let mut child = Command::new("doveadm").args(arguments).stdin(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), mail).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// `(uid, flags)` of all in a folder.
    pub fn flags(&self, folder: &str) -> Vec<(u32, String)> {
        let told = self.doveadm("-f tab fetch", &["uid flags", "mailbox", folder]);
        let line = |line: &str| line.split_once('\t').map(|(uid, flags)| (uid.parse().unwrap(), flags.trim().to_owned()));
        told.lines().skip(1).filter_map(line).collect()
    }

    /// Ends the server and all its sessions at once, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let family = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap_or_default();
            let _ = child.kill();
            for pid in family.split_whitespace() {
                let _ = Command::new("kill").args(["-9", pid]).stderr(Stdio::null()).status();
            }
            let _ = child.wait();
            let _ = std::fs::remove_file(self.dir.path().join("run/master.pid"));
        }
    }

    pub fn start_again(&mut self) {
        let (imap, imaps) = (self.imap, self.imaps);
        until("the ports are free", || !listens(imap) && !listens(imaps));
        self.go();
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.kill();
    }
}
