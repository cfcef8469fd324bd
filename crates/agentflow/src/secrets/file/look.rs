//! Looking at a file that somebody may be writing.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use agentflow_core::hash::Sha256;

use super::{
    atomic::{self, Content, Identity},
    fault::Fault,
    state::MAX_BYTES,
};

/// How long a file must have been the same before it is taken for whole.
pub(super) const SETTLE: Duration = Duration::from_millis(50);
/// How long a file that was written in place must have been the same before it is changed: what its writer did not write yet would be
/// lost for good.
pub(super) const SETTLE_TO_CHANGE: Duration = Duration::from_millis(500);
/// A file that was not written to for so long is at rest.
const OLD: Duration = Duration::from_secs(2);
/// So often a file is looked at that never stays the same.
pub(super) const MOST_LOOKS: usize = 8;

/// A look at the file.
pub(super) struct Look {
    pub(super) content: Content,
    pub(super) digest: Sha256,
}

/// The content that was judged last, good or bad.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) digest: Sha256,
    pub(super) file: Identity,
    /// It has been like this since then at least.
    pub(super) since: Instant,
}

impl Look {
    pub(super) fn at(path: &Path) -> Result<Self, Fault> {
        let content = atomic::read(path, MAX_BYTES)?;
        let digest = Sha256::of(&[&content.bytes]);
        Ok(Self { content, digest })
    }

    /// Whether nobody has written to it for a while. A time in the future says nothing.
    pub(super) fn is_old(&self) -> bool {
        let age = self.content.modified.and_then(|it| it.elapsed().ok());
        age.is_some_and(|age| age >= OLD)
    }

    pub(super) fn seen(&self) -> Seen {
        let (digest, file) = (self.digest, self.content.file.clone());
        Seen { digest, file, since: Instant::now() }
    }

    /// Whether the other one is of another file, whatever it holds.
    pub(super) fn is_of_other_file(&self, other: &Self) -> bool {
        self.content.file != other.content.file
    }

    /// How long the file must stay as it is before it is changed.
    pub(super) fn settling_time(&self, seen: Option<&Seen>) -> Duration {
        match seen {
            // It was put in place of the one that was seen.
            Some(seen) if seen.file != self.content.file => SETTLE,
            Some(seen) if seen.digest == self.digest => {
                SETTLE_TO_CHANGE.saturating_sub(seen.since.elapsed())
            }
            _ => SETTLE_TO_CHANGE,
        }
    }
}

/// Whether two looks, one after the other, saw the same.
pub(super) fn agree(first: &Result<Look, Fault>, second: &Result<Look, Fault>) -> bool {
    match (first, second) {
        (Ok(first), Ok(second)) => first.digest == second.digest,
        (Err(first), Err(second)) => first == second,
        _ => false,
    }
}

/// What is said of a file that never stays the same.
pub(super) fn unrest() -> Fault {
    let reason = "it does not rest: somebody keeps writing it, and it may be half written; replace it by rename, as a whole";
    Fault::Unavailable(reason.to_owned())
}
