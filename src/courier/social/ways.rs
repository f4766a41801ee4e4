//! The ways in which a platform lets an account answer somebody: privately within its window, else in public under what they wrote
//! (channels.md 7.1 and 7.2 hold the facts). Each is finished to the last byte but for the address of the platform and the token.

use crate::model::message::{Message, Platform};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An answer on a platform, as it lies in the outbox: tried from the first way to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// The source whose account answers.
    pub source: String,
    pub ways: Vec<Way>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Others can read it.
    pub public: bool,
    /// The platform takes it no later than this.
    pub until: Option<Timestamp>,
    /// Below the platform's address and version.
    pub path: String,
    pub body: Value,
}

/// What is said in each way. The public line holds nothing of what they wrote.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    pub private: &'a str,
    pub public: &'a str,
}

/// One private reply to a comment, within seven days of it (Messenger Platform, "Private Replies").
const REPLY_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);
/// An account may write for a day after a person did (Messenger and Instagram "standard messaging", WhatsApp "customer service window").
const TALK_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The ways that are open at `at`, when the answer to `message` is to leave; private before public. None for what has no author or no name.
pub fn ways(message: &Message, received_at: Timestamp, at: Timestamp, words: Words<'_>) -> Vec<Way> {
    let Some(social) = &message.social else { return Vec::new() };
    let (Some(author), Some(item)) = (message.from.id.as_deref(), message.message_id.as_deref()) else { return Vec::new() };
    let said_at = social.event_at.unwrap_or(received_at).min(received_at);
    let way = |public, window: Option<SignedDuration>, path: String, body| Way { public, until: window.map(|w| said_at + w), path, body };
    let text = json!({ "text": words.private });
    let account = social.account.as_deref().filter(|a| plain(a));
    let mut ways = Vec::new();
    match (social.platform, social.public) {
        (Platform::X, public) if plain(author) && plain(item) => {
            ways.push(way(false, None, format!("/2/dm_conversations/with/{author}/messages"), text));
            if public {
                let body = json!({ "text": words.public, "reply": { "in_reply_to_tweet_id": item } });
                ways.push(way(true, None, "/2/tweets".into(), body));
            }
        }
        (Platform::Whatsapp, _) => ways.extend(account.map(|account| {
            let body = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": author, "type": "text",
                "text": { "preview_url": false, "body": words.private } });
            way(false, Some(TALK_WINDOW), format!("/{account}/messages"), body)
        })),
        (Platform::Facebook | Platform::Instagram, true) if plain(item) => {
            // A visitor's own post has no parent; what stands under a post is a comment.
            let key = if social.platform == Platform::Facebook && social.parent.is_none() { "post_id" } else { "comment_id" };
            let body = json!({ "recipient": { key: item }, "message": text });
            ways.extend(account.map(|account| way(false, Some(REPLY_WINDOW), format!("/{account}/messages"), body)));
            let under = if social.platform == Platform::Instagram { "replies" } else { "comments" };
            ways.push(way(true, None, format!("/{item}/{under}"), json!({ "message": words.public })));
        }
        (Platform::Messenger | Platform::Instagram, false) => ways.extend(account.map(|account| {
            let body = json!({ "recipient": { "id": author }, "messaging_type": "RESPONSE", "message": text });
            way(false, Some(TALK_WINDOW), format!("/{account}/messages"), body)
        })),
        _ => {}
    }
    ways.retain(|w| w.until.is_none_or(|until| at < until));
    ways
}

/// What may stand in a path: an id came with a signed call, and is still none of ours.
fn plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:".contains(&b)) && !id.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Party;
    use crate::model::message::{Channel, Social, Verb};

    const WORDS: Words<'_> = Words { private: "in private", public: "in public" };

    fn said() -> Timestamp {
        "2026-03-02T09:14:00Z".parse().unwrap()
    }

    fn message(platform: Platform, public: bool, author: &str, item: &str) -> Message {
        let social = Social {
            platform,
            public,
            verb: Verb::Add,
            account: Some("1001".into()),
            parent: Some("1001_3".into()),
            thread: None,
            no_message: false,
            event_at: Some(said()),
            unreadable: false,
        };
        let from = Party { id: Some(author.into()), ..Party::default() };
        Message { channel: Channel::Social, from, message_id: Some(item.into()), social: Some(social), ..Message::default() }
    }

    fn open(message: &Message, days_later: i64) -> Vec<(bool, String, Value)> {
        let ways = ways(message, said(), said() + SignedDuration::from_hours(24 * days_later + 1), WORDS);
        ways.into_iter().map(|w| (w.public, w.path, w.body)).collect()
    }

    #[test]
    fn a_comment_is_answered_privately_for_seven_days_and_then_by_a_public_line() {
        let comment = message(Platform::Facebook, true, "4000004", "1001_2");
        let private = json!({ "recipient": { "comment_id": "1001_2" }, "message": { "text": "in private" } });
        let public = (true, "/1001_2/comments".to_owned(), json!({ "message": "in public" }));
        assert_eq!(open(&comment, 6), [(false, "/1001/messages".into(), private), public.clone()]);
        assert_eq!(open(&comment, 7), [public]);
        let mut post = comment;
        post.social.as_mut().unwrap().parent = None;
        assert_eq!(open(&post, 0)[0].2["recipient"], json!({ "post_id": "1001_2" }));
        let [private, public] = &open(&message(Platform::Instagram, true, "6841", "179"), 0)[..] else { panic!("two ways") };
        assert_eq!((&private.2["recipient"], public.1.as_str()), (&json!({ "comment_id": "179" }), "/179/replies"));
    }

    #[test]
    fn a_conversation_is_answered_within_its_day_and_nowhere_else() {
        for platform in [Platform::Whatsapp, Platform::Messenger, Platform::Instagram] {
            let message = message(platform, false, "447700900123", "m.1");
            let [(public, path, body)] = &open(&message, 0)[..] else { panic!("one way") };
            assert_eq!((*public, path.as_str()), (false, "/1001/messages"));
            assert!(body.to_string().contains("in private") && body.to_string().contains("447700900123"), "{body}");
            assert!(open(&message, 1).is_empty());
        }
    }

    #[test]
    fn a_mention_on_x_is_answered_by_a_direct_message_or_under_the_post() {
        let paths: Vec<_> = open(&message(Platform::X, true, "2222", "20807"), 30).into_iter().map(|(_, path, _)| path).collect();
        assert_eq!(paths, ["/2/dm_conversations/with/2222/messages", "/2/tweets"]);
        assert_eq!(open(&message(Platform::X, false, "2222", "20807"), 30).len(), 1);
    }

    #[test]
    fn an_id_that_would_lead_elsewhere_is_no_path() {
        for id in ["../me", "1?x=", "1/2", "", "a b", "1#"] {
            assert!(open(&message(Platform::X, true, id, "20807"), 0).is_empty(), "{id}");
            assert!(open(&message(Platform::Facebook, true, "4", id), 0).is_empty(), "{id}");
            let mut elsewhere = message(Platform::Messenger, false, "4", "m");
            elsewhere.social.as_mut().unwrap().account = Some(id.into());
            assert!(open(&elsewhere, 0).is_empty(), "{id}");
        }
    }
}
