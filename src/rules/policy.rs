//! Policy files: what one landlord promises. The shipped ones are compiled in; a site's `policies/<id>.toml` stands beside them,
//! or takes the place of the one with its name, and may build on any with `extends`.

mod check;
mod file;
pub mod in_force; // each key with the file that set it

use crate::folder;
use crate::model::address::Address;
use crate::model::decision::{Flag, Kind};
use crate::model::fault::Fault;
use crate::model::policy::{AckTiming, Cause, Contractor, Hazards, Policy, RespondFrom, Role, Route, Signpost, TopicText};
use crate::rules::spanned::Spanned;
use check::set;
pub(super) use file::File;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SHIPPED: [(&str, &str); 6] = [
    ("rules/policies/code.toml", include_str!("../../rules/policies/code.toml")),
    ("rules/policies/thrive.toml", include_str!("../../rules/policies/thrive.toml")),
    ("rules/policies/together.toml", include_str!("../../rules/policies/together.toml")),
    ("rules/policies/scotland.toml", include_str!("../../rules/policies/scotland.toml")),
    ("rules/policies/wales.toml", include_str!("../../rules/policies/wales.toml")),
    ("rules/policies/northern-ireland.toml", include_str!("../../rules/policies/northern-ireland.toml")),
];

/// A file that could be read, with the text for pointing into it.
struct Source {
    name: String,
    text: String,
    file: File,
}

/// Files by policy id: the shipped, and the site's over them.
#[derive(Default)]
struct Layers {
    shipped: BTreeMap<String, Source>,
    site: BTreeMap<String, Source>,
}

/// Every policy by its id: the shipped, and a site's (`DIR/policies`). Advice does not fail it: [`lint`] tells it.
pub fn load(site: Option<&Path>) -> Result<BTreeMap<String, Policy>, Vec<Fault>> {
    let mut faults = Vec::new();
    let layers = read(site, &mut faults);
    let policies = compile(&layers, &mut faults);
    if faults.iter().any(|f| f.fatal) { Err(faults) } else { Ok(policies) }
}

/// Every fault and piece of advice for the site's own policies and for those that landlords live by (`live`, by id).
pub fn lint(site: Option<&Path>, today: Date, live: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let layers = read(site, &mut faults);
    let policies = compile(&layers, &mut faults);
    let mut told = Vec::new();
    for id in layers.site.keys().map(String::as_str).chain(live.iter().copied()) {
        for source in layers.chain(id).unwrap_or_default() {
            if !told.contains(&source.name.as_str()) {
                told.push(&source.name);
                check::advice(&source.name, &source.text, &source.file, today, &mut faults);
            }
        }
    }
    for id in layers.site.keys().map(String::as_str).chain(live.iter().copied().filter(|id| !layers.site.contains_key(*id))) {
        let welsh = policies.get(id).filter(|p| p.welsh).map(without_welsh).unwrap_or_default();
        if !welsh.is_empty() {
            let says = format!("letters of policy \"{id}\" are in Welsh first, and say in English there: {}", welsh.join(", "));
            let name = layers.chain(id).ok().and_then(|c| c.first().map(|s| s.name.clone())).unwrap_or_default();
            let hint = "write each in Welsh beside its English: says_cy, name_cy, policy_url_cy, web_cy, post_cy";
            faults.push(Fault::of_file(&name, says).hint(hint).advice());
        }
    }
    for id in live {
        let examples = policies.get(*id).map(example_addresses).unwrap_or_default();
        if let Some(first) = examples.first() {
            let says = format!("policy \"{id}\" is in use with addresses that belong to nobody, such as {first}");
            let hint =
                format!("write a policy of your own with extends = \"{id}\" and your mailboxes, staff domains, contractors and contact");
            let name = layers.chain(id).ok().and_then(|c| c.first().map(|s| s.name.clone())).unwrap_or_default();
            faults.push(Fault::of_file(&name, says).hint(hint).advice());
        }
    }
    faults
}

