//! What identifies a message beside its raw: when it counts as received, and whether it has come before by another way.

use super::hex;
use crate::model::address::Address;
use crate::model::message::{Message, Social, Verb};
use crate::store::message::Waiting;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// When a part of a raw was received: the event's own time at the platform or the web form, if it is within a day of its arrival (promise 4).
pub fn receipt(waiting: &Waiting, message: &Message) -> Timestamp {
    let submitted = message.webform.as_ref().and(message.sent_at);
    let event = message.social.as_ref().and_then(|s| s.event_at).or(submitted);
    let near = |at: &Timestamp| *at <= waiting.received_at && waiting.received_at.duration_since(*at) <= SignedDuration::from_hours(24);
    event.filter(near).unwrap_or(waiting.received_at)
}

/// The second key against duplicates: the same mail by two mailboxes or two routes, whose bytes differ by their trace headers; the same
/// platform's item in another batch. Never a Message-ID alone: it is reused in the wild (promise 1).
pub fn fingerprint(message: &Message) -> Option<String> {
    let id = message.message_id.as_deref()?;
    if let Some(social) = &message.social {
        return Some(of_item(id, message, social));
    }
    let mut digest = Sha256::new();
    for part in [
        Some(id),
        message.from.email.as_ref().map(Address::as_str),
        message.from.id.as_deref(),
        None,
        Some(&message.text),
        Some(&message.quoted),
    ] {
        digest.update(part.unwrap_or_default().as_bytes());
        digest.update([0]);
    }
    digest.update(message.sent_at.map_or(0, Timestamp::as_second).to_be_bytes());
    Some(hex(&digest.finalize()))
}

/// A platform's id names an item for ever, so what was said under it comes once. Its batches state their own time, which a redelivery in
/// another batch changes, and an author may be named in one and withheld in the next: neither counts. An edit is told by its words. A notice
/// (a like, a delivery) borrows the id of the item that it is about: it is told by all that it holds, so that it never stands for the item.
fn of_item(id: &str, message: &Message, social: &Social) -> String {
    let mut digest = Sha256::new();
    let mut add = |part: &str| {
        digest.update(part.as_bytes());
        digest.update([0]);
    };
    add(&format!("{:?} {:?}", social.platform, social.verb));
    add(id);
    match (social.verb, social.no_message) {
        (Verb::Add, false) | (Verb::Remove, _) => {}
        (Verb::Edit, false) => add(&message.text),
        (Verb::Add | Verb::Edit, true) => {
            add("notice");
            add(message.from.id.as_deref().unwrap_or_default());
            add(&message.text);
            add(&social.event_at.map_or_else(String::new, |at| at.to_string()));
        }
    }
    hex(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Hint, read};

    fn one(body: &str) -> Message {
        read(body.as_bytes(), &Hint { channel: Some(crate::model::message::Channel::Social), ..Hint::default() }).remove(0)
    }

    fn comment(entry_time: i64, verb: &str, item: &str, text: &str, from: &str) -> Message {
        one(&format!(
            r#"{{"object":"page","entry":[{{"id":"1","time":{entry_time},"changes":[{{"field":"feed","value":{{"item":"{item}","verb":"{verb}","comment_id":"1_2","post_id":"1_3",{from}"message":"{text}"}}}}]}}]}}"#
        ))
    }

    #[test]
    fn an_item_is_itself_in_another_batch_and_its_likes_are_not() {
        let from = r#""from":{"id":"9","name":"A Resident"},"#;
        let first = fingerprint(&comment(1_772_442_840, "add", "comment", "no heating", from)).unwrap();
        assert_eq!(
            fingerprint(&comment(1_772_449_999, "add", "comment", "no heating", from)).unwrap(),
            first,
            "sent again in another batch"
        );
        assert_eq!(fingerprint(&comment(1_772_442_840, "add", "comment", "no heating", "")).unwrap(), first, "its author withheld");
        let edited = fingerprint(&comment(1_772_442_840, "edited", "comment", "no heating for a week", from)).unwrap();
        assert_ne!(edited, first);
        assert_ne!(fingerprint(&comment(1_772_442_840, "edited", "comment", "no heating for two weeks", from)).unwrap(), edited);
        assert_ne!(fingerprint(&comment(1_772_442_840, "add", "reaction", "", from)).unwrap(), first, "a like under the comment's id");
        assert_ne!(fingerprint(&comment(1_772_442_840, "remove", "comment", "", from)).unwrap(), first);
    }

    #[test]
    fn a_webhooks_clock_runs_from_its_event_if_that_is_within_a_day() {
        let arrived: Timestamp = "2026-03-02T09:14:00Z".parse().unwrap();
        let waiting = Waiting {
            id: 1,
            raw_id: 1,
            part: 0,
            source: "form".into(),
            channel: crate::model::message::Channel::Webform,
            received_at: arrived,
            answerable: true,
            attempts: 0,
        };
        let hint = Hint { channel: Some(crate::model::message::Channel::Webform), ..Hint::default() };
        let form = |at: &str| read(format!(r#"{{"message":"no heating","submitted_at":"{at}"}}"#).as_bytes(), &hint).remove(0);
        for (stated, received) in [
            ("2026-03-01T20:00:00Z", "2026-03-01T20:00:00Z"),
            ("2026-03-01T09:13:59Z", "2026-03-02T09:14:00Z"),
            ("2026-03-02T09:14:01Z", "2026-03-02T09:14:00Z"),
        ] {
            assert_eq!(receipt(&waiting, &form(stated)).to_string(), received, "{stated}");
        }
    }
}
