//! Who wrote, through whom, and whose complaint it is.

use crate::message::summary;
use crate::model::address::{Address, Party};
use crate::model::decision::Via;
use crate::model::keys::folded_name;
use crate::model::message::{Forwarded, Message, Reported};
use crate::model::policy::Policy;
use jiff::{SignedDuration, Timestamp};

/// What the sender is to the landlord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A resident, or anybody else who is none of those below.
    Resident,
    Contractor,
    Staff,
    /// A councillor, a member of a parliament, or their office.
    Politician,
    /// The Housing Ombudsman Service, the regulator, the Information Commissioner: by domain, never by name alone.
    Regulator,
    /// Our own mailbox, with nobody's words passed on: a letter of ours that came back.
    Ourselves,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Who<'a> {
    pub class: Class,
    pub via: Option<Via>,
    /// The passed-on message that is the resident's.
    pub original: Option<&'a Forwarded>,
    /// It was not forwarded: whoever passes it on answered it, and copied us in.
    pub by_answer: bool,
    /// Whose words they are: the sender, or the resident of a forward or a note.
    pub resident: Party,
    /// When a member of staff had it, where that is earlier (Code 3.2: with any member of staff).
    pub aware_at: Option<Timestamp>,
    /// Whom the note of a contractor or a member of staff names ("Mrs Patel at 14 Elm Court rang us").
    pub named: Option<Reported>,
}

impl Who<'_> {
    /// A contractor's or a member of staff's own post: nobody's words are passed on.
    pub fn own_business(&self) -> bool {
        matches!(self.class, Class::Contractor | Class::Staff) && self.via.is_none()
    }
}

impl Who<'_> {
    /// A complaint that a contractor or a colleague sends is a resident's, though they did not say whose: never theirs to be answered.
    pub fn speak_for_resident(&mut self, message: &Message, policy: &Policy) {
        if !self.own_business() {
            return;
        }
        self.via = Some(if self.class == Class::Contractor { Via::Contractor } else { Via::Staff });
        let reported = self.named.clone().unwrap_or_default();
        let email = reported.email.or_else(|| only_address(&message.text, policy, message.from.email.as_ref()));
        self.resident =
            Party { name: reported.name, email: email.filter(|a| !policy.is_staff(a) && policy.contractor(a).is_none()), id: None };
    }
}

/// Hosts of regulators and ombudsmen. A look-alike is none: the whole host or its parent must stand here.
const REGULATORS: [&str; 13] = [
    "housing-ombudsman.org.uk",
    "lgo.org.uk",
    "spso.gov.scot",
    "spso.org.uk",
    "ombudsman.wales",
    "nipso.org.uk",
    "ombudsman.org.uk",
    "ico.org.uk",
    "ico.gov.uk",
    "rsh.gov.uk",
    "regulatorofsocialhousing.gov.uk",
    "housingregulator.gov.scot",
    // RFC 2606 §3 keeps .example for stories such as the scenario tests.
    "housing-ombudsman.example",
];

const PARLIAMENTS: [&str; 4] = ["parliament.uk", "parliament.scot", "senedd.wales", "niassembly.gov.uk"];

/// A year: a date in a forwarded block that is older was misread or is no receipt of ours.
const AWARE_AT_MOST: SignedDuration = SignedDuration::from_hours(24 * 365);

pub fn who<'a>(message: &'a Message, policy: &Policy, received_at: Timestamp) -> Who<'a> {
    told(message, policy, received_at, true)
}

/// As [`who`], where the case holds the words that were answered: whoever answers them writes for themselves.
pub fn who_answers<'a>(message: &'a Message, policy: &Policy, received_at: Timestamp) -> Who<'a> {
    told(message, policy, received_at, false)
}

fn told<'a>(message: &'a Message, policy: &Policy, received_at: Timestamp, with_history: bool) -> Who<'a> {
    let sender = message.from.email.as_ref();
    let class = class(message, policy);
    let inside = matches!(class, Class::Contractor | Class::Staff | Class::Ourselves);
    let foreign = |a: &Address| foreign(a, policy);

    if !inside {
        return Who { class, via: None, original: None, by_answer: false, resident: message.from.clone(), aware_at: None, named: None };
    }
    // Innermost first (channels.md section 5): the resident wrote before anybody passed it on. A block that names no address is the
    // resident's too, when it names a person, unless that person is the one who passes it on.
    let covering = folded_name(message.from.name.as_deref().unwrap_or_default());
    let original = message.forwards.iter().rev().find(|f| match (&f.from_email, &f.from_name) {
        (Some(address), _) => foreign(address),
        (None, Some(name)) => covering.is_empty() || folded_name(name) != covering,
        (None, None) => false,
    });
    let forwarded = original.is_some();
    let original = original.or_else(|| answered(message, policy, class).filter(|_| with_history));
    let named = summary::named(message);
    let reported = named.as_ref();
    let class = if class == Class::Ourselves && (original.is_some() || reported.is_some()) { Class::Staff } else { class };
    let via = match class {
        Class::Contractor => Some(Via::Contractor),
        Class::Staff => Some(Via::Staff),
        _ => None,
    };
    if let Some(original) = original {
        let email = original
            .from_email
            .clone()
            .filter(&foreign)
            .or_else(|| addressed(message, original).filter(&foreign))
            .or_else(|| reported.and_then(|r| r.email.clone()).filter(&foreign))
            .or_else(|| only_address(&message.text, policy, sender));
        let aware_at = original.sent_at.filter(|at| class == Class::Staff && *at < received_at && *at > received_at - AWARE_AT_MOST);
        let name = original.from_name.clone().or_else(|| reported.and_then(|r| r.name.clone()));
        let resident = Party { name, email, id: None };
        return Who { class, via, original: Some(original), by_answer: !forwarded, resident, aware_at, named };
    }
    if let Some(r) = reported.filter(|r| r.name.is_some() || r.email.is_some()) {
        let email = r.email.clone().filter(&foreign).or_else(|| only_address(&message.text, policy, sender));
        let resident = Party { name: r.name.clone(), email, id: None };
        return Who { class, via, original: None, by_answer: false, resident, aware_at: None, named };
    }
    // A form of the contractor's own site: every block is theirs, and one foreign address stands in it.
    if let Some(inner) = message.forwards.last()
        && let Some(email) = only_address(&inner.text, policy, sender)
    {
        let resident = Party { name: None, email: Some(email), id: None };
        return Who { class, via, original: Some(inner), by_answer: false, resident, aware_at: None, named };
    }
    Who { class, via: None, original: None, by_answer: false, resident: message.from.clone(), aware_at: None, named }
}

