//! The main job, end to end, as a resident, a contractor and an operator meet it: mail by real SMTP into a real mailbox, taken in over TLS
//! with IDLE, answered by real SMTP into the resident's own mailbox. On both stores.

use crate::servers::dovecot::{Dovecot, PASSWORD, RESIDENT, USER};
use crate::servers::postfix::Postfix;
use crate::servers::postgres::postgres;
use crate::servers::program::Program;
use crate::servers::{missing, tls::certificates, until};
use mail_parser::{HeaderValue, MessageParser};
use std::io::{BufRead, BufReader, Write};

/// Hands a mail to Postfix as any mail server would.
fn send(postfix: &Postfix, from: &str, to: &str, mail: &str) {
    let stream = std::net::TcpStream::connect(("127.0.0.1", postfix.plain)).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut say = |line: &str, code: &str| {
        (&stream).write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        while answer.as_bytes().get(3) != Some(&b' ') {
            answer.clear();
            answers.read_line(&mut answer).unwrap();
            if answer.starts_with("220") {
                answer.clear();
            }
        }
        assert!(answer.starts_with(code), "{line}: {answer}");
    };
    say("EHLO test.example", "250");
    say(&format!("MAIL FROM:<{from}>"), "250");
    say(&format!("RCPT TO:<{to}>"), "250");
    say("DATA", "354");
    say(&format!("{}\r\n.", mail.replace('\n', "\r\n").trim_end()), "250");
    say("QUIT", "221");
}

const POLICY: &str = r#"
extends = "code"
landlord = "Lab Homes"
mailboxes = ["complaints@lab.test"]
staff_domains = ["lab.test"]
"#;

fn program(dovecot: &Dovecot, postfix: &Postfix, store: &str) -> Program {
    let ca = certificates().join("ca.pem").display().to_string();
    let program = Program::new(&format!(
        r#"
[store]
url = "{store}"
[[landlord]]
id = "lab"
policy = "lab"
team = "team@home.example"
officer = "team@home.example"
[[source]]
name = "complaints"
kind = "imap"
host = "localhost"
port = {}
ca_file = "{ca}"
user = "{USER}"
password_file = "password"
[courier]
kind = "smtp"
host = "localhost"
port = {}
ca_file = "{ca}"
user = "{USER}"
password_file = "password"
"#,
        dovecot.imaps, postfix.submissions
    ));
    program.write("password", PASSWORD);
    program.write("rules/policies/lab.toml", POLICY);
    program
}

const COMPLAINT: &str = "From: Ada Barlow <ada@home.example>
To: complaints@lab.test
Subject: Kitchen ceiling at 4 Mill Lane
Date: Mon, 16 Nov 2026 09:14:00 +0000
Message-ID: <first@home.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello,

I want to make a complaint. My kitchen ceiling has been leaking since 3 November. I rang on the 4th and spoke to Craig, and nobody came.
I would like the leak mended and the ceiling painted.

Ada Barlow
4 Mill Lane
";

const OLD: &str = "From: Tom Lloyd <old@home.example>
To: complaints@lab.test
Subject: Complaint about the bins
Date: Thu, 1 Jan 2026 09:14:00 +0000
Message-ID: <old@home.example>

I want to make a complaint. The bins at Cedar House have not been emptied for five weeks, and nobody answers when I ring.

Tom Lloyd
";

const FORWARD: &str = "From: Axis Repairs - Customer Care <care@axisrepairs.example>
To: complaints@lab.test
Subject: FW: Kitchen door
Date: Mon, 16 Nov 2026 09:32:00 +0000
Message-ID: <forward@axisrepairs.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Please see below from one of your tenants.

Kind regards
Customer Care

________________________________
From: Ada Barlow <ada@home.example>
Sent: 13 November 2026 17:20
To: Axis Repairs - Customer Care <care@axisrepairs.example>
Subject: Kitchen door

I am unhappy with your man who came about my kitchen door. He was rude to my wife and he left the door worse than before. I want to complain.

Ada Barlow
";

