//! The store's own facts: its instance id, the secret of its tokens, and the like. A value is written once and stays.

use super::db::Tx;
use super::error::Result;

statements! {
    KEEP = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    READ = "SELECT value FROM meta WHERE key = $1";
}

/// The stored value, if there is one.
pub async fn read(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = on!(tx, maybe(READ, key))?;
    Ok(row.map(|(value,)| value))
}

/// The stored value; `fresh` is stored, and returned, when there is none yet. Several daemons that start at once agree on one.
pub async fn read_or_keep(tx: &mut Tx, key: &str, fresh: &str) -> Result<String> {
    on!(tx, run(KEEP, key, fresh))?;
    let (value,): (String,) = on!(tx, one(READ, key))?;
    Ok(value)
}
