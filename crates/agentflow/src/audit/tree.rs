//! The Merkle tree over a stretch of a chain, as it grows entry by entry.

use std::collections::VecDeque;

use agentflow_core::{
    hash::Sha256,
    merkle::{CompactRange, leaf_hash},
};

/// The tree over some entries, and what it was at the sizes that somebody signed.
#[derive(Debug)]
pub(super) struct Tree {
    /// What it began with.
    before: CompactRange,
    range: CompactRange,
    /// Sizes still to come, in order.
    sizes: VecDeque<u64>,
    /// What it was at the sizes that were reached.
    cuts: Vec<CompactRange>,
}

impl Tree {
    /// Goes on from `before`, and remembers what it is at `sizes`, which must be in order.
    pub(super) fn after(before: CompactRange, sizes: impl IntoIterator<Item = u64>) -> Self {
        let range = before.clone();
        Self { before, range, sizes: sizes.into_iter().collect(), cuts: Vec::new() }
    }

    /// Adds the entry with this hash.
    pub(super) fn push(&mut self, hash: &Sha256) {
        self.range.push(leaf_hash(hash.as_bytes()));
        if self.sizes.front() == Some(&self.range.end()) {
            self.sizes.pop_front();
            self.cuts.push(self.range.clone());
        }
    }

    /// As if nothing had been added.
    pub(super) fn restart(&mut self) {
        let reached = self.cuts.drain(..).rev().map(|cut| cut.end());
        reached.for_each(|size| self.sizes.push_front(size));
        self.range = self.before.clone();
    }

    /// Forgets what it was with this entry and with later ones.
    pub(super) fn forget_from(&mut self, seq: i64) {
        let is_before = |cut: &CompactRange| i64::try_from(cut.end()).is_ok_and(|end| end < seq);
        self.cuts.retain(is_before);
    }

    /// What it was at the sizes that were reached, in their order.
    pub(super) fn cuts(&self) -> &[CompactRange] {
        &self.cuts
    }

    /// All of it.
    pub(super) fn into_range(self) -> CompactRange {
        self.range
    }
}
