//! What is told besides: what looks like a backup and is none, and programs that are passed over.

use agentflow::core::backup::BackupId;
use agentflow_backup::{BackupStore, Programs};
use agentflow_postgres::ClientPrograms;

use crate::{context::Context, error::Result};

/// The setting that names a folder of programs.
const BIN_SETTING: &str = "AF_PG_BIN";

/// Tells of what is named like a backup and is none: whoever looks for it should not believe that it is gone.
pub(super) async fn about_no_backups(store: &BackupStore, context: &Context) -> Result<()> {
    for id in store.unfinished().await? {
        context.output.note(&format!(
            "{id} is no backup: it has no manifest, for it is on its way, was never finished, or is half removed"
        ));
    }
    for id in links(store) {
        context.output.note(&format!(
            "{id} is passed over: it is a symbolic link, and links are not followed"
        ));
    }
    Ok(())
}

/// Links that are named like a backup.
fn links(store: &BackupStore) -> Vec<BackupId> {
    let entries = store.folder().and_then(|folder| std::fs::read_dir(folder).ok());
    let entries = entries.into_iter().flatten().flatten();
    let links = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_symlink()));
    let mut ids: Vec<BackupId> =
        links.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    ids.sort();
    ids
}

/// Warns if somebody named a folder of programs and others are taken.
pub(super) fn about_programs(taken: &Programs, context: &Context) {
    let Some(named) = std::env::var_os(BIN_SETTING).filter(|it| !it.is_empty()) else { return };
    let named = std::path::PathBuf::from(named);
    let reason = match ClientPrograms::at(&named) {
        Ok(found) if found.version.major == taken.major() => return,
        Ok(found) => format!("they are of version {}", found.version),
        Err(error) => error.to_string(),
    };
    context.output.warn(&format!(
        "{BIN_SETTING} names {}, which is passed over: {reason}; the programs in {} are taken",
        named.display(),
        taken.bin_dir().display()
    ));
}
