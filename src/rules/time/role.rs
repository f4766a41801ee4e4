//! What a time is about.

use super::{Role, Time};
use crate::rules::tokens::Tokens;

/// What a time is about, from the words of its sentence.
pub fn role(tokens: &Tokens, time: &Time) -> Role {
    if time.future {
        return Role::Future;
    }
    let sentence = &tokens.sentences[tokens.all[time.tokens.start].sentence as usize].0;
    let near = |i: &usize| *i + 9 > time.tokens.start && *i < time.tokens.end + 7;
    let words: Vec<&str> = sentence.clone().filter(near).map(|i| tokens.norm(i)).collect();
    let after = |n: usize| if time.tokens.end + n < sentence.end { tokens.norm(time.tokens.end + n) } else { "" };
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let life = [
        "lived",
        "living",
        "tenant",
        "tenants",
        "resident",
        "residents",
        "tenancy",
        "married",
        "worked",
        "aged",
        "born",
        "paying",
        "paid",
        "neighbour",
        "moved",
    ];
    if after(0) == "old"
        || (time.days_ago.0 >= 180
            && has(&life)
            && !has(&["leak", "leaking", "broken", "mould", "damp", "waiting", "reported", "complained"]))
    {
        return Role::Life;
    }
    let contact = [
        "rang",
        "ring",
        "called",
        "call",
        "calls",
        "phoned",
        "phone",
        "email",
        "emailed",
        "reported",
        "report",
        "wrote",
        "written",
        "told",
        "spoke",
        "spoken",
        "asked",
        "said",
        "visited",
        "visit",
        "letter",
        "appointment",
        "complained",
        "complaint",
        "promised",
        "chased",
        "contacted",
        "messaged",
        "texted",
        "came",
        "replied",
        "answered",
    ];
    if has(&contact) { Role::Contact } else { Role::Onset }
}
