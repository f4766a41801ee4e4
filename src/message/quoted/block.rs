//! A header block retold in a body: `From: … Sent: … To: … Subject: …`, in any order and language.

use super::labels::{self, Field, bare_field, label_before, looks_like_label};
use super::mailbox::{Mailbox, addresses, mailbox};
use super::separator::{is_rule, separator};
use super::stated;
use crate::message::line::{Line, Mark};
use crate::model::address::Address;
use jiff::Timestamp;

/// What a block, or a line such as "On … wrote:", says of an earlier message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retold {
    pub from: Mailbox,
    pub reply_to: Option<Address>,
    pub to: Vec<Address>,
    pub subject: Option<String>,
    pub sent_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The line after the last header.
    pub end: usize,
    pub retold: Retold,
    /// It names at least one address, so that it cannot be the heading of somebody's letter.
    pub addressed: bool,
    pub fields: usize,
}

/// Most header lines, folded ones included, that a block may have.
const LONGEST: usize = 60;

/// The block that starts at `start`, if one does: three different labels, or two beneath a separator (`expected`).
pub fn block(lines: &[Line], start: usize, expected: bool) -> Option<Block> {
    let depth = lines.get(start)?.depth;
    let marked = lines[start].mark == Mark::HistoryStart;
    let bare = expected
        && labels::field(&lines[start].text).is_none()
        && bare_field(&lines[start].text).is_some_and(|(f, v)| f == Field::From && v.contains('@'));
    let field = |text| if bare { bare_field(text) } else { labels::field(text) };
    let first = field(&lines[start].text);
    if first.is_none() && !(marked && looks_like_label(&lines[start].text)) {
        return None;
    }
    let mut pairs: Vec<(Field, String)> = Vec::new();
    let mut at = start;
    let mut end = start;
    while at < lines.len() && at - start < LONGEST {
        let line = &lines[at];
        if line.depth != depth {
            break;
        }
        if line.is_blank() {
            // Some conversions put an empty line between headers: it is inside the block only if another header follows, and no body yet.
            let more = lines.get(at + 1).is_some_and(|l| l.depth == depth && field(&l.text).is_some_and(|(f, _)| !seen(&pairs, f)));
            let loose = pairs.len() < 3 || gap_before(lines, start, at);
            if more && loose {
                at += 1;
                continue;
            }
            break;
        }
        match field(&line.text) {
            Some((f, _)) if seen(&pairs, f) && f != Field::Other && f != Field::Cc => break,
            Some((f, value)) => pairs.push((f, value.to_string())),
            None if continues(&pairs, &line.text) => {
                let last = pairs.last_mut()?;
                if last.1.len() < 20_000 {
                    last.1.push(' ');
                    last.1.push_str(line.text.trim());
                }
            }
            None if marked && pairs.len() < 8 && looks_like_label(&line.text) && !known(&pairs) => {
                pairs.push((guess(&pairs, &line.text), after_colon(&line.text)));
            }
            None => break,
        }
        at += 1;
        end = at;
    }
    let has = |f| pairs.iter().any(|(g, _)| *g == f);
    let fields = [Field::From, Field::Date, Field::To, Field::Subject, Field::Cc].into_iter().filter(|f| has(*f)).count();
    let enough = fields >= if expected || marked { 2 } else { 3 };
    if !enough || !(has(Field::From) || (has(Field::Date) && has(Field::Subject) && has(Field::To))) {
        return None;
    }
    let value = |f| pairs.iter().find(|(g, _)| *g == f).map(|(_, v)| v.as_str());
    let retold = Retold {
        from: value(Field::From).map(mailbox).unwrap_or_default(),
        reply_to: value(Field::ReplyTo).and_then(|v| mailbox(v).email),
        to: value(Field::To).map(addresses).unwrap_or_default(),
        subject: value(Field::Subject).map(str::trim).filter(|s| !s.is_empty()).map(str::to_string),
        sent_at: value(Field::Date).and_then(stated::instant),
    };
    let addressed = retold.from.email.is_some() || !retold.to.is_empty();
    Some(Block { end, retold, addressed, fields })
}

