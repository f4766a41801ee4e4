//! JSON Schemas of rule files, from the types that read them: editors complete and check by them.

use super::{calendar, file, policy};
use schemars::{JsonSchema, generate::SchemaSettings};

/// Each schema by the name of its file, with the files of a rules folder that it is for.
pub fn all() -> [(&'static str, &'static [&'static str], String); 3] {
    [
        ("rules.schema.json", &["*.toml", "lexicons/*.toml", "signals/*.toml"], of::<file::RuleFile>()),
        ("policy.schema.json", &["policies/*.toml"], of::<policy::File>()),
        ("calendar.schema.json", &["calendars/*.toml"], of::<calendar::File>()),
    ]
}

/// What the TOML editors (taplo, Even Better TOML) read to find the schemas, which lie beside it.
pub fn editors() -> String {
    let each = all().map(|(name, files, _)| {
        let files: Vec<String> = files.iter().map(|f| format!("\"{f}\"")).collect();
        format!("[[rule]]\ninclude = [{}]\n\n[rule.schema]\npath = \"./{name}\"\n", files.join(", "))
    });
    format!("# Written by `postroom rules schema --to DIR`.\n\n{}", each.join("\n"))
}

fn of<T: JsonSchema>() -> String {
    // Draft 7 is what the editors know.
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
