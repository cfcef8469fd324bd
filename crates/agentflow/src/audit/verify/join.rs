//! The trees of segments, joined in order, and compared with what was signed.

use std::collections::BTreeMap;

use agentflow_core::merkle::CompactRange;

use super::claims::{Claim, Witness};
use crate::audit::{segment::Fault, tree::Tree};

/// What a segment contributes.
#[derive(Debug)]
pub(in crate::audit) struct Part {
    /// Its last entry.
    pub(in crate::audit) last: i64,
    pub(in crate::audit) tree: Tree,
    /// What is said about its entries, in order.
    pub(in crate::audit) claims: Vec<Claim>,
    /// Whether every entry is right.
    pub(in crate::audit) is_whole: bool,
}

/// The tree over a chain, as far as its segments are there without a gap. Segments come in any order; what does not
/// follow yet is kept as a handful of hashes.
#[derive(Debug)]
pub(in crate::audit) struct Join {
    range: CompactRange,
    /// The first entry that is not in it.
    next: i64,
    /// The last size that everybody agreed about.
    agreed: i64,
    checked: u64,
    copies: u64,
    /// The largest size that a copy agrees about.
    covered: Option<i64>,
    parts: BTreeMap<i64, Part>,
    is_over: bool,
}

impl Join {
    /// Goes on behind `range`, which is right.
    pub(in crate::audit) fn after(range: CompactRange, agreed: i64) -> Self {
        let next = agreed.saturating_add(1);
        Self {
            range,
            next,
            agreed,
            checked: 0,
            copies: 0,
            covered: None,
            parts: BTreeMap::new(),
            is_over: false,
        }
    }

    /// Claims that were compared and hold.
    pub(in crate::audit) fn checked(&self) -> u64 {
        self.checked
    }

    /// How many of them are copies that were kept elsewhere, and the largest size of one.
    pub(in crate::audit) fn copies(&self) -> (u64, Option<i64>) {
        (self.copies, self.covered)
    }

    /// Takes a segment, and returns the first claim that does not hold, once it is known to be the first.
    pub(in crate::audit) fn add(&mut self, first: i64, part: Part) -> Option<Fault> {
        self.parts.insert(first, part);
        while let Some(part) = self.parts.remove(&self.next).filter(|_| !self.is_over) {
            let fault = self.compare(&part);
            self.is_over = !part.is_whole || fault.is_some();
            if fault.is_some() {
                return fault;
            }
            self.next = part.last.saturating_add(1);
            self.is_over |= self.range.append(&part.tree.into_range()).is_err();
        }
        None
    }

    fn compare(&mut self, part: &Part) -> Option<Fault> {
        let of_one_size = part.claims.chunk_by(|a, b| a.size == b.size);
        // Fewer cuts than sizes when an entry before is wrong, which is the fault to be named.
        for (claims, cut) in of_one_size.zip(part.tree.cuts()) {
            let mut whole = self.range.clone();
            let joined = whole.append(cut).ok().and_then(|()| whole.root());
            for claim in claims {
                let fault = |reason| Some(Fault::new(self.agreed.saturating_add(1), reason));
                match &claim.root {
                    Err(reason) => return fault(reason.clone()),
                    Ok(root) if Some(*root) != joined => return fault(claim.refute(self.agreed)),
                    Ok(_) => self.count(claim),
                }
            }
            self.agreed = claims.first().map_or(self.agreed, |claim| claim.size);
        }
        None
    }

    fn count(&mut self, claim: &Claim) {
        self.checked += 1;
        if claim.by == Witness::Copy {
            self.copies += 1;
            self.covered = Some(claim.size);
        }
    }
}
