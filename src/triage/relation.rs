//! Whether a message on a person's case speaks of that case, or of something else (Code 6.8).
//!
//! People answer the nearest letter when they have something new to say, and start afresh when they add to what they said. So neither
//! thread nor subject decides: what is said of the matter does, each sign with its weight.

use super::link::Hit;
use super::topic::topic;
use crate::model::case::{Case, Stage};
use crate::model::decision::Evidence;
use crate::rules::{Place, Signals, Words};
use regex::Regex;
use std::sync::LazyLock;

/// "This is a different matter", as people say it.
static ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:nothing|not(?:hin)?|nowt|nuffin|owt|nowt) (?:what(?:so)?ever )?(?:to|2) do (?:with|wi)\b",
        r"|\bnot (?:about|for|part of|connected (?:to|with)|related to|regarding|on|over) (?:my |the |that |this |our |any )",
        r"|\b(?:isn't|int|aint|ain't|is not|not) (?:that|this|the other) (?:one|complaint|matter)\b|\bnot my other\b|\bnot the same (?:as|thing|matter|one)\b",
        r"|\b(?:separate|seperate|seprate|distinct|different|diff|diffrent|diferent|unrelated|unconnected|fresh) (?:and (?:separate|distinct|new) )?(?:new )?(?:matter|issue|complain|compliant|problem|thing|ting|subject|topic|grievance|question\b|query|concern|one\b|incident)",
        r"|\bwholly separate|\bseparate(?:ly)? from\b|\bseperate from\b|\b(?:log|treat|deal with|keep) (?:this|it|that) (?:as )?(?:a )?(?:separate|seperate|new|fresh)",
        r"|\b(?:new|brand new) (?:complaint|compliant|matter|issue|problem|subject|grievance)\b|\b(?:another|other) (?:matter|subject|topic|question|note)\b|\bother question than\b|\banother complaint\b",
        r"|\bsomething (?:else (?:altogether|entirely|completely)|different|new)\b|\babout something else\b|\bfirst of all,? this is not\b",
        r"|\b(?:moving on|move on|aside|apart|changing the subject) from\b|\bwhile (?:i'm|im|i am) (?:at it|on|here|writing)\b|\bwhile i(?:'ve| have) got (?:your attention|you)\b",
        r"|\bwithout derogation\b|\bleave that (?:be|one|with|to)\b|\bon a different\b|\bthis time (?:it's|its|it is)\b",
    ))
    .expect("checked by the tests")
});

/// A heading that says what it is not about: "not the bathroom".
static NOT_THE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\W*not (?:the|my|about|for|part of|stage) ").expect("checked by the tests"));

/// What takes it back: "not a separate matter", "the same issue".
static SAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bnot (?:a |an )?(?:new|separate|different|another) |\bsame (?:matter|issue|complaint|problem|thing|leak|fault)\b")
        .expect("checked by the tests")
});

/// Words by which people speak of what we wrote or did about the complaint, or of what they wrote before.
static OURS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:your|ur|yer|the|that|this) (?:\w+ )?(?:letter|reply|response|answer|decision|findings?|outcome|offer|voucher|cheque|acknowledge?ment|investigat\w+|questions?)\b",
        r"|\b(?:you|u) (?:write|wrote|say|said|asked|offered?|decided|concluded?|promised to (?:write|reply|answer))\b|\bfurther to\b|\bas (?:promised|requested|asked)\b|\bin addition\b",
        r"|\badd(?:ing|ed)? (?:this|it|that|these|to|on)\b|\bto add\b|\bfor(?:got|get|gotten) to\b|\bmy (?:last|first|earlier|previous) (?:email|letter|message)\b|\bstill (?:waiting|not|no)\b",
        r"|\bupdate\b|\bany (?:news|word|joy)\b|\bescalat|\breconsider|\b(?:look|looked|go) (?:at it|over it|into it)? ?again\b|\bnext stage\b|\bhigher up\b|\b(?:don't|dont|not|cannot|can't) (?:accept|agree)\b|\bwithdraw",
        r"|\bbefore it'?s answered\b|\bfor the (?:file|record)\b|\bput (?:it|this|that) (?:with|on)\b|\bskip (?:to|a|the)\b|\bsenior\b|\bother people to\b|\bthe same (?:again|thing)\b|\bhow(?:'s| is) (?:it|my|this)|\bwhen you (?:replied|answered|wrote)\b|\b(?:i'm|im|i am|we're) not having (?:it|this|that)\b|\bsee it through\b|\bso the answer\b",
    ))
    .expect("checked by the tests")
});

