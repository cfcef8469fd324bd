use super::{Migrations, report::version};
use crate::{confirm::confirm, error::Result, exit::Exit};

/// Rewrite the history, without running anything
///
/// Afterwards exactly the known migrations up to VERSION count as applied, all clean; 0 empties the history. For a
/// database that was repaired by hand.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af migrate force 3 --yes")]
pub(crate) struct Args {
    /// The version the database is at
    #[arg(value_parser = version)]
    version: i64,
}

pub(crate) async fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let migrator = migrations.reader()?;
    let question = format!("Rewrite the history to say version {}?", args.version);
    confirm(migrations.context, &question).await?;
    let mut client = migrations.client().await?;
    migrations.show_recorded(&migrator.force(&mut client, args.version).await?)?;
    Ok(Exit::Done)
}
