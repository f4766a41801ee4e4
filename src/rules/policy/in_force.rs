//! Each key of a policy with the file that set it, through all that the policy builds on.

use super::Source;
use crate::model::fault::Fault;
use std::collections::BTreeMap;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// One key as it holds: its value as it is written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub key: String,
    pub value: String,
    pub from: String,
}

/// By policy: its keys in the order of their names.
///
/// # Errors
/// Every fault of the files.
pub fn in_force(site: Option<&Path>) -> Result<BTreeMap<String, Vec<Key>>, Vec<Fault>> {
    let mut faults = Vec::new();
    let layers = super::read(site, &mut faults);
    let mut out = BTreeMap::new();
    for id in layers.shipped.keys().chain(layers.site.keys()) {
        match layers.chain(id) {
            Ok(chain) => {
                out.insert(id.clone(), keys(&chain));
            }
            Err(fault) => faults.push(*fault),
        }
    }
    if faults.iter().any(|f| f.fatal) { Err(faults) } else { Ok(out) }
}

/// `chain` has the policy's own file first.
fn keys(chain: &[&Source]) -> Vec<Key> {
    let mut all = BTreeMap::new();
    for source in chain.iter().rev() {
        let Ok(table) = DeTable::parse(&source.text) else { continue };
        walk("", table.get_ref(), source, &mut all);
    }
    all.into_values().collect()
}

fn walk(prefix: &str, table: &DeTable<'_>, source: &Source, all: &mut BTreeMap<String, Key>) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        let mut put = |key: String, value: String, at: usize| {
            let line = source.text[..at].matches('\n').count() + 1;
            all.insert(key.clone(), Key { key, value, from: format!("{}:{line}", source.name) });
        };
        match value.get_ref() {
            DeValue::Table(inner) => walk(&format!("{key}."), inner, source, all),
            DeValue::Array(list) if list.iter().any(|v| matches!(v.get_ref(), DeValue::Table(_))) => {
                for entry in list.iter() {
                    let DeValue::Table(entry) = entry.get_ref() else { continue };
                    let named = ["flag", "topic", "matter", "role", "name"].iter().find_map(|n| Some((*n, entry.get(*n)?)));
                    let Some((word, id)) = named else { continue };
                    let id_text = id.get_ref().as_str().unwrap_or_default();
                    // The Welsh may stand in another file than its English.
                    for (own, welsh) in [(format!("{key} {id_text}"), false), (format!("{key} {id_text} in Welsh"), true)] {
                        let rest = entry.iter().filter(|(n, _)| n.get_ref() != word && n.get_ref().ends_with("_cy") == welsh);
                        let rest: Vec<String> = rest.map(|(n, v)| format!("{} = {}", n.get_ref(), short(&source.text[v.span()]))).collect();
                        if !rest.is_empty() {
                            put(own, rest.join(", "), id.span().start);
                        }
                    }
                }
            }
            _ => put(key, short(&source.text[value.span()]), name.span().start),
        }
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 70 { format!("{}…", line.chars().take(69).collect::<String>()) } else { line }
}
