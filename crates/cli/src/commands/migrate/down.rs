use agentflow::migrate::{Options, Target};

use super::{
    Migrations,
    report::{steps, version},
};
use crate::{confirm::confirm, error::Result, exit::Exit, output::counted};

/// Take applied migrations back, the newest one unless told
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af migrate down
  af migrate down --to 2
  af migrate down --all --yes")]
pub(crate) struct Args {
    /// Down to this version, which stays; 0 takes everything back
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with_all = ["steps", "all"])]
    to: Option<i64>,
    /// So many migrations
    #[arg(long, value_name = "N", value_parser = steps, conflicts_with = "all")]
    steps: Option<u32>,
    /// All of them
    #[arg(long)]
    all: bool,
    /// Show what would run, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Show the scripts
    #[arg(long)]
    show_sql: bool,
}

pub(crate) async fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let target = match (args.to, args.steps) {
        _ if args.all => Target::All,
        (Some(version), _) => Target::To(version),
        (None, steps) => Target::Steps(steps.unwrap_or(1)),
    };
    let (migrator, told) = migrations.runner(Options::default())?;
    let mut client = migrations.client().await?;
    let plan = migrator.plan_down(&client, target).await?;
    if args.dry_run {
        migrations.show_plan(&plan, args.show_sql)?;
        return Ok(Exit::Done);
    }
    if matches!(target, Target::All | Target::To(0)) {
        let count = counted(plan.len(), "migration", "migrations");
        let question = format!("Take back all migrations ({count}) with the data they hold?");
        confirm(migrations.context, &question).await?;
    }
    let report = migrator.down(&mut client, target).await?;
    migrations.show_run(report, &told, args.show_sql)?;
    Ok(Exit::Done)
}
