//! What a platform's answer means (developers.facebook.com/docs/graph-api/guides/error-handling, …/docs/whatsapp/cloud-api/support/error-codes;
//! docs.x.com/x-api/fundamentals/response-codes-and-errors).

use super::Heard;
use crate::courier::{Outcome, Why};
use crate::http::Answer;
use serde_json::Value;

/// What became of one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Done(Heard),
    /// The platform does not let us write to this person in this way: the next way may do.
    NotThisWay {
        code: u16,
    },
    Ended(Outcome),
}

pub fn judge(answer: &Answer) -> Verdict {
    let json = answer.json();
    if answer.is_success() {
        return Verdict::Done(heard(&json));
    }
    let code = Some(answer.status);
    let wait = |why| Verdict::Ended(Outcome::Later { code, why, after: answer.retry_after });
    let blocked = |why| Verdict::Ended(Outcome::Deferred { code, why, blocked: true, answer: String::new() });
    let not_this_way = Verdict::NotThisWay { code: answer.status };
    let error = &json["error"];
    if let Some(number) = error["code"].as_i64() {
        return match (number, error["error_subcode"].as_i64().unwrap_or(0)) {
            // This very comment has its one private reply.
            (10_900, _) => Verdict::Done(Heard::default()),
            // Outside the window, or a person who takes no messages.
            (10 | 100, 2_018_278 | 2_018_001 | 2_018_108 | 1_545_041) | (551 | 10_901..=10_903, _) => not_this_way,
            (131_047 | 131_026 | 131_051 | 131_049 | 130_472, _) => not_this_way,
            (190 | 102, _) => blocked(Why::Access),
            (4 | 17 | 32 | 613 | 80_001..=80_014 | 130_429 | 131_048 | 131_056, _) => wait(Why::Throttled),
            (1 | 2 | 131_000 | 131_016, _) => wait(Why::Busy),
            (3 | 10 | 200..=299 | 131_005 | 131_031 | 368, _) => blocked(Why::Policy),
            // "No such object": what they wrote is gone, and with it the place to answer.
            (100, _) => not_this_way,
            _ if error["is_transient"] == true => wait(Why::Busy),
            _ => not_this_way,
        };
    }
    match answer.status {
        401 => blocked(Why::Access),
        403 if no_standing(&json) => blocked(Why::Policy),
        429 => wait(Why::Throttled),
        503 => wait(Why::Busy),
        // Something between us and the platform, or the platform itself, failed after it had the request.
        500.. => Verdict::Ended(Outcome::Unknown { why: Why::Busy }),
        _ => not_this_way,
    }
}

/// X: it is the app that may not, not this one message.
fn no_standing(json: &Value) -> bool {
    let kind = json["type"].as_str().unwrap_or_default();
    ["client-forbidden", "not-enrolled", "usage-capped", "unsupported-authentication"].iter().any(|k| kind.contains(k))
}

fn heard(json: &Value) -> Heard {
    let text = |v: &Value| v.as_str().filter(|t| !t.is_empty()).map(str::to_owned);
    let data = &json["data"];
    let message_id = [&json["message_id"], &json["messages"][0]["id"], &data["dm_event_id"], &data["id"], &json["id"]];
    Heard {
        message_id: message_id.into_iter().find_map(text),
        // The person's id within the private conversation, which may be another than in public.
        person: [&json["recipient_id"], &json["contacts"][0]["wa_id"]].into_iter().find_map(text),
        conversation: text(&data["dm_conversation_id"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(status: u16, body: &Value) -> Verdict {
        judge(&Answer { status, retry_after: None, body: body.to_string().into_bytes() })
    }

    fn meta(code: i64, subcode: i64) -> Verdict {
        told(400, &json!({ "error": { "code": code, "error_subcode": subcode, "message": "x" } }))
    }

    #[test]
    fn each_refusal_leads_where_it_should() {
        let blocked = |why| move |v: &Verdict| matches!(v, Verdict::Ended(Outcome::Deferred { blocked: true, why: w, .. }) if *w == why);
        let later = |why| move |v: &Verdict| matches!(v, Verdict::Ended(Outcome::Later { why: w, .. }) if *w == why);
        for verdict in [meta(10, 2_018_278), meta(551, 0), meta(131_047, 0), meta(100, 33), told(403, &json!({ "title": "Forbidden" }))] {
            assert!(matches!(verdict, Verdict::NotThisWay { .. }), "{verdict:?}");
        }
        for verdict in [meta(190, 463), told(401, &json!({ "title": "Unauthorized" }))] {
            assert!(blocked(Why::Access)(&verdict), "{verdict:?}");
        }
        assert!(blocked(Why::Policy)(&meta(200, 0)));
        assert!(blocked(Why::Policy)(&told(403, &json!({ "type": "https://api.x.com/2/problems/client-forbidden" }))));
        for verdict in [meta(613, 0), meta(131_056, 0), told(429, &json!({}))] {
            assert!(later(Why::Throttled)(&verdict), "{verdict:?}");
        }
        assert!(later(Why::Busy)(&meta(2, 0)));
        assert!(matches!(told(502, &json!("bad gateway")), Verdict::Ended(Outcome::Unknown { .. })));
        assert_eq!(meta(10_900, 0), Verdict::Done(Heard::default()));
    }

    #[test]
    fn the_platforms_own_name_of_what_was_sent_is_kept() {
        let ids = |body: &Value| match told(200, body) {
            Verdict::Done(heard) => (heard.message_id, heard.person),
            other => panic!("{other:?}"),
        };
        let some = |t: &str| Some(t.to_owned());
        assert_eq!(ids(&json!({ "recipient_id": "7", "message_id": "m_1" })), (some("m_1"), some("7")));
        assert_eq!(ids(&json!({ "messages": [{ "id": "wamid.1" }], "contacts": [{ "wa_id": "44" }] })), (some("wamid.1"), some("44")));
        assert_eq!(ids(&json!({ "data": { "dm_event_id": "5", "dm_conversation_id": "1-2" } })), (some("5"), None));
        assert_eq!(ids(&json!({ "id": "1_2" })), (some("1_2"), None));
    }
}
