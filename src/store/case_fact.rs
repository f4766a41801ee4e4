//! What reports tell cases apart by: the contractor who passed it on, the ward, the tenure. One value each, nobody's words.

use super::column::text;
use super::db::Tx;
use super::error::Result;
use crate::model::case::CaseId;

statements! {
    SET = "INSERT INTO case_fact (case_id, what, value) VALUES ($1, $2, $3) ON CONFLICT (case_id, what) DO UPDATE SET value = $3";
    OF_CASE = "SELECT what, value FROM case_fact WHERE case_id = $1 ORDER BY what";
}

/// With a message's number behind it: the working days for which a firm kept that message, and the firm ("4 Axis Repairs").
pub const KEPT_BY_FIRM: &str = "contractor_kept.";

/// Sets a fact of a case, in place of what was there.
pub async fn set(tx: &mut Tx, case_id: CaseId, what: &str, value: &str) -> Result<()> {
    on!(tx, run(SET, case_id, what, &*text(value))).map(drop)
}

/// A case's facts, by name.
pub async fn of_case(tx: &mut Tx, case_id: CaseId) -> Result<Vec<(String, String)>> {
    on!(tx, all(OF_CASE, case_id))
}
