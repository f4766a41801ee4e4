//! What is done to messages on the server once they are committed here. Safe to repeat: a crash may come between any two steps.

use super::fetch::uid_set;
use super::names::folder_argument;
use super::session::Session;
use super::trouble::Trouble;
use crate::config::After;

pub async fn after(session: &mut Session, after: &After, uids: &[u32]) -> Result<(), Trouble> {
    let set = uid_set(uids);
    match after {
        After::Nothing => Ok(()),
        _ if set.is_empty() => Ok(()),
        After::Flag(flag) => session.command(&format!("UID STORE {set} +FLAGS.SILENT ({flag})"), |_| {}).await,
        After::Move(folder) => {
            let folder = folder_argument(folder)?;
            match put(session, &set, &folder).await {
                Err(Trouble::TryCreate) => {
                    session.command(&format!("CREATE {folder}"), |_| {}).await?;
                    put(session, &set, &folder).await
                }
                other => other,
            }
        }
    }
}

async fn put(session: &mut Session, set: &str, folder: &str) -> Result<(), Trouble> {
    if session.can("MOVE") {
        return session.command(&format!("UID MOVE {set} {folder}"), |_| {}).await;
    }
    session.command(&format!("UID COPY {set} {folder}"), |_| {}).await?;
    session.command(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"), |_| {}).await?;
    // Without UIDPLUS only a plain EXPUNGE is left, which would take away what others marked as deleted: then the mark has to do.
    if session.can("UIDPLUS") {
        session.command(&format!("UID EXPUNGE {set}"), |_| {}).await?;
    }
    Ok(())
}
