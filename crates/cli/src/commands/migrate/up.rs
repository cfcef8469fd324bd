use agentflow::migrate::{Options, Target};

use super::{
    Migrations,
    report::{steps, version},
};
use crate::{error::Result, exit::Exit};

/// Apply pending migrations, all of them unless told
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af migrate up --to 2
  af migrate up --dry-run --show-sql")]
pub(crate) struct Args {
    /// Up to this version and including it
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with = "steps")]
    to: Option<i64>,
    /// So many migrations
    #[arg(long, value_name = "N", value_parser = steps)]
    steps: Option<u32>,
    /// Show what would run, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Show the scripts
    #[arg(long)]
    show_sql: bool,
    /// Also apply migrations that are older than the newest applied one
    #[arg(long)]
    allow_out_of_order: bool,
}

pub(crate) async fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let target = match (args.to, args.steps) {
        (Some(version), _) => Target::To(version),
        (None, Some(steps)) => Target::Steps(steps),
        (None, None) => Target::All,
    };
    let allow_out_of_order = args.allow_out_of_order;
    let (migrator, told) =
        migrations.runner(Options { allow_out_of_order, ..Options::default() })?;
    let mut client = migrations.client().await?;
    if args.dry_run {
        let plan = migrator.plan_up(&client, target).await?;
        migrations.show_plan(&plan, args.show_sql)?;
    } else {
        let report = migrator.up(&mut client, target).await?;
        migrations.show_run(report, &told, args.show_sql)?;
    }
    Ok(Exit::Done)
}
