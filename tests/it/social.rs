//! Taking it offline: what a resident writes on social media is answered privately where the platform allows, else by a public line that says
//! nothing of the case, else by a person; and on paper once they say who they are. The platform is a false one that refuses as the real ones do.

mod pile_on;
mod watch;
mod x;

use crate::servers::web::{Reply, Web};
use jiff::{SignedDuration, Timestamp};
use postroom::ambient::Ambient;
use postroom::config;
use postroom::courier::Courier;
use postroom::courier::social::Social;
use postroom::pipeline::outbox::{self, Carrier};
use postroom::pipeline::{Works, intake, rulebook};
use postroom::source::{Arrival, Place};
use postroom::store::{self, Db, outbox_list, review};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Trouble is told to somebody who is told of nothing else.
const POLICY: &str = "extends = \"code\"\nsocial_hours = true\n[tell]\ntrouble = [\"Complaints Manager\"]\n[[roles]]\nrole = \"Complaints Manager\"\nto = \"manager@home.example\"\n";

/// A Monday morning.
const NOW: &str = "2026-03-02T09:20:00Z";

struct Desk {
    dir: TempDir,
    works: Arc<Works>,
    social: Social,
    mail: Courier,
}

impl Desk {
    async fn open(web: &Web, now: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let source = |name: &str, platform: &str, secret: &str| {
            format!(
                "[[source]]\nname = \"{name}\"\nkind = \"webhook\"\nplatform = \"{platform}\"\n{secret} = \"s\"\nletters_from = \"all\"\n\
                 api_url = \"{}\"\naccess_token_file = \"token\"\naccounts = [\"1000001\"]\n",
                web.url("")
            )
        };
        let text = format!(
            "data = \"data\"\nrules = \"rules\"\n[[landlord]]\nid = \"home\"\npolicy = \"home\"\nofficer = \"officer@home.example\"\n{}{}{}",
            source("facebook", "meta", "verify_token_file = \"v\"\napp_secret_file"),
            source("whatsapp", "whatsapp", "verify_token_file = \"v\"\napp_secret_file"),
            source("x", "x", "consumer_secret_file")
        );
        std::fs::create_dir_all(dir.path().join("rules/policies")).unwrap();
        std::fs::create_dir_all(dir.path().join("data")).unwrap();
        std::fs::write(dir.path().join("rules/policies/home.toml"), POLICY).unwrap();
        std::fs::write(dir.path().join("postroom.toml"), text).unwrap();
        std::fs::write(dir.path().join("token"), "T-1\n").unwrap();
        let config = config::load(Some(&dir.path().join("postroom.toml"))).unwrap();
        let db = Db::open("sqlite", &config.data).await.unwrap();
        db.migrate().await.unwrap();
        let rulebook = Arc::new(rulebook::load(config.rules.as_deref()).unwrap());
        let works = Arc::new(Works::new(&config, rulebook, db, Ambient::at(at(now))).await.unwrap());
        Desk { social: Social::of(&config.sources), mail: Courier::of(&config.courier).unwrap(), works, dir }
    }

    /// A call of the platform comes in and is decided.
    async fn hears(&self, source: &str, body: &Value) {
        let bytes = body.to_string().into_bytes();
        let place = Place::Platform(format!("{source} {}", self.works.ambient.now()));
        self.works.ambient.advance(SignedDuration::from_secs(1));
        let arrival = Arrival { place, bytes, received_at: self.works.ambient.now(), defects: Vec::new() };
        self.works.receive(source, vec![arrival]).await.unwrap();
        intake::drain(&self.works).await.unwrap();
    }

    async fn carry(&mut self) {
        let stop = AtomicBool::new(false);
        outbox::drain(&self.works, &mut Carrier::Social(&mut self.social), "test", &stop).await.unwrap();
        outbox::drain(&self.works, &mut Carrier::Mail(&mut self.mail), "test", &stop).await.unwrap();
    }

    async fn outbox(&self) -> Vec<outbox_list::Row> {
        let mut tx = self.works.db.read().await.unwrap();
        outbox_list::list(&mut tx, &outbox_list::Filter::default(), 0, i64::MAX).await.unwrap()
    }

