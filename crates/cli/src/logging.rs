use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, filter::Directive};

use crate::cli::GlobalOptions;

/// Where the driver tells the parameters of statements, among them what is stored of passwords, keys and tokens. Only
/// somebody who names it in AF_LOG gets that.
const PARAMETERS: &str = "tokio_postgres::query";

/// Sends the log to stderr, so that stdout holds results only. `AF_LOG` wins over `-v` and `-q`.
pub(crate) fn start(options: &GlobalOptions) {
    let default = match (options.quiet, options.verbose) {
        (true, _) => "error",
        // To serve as a superuser is a mistake; to administer as one is not. That an access to a secret is refused is said by the error.
        (false, 0) => "warn,agentflow::startup=error,agentflow::secrets::access=error",
        (false, 1) => "warn,af=info,agentflow=info,agentflow_migrate=info,agentflow_postgres=info",
        (false, _) => "debug",
    };
    let asked = std::env::var("AF_LOG").ok();
    let wants_parameters = asked.as_deref().is_some_and(|it| it.contains(PARAMETERS));
    let filter = asked.and_then(|it| EnvFilter::try_new(it).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(default));
    let filter = match format!("{PARAMETERS}=info").parse::<Directive>() {
        Ok(less) if !wants_parameters => filter.add_directive(less),
        _ => filter,
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // What cannot be written to stderr cannot be told there either, and to try is a panic.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
}
