//! For `doctor` and `reconcile`: what would go wrong with a mailbox, and what is in it.

use super::Account;
use super::fetch::list_from;
use super::session::Session;
use super::trouble::Trouble;
use crate::config::After;
use crate::model::finding::Finding;
use crate::tls::Mode;
use jiff::Timestamp;

/// A message on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub uidvalidity: u32,
    pub uid: u32,
    pub received_at: Option<Timestamp>,
    pub size: Option<usize>,
}

/// Everything that lies in the folder now, by ascending UID. Reads only.
pub async fn list(account: &Account) -> Result<Vec<Listed>, Trouble> {
    let mut session = Session::open(account).await?;
    let folder = session.enter(&account.folder, false).await?;
    let found = list_from(&mut session, 0).await?;
    session.close().await;
    let listed = |e: super::fetch::Entry| Listed { uidvalidity: folder.uidvalidity, uid: e.uid, received_at: e.received_at, size: e.size };
    Ok(found.into_iter().map(listed).collect())
}

/// Goes the way that `run` goes, changes nothing, and says what it met.
pub async fn probe(account: &Account) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(trouble) = walk(account, &mut findings).await {
        findings.push(Finding::wrong(trouble.to_string()));
    }
    findings
}

async fn walk(account: &Account, findings: &mut Vec<Finding>) -> Result<(), Trouble> {
    let mut session = Session::open(account).await?;
    findings.push(Finding::fine(match account.endpoint.tls {
        Mode::Implicit => "reached with TLS, and logged in",
        Mode::Starttls => "reached with STARTTLS, and logged in",
        Mode::None => "reached without TLS on this machine, and logged in",
    }));
    if session.can("IDLE") {
        findings.push(Finding::fine("the server says at once when mail comes (IDLE)"));
    } else {
        let says = format!("the server has no IDLE: new mail is seen every {} seconds (`poll`)", account.poll.as_secs());
        findings.push(Finding::warning(says));
    }
    let folder = session.enter(&account.folder, false).await?;
    findings.push(Finding::fine(format!("the folder opens; {} messages lie in it", folder.exists)));
    match &account.after {
        After::Nothing => {}
        After::Move(_) if !session.can("MOVE") && !session.can("UIDPLUS") => {
            findings.push(Finding::warning(
                "the server has neither MOVE nor UIDPLUS: `after` copies the messages and leaves the originals marked as deleted",
            ));
        }
        After::Move(target) => match session.enter(target, false).await {
            Ok(_) => findings.push(Finding::fine("the folder that `after` names opens")),
            Err(Trouble::NoFolder) => findings.push(Finding::warning("the folder that `after` names is not there yet: it will be made")),
            Err(trouble) => return Err(trouble),
        },
        After::Flag(flag) => {
            // EXAMINE promises no flags (RFC 9051 §6.3.3): only SELECT tells, which takes \Recent away and nothing else.
            let folder = session.enter(&account.folder, true).await?;
            let kept = folder.permanent_flags.iter().any(|known| known.eq_ignore_ascii_case(flag) || known == "\\*");
            if folder.read_only {
                findings.push(Finding::wrong("the account may only read this folder: `after` cannot be done"));
            } else if !kept && !folder.permanent_flags.is_empty() {
                findings.push(Finding::warning("the server does not keep the flag that `after` names: use `move:FOLDER`"));
            }
        }
    }
    session.close().await;
    Ok(())
}
