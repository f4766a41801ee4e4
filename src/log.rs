//! Every operator event, named once: the whole log vocabulary on one page. An event carries names of sources, row numbers, case
//! references and counts. It never carries an address, a name, a subject or a body (promise 9), nor the error text of a library that may
//! quote its buffer: causes are words of our own.

use std::fmt::Display;
use tracing::{error, info, warn};

pub fn started(version: &str, store: &str, sources: usize) {
    info!(target: "postroom", event = "started", version, store, sources, "Postroom is running");
}

pub fn stopping() {
    info!(target: "postroom", event = "stopping", "stopping: finishing what is in hand");
}

pub fn stopped() {
    info!(target: "postroom", event = "stopped", "stopped");
}

pub fn source_connected(source: &str) {
    info!(target: "postroom", event = "source.connected", source, "source is reached");
}

pub fn source_failed(source: &str, cause: &dyn Display, retry_in_s: f64) {
    warn!(target: "postroom", event = "source.failed", source, cause = %cause, retry_in_s, "source cannot be reached, trying again");
}

/// Something about a source that an operator should see to, and that stops nothing.
pub fn source_advice(source: &str, says: &str) {
    warn!(target: "postroom", event = "source.advice", source, says, "something about a source wants looking at");
}

pub fn taken(source: &str, new: usize, again: usize) {
    info!(target: "postroom", event = "taken", source, new, again, "messages committed");
}

/// A call to a webhook or a form. Who called is not said: an address is personal data.
pub fn turned_away(source: &str, why: &str) {
    warn!(target: "postroom", event = "call.turned_away", source, why, "a call was turned away");
}

pub fn decided(message: i64, kind: &str, reply: &str, reference: Option<&str>) {
    info!(target: "postroom", event = "decided", message, kind, reply, reference, "message decided");
}

pub fn set_aside(message: i64, cause: &str) {
    error!(target: "postroom", event = "set_aside", message, cause, "message could not be decided and waits for a person");
}

pub fn work_failed(work: &str, cause: &dyn Display, retry_in_s: f64) {
    error!(target: "postroom", event = "work.failed", work, cause = %cause, retry_in_s, "work failed, trying again");
}

pub fn letter(item: i64, state: &str, attempt: i64, code: Option<u16>) {
    info!(target: "postroom", event = "letter", item, state, attempt, code, "letter's state changed");
}

pub fn courier_blocked(cause: &str) {
    error!(target: "postroom", event = "courier.blocked", cause, "the mail server refuses us, not the letter: letters wait");
}

pub fn held(recipient_count: i64, case: Option<&str>) {
    warn!(target: "postroom", event = "letter.held", recipient_count, case, "letter held for a person: the day's ceiling is reached");
}

pub fn rescued(count: u64) {
    warn!(target: "postroom", event = "rescued", count, "letters whose sending was cut off are marked unknown");
}

pub fn duty_warned(duty: i64, kind: &str, due: &str, level: &str) {
    warn!(target: "postroom", event = "duty.warned", duty, kind, due, level, "a promise falls due");
}

pub fn calendar_ends(division: &str, last_day: &str) {
    warn!(target: "postroom", event = "calendar.ends", division, last_day, "the calendar ends before a due date: bank holidays after it are not known");
}

pub fn rules_in_force(digest: &str, changed: bool) {
    info!(target: "postroom", event = "rules.in_force", digest, changed, "rules were read again and are in force");
}

/// The fault's own words stay out: they may quote an address of a policy file. `postroom check` and the desk show them.
pub fn rules_refused(layer: &str, faults: usize, file: &str, line: usize, column: usize) {
    error!(target: "postroom", event = "rules.refused", layer, faults, file, line, column, "rule files are faulty: those read before stay in force");
}

pub fn nothing_to_reload() {
    warn!(target: "postroom", event = "rules.none", "asked to read the rules again, but the configuration names no folder with `rules`");
}

pub fn shadow_begins(digest: &str) {
    info!(target: "postroom", event = "shadow", digest, "a candidate runs beside the rules in force");
}

pub fn swept(gone: u64) {
    info!(target: "postroom", event = "retention", gone, "what the policies keep no longer was erased");
}

/// Other bytes under a place that was taken: a web form that gives two submissions one id.
pub fn id_reused(source: &str) {
    warn!(target: "postroom", event = "id_reused", source, "another message came under an id that was used before: both are kept");
}

/// Many people complain under one post. Which post is not said: an id of a platform may be a person's.
pub fn pile_on(source: &str, people: usize) {
    warn!(target: "postroom", event = "pile_on", source, people, "many people complain under one post");
}

pub fn source_silent(source: &str, why: &str) {
    error!(target: "postroom", event = "source.silent", source, why, "a platform may not call us any more: what is written there may be missed");
}

/// Of a system that is away: once when it begins, not at every try.
pub fn events_stuck(landlord: &str, code: Option<u16>, position: i64) {
    error!(target: "postroom", event = "events.stuck", landlord, code, position, "the case system does not take events: they wait, and are tried again");
}

pub fn events_flow(landlord: &str) {
    info!(target: "postroom", event = "events.flow", landlord, "the case system takes events again");
}

pub fn event_refused(landlord: &str, why: &str) {
    warn!(target: "postroom", event = "event.refused", landlord, why, "something that a case system told us was not taken");
}

pub fn panicked(place: &str) {
    error!(target: "postroom", event = "panicked", place, "a fault of Postroom: please report its place");
}