/// Topics that a policy names and the rules do not have: a route or a text under such a name would never be followed. `known`: the rules' topics.
pub fn unknown_topics(site: Option<&Path>, known: &[&str]) -> Vec<Fault> {
    let (mut faults, mut elsewhere) = (Vec::new(), Vec::new());
    let layers = read(site, &mut elsewhere);
    for source in layers.shipped.values().chain(layers.site.values()) {
        let is_kind = |word: &str| Kind::parse(word).is_some();
        let matters = source.file.signposts.iter().map(|s| &s.matter).filter(|m| !is_kind(m.get_ref()));
        let named = source.file.topics.iter().map(|t| &t.topic).chain(source.file.routes.iter().filter_map(|r| r.topic.as_ref()));
        for word in named.chain(matters).filter(|w| !known.contains(&w.get_ref().as_str())) {
            let hint = match crate::rules::hints::nearest(word.get_ref(), known) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("one of {}; or add a [[topic]] of this name to your rules", known.join(", ")),
            };
            let says = format!("there is no topic \"{}\" in the rules", word.get_ref());
            faults.push(Fault::at(&source.name, &source.text, word.span(), says).hint(hint));
        }
    }
    faults
}

/// What of a policy stands in English in the Welsh part of its letters.
fn without_welsh(policy: &Policy) -> Vec<String> {
    let (contact, ombudsman) = (&policy.contact, &policy.ombudsman);
    let keys = [
        ("[contact] name", &contact.name_cy),
        ("[contact] policy_url", &contact.policy_url_cy),
        ("[ombudsman] web", &ombudsman.web_cy),
        ("[ombudsman] post", &ombudsman.post_cy),
        ("[ombudsman] says", &ombudsman.says_cy),
    ];
    let keys = keys.into_iter().filter(|(_, text)| text.is_empty()).map(|(key, _)| key.to_owned());
    let signposts = policy.signposts.iter().filter(|s| s.says_cy.is_empty()).map(|s| format!("signpost {}", s.matter));
    let topics = policy.topics.iter().filter(|t| t.says_cy.is_empty()).map(|t| format!("topic {}", t.topic));
    keys.chain(signposts).chain(topics).collect()
}

/// What of a policy lies in the reserved domain `.example` (RFC 2606): samples, never a landlord's.
fn example_addresses(policy: &Policy) -> Vec<String> {
    let addresses = policy.mailboxes.iter().map(|m| m.as_str()).chain(policy.staff_domains.iter().map(String::as_str));
    let firms = policy.contractors.iter().flat_map(|c| c.matches.iter().map(String::as_str));
    let contact = [policy.contact.email.as_str(), policy.contact.policy_url.split('/').nth(2).unwrap_or("")];
    let routes = policy.routes.iter().filter_map(|r| r.to.as_ref().map(Address::as_str));
    addresses.chain(firms).chain(contact).chain(routes).filter(|a| a.ends_with(".example")).map(String::from).collect()
}

fn read(site: Option<&Path>, faults: &mut Vec<Fault>) -> Layers {
    let shipped = SHIPPED.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    let own = site.map(|dir| folder::read(&dir.join("policies"), &["toml"], faults)).unwrap_or_default();
    Layers { shipped: parse(shipped, faults), site: parse(own, faults) }
}

