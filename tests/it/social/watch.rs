//! The watch over the platforms: one that falls silent, or says that it does not call us, is told of once, to whom the policy names.

use super::*;
use postroom::pipeline::silence;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_calls_no_more_is_told_of_once() {
    let web = Web::start(|asked, _| match asked.path.as_str() {
        "/v25.0/1000001/subscribed_apps" => Reply::Json(200, json!({ "data": [] })),
        "/2/webhooks" => Reply::Json(200, json!({ "data": [{ "id": "1", "url": "https://l.example/webhooks/x", "valid": true }] })),
        _ => Reply::Json(404, json!({})),
    });
    let mut desk = Desk::open(&web, NOW).await;
    assert_eq!(silence::look(&desk.works, &desk.social).await.unwrap(), 2, "Facebook's and WhatsApp's; X calls on");
    assert_eq!(silence::look(&desk.works, &desk.social).await.unwrap(), 0);
    let told = desk.tasks().await;
    assert!(told.iter().any(|t| t.starts_with("Source facebook: the platform says that it does not call us")), "{told:?}");
    desk.carry().await;
    let letters = desk.letters();
    assert_eq!(letters.len(), 2, "one of each, to the role that the policy names");
    assert!(
        letters.iter().any(|l| l.contains("Subject: facebook does not reach us") && l.contains("To: manager@home.example")),
        "{letters:?}"
    );
    let figures = desk.works.metrics.render();
    assert!(
        figures.contains("postroom_source_silent{source=\"facebook\"} 1") && figures.contains("postroom_source_silent{source=\"x\"} 0")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_falls_silent_is_told_of_by_its_own_habit() {
    let web = Web::start(|_, _| Reply::Json(404, json!({})));
    let mut desk = Desk::open(&web, NOW).await;
    for n in 0..20 {
        desk.hears("facebook", &private(&format!("m_{n}"), "psid-7", "Thank you.", desk.works.ambient.now().as_second())).await;
        desk.works.ambient.advance(SignedDuration::from_mins(60));
    }
    let doctor = async |desk: &Desk| {
        let mut tx = desk.works.db.read().await.unwrap();
        silence::history(&mut tx, "facebook", desk.works.ambient.now()).await.unwrap().map(|f| f.says)
    };
    assert_eq!(silence::look(&desk.works, &desk.social).await.unwrap(), 0);
    assert_eq!(doctor(&desk).await.as_deref(), Some("nothing received for 60 min, usually every 60 min"));
    desk.works.ambient.advance(SignedDuration::from_hours(25));
    assert_eq!(silence::look(&desk.works, &desk.social).await.unwrap(), 1);
    let says = doctor(&desk).await.unwrap();
    assert!(says.starts_with("nothing received for 26 h, usually every 60 min: "), "{says}");
    desk.carry().await;
    assert!(desk.letters().iter().any(|l| l.contains("nothing received for 26 h, usually every 60 min")), "{:?}", desk.letters());
    assert_eq!(silence::look(&desk.works, &desk.social).await.unwrap(), 0, "one silence, one alarm");
}
