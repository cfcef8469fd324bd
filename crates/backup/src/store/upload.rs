use std::{io, path::Path};

use agentflow::core::{backup::Part, hash::Sha256};
use aws_lc_rs::digest::{Context, SHA256};
use futures::{StreamExt, stream::FuturesUnordered};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::{fs::File, io::AsyncReadExt};

use crate::files;

const MIB: u64 = 1024 * 1024;
/// A file of up to so many bytes is put there with one request; a larger one in pieces of at least that.
const PIECE_BYTES: u64 = 8 * MIB;
/// So many pieces are under way at once, and in memory.
const PIECES_AT_ONCE: usize = 4;
/// S3 takes 10 000 pieces.
const MAX_PIECES: u64 = 9_000;

pub(super) enum Trouble {
    Local(io::Error),
    Store(object_store::Error),
    /// It is not the file that was to be put there.
    Other(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Local(error)
    }
}

impl From<object_store::Error> for Trouble {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

/// Puts a file there. If that fails nothing is there, and pieces that arrived are removed as far as the store can be reached. What is not the part that is
/// expected does not get its name.
pub(super) async fn file(
    store: &dyn ObjectStore,
    key: &object_store::path::Path,
    local: &Path,
    expected: Option<&Part>,
    on: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), Trouble> {
    let mut file = File::open(local).await?;
    let length = file.metadata().await?.len();
    if let Some(part) = expected
        && part.bytes != length
    {
        return Err(Trouble::Other(format!(
            "it has {length} bytes, and {} in the manifest",
            part.bytes
        )));
    }
    if length <= PIECE_BYTES {
        let bytes = piece(&mut file, PIECE_BYTES + 1).await?;
        refuse_change(bytes.len(), length)?;
        require_hash(Sha256::of(&[&bytes]), expected)?;
        store.put(key, PutPayload::from(bytes)).await?;
        on(length);
        return Ok(());
    }
    let mut upload = store.put_multipart(key).await?;
    let sent = pieces(upload.as_mut(), &mut file, length, on).await;
    let sent = match sent.and_then(|found| require_hash(found, expected)) {
        Ok(()) => upload.complete().await.map(drop).map_err(Trouble::from),
        Err(trouble) => Err(trouble),
    };
    if sent.is_err() {
        // What failed is told, and not that tidying up failed as well.
        let _ = upload.abort().await;
    }
    sent
}

/// The hash of what was sent.
async fn pieces(
    upload: &mut dyn MultipartUpload,
    file: &mut File,
    length: u64,
    on: &(dyn Fn(u64) + Send + Sync),
) -> Result<Sha256, Trouble> {
    let mut hash = Context::new(&SHA256);
    let size = piece_bytes(length);
    let mut under_way = FuturesUnordered::new();
    let mut read = 0;
    loop {
        let bytes = piece(file, size).await?;
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if count == 0 {
            break;
        }
        read += count;
        hash.update(&bytes);
        let sending = upload.put_part(PutPayload::from(bytes));
        under_way.push(async move { sending.await.map(|()| count) });
        if under_way.len() == PIECES_AT_ONCE
            && let Some(sent) = under_way.next().await
        {
            on(sent?);
        }
    }
    while let Some(sent) = under_way.next().await {
        on(sent?);
    }
    refuse_change(usize::try_from(read).unwrap_or(usize::MAX), length)?;
    Ok(files::finish(hash))
}

fn require_hash(found: Sha256, expected: Option<&Part>) -> Result<(), Trouble> {
    match expected {
        Some(part) if part.sha256 != found => Err(Trouble::Other(format!(
            "its SHA-256 is {found}, and {} in the manifest",
            part.sha256
        ))),
        _ => Ok(()),
    }
}

/// All pieces but the last are of the same size, as some stores want it.
fn piece_bytes(length: u64) -> u64 {
    length.div_ceil(MAX_PIECES).next_multiple_of(MIB).max(PIECE_BYTES)
}

async fn piece(file: &mut File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn refuse_change(read: usize, length: u64) -> Result<(), Trouble> {
    if u64::try_from(read).is_ok_and(|read| read == length) {
        return Ok(());
    }
    Err(io::Error::other("it was changed while it was read").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_needs_more_pieces_than_a_store_takes() {
        for length in [PIECE_BYTES + 1, 80_000 * MIB, 5 * 1024 * 1024 * MIB] {
            let size = piece_bytes(length);
            assert!(length.div_ceil(size) <= 10_000 && size >= PIECE_BYTES, "{length}");
            assert!(size.is_multiple_of(MIB) && size <= 5 * 1024 * MIB, "{length}");
        }
    }
}