    /// Courier, reply and state of each item.
    async fn states(&self) -> Vec<(String, String, String)> {
        self.outbox().await.into_iter().map(|l| (l.courier, l.reply, l.state)).collect()
    }

    async fn tasks(&self) -> Vec<String> {
        let mut tx = self.works.db.read().await.unwrap();
        let entries = review::list(&mut tx, &review::Filter::default(), 0, 100).await.unwrap();
        entries.into_iter().map(|r| r.says).collect()
    }

    async fn cases(&self) -> Vec<store::case::Row> {
        let mut tx = self.works.db.read().await.unwrap();
        store::case::list(&mut tx, &store::case::Filter::default(), 0, 100).await.unwrap()
    }

    /// The finished mails.
    fn letters(&self) -> Vec<String> {
        let folder = std::fs::read_dir(self.dir.path().join("data/sent")).into_iter().flatten();
        folder.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap().replace("=\r\n", "")).collect()
    }
}

const COMPLAINT: &str = "Our boiler has been off for three weeks. I rang twice and nobody came. This is a disgrace.";

fn comment(id: &str, from: &str, words: &str, unix: i64) -> Value {
    json!({ "object": "page", "entry": [{ "id": "1000001", "time": unix, "changes": [{ "field": "feed", "value": {
        "item": "comment", "verb": "add", "comment_id": id, "post_id": "1000001_3", "parent_id": "1000001_3",
        "from": { "id": from, "name": "Ada Barlow" }, "message": words, "created_time": unix } }] }] })
}

fn private(mid: &str, from: &str, words: &str, unix: i64) -> Value {
    json!({ "object": "page", "entry": [{ "id": "1000001", "time": unix, "messaging": [{ "sender": { "id": from }, "recipient": { "id": "1000001" },
        "timestamp": unix * 1000, "message": { "mid": mid, "text": words } }] }] })
}

fn mention(id: &str, words: &str) -> Value {
    json!({ "data": { "event_uuid": id, "filter": { "user_id": "1111" }, "event_type": "post.mention.create",
        "payload": { "id": id, "author_id": "2222", "text": words, "created_at": NOW } } })
}

fn unix(text: &str) -> i64 {
    at(text).as_second()
}

fn takes(_: &crate::servers::web::Asked, n: usize) -> Reply {
    Reply::Json(200, json!({ "recipient_id": "psid-7", "message_id": format!("m_out{n}") }))
}

fn refuses(code: i64, subcode: i64) -> Reply {
    Reply::Json(400, json!({ "error": { "code": code, "error_subcode": subcode, "message": "no", "type": "OAuthException" } }))
}

