//! What one landlord promises: read from `rules/policies/<id>.toml`, a site's file may `extends` a shipped one.

use super::address::Address;
use super::calendar::{Counting, Division, clock_time};
use super::decision::{Flag, Kind};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub id: String,
    /// The landlord's name as letters give it.
    pub landlord: String,
    /// Mailboxes that residents write to; the first is the default sender of letters.
    pub mailboxes: Vec<Address>,
    /// Domains whose people are staff.
    pub staff_domains: Vec<String>,
    pub contractors: Vec<Contractor>,
    pub division: Division,
    pub counting: Counting,
    /// Working days to acknowledge at stage 1 and stage 2, to respond at each, and to pass on what a contractor forwards.
    pub ack_stage1_wd: u32,
    pub ack_stage2_wd: u32,
    pub respond_stage1_wd: u32,
    pub respond_stage2_wd: u32,
    pub respond_from: RespondFrom,
    /// Working days by which a person may put a response off without saying what good reason asks for more (Code 6.4, 6.15).
    pub extend_stage1_wd: u32,
    pub extend_stage2_wd: u32,
    pub contractor_route_wd: u32,
    /// Calendar months back from receipt (or from awareness) before a matter counts as `late`. Only ever a flag (Code 2.3, 2.5).
    pub limit_months: u32,
    /// Calendar months after the stage 1 response in which stage 2 is usually asked for; none: no such limit. Only ever a flag.
    pub stage2_limit_months: Option<u32>,
    /// Local hours of the office, Monday to Friday, "HH:MM".
    pub office_opens: String,
    pub office_closes: String,
    /// Hold social replies (never emergencies) to office hours.
    pub social_hours: bool,
    /// Every letter is in Welsh first and then in English (in Wales), and every letter is in large print. Who asks for either has it.
    pub welsh: bool,
    pub large_print: bool,
    /// A firm that passes a complaint on is thanked, and told what becomes of it.
    #[serde(default)]
    pub thank_contractors: bool,
    /// Whoever sends what cannot be read is asked to send it in another way.
    #[serde(default)]
    pub ask_for_readable: bool,
    /// When the acknowledgement leaves.
    pub ack_timing: AckTiming,
    /// With [`AckTiming::ForOfficer`]: it leaves by itself at the opening of this working day after receipt.
    pub ack_hold_wd: u32,
    /// Automatic letters to one address in a day, over all cases, before the next is held for a person.
    pub letters_a_day: u32,
    /// Automatic letters in an hour over all addresses before the breaker holds them; none: no breaker.
    pub letters_an_hour: Option<u32>,
    pub retention: Retention,
    pub contact: Contact,
    pub ombudsman: Ombudsman,
    /// Where things that are no complaint go: matter id → words and address.
    pub signposts: Vec<Signpost>,
    pub topics: Vec<TopicText>,
    /// Who is told beside the complaints team, and of what.
    pub routes: Vec<Route>,
    /// Awaab's Law, where it is in force.
    pub hazards: Option<Hazards>,
    pub data_protection: DataProtection,
    /// Addresses of roles; a role without one is the landlord's officer.
    pub roles: Vec<Role>,
    pub tell: Tell,
    #[serde(default)]
    pub pile_on: PileOn,
    #[serde(default)]
    pub reader: ReaderUse,
}

/// How the second reader counts beside the rules. Chances are in hundredths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderUse {
    pub mode: ReaderMode,
    /// From this chance on the reader is sure: where the decision is another, a person looks.
    pub sure: u32,
    /// What nobody follows up goes to a person from this chance of a complaint on; by kind, where one has its own.
    pub doubt: u32,
    pub doubt_of: BTreeMap<Kind, u32>,
    /// Kinds that a person always decides, whatever rules and reader say.
    pub always_review: Vec<Kind>,
}

impl Default for ReaderUse {
    fn default() -> ReaderUse {
        ReaderUse { mode: ReaderMode::Weighs, sure: 90, doubt: 15, doubt_of: BTreeMap::new(), always_review: Vec::new() }
    }
}

