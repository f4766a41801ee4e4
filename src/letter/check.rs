//! Templates are checked when they are loaded, by writing every letter with made-up cases: a fault shows before a resident waits.

use super::page::{DutyPage, Page, Questions};
use super::templates::{Source, Sources, environment};
use super::welsh::{Cymraeg, Said};
use super::{Form, Note};
use crate::model::digest::Digest;
use crate::model::fault::Fault;
use crate::model::policy::{Contact, Ombudsman};
use crate::model::trouble::Trouble;
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;

/// The line that the reader of answers cuts at.
pub const ABOVE: &str = "--- Please write above this line ---";

pub fn check(sources: &Sources) -> Vec<Fault> {
    let mut faults = names(sources);
    let mut environment = environment(true);
    environment.set_formatter(no_none);
    for (name, source) in sources {
        if let Err(error) = environment.add_template(name, &source.text) {
            faults.push(fault_of(&error, sources, source));
        }
    }
    faults.extend(unknown_variables(sources, &environment));
    if faults.iter().any(|f| f.fatal) {
        return faults; // what does not compile cannot be rendered
    }
    for form in Form::ALL {
        for page in &samples(*form) {
            for ending in form.parts() {
                rendered(*form, ending, page, &environment, sources, &mut faults);
                if page.welsh && *ending != "subject" {
                    // By itself: what the English part says is no help to who reads the Welsh alone.
                    rendered(*form, &format!("cy.{ending}"), page, &environment, sources, &mut faults);
                }
            }
        }
    }
    faults.extend(advice(sources));
    let mut seen = BTreeSet::new();
    faults.retain(|f| seen.insert((f.file.clone(), f.line, f.says.clone())));
    faults
}

/// What a letter of this form is never written without.
fn has_its_own(page: &Page, form: Form) -> bool {
    match form {
        Form::Digest => page.digest.is_some(),
        Form::Trouble => page.trouble.is_some(),
        _ => page.note.is_some() || !form.by_person(),
    }
}

/// Files that are no part of any letter, and letters of which a site has only one of the two bodies.
fn names(sources: &Sources) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, source) in sources.iter().filter(|(_, s)| !s.shipped) {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let (stem, welsh) = stem.strip_suffix(".cy").map_or((stem, ""), |stem| (stem, ".cy"));
        match Form::parse(stem) {
            Some(form) if !(welsh.is_empty() || form.to_resident() && ending != "subject") => {
                let hint = "what is in Welsh are the text and the html of letters to residents";
                faults.push(Fault::of_file(&source.file, format!("{stem} has no Welsh {ending} part")).hint(hint));
            }
            Some(form) if !form.parts().contains(&ending) => {
                let hint = format!("{stem} is made of {}", form.parts().join(", "));
                faults.push(Fault::of_file(&source.file, format!("{stem} has no {ending} part")).hint(hint).advice());
            }
            None if !stem.starts_with('_') => {
                let known = Form::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", ");
                let fault = Fault::of_file(&source.file, format!("there is no letter \"{stem}\""));
                faults.push(fault.hint(format!("one of {known}; a name that begins with _ is for inclusion")));
            }
            _ => {}
        }
        let other = match ending {
            "txt" => "html",
            "html" => "txt",
            _ => continue,
        };
        let twin = sources.get(&format!("{stem}{welsh}.{other}"));
        if Form::parse(stem).is_some_and(|f| f.parts().contains(&other)) && twin.is_none_or(|t| t.shipped) {
            let fault = Fault::of_file(&source.file, format!("{stem}{welsh}.{other} is missing beside it"));
            faults.push(fault.hint("both bodies go out in one mail and must say the same: write both"));
        }
    }
    faults
}

