//! Events for the landlord's case system and from it: signed, in order, at least once, as the schemas say; and what it may not say.

use crate::servers::postgres::postgres;
use crate::servers::program::Program;
use crate::servers::until;
use crate::servers::web::{Asked, Reply, Web};
use boon::{Compiler, Schemas};
use jiff::{SignedDuration, Timestamp};
use postroom::ambient::Ambient;
use postroom::config::{self, Config};
use postroom::courier::Courier;
use postroom::courier::event::Receiver;
use postroom::pipeline::events::{self, Line};
use postroom::pipeline::outbox::{self, Carrier};
use postroom::pipeline::staff::{self, Act};
use postroom::pipeline::{Works, clock, intake, rulebook};
use postroom::signature::standard;
use postroom::source::{Arrival, Place};
use postroom::store::{self, Db, event, review};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const IN_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn valid(schema: &str, body: &Value) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let index = compiler.compile(file.to_str().unwrap(), &mut schemas).unwrap();
    schemas.validate(body, index).map_err(|e| format!("{e:#}\n{body:#}"))
}

struct Desk {
    dir: TempDir,
    config: Config,
    works: Arc<Works>,
    line: Line,
    mail: Courier,
}

impl Desk {
    async fn open(web: &Web, store: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let text = format!(
            "data = \"data\"\n[store]\nurl = \"{store}\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[landlord.events]\nurl = \"{}\"\nsecret_file = \"secret\"\n\
             [[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\n",
            web.url("/hooks")
        );
        std::fs::create_dir_all(dir.path().join("data")).unwrap();
        std::fs::write(dir.path().join("postroom.toml"), text).unwrap();
        std::fs::write(dir.path().join("secret"), SECRET).unwrap();
        let config = config::load(Some(&dir.path().join("postroom.toml"))).unwrap();
        let db = Db::open(&config.store_url, &config.data).await.unwrap();
        db.migrate().await.unwrap();
        let rulebook = Arc::new(rulebook::load(None).unwrap());
        let works = Arc::new(Works::new(&config, rulebook, db, Ambient::at(at("2026-03-02T09:20:00Z"))).await.unwrap());
        let line = Line::all(&config).unwrap().remove(0);
        events::begin(&works, &line).await.unwrap();
        Desk { mail: Courier::of(&config.courier).unwrap(), dir, config, works, line }
    }

    async fn complains(&mut self, who: &str) -> String {
        let mail = format!(
            "From: {who} Barlow <{who}@home.example>\nTo: complaints@landlord.example\nSubject: Kitchen ceiling\nMessage-ID: <{who}@home.example>\n\n\
             I want to make a complaint. My ceiling has leaked for three weeks, I rang twice and nobody came.\n"
        );
        let arrival =
            Arrival { place: Place::File(who.into()), bytes: mail.into(), received_at: self.works.ambient.now(), defects: Vec::new() };
        self.works.receive("spool", vec![arrival]).await.unwrap();
        intake::drain(&self.works).await.unwrap();
        outbox::drain(&self.works, &mut Carrier::Mail(&mut self.mail), "test", &AtomicBool::new(false)).await.unwrap();
        let mut tx = self.works.db.read().await.unwrap();
        store::case::list(&mut tx, &store::case::Filter::default(), 0, 100).await.unwrap().pop().unwrap().reference.0
    }

    async fn drain(&mut self) {
        events::drain(&self.works, &mut self.line, "test", &AtomicBool::new(false)).await.unwrap();
    }

    async fn states(&self) -> Vec<String> {
        let mut tx = self.works.db.read().await.unwrap();
        event::list(&mut tx, "home", None, 0, 100).await.unwrap().into_iter().map(|r| r.state).collect()
    }
}

fn ok(_: &Asked, _: usize) -> Reply {
    Reply::Json(200, json!({}))
}

fn kinds(web: &Web) -> Vec<String> {
    web.asked().iter().map(|a| a.json()["type"].as_str().unwrap().to_owned()).collect()
}