/// How people say that the complaint they had is done with, before they come to the next.
static SETTLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:is|are|was|'s|all|got|been|now|that) (?:all |now |well |quite )?(?:fine|settled|sorted|done|finished|dealt with|fixed|mended|put right|over with|behind us)\b",
        r"|\b(?:happy|content|satisfied|pleased) (?:enough )?with (?:that|it|the|your|how|what)\b|\bno (?:argument|quarrel|issue|problem|complaints?) (?:with|about|over)\b",
        r"|\bfair (?:play|enough|do's|dos)\b|\b(?:i|we) (?:do |can |will )?(?:accept|agree with) (?:that|it|your|the|what)\b",
    ))
    .expect("checked by the tests")
});

/// How people take issue with what we wrote, however kindly they begin.
static DISPUTES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:letter|reply|response|answer|it|you|which|he|she) (?:still |also |only |then |just )?(?:says?|said|states?|claims?|explains?|tells?|never (?:says?|mentions?))\b",
        r"|\b(?:isn't|not|never|nobody has|hasn't been) (?:been )?(?:answered|addressed|explained|looked at)\b|\b(?:stage (?:2|two)|next up|up the chain|higher up|ombudsman)\b",
    ))
    .expect("checked by the tests")
});

/// What takes that back.
static UNSETTLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:not|never|isn't|isnt|aint|ain't|int|aren't|wasn't|hasn't|hasnt|nothing|hardly|far from|cannot|can't|cant|don't|dont|won't|un|dis)[ -]?(?:\w+ ){0,3}(?:happy|content|satisfied|fine|settled|sorted|done|finished|dealt with|fixed|mended|put right|accept|agree|fair)",
        r"|\b(?:dis|un)(?:satisfied|happy|agree)",
    ))
    .expect("checked by the tests")
});

/// Words by which people speak of the complaint that they have with us.
static COMPLAINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:my|our|the|her|his|their|this|\w+'s) (?:stage (?:1|2|one|two) )?(?:complaint|compliant|case)\b|\bcomplaint (?:ref|number|no)\b|\bon facebook\b|\bstage (?:1|2|one|two)\b")
        .expect("checked by the tests")
});

/// Above 0: another matter. The weights follow some six hundred labelled messages of people with an open or answered complaint.
pub fn apart(hit: &Hit<'_>, words: &Words<'_>, signals: &Signals) -> f64 {
    let subject = words.parts.iter().find(|p| p.place == Place::Subject).map_or("", |p| p.text);
    let said = super::words::said(words);
    let lower = said.to_lowercase().replace('\u{2019}', "'");
    let about = topic(&said);
    let heading = topic(subject);
    let has = |id: &str| signals.has(id);
    // After our response most of what comes is about it, and no special word is needed (Code 6.12).
    let responded = hit.case.stage == Stage::Responded;
    let more = !about.matters.is_subset(&hit.topic.matters);
    let taken_back = || UNSETTLED.is_match(&lower) || DISPUTES.is_match(&lower) || has("escalate");
    let settled = responded && more && SETTLED.is_match(&lower) && !taken_back();
    let explicit = (ANOTHER.is_match(&lower) || NOT_THE.is_match(subject) || settled) && !SAME.is_match(&lower);
    let of_ours = OURS.is_match(&lower);
    let of_complaint = COMPLAINT.is_match(&lower);
    // The subject of our own letter come back is no heading of theirs.
    let answers = subject.trim().to_lowercase().starts_with("re") && hit.pointed;

    let mut score = -0.6;
    let mut when = |holds: bool, weight: f64| {
        if holds {
            score += weight;
        }
    };
    when(explicit, 2.9);
    when(!answers && heading.apart_from(&hit.topic), 1.9);
    when(about.apart_from(&hit.topic), 0.8);
    when(has("accepts") && more && (has("grievance") || has("let-down")), 1.2);
    when(has("first-time"), 0.5);
    when(has("asks-repair"), 0.3);
    when(has("asks-information"), 0.3);
    when(has("about-neighbour"), 0.5);
    when(has("poor-work") || has("not-told") || has("rude"), 0.4);
    when(signals.length > 40, 0.4);
    // What speaks of the case counts little where they say themselves that this is another matter.
    let little = if explicit { 0.3 } else { 1.0 };
    when(about.matters.is_empty(), -little);
    when(responded, -0.4 * little);
    // It tells of something else at some length, and says no word of our response (Code 6.8).
    let silent = !of_ours && !of_complaint && !has("escalate") && !has("withdraws") && signals.length >= 20;
    when(responded && silent && about.elsewhere(&hit.topic), 1.8);
    when(of_ours, if responded { -1.5 } else { -1.0 } * little);
    when(of_complaint, -0.9 * little);
    when(has("escalate"), -little);
    when(has("adds"), -0.5 * little);
    when(has("withdraws"), -little);
    when(answers, -0.8 * little);
    when(signals.length < 20, -0.4);
    when(about.likeness(&hit.topic) > 0.3, -0.6 * little);
    when(heading.likeness(&hit.topic) > 0.3, -0.4 * little);
    score
}

