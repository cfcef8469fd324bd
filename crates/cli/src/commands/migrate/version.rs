use serde::Serialize;

use super::Migrations;
use crate::{error::Result, exit::Exit};

/// Show the version of the database
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Shown {
    version: Option<i64>,
    dirty: bool,
}

pub(crate) async fn run(_: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let current = migrations.reader()?.version(&migrations.client().await?).await?;
    let shown = Shown {
        version: current.map(|current| current.version),
        dirty: current.is_some_and(|current| current.dirty),
    };
    migrations.context.output.show(&shown, |shown| {
        let version = shown.version.map_or("none".to_owned(), |version| version.to_string());
        if shown.dirty { format!("{version} (dirty)") } else { version }
    })?;
    Ok(Exit::Done)
}
