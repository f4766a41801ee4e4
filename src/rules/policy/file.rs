//! A policy file as it is written: every key may be left to the policy that it extends.

use crate::model::calendar::{Counting, Division};
use crate::model::policy::{AckTiming, RespondFrom, Responsible};
use serde::Deserialize;
use toml::Spanned;

pub type Text = Option<Spanned<String>>;
pub type Number = Option<Spanned<u32>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub extends: Text,
    pub landlord: Text,
    pub mailboxes: Option<Vec<Spanned<String>>>,
    pub staff_domains: Option<Vec<Spanned<String>>>,
    pub contractors: Option<Vec<Contractor>>,
    pub division: Option<Division>,
    pub counting: Option<Spanned<Counting>>,
    pub ack_stage1_wd: Number,
    pub ack_stage2_wd: Number,
    pub respond_stage1_wd: Number,
    pub respond_stage2_wd: Number,
    pub respond_from: Option<RespondFrom>,
    pub extend_stage1_wd: Number,
    pub extend_stage2_wd: Number,
    pub contractor_route_wd: Number,
    pub limit_months: Number,
    pub stage2_limit_months: Number,
    pub office_opens: Text,
    pub office_closes: Text,
    pub social_hours: Option<bool>,
    pub welsh: Option<bool>,
    pub large_print: Option<bool>,
    pub ack_timing: Option<AckTiming>,
    pub ack_hold_wd: Number,
    pub letters_a_day: Number,
    pub letters_an_hour: Number,
    #[serde(default)]
    pub retention: Retention,
    #[serde(default)]
    pub contact: Contact,
    #[serde(default)]
    pub ombudsman: Ombudsman,
    #[serde(default)]
    pub signposts: Vec<Signpost>,
    #[serde(default)]
    pub topics: Vec<Topic>,
    #[serde(default)]
    pub routes: Vec<Route>,
    pub hazards: Option<Hazards>,
    #[serde(default)]
    pub data_protection: DataProtection,
    #[serde(default)]
    pub roles: Vec<Role>,
    #[serde(default)]
    pub tell: Tell,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazards {
    /// False where the law is not in force: the other keys then say nothing.
    pub clocks: Option<bool>,
    pub emergency_hours: Number,
    pub investigate_wd: Number,
    pub summary_wd: Number,
    pub safety_work_wd: Number,
    pub further_works_weeks: Number,
    pub flags: Option<Vec<Spanned<String>>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataProtection {
    pub access_months: Number,
    pub complaint_days: Number,
    pub role: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub role: Spanned<String>,
    pub to: Text,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tell {
    pub two_days: Option<Vec<Spanned<String>>>,
    pub one_day: Option<Vec<Spanned<String>>>,
    pub breach: Option<Vec<Spanned<String>>>,
    pub digest: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contractor {
    pub name: Spanned<String>,
    pub matches: Vec<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    pub name: Text,
    pub phone: Text,
    pub email: Text,
    pub policy_url: Text,
    pub emergency_phone: Text,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    pub case_months: Number,
    pub raw_months: Number,
    pub not_complaint_months: Number,
    pub spam_months: Number,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ombudsman {
    pub name: Text,
    pub web: Text,
    pub phone: Text,
    pub post: Text,
    pub says: Text,
    pub checked_on: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signpost {
    pub matter: Spanned<String>,
    pub says: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub topic: Spanned<String>,
    pub responsible: Responsible,
    pub says: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// One of the two.
    pub flag: Text,
    pub topic: Text,
    pub role: Spanned<String>,
    pub to: Text,
}
