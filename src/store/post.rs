//! Who complains under one post of a platform.

use super::column::{at, key};
use super::db::Tx;
use super::error::Result;
use crate::model::case::CaseId;
use jiff::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub case_id: CaseId,
    pub reference: String,
    /// The resident's account.
    pub person: Option<String>,
}

statements! {
    /// Of the newest cases that the post led to, those whose people wrote on social media since. Under a post of years many thousands may
    /// lie, and each comment asks this.
    COMPLAINED = "SELECT c.id AS case_id, c.reference, p.platform_id AS person
        FROM (SELECT case_id FROM case_key WHERE value = $1 AND landlord = $2 AND what = 'conversation' ORDER BY case_id DESC LIMIT 1000) AS k
        JOIN cases AS c ON c.id = k.case_id JOIN case_party AS p ON p.case_id = c.id AND p.resident
        WHERE EXISTS (SELECT 1 FROM message AS m WHERE m.case_id = c.id AND m.channel = 'social' AND m.received_at >= $3) ORDER BY c.id";
}

/// The cases of those who complained under a post since an instant, oldest case first; of the newest thousand.
pub async fn complained(tx: &mut Tx, landlord: &str, post: &str, since: Timestamp) -> Result<Vec<Row>> {
    on!(tx, all(COMPLAINED, &*key(post), landlord, at(since)))
}
