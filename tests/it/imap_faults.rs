//! The IMAP source against a false server: what a bad day looks like, and that nothing is lost on it.

use crate::imap::{Running, account, mail, uids};
use crate::servers::inlet::Memory;
use crate::servers::script::{FalseImap, Fault};
use crate::servers::until_async;
use postroom::config::After;
use postroom::source::imap::{self, Account};
use postroom::tls::Mode;
use std::time::{Duration, Instant};

fn three() -> Vec<(u32, Vec<u8>)> {
    (1..=3).map(|n| (n, mail(n as usize))).collect()
}

fn plain(server: &FalseImap) -> Account {
    let mut account = account(server.port, Mode::None);
    account.endpoint.host = "127.0.0.1".into();
    account.patience = Duration::from_millis(600);
    account
}

fn is_body(command: &str) -> bool {
    command.contains("BODY.PEEK[]")
}

/// Runs until three mails have come, and checks that each came whole, once, and in order.
async fn all_three_arrive(server: &FalseImap) -> Memory {
    let inlet = Memory::default();
    let running = Running::start(plain(server), &inlet);
    running.takes_in(3).await;
    running.end().await;
    assert_eq!(uids(&inlet), [1, 2, 3]);
    for (n, arrival) in inlet.arrivals().iter().enumerate() {
        assert_eq!((&arrival.bytes, arrival.defects.len()), (&mail(n + 1), 0));
        assert_eq!(arrival.received_at.to_string(), "2026-03-02T09:14:00Z");
    }
    assert_eq!(inlet.cursor_now().unwrap().uid, 3);
    inlet
}

#[tokio::test]
async fn a_refused_listing_is_no_empty_folder() {
    for code in ["UNAVAILABLE", "SERVERBUG"] {
        let fault = move |command: &str, seen: usize| {
            (command.starts_with("UID FETCH 1:*") && seen == 1).then(|| Fault::Say(format!("{{tag}} NO [{code}] later\r\n")))
        };
        all_three_arrive(&FalseImap::start(&three(), fault).await).await;
    }
}