/// Names that no page has, also in branches that no sample takes.
fn unknown_variables(sources: &Sources, environment: &Environment<'_>) -> Vec<Fault> {
    let full = serde_json::to_value(full()).unwrap_or_default();
    let set = Regex::new(r"\{%-?\s*(?:set|for|macro|with)\s+(\w+)").expect("the pattern is written here");
    let own: BTreeSet<&str> =
        sources.values().flat_map(|s| set.captures_iter(&s.text)).filter_map(|c| c.get(1)).map(|m| m.as_str()).collect();
    let mut faults = Vec::new();
    for (name, source) in sources {
        let Ok(template) = environment.get_template(name) else { continue };
        for variable in template.undeclared_variables(true) {
            let top = variable.split('.').next().unwrap_or_default();
            let known = full.pointer(&format!("/{}", variable.replace('.', "/"))).is_some();
            if !known && !own.contains(top) && !matches!(top, "self" | "loop" | "super" | "range" | "namespace" | "dict" | "debug") {
                let place = variable.rsplit_once('.').map_or(Some(&full), |(of, _)| full.pointer(&format!("/{}", of.replace('.', "/"))));
                let known: Vec<&str> = place.and_then(|p| p.as_object()).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
                let fault =
                    Fault::at(&source.file, &source.text, place_of(&source.text, &variable), format!("no letter knows \"{variable}\""));
                faults.push(fault.hint(format!("known are {}", known.join(", "))));
            }
        }
    }
    faults.sort_by_key(|f| (f.file.clone(), f.line, f.column));
    faults
}

fn place_of(text: &str, word: &str) -> Range<usize> {
    let tag = Regex::new(&format!(r"\{{[{{%][^}}]*?\b({})\b", regex::escape(word)));
    tag.ok().and_then(|t| Some(t.captures(text)?.get(1)?.range())).unwrap_or(0..0)
}

fn rendered(form: Form, ending: &str, page: &Page, environment: &Environment<'_>, sources: &Sources, faults: &mut Vec<Fault>) {
    let name = format!("{}.{ending}", form.as_str());
    let Some(source) = sources.get(&name) else { return };
    let text = match environment.get_template(&name).and_then(|t| t.render(minijinja::value::Serde(page))) {
        Ok(text) => text,
        Err(error) => return faults.push(fault_of(&error, sources, source)),
    };
    let mut missing = |what: &str, hint: &str| faults.push(Fault::of_file(&source.file, what).hint(hint));
    if ending == "subject" {
        if text.trim().is_empty() {
            missing("the subject is empty", "write one line");
        }
        return;
    }
    if !form.to_resident() {
        return;
    }
    // MiniJinja writes a slash as &#x2f; in HTML.
    let text = text.replace("&#x2f;", "/");
    let welsh = ending.starts_with("cy.");
    let (web, policy_url) =
        if welsh { (&page.cy.ombudsman.web, &page.cy.policy_url) } else { (&page.ombudsman.web, &page.contact.policy_url) };
    if !text.contains(&page.ombudsman.phone) || !page.public && !text.contains(web) {
        let hint = match welsh {
            true => "give {{ cy.ombudsman.web }} and {{ ombudsman.phone }} (Code 3.7), or include _close.cy.txt",
            false => "give {{ ombudsman.web }} and {{ ombudsman.phone }} (Code 3.7), or include _close.txt",
        };
        missing("the Ombudsman's details are missing", hint);
    }
    // A public post has no room for a second link.
    if !page.public && !text.contains(policy_url) {
        let hint = match welsh {
            true => "give {{ cy.policy_url }} (Code 3.5), or include _close.cy.txt",
            false => "give {{ contact.policy_url }} (Code 3.5), or include _close.txt",
        };
        missing("the link to the complaints policy is missing", hint);
    }
    if !form.is_social() && !welsh && !text.contains(ABOVE) {
        missing("the line to write above is missing", &format!("begin with \"{ABOVE}\": answers are cut there"));
    }
    if let Some(note) = page.note.as_ref().filter(|_| form.by_person()) {
        let why = if welsh { note.why_cy.as_ref().unwrap_or(&note.why) } else { &note.why };
        if !text.contains(why) {
            missing("the reasons are missing", "give {{ note.why }}: the Code asks for them in writing (2.4, 6.4)");
        }
        if !text.contains(&note.by) {
            missing("the name of the person who decided is missing", "give {{ note.by }}");
        }
    }
    let reference = page.reference.as_deref().unwrap_or_default();
    let named = matches!(form, Form::AcknowledgeStage1 | Form::AcknowledgeStage2 | Form::ConfirmAddition) && !page.weak;
    if named && !text.contains(reference) {
        missing("the reference is missing", "give {{ reference }}, so that answers find their complaint");
    }
}

