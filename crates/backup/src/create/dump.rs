//! Having `pg_dump` write down what the snapshot shows.

use std::{collections::HashMap, path::Path};

use agentflow::{Config, core::backup::BackupKind};
use tokio::process::Command;
use tokio_postgres::Client;

use super::{CreateOptions, OPERATION, snapshot::Snapshot, staging::Staging};
use crate::{
    Compression, Error, Phase, Programs, Progress, Result,
    base::run,
    log::Log,
    progress::OnProgress,
    sql::{self, failed},
    toc,
};
use agentflow::core::InvalidInput;

/// What `pg_dump` says when it begins with the rows of a table.
const BEGINS: &str = "pg_dump: dumping contents of table";
/// What it says, whatever language the server speaks, when it did not get the lock of a table.
const NOT_LOCKED: [&str; 2] = ["Query was: LOCK TABLE", "could not obtain lock on relation"];

pub(super) struct Dump<'a> {
    pub(super) config: &'a Config,
    pub(super) programs: &'a Programs,
    pub(super) options: &'a CreateOptions,
    pub(super) compression: Compression,
    /// What it takes for the names of tables, if not all are wanted.
    pub(super) patterns: Vec<String>,
}

impl Dump<'_> {
    pub(super) async fn run(
        &self,
        snapshot: &Snapshot,
        staging: &Staging,
        to: &Path,
        log: &mut Log,
        progress: OnProgress<'_>,
    ) -> Result<()> {
        let command = self.command(snapshot, staging, to)?;
        let total = u64::try_from(snapshot.tables.len()).unwrap_or_default();
        let (mut done, mut is_locked_out) = (0, false);
        progress(Progress { phase: Phase::Dump, done, total });
        let dumped = log.run(OPERATION, command, |line| {
            if line.starts_with(BEGINS) {
                done += 1;
                progress(Progress { phase: Phase::Dump, done: done.min(total), total });
            }
            is_locked_out |= NOT_LOCKED.iter().any(|it| line.contains(it));
        });
        let dumped = dumped.await;
        match dumped {
            Err(error) if is_locked_out => Err(self.locked_out(snapshot, error).await),
            other => other,
        }
    }

    /// Who asks for a table after we read from it, and before `pg_dump` does, waits for us, and `pg_dump` waits for them: the server does not see
    /// that we wait for `pg_dump`, and breaks no such circle.
    async fn locked_out(&self, snapshot: &Snapshot, error: Error) -> Error {
        let Error::Program { log, .. } = &error else { return error };
        // Not by the snapshot's connection, which is busy counting.
        let Ok(client) = sql::connect(self.config).await else { return error };
        let waiting = include_str!("../../queries/waiting.sql");
        let Ok(Some(row)) = client
            .query(waiting, &[&snapshot.pid])
            .await
            .map(|mut rows| if rows.is_empty() { None } else { Some(rows.swap_remove(0)) })
        else {
            return error;
        };
        let log = log.as_ref().map(|it| format!("; all that pg_dump said is in {}", it.display()));
        let reason = format!(
            "session {pid} of the role {role} waits to change {relation} ({mode}) until the backup is done, and pg_dump waits behind it: try              again when that session is through, or end what it waits for with SELECT pg_cancel_backend({pid}){log}",
            pid = row.get::<_, i32>("pid"),
            role = row.get::<_, String>("role"),
            relation = row.get::<_, String>("relation"),
            mode = row.get::<_, String>("mode"),
            log = log.unwrap_or_default(),
        );
        Error::Conflict { operation: OPERATION, reason }
    }

    fn command(&self, snapshot: &Snapshot, staging: &Staging, to: &Path) -> Result<Command> {
        let mut command = run::command(&self.programs.program("pg_dump"));
        command.args([
            "--format=directory",
            "--verbose",
            "--no-password",
            "--no-subscriptions",
            "--file",
        ]);
        command.arg(to);
        command.arg(format!("--snapshot={}", snapshot.id));
        command.arg(format!("--jobs={}", self.options.jobs.max(1)));
        command.arg(self.compression.argument(self.programs.major()));
        command.arg(format!("--lock-wait-timeout={}", self.options.lock_wait.as_millis()));
        if self.options.recipients.is_some() {
            command.arg("--no-sync");
        }
        match self.options.kind {
            BackupKind::Full => {}
            BackupKind::Schema => drop(command.arg("--schema-only")),
            BackupKind::Tables => {
                command.arg("--strict-names");
                command.args(self.patterns.iter().map(|pattern| format!("--table={pattern}")));
            }
        }
        run::connect(&mut command, &self.config.program_environment()?);
        // What it leaves behind when we are killed is not removed while it still writes.
        run::hold(&mut command, staging.lock())?;
        Ok(command)
    }
}

/// The wanted tables and their partitions, as `pg_dump` takes names literally; and which of them have rows.
pub(super) async fn named_tables(
    client: &Client,
    asked: &[String],
) -> Result<(Vec<String>, Vec<u32>)> {
    let rows = client.query(include_str!("../../queries/named_tables.sql"), &[&asked]).await;
    let (mut patterns, mut oids) = (Vec::new(), Vec::new());
    for row in rows.map_err(failed(OPERATION))? {
        let Some(pattern) = row.get::<_, Option<String>>("pattern") else {
            let what = format!("table {}", row.get::<_, String>("asked"));
            return Err(Error::NotFound { operation: OPERATION, what });
        };
        if row.get::<_, Option<bool>>("has_rows") == Some(true) {
            oids.extend(row.get::<_, Option<u32>>("oid"));
        }
        patterns.push(pattern);
    }
    patterns.dedup();
    if patterns.is_empty() {
        let input = InvalidInput::new("tables", "name at least one");
        return Err(Error::invalid(OPERATION)(input));
    }
    Ok((patterns, oids))
}

/// Which table the rows in each file are of: `pg_dump` names files by its own numbers, and its table of contents tells whose they are.
pub(super) async fn tables_of_files(
    programs: &Programs,
    snapshot: &Snapshot,
    staging: &Staging,
    dump: &Path,
) -> Result<HashMap<String, String>> {
    let entries = toc::read(OPERATION, programs, dump, staging.dir(), Some(staging.lock())).await?;
    let names: HashMap<u32, &str> =
        snapshot.tables.iter().map(|table| (table.oid, table.name.as_str())).collect();
    let rows = entries.iter().filter(|entry| entry.kind == "TABLE DATA");
    Ok(rows
        .filter_map(|entry| {
            Some((format!("{}.dat", entry.id), (*names.get(&entry.oid)?).to_owned()))
        })
        .collect())
}
