//! Taking personal data out on a person's order (UK GDPR article 17): first what would go, then, when told to, gone.

use super::{Error, Result, Works, hex, join};
use crate::model::address::Address;
use crate::model::case::{CaseId, Reference, Stage};
use crate::model::message::Message;
use crate::store::{self, Tx, erase};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;

/// Messages read at a time while looking for somebody's.
const PAGE: i64 = 200;

/// What an order would take out.
#[derive(Debug, Default)]
pub struct Scope {
    /// Cases that go as a whole.
    pub cases: Vec<store::case::Row>,
    /// Messages that go beside them: of no case, or of a case that is somebody else's.
    pub messages: Vec<(i64, Option<CaseId>)>,
    /// Cases that stay, in which they take part.
    pub parts: Vec<CaseId>,
    /// Why the order cannot be carried out.
    pub hindrances: Vec<String>,
    /// Messages of other people that name the address. They stay: they are not theirs.
    pub named_in: Vec<(i64, Option<Reference>)>,
    address: Option<Address>,
}

impl Scope {
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.messages.is_empty() && self.parts.is_empty()
    }
}

/// What an order for a case's reference or a person's address would take out. Changes nothing.
///
/// # Errors
/// A reference that is no case's; a store that does not answer.
pub async fn scope(works: &Works, what: &str) -> Result<Scope> {
    let mut tx = works.db.read().await?;
    match Address::parse(what) {
        Some(address) => of_person(&mut tx, address).await,
        None => of_case(&mut tx, what).await,
    }
}

async fn of_case(tx: &mut Tx, reference: &str) -> Result<Scope> {
    let found = store::case::by_reference(tx, reference).await?;
    let row = found.ok_or_else(|| Error::Set(format!("{reference} is neither a case's reference nor an e-mail address")))?;
    let mut scope = Scope::default();
    scope.take(row);
    Ok(scope)
}

async fn of_person(tx: &mut Tx, address: Address) -> Result<Scope> {
    let mut scope = Scope { address: Some(address.clone()), ..Scope::default() };
    for (case, resident) in erase::cases_of(tx, &address).await? {
        if resident {
            scope.take(store::case::by_id(tx, case).await?);
        } else if !scope.cases.iter().any(|c| c.id == case) {
            scope.parts.push(case);
        }
    }
    // No table says who wrote what: every message is read.
    let whole: Vec<CaseId> = scope.cases.iter().map(|c| c.id).collect();
    let mut after = 0;
    loop {
        let page = store::message::list(tx, &store::message::Filter::default(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page.into_iter().filter(|r| r.case_id.is_none_or(|c| !whole.contains(&c))) {
            let Some(read) = join::read(tx, &row).await? else { continue };
            let resident = store::decision::latest(tx, row.id).await?.and_then(|d| d.decision().ok()).and_then(|d| d.resident.email);
            if wrote(&read, &address) || resident.as_ref() == Some(&address) {
                scope.messages.push((row.id, row.case_id));
            } else if names(&read, &address) {
                let case = match row.case_id {
                    Some(id) => Some(store::case::by_id(tx, id).await?.reference),
                    None => None,
                };
                scope.named_in.push((row.id, case));
            }
        }
    }
    for case in scope.messages.iter().filter_map(|(_, case)| *case) {
        if !scope.parts.contains(&case) {
            scope.parts.push(case);
        }
    }
    scope.parts.sort_unstable();
    Ok(scope)
}

impl Scope {
    fn take(&mut self, row: store::case::Row) {
        if let Some(why) = &row.kept_because {
            self.hindrances.push(format!("{} is kept: {why} (`postroom case keep {} --release` lets it go)", row.reference, row.reference));
        }
        if !matches!(row.stage, Stage::Closed | Stage::Withdrawn | Stage::Final) {
            self.hindrances.push(format!("{} is open (`{}`): the landlord still has to answer it", row.reference, row.stage.as_str()));
        }
        self.cases.push(row);
    }
}

/// They sent it, or it passes on what they sent.
fn wrote(m: &Message, address: &Address) -> bool {
    let is = |a: &Option<Address>| a.as_ref() == Some(address);
    is(&m.from.email) || is(&m.reply_to) || m.forwards.iter().any(|f| is(&f.from_email))
}

/// It names the address anywhere.
fn names(m: &Message, address: &Address) -> bool {
    let people = m.to.iter().chain(&m.cc).any(|p| p.email.as_ref() == Some(address));
    let bodies = m.forwards.iter().map(|f| &f.body);
    people || [&m.text, &m.quoted, &m.signature, &m.subject].into_iter().chain(bodies).any(|t| t.to_lowercase().contains(address.as_str()))
}

/// Carries an order out, and writes down that it was: when, by whom, why, never what. Answers what went, and whether the database's own files
/// hold nothing of it any more.
///
/// # Errors
/// A case that is open or kept: then nothing is taken out. A store that does not answer.
pub async fn carry_out(works: &Works, what: &str, by: &str, why: &str) -> Result<(Scope, erase::Record, bool)> {
    let scope = scope(works, what).await?;
    if !scope.hindrances.is_empty() {
        return Err(Error::Set(format!("nothing was erased: {}", scope.hindrances.join("; "))));
    }
    if scope.is_empty() {
        return Err(Error::Set("nothing of it is stored: there is nothing to erase".into()));
    }
    let now = works.ambient.now();
    let kind = if scope.address.is_some() { "person" } else { "case" };
    let mut record = erase::Record {
        at: now,
        who: by.into(),
        why: why.into(),
        what: kind.into(),
        digest: digest(works, what),
        cases: scope.cases.len() as i64,
        messages: 0,
        letters: 0,
    };
    let mut tx = works.db.write(None).await?;
    for case in &scope.cases {
        store::lock_landlord(&mut tx, &case.landlord).await?;
        let (messages, letters) = erase::case(&mut tx, case.id, by, why, now).await?;
        record.messages += messages as i64;
        record.letters += letters as i64;
    }
    let mut theirs = BTreeMap::<Option<CaseId>, Vec<i64>>::new();
    for (message, case) in &scope.messages {
        theirs.entry(*case).or_default().push(*message);
        record.messages += 1;
    }
    for message in theirs.get(&None).into_iter().flatten() {
        record.letters += erase::message(&mut tx, *message, now).await? as i64;
    }
    if let Some(address) = &scope.address {
        for case in &scope.parts {
            let row = store::case::by_id(&mut tx, *case).await?;
            store::lock_landlord(&mut tx, &row.landlord).await?;
            let messages = theirs.get(&Some(*case)).map_or(&[][..], Vec::as_slice);
            record.letters += erase::party(&mut tx, *case, address, messages, by, why, now).await? as i64;
            join::remember(&mut tx, works.in_force().house(&row.landlord)?, &row).await?;
        }
        record.letters += erase::letters_to(&mut tx, address).await? as i64;
    }
    erase::record(&mut tx, &record).await?;
    tx.commit("erase").await?;
    let clean = works.db.scrub().await?;
    Ok((scope, record, clean))
}

/// Shows later whether this was what an order named, to whoever has the store: an address alone could be guessed from a plain digest.
fn digest(works: &Works, what: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(works.secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(what.trim().to_lowercase().as_bytes());
    hex(&mac.finalize().into_bytes())
}