fn verified(asked: &Asked, now: Timestamp) -> bool {
    let header = |name: &str| asked.header(name).unwrap_or_default();
    let keys = standard::keys(SECRET).unwrap();
    let (id, stamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    standard::verify(&keys, id, stamp, signature, asked.body.as_bytes(), now).is_ok()
}

async fn whole_life(store: &str) {
    let web = Web::start(ok);
    let mut desk = Desk::open(&web, store).await;
    let reference = desk.complains("ada").await;
    for act in [Act::Defined, Act::Stage1Response, Act::Stage2Open, Act::Stage2Response, Act::Close, Act::Reopen] {
        let who = if act == Act::Stage2Response { "Second Officer" } else { "First Officer" };
        staff::record(&desk.works, &reference, act, who, Some("Ada rang about her ceiling")).await.unwrap();
    }
    desk.drain().await;
    let told = [
        "complaint.created",
        "complaint.acknowledged",
        "complaint.defined",
        "complaint.stage1_response_issued",
        "complaint.stage2_opened",
        "complaint.stage2_response_issued",
        "complaint.closed",
        "complaint.reopened",
    ];
    assert_eq!(kinds(&web), told);
    let mut last = 0;
    for asked in web.asked() {
        assert!(verified(&asked, desk.works.ambient.now()));
        assert!(!verified(&Asked { body: asked.body.replace("home", "away"), ..asked.clone() }, desk.works.ambient.now()));
        let body = asked.json();
        valid("events.schema.json", &body).unwrap();
        assert!(body["data"]["position"].as_i64().unwrap() > last);
        last = body["data"]["position"].as_i64().unwrap();
        for theirs in ["ada", "Barlow", "ceiling", "home.example"] {
            assert!(!asked.body.contains(theirs), "{theirs} stands in {body:#}");
        }
    }
    let opened = &web.asked()[0].json()["data"];
    assert_eq!(
        (&opened["stage"], &opened["message"]["kind"], &opened["service_request_continues"]),
        (&json!("stage1"), &json!("new_complaint"), &json!(true))
    );
    assert!(opened["duties"].as_array().unwrap().iter().any(|d| d["duty"] == "acknowledge" && d["due"] == "2026-03-09"), "{opened:#}");
    assert!(valid("events.schema.json", &json!({ "type": "complaint.created", "timestamp": "2026-03-02T09:20:00Z", "data": {} })).is_err());

    // From a position on, everything goes out again, under the same ids and with the same bytes.
    let from = web.asked()[6].json()["data"]["position"].as_i64().unwrap();
    assert_eq!(events::replay(&desk.works, "home", from).await.unwrap(), 2);
    desk.drain().await;
    let asked = web.asked();
    assert_eq!(asked.len(), 10);
    for (first, again) in asked[6..8].iter().zip(&asked[8..]) {
        assert_eq!((first.header("webhook-id"), &first.body), (again.header("webhook-id"), &again.body));
    }
    desk.works.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_told_from_its_first_day_to_its_last_on_sqlite() {
    whole_life("sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_told_from_its_first_day_to_its_last_on_postgresql() {
    whole_life(&postgres().database()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_falls_due_and_what_is_late_is_told_once_each() {
    let web = Web::start(ok);
    let mut desk = Desk::open(&web, "sqlite").await;
    desk.complains("ada").await;
    desk.drain().await;
    // The acknowledgement is sent; to define the complaint is a person's, within five working days of the Monday on which it came.
    for (day, told) in [("05", 1), ("06", 2), ("09", 2), ("10", 3)] {
        for time in ["08:00", "17:30"] {
            desk.works.ambient.set(at(&format!("2026-03-{day}T{time}:00Z")));
            clock::tick(&desk.works).await.unwrap();
            desk.drain().await;
        }
        let warned: Vec<Value> = web.asked().iter().map(Asked::json).filter(|e| e["data"]["duty"]["duty"] == "define").collect();
        assert_eq!(warned.len(), told, "by 2026-03-{day}: {warned:#?}");
    }
    let warned: Vec<Value> = web.asked().iter().map(Asked::json).filter(|e| e["data"]["duty"]["duty"] == "define").collect();
    for event in &warned {
        valid("events.schema.json", event).unwrap();
        assert_eq!(event["data"]["duty"]["due"], "2026-03-09");
    }
    let said = |e: &Value| (e["type"].as_str().unwrap().to_owned(), e["data"]["duty"]["working_days_left"].clone());
    assert_eq!(
        warned.iter().map(said).collect::<Vec<_>>(),
        [
            ("complaint.due_soon".to_owned(), json!(2)),
            ("complaint.due_soon".to_owned(), json!(1)),
            ("complaint.overdue".to_owned(), Value::Null)
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_case_that_is_not_taken_holds_up_itself_and_no_other() {
    let refuses = |asked: &Asked, _: usize| match asked.body.contains("PR-2026-000001") {
        true => Reply::Json(500, json!({})),
        false => Reply::Json(204, json!({})),
    };
    let web = Web::start(refuses);
    let mut desk = Desk::open(&web, "sqlite").await;
    desk.complains("ada").await;
    desk.complains("tom").await;
    desk.drain().await;
    desk.drain().await;
    assert_eq!(desk.states().await, ["queued", "queued", "sent", "sent"]);
    let of_first: Vec<_> = web.asked().into_iter().filter(|a| a.body.contains("PR-2026-000001")).collect();
    assert!(of_first.iter().all(|a| a.json()["type"] == "complaint.created"), "what follows waits for what came before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_is_down_is_asked_for_three_days_and_then_a_person_is_told() {
    let web = Web::start(|_, _| Reply::HangUp);
    let mut desk = Desk::open(&web, "sqlite").await;
    desk.complains("ada").await;
    let begun = desk.works.ambient.now();
    while desk.states().await[0] == "queued" {
        desk.drain().await;
        desk.works.ambient.advance(SignedDuration::from_mins(1));
        assert!(desk.works.ambient.now().duration_since(begun) < SignedDuration::from_hours(100), "given up at last");
    }
    assert!(desk.works.ambient.now().duration_since(begun) > SignedDuration::from_hours(72));
    let tries: Vec<_> = web.asked().into_iter().filter(|a| a.json()["type"] == "complaint.created").collect();
    assert_eq!(tries.len(), 10);
    assert!(tries.iter().all(|t| t.header("webhook-id") == tries[0].header("webhook-id") && t.body == tries[0].body));
    assert_ne!(tries[0].header("webhook-signature"), tries[9].header("webhook-signature"), "signed anew at each try");
    let mut tx = desk.works.db.read().await.unwrap();
    let tasks = review::list(&mut tx, &review::Filter::default(), 0, 100).await.unwrap();
    assert!(tasks.iter().any(|t| t.says.contains("events replay --from")), "{tasks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retry_after_is_kept_and_a_system_that_is_back_gets_what_waits_at_once() {
    let web = Web::start(|_, n| if n == 1 { Reply::Wait(503, 3600) } else { Reply::Json(200, json!({})) });
    let mut desk = Desk::open(&web, "sqlite").await;
    desk.complains("ada").await;
    desk.drain().await;
    desk.works.ambient.advance(SignedDuration::from_mins(59));
    desk.drain().await;
    assert_eq!(web.asked().len(), 1);
    desk.works.ambient.advance(SignedDuration::from_mins(2));
    desk.drain().await;
    assert_eq!(kinds(&web), ["complaint.created", "complaint.created", "complaint.acknowledged"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_between_sending_and_noting_tells_it_again_under_the_same_id() {
    let web = Web::start(ok);
    let mut desk = Desk::open(&web, "sqlite").await;
    desk.complains("ada").await;
    desk.drain().await;
    // What a cut leaves: sent, and not noted.
    let sent = web.asked();
    events::replay(&desk.works, "home", sent[0].json()["data"]["position"].as_i64().unwrap()).await.unwrap();
    desk.line = Line::all(&desk.config).unwrap().remove(0);
    desk.drain().await;
    let ids: Vec<_> = web.asked().iter().map(|a| a.header("webhook-id").unwrap().to_owned()).collect();
    assert_eq!(ids[..2], ids[2..]);
    assert!(desk.dir.path().exists());
}

#[tokio::test]
async fn what_happened_before_there_was_a_case_system_is_kept_until_it_is_asked_for() {
    let web = Web::start(ok);
    let mut desk = Desk::open(&web, "sqlite").await;
    let mut tx = desk.works.db.write(None).await.unwrap();
    sqlx_forget(&mut tx).await;
    tx.commit("event").await.unwrap();
    desk.complains("ada").await;
    events::begin(&desk.works, &desk.line).await.unwrap();
    desk.drain().await;
    assert!(web.asked().is_empty());
    assert_eq!(desk.states().await, ["kept", "kept"]);
    events::replay(&desk.works, "home", 0).await.unwrap();
    events::begin(&desk.works, &desk.line).await.unwrap();
    desk.drain().await;
    assert_eq!(web.asked().len(), 2);
}

/// As in a store that never had a case system.
async fn sqlx_forget(tx: &mut store::Tx) {
    let store::Tx::Sqlite(c) = tx else { unreachable!() };
    sqlx::query("DELETE FROM meta WHERE key = 'events:home'").execute(&mut **c).await.unwrap();
}

#[tokio::test]
async fn doctor_tells_a_wrong_secret_from_a_wrong_door() {
    for (status, part) in [(401, "compare the two secrets"), (404, "404"), (200, "takes signed events")] {
        let web = Web::start(move |_, _| Reply::Json(status, json!({})));
        let desk = Desk::open(&web, "sqlite").await;
        let set = desk.config.landlords[0].events.as_ref().unwrap().out.as_ref().unwrap();
        let finding = Receiver::of("home", set).unwrap().probe("test", desk.works.ambient.now()).await;
        assert!(finding.says.contains(part), "{finding:?}");
    }
}

/// Says something to the daemon as the case system; answers the status and the body.
fn say(program: &Program, id: &str, secret: &str, body: &str) -> (u16, Value) {
    use std::io::{Read, Write};
    let now = Ambient::system().now();
    let signature = standard::sign(&standard::keys(secret).unwrap(), id, now, body.as_bytes());
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    write!(
        stream,
        "POST /events/home HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\nwebhook-id: {id}\r\nwebhook-timestamp: {}\r\n\
         webhook-signature: {signature}\r\n\r\n{body}",
        body.len(),
        now.as_second()
    )
    .unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

#[test]
fn whoever_calls_the_case_systems_door_too_often_or_with_too_much_is_sent_away() {
    let mut program = Program::new("");
    program.write(
        "postroom.toml",
        &format!(
            "data = \"data\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[landlord.events]\nin_secret_file = \"in-secret\"\n\
             [http]\nlisten = \"127.0.0.1:{}\"\nper_peer = 1\n",
            program.port
        ),
    );
    program.write("in-secret", IN_SECRET);
    program.start();
    assert_eq!(say(&program, "e0", IN_SECRET, &" ".repeat((64 << 10) + 1)).0, 413);
    let answers: Vec<u16> = (0..20).map(|n| say(&program, &format!("e{n}"), SECRET, "{}").0).collect();
    let sent_away = answers.iter().filter(|status| **status == 429).count();
    // Ten in one burst and one a second after it: a true event is turned away as a false one is, for nothing of it has been read yet.
    assert!(sent_away > 0 && answers[..9].iter().all(|status| *status == 401), "{answers:?}");
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn the_case_system_says_what_staff_may_say_once_and_nothing_else() {
    let web = Web::start(ok);
    let mut program = Program::new(&format!(
        "[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[landlord.events]\nurl = \"{}\"\nsecret_file = \"secret\"\nin_secret_file = \"in-secret\"\n\
         [[source]]\nname = \"spool\"\nkind = \"maildir\"\npath = \"inbox\"\n",
        web.url("/hooks")
    ));
    program.write("secret", SECRET);
    program.write("in-secret", IN_SECRET);
    std::fs::create_dir_all(program.path("inbox/new")).unwrap();
    program.write(
        "inbox/new/1",
        "From: Ada Barlow <ada@home.example>\nTo: complaints@landlord.example\nSubject: Ceiling\nMessage-ID: <a@home.example>\n\n\
         I want to make a complaint. My ceiling has leaked for three weeks, I rang twice and nobody came.\n",
    );
    program.start();
    until("the daemon tells of the complaint", || kinds(&web).contains(&"complaint.acknowledged".to_owned()));
    let reference = program.json(&["case", "list", "--json"])[0]["reference"].as_str().unwrap().to_owned();
    let event = |kind: &str, more: Value| {
        let mut data = json!({ "reference": reference, "who": "First Officer", "why": "answered by post" });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({ "type": kind, "timestamp": "2026-03-02T09:20:00Z", "data": data });
        valid("told.schema.json", &body).unwrap();
        body.to_string()
    };
    let plain = |kind: &str| event(kind, json!({}));
    assert_eq!(say(&program, "e0", SECRET, &plain("case.closed")).0, 401, "the other secret is for the other way");
    let early = say(&program, "e1", IN_SECRET, &plain("case.stage2_response_issued"));
    assert_eq!(early.0, 409);
    assert!(early.1["error"].as_str().unwrap().contains("stage1"), "{early:?}");
    let handler = event("case.handler_is", json!({ "handler": "First Officer" }));
    assert_eq!(say(&program, "e2", IN_SECRET, &handler).0, 200);
    let response = plain("case.stage1_response_issued");
    assert_eq!(say(&program, "e3", IN_SECRET, &response), (200, json!({ "stage": "responded" })));
    assert_eq!(say(&program, "e3", IN_SECRET, &response), (200, json!({ "stage": "responded" })), "heard before, and not done twice");
    assert_eq!(say(&program, "e3", IN_SECRET, &plain("case.closed")).0, 409, "an id is one event's");
    assert_eq!(say(&program, "e4", IN_SECRET, &response).0, 409, "there is one stage 1 response");
    assert_eq!(say(&program, "e5", IN_SECRET, &plain("case.closed").replace("PR-", "PX-")).0, 404);
    for (i, wrong) in ["{}", "null", "{\"type\":\"case.refused\",\"data\":{}}", "not json"].iter().enumerate() {
        let (status, answer) = say(&program, &format!("w{i}"), IN_SECRET, wrong);
        assert!(status == 422 && answer["error"].is_string(), "{wrong}: {status} {answer}");
        assert!(valid("told.schema.json", &serde_json::from_str(wrong).unwrap_or_default()).is_err());
    }
    let journal = program.json(&["case", "show", &reference, "--json"]).remove(0)["journal"].as_array().unwrap().clone();
    let answered: Vec<_> = journal.iter().filter(|e| e["what"] == "stage1_response").collect();
    assert_eq!(answered.len(), 1);
    assert_eq!(answered[0]["who"], "First Officer");
    until("what it said comes back as an event", || kinds(&web).contains(&"complaint.stage1_response_issued".to_owned()));
    until("each is noted as sent", || {
        let listed = program.json(&["events", "list", "--json"]);
        listed.len() >= 4 && listed.iter().all(|e| e["state"] == "sent")
    });
    assert_eq!(program.stop(), Some(0));
    for theirs in ["Barlow", "ada@", "ceiling", "Officer"] {
        assert!(!program.log().contains(theirs), "{theirs} is in the log");
    }
}
