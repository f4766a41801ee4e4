//! Standard Webhooks 1.0.0 (<https://github.com/standard-webhooks/standard-webhooks>), symmetric signatures: `v1,` and HMAC-SHA256 over
//! `id.timestamp.body`. Not the specification's own crate, which reads the system's clock (ambient.rs is our one door to it).

use super::mac;
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use std::fmt;

/// How far a timestamp may lie from now, either way: what the specification's own libraries allow.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(300);

/// Senders differ in whether they pad.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// A signing secret. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads `whsec_` and base64 of 24 to 64 bytes; the prefix may be missing.
    ///
    /// # Errors
    /// A clause for the operator that quotes nothing of the secret.
    pub fn parse(text: &str) -> Result<Key, &'static str> {
        let bytes = BASE64.decode(text.strip_prefix("whsec_").unwrap_or(text)).map_err(|_| "is not `whsec_` and base64")?;
        match bytes.len() {
            24..=64 => Ok(Key(bytes)),
            _ => Err("is not of 24 to 64 bytes, which Standard Webhooks ask for"),
        }
    }
}

/// The keys of a secret file: one a line, so that an old one stays good while the sender changes to a new one. Empty lines are passed over.
///
/// # Errors
/// A clause with the number of the line, which quotes nothing of the secret.
pub fn keys(text: &str) -> Result<Vec<Key>, String> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let keys = lines.map(|(i, line)| Key::parse(line).map_err(|says| format!("line {} {says}", i + 1))).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err("holds no secret".into()) } else { Ok(keys) }
}

/// The value of `webhook-signature` under each of the keys, for a receiver who is changing from one to the other.
/// `at` goes out as `webhook-timestamp`, in whole seconds.
pub fn sign(keys: &[Key], id: &str, at: Timestamp, body: &[u8]) -> String {
    let at = at.as_second().to_string();
    let each = keys.iter().map(|key| format!("v1,{}", STANDARD.encode(signed(key, id, &at, body).finalize().into_bytes())));
    each.collect::<Vec<_>>().join(" ")
}

/// Why a call is not believed. For our own counting: whoever called is told nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("a header of the signature is missing or not as it must be")]
    Malformed,
    #[error("its timestamp is too far from now")]
    Stale,
    #[error("no signature fits")]
    Forged,
}

/// Verifies the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` against the raw body. Any `v1` signature under any of the
/// keys will do; signatures of other versions are passed over. The id is then the sender's own name for the event, the same on every try:
/// keep it against replays.
///
/// # Errors
/// Why it is not believed.
pub fn verify(keys: &[Key], id: &str, timestamp: &str, signatures: &str, body: &[u8], now: Timestamp) -> Result<(), Refused> {
    // The id stands before a full stop in what is signed, so it may hold none: `a.1` + `2` would else be `a` + `1.2`.
    let named = !id.is_empty() && id.len() <= 256 && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
    let plain = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    let stated = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).filter(|_| named && plain);
    let stated = stated.ok_or(Refused::Malformed)?;
    // More than one pair of signatures under rotation is nothing that a sender has reason for.
    let given: Vec<Vec<u8>> = signatures.split(' ').take(16).filter_map(|s| BASE64.decode(s.strip_prefix("v1,")?).ok()).collect();
    let fits = |code: &Vec<u8>| keys.iter().any(|key| signed(key, id, timestamp, body).verify_slice(code).is_ok());
    if !given.iter().any(fits) {
        return Err(Refused::Forged);
    }
    if now.duration_since(stated).abs() > TOLERANCE { Err(Refused::Stale) } else { Ok(()) }
}

