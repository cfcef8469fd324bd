use super::{Migrations, report::version};
use crate::{error::Result, exit::Exit};

/// Record migrations as applied, without running them
///
/// For a database that already has what the migrations up to VERSION make. Only for an empty history.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af migrate baseline 7 --dir db/migrations")]
pub(crate) struct Args {
    /// The version the database is at
    #[arg(value_parser = version)]
    version: i64,
}

pub(crate) async fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let migrator = migrations.reader()?;
    let mut client = migrations.client().await?;
    migrations.show_recorded(&migrator.baseline(&mut client, args.version).await?)?;
    Ok(Exit::Done)
}
