//! The tree of `tlog_tiles`, which is not ours: the same roots and the same proofs.

use agentflow_core::{
    hash::Sha256,
    merkle::{
        CompactRange, ProofCollector, consistency_parts, empty_root, inclusion_parts, leaf_hash,
        node_hash, verify_consistency, verify_inclusion,
    },
};
use proptest::prelude::*;
use tlog_tiles::{
    Error, Hash, HashReader, check_record, check_tree, prove_record, prove_tree, record_hash,
    stored_hashes, tree_hash,
};

/// All hashes of a tree, in the order in which they store them.
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

fn data(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

/// Their tree, and our leaves.
fn trees(size: u64) -> (Stored, Vec<Sha256>) {
    let mut stored = Stored(Vec::new());
    for number in 0..size {
        let hashes = stored_hashes(number, &data(number), &stored).unwrap();
        stored.0.extend(hashes);
    }
    (stored, (0..size).map(|number| leaf_hash(&data(number))).collect())
}

fn root(leaves: &[Sha256]) -> Sha256 {
    let mut range = CompactRange::new();
    for leaf in leaves {
        range.push(*leaf);
    }
    range.root().unwrap()
}

fn collect(leaves: &[Sha256], parts: Vec<std::ops::Range<u64>>) -> Vec<Sha256> {
    let mut collector = ProofCollector::new(parts, &CompactRange::new()).unwrap();
    for leaf in leaves {
        collector.push(*leaf);
    }
    collector.finish().unwrap()
}

fn theirs(hashes: &[Sha256]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn ours(hashes: &[Hash]) -> Vec<Sha256> {
    hashes.iter().map(|hash| Sha256(hash.0)).collect()
}

#[test]
fn leaves_nodes_and_roots_are_the_same_at_every_size() {
    assert_eq!(record_hash(b"x").0, leaf_hash(b"x").0);
    let (left, right) = (leaf_hash(b"l"), leaf_hash(b"r"));
    assert_eq!(tlog_tiles::node_hash(Hash(left.0), Hash(right.0)).0, node_hash(&left, &right).0);
    let (stored, leaves) = trees(300);
    assert_eq!(tree_hash(0, &stored).unwrap().0, empty_root().0);
    let mut range = CompactRange::new();
    for (leaf, size) in leaves.iter().zip(1..) {
        range.push(*leaf);
        assert_eq!(tree_hash(size, &stored).unwrap().0, range.root().unwrap().0, "{size}");
    }
}

#[test]
fn a_tree_grows_from_its_compact_range_alone() {
    let (stored, leaves) = trees(130);
    for cut in 0..=130_usize {
        let mut before = CompactRange::new();
        leaves[..cut].iter().for_each(|leaf| before.push(*leaf));
        let hashes: Vec<_> = before.hashes().collect();
        let mut range = CompactRange::from_hashes(0, cut as u64, hashes).unwrap();
        leaves[cut..].iter().for_each(|leaf| range.push(*leaf));
        assert_eq!(range.root().unwrap().0, tree_hash(130, &stored).unwrap().0, "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn inclusion_proofs_are_the_same(size in 1..1500_u64, indexes in prop::collection::vec(any::<u64>(), 4)) {
        let (stored, leaves) = trees(size);
        let root = root(&leaves);
        prop_assert_eq!(tree_hash(size, &stored).unwrap().0, root.0);
        for index in indexes.into_iter().map(|index| index % size).chain([0, size - 1]) {
            let proof = collect(&leaves, inclusion_parts(index, size).unwrap());
            let leaf = leaves[usize::try_from(index).unwrap()];
            let their_proof = prove_record(size, index, &stored).unwrap();
            prop_assert_eq!(&ours(&their_proof), &proof);
            prop_assert!(check_record(&theirs(&proof), size, Hash(root.0), index, Hash(leaf.0)).is_ok());
            prop_assert!(verify_inclusion(leaf, index, size, &ours(&their_proof), &root));
        }
    }

    #[test]
    fn consistency_proofs_are_the_same(new in 1..1500_u64, olds in prop::collection::vec(any::<u64>(), 4)) {
        let (stored, leaves) = trees(new);
        let new_root = root(&leaves);
        for old in olds.into_iter().map(|old| old % new + 1).chain([1, new]) {
            let old_root = root(&leaves[..usize::try_from(old).unwrap()]);
            let proof = collect(&leaves, consistency_parts(old, new).unwrap());
            let their_proof = prove_tree(new, old, &stored).unwrap();
            prop_assert_eq!(&ours(&their_proof), &proof);
            prop_assert!(check_tree(&theirs(&proof), new, Hash(new_root.0), old, Hash(old_root.0)).is_ok());
            prop_assert!(verify_consistency((old, &old_root), (new, &new_root), &ours(&their_proof)));
        }
    }

    /// The wrong place, the wrong size, hashes that are changed, missing, doubled or exchanged: both say the same.
    #[test]
    fn wrong_proofs_are_refused_by_both(
        size in 1..70_u64, index in 0..80_u64, stated in 0..80_u64, claimed in 0..80_u64, change in 0..6_u8, at: prop::sample::Index
    ) {
        let (stored, leaves) = trees(size);
        let index = index % size;
        let (root, leaf) = (root(&leaves), leaves[usize::try_from(index).unwrap()]);
        let mut proof = ours(&prove_record(size, index, &stored).unwrap());
        alter(&mut proof, change, at);
        for (size, index) in [(size, index), (stated, index), (size, claimed), (stated, claimed)] {
            let they_agree = check_record(&theirs(&proof), size, Hash(root.0), index, Hash(leaf.0)).is_ok();
            prop_assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), they_agree);
        }
        let old = index + 1;
        let old_root = self::root(&leaves[..usize::try_from(old).unwrap()]);
        let mut proof = ours(&prove_tree(size, old, &stored).unwrap());
        alter(&mut proof, change, at);
        for (new, old) in [(size, old), (stated, old), (size, claimed), (stated, claimed)] {
            if old == 0 {
                continue; // They refuse to prove anything of an empty tree.
            }
            for old_root in [old_root, root, empty_root()] {
                let they_agree = check_tree(&theirs(&proof), new, Hash(root.0), old, Hash(old_root.0));
                let we_agree = verify_consistency((old, &old_root), (new, &root), &proof);
                prop_assert_eq!(we_agree, they_agree.is_ok());
            }
        }
    }
}

fn alter(proof: &mut Vec<Sha256>, change: u8, at: prop::sample::Index) {
    if proof.is_empty() {
        if change > 3 {
            proof.push(empty_root());
        }
        return;
    }
    let at = at.index(proof.len());
    match change {
        0 => proof[at].0[7] ^= 1,
        1 => drop(proof.remove(at)),
        2 => proof.insert(at, proof[at]),
        3 => proof.swap(0, at),
        4 => proof.push(empty_root()),
        _ => {}
    }
}
