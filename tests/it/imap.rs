//! The IMAP source against a real Dovecot.

use crate::servers::dovecot::{Dovecot, PASSWORD, USER};
use crate::servers::inlet::Memory;
use crate::servers::{missing, tls::certificates, until_async};
use postroom::ambient::Ambient;
use postroom::config::After;
use postroom::model::finding::Gravity;
use postroom::oauth::Login;
use postroom::source::Place;
use postroom::source::imap::{self, Account};
use postroom::tls::{Endpoint, Mode};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub fn account(port: u16, tls: Mode) -> Account {
    Account {
        name: "complaints".into(),
        endpoint: Endpoint { host: "localhost".into(), port, tls, ca_file: Some(certificates().join("ca.pem")) },
        login: Login::Password { user: USER.into(), password: PASSWORD.into() },
        folder: "INBOX".into(),
        after: After::Nothing,
        poll: Duration::from_secs(60),
        patience: Duration::from_secs(10),
        max_bytes: Account::MAX_BYTES,
        give_up: Account::GIVE_UP,
    }
}

fn secured(dovecot: &Dovecot) -> Account {
    account(dovecot.imaps, Mode::Implicit)
}

pub fn mail(n: usize) -> Vec<u8> {
    format!("From: resident{n}@home.example\r\nSubject: no heating {n}\r\n\r\nThree weeks now.\r\n").into_bytes()
}

pub struct Running {
    inlet: Memory,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    pub fn start(account: Account, inlet: &Memory) -> Running {
        let (stop, stopped) = watch::channel(false);
        let kept = inlet.clone();
        let task = tokio::spawn(async move { imap::run(&account, &kept, &Ambient::system(), stopped).await });
        Running { inlet: inlet.clone(), stop, task }
    }

    pub async fn takes_in(&self, count: usize) {
        until_async("the mail arrives", || self.inlet.count() >= count).await;
    }

    pub async fn end(self) {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(20), self.task).await.expect("stops in time").unwrap();
    }
}

