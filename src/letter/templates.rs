//! The letters' texts: MiniJinja templates, compiled in, with a site's own over them.

use super::page::Page;
use super::{Form, LetterError, check};
use crate::folder;
use crate::model::fault::Fault;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Embeds files by name: cargo then builds anew when one of them changes.
macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/letters/", $name)))),+]
    };
}

const SHIPPED: &[(&str, &str)] = &embedded![
    "_open.txt",
    "_understanding.txt",
    "_close.txt",
    "_page.html",
    "_letter.html",
    "_heading.html",
    "_open.cy.txt",
    "_open.cy.html",
    "_facts.cy.txt",
    "_facts.cy.html",
    "_understanding.cy.txt",
    "_understanding.cy.html",
    "_close.cy.txt",
    "_close.cy.html",
    "_facts.html",
    "_understanding.html",
    "acknowledge_stage1.subject",
    "acknowledge_stage1.txt",
    "acknowledge_stage1.html",
    "acknowledge_stage1.cy.txt",
    "acknowledge_stage1.cy.html",
    "acknowledge_stage2.subject",
    "acknowledge_stage2.txt",
    "acknowledge_stage2.html",
    "acknowledge_stage2.cy.txt",
    "acknowledge_stage2.cy.html",
    "confirm_addition.subject",
    "confirm_addition.txt",
    "confirm_addition.html",
    "confirm_addition.cy.txt",
    "confirm_addition.cy.html",
    "signpost.subject",
    "signpost.txt",
    "signpost.html",
    "signpost.cy.txt",
    "signpost.cy.html",
    "survey.subject",
    "survey.txt",
    "survey.html",
    "survey.cy.txt",
    "survey.cy.html",
    "unreadable.subject",
    "unreadable.txt",
    "unreadable.html",
    "unreadable.cy.txt",
    "unreadable.cy.html",
    "contractor_thanks.subject",
    "contractor_thanks.txt",
    "contractor_thanks.html",
    "signpost_social.txt",
    "signpost_social.cy.txt",
    "take_offline.txt",
    "take_offline.cy.txt",
    "pass_on.subject",
    "pass_on.txt",
    "notice.subject",
    "notice.txt",
    "reminder.subject",
    "reminder.txt",
    "alarm.subject",
    "alarm.txt",
    "extension.subject",
    "extension.txt",
    "extension.html",
    "extension.cy.txt",
    "extension.cy.html",
    "refusal.subject",
    "refusal.txt",
    "refusal.html",
    "refusal.cy.txt",
    "refusal.cy.html",
    "digest.subject",
    "digest.txt",
    "trouble.subject",
    "trouble.txt",
];

/// One template's text and the file that it came from, for pointing into it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub file: String,
    pub text: String,
    pub shipped: bool,
}

pub(super) type Sources = BTreeMap<String, Source>;

/// The compiled letters. Cheap to share by reference; holds nothing of any case.
#[derive(Debug)]
pub struct Templates {
    /// SHA-256 (hex) over names and texts: the same digest writes the same.
    pub digest: String,
    environment: Environment<'static>,
}

impl Templates {
    /// The shipped templates with a site's (`DIR/letters`) over them, each checked by writing every sort of letter with it.
    pub fn load(site: Option<&Path>) -> Result<Templates, Vec<Fault>> {
        let mut faults = Vec::new();
        let sources = read(site, &mut faults);
        faults.extend(check::check(&sources));
        if faults.iter().any(|f| f.fatal) {
            return Err(faults);
        }
        let mut environment = environment(false);
        let mut digest = Sha256::new();
        for (name, source) in sources {
            [name.as_str(), &source.text].iter().for_each(|part| digest.update(Sha256::digest(part)));
            if let Err(error) = environment.add_template_owned(name, source.text) {
                return Err(vec![Fault::of_file(&source.file, error.to_string())]);
            }
        }
        let digest = digest.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok(Templates { digest, environment })
    }

    /// Every fault and piece of advice.
    pub fn lint(site: Option<&Path>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let sources = read(site, &mut faults);
        faults.extend(check::check(&sources));
        faults
    }

    pub(super) fn part(&self, form: Form, ending: &str, page: &Page) -> Result<String, LetterError> {
        let name = format!("{}.{ending}", form.as_str());
        self.environment
            .get_template(&name)
            .and_then(|t| t.render(Serde(page)))
            .map_err(|error| LetterError::Template { says: error.to_string(), template: name })
    }
}

/// How templates are read: an unknown variable is an error, `.html` escapes, tags on their own line leave no empty one. With `debug`
/// errors know their place, and quote values: for samples alone.
pub(super) fn environment(debug: bool) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters are good ones"));
    environment.set_debug(debug);
    // Included templates count ten each: a chain of them ends.
    environment.set_recursion_limit(100);
    environment
}

fn read(site: Option<&Path>, faults: &mut Vec<Fault>) -> Sources {
    let mut sources: Sources = SHIPPED
        .iter()
        .map(|(name, text)| ((*name).into(), Source { file: format!("templates/letters/{name}"), text: (*text).into(), shipped: true }))
        .collect();
    for (file, text) in site.map(|dir| folder::read(&dir.join("letters"), &["subject", "txt", "html"], faults)).unwrap_or_default() {
        let name = Path::new(&file).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        sources.insert(name, Source { file, text, shipped: false });
    }
    sources
}

#[cfg(test)]
pub(super) fn shipped() -> Vec<(&'static str, String)> {
    SHIPPED.iter().map(|(name, text)| (*name, (*text).to_string())).collect()
}

#[cfg(test)]
pub(super) fn shipped_sources() -> Sources {
    read(None, &mut Vec::new())
}
