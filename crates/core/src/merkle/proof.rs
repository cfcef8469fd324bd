use std::ops::Range;

use super::{CompactRange, node_hash};
use crate::{InvalidInput, hash::Sha256};

/// The subtrees whose roots prove that leaf `index` is in the tree of `size` leaves, from the leaf to the root
/// (RFC 6962, 2.1.1). None where there is no such leaf.
pub fn inclusion_parts(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut parts = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = tree.start + split(tree.end - tree.start);
        let (inside, sibling) = if index < middle {
            (tree.start..middle, middle..tree.end)
        } else {
            (middle..tree.end, tree.start..middle)
        };
        parts.push(sibling);
        tree = inside;
    }
    parts.reverse();
    Some(parts)
}

/// The subtrees whose roots prove that the tree of `old` leaves became the tree of `new` ones by appending (RFC 6962,
/// 2.1.2). Empty where there is nothing to prove: for equal sizes and for an empty old tree. None if `old > new`.
pub fn consistency_parts(old: u64, new: u64) -> Option<Vec<Range<u64>>> {
    if old > new {
        return None;
    }
    let mut parts = Vec::new();
    if old == 0 || old == new {
        return Some(parts);
    }
    let mut tree = 0..new;
    let mut is_known = true;
    while old != tree.end {
        let middle = tree.start + split(tree.end - tree.start);
        if old <= middle {
            parts.push(middle..tree.end);
            tree.end = middle;
        } else {
            parts.push(tree.start..middle);
            tree.start = middle;
            is_known = false;
        }
    }
    if !is_known {
        parts.push(tree);
    }
    parts.reverse();
    Some(parts)
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Whether `proof` proves that the leaf with this hash is leaf `index` of the tree of `size` leaves under `root`
/// (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(
    leaf: Sha256,
    index: u64,
    size: u64,
    proof: &[Sha256],
    root: &Sha256,
) -> bool {
    let Some(parts) = inclusion_parts(index, size) else { return false };
    if parts.len() != proof.len() {
        return false;
    }
    let computed = parts.iter().zip(proof).fold(leaf, |hash, (part, sibling)| {
        if part.start > index { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
    });
    computed == *root
}

/// Whether `proof` proves that the tree of `old` leaves under `old_root` is the beginning of the tree of `new` leaves
/// under `new_root`.
pub fn verify_consistency(old: (u64, &Sha256), new: (u64, &Sha256), proof: &[Sha256]) -> bool {
    let Some(parts) = consistency_parts(old.0, new.0) else { return false };
    if parts.len() != proof.len() {
        return false;
    }
    if old.0 == new.0 {
        return old.1 == new.1;
    }
    if old.0 == 0 {
        return *old.1 == super::empty_root();
    }
    let mut steps = parts.iter().zip(proof).peekable();
    // The smallest subtree comes first, unless it is the whole old tree, whose root is known.
    let begins = steps.next_if(|(part, _)| part.end == old.0).map_or(*old.1, |(_, hash)| *hash);
    let (mut old_root, mut new_root) = (begins, begins);
    for (part, hash) in steps {
        if part.start >= old.0 {
            new_root = node_hash(&new_root, hash);
        } else {
            old_root = node_hash(hash, &old_root);
            new_root = node_hash(hash, &new_root);
        }
    }
    old_root == *old.1 && new_root == *new.1
}

/// Computes the roots of parts of a tree while its leaves go by.
///
/// ```
/// use agentflow_core::merkle::{CompactRange, ProofCollector, inclusion_parts, leaf_hash, verify_inclusion};
///
/// let leaves: Vec<_> = (0..5_u8).map(|number| leaf_hash(&[number])).collect();
/// let mut tree = CompactRange::new();
/// let mut proof = ProofCollector::new(inclusion_parts(2, 5).unwrap(), &CompactRange::new()).unwrap();
/// for leaf in &leaves {
///     tree.push(*leaf);
///     proof.push(*leaf);
/// }
/// let proof = proof.finish().unwrap();
/// assert!(verify_inclusion(leaves[2], 2, 5, &proof, &tree.root().unwrap()));
/// ```
#[derive(Debug)]
pub struct ProofCollector {
    parts: Vec<(u64, CompactRange)>,
    next: u64,
}

impl ProofCollector {
    /// For the given parts. `before` are the leaves that will not go by: the first to come is `before.end()`. Fails when
    /// the root of a part would need a leaf of `before` that it does not hold.
    pub fn new(parts: Vec<Range<u64>>, before: &CompactRange) -> Result<Self, InvalidInput> {
        let started = parts.into_iter().map(|part| {
            let range = if part.start >= before.end() {
                Some(CompactRange::starting_at(part.start))
            } else if part.end < before.end() {
                before.part(&part)
            } else {
                before.since(part.start)
            };
            let unknown = || {
                let reason = format!("entries up to {} are gone, and needed", before.end());
                InvalidInput::new("proof", reason)
            };
            range.map(|range| (part.end, range)).ok_or_else(unknown)
        });
        Ok(Self { parts: started.collect::<Result<_, _>>()?, next: before.end() })
    }

    /// Takes the next leaf, by its hash.
    pub fn push(&mut self, leaf: Sha256) {
        for (end, range) in &mut self.parts {
            if range.end() == self.next && self.next < *end {
                range.push(leaf);
            }
        }
        self.next += 1;
    }

    /// The roots, in the order of the parts. None when leaves are missing.
    pub fn finish(self) -> Option<Vec<Sha256>> {
        self.parts
            .into_iter()
            .map(|(end, range)| if range.end() == end { range.fold() } else { None })
            .collect()
    }
}
