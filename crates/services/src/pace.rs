//! How long is waited, and how often something is tried.

use std::{sync::Arc, time::Duration};

use agentflow::core::random::Entropy;
use futures::future::BoxFuture;
use tokio::time::{Instant, sleep, timeout_at};

use crate::fault::{Fault, Kind, seconds};

/// The pause after the first try; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A try that has less than this left is not begun.
const LEAST: Duration = Duration::from_millis(50);

/// The time that one check has.
#[derive(Clone)]
pub(crate) struct Pace {
    /// For one try.
    pub(crate) timeout: Duration,
    /// For all of them.
    pub(crate) deadline: Instant,
    /// The first included.
    pub(crate) tries: u32,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// What came of the last try.
#[derive(Debug)]
pub(crate) struct Tried<T> {
    pub(crate) result: Result<T, Fault>,
    /// How long the last try took.
    pub(crate) latency: Duration,
}

impl Pace {
    /// When a try that begins now has to be over.
    pub(crate) fn end_of_try(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout)
    }

    /// How long a try that begins now may take.
    pub(crate) fn left(&self) -> Duration {
        self.end_of_try().saturating_duration_since(Instant::now())
    }

    /// Tries until it works, or fails for good, or there is no time left. `late` says what it means that there was no answer.
    pub(crate) async fn attempt<'w, T>(
        &self,
        late: impl Fn(Duration) -> Fault,
        mut work: impl FnMut() -> BoxFuture<'w, Result<T, Fault>>,
    ) -> Tried<T> {
        let mut tries = 0;
        let mut longest = Duration::ZERO;
        loop {
            let begun = Instant::now();
            let end = self.end_of_try();
            let patience = end.saturating_duration_since(begun);
            if tries == 0 && patience < LEAST {
                let fault = Fault::new(Kind::Silent, "no time was left to wait for an answer");
                return Tried { result: Err(fault), latency: Duration::ZERO };
            }
            tries += 1;
            longest = longest.max(patience);
            let mut result = match timeout_at(end, work()).await {
                Ok(result) => result,
                // The last try may have had less time than those before, which it is no reason to tell.
                Err(_) => Err(late(longest)),
            };
            let latency = begun.elapsed();
            let pause = self.pause(tries);
            let Err(fault) = &mut result else { return Tried { result, latency } };
            tracing::debug!(
                kind = ?fault.kind,
                reason = fault.said,
                tries,
                took = seconds(latency),
                "a check failed"
            );
            let is_over = tries >= self.tries || !fault.may_pass();
            if is_over || Instant::now() + pause + LEAST > self.deadline {
                if tries > 1 {
                    fault.said = format!("{} (tried {tries} times)", fault.said);
                }
                return Tried { result, latency };
            }
            sleep(pause).await;
        }
    }

    /// Half of the pause is by chance, lest many that wait for the same server ask it in step.
    fn pause(&self, tries: u32) -> Duration {
        let whole = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(8));
        let mut byte = [0];
        self.entropy.fill(&mut byte);
        whole.min(LONGEST_PAUSE).mul_f64(0.5 + f64::from(byte[0]) / 510.0)
    }
}

#[cfg(test)]
mod tests {
    use agentflow::core::random::Generator;
    use futures::FutureExt;

    use super::*;

    fn pace(tries: u32) -> Pace {
        Pace {
            timeout: Duration::from_secs(2),
            deadline: Instant::now() + Duration::from_secs(8),
            tries,
            entropy: Arc::new(Generator::seeded(1)),
        }
    }

    /// How often something is tried that fails so.
    async fn tries(most: u32, kind: Kind) -> u32 {
        let mut tries = 0;
        let work = || {
            tries += 1;
            async move { Err::<(), _>(Fault::new(kind, "x")) }.boxed()
        };
        let said = pace(most).attempt(Fault::silent, work).await.result.unwrap_err().said;
        assert_eq!(said.contains(&format!("tried {tries} times")), tries > 1, "{said}");
        tries
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_and_what_may_not_is_not() {
        assert_eq!(tries(3, Kind::Refused).await, 3);
        assert_eq!(tries(1, Kind::Refused).await, 1);
        assert_eq!(tries(3, Kind::Credentials).await, 1);
        let mut left = 2;
        let work = || {
            left -= 1;
            let result = if left == 0 { Ok(7) } else { Err(Fault::new(Kind::Starting, "x")) };
            async move { result }.boxed()
        };
        assert_eq!(pace(5).attempt(Fault::silent, work).await.result, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_says_nothing_is_waited_for_no_longer_than_allowed() {
        for tries in [1, 3, 100] {
            let begun = Instant::now();
            let work = || std::future::pending::<Result<(), _>>().boxed();
            let tried = pace(tries).attempt(Fault::silent, work).await;
            let fault = tried.result.unwrap_err();
            assert_eq!(fault.kind, Kind::Silent);
            assert!(begun.elapsed() <= Duration::from_secs(8), "{:?}", begun.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_that_is_told_is_that_which_was_waited() {
        let never = || std::future::pending::<Result<(), _>>().boxed();
        let said =
            async |pace: &Pace| pace.attempt(Fault::silent, never).await.result.unwrap_err().said;
        // The last try has not much of the eight seconds.
        let mut patient = pace(10);
        patient.timeout = Duration::from_millis(3_500);
        let told = said(&patient).await;
        assert!(told.contains("within 3.5 s (tried 3 times)"), "{told}");
        let told = said(&patient).await;
        assert_eq!(told, "no time was left to wait for an answer");
    }

    #[test]
    fn pauses_grow_and_differ() {
        let pace = pace(3);
        let pauses: Vec<_> = (1..=6).map(|tries| pace.pause(tries).as_millis()).collect();
        for (tries, pause) in (0..).zip(&pauses) {
            let whole = (100_u128 << tries).min(1_000);
            assert!((whole / 2..=whole).contains(pause), "{pauses:?}");
        }
        assert_ne!(pace.pause(1), pace.pause(1));
    }
}
