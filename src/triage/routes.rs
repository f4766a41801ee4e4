//! Who is told beside the complaints team, by the policy's routes.

use crate::model::address::Address;
use crate::model::decision::{Flag, Kind, Routed};
use crate::model::message::Message;
use crate::model::policy::{Cause, Policy};

/// Cannot wait until somebody looks at the case: a letter goes out even where the role has no address of its own (domain.md 2, S0 and S1).
const AT_ONCE: [Flag; 3] = [Flag::Emergency, Flag::Safety, Flag::Abuse];

/// The routes that a message takes, each person once. A machine's message takes none.
pub fn routes(policy: &Policy, kind: Kind, flags: &[Flag], topics: &[String]) -> Vec<Routed> {
    let mut out: Vec<Routed> = Vec::new();
    if matches!(kind, Kind::Automatic | Kind::Spam) {
        return out;
    }
    // Whoever is complained of may be in the team that looks after the matter (Code 5.8).
    let by_topic = !flags.contains(&Flag::StaffConduct);
    for route in &policy.routes {
        let (leads, urgent) = match &route.of {
            Cause::Flag(flag) => (flags.contains(flag), AT_ONCE.contains(flag)),
            Cause::Topic(topic) => (by_topic && topics.contains(topic), false),
        };
        if !leads {
            continue;
        }
        let to = route.to.as_ref().or_else(|| policy.address_of(&route.role));
        let letter = urgent || route.to.is_some();
        match out.iter_mut().find(|r| r.role == route.role && r.to.as_ref() == to) {
            Some(known) => {
                known.of.push(route.of.words());
                known.letter |= letter;
            }
            None => out.push(Routed { role: route.role.clone(), to: to.cloned(), of: vec![route.of.words()], letter }),
        }
    }
    out
}

/// Where a member of staff is complained of, nobody whom the message names is told of it: the officer stands in (Code 5.8).
pub fn spare_the_named(routes: &mut [Routed], message: &Message) {
    for route in routes {
        let role = route.role.to_lowercase();
        if route.to.as_ref().is_some_and(|to| is_named(to, &role, message)) {
            route.to = None;
        }
    }
}

/// Whether the message names the person behind an address, as `jane.moss@` is Jane Moss. A mailbox that is called like its role is nobody's
/// name.
fn is_named(address: &Address, role: &str, message: &Message) -> bool {
    let parts: Vec<String> = address.local().split(['.', '_', '-']).filter(|p| p.chars().count() > 2).map(str::to_lowercase).collect();
    if parts.is_empty() || parts.iter().all(|p| role.contains(p.as_str())) {
        return false;
    }
    let bodies =
        message.forwards.iter().chain(&message.answered).map(|f| f.body.as_str()).chain([message.subject.as_str(), message.text.as_str()]);
    let said: Vec<String> = bodies.flat_map(|t| t.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase).collect();
    parts.iter().all(|p| said.contains(p))
}
