//! What expires, and which tier a memory belongs in.

use agentflow::{
    core::memory::TierFacts,
    memory::{LogAction, MemoryStatus, MemoryTier, MemoryType, NewMemory, SweepReport},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::mind::{Mind, ann};

#[tokio::test]
async fn what_expired_is_forgotten_and_nothing_else() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let expiring = |hours, text: &str| NewMemory {
        expires_at: Some(mind.now() + SignedDuration::from_hours(hours)),
        ..mind.says(text)
    };
    let soon = memories.add(expiring(1, "soon"), &ann()).await.unwrap().memory.id;
    let later = memories.add(expiring(2, "later"), &ann()).await.unwrap().memory.id;
    let never = mind.add("never").await.id;
    assert_eq!(memories.sweep(&ann(), None).await.unwrap(), SweepReport::default());
    mind.pass(1);
    let report = memories.sweep(&ann(), Some("nightly")).await.unwrap();
    assert_eq!(report, SweepReport { expired: 1, ..SweepReport::default() });
    assert_eq!(memories.sweep(&ann(), None).await.unwrap(), SweepReport::default());
    assert_eq!(mind.get(soon).await.status, MemoryStatus::Archived);
    assert_eq!(mind.get(later).await.status, MemoryStatus::Active);
    assert_eq!(mind.get(never).await.status, MemoryStatus::Active);
    assert_eq!(mind.actions(soon).await, [LogAction::Created, LogAction::Expired]);
    let history = memories.history(soon, Some(1), 1).await.unwrap();
    assert_eq!(history[0].reason.as_deref(), Some("nightly"));
    let (action, details) = mind.recorded().await.pop().unwrap();
    assert_eq!((action.as_str(), details), ("memories.swept", json!({"expired": 1})));
    assert_eq!(mind.recorded().await.len(), 4);
}

#[tokio::test]
async fn memories_come_to_the_tier_they_belong_in() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let memories = mind.memories();
    let important = NewMemory { importance: 9, ..mind.says("important") };
    let important = memories.add(important, &ann()).await.unwrap().memory.id;
    let little = NewMemory { importance: 2, ..mind.says("little") };
    let little = memories.add(little, &ann()).await.unwrap().memory.id;
    let read = mind.add("read").await.id;
    let plain = mind.add("plain").await.id;
    let report = memories.sweep(&ann(), None).await.unwrap();
    assert_eq!(report, SweepReport { promoted: 1, ..SweepReport::default() });
    assert_eq!(mind.get(important).await.tier, MemoryTier::Hot);
    mind.pass(91 * 24);
    let superuser = mind.world.superuser().await;
    let touch = format!(
        "BEGIN; SET LOCAL app.tenant_id = '{}'; SELECT update_memory_access(ARRAY['{read}'::uuid], '{}'); COMMIT;",
        mind.tenant.id(),
        mind.now()
    );
    superuser.batch_execute(&touch.repeat(11)).await.unwrap();
    let report = memories.sweep(&ann(), None).await.unwrap();
    assert_eq!(report, SweepReport { expired: 0, promoted: 1, demoted: 1 });
    assert_eq!(mind.get(read).await.tier, MemoryTier::Hot);
    assert_eq!(mind.get(little).await.tier, MemoryTier::Cold);
    assert_eq!(mind.get(plain).await.tier, MemoryTier::Warm);
    assert_eq!(mind.actions(little).await, [LogAction::Created, LogAction::Demoted]);
    assert_eq!(mind.actions(read).await, [LogAction::Created, LogAction::Promoted]);
    assert_eq!(mind.newest().await, "memories.swept");
    assert_eq!(memories.sweep(&ann(), None).await.unwrap(), SweepReport::default());
}

#[tokio::test]
async fn more_than_fit_into_a_transaction_are_swept_in_several() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let expires_at = Some(mind.now() + SignedDuration::from_hours(1));
    let new = (0..1_500).map(|n| NewMemory {
        importance: if n % 2 == 0 { 10 } else { 5 },
        expires_at: expires_at.filter(|_| n % 3 == 0),
        ..mind.says(&format!("n {n}"))
    });
    let memories = mind.memories();
    memories.add_many(new.collect(), &ann()).await.unwrap();
    assert_eq!(memories.sweep(&ann(), None).await.unwrap().promoted, 750);
    mind.pass(1);
    assert_eq!(memories.sweep(&ann(), None).await.unwrap().expired, 500);
    let other = mind.world.tenant("Globex").await;
    assert_eq!(other.memories().sweep(&ann(), None).await.unwrap(), SweepReport::default());
}

/// Numbers that are random enough, and the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    /// Around the moments that matter, and never.
    fn time(&mut self, now: Timestamp) -> Timestamp {
        let hours = self.of(&[0, 1, 167, 168, 169, 2_159, 2_160, 2_161, 5_000]);
        let seconds = self.of(&[-1, 0, 0, 1]);
        now - SignedDuration::from_hours(hours) + SignedDuration::from_secs(seconds)
    }

    fn facts(&mut self, now: Timestamp) -> TierFacts {
        let was_read = self.below(2) == 0;
        let times = if was_read { self.of(&[1, 2, 10, 11, 40]) } else { 0 };
        TierFacts {
            tier: self.of(MemoryTier::ALL),
            status: self.of(MemoryStatus::ALL),
            memory_type: self.of(MemoryType::ALL),
            importance: u8::try_from(self.below(10)).unwrap() + 1,
            is_pinned: self.below(5) == 0,
            access_count: times,
            recent_count: times,
            recent_since: was_read.then(|| self.time(now)),
            last_accessed_at: was_read.then(|| self.time(now)),
            created_at: self.time(now),
        }
    }
}

#[tokio::test]
async fn the_database_reckons_tiers_as_the_library_does() {
    agentflow_postgres::needs_pgvector!();
    let mind = Mind::new().await;
    let now = mind.now();
    let mut dice = Dice(11);
    let facts: Vec<TierFacts> = (0..20_000).map(|_| dice.facts(now)).collect();
    let rows: Vec<_> = facts
        .iter()
        .map(|it| {
            let counts = it.recent_since.map(|_| (it.access_count, it.recent_count));
            json!({
                "tier": it.tier, "status": it.status, "type": it.memory_type, "importance": it.importance,
                "pinned": it.is_pinned, "accesses": counts.map(|it| it.0), "recent": counts.map(|it| it.1),
                "since": it.recent_since, "last": it.last_accessed_at, "created": it.created_at
            })
        })
        .collect();
    let sql = "SELECT memory_tier_at(
                   r.tier, r.status, r.type, r.importance, r.pinned, r.accesses, r.recent, r.since, r.last, r.created, $2
               )::text
               FROM ROWS FROM (json_to_recordset($1::text::json) AS (
                   tier memory_tier, status memory_status, type memory_type_enum, importance integer, pinned boolean,
                   accesses bigint, recent integer, since timestamptz, last timestamptz, created timestamptz
               )) WITH ORDINALITY AS r ORDER BY r.ordinality";
    let superuser = mind.world.superuser().await;
    let found = superuser.query(sql, &[&json!(rows).to_string(), &now]).await.unwrap();
    assert_eq!(found.len(), facts.len());
    for (row, facts) in found.iter().zip(&facts) {
        assert_eq!(row.get::<_, &str>(0), facts.tier_at(now).as_str(), "{facts:?}");
    }
}
