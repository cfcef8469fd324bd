use std::ops::Range;

use proptest::prelude::*;

use super::*;

fn leaves(count: u64) -> Vec<Sha256> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

/// The definition of RFC 6962, word by word.
fn root_of(leaves: &[Sha256]) -> Sha256 {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            node_hash(&root_of(&leaves[..middle]), &root_of(&leaves[middle..]))
        }
    }
}

fn range_of(leaves: &[Sha256], part: Range<u64>) -> CompactRange {
    let mut range = CompactRange::starting_at(part.start);
    for index in part {
        range.push(leaves[usize::try_from(index).unwrap()]);
    }
    range
}

fn prove(leaves: &[Sha256], parts: Vec<Range<u64>>, gone: u64) -> Vec<Sha256> {
    let mut collector = ProofCollector::new(parts, &range_of(leaves, 0..gone)).unwrap();
    for leaf in &leaves[usize::try_from(gone).unwrap()..] {
        collector.push(*leaf);
    }
    collector.finish().unwrap()
}

/// The tree of eight leaves that the test suite of Certificate Transparency uses.
#[test]
fn roots_are_those_of_certificate_transparency() {
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let mut range = CompactRange::new();
    assert_eq!(
        range.root().unwrap().to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let mut roots = Vec::new();
    for input in inputs {
        range.push(leaf_hash(input));
        roots.push(range.root().unwrap().to_string());
    }
    assert_eq!(roots[0], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(roots[1], "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(roots[7], "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

#[test]
fn every_leaf_of_every_small_tree_is_proved_and_nothing_else_is() {
    for size in 1..=33 {
        let leaves = leaves(size);
        let root = root_of(&leaves);
        for index in 0..size {
            let leaf = leaves[usize::try_from(index).unwrap()];
            let proof = prove(&leaves, inclusion_parts(index, size).unwrap(), 0);
            assert!(verify_inclusion(leaf, index, size, &proof, &root), "{index} of {size}");
            assert!(!verify_inclusion(leaf, index + 1, size, &proof, &root));
            assert!(!verify_inclusion(leaf_hash(b"other"), index, size, &proof, &root));
            if let Some((_, stripped)) = proof.split_last() {
                assert!(!verify_inclusion(leaf, index, size, stripped, &root));
            }
            let longer: Vec<_> = proof.iter().copied().chain([root]).collect();
            assert!(!verify_inclusion(leaf, index, size, &longer, &root));
        }
        assert_eq!(inclusion_parts(size, size), None);
    }
}

#[test]
fn every_small_tree_is_proved_to_continue_every_smaller_one() {
    for new in 0..=33 {
        let leaves = leaves(new);
        let new_root = root_of(&leaves);
        for old in 0..=new {
            let old_root = root_of(&leaves[..usize::try_from(old).unwrap()]);
            let proof = prove(&leaves, consistency_parts(old, new).unwrap(), 0);
            assert!(verify_consistency((old, &old_root), (new, &new_root), &proof), "{old} {new}");
            let other = leaf_hash(b"other");
            assert!(!verify_consistency((old, &other), (new, &new_root), &proof), "{old} {new}");
            if old > 0 {
                assert!(!verify_consistency((old, &old_root), (new, &other), &proof));
            }
            for changed in 0..proof.len() {
                let mut proof = proof.clone();
                proof[changed] = other;
                assert!(!verify_consistency((old, &old_root), (new, &new_root), &proof));
            }
        }
    }
    assert_eq!(consistency_parts(3, 2), None);
}

#[test]
fn a_range_with_another_number_of_hashes_is_refused() {
    let range = range_of(&leaves(13), 3..13);
    let hashes: Vec<_> = range.hashes().collect();
    assert_eq!(CompactRange::from_hashes(3, 13, hashes.clone()).unwrap(), range);
    assert!(CompactRange::from_hashes(3, 13, hashes[1..].to_vec()).is_err());
    assert!(CompactRange::from_hashes(3, 12, [hashes.clone(), hashes].concat()).is_err());
    assert!(CompactRange::from_hashes(4, 3, []).is_err());
    assert!(CompactRange::new().append(&CompactRange::starting_at(1)).is_err());
    // The largest tree there may be, and no overflow.
    assert!(CompactRange::from_hashes(0, u64::MAX, [empty_root(); 64]).is_ok());
    assert!(CompactRange::from_hashes(u64::MAX, u64::MAX, []).is_ok());
}

proptest! {
    #[test]
    fn neighbors_join_into_the_range_of_all(size in 0..300_u64, cuts in prop::collection::vec(0..300_u64, 0..6)) {
        let leaves = leaves(size);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(size)).chain([0, size]).collect();
        cuts.sort_unstable();
        let mut joined = CompactRange::new();
        for pair in cuts.windows(2) {
            let range = range_of(&leaves, pair[0]..pair[1]);
            let read = CompactRange::from_hashes(pair[0], pair[1], range.hashes());
            prop_assert_eq!(read.unwrap(), range.clone());
            joined.append(&range).unwrap();
        }
        prop_assert_eq!(&joined, &range_of(&leaves, 0..size));
        prop_assert_eq!(joined.root().unwrap(), root_of(&leaves));
    }

    #[test]
    fn proofs_need_nothing_that_retention_took_away(size in 1..200_u64, gone in 0..200_u64, index in 0..200_u64) {
        let leaves = leaves(size);
        let gone = gone % size;
        let index = gone + index % (size - gone);
        let proof = prove(&leaves, inclusion_parts(index, size).unwrap(), gone);
        prop_assert!(verify_inclusion(
            leaves[usize::try_from(index).unwrap()], index, size, &proof, &root_of(&leaves)
        ));
        let proof = prove(&leaves, consistency_parts(index, size).unwrap(), gone);
        let old_root = root_of(&leaves[..usize::try_from(index).unwrap()]);
        prop_assert!(verify_consistency((index, &old_root), (size, &root_of(&leaves)), &proof));
    }
}
