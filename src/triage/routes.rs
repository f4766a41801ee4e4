//! Who is told beside the complaints team, by the policy's routes.

use crate::model::decision::{Flag, Kind, Routed};
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
