use std::time::Duration;

use agentflow_core::random::Entropy;

/// Pauses that grow from the first to the longest, each between half and the whole of what is due: so that workers who lost the
/// database together do not come back together.
pub(super) struct Pause {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    pub(super) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// Before an attempt at what failed because the database was away.
    pub(super) fn for_retries() -> Self {
        Self::new(Duration::from_millis(50), Duration::from_secs(3))
    }

    /// The next one.
    pub(super) fn next(&mut self, entropy: &dyn Entropy) -> Duration {
        let whole = self.next;
        self.next = self.next.saturating_mul(2).min(self.longest);
        let mut random = [0_u8; 2];
        entropy.fill(&mut random);
        let half = whole / 2;
        half + half.mul_f64(f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX))
    }

    /// From here on they are short again.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use agentflow_core::random::Generator;

    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_until_they_are_reset() {
        let entropy = Generator::seeded(2);
        let mut pause = Pause::new(Duration::from_secs(1), Duration::from_secs(5));
        for whole in [1, 2, 4, 5, 5] {
            let taken = pause.next(&entropy);
            let whole = Duration::from_secs(whole);
            assert!((whole / 2..=whole).contains(&taken), "{taken:?} of {whole:?}");
        }
        pause.reset();
        assert!(pause.next(&entropy) <= Duration::from_secs(1));
    }
}
