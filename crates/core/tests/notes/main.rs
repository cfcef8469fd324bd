//! Signed notes, checkpoints and proofs: their formats, what is refused, and independent programs that agree.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod checkpoint_files;
mod checkpoints;
mod edits;
mod format;
mod fuzz;
mod keys;
mod peers;
mod proofs;
mod samples;
mod trees;
