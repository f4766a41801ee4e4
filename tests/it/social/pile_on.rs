//! A pile-on: each who complains under one post has a message, a case and an answer; the landlord's people have one alarm a day.

use super::*;
use postroom::model::decision::{Kind, ReviewCause};
use postroom::pipeline::digest;
use postroom::store::review::Filter;

/// Somebody under the landlord's post, at the desk's own time.
async fn says(desk: &Desk, n: u32, words: &str) {
    let unix = desk.works.ambient.now().as_second();
    desk.hears("facebook", &named(comment(&format!("1000001_{n}"), &format!("400{n}"), words, unix), n)).await;
}

/// By somebody whose name nobody else has.
fn named(mut body: Value, n: u32) -> Value {
    let name: String = n
        .to_string()
        .bytes()
        .map(|d| ["Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Larch", "Oak", "Pine", "Rowan"][usize::from(d - b'0')])
        .collect::<Vec<_>>()
        .join(" ");
    body["entry"][0]["changes"][0]["value"]["from"]["name"] = json!(name);
    body
}

async fn alarms(desk: &Desk) -> Vec<review::Row> {
    let mut tx = desk.works.db.read().await.unwrap();
    let filter = Filter { cause: Some(ReviewCause::PileOn), ..Filter::default() };
    review::list(&mut tx, &filter, 0, 100).await.unwrap()
}

/// Who was written to of the landlord's own people, and what.
async fn told(desk: &Desk) -> Vec<(String, String)> {
    let own = |l: &outbox_list::Row| l.courier == "mail" && ["trouble", "notice"].contains(&l.reply.as_str());
    desk.outbox().await.into_iter().filter(own).map(|l| (l.reply, l.recipient)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_complaints_under_one_post_are_many_cases_and_one_alarm() {
    let web = Web::start(takes);
    let mut desk = Desk::open(&web, NOW).await;
    for n in 10..14 {
        says(&desk, n, COMPLAINT).await;
        // The same person again is no further person, and a kind word is no complaint.
        says(&desk, n + 100, "Thank you all, the new garden is lovely.").await;
        let again = comment(
            &format!("1000001_{n}b"),
            &format!("400{n}"),
            "The boiler is still off, as I said above, and nobody has rung back.",
            unix(NOW),
        );
        desk.hears("facebook", &named(again, n)).await;
    }
    assert!(alarms(&desk).await.is_empty(), "four people are not many");
    for n in 14..22 {
        says(&desk, n, COMPLAINT).await;
    }
    let entries = alarms(&desk).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert!(
        entries[0].says.starts_with("5 people complain under one post on Facebook (source facebook, post 1000001_3)"),
        "{}",
        entries[0].says
    );
    assert_eq!(told(&desk).await, [("trouble".to_owned(), "manager@home.example".to_owned())]);
    let cases = desk.cases().await;
    assert_eq!(cases.len(), 12, "a case for each person");
    desk.carry().await;
    assert_eq!(web.asked().len(), 12, "and a private word to each");
    let letter = desk.letters().into_iter().find(|l| l.contains("Subject: 5 people complain under one post")).unwrap();
    assert!(letter.contains(&cases[0].reference.0) && !letter.contains("Barlow") && !letter.contains("boiler"), "{letter}");
    let mut tx = desk.works.db.read().await.unwrap();
    for case in &cases {
        let journal = store::case_event::journal(&mut tx, case.id).await.unwrap();
        assert_eq!(journal.iter().filter(|e| e.what == "pile_on").count(), 1, "{} says that it is one of many", case.reference.0);
    }
    drop(tx);
    // The first tick of a landlord's first day writes no digest.
    digest::tick(&desk.works).await.unwrap();
    desk.works.ambient.set(at("2026-03-03T09:05:00Z"));
    digest::tick(&desk.works).await.unwrap();
    desk.carry().await;
    let digest = desk.letters().into_iter().find(|l| l.contains("Subject: Complaints this morning")).unwrap();
    assert!(digest.contains("12 people under post 1000001_3"), "{digest}");
    // It goes on: the next day has an alarm of its own, and one.
    for n in 22..25 {
        says(&desk, n, COMPLAINT).await;
    }
    assert_eq!(alarms(&desk).await.len(), 2);
    assert_eq!(desk.works.metrics.render().matches("postroom_pile_ons_total{source=\"facebook\"} 2").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_crowd_each_role_is_told_once_and_of_every_emergency() {
    let web = Web::start(takes);
    let desk = Desk::open(&web, NOW).await;
    let unsafe_door = "The fire door in our block has been broken for three weeks. I rang twice and nobody came. I want to complain.";
    for n in 10..20 {
        says(&desk, n, unsafe_door).await;
    }
    let notices = told(&desk).await.into_iter().filter(|(reply, _)| reply == "notice").count();
    assert_eq!(notices, 4, "each until it is a crowd");
    let officers = told(&desk).await.into_iter().filter(|(reply, _)| reply == "trouble").map(|(_, to)| to).collect::<Vec<_>>();
    assert_eq!(officers, ["manager@home.example", "officer@home.example"], "then once, whoever is told of safety");
    let before = told(&desk).await.len();
    for n in 30..33 {
        says(&desk, n, "There is a smell of gas in our flat right now, please help. I rang you twice and nobody came.").await;
    }
    assert_eq!(told(&desk).await.len(), before + 3, "{:?}", told(&desk).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_people_under_five_posts_or_in_private_are_no_crowd() {
    let web = Web::start(takes);
    let desk = Desk::open(&web, NOW).await;
    for n in 10..16 {
        let mut body = comment(&format!("1000001_{n}"), &format!("400{n}"), COMPLAINT, unix(NOW));
        body["entry"][0]["changes"][0]["value"]["post_id"] = json!(format!("1000001_9{n}"));
        body["entry"][0]["changes"][0]["value"]["parent_id"] = json!(format!("1000001_9{n}"));
        desk.hears("facebook", &named(body, n)).await;
        desk.hears("facebook", &private(&format!("m_{n}"), &format!("500{n}"), COMPLAINT, unix(NOW))).await;
    }
    // And five within five days.
    for n in 50..55 {
        says(&desk, n, COMPLAINT).await;
        desk.works.ambient.advance(SignedDuration::from_hours(25));
    }
    assert!(alarms(&desk).await.is_empty());
    let mut tx = desk.works.db.read().await.unwrap();
    let kinds = store::counts::kinds(&mut tx, None, Timestamp::MIN, Timestamp::MAX).await.unwrap();
    assert!(kinds.iter().any(|(kind, n)| kind == Kind::NewComplaint.as_str() && *n == 17), "{kinds:?}");
}
