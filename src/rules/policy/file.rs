//! A policy file as it is written: every key may be left to the policy that it extends.

use crate::model::calendar::{Counting, Division};
use crate::model::policy::{AckTiming, ReaderMode, RespondFrom, Responsible};
use crate::rules::spanned::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

pub type Text = Option<Spanned<String>>;
pub type Number = Option<Spanned<u32>>;

/// What one landlord promises.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The policy that this one builds on, by the name of its file: what is left out here is taken from there.
    pub extends: Text,
    /// The landlord's name, as letters give it.
    pub landlord: Text,
    /// Addresses that residents write to; letters are sent from the first.
    pub mailboxes: Option<Vec<Spanned<String>>>,
    /// Domains of the landlord's own people: "thrive.example".
    pub staff_domains: Option<Vec<Spanned<String>>>,
    /// Firms that work for the landlord, and pass on what residents tell them.
    pub contractors: Option<Vec<Contractor>>,
    /// Whose bank holidays count.
    pub division: Option<Division>,
    /// What the day of receipt counts as.
    pub counting: Option<Spanned<Counting>>,
    /// Working days to acknowledge a complaint (Code 6.2: 5).
    pub ack_stage1_wd: Number,
    /// Working days to acknowledge a stage 2 request (Code 6.11: 5).
    pub ack_stage2_wd: Number,
    /// Working days to respond at stage 1 (Code 6.3: 10).
    pub respond_stage1_wd: Number,
    /// Working days to respond at stage 2 (Code 6.14: 20).
    pub respond_stage2_wd: Number,
    /// From what the days of the response are counted.
    pub respond_from: Option<RespondFrom>,
    /// Working days by which a person may extend the stage 1 response (Code 6.4).
    pub extend_stage1_wd: Number,
    /// Working days by which a person may extend the stage 2 response (Code 6.15).
    pub extend_stage2_wd: Number,
    /// Working days within which a contractor passes on what residents tell it.
    pub contractor_route_wd: Number,
    /// Months back from receipt before a matter is flagged `late` (Code 2.2: 12). Only ever a flag.
    pub limit_months: Number,
    /// Months after the stage 1 response within which stage 2 is asked for; later is for a person.
    pub stage2_limit_months: Number,
    /// When the office opens, Monday to Friday, local time: "09:00".
    pub office_opens: Text,
    /// When it closes: "17:00".
    pub office_closes: Text,
    /// Answers on social media wait for office hours; emergencies never do.
    pub social_hours: Option<bool>,
    /// Every letter is in Welsh first, then in English.
    pub welsh: Option<bool>,
    /// Every letter is in large print.
    pub large_print: Option<bool>,
    /// A firm that passes a complaint on is thanked, and told what becomes of it.
    pub thank_contractors: Option<bool>,
    /// Whoever sends what cannot be read is asked to send it in another way.
    pub ask_for_readable: Option<bool>,
    /// When the acknowledgement leaves.
    pub ack_timing: Option<AckTiming>,
    /// Working days for which an acknowledgement is held for an officer, before it leaves by itself.
    pub ack_hold_wd: Number,
    /// Automatic letters to one address in a day, over all cases, before the next is held for a person.
    pub letters_a_day: Number,
    /// Automatic letters in an hour over all addresses before all are held; left out, there is no such limit.
    pub letters_an_hour: Number,
    /// How long personal data is kept.
    #[serde(default)]
    pub retention: Retention,
    /// Whom a resident asks.
    #[serde(default)]
    pub contact: Contact,
    /// The Ombudsman, whom every letter names (Code 3.7).
    #[serde(default)]
    pub ombudsman: Ombudsman,
    /// What is said to somebody whose message is no complaint.
    #[serde(default)]
    pub signposts: Vec<Signpost>,
    /// Who looks after each matter, as the acknowledgement says it (Code 5.7).
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// Who is told beside the complaints team.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// The clocks of Awaab's Law, where it is in force.
    pub hazards: Option<Hazards>,
    /// The clocks of data protection.
    #[serde(default)]
    pub data_protection: DataProtection,
    /// Addresses of roles; one without an address is the officer of the configuration.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// The roles that are told of a duty, and those that get the morning digest.
    #[serde(default)]
    pub tell: Tell,
    /// When complaints by many people under one post are one alarm.
    #[serde(default)]
    pub pile_on: PileOn,
    /// How the second reader counts.
    #[serde(default)]
    pub reader: ReaderUse,
}

/// The clocks of Awaab's Law.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazards {
    /// False where the law is not in force: the other keys then say nothing.
    pub clocks: Option<bool>,
    /// Hours to make an emergency hazard safe.
    pub emergency_hours: Number,
    /// Working days to investigate a significant hazard.
    pub investigate_wd: Number,
    /// Working days after the investigation ends for its summary in writing.
    pub summary_wd: Number,
    /// Working days after the investigation ends for safety work.
    pub safety_work_wd: Number,
    /// Weeks after the investigation ends by which further works have begun.
    pub further_works_weeks: Number,
    /// Flags that speak of a significant hazard.
    pub flags: Option<Vec<Spanned<String>>>,
}

