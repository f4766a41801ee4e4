//! What goes back, and to whom (tests/scenarios/FORMAT.md, reply).

use super::reviews;
use super::who::{Class, Who};
use crate::model::address::Address;
use crate::model::decision::{Courtesy, Effect, Kind, Reply, Via};
use crate::model::message::{Channel, Message, Verb};
use crate::model::policy::Policy;

/// What is known of a survey answer beside its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub dissatisfied: bool,
    pub anonymous: bool,
}

/// The reply and its address. The address is `None` for social media, where the courier answers in the conversation.
pub fn reply(kind: Kind, message: &Message, who: &Who<'_>, survey: Survey, policy: &Policy) -> (Reply, Option<Address>) {
    let wanted = by_kind(kind, message.channel, survey);
    if wanted == Reply::None {
        return (Reply::None, None);
    }
    if message.channel == Channel::Social {
        // Nobody to answer: a post whose author the platform did not name.
        // An edit of what belongs to a case already was answered when it was first said.
        let edited = kind == Kind::Addition && message.social.as_ref().is_some_and(|s| s.verb == Verb::Edit);
        return if message.from.id.is_some() && !edited { (wanted, None) } else { (Reply::None, None) };
    }
    match answer_to(message, who, policy) {
        Some(address) => (wanted, Some(address)),
        None => (Reply::None, None),
    }
}

fn by_kind(kind: Kind, channel: Channel, survey: Survey) -> Reply {
    let offline = channel == Channel::Social;
    match kind {
        Kind::NewComplaint | Kind::Addition | Kind::Stage2Request if offline => Reply::TakeOffline,
        Kind::NewComplaint => Reply::AcknowledgeStage1,
        Kind::Stage2Request => Reply::AcknowledgeStage2,
        Kind::Addition => Reply::ConfirmAddition,
        Kind::ServiceRequest | Kind::AsbReport | Kind::LegalOrInsurance | Kind::PoliticalEnquiry => Reply::Signpost,
        Kind::SurveyFeedback if survey.dissatisfied && !survey.anonymous => Reply::Signpost,
        Kind::SurveyFeedback | Kind::Compliment | Kind::Ombudsman | Kind::Automatic | Kind::Spam | Kind::NeedsReview => Reply::None,
    }
}

/// Where an answer may go: the resident, where somebody passes on their words; else the sender.
pub fn answer_to(message: &Message, who: &Who<'_>, policy: &Policy) -> Option<Address> {
    if who.via.is_some() {
        return who.resident.email.clone().filter(|a| !policy.is_staff(a) && policy.contractor(a).is_none() && answerable(a, policy));
    }
    if who.class == Class::Ourselves {
        return None;
    }
    sender(message, policy)
}

/// Where the sender can be answered: by Reply-To first (RFC 5322 §3.6.2), and no machine.
fn sender(message: &Message, policy: &Policy) -> Option<Address> {
    if message.automatic.is_some() || message.postroom_instance.is_some() {
        return None;
    }
    // The null sender asks that nobody answer (RFC 3834 §2, RFC 5321 §4.5.5).
    if message.return_path == Some(None) {
        return None;
    }
    let asked = message.reply_to.as_ref().filter(|a| answerable(a, policy));
    asked.or(message.from.email.as_ref()).filter(|a| answerable(a, policy)).cloned()
}

/// False for our own mailboxes (a loop) and for addresses behind which nobody reads: machines and lists (RFC 2142, RFC 5230 §4.6).
pub fn answerable(address: &Address, policy: &Policy) -> bool {
    if policy.is_mailbox(address) || !address.domain().contains('.') {
        return false;
    }
    let bare: String = address.local().chars().filter(char::is_ascii_alphanumeric).collect();
    let never = ["noreply", "donotreply", "dontreply", "nereply", "neverreply", "mailerdaemon", "unmonitored", "notmonitored"];
    let whole = [
        "postmaster",
        "bounce",
        "bounces",
        "listserv",
        "majordomo",
        "autoreply",
        "autoresponder",
        "notifications",
        "notification",
        "nobody",
        "daemon",
    ];
    let local = address.local();
    let list = local.starts_with("owner-") || ["-request", "-relay", "-owner", "-bounces", "-bounce"].iter().any(|e| local.ends_with(e));
    !(never.iter().any(|n| bare.contains(n))
        || whole.contains(&bare.as_str())
        || local.starts_with("bounce+")
        || local.starts_with("bounces+")
        || list)
}

/// The letter that goes out beside the reply. Whatever keeps a reply back keeps it back too: a machine, a list, the null sender, a regulator.
pub fn courtesy(kind: Kind, effect: &Effect, message: &Message, who: &Who<'_>, policy: &Policy) -> Option<(Courtesy, Address)> {
    if message.channel != Channel::Email || who.class == Class::Regulator {
        return None;
    }
    let to = sender(message, policy)?;
    // A firm's own words about a resident are passed on as its forwards are.
    let passed_on = who.via == Some(Via::Contractor) && *effect != Effect::Record;
    if passed_on && policy.thank_contractors && policy.contractor(&to).is_some() {
        return Some((Courtesy::ContractorThanks, to));
    }
    let unread = kind == Kind::NeedsReview && (message.is_locked() || reviews::silent(message));
    (unread && policy.ask_for_readable).then_some((Courtesy::Unreadable, to))
}
