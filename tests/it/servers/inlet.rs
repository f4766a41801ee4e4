//! An inlet that keeps everything in memory and says in what order it was asked.

use postroom::source::{Arrival, Cursor, Inlet, NotCommitted};
use std::sync::{Arc, Mutex};

#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    arrivals: Vec<Arrival>,
    takes: usize,
    cursor: Option<Cursor>,
    reached: usize,
    refuse: bool,
    turned_away: Vec<&'static str>,
}

impl Memory {
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.0.lock().unwrap().arrivals.clone()
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap().arrivals.len()
    }

    pub fn takes(&self) -> usize {
        self.0.lock().unwrap().takes
    }

    pub fn reached(&self) -> usize {
        self.0.lock().unwrap().reached
    }

    pub fn cursor_now(&self) -> Option<Cursor> {
        self.0.lock().unwrap().cursor
    }

    pub fn turned_away(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().turned_away.clone()
    }

    pub fn refuse(&self, yes: bool) {
        self.0.lock().unwrap().refuse = yes;
    }
}

impl Inlet for Memory {
    async fn take(&self, _source: &str, arrivals: Vec<Arrival>) -> Result<(), NotCommitted> {
        let mut state = self.0.lock().unwrap();
        state.takes += 1;
        if state.refuse {
            return Err(NotCommitted);
        }
        for arrival in arrivals {
            // A stand-in for what the store does: the same place, or the same bytes where there are any.
            let same = |known: &Arrival| known.place == arrival.place || (!arrival.bytes.is_empty() && known.bytes == arrival.bytes);
            if !state.arrivals.iter().any(same) {
                state.arrivals.push(arrival);
            }
        }
        Ok(())
    }

    async fn cursor(&self, _source: &str) -> Result<Option<Cursor>, NotCommitted> {
        Ok(self.0.lock().unwrap().cursor)
    }

    async fn set_cursor(&self, _source: &str, cursor: Cursor) -> Result<(), NotCommitted> {
        self.0.lock().unwrap().cursor = Some(cursor);
        Ok(())
    }

    async fn reached(&self, _source: &str) -> Result<(), NotCommitted> {
        self.0.lock().unwrap().reached += 1;
        Ok(())
    }

    fn turned_away(&self, _source: &str, why: &'static str) {
        self.0.lock().unwrap().turned_away.push(why);
    }
}
