use std::io::Read;

use super::{
    AFTER, BundleError, FORMAT, GAP, Header, MAX_GAP_BYTES, MAX_HEADER_BYTES, body::Body,
    body::MAX_GAP_HASHES, lines::Lines,
};
use crate::{
    audit::{MAX_RECORD_BYTES, SignedCheckpoint, TrustedKeys},
    hash::Sha256,
};

/// What a bundle holds that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleReport {
    /// What it says of itself. `filter` and `exported_at` are claims, all else is proved.
    pub header: Header,
    /// The signed checkpoint that proves it.
    pub checkpoint: SignedCheckpoint,
    /// How many stretches of entries are left out.
    pub gaps: u64,
    /// The hash of the last entry, unless that one is left out.
    pub head_hash: Option<Sha256>,
    /// The length of the bundle.
    pub bytes: u64,
}

impl BundleReport {
    /// Whether every entry up to the checkpoint is in it.
    pub fn is_whole(&self) -> bool {
        self.header.left_out == 0
    }
}

/// How far verification came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries so far, with those left out.
    pub entries: u64,
    /// Entries in all.
    pub size: u64,
}

/// How many lines go by between two calls of `progress`.
const PROGRESS_LINES: u64 = 1 << 16;

/// Checks a bundle against keys that were obtained from elsewhere: every hash from the first record to the signed root,
/// the signature, and all that the header says and that can be checked. Without keys nothing verifies.
///
/// Reads once from beginning to end, in memory that does not grow. `progress` is called now and then.
pub fn verify(
    bundle: impl Read,
    keys: &TrustedKeys,
    progress: &mut dyn FnMut(Progress),
) -> Result<BundleReport, BundleError> {
    verify_records(bundle, keys, progress, &mut |_, _| Ok(()))
}

/// As [`verify`], and hands over each record with its position on the way.
///
/// The proof is at the end of a bundle, so what `each` is given is **not proved** until this returns `Ok`. Do nothing with
/// it that cannot be taken back, or verify first and read again.
pub fn verify_records(
    bundle: impl Read,
    keys: &TrustedKeys,
    progress: &mut dyn FnMut(Progress),
    each: &mut dyn FnMut(u64, &str) -> std::io::Result<()>,
) -> Result<BundleReport, BundleError> {
    let mut lines = Lines::new(bundle);
    let mut body = Body::new(read_header(&mut lines)?);
    let size = body.header().size;
    loop {
        let line = lines.next(MAX_RECORD_BYTES)?;
        if line.is_empty() {
            break;
        }
        if let Some(gap) = line.strip_prefix(GAP) {
            take_gap(&mut body, gap)?;
        } else if let Some(hash) = line.strip_prefix(AFTER) {
            let hash = Sha256::from_base64(hash).ok_or_else(|| {
                BundleError::malformed(body.line() + 1, "expected `after` and a hash in base64")
            })?;
            body.after(hash)?;
        } else {
            each(body.record(line)?, line)?;
        }
        if body.line().is_multiple_of(PROGRESS_LINES) {
            progress(Progress { entries: body.position(), size });
        }
    }
    body.end()?;
    let checkpoint = read_checkpoint(&mut lines, keys)?;
    body.check(checkpoint.checkpoint(), lines.number() + 1)?;
    progress(Progress { entries: size, size });
    Ok(BundleReport {
        gaps: body.gaps(),
        head_hash: body.head_hash(),
        header: body.into_header(),
        checkpoint,
        bytes: lines.bytes(),
    })
}

fn read_header(lines: &mut Lines<impl Read>) -> Result<Header, BundleError> {
    if lines.next(FORMAT.len() + 1)? != FORMAT {
        return Err(BundleError::malformed(1, format!("expected `{FORMAT}`")));
    }
    Header::from_text(lines.next(MAX_HEADER_BYTES)?)
        .map_err(|error| BundleError::malformed(2, error))
}

/// `<n> <hash>...`: each hash is 44 characters.
fn take_gap(body: &mut Body, gap: &str) -> Result<(), BundleError> {
    let malformed = |reason: &str| BundleError::malformed(body.line() + 1, reason);
    if gap.len() > MAX_GAP_BYTES {
        return Err(malformed("no gap needs that many hashes"));
    }
    let mut words = gap.split(' ');
    let length = words.next().unwrap_or_default();
    let number = length.parse().ok().filter(|number: &u64| number.to_string() == length);
    let length = number.ok_or_else(|| malformed("expected `gap` and a number of entries"))?;
    let mut hashes = [Sha256([0; 32]); MAX_GAP_HASHES];
    let mut count = 0;
    for word in words {
        let place =
            hashes.get_mut(count).ok_or_else(|| malformed("no gap needs that many hashes"))?;
        *place = Sha256::from_base64(word)
            .ok_or_else(|| malformed("expected hashes in base64, with one blank between them"))?;
        count += 1;
    }
    body.gap(length, hashes.into_iter().take(count))
}

fn read_checkpoint(
    lines: &mut Lines<impl Read>,
    keys: &TrustedKeys,
) -> Result<SignedCheckpoint, BundleError> {
    let line = lines.number() + 1;
    let checkpoint = SignedCheckpoint::read(lines.rest()?)
        .map_err(|error| BundleError::malformed(line, error))?;
    checkpoint.verify(keys).map_err(|reason| BundleError::Untrusted { line, reason })?;
    Ok(checkpoint)
}
