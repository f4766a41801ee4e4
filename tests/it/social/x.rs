//! X, where the app is a confidential client: it proves itself in a header, and each access token costs the refresh token that gave it.

use super::*;
use postroom::courier::Outcome;
use postroom::courier::social::{Errand, Way};

#[tokio::test]
async fn a_confidential_client_proves_itself_and_keeps_the_refresh_token_that_it_is_given() {
    // user:secret as RFC 6749 §2.3.1 has them written, `the app:hush & more`.
    const PROOF: &str = "Basic dGhlK2FwcDpodXNoKyUyNittb3Jl";
    let web = Web::start(|asked, n| match asked.path.as_str() {
        "/2/oauth2/token" if asked.header("authorization") != Some(PROOF) || asked.field("client_secret").is_some() => {
            Reply::Json(401, json!({ "error": "unauthorized_client" }))
        }
        "/2/oauth2/token" => {
            Reply::Json(200, json!({ "access_token": format!("A-{n}"), "expires_in": 7200, "refresh_token": format!("R-{n}") }))
        }
        _ => Reply::Json(201, json!({ "data": { "dm_conversation_id": "1-2", "dm_event_id": "9" } })),
    });
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "data = \"data\"\n[[landlord]]\nid = \"home\"\npolicy = \"code\"\n[[source]]\nname = \"x\"\nkind = \"webhook\"\nplatform = \"x\"\n\
         consumer_secret_file = \"s\"\napi_url = \"{0}\"\n[source.oauth2]\ntoken_url = \"{0}/2/oauth2/token\"\nclient_id = \"the app\"\n\
         client_secret_file = \"client\"\nrefresh_token_file = \"refresh\"\n",
        web.url("")
    );
    for (name, text) in [("postroom.toml", text.as_str()), ("client", "hush & more\n"), ("refresh", "R-0\n"), ("s", "s")] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let config = config::load(Some(&dir.path().join("postroom.toml"))).unwrap();
    let way = Way { public: false, until: None, path: "/2/dm_conversations/with/2222/messages".into(), body: json!({ "text": "hello" }) };
    let errand = serde_json::to_vec(&Errand { source: "x".into(), ways: vec![way] }).unwrap();
    // Two daemons, one after the other.
    for _ in 0..2 {
        let (outcome, _) = Social::of(&config.sources).carry(&errand, at(NOW)).await;
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
    let asked = web.asked();
    assert_eq!(asked.iter().filter_map(|a| a.field("refresh_token")).collect::<Vec<_>>(), ["R-0", "R-1"]);
    assert_eq!((asked[1].header("authorization"), asked[3].header("authorization")), (Some("Bearer A-1"), Some("Bearer A-3")));
}
