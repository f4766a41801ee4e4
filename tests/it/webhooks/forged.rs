//! What is not as its sender sent it does not get in, by any door.

use super::*;

/// A thousand calls, each a true one that was bent: none gets in, none is told why, none breaks anything.
#[tokio::test]
async fn of_a_thousand_forged_stale_replayed_and_truncated_calls_none_is_taken_in() {
    let house = house();
    let mut asked = 0;
    let mut before: Vec<Call> = Vec::new();
    for round in 0..50_u32 {
        let true_ones = [
            meta(&comment(round)),
            x(&format!(r#"{{"for_user_id":"1111","tweet_create_events":[{{"id_str":"{round}","text":"no heating"}}]}}"#)),
            whatsapp(&format!(
                r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messaging_product":"whatsapp","messages":[{{"from":"447700900123","id":"wamid.{round}","timestamp":"{NOW}","type":"text","text":{{"body":"no heating"}}}}]}}}}]}}]}}"#
            )),
            submitted(&format!("msg_{round}"), NOW, &format!(r#"{{"message":"no heating for {round} weeks"}}"#)),
        ];
        // The calls of the round before, each with the signature of this one's.
        let mixed = before.iter().zip(&true_ones).map(|(old, new)| Call { headers: new.headers.clone(), ..old.clone() });
        let mut all: Vec<Call> = mixed.collect();
        all.extend(true_ones.iter().flat_map(|call| bend(call, round as usize)));
        before = true_ones.to_vec();
        for bent in all {
            {
                let status = house.post(&bent).await;
                assert!(matches!(status.as_u16(), 400 | 401 | 413 | 415), "{} {:?} {status}", bent.to, bent.headers);
                asked += 1;
            }
        }
    }
    assert!(asked >= 2_500, "{asked}");
    assert_eq!(house.inlet.count(), 0);
    assert_eq!(house.inlet.turned_away().len(), asked);
}

fn bend(call: &Call, round: usize) -> Vec<Call> {
    let with = |change: &dyn Fn(&mut Call)| {
        let mut bent = call.clone();
        change(&mut bent);
        bent
    };
    let last = call.headers.len() - 1;
    let signed = call.headers[last].1.clone();
    let mut bent = vec![
        // Truncated, by one byte and by a good part; a byte changed; one added.
        with(&|c| c.body.truncate(c.body.len() - 1)),
        with(&|c| c.body.truncate(round % 30)),
        with(&|c| {
            let at = round * 7 % c.body.len();
            c.body[at] ^= 1;
        }),
        with(&|c| c.body.push(b' ')),
        // Signed by another, by another way, or by nobody.
        with(&|c| c.headers[last].1 = signature::meta(b"another secret", &c.body)),
        with(&|c| c.headers[last].1 = signature::x(b"another secret", &c.body)),
        with(&|c| c.headers[last].1 = signed.chars().rev().collect()),
        with(&|c| c.headers[last].1 = format!("{}=", &signed[..signed.len() - 2])),
        with(&|c| c.headers[last].1.clear()),
        with(&|c| c.headers.truncate(last)),
        // Two signatures where there is one.
        with(&|c| c.headers.push((c.headers[last].0, signed.clone()))),
        with(&|c| c.headers.push(("content-encoding", "gzip".into()))),
    ];
    if call.to == "form" {
        let (id, body) = (call.headers[0].1.clone(), String::from_utf8(call.body.clone()).unwrap());
        let shift = i64::try_from(round).unwrap();
        bent.extend([
            // Stale, from the future, replayed under another id or time, its headers in each other's place.
            submitted(&id, NOW - 301 - shift, &body),
            submitted(&id, NOW + 301 + shift, &body),
            with(&|c| c.headers[0].1.push('0')),
            with(&|c| c.headers[1].1 = (NOW + 1 + shift).to_string()),
            with(&|c| c.headers[1].1 = format!("{}.0", c.headers[1].1)),
            with(&|c| {
                let id = c.headers[0].1.clone();
                c.headers[0].1 = std::mem::replace(&mut c.headers[1].1, id);
            }),
            with(&|c| c.headers[2].1 = signed.replacen("v1,", "v2,", 1)),
        ]);
    }
    bent
}

/// Taken in once, a call that is kept back and sent again later opens nothing: its time has passed, or its bytes are known.
#[tokio::test]
async fn a_true_call_that_is_sent_again_is_stale_or_the_same() {
    let house = house();
    let timed = submitted("msg_1", NOW, r#"{"message":"no heating for a week"}"#);
    let others = [meta(&comment(1)), whatsapp(r#"{"object":"whatsapp_business_account","entry":[]}"#), x(r#"{"for_user_id":"1111"}"#)];
    for call in others.iter().chain([&timed]) {
        assert_eq!(house.post(call).await, StatusCode::OK, "{}", call.to);
    }
    house.ambient.advance(SignedDuration::from_secs(301));
    assert_eq!(house.post(&timed).await, StatusCode::UNAUTHORIZED);
    for call in &others {
        assert_eq!(house.post(call).await, StatusCode::OK, "these platforms sign no time");
    }
    let mut places: Vec<_> = house.inlet.arrivals().into_iter().map(|a| a.place).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 4, "the same bytes have the same place, under which the store takes them once");
}

/// A form that is cut off anywhere, or is no form, is not stored as a complaint in part.
#[tokio::test]
async fn a_form_that_is_cut_off_or_is_none_is_not_taken_in() {
    let house = house();
    let whole = "--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nNo heating for a week.\r\n\
        --b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nmy letter\r\n--b--";
    let send = async |body: &[u8], kind: &str| {
        let request = Request::post("/forms/complaints").header("content-type", kind);
        house.ask(request.body(Body::from(body.to_vec())).unwrap()).await.0
    };
    let kind = "multipart/form-data; boundary=b";
    for end in 0..whole.len() {
        let status = send(&whole.as_bytes()[..end], kind).await;
        assert!(status.is_client_error(), "cut off after {end} bytes: {status}");
    }
    for (body, kind) in [
        (whole, "multipart/form-data"),
        (whole, "multipart/form-data; boundary=c"),
        (whole, "text/plain"),
        ("message=No+heating", "application/x-www-form-urlencoded"),
        ("", kind),
        ("{}", "application/json"),
    ] {
        assert!(send(body.as_bytes(), kind).await.is_client_error(), "{kind}");
    }
    assert_eq!(house.inlet.count(), 0);
    assert_eq!(send(whole.as_bytes(), kind).await, StatusCode::OK);
    assert_eq!(house.inlet.count(), 1);
}