/// The resident whom a firm or a colleague answered, with us put in to read it: that hands us the resident's words as a forward does (Code 3.2,
/// 3.3). None where we have them by another way: our mailbox wrote or was written to, or one of us sent them to the firm. In a block of headers
/// a name without an address is a colleague's, as mail within one house shows it; over a quotation some programs give nobody's address.
fn answered<'a>(message: &'a Message, policy: &Policy, class: Class) -> Option<&'a Forwarded> {
    if !matches!(class, Class::Contractor | Class::Staff) {
        return None;
    }
    let parties = std::iter::once(&message.from).chain(&message.to).chain(&message.cc);
    let ours = |a: &Address| policy.is_mailbox(a) || class == Class::Contractor && policy.is_staff(a);
    for earlier in &message.answered {
        let Some(author) = &earlier.from_email else {
            let name = folded_name(earlier.from_name.as_deref().unwrap_or_default());
            let inside = parties.clone().any(|p| p.email.as_ref().is_some_and(|a| !foreign(a, policy)) && same_name(p, &name));
            if earlier.subject.is_some() || name.is_empty() || inside {
                continue;
            }
            return Some(earlier);
        };
        if ours(author) || earlier.to.iter().any(|a| policy.is_mailbox(a)) || regulator(author) {
            return None;
        }
        if foreign(author, policy) {
            return Some(earlier);
        }
    }
    None
}

/// The address of the author whom this mail was written to, where the history gives the name alone.
fn addressed(message: &Message, original: &Forwarded) -> Option<Address> {
    let name = folded_name(original.from_name.as_deref()?);
    message.to.iter().chain(&message.cc).find(|p| !name.is_empty() && same_name(p, &name))?.email.clone()
}

/// Neither the landlord's nor a contractor's.
fn foreign(address: &Address, policy: &Policy) -> bool {
    !policy.is_staff(address) && policy.contractor(address).is_none()
}

fn same_name(party: &Party, folded: &str) -> bool {
    party.name.as_deref().is_some_and(|n| folded_name(n) == folded)
}

fn regulator(address: &Address) -> bool {
    REGULATORS.iter().any(|d| within(address.domain(), d))
}

fn class(message: &Message, policy: &Policy) -> Class {
    let Some(address) = &message.from.email else { return Class::Resident };
    if policy.is_mailbox(address) {
        return Class::Ourselves;
    }
    if policy.contractor(address).is_some() {
        return Class::Contractor;
    }
    if policy.is_staff(address) {
        return Class::Staff;
    }
    if message.authenticated != Some(false) && regulator(address) {
        return Class::Regulator;
    }
    if PARLIAMENTS.iter().any(|d| within(address.domain(), d)) || politician(message.from.name.as_deref().unwrap_or_default()) {
        return Class::Politician;
    }
    Class::Resident
}

fn within(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn politician(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.any(|w| ["MP", "MSP", "MS", "MLA"].contains(&w) || ["cllr", "councillor"].contains(&w.to_lowercase().as_str()))
}

/// The single address in `text` that is neither contractor's nor landlord's nor the sender's; none where there are two: a guess could
/// send a resident's words to a stranger.
pub fn only_address(text: &str, policy: &Policy, sender: Option<&Address>) -> Option<Address> {
    let mut found: Option<Address> = None;
    let edge = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '+' | '-'));
    for word in
        text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | '"' | ':' | '|' | '*'))
    {
        let Some(address) = Address::parse(word.trim_matches(edge)) else { continue };
        if policy.is_staff(&address) || policy.contractor(&address).is_some() || Some(&address) == sender || !address.domain().contains('.')
        {
            continue;
        }
        match &found {
            Some(known) if *known != address => return None,
            _ => found = Some(address),
        }
    }
    found
}