#[tokio::test]
async fn a_refused_or_broken_body_is_asked_for_again() {
    let partial = "* 1 FETCH (UID 1 BODY[] {84}\r\nFrom: resident1@home.example\r\nSubj";
    let first = [
        Fault::Say("{tag} NO [UNAVAILABLE] later\r\n".into()),
        Fault::Say("{tag} NO broken\r\n".into()),
        Fault::Say("{tag} BAD what\r\n".into()),
        Fault::Break("* BYE [UNAVAILABLE] going down\r\n".into()),
        Fault::Break(partial.into()),
        Fault::Break(String::new()),
        Fault::Stall(partial.into()),
        Fault::Stall("* OK still here\r\n".into()),
        Fault::Say("* 1 FETCH (UID 1 BODY[] {200000000}\r\n".into()),
        Fault::Say("* 1 FETCH (UID 1 BODY[] {99999999999}\r\n".into()),
        Fault::Say("this is no IMAP\r\n".into()),
    ];
    let mut running = Vec::new();
    for fault in first {
        running.push(tokio::spawn(async move {
            let shown = format!("{fault:?}");
            let wrong = move |command: &str, seen: usize| (is_body(command) && seen == 1 && command.contains("1:3")).then(|| fault.clone());
            let server = FalseImap::start(&three(), wrong).await;
            all_three_arrive(&server).await;
            shown
        }));
    }
    for task in running {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_had_does_not_block_the_next() {
    let stubborn = [
        Fault::Say("{tag} NO cannot read it\r\n".into()),
        Fault::Say("* 2 FETCH (UID 2 BODY[] NIL)\r\n{tag} OK done\r\n".into()),
        Fault::Say("{tag} OK and nothing\r\n".into()),
        Fault::Say("* 2 FETCH (UID 2 BODY[] {200000000}\r\n".into()),
    ];
    let mut running = Vec::new();
    for fault in stubborn {
        running.push(tokio::spawn(async move {
            let wrong = move |command: &str, _| {
                let second = is_body(command) && (command.contains("UID FETCH 2 ") || command.contains("1:3"));
                second.then(|| fault.clone())
            };
            let server = FalseImap::start(&three(), wrong).await;
            let inlet = Memory::default();
            let mut account = plain(&server);
            account.poll = Duration::from_millis(100);
            account.give_up = Duration::from_secs(3);
            account.after = After::Flag("$Taken".into());
            let running = Running::start(account, &inlet);
            // The others come at once, and the cursor waits: after a restart it would be asked for again.
            running.takes_in(2).await;
            assert_eq!((uids(&inlet), inlet.cursor_now().unwrap().uid), (vec![1, 3], 1));
            running.takes_in(3).await;
            until_async("the cursor passes", || inlet.cursor_now().is_some_and(|cursor| cursor.uid == 3)).await;
            running.end().await;
            let arrivals = inlet.arrivals();
            assert_eq!(uids(&inlet), [1, 3, 2]);
            assert_eq!(arrivals[2].defects[0].code, "unfetched");
            // The server still gives the header (here: of the whole small mail).
            assert_eq!(arrivals[2].bytes, mail(2));
            assert!(arrivals[0].defects.is_empty() && arrivals[1].defects.is_empty());
            // What is not wholly here is left as it was for a person to find.
            let flagged: Vec<String> = server.commands().into_iter().filter(|command| command.starts_with("UID STORE")).collect();
            assert!(!flagged.is_empty() && flagged.iter().all(|command| !command.contains("STORE 2")), "{flagged:?}");
        }));
    }
    for task in running {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_lost_at_any_question_makes_no_message_vanish() {
    // The batch comes without the last message, so that it is asked for alone; at that, or at the question whether it is still
    // there, the connection ends.
    for breaks_at in ["UID FETCH 3 (UID BODY.PEEK[]<0.1048576>)", "UID FETCH 3 (UID)"] {
        let server = FalseImap::start(&three(), move |command, seen| {
            if command == breaks_at && seen == 1 {
                return Some(Fault::Break(String::new()));
            }
            let part =
                |n: usize| format!("* {n} FETCH (UID {n} BODY[] {{{}}}\r\n{})\r\n", mail(n).len(), String::from_utf8(mail(n)).unwrap());
            match command {
                "UID FETCH 1:3 (UID BODY.PEEK[])" => Some(Fault::Say(format!("{}{}{{tag}} OK done\r\n", part(1), part(2)))),
                "UID FETCH 3 (UID BODY.PEEK[]<0.1048576>)" if seen == 1 => Some(Fault::Say("{tag} OK and nothing\r\n".into())),
                _ => None,
            }
        })
        .await;
        all_three_arrive(&server).await;
    }
}

#[tokio::test]
async fn what_others_expunge_is_no_error() {
    let server = FalseImap::start(&three(), |command, _| {
        // The listing still names 2 and 9; nothing else does.
        (command == "UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)").then(|| {
            let line = |uid| format!("* {uid} FETCH (UID {uid} RFC822.SIZE 70 INTERNALDATE \"02-Mar-2026 09:14:00 +0000\")\r\n");
            Fault::Say(format!("{}{}{}{}{{tag}} OK done\r\n", line(1), line(2), line(3), line(9)))
        })
    })
    .await;
    server.set(|_, mails| mails.retain(|&uid, _| uid != 2));
    let inlet = Memory::default();
    let running = Running::start(plain(&server), &inlet);
    running.takes_in(2).await;
    until_async("the cursor passes what is gone", || inlet.cursor_now().is_some_and(|cursor| cursor.uid == 9)).await;
    running.end().await;
    assert_eq!(uids(&inlet), [1, 3]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn chatter_and_nonsense_between_the_answers_are_survived() {
    let server = FalseImap::start(&three(), |command, _| {
        if command == "UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)" {
            let line = |uid| format!("* 1 FETCH (UID {uid} RFC822.SIZE 76 INTERNALDATE \" 2-Mar-2026 09:14:00 +0000\")\r\n");
            let chatter =
                "* OK [ALERT]\u{e9} {900000000}\r\n* 9 EXISTS\r\n* 3 FETCH (FLAGS (\\Seen))\r\n* 4 EXPUNGE\r\n* OK [XYZZY 7] x\r\n";
            return Some(Fault::Say(format!("{}{chatter}{}{}{}{}{{tag}} OK done\r\n", line(3), line(0), line(1), line(2), line(1))));
        }
        if is_body(command) {
            let part =
                |n: usize| format!("* {n} FETCH (UID {n} BODY[] {{{}}}\r\n{})\r\n", mail(n).len(), String::from_utf8(mail(n)).unwrap());
            let flags = "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n* 1 FETCH (UID 0 BODY[] \"\")\r\n";
            return Some(Fault::Say(format!("{flags}{}{}{flags}{}{}{{tag}} OK done\r\n", part(2), part(1), part(1), part(3))));
        }
        None
    })
    .await;
    all_three_arrive(&server).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn sizes_that_lie_and_parts_that_are_short_still_make_a_whole_mail() {
    let big: Vec<u8> = (0..3_000_000u32).map(|n| b"abcdefghijklmnop\r\nqrstuvwxyz"[n as usize % 28]).collect();
    for (size, part) in [(3_000_000, usize::MAX), (3_000_000, 400_000), (2_000_000, usize::MAX), (5_000_000, usize::MAX)] {
        let server = FalseImap::start(&[(1, big.clone()), (2, mail(2))], move |command, _| {
            let line = |uid, size| format!("* {uid} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE \"02-Mar-2026 09:14:00 +0000\")\r\n");
            command.contains("SIZE").then(|| Fault::Say(format!("{}{}{{tag}} OK done\r\n", line(1, size), line(2, 76))))
        })
        .await;
        server.parts_of(part);
        let inlet = Memory::default();
        let running = Running::start(plain(&server), &inlet);
        running.takes_in(2).await;
        running.end().await;
        let got = &inlet.arrivals()[0].bytes;
        assert!(*got == big, "size {size}, parts of {part}: {} bytes", got.len());
    }
}

#[tokio::test]
async fn a_server_that_knows_no_parts_sends_the_whole() {
    let big = vec![b'x'; 2_000_000];
    let whole = String::from_utf8(big.clone()).unwrap();
    let server = FalseImap::start(&[(1, big.clone())], move |command, _| {
        is_body(command).then(|| Fault::Say(format!("* 1 FETCH (UID 1 BODY[] {{2000000}}\r\n{whole})\r\n{{tag}} OK done\r\n")))
    })
    .await;
    let inlet = Memory::default();
    let running = Running::start(plain(&server), &inlet);
    running.takes_in(1).await;
    running.end().await;
    assert!(inlet.arrivals()[0].bytes == big);
}

#[tokio::test]
async fn a_date_of_receipt_is_never_later_than_now() {
    let server = FalseImap::start(&three(), |_, _| None).await;
    server.received("02-Mar-2099 09:14:00 +0000");
    let inlet = Memory::default();
    let running = Running::start(plain(&server), &inlet);
    running.takes_in(3).await;
    running.end().await;
    let now = postroom::ambient::Ambient::system().now();
    assert!(inlet.arrivals().iter().all(|arrival| arrival.received_at <= now && now.duration_since(arrival.received_at).as_secs() < 60));
}

#[tokio::test]
async fn a_server_without_idle_is_polled_and_one_that_only_says_still_here_too() {
    let quiet = FalseImap::start(&three(), |_, _| None).await;
    quiet.capabilities("IMAP4rev1 AUTH=PLAIN");
    let refusing = FalseImap::start(&three(), |command, _| (command == "IDLE").then(|| Fault::Say("{tag} NO not now\r\n".into()))).await;
    // Never says that mail came; after DONE it answers as it should.
    let dull =
        FalseImap::start(&three(), |command, _| (command == "IDLE").then(|| Fault::Say("+ idling\r\n* OK still here\r\n".into()))).await;
    for server in [quiet, refusing, dull] {
        let inlet = Memory::default();
        let mut account = plain(&server);
        account.poll = Duration::from_millis(200);
        let running = Running::start(account, &inlet);
        running.takes_in(3).await;
        server.set(|_, mails| drop(mails.insert(4, mail(4))));
        running.takes_in(4).await;
        running.end().await;
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn renumbering_between_two_looks_is_seen() {
    let server = FalseImap::start(&three(), |_, _| None).await;
    let inlet = all_three_arrive(&server).await;
    server.set(|uidvalidity, mails| {
        *uidvalidity = 8;
        let renumbered = std::mem::take(mails).into_values().enumerate().map(|(n, mail)| (n as u32 + 1, mail)).collect();
        *mails = renumbered;
        mails.remove(&1);
        mails.insert(4, mail(4));
    });
    let running = Running::start(plain(&server), &inlet);
    running.takes_in(4).await;
    running.end().await;
    assert_eq!(inlet.cursor_now().unwrap(), postroom::source::Cursor { uidvalidity: 8, uid: 4 });
    assert_eq!(inlet.count(), 4);
}

#[tokio::test]
async fn without_move_a_message_is_copied_marked_and_expunged_by_its_uid() {
    let server = FalseImap::start(&three(), |command, seen| {
        (command.starts_with("UID COPY") && seen == 1).then(|| Fault::Say("{tag} NO [TRYCREATE] no such folder\r\n".into()))
    })
    .await;
    server.capabilities("IMAP4rev1 AUTH=PLAIN UIDPLUS IDLE");
    let inlet = Memory::default();
    let mut account = plain(&server);
    account.after = After::Move("Taken".into());
    let running = Running::start(account, &inlet);
    until_async("all is done", || inlet.cursor_now().is_some_and(|cursor| cursor.uid == 3)).await;
    running.end().await;
    let done: Vec<String> = server.commands().into_iter().skip_while(|command| !command.starts_with("UID COPY")).take(5).collect();
    let expected = [
        "UID COPY 1:3 \"Taken\"",
        "CREATE \"Taken\"",
        "UID COPY 1:3 \"Taken\"",
        "UID STORE 1:3 +FLAGS.SILENT (\\Deleted)",
        "UID EXPUNGE 1:3",
    ];
    assert_eq!(done, expected);
}

#[tokio::test]
async fn a_crash_between_commit_and_move_only_repeats_the_move() {
    // The connection breaks at the first MOVE: committed, not moved, cursor not set.
    let server =
        FalseImap::start(&three(), |command, seen| (command.starts_with("UID MOVE") && seen == 1).then(|| Fault::Break(String::new())))
            .await;
    let inlet = Memory::default();
    let mut account = plain(&server);
    account.after = After::Move("Taken".into());
    let running = Running::start(account, &inlet);
    until_async("the cursor moves", || inlet.cursor_now().is_some_and(|cursor| cursor.uid == 3)).await;
    running.end().await;
    assert_eq!((inlet.count(), inlet.takes()), (3, 2));
    server.set(|_, mails| assert!(mails.is_empty()));
}

#[tokio::test]
async fn doctor_says_what_a_server_lacks_and_quotes_nothing() {
    let refused =
        |words: &'static str| move |command: &str, _: usize| command.starts_with("AUTHENTICATE").then(|| Fault::Say(words.into()));
    let cases = [
        (FalseImap::start(&[], refused("{tag} NO [AUTHENTICATIONFAILED] secret words\r\n")).await, "refuses the login"),
        (FalseImap::start(&[], refused("{tag} NO [UNAVAILABLE] secret words\r\n")).await, "unavailable for now"),
        (FalseImap::start(&[], refused("{tag} NO [THROTTLED] secret words\r\n")).await, "ask too much"),
        (
            FalseImap::start(&[], |c, _| (c == "GREETING").then(|| Fault::Break("* BYE secret words\r\n".into()))).await,
            "closed the connection",
        ),
        (FalseImap::start(&[], |c, _| (c == "GREETING").then(|| Fault::Stall(String::new()))).await, "fell silent"),
        (FalseImap::start(&[], |c, _| (c == "GREETING").then(|| Fault::Say("220 secret words ESMTP\r\n".into()))).await, "no IMAP"),
        (
            FalseImap::start(&[], |c, _| c.starts_with("EXAMINE").then(|| Fault::Say("{tag} OK secret words\r\n".into()))).await,
            "no UIDVALIDITY",
        ),
        (
            FalseImap::start(&[], |c, _| c.starts_with("EXAMINE").then(|| Fault::Say("{tag} NO [NOPERM] secret\r\n".into()))).await,
            "no right",
        ),
    ];
    for (server, words) in cases {
        let begun = Instant::now();
        let said = imap::probe(&plain(&server)).await.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(words) && !said.contains("secret"), "{words}: {said}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    let office = FalseImap::start(&[], |_, _| None).await;
    office.capabilities("IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+");
    let said = imap::probe(&plain(&office)).await[0].to_string();
    assert!(said.contains("takes no passwords"), "{said}");
    assert!(office.commands().iter().all(|command| !command.starts_with("LOGIN")), "a password was sent");
}

#[tokio::test]
async fn a_server_without_plain_gets_a_login_with_every_character_in_its_place() {
    let server = FalseImap::start(&three(), |_, _| None).await;
    server.capabilities("IMAP4rev1 IDLE");
    all_three_arrive(&server).await;
    let login = server.commands().into_iter().find(|command| command.starts_with("LOGIN"));
    assert_eq!(login.as_deref(), Some(r#"LOGIN "complaints@lab.test" "lab \"pass\\word""#));
}

#[tokio::test]
async fn it_stops_at_once_wherever_it_waits() {
    let stalled = FalseImap::start(&[], |command, _| (command == "GREETING").then(|| Fault::Stall(String::new()))).await;
    let refusing = FalseImap::start(&[], |command, _| {
        command.starts_with("AUTHENTICATE").then(|| Fault::Say("{tag} NO [AUTHENTICATIONFAILED] no\r\n".into()))
    })
    .await;
    let idle = FalseImap::start(&three(), |_, _| None).await;
    let quiet = FalseImap::start(&three(), |_, _| None).await;
    quiet.capabilities("IMAP4rev1 AUTH=PLAIN");
    let waits = [(stalled, "GREETING", 0), (refusing, "AUTHENTICATE", 0), (idle, "IDLE", 3), (quiet, "UID FETCH 1:3", 3)];
    for (server, at, count) in waits {
        let inlet = Memory::default();
        let mut account = plain(&server);
        account.patience = Duration::from_secs(60);
        let running = Running::start(account, &inlet);
        let there = || if at == "GREETING" { server.connections() == 1 } else { server.commands().iter().any(|c| c.starts_with(at)) };
        until_async(at, there).await;
        running.takes_in(count).await;
        let begun = Instant::now();
        running.end().await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{at}: {:?}", begun.elapsed());
        if count > 0 {
            assert_eq!(server.commands().last().map(String::as_str), Some("LOGOUT"));
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_every_body_for_a_while_loses_us_nothing() {
    let mails: Vec<(u32, Vec<u8>)> = (1..=400).map(|n| (n, mail(n as usize))).collect();
    let begun = Instant::now();
    let server = FalseImap::start(&mails, move |command, _| {
        (command.contains("BODY.PEEK") && begun.elapsed() < Duration::from_secs(3)).then(|| Fault::Say("{tag} NO bad day\r\n".into()))
    })
    .await;
    let inlet = Memory::default();
    let mut account = plain(&server);
    account.poll = Duration::from_millis(100);
    let running = Running::start(account, &inlet);
    running.takes_in(400).await;
    until_async("the cursor passes", || inlet.cursor_now().is_some_and(|cursor| cursor.uid == 400)).await;
    running.end().await;
    let mut got = inlet.arrivals();
    got.sort_by_key(|arrival| arrival.place.clone());
    assert!(got.iter().zip(1..).all(|(arrival, n)| arrival.bytes == mail(n) && arrival.defects.is_empty()));
}
