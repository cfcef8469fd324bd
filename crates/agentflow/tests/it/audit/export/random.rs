//! Random chains, checkpoints, filters and removals: every bundle verifies and holds exactly the rows that pass.

use std::cell::Cell;

use agentflow::{
    audit::{Actor, AuditFilter, Event, EventStatus, ExportOptions, Resource},
    core::ids::TenantId,
};
use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, sample::Index};

use super::{expected, export, put_checkpoint};
use crate::{audit::Victim, support::World};

const WORDS: [&str; 3] = ["one", "two", "three"];

#[derive(Debug, Clone)]
struct Entry {
    action: usize,
    actor: usize,
    resource: usize,
    failed: bool,
    minute: i64,
}

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

impl Entry {
    fn event(&self) -> Event {
        let resource = Resource::new(WORDS[self.resource], WORDS[self.actor]);
        let mut event = Event::new(WORDS[self.action], resource, Actor::user(WORDS[self.actor]));
        event.occurred_at = Some(at(self.minute));
        if self.failed { event.failed() } else { event }
    }
}

prop_compose! {
    fn entry()(
        action in 0..3_usize, actor in 0..3_usize, resource in 0..3_usize, failed: bool, minute in 0..50_i64,
    ) -> Entry {
        Entry { action, actor, resource, failed, minute }
    }
}

/// What is asked for; the positions are drawn from those there are.
#[derive(Debug, Clone)]
struct Wish {
    texts: [Option<usize>; 4],
    failed: Option<bool>,
    since: Option<i64>,
    until: Option<i64>,
    bounds: [Option<Index>; 3],
    checkpoint: Option<Index>,
}

prop_compose! {
    fn wish()(
        texts in prop::array::uniform4(prop::option::weighted(0.25, 0..3_usize)),
        failed in prop::option::weighted(0.2, any::<bool>()),
        since in prop::option::weighted(0.2, 0..50_i64),
        until in prop::option::weighted(0.2, 0..50_i64),
        bounds in prop::array::uniform3(prop::option::weighted(0.3, any::<Index>())),
        checkpoint in prop::option::weighted(0.5, any::<Index>()),
    ) -> Wish {
        Wish { texts, failed, since, until, bounds, checkpoint }
    }
}

impl Wish {
    fn options(&self, checkpoints: &[i64]) -> ExportOptions {
        let [action, actor, kind, id] = self.texts.map(|text| text.map(|it| WORDS[it].to_owned()));
        let status = |failed| if failed { EventStatus::Failure } else { EventStatus::Success };
        let size = usize::try_from(*checkpoints.last().unwrap()).unwrap();
        let seq = |index: Index| i64::try_from(index.index(size + 2)).unwrap() + 1;
        let [before_seq, from, to] = self.bounds.map(|index| index.map(seq));
        let (from_seq, to_seq) = match (from, to) {
            (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to))),
            other => other,
        };
        let filter = AuditFilter {
            before_seq,
            action,
            actor_id: actor,
            resource_type: kind,
            resource_id: id,
            status: self.failed.map(status),
            since: self.since.map(at),
            until: self.until.map(at),
        };
        let checkpoint = self.checkpoint.map(|index| *index.get(checkpoints));
        ExportOptions { filter, from_seq, to_seq, checkpoint }
    }
}

async fn check(
    victim: &Victim,
    number: u32,
    entries: &[Entry],
    (cuts, pruned): (&[Index], Option<Index>),
    wishes: &[Wish],
) {
    let World { store, .. } = &victim.world;
    let tenant = victim.world.tenant(&format!("Random {number}")).await;
    let events: Vec<_> = entries.iter().map(Entry::event).collect();
    tenant.audit().append_many(&events).await.unwrap();
    let length = events.len() + 1;
    let mut checkpoints: Vec<_> =
        cuts.iter().map(|cut| i64::try_from(cut.index(length)).unwrap() + 1).collect();
    checkpoints.sort_unstable();
    checkpoints.dedup();
    for seq in &checkpoints {
        put_checkpoint(&victim.superuser, tenant.id(), *seq).await;
    }
    if let Some(pruned) = pruned {
        prune(victim, tenant.id(), *pruned.get(&checkpoints)).await;
    }
    for wish in wishes {
        let options = wish.options(&checkpoints);
        let size = options.checkpoint.unwrap_or(*checkpoints.last().unwrap());
        let exported = export(&store.tenant(tenant.id()), &options).await;
        assert_eq!(exported.records, expected(&tenant, &options, size).await, "{options:?}");
        let header = &exported.verified.header;
        assert_eq!(header.size, u64::try_from(size).unwrap());
        assert_eq!(header.left_out, header.size - header.count);
    }
}

async fn prune(victim: &Victim, tenant: TenantId, seq: i64) {
    victim.superuser.query_one("SELECT audit_prune($1, $2)", &[&tenant.0, &seq]).await.unwrap();
}

#[test]
fn any_export_of_any_chain_holds_exactly_the_rows_that_pass() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let victim = runtime.block_on(Victim::with_entries(1));
    let number = Cell::new(0);
    let config = ProptestConfig { cases: 60, ..ProptestConfig::default() };
    proptest!(config, |(
        entries in prop::collection::vec(entry(), 1..150),
        cuts in prop::collection::vec(any::<Index>(), 1..5),
        pruned in prop::option::of(any::<Index>()),
        wishes in prop::collection::vec(wish(), 4),
    )| {
        number.set(number.get() + 1);
        runtime.block_on(check(&victim, number.get(), &entries, (&cuts, pruned), &wishes));
    });
}
