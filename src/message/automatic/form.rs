//! The fields of a contact form, as a site posts them by mail: `Name: …`, `Email: …`, `Message: …`, or each value on the line below its label.

use crate::message::email::address::loose;
use crate::model::address::Address;

const NAME: &[&str] = &[
    "name",
    "full name",
    "your name",
    "first name",
    "customer name",
    "tenant name",
    "resident name",
    "enw",
    "imię i nazwisko",
    "nume",
    "nom",
    "nombre",
    "nome",
    "naam",
    "ім'я",
];
const EMAIL: &[&str] = &[
    "email",
    "e-mail",
    "email address",
    "your email",
    "contact email",
    "e-mail address",
    "your email address",
    "e-bost",
    "ebost",
    "adres e-mail",
];
const MESSAGE: &[&str] = &[
    "message",
    "your message",
    "comments",
    "comment",
    "details",
    "complaint",
    "your complaint",
    "description",
    "enquiry",
    "your enquiry",
    "feedback",
    "complaint details",
    "what happened",
    "what went wrong",
    "tell us what happened",
    "tell us what went wrong",
    "what is your complaint",
    "what is your complaint about",
    "how can we help",
    "neges",
    "eich neges",
    "treść",
    "treść wiadomości",
    "wiadomość",
    "mesaj",
    "nachricht",
    "mensaje",
    "messaggio",
    "mensagem",
    "bericht",
    "повідомлення",
];
const PHONE: &[&str] =
    &["phone", "telephone", "phone number", "mobile", "contact number", "telephone number", "tel", "ffôn", "telefon", "téléphone"];
const ADDRESS: &[&str] = &["address", "your address", "property", "property address", "postcode", "home address", "cyfeiriad", "adres"];

const LABELS: [&[&str]; 5] = [NAME, EMAIL, MESSAGE, PHONE, ADDRESS];
/// The place of the message among them: without it there is no form, whatever else is listed.
const WORDS: usize = 2;
/// The longest label, in octets.
const LABEL: usize = 40;
/// Lines that are looked at.
const LINES: usize = 200;

/// How many of a contact form's fields a text has.
pub fn fields(text: &str) -> usize {
    let mut seen = [false; LABELS.len()];
    let mut below = [false; LABELS.len()];
    for (label, value) in text.lines().take(LINES).filter_map(labelled) {
        seen[label] |= value.is_some();
        below[label] |= value.is_none();
    }
    // A label alone on its line is a word of somebody's like any other, unless it stands among more of them.
    if below.iter().filter(|b| **b).count() >= 3 {
        seen = std::array::from_fn(|i| seen[i] || below[i]);
    }
    if seen[WORDS] { seen.iter().filter(|s| **s).count() } else { 0 }
}

/// The address that a form's own field gives: where its sender is answered.
pub fn address(text: &str) -> Option<Address> {
    if fields(text) < 2 {
        return None;
    }
    let mut lines = text.lines().take(LINES).filter(|l| !l.trim().is_empty());
    while let Some(line) = lines.next() {
        if let Some((1, value)) = labelled(line) {
            return loose(value.filter(|v| !v.trim().is_empty()).or_else(|| lines.next())?).into_iter().next();
        }
    }
    None
}

/// `*Email:* jo@x` → (1, Some("jo@x")); a label alone on its line → its value stands below.
fn labelled(line: &str) -> Option<(usize, Option<&str>)> {
    let line = line.trim().trim_start_matches(['*', '-', '•']);
    let end = line.bytes().take(LABEL + 1).position(|b| b == b':');
    let (label, value) = end.map_or((line, None), |at| (&line[..at], Some(&line[at + 1..])));
    if label.len() > LABEL {
        return None;
    }
    let label = label.trim().trim_matches(['*', '?', ' ']).to_lowercase();
    let found = LABELS.iter().position(|names| names.contains(&label.as_str()))?;
    Some((found, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_in_the_shapes_that_sites_send() {
        for text in [
            "Name: Jo\nEmail: jo@x.example\nMessage: lift broken",
            "*Your name:* Jo\n*E-mail:* jo@x.example\n*What went wrong?:* lift broken",
            "Your Name\nJo Resident\n\nEmail\njo@x.example\n\nMessage\nThe lift has been out for three days.",
            "Enw: Siân\nE-bost: jo@x.example\nNeges: Does dim gwres.",
        ] {
            assert!(fields(text) >= 2, "{text}");
            assert_eq!(address(text).map(|a| a.to_string()).as_deref(), Some("jo@x.example"), "{text}");
        }
        for text in ["Message\n\nPlease ring me.", "Name: Jo\nAddress: 1 Elm Court", "Details\nof the damp follow"] {
            assert_eq!(fields(text), 0, "{text}");
        }
    }
}
