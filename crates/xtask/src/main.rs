//! Repository chores: `cargo xtask sql` and `cargo xtask schema`, each with `--check` for CI, and `cargo xtask bench`.

mod bench;
mod files;
mod schema;
mod server;
mod sql;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

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
    /// Compare with others, which are fetched for it
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Claim and complete jobs, single and in chains of three: ours, graphile-worker and pg-boss on one throw-away server. Needs
    /// Node.js with npm
    Peers {
        /// Smaller, and once instead of three times
        #[arg(long)]
        quick: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Args::parse().chore {
        Chore::Sql { check } => sql::generate(check).await,
        Chore::Schema { check } => schema::dump(check).await,
        Chore::Bench { what: Bench::Peers { quick } } => bench::peers::compare(quick).await,
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
