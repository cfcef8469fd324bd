use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use agentflow_core::{
    audit::{
        TrustedKeys,
        bundle::{self, BundleReport},
    },
    hash::Sha256,
};
use aws_lc_rs::digest::{Context, SHA256};
use tempfile::NamedTempFile;
use tokio::sync::mpsc;

use super::{OPERATION, Prefix, Progress, PruneBundle, PruneProgress};
use crate::{
    audit::export::{ExportOptions, Reader, export_bundle},
    error::{Error, Result},
    store::Shared,
};

/// Writes the bundle of a prefix into `folder`, and verifies it from there. One that is there already, from an attempt
/// that was cut short, is verified and used; nothing is ever overwritten.
pub(super) async fn keep(
    shared: &Arc<Shared>,
    prefix: Prefix,
    folder: &Path,
    keys: &TrustedKeys,
    progress: Progress<'_>,
) -> Result<PruneBundle> {
    let Prefix { tenant, first, last } = prefix;
    let path = folder.join(format!("audit-{tenant}-{first}-{last}.bundle"));
    let is_there = tokio::fs::try_exists(&path).await.map_err(|error| io_error(&path, error))?;
    if is_there {
        return verify(&path, prefix, keys, progress).await.map_err(|error| match error {
            Error::Tampered { faults } => Error::Conflict {
                operation: OPERATION,
                reason: format!(
                    "{} is there already, and does not hold these entries ({}); move it away",
                    path.display(),
                    faults.join("; ")
                ),
            },
            other => other,
        });
    }
    let temporary = in_thread(folder, |folder| {
        tempfile::Builder::new().prefix(".audit-").suffix(".tmp").tempfile_in(folder)
    });
    let temporary = temporary.await?;
    let writer = temporary.as_file().try_clone().map_err(|error| io_error(&path, error))?;
    let options = ExportOptions { checkpoint: Some(last), ..ExportOptions::default() };
    let tell = |seen| progress(PruneProgress::Exporting(seen));
    let report = export_bundle(shared, tenant, Reader::Admin, &options, writer, &tell).await?;
    let temporary = in_thread(folder, move |_| temporary.as_file().sync_all().map(|()| temporary));
    let temporary = temporary.await?;

    // Before it has its name, so that what has the name is good.
    let bundle = verify(temporary.path(), prefix, keys, progress).await?;
    if bundle.sha256 != report.sha256 {
        let fault = format!("{} is not what was written", temporary.path().display());
        return Err(Error::Tampered { faults: vec![fault] });
    }
    let name = path.clone();
    in_thread(folder, move |folder| put(temporary, &name, folder)).await?;
    Ok(PruneBundle { path, ..bundle })
}

/// Gives the file its name, unless that is taken, and makes the name last.
fn put(temporary: NamedTempFile, path: &Path, folder: &Path) -> io::Result<()> {
    temporary.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Other systems than Unix cannot open a folder, and keep names without being asked.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Verifies a bundle in a file: that it is whole from the beginning of the prefix to its end, and that it is signed.
async fn verify(
    path: &Path,
    prefix: Prefix,
    keys: &TrustedKeys,
    progress: Progress<'_>,
) -> Result<PruneBundle> {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let (keys, total) = (keys.clone(), prefix.len());
    let reading = in_thread(path, move |path| {
        let mut file = Summing { file: File::open(path)?, hash: Context::new(&SHA256), bytes: 0 };
        let report = bundle::verify(&mut file, &keys, &mut |at| {
            let _ = sender.send(at.entries);
        });
        // It may have been left behind by an attempt that was cut short before it reached the disk.
        file.file.sync_all()?;
        Ok((report, file.sum()))
    });
    let telling = async {
        while let Some(entries) = seen.recv().await {
            let before = prefix.first.unsigned_abs() - 1;
            let done = entries.saturating_sub(before);
            progress(PruneProgress::Verifying { done, total });
        }
    };
    let (read, ()) = futures::join!(reading, telling);
    let (report, (sha256, bytes)) = read?;
    let refuse =
        |reason: String| Error::Tampered { faults: vec![format!("{}: {reason}", path.display())] };
    let report = report.map_err(|error| refuse(error.to_string()))?;
    if !holds(&report, prefix) {
        return Err(refuse("these are not the entries to be removed".to_owned()));
    }
    Ok(PruneBundle { path: path.to_owned(), sha256, bytes })
}

fn holds(report: &BundleReport, prefix: Prefix) -> bool {
    let header = &report.header;
    header.tenant_id == prefix.tenant
        && header.size == prefix.last.unsigned_abs()
        && header.first_seq == prefix.first.unsigned_abs()
        && header.count == prefix.len()
}

/// Sums up what is read.
struct Summing {
    file: File,
    hash: Context,
    bytes: u64,
}

impl Summing {
    fn sum(self) -> (Sha256, u64) {
        let mut sum = [0; 32];
        sum.copy_from_slice(self.hash.finish().as_ref());
        (Sha256(sum), self.bytes)
    }
}

impl Read for Summing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Does what waits for a disk in a thread that may wait.
async fn in_thread<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let owned = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&owned)).await;
    let done = done.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|error| io_error(path, error))
}

fn io_error(path: &Path, error: io::Error) -> Error {
    let reason = format!("{}: {error}", path.display());
    Error::Unavailable { operation: OPERATION, reason, source: Some(Arc::new(error)) }
}
