//! The rules in force, and the landlords as they are under them. Both change together, in one step, when a site's files change.

use super::rulebook::Rulebook;
use super::{Error, Result};
use crate::config::Landlord;
use crate::model::address::Address;
use crate::model::calendar::Calendar;
use crate::model::decision::Decision;
use crate::model::policy::Policy;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One rulebook with all that was made by it. Whoever does a piece of work takes it once and keeps it to the end, so that no message is decided
/// half by one set of rules and half by another.
pub struct InForce {
    pub rulebook: Arc<Rulebook>,
    pub since: Timestamp,
    pub landlords: BTreeMap<String, House>,
}

/// One landlord as configured, with the promises of its policy and the rules that hold for it.
pub struct House {
    pub id: String,
    pub policy: Policy,
    pub calendar: Calendar,
    pub rulebook: Arc<Rulebook>,
    pub from: Address,
    pub team: Address,
    pub officer: Address,
}

impl InForce {
    /// # Errors
    /// A landlord whose policy or calendar the rulebook does not hold.
    pub fn new(landlords: &[Landlord], rulebook: Arc<Rulebook>, since: Timestamp) -> Result<InForce> {
        let landlords = landlords.iter().map(|l| House::new(l, &rulebook).map(|h| (l.id.clone(), h))).collect::<Result<_>>()?;
        Ok(InForce { rulebook, since, landlords })
    }

    /// # Errors
    /// A landlord whom the configuration does not name.
    pub fn house(&self, landlord: &str) -> Result<&House> {
        self.landlords.get(landlord).ok_or_else(|| Error::Set(format!("no landlord is called `{landlord}`")))
    }
}

impl House {
    /// Where those of some roles are written to, each address once: a role without one of its own is the officer.
    pub fn addresses<'a>(&self, roles: impl Iterator<Item = &'a str>) -> Vec<Address> {
        let mut addresses: Vec<Address> = Vec::new();
        for role in roles {
            let to = self.policy.address_of(role).unwrap_or(&self.officer);
            if !addresses.contains(to) {
                addresses.push(to.clone());
            }
        }
        addresses
    }

    fn new(landlord: &Landlord, rulebook: &Arc<Rulebook>) -> Result<House> {
        let policy = rulebook.policies.get(&landlord.policy).ok_or_else(|| {
            let known: Vec<_> = rulebook.policies.keys().map(String::as_str).collect();
            Error::Set(format!(
                "landlord `{}` names the policy `{}`, which no rule file holds; there are: {}",
                landlord.id,
                landlord.policy,
                known.join(", ")
            ))
        })?;
        let calendar = rulebook.calendars.get(&policy.division).ok_or_else(|| {
            Error::Set(format!("there is no calendar for {}, which the policy `{}` counts by", policy.division.as_str(), policy.id))
        })?;
        let first = policy.mailboxes.first().ok_or_else(|| Error::Set(format!("the policy `{}` has no mailbox", policy.id)))?;
        let from = landlord.from.clone().unwrap_or_else(|| first.clone());
        let mut policy = policy.clone();
        // Replies come to the address that our letters are sent from, also where the policy does not know it.
        if !policy.is_mailbox(&from) {
            policy.mailboxes.push(from.clone());
        }
        Ok(House {
            id: landlord.id.clone(),
            policy,
            calendar: calendar.clone(),
            rulebook: rulebook.clone(),
            team: landlord.team.clone().unwrap_or_else(|| from.clone()),
            officer: landlord.officer.clone().unwrap_or_else(|| from.clone()),
            from,
        })
    }

    /// The decision with an address for everybody whom a letter tells: the officer stands in for a role that has none.
    pub(super) fn addressed(&self, decision: &Decision) -> Decision {
        let mut out = decision.clone();
        for route in out.routes.iter_mut().filter(|r| r.letter) {
            route.to.get_or_insert_with(|| self.officer.clone());
        }
        out
    }
}
