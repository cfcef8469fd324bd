use agentflow::migrate::{State, Status};

use super::Migrations;
use crate::{
    error::Result,
    exit::Exit,
    output::{counted, table},
};

/// Show every migration and where it stands
///
/// Exits 1 when a migration is pending, unfinished, changed or missing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, migrations: &Migrations<'_>) -> Result<Exit> {
    let migrator = migrations.reader()?;
    let status = migrator.status(&migrations.client().await?).await?;
    // A version newer than every file means that this program is old, and the database is not to blame.
    let settled = |one: &&Status| matches!(one.state, State::Applied | State::Unknown);
    let open = status.len() - status.iter().filter(settled).count();
    let pending = status.iter().filter(|one| one.state == State::Pending).count();
    let exit = if open == 0 { Exit::Done } else { Exit::Found };
    migrations.context.output.conclude(&status, exit, |status| {
        if status.is_empty() {
            return "There is no migration.".to_owned();
        }
        let end = match open {
            0 => "Nothing is pending.".to_owned(),
            open if open == pending => {
                format!("{} pending.", counted(pending, "migration is", "migrations are"))
            }
            open => {
                format!("{} not as it should be.", counted(open, "migration is", "migrations are"))
            }
        };
        format!("{}\n\n{end}", table(&HEADER, status.iter().map(row)))
    })
}

const HEADER: [&str; 6] = ["VERSION", "NAME", "STATE", "APPLIED", "TOOK", "BY"];

fn row(status: &Status) -> Vec<String> {
    let state = match status.state {
        State::Pending => "pending",
        State::OutOfOrder => "out of order",
        State::Applied => "applied",
        State::Changed => "changed",
        State::Dirty => "dirty",
        State::Missing => "missing",
        _ => "unknown",
    };
    vec![
        format!("{:06}", status.version),
        status.name.clone(),
        state.to_owned(),
        status.applied_at.map(|at| format!("{at:.0}")).unwrap_or_default(),
        status.duration_ms.map(|took| format!("{took} ms")).unwrap_or_default(),
        status.applied_by.clone().unwrap_or_default(),
    ]
}
