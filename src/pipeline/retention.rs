//! How long personal data is kept: the policy's periods, looked at once a day. No period, which is the default, keeps for ever.

use super::{House, Result, Works};
use crate::model::calendar::{at_local, local_day};
use crate::store::{self, erase};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

/// Cases or messages in one transaction: intake waits meanwhile.
const AT_ONCE: i64 = 100;

/// Who erases by the policy, in the journal and the record of erasures.
const WHO: &str = "postroom";

/// Erases what every landlord's policy keeps no longer. Answers how many cases and messages, or raws, went.
///
/// # Errors
/// When the store does not answer. What was erased is recorded as such.
pub async fn sweep(works: &Works) -> Result<u64> {
    let in_force = works.in_force();
    let mut gone = 0;
    for house in in_force.landlords.values() {
        gone += sweep_house(works, house).await?;
    }
    if gone > 0 {
        works.db.scrub().await?;
    }
    Ok(gone)
}

async fn sweep_house(works: &Works, house: &House) -> Result<u64> {
    let (now, keeps) = (works.ambient.now(), &house.policy.retention);
    let today = local_day(now);
    let mut all = 0;
    if let Some(before) = keeps.case_months.and_then(|m| months_ago(today, m)) {
        loop {
            let mut tx = works.db.write(Some(&house.id)).await?;
            let cases = erase::old_cases(&mut tx, &house.id, before, AT_ONCE).await?;
            let mut record = blank(now, "case_months");
            for case in &cases {
                let (messages, letters) = erase::case(&mut tx, *case, WHO, &record.why, now).await?;
                record.cases += 1;
                record.messages += messages as i64;
                record.letters += letters as i64;
            }
            all += finish(tx, &record).await?;
            if cases.is_empty() {
                break;
            }
        }
    }
    for (months, unwanted, name) in [(keeps.not_complaint_months, false, "not_complaint_months"), (keeps.spam_months, true, "spam_months")]
    {
        let Some(before) = months.and_then(|m| months_ago(today, m)) else { continue };
        loop {
            let mut tx = works.db.write(Some(&house.id)).await?;
            let messages = erase::old_mail(&mut tx, &house.id, before, unwanted, AT_ONCE).await?;
            let mut record = blank(now, name);
            for message in &messages {
                record.letters += erase::message(&mut tx, *message, now).await? as i64;
                record.messages += 1;
            }
            all += finish(tx, &record).await?;
            if messages.is_empty() {
                break;
            }
        }
    }
    if let Some(before) = keeps.raw_months.and_then(|m| months_ago(today, m)) {
        let mut tx = works.db.write(Some(&house.id)).await?;
        let mut record = blank(now, "raw_months");
        record.messages = erase::old_raws(&mut tx, &house.id, before).await? as i64;
        all += finish(tx, &record).await?;
    }
    Ok(all)
}

fn blank(at: Timestamp, period: &str) -> erase::Record {
    let (who, why) = (WHO.to_owned(), format!("the policy's retention.{period}"));
    erase::Record { at, who, why, what: "retention".into(), digest: String::new(), cases: 0, messages: 0, letters: 0 }
}

/// Nothing gone is nothing to write down.
async fn finish(mut tx: store::Tx, record: &erase::Record) -> Result<u64> {
    let gone = u64::try_from(record.cases + record.messages).unwrap_or(0);
    if gone > 0 {
        erase::record(&mut tx, record).await?;
        tx.commit("erase").await?;
    }
    Ok(gone)
}

/// The first instant of the day so many months ago.
fn months_ago(today: Date, months: u32) -> Option<Timestamp> {
    let day = today.checked_sub(i64::from(months).months()).ok()?;
    Some(at_local(day, Time::midnight()))
}
