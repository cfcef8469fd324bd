//! Migrations: of AgentFlow's own schema, or with `--dir` of any project.

mod baseline;
mod down;
mod force;
mod new;
mod observer;
mod redo;
mod report;
mod status;
mod up;
mod verify;
mod version;
mod wait;

use std::{path::PathBuf, sync::Arc, time::Duration};

use agentflow::{
    Admin,
    migrate::{Migrator, Options, Source},
};
use clap::Subcommand;
use tokio_postgres::Client;

use self::observer::Told;
use crate::{context::Context, duration::duration, error::Result, exit::Exit};

const SCRIPTS: &str = "Migration options";

/// Migrate a database
///
/// Works on the schema of AgentFlow, or with --dir on any project's folder of {version}_{name}.up.sql and .down.sql
/// files. A script and its row in schema_migrations are committed together, and only one run at a time does anything.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af migrate up
  af migrate up --dir db/migrations --dry-run --show-sql
  af migrate down --steps 2")]
pub(crate) struct Args {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Settings {
    /// The folder of migrations, instead of AgentFlow's own
    #[arg(long, global = true, help_heading = SCRIPTS, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// The table that keeps the history, with its schema if need be
    #[arg(long, global = true, help_heading = SCRIPTS, value_name = "TABLE", default_value = "schema_migrations")]
    table: String,
    /// How long a statement may wait for a table that is in use, such as 500ms or 5s; 0 for as long as it takes
    #[arg(long, global = true, help_heading = SCRIPTS, value_name = "TIME", value_parser = duration, default_value = "5s")]
    lock_timeout: Duration,
    /// How long a statement may take; 0 for as long as it takes
    #[arg(long, global = true, help_heading = SCRIPTS, value_name = "TIME", value_parser = duration)]
    statement_timeout: Option<Duration>,
}

#[derive(Debug, Subcommand)]
enum Action {
    Up(up::Args),
    Down(down::Args),
    Redo(redo::Args),
    Status(status::Args),
    Version(version::Args),
    Force(force::Args),
    New(new::Args),
    Verify(verify::Args),
    Baseline(baseline::Args),
    Wait(wait::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let migrations = Migrations { settings: args.settings, context };
    match args.action {
        Action::Up(args) => up::run(&args, &migrations).await,
        Action::Down(args) => down::run(&args, &migrations).await,
        Action::Redo(args) => redo::run(&args, &migrations).await,
        Action::Status(args) => status::run(&args, &migrations).await,
        Action::Version(args) => version::run(&args, &migrations).await,
        Action::Force(args) => force::run(&args, &migrations).await,
        Action::New(args) => new::run(&args, &migrations),
        Action::Verify(args) => verify::run(&args, &migrations).await,
        Action::Baseline(args) => baseline::run(&args, &migrations).await,
        Action::Wait(args) => wait::run(&args, &migrations).await,
    }
}

/// What every subcommand works with.
pub(crate) struct Migrations<'a> {
    settings: Settings,
    context: &'a Context,
}

impl Migrations<'_> {
    fn migrator(&self, options: Options) -> Result<Migrator> {
        let options = Options {
            lock_timeout: Some(self.settings.lock_timeout),
            statement_timeout: self.settings.statement_timeout,
            table: self.settings.table.clone(),
            ..options
        };
        match &self.settings.dir {
            Some(dir) => Ok(Migrator::new(Source::dir(dir)?).with_options(options)),
            None => Ok(Admin::migrator(options)?),
        }
    }

    /// A migrator that only looks.
    fn reader(&self) -> Result<Migrator> {
        self.migrator(Options::default())
    }

    /// A migrator that tells what it does, and whoever is told.
    fn runner(&self, options: Options) -> Result<(Migrator, Arc<Told>)> {
        let told = Arc::new(Told::new(&self.context.output));
        let observer = Some(Arc::clone(&told) as Arc<dyn agentflow::migrate::Observer>);
        Ok((self.migrator(Options { observer, ..options })?, told))
    }

    async fn client(&self) -> Result<Client> {
        Ok(self.context.store().await?.admin().connect().await?)
    }
}
