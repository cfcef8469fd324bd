use agentflow::{
    Admin,
    migrate::{Options, Target},
};
use agentflow_postgres::{Installation, Local, Running};

use super::status::LocalStatus;
use crate::{
    context::{Context, blocking},
    error::Result,
    exit::Exit,
};

/// Start the local PostgreSQL
///
/// Finds or provisions PostgreSQL with pgvector, starts it, migrates the database and prints its URL. The server keeps
/// its data, port and password, and goes on when af ends; every other command uses it unless a database is named. Doing
/// this again changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af up
  psql \"$(af up --output json | jq -r .url)\"")]
pub(crate) struct Args {
    /// Start the server and leave its schema as it is
    #[arg(long)]
    no_migrate: bool,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let running = start(context).await?;
    if !args.no_migrate {
        let mut client = context.store_at(&running.url)?.admin().connect().await?;
        let report = Admin::migrator(Options::default())?.up(&mut client, Target::All).await?;
        for applied in &report.applied {
            context.output.note(&format!("applied {:06}_{}", applied.version, applied.name));
        }
    }
    let status = LocalStatus::of(running, context).await?;
    context.output.show(&status, LocalStatus::text)?;
    Ok(Exit::Done)
}

/// Starts the local server, unless it runs.
pub(crate) async fn start(context: &Context) -> Result<Running> {
    let dir = Local::default_dir()?;
    let output = context.output.clone();
    blocking(move || {
        let installation = Installation::find_or_provision(&mut |step| output.note(step))?;
        Ok(Local::at(dir).up(&installation)?)
    })
    .await
}