fn story(store: &str) {
    if missing("postfix", "postfix") || missing("dovecot", "dovecot-imapd and dovecot-lmtpd") {
        return;
    }
    let dovecot = Dovecot::with("server", Postfix::NEEDS);
    let postfix = Postfix::start(&dovecot);
    let mut program = program(&dovecot, &postfix, store);
    let parse = |mail: &[u8]| MessageParser::default().parse(mail).unwrap().into_owned();
    let header = |mail: &mail_parser::Message<'_>, name: &str| match mail.header(name.to_owned()) {
        Some(HeaderValue::Text(text)) => text.to_string(),
        other => format!("{other:?}"),
    };

    // Yesterday's mail lies in the mailbox before the first connection: taken in, decided, answered by nobody (promise 10).
    dovecot.deliver("INBOX", OLD.as_bytes());
    std::process::Command::new("find")
        .args([
            dovecot.maildir().to_str().unwrap(),
            "-type",
            "f",
            "-path",
            "*/[nc][eu][wr]/*",
            "-exec",
            "touch",
            "-d",
            "2026-01-01",
            "{}",
            ";",
        ])
        .status()
        .unwrap();
    program.start();
    until("the old mail is decided", || program.metric("postroom_decided_total{kind=\"new_complaint\"}") == 1.0);
    assert!(dovecot.residents_post().is_empty());

    // A complaint, and its acknowledgement.
    send(&postfix, RESIDENT, USER, COMPLAINT);
    until("the acknowledgement arrives", || dovecot.residents_post().len() == 1);
    let raw = dovecot.residents_post().remove(0);
    let letter = parse(&raw);
    assert_eq!(header(&letter, "Auto-Submitted"), "auto-replied");
    assert_eq!(header(&letter, "X-Auto-Response-Suppress"), "All");
    assert_eq!(letter.in_reply_to().as_text(), Some("first@home.example"));
    assert_eq!(letter.from().unwrap().first().unwrap().address(), Some(USER));
    assert!(letter.reply_to().is_some(), "{}", String::from_utf8_lossy(&raw));
    let reply_to = letter.reply_to().unwrap().first().unwrap().address().unwrap().to_owned();
    assert!(reply_to.starts_with("complaints+c-") && reply_to.ends_with("@lab.test"), "{reply_to}");
    let cases = program.json(&["case", "list", "--json"]);
    let case = cases
        .iter()
        .find(|c| letter.subject().unwrap().contains(c["reference"].as_str().unwrap()))
        .expect("its reference is in the subject");
    let reference = case["reference"].as_str().unwrap().to_owned();
    let text = letter.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["leaking since 3 November", "Housing Ombudsman", "the leak mended and the ceiling painted", &reference] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let shown = program.json(&["case", "show", &reference, "--json"]).remove(0);
    let duty = |kind: &str| shown["duties"].as_array().unwrap().iter().find(|d| d["kind"] == kind).cloned().unwrap();
    assert_eq!(duty("acknowledge")["state"], "met", "the server's acceptance meets the duty");
    let due: jiff::civil::Date = duty("respond_stage1")["due"].as_str().unwrap().parse().unwrap();
    let written = due.strftime("%A %-d %B %Y").to_string();
    assert!(text.contains(&written), "{written} is not in\n{text}");

    // Her reply, from her own client's reply button, joins the case.
    let answer = format!(
        "From: Ada Barlow <ada@home.example>\nTo: {reply_to}\nSubject: Re: {}\nIn-Reply-To: <{}>\nReferences: <{}>\nDate: Tue, 17 Nov 2026 08:00:00 +0000\n\
         Message-ID: <second@home.example>\n\nPart of the ceiling has come down now, please add that.\n\nOn Mon, 16 Nov 2026 at 09:20, Complaints wrote:\n> Dear Ada Barlow\n",
        letter.subject().unwrap(),
        letter.message_id().unwrap(),
        letter.message_id().unwrap()
    );
    send(&postfix, RESIDENT, &reply_to, &answer);
    until("the addition is confirmed, and the officer told of the ceiling", || dovecot.residents_post().len() == 3);
    let post = dovecot.residents_post();
    let to = |mail: &mail_parser::Message<'_>, who: &str| mail.to().is_some_and(|t| t.first().unwrap().address() == Some(who));
    let second = post[1..].iter().map(|m| parse(m)).find(|m| to(m, "ada@home.example")).expect("the confirmation");
    let notice = post.iter().map(|m| parse(m)).find(|m| to(m, "team@home.example")).expect("danger is told at once");
    assert!(notice.attachments().any(|a| a.message().is_some()), "the notice holds the mail");
    assert!(second.subject().unwrap().contains(&reference));
    assert_eq!(program.json(&["case", "list", "--json"]).len(), 2, "the old mail's case and hers");

    // Her robot answers our letter, and gets nothing.
    let robot = format!(
        "From: Ada Barlow <ada@home.example>\nTo: {reply_to}\nSubject: Automatic reply: {}\nIn-Reply-To: <{}>\nAuto-Submitted: auto-replied (vacation)\n\
         Date: Tue, 17 Nov 2026 08:01:00 +0000\nMessage-ID: <robot@home.example>\n\nI am away until Monday.\n",
        second.subject().unwrap(),
        second.message_id().unwrap()
    );
    send(&postfix, "", &reply_to, &robot);
    until("the robot is known for one", || program.metric("postroom_decided_total{kind=\"automatic\"}") == 1.0);

    // A contractor forwards what another resident wrote: she is acknowledged, and the team has it with the original.
    send(&postfix, "care@axisrepairs.example", USER, FORWARD);
    until("both letters of the forward arrive", || dovecot.residents_post().len() == 5);
    let post: Vec<_> = dovecot.residents_post().iter().map(|m| parse(m)).collect();
    let passed = post
        .iter()
        .find(|m| to(m, "team@home.example") && m.subject().is_some_and(|s| s.starts_with("Passed on")))
        .expect("passed on to the team");
    let original = passed.attachments().find_map(|a| a.message()).expect("the original is attached");
    assert_eq!(original.message_id(), Some("forward@axisrepairs.example"));

    assert_eq!(dovecot.residents_post().len(), 5, "a robot's answer was answered");
    let letters = program.json(&["outbox", "list", "--json"]);
    assert!(letters.iter().all(|l| l["state"] == "sent"), "{letters:?}");
    // Hers, the confirmation, the notice, the forward's two: nothing for the old mail, not even an alarm (promise 10).
    assert_eq!(letters.len(), 5, "{letters:?}");
    assert!(letters.iter().all(|l| l["to"] != "old@home.example"), "{letters:?}");
    for (uid, flags) in dovecot.flags("INBOX") {
        assert!(!flags.contains("Seen"), "mail {uid} was marked as read");
    }
    let reconciled = program.output(&["reconcile"]);
    assert!(reconciled.status.success(), "{}", String::from_utf8_lossy(&reconciled.stdout));
    let doctor = program.output(&["doctor"]);
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    assert_eq!(program.stop(), Some(0), "SIGTERM drains and ends well");
}

#[test]
fn from_a_real_mailbox_to_a_real_acknowledgement_on_sqlite() {
    story("sqlite");
}

#[test]
fn from_a_real_mailbox_to_a_real_acknowledgement_on_postgresql() {
    story(&postgres().database());
}
