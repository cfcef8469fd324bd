//! Verifying base backups with `pg_verifybackup`.

use std::{fs::File, path::Path};

use agentflow::core::backup::BackupId;

use super::{
    BaseProgress, BaseTools,
    folder::Sharing,
    record::{BaseBackup, DATA, ServerManifest},
    run,
};
use crate::{Error, Programs, Result};

const OPERATION: &str = "verify a base backup";

/// What verifying a base backup came to.
#[derive(Debug, Clone)]
pub struct BaseVerification {
    /// What was verified: what it takes to restore it, the full one first.
    pub chain: Vec<BaseBackup>,
    /// Everything that is wrong; nothing if it can be restored.
    pub faults: Vec<BaseFault>,
}

/// Something that is wrong with a base backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseFault {
    /// With which.
    pub id: BackupId,
    /// What.
    pub fault: String,
}

impl std::fmt::Display for BaseFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.id, self.fault)
    }
}

/// Verifies a base backup and all that it builds upon: the hash of every file, the write-ahead log it needs, and that each
/// builds upon the one before it.
pub async fn verify_base(
    tools: BaseTools<'_>,
    id: &BackupId,
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<BaseVerification> {
    let _shared = tools.folder.lock(Sharing::WithOthers)?;
    links(tools, id, progress).await
}

/// The same for who holds the lock.
pub(super) async fn links(
    tools: BaseTools<'_>,
    id: &BackupId,
    progress: &(dyn Fn(BaseProgress) + Send + Sync),
) -> Result<BaseVerification> {
    let chain = tools.folder.chain(id)?;
    let mut faults = Vec::new();
    let mut before: Option<&BaseBackup> = None;
    for link in &chain {
        let mut add = |fault: String| faults.push(BaseFault { id: link.id.clone(), fault });
        if link.postgres_major() != Some(tools.programs.major()) {
            let reason = format!(
                "{} is of PostgreSQL {}, but the programs at hand are of version {}",
                link.id,
                link.postgres_version,
                tools.programs.major()
            );
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        follows(link, before).into_iter().for_each(&mut add);
        progress(BaseProgress::Verifying(link.id.clone()));
        let data = tools.folder.folder(&link.id).join(DATA);
        match ServerManifest::read(&data) {
            Ok((_, sha256)) if sha256 != link.manifest_sha256 => {
                add("backup_manifest is not the one it was made with".to_owned());
            }
            Ok((manifest, _))
                if manifest.system_identifier.to_string() != link.system_identifier =>
            {
                add("base.json and backup_manifest name different servers".to_owned());
            }
            // What cannot be read is told by the program, too.
            _ => files(tools.programs, &data, None).await?.into_iter().for_each(&mut add),
        }
        before = Some(link);
    }
    Ok(BaseVerification { chain, faults })
}

/// What is wrong with the place of a link in its chain.
fn follows(link: &BaseBackup, before: Option<&BaseBackup>) -> Option<String> {
    let before = before?;
    if link.system_identifier != before.system_identifier {
        return Some(format!("it is of another server than {}, which it builds upon", before.id));
    }
    if link.parent_manifest_sha256 != Some(before.manifest_sha256) {
        return Some(format!("it was built upon another {} than the one that is there", before.id));
    }
    None
}

/// What `pg_verifybackup` finds wrong with the files of a backup.
pub(super) async fn files(
    programs: &Programs,
    data: &Path,
    lock: Option<&File>,
) -> Result<Vec<String>> {
    const NAME: &str = "pg_verifybackup";
    let mut command = run::command(&programs.program(NAME));
    command.arg("--quiet").arg(data);
    if let Some(lock) = lock {
        run::hold(&mut command, lock)?;
    }
    let mut faults = Vec::new();
    let ended = run::run(command, |line| {
        let fault = line.strip_prefix("pg_verifybackup: error: ");
        let fault = fault.or_else(|| line.strip_prefix("pg_verifybackup: fatal: "));
        faults.extend(fault.map(str::to_owned));
    })
    .await?;
    if !ended.status.success() && faults.is_empty() {
        let last_lines = ended.last_lines;
        return Err(Error::Program {
            operation: OPERATION,
            name: NAME.to_owned(),
            log: None,
            last_lines,
        });
    }
    Ok(faults)
}