fn seen(pairs: &[(Field, String)], f: Field) -> bool {
    pairs.iter().any(|(g, _)| *g == f)
}

fn known(pairs: &[(Field, String)]) -> bool {
    seen(pairs, Field::From) && seen(pairs, Field::Date) && seen(pairs, Field::To)
}

/// A blank line between the first headers shows that this block is set loosely all through.
fn gap_before(lines: &[Line], start: usize, at: usize) -> bool {
    lines[start..at].iter().any(Line::is_blank)
}

/// A folded header: an indented line, or more recipients, or the value of a label that stands alone on its line.
fn continues(pairs: &[(Field, String)], text: &str) -> bool {
    let Some((last, value)) = pairs.last() else { return false };
    if is_rule(text) || separator(text).is_some() {
        return false;
    }
    let open = value.trim_end().ends_with([',', ';', '<']);
    match last {
        _ if value.is_empty() => !matches!(last, Field::Cc | Field::Other | Field::Subject) && text.len() < 300,
        Field::To | Field::Cc | Field::From | Field::ReplyTo => {
            open || (text.contains('@')
                && text.split_whitespace().count() <= 12
                && (text.contains(';') || text.contains(',') || text.trim().ends_with('>')))
        }
        _ => text.starts_with([' ', '\t']) && text.trim().len() < 200 && value.len() > 40,
    }
}

/// In a block whose labels nobody here knows, order tells: Outlook writes From, Sent, To, (Cc,) Subject.
fn guess(pairs: &[(Field, String)], text: &str) -> Field {
    let order = [Field::From, Field::Date, Field::To, Field::Subject];
    if text.contains('@') && !seen(pairs, Field::From) {
        return Field::From;
    }
    if text.contains('@') {
        return if seen(pairs, Field::To) { Field::Cc } else { Field::To };
    }
    order.into_iter().find(|f| !seen(pairs, *f)).unwrap_or(Field::Other)
}

fn after_colon(text: &str) -> String {
    text.split_once([':', '：']).map(|(_, v)| v.trim_matches(|c: char| c.is_whitespace() || c == '*').to_string()).unwrap_or_default()
}