/// Phrases that no letter of ours may hold, with what is wrong with each. Matched without regard to case.
pub const NEVER: [(&str, &str); 14] = [
    ("we apologise", "a letter that nobody has looked into admits no fault"),
    ("we are sorry", "a letter that nobody has looked into admits no fault"),
    ("sorry for", "a letter that nobody has looked into admits no fault"),
    ("sorry that", "a letter that nobody has looked into admits no fault"),
    ("our fault", "a letter that nobody has looked into admits no fault"),
    ("out of time", "no resident is told that something is left out (Code 2.1)"),
    ("not be accepted", "no resident is told that something is left out (Code 2.1)"),
    ("cannot accept", "no resident is told that something is left out (Code 2.1)"),
    ("six months", "no resident is told that something is left out (Code 2.1)"),
    ("8 weeks", "nobody has to wait before going to the Ombudsman, since October 2022"),
    ("eight weeks", "nobody has to wait before going to the Ombudsman, since October 2022"),
    ("designated person", "nobody has to be asked before the Ombudsman, since October 2022"),
    ("reasons for", "no reasons may be asked for at stage 2 (Code 6.12)"),
    ("info@housing-ombudsman", "the Ombudsman takes no new cases by email since January 2026"),
];

fn advice(sources: &Sources) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources.values() {
        let lower = source.text.to_ascii_lowercase(); // keeps every byte where it is
        for (phrase, why) in NEVER {
            if let Some(start) = lower.find(phrase) {
                let says = format!("\"{phrase}\": {why}");
                faults
                    .push(Fault::at(&source.file, &source.text, start..start + phrase.len(), says).hint("say it in another way").advice());
            }
        }
    }
    faults
}

/// A value that is not known must not be written as the word "none".
fn no_none(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::InvalidOperation, "this is not always known: put {% if … %} around it"));
    }
    minijinja::escape_formatter(out, state, value)
}

fn fault_of(error: &Error, sources: &Sources, asked: &Source) -> Fault {
    // An error in an included template is inside that of the one that includes it.
    let mut inner = error;
    while let Some(next) = std::error::Error::source(inner).and_then(|s| s.downcast_ref::<Error>()) {
        inner = next;
    }
    let source = inner.name().and_then(|n| sources.get(n)).unwrap_or(asked);
    let line = inner.line().map(|line| {
        let start = source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        start..start + source.text[start..].lines().next().map_or(0, str::len)
    });
    let says = inner.detail().map_or_else(|| inner.kind().to_string(), String::from);
    let fault = Fault::at(&source.file, &source.text, inner.range().or(line).unwrap_or(0..0), says);
    fault.hint("templates are MiniJinja: {{ value }}, {% if value %} … {% endif %}, {% for line in lines %} … {% endfor %}")
}

/// Made-up cases of a letter: everything known, nothing known, and the forks between; for residents each in Welsh too.
pub(super) fn samples(form: Form) -> Vec<Page> {
    let english = pages().into_iter().filter(|p| has_its_own(p, form)).map(|p| Page { form: form.as_str(), ..p });
    let welsh = |p: Page| form.to_resident().then_some(Page { welsh: true, large: true, ..p });
    english.flat_map(|p| [Some(p.clone()), welsh(p)]).flatten().collect()
}

fn pages() -> Vec<Page> {
    let bare = bare();
    vec![
        full(),
        bare.clone(),
        Page { weak: true, reference: None, define_due: None, response_due: None, cy: bare.cy.clone(), ..full() },
        Page { weak: true, ..bare.clone() },
        Page { second: true, ..full() },
        Page { second: true, ..bare.clone() },
        Page { second: true, premature: true, ..full() },
        Page { second: true, premature: true, ..bare.clone() },
        Page { digest: Some(Digest::default()), ..bare.clone() },
        Page { trouble: Some(Trouble { title: Trouble::sample().title, ..Trouble::default() }), ..bare.clone() },
        Page { note: Some(Note { by: "Sam Okoro".into(), why: "We must wait.".into(), ..Note::default() }), ..bare.clone() },
        Page { withdrawal: true, ..full() },
        Page { outcome: None, outcome_kept: true, ..full() },
        Page { questions: Some(Questions { who: true, spoke: true, ..Questions::default() }), ..full() },
        Page { locked: true, ..full() },
        Page { locked: true, answered: false, kept_days: None, ..full() },
        Page { public: true, ..full() },
        Page { public: true, ..bare.clone() },
        Page { via: Some("staff"), answered: true, ..bare },
    ]
}

