use crate::message::{Hint, read};
use crate::model::message::{Message, Platform, Verb};

mod shapes;

fn one(body: &str) -> Message {
    let mut all = read(body.as_bytes(), &Hint::default());
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn ids_keep_their_last_digit_and_times_their_unit() {
    let m = one(
        r#"{"for_user_id":"1","tweet_create_events":[{"created_at":"Fri Apr 03 14:47:57 +0000 2026","id":1913947208907408617,"text":"cut…","truncated":true,"user":{"id":18446744073709551615,"screen_name":"jo"},"extended_tweet":{"full_text":"no heat &amp; no help"}}]}"#,
    );
    assert_eq!(m.message_id.as_deref(), Some("1913947208907408617"));
    assert_eq!(m.from.id.as_deref(), Some("18446744073709551615"));
    assert_eq!(m.text, "no heat & no help");
    assert_eq!(m.sent_at.unwrap().to_string(), "2026-04-03T14:47:57Z");
    let m = one(
        r#"{"object":"page","entry":[{"id":"1","time":1772442840123,"messaging":[{"sender":{"id":"7"},"recipient":{"id":"1"},"timestamp":1772442839876,"message":{"mid":"m","text":"lift"}}]}]}"#,
    );
    assert_eq!(m.sent_at.unwrap().as_millisecond(), 1_772_442_839_876);
    let social = m.social.unwrap();
    assert_eq!((social.platform, social.public, social.no_message), (Platform::Messenger, false, false));
}

#[test]
fn every_event_of_a_batch_is_a_message() {
    let all = read(
        br#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"5"},"contacts":[{"profile":{"name":"Jo"},"wa_id":"44"}],
        "messages":[{"from":"44","id":"a","timestamp":"1772442839","type":"text","text":{"body":"boiler"}},{"from":"44","id":"b","timestamp":"1772442839","type":"image","image":{"caption":"look","mime_type":"image/jpeg"}},{"from":"44","id":"c","timestamp":"1","type":"audio","audio":{"mime_type":"audio/ogg; codecs=opus"}}],
        "statuses":[{"id":"z","status":"read","timestamp":"1772442839","recipient_id":"44"}]}}]}]}"#,
        &Hint::default(),
    );
    let shown: Vec<_> =
        all.iter().map(|m| (m.text.as_str(), m.attachments.len(), m.social.as_ref().is_some_and(|s| s.no_message))).collect();
    assert_eq!(shown, [("boiler", 0, false), ("look", 1, false), ("", 1, false), ("", 0, true)]);
    assert_eq!(all[2].attachments[0].mime, "audio/ogg");
    assert_eq!(all[0].from.name.as_deref(), Some("Jo"));
}

#[test]
fn what_nobody_said_to_us_is_recorded_and_no_message() {
    let bodies = [
        r#"{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"1"},"recipient":{"id":"7"},"message":{"mid":"m","is_echo":true,"text":"hello"}}]}]}"#,
        r#"{"object":"page","entry":[{"id":"1","time":1,"changes":[{"field":"feed","value":{"item":"reaction","verb":"add","from":{"id":"7"}}}]}]}"#,
        r#"{"object":"page","entry":[{"id":"1","time":1,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","from":{"id":"1"},"message":"ours"}}]}]}"#,
        r#"{"object":"instagram","entry":[{"id":"1","time":1}]}"#,
        r#"{"for_user_id":"1","favorite_events":[{"id":"x"}]}"#,
        r#"{"for_user_id":"1","tweet_create_events":[{"id_str":"2","text":"ours","user":{"id_str":"1"}}]}"#,
    ];
    for body in bodies {
        assert!(one(body).social.unwrap().no_message, "{body}");
    }
}

#[test]
fn edits_deletes_and_the_unreadable_are_named() {
    let m = one(
        r#"{"object":"page","entry":[{"id":"1","time":1,"changes":[{"field":"feed","value":{"item":"comment","verb":"edited","comment_id":"1_2","from":{"id":7},"message":"worse now"}}]}]}"#,
    );
    assert_eq!((m.social.as_ref().unwrap().verb, m.text.as_str(), m.social.unwrap().no_message), (Verb::Edit, "worse now", false));
    let m = one(
        r#"{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"7"},"recipient":{"id":"1"},"message":{"mid":"m","is_deleted":true}}]}]}"#,
    );
    assert_eq!(m.social.unwrap().verb, Verb::Remove);
    let m = one(
        r#"{"data":{"event_uuid":"-5","filter":{"user_id":"1"},"event_type":"chat.received","payload":{"sender_id":"2","encoded_event":"AAAA"}}}"#,
    );
    assert!(m.social.unwrap().unreadable);
    assert_eq!(m.defects[0].code, "encrypted");
    let m = one("{\"object\": \"page\", \"entry\": [{");
    assert_eq!(m.defects[0].code, "unreadable-json");
    assert!(m.quoted.contains("page"));
}

#[test]
fn a_list_of_bodies_is_as_many_messages() {
    let all = read(br#"[{"name":"Jo","message":"lift"},{"name":"Al","message":"damp"}]"#, &Hint::default());
    assert_eq!(all.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["lift", "damp"]);
    let all = read(br#"[{"name":"message","value":"lift is out"},{"name":"email","value":"jo@home.example"}]"#, &Hint::default());
    assert_eq!((all.len(), all[0].text.as_str()), (1, "lift is out"));
}

#[test]
fn x_activity_events() {
    let m = one(
        r#"{"data":{"event_uuid":"2080765813578191303","filter":{"user_id":"1111"},"event_type":"post.mention.create","payload":{"id":"2080765813578191303","author_id":"2222","text":"@landlord no heating for a week","created_at":"2026-03-02T09:14:00.000Z"},"includes":{"users":[{"id":"2222","name":"Jo"}]}}}"#,
    );
    assert_eq!((m.from.id.as_deref(), m.from.name.as_deref()), (Some("2222"), Some("Jo")));
    let m = one(
        r#"{"data":{"event_uuid":"-6","filter":{"user_id":"1111"},"event_type":"dm.received","payload":{"direct_message_events":[{"type":"message_create","id":"2","created_timestamp":"1772442839372","message_create":{"target":{"recipient_id":"1111"},"sender_id":"2222","message_data":{"text":"water"}}}],"users":{"2222":{"data":{"id":"2222","username":"jo","name":"Jo"}}}}}}"#,
    );
    assert_eq!((m.text.as_str(), m.from.name.as_deref(), m.social.unwrap().public), ("water", Some("Jo"), false));
}
