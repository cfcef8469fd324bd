//! Bundles: audit entries in a file of their own, which proves itself to whoever has the public key.
//!
//! ```text
//! agentflow.dev/audit-bundle@v1
//! {"count":2,"exported_at":"2026-11-21T04:41:00.000000Z","filter":null,"first_seq":4,"last_seq":6,"left_out":5,…}
//! gap 3 <hashes>                     entries 1 to 3 are left out: the hashes of their CompactRange, in base64
//! after <hash>                       what the prev_hash of the next record is, in base64
//! {"action":…}                       entry 4: its record, byte for byte as it was hashed
//! gap 1 <hash>
//! after <hash>
//! {"action":…}                       entry 6
//! gap 1 <hash>
//!                                    an empty line
//! <the signed checkpoint of the tenant's log, to the end>
//! ```
//!
//! Lines end in LF. The header is canonical JSON. An export of everything has no gaps; where old entries were pruned, it
//! begins with one. `after` stands between a gap and a record, and nowhere else. Before entry 1 stands
//! [`genesis_hash`](super::genesis_hash), which every reader can compute.
//!
//! # What a bundle proves
//!
//! Every record was in the tenant's log, at its position, when the checkpoint was signed, and no entry between them is
//! missing but those that a gap counts. The numbers and the tenant in the header are checked against that. Two things in
//! the header are only claims, because no entry depends on them: `exported_at`, and `filter`, the reason for the gaps.
//! Whoever passes a bundle on can turn records into gaps, and must then say so in `left_out`.
//!
//! Records are checked to be UTF-8 and to begin with `{`, and not to be JSON: the root proves that these are the bytes
//! which were recorded, and what was recorded was checked then.

mod body;
mod error;
mod header;
mod lines;
mod verify;
mod write;

pub use error::BundleError;
pub use header::{Header, MAX_HEADER_BYTES};
pub use verify::{BundleReport, Progress, verify, verify_records};
pub use write::Writer;

/// The first line.
const FORMAT: &str = "agentflow.dev/audit-bundle@v1";
/// How a line about left-out entries begins.
const GAP: &str = "gap ";
/// How a line with the hash before a record begins.
const AFTER: &str = "after ";
/// The longest line about a gap. A range of n entries has at most two hashes for each bit of n.
const MAX_GAP_BYTES: usize = 8192;
