//! The figures that the daemon counts, by the names that others rely on. Labels hold source names and words of our own only.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Source {
    source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Turned {
    source: String,
    why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Digest {
    digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Layer {
    layer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    received: Family<Source, Counter>,
    turned_away: Family<Turned, Counter>,
    decided: Family<Kind, Counter>,
    letters: Family<State, Counter>,
    events: Family<State, Counter>,
    silent: Family<Source, Gauge>,
    pile_ons: Family<Source, Counter>,
    last_success: Family<Source, Gauge>,
    oldest_undecided: Gauge,
    unaccounted: Gauge,
    contractor_delay: Histogram,
    rules_in_force: Family<Digest, Gauge>,
    rules_refused: Family<Layer, Gauge>,
    shadow: Family<Outcome, Counter>,
}

impl Metrics {
    /// Every source is there from the start, at zero: an absent series raises no alarm.
    pub fn new<'a>(sources: impl Iterator<Item = &'a str>) -> Metrics {
        let mut registry = Registry::with_prefix("postroom");
        let (received, decided, letters) = (Family::default(), Family::default(), Family::default());
        let turned_away = Family::default();
        let (last_success, oldest_undecided, unaccounted) = (Family::default(), Gauge::default(), Gauge::default());
        registry.register("received", "Messages committed, by source", received.clone());
        registry.register(
            "calls_turned_away",
            "Calls to webhooks and forms that were not taken in, by source and why",
            turned_away.clone(),
        );
        registry.register("decided", "Messages decided, by kind", decided.clone());
        let (events, silent, pile_ons) = (Family::default(), Family::default(), Family::default());
        registry.register("pile_ons", "Alarms of many people who complain under one post, by source", pile_ons.clone());
        registry.register(
            "source_silent",
            "1 where a platform has not called for longer than usual, or says that it does not call",
            silent.clone(),
        );
        registry.register("events", "Events for the landlords' case systems, by what became of them", events.clone());
        registry.register("letters", "Letters that reached a state", letters.clone());
        registry.register_with_unit(
            "oldest_undecided",
            "Age of the oldest message not yet decided",
            Unit::Seconds,
            oldest_undecided.clone(),
        );
        registry.register_with_unit(
            "source_last_success_timestamp",
            "When a source was last read to its end, Unix time",
            Unit::Seconds,
            last_success.clone(),
        );
        registry.register(
            "unaccounted",
            "Messages on the mail servers that the store does not know, when last compared",
            unaccounted.clone(),
        );
        let contractor_delay = Histogram::new([0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0]);
        registry.register(
            "contractor_forward_delay_wd",
            "Working days from the day that a forwarded message was written to its contractor until we had it",
            contractor_delay.clone(),
        );
        let (rules_in_force, rules_refused, shadow) = (Family::default(), Family::default(), Family::default());
        registry.register_with_unit(
            "rules_in_force_timestamp",
            "Since when the rules of this digest are in force, Unix time",
            Unit::Seconds,
            rules_in_force.clone(),
        );
        registry.register(
            "rules_refused",
            "1 while a folder of rules holds files that were refused: those read before stay in force",
            rules_refused.clone(),
        );
        registry.register("shadow", "Messages that the candidate in shadow was asked about, by what came of it", shadow.clone());
        let metrics = Metrics {
            registry: Arc::new(registry),
            received,
            turned_away,
            decided,
            letters,
            events,
            silent,
            pile_ons,
            last_success,
            oldest_undecided,
            unaccounted,
            contractor_delay,
            rules_in_force,
            rules_refused,
            shadow,
        };
        metrics.refused("rules", false);
        for source in sources {
            metrics.received(source, 0);
            metrics.source_succeeded(source, 0);
        }
        metrics
    }

    pub fn received(&self, source: &str, count: u64) {
        self.received.get_or_create(&Source { source: source.into() }).inc_by(count);
    }

    pub fn turned_away(&self, source: &str, why: &'static str) {
        self.turned_away.get_or_create(&Turned { source: source.into(), why }).inc();
    }

    pub fn decided(&self, kind: &'static str) {
        self.decided.get_or_create(&Kind { kind }).inc();
    }

    pub fn letter(&self, state: &'static str) {
        self.letters.get_or_create(&State { state }).inc();
    }

    pub fn event(&self, state: &'static str) {
        self.events.get_or_create(&State { state }).inc();
    }

    pub fn pile_on(&self, source: &str) {
        self.pile_ons.get_or_create(&Source { source: source.into() }).inc();
    }

    pub fn source_silent(&self, source: &str, silent: bool) {
        self.silent.get_or_create(&Source { source: source.into() }).set(i64::from(silent));
    }

    pub fn source_succeeded(&self, source: &str, unix_seconds: i64) {
        self.last_success.get_or_create(&Source { source: source.into() }).set(unix_seconds);
    }

    pub fn oldest_undecided(&self, seconds: i64) {
        self.oldest_undecided.set(seconds);
    }

    pub fn contractor_delay(&self, working_days: i64) {
        self.contractor_delay.observe(working_days as f64);
    }

    pub fn unaccounted(&self, count: i64) {
        self.unaccounted.set(count);
    }

    /// One digest is in force at a time.
    pub fn rules_in_force(&self, digest: &str, since_unix_seconds: i64) {
        self.rules_in_force.clear();
        self.rules_in_force.get_or_create(&Digest { digest: digest.into() }).set(since_unix_seconds);
    }

    /// `layer`: rules or shadow.
    pub fn refused(&self, layer: &'static str, refused: bool) {
        self.rules_refused.get_or_create(&Layer { layer }).set(refused.into());
    }

    /// `outcome`: same, differs or failed.
    pub fn shadow(&self, outcome: &'static str) {
        self.shadow.get_or_create(&Outcome { outcome }).inc();
    }

    /// The exposition in OpenMetrics text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_that_others_rely_on() {
        let m = Metrics::new(["complaints"].into_iter());
        m.received("complaints", 2);
        m.decided("new_complaint");
        m.letter("sent");
        m.source_succeeded("complaints", 1_772_442_840);
        m.oldest_undecided(7);
        m.rules_in_force("abc", 5);
        m.rules_in_force("def", 9);
        m.shadow("same");
        let text = m.render();
        assert!(!text.contains("abc"), "two digests in force:\n{text}");
        for line in [
            "postroom_received_total{source=\"complaints\"} 2",
            "postroom_decided_total{kind=\"new_complaint\"} 1",
            "postroom_letters_total{state=\"sent\"} 1",
            "postroom_oldest_undecided_seconds 7",
            "postroom_source_last_success_timestamp_seconds{source=\"complaints\"} 1772442840",
            "postroom_unaccounted 0",
            "postroom_rules_in_force_timestamp_seconds{digest=\"def\"} 9",
            "postroom_rules_refused{layer=\"rules\"} 0",
            "postroom_shadow_total{outcome=\"same\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
