//! Where the second reader doubts what the rules decided, a person looks (promise 7). A missed complaint costs far more than a needless
//! look, so that a small chance of one is enough where nobody would follow the message up.

use super::{Judged, flags};
use crate::model::decision::{Kind, Reason};
use crate::model::policy::{ReaderMode, ReaderUse};
use crate::rules::reader::Reading;
use crate::rules::{Judgement, Signals};

/// The kind that stands after the policy's word on what a person must see, and after the reader's doubts.
pub fn heed(judged: Judged, judgement: &Judgement, signals: &Signals, policy: &ReaderUse) -> Judged {
    let mut judged = doubt(judged, judgement, policy);
    if !matches!(judged.kind, Kind::Automatic | Kind::Spam) {
        let kind = judged.kind;
        let would = judgement.advised.iter().filter(|(flag, _)| flags::fits(*flag, kind, signals)).map(|(flag, chance)| {
            format!("The second reader would raise the flag {} ({:.0} in 100): check it.", flag.as_str(), 100.0 * chance)
        });
        let says: Vec<String> = judged.beside.take().into_iter().chain(would).collect();
        judged.beside = (!says.is_empty()).then(|| says.join(" "));
    }
    judged
}

fn doubt(judged: Judged, judgement: &Judgement, policy: &ReaderUse) -> Judged {
    if policy.always_review.contains(&judged.kind) {
        let says = format!("would be taken for {}, which a person always decides here", judged.kind.as_str());
        return to_person("policy.always_review", says);
    }
    let Some(reading) = judgement.reading.as_ref().filter(|_| judged.reason.is_none() && policy.mode != ReaderMode::Off) else {
        return judged;
    };
    // Where a confident reader and the rules disagree, a person looks; a reader that only advises changes nothing.
    let outright = judgement.outright.as_ref().filter(|_| policy.mode == ReaderMode::Weighs && !followed(judged.kind));
    if let Some(outright) = outright {
        let says = format!("{}, though it would be taken for {}", outright.says, judged.kind.as_str());
        return Judged { reason: Some(Reason { says, ..outright.clone() }), kind: Kind::NeedsReview, undecided: false, beside: None };
    }
    let risk = complaint(reading);
    let (best, chance) = reading.best();
    if !followed(judged.kind) && risk >= policy.doubt_about(judged.kind) {
        let says = format!("may be a complaint ({:.0} in 100), though it was taken for {}", 100.0 * risk, judged.kind.as_str());
        return match policy.mode {
            ReaderMode::Weighs => to_person("reader.doubt", says),
            _ => Judged { beside: Some(format!("The second reader says that this {says}: check it.")), ..judged },
        };
    }
    if best != judged.kind && chance * 100.0 >= f64::from(policy.sure) {
        let says = format!("The second reader takes this for {} ({:.0} in 100): check what was decided.", best.as_str(), 100.0 * chance);
        return Judged { beside: Some(says), ..judged };
    }
    judged
}

fn to_person(id: &str, says: String) -> Judged {
    Judged { kind: Kind::NeedsReview, undecided: false, reason: Some(Reason::new(id, says, Vec::new())), beside: None }
}

/// The chance that a complaint would be missed: what is only an addition is missed less dearly.
fn complaint(reading: &Reading) -> f64 {
    reading.chance(Kind::NewComplaint) + reading.chance(Kind::Stage2Request) + 0.5 * reading.chance(Kind::Addition)
}