/// The clocks of data protection.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DataProtection {
    /// Calendar months to answer who asks for their own data.
    pub access_months: Number,
    /// Days, weekends included, to acknowledge a complaint about data.
    pub complaint_days: Number,
    /// Who looks after personal data.
    pub role: Text,
}

/// A role and its address.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The role, as routes and `tell` name it.
    pub role: Spanned<String>,
    /// Its address.
    pub to: Text,
}

/// Complaints by many people under one post: each is a case of its own, and staff get one alarm a day.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PileOn {
    /// So many different people who complain …
    pub people: Number,
    /// … within so many hours.
    pub hours: Number,
}

/// Who is told of a duty, by role.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tell {
    /// Told when two working days are left.
    pub two_days: Option<Vec<Spanned<String>>>,
    /// Told when one working day is left.
    pub one_day: Option<Vec<Spanned<String>>>,
    /// Told when the day has passed.
    pub breach: Option<Vec<Spanned<String>>>,
    /// Told at once of what goes wrong and is no duty: a platform that calls no more, many people under one post.
    pub trouble: Option<Vec<Spanned<String>>>,
    /// Who gets the morning digest.
    pub digest: Option<Vec<Spanned<String>>>,
}

/// How the second reader counts beside the rules. Chances are in hundredths.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReaderUse {
    /// Whether it is asked, and what its word does.
    pub mode: Option<ReaderMode>,
    /// From this chance on it is sure: where the decision is another, a person looks.
    pub sure: Number,
    /// What nobody follows up goes to a person from this chance of a complaint on.
    pub doubt: Number,
    /// The same for single kinds.
    pub doubt_of: BTreeMap<Spanned<String>, Spanned<u32>>,
    /// Kinds that a person always decides.
    pub always_review: Option<Vec<Spanned<String>>>,
}

/// A firm that works for the landlord.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contractor {
    /// The firm, as letters name it.
    pub name: Spanned<String>,
    /// "@firm.example" for all of a firm, or whole addresses.
    pub matches: Vec<Spanned<String>>,
}

/// Whom a resident asks.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    /// The team or person.
    pub name: Text,
    /// Its telephone number.
    pub phone: Text,
    /// Its address.
    pub email: Text,
    /// The complaints policy's page: a link in every letter (Code 3.5).
    pub policy_url: Text,
    /// The team's or person's name in Welsh.
    pub name_cy: Text,
    /// The complaints policy's page in Welsh.
    pub policy_url_cy: Text,
    /// The landlord's own number for what cannot wait, day and night.
    pub emergency_phone: Text,
}

/// How long personal data is kept, in whole months; what is left out is kept for ever.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// After a case is closed: everything of it.
    pub case_months: Number,
    /// After receipt: the bytes of a message as it came.
    pub raw_months: Number,
    /// After receipt: what was no complaint.
    pub not_complaint_months: Number,
    /// After receipt: spam.
    pub spam_months: Number,
}

/// The Ombudsman.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ombudsman {
    /// Its name.
    pub name: Text,
    /// Its page for making a complaint.
    pub web: Text,
    /// Its telephone number.
    pub phone: Text,
    /// Its postal address.
    pub post: Text,
    /// What letters say of it.
    pub says: Text,
    /// Its page for making a complaint, in Welsh.
    pub web_cy: Text,
    /// Its postal address in Welsh.
    pub post_cy: Text,
    /// What letters say of it, in Welsh.
    pub says_cy: Text,
    /// The day on which somebody last checked these details: "2026-11-22".
    pub checked_on: Text,
}

/// Where something that is no complaint is dealt with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signpost {
    /// A kind (`service_request`) or a topic's id (`lift`).
    pub matter: Spanned<String>,
    /// One or two sentences for the resident: where this is dealt with. Left out, as the policy that this one builds on says it.
    pub says: Text,
    /// The same in Welsh.
    pub says_cy: Text,
}

/// Who looks after a matter.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// A topic's id.
    pub topic: Spanned<String>,
    /// Whose it is. Left out, as the policy that this one builds on says; unclear where none does.
    pub responsible: Option<Responsible>,
    /// What the acknowledgement says of it. Left out, as the policy that this one builds on says it.
    pub says: Text,
    /// The same in Welsh.
    pub says_cy: Text,
}

/// Who is told beside the complaints team, and of what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// A flag that leads here; a route has this or a topic.
    pub flag: Text,
    /// A topic's id that leads here.
    pub topic: Text,
    /// Who it is: "Building Safety Lead".
    pub role: Spanned<String>,
    /// Their address: a letter goes there at once. Left out, they find it with the case; emergency, safety and abuse reach the officer.
    pub to: Text,
}
