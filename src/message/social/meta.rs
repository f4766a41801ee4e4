//! Facebook pages, Messenger and Instagram (<https://developers.facebook.com/docs/graph-api/webhooks>).

use super::{finish, item, verb};
use crate::message::json::{self, MAX_ITEMS, id, id_of, instant, list, text_of};
use crate::model::address::Party;
use crate::model::message::{Attachment, Defect, Message, Platform, Verb};
use serde_json::Value;

pub fn entry(entry: &Value, object: &str) -> Vec<Message> {
    let account = id(&entry["id"]);
    let instagram = object == "instagram";
    let mut out = Vec::new();
    for change in list(&entry["changes"]).iter().take(MAX_ITEMS) {
        out.push(changed(change, entry, account.as_deref(), instagram));
    }
    // Old shapes put one change straight into the entry.
    if entry["changes"].is_null() && entry["field"].is_string() {
        out.push(changed(entry, entry, account.as_deref(), instagram));
    }
    for name in ["messaging", "standby"] {
        for one in list(&entry[name]).iter().take(MAX_ITEMS) {
            out.push(messaging(one, entry, account.as_deref(), instagram));
        }
    }
    out
}

/// Feeds, comments, mentions and ratings: what others can read.
fn changed(change: &Value, entry: &Value, account: Option<&str>, instagram: bool) -> Message {
    let field = change["field"].as_str().unwrap_or_default();
    let value = &change["value"];
    let platform = if instagram { Platform::Instagram } else { Platform::Facebook };
    if matches!(
        field,
        "messages" | "messaging_postbacks" | "message_edit" | "message_reactions" | "messaging_seen" | "standby" | "messaging_referral"
    ) && value["sender"].is_object()
    {
        return messaging(value, entry, account, instagram); // the test button of the app's dashboard sends these
    }
    let (mut message, mut social) = item(platform, true);
    social.account = account.map(str::to_owned);
    social.event_at = instant(&value["created_time"]).or_else(|| instant(&value["timestamp"])).or_else(|| instant(&entry["time"]));
    let word = value["verb"].as_str().unwrap_or("add");
    social.verb = verb(word);
    let from = if value["from"].is_null() { &value["reviewer"] } else { &value["from"] };
    message.from = Party {
        name: text_of(from, &["name", "username"]).or_else(|| text_of(value, &["sender_name", "reviewer_name", "username"])),
        email: None,
        id: id(&from["id"]).or_else(|| id_of(value, &["sender_id", "reviewer_id", "from_id"])).or_else(|| id(from)),
    };
    message.text = text_of(value, &["message", "text", "review_text", "comment", "title", "story", "description"]).unwrap_or_default();
    message.message_id =
        id_of(value, &["comment_id", "id", "mention_id", "open_graph_story_id", "post_id", "video_id", "photo_id", "media_id"]);
    if value["item"] == "post" || value["item"] == "status" {
        message.message_id = id_of(value, &["post_id", "id"]).or(message.message_id);
    }
    social.parent = id_of(value, &["parent_id"])
        .or_else(|| id(&value["parent"]["id"]))
        .or_else(|| value["comment_id"].as_str().and(id(&value["post_id"])));
    social.thread = id_of(value, &["post_id", "media_id"]).or_else(|| id(&value["media"]["id"])).or_else(|| id(&value["post"]["id"]));
    media(value, &mut message);
    let kind = value["item"].as_str().unwrap_or_default();
    let speaks = match field {
        "feed" => {
            matches!(kind, "comment" | "post" | "status" | "photo" | "video" | "share" | "note" | "link" | "" | "story" | "album" | "event")
        }
        "ratings" => matches!(kind, "rating" | "comment" | "recommendation" | ""),
        "mention" | "mentions" | "comments" | "live_comments" | "story_mentions" | "live_videos" | "page_mentions" => true,
        _ => false,
    };
    if !speaks && field != "feed" && field != "ratings" {
        message.defects.push(json::strange(&format!("An event of the kind “{}” says nothing to us.", short(field))));
    }
    if matches!(field, "mentions" | "mention") && message.text.is_empty() && message.attachments.is_empty() && social.verb == Verb::Add {
        // Instagram tells only that we were mentioned, and where; the words must be fetched.
        message.defects.push(Defect::new("words-not-sent", "The platform says that we were mentioned, and not in what words."));
        social.unreadable = true;
    }
    // Instagram knows our own comments by another id than the account's.
    let own = account.is_some() && message.from.id.as_deref() == account || !from["self_ig_scoped_id"].is_null();
    let toggled = !matches!(social.verb, Verb::Edit | Verb::Remove) && !matches!(word, "add" | "added" | "");
    social.no_message = !speaks || own || toggled || social.verb == Verb::Remove;
    finish(message, social)
}

