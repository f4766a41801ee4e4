//! The power cut where others call us, and we call others: a platform's comment and the answer to it, and what the case system is told.

use super::{MAILS, files};
use crate::servers::program::Program;
use crate::servers::until;
use crate::servers::web::{Asked, Reply, Web};
use postroom::signature;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};

const SECRET: &str = "postroom-test-app-secret";

/// A complaint under a post of this very minute, so that every way to answer it is open.
fn comment() -> String {
    let now = postroom::ambient::Ambient::system().now().as_second();
    json!({ "object": "page", "entry": [{ "id": "1000001", "time": now, "changes": [{ "field": "feed", "value": {
        "item": "comment", "verb": "add", "comment_id": "1000001_2", "post_id": "1000001_3", "parent_id": "1000001_3",
        "from": { "id": "4000004", "name": "Ada Barlow" }, "message": "Our boiler has been off for three weeks. I rang twice and nobody came.",
        "created_time": now } }] }] })
    .to_string()
}

fn with_platform(web: &Web) -> Program {
    let program = Program::new(&format!(
        "[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[[source]]\nname = \"facebook\"\nkind = \"webhook\"\nplatform = \"meta\"\n\
         app_secret_file = \"secret\"\nverify_token_file = \"verify\"\napi_url = \"{}\"\naccess_token_file = \"token\"\nletters_from = \"all\"\n",
        web.url("")
    ));
    for (name, text) in [("secret", SECRET), ("verify", "meatyhamhock"), ("token", "T-1")] {
        program.write(name, text);
    }
    program
}

/// As the platform calls: true when it was thanked.
fn call(program: &Program, body: &str) -> bool {
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", program.port)) else { return false };
    let _ = write!(
        stream,
        "POST /webhooks/facebook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\nX-Hub-Signature-256: {}\r\n\r\n{body}",
        body.len(),
        signature::meta(SECRET.as_bytes(), body.as_bytes())
    );
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.starts_with("HTTP/1.1 200")
}

fn posts(web: &Web) -> usize {
    web.asked().iter().filter(|a| a.method == "POST").count()
}

#[test]
fn killed_at_any_commit_a_comment_is_one_case_and_is_answered_once_or_by_a_person() {
    for fault in [
        "before:receive",
        "after:receive",
        "before:decide",
        "after:decide",
        "before:claim-letters",
        "after:claim-letters",
        "before:letter-sent",
        "after:letter-sent",
    ] {
        let web = Web::start(|_, n| Reply::Json(200, json!({ "recipient_id": "psid-7", "message_id": format!("m_out{n}") })));
        let (mut program, body) = (with_platform(&web), comment());
        let taking_in = fault.contains("receive") || fault.contains("decide");
        program.set("POSTROOM_FAULT", if taking_in { fault } else { "after:decide" });
        program.start();
        // Who is not thanked calls again.
        let thanked = call(&program, &body);
        assert!(!fault.contains("receive") || !thanked, "{fault}");
        until(&format!("the program dies {fault}"), || program.ended());
        if !taking_in {
            program.set("POSTROOM_FAULT", fault);
            program.spawn();
            until(&format!("the program dies {fault}"), || program.ended());
        }
        program.set("POSTROOM_FAULT", "");
        // Long enough for what is unknown to be put before a person.
        program.set("POSTROOM_CLOCK_AHEAD", "80m");
        program.start();
        assert!(call(&program, &body), "{fault}");
        let mut states = Vec::new();
        until(&format!("all is done after {fault}"), || {
            states = program.json(&["outbox", "list", "--json"]).iter().map(|l| l["state"].as_str().unwrap().to_owned()).collect();
            states == ["sent"] || states == ["dead"]
        });
        let tasks = program.json(&["review", "list", "--json"]);
        let asks = tasks.iter().filter(|t| t["says"].as_str().is_some_and(|s| s.contains("look there whether it arrived"))).count();
        match (fault, states[0].as_str()) {
            // The platform has it, and nobody wrote that down: it is never said twice by itself.
            ("before:letter-sent", state) => assert_eq!((posts(&web), asks, state), (1, 1, "dead")),
            (_, "sent") => assert_eq!((posts(&web), asks), (1, 0), "{fault}"),
            // Marked as on its way, and it never left.
            ("after:claim-letters", _) => assert_eq!((posts(&web), asks), (0, 1)),
            other => panic!("{other:?}"),
        }
        assert_eq!(program.json(&["case", "list", "--json"]).len(), 1, "{fault}");
        assert_eq!(program.stop(), Some(0), "{fault}");
    }
}

fn with_case_system(web: &Web) -> Program {
    let program = Program::new(&format!(
        "[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[landlord.events]\nurl = \"{}\"\nsecret_file = \"secret\"\n\
         [[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\n",
        web.url("/hooks")
    ));
    program.write("secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(program.path("inbox").join(folder)).unwrap();
    }
    program
}

#[test]
fn killed_at_each_step_of_telling_the_case_system_hears_everything_at_least_once_and_in_order() {
    let web = Web::start(|_, _| Reply::Json(200, json!({})));
    let mut program = with_case_system(&web);
    // In turn: when it first knows of a case system (and nothing has happened yet); when what is to be told is fixed; told and not noted, twice; told and noted.
    let faults = ["after:event", "before:event", "after:event", "before:event", "before:event", "after:event"];
    for (n, fault) in faults.into_iter().enumerate() {
        program.set("POSTROOM_FAULT", fault);
        program.spawn();
        until(&format!("the program dies {fault}"), || program.ended());
        if n == 0 {
            MAILS.iter().for_each(|(name, mail)| program.write(&format!("inbox/new/{name}"), mail));
        }
    }
    program.set("POSTROOM_FAULT", "");
    // A letter may have been on its way when the power went: it is sent again when its time has come.
    program.set("POSTROOM_CLOCK_AHEAD", "80m");
    program.start();
    until("all is told", || {
        let events = program.json(&["events", "list", "--json"]);
        files(&program, "inbox/new").is_empty()
            && events.len() >= 4
            && events.iter().all(|e| e["state"] == "sent")
            && program.json(&["outbox", "list", "--json"]).iter().all(|l| l["state"] == "sent")
    });
    let events = program.json(&["events", "list", "--json"]);
    let asked = web.asked();
    let position = |a: &Asked| a.json()["data"]["position"].as_i64().unwrap();
    let mut heard: BTreeMap<i64, Vec<&Asked>> = BTreeMap::new();
    asked.iter().for_each(|a| heard.entry(position(a)).or_default().push(a));
    let listed: Vec<i64> = events.iter().map(|e: &Value| e["position"].as_i64().unwrap()).collect();
    assert_eq!(heard.keys().copied().collect::<Vec<_>>(), listed, "each at least once");
    assert_eq!(heard.values().map(Vec::len).max(), Some(3), "told, and not noted, twice; then noted");
    for again in heard.values() {
        let same = |a: &&Asked| (a.header("webhook-id"), &a.body) == (again[0].header("webhook-id"), &again[0].body);
        assert!(again.iter().all(same), "the same event at every try");
    }
    // Within a case nothing overtakes: what was heard last is never older than what was heard before, but for the same again.
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for one in &asked {
        let reference = one.json()["data"]["reference"].as_str().unwrap().to_owned();
        let before = last.insert(reference, position(one)).unwrap_or(0);
        assert!(position(one) >= before, "{} after {before}", position(one));
    }
    assert_eq!(program.stop(), Some(0));
}
