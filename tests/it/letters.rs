//! Letters as a browser shows them: on a small telephone, in large print, and in the language that they say they are in.

use crate::servers::browser;
use postroom::letter::Form;
use postroom::letter::preview::{Variant, preview};
use postroom::pipeline::rulebook;
use serde_json::Value;

#[test]
fn every_letter_fits_a_small_telephone_in_large_print_too_and_is_read_aloud_in_its_own_language() {
    if !browser::installed() {
        return;
    }
    let rules = rulebook::load(None).unwrap();
    let folder = browser::shots("letters");
    let mut written = 0;
    for (policy, name, variant) in [
        ("code", "english", Variant::default()),
        ("code", "english-large", Variant { large: true, welsh: false }),
        ("wales", "welsh", Variant::default()),
        ("wales", "welsh-large", Variant { large: true, welsh: false }),
    ] {
        for p in preview(&rules.templates, &rules.policies[policy], Form::ALL, variant).unwrap() {
            if !p.html.is_empty() {
                std::fs::write(folder.join(format!("{}-{}-{name}.html", p.form.as_str(), p.sample)), &p.html).unwrap();
                written += 1;
            }
        }
    }
    let said = String::from_utf8(browser::run("letters.mjs", &[folder.to_str().unwrap()])).unwrap();
    assert_eq!(said.lines().count(), written);
    for line in said.lines() {
        let page: Value = serde_json::from_str(line).unwrap();
        let name = page["name"].as_str().unwrap();
        let empty = |key: &str| assert_eq!(page[key].as_array().unwrap().len(), 0, "{name}: {key}: {}", page[key]);
        empty("wide");
        empty("serious");
        let firm = name.starts_with("contractor_thanks");
        if name.contains("-large") && !firm {
            // 24 CSS pixels are 18 points, where large print begins.
            assert!(page["smallest"].as_f64().unwrap() >= 24.0, "{name}: {}", page["smallest"]);
        }
        // Words that no text of the other language has.
        let lang_of = |word: &str| -> Vec<&str> {
            let texts = page["words"].as_array().unwrap().iter().filter(|w| w[1].as_str().unwrap().contains(word));
            texts.map(|w| w[0].as_str().unwrap()).collect()
        };
        for english in ["How to reach us", "You can read our complaints policy", "Hello,", "Nobody rang."] {
            assert!(lang_of(english).iter().all(|l| *l == "en-GB"), "{name}: {english}");
        }
        for welsh in ["Sut i gysylltu", "Gallwch ddarllen ein polisi", "Helo,", "Gwresogi:", "Tîm Cwynion", "dydd Llun"] {
            assert!(lang_of(welsh).iter().all(|l| *l == "cy"), "{name}: {welsh}");
        }
        assert!(firm || lang_of("How to reach us").len() == 1, "{name}");
        assert_eq!(lang_of("Sut i gysylltu").len(), usize::from(name.contains("welsh") && !firm), "{name}");
    }
}
