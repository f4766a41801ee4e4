//! What is wrong, or unwise, in one policy file by itself.

use super::file::{File, Number, Text};
use crate::model::address::Address;
use crate::model::calendar::{Counting, clock_time};
use crate::model::decision::{Flag, Kind};
use crate::model::fault::Fault;
use crate::model::policy::AckTiming;
use crate::rules::calendar::parse_date;
use crate::rules::spanned::Spanned;
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeSet;

/// Working days that the Code allows (6.2, 6.3, 6.11, 6.14), and its months (2.2).
const CODE_ACK_WD: u32 = 5;
const CODE_STAGE1_WD: u32 = 10;
const CODE_STAGE2_WD: u32 = 20;
const CODE_MONTHS: u32 = 12;

/// What `checked_on` says until somebody has compared the details with the Ombudsman's own page.
const NEVER_CHECKED: &str = "never";

struct Checker<'a> {
    name: &'a str,
    text: &'a str,
    faults: &'a mut Vec<Fault>,
}

/// Faults of the values that the file gives; those of what it leaves out show only when the policy is whole.
pub fn values(name: &str, text: &str, file: &File, faults: &mut Vec<Fault>) {
    let mut check = Checker { name, text, faults };
    for mailbox in file.mailboxes.iter().flatten() {
        check.address(mailbox, "complaints@landlord.example");
    }
    if let Some([]) = file.mailboxes.as_deref() {
        check.faults.push(Fault::of_file(name, "`mailboxes` is empty").hint("give at least the address that residents write to"));
    }
    for domain in file.staff_domains.iter().flatten() {
        let good = Address::parse(&format!("a@{}", domain.get_ref())).is_some() && !domain.get_ref().contains('@');
        check.unless(good, domain, "is not a domain", "leave out everything up to the @, as in \"landlord.example\"");
    }
    for contractor in file.contractors.iter().flatten() {
        check.one_line(&contractor.name);
        for pattern in &contractor.matches {
            let good = match pattern.get_ref().strip_prefix('@') {
                Some(domain) => Address::parse(&format!("a@{domain}")).is_some(),
                None => Address::parse(pattern.get_ref()).is_some(),
            };
            check.unless(
                good,
                pattern,
                "is neither a domain nor an address",
                "write \"@firm.example\" for all of a firm, or one whole address",
            );
        }
    }
    for number in [&file.ack_stage1_wd, &file.ack_stage2_wd, &file.respond_stage1_wd, &file.respond_stage2_wd, &file.contractor_route_wd] {
        check.number(number, 1..=90, "working days");
    }
    for number in [&file.extend_stage1_wd, &file.extend_stage2_wd] {
        check.number(number, 0..=90, "working days");
    }
    check.number(&file.stage2_limit_months, 1..=120, "months");
    check.number(&file.data_protection.access_months, 1..=3, "months");
    check.number(&file.data_protection.complaint_days, 1..=30, "days");
    if let Some(hazards) = &file.hazards {
        check.number(&hazards.emergency_hours, 1..=24, "hours");
        check.number(&hazards.further_works_weeks, 1..=12, "weeks");
        for number in [&hazards.investigate_wd, &hazards.summary_wd, &hazards.safety_work_wd] {
            check.number(number, 1..=10, "working days");
        }
        for flag in hazards.flags.iter().flatten() {
            check.flag(flag);
        }
    }
    for role in &file.roles {
        check.one_line(&role.role);
        if let Some(to) = &role.to {
            check.address(to, "manager@landlord.example");
        }
    }
    check.once(file.roles.iter().map(|r| &r.role), "role");
    for level in [&file.tell.two_days, &file.tell.one_day, &file.tell.breach, &file.tell.trouble, &file.tell.digest].into_iter().flatten() {
        if level.is_empty() {
            check.faults.push(Fault::of_file(name, "[tell] tells nobody at one of its levels").hint("name at least one role"));
        }
        for role in level {
            check.one_line(role);
        }
    }
    check.number(&file.pile_on.people, 2..=10_000, "people");
    check.number(&file.pile_on.hours, 1..=168, "hours");
    check.number(&file.ack_hold_wd, 1..=90, "working days");
    check.number(&file.limit_months, 1..=120, "months");
    check.number(&file.letters_a_day, 1..=1000, "letters");
    let keeps = &file.retention;
    for months in [&keeps.case_months, &keeps.raw_months, &keeps.not_complaint_months, &keeps.spam_months] {
        check.number(months, 1..=1_200, "months");
    }
    check.number(&file.reader.sure, 1..=100, "in a hundred");
    check.number(&file.reader.doubt, 1..=100, "in a hundred");
    for number in file.reader.doubt_of.values() {
        check.unless((1..=100).contains(number.get_ref()), number, "is out of range", "give a number in a hundred from 1 to 100");
    }
    let kinds = file.reader.doubt_of.keys().chain(file.reader.always_review.iter().flatten());
    for kind in kinds {
        let known: Vec<&str> = Kind::ALL.iter().map(|k| k.as_str()).collect();
        check.unless(Kind::parse(kind.get_ref()).is_some(), kind, "is no kind", &format!("kinds are {}", known.join(", ")));
    }
    check.number(&file.letters_an_hour, 1..=100_000, "letters");
    for hour in [&file.office_opens, &file.office_closes].into_iter().flatten() {
        check.unless(clock_time(hour.get_ref()).is_some(), hour, "is not a time of day", "write hours and minutes, as in \"09:00\"");
    }
    let lines = [&file.landlord, &file.contact.name, &file.contact.phone, &file.contact.emergency_phone];
    for line in lines
        .into_iter()
        .chain([&file.ombudsman.name, &file.ombudsman.phone, &file.ombudsman.post, &file.contact.name_cy, &file.ombudsman.post_cy])
        .flatten()
    {
        check.one_line(line);
    }
    if let Some(email) = &file.contact.email {
        check.address(email, "complaints@landlord.example");
    }
    for url in [&file.contact.policy_url, &file.contact.policy_url_cy, &file.ombudsman.web, &file.ombudsman.web_cy].into_iter().flatten() {
        let good =
            url.get_ref().starts_with("https://") && !url.get_ref().contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
        check.unless(good, url, "is not a web address", "give the whole address with https://");
    }
    if let Some(date) = file.ombudsman.checked_on.as_ref().filter(|d| d.get_ref() != NEVER_CHECKED) {
        parse_date(name, text, date, check.faults);
    }
    check.once(file.signposts.iter().map(|s| &s.matter), "matter");
    check.once(file.topics.iter().map(|t| &t.topic), "topic");
    check.once(file.routes.iter().filter_map(|r| r.flag.as_ref()), "flag");
    check.once(file.routes.iter().filter_map(|r| r.topic.as_ref()), "topic");
    for route in &file.routes {
        if let Some(flag) = &route.flag {
            check.flag(flag);
        }
        check.unless(
            route.flag.is_some() != route.topic.is_some(),
            &route.role,
            "must be told of one flag or of one topic",
            "write flag = \"safety\" or topic = \"lift\" in this route; for two, write two routes",
        );
        check.one_line(&route.role);
        if let Some(to) = &route.to {
            check.address(to, "building.safety@landlord.example");
        }
    }
    let welsh = file.signposts.iter().map(|s| &s.says_cy).chain(file.topics.iter().map(|t| &t.says_cy));
    for says in file.signposts.iter().map(|s| &s.says).chain(file.topics.iter().map(|t| &t.says)).chain(welsh).flatten() {
        check.unless(!says.get_ref().trim().is_empty(), says, "says nothing", "write a sentence or two for the resident");
    }
}

