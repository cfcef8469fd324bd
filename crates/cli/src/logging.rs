use std::io::{self, IsTerminal};

use metrics_exporter_prometheus::PrometheusHandle;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::Directive, fmt::format::FmtSpan, layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    cli::GlobalOptions,
    error::{Error, Result},
    exit::Exit,
    metrics::{self, Serving},
};

/// Where the driver tells the parameters of statements, among them what is stored of passwords, keys and tokens. Only
/// somebody who names it in AF_LOG gets that.
const PARAMETERS: &str = "tokio_postgres::query";

type AnyLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Where logs, spans and metrics of this process go.
pub(crate) struct Telemetry {
    page: Option<PrometheusHandle>,
    #[cfg(feature = "otel")]
    exporter: Option<crate::otel::Exporter>,
}

impl Telemetry {
    /// Sends the log to stderr, so that stdout holds results only, and begins to count where somebody wants to know. `served` is
    /// there for a command that goes on until it is stopped.
    pub(crate) fn start(options: &GlobalOptions, served: Option<&Serving>) -> Result<Self> {
        let layers = vec![log(options, served.is_some())?];
        let page = served.filter(|it| it.is_wanted()).map(|_| metrics::recorder()).transpose()?;
        let handle = page.as_ref().map(metrics_exporter_prometheus::PrometheusRecorder::handle);

        #[cfg(feature = "otel")]
        {
            let exporter = crate::otel::Exporter::from_env()?;
            let mut layers = layers;
            layers.extend(exporter.as_ref().map(crate::otel::Exporter::layer));
            tracing_subscriber::registry().with(layers).init();
            crate::otel::install(page, exporter.as_ref());
            Ok(Self { page: handle, exporter })
        }

        #[cfg(not(feature = "otel"))]
        {
            tracing_subscriber::registry().with(layers).init();
            if let Some(page) = page {
                install(page);
            }
            Ok(Self { page: handle })
        }
    }

    /// What Prometheus is to read, if that is wanted.
    pub(crate) fn page(&self) -> Option<PrometheusHandle> {
        self.page.clone()
    }

    /// Sends what is not sent yet.
    #[cfg_attr(
        not(feature = "otel"),
        expect(clippy::unused_self, reason = "without an exporter nothing is left to send")
    )]
    pub(crate) fn finish(self) {
        #[cfg(feature = "otel")]
        if let Some(exporter) = self.exporter {
            exporter.finish();
        }
    }
}

/// Has everything counted by this recorder, which must be told what there is.
pub(crate) fn install(recorder: impl ::metrics::Recorder + Sync + 'static) {
    // There is one process and one start, so nobody was faster.
    if ::metrics::set_global_recorder(recorder).is_ok() {
        agentflow::observe::describe();
        metrics::describe();
    }
}

/// Whether the log is for machines, and so is all else on stderr.
pub(crate) fn is_json() -> bool {
    std::env::var("AF_LOG_FORMAT").is_ok_and(|format| format.trim() == "json")
}

fn log(options: &GlobalOptions, goes_on: bool) -> Result<AnyLayer> {
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        // An operation is told of when it is over.
        .with_span_events(FmtSpan::CLOSE)
        // What cannot be written to stderr cannot be told there either, and to try is a panic.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    let filter = filter(options, goes_on)?;
    match std::env::var("AF_LOG_FORMAT").ok().as_deref().map(str::trim) {
        None | Some("" | "text") => Ok(layer.with_filter(filter).boxed()),
        Some("json") => {
            Ok(layer.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed())
        }
        Some(_) => Err(invalid("AF_LOG_FORMAT: expected `text` or `json`")),
    }
}

fn invalid(reason: &str) -> Error {
    Error::new("invalid_setting", Exit::Usage, format!("invalid setting {reason}"))
}

/// `AF_LOG` wins over `-v` and `-q`.
fn filter(options: &GlobalOptions, goes_on: bool) -> Result<EnvFilter> {
    let default = match (options.quiet, options.verbose) {
        (true, _) => "error",
        // To serve as a superuser is a mistake; to administer as one is not. That an access to a secret is refused is said by the error.
        (false, 0) => "warn,agentflow::startup=error,agentflow::secrets::access=error",
        (false, 1) => "warn,af=info,agentflow=info,agentflow_migrate=info,agentflow_postgres=info",
        (false, _) => "debug",
    };
    let asked = std::env::var("AF_LOG").ok().filter(|it| !it.trim().is_empty());
    let wants_parameters = asked.as_deref().is_some_and(|it| it.contains(PARAMETERS));
    // Somebody who waits for a command sees how long it takes.
    let wants_slow = goes_on || options.verbose > 0 || std::env::var_os("AF_SLOW_MS").is_some();
    let filter = if let Some(asked) = asked {
        EnvFilter::try_new(asked).map_err(|_| {
            invalid("AF_LOG: expected a level (off, error, warn, info, debug, trace), or TARGET=LEVEL, with commas between them")
        })?
    } else {
        let default = EnvFilter::new(default);
        match "agentflow::slow=error".parse::<Directive>() {
            Ok(less) if !wants_slow => default.add_directive(less),
            _ => default,
        }
    };
    Ok(match format!("{PARAMETERS}=info").parse::<Directive>() {
        Ok(less) if !wants_parameters => filter.add_directive(less),
        _ => filter,
    })
}
