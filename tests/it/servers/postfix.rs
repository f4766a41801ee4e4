//! A real submission server: Postfix, with logins checked against the test's Dovecot, delivering into its mailbox.

use super::dovecot::{Dovecot, RESIDENT, USER};
use super::{free_port, listens, must, tls::certificates, until};
use std::path::PathBuf;
use tempfile::TempDir;

pub struct Postfix {
    dir: TempDir,
    /// STARTTLS.
    pub submission: u16,
    /// TLS from the first byte.
    pub submissions: u16,
    /// No TLS, no login.
    pub plain: u16,
}

impl Postfix {
    /// Mail for ada@ and team@home.example goes to the resident of `dovecot`, all else that is accepted to its first user (which must have been started with `Postfix::NEEDS`), save
    /// for `reject…@` (550), `defer…@` (450) and `big…@` (552).
    pub fn start(dovecot: &Dovecot) -> Postfix {
        let dir = tempfile::Builder::new().prefix("pr-pf").tempdir_in("/tmp").unwrap();
        let postfix = Postfix { dir, submission: free_port(), submissions: free_port(), plain: free_port() };
        let root = postfix.dir.path().display().to_string();
        must("chmod", &["755", &root]);
        for folder in ["etc", "spool", "data", "log"] {
            std::fs::create_dir(postfix.dir.path().join(folder)).unwrap();
        }
        must("chown", &["postfix", &format!("{root}/data")]);
        let (tls, run) = (certificates().display().to_string(), dovecot.run().display().to_string());
        let write = |name: &str, text: String| std::fs::write(postfix.dir.path().join("etc").join(name), text).unwrap();
        write(
            "main.cf",
            format!(
                r"
compatibility_level = 3.6
queue_directory = {root}/spool
data_directory = {root}/data
maillog_file = {root}/log/maillog
maillog_file_prefixes = {root}
myhostname = mail.lab.test
mydestination =
local_transport = error:no local delivery
default_transport = error:5.7.1 never relays
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtputf8_enable = yes
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = lab.test home.example
virtual_mailbox_maps = regexp:{root}/etc/mailboxes
virtual_alias_maps = regexp:{root}/etc/aliases
virtual_transport = lmtp:unix:{run}/lmtp
message_size_limit = 1000000
virtual_mailbox_limit = 0
smtpd_tls_cert_file = {tls}/server.pem
smtpd_tls_key_file = {tls}/server.key
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = {run}/auth-postfix
smtpd_delay_reject = no
smtpd_sender_restrictions = check_sender_access regexp:{root}/etc/senders
smtpd_error_sleep_time = 0
smtpd_recipient_restrictions = check_recipient_access regexp:{root}/etc/access, reject_unlisted_recipient
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
in_flow_delay = 0
biff = no
"
            ),
        );
        write("mailboxes", "/@(lab\\.test|home\\.example)$/ ok\n".into());
        write("aliases", format!("/^(ada|team)@home\\.example$/ {RESIDENT}\n/@home\\.example$/ {USER}\n"));
        write(
            "access",
            "/^reject.*@home\\.example$/ 550 5.1.1 no such resident\n/^defer.*@home\\.example$/ 450 4.2.0 try again later\n".into(),
        );
        write("senders", "/^barred@/ 550 5.7.60 this account may not send as that\n".into());
        let Postfix { submission, submissions, plain, .. } = &postfix;
        let login = "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes ";
        write(
            "master.cf",
            format!(
                "
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {login}
127.0.0.1:{submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {login}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
            ),
        );
        must("postfix", &["-c", postfix.etc().to_str().unwrap(), "start"]);
        until("Postfix listens", || [*submission, *submissions, *plain].into_iter().all(listens));
        postfix
    }

    /// What `start` needs of the Dovecot beside it.
    pub const NEEDS: &str = "
protocols = imap lmtp
service auth {
  unix_listener auth-postfix {
    mode = 0666
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
protocol lmtp {
  auth_username_format = %u
}
";

    fn etc(&self) -> PathBuf {
        self.dir.path().join("etc")
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = std::process::Command::new("postfix").args(["-c", self.etc().to_str().unwrap_or_default(), "abort"]).output();
    }
}
