//! The SMTP courier against a false server: every failure ends in the outcome that is true of it.

use crate::servers::false_smtp::FalseSmtp;
use crate::servers::script::Fault;
use postroom::courier::smtp::{Account, Smtp};
use postroom::courier::{Outcome, Parcel, Why};
use postroom::model::address::Address;
use postroom::oauth::Login;
use postroom::tls::{Endpoint, Mode};
use std::time::Duration;

const LETTER: &[u8] = b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n";

fn account(port: u16, tls: Mode) -> Account {
    let login = Login::Password { user: "complaints@lab.test".into(), password: "pw".into() };
    let mut account = Account::new(Endpoint { host: "127.0.0.1".into(), port, tls, ca_file: None }, Some(login));
    account.command_timeout = Duration::from_millis(500);
    account.content_timeout = Duration::from_millis(900);
    account
}

async fn carry(smtp: &mut Smtp, bytes: &[u8]) -> Outcome {
    carry_to(smtp, "resident@home.example", bytes).await
}

async fn carry_to(smtp: &mut Smtp, to: &str, bytes: &[u8]) -> Outcome {
    let (from, to) = (Address::parse("complaints@lab.test").unwrap(), Address::parse(to).unwrap());
    smtp.carry(Parcel { from: &from, to: &to, message_id: "pr.1@lab.test", bytes }).await
}

/// What becomes of a letter when the first `stage` goes so; and that the same letter then goes out, whatever happened.
async fn outcome(stage: &'static str, fault: Fault) -> Outcome {
    let server = FalseSmtp::start(move |reached, seen| (reached == stage && seen == 1).then(|| fault.clone())).await;
    let mut smtp = Smtp::new(account(server.port, Mode::None));
    let first = carry(&mut smtp, LETTER).await;
    let again = carry(&mut smtp, LETTER).await;
    assert!(matches!(again, Outcome::Sent { .. }), "{stage}: after {first:?} came {again:?}");
    assert_eq!(server.accepted().last().unwrap(), LETTER);
    first
}

fn say(text: &str) -> Fault {
    Fault::Say(format!("{text}\r\n"))
}

#[tokio::test]
async fn each_refusal_means_what_the_table_says() {
    let later = |code, why| Outcome::Deferred { code: Some(code), why, blocked: false, answer: String::new() };
    let blocked = |code, why| Outcome::Deferred { code: Some(code), why, blocked: true, answer: String::new() };
    let dead = |code, why| Outcome::Dead { code: Some(code), why, answer: String::new() };
    let table = [
        ("GREETING", "421 4.3.2 closing", later(421, Why::Busy)),
        ("GREETING", "554 5.7.1 not you", blocked(554, Why::Policy)),
        ("EHLO", "550 5.7.1 not you", blocked(550, Why::Policy)),
        ("AUTH", "535 5.7.8 bad credentials", blocked(535, Why::Credentials)),
        ("AUTH", "535 5.7.3 Authentication unsuccessful", blocked(535, Why::Credentials)),
        ("AUTH", "550 5.7.30 Basic authentication is not supported for Client Submission", blocked(550, Why::Credentials)),
        ("AUTH", "454 4.7.0 temporary authentication failure", blocked(454, Why::Credentials)),
        ("AUTH", "421 4.3.2 closing", later(421, Why::Busy)),
        ("MAIL", "530 5.7.0 authenticate first", blocked(530, Why::Credentials)),
        ("MAIL", "550 5.7.60 may not send as", blocked(550, Why::Policy)),
        ("MAIL", "550 5.1.8 bad sender", blocked(550, Why::Policy)),
        ("MAIL", "432 4.3.2 thread limit exceeded", later(432, Why::Throttled)),
        ("MAIL", "451 4.4.2 later", later(451, Why::Busy)),
        ("MAIL", "552 5.3.4 too big", dead(552, Why::TooBig)),
        ("RCPT", "550 5.1.1 no such person", dead(550, Why::Recipient)),
        ("RCPT", "550 5.1.10 no such person", dead(550, Why::Recipient)),
        ("RCPT", "553 5.1.3 bad address", dead(553, Why::Recipient)),
        ("RCPT", "550 nobody here", dead(550, Why::Recipient)),
        ("RCPT", "550 5.7.1 relaying denied", blocked(550, Why::Policy)),
        ("RCPT", "450 4.7.1 greylisted", later(450, Why::Busy)),
        ("RCPT", "452 4.2.2 mailbox full", later(452, Why::Busy)),
        ("RCPT", "421 4.7.28 too fast", later(421, Why::Throttled)),
        ("DATA", "451 4.3.0 later", later(451, Why::Busy)),
        ("DATA", "554 5.5.1 no valid recipients", dead(554, Why::Refused)),
        ("DOT", "552 5.3.4 too big", dead(552, Why::TooBig)),
        ("DOT", "554 5.6.0 refused", dead(554, Why::Content)),
        ("DOT", "554 5.7.1 spam", dead(554, Why::Content)),
        ("DOT", "550 5.7.26 unauthenticated mail", blocked(550, Why::Policy)),
        ("DOT", "451 4.3.0 later", later(451, Why::Busy)),
        ("DOT", "452 4.3.1 disk full", later(452, Why::Busy)),
    ];
    for (stage, reply, expected) in table {
        let mut got = outcome(stage, say(reply)).await;
        if let Outcome::Deferred { answer, .. } | Outcome::Dead { answer, .. } = &mut got {
            assert!(reply.ends_with(answer.as_str()) && !answer.is_empty(), "{reply}: {answer}");
            answer.clear();
        }
        assert_eq!(got, expected, "{stage}: {reply}");
    }
}

