//! The `af` command line of AgentFlow.
//!
//! Three layers: the arguments (`cli`, `commands/*`: clap types, no I/O), the command (a `run` in the file of each
//! command) and the output (`output`). Errors of every library meet in `error`, which also decides the exit code.

mod cli;
mod commands;
mod confirm;
mod context;
#[cfg(test)]
mod documented;
mod dumps;
mod duration;
mod error;
mod exit;
mod instant;
mod interrupt;
mod lines;
mod logging;
mod metrics;
mod named;
mod new_file;
#[cfg(feature = "otel")]
mod otel;
mod output;
mod pages;
mod plain;
mod progress;
mod remark;
mod secret;
mod similar;
mod tenant;
mod wake;
mod who;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, parser::ValueSource};

use crate::{
    cli::Cli,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    logging::Telemetry,
    output::Output,
};

fn main() -> ExitCode {
    dumps::forbid();
    // Before the arguments, because they take defaults from the environment; and while there is only one thread.
    let dotenv = dotenvy::dotenv();
    let exit = match parse() {
        Ok(cli) => start(cli, dotenv),
        Err(error) => output::show_usage(&error),
    };
    exit.into()
}

/// The command line. A database or an actor that is named and empty is a mistake, such as an unset variable of a script,
/// and must not lead to another; empty in the environment means not set.
fn parse() -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os()).map_err(secret::masked)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let is_blank = |text: &str| text.trim().is_empty();
    if cli.options.database_url.as_deref().is_some_and(is_blank) {
        if matches.value_source("database_url") == Some(ValueSource::CommandLine) {
            let message = "--database-url is empty; leave it out to use DATABASE_URL, the PG* \
                           variables or the local server";
            return Err(command.error(clap::error::ErrorKind::InvalidValue, message));
        }
        cli.options.database_url = None;
    }
    cli.options.acts_as_given = matches.value_source("acts_as") == Some(ValueSource::CommandLine);
    if matches.value_source("tenant") == Some(ValueSource::CommandLine) {
        cli.options.given_tenant.clone_from(&cli.options.tenant);
    }
    if cli.options.acts_as.as_deref().is_some_and(is_blank) {
        if cli.options.acts_as_given {
            let message = "--as is empty; leave it out to act as the user of the system";
            return Err(command.error(clap::error::ErrorKind::InvalidValue, message));
        }
        cli.options.acts_as = None;
    }
    Ok(cli)
}

fn start(cli: Cli, dotenv: dotenvy::Result<std::path::PathBuf>) -> Exit {
    let output = Output::new(&cli.options);
    let served = cli.command.served();
    let telemetry = match Telemetry::start(&cli.options, served) {
        Ok(telemetry) => telemetry,
        Err(error) => return output.show_error(&error),
    };
    let page = telemetry.page();
    let context = Context::new(cli.options, output.clone(), dotenv).with_metrics(page);
    let ended = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let ended = runtime.block_on(until_interrupted(commands::run(cli.command, &context)));
            // A thread may still wait for its input, and nobody waits for that thread any more.
            runtime.shutdown_background();
            telemetry.finish();
            ended
        }
        Err(error) => Err(Error::io("start the async runtime", &error)),
    };
    match ended {
        Ok(exit) => exit,
        Err(error) => output.show_error(&error),
    }
}

/// Dropping the command closes its connections, and the server rolls back what was open on them.
async fn until_interrupted(command: impl Future<Output = Result<Exit>>) -> Result<Exit> {
    tokio::select! {
        ended = command => ended,
        () = interrupt::demanded() => Err(Error::Interrupted),
    }
}
