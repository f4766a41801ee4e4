//! Webhooks, from outside in: what is proven is committed before it is thanked for, and what is not proven does not get in.

mod forged;
mod slow;

use crate::servers::inlet::Memory;
use crate::servers::program::Program;
use crate::servers::until;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use postroom::ambient::Ambient;
use postroom::signature::{self, standard};
use postroom::source::form;
use postroom::source::webhook::{self, Door, Limits, Lock};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::num::NonZeroU32;
use std::sync::Arc;
use tower::Service;

const META: &[u8] = b"postroom-test-app-secret";
const WHATSAPP: &[u8] = b"postroom-test-whatsapp-secret";
const X: &[u8] = b"postroom-test-consumer-secret";
const FORM: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const NOW: i64 = 1_772_442_840;

/// A door of each lock, and a form, over an inlet in memory, at a clock that stands until it is moved.
struct House {
    inlet: Memory,
    router: Router,
    ambient: Ambient,
}

fn house() -> House {
    let (inlet, ambient) = (Memory::default(), Ambient::at(Timestamp::from_second(NOW).unwrap()));
    let door = |name: &str, lock| Door { name: name.into(), lock };
    let doors = vec![
        door("meta", Lock::Meta { secrets: vec![META.to_vec(), b"the old secret".to_vec()], verify_token: b"meatyhamhock".to_vec() }),
        door("whatsapp", Lock::Meta { secrets: vec![WHATSAPP.to_vec()], verify_token: b"meatyhamhock".to_vec() }),
        door("x", Lock::X { secrets: vec![X.to_vec()] }),
        door("form", Lock::Standard { keys: standard::keys(FORM).unwrap() }),
    ];
    let limits = Arc::new(Limits::new(NonZeroU32::MAX, webhook::PATIENCE));
    let look: form::Look = Arc::new(|name| (name == "complaints").then(form::Sheet::default));
    let pages = form::router(look, inlet.clone(), ambient.clone(), limits.clone());
    let router = webhook::router(doors, inlet.clone(), ambient.clone(), limits).merge(pages);
    House { inlet, router, ambient }
}

