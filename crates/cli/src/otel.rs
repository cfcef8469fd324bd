//! Spans and metrics for a collector of OpenTelemetry, by OTLP over HTTP.
//!
//! Where it is and what is sent along is said by the variables that OpenTelemetry itself defines: `OTEL_EXPORTER_OTLP_ENDPOINT`,
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME` and so on. Without an endpoint nothing is sent.

use std::{fmt::Display, time::Duration};

use agentflow::observe::metric;
use metrics_exporter_prometheus::PrometheusRecorder;
use metrics_opentelemetry::{OpenTelemetryMetrics, OpenTelemetryRecorder};
use metrics_util::layers::FanoutBuilder;
use opentelemetry::{metrics::MeterProvider as _, trace::TracerProvider as _};
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use tracing_subscriber::{Layer, Registry, filter::Targets};

use crate::{
    error::{Error, Result},
    exit::Exit,
    logging,
};

/// Any of them says that something is to be sent.
const ENDPOINTS: [&str; 3] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
];

/// How long the end of the program waits for a collector that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What sends.
pub(crate) struct Exporter {
    spans: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

impl Exporter {
    /// None where nothing is to be sent.
    pub(crate) fn from_env() -> Result<Option<Self>> {
        let is_set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
        if !ENDPOINTS.iter().any(is_set) {
            return Ok(None);
        }
        // The client of the exporter takes what the process has. Nobody else sets it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let resource = if is_set(&"OTEL_SERVICE_NAME") {
            Resource::builder().build()
        } else {
            Resource::builder().with_service_name("agentflow").build()
        };
        let spans = SpanExporter::builder().with_http().build().map_err(unusable)?;
        let metrics = MetricExporter::builder().with_http().build().map_err(unusable)?;
        Ok(Some(Self {
            spans: SdkTracerProvider::builder()
                .with_resource(resource.clone())
                .with_batch_exporter(spans)
                .build(),
            metrics: SdkMeterProvider::builder()
                .with_resource(resource)
                .with_periodic_exporter(metrics)
                .build(),
        }))
    }

    /// Takes the operations on the database, and what is worth a line in the log.
    pub(crate) fn layer(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        let taken = Targets::new()
            .with_target("af", tracing::Level::INFO)
            .with_target("agentflow", tracing::Level::INFO)
            .with_target("agentflow::operation", tracing::Level::DEBUG)
            .with_target("agentflow::step", tracing::Level::DEBUG);
        let tracer = self.spans.tracer("agentflow");
        tracing_opentelemetry::layer().with_tracer(tracer).with_filter(taken).boxed()
    }

    fn recorder(&self) -> OpenTelemetryRecorder {
        let metrics = OpenTelemetryMetrics::new(self.metrics.meter("agentflow"));
        let mut recorder = OpenTelemetryRecorder::new(metrics);
        let durations = [metric::OPERATION_DURATION, metric::POOL_WAIT, metric::STEP_DURATION];
        recorder.set_histogram_bounds_mut(durations.into_iter(), &crate::metrics::SECONDS);
        recorder
    }

    /// Sends what is left.
    pub(crate) fn finish(self) {
        // Who cannot be reached now is not told why: the work itself is done.
        if let Err(error) = self.spans.shutdown_with_timeout(PATIENCE) {
            tracing::debug!(%error, "not all spans were sent");
        }
        if let Err(error) = self.metrics.shutdown_with_timeout(PATIENCE) {
            tracing::debug!(%error, "not all metrics were sent");
        }
    }
}

/// Has everything counted by those that are there.
pub(crate) fn install(page: Option<PrometheusRecorder>, exporter: Option<&Exporter>) {
    match (page, exporter.map(Exporter::recorder)) {
        (Some(page), Some(sent)) => {
            let both = FanoutBuilder::default().add_recorder(page).add_recorder(sent);
            logging::install(both.build());
        }
        (Some(page), None) => logging::install(page),
        (None, Some(sent)) => logging::install(sent),
        (None, None) => {}
    }
}

fn unusable(error: impl Display) -> Error {
    let message = format!("invalid setting of OpenTelemetry: {error}");
    Error::new("invalid_setting", Exit::Usage, message)
}
