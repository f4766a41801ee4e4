//! The templates: the shipped ones, the bad ones and a site's own.

use super::*;
use crate::letter::{check, templates};

#[test]
fn shipped_templates_have_no_fault_and_say_nothing_that_they_must_not() {
    let faults = Templates::lint(None);
    assert!(faults.is_empty(), "{}", printed(&faults));
}

/// Text and HTML of a letter say the same words in the same order.
#[test]
fn both_bodies_say_the_same() {
    let tags = regex::Regex::new(r"(?s)<(?:title|h1).*?</(?:title|h1)>|<[^>]*>").unwrap();
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        // The plain text numbers its points by hand.
        words.filter(|w| w.len() > 1 || w.chars().all(char::is_alphabetic)).map(str::to_lowercase).collect()
    };
    for form in Form::ALL.iter().copied().filter(|f| f.parts().contains(&"html")) {
        for page in check::samples(form) {
            let text = TEMPLATES.part(form, "txt", &page).unwrap();
            let html = TEMPLATES.part(form, "html", &page).unwrap().replace("&#x2f;", "/").replace("&#x27;", "'");
            assert_eq!(words(&text), words(&tags.replace_all(&html, " ")), "{form:?}");
        }
    }
}

/// `tests/bad-templates/NAME.template`; the first line names the template that it replaces, `alone` leaves its twin unwritten.
#[test]
fn every_bad_template_is_told_as_expected() {
    crate::folder::goldens("tests/bad-templates", "template", |file, text| {
        let first = text.lines().next().unwrap().trim_start_matches("{# ").trim_end_matches(" #}");
        let (name, alone) = first.strip_suffix(" alone").map_or((first, false), |n| (n, true));
        let mut sources = templates::shipped_sources();
        for (other, source) in &mut sources {
            source.shipped = alone || other.split('.').next() != name.split('.').next();
        }
        sources.insert(name.into(), templates::Source { file: file.into(), text: text.into(), shipped: false });
        check::check(&sources)
    });
}

#[test]
fn a_sites_template_takes_the_place_of_the_shipped_one() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("letters")).unwrap();
    std::fs::write(site.path().join("letters/signpost.subject"), "About {{ subject }}\n").unwrap();
    let templates = Templates::load(Some(site.path())).unwrap();
    let mut world = karen();
    world.form = Form::Signpost;
    assert_eq!(render(&templates, &world.occasion()).unwrap().subject, "About leak STILL not fixed - 31 Tanners Court");
}
