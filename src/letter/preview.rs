//! Each letter as it would be written for made-up cases, so that whoever changes a template can look at it.

use super::page::Page;
use super::welsh::Cymraeg;
use super::{Form, LetterError, Templates, check, quote};
use crate::model::policy::Policy;

/// One part-by-part rendering.
pub struct Preview {
    pub form: Form,
    /// `full`: with all that a letter can hold; `plain`: with what it always holds.
    pub sample: &'static str,
    pub subject: String,
    pub text: String,
    /// Empty for what has none.
    pub html: String,
}

/// How letters are shown beside what the policy says: as for a resident who asked for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variant {
    pub welsh: bool,
    pub large: bool,
}

/// The letters of these forms, in the landlord's name, each for two cases.
///
/// # Errors
/// A template that cannot be rendered.
pub fn preview(templates: &Templates, policy: &Policy, forms: &[Form], variant: Variant) -> Result<Vec<Preview>, LetterError> {
    let mut previews = Vec::new();
    for &form in forms {
        for (sample, page) in [("full", check::full()), ("plain", check::bare())] {
            let page = Page {
                form: form.as_str(),
                landlord: policy.landlord.clone(),
                contact: policy.contact.clone(),
                ombudsman: policy.ombudsman.clone(),
                complaint: !matches!(form, Form::Signpost | Form::SignpostSocial | Form::Survey | Form::Unreadable),
                second: form == Form::AcknowledgeStage2,
                // What a reminder is about is always known, and what a stranger is told is another letter.
                duty: page.duty.clone().or_else(|| check::full().duty),
                cy: cy_of(policy, &page),
                // It asks what is not known, as it does for a resident.
                note: check::full().note.filter(|_| form.by_person()),
                digest: page.digest.clone().or_else(|| check::full().digest),
                trouble: page.trouble.clone().or_else(|| check::full().trouble),
                questions: page.questions.clone().or_else(|| check::full().questions),
                welsh: policy.welsh || variant.welsh,
                large: policy.large_print || variant.large,
                ..page
            };
            let part = |ending: &str| match form.parts().contains(&ending) {
                true => templates.part(form, ending, &page),
                false => Ok(String::new()),
            };
            let subject = quote::one_line(&part("subject")?, 250);
            previews.push(Preview { form, sample, subject, text: quote::tidy(&part("txt")?), html: part("html")? });
        }
    }
    Ok(previews)
}

/// The sample's own dates and matters, with the landlord's names and links.
fn cy_of(policy: &Policy, page: &Page) -> Cymraeg {
    let (ours, sample) = (Cymraeg::of(&policy.contact, &policy.ombudsman, &page.greeting), page.cy.clone());
    Cymraeg { contact: ours.contact, policy_url: ours.policy_url, ombudsman: ours.ombudsman, ..sample }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_can_be_looked_at_and_none_names_a_person_who_did_not_write_it() {
        let policy = Policy { landlord: "Mill Homes".into(), welsh: true, ..Policy::default() };
        let previews = preview(&Templates::load(None).unwrap(), &policy, Form::ALL, Variant::default()).unwrap();
        assert_eq!(previews.len(), 2 * Form::ALL.len());
        for p in &previews {
            assert!(!p.text.trim().is_empty(), "{:?}", p.form);
            assert_eq!(p.html.is_empty(), !p.form.parts().contains(&"html"), "{:?}", p.form);
            // What a browser draws, and `chromium --screenshot` makes a picture of, is a whole page.
            assert!(p.html.is_empty() || p.html.starts_with("<!doctype html>") && p.html.trim_end().ends_with("</html>"), "{:?}", p.form);
            let signed = p.text.contains("Sam Okoro");
            assert!(signed == p.form.by_person() || p.form == Form::Digest, "{:?}: {}", p.form, p.text);
            assert!(!p.form.to_resident() || p.form.is_social() || p.text.contains("Cymraeg"), "{:?}", p.form);
        }
    }
}
