//! The `af` command line of AgentFlow.
//!
//! Three layers: the arguments (`cli`, `commands/*`: clap types, no I/O), the command (a `run` in the file of each
//! command) and the output (`output`). Errors of every library meet in `error`, which also decides the exit code.

mod cli;
mod commands;
mod confirm;
mod context;
mod error;
mod exit;
mod logging;
mod output;
mod progress;
mod similar;
mod tenant;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    cli::Cli,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::Output,
};

fn main() -> ExitCode {
    // Before the arguments, because they take defaults from the environment; and while there is only one thread.
    let dotenv = dotenvy::dotenv();
    let exit = match Cli::try_parse() {
        Ok(cli) => start(cli, dotenv),
        Err(error) => output::show_usage(&error),
    };
    exit.into()
}

fn start(cli: Cli, dotenv: dotenvy::Result<std::path::PathBuf>) -> Exit {
    logging::start(&cli.options);
    let output = Output::new(&cli.options);
    let context = Context::new(cli.options, output.clone(), dotenv);
    let ended = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let ended = runtime.block_on(until_interrupted(commands::run(cli.command, &context)));
            // A thread may still wait for its input, and nobody waits for that thread any more.
            runtime.shutdown_background();
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
        Ok(()) = tokio::signal::ctrl_c() => Err(Error::Interrupted),
    }
}