/// Yahoo and Samsung flatten the block into one line: `From: a To: b Sent: c Subject: d`. Cuts it before each label.
pub fn unflatten(text: &str) -> Vec<String> {
    let mut cuts: Vec<(usize, Field)> = Vec::new();
    for (colon, _) in text.match_indices([':', '：']).take_while(|(i, _)| *i < 4000) {
        if let Some((at, f)) = label_before(text, colon)
            && cuts.iter().all(|(_, g)| *g != f)
        {
            cuts.push((at, f));
        }
    }
    if cuts.len() < 3 || cuts.first().is_none_or(|c| c.0 != 0) {
        return Vec::new();
    }
    let ends = cuts.iter().skip(1).map(|c| c.0).chain([text.len()]);
    cuts.iter().zip(ends).map(|(c, end)| text[c.0..end].trim().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::line::from_plain;

    fn at_start(text: &str) -> Option<Block> {
        block(&from_plain(text), 0, false)
    }

    #[test]
    fn blocks_in_the_languages_of_our_residents() {
        for text in [
            "From: Jo Resident <jo@x.example>\nSent: 02 March 2026 08:55\nTo: Office <o@y.example>\nSubject: cold\n\nbody",
            "Von: Jo Resident <jo@x.example>\nGesendet: Montag, 2. März 2026 08:55\nAn: Office <o@y.example>\nBetreff: cold\n\nbody",
            "De : Jo Resident <jo@x.example>\nEnvoyé : lundi 2 mars 2026 08:55\nÀ : Office <o@y.example>\nObjet : cold\n\nbody",
            "De: Jo Resident <jo@x.example>\nEnviado el: lunes, 2 de marzo de 2026 8:55\nPara: Office <o@y.example>\nAsunto: cold\n\nbody",
            "Da: Jo Resident <jo@x.example>\nInviato: lunedì 2 marzo 2026 08:55\nA: Office <o@y.example>\nOggetto: cold\n\nbody",
            "De: Jo Resident <jo@x.example>\nEnviado: segunda-feira, 2 de março de 2026 08:55\nPara: Office <o@y.example>\nAssunto: cold\n\nbody",
            "Van: Jo Resident <jo@x.example>\nVerzonden: maandag 2 maart 2026 08:55\nAan: Office <o@y.example>\nOnderwerp: cold\n\nbody",
            "Od: Jo Resident <jo@x.example>\nWysłano: poniedziałek, 2 marca 2026 08:55\nDo: Office <o@y.example>\nTemat: cold\n\nbody",
            "De la: Jo Resident <jo@x.example>\nTrimis: luni, 2 martie 2026 08:55\nCătre: Office <o@y.example>\nSubiect: cold\n\nbody",
            "Oddi wrth: Jo Resident <jo@x.example>\nAnfonwyd: 02 Mawrth 2026 08:55\nAt: Office <o@y.example>\nPwnc: cold\n\nbody",
            "Від: Jo Resident <jo@x.example>\nНадіслано: 2 березня 2026 р. 08:55\nКому: Office <o@y.example>\nТема: cold\n\nbody",
            "منجانب: Jo Resident <jo@x.example>\nبھیجا گیا: 2 مارچ 2026 08:55\nبنام: Office <o@y.example>\nموضوع: cold\n\nbody",
            "من: Jo Resident <jo@x.example>\nتاريخ الإرسال: 2 مارس 2026 08:55\nإلى: Office <o@y.example>\nالموضوع: cold\n\nbody",
            "*From:* Jo Resident <jo@x.example>\n*Sent:* 02 March 2026 08:55\n*To:* Office <o@y.example>\n*Subject:* cold\n\nbody",
            "From: Jo Resident <jo@x.example>\n\nSent: 02 March 2026 08:55\n\nTo: Office <o@y.example>\n\nSubject: cold\n\nbody",
            "Subject: \tcold\nDate: \tMon, 2 Mar 2026 08:55:00 +0000\nFrom: \tJo Resident <jo@x.example>\nTo: \to@y.example\n\nbody",
        ] {
            let got = at_start(text).unwrap_or_else(|| panic!("{text}")).retold;
            assert_eq!(got.from.email.as_ref().map(Address::as_str), Some("jo@x.example"), "{text}");
            assert_eq!(got.from.name.as_deref(), Some("Jo Resident"), "{text}");
            assert_eq!(got.subject.as_deref(), Some("cold"), "{text}");
            assert_eq!(got.to.first().map(Address::as_str), Some("o@y.example"), "{text}");
            assert_eq!(got.sent_at.map(|t| t.to_string()).as_deref(), Some("2026-03-02T08:55:00Z"), "{text}");
        }
    }

    #[test]
    fn labels_without_colons_need_a_separator_above() {
        let text = "From \"Jo\" <jo@x.example>\nTo o@y.example\nDate 02/03/2026 08:55:00\nSubject cold\n\nbody";
        let got = block(&from_plain(text), 0, true).expect("a block");
        assert_eq!((got.retold.from.name.as_deref(), got.retold.subject.as_deref(), got.end), (Some("Jo"), Some("cold"), 4));
        assert!(at_start(text).is_none());
    }

    #[test]
    fn recipients_may_fold() {
        let got = at_start("From: a@x.example\nTo: One <one@y.example>,\n Two <two@y.example>\nDate: 2 Mar 2026\nSubject: x\nbody")
            .expect("a block");
        assert_eq!(got.retold.to.len(), 2);
        assert_eq!(got.end, 5);
    }

    #[test]
    fn a_persons_own_labelled_lines_are_no_block() {
        assert!(at_start("Date: 3 March\nAddress: 3 Mill Lane\nProblem: damp").is_none());
        assert!(at_start("From: Monday\nI have had no heating").is_none());
    }

    #[test]
    fn a_flat_block_is_cut_up() {
        assert_eq!(
            unflatten("From: J <j@x.example>To: \"B\" <b@x.example>Sent: Monday, 2 March 2026 at 08:55:00 GMTSubject: cold"),
            ["From: J <j@x.example>", "To: \"B\" <b@x.example>", "Sent: Monday, 2 March 2026 at 08:55:00 GMT", "Subject: cold"]
        );
    }
}
