//! Which cases a message may belong to: each key is looked up, and says what it speaks for (model::keys).

use super::case;
use super::column::{at, key};
use super::db::Tx;
use super::error::Result;
use crate::model::case::{Case, CaseId};
use crate::model::decision::{Candidate, Evidence};
use crate::model::keys::Keys;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

statements! {
    OF_PERSON = "SELECT p.case_id FROM case_party AS p JOIN cases AS c ON c.id = p.case_id
        JOIN case_party AS r ON r.case_id = p.case_id AND r.resident AND r.email IS NULL AND r.platform_id IS NOT NULL
        WHERE p.platform_id = $1 AND p.landlord = $2 AND c.stage IN ('stage1', 'responded', 'stage2') ORDER BY p.case_id DESC LIMIT 1";
    /// All keys in one round trip. `+ 0` keeps both planners from walking all cases backwards by an index of case_id until the LIMIT is
    /// reached, instead of looking the few values up.
    FIND = "SELECT 'token' AS what, token AS value, id AS case_id FROM cases WHERE landlord = $1 AND token IN ($2, $3, $4, $5)
        UNION ALL SELECT 'reference', reference, id FROM cases WHERE landlord = $1 AND reference IN ($6, $7, $8, $9)
        UNION ALL SELECT * FROM (SELECT 'address', email, case_id FROM case_party
            WHERE landlord = $1 AND email IN ($10, $11, $12, $13) ORDER BY case_id + 0 DESC LIMIT 50) AS addresses
        UNION ALL SELECT * FROM (SELECT 'person', platform_id, case_id FROM case_party
            WHERE landlord = $1 AND platform_id IN ($14, $15, $16, $17) ORDER BY case_id + 0 DESC LIMIT 50) AS people
        UNION ALL SELECT * FROM (SELECT 'name', p.folded_name, p.case_id FROM case_party AS p JOIN cases AS c ON c.id = p.case_id
            WHERE p.landlord = $1 AND p.folded_name IN ($18, $19, $20, $21)
            AND (c.stage_at >= $22 OR EXISTS (SELECT 1 FROM case_event AS e WHERE e.case_id = c.id AND e.at >= $22))
            ORDER BY p.case_id + 0 DESC LIMIT 50) AS names
        UNION ALL SELECT 'ours', message_id, case_id FROM outbox
            WHERE landlord = $1 AND case_id IS NOT NULL AND message_id IN ($23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
        UNION ALL SELECT * FROM (SELECT what, value, case_id FROM case_key
            WHERE landlord = $1 AND value IN ($23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
            ORDER BY case_id + 0 DESC LIMIT 100) AS keys";
}

/// A name alone leads to cases that changed within this time and to no older ones.
const NAME_REACH: SignedDuration = SignedDuration::from_hours(24 * 365);

/// The landlord's cases that the keys lead to, newest first, each with its evidence, strongest first. At most some fifty for each key: a
/// councillor's address may be a party to hundreds, and only the latest can be meant.
pub async fn find(tx: &mut Tx, landlord: &str, keys: &Keys, now: Timestamp) -> Result<Vec<Candidate>> {
    let mut found = BTreeMap::<CaseId, BTreeSet<Evidence>>::new();
    let rows = look_up(tx, landlord, keys, now).await?;
    // A conversation counts only among the cases of the person who writes: under one post many people speak.
    let theirs: BTreeSet<CaseId> = rows.iter().filter(|(what, ..)| what == "person").map(|&(.., case)| case).collect();
    let among = |list: &[String], value: &str| list.iter().any(|k| key(k) == value);
    for (what, value, case) in rows {
        let both = [
            match what.as_str() {
                "token" => Some(Evidence::ReplyAddress),
                "ours" if among(&keys.message_ids, &value) => Some(Evidence::OurMessageId),
                "theirs" if among(&keys.message_ids, &value) => Some(Evidence::References),
                "reference" if among(&keys.references_subject, &value) => Some(Evidence::ReferenceInSubject),
                "thread" if among(&keys.thread_roots, &value) => Some(Evidence::ThreadRoot),
                "address" | "person" => Some(Evidence::SameSender),
                "name" => Some(Evidence::SameName),
                "conversation" if among(&keys.conversations, &value) && theirs.contains(&case) => Some(Evidence::SameConversation),
                _ => None,
            },
            (what == "reference" && among(&keys.references_body, &value)).then_some(Evidence::ReferenceInBody),
        ];
        if both.iter().any(Option::is_some) {
            found.entry(case).or_default().extend(both.into_iter().flatten());
        }
    }
    lead_on(tx, &mut found).await?;
    let ids: Vec<CaseId> = found.keys().rev().copied().collect();
    let cases = case::load_all(tx, &ids).await?;
    Ok(cases.into_iter().map(|case| Candidate { evidence: found.remove(&case.id).into_iter().flatten().collect(), case }).collect())
}

/// The latest open case to which this account of a platform is a party, and whose resident is known by no address yet.
pub async fn of_person(tx: &mut Tx, landlord: &str, platform_id: &str) -> Result<Option<Case>> {
    let row: Option<(CaseId,)> = on!(tx, maybe(OF_PERSON, &*key(platform_id), landlord))?;
    match row {
        Some((id,)) => case::load(tx, id).await.map(Some),
        None => Ok(None),
    }
}

/// What leads to a case that a person merged leads to the one that it was merged into.
async fn lead_on(tx: &mut Tx, found: &mut BTreeMap<CaseId, BTreeSet<Evidence>>) -> Result<()> {
    loop {
        let ids: Vec<CaseId> = found.keys().copied().collect();
        let merged = case::leads_on(tx, &ids).await?;
        if merged.is_empty() {
            return Ok(());
        }
        for (from, into) in merged {
            let evidence = found.remove(&from).unwrap_or_default();
            found.entry(into).or_default().extend(evidence);
        }
    }
}

/// Every hit: what the key is, its value as stored, and the case. One round trip, unless there are more keys than the statement has room for.
async fn look_up(tx: &mut Tx, landlord: &str, keys: &Keys, now: Timestamp) -> Result<Vec<(String, String, CaseId)>> {
    let stored = |list: &[String]| -> Vec<String> { list.iter().map(|k| key(k).into_owned()).collect() };
    let tokens = stored(&keys.tokens);
    let references = stored(&[&keys.references_subject[..], &keys.references_body].concat());
    let addresses: Vec<String> = keys.addresses.iter().map(|a| key(a.as_str()).into_owned()).collect();
    let (people, names) = (stored(&keys.people), stored(&keys.names));
    let values = stored(&[&keys.message_ids[..], &keys.thread_roots, &keys.conversations].concat());
    let rounds = [&tokens, &references, &addresses, &people, &names].map(|l| l.len().div_ceil(4)).into_iter().max().unwrap_or(0);
    let (long_ago, mut rows) = (at(now - NAME_REACH), Vec::new());
    for round in 0..rounds.max(values.len().div_ceil(12)) {
        let (t, r, a) = (slots::<4>(&tokens, round), slots::<4>(&references, round), slots::<4>(&addresses, round));
        let (p, n, v) = (slots::<4>(&people, round), slots::<4>(&names, round), slots::<12>(&values, round));
        let hits: Vec<(String, String, CaseId)> = on!(
            tx,
            all(
                FIND, landlord, t[0], t[1], t[2], t[3], r[0], r[1], r[2], r[3], a[0], a[1], a[2], a[3], p[0], p[1], p[2], p[3], n[0], n[1],
                n[2], n[3], long_ago, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]
            )
        )?;
        rows.extend(hits);
    }
    Ok(rows)
}

/// The values of one round, as many as the statement has slots; a missing one is NULL, which equals nothing.
fn slots<const N: usize>(list: &[String], round: usize) -> [Option<&str>; N] {
    std::array::from_fn(|i| list.get(round * N + i).map(String::as_str))
}
