//! A mailbox read over IMAP: committed first, thanked afterwards. Observes only, unless `after` asks for a move or a flag.

mod after;
mod fetch;
mod guard;
mod names;
mod parts;
mod probe;
mod session;
mod trouble;

pub use probe::{Listed, list, probe};
pub use trouble::Trouble;

use super::{Inlet, Stop, is_stopped, stopped};
use crate::ambient::Ambient;
use crate::config::After;
use crate::log;
use crate::oauth::Login;
use crate::tls::Endpoint;
use backon::{BackoffBuilder, ExponentialBuilder};
use fetch::look;
use parts::Progress;
use session::Session;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Middleboxes forget a silent connection long before the 29 minutes of RFC 2177.
const LONGEST_IDLE: Duration = Duration::from_secs(7 * 60);
const SHORTEST_POLL: Duration = Duration::from_millis(100);
/// How often the folder is entered anew, which is when a changed UIDVALIDITY shows.
const RENEW: Duration = Duration::from_secs(5 * 60);

/// One mailbox folder, as the operator names it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The source's name in the configuration.
    pub name: String,
    pub endpoint: Endpoint,
    pub login: Login,
    pub folder: String,
    pub after: After,
    /// How often to look even when the server says nothing.
    pub poll: Duration,
    /// How long the server may be silent in the middle of an answer.
    pub patience: Duration,
    /// Mail beyond this many bytes is recorded by its header and first part, for a person to fetch by hand.
    pub max_bytes: usize,
    /// How long a message that the server refuses is asked for, before it is recorded by its header or less.
    pub give_up: Duration,
}

impl Account {
    pub const POLL: Duration = Duration::from_secs(60);
    pub const PATIENCE: Duration = Duration::from_secs(60);
    /// What the largest providers let through.
    pub const MAX_BYTES: usize = 150 << 20;
    pub const GIVE_UP: Duration = Duration::from_secs(30 * 60);
}

/// Reads the mailbox until told to stop: connects, catches up, waits for news, and begins again after any trouble.
pub async fn run<I: Inlet>(account: &Account, inlet: &I, ambient: &Ambient, mut stop: Stop) {
    let mut progress = Progress::default();
    let mut delays = delays();
    while !is_stopped(&stop) {
        let opened = tokio::select! {
            opened = Session::open(account) => opened,
            () = stopped(&mut stop) => return,
        };
        let (mut went_well, begun) = (false, Instant::now());
        let trouble = match opened {
            Ok(session) => match stay(account, inlet, ambient, session, &mut stop, &mut progress, &mut went_well).await {
                Ok(()) => return,
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        };
        // A connection that breaks at once, however well it began, is not to be opened every second.
        if went_well && begun.elapsed() > Duration::from_secs(30) {
            delays = self::delays();
        }
        let wait = delays.next().unwrap_or(LONGEST_DELAY).max(trouble.patience());
        log::source_failed(&account.name, &trouble, wait.as_secs_f64());
        tokio::select! {
            () = sleep(wait) => {}
            () = stopped(&mut stop) => return,
        }
    }
}

const LONGEST_DELAY: Duration = Duration::from_secs(300);

fn delays() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(LONGEST_DELAY)
        .with_factor(2.0)
        .with_jitter()
        .without_max_times()
        .build()
}

/// One connection's life. `Ok` when told to stop.
async fn stay<I: Inlet>(
    account: &Account,
    inlet: &I,
    ambient: &Ambient,
    mut session: Session,
    stop: &mut Stop,
    progress: &mut Progress,
    went_well: &mut bool,
) -> Result<(), Trouble> {
    loop {
        let folder = session.enter(&account.folder, account.after != After::Nothing).await?;
        let renewed = Instant::now();
        while renewed.elapsed() < RENEW {
            look(account, inlet, ambient, &mut session, folder.uidvalidity, stop, progress).await?;
            if !*went_well {
                *went_well = true;
                log::source_connected(&account.name);
            }
            if !is_stopped(stop) {
                session.wait(account.poll.clamp(SHORTEST_POLL, LONGEST_IDLE), stop).await?;
            }
            if is_stopped(stop) {
                session.close().await;
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_is_read_or_refused_in_words() {
        assert_eq!(After::parse("move:Postroom/Taken"), Ok(After::Move("Postroom/Taken".into())));
        assert_eq!(After::parse("flag:$Postroom"), Ok(After::Flag("$Postroom".into())));
        assert_eq!(After::parse("flag:\\Seen"), Ok(After::Flag("\\Seen".into())));
        for bad in ["", "delete", "move:", "flag:", "flag:a b", "flag:x\r\nA1 LOGOUT", "flag:\\deleted"] {
            assert!(After::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_not_in_what_is_printed() {
        let login = Login::Password { user: "u".into(), password: "geheim".into() };
        assert!(!format!("{login:?}").contains("geheim"));
    }
}
