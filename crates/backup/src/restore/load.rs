//! Having `pg_restore` bring a database back.

use agentflow::{
    Config,
    core::backup::{DATA_FOLDER, Manifest},
};

use super::OPERATION;
use crate::{
    Phase, Programs, Progress, Result, base::run, log::Log, progress::OnProgress, scratch::Scratch,
};

/// What `pg_restore` says of the rows of a table when it is done with them, with several workers or alone.
const DONE: [&str; 2] = ["pg_restore: finished item ", "pg_restore: processing data for table "];

pub(crate) struct Load<'a> {
    /// The database, which is there.
    pub(crate) config: &'a Config,
    pub(crate) programs: &'a Programs,
    pub(crate) manifest: &'a Manifest,
    /// Where the files of the dump are, in their folder.
    pub(crate) scratch: &'a Scratch,
    pub(crate) arguments: Vec<String>,
}

impl Load<'_> {
    /// Ends at the first thing that fails.
    pub(crate) async fn run(self, log: &mut Log, progress: OnProgress<'_>) -> Result<()> {
        let mut command = run::command(&self.programs.program("pg_restore"));
        command.args(["--exit-on-error", "--verbose", "--no-password", "--format=directory"]);
        command.args(&self.arguments);
        // The name of the database is no secret; without one it would print what it would do.
        command.arg("--dbname").arg(connection_name(self.config));
        command.arg(self.scratch.path().join(DATA_FOLDER));
        run::hold(&mut command, self.scratch.lock())?;
        run::connect(&mut command, &self.config.program_environment()?);
        let total = u64::try_from(self.manifest.tables.len()).unwrap_or_default();
        let mut done = 0;
        progress(Progress { phase: Phase::Restore, done, total });
        log.run(OPERATION, command, |line| {
            let is_done = DONE.iter().any(|it| line.starts_with(it));
            if is_done && (line.contains("TABLE DATA") || line.starts_with(DONE[1])) {
                done += 1;
                progress(Progress { phase: Phase::Restore, done: done.min(total), total });
            }
        })
        .await
    }
}

/// As a connection string, for a name that looks like one would be taken for one.
fn connection_name(config: &Config) -> String {
    let name = config.database_name().unwrap_or_default();
    let name = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{name}' keepalives_idle=60 keepalives_interval=10 keepalives_count=6")
}
