//! What the classes, ids and styles that mail clients leave in HTML say about whose words an element holds.

use std::borrow::Cow;

/// What an element means for the lines inside or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Everything inside is an earlier message (or a forwarded one).
    Quotation,
    /// Everything inside is the client's "On … wrote:".
    Attribution,
    /// An earlier message starts with the next words, and ends nobody knows where.
    HistoryStart,
    /// As `HistoryStart`, if the next words look like a header.
    HeaderStart,
    Signature,
}

/// Outlook rewrites other people's classes and ids with `x_` before them, once for every pass; old Hotmail with `ecx`.
fn plain_name(name: &str) -> &str {
    let mut n = name;
    while let Some(rest) = n.strip_prefix("x_") {
        n = rest;
    }
    n.strip_prefix("ecx").unwrap_or(n)
}

/// Attributes in lower case, as far as they matter.
#[derive(Debug, Default)]
pub struct Told {
    pub class: String,
    pub id: String,
    pub style: String,
    pub kind: String,
    pub name: String,
    pub cite: bool,
    pub data: String,
}

pub fn meaning(tag: &str, told: &Told) -> Option<Meaning> {
    let id = plain_name(&told.id);
    let named = |n: &str| word(n, tag, told);
    if let Some(found) = named(id) {
        return Some(found);
    }
    if let Some(found) = told.class.split_ascii_whitespace().find_map(|c| named(plain_name(c))) {
        return Some(found);
    }
    match plain_name(&told.name) {
        "quote" | "messagereplysection" | "quoted-content" => return Some(Meaning::Quotation),
        "messagesignaturesection" => return Some(Meaning::Signature),
        _ => {}
    }
    match told.data.as_str() {
        "__quoted_text__" => return Some(Meaning::Quotation),
        "__sig_pre__" | "__sig_post__" | "signature" => return Some(Meaning::Signature),
        _ => {}
    }
    if tag == "blockquote" {
        return (!is_indent(told)).then_some(Meaning::Quotation);
    }
    if matches!(tag, "div" | "p" | "td" | "table") && is_outlook_rule(&told.style) {
        return Some(Meaning::HeaderStart);
    }
    None
}

fn word(name: &str, tag: &str, told: &Told) -> Option<Meaning> {
    Some(match name {
        "" => return None,
        "gmail_attr"
        | "moz-cite-prefix"
        | "reply-intro"
        | "gmail_attribution"
        | "freebirdreplyheader"
        | "mail-quote-header"
        | "hs_reply_header" => Meaning::Attribution,
        "divrplyfwdmsg"
        | "outlookmessageheader"
        | "stopspelling"
        | "zwchr"
        | "appendonsend"
        | "olk_src_body_section"
        | "mimestream-quote-header" => Meaning::HistoryStart,
        // On the header's own element as well as around all of it.
        "ms-outlook-mobile-reference-message" => Meaning::HeaderStart,
        "yahoo_quoted"
        | "yahooquoted"
        | "zmail_extra"
        | "protonmail_quote"
        | "tutanota_quote"
        | "mail-editor-reference-message-container"
        | "hs_reply"
        | "hs-quoted-message"
        | "missive_quote"
        | "moz-forward-container"
        | "ymail_quoted"
        | "front-blockquote"
        | "quoted-text"
        | "quotedtext"
        | "reply-quote"
        | "mailquote"
        | "mail_quote"
        | "mb-quote"
        | "ox-quote"
        | "bloop_original_html"
        | "replied-message"
        | "replied_message"
        | "wm_quote"
        | "crisp_quote"
        | "zendesk_quote"
        | "qt"
        | "origmessage"
        | "original-message"
        | "msg-quote"
        | "samsung_quote"
        | "shortmail_quote"
        | "skiff_quote"
        | "superhuman-quote"
        | "acompli_quote"
        | "aolmail_quote"
            if !(name == "qt" && tag == "a") =>
        {
            Meaning::Quotation
        }
        n if n.starts_with("yahoo_quoted")
            || n.starts_with("aolmsgpart")
            || n.starts_with("replybody")
            || n.starts_with("ymail_quoted") =>
        {
            Meaning::Quotation
        }
        // The container of a Gmail quotation also holds answers written between the pieces: only its blockquotes are quoted.
        "gmail_quote" | "gmail_quote_container" | "gmail_extra" => return (tag == "blockquote").then_some(Meaning::Quotation),
        "gmail_signature"
        | "gmail_signature_prefix"
        | "signature"
        | "moz-signature"
        | "moz-txt-sig"
        | "applemailsignature"
        | "ms-outlook-mobile-signature"
        | "ms-outlook-ios-signature"
        | "ymail_android_signature"
        | "ymail_ios_signature"
        | "protonmail_signature_block"
        | "protonmail_signature_block-user"
        | "protonmail_signature_block-proton"
        | "tutanota_signature"
        | "bloop_sign"
        | "composer_signature"
        | "mobile-signature"
        | "mobilesignature"
        | "k9mail-signature"
        | "edo-signature"
        | "zm_signature"
        | "front-signature"
        | "hs_signature"
        | "missive_signature"
        | "js-signature"
        | "email-signature"
        | "mail_signature"
        | "rps_signature"
        | "_rp_sig"
        | "ox-signature"
        | "io-ox-signature"
        | "user-signature" => Meaning::Signature,
        n if n.starts_with("zmail_signature")
            || n.starts_with("bloop_sign_")
            || n.starts_with("ymail_") && n.ends_with("signature")
            || n.starts_with("applemailsignature")
            || n.starts_with("ms-outlook-mobile-signature") =>
        {
            Meaning::Signature
        }
        _ => {
            return (told.data == "true_signatureblock").then_some(Meaning::Signature);
        }
    })
}

