//! OAuth 2.0 against a real Dovecot that asks the provider about each token, and a false mail server that knows but one.

use crate::imap::{Running, account, mail};
use crate::servers::dovecot::{Dovecot, USER};
use crate::servers::false_smtp::FalseSmtp;
use crate::servers::inlet::Memory;
use crate::servers::missing;
use crate::servers::script::Fault;
use crate::servers::web::{Reply, Web};
use postroom::config::{Grant, Oauth2};
use postroom::courier::smtp::{Account, Smtp};
use postroom::courier::{Outcome, Parcel, Why};
use postroom::http::Url;
use postroom::model::address::Address;
use postroom::model::finding::Gravity;
use postroom::oauth::{Login, Tokens, Trouble};
use postroom::source::imap;
use postroom::tls::{Endpoint, Mode};
use serde_json::json;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A provider: hands out `A-1`, `A-2`, … for the right secret and refresh token, and tells Dovecot which are good (RFC 7662).
struct Provider {
    web: Web,
    good: Arc<Mutex<Vec<String>>>,
    dir: TempDir,
}

impl Provider {
    fn start(life: u64) -> Provider {
        let good: Arc<Mutex<Vec<String>>> = Arc::default();
        let (known, counted) = (good.clone(), Mutex::new(0));
        let web = Web::start(move |asked, _| {
            if asked.path == "/introspect" {
                let active = asked.field("token").is_some_and(|t| known.lock().unwrap().contains(&t));
                return Reply::Json(200, json!({ "active": active, "username": USER }));
            }
            let refresh = asked.field("refresh_token");
            let right = match asked.field("grant_type").unwrap().as_str() {
                "client_credentials" => asked.field("client_secret").as_deref() == Some("hush & more"),
                _ => refresh.as_deref().is_some_and(|r| r.starts_with("R-")),
            };
            if !right {
                return Reply::Json(401, json!({ "error": "invalid_client", "error_codes": [7_000_215] }));
            }
            let mut number = counted.lock().unwrap();
            *number += 1;
            let token = format!("A-{number}");
            known.lock().unwrap().push(token.clone());
            let next = refresh.map(|_| format!("R-{number}"));
            Reply::Json(200, json!({ "token_type": "Bearer", "access_token": token, "expires_in": life, "refresh_token": next }))
        });
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("secret"), "hush & more\n").unwrap();
        std::fs::write(dir.path().join("refresh"), "R-0\n").unwrap();
        Provider { web, good, dir }
    }

    fn set(&self) -> Oauth2 {
        Oauth2 {
            token_url: Url::parse(&self.web.url("/token"), None).unwrap(),
            client_id: "postroom".into(),
            client_secret_file: Some(self.dir.path().join("secret")),
            in_header: false,
            scope: Some("https://outlook.office365.com/.default".into()),
            grant: Grant::ClientCredentials,
        }
    }

    fn refreshing(&self) -> Oauth2 {
        let grant = Grant::RefreshToken { file: self.dir.path().join("refresh"), kept: self.dir.path().join("kept") };
        Oauth2 { grant, client_secret_file: None, ..self.set() }
    }

    /// How often a token was asked for.
    fn fetches(&self) -> usize {
        self.web.asked().iter().filter(|a| a.path == "/token").count()
    }

    fn dovecot(&self) -> Dovecot {
        let set = self.dir.path().join("dovecot-oauth2.conf");
        let text = format!(
            "introspection_mode = post\nintrospection_url = {}\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n",
            self.web.url("/introspect")
        );
        std::fs::write(&set, text).unwrap();
        let more =
            format!("auth_mechanisms = xoauth2\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {}\n}}\n", set.display());
        Dovecot::with("server", &more)
    }

    fn imap(&self, dovecot: &Dovecot, set: Oauth2) -> imap::Account {
        let login = Login::Token { user: USER.into(), tokens: Arc::new(Tokens::new(set)) };
        imap::Account { login, ..account(dovecot.imaps, Mode::Implicit) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_opens_with_a_token_of_the_app_and_with_one_of_a_person() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let provider = Provider::start(3600);
    let dovecot = provider.dovecot();
    dovecot.deliver("INBOX", &mail(1));
    for set in [provider.set(), provider.refreshing()] {
        let inlet = Memory::default();
        let running = Running::start(provider.imap(&dovecot, set), &inlet);
        running.takes_in(1).await;
        running.end().await;
    }
    assert_eq!(provider.fetches(), 2);
    // The next daemon begins with the refresh token that the provider handed out.
    let tokens = Tokens::new(provider.refreshing());
    tokens.token().await.unwrap();
    assert_eq!(provider.web.asked().last().unwrap().field("refresh_token").as_deref(), Some("R-2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_taken_back_is_fetched_anew_within_the_same_connection_attempt() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let provider = Provider::start(3600);
    let dovecot = provider.dovecot();
    let account = provider.imap(&dovecot, provider.set());
    assert!(imap::list(&account).await.is_ok());
    assert!(imap::list(&account).await.is_ok());
    assert_eq!(provider.fetches(), 1, "a good token is used again");
    provider.good.lock().unwrap().clear();
    assert!(imap::list(&account).await.is_ok());
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_whether_the_provider_or_the_mailbox_refuses() {
    if missing("dovecot", "dovecot-imapd") {
        return;
    }
    let provider = Provider::start(3600);
    let dovecot = provider.dovecot();
    std::fs::write(provider.dir.path().join("secret"), "wrong").unwrap();
    let told = imap::probe(&provider.imap(&dovecot, provider.set())).await;
    assert!(told.iter().any(|f| f.gravity == Gravity::Wrong && f.says.contains("client_secret_file")), "{told:?}");
    // The token is good, but of somebody else's mailbox.
    let provider = Provider::start(3600);
    let mut account = provider.imap(&dovecot, provider.set());
    account.login = Login::Token { user: USER.into(), tokens: Arc::new(Tokens::new(provider.set())) };
    let told = imap::probe(&account).await;
    assert!(told.iter().any(|f| f.gravity == Gravity::Wrong && f.says.contains("IMAP.AccessAsApp")), "{told:?}");
}

#[tokio::test]
async fn a_token_is_used_until_shortly_before_its_end() {
    let long = Provider::start(3600);
    let tokens = Tokens::new(long.set());
    assert_eq!((tokens.token().await.unwrap(), tokens.token().await.unwrap()), ("A-1".into(), "A-1".into()));
    let over = Provider::start(0);
    let tokens = Tokens::new(over.set());
    assert_eq!((tokens.token().await.unwrap(), tokens.token().await.unwrap()), ("A-1".into(), "A-2".into()));
    let asked = &over.web.asked()[0];
    assert_eq!(asked.field("client_secret").as_deref(), Some("hush & more"));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.field("scope").as_deref(), Some("https://outlook.office365.com/.default"));
}

#[tokio::test]
async fn a_provider_that_is_busy_or_no_provider_is_told_from_one_that_refuses() {
    let told = async |reply: fn() -> Reply| {
        let provider = Provider::start(60);
        let web = Web::start(move |_, _| reply());
        Tokens::new(Oauth2 { token_url: Url::parse(&web.url("/token"), None).unwrap(), ..provider.set() }).token().await.unwrap_err()
    };
    assert_eq!(told(|| Reply::Wait(429, 5)).await, Trouble::Busy);
    assert_eq!(told(|| Reply::Json(200, json!("hello"))).await, Trouble::NoToken);
    assert_eq!(told(|| Reply::Json(302, json!({}))).await, Trouble::Refused(302));
    assert!(matches!(told(|| Reply::HangUp).await, Trouble::Failed(_)));
}

fn smtp(server: &FalseSmtp, provider: &Provider) -> Smtp {
    let login = Login::Token { user: USER.into(), tokens: Arc::new(Tokens::new(provider.set())) };
    Smtp::new(Account::new(Endpoint { host: "127.0.0.1".into(), port: server.port, tls: Mode::None, ca_file: None }, Some(login)))
}

async fn carry(smtp: &mut Smtp) -> Outcome {
    let (from, to) = (Address::parse(USER).unwrap(), Address::parse("resident@home.example").unwrap());
    smtp.carry(Parcel { from: &from, to: &to, message_id: "pr.1@lab.test", bytes: b"Subject: x\r\n\r\nend\r\n" }).await
}

const HELLO: &str = "250-false server\r\n250-AUTH XOAUTH2\r\n250 8BITMIME\r\n";

fn hears_xoauth2(stage: &str) -> Option<Fault> {
    (stage == "EHLO").then(|| Fault::Say(HELLO.into()))
}

#[tokio::test]
async fn a_letter_goes_out_with_a_token_and_a_refused_one_is_replaced_once() {
    let provider = Provider::start(3600);
    let server = FalseSmtp::start(|stage, seen| match (stage, seen) {
        // As Microsoft refuses, and as Google does.
        ("AUTH", 1) => Some(Fault::Say("535 5.7.3 Authentication unsuccessful\r\n".into())),
        _ => hears_xoauth2(stage),
    })
    .await;
    assert!(matches!(carry(&mut smtp(&server, &provider)).await, Outcome::Sent { .. }));
    let said = |n| format!("AUTH XOAUTH2 {}", base64(&format!("user={USER}\x01auth=Bearer A-{n}\x01\x01")));
    let asked: Vec<String> = server.commands().into_iter().filter(|c| c.starts_with("AUTH")).collect();
    assert_eq!(asked, [said(1), said(2)]);

    let server = FalseSmtp::start(|stage, _| match stage {
        "AUTH" => Some(Fault::Say("334 eyJzdGF0dXMiOiI0MDEifQ==\r\n".into())),
        _ => hears_xoauth2(stage),
    })
    .await;
    let outcome = carry(&mut smtp(&server, &provider)).await;
    assert!(matches!(outcome, Outcome::Deferred { why: Why::Token, blocked: true, .. }), "{outcome:?}");
    assert_eq!(server.connections(), 2, "a token that is refused twice is not tried a third time");
}

#[tokio::test]
async fn a_courier_without_a_token_stops_the_queue_and_says_why() {
    let provider = Provider::start(3600);
    std::fs::write(provider.dir.path().join("secret"), "wrong").unwrap();
    let server = FalseSmtp::start(|stage, _| hears_xoauth2(stage)).await;
    let mut courier = smtp(&server, &provider);
    let outcome = carry(&mut courier).await;
    assert!(matches!(outcome, Outcome::Deferred { why: Why::Credentials, blocked: true, .. }), "{outcome:?}");
    let told = courier.probe(&[]).await;
    assert!(told.iter().any(|f| f.gravity == Gravity::Wrong && f.says.contains("client_secret_file")), "{told:?}");
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
