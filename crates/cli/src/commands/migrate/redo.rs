use agentflow::migrate::Options;

use super::Migrations;
use crate::{error::Result, exit::Exit};

/// Take the newest migration back and apply it again
///
/// For trying out a migration while it is being written; its file may have changed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show what would run, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Show the scripts
    #[arg(long)]
    show_sql: bool,
}

pub(crate) async fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let (migrator, told) = migrations.runner(Options::default())?;
    let mut client = migrations.client().await?;
    if args.dry_run {
        migrations.show_plan(&migrator.plan_redo(&client).await?, args.show_sql)?;
    } else {
        let report = migrator.redo(&mut client).await?;
        migrations.show_run(report, &told, args.show_sql)?;
    }
    Ok(Exit::Done)
}