/// The rich editors of Gmail and Outlook use a bare blockquote to indent a paragraph of the author's own.
fn is_indent(told: &Told) -> bool {
    let style: String = told.style.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = told.kind != "cite" && !told.cite && told.class.is_empty();
    plain
        && (style.contains("border:none")
            || style.contains("border:0")
            || style.contains("border:medium")
            || style.starts_with("margin:0040px")
            || style.contains("margin-left:40px"))
        && !style.contains("border-left:1")
        && !style.contains("border-left:2")
        && !style.contains("border-left:solid")
}

/// The thin line over Outlook's header block: `border:none;border-top:solid #E1E1E1 1.0pt` (2013 on), `#B5C4DF` (2007, 2010), and Windows Mail's.
fn is_outlook_rule(style: &str) -> bool {
    let s: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let colour = s.contains("#e1e1e1")
        || s.contains("#b5c4df")
        || s.contains("rgb(225,225,225)")
        || s.contains("rgb(181,196,223)")
        || s.contains("rgb(229,229,229)")
        || s.contains("#e5e5e5");
    (s.contains("border-top:") || s.contains("border-top-color:") || s.contains("border-width:1pt"))
        && colour
        && !s.contains("border-top:none")
}

/// Not shown to a reader: preheaders and the like.
pub fn is_hidden(style: &str) -> bool {
    rules(style).any(|r| matches!(&*r, "display:none" | "visibility:hidden" | "opacity:0" | "max-height:0" | "max-height:0px"))
}

/// `Some(true)` where the style makes letters vanish by size, `Some(false)` where it gives them a size again: layout tables do both.
pub fn vanishes(style: &str) -> Option<bool> {
    rules(style).filter_map(|r| r.strip_prefix("font-size:").map(|v| matches!(v, "0" | "0px" | "0pt" | "0em" | "0%"))).last()
}

/// `Some(true)` for the colours that people answer in, `Some(false)` for any other: the clients' own greys and navies are nobody's answer.
pub fn is_bright(style: &str) -> Option<bool> {
    const BRIGHT: [&str; 15] = [
        "red",
        "#ff0000",
        "#c00000",
        "rgb(255,0,0)",
        "rgb(192,0,0)",
        "#c82613",
        "blue",
        "#0000ff",
        "#0070c0",
        "rgb(0,112,192)",
        "green",
        "#00b050",
        "#008000",
        "#7030a0",
        "purple",
    ];
    rules(style).filter_map(|r| r.strip_prefix("color:").map(|v| BRIGHT.contains(&v))).last()
}

/// A style's rules without white space or `!important`. Most are written so, and cost nothing.
fn rules(style: &str) -> impl Iterator<Item = Cow<'_, str>> {
    style.split(';').map(|rule| {
        let rule = rule.trim();
        if rule.contains(|c: char| c.is_whitespace() || c == '!') {
            let dense: String = rule.chars().filter(|c| !c.is_whitespace()).collect();
            return Cow::Owned(dense.trim_end_matches("!important").to_owned());
        }
        Cow::Borrowed(rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(class: &str, id: &str, style: &str) -> Told {
        Told { class: class.into(), id: id.into(), style: style.into(), ..Told::default() }
    }

    #[test]
    fn clients_own_names() {
        assert_eq!(meaning("div", &told("", "x_x_divrplyfwdmsg", "")), Some(Meaning::HistoryStart));
        assert_eq!(meaning("blockquote", &told("gmail_quote", "", "")), Some(Meaning::Quotation));
        assert_eq!(meaning("div", &told("gmail_quote gmail_quote_container", "", "")), None);
        assert_eq!(meaning("div", &told("x_gmail_signature", "", "")), Some(Meaning::Signature));
        assert_eq!(
            meaning("div", &told("", "", "border:none;border-top:solid #e1e1e1 1.0pt;padding:3.0pt 0cm 0cm 0cm")),
            Some(Meaning::HeaderStart)
        );
        assert_eq!(meaning("blockquote", &told("", "", "margin:0 0 0 40px;border:none;padding:0px")), None);
        assert_eq!(meaning("blockquote", &told("", "", "")), Some(Meaning::Quotation));
        assert_eq!(meaning("div", &told("quote-of-the-day", "", "")), None);
    }

    #[test]
    fn hidden_and_vanishing() {
        assert!(is_hidden("color:#fff; display: none !important"));
        assert!(!is_hidden("display:block"));
        assert_eq!((vanishes("font-size:0"), vanishes("font-size:16px"), vanishes("color:red")), (Some(true), Some(false), None));
    }
}