fn parse(files: Vec<(String, String)>, faults: &mut Vec<Fault>) -> BTreeMap<String, Source> {
    let mut sources = BTreeMap::new();
    for (name, text) in files {
        match toml::from_str::<File>(&text) {
            Ok(file) => {
                check::values(&name, &text, &file, faults);
                let id = Path::new(&name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                sources.insert(id, Source { name, text, file });
            }
            Err(error) => {
                faults.push(crate::rules::hints::fault(&name, &text, &error, "rules/policies/code.toml shows every key with its meaning"))
            }
        }
    }
    sources
}

impl Layers {
    /// The file of a policy and those that it builds on, outermost first.
    fn chain(&self, id: &str) -> Result<Vec<&Source>, Box<Fault>> {
        let mut chain: Vec<&Source> = self.site.get(id).or_else(|| self.shipped.get(id)).into_iter().collect();
        while let Some(source) = chain.last()
            && let Some(word) = &source.file.extends
        {
            let base = word.get_ref();
            // A site's `thrive` that extends "thrive" builds on the shipped one.
            let own = self.site.get(base).filter(|s| s.name != source.name);
            let fault = |says: String| Fault::at(&source.name, &source.text, word.span(), says);
            let Some(next) = own.or_else(|| self.shipped.get(base)) else {
                let known: BTreeSet<&str> = self.shipped.keys().chain(self.site.keys()).map(String::as_str).collect();
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                return Err(Box::new(fault(format!("there is no policy \"{base}\"")).hint(format!("one of {known}"))));
            };
            if chain.iter().any(|s| s.name == next.name) {
                let hint = "let one of them stand on its own, or on \"code\"";
                return Err(Box::new(fault(format!("\"{base}\" builds on this policy in turn")).hint(hint)));
            }
            chain.push(next);
        }
        Ok(chain)
    }
}

fn compile(layers: &Layers, faults: &mut Vec<Fault>) -> BTreeMap<String, Policy> {
    let mut policies = BTreeMap::new();
    let ids = layers.shipped.keys().filter(|id| !layers.site.contains_key(*id)).chain(layers.site.keys());
    for id in ids {
        match layers.chain(id) {
            Ok(chain) => {
                let mut policy = blank(id);
                for source in chain.iter().rev() {
                    lay_over(&mut policy, &source.file);
                }
                whole(&policy, chain[0], faults);
                policies.insert(id.clone(), policy);
            }
            // Every policy that builds on the one at fault meets it: it is told once.
            Err(fault) if faults.contains(&fault) => {}
            Err(fault) => faults.push(*fault),
        }
    }
    policies
}

/// What a policy without a word of its own would be: the Code's figures, and nobody to write to.
fn blank(id: &str) -> Policy {
    Policy {
        id: id.into(),
        ack_stage1_wd: 5,
        ack_stage2_wd: 5,
        respond_stage1_wd: 10,
        respond_stage2_wd: 20,
        extend_stage1_wd: 10,
        extend_stage2_wd: 20,
        contractor_route_wd: 1,
        limit_months: 12,
        office_opens: "09:00".into(),
        office_closes: "17:00".into(),
        ack_hold_wd: 2,
        letters_a_day: 10,
        ..Policy::default()
    }
}

/// Puts a file's words over what it builds on. Lists of addresses replace the whole list: a landlord that names its contractors has
/// no others. Words by matter, topic and flag replace only their own entry.
fn lay_over(policy: &mut Policy, file: &File) {
    let addresses = |list: &[Spanned<String>]| list.iter().filter_map(|a| Address::parse(a.get_ref())).collect();
    let lower = |list: &[Spanned<String>]| list.iter().map(|d| d.get_ref().trim().to_lowercase()).collect();
    set(&mut policy.landlord, &file.landlord);
    if let Some(list) = &file.mailboxes {
        policy.mailboxes = addresses(list);
    }
    if let Some(list) = &file.staff_domains {
        policy.staff_domains = lower(list);
    }
    if let Some(list) = &file.contractors {
        policy.contractors = list.iter().map(|c| Contractor { name: c.name.get_ref().trim().into(), matches: lower(&c.matches) }).collect();
    }
    policy.division = file.division.unwrap_or(policy.division);
    policy.counting = file.counting.as_ref().map_or(policy.counting, |c| *c.get_ref());
    policy.respond_from = file.respond_from.unwrap_or(policy.respond_from);
    policy.ack_timing = file.ack_timing.unwrap_or(policy.ack_timing);
    policy.social_hours = file.social_hours.unwrap_or(policy.social_hours);
    policy.welsh = file.welsh.unwrap_or(policy.welsh);
    policy.large_print = file.large_print.unwrap_or(policy.large_print);
    policy.thank_contractors = file.thank_contractors.unwrap_or(policy.thank_contractors);
    policy.ask_for_readable = file.ask_for_readable.unwrap_or(policy.ask_for_readable);
    policy.stage2_limit_months = file.stage2_limit_months.as_ref().map(|n| *n.get_ref()).or(policy.stage2_limit_months);
    for (to, from) in [
        (&mut policy.retention.case_months, &file.retention.case_months),
        (&mut policy.retention.raw_months, &file.retention.raw_months),
        (&mut policy.retention.not_complaint_months, &file.retention.not_complaint_months),
        (&mut policy.retention.spam_months, &file.retention.spam_months),
    ] {
        *to = from.as_ref().map(|n| *n.get_ref()).or(*to);
    }
    policy.letters_an_hour = file.letters_an_hour.as_ref().map(|n| *n.get_ref()).or(policy.letters_an_hour);
    for (to, from) in [
        (&mut policy.ack_stage1_wd, &file.ack_stage1_wd),
        (&mut policy.ack_stage2_wd, &file.ack_stage2_wd),
        (&mut policy.respond_stage1_wd, &file.respond_stage1_wd),
        (&mut policy.respond_stage2_wd, &file.respond_stage2_wd),
        (&mut policy.extend_stage1_wd, &file.extend_stage1_wd),
        (&mut policy.extend_stage2_wd, &file.extend_stage2_wd),
        (&mut policy.data_protection.access_months, &file.data_protection.access_months),
        (&mut policy.data_protection.complaint_days, &file.data_protection.complaint_days),
        (&mut policy.contractor_route_wd, &file.contractor_route_wd),
        (&mut policy.ack_hold_wd, &file.ack_hold_wd),
        (&mut policy.limit_months, &file.limit_months),
        (&mut policy.letters_a_day, &file.letters_a_day),
        (&mut policy.pile_on.people, &file.pile_on.people),
        (&mut policy.pile_on.hours, &file.pile_on.hours),
        (&mut policy.reader.sure, &file.reader.sure),
        (&mut policy.reader.doubt, &file.reader.doubt),
    ] {
        *to = from.as_ref().map_or(*to, |n| *n.get_ref());
    }
    for (to, from) in [
        (&mut policy.office_opens, &file.office_opens),
        (&mut policy.office_closes, &file.office_closes),
        (&mut policy.contact.name, &file.contact.name),
        (&mut policy.contact.phone, &file.contact.phone),
        (&mut policy.contact.email, &file.contact.email),
        (&mut policy.contact.policy_url, &file.contact.policy_url),
        (&mut policy.contact.name_cy, &file.contact.name_cy),
        (&mut policy.contact.policy_url_cy, &file.contact.policy_url_cy),
        (&mut policy.contact.emergency_phone, &file.contact.emergency_phone),
        (&mut policy.ombudsman.name, &file.ombudsman.name),
        (&mut policy.ombudsman.web, &file.ombudsman.web),
        (&mut policy.ombudsman.phone, &file.ombudsman.phone),
        (&mut policy.ombudsman.post, &file.ombudsman.post),
        (&mut policy.ombudsman.says, &file.ombudsman.says),
        (&mut policy.ombudsman.web_cy, &file.ombudsman.web_cy),
        (&mut policy.ombudsman.post_cy, &file.ombudsman.post_cy),
        (&mut policy.ombudsman.says_cy, &file.ombudsman.says_cy),
        (&mut policy.ombudsman.checked_on, &file.ombudsman.checked_on),
        (&mut policy.data_protection.role, &file.data_protection.role),
    ] {
        set(to, from);
    }
    policy.reader.mode = file.reader.mode.unwrap_or(policy.reader.mode);
    policy.reader.doubt_of.extend(file.reader.doubt_of.iter().filter_map(|(kind, n)| Some((Kind::parse(kind.get_ref())?, *n.get_ref()))));
    if let Some(kinds) = &file.reader.always_review {
        policy.reader.always_review = kinds.iter().filter_map(|k| Kind::parse(k.get_ref())).collect();
    }
    for s in &file.signposts {
        let new = Signpost { matter: s.matter.get_ref().clone(), ..Signpost::default() };
        let at = entry(&mut policy.signposts, new, |a, b| a.matter == b.matter);
        reword(&mut at.says, &mut at.says_cy, &s.says, &s.says_cy);
    }
    for t in &file.topics {
        let new = TopicText { topic: t.topic.get_ref().clone(), ..TopicText::default() };
        let at = entry(&mut policy.topics, new, |a, b| a.topic == b.topic);
        at.responsible = t.responsible.unwrap_or(at.responsible);
        reword(&mut at.says, &mut at.says_cy, &t.says, &t.says_cy);
    }
    for r in &file.routes {
        let to = r.to.as_ref().and_then(|a| Address::parse(a.get_ref()));
        let flag = r.flag.as_ref().and_then(|f| Flag::parse(f.get_ref())).map(Cause::Flag);
        if let Some(of) = flag.or_else(|| r.topic.as_ref().map(|t| Cause::Topic(t.get_ref().clone()))) {
            put(&mut policy.routes, Route { of, role: r.role.get_ref().trim().into(), to }, |a, b| a.of == b.of);
        }
    }
    for r in &file.roles {
        let new = Role { role: r.role.get_ref().trim().into(), to: r.to.as_ref().and_then(|a| Address::parse(a.get_ref())) };
        put(&mut policy.roles, new, |a, b| a.role == b.role);
    }
    for (to, from) in [
        (&mut policy.tell.two_days, &file.tell.two_days),
        (&mut policy.tell.one_day, &file.tell.one_day),
        (&mut policy.tell.breach, &file.tell.breach),
        (&mut policy.tell.trouble, &file.tell.trouble),
        (&mut policy.tell.digest, &file.tell.digest),
    ] {
        if let Some(roles) = from {
            *to = roles.iter().map(|r| r.get_ref().trim().to_owned()).collect();
        }
    }
    if let Some(hazards) = &file.hazards {
        lay_hazards_over(&mut policy.hazards, hazards);
    }
}

/// The clocks of Awaab's Law run where `[hazards]` stands, until a file sets `clocks = false`.
fn lay_hazards_over(hazards: &mut Option<Hazards>, file: &file::Hazards) {
    if file.clocks == Some(false) {
        *hazards = None;
        return;
    }
    let flags = vec![Flag::DampMould, Flag::Safety, Flag::Health];
    let law = Hazards { emergency_hours: 24, investigate_wd: 10, summary_wd: 3, safety_work_wd: 5, further_works_weeks: 12, flags };
    let hazards = hazards.get_or_insert(law);
    for (to, from) in [
        (&mut hazards.emergency_hours, &file.emergency_hours),
        (&mut hazards.investigate_wd, &file.investigate_wd),
        (&mut hazards.summary_wd, &file.summary_wd),
        (&mut hazards.safety_work_wd, &file.safety_work_wd),
        (&mut hazards.further_works_weeks, &file.further_works_weeks),
    ] {
        *to = from.as_ref().map_or(*to, |n| *n.get_ref());
    }
    if let Some(flags) = &file.flags {
        hazards.flags = flags.iter().filter_map(|f| Flag::parse(f.get_ref())).collect();
    }
}

fn put<T>(list: &mut Vec<T>, new: T, same: impl Fn(&T, &T) -> bool) {
    match list.iter_mut().find(|old| same(old, &new)) {
        Some(old) => *old = new,
        None => list.push(new),
    }
}

/// The entry that is there already, or the new one.
fn entry<T>(list: &mut Vec<T>, new: T, same: impl Fn(&T, &T) -> bool) -> &mut T {
    let at = list.iter().position(|old| same(old, &new)).unwrap_or(list.len());
    if at == list.len() {
        list.push(new);
    }
    &mut list[at]
}

/// Puts a file's words in place of those that it builds on. The Welsh of other English words is gone with them.
fn reword(says: &mut String, says_cy: &mut String, new: &file::Text, new_cy: &file::Text) {
    if new.is_some() {
        says_cy.clear();
    }
    set(says, new);
    set(says_cy, new_cy);
}

/// What a whole policy must have, wherever in its chain it stands.
fn whole(policy: &Policy, source: &Source, faults: &mut Vec<Fault>) {
    let mut missing = |what: &str, hint: &str| faults.push(Fault::of_file(&source.name, format!("{what} missing")).hint(hint));
    if policy.landlord.is_empty() {
        missing("`landlord` is", "give the landlord's name as letters should say it");
    }
    if policy.mailboxes.is_empty() && source.file.mailboxes.is_none() {
        missing("`mailboxes` is", "give the addresses that residents write to, the sender of letters first");
    }
    let c = &policy.contact;
    if [&c.name, &c.phone, &c.email, &c.policy_url].iter().any(|t| t.is_empty()) {
        missing(
            "part of [contact] is",
            "give name, phone, email and policy_url: every letter says whom to ask and links the policy (Code 3.5)",
        );
    }
    let o = &policy.ombudsman;
    if [&o.name, &o.web, &o.phone, &o.post, &o.says, &o.checked_on].iter().any(|t| t.is_empty()) {
        missing(
            "part of [ombudsman] is",
            "give name, web, phone, post, says and checked_on, or extends = \"code\": every letter carries them (Code 3.7)",
        );
    }
    // Whoever gives empty words is told so at their line.
    let given = |m: &String| source.file.signposts.iter().any(|s| s.says.is_some() && s.matter.get_ref() == m);
    let silent = policy.signposts.iter().filter(|s| s.says.is_empty() && !given(&s.matter)).map(|s| ("signpost", &s.matter));
    let given = |t: &String| source.file.topics.iter().any(|f| f.says.is_some() && f.topic.get_ref() == t);
    let topics = policy.topics.iter().filter(|t| t.says.is_empty() && !given(&t.topic)).map(|t| ("topic", &t.topic));
    for (what, of) in silent.chain(topics) {
        missing(
            &format!("what the {what} \"{of}\" `says` is"),
            "write a sentence or two for the resident: only Welsh is given, or nothing",
        );
    }
    if policy.respond_from == RespondFrom::Receipt && policy.respond_stage1_wd < policy.ack_stage1_wd {
        let span = source.file.respond_stage1_wd.as_ref().or(source.file.ack_stage1_wd.as_ref()).map_or(0..0, Spanned::span);
        let says = format!(
            "the stage 1 response falls due after {} working days and its acknowledgement after {}",
            policy.respond_stage1_wd, policy.ack_stage1_wd
        );
        faults.push(Fault::at(&source.name, &source.text, span, says).hint("the acknowledgement comes first: set ack_stage1_wd lower"));
    }
    for firm in source.file.contractors.iter().flatten().flat_map(|c| &c.matches) {
        let ours = match firm.get_ref().trim().to_lowercase().strip_prefix('@') {
            Some(domain) => policy.staff_domains.iter().any(|d| d == domain) || policy.mailboxes.iter().any(|m| m.domain() == domain),
            None => Address::parse(firm.get_ref()).is_some_and(|a| policy.is_staff(&a)),
        };
        if ours {
            let says = format!("{:?} is a contractor's and the landlord's own at once", firm.get_ref());
            let hint = "what staff pass on and what contractors pass on is handled differently: keep it in one of the two lists";
            faults.push(Fault::at(&source.name, &source.text, firm.span(), says).hint(hint));
        }
    }
    let shortest = policy.ack_stage1_wd.min(policy.ack_stage2_wd);
    if policy.ack_timing == AckTiming::ForOfficer && policy.ack_hold_wd >= shortest {
        let says = format!("an acknowledgement held until working day {} has no day left of the {shortest} it has", policy.ack_hold_wd);
        let span = source.file.ack_hold_wd.as_ref().map_or(0..0, Spanned::span);
        let hint = format!("give ack_hold_wd a number below {shortest}: a letter that does not get through needs a day to be mended");
        faults.push(Fault::at(&source.name, &source.text, span, says).hint(hint));
    }
    let (opens, closes) = policy.office_hours();
    if opens >= closes {
        let says = format!("the office opens at {} and closes at {}", policy.office_opens, policy.office_closes);
        let span = source.file.office_closes.as_ref().or(source.file.office_opens.as_ref()).map_or(0..0, Spanned::span);
        faults.push(Fault::at(&source.name, &source.text, span, says).hint("office_opens comes before office_closes"));
    }
}

#[cfg(test)]
mod tests;