fn media(value: &Value, message: &mut Message) {
    let mut add = |kind: &str, link: Option<String>| {
        if message.attachments.len() < 100 {
            let mime = mime(kind);
            message.attachments.push(Attachment {
                name: link.as_deref().and_then(file_name).or_else(|| Some(kind.to_owned())),
                mime,
                bytes: 0,
                text: None,
            });
        }
    };
    for (key, kind) in [("photo", "image"), ("video", "video")] {
        if value[key].is_string() {
            add(kind, value[key].as_str().map(str::to_owned));
        }
    }
    for photo in list(&value["photos"]) {
        add("image", photo.as_str().map(str::to_owned));
    }
    if value["link"].is_string() && matches!(value["item"].as_str(), Some("photo" | "video")) {
        add(if value["item"] == "photo" { "image" } else { "video" }, value["link"].as_str().map(str::to_owned));
    }
}

/// Private conversations: Messenger and Instagram messages, and what happens in them.
fn messaging(one: &Value, entry: &Value, account: Option<&str>, instagram: bool) -> Message {
    let (mut message, mut social) = item(if instagram { Platform::Instagram } else { Platform::Messenger }, false);
    let sender = id(&one["sender"]["id"]).or_else(|| id(&one["sender"]["user_ref"])).or_else(|| id(&one["optin"]["user_ref"]));
    let recipient = id(&one["recipient"]["id"]);
    let body = &one["message"];
    let edit = &one["message_edit"];
    let echo = body["is_echo"] == true
        || body["is_echo"] == "true"
        || sender.is_some() && sender.as_deref() == account && recipient.as_deref() != account;
    social.account = account.map(str::to_owned).or_else(|| recipient.clone());
    social.thread = if echo { recipient.clone() } else { sender.clone() };
    social.event_at = instant(&one["timestamp"]).or_else(|| instant(&entry["time"]));
    message.from = Party { name: text_of(&one["sender"], &["name", "username"]), email: None, id: sender };
    message.to = recipient.map(|id| Party { name: None, email: None, id: Some(id) }).into_iter().collect();
    message.message_id = id(&body["mid"])
        .or_else(|| id(&edit["mid"]))
        .or_else(|| id_of(&one["postback"], &["mid"]))
        .or_else(|| id_of(&one["reaction"], &["mid"]));
    social.parent = id(&body["reply_to"]["mid"]).or_else(|| id(&body["reply_to"]["story"]["id"]));

    if body.is_object() {
        message.text = text_of(body, &["text"]).unwrap_or_default();
        for each in list(&body["attachments"]).iter().take(100) {
            attached(each, &mut message);
        }
        if body["attachments"].is_object() {
            attached(&body["attachments"], &mut message);
        }
        if message.text.is_empty() {
            message.text = text_of(&body["quick_reply"], &["payload"]).unwrap_or_default();
        }
        if body["is_deleted"] == true {
            social.verb = Verb::Remove;
        }
        if body["is_unsupported"] == true {
            social.unreadable = true;
            message
                .defects
                .push(Defect::new("unsupported-message", "The platform does not pass on a message of this kind; it must be read there."));
        }
        social.no_message = echo || social.verb == Verb::Remove;
    } else if edit.is_object() {
        social.verb = Verb::Edit;
        message.text = text_of(edit, &["text"]).unwrap_or_default();
        social.no_message = echo;
    } else if one["postback"].is_object() {
        // A button that was pressed: the title is what the person chose to say; "Get started" says nothing yet.
        message.text = text_of(&one["postback"], &["title"]).unwrap_or_default();
        let referral = text_of(&one["postback"], &["payload"]).unwrap_or_default();
        social.no_message = message.text.trim().is_empty()
            || message.text.eq_ignore_ascii_case("get started")
            || referral.eq_ignore_ascii_case("get_started");
    } else if one["messaging_feedback"].is_object() {
        // A survey within the conversation: what was written beside the marks is words as any.
        let screens = list(&one["messaging_feedback"]["feedback_screens"]).iter().take(20);
        let answers = screens.filter_map(|s| s["questions"].as_object()).flat_map(|q| q.values().take(20));
        let said: Vec<String> = answers.filter_map(|a| text_of(&a["follow_up"], &["payload"])).collect();
        message.text = said.join("\n");
        social.no_message = message.text.is_empty();
    } else {
        social.no_message = true;
        let known = [
            "delivery",
            "read",
            "reaction",
            "optin",
            "referral",
            "account_linking",
            "pass_thread_control",
            "take_thread_control",
            "request_thread_control",
            "app_roles",
            "payment",
            "pre_checkout",
            "policy_enforcement",
            "policy-enforcement",
            "game_play",
            "checkout_update",
            "seen",
            "typing",
            "response_feedback",
            "order",
            "call",
        ];
        if !known.iter().any(|k| !one[*k].is_null()) {
            message.defects.push(json::strange("A messaging event of an unknown kind."));
        }
    }
    finish(message, social)
}

