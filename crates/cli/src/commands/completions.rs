use clap::CommandFactory;
use clap_complete::Shell;

use crate::{cli::Cli, context::Context, error::Result, exit::Exit};

/// Print the completions of a shell
///
/// Needs no database.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example (bash, until the end of the session):
  source <(af completions bash)")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "af", &mut script);
    context.output.raw(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
