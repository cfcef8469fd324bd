use agentflow::observe::metric;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};

use crate::error::{Error, Result};

/// A read takes some tens of microseconds; whatever takes longer than a minute has its own problem.
pub(crate) const SECONDS: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
    15.0, 60.0,
];

/// Gathers what is counted, for a page that Prometheus reads.
pub(crate) fn recorder() -> Result<PrometheusRecorder> {
    let mut builder = PrometheusBuilder::new();
    for name in [metric::OPERATION_DURATION, metric::POOL_WAIT, metric::STEP_DURATION] {
        let matcher = Matcher::Full(name.to_owned());
        builder = builder
            .set_buckets_for_metric(matcher, &SECONDS)
            .map_err(|error| Error::new("metrics", crate::exit::Exit::Failed, error.to_string()))?;
    }
    Ok(builder.build_recorder())
}

/// Tells the recorder that is installed what the metrics of `af` itself mean.
pub(crate) fn describe() {
    metrics::describe_gauge!(
        super::gauges::DATABASE_UP,
        "Whether the database answered when it was asked last."
    );
    metrics::describe_gauge!("af_build_info", "The version of af that runs, as a label.");
    metrics::gauge!("af_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
}