/// Where the file promises less than the Code, or lets the Ombudsman's details grow old.
pub fn advice(name: &str, text: &str, file: &File, today: Date, faults: &mut Vec<Fault>) {
    let mut check = Checker { name, text, faults };
    check.looser(&file.ack_stage1_wd, CODE_ACK_WD, "5 working days to acknowledge (Code 6.2)");
    check.looser(&file.ack_stage2_wd, CODE_ACK_WD, "5 working days to acknowledge (Code 6.11)");
    check.looser(&file.respond_stage1_wd, CODE_STAGE1_WD, "10 working days to respond at stage 1 (Code 6.3)");
    check.looser(&file.respond_stage2_wd, CODE_STAGE2_WD, "20 working days to respond at stage 2 (Code 6.14)");
    if let Some(months) = file.limit_months.as_ref().filter(|m| *m.get_ref() < CODE_MONTHS) {
        let says = format!("looser than the Code: it looks back 12 months (Code 2.2), this policy {}", months.get_ref());
        let hint = "older matters are flagged for a person either way, and acknowledged";
        check.faults.push(Fault::at(name, text, months.span(), says).hint(hint).advice());
    }
    if let Some(counting) = file.counting.as_ref().filter(|c| *c.get_ref() == Counting::DeemedNextWorkingDay) {
        let says = "looser than the Code: its words do not move what comes after hours to the next day";
        let hint = "\"day_after\" is the usual count; alarms keep to it";
        check.faults.push(Fault::at(name, text, counting.span(), says).hint(hint).advice());
    }
    if let Some(given) = file.ack_hold_wd.as_ref().filter(|_| file.ack_timing.is_some_and(|t| t != AckTiming::ForOfficer)) {
        let says = "ack_hold_wd says nothing here: no acknowledgement waits for an officer";
        check.faults.push(Fault::at(name, text, given.span(), says).hint("set ack_timing = \"for_officer\", or delete this line").advice());
    }
    if let Some(word) = file.ombudsman.checked_on.as_ref().filter(|w| w.get_ref() == NEVER_CHECKED) {
        let says = "nobody has checked these details of the Ombudsman yet";
        let hint = "compare them with the Ombudsman's own page and set today's date";
        check.faults.push(Fault::at(name, text, word.span(), says).hint(hint).advice());
    }
    if let Some(word) = &file.ombudsman.checked_on {
        let date = word.get_ref().parse::<Date>().ok();
        if let Some(date) = date.filter(|d| d.saturating_add(6.months()) < today) {
            let says = format!("nobody has checked the Ombudsman's details since {date}");
            let hint = "compare them with the Ombudsman's own page and set today's date";
            check.faults.push(Fault::at(name, text, word.span(), says).hint(hint).advice());
        }
    }
}

