//! Message-IDs that stored messages answer and that have not come yet: mail of one thread can arrive in any order.

use super::column::key;
use super::db::Tx;
use super::error::Result;

statements! {
    ADD = "INSERT INTO awaited (landlord, value, message_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    BY = "SELECT message_id FROM awaited WHERE landlord = $1 AND value = $2 ORDER BY message_id";
    CAME = "DELETE FROM awaited WHERE landlord = $1 AND value = $2";
}

/// Notes that a message answers one that is not here.
pub async fn add(tx: &mut Tx, landlord: &str, answered: &str, message: i64) -> Result<()> {
    on!(tx, run(ADD, landlord, &*key(answered), message)).map(drop)
}

/// The messages that wait for one.
pub async fn by(tx: &mut Tx, landlord: &str, message_id: &str) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = on!(tx, all(BY, landlord, &*key(message_id)))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// It has come: nobody waits for it any more.
pub async fn came(tx: &mut Tx, landlord: &str, message_id: &str) -> Result<()> {
    on!(tx, run(CAME, landlord, &*key(message_id))).map(drop)
}
