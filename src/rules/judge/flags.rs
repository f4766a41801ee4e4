//! How rules and the second reader raise flags together. What a rule holds down (`unless`) stays down, and what a rule is sure of stays up.
//! Between these the reader raises what it is sure enough of, and takes back what it is sure enough is not so.

use super::{Case, Facts};
use crate::model::decision::{Flag, Reason};
use crate::model::policy::ReaderMode;
use crate::rules::condition::Condition;
use crate::rules::load::Ruleset;
use crate::rules::reader::Reading;
use crate::rules::scan::Signals;

#[derive(Clone, Debug)]
pub(in crate::rules) struct FlagRule {
    pub flag: Flag,
    /// As flags.toml calls it: "danger to life now".
    pub means: String,
    pub raise: Vec<Condition>,
    /// As `raise`, and no reader takes it back.
    pub sure: Vec<Condition>,
    pub unless: Vec<Condition>,
    pub reader: FlagReader,
}

/// Where the second reader has a say in a flag: the chance, in hundredths, from which it raises it, and below which it takes back what
/// the rules raised.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::rules) struct FlagReader {
    pub raises: Option<u8>,
    pub withdraws: Option<u8>,
}

/// What the rules alone say of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Ruled {
    Down,
    Silent,
    Raised,
    Sure,
}

impl FlagReader {
    /// Whether the flag is up when the reader is heard.
    pub fn stands(self, ruled: Ruled, chance: f64) -> bool {
        let beyond = |hundredths: Option<u8>| hundredths.map(|h| chance * 100.0 >= f64::from(h));
        match ruled {
            Ruled::Down => false,
            Ruled::Sure => true,
            Ruled::Raised => beyond(self.withdraws) != Some(false),
            Ruled::Silent => beyond(self.raises) == Some(true),
        }
    }
}

impl Case<'_> {
    fn ruled(&self, rule: &FlagRule) -> Ruled {
        let any = |conditions: &[Condition]| conditions.iter().any(|c| self.holds(c));
        match () {
            () if any(&rule.unless) => Ruled::Down,
            () if any(&rule.sure) => Ruled::Sure,
            () if any(&rule.raise) => Ruled::Raised,
            () => Ruled::Silent,
        }
    }

    fn why(&self, rule: &FlagRule) -> Reason {
        let mut reasons = Vec::new();
        rule.sure.iter().chain(&rule.raise).filter(|c| self.holds(c)).for_each(|c| self.reasons(c, &mut reasons));
        let says = reasons.first().map_or(String::new(), |r| r.says.clone());
        let words = reasons.into_iter().flat_map(|r| r.words).collect();
        Reason::new(format!("flag.{}", rule.flag.as_str()), says, words)
    }
}

/// Flags that the reader would raise and may only advise, with its chances.
type Advised = Vec<(Flag, f64)>;

impl Ruleset {
    /// The flags that stand, and those that the reader only advises.
    pub(super) fn flags(&self, case: &Case, reading: Option<&Reading>) -> (Vec<(Flag, Reason)>, Advised) {
        let (mut out, mut advised) = (Vec::new(), Vec::new());
        for rule in &self.flags {
            let ruled = case.ruled(rule);
            let up = matches!(ruled, Ruled::Raised | Ruled::Sure);
            let Some((reading, chance)) = reading.and_then(|r| Some((r, r.flag(rule.flag)?))) else {
                out.extend(up.then(|| (rule.flag, case.why(rule))));
                continue;
            };
            let stands = rule.reader.stands(ruled, chance);
            if case.facts.reader != ReaderMode::Weighs {
                out.extend(up.then(|| (rule.flag, case.why(rule))));
                advised.extend((stands && !up).then_some((rule.flag, chance)));
            } else if stands && up {
                out.push((rule.flag, case.why(rule)));
            } else if stands {
                let says = format!("reads like others with {} ({:.0} in 100)", rule.means, 100.0 * chance);
                let words = case.signals.stretches(&self.reader.telling_flag(&case.signals.heard, reading, rule.flag));
                out.push((rule.flag, Reason::new(format!("flag.{}", rule.flag.as_str()), says, words)));
            }
        }
        (out, advised)
    }

    /// What the rules alone say of a flag, and where the reader has a say. `None` for a flag that no rule speaks of.
    pub(in crate::rules) fn ruled(&self, flag: Flag, signals: &Signals, facts: &Facts) -> Option<(Ruled, FlagReader)> {
        let rule = self.flags.iter().find(|r| r.flag == flag)?;
        Some((self.case(signals, facts).ruled(rule), rule.reader))
    }
}

#[cfg(test)]
mod tests {
    use super::{FlagReader, Ruled};
    use crate::model::decision::Flag;
    use crate::model::policy::ReaderMode;
    use crate::rules::{Facts, Part, Place, Ruleset, Words, shipped};
    use jiff::civil::date;

    #[test]
    fn the_reader_raises_and_takes_back_between_what_rules_forbid_and_are_sure_of() {
        let reader = FlagReader { raises: Some(40), withdraws: Some(10) };
        let stands =
            [Ruled::Down, Ruled::Silent, Ruled::Raised, Ruled::Sure].map(|ruled| [0.05, 0.2, 0.6].map(|c| reader.stands(ruled, c)));
        assert_eq!(stands, [[false; 3], [false, false, true], [false, true, true], [true; 3]]);
        let silent = FlagReader::default();
        assert!(silent.stands(Ruled::Raised, 0.0) && !silent.stands(Ruled::Silent, 1.0));
    }

    fn flags(rules: &Ruleset, text: &str, reader: ReaderMode) -> (Vec<Flag>, Vec<Flag>, Vec<String>) {
        let words = Words { parts: vec![Part { place: Place::Text, text }], received: date(2026, 6, 15) };
        let judged = rules.judge(&rules.signals(&words), &Facts { reader, ..Facts::default() });
        let said = judged.flags.iter().flat_map(|(_, reason)| reason.words.clone()).collect();
        (judged.flags.iter().map(|f| f.0).collect(), judged.advised.iter().map(|f| f.0).collect(), said)
    }

    #[test]
    fn the_policy_says_whether_the_reader_raises_advises_or_is_not_asked() {
        // No rule raises it here; a reader that may from any chance on does, with the words that it went by.
        let mut rules = shipped().clone();
        let text = "The heating has been off for nine days and nobody has come.";
        for rule in &mut rules.flags {
            rule.reader = FlagReader { raises: (rule.flag == Flag::Repeat).then_some(0), withdraws: None };
        }
        let (off, none, _) = flags(&rules, text, ReaderMode::Off);
        assert!(none.is_empty() && !off.contains(&Flag::Repeat));
        assert_eq!(flags(&rules, text, ReaderMode::Advises), (off, vec![Flag::Repeat], flags(&rules, text, ReaderMode::Off).2));
        let (weighed, advised, words) = flags(&rules, text, ReaderMode::Weighs);
        assert!(advised.is_empty() && weighed.contains(&Flag::Repeat));
        assert!(words.iter().all(|w| text.contains(w.as_str())));
    }
}
