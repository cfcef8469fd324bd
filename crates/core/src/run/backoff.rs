use std::time::Duration;

use crate::{random::Entropy, workflow::Retry};

/// By how much a wait is made longer or shorter at most.
const JITTER: f64 = 0.1;

impl Retry {
    /// How long to wait behind a failure, where it failed `retry_count` times before: the first wait is
    /// [`backoff`](Self::backoff), and each is [`multiplier`](Self::multiplier) times the one before, up to
    /// [`max_backoff`](Self::max_backoff).
    pub fn wait_after(&self, retry_count: u32) -> Duration {
        let longest = self.max_backoff.as_millis();
        let power = i32::try_from(retry_count).unwrap_or(i32::MAX);
        #[expect(clippy::cast_precision_loss, reason = "a year in milliseconds is exact")]
        let (first, limit) = (self.backoff.as_millis() as f64, longest as f64);
        let wait = first * self.multiplier.powi(power);
        if wait < limit { Duration::from_secs_f64(wait / 1_000.0) } else { self.max_backoff.into() }
    }

    /// Whether it is tried again behind a failure, where it failed `retry_count` times before.
    pub fn has_another(&self, retry_count: u32) -> bool {
        retry_count.saturating_add(1) < self.max_attempts
    }
}

/// Up to 10 % more or less than `wait`, so that what failed together is not tried again together.
pub fn with_jitter(wait: Duration, entropy: &dyn Entropy) -> Duration {
    let mut random = [0_u8; 2];
    entropy.fill(&mut random);
    let share = f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX);
    wait.mul_f64(1.0 - JITTER + 2.0 * JITTER * share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{random::Generator, workflow::Timespan};

    fn retry(backoff: u64, max_backoff: u64, multiplier: f64) -> Retry {
        let millis = |millis| Timespan::from_millis(millis).unwrap();
        let (backoff, max_backoff) = (millis(backoff), millis(max_backoff));
        Retry { max_attempts: 3, backoff, max_backoff, multiplier }
    }

    #[test]
    fn waits_grow_by_the_multiplier_up_to_the_longest() {
        let waits = |retry: &Retry| -> Vec<_> {
            (0..5).map(|count| retry.wait_after(count).as_millis()).collect()
        };
        assert_eq!(waits(&retry(1_000, 300_000, 2.0)), [1_000, 2_000, 4_000, 8_000, 16_000]);
        assert_eq!(waits(&retry(1_000, 5_000, 3.0)), [1_000, 3_000, 5_000, 5_000, 5_000]);
        assert_eq!(waits(&retry(250, 250, 1.0)), [250; 5]);
    }

    #[test]
    fn the_last_attempt_is_not_followed_by_another() {
        let retry = retry(1, 1, 1.0);
        let answers: Vec<_> = (0..4).map(|count| retry.has_another(count)).collect();
        assert_eq!(answers, [true, true, false, false]);
        assert!(!retry.has_another(u32::MAX));
    }

    #[test]
    fn jitter_spreads_over_a_tenth_to_both_sides() {
        let entropy = Generator::seeded(5);
        let wait = Duration::from_secs(10);
        let taken: Vec<_> = (0..1_000).map(|_| with_jitter(wait, &entropy)).collect();
        let (low, high) = (taken.iter().min().unwrap(), taken.iter().max().unwrap());
        let seconds = Duration::from_millis;
        assert!((seconds(9_000)..seconds(9_100)).contains(low), "{low:?}");
        assert!((seconds(10_900)..=seconds(11_000)).contains(high), "{high:?}");
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_longest_nor_shorter_than_the_one_before(
            backoff in 1_u64..=31_622_400_000,
            longest in 1_u64..=31_622_400_000,
            multiplier in 1.0_f64..=100.0,
            count in any::<u32>(),
        ) {
            let retry = retry(backoff.min(longest), longest, multiplier);
            let wait = retry.wait_after(count);
            prop_assert!(wait <= Duration::from_millis(longest));
            prop_assert!(wait <= retry.wait_after(count.saturating_add(1)));
            prop_assert!(wait >= retry.wait_after(0));
        }
    }
}
