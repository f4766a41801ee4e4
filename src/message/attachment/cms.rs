//! S/MIME messages that are signed but not encrypted, with the text inside the signature (RFC 8551 §3.5.2): the entity is taken out of its
//! DER or BER wrapping. Nothing is verified here.

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// The MIME entity inside signed-data (RFC 5652 §5); `None` for enveloped data and all else.
pub fn content(bytes: &[u8]) -> Option<Vec<u8>> {
    let info = inside(bytes, 0x30)?;
    let (_, oid, rest) = element(info)?;
    (oid == SIGNED_DATA).then_some(())?;
    let signed = inside(inside(rest, 0xa0)?, 0x30)?;
    let (_, _, rest) = element(signed)?; // version
    let (_, _, rest) = element(rest)?; // digest algorithms
    let encapsulated = inside(rest, 0x30)?;
    let (_, _, rest) = element(encapsulated)?; // content type
    let (tag, octets, _) = element(inside(rest, 0xa0)?)?;
    if tag == 0x04 {
        return Some(octets.to_vec());
    }
    // A constructed OCTET STRING: its pieces one after the other.
    let mut out = Vec::new();
    let mut rest = octets;
    while let Some((0x04, piece, after)) = element(rest) {
        out.extend_from_slice(piece);
        rest = after;
    }
    (tag == 0x24).then_some(out)
}

fn inside(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    element(bytes).filter(|(t, _, _)| *t == tag).map(|(_, content, _)| content)
}

/// Tag, content and what follows. Of an indefinite length (BER) the content runs to the end: its readers stop by themselves.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x80 => return Some((tag, rest, rest)),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |n, d| n << 8 | usize::from(*d)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length.min(rest.len()))?;
    Some((tag, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(tag: u8, content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        let mut out = vec![tag, 0x82, (content.len() >> 8) as u8, content.len() as u8];
        out.extend(content);
        out
    }

    #[test]
    fn takes_the_entity_out() {
        let data_oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
        let octets = wrap(0x04, &[b"Content-Type: text/plain\r\n\r\nno heat"]);
        let encap = wrap(0x30, &[&data_oid, &wrap(0xa0, &[&octets])]);
        let signed = wrap(0x30, &[&[2, 1, 1], &wrap(0x31, &[]), &encap]);
        let oid = [&[0x06, 9], SIGNED_DATA].concat();
        let whole = wrap(0x30, &[&oid, &wrap(0xa0, &[&signed])]);
        assert_eq!(content(&whole).unwrap(), b"Content-Type: text/plain\r\n\r\nno heat");
        assert_eq!(content(b"nonsense"), None);
    }
}
