//! Where base backups are, which of them is meant, and the programs they take.

use std::path::{Path, PathBuf};

use agentflow::core::backup::BackupId;
use agentflow_backup::{
    BackupStore, Location, Programs,
    base::{BaseBackup, BaseFolder, BaseOptions, BaseProgress, BaseTools},
};

use super::super::place::no_dir;
pub(super) use super::super::place::{WhichId, server};
use crate::{
    context::Context,
    error::{Error, Result},
    output::{counted, facts, thousands},
    progress::Progress,
};

/// Where base backups are.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The folder of backups, whose folder `base` it is; by default AF_BACKUP_DIR, else ./backups
    #[arg(long, value_name = "DIR")]
    dir: Option<String>,
}

impl Place {
    pub(super) fn folder(&self, context: &Context) -> Result<BaseFolder> {
        let dir = match &self.dir {
            Some(dir) if dir.trim().is_empty() => return Err(no_dir()),
            Some(dir) => dir.clone(),
            None => context.settings()?.backup.dir,
        };
        match dir.parse::<Location>() {
            Ok(location @ Location::Folder(_)) => {
                let store = BackupStore::open(&location)?;
                Ok(BaseFolder::below(store.folder().unwrap_or(Path::new("."))))
            }
            Ok(_) => Err(Error::usage(
                "base backups go into a folder, and not into an object store",
            )
            .with_hint(
                "--dir DIR; for the files of a server in an object store, use pgBackRest or WAL-G",
            )),
            Err(error) => Err(Error::usage(error.to_string())),
        }
    }
}

/// How much it may cost the server.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Gently {
    /// Let the server write its checkpoint in its own time, which may take minutes
    #[arg(long)]
    spread_checkpoint: bool,
    /// Read at most so many KiB a second, 32 to 1048576
    #[arg(long, value_name = "KIB", value_parser = clap::value_parser!(u32).range(32..=1_048_576))]
    max_rate: Option<u32>,
}

impl Gently {
    pub(super) fn options(self) -> BaseOptions {
        BaseOptions { spread_checkpoint: self.spread_checkpoint, max_rate_kib: self.max_rate }
    }
}

/// The one that is meant, or the newest.
pub(super) fn which(folder: &BaseFolder, id: &WhichId) -> Result<BackupId> {
    match id {
        WhichId::Named(id) => Ok(id.clone()),
        WhichId::Latest => {
            let newest = folder.newest()?.map(|it| it.id);
            newest.ok_or_else(|| {
                Error::found("not_found", "there is no base backup yet").with_hint(NONE_YET)
            })
        }
    }
}

const NONE_YET: &str = "take one: af backup base create";

/// The programs that took it.
pub(super) async fn programs_of(folder: &BaseFolder, id: &BackupId) -> Result<Programs> {
    let backup = folder.get(id)?;
    let major = backup.postgres_major().unwrap_or_default();
    super::super::place::programs(major).await
}

pub(super) fn tools<'a>(folder: &'a BaseFolder, programs: &'a Programs) -> BaseTools<'a> {
    BaseTools { folder, programs }
}

/// Tells how far it is.
pub(super) fn show(progress: &Progress, seen: BaseProgress) {
    match seen {
        BaseProgress::Copying { done, total } => {
            progress.message("copying");
            progress.reached(done, total);
        }
        BaseProgress::Verifying(id) => {
            progress.message(format!("verifying {id}"));
            progress.reached(0, 0);
        }
        _ => progress.message("combining"),
    }
}

pub(super) fn text(backup: &BaseBackup) -> String {
    facts(&[
        ("Base Backup", backup.id.to_string()),
        ("Kind", backup.kind.as_str().to_owned()),
        ("Builds upon", backup.parent.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("PostgreSQL", backup.postgres_version.clone()),
        (
            "WAL",
            format!("{} to {}, timeline {}", backup.start_lsn, backup.end_lsn, backup.timeline),
        ),
        ("Bytes", thousands(backup.bytes)),
    ])
}

pub(super) fn made(backup: &BaseBackup, context: &Context) -> String {
    let done = context.output.good(&format!("✓ {} was taken and verified", backup.id));
    format!("{}\n{done}", text(backup))
}

pub(super) fn links(count: usize) -> String {
    counted(count, "base backup", "base backups")
}

/// A path as it is told, whatever it holds.
pub(super) fn shown(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
