use super::Migrations;
use crate::{error::Result, exit::Exit};

/// Check that files and history agree
///
/// Finds applied scripts that changed or are missing, unfinished ones, and pending ones that are out of order. Exits 1
/// when it found something. Pending migrations are no contradiction; see `af migrate status` for them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let migrator = migrations.reader()?;
    let findings = migrator.verify(&migrations.client().await?).await?;
    let output = &migrations.context.output;
    let exit = if findings.is_empty() { Exit::Done } else { Exit::Found };
    output.conclude(&findings, exit, |findings| {
        if findings.is_empty() {
            return output.good("✓ files and history agree");
        }
        let lines = findings.iter().map(|finding| output.bad(&format!("✗ {finding}")));
        lines.collect::<Vec<_>>().join("\n")
    })
}
