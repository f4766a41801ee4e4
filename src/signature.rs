//! Proof of who sent a web call: how the platforms sign, and how Standard Webhooks do, both ways. Always over the raw bytes, always compared
//! in constant time. Pure: the caller brings the time.

pub mod standard; // Standard Webhooks: ours out, web forms and case systems in

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of Meta's `X-Hub-Signature-256`: `sha256=` and HMAC-SHA256 under the app's secret, in lower-case hex.
/// Meta signs its own spelling of the JSON (`\u00e4`, `\/`): only the bytes as they came have this signature.
pub fn meta(secret: &[u8], body: &[u8]) -> String {
    let code: [u8; 32] = mac(secret, &[body]).finalize().into_bytes().into();
    code.iter().fold(String::from("sha256="), |text, byte| format!("{text}{byte:02x}"))
}

/// True when `header` is Meta's signature of the body.
pub fn is_meta(secret: &[u8], body: &[u8], header: &str) -> bool {
    let code = header.strip_prefix("sha256=").and_then(from_hex);
    code.is_some_and(|code| mac(secret, &[body]).verify_slice(&code).is_ok())
}

/// What X calls a response token and a signature alike: `sha256=` and HMAC-SHA256 under the consumer secret, in base64. Over the
/// `crc_token` it answers X's challenge; over a body it is `x-twitter-webhooks-signature`.
pub fn x(secret: &[u8], bytes: &[u8]) -> String {
    format!("sha256={}", BASE64.encode(mac(secret, &[bytes]).finalize().into_bytes()))
}

/// True when `header` is X's signature of the body.
pub fn is_x(secret: &[u8], body: &[u8], header: &str) -> bool {
    let code = header.strip_prefix("sha256=").and_then(|text| BASE64.decode(text).ok());
    code.is_some_and(|code| mac(secret, &[body]).verify_slice(&code).is_ok())
}

/// Whether a shared word (Meta's verify token) was given, without telling by the time taken how much of it was right.
pub fn same(expected: &[u8], given: &[u8]) -> bool {
    let what = b"postroom shared word";
    mac(expected, &[what]).verify_slice(&mac(given, &[what]).finalize().into_bytes()).is_ok()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let digit = |d: u8| char::from(d).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    if digits.len() % 2 == 1 { None } else { digits.chunks(2).map(byte).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = r#"{"object":"page","entry":[{"id":"1000001","time":1772442840,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"1000001_2000002","post_id":"1000001_3000003","parent_id":"1000001_3000003","from":{"id":"4000004","name":"A Resident"},"message":"Still no heating at the caf\u00e9 flats","created_time":1772442837}}]}]}"#;
    const X: &str = r#"{"data":{"event_uuid":"2080765813578191303","filter":{"user_id":"1111"},"event_type":"post.mention.create","payload":{"id":"2080765813578191303","author_id":"2222","text":"@landlord no heating for a week","created_at":"2026-03-02T09:14:00.000Z"}}}"#;

    #[test]
    fn metas_signature_is_over_the_bytes_as_they_came() {
        let (secret, signed) = (b"postroom-test-app-secret", "sha256=d6da9b3f4f18a4fc88dbdee9f02ccb2c72c51f8966c6f86293ac33d387d4c02a");
        assert_eq!(meta(secret, META.as_bytes()), signed);
        assert!(is_meta(secret, META.as_bytes(), signed));
        let parsed: serde_json::Value = serde_json::from_str(META).unwrap();
        assert!(!is_meta(secret, parsed.to_string().as_bytes(), signed), "the same JSON in another spelling is not what was signed");
        assert!(!is_meta(b"another", META.as_bytes(), signed));
        for wrong in ["", "sha256=", &signed[7..], &signed[..70], &format!("{signed}00"), &signed.replace("sha256", "sha1"), "sha256=é6"] {
            assert!(!is_meta(secret, META.as_bytes(), wrong), "{wrong}");
        }
    }

    #[test]
    fn x_signs_its_challenge_and_its_posts_alike() {
        let secret = b"postroom-test-consumer-secret";
        assert_eq!(x(secret, b"challenge_string"), "sha256=POIqbeah5Gz22gQLpEL6QGHDi2u/xzAXFJ70Np0F8PE=");
        let signed = "sha256=bs99ufmVBpg43qsCOSAhSQCEI8W1pFV7q1+05IHR3ng=";
        assert_eq!(x(secret, X.as_bytes()), signed);
        assert!(is_x(secret, X.as_bytes(), signed));
        for wrong in ["", "sha256=", &signed[7..], &signed[..40], "sha256=bs99", "sha256=bs99ufmVBpg43qsCOSAhSQCEI8W1pFV7q1+05IHR3nk="] {
            assert!(!is_x(secret, X.as_bytes(), wrong), "{wrong}");
        }
        assert!(!is_x(secret, &X.as_bytes()[1..], signed));
    }

    #[test]
    fn a_shared_word_is_the_whole_word() {
        assert!(same(b"meatyhamhock", b"meatyhamhock"));
        for wrong in ["", "meatyhamhoc", "meatyhamhock ", "Meatyhamhock"] {
            assert!(!same(b"meatyhamhock", wrong.as_bytes()), "{wrong}");
        }
    }
}