fn signed(key: &Key, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    mac(&key.0, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_postroom_0001";
    const AT: i64 = 1_772_442_840;
    const BODY: &[u8] = br#"{"type":"webform.submitted","timestamp":"2026-03-02T09:14:00Z","data":{"form":"complaint","name":"A Resident","email":"resident@example.org","message":"No heating since Friday and nobody rang back."}}"#;
    const SIGNED: &str = "v1,9JB2TrvfEno/efKbmmQh98f3OMDG0uUjErcegPPyKQ8=";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn try_it(id: &str, timestamp: &str, signatures: &str, body: &[u8], now: i64) -> Result<(), Refused> {
        verify(&keys(SECRET).unwrap(), id, timestamp, signatures, body, at(now))
    }

    #[test]
    fn the_specifications_own_vector_and_ours() {
        let keys = keys(SECRET).unwrap();
        let (id, body) = ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", br#"{"email":"test@example.com","username":"test_user"}"#);
        assert_eq!(sign(&keys, id, at(1_649_367_553), body), "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        assert_eq!(sign(&keys, ID, at(AT), BODY), SIGNED);
        assert_eq!(try_it(ID, "1772442840", SIGNED, BODY, AT), Ok(()));
    }

    #[test]
    fn a_signature_is_good_for_five_minutes_either_way() {
        for (now, verdict) in [(AT + 300, Ok(())), (AT - 300, Ok(())), (AT + 301, Err(Refused::Stale)), (AT - 301, Err(Refused::Stale))] {
            assert_eq!(try_it(ID, "1772442840", SIGNED, BODY, now), verdict);
        }
        let far = i64::MAX.to_string();
        assert_eq!(try_it(ID, &far, SIGNED, BODY, AT), Err(Refused::Malformed));
    }

    #[test]
    fn any_signature_of_version_one_will_do_and_no_other() {
        let bare = &SIGNED[3..];
        for good in [format!("v1,AAAA {SIGNED}"), format!("v1a,AAAA {SIGNED} v2,x"), SIGNED.trim_end_matches('=').to_owned()] {
            assert_eq!(try_it(ID, "1772442840", &good, BODY, AT), Ok(()), "{good}");
        }
        for bad in ["", "v1,", "v1", " ", bare, &format!("v2,{bare}"), &format!("v1a,{bare}"), &format!("V1,{bare}"), &SIGNED[..40]] {
            assert_eq!(try_it(ID, "1772442840", bad, BODY, AT), Err(Refused::Forged), "{bad}");
        }
    }

    #[test]
    fn nothing_that_was_signed_can_be_moved() {
        assert_eq!(try_it("msg_postroom_0002", "1772442840", SIGNED, BODY, AT), Err(Refused::Forged));
        assert_eq!(try_it(ID, "1772442841", SIGNED, BODY, AT), Err(Refused::Forged));
        assert_eq!(try_it(ID, "1772442840", SIGNED, &BODY[..BODY.len() - 1], AT), Err(Refused::Forged));
        let spelt_again = serde_json::from_slice::<serde_json::Value>(BODY).unwrap().to_string();
        assert_eq!(try_it(ID, "1772442840", SIGNED, spelt_again.as_bytes(), AT), Err(Refused::Forged));
        // The full stop between id and timestamp cannot wander.
        let moved = sign(&keys(SECRET).unwrap(), "a", at(AT), BODY);
        assert_eq!(try_it("a.1772442840", "1772442840", &moved, BODY, AT), Err(Refused::Malformed));
        for (id, stamp) in [("", "1772442840"), (ID, ""), (ID, "-1"), (ID, "+1772442840"), (ID, "1772442840.5"), ("a b", "1772442840")] {
            assert_eq!(try_it(id, stamp, SIGNED, BODY, AT), Err(Refused::Malformed), "{id} {stamp}");
        }
    }

    #[test]
    fn while_keys_change_both_are_good() {
        let (old, new) = (SECRET, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        let both = keys(&format!("{new}\n\n  {old}\n")).unwrap();
        assert_eq!(both.len(), 2);
        for one in [old, new] {
            let signed = sign(&keys(one).unwrap(), ID, at(AT), BODY);
            assert_eq!(verify(&both, ID, "1772442840", &signed, BODY, at(AT)), Ok(()));
            // And a sender who changes signs with both.
            assert_eq!(verify(&keys(one).unwrap(), ID, "1772442840", &sign(&both, ID, at(AT), BODY), BODY, at(AT)), Ok(()));
        }
    }

    #[test]
    fn a_secret_that_is_none_is_told_by_its_line_and_never_quoted() {
        assert_eq!(keys("whsec_AAAA").unwrap_err(), "line 1 is not of 24 to 64 bytes, which Standard Webhooks ask for");
        assert_eq!(keys(&format!("{SECRET}\nhunter two")).unwrap_err(), "line 2 is not `whsec_` and base64");
        assert_eq!(keys("\n \n").unwrap_err(), "holds no secret");
        assert_eq!(format!("{:?}", Key::parse(SECRET)), "Ok(Key(…))");
    }
}