impl ReaderUse {
    /// The chance of a complaint from which a message of this kind goes to a person.
    pub fn doubt_about(&self, kind: Kind) -> f64 {
        f64::from(*self.doubt_of.get(&kind).unwrap_or(&self.doubt)) / 100.0
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReaderMode {
    /// It is not asked.
    Off,
    /// It changes no kind: where it is sure of another, or doubts, a person looks beside what was decided.
    Advises,
    /// It weighs with the rules, and what it doubts a person decides.
    #[default]
    Weighs,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contractor {
    pub name: String,
    /// `@domain` or a whole address.
    pub matches: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RespondFrom {
    #[default]
    Acknowledgement,
    Receipt,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AckTiming {
    #[default]
    AtOnce,
    NextWorkingMorning,
    /// It waits for an officer to look at it, and leaves by itself on working day `ack_hold_wd`.
    ForOfficer,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
    pub phone: String,
    pub email: String,
    /// The complaints policy's page: a link in every letter (Code 3.5).
    pub policy_url: String,
    /// Name and page in the Welsh part of a letter; empty where they are the English ones.
    #[serde(default)]
    pub name_cy: String,
    #[serde(default)]
    pub policy_url_cy: String,
    /// The landlord's own number for repairs that cannot wait, day and night; empty when it has none.
    #[serde(default)]
    pub emergency_phone: String,
}

/// How long personal data is kept, in whole months; none: for ever (the Code sets no period). What a person has kept (a legal hold, the Ombudsman has
/// it) stays whatever is said here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// A case, from the day on which it was closed or withdrawn, or its final response issued.
    pub case_months: Option<u32>,
    /// The bytes as they came, from receipt, unless their case is open.
    pub raw_months: Option<u32>,
    /// What was no complaint, from receipt.
    pub not_complaint_months: Option<u32>,
    /// Unwanted and automatic mail, from receipt.
    pub spam_months: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ombudsman {
    pub name: String,
    pub web: String,
    pub phone: String,
    pub post: String,
    /// When residents may turn to it, in every letter.
    pub says: String,
    /// The same for the Welsh part of a letter; empty where there is none.
    #[serde(default)]
    pub web_cy: String,
    #[serde(default)]
    pub post_cy: String,
    #[serde(default)]
    pub says_cy: String,
    /// ISO date on which somebody last checked the details, or `never`; older than six months is warned of.
    pub checked_on: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signpost {
    /// A kind (`service_request`, …) or a topic id.
    pub matter: String,
    /// One or two sentences for the resident: where this is dealt with.
    pub says: String,
    /// The same in Welsh; empty where nobody has written it.
    #[serde(default)]
    pub says_cy: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicText {
    pub topic: String,
    pub responsible: Responsible,
    /// What the acknowledgement says of this matter (Code 5.7).
    pub says: String,
    /// The same in Welsh; empty where nobody has written it.
    #[serde(default)]
    pub says_cy: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Responsible {
    Ours,
    NotOurs,
    #[default]
    Unclear,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub of: Cause,
    /// Who it is, as letters name them: "Building Safety Lead".
    pub role: String,
    pub to: Option<Address>,
}

/// The clocks of Awaab's Law, counted from the day on which the landlord knows of the hazard, by any route (domain.md section 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazards {
    /// Hours of the clock to make an emergency hazard safe.
    pub emergency_hours: u32,
    /// Working days to investigate a significant hazard.
    pub investigate_wd: u32,
    /// Working days after the investigation ends: its summary in writing, and safety work.
    pub summary_wd: u32,
    pub safety_work_wd: u32,
    /// Weeks after the investigation ends by which further works have begun, where they cannot in the days of safety work.
    pub further_works_weeks: u32,
    /// Flags that speak of a significant hazard. A person decides whether it is one.
    pub flags: Vec<Flag>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataProtection {
    /// Calendar months to answer who asks for their own data.
    pub access_months: u32,
    /// Days, weekends included, to acknowledge a complaint about data.
    pub complaint_days: u32,
    /// Who looks after personal data.
    pub role: String,
}

impl Default for DataProtection {
    fn default() -> DataProtection {
        DataProtection { access_months: 1, complaint_days: 30, role: "Data Protection Officer".into() }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub role: String,
    pub to: Option<Address>,
}

/// When complaints by many people under one post are a pile-on: many messages, and one alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PileOn {
    /// So many different people …
    pub people: u32,
    /// … within so many hours.
    pub hours: u32,
}

impl Default for PileOn {
    fn default() -> PileOn {
        PileOn { people: 5, hours: 24 }
    }
}

/// The roles that are told of a duty at each level, of what goes wrong and is no duty, and those that get the morning digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    pub two_days: Vec<String>,
    pub one_day: Vec<String>,
    pub breach: Vec<String>,
    /// A platform that calls no more, many people under one post.
    #[serde(default)]
    pub trouble: Vec<String>,
    pub digest: Vec<String>,
}

impl Default for Tell {
    fn default() -> Tell {
        let officer = || vec!["Complaints Officer".to_owned()];
        Tell { two_days: officer(), one_day: officer(), breach: officer(), trouble: officer(), digest: officer() }
    }
}

/// What of a message leads along a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Flag(Flag),
    /// A topic's id (rules/topics.toml).
    Topic(String),
}

impl Cause {
    /// As a person says it: "damp mould", "lift".
    pub fn words(&self) -> String {
        match self {
            Cause::Flag(flag) => flag.as_str().replace('_', " "),
            Cause::Topic(topic) => topic.replace(['_', '-'], " "),
        }
    }
}

impl Policy {
    /// The address of a role, where it has one of its own.
    pub fn address_of(&self, role: &str) -> Option<&Address> {
        let named = self.roles.iter().find(|r| r.role == role).and_then(|r| r.to.as_ref());
        named.or_else(|| self.routes.iter().find(|r| r.role == role && r.to.is_some()).and_then(|r| r.to.as_ref()))
    }

    /// Office hours as times of the local clock. Nine to five stands in for a text that the loader would have refused.
    pub fn office_hours(&self) -> (Time, Time) {
        let at = |text: &str, hour| clock_time(text).unwrap_or(Time::constant(hour, 0, 0, 0));
        (at(&self.office_opens, 9), at(&self.office_closes, 17))
    }

    pub fn is_mailbox(&self, address: &Address) -> bool {
        self.mailboxes.contains(&address.without_detail())
    }

    /// Anybody at the landlord: the staff domains and the mailboxes' own.
    pub fn is_staff(&self, address: &Address) -> bool {
        self.staff_domains.iter().any(|d| d == address.domain()) || self.mailboxes.iter().any(|m| m.domain() == address.domain())
    }

    pub fn contractor(&self, address: &Address) -> Option<&Contractor> {
        self.contractors.iter().find(|c| {
            c.matches.iter().any(|m| match m.strip_prefix('@') {
                Some(domain) => domain == address.domain(),
                None => m == address.as_str(),
            })
        })
    }
}
