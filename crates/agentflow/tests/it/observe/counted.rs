//! A recorder of metrics of this thread, that can be asked.

use std::collections::BTreeMap;

use ::metrics::LocalRecorderGuard;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

/// What was recorded since it was asked last, by this thread alone: other tests run at the same time.
pub struct Counted {
    snapshots: Snapshotter,
    _recording: LocalRecorderGuard<'static>,
}

/// One metric with its labels.
#[derive(Debug, Clone)]
pub struct Metric {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// Of a counter and a gauge.
    pub value: f64,
    /// How many times something was recorded, of a histogram.
    pub times: usize,
}

impl Counted {
    pub fn by_this_thread() -> Self {
        let recorder: &'static _ = Box::leak(Box::new(DebuggingRecorder::new()));
        let recording = ::metrics::set_default_local_recorder(recorder);
        Self { snapshots: recorder.snapshotter(), _recording: recording }
    }

    /// All of it.
    pub fn take(&self) -> Vec<Metric> {
        let metrics = self.snapshots.snapshot().into_vec().into_iter();
        let metrics = metrics.map(|(key, _, _, value)| {
            let (_, key) = key.into_parts();
            let labels = key.labels().map(|it| (it.key().to_owned(), it.value().to_owned()));
            let (value, times) = match value {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                DebugValue::Counter(count) => (count as f64, 0),
                DebugValue::Gauge(value) => (value.0, 0),
                DebugValue::Histogram(values) => (values.iter().map(|it| it.0).sum(), values.len()),
            };
            Metric { name: key.name().to_owned(), labels: labels.collect(), value, times }
        });
        metrics.collect()
    }

    /// The operations that ended, with their outcomes, in order of their names.
    pub fn operations(&self) -> Vec<(String, String)> {
        let ended = self.take().into_iter().filter(|it| it.name == "af_operation_duration_seconds");
        let mut ended: Vec<_> = ended
            .flat_map(|it| {
                let label = |name: &str| it.labels[name].clone();
                vec![(label("operation"), label("outcome")); it.times]
            })
            .collect();
        ended.sort();
        ended
    }

    /// The errors by kind.
    pub fn errors(&self) -> BTreeMap<String, u32> {
        let errors = self.take().into_iter().filter(|it| it.name == "af_errors_total");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        errors
            .map(|it| (it.labels["kind"].clone(), it.value as u32))
            .filter(|it| it.1 > 0)
            .collect()
    }
}

/// The value of a metric without labels, or with this one.
pub fn value_of(metrics: &[Metric], name: &str, label: Option<(&str, &str)>) -> f64 {
    let is_it = |it: &&Metric| {
        let has = |(name, value): (&str, &str)| it.labels.get(name).is_some_and(|it| it == value);
        it.name == name && label.is_none_or(has)
    };
    let found: Vec<_> = metrics.iter().filter(is_it).collect();
    let [one] = &found[..] else { panic!("{name}: {found:?}") };
    one.value
}