impl Checker<'_> {
    fn unless<T>(&mut self, good: bool, value: &Spanned<T>, says: &str, hint: &str)
    where
        T: std::fmt::Debug,
    {
        if !good {
            self.faults.push(Fault::at(self.name, self.text, value.span(), format!("{:?} {says}", value.get_ref())).hint(hint));
        }
    }

    fn flag(&mut self, value: &Spanned<String>) {
        let flags = Flag::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", ");
        self.unless(Flag::parse(value.get_ref()).is_some(), value, "is not a flag", &format!("one of {flags}"));
    }

    fn address(&mut self, value: &Spanned<String>, example: &str) {
        self.unless(Address::parse(value.get_ref()).is_some(), value, "is not an email address", &format!("write it as in \"{example}\""));
    }

    /// Text that letters put into headers or into a line of their own.
    fn one_line(&mut self, value: &Spanned<String>) {
        self.unless(!value.get_ref().contains(char::is_control), value, "holds a line break", "keep it to one line");
        self.unless(!value.get_ref().trim().is_empty(), value, "is empty", "write it out, or delete the line");
    }

    fn number(&mut self, value: &Number, range: std::ops::RangeInclusive<u32>, unit: &str) {
        if let Some(value) = value {
            let hint = format!("give a number of {unit} from {} to {}", range.start(), range.end());
            self.unless(range.contains(value.get_ref()), value, "is out of range", &hint);
        }
    }

    fn looser(&mut self, value: &Number, code: u32, what: &str) {
        if let Some(value) = value.as_ref().filter(|v| *v.get_ref() > code) {
            let says = format!("looser than the Code: it allows {what}, this policy {}", value.get_ref());
            let hint = "Postroom keeps its alarms to the Code's date as well";
            self.faults.push(Fault::at(self.name, self.text, value.span(), says).hint(hint).advice());
        }
    }

    fn once<'v>(&mut self, values: impl Iterator<Item = &'v Spanned<String>>, what: &str) {
        let mut seen = BTreeSet::new();
        for value in values {
            self.unless(seen.insert(value.get_ref()), value, &format!("is a {what} that stands here twice"), "keep one of the two");
        }
    }
}

/// The value of a text that may have been left out.
pub fn set(to: &mut String, from: &Text) {
    if let Some(text) = from {
        text.get_ref().trim().clone_into(to);
    }
}