fn item(courier: &str, reply: &str, state: &str) -> (String, String, String) {
    (courier.into(), reply.into(), state.into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comment_becomes_a_private_word_and_the_address_given_there_a_written_acknowledgement() {
    let web = Web::start(takes);
    let mut desk = Desk::open(&web, NOW).await;
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    desk.carry().await;
    let asked = web.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].path.as_str(), asked[0].header("authorization")), ("/v25.0/1000001/messages", Some("Bearer T-1")));
    let said = asked[0].json();
    assert_eq!(said["recipient"], json!({ "comment_id": "1000001_2" }));
    let text = said["message"]["text"].as_str().unwrap();
    assert!(text.contains("Housing Ombudsman") && !text.contains("boiler"), "{text}");
    assert_eq!(desk.states().await, [item("social", "take_offline", "sent")]);
    let case = desk.cases().await.remove(0);
    assert_eq!(case.received_at, at("2026-03-02T09:14:00Z"), "the clock runs from the post");

    // They answer in the private conversation, where they have another id, in pieces.
    desk.hears(
        "facebook",
        &private("m_in1", "psid-7", "Hello, it's about the boiler, it is still off and nobody came", unix("2026-03-02T09:30:00Z")),
    )
    .await;
    desk.hears("facebook", &private("m_in2", "psid-7", "Nobody has rung me either.", unix("2026-03-02T09:31:00Z"))).await;
    desk.carry().await;
    assert_eq!(web.asked().len(), 1, "asked once, they are not asked after each message");
    assert_eq!(desk.cases().await.len(), 1, "the same account in private is the same person");
    assert!(desk.letters().is_empty());

    desk.hears("facebook", &private("m_in3", "psid-7", "I am Ada Barlow, 4 Mill Lane, ada@home.example", unix("2026-03-02T09:32:00Z")))
        .await;
    desk.carry().await;
    let letters = desk.letters();
    assert_eq!(letters.len(), 1, "{:?} {:?}", desk.states().await, desk.tasks().await);
    for part in ["To: ada@home.example", &case.reference.0, "nobody came"] {
        assert!(letters[0].contains(part), "{part} is not in\n{}", letters[0]);
    }
    let mut tx = desk.works.db.read().await.unwrap();
    let known = store::case::load(&mut tx, case.id).await.unwrap();
    assert_eq!(known.resident.email.unwrap().as_str(), "ada@home.example");
    let duties = store::duty::of_case(&mut tx, case.id).await.unwrap();
    assert!(duties.iter().any(|d| d.kind.as_str() == "acknowledge" && d.state == "met"), "the written word meets the duty: {duties:?}");
    drop(tx);

    // From now on they are written to.
    desk.hears(
        "facebook",
        &private("m_in4", "psid-7", "Please add to my complaint that the radiator leaks too.", unix("2026-03-02T09:40:00Z")),
    )
    .await;
    desk.carry().await;
    assert_eq!(web.asked().len(), 1);
    assert_eq!(desk.letters().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_private_word_is_taken_a_public_line_goes_out_that_says_nothing_of_the_case() {
    let web = Web::start(|asked, n| if asked.path.ends_with("/messages") { refuses(10, 2_018_278) } else { takes(asked, n) });
    let mut desk = Desk::open(&web, NOW).await;
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    desk.hears("x", &mention("20807", COMPLAINT)).await;
    desk.carry().await;
    let public: Vec<_> = web.asked().into_iter().filter(|a| !a.path.ends_with("/messages")).collect();
    assert_eq!(public.iter().map(|a| a.path.as_str()).collect::<Vec<_>>(), ["/v25.0/1000001_2/comments", "/2/tweets"]);
    let said = [public[0].json()["message"].clone(), public[1].json()["text"].clone()];
    for text in said.iter().map(|t| t.as_str().unwrap()) {
        assert!(text.chars().count() <= 280 && !text.contains("http"), "{text}");
        for secret in ["boiler", "three weeks", "Ada", "PR-2026"] {
            assert!(!text.contains(secret), "{secret} stands in public: {text}");
        }
    }
    assert!(desk.states().await.iter().all(|s| s.2 == "sent"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_neither_is_taken_a_person_is_told_and_nobody_is_asked_twice() {
    let web = Web::start(|_, _| refuses(100, 33));
    let mut desk = Desk::open(&web, NOW).await;
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    desk.carry().await;
    desk.carry().await;
    assert_eq!(web.asked().len(), 2);
    assert_eq!(desk.states().await, [item("social", "take_offline", "dead")]);
    assert!(desk.tasks().await.iter().any(|t| t.contains("neither in private nor in public")), "{:?}", desk.tasks().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_waits_for_a_new_one_and_a_busy_platform_is_given_its_time() {
    let web = Web::start(|asked, n| match asked.header("authorization") {
        Some("Bearer T-1") => refuses(190, 463),
        _ if n < 4 => Reply::Wait(429, 600),
        _ => takes(asked, n),
    });
    let mut desk = Desk::open(&web, NOW).await;
    for (id, from) in [("1000001_2", "4000004"), ("1000001_9", "4000005")] {
        desk.hears("facebook", &comment(id, from, COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    }
    desk.carry().await;
    assert_eq!(web.asked().len(), 1, "what else waits for the same account is not tried with the same token");
    assert!(desk.states().await.iter().all(|s| s.2 == "deferred"), "{:?}", desk.states().await);
    std::fs::write(desk.dir.path().join("token"), "T-2").unwrap();
    desk.works.ambient.advance(SignedDuration::from_mins(6));
    desk.carry().await;
    assert_eq!(web.asked().len(), 3);
    desk.works.ambient.advance(SignedDuration::from_mins(9));
    desk.carry().await;
    assert_eq!(web.asked().len(), 3, "Retry-After: 600 was said");
    desk.works.ambient.advance(SignedDuration::from_mins(2));
    desk.carry().await;
    assert!(desk.states().await.iter().all(|s| s.2 == "sent"), "{:?}", desk.states().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_lost_is_a_persons_to_look_for_and_is_not_said_twice() {
    let web = Web::start(|_, _| Reply::HangUp);
    let mut desk = Desk::open(&web, NOW).await;
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    desk.carry().await;
    assert_eq!(desk.states().await, [item("social", "take_offline", "unknown")]);
    for _ in 0..3 {
        desk.works.ambient.advance(SignedDuration::from_mins(20));
        outbox::rescue(&desk.works, SignedDuration::ZERO).await.unwrap();
        desk.carry().await;
    }
    assert_eq!(web.asked().len(), 1);
    assert!(desk.tasks().await.iter().any(|t| t.contains("look there whether it arrived")), "{:?}", desk.tasks().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_between_sending_and_recording_says_nothing_twice() {
    let web = Web::start(takes);
    let mut desk = Desk::open(&web, NOW).await;
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    // The daemon claims, the platform takes it, and the power goes before the answer is written down.
    let mut tx = desk.works.db.write(None).await.unwrap();
    let claimed = store::outbox::claim(&mut tx, "social", "home", desk.works.ambient.now(), 1, "gone").await.unwrap().remove(0);
    tx.commit("claim-letters").await.unwrap();
    desk.social.carry(&claimed.bytes().unwrap(), desk.works.ambient.now()).await;
    for _ in 0..2 {
        outbox::rescue(&desk.works, SignedDuration::ZERO).await.unwrap();
        desk.carry().await;
        desk.works.ambient.advance(SignedDuration::from_mins(20));
        outbox::rescue(&desk.works, SignedDuration::ZERO).await.unwrap();
    }
    assert_eq!(web.asked().len(), 1);
    assert!(desk.tasks().await.iter().any(|t| t.contains("look there whether it arrived")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_hours_the_case_is_logged_and_the_answer_waits_but_never_in_an_emergency() {
    let web = Web::start(takes);
    let mut desk = Desk::open(&web, "2026-03-07T22:00:00Z").await; // a Saturday night
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-07T21:59:00Z"))).await;
    desk.carry().await;
    assert!(web.asked().is_empty());
    assert_eq!(desk.cases().await[0].received_at, at("2026-03-07T21:59:00Z"));
    // A message in a conversation cannot wait for Monday: its window is a day.
    desk.hears("facebook", &private("m_1", "7000007", COMPLAINT, unix("2026-03-07T21:59:30Z"))).await;
    assert!(desk.tasks().await.iter().any(|t| t.contains("window closes before the office opens")), "{:?}", desk.tasks().await);
    let danger = "There is a strong smell of gas in the whole block, we feel sick and nobody answers the phone. I have complained twice.";
    desk.hears("facebook", &comment("1000001_9", "4000009", danger, unix("2026-03-07T21:59:40Z"))).await;
    desk.carry().await;
    assert_eq!(web.asked().len(), 1);
    assert!(web.asked()[0].json()["message"]["text"].as_str().unwrap().contains("999"));
    desk.works.ambient.set(at("2026-03-09T09:00:01Z"));
    desk.carry().await;
    assert_eq!(web.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_name_on_another_account_is_another_person() {
    let web = Web::start(takes);
    let mut desk = Desk::open(&web, NOW).await;
    desk.hears("facebook", &comment("1000001_2", "4000004", COMPLAINT, unix("2026-03-02T09:14:00Z"))).await;
    desk.hears(
        "facebook",
        &private("m_1", "5000005", "I am Ada Barlow, ada@elsewhere.example. What about my boiler complaint?", unix("2026-03-02T09:15:00Z")),
    )
    .await;
    desk.carry().await;
    let mut tx = desk.works.db.read().await.unwrap();
    let first = store::case::load(&mut tx, desk.cases().await[0].id).await.unwrap();
    assert_eq!(first.resident.email, None, "a name is not proof of an account");
    assert!(first.parties.iter().all(|p| p.email.is_none()), "{:?}", first.parties);
}
