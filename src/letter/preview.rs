//! Each letter as it would be written for made-up cases, so that whoever changes a template can look at it.

use super::page::Page;
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

/// The letters of these forms, in the landlord's name, each for two cases.
///
/// # Errors
/// A template that cannot be rendered.
pub fn preview(templates: &Templates, policy: &Policy, forms: &[Form]) -> Result<Vec<Preview>, LetterError> {
    let mut previews = Vec::new();
    for &form in forms {
        for (sample, page) in [("full", check::full()), ("plain", check::bare())] {
            let page = Page {
                form: form.as_str(),
                understood: matches!(form, Form::AcknowledgeStage1 | Form::AcknowledgeStage2),
                landlord: policy.landlord.clone(),
                contact: policy.contact.clone(),
                ombudsman: policy.ombudsman.clone(),
                complaint: !matches!(form, Form::Signpost | Form::SignpostSocial | Form::Survey | Form::Unreadable),
                added: form == Form::ConfirmAddition,
                second: form == Form::AcknowledgeStage2,
                // What a reminder is about is always known, and what a stranger is told is another letter.
                duty: page.duty.clone().or_else(|| check::full().duty),
                // It asks what is not known, as it does for a resident.
                note: page.note.clone().or_else(|| check::full().note),
                digest: page.digest.clone().or_else(|| check::full().digest),
                trouble: page.trouble.clone().or_else(|| check::full().trouble),
                questions: page.questions.clone().or_else(|| check::full().questions),
                welsh: policy.welsh,
                large: policy.large_print,
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
