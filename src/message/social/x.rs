//! X: the Activity API (XAA), and the Account Activity API (AAA) that it replaces (<https://docs.x.com/x-api/activity>, …/account-activity).

use super::{event, finish, item};
use crate::message::json::{self, MAX_ITEMS, id, id_of, instant, list, text_of};
use crate::model::address::Party;
use crate::model::message::{Attachment, Defect, Message, Platform, Verb};
use serde_json::Value;

pub fn is_ours(body: &Value) -> bool {
    body["for_user_id"].is_string()
        || body["for_user_id"].is_number()
        || is_activity(&body["data"])
        || !list(&body["data"]).is_empty() && list(&body["data"]).iter().all(is_activity)
        || body["user_event"]["revoke"].is_object()
}

fn is_activity(data: &Value) -> bool {
    data["event_uuid"].is_string() || data["event_type"].is_string() && data["payload"].is_object()
}

pub fn read(body: &Value) -> Vec<Message> {
    if is_activity(&body["data"]) {
        activity(&body["data"], &body["includes"])
    } else if body["data"].is_array() {
        list(&body["data"]).iter().take(MAX_ITEMS).flat_map(|data| activity(data, &body["includes"])).collect()
    } else {
        account(body)
    }
}

/// XAA: one event; its body holds one, or a list of them.
fn activity(data: &Value, outer: &Value) -> Vec<Message> {
    let kind = data["event_type"].as_str().unwrap_or_default().to_ascii_lowercase();
    let payload = &data["payload"];
    let ours = id(&data["filter"]["user_id"]);
    let uuid = id(&data["event_uuid"]);
    let includes = if data["includes"].is_object() {
        &data["includes"]
    } else if payload["includes"].is_object() {
        &payload["includes"]
    } else {
        outer
    };
    // As the API's own answers wrap a post.
    let payload = if payload["id"].is_null() && payload["data"].is_object() { &payload["data"] } else { payload };
    if kind.starts_with("dm.") && (payload["direct_message_events"].is_array() || payload["dm_events"].is_array()) {
        let events = if payload["direct_message_events"].is_array() { &payload["direct_message_events"] } else { &payload["dm_events"] };
        return list(events).iter().take(MAX_ITEMS).map(|e| direct(e, &payload["users"], ours.as_deref())).collect();
    }
    if kind.starts_with("chat.") || !payload["encoded_event"].is_null() {
        let (mut m, mut social) = item(Platform::X, false);
        m.from.id = id_of(payload, &["sender_id", "user_id"]);
        m.message_id = id_of(payload, &["id", "event_id", "message_id"]).or(uuid);
        social.thread = id_of(payload, &["conversation_id"]);
        social.account = ours.clone();
        social.no_message = kind != "chat.received" || ours.is_some() && m.from.id == ours;
        social.unreadable = !social.no_message;
        social.event_at = instant(&payload["created_at"]).or_else(|| instant(&payload["created_at_msec"]));
        if social.unreadable {
            m.defects.push(Defect::new("encrypted", "The message is encrypted end to end, and can be read only on the platform."));
        }
        return vec![finish(m, social)];
    }
    if kind.starts_with("post.delete") || kind.ends_with(".delete") {
        let (mut m, mut social) = item(Platform::X, true);
        m.message_id = id_of(payload, &["id", "tweet_id", "post_id"]).or(uuid);
        m.from.id = id_of(payload, &["author_id", "user_id"]);
        social.verb = Verb::Remove;
        social.account = ours;
        social.no_message = true;
        return vec![finish(m, social)];
    }
    if kind.starts_with("post.") && (kind.ends_with(".create") || kind.ends_with(".edit")) {
        let mut m = post(payload, includes, ours.as_deref());
        if kind.ends_with(".edit")
            && let Some(s) = &mut m.social
        {
            s.verb = Verb::Edit;
        }
        return vec![m];
    }
    if kind.starts_with("dm.") && (payload["text"].is_string() || payload["message_create"].is_object()) {
        return vec![direct(payload, &payload["users"], ours.as_deref())];
    }
    let mut other = event(Platform::X, "An X event that says nothing to us, or of an unknown kind.");
    if kind.starts_with("oauth.revoke") {
        other.defects = vec![Defect::new("access-revoked", "X says that Postroom's access to the account was revoked.")];
    }
    other.message_id = uuid;
    vec![other]
}

/// AAA: several lists a body.
fn account(body: &Value) -> Vec<Message> {
    let ours = id(&body["for_user_id"]);
    let mut out = Vec::new();
    for tweet in list(&body["tweet_create_events"]).iter().take(MAX_ITEMS) {
        out.push(post(tweet, &Value::Null, ours.as_deref()));
    }
    for name in ["direct_message_events", "direct_message_edit_events"] {
        for one in list(&body[name]).iter().take(MAX_ITEMS) {
            out.push(direct(one, &body["users"], ours.as_deref()));
        }
    }
    for deleted in list(&body["tweet_delete_events"]).iter().chain(list(&body["direct_message_delete_events"])).take(MAX_ITEMS) {
        let (mut m, mut social) = item(Platform::X, deleted["status"].is_object());
        let what = if deleted["status"].is_object() { &deleted["status"] } else { deleted };
        m.message_id = id_of(what, &["id_str", "id"]);
        m.from.id = id_of(what, &["user_id_str", "user_id"]);
        social.event_at = instant(&deleted["timestamp_ms"]);
        social.account = ours.clone();
        social.verb = Verb::Remove;
        social.no_message = true;
        out.push(finish(m, social));
    }
    if out.is_empty() {
        let mut other = event(Platform::X, "An X event that says nothing to us: a like, a follow, a block, typing, or of an unknown kind.");
        if body["user_event"]["revoke"].is_object() {
            other.defects = vec![Defect::new("access-revoked", "X says that Postroom's access to the account was revoked.")];
        }
        if let Some(s) = &mut other.social {
            s.account = ours;
        }
        out.push(other);
    }
    out
}