pub fn uids(inlet: &Memory) -> Vec<u32> {
    let uid = |place| if let Place::Imap { uid, .. } = place { uid } else { panic!("not of a mailbox") };
    inlet.arrivals().into_iter().map(|arrival| uid(arrival.place)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_comes_in_over_tls_starttls_and_plain_loopback() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let dovecot = Dovecot::start();
    dovecot.deliver("INBOX", &mail(1));
    for account in [secured(&dovecot), account(dovecot.imap, Mode::Starttls), account(dovecot.imap, Mode::None)] {
        let inlet = Memory::default();
        let running = Running::start(account, &inlet);
        running.takes_in(1).await;
        running.end().await;
        assert_eq!(inlet.arrivals()[0].bytes, mail(1));
        assert!(inlet.arrivals()[0].defects.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_unsafe_is_connected_to() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let (dovecot, wrong) = (Dovecot::start(), Dovecot::with("wronghost", ""));
    let mut unknown = secured(&dovecot);
    unknown.endpoint.ca_file = None;
    let mut other = secured(&dovecot);
    other.endpoint.ca_file = Some(certificates().join("other-ca.pem"));
    let mut broken = secured(&dovecot);
    broken.endpoint.ca_file = Some(certificates().join("ca.key"));
    let mut password = secured(&dovecot);
    password.login = Login::Password { user: USER.into(), password: "wrong".into() };
    let mut folder = secured(&dovecot);
    folder.folder = "No such folder".into();
    let refused = [
        (secured(&wrong), "certificate is for another name"),
        (account(wrong.imap, Mode::Starttls), "certificate is for another name"),
        (unknown, "signed by nobody whom this machine trusts"),
        (other, "signed by nobody whom this machine trusts"),
        (broken, "cannot be read as PEM certificates"),
        (password, "the server refuses the login"),
        (folder, "the folder cannot be opened"),
        (account(dovecot.imap, Mode::Implicit), "no TLS with this server"),
    ];
    for (account, words) in refused {
        let findings = imap::probe(&account).await;
        let last = findings.last().unwrap();
        assert!(last.gravity == Gravity::Wrong && last.says.contains(words), "{words}: {findings:?}");
    }
    assert!(imap::probe(&secured(&dovecot)).await.iter().all(|finding| finding.gravity == Gravity::Fine));
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_changes_nothing_and_begins_again_where_it_left_off() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let dovecot = Dovecot::start();
    for n in 1..=3 {
        dovecot.deliver("INBOX", &mail(n));
    }
    let before = dovecot.flags("INBOX");
    let inlet = Memory::default();
    let running = Running::start(secured(&dovecot), &inlet);
    running.takes_in(3).await;
    running.end().await;
    // \Recent too: EXAMINE leaves it for the next real reader.
    assert_eq!(dovecot.flags("INBOX"), before);
    assert!(before.iter().all(|(_, flags)| flags.contains("Recent") && !flags.contains("Seen")), "{before:?}");
    assert_eq!(uids(&inlet), [1, 2, 3]);
    assert_eq!(inlet.cursor_now().unwrap().uid, 3);

    // A second run asks for 4:*, which names message 3; it is not taken again.
    let takes = inlet.takes();
    let running = Running::start(secured(&dovecot), &inlet);
    until_async("a look went well", || inlet.reached() >= 4).await;
    assert_eq!(inlet.takes(), takes);
    dovecot.deliver("INBOX", &mail(4));
    running.takes_in(4).await;
    running.end().await;
    assert_eq!(uids(&inlet), [1, 2, 3, 4]);

    let listed = imap::list(&secured(&dovecot)).await.unwrap();
    assert_eq!(listed.iter().map(|l| (l.uid, l.size)).collect::<Vec<_>>(), (1..=4).map(|n| (n, Some(mail(1).len()))).collect::<Vec<_>>());
    assert_eq!(listed[0].received_at, Some(inlet.arrivals()[0].received_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_wakes_at_once() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let dovecot = Dovecot::start();
    let inlet = Memory::default();
    let mut account = secured(&dovecot);
    account.poll = Duration::from_secs(600);
    let running = Running::start(account, &inlet);
    until_async("the first look", || inlet.reached() >= 2).await;
    for n in 1..=3 {
        let sent = Instant::now();
        dovecot.deliver("INBOX", &mail(n));
        running.takes_in(n).await;
        assert!(sent.elapsed() < Duration::from_secs(5), "{:?}", sent.elapsed());
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_is_moved_or_flagged() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let dovecot = Dovecot::start();
    for n in 1..=3 {
        dovecot.deliver("INBOX", &mail(n));
    }
    let inlet = Memory::default();
    let mut account = secured(&dovecot);
    account.after = After::Flag("$Postroom".into());
    let flag = || dovecot.flags("INBOX").iter().filter(|(_, flags)| flags.contains("$Postroom")).count();

    // As long as the inlet does not commit, nothing is touched.
    inlet.refuse(true);
    let running = Running::start(account.clone(), &inlet);
    until_async("the inlet was asked twice", || inlet.takes() >= 2).await;
    assert_eq!((flag(), inlet.cursor_now().unwrap().uid), (0, 0));
    inlet.refuse(false);
    until_async("the flags are set", || flag() == 3).await;
    running.end().await;
    assert!(dovecot.flags("INBOX").iter().all(|(_, flags)| !flags.contains("Seen")), "reading a mail is not seeing it");

    // The folder is made when it is not there; its name goes beyond ASCII.
    account.after = After::Move("Postroom/Übernommen".into());
    let inlet = Memory::default();
    let running = Running::start(account, &inlet);
    running.takes_in(3).await;
    until_async("the messages are moved", || dovecot.flags("INBOX").is_empty()).await;
    running.end().await;
    assert_eq!(dovecot.flags("Postroom/Übernommen").len(), 3);
    assert_eq!(inlet.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_big_mail_comes_in_parts_and_whole() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let dovecot = Dovecot::start();
    let mut big = mail(1);
    let line = format!("{}\r\n", "QUJD".repeat(19));
    while big.len() < 30 << 20 {
        big.extend(line.as_bytes());
        big.extend(format!("{}\r\n", big.len()).as_bytes());
    }
    dovecot.deliver("INBOX", &big);
    dovecot.deliver("INBOX", &mail(2));
    let inlet = Memory::default();
    let running = Running::start(secured(&dovecot), &inlet);
    running.takes_in(2).await;
    running.end().await;
    let arrivals = inlet.arrivals();
    assert!(arrivals[0].bytes == big && arrivals[0].defects.is_empty(), "{} of {}", arrivals[0].bytes.len(), big.len());
    assert_eq!(arrivals[1].bytes, mail(2));

    // Beyond the limit: its beginning and a note, and the next is not held up.
    let inlet = Memory::default();
    let mut account = secured(&dovecot);
    account.max_bytes = 10 << 20;
    let running = Running::start(account, &inlet);
    running.takes_in(2).await;
    running.end().await;
    let arrivals = inlet.arrivals();
    assert_eq!(arrivals[0].defects[0].code, "oversize");
    assert!(big.starts_with(&arrivals[0].bytes) && arrivals[0].bytes.len() >= 1 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_is_found_again() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let mut dovecot = Dovecot::start();
    dovecot.deliver("INBOX", &mail(1));
    let inlet = Memory::default();
    let running = Running::start(secured(&dovecot), &inlet);
    running.takes_in(1).await;
    dovecot.kill();
    dovecot.start_again();
    dovecot.deliver("INBOX", &mail(2));
    running.takes_in(2).await;
    running.end().await;
    assert_eq!(uids(&inlet), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_made_anew_is_read_again_and_makes_nothing_twice() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let dovecot = Dovecot::start();
    dovecot.doveadm("mailbox create", &["Post"]);
    for n in 1..=3 {
        dovecot.deliver("Post", &mail(n));
    }
    let mut account = secured(&dovecot);
    account.folder = "Post".into();
    let inlet = Memory::default();
    let running = Running::start(account.clone(), &inlet);
    running.takes_in(3).await;
    running.end().await;
    let before = inlet.cursor_now().unwrap();

    // UIDVALIDITY is a time in seconds.
    dovecot.doveadm("mailbox delete", &["Post"]);
    let later = (before.uidvalidity + 1000).to_string();
    dovecot.doveadm("mailbox create", &["Post"]);
    dovecot.doveadm("mailbox update", &["--uid-validity", &later, "Post"]);
    for n in 2..=4 {
        dovecot.deliver("Post", &mail(n));
    }
    let running = Running::start(account, &inlet);
    running.takes_in(4).await;
    running.end().await;
    assert_eq!(inlet.cursor_now().unwrap(), postroom::source::Cursor { uidvalidity: before.uidvalidity + 1000, uid: 3 });
    assert_eq!(inlet.arrivals().iter().map(|a| a.bytes.clone()).collect::<Vec<_>>(), (1..=4).map(mail).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_comes_in_batches_and_in_order() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    const MANY: usize = 2000;
    let dovecot = Dovecot::start();
    dovecot.deliver("INBOX", &mail(0));
    let new = dovecot.maildir().join("new");
    for n in 1..MANY {
        std::fs::write(new.join(format!("{}.M{n}.lab", 1_700_000_000 + n)), mail(n)).unwrap();
    }
    crate::servers::must("chown", &["-R", "5000:5000", new.to_str().unwrap()]);
    let inlet = Memory::default();
    let begun = Instant::now();
    let running = Running::start(secured(&dovecot), &inlet);
    running.takes_in(MANY).await;
    eprintln!("{MANY} mails in {:?}, {} commits", begun.elapsed(), inlet.takes());
    running.end().await;
    let got = uids(&inlet);
    assert!(got.is_sorted() && got.len() == MANY && inlet.takes() < MANY / 20);
    // Server and we agree on what there is: nothing is unaccounted for.
    let listed: Vec<u32> = imap::list(&secured(&dovecot)).await.unwrap().iter().map(|listed| listed.uid).collect();
    assert_eq!(listed, got);
}
