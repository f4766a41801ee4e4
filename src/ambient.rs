//! Time and randomness: the one door by which either enters. Tests hand out a clock that they move.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the time and random bytes come from. Cheap to clone; clones share a moved clock.
#[derive(Clone, Debug)]
pub struct Ambient {
    moved: Option<Arc<Mutex<Timestamp>>>,
    ahead: SignedDuration,
}

impl Ambient {
    /// The system's clock. `POSTROOM_CLOCK_AHEAD` (a duration such as `168h` or `20m`) sets it ahead: for tests of the whole program only,
    /// as `POSTROOM_FAULT` is.
    pub fn system() -> Ambient {
        let ahead = std::env::var("POSTROOM_CLOCK_AHEAD").ok().and_then(|text| text.parse().ok());
        Ambient { moved: None, ahead: ahead.unwrap_or(SignedDuration::ZERO) }
    }

    /// A clock that stands at `start` until it is moved.
    pub fn at(start: Timestamp) -> Ambient {
        Ambient { moved: Some(Arc::new(Mutex::new(start))), ahead: SignedDuration::ZERO }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn now(&self) -> Timestamp {
        match &self.moved {
            Some(held) => *held.lock().unwrap_or_else(PoisonError::into_inner),
            None => Timestamp::now() + self.ahead,
        }
    }

    /// Moves a held clock; a system clock is not ours to move, and stays.
    pub fn set(&self, to: Timestamp) {
        if let Some(held) = &self.moved {
            *held.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now() + by);
    }

    /// Random bytes from the operating system.
    ///
    /// # Panics
    /// When the operating system has none to give: nothing that needs an unguessable token may go on without.
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}