impl House {
    async fn ask(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().call(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, call: &Call) -> StatusCode {
        let mut request = Request::post(format!("/webhooks/{}", call.to));
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        self.ask(request.body(Body::from(call.body.clone())).unwrap()).await.0
    }
}

#[derive(Clone)]
struct Call {
    to: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn meta(body: &str) -> Call {
    Call { to: "meta", headers: vec![("x-hub-signature-256", signature::meta(META, body.as_bytes()))], body: body.into() }
}

fn whatsapp(body: &str) -> Call {
    Call { to: "whatsapp", headers: vec![("x-hub-signature-256", signature::meta(WHATSAPP, body.as_bytes()))], body: body.into() }
}

fn x(body: &str) -> Call {
    Call { to: "x", headers: vec![("x-twitter-webhooks-signature", signature::x(X, body.as_bytes()))], body: body.into() }
}

fn submitted(id: &str, at: i64, body: &str) -> Call {
    let keys = standard::keys(FORM).unwrap();
    let signed = standard::sign(&keys, id, Timestamp::from_second(at).unwrap(), body.as_bytes());
    let headers = vec![("webhook-id", id.to_owned()), ("webhook-timestamp", at.to_string()), ("webhook-signature", signed)];
    Call { to: "form", headers, body: body.into() }
}

fn comment(id: u32) -> String {
    format!(
        r#"{{"object":"page","entry":[{{"id":"1","time":{NOW},"changes":[{{"field":"feed","value":{{"item":"comment","verb":"add","comment_id":"1_{id}","post_id":"1_1","from":{{"id":"7","name":"A Resident"}},"message":"No heating at the caf\u00e9 flats for a week, I want to complain","created_time":{NOW}}}}}]}}]}}"#
    )
}

#[tokio::test]
async fn each_platform_is_believed_by_its_own_proof_and_kept_to_the_byte() {
    let house = house();
    let calls = [
        meta(&comment(1)),
        x(r#"{"for_user_id":"1111","tweet_create_events":[]}"#),
        submitted("msg_1", NOW - 300, r#"{"message":"no heating"}"#),
        // Nothing that we use, and nothing that can be read: thanked for all the same, so that the platform does not unsubscribe us.
        meta(r#"{"object":"page","entry":[{"id":"1","changes":[{"field":"something_new","value":{}}]}]}"#),
        submitted("msg_2", NOW, "{\"message\":"),
    ];
    for call in &calls {
        assert_eq!(house.post(call).await, StatusCode::OK, "{}", call.to);
    }
    let kept: Vec<Vec<u8>> = house.inlet.arrivals().into_iter().map(|a| a.bytes).collect();
    assert_eq!(kept, calls.map(|c| c.body));
    // The secret before this one is good until it is taken out of the file.
    let old = Call { headers: vec![("x-hub-signature-256", signature::meta(b"the old secret", b"{}"))], ..meta("{}") };
    assert_eq!(house.post(&old).await, StatusCode::OK);
}

#[tokio::test]
async fn a_platform_is_answered_its_challenge_and_nobody_else_is() {
    let house = house();
    let ok = |text: &str| (StatusCode::OK, text.to_owned());
    let asked = "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
    assert_eq!(house.get(&format!("{asked}meatyhamhock")).await, ok("1158201444"));
    for wrong in ["", "meatyhamhoc", "MEATYHAMHOCK"] {
        assert_eq!(house.get(&format!("{asked}{wrong}")).await, (StatusCode::FORBIDDEN, String::new()));
    }
    assert_eq!(house.get("/webhooks/meta?hub.verify_token=meatyhamhock&hub.challenge=1").await.0, StatusCode::FORBIDDEN);
    let answer = r#"{"response_token":"sha256=POIqbeah5Gz22gQLpEL6QGHDi2u/xzAXFJ70Np0F8PE="}"#;
    assert_eq!(house.get("/webhooks/x?crc_token=challenge_string").await, ok(answer));
    assert_eq!(house.get("/webhooks/nobody").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.get("/webhooks/form").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn xs_challenge_signs_nothing_that_could_be_a_post() {
    let house = house();
    let post = "%7B%22for_user_id%22%3A%221111%22%7D";
    assert_eq!(house.get(&format!("/webhooks/x?crc_token={post}")).await.0, StatusCode::FORBIDDEN);
    // What the challenge does sign is no post.
    assert_eq!(house.post(&x("challenge_string")).await, StatusCode::BAD_REQUEST);
    assert_eq!(house.inlet.count(), 0);
}

#[tokio::test]
async fn what_could_not_be_committed_is_not_thanked_for() {
    let house = house();
    house.inlet.refuse(true);
    assert_eq!(house.post(&meta(&comment(1))).await, StatusCode::SERVICE_UNAVAILABLE);
    house.inlet.refuse(false);
    assert_eq!(house.post(&meta(&comment(1))).await, StatusCode::OK);
    assert_eq!(house.inlet.turned_away(), ["not_committed"]);
}

/// The whole program, with a source of each platform.
fn program(store: &str) -> Program {
    let program = Program::new(&format!(
        "[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n\
         [[source]]\nname = \"meta\"\nkind = \"webhook\"\nplatform = \"meta\"\napp_secret_file = \"meta\"\nverify_token_file = \"token\"\n\
         [[source]]\nname = \"x\"\nkind = \"webhook\"\nplatform = \"x\"\nconsumer_secret_file = \"x\"\n\
         [[source]]\nname = \"form\"\nkind = \"webhook\"\nplatform = \"webform\"\nsecret_file = \"form\"\n"
    ));
    program.write("meta", std::str::from_utf8(META).unwrap());
    program.write("token", "meatyhamhock");
    program.write("x", std::str::from_utf8(X).unwrap());
    program.write("form", FORM);
    program
}

/// The head of a call, written to the wire as a platform would.
fn head(call: &Call) -> String {
    let headers: String = call.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("POST /webhooks/{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}", call.to)
}

fn send(program: &Program, call: &Call) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    write!(stream, "{}Content-Length: {}\r\nConnection: close\r\n\r\n", head(call), call.body.len()).unwrap();
    // A daemon that refuses from the headers alone may hang up before the body is out.
    let _ = stream.write_all(&call.body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

fn now() -> i64 {
    Ambient::system().now().as_second()
}

#[test]
fn posted_to_the_daemon_it_becomes_a_case_and_a_letter_once() {
    let mut program = program("sqlite");
    program.start();
    let words = r#"{"name":"Ada Barlow","email":"ada@home.example","phone":"","address":"4 Elm Court","message":"I want to make a complaint. My kitchen ceiling has leaked for three weeks, I rang twice and nobody came."}"#;
    assert_eq!(send(&program, &submitted("msg_1", now(), words)), "HTTP/1.1 200 OK");
    // The same again, signed anew as its sender does on each try.
    assert_eq!(send(&program, &submitted("msg_1", now() + 1, words)), "HTTP/1.1 200 OK");
    // A comment; the same in a batch with another; our own echo and a like.
    assert_eq!(send(&program, &meta(&comment(1))), "HTTP/1.1 200 OK");
    let batch = |ids: [u32; 2]| comment(ids[0]).replace("]}]}", &format!(",{}", comment(ids[1]).split_once("\"changes\":[").unwrap().1));
    assert_eq!(send(&program, &meta(&batch([1, 2]))), "HTTP/1.1 200 OK");
    let like = comment(1).replace("\"item\":\"comment\"", "\"item\":\"like\"");
    let own = comment(3).replace("\"from\":{\"id\":\"7\"", "\"from\":{\"id\":\"1\"");
    for quiet in [like, own] {
        assert_eq!(send(&program, &meta(&quiet)), "HTTP/1.1 200 OK");
    }
    until("all is decided and answered", || {
        let letters = program.json(&["outbox", "list", "--json"]);
        program.get("/readyz").is_some_and(|r| r.contains("\"oldest_undecided_seconds\":0"))
            && program.metric("postroom_decided_total{kind=\"automatic\"}") == 2.0
            && letters.iter().any(|l| l["state"] == "sent")
    });
    let cases = program.json(&["case", "list", "--json"]);
    assert_eq!(cases.len(), 2, "one of the form, one of the comments: {cases:?}");
    let letters = program.json(&["outbox", "list", "--json"]);
    assert_eq!(letters.iter().filter(|l| l["reply"] == "acknowledge_stage1").count(), 1, "{letters:?}");
    assert_eq!(program.metric("postroom_received_total{source=\"form\"}"), 1.0);
    assert_eq!(program.stop(), Some(0));
    assert!(!program.log().contains("Barlow") && !program.log().contains("Resident"));
}

#[test]
fn a_body_one_byte_too_long_is_refused_before_it_is_read() {
    let mut program = program("sqlite");
    program.start();
    let large = |size: usize| meta(&format!("{{{}}}", " ".repeat(size - 2)));
    assert_eq!(send(&program, &large(1_000_000)), "HTTP/1.1 200 OK");
    // Told by its length: the answer comes while nothing of the body was sent.
    let long = large(1_000_001);
    let mut stream = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    write!(stream, "{}Content-Length: 1000001\r\n\r\n", head(&long)).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    // Not told: it is cut off at the byte too many, and this one never ends.
    let mut stream = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    write!(stream, "{}Transfer-Encoding: chunked\r\n\r\nF4241\r\n", head(&long)).unwrap();
    stream.write_all(&long.body).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    // Headers have their bounds too.
    let mut stream = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    let _ = write!(stream, "{}X-Much: {}\r\n\r\n", head(&long), "a".repeat(20_000));
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431");
    assert_eq!(program.metric("postroom_calls_turned_away_total{source=\"meta\",why=\"too_large\"}"), 2.0);
}

#[test]
fn killed_between_commit_and_answer_it_has_the_message_and_the_next_try_adds_none() {
    for (fault, kept) in [("before:receive", 0.0), ("after:receive", 1.0)] {
        let mut program = program("sqlite");
        program.set("POSTROOM_FAULT", fault);
        program.start();
        let call = submitted(
            "msg_1",
            now(),
            r#"{"name":"Ada Barlow","email":"ada@home.example","message":"I want to complain: no heating for a week."}"#,
        );
        assert_eq!(send(&program, &call), "", "nobody is thanked");
        until("the program dies", || program.ended());
        program.set("POSTROOM_FAULT", "");
        program.start();
        assert_eq!(send(&program, &call), "HTTP/1.1 200 OK");
        assert_eq!(program.metric("postroom_received_total{source=\"form\"}"), 1.0 - kept, "{fault}");
        until("it is decided", || program.json(&["case", "list", "--json"]).len() == 1);
        assert_eq!(program.stop(), Some(0));
    }
}

#[test]
fn a_clock_of_another_day_is_no_excuse() {
    // A sender whose clock is wrong is turned away, and says so by its own retries; nothing is taken in meanwhile.
    let mut program = program("sqlite");
    program.start();
    let late = SignedDuration::from_hours(1).as_secs();
    assert_eq!(send(&program, &submitted("msg_1", now() - late, "{}")), "HTTP/1.1 401 Unauthorized");
    assert_eq!(program.metric("postroom_calls_turned_away_total{source=\"form\",why=\"stale\"}"), 1.0);
}

#[test]
fn what_is_edited_or_deleted_stays_on_record_and_is_answered_by_nobody_twice() {
    let mut program = program("sqlite");
    program.start();
    let first = comment(1);
    let edited = first.replace("\"verb\":\"add\"", "\"verb\":\"edited\"").replace("for a week", "for two weeks");
    let removed = first.replace("\"verb\":\"add\"", "\"verb\":\"remove\"");
    for body in [&first, &edited, &removed, &edited] {
        assert_eq!(send(&program, &meta(body)), "HTTP/1.1 200 OK");
    }
    until("all three are on the case", || {
        let cases = program.json(&["case", "list", "--json"]);
        let Some(reference) = cases.first().and_then(|c| c["reference"].as_str()) else { return false };
        assert_eq!(cases.len(), 1, "{cases:?}");
        let case = &program.json(&["case", "show", reference, "--json"])[0];
        let journal: Vec<&str> = case["journal"].as_array().unwrap().iter().filter_map(|e| e["what"].as_str()).collect();
        journal.contains(&"edited") && journal.contains(&"removed") && case["messages"].as_array().unwrap().len() == 3
    });
    let letters = program.json(&["outbox", "list", "--json"]);
    assert!(letters.iter().filter(|l| l["reply"] == "take_offline").count() <= 1, "{letters:?}");
    assert_eq!(program.stop(), Some(0));
}

/// Platforms promise no order: an edit, or a deletion, may come before what it changes.
#[test]
fn an_edit_or_a_deletion_that_comes_first_waits_for_what_it_changes() {
    let mut program = program("sqlite");
    program.start();
    let (first, second) = (comment(1), comment(2).replace("\"7\"", "\"8\"").replace("A Resident", "Another Person"));
    let edited = first.replace("\"verb\":\"add\"", "\"verb\":\"edited\"").replace("for a week", "for two weeks");
    let removed = second.replace("\"verb\":\"add\"", "\"verb\":\"remove\"");
    for body in [&edited, &removed, &first, &second] {
        assert_eq!(send(&program, &meta(body)), "HTTP/1.1 200 OK");
        until("it is decided", || program.get("/readyz").is_some_and(|r| r.contains("\"oldest_undecided_seconds\":0")));
    }
    let mut changes = Vec::new();
    until("both are in the journals of two cases", || {
        let cases = program.json(&["case", "list", "--json"]);
        changes = cases
            .iter()
            .flat_map(|c| program.json(&["case", "show", c["reference"].as_str().unwrap(), "--json"]))
            .map(|case| journal(&case))
            .collect();
        changes.iter().flatten().any(|e| e == "edited") && changes.iter().flatten().any(|e| e == "removed")
    });
    assert_eq!(changes.len(), 2, "the edit and what it edits are of one case: {changes:?}");
    let letters = program.json(&["outbox", "list", "--json"]);
    assert!(letters.iter().filter(|l| l["reply"] == "take_offline").count() <= 2, "{letters:?}");
    assert_eq!(program.stop(), Some(0));
}

fn journal(case: &serde_json::Value) -> Vec<String> {
    case["journal"].as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap().to_owned()).collect()
}

/// An id is one event's. What comes under it with other words is somebody's all the same: kept, decided, and told of.
#[test]
fn an_id_that_is_used_again_loses_nothing_and_is_told_of() {
    let mut program = program("sqlite");
    program.start();
    let words =
        |name: &str, what: &str| format!(r#"{{"name":"{name}","email":"{name}@home.example","message":"I want to complain: {what}."}}"#);
    for (name, what) in
        [("ada", "no heating for a week"), ("tom", "the lift has been broken since May and nobody came"), ("ada", "no heating for a week")]
    {
        assert_eq!(send(&program, &submitted("msg_1", now(), &words(name, what))), "HTTP/1.1 200 OK");
    }
    until("each is a case", || program.json(&["case", "list", "--json"]).len() == 2);
    let told: Vec<_> = program.json(&["review", "list", "--json"]).into_iter().filter(|r| r["cause"] == "id_reused").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(program.log().contains("\"event\":\"id_reused\""));
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn an_operator_tries_an_endpoint_as_the_platform_would() {
    let mut program = program("sqlite");
    program.start();
    program.write("body.json", &comment(1));
    let run = |arguments: &[&str]| {
        let output = program.output(arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    let file = program.path("body.json").display().to_string();
    let signed = signature::meta(META, comment(1).as_bytes());
    assert_eq!(run(&["webhook", "sign", "meta", &file]), (Some(0), format!("x-hub-signature-256: {signed}\n")));
    let (code, said) = run(&["webhook", "send", "meta", &file]);
    assert!(code == Some(0) && said.ends_with("answered with 200\n"), "{said}");
    assert_eq!(program.metric("postroom_received_total{source=\"meta\"}"), 1.0);
    for name in ["x", "form"] {
        assert_eq!(run(&["webhook", "send", name, &file]).0, Some(0), "{name}");
    }
    assert!(run(&["webhook", "send", "nobody", &file]).1.contains("there are: meta, x, form"));
    let (_, said) = run(&["doctor"]);
    for fine in
        ["source meta: ok: answers the platform's handshake", "source x: ok: answers", "source form: ok: turns a false signature away"]
    {
        assert!(said.contains(fine), "{said}");
    }
    // From outside: where the platform calls, which need not be where the daemon listens.
    let outside = format!("http://localhost:{}", program.port);
    assert!(run(&["doctor", "--url", &outside]).1.contains("source meta: ok: answers the platform's handshake"));
    assert!(run(&["doctor", "--url", "http://127.0.0.1:1"]).1.contains("source meta: warning: nobody answers at 127.0.0.1"));
    // Another secret in the file than the daemon runs with: the doctor sees it from outside.
    program.write("token", "another");
    assert!(run(&["doctor"]).1.contains("source meta: wrong: answers the platform's handshake with 403"));
    assert_eq!(program.stop(), Some(0));
}
