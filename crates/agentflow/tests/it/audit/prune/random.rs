//! Random chains, checkpoints and times, pruned again and again.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{Bundle, Keeper, event};

/// What happens to a chain.
#[derive(Debug, Clone)]
enum Act {
    /// Entries that happened so many hours ago; a negative number is yet to come.
    Append(usize, i64),
    Checkpoint,
    Pass(i64),
    /// What is older than so many hours leaves.
    Prune(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1..20_usize, -3..10_i64).prop_map(|(entries, age)| Act::Append(entries, age)),
        3 => Just(Act::Checkpoint),
        2 => (1..10_i64).prop_map(Act::Pass),
        3 => (0..15_i64).prop_map(Act::Prune),
    ]
}

/// What must be gone: as the checkpoints and the times of all entries say, worked out the slow way.
fn last_to_go(times: &[i64], checkpoints: &[usize], before: i64) -> usize {
    let is_old = |size: &&usize| times[..**size].iter().all(|time| *time < before);
    checkpoints.iter().filter(is_old).max().copied().unwrap_or(0)
}

async fn play(acts: &[Act]) {
    let keeper = Keeper::new().await;
    let (mut now, mut times, mut checkpoints) = (0, vec![0], Vec::new());
    let mut all = keeper.rows().await;
    for act in acts {
        match act {
            Act::Append(entries, age) => {
                let mut some = event("random");
                some.occurred_at = Some(keeper.now() - SignedDuration::from_hours(*age));
                keeper.tenant.audit().append_many(&vec![some; *entries]).await.unwrap();
                times.extend(vec![now - age; *entries]);
            }
            Act::Checkpoint => {
                keeper.checkpoint().await;
                checkpoints.push(times.len());
            }
            Act::Pass(hours) => {
                keeper.clock.set(keeper.now() + SignedDuration::from_hours(*hours));
                now += hours;
            }
            Act::Prune(age) => {
                let gone = usize::try_from(keeper.tenant.audit().head().await.unwrap().pruned_seq)
                    .unwrap();
                // Pruning takes a checkpoint first.
                checkpoints.push(times.len());
                let last = last_to_go(&times, &checkpoints, now - age);
                let report = keeper.prune(keeper.now() - SignedDuration::from_hours(*age)).await;
                assert_eq!(usize::try_from(report.removed).unwrap(), last.saturating_sub(gone));
                if last > gone {
                    let bundle = Bundle::open(report.bundle.unwrap().path);
                    assert_eq!(bundle.records, all[gone..last]);
                    times.push(now);
                }
                let rows = keeper.rows().await;
                assert_eq!(rows[..all.len() - last.max(gone)], all[last.max(gone)..]);
            }
        }
        let known = all.len();
        all.extend(
            keeper
                .rows()
                .await
                .into_iter()
                .filter(|(seq, _)| usize::try_from(*seq).unwrap() > known),
        );
    }
    assert_eq!(all.len(), times.len());
    keeper.assert_nothing_lost(&all).await;
}

#[test]
fn whatever_is_pruned_when_is_what_the_times_say_and_nothing_is_lost() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: 25, ..ProptestConfig::default() };
    proptest!(config, |(acts in prop::collection::vec(act(), 1..25))| {
        runtime.block_on(play(&acts));
    });
}
