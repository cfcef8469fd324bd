use std::path::Path;

use agentflow::migrate::new_migration;

use super::Migrations;
use crate::{error::Result, exit::Exit};

/// Create the files of a new migration
///
/// In the folder of --dir, or in ./migrations. Needs no database.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af migrate new \"add invoices\" --dir db/migrations")]
pub(crate) struct Args {
    /// What it does, in a few words
    name: String,
}

pub(crate) fn run(args: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let dir = migrations.settings.dir.as_deref().unwrap_or(Path::new("migrations"));
    let files = new_migration(dir, &args.name)?;
    migrations
        .context
        .output
        .show(&files, |files| format!("{}\n{}", files.up.display(), files.down.display()))?;
    Ok(Exit::Done)
}
