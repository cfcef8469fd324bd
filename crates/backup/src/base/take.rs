//! Taking a base backup with `pg_basebackup`.

use std::path::Path;

use agentflow::{
    Config,
    core::{backup::BackupId, clock::Clock, random::Entropy},
};
use jiff::{SignedDuration, Timestamp};
use tokio::process::Command;

use super::{
    BaseProgress, CHECKSUMS, PROGRAM, corrupt,
    folder::{BaseFolder, Sharing, Staging},
    record::{BASE_FORMAT, BaseBackup, BaseKind, ServerManifest, manifest_path},
    require::Server,
    run, verify,
};
use crate::{Error, Programs, Result};

const OPERATION: &str = "take a base backup";

/// How a base backup is taken.
#[derive(Debug, Clone, Default)]
pub struct BaseOptions {
    /// Lets the server write its checkpoint in its own time, which may take minutes, rather than at once, which costs it a
    /// burst of writes.
    pub spread_checkpoint: bool,
    /// At most so many KiB are read from the server in a second.
    pub max_rate_kib: Option<u32>,
}

/// What a base backup builds upon.
#[derive(Debug, Clone, Default)]
pub enum Parent {
    /// The newest one there is.
    #[default]
    Newest,
    /// This one.
    Named(BackupId),
}

/// Where base backups are made, and with what.
#[derive(Debug, Clone, Copy)]
pub struct BaseTools<'a> {
    /// Where they are.
    pub folder: &'a BaseFolder,
    /// The programs of the server's version.
    pub programs: &'a Programs,
}

