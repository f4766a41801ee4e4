//! Who is told beside the complaints team: a flag, and a topic that a site routes, each reach an address.

use jiff::Timestamp;
use postroom::ambient::Ambient;
use postroom::config::{Config, Courier, Landlord, LettersFrom, Source, SourceKind};
use postroom::model::address::Address;
use postroom::pipeline::{Works, intake, rulebook};
use postroom::source::{Arrival, Place};
use postroom::store::{Db, outbox};
use std::path::Path;
use std::sync::Arc;

const POLICY: &str = "extends = \"thrive\"\n\
    [[routes]]\ntopic = \"lift\"\nrole = \"Lift Team\"\nto = \"lifts@thrive.example\"\n";

async fn works(folder: &Path) -> Arc<Works> {
    let site = folder.join("site/policies");
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("ours.toml"), POLICY).unwrap();
    let source = Source {
        name: "spool".into(),
        landlord: "home".into(),
        kind: SourceKind::Maildir { path: folder.into() },
        letters_from: LettersFrom::All,
        poll: jiff::SignedDuration::from_secs(1),
    };
    let officer = Address::parse("officer@thrive.example");
    let config = Config {
        data: folder.into(),
        store_url: "sqlite".into(),
        landlords: vec![Landlord { id: "home".into(), policy: "ours".into(), from: None, team: None, officer, events: None }],
        sources: vec![source],
        listen: "127.0.0.1:0".parse().unwrap(),
        per_peer: std::num::NonZeroU32::MIN,
        courier: Courier::Folder { path: folder.join("sent") },
        rules: None,
        shadow: None,
        advice: Vec::new(),
    };
    let db = Db::open("sqlite", folder).await.unwrap();
    db.migrate().await.unwrap();
    let rulebook = Arc::new(rulebook::load(Some(&folder.join("site"))).unwrap());
    Arc::new(Works::new(&config, rulebook, db, Ambient::at("2026-03-02T09:14:00Z".parse().unwrap())).await.unwrap())
}

/// Recipients and texts of the notices that a mail sets off.
async fn notices(mail: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let works = works(folder.path()).await;
    let received_at: Timestamp = "2026-03-02T09:14:00Z".parse().unwrap();
    let arrival = Arrival { place: Place::File("1".into()), bytes: mail.into(), received_at, defects: Vec::new() };
    works.receive("spool", vec![arrival]).await.unwrap();
    intake::drain(&works).await.unwrap();
    let mut tx = works.db.write(None).await.unwrap();
    let mut out = Vec::new();
    for claimed in outbox::claim(&mut tx, "mail", "home", received_at, 10, "test").await.unwrap() {
        if claimed.reply == "notice" {
            out.push((claimed.recipient.clone(), String::from_utf8(claimed.bytes().unwrap()).unwrap()));
        }
    }
    drop(tx);
    works.db.close().await;
    out.sort();
    out
}

#[tokio::test]
async fn a_topic_that_the_site_routes_reaches_its_team_with_the_mail() {
    let told = notices(
        "From: Ada Barlow <ada@home.example>\nTo: complaints@thrive.example\nSubject: lift\nMessage-ID: <a@home.example>\n\n\
         Could you ring me about the lift please? 01632 960 321.\n",
    )
    .await;
    assert_eq!(told.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["lifts@thrive.example"]);
    assert!(told[0].1.contains("For the Lift Team: lift") && told[0].1.contains("ring me about the lift"), "{}", told[0].1);
}

#[tokio::test]
async fn danger_is_told_to_its_lead_and_to_the_officer_where_a_role_has_no_address() {
    let told = notices(
        "From: Ada Barlow <ada@home.example>\nTo: complaints@thrive.example\nSubject: Complaint\nMessage-ID: <b@home.example>\n\n\
         I reported the fire door on our floor three weeks ago and nobody came: it does not close. Now there is a strong smell of gas in the hall.\n",
    )
    .await;
    let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["building.safety@thrive.example", "officer@thrive.example"]);
    assert!(told[0].1.contains("Building Safety Lead") && !told[0].1.contains("Duty Officer"));
    assert!(told[1].1.contains("Duty Officer") && told[1].1.contains("emergency"));
}