#[tokio::test]
async fn before_the_dot_a_lost_connection_is_deferred() {
    for stage in ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"] {
        for fault in [Fault::Break(String::new()), Fault::Break("25".into()), Fault::Stall(String::new()), say("250-never"), say("no smtp")]
        {
            let got = outcome(stage, fault.clone()).await;
            // One bad connection stops no queue.
            assert!(matches!(got, Outcome::Deferred { code: None, blocked: false, .. }), "{stage} {fault:?}: {got:?}");
        }
    }
    // Not 354: the content must not go out.
    assert!(matches!(outcome("DATA", say("250 fine")).await, Outcome::Deferred { why: Why::Protocol, .. }));
}

#[tokio::test]
async fn after_the_dot_a_lost_answer_is_unknown() {
    for fault in [Fault::Break(String::new()), Fault::Break("250".into()), Fault::Stall(String::new()), say("354 what"), say("no smtp")] {
        let got = outcome("DOT", fault.clone()).await;
        assert!(matches!(got, Outcome::Unknown { .. }), "{fault:?}: {got:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_while_the_content_goes_out_is_deferred() {
    let server = FalseSmtp::start(|stage, seen| (stage == "BODY" && seen == 1).then(|| Fault::Break(String::new()))).await;
    let mut smtp = Smtp::new(account(server.port, Mode::None));
    // More than the buffers between the two hold, so that the dot cannot have left.
    let mut big = LETTER.to_vec();
    big.extend(b"0123456789\r\n".repeat(2_000_000));
    let got = carry(&mut smtp, &big).await;
    assert_eq!(got, Outcome::Deferred { code: None, why: Why::Connection, blocked: false, answer: String::new() });
    assert!(server.accepted().is_empty());
}

#[tokio::test]
async fn one_connection_serves_while_there_is_work() {
    let server = FalseSmtp::start(|_, _| None).await;
    let mut smtp = Smtp::new(account(server.port, Mode::None));
    for _ in 0..3 {
        assert!(matches!(carry(&mut smtp, LETTER).await, Outcome::Sent { .. }));
    }
    assert_eq!(server.connections(), 1);
    smtp.rest().await;
    assert_eq!(server.commands().last().unwrap(), "QUIT");
    assert!(matches!(carry(&mut smtp, LETTER).await, Outcome::Sent { .. }));
    assert_eq!(server.connections(), 2);
    // A refused letter does not cost the connection.
    let server = FalseSmtp::start(|stage, seen| (stage == "RCPT" && seen == 1).then(|| say("550 5.1.1 no"))).await;
    let mut smtp = Smtp::new(account(server.port, Mode::None));
    assert!(matches!(carry(&mut smtp, LETTER).await, Outcome::Dead { .. }));
    assert!(matches!(carry(&mut smtp, LETTER).await, Outcome::Sent { .. }));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn addresses_beyond_ascii_need_a_server_that_takes_them() {
    let server = FalseSmtp::start(|_, _| None).await;
    let mut smtp = Smtp::new(account(server.port, Mode::None));
    assert!(matches!(carry_to(&mut smtp, "zoë@home.example", LETTER).await, Outcome::Sent { .. }));
    assert!(server.commands().contains(&"MAIL FROM:<complaints@lab.test> SMTPUTF8".to_owned()));
    let old = FalseSmtp::start(|stage, _| (stage == "EHLO").then(|| say("250-old\r\n250 AUTH LOGIN PLAIN"))).await;
    let mut smtp = Smtp::new(account(old.port, Mode::None));
    let got = carry_to(&mut smtp, "zoë@home.example", LETTER).await;
    assert_eq!(got, Outcome::Dead { code: None, why: Why::NotOffered, answer: String::new() });
    assert!(matches!(carry(&mut smtp, LETTER).await, Outcome::Sent { .. }));
    // A domain has a form that any server takes.
    assert!(matches!(carry_to(&mut smtp, "zoe@b\u{fc}cher.example", LETTER).await, Outcome::Sent { .. }));
    assert!(old.commands().contains(&"RCPT TO:<zoe@xn--bcher-kva.example>".to_owned()));
}

#[tokio::test]
async fn what_is_no_mail_is_not_sent() {
    let server = FalseSmtp::start(|_, _| None).await;
    for bytes in [&b"a\n.\nb"[..], b"a\r", b"a\rb\r\n", b"\n"] {
        let got = carry(&mut Smtp::new(account(server.port, Mode::None)), bytes).await;
        assert_eq!(got, Outcome::Dead { code: None, why: Why::Malformed, answer: String::new() });
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn no_password_goes_out_where_starttls_fails() {
    let offers = "250-false\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n";
    // Not offered; refused; answered together with what only belongs behind the handshake; followed by no TLS.
    let cases: [(&str, Option<&str>, Option<&str>); 4] = [
        ("not offered", None, None),
        ("refused", Some(offers), Some("454 4.7.0 not now\r\n")),
        ("slipped in", Some(offers), Some("220 go\r\n250-x\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n")),
        ("no handshake", Some(offers), Some("220 go\r\n")),
    ];
    for (name, ehlo, starttls) in cases {
        let server = FalseSmtp::start(move |stage, _| match stage {
            "EHLO" => ehlo.map(|text| Fault::Say(text.into())),
            "STARTTLS" => starttls.map(|text| Fault::Break(text.into())),
            _ => None,
        })
        .await;
        let got = carry(&mut Smtp::new(account(server.port, Mode::Starttls)), LETTER).await;
        let Outcome::Deferred { why, .. } = got else { panic!("{name}: {got:?}") };
        assert_eq!(why == Why::Protocol, name == "slipped in", "{name}: {why:?}");
        assert!(server.accepted().is_empty() && server.commands().iter().all(|line| !line.starts_with("AUTH")), "{name}");
    }
}

#[tokio::test]
async fn plain_text_never_leaves_this_machine() {
    // TEST-NET-1 (RFC 5737): refused before anything is sent there.
    let mut account = account(25, Mode::None);
    account.endpoint.host = "192.0.2.1".into();
    let got = carry(&mut Smtp::new(account.clone()), LETTER).await;
    assert!(matches!(got, Outcome::Deferred { why: Why::Tls, blocked: true, .. }), "{got:?}");
    let said = Smtp::new(account).probe(&[]).await;
    assert!(said[0].says.contains("only for this machine itself"), "{said:?}");
}
