//! The form that Postroom serves: sent by hand, and by a person at a browser with a keyboard.

use crate::servers::program::Program;
use crate::servers::{browser, until};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

fn program() -> Program {
    let mut program =
        Program::new("[[landlord]]\nid = \"home\"\npolicy = \"thrive\"\n[[source]]\nname = \"complaints\"\nkind = \"form\"\n");
    program.start();
    program
}

/// A form as a browser sends it (RFC 7578); answers the status line with the headers, and the page.
fn send(program: &Program, fields: &[(&str, &str)], files: &[(&str, &str)]) -> (String, String) {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    for (name, content) in files {
        body += &format!(
            "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{content}\r\n"
        );
    }
    body += "--b--\r\n";
    let mut stream = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    write!(
        stream,
        "POST /forms/complaints HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    let _ = stream.write_all(body.as_bytes());
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let (head, page) = answer.split_once("\r\n\r\n").unwrap_or_default();
    (head.to_owned(), page.to_owned())
}

const COMPLAINT: &str = "I want to make a complaint. My ceiling has leaked for three weeks, I rang twice and nobody came.";

#[test]
fn what_is_sent_is_stored_before_it_is_thanked_for_and_twice_is_once() {
    let mut program = program();
    let page = program.get("/forms/complaints").unwrap();
    assert!(page.contains("<html lang=\"en-GB\">") && !page.contains("<script"), "{page}");
    let submission = page.split_once("name=\"submission\" value=\"").unwrap().1[..32].to_owned();
    let fields =
        [("submission", &*submission), ("message", COMPLAINT), ("name", "Ada Barlow"), ("email", "ada@home.example"), ("website", "")];
    let files = [("letter.txt", "My letter to you about the leak.")];
    for _ in 0..2 {
        let (head, page) = send(&program, &fields, &files);
        assert!(head.starts_with("HTTP/1.1 200") && page.contains("We have received what you wrote"), "{head}{page}");
        assert!(page.contains("with 1 file") && !page.contains("no way to answer"), "{page}");
        assert!(!head.to_lowercase().contains("set-cookie"));
        for header in ["content-security-policy: default-src 'none'", "cache-control: no-store", "x-content-type-options: nosniff"] {
            assert!(head.to_lowercase().contains(header), "{head}");
        }
    }
    assert_eq!(program.metric("postroom_received_total{source=\"complaints\"}"), 1.0);
    // Gone back, and more written: that is another message, and the same person's.
    let more =
        [("submission", &*submission), ("message", "One thing more: the leak has reached the lights."), ("email", "ada@home.example")];
    assert!(send(&program, &more, &[]).0.starts_with("HTTP/1.1 200"));
    assert_eq!(program.metric("postroom_received_total{source=\"complaints\"}"), 2.0);
    until("it is a case, and a letter has left", || {
        let letters = program.json(&["outbox", "list", "--json"]);
        letters.iter().any(|l| l["reply"] == "acknowledge_stage1" && l["to"] == "ada@home.example" && l["state"] == "sent")
    });
    assert_eq!(program.stop(), Some(0));
    assert!(!program.log().contains("Barlow") && !program.log().contains("ada@"));
}

#[test]
fn what_is_not_stored_is_not_thanked_for_and_what_was_written_is_given_back() {
    let program = program();
    let (head, page) = send(&program, &[("name", "<b>Ada</b> & \"co\"")], &[]);
    assert!(
        head.starts_with("HTTP/1.1 422") && page.contains("Tell us what happened") && page.contains("Nothing has been sent yet"),
        "{page}"
    );
    assert!(!page.contains("<b>Ada") && page.contains("&lt;b&gt;Ada"), "what was written comes back escaped: {page}");
    let (head, page) = send(&program, &[("message", COMPLAINT), ("email", "ada at home")], &[]);
    assert!(head.starts_with("HTTP/1.1 422") && page.contains(COMPLAINT) && page.contains("href=\"#email\""), "{page}");
    // The trap: a person whose browser filled it in sees it, and can empty it.
    let (head, page) = send(&program, &[("message", COMPLAINT), ("website", "https://cheap.example")], &[]);
    assert!(head.starts_with("HTTP/1.1 422") && !page.contains("class=\"trap\"") && page.contains(COMPLAINT), "{page}");
    let large = "a".repeat(10_000_001);
    let (head, page) = send(&program, &[("message", COMPLAINT)], &[("large.txt", &large)]);
    assert!(head.starts_with("HTTP/1.1 413") && page.contains("larger than 10 MB"), "{head}");
    assert_eq!(program.metric("postroom_received_total{source=\"complaints\"}"), 0.0);
    // Nobody can flood it: after a burst from one place there is a pause, said in words.
    let mut answers: Vec<_> = (0..12).map(|_| send(&program, &[("message", COMPLAINT)], &[])).collect();
    let last = answers.pop().unwrap();
    assert!(last.0.starts_with("HTTP/1.1 429") && last.1.contains("We have not received what you wrote"), "{}", last.0);
    assert_eq!(program.get("/forms/nobody"), None);
}

#[test]
fn at_a_telephone_and_at_a_desk_it_is_used_by_keyboard_alone_and_axe_finds_nothing() {
    if !browser::installed() {
        return;
    }
    let shots = browser::shots("shots");
    for width in ["360", "1280"] {
        let program = program();
        let url = format!("http://127.0.0.1:{}/forms/complaints", program.port);
        let said: Value = serde_json::from_slice(&browser::run("form.mjs", &[&url, width, shots.to_str().unwrap()])).unwrap();
        let list = |key: &str| said[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert!(list("serious").is_empty(), "{width}: {:?}", list("serious"));
        assert!(list("wide").is_empty(), "wider than {width} pixels: {:?}", list("wide"));
        let focus = list("focus").join(" ");
        assert!(focus.contains("message outcome files name address email phone"), "the order of the keyboard: {focus}");
        assert!(!focus.contains("website"), "the trap is reached: {focus}");
        assert!(said["alert"].as_str().unwrap().contains("Tell us what happened"), "{said}");
        assert_eq!((&said["alert_focused"], &said["typed_into"]), (&Value::Bool(true), &"message".into()));
        assert_eq!(said["kept"], "No heating for a week & nobody <b>came</b>. I rang twice.");
        assert!(said["thanks"].as_str().unwrap().contains("with 1 file"), "{said}");
        let problem = said["problem"].as_str().unwrap();
        assert!(problem.contains("larger than 10 MB") && problem.contains("We have not received"), "{said}");
        assert_eq!(said["cookies"], 0);
        assert!(list("titles")[1].starts_with("Error: "), "{said}");
    }
}
