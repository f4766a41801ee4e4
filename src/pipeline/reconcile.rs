//! The servers' lists beside ours: what lies there and was never taken in is unaccounted for (promise 2).

use super::receive::place;
use crate::source::reader::Reader;
use crate::store::{self, Db};
use std::collections::HashSet;

/// The places of a source that the store does not know, as the store writes places.
///
/// # Errors
/// Why the source or the store could not be asked.
pub async fn unaccounted(db: &Db, source: &str, reader: &Reader) -> Result<Vec<String>, String> {
    // The server first: what arrives between the two looks is then known rather than missing.
    let there = reader.list().await?;
    let mut tx = db.read().await.map_err(|e| e.to_string())?;
    let known: HashSet<String> =
        store::receipt::places(&mut tx, source).await.map_err(|e| e.to_string())?.into_iter().map(|p| p.place).collect();
    Ok(there.iter().map(place).filter(|p| !known.contains(p)).collect())
}
