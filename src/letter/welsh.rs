//! What the Welsh part of a letter says otherwise than the English: dates (`dydd Mawrth 7 Ebrill 2026`), greetings, the policy's own texts.

use crate::model::policy::{Contact, Ombudsman, Policy};
use jiff::civil::Date;
use serde::Serialize;

/// `cy` in the templates, each always there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cymraeg {
    pub greeting: String,
    pub received: String,
    pub define_due: Option<String>,
    pub response_due: Option<String>,
    /// The new latest day of an answer.
    pub until: Option<String>,
    /// Whom to ask, and the complaints policy's page.
    pub contact: String,
    pub policy_url: String,
    pub ombudsman: Ombwdsmon,
    /// By whom each matter is looked after (Code 5.7).
    pub matters: Vec<Said>,
    pub signposts: Vec<Said>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Ombwdsmon {
    pub web: String,
    pub post: String,
    pub says: String,
    pub lang: &'static str,
}

/// A text with the language that it is in (BCP 47), for whoever has it read aloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    pub says: String,
    pub lang: &'static str,
}

impl Cymraeg {
    pub fn of(contact: &Contact, ombudsman: &Ombudsman, greeting_en: &str) -> Cymraeg {
        let says = said(&ombudsman.says_cy, &ombudsman.says);
        Cymraeg {
            greeting: greeting(greeting_en),
            contact: said(&contact.name_cy, &contact.name).says,
            policy_url: said(&contact.policy_url_cy, &contact.policy_url).says,
            ombudsman: Ombwdsmon {
                web: said(&ombudsman.web_cy, &ombudsman.web).says,
                post: said(&ombudsman.post_cy, &ombudsman.post).says,
                lang: says.lang,
                says: says.says,
            },
            ..Cymraeg::default()
        }
    }

    /// The Welsh of these texts of the policy, in their order.
    pub fn of_texts(policy: &Policy, english: &[String]) -> Vec<Said> {
        let topics = policy.topics.iter().map(|t| (&t.says, &t.says_cy));
        let all: Vec<_> = policy.signposts.iter().map(|s| (&s.says, &s.says_cy)).chain(topics).collect();
        let welsh = |text: &String| all.iter().find(|(says, _)| *says == text).map_or("", |(_, welsh)| welsh);
        english.iter().map(|text| said(welsh(text), text)).collect()
    }
}

/// The Welsh, or the English where nobody has written it: nothing is kept from who reads the first part alone.
fn said(welsh: &str, english: &str) -> Said {
    match welsh {
        "" => Said { says: english.into(), lang: "en-GB" },
        _ => Said { says: welsh.into(), lang: "cy" },
    }
}

const DAYS: [&str; 7] = ["Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn", "Sul"];
const MONTHS: [&str; 12] =
    ["Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"];

pub fn date(day: Date) -> String {
    let at = |n: i8| usize::try_from(n).unwrap_or(0);
    let weekday = DAYS[at(day.weekday().to_monday_zero_offset())];
    format!("dydd {weekday} {} {} {}", day.day(), MONTHS[at(day.month() - 1)], day.year())
}

/// `Dear Rose Adair,` → `Annwyl Rose Adair,`.
pub fn greeting(english: &str) -> String {
    english.strip_prefix("Dear ").map_or_else(|| "Helo,".into(), |name| format!("Annwyl {name}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn people_are_greeted() {
        assert_eq!(super::greeting("Dear Rose Adair,"), "Annwyl Rose Adair,");
        assert_eq!(super::greeting("Hello,"), "Helo,");
    }

    #[test]
    fn a_date_is_written_out() {
        assert_eq!(super::date(jiff::civil::date(2026, 4, 7)), "dydd Mawrth 7 Ebrill 2026");
        assert_eq!(super::date(jiff::civil::date(2026, 12, 27)), "dydd Sul 27 Rhagfyr 2026");
    }
}
