//! From the files of `pg_dump` to the parts of a backup.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use agentflow::{
    core::backup::{DATA_FOLDER, Part, PartName, TableRows},
    secrets::AgeRecipients,
};

use super::{OPERATION, staging::Staging};
use crate::{
    Error, Phase, Result, parts,
    parts::Sums,
    progress::{Meter, OnProgress},
};

const ENCRYPTED: &str = ".age";

/// Hashes, and where wanted encrypts, every file of the dump. In order of their names.
pub(super) async fn seal(
    staging: &Staging,
    recipients: Option<&AgeRecipients>,
    tables: HashMap<String, String>,
    rows: &[TableRows],
    progress: OnProgress<'_>,
) -> Result<Vec<Part>> {
    let data = staging.backup().join(DATA_FOLDER);
    let plain = if recipients.is_some() { staging.plain() } else { data.clone() };
    if recipients.is_some() {
        fs::create_dir(&data).map_err(Error::io(OPERATION, &data))?;
    }
    let files = files_in(&plain)?;
    let total = files.iter().map(|(_, bytes)| *bytes).sum();
    let rows: HashMap<&str, u64> = rows.iter().map(|it| (it.name.as_str(), it.rows)).collect();
    let meter = Meter::default();
    let sealing = async {
        let mut sealed = Vec::with_capacity(files.len());
        for (file, bytes) in &files {
            let name = match recipients {
                Some(_) => format!("{file}{ENCRYPTED}"),
                None => file.clone(),
            };
            let sums = one(plain.join(file), data.join(&name), recipients.cloned()).await?;
            // Whoever gave up is not waited for, so that nobody is there to be told.
            let _ = meter.add(usize::try_from(*bytes).unwrap_or(usize::MAX));
            let table = tables.get(table_file(file)).cloned();
            sealed.push(Part {
                name: PartName::of_data(&name).map_err(Error::invalid(OPERATION))?.to_string(),
                bytes: sums.bytes,
                sha256: sums.sha256,
                plain_bytes: sums.plain_bytes,
                plain_sha256: sums.plain_sha256,
                rows: table.as_deref().and_then(|table| rows.get(table).copied()),
                table,
            });
        }
        Ok::<_, Error>(sealed)
    };
    let mut sealed = meter.watch(Phase::Seal, total, progress, sealing).await?;
    sealed.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sealed)
}

async fn one(plain: PathBuf, to: PathBuf, recipients: Option<AgeRecipients>) -> Result<Sums> {
    let work = move || {
        let Some(recipients) = recipients else { return parts::sums(&plain) };
        let sums = parts::seal(&plain, &to, Some(&recipients))?;
        // There need not be room for all of it twice.
        fs::remove_file(&plain).map_err(Error::io(OPERATION, &plain))?;
        Ok(sums)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::lost(OPERATION))?
}

/// `3456.dat.zst` holds what `3456.dat` would.
fn table_file(file: &str) -> &str {
    file.find(".dat").map_or(file, |at| &file[..at + ".dat".len()])
}

fn files_in(dir: &Path) -> Result<Vec<(String, u64)>> {
    let fail = || Error::io(OPERATION, dir);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(fail())? {
        let entry = entry.map_err(fail())?;
        let bytes = entry.metadata().map_err(fail())?.len();
        files.push((entry.file_name().to_string_lossy().into_owned(), bytes));
    }
    files.sort();
    Ok(files)
}
