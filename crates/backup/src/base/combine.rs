//! Making one full base backup out of a chain with `pg_combinebackup`.

use std::{fs::File, path::Path};

use agentflow::core::{backup::BackupId, clock::Clock, random::Entropy};

use super::{
    BaseProgress, BaseTools, CHECKSUMS, PROGRAM, corrupt, files,
    folder::Sharing,
    record::{BASE_FORMAT, BaseBackup, BaseKind, DATA, ServerManifest},
    run, take, verify,
};
use crate::{Error, Fault, Result, scratch::Scratch};

const OPERATION: &str = "combine base backups";

/// Combines a base backup with all it builds upon into a new one, which needs none of them.
///
/// Each link is verified before, and the result afterwards.
pub async fn combine_base(
    tools: BaseTools<'_>,
    id: &BackupId,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<BaseBackup> {
    let _shared = tools.folder.lock(Sharing::WithOthers)?;
    let chain = sound_chain(tools, id, progress).await?;
    let Some(last) = chain.last() else { unreachable!("a chain has the one it was asked for") };
    let (created_at, new) = take::begin(clock, entropy, Some(last));
    let staging = tools.folder.stage(&new)?;
    combine(tools, &chain, (&staging.data(), staging.lock()), progress).await?;
    let (manifest, manifest_sha256) = ServerManifest::read(&staging.data())?;
    let (timeline, start_lsn, end_lsn) = manifest.range();
    let record = BaseBackup {
        format: BASE_FORMAT.to_owned(),
        id: new,
        kind: BaseKind::Combined,
        parent: None,
        combined_from: chain.iter().map(|it| it.id.clone()).collect(),
        created_at,
        postgres_version: last.postgres_version.clone(),
        system_identifier: manifest.system_identifier.to_string(),
        timeline,
        start_lsn,
        end_lsn,
        bytes: files::length(&staging.data())?,
        manifest_sha256,
        parent_manifest_sha256: None,
        program: PROGRAM.to_owned(),
    };
    staging.finish(&record)?;
    Ok(record)
}

/// Combines a base backup with all it builds upon into a data folder that a server can be started on. The folder must not be
/// there, or be empty. Gives back what it was made of, the full one first.
pub async fn restore_base(
    tools: BaseTools<'_>,
    id: &BackupId,
    to: &Path,
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<Vec<BaseBackup>> {
    let _shared = tools.folder.lock(Sharing::WithOthers)?;
    require_vacant(to)?;
    let chain = sound_chain(tools, id, progress).await?;
    let to = std::path::absolute(to).map_err(Error::io(OPERATION, to))?;
    // On the same file system. The next one here removes what is left if this process is killed.
    let staging = Scratch::begin(OPERATION, to.parent())?;
    let made = staging.path().join(DATA);
    combine(tools, &chain, (&made, staging.lock()), progress).await?;
    files::rename(&made, &to)?;
    Ok(chain)
}

/// `pg_combinebackup` looks at the order of a chain, and not into its files.
async fn sound_chain(
    tools: BaseTools<'_>,
    id: &BackupId,
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<Vec<BaseBackup>> {
    let verified = verify::links(tools, id, progress).await?;
    if verified.faults.is_empty() {
        return Ok(verified.chain);
    }
    let faults = verified.faults.iter().map(|it| Fault::new(&it.id, &it.fault)).collect();
    Err(Error::Corrupt { operation: OPERATION, what: format!("base backup {id}"), faults })
}

async fn combine(
    tools: BaseTools<'_>,
    chain: &[BaseBackup],
    (to, lock): (&Path, &File),
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<()> {
    progress(BaseProgress::Combining);
    let mut command = run::command(&tools.programs.program("pg_combinebackup"));
    command.args(chain.iter().map(|link| tools.folder.data(&link.id)));
    command.arg(CHECKSUMS).arg("-o").arg(to);
    run::hold(&mut command, lock)?;
    run::succeed(OPERATION, command, |_| ()).await?;
    let Some(last) = chain.last() else { return Ok(()) };
    progress(BaseProgress::Verifying(last.id.clone()));
    let faults = verify::files(tools.programs, to, Some(lock)).await?;
    if faults.is_empty() {
        return Ok(());
    }
    Err(corrupt("verify the base backup that was just combined", &last.id, &faults))
}

fn require_vacant(to: &Path) -> Result<()> {
    let is_vacant = match std::fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_vacant {
        return Ok(());
    }
    let reason = format!(
        "{} is there and not empty, and nothing is overwritten; move it away, or name another folder",
        to.display()
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}