/// Takes a base backup of the whole server, with the write-ahead log it needs, and verifies it before it gets its name.
///
/// Needs PostgreSQL 17 or later, `wal_level` of `replica` or `logical`, and a role that may replicate.
pub async fn create_base(
    config: &Config,
    tools: BaseTools<'_>,
    options: &BaseOptions,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<BaseBackup> {
    let server = Server::ask(config).await?;
    server.require()?;
    require_programs(tools.programs, &server)?;
    take(config, tools, options, (clock, entropy), progress, (&server, None)).await
}

/// Takes the blocks that changed since another base backup.
///
/// Needs what [`create_base`] needs, and `summarize_wal = on` since before the other one was taken.
pub async fn create_incremental_base(
    config: &Config,
    tools: BaseTools<'_>,
    (parent, options): (&Parent, &BaseOptions),
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<BaseBackup> {
    let server = Server::ask(config).await?;
    server.require()?;
    server.require_summaries()?;
    require_programs(tools.programs, &server)?;
    // Held until the end, so that the parent stays.
    let _shared = tools.folder.lock(Sharing::WithOthers)?;
    let parent = match parent {
        Parent::Named(id) => tools.folder.get(id)?,
        Parent::Newest => tools.folder.newest()?.ok_or_else(|| Error::NotFound {
            operation: OPERATION,
            what: "a base backup to build upon; take a full one first (af backup base create)"
                .to_owned(),
        })?,
    };
    // A chain with a hole in it is not made longer.
    tools.folder.chain(&parent.id)?;
    require_same_server(&server, &parent)?;
    take(config, tools, options, (clock, entropy), progress, (&server, Some(&parent))).await
}

async fn take(
    config: &Config,
    tools: BaseTools<'_>,
    options: &BaseOptions,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
    (server, parent): (&Server, Option<&BaseBackup>),
) -> Result<BaseBackup> {
    let (created_at, id) = begin(clock, entropy, parent);
    let staging = tools.folder.stage(&id)?;
    let mut command = command(tools, options, &staging, &id);
    if let Some(parent) = parent {
        let manifest = manifest_path(&tools.folder.folder(&parent.id));
        command.arg("--incremental").arg(&manifest);
        require_manifest(&tools.folder.data(&parent.id), parent)?;
    }
    run::connect(&mut command, &config.program_environment()?);
    run::hold(&mut command, staging.lock())?;
    progress(BaseProgress::Copying { done: 0, total: 0 });
    run::succeed(OPERATION, command, |line| {
        if let Some((done, total)) = copied(line) {
            progress(BaseProgress::Copying { done, total });
        }
    })
    .await?;
    progress(BaseProgress::Verifying(id.clone()));
    let faults = verify::files(tools.programs, &staging.data(), Some(staging.lock())).await?;
    if !faults.is_empty() {
        return Err(corrupt("verify the base backup that was just taken", &id, &faults));
    }
    let record = record(&staging, (created_at, id), (server, parent))?;
    staging.finish(&record)?;
    Ok(record)
}

/// When it begins, and its name, which sorts behind that of what it is made of: a second later, if the clock stands still or went back.
pub(super) fn begin(
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    parent: Option<&BaseBackup>,
) -> (Timestamp, BackupId) {
    let now = clock.now();
    let id = BackupId::new(now, entropy);
    match parent {
        Some(parent) if id <= parent.id => {
            let after = parent.id.begun_at().checked_add(SignedDuration::from_secs(1));
            let after = after.unwrap_or(Timestamp::MAX);
            (after, BackupId::new(after, entropy))
        }
        _ => (now, id),
    }
}

fn command(
    tools: BaseTools<'_>,
    options: &BaseOptions,
    staging: &Staging,
    id: &BackupId,
) -> Command {
    let mut command = run::command(&tools.programs.program("pg_basebackup"));
    command.arg("-D").arg(staging.data());
    command.args([
        "--format=plain",
        "--wal-method=stream",
        "--no-password",
        "--progress",
        "--verbose",
    ]);
    command.args([CHECKSUMS, &format!("--label={id}")]);
    command.arg(if options.spread_checkpoint {
        "--checkpoint=spread"
    } else {
        "--checkpoint=fast"
    });
    if let Some(rate) = options.max_rate_kib {
        command.arg(format!("--max-rate={rate}k"));
    }
    command
}

/// What was taken.
fn record(
    staging: &Staging,
    (created_at, id): (Timestamp, BackupId),
    (server, parent): (&Server, Option<&BaseBackup>),
) -> Result<BaseBackup> {
    let (manifest, manifest_sha256) = ServerManifest::read(&staging.data())?;
    let (timeline, start_lsn, end_lsn) = manifest.range();
    Ok(BaseBackup {
        format: BASE_FORMAT.to_owned(),
        id,
        kind: if parent.is_some() { BaseKind::Incremental } else { BaseKind::Full },
        parent: parent.map(|it| it.id.clone()),
        combined_from: Vec::new(),
        created_at,
        postgres_version: server.version.clone(),
        system_identifier: manifest.system_identifier.to_string(),
        timeline,
        start_lsn,
        end_lsn,
        bytes: super::files::length(&staging.data())?,
        manifest_sha256,
        parent_manifest_sha256: parent.map(|it| it.manifest_sha256),
        program: PROGRAM.to_owned(),
    })
}

/// The parent must be what it was, or what builds upon it is worth nothing.
fn require_manifest(data: &Path, parent: &BaseBackup) -> Result<()> {
    let (_, sha256) = ServerManifest::read(data)?;
    if sha256 == parent.manifest_sha256 {
        return Ok(());
    }
    let fault = "backup_manifest is not the one it was made with".to_owned();
    Err(corrupt(OPERATION, &parent.id, &[fault]))
}

fn require_programs(programs: &Programs, server: &Server) -> Result<()> {
    let found = programs.major();
    if found == server.major {
        return Ok(());
    }
    let reason = format!(
        "the server is PostgreSQL {}, but the programs at hand are of version {found}; install those of version {}",
        server.version, server.major
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}

fn require_same_server(server: &Server, parent: &BaseBackup) -> Result<()> {
    let reason = if server.system_identifier != parent.system_identifier {
        format!("{} is of another server; take a full base backup of this one first", parent.id)
    } else if parent.postgres_major() != Some(server.major) {
        format!(
            "{} was taken of PostgreSQL {}, and the server is {} now; take a full base backup first",
            parent.id, parent.postgres_version, server.version
        )
    } else {
        return Ok(());
    };
    Err(Error::Conflict { operation: OPERATION, reason })
}

/// The bytes of a line of progress such as `36186/40000 kB (90%), 0/1 tablespace`.
fn copied(line: &str) -> Option<(u64, u64)> {
    let (counts, _) = line.trim_start().split_once(" kB (")?;
    let (done, total) = counts.split_once('/')?;
    let bytes = |text: &str| text.parse::<u64>().ok()?.checked_mul(1024);
    Some((bytes(done)?, bytes(total)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_what_the_program_writes() {
        let line = "  512/36186 kB (1%), 0/1 tablespace (…/global/pg_control               )";
        assert_eq!(copied(line), Some((512 << 10, 36186 << 10)));
        assert_eq!(copied("pg_basebackup: checkpoint completed"), None);
    }
}
