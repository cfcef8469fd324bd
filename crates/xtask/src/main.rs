//! Repository chores: `cargo xtask sql` and `cargo xtask schema`, each with `--check` for CI, and `cargo xtask bench`.

mod bench;
mod files;
mod schema;
mod server;
mod sql;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::bench::suite::{self, Size};

/// What went wrong, for the person at the terminal.
type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the AgentFlow repository")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Generate crates/sql from the queries, against a migrated throw-away server
    Sql {
        /// Change nothing; fail if the committed output is not what the queries give
        #[arg(long)]
        check: bool,
    },
    /// Write crates/agentflow/schema.sql, the dump of the migrated schema
    Schema {
        /// Change nothing; fail if the committed dump is not what the migrations give
        #[arg(long)]
        check: bool,
    },
    /// Run every benchmark, and write its figures and plots into docs/performance and docs/performance.md; or compare with others
    #[command(args_conflicts_with_subcommands = true)]
    Bench {
        #[command(subcommand)]
        what: Option<Bench>,
        /// Smaller and shorter
        #[arg(long)]
        quick: bool,
        /// The largest sizes, which take an hour or two
        #[arg(long, conflicts_with = "quick")]
        full: bool,
        /// Measure nothing; write the page and its plots from the figures that are there
        #[arg(long, conflicts_with_all = ["quick", "full", "only"])]
        render: bool,
        /// These benchmarks alone; what others measured earlier stays
        #[arg(long, value_delimiter = ',', value_name = "NAME")]
        only: Vec<String>,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Ours beside others that are installed for it, on one throw-away server: jobs claimed and completed (graphile-worker, pg-boss;
    /// needs Node.js with npm); rows, vectors and migrations (sqlx, SQLAlchemy with asyncpg, Alembic; needs Python with pip)
    Peers {
        /// Smaller, and once instead of three times
        #[arg(long)]
        quick: bool,
        /// One of the two
        #[arg(long, value_enum)]
        only: Option<Peers>,
    },
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Peers {
    /// Job queues
    Queues,
    /// Rows, vectors and migrations
    Data,
}

async fn compare(quick: bool, only: Option<Peers>) -> Result<(), Error> {
    if only != Some(Peers::Data) {
        bench::peers::compare(quick).await?;
    }
    if only != Some(Peers::Queues) {
        bench::python::compare(quick)?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Args::parse().chore {
        Chore::Sql { check } => sql::generate(check).await,
        Chore::Schema { check } => schema::dump(check).await,
        Chore::Bench { what: Some(Bench::Peers { quick, only }), .. } => compare(quick, only).await,
        Chore::Bench { what: None, render: true, .. } => suite::render(),
        Chore::Bench { what: None, quick, full, only, .. } => {
            let size = match (quick, full) {
                (true, _) => Size::Quick,
                (_, true) => Size::Full,
                _ => Size::Usual,
            };
            suite::run(size, &only)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  caused by: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root.pop();
    root
}
