//! The parties to a case: the resident, representatives, and those whom a person added.

use super::column::{key, text};
use super::db::Tx;
use super::error::Result;
use crate::model::address::{Address, Party};
use crate::model::case::CaseId;
use crate::model::keys::folded_name;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub case_id: CaseId,
    pub resident: bool,
    pub name: Option<String>,
    pub email: Option<Address>,
    pub platform_id: Option<String>,
}

statements! {
    ADD = "INSERT INTO case_party (case_id, landlord, resident, name, folded_name, email, platform_id) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SET_RESIDENT = "UPDATE case_party SET name = $2, folded_name = $3, email = $4, platform_id = $5 WHERE case_id = $1 AND resident";
    COPY = "INSERT INTO case_party (case_id, landlord, resident, name, folded_name, email, platform_id)
        SELECT $2, p.landlord, FALSE, p.name, p.folded_name, p.email, p.platform_id FROM case_party AS p WHERE p.case_id = $1
        AND NOT EXISTS (SELECT 1 FROM case_party AS q WHERE q.case_id = $2 AND (q.email = p.email OR q.platform_id = p.platform_id
            OR p.email IS NULL AND p.platform_id IS NULL AND q.name = p.name)) RETURNING id";
    REMOVE = "DELETE FROM case_party WHERE id = $1 AND NOT resident";
    OF_RESIDENT = "SELECT DISTINCT p.case_id FROM case_party AS p JOIN case_party AS r ON r.email = p.email AND r.resident AND r.case_id = $1
        WHERE p.landlord = r.landlord AND p.resident ORDER BY p.case_id";
    OF_CASES = "SELECT case_id, resident, name, email, platform_id FROM case_party WHERE case_id IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY id";
}

/// Adds a party. Whoever is one already, by address, platform id or (having neither) name, is not added again.
pub async fn add(tx: &mut Tx, case_id: CaseId, landlord: &str, new: &Party) -> Result<()> {
    let known = of_cases(tx, [case_id; 8]).await?.iter().any(|p| {
        let by_email = new.email.is_some() && p.email == new.email;
        let by_id = new.id.is_some() && p.platform_id.as_deref() == new.id.as_deref().map(key).as_deref();
        let by_name = new.email.is_none() && new.id.is_none() && p.name.as_deref() == new.name.as_deref().map(text).as_deref();
        by_email || by_id || by_name
    });
    if known || new.is_empty() { Ok(()) } else { insert(tx, case_id, landlord, false, new).await }
}

pub(super) async fn add_resident(tx: &mut Tx, case_id: CaseId, landlord: &str, resident: &Party) -> Result<()> {
    insert(tx, case_id, landlord, true, resident).await
}

/// Makes the parties of one case parties to another that does not have them. Returns the rows that were added.
pub async fn copy(tx: &mut Tx, from: CaseId, into: CaseId) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = on!(tx, all(COPY, from, into))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes a party out of its case again.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    on!(tx, run(REMOVE, id)).map(drop)
}

/// Replaces what is known of the resident (a new address, a name that was missing).
pub async fn set_resident(tx: &mut Tx, case_id: CaseId, resident: &Party) -> Result<()> {
    let (name, folded, id) = columns(resident);
    on!(tx, run(SET_RESIDENT, case_id, name, folded, &resident.email, id)).map(drop)
}

async fn insert(tx: &mut Tx, case_id: CaseId, landlord: &str, resident: bool, party: &Party) -> Result<()> {
    let (name, folded, id) = columns(party);
    on!(tx, run(ADD, case_id, landlord, resident, name, folded, &party.email, id)).map(drop)
}

/// Name, folded name and platform id as they are stored.
fn columns(party: &Party) -> (Option<String>, Option<String>, Option<String>) {
    let name = party.name.as_deref().map(|n| text(n).into_owned());
    let folded = party.name.as_deref().map(folded_name).filter(|f| !f.is_empty()).map(|f| key(&f).into_owned());
    (name, folded, party.id.as_deref().map(|id| key(id).into_owned()))
}

/// The cases of the same resident, by address, this one among them where it has one.
pub async fn of_resident(tx: &mut Tx, case_id: CaseId) -> Result<Vec<CaseId>> {
    let rows: Vec<(CaseId,)> = on!(tx, all(OF_RESIDENT, case_id))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The parties of up to eight cases, in the order in which they were added.
pub(super) async fn of_cases(tx: &mut Tx, ids: [CaseId; 8]) -> Result<Vec<Row>> {
    let [a, b, c, d, e, f, g, h] = ids;
    on!(tx, all(OF_CASES, a, b, c, d, e, f, g, h))
}