/// Kinds after which a letter goes out or a person acts.
fn followed(kind: Kind) -> bool {
    matches!(kind, Kind::NewComplaint | Kind::Stage2Request | Kind::Addition | Kind::Ombudsman | Kind::NeedsReview)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::decision::Flag;
    use crate::rules::reader::place;

    fn judged(kind: Kind) -> Judged {
        Judged { kind, undecided: false, reason: None, beside: None }
    }

    /// A reading that gives one kind a chance and a compliment the rest.
    fn reads(kind: Kind, chance: f64) -> Judgement {
        let mut reading = Reading::default();
        reading.chances[place(Kind::Compliment).unwrap()] = 1.0 - chance;
        reading.chances[place(kind).unwrap()] += chance;
        Judgement { reading: Some(reading), ..Judgement::default() }
    }

    #[test]
    fn what_may_be_a_missed_complaint_goes_to_a_person() {
        let policy = ReaderUse::default();
        let likely = heed(judged(Kind::Compliment), &reads(Kind::NewComplaint, 0.4), &Signals::default(), &policy);
        assert_eq!((likely.kind, likely.reason.unwrap().id.as_str()), (Kind::NeedsReview, "reader.doubt"));
        let hardly = heed(judged(Kind::Compliment), &reads(Kind::NewComplaint, 0.02), &Signals::default(), &policy);
        assert_eq!((hardly.kind, hardly.beside), (Kind::Compliment, None));
        let bold = ReaderUse { doubt_of: [(Kind::Compliment, 50)].into(), ..ReaderUse::default() };
        assert_eq!(heed(judged(Kind::Compliment), &reads(Kind::NewComplaint, 0.4), &Signals::default(), &bold).kind, Kind::Compliment);
    }

    #[test]
    fn outright_displeasure_goes_to_a_person_however_sure_the_reader_is() {
        let reason = Reason::new("rules.outright", "uses words of anger", vec!["fed up".to_owned()]);
        let judgement = Judgement { outright: Some(reason), ..reads(Kind::NewComplaint, 0.01) };
        let seen = heed(judged(Kind::Compliment), &judgement, &Signals::default(), &ReaderUse::default());
        assert_eq!(seen.kind, Kind::NeedsReview);
        assert_eq!(seen.reason.unwrap().says, "uses words of anger, though it would be taken for compliment");
        let open = heed(judged(Kind::NewComplaint), &judgement, &Signals::default(), &ReaderUse::default());
        assert_eq!(open.kind, Kind::NewComplaint);
        let advises = ReaderUse { mode: ReaderMode::Advises, ..ReaderUse::default() };
        assert_eq!(heed(judged(Kind::Compliment), &judgement, &Signals::default(), &advises).kind, Kind::Compliment);
    }

    #[test]
    fn where_it_advises_the_decision_stands_and_a_person_looks() {
        let policy = ReaderUse { mode: ReaderMode::Advises, ..ReaderUse::default() };
        let seen = heed(judged(Kind::Compliment), &reads(Kind::NewComplaint, 0.4), &Signals::default(), &policy);
        assert_eq!(seen.kind, Kind::Compliment);
        assert!(seen.beside.unwrap().contains("40 in 100"));
    }

    #[test]
    fn a_flag_that_it_only_advises_is_told_to_a_person() {
        let mut judgement = reads(Kind::NewComplaint, 0.9);
        judgement.advised = vec![(Flag::Vulnerable, 0.83), (Flag::Repeat, 0.7)];
        let policy = ReaderUse { mode: ReaderMode::Advises, ..ReaderUse::default() };
        let seen = heed(judged(Kind::NewComplaint), &judgement, &Signals::default(), &policy);
        assert!(seen.beside.unwrap().contains("the flag vulnerable (83 in 100)"));
        // Praise complains of nothing again.
        let praise = heed(judged(Kind::Compliment), &judgement, &Signals::default(), &ReaderUse { doubt: 100, ..policy });
        assert!(!praise.beside.unwrap().contains("repeat"));
    }

    #[test]
    fn where_it_is_sure_of_another_kind_a_person_looks_beside() {
        let seen = heed(judged(Kind::NewComplaint), &reads(Kind::ServiceRequest, 0.95), &Signals::default(), &ReaderUse::default());
        assert_eq!(seen.kind, Kind::NewComplaint);
        assert!(seen.beside.unwrap().contains("service_request"));
    }

    #[test]
    fn off_it_says_nothing_and_some_kinds_are_always_a_persons() {
        let off = ReaderUse { mode: ReaderMode::Off, ..ReaderUse::default() };
        assert_eq!(heed(judged(Kind::Compliment), &reads(Kind::NewComplaint, 0.9), &Signals::default(), &off).kind, Kind::Compliment);
        let always = ReaderUse { always_review: vec![Kind::Spam], ..off };
        assert_eq!(heed(judged(Kind::Spam), &Judgement::default(), &Signals::default(), &always).kind, Kind::NeedsReview);
    }
}