pub(super) fn full() -> Page {
    let lines = |text: &str| vec![text.to_string()];
    Page {
        via: Some("contractor"),
        points: vec!["Nobody came on Monday.".into(), "Nobody rang.".into()],
        private: true,
        outcome: Some("Please mend the boiler.".into()),
        questions: Some(Questions { what: true, when: true, who: true, spoke: false, outcome: true }),
        ours: lines("Heating: we look after the boiler."),
        not_ours: lines("Roads: the council looks after these."),
        unclear: lines("Fences: we will check."),
        define_due: Some("Monday 9 March 2026".into()),
        response_due: Some("Monday 23 March 2026".into()),
        cy: Cymraeg {
            define_due: Some("dydd Llun 9 Mawrth 2026".into()),
            response_due: Some("dydd Llun 23 Mawrth 2026".into()),
            until: Some("dydd Llun 13 Ebrill 2026".into()),
            matters: vec![
                Said { says: "Gwresogi: ni sy'n gofalu am y boeler.".into(), lang: "cy" },
                Said { says: "Fences: we will check.".into(), lang: "en-GB" },
            ],
            signposts: vec![Said { says: "Rydym wedi anfon eich neges at y tîm sy'n delio â hyn.".into(), lang: "cy" }],
            ..bare().cy
        },
        emergency: true,
        representative: true,
        adjustment: true,
        signposts: lines("We have sent your message to the team that deals with it."),
        danger: true,
        kept_days: Some(3),
        route_days: 1,
        flags: vec!["safety".into(), "emergency".into()],
        contractor: Some("Axis Repairs".into()),
        answered: true,
        words: Some("The lift is stuck again.".into()),
        note: Some(Note {
            by: "Sam Okoro".into(),
            why: "We must wait for the surveyor.".into(),
            why_cy: Some("Rhaid i ni aros am y syrfëwr.".into()),
            until_day: Some(jiff::civil::date(2026, 4, 13)),
            until: Some("Monday 13 April 2026".into()),
            updates: Some("Each Friday.".into()),
            updates_cy: Some("Bob dydd Gwener.".into()),
        }),
        digest: Some(Digest::sample()),
        trouble: Some(Trouble::sample()),
        contact: Contact { emergency_phone: "01632 960 199".into(), ..bare().contact },
        duty: Some(DutyPage {
            kind: "respond_stage2",
            what: "send the stage 2 response",
            due: "Monday 23 March 2026".into(),
            promised: Some("Thursday 26 March 2026".into()),
            by: Some("14:30".into()),
            covered: true,
        }),
        ..bare()
    }
}

pub(super) fn bare() -> Page {
    let mut page = plain();
    let cy = Cymraeg::of(&page.contact, &page.ombudsman, &page.greeting);
    page.cy = Cymraeg { received: "dydd Llun 2 Mawrth 2026".into(), ..cy };
    page
}

fn plain() -> Page {
    Page {
        landlord: "Landlord Housing".into(),
        contact: Contact {
            name: "Complaints Team".into(),
            phone: "01632 960 100".into(),
            email: "complaints@landlord.example".into(),
            policy_url: "https://www.landlord.example/complaints".into(),
            ..Contact::default()
        },
        ombudsman: Ombudsman {
            name: "Housing Ombudsman Service".into(),
            web: "https://www.housing-ombudsman.org.uk/residents/make-a-complaint/".into(),
            phone: "0300 111 3000".into(),
            post: "Housing Ombudsman Service, PO Box 1484, Unit D, Preston PR2 0ET".into(),
            says: "You can ask the Ombudsman for help at any time. You do not have to wait for our answer. It is free, and it is not part of us.".into(),
            checked_on: "2026-11-22".into(),
            ..Ombudsman::default()
        },
        greeting: "Hello,".into(),
        // A letter of these sorts always has one; what else must do without shows under `weak`.
        reference: Some("PR-2026-000123".into()),
        subject: "no heating".into(),
        received: "Monday 2 March 2026".into(),
        words_lang: "en-GB",
        complaint: true,
        gas_number: "0800 111 999",
        kind: "new complaint".into(),
        roles: vec!["Building Safety Lead".into()],
        matters: vec!["safety".into()],
        duty: Some(DutyPage {
            kind: "acknowledge",
            what: "acknowledge the complaint",
            due: "Monday 9 March 2026".into(),
            ..DutyPage::default()
        }),
        ..Page::default()
    }
}