/// How people say that a reference is a neighbour's, and that they want one of their own.
static BORROWED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:my|our) own (?:complaint|case|number|reference)\b|\b(?:complaint|case|number|reference|one) of (?:my|our) own\b",
        r"|\b(?:open|log|start|raise|make|give) (?:me |us )?(?:a |my |our )?(?:new|separate|fresh|own) (?:case|complaint|number|reference)\b",
        r"|\b(?:neighbours?|friend)\b[^.!?\n]{0,60}\b(?:number|reference|complaint|letter)\b",
        r"|\b(?:gave|lent|sent|showed|passed|forwarded) (?:me|us) (?:her|his|their|your|what|this|the)\b|\bto quote (?:hers|his|theirs)\b",
    ))
    .expect("checked by the tests")
});

/// A stranger to the case who gives its reference, and says that it is another's. Nothing of the case is theirs to add to or to be told.
pub fn borrowed(hit: &Hit<'_>, words: &Words<'_>) -> bool {
    let said = super::words::said(words).to_lowercase().replace('\u{2019}', "'");
    !hit.strong && !hit.evidence.contains(&Evidence::SameName) && BORROWED.is_match(&said)
}

/// Whether the case holds these words already, but for a signature or a line that wrapping changed: the same mail came by another way.
pub fn holds(case: &Case, text: &str) -> bool {
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
    };
    let known = format!(" {} ", plain(&case.topic));
    let (mut all, mut held) = (0, 0);
    for sentence in text.split(['.', '?', '!']).map(plain).filter(|s| !s.is_empty()) {
        all += sentence.len();
        held += if known.contains(&format!(" {sentence} ")) { sentence.len() } else { 0 };
    }
    all > 0 && 5 * held >= 4 * all
}

#[cfg(test)]
mod tests {
    use super::apart;
    use crate::model::case::{Case, Stage};
    use crate::model::decision::{Candidate, Evidence};
    use crate::rules::{Part, Place, Words, shipped};

    /// Whether an answer to our stage 1 response about a leaking shower is about something else.
    fn elsewhere(text: &str) -> bool {
        let topic = "the shower tray leaks into the hall ceiling and nobody has come";
        let case = Case { id: 1, stage: Stage::Responded, stage1_answered: true, topic: topic.into(), ..Case::default() };
        let candidates = [Candidate { case, evidence: vec![Evidence::OurMessageId, Evidence::SameSender] }];
        let parts = vec![Part { place: Place::Subject, text: "Re: your complaint" }, Part { place: Place::Text, text }];
        let words = Words { parts, received: jiff::civil::date(2026, 3, 9) };
        let signals = shipped().signals(&words);
        let said = super::super::words::said(&words);
        let hit = super::super::link::link(&candidates, &said, "2026-03-09T09:00:00Z".parse().unwrap()).unwrap();
        apart(&hit, &words, &signals) > 0.0
    }

    /// Code 6.8: after the response a new issue is a new complaint, and dissatisfaction with the response goes to stage 2.
    #[test]
    fn after_the_response_another_matter_is_told_from_the_answer_to_it() {
        for new in [
            "The bins in our yard have not been emptied for three weeks and the rats are back. I rang on Monday and nobody rang me back.",
            "Shower is all fixed now thanks. But why was I charged twice for my rent in May? I told your office and nobody has put it back.",
            "I am happy with that, it dries well. Another thing: your gardener cut my hedge to the ground on Friday and laughed at me for it.",
        ] {
            assert!(elsewhere(new), "{new}");
        }
        for about_ours in [
            "I am not happy with this.",
            "You say the ceiling was painted. It was not. I want somebody else to look at it.",
            "Thank you for the kind letter. It says the tray was sealed on the 4th. Nobody came on the 4th, my neighbour was in all day.",
            "The plasterer never came, so nothing is fixed. Take it to stage 2.",
            "The carpet in the hall is ruined as well now and your letter never mentions it.",
            "Fair enough about the tray but my complaint was how long I waited, and that is not answered.",
        ] {
            assert!(!elsewhere(about_ours), "{about_ours}");
        }
    }
}
