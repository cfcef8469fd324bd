//! Listing entries: every filter, and pages.

use agentflow::{
    Tenant,
    audit::{Actor, AuditFilter, Event, EventStatus, Resource},
};

use super::Victim;

/// Entries of two actors, two kinds of things, both outcomes, at one minute each.
async fn varied() -> Victim {
    let victim = Victim::with_entries(1).await;
    let events: Vec<_> = (0..12)
        .map(|n| {
            let actor = if n % 2 == 0 { Actor::user("ann") } else { Actor::agent("planner") };
            let kind = if n % 3 == 0 { "run" } else { "tool" };
            let mut event = Event::new(format!("{kind}.done"), Resource::new(kind, n % 4), actor);
            event.occurred_at = Some(format!("2026-11-21T04:{n:02}:00Z").parse().unwrap());
            if n % 5 == 0 { event.failed() } else { event }
        })
        .collect();
    victim.tenant.audit().append_many(&events).await.unwrap();
    victim
}

/// The numbers (0 to 11) of the entries that pass, oldest first.
async fn numbers(tenant: &Tenant, filter: AuditFilter) -> Vec<i64> {
    let entries = tenant.audit().list(&filter, 100).await.unwrap();
    entries.iter().rev().filter(|entry| entry.seq > 1).map(|entry| entry.seq - 2).collect()
}

#[tokio::test]
async fn every_filter_lets_through_what_it_names_and_nothing_else() {
    let victim = varied().await;
    let none = AuditFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let time = |text: &str| Some(text.parse().unwrap());
    for (filter, expected) in [
        (none(), (0..12).collect::<Vec<i64>>()),
        (AuditFilter { action: text("run.done"), ..none() }, vec![0, 3, 6, 9]),
        (AuditFilter { actor_id: text("planner"), ..none() }, vec![1, 3, 5, 7, 9, 11]),
        (AuditFilter { resource_type: text("run"), ..none() }, vec![0, 3, 6, 9]),
        (AuditFilter { resource_id: text("3"), ..none() }, vec![3, 7, 11]),
        (AuditFilter { status: Some(EventStatus::Failure), ..none() }, vec![0, 5, 10]),
        (AuditFilter { since: time("2026-11-21T04:09:00Z"), ..none() }, vec![9, 10, 11]),
        (AuditFilter { until: time("2026-11-21T04:02:00Z"), ..none() }, vec![0, 1]),
        (AuditFilter { before_seq: Some(4), ..none() }, vec![0, 1]),
        (AuditFilter { action: text("nothing"), ..none() }, vec![]),
        (
            AuditFilter {
                resource_type: text("tool"),
                resource_id: text("1"),
                actor_id: text("planner"),
                status: Some(EventStatus::Success),
                since: time("2026-11-21T04:00:30Z"),
                until: time("2026-11-21T04:59:00Z"),
                ..none()
            },
            vec![1],
        ),
    ] {
        let described = format!("{filter:?}");
        // Creating the tenant happened now, which is long after or before these.
        assert_eq!(numbers(&victim.tenant, filter).await, expected, "{described}");
    }
}

#[tokio::test]
async fn pages_join_without_gap_or_overlap_while_entries_are_added() {
    let victim = varied().await;
    let audit = victim.tenant.audit();
    let mut seqs = Vec::new();
    let mut filter = AuditFilter::default();
    loop {
        let page = audit.list(&filter, 5).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before_seq = Some(last.seq);
        seqs.extend(page.iter().map(|entry| entry.seq));
        audit.append(&super::event("meanwhile")).await.unwrap();
    }
    assert_eq!(seqs, (1..=13).rev().collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_tenant_lists_its_own_entries_only() {
    let victim = varied().await;
    let other = victim.world.tenant("Beta").await;
    let entries = other.audit().list(&AuditFilter::default(), 100).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].action.as_deref(), Some("tenant.created"));
}