fn attached(each: &Value, message: &mut Message) {
    let kind = each["type"].as_str().unwrap_or("file");
    let payload = &each["payload"];
    let link = text_of(payload, &["url"]).or_else(|| text_of(each, &["url", "URL"]));
    match kind {
        "fallback" | "template" | "share" | "location" | "story_mention" | "ig_reel" | "reel" | "post" | "ig_post" => {
            // A shared page or place: its title is part of what was said.
            let title = text_of(each, &["title"]).or_else(|| text_of(payload, &["title", "text"]));
            let place = &payload["coordinates"];
            let place = id(&place["lat"]).zip(id(&place["long"])).map(|(lat, long)| format!("Location: {lat}, {long}"));
            if let Some(words) = place.or(title).filter(|_| message.text.trim().is_empty()) {
                message.text = words;
            }
            message.attachments.push(Attachment {
                name: link.as_deref().and_then(file_name).or_else(|| Some(kind.to_owned())),
                mime: "text/uri-list".into(),
                bytes: 0,
                text: None,
            });
        }
        _ => {
            // A thumb (“like” sticker) says neither yes nor no.
            message.attachments.push(Attachment {
                name: link.as_deref().and_then(file_name).or_else(|| Some(kind.to_owned())),
                mime: mime(kind),
                bytes: 0,
                text: None,
            });
        }
    }
}

pub fn mime(kind: &str) -> String {
    match kind {
        "image" | "photo" | "sticker" | "animated_image" => "image/*",
        "video" | "reel" => "video/*",
        "audio" | "voice" => "audio/*",
        _ => "application/octet-stream",
    }
    .to_owned()
}

/// The last step of a link's path, when it looks like a file.
fn file_name(link: &str) -> Option<String> {
    let path = link.split(['?', '#']).next()?;
    path.rsplit('/').next().filter(|n| n.contains('.') && n.len() < 100 && path.matches('/').count() > 2).map(str::to_owned)
}

fn short(word: &str) -> String {
    word.chars().take(40).collect()
}
