//! What an outage has left behind (Code 8.5: who cannot comply tells the Ombudsman and the residents, and from when they can again): how long each
//! way in has been silent, what was taken in and not yet read, and whose acknowledgement is at risk.

use crate::model::calendar::{end_of, local_day, london, written_out};
use crate::model::duty::DutyKind;
use crate::pipeline::{House, Result};
use crate::store::{self, Tx};
use jiff::Timestamp;

/// Working days ahead in which an acknowledgement that is still owed counts as at risk.
const RISK_DAYS: u32 = 2;

pub struct Gap {
    pub now: Timestamp,
    /// Each way in, and the end of its last round that went well.
    pub sources: Vec<(String, Option<Timestamp>)>,
    /// Taken in and not yet decided, over all landlords, and since when the oldest waits.
    pub undecided: i64,
    pub oldest: Option<Timestamp>,
    /// Letters that wait to leave.
    pub unsent: usize,
    /// Acknowledgements still owed that fall due soon, or are late: the case, or the message.
    pub at_risk: Vec<(String, Timestamp, bool)>,
}

/// # Errors
/// A store that does not answer.
pub async fn gather(tx: &mut Tx, house: &House, sources: &[String], now: Timestamp) -> Result<Gap> {
    let mut polled = Vec::new();
    for name in sources {
        polled.push((name.clone(), store::source::read_cursor(tx, name).await?.and_then(|c| c.last_success)));
    }
    let soon = end_of(house.calendar.after(local_day(now), RISK_DAYS));
    let mut at_risk = Vec::new();
    for duty in store::duty::open(tx, Some(&house.id), soon, i64::MAX).await?.into_iter().filter(|d| d.kind == DutyKind::Acknowledge) {
        let of = match (duty.case_id, duty.message_id) {
            (Some(case), _) => store::case::by_id(tx, case).await?.reference.0,
            (None, message) => format!("message {}", message.unwrap_or_default()),
        };
        at_risk.push((of, duty.due_at, now > duty.due_at));
    }
    let mut unsent = 0;
    for state in ["queued", "deferred", "sending", "unknown"] {
        let filter = store::outbox_list::Filter { state: Some(state.into()), landlord: Some(house.id.clone()), ..Default::default() };
        unsent += store::outbox_list::list(tx, &filter, 0, i64::MAX).await?.len();
    }
    let undecided = store::counts::messages(tx).await?.into_iter().find(|(state, _)| state == "received").map_or(0, |(_, n)| n);
    let oldest = store::counts::oldest_undecided(tx).await?;
    Ok(Gap { now, sources: polled, undecided, oldest, unsent, at_risk })
}

impl Gap {
    /// Lines for an officer, and for the letter that they write to the Ombudsman. No names, no addresses.
    pub fn lines(&self) -> Vec<String> {
        let when = |at: Timestamp| format!("{} at {}", written_out(local_day(at)), at.to_zoned(london()).strftime("%H:%M"));
        let mut out = vec![format!("How things stand on {}.", when(self.now)), String::new(), "Last read".into()];
        for (name, last) in &self.sources {
            out.push(match last {
                Some(at) => format!("  {name}: {}, {} hours ago", when(*at), (self.now.as_second() - at.as_second()) / 3600),
                None => format!("  {name}: never"),
            });
        }
        let oldest = self.oldest.map(|at| format!(", the oldest since {}", when(at))).unwrap_or_default();
        out.extend([String::new(), format!("Taken in and not yet decided: {}{oldest}", self.undecided)]);
        out.push(format!("Letters that wait to leave: {}", self.unsent));
        out.extend([String::new(), format!("Acknowledgements owed within two working days, or late: {}", self.at_risk.len())]);
        for (of, due, late) in &self.at_risk {
            out.push(format!("  {of}: {} {}", if *late { "late since" } else { "by" }, written_out(local_day(*due))));
        }
        out
    }
}
