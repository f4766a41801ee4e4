//! The SMTP courier against a real Postfix.

use crate::servers::dovecot::{Dovecot, PASSWORD, USER};
use crate::servers::postfix::Postfix;
use crate::servers::{missing, tls::certificates, until_async};
use postroom::courier::smtp::{Account, Smtp};
use postroom::courier::{Outcome, Parcel, Why};
use postroom::model::address::Address;
use postroom::model::finding::Gravity;
use postroom::oauth::Login;
use postroom::tls::{Endpoint, Mode};

fn account(port: u16, tls: Mode, password: Option<&str>) -> Account {
    let endpoint = Endpoint { host: "localhost".into(), port, tls, ca_file: Some(certificates().join("ca.pem")) };
    Account::new(endpoint, password.map(|password| Login::Password { user: USER.into(), password: password.into() }))
}

fn servers() -> Option<(Dovecot, Postfix)> {
    if missing("postfix", "postfix") || missing("dovecot", "dovecot-imapd and dovecot-lmtpd") {
        return None;
    }
    let dovecot = Dovecot::with("server", Postfix::NEEDS);
    let postfix = Postfix::start(&dovecot);
    Some((dovecot, postfix))
}

/// Dots where SMTP stumbles over them, a line longer than SMTP's limit, white space at line ends, blank lines at the end.
fn letter(n: usize) -> Vec<u8> {
    let long = "x".repeat(990);
    format!(
        "From: Complaints <complaints@lab.test>\r\nTo: <resident@home.example>\r\nSubject: letter {n}\r\n\
         Message-ID: <pr.{n}@lab.test>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n\r\n\
         .\r\n..\r\n.begins with a dot\r\n{long}\r\ntrailing space \r\n\r\n.\r\nends\r\n\r\n"
    )
    .into_bytes()
}

async fn carry(smtp: &mut Smtp, to: &str, bytes: &[u8]) -> Outcome {
    let (from, to) = (Address::parse(USER).unwrap(), Address::parse(to).unwrap());
    smtp.carry(Parcel { from: &from, to: &to, message_id: "pr.1@lab.test", bytes }).await
}

/// What lies in the mailbox, each without the header lines that the servers put before it.
fn delivered(dovecot: &Dovecot) -> Vec<Vec<u8>> {
    let folders = ["new", "cur"].map(|folder| dovecot.maildir().join(folder));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
    let mut found: Vec<Vec<u8>> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    for mail in &mut found {
        let text = String::from_utf8_lossy(mail).replace("\r\n", "\n").replace('\n', "\r\n");
        let own = text.find("From: Complaints").unwrap_or(0);
        *mail = text.as_bytes()[own..].to_vec();
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_out_over_tls_starttls_and_plain_loopback_to_the_byte() {
    let Some((dovecot, postfix)) = servers() else { return };
    let ways = [
        account(postfix.submissions, Mode::Implicit, Some(PASSWORD)),
        account(postfix.submission, Mode::Starttls, Some(PASSWORD)),
        account(postfix.plain, Mode::None, None),
    ];
    for (n, way) in ways.into_iter().enumerate() {
        let mut smtp = Smtp::new(way);
        let outcome = carry(&mut smtp, "resident@home.example", &letter(n)).await;
        assert!(matches!(&outcome, Outcome::Sent { answer } if answer.starts_with("250 2.0.0 Ok: queued as")), "{outcome:?}");
        smtp.rest().await;
    }
    until_async("the letters are delivered", || delivered(&dovecot).len() == 3).await;
    assert_eq!(delivered(&dovecot), [letter(0), letter(1), letter(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_server_refuses_defers_and_takes_on_one_connection() {
    let Some((dovecot, postfix)) = servers() else { return };
    let mut smtp = Smtp::new(account(postfix.submissions, Mode::Implicit, Some(PASSWORD)));
    let rejected = carry(&mut smtp, "reject1@home.example", &letter(1)).await;
    let Outcome::Dead { code: Some(550), why: Why::Recipient, answer } = &rejected else { panic!("{rejected:?}") };
    assert!(answer.contains("no such resident"), "{answer}");
    let deferred = carry(&mut smtp, "defer1@home.example", &letter(1)).await;
    assert!(matches!(deferred, Outcome::Deferred { code: Some(450), why: Why::Busy, blocked: false, .. }), "{deferred:?}");
    let mut big = letter(1);
    big.extend(b"0123456789\r\n".repeat(200_000));
    let big = carry(&mut smtp, "resident@home.example", &big).await;
    assert!(matches!(big, Outcome::Dead { code: Some(552), why: Why::TooBig, .. }), "{big:?}");
    let sent = carry(&mut smtp, "resident@home.example", &letter(2)).await;
    assert!(matches!(sent, Outcome::Sent { .. }), "{sent:?}");
    until_async("the letter is delivered", || delivered(&dovecot) == [letter(2)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_handed_to_a_server_that_is_not_the_right_one() {
    let Some((dovecot, postfix)) = servers() else { return };
    let right = account(postfix.submissions, Mode::Implicit, Some(PASSWORD));
    let mut unknown = right.clone();
    unknown.endpoint.ca_file = Some(certificates().join("other-ca.pem"));
    let mut elsewhere = account(postfix.submission, Mode::Starttls, Some(PASSWORD));
    elsewhere.endpoint.ca_file = None;
    let cases = [
        (unknown, Why::Tls, "signed by nobody whom this machine trusts"),
        (elsewhere, Why::Tls, "signed by nobody whom this machine trusts"),
        (account(postfix.submissions, Mode::Implicit, Some("wrong")), Why::Credentials, "refuses the login"),
        (account(postfix.submission, Mode::Implicit, Some(PASSWORD)), Why::Tls, "no TLS with this server"),
    ];
    for (way, why, words) in cases {
        let mut smtp = Smtp::new(way);
        let got = carry(&mut smtp, "resident@home.example", &letter(1)).await;
        assert!(matches!(&got, Outcome::Deferred { why: got, blocked: true, .. } if *got == why), "{words}: {got:?}");
        let findings = smtp.probe(&[]).await;
        assert!(findings.len() == 1 && findings[0].gravity == Gravity::Wrong && findings[0].says.contains(words), "{words}: {findings:?}");
    }
    assert!(delivered(&dovecot).is_empty());
    let findings = Smtp::new(right.clone()).probe(&[Address::parse(USER).unwrap()]).await;
    assert!(findings.iter().all(|finding| finding.gravity == Gravity::Fine), "{findings:?}");
    let findings = Smtp::new(right).probe(&[Address::parse("barred@lab.test").unwrap()]).await;
    assert!(findings.iter().any(|finding| finding.gravity == Gravity::Wrong && finding.says.contains("may not send")), "{findings:?}");
}
