//! Tokens that tie an answer to its case, and Message-IDs.

use crate::model::case::Reference;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Thirty-one letters and figures that nobody takes for another when reading an address aloud: no 0 o, no 1 l i.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// 84 bits. Sixteen would be 79, and nobody guesses either, but eighty is what is promised.
const LENGTH: usize = 17;

/// The token of a case's reply address (`complaints+c-<token>@…`): nobody who lacks the secret can make one up.
/// 84 bits of HMAC-SHA256 over the reference, in lower case because mail systems fold the case of local parts.
pub fn case_token(secret: &[u8], reference: &Reference) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(b"postroom case token\0");
    mac.update(reference.0.as_bytes());
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    let mut left = u128::from_be_bytes(digest[..16].try_into().expect("sixteen of thirty-two bytes"));
    let base = ALPHABET.len() as u128;
    (0..LENGTH)
        .map(|_| {
            let letter = ALPHABET[(left % base) as usize];
            left /= base;
            char::from(letter)
        })
        .collect()
}

/// `pr.<uuid-like hex>@domain`, without angle brackets, from bytes that the caller made up: random for a new letter.
pub fn message_id(bytes: [u8; 16], domain: &str) -> String {
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("pr.{}-{}-{}-{}-{}@{domain}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_secrets_and_the_cases_own() {
        let (a, b) = (Reference::new(2026, 1), Reference::new(2026, 2));
        let token = case_token(b"secret", &a);
        assert_eq!(token, case_token(b"secret", &a));
        assert_ne!(token, case_token(b"secret", &b));
        assert_ne!(token, case_token(b"another", &a));
        assert_eq!(token.len(), LENGTH);
        assert!(token.bytes().all(|c| ALPHABET.contains(&c)), "{token}");
        // The same over releases: letters already sent carry it.
        assert_eq!(token, "xgtv4vcxac3cen2ct");
    }

    #[test]
    fn the_alphabet_has_no_look_alikes_and_bits_enough() {
        assert!(!ALPHABET.iter().any(|c| b"0o1li".contains(c)));
        assert!((ALPHABET.len() as f64).log2() * LENGTH as f64 >= 80.0);
    }

    #[test]
    fn message_ids_look_like_a_uuid() {
        assert_eq!(message_id([0xab; 16], "thrive.example"), "pr.abababab-abab-abab-abab-abababababab@thrive.example");
    }
}
