//! What HTML's elements are to a reader of words: which break lines, which hold nothing, which end others.

use super::marks::Told;
use html5ever::tokenizer::Tag;
use html5ever::tokenizer::states::RawKind;

pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "blockquote"
            | "table"
            | "tbody"
            | "thead"
            | "tfoot"
            | "tr"
            | "td"
            | "th"
            | "caption"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "center"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "address"
            | "form"
            | "fieldset"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "menu"
            | "dir"
            | "listing"
            | "xmp"
            | "textarea"
    )
}

pub fn attribute(tag: &Tag, name: &str) -> String {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.to_string()).unwrap_or_default()
}

/// The few attributes that say whose words an element holds; a value longer than any client's own is somebody's picture.
pub fn told(tag: &Tag) -> Told {
    let mut told = Told::default();
    for a in &tag.attrs {
        let value = || if a.value.len() <= 2000 { a.value.to_ascii_lowercase() } else { String::new() };
        match &*a.name.local {
            "class" => told.class = value(),
            "id" => told.id = value(),
            "style" => told.style = value(),
            "type" => told.kind = value(),
            "name" => told.name = value(),
            "cite" => told.cite = true,
            "data-marker" => told.data = value(),
            "data-signatureblock" if &*a.value == "true" => told.data = "signature".into(),
            _ => {}
        }
    }
    told
}

/// Elements that hold nothing, and those whose tags say nothing to a reader.
pub fn is_empty(name: &str) -> bool {
    matches!(name, "meta" | "link" | "base" | "input" | "col" | "area" | "wbr" | "source" | "track" | "param" | "embed" | "html" | "body")
}

/// Elements whose text is not for reading.
pub fn is_unseen(name: &str) -> bool {
    const UNSEEN: [&str; 13] =
        ["head", "style", "script", "title", "template", "select", "object", "svg", "noframes", "xml", "datalist", "iframe", "noembed"];
    UNSEEN.contains(&name)
}

/// Elements in which a `<` opens nothing.
pub fn raw_text(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

/// Which open elements a start tag ends, where HTML lets their end tags be left out, and which keep it from looking further up.
pub fn implied(name: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    let closes: &[&str] = match name {
        "li" => &["li"],
        "tr" => &["td", "th", "tr"],
        "td" | "th" => &["td", "th"],
        "option" => &["option"],
        "dt" | "dd" => &["dt", "dd"],
        "tbody" | "tfoot" | "thead" => &["td", "th", "tr", "tbody", "thead", "tfoot"],
        n if is_block(n) => &["p"],
        _ => return None,
    };
    let stops: &[&str] = match name {
        "li" => &["ul", "ol", "menu", "dir", "td", "th", "table", "blockquote"],
        _ => &["table", "td", "th", "blockquote", "div", "button"],
    };
    Some((closes, stops))
}
