use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::cli::GlobalOptions;

/// Sends the log to stderr, so that stdout holds results only. `AF_LOG` wins over `-v` and `-q`.
pub(crate) fn start(options: &GlobalOptions) {
    let default = match (options.quiet, options.verbose) {
        (true, _) => "error",
        // To serve as a superuser is a mistake; to administer as one is not.
        (false, 0) => "warn,agentflow::startup=error",
        (false, 1) => "warn,af=info,agentflow=info,agentflow_migrate=info,agentflow_postgres=info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::try_from_env("AF_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
}
