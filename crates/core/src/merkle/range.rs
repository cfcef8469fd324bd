use super::{empty_root, node_hash};
use crate::{InvalidInput, hash::Sha256};

/// What must be remembered of the leaves `begin` to `end` (excluded): the roots of the largest perfect subtrees they
/// consist of, from left to right.
///
/// ```
/// use agentflow_core::merkle::{CompactRange, leaf_hash};
///
/// let mut whole = CompactRange::new();
/// let mut left = CompactRange::new();
/// let mut right = CompactRange::starting_at(3);
/// for number in 0..7_u8 {
///     let leaf = leaf_hash(&[number]);
///     whole.push(leaf);
///     if number < 3 { left.push(leaf) } else { right.push(leaf) }
/// }
/// left.append(&right).unwrap();
/// assert_eq!(left.root(), whole.root());
/// assert_eq!(whole.hashes().count(), 3); // 4 + 2 + 1
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactRange {
    begin: u64,
    end: u64,
    nodes: Vec<Node>,
}

/// A perfect subtree of 2^level leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    level: u32,
    hash: Sha256,
}

impl Default for CompactRange {
    fn default() -> Self {
        Self::new()
    }
}

impl CompactRange {
    /// No leaves yet; the first will be the first of the tree.
    pub fn new() -> Self {
        Self::starting_at(0)
    }

    /// No leaves yet; the first will be leaf `begin`, counted from 0.
    pub fn starting_at(begin: u64) -> Self {
        Self { begin, end: begin, nodes: Vec::new() }
    }

    /// A range from its hashes, as [`hashes`](Self::hashes) gave them. Fails when their number is not what such a range
    /// has.
    pub fn from_hashes(
        begin: u64,
        end: u64,
        hashes: impl IntoIterator<Item = Sha256>,
    ) -> Result<Self, InvalidInput> {
        let mut range = Self::starting_at(begin);
        let mut hashes = hashes.into_iter();
        while range.end < end {
            let Some(hash) = hashes.next() else { return Err(wrong_count(begin, end)) };
            range.nodes.push(Node { level: level_at(range.end, end), hash });
            range.end += 1 << level_at(range.end, end);
        }
        if begin > end || hashes.next().is_some() {
            return Err(wrong_count(begin, end));
        }
        Ok(range)
    }

    /// The first leaf, counted from 0.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// The leaf after the last.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The hashes, from left to right.
    pub fn hashes(&self) -> impl ExactSizeIterator<Item = Sha256> + '_ {
        self.nodes.iter().map(|node| node.hash)
    }

    /// Adds the next leaf, by its hash.
    pub fn push(&mut self, leaf: Sha256) {
        self.push_node(Node { level: 0, hash: leaf });
    }

    /// Adds the leaves of `next`, which must begin where this range ends.
    pub fn append(&mut self, next: &Self) -> Result<(), InvalidInput> {
        if next.begin != self.end {
            let reason = format!("expected one that begins at {}, not at {}", self.end, next.begin);
            return Err(InvalidInput::new("range", reason));
        }
        for node in &next.nodes {
            self.push_node(*node);
        }
        Ok(())
    }

    /// The root of the tree that these leaves make. None unless the range begins with the first leaf.
    pub fn root(&self) -> Option<Sha256> {
        (self.begin == 0).then(|| self.fold().unwrap_or_else(empty_root))
    }

    /// The part from leaf `begin` on, which must be where one of the subtrees begins, or the end.
    pub(super) fn since(&self, begin: u64) -> Option<Self> {
        let mut at = self.begin;
        let mut nodes = self.nodes.iter();
        while at < begin {
            at += 1 << nodes.next()?.level;
        }
        let rest = nodes.copied().collect();
        (at == begin).then_some(Self { begin, end: self.end, nodes: rest })
    }

    /// Some of the leaves, if they are a number of whole subtrees.
    pub(super) fn part(&self, leaves: &std::ops::Range<u64>) -> Option<Self> {
        let mut part = self.since(leaves.start)?;
        while part.end > leaves.end {
            part.end -= 1 << part.nodes.pop()?.level;
        }
        (part.end == leaves.end).then_some(part)
    }

    /// The root of the subtree of these leaves. None if there are none.
    pub(super) fn fold(&self) -> Option<Sha256> {
        let (last, before) = self.nodes.split_last()?;
        Some(before.iter().rev().fold(last.hash, |right, node| node_hash(&node.hash, &right)))
    }

    fn push_node(&mut self, node: Node) {
        self.end += 1 << node.level;
        let mut node = node;
        // A right child whose sibling is there as well becomes their parent.
        while let Some(left) = self.nodes.last().copied()
            && left.level == node.level
            && (self.end >> node.level) & 1 == 0
        {
            self.nodes.pop();
            node = Node { level: node.level + 1, hash: node_hash(&left.hash, &node.hash) };
        }
        self.nodes.push(node);
    }
}

fn wrong_count(begin: u64, end: u64) -> InvalidInput {
    let reason = format!("the number of hashes does not fit the leaves {begin} to {end}");
    InvalidInput::new("range", reason)
}

/// The level of the subtree that begins at `at` in a range that ends at `end`: as large as both allow.
fn level_at(at: u64, end: u64) -> u32 {
    at.trailing_zeros().min((end - at).ilog2())
}
