//! RFC 6962 Merkle trees: roots, inclusion proofs and consistency proofs, without keeping the tree.
//!
//! ```text
//! leaf = SHA-256(0x00 || data)      node = SHA-256(0x01 || left || right)      root of nothing = SHA-256("")
//! ```
//!
//! A node splits its leaves at the largest power of two below their number. A [`CompactRange`] holds what must be
//! remembered of any stretch of leaves, at most two hashes for each bit of its length; neighbors join into one.

mod proof;
mod range;
#[cfg(test)]
mod tests;

pub use proof::{
    ProofCollector, consistency_parts, inclusion_parts, verify_consistency, verify_inclusion,
};
pub use range::CompactRange;

use crate::hash::Sha256;

/// The hash of a leaf that holds `data`.
pub fn leaf_hash(data: &[u8]) -> Sha256 {
    Sha256::of(&[&[0x00], data])
}

/// The hash of a node over its two children.
pub fn node_hash(left: &Sha256, right: &Sha256) -> Sha256 {
    // Copied together here, in steps of known lengths: trees are hashed by the million.
    let mut node = [0x01; 65];
    node[1..33].copy_from_slice(&left.0);
    node[33..].copy_from_slice(&right.0);
    Sha256::of(&[&node])
}

/// The root of the tree without leaves.
pub fn empty_root() -> Sha256 {
    Sha256::of(&[])
}
