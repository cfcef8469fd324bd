//! How near at hand a memory is kept. The database reckons the same in `memory_tier_at()`.

use jiff::{SignedDuration, Timestamp};

use super::{MemoryStatus, MemoryTier, MemoryType};

/// What is of late.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// After so long a memory of little importance that was hardly read is cold.
const OLD: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What the tier of a memory depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierFacts {
    /// The tier that it is in.
    pub tier: MemoryTier,
    /// Whether it holds.
    pub status: MemoryStatus,
    /// What kind of memory.
    pub memory_type: MemoryType,
    /// 1 to 10.
    pub importance: u8,
    /// Whether it is kept in mind always.
    pub is_pinned: bool,
    /// How often it was read.
    pub access_count: u64,
    /// How often it was read from `recent_since` on, which is for at most seven days.
    pub recent_count: u64,
    /// When that count began; none if it was never read.
    pub recent_since: Option<Timestamp>,
    /// When it was read last; none if it never was.
    pub last_accessed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl TierFacts {
    /// The tier that it belongs in at a moment.
    ///
    /// Superseded ones are cold. Hot is what is pinned, what is of importance 9 or 10, and what was read more than ten times
    /// within seven days; it stays hot while it is read. Cold is what is of importance 1 or 2, was made more than 90 days
    /// ago, and was read once at most. All else is warm. Identities, pinned memories and those of importance 8 and more
    /// never come to a tier farther off.
    pub fn tier_at(&self, now: Timestamp) -> MemoryTier {
        if self.status == MemoryStatus::Superseded {
            return MemoryTier::Cold;
        }
        let is_recent =
            |at: Option<Timestamp>| at.is_some_and(|at| now.duration_since(at) < RECENT);
        let is_read_much = self.recent_count > 10 && is_recent(self.recent_since);
        let tier = if self.is_pinned || self.importance >= 9 || is_read_much {
            MemoryTier::Hot
        } else if self.importance < 3
            && self.access_count < 2
            && now.duration_since(self.created_at) > OLD
        {
            MemoryTier::Cold
        } else if self.tier == MemoryTier::Hot && is_recent(self.last_accessed_at) {
            MemoryTier::Hot
        } else {
            MemoryTier::Warm
        };
        let stays =
            self.is_pinned || self.importance >= 8 || self.memory_type == MemoryType::Identity;
        if stays && distance(tier) > distance(self.tier) { self.tier } else { tier }
    }
}

/// How far off a tier is.
fn distance(tier: MemoryTier) -> u8 {
    match tier {
        MemoryTier::Hot => 0,
        MemoryTier::Warm => 1,
        MemoryTier::Cold => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

    fn ago(days: i64) -> Timestamp {
        NOW - SignedDuration::from_hours(24 * days)
    }

    fn facts() -> TierFacts {
        TierFacts {
            tier: MemoryTier::Warm,
            status: MemoryStatus::Active,
            memory_type: MemoryType::Semantic,
            importance: 5,
            is_pinned: false,
            access_count: 0,
            recent_count: 0,
            recent_since: None,
            last_accessed_at: None,
            created_at: ago(10),
        }
    }

    fn tier(facts: TierFacts) -> MemoryTier {
        facts.tier_at(NOW)
    }

    #[test]
    fn what_matters_or_is_read_much_is_hot() {
        assert_eq!(tier(facts()), MemoryTier::Warm);
        assert_eq!(tier(TierFacts { is_pinned: true, ..facts() }), MemoryTier::Hot);
        assert_eq!(tier(TierFacts { importance: 9, ..facts() }), MemoryTier::Hot);
        assert_eq!(tier(TierFacts { importance: 8, ..facts() }), MemoryTier::Warm);
        let read = |times, days| TierFacts {
            access_count: times,
            recent_count: times,
            recent_since: Some(ago(days)),
            last_accessed_at: Some(ago(days)),
            ..facts()
        };
        assert_eq!(tier(read(11, 6)), MemoryTier::Hot);
        assert_eq!(tier(read(10, 6)), MemoryTier::Warm);
        assert_eq!(tier(read(11, 7)), MemoryTier::Warm);
    }

    #[test]
    fn what_is_hot_stays_so_while_it_is_read() {
        let hot = |days| TierFacts {
            tier: MemoryTier::Hot,
            access_count: 30,
            last_accessed_at: Some(ago(days)),
            ..facts()
        };
        assert_eq!(tier(hot(6)), MemoryTier::Hot);
        assert_eq!(tier(hot(7)), MemoryTier::Warm);
    }

    #[test]
    fn what_matters_little_and_is_old_is_cold_until_it_is_read() {
        let old = TierFacts { importance: 2, created_at: ago(91), ..facts() };
        assert_eq!(tier(old), MemoryTier::Cold);
        assert_eq!(tier(TierFacts { access_count: 1, ..old }), MemoryTier::Cold);
        assert_eq!(tier(TierFacts { created_at: ago(90), ..old }), MemoryTier::Warm);
        assert_eq!(tier(TierFacts { importance: 3, ..old }), MemoryTier::Warm);
        let read = TierFacts { tier: MemoryTier::Cold, access_count: 2, ..old };
        assert_eq!(tier(read), MemoryTier::Warm);
    }

    #[test]
    fn some_are_never_moved_farther_off() {
        let identity = TierFacts {
            memory_type: MemoryType::Identity,
            importance: 1,
            created_at: ago(400),
            ..facts()
        };
        assert_eq!(tier(identity), MemoryTier::Warm);
        assert_eq!(tier(TierFacts { tier: MemoryTier::Cold, ..identity }), MemoryTier::Cold);
        let eight = TierFacts { tier: MemoryTier::Hot, importance: 8, ..facts() };
        assert_eq!(tier(eight), MemoryTier::Hot);
        assert_eq!(tier(TierFacts { importance: 7, ..eight }), MemoryTier::Warm);
        let pinned = TierFacts { is_pinned: true, importance: 1, created_at: ago(400), ..facts() };
        assert_eq!(tier(pinned), MemoryTier::Hot);
        let superseded = TierFacts { status: MemoryStatus::Superseded, ..pinned };
        assert_eq!(tier(superseded), MemoryTier::Cold);
    }
}