/// A public post in either shape. Long posts carry their full text apart.
fn post(tweet: &Value, includes: &Value, ours: Option<&str>) -> Message {
    let (mut m, mut social) = item(Platform::X, true);
    let user = &tweet["user"];
    let author = id_of(user, &["id_str", "id"]).or_else(|| id_of(tweet, &["author_id", "user_id"]));
    let known =
        list(&includes["users"]).iter().chain(list(&tweet["includes"]["users"])).find(|u| id(&u["id"]) == author).unwrap_or(&Value::Null);
    m.from =
        Party { name: text_of(user, &["name", "screen_name"]).or_else(|| text_of(known, &["name", "username"])), email: None, id: author };
    m.message_id = id_of(tweet, &["id_str", "id"]);
    m.text = text_of(&tweet["extended_tweet"], &["full_text"])
        .or_else(|| text_of(&tweet["note_tweet"], &["text"]))
        .or_else(|| text_of(tweet, &["full_text", "text"]))
        .map(|t| entities(&t))
        .unwrap_or_default();
    social.account = ours.map(str::to_owned);
    social.event_at = instant(&tweet["created_at"]).or_else(|| instant(&tweet["timestamp_ms"]));
    let related = |kind: &str| list(&tweet["referenced_tweets"]).iter().find(|r| r["type"] == kind).and_then(|r| id(&r["id"]));
    social.parent = id_of(tweet, &["in_reply_to_status_id_str", "in_reply_to_status_id", "in_reply_to_tweet_id"])
        .or_else(|| related("replied_to"))
        .or_else(|| id_of(tweet, &["quoted_status_id_str"]))
        .or_else(|| related("quoted"));
    social.thread =
        id_of(tweet, &["conversation_id_str", "conversation_id"]).or_else(|| social.parent.clone()).or_else(|| m.message_id.clone());
    let media = [&tweet["extended_tweet"]["extended_entities"]["media"], &tweet["extended_entities"]["media"], &tweet["entities"]["media"]];
    let media = media.into_iter().map(list).find(|l| !l.is_empty()).unwrap_or_default();
    let keys = list(&tweet["attachments"]["media_keys"]).len();
    for one in media.iter().take(20) {
        attach(one["type"].as_str().unwrap_or("photo"), &mut m);
    }
    if media.is_empty() {
        (0..keys.min(20)).for_each(|_| attach("photo", &mut m));
    }
    // Each edit of a post has an id of its own; what was edited is the first of its history.
    if let [first, .., last] = list(&tweet["edit_history_tweet_ids"])
        && id(last) == m.message_id
    {
        m.message_id = id(first);
        social.verb = Verb::Edit;
    }
    // Our own posts come back on this feed, and so do plain retweets, which say nothing of their own.
    let own = ours.is_some() && m.from.id.as_deref() == ours;
    social.no_message = own || tweet["retweeted_status"].is_object() || related("retweeted").is_some();
    finish(m, social)
}

fn direct(one: &Value, users: &Value, ours: Option<&str>) -> Message {
    let (mut m, mut social) = item(Platform::X, false);
    let create = &one["message_create"];
    let data = if create["message_data"].is_object() { &create["message_data"] } else { one };
    let sender = id_of(create, &["sender_id"]).or_else(|| id_of(one, &["sender_id"]));
    let user = sender.as_deref().map_or(&Value::Null, |s| &users[s]);
    let user = if user["data"].is_object() { &user["data"] } else { user };
    m.from = Party { name: text_of(user, &["name", "screen_name", "username"]), email: None, id: sender };
    m.to = id(&create["target"]["recipient_id"]).map(|id| Party { name: None, email: None, id: Some(id) }).into_iter().collect();
    m.message_id = id_of(one, &["id", "id_str", "dm_event_id"]);
    m.text = text_of(data, &["text"]).map(|t| entities(&t)).unwrap_or_default();
    social.account = ours.map(str::to_owned);
    social.thread = id_of(one, &["dm_conversation_id"]).or_else(|| m.from.id.clone());
    social.event_at = instant(&one["created_timestamp"]).or_else(|| instant(&one["created_at"]));
    if data["attachment"].is_object() {
        attach(data["attachment"]["media"]["type"].as_str().unwrap_or("photo"), &mut m);
    }
    (0..list(&one["attachments"]["media_keys"]).len().min(20)).for_each(|_| attach("photo", &mut m));
    let kind = one["type"].as_str().or(one["event_type"].as_str()).unwrap_or("message_create").to_ascii_lowercase();
    let own = ours.is_some() && m.from.id.as_deref() == ours;
    social.no_message = own || !matches!(kind.as_str(), "message_create" | "messagecreate" | "message_edit");
    if kind == "message_edit" {
        social.verb = Verb::Edit;
    }
    if social.no_message && !own {
        m.defects.push(json::strange("A conversation event that says nothing to us."));
    }
    finish(m, social)
}

fn attach(kind: &str, m: &mut Message) {
    let (name, mime) = match kind {
        "video" => ("video", "video/*"),
        "animated_gif" => ("animation", "video/*"),
        _ => ("photo", "image/*"),
    };
    m.attachments.push(Attachment { name: Some(name.into()), mime: mime.into(), bytes: 0, text: None });
}

/// X writes `&`, `<` and `>` in posts as HTML entities.
fn entities(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
