//! Who claims what, and when.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use agentflow::{
    Error,
    audit::Actor,
    runs::{Claim, ClaimRequest, RecordedKind, RunId, RunStatus},
};
use futures::future::join_all;

use super::planted::{Planted, put_off, request, succeeded};
use crate::support::World;

fn ids(claims: &[Claim]) -> BTreeSet<RunId> {
    claims.iter().map(|claim| claim.run_id).collect()
}

#[tokio::test]
async fn what_is_due_is_claimed_once_and_the_longest_due_first() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let runs = planted.runs(10, 1).await;
    let first = planted.claim("one", 4).await;
    assert_eq!(ids(&first), runs[..4].iter().copied().collect());
    for claim in &first {
        let expected = Claim {
            tenant_id: planted.tenant.id(),
            run_id: claim.run_id,
            fencing: 1,
            was: RunStatus::Queued,
        };
        assert_eq!(*claim, expected);
    }
    assert_eq!(ids(&planted.claim("two", 100).await), runs[4..].iter().copied().collect());
    assert_eq!(planted.claim("three", 100).await, []);
    let rows = planted.rows("SELECT worker, status, fencing, due_at > now() + interval '50 s' AS leased, started_at IS NOT NULL AS started FROM runs WHERE tenant_id = $1 AND worker = 'one'").await;
    let row = serde_json::json!({ "worker": "one", "status": "running", "fencing": 1, "leased": true, "started": true });
    assert_eq!(rows, serde_json::json!([row, row, row, row]));
}

#[tokio::test]
async fn many_who_claim_at_once_share_what_there_is() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let runs = planted.runs(300, 1).await;
    let claimed = join_all((0..8).map(|worker| {
        let planted = &planted;
        async move {
            let mut all = Vec::new();
            // Whoever comes to a row that is just being claimed goes past it, and may find nothing though something is left.
            for _ in 0..30 {
                all.extend(planted.claim(&format!("worker {worker}"), 7).await);
            }
            all
        }
    }))
    .await;
    let claimed: Vec<_> = claimed.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 300);
    assert_eq!(ids(&claimed), runs.into_iter().collect());
    assert!(claimed.iter().all(|claim| claim.fencing == 1));
}

#[tokio::test]
async fn what_is_not_due_waits() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(3, 1).await;
    planted.due(3600).await;
    assert_eq!(planted.claim("one", 9).await, []);
    planted.due(-1).await;
    assert_eq!(planted.claim("one", 9).await.len(), 3);
}

#[tokio::test]
async fn what_failed_is_claimed_again_when_its_time_comes() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 2).await[0];
    let begun = planted.work("one").await;
    let report = begun.report(put_off("busy", Duration::from_secs(3600)), Vec::new());
    assert_eq!(planted.finish(report).await, RecordedKind::Now { next_step_id: None });
    let expected =
        ("failed_retryable".to_owned(), vec!["failed_retryable".to_owned(), "ready".to_owned()]);
    assert_eq!(planted.state(run).await, expected);
    assert_eq!(planted.claim("two", 1).await, []);
    let waits = "SELECT 1 FROM runs WHERE tenant_id = $1 AND due_at BETWEEN now() + interval '59 min' AND now() + interval '1 h'";
    assert_eq!(planted.rows(waits).await.as_array().unwrap().len(), 1);

    planted.due(-1).await;
    let claims = planted.claim("two", 1).await;
    assert_eq!((claims[0].was, claims[0].fencing), (RunStatus::FailedRetryable, 2));
    let again = planted.begin(&claims).await.remove(0);
    assert_eq!((&again.step.id, &again.step.name), (&begun.step.id, &begun.step.name));
    assert_eq!((again.step.retry_count, again.step.interruptions, again.step.attempt()), (1, 0, 2));
    assert_eq!(again.started_at, begun.started_at);
    let report = again.report(succeeded(1, Some(2)), Vec::new());
    assert!(matches!(planted.finish(report).await, RecordedKind::Now { next_step_id: Some(_) }));
}

#[tokio::test]
async fn what_waits_for_approval_is_claimed_when_it_is_due_and_goes_on_waiting() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 1).await[0];
    let sql = "ALTER TABLE runs DISABLE TRIGGER refuse_transition; UPDATE runs SET status = 'waiting_approval', due_at = NULL; ALTER TABLE runs ENABLE TRIGGER refuse_transition";
    planted.superuser.batch_execute(sql).await.unwrap();
    assert_eq!(planted.claim("one", 1).await, []);
    planted.superuser.execute("UPDATE runs SET due_at = now()", &[]).await.unwrap();
    let claims = planted.claim("one", 1).await;
    assert_eq!(claims[0].was, RunStatus::WaitingApproval);
    assert_eq!(planted.state(run).await.0, "waiting_approval");
    assert_eq!(planted.begin(&claims).await, []);
    assert_eq!(planted.queue.renew(&claims, super::planted::LEASE).await.unwrap(), []);
}

#[tokio::test]
async fn a_worker_may_serve_some_tenants_only() {
    let world = World::new().await;
    let acme = Planted::named(&world, "Acme").await;
    let other = Planted::named(&world, "Other").await;
    acme.runs(2, 1).await;
    let runs = other.runs(2, 1).await;
    let tenants = Some(vec![other.tenant.id()]);
    let wanted = ClaimRequest { tenants, ..request("one", 100) };
    let claims = acme.queue.claim(&wanted).await.unwrap();
    assert_eq!(ids(&claims), runs.into_iter().collect());
    assert!(claims.iter().all(|claim| claim.tenant_id == other.tenant.id()));
    let none = ClaimRequest { tenants: Some(Vec::new()), ..request("one", 100) };
    assert_eq!(acme.queue.claim(&none).await.unwrap(), []);
}

#[tokio::test]
async fn a_suspended_tenant_is_passed_over_and_its_claims_are_lost() {
    let world = World::new().await;
    let acme = Planted::named(&world, "Acme").await;
    let other = Planted::named(&world, "Other").await;
    acme.runs(2, 2).await;
    other.runs(1, 2).await;
    let claims = acme.claim("one", 3).await;
    let begun = acme.begin(&claims).await;
    assert_eq!(begun.len(), 3);
    acme.runs(1, 1).await;
    let id = acme.tenant.id();
    world.store.admin().tenants().suspend(id, &Actor::system()).await.unwrap();
    assert_eq!(acme.claim("two", 9).await, []);

    let others = |claim: &Claim| claim.tenant_id == other.tenant.id();
    assert_eq!(acme.begin(&claims).await.len(), 1);
    let held = acme.queue.renew(&claims, super::planted::LEASE).await.unwrap();
    assert_eq!(held.len(), 1);
    let reports = begun.iter().map(|it| it.report(succeeded(1, Some(2)), Vec::new())).collect();
    for (recorded, begun) in acme.queue.finish(reports).await.unwrap().iter().zip(&begun) {
        let lost = recorded.kind == RecordedKind::Lost;
        assert_eq!(lost, !others(&begun.claim), "{recorded:?}");
    }
    assert!(
        !acme
            .queue
            .fail(&begun.iter().find(|it| !others(&it.claim)).unwrap().claim, "gone")
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn requests_are_checked() {
    let world = World::new().await;
    let queue = world.store.run_queue();
    let lease = |lease| ClaimRequest { lease, ..request("one", 1) };
    for (field, bad) in [
        ("worker", request("", 1)),
        ("worker", request(" ", 1)),
        ("worker", request("a\0", 1)),
        ("worker", request(&"é".repeat(256), 1)),
        ("limit", request("one", 0)),
        ("limit", request("one", 10_001)),
        ("lease", lease(Duration::from_millis(99))),
        ("lease", lease(Duration::from_millis(86_400_001))),
        ("lease", lease(Duration::MAX)),
    ] {
        let error = queue.claim(&bad).await.unwrap_err();
        let Error::InvalidInput { input, .. } = &error else { panic!("{error:?}") };
        assert_eq!(input.field, field, "{bad:?}");
    }
    for good in [
        request(&"é".repeat(255), 10_000),
        lease(Duration::from_millis(100)),
        lease(Duration::from_secs(86400)),
    ] {
        assert_eq!(queue.claim(&good).await.unwrap(), [], "{good:?}");
    }
}

#[tokio::test]
async fn nobody_claims_from_inside_a_tenant() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let claim = "SELECT run_id FROM claim_runs('one', 1, 1000, NULL)";
    let error = planted.tenant.query(claim, &[]).await.unwrap_err();
    let Error::Denied { reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(reason, "claim_runs() belongs to no tenant: call it before one is entered");
    for own in [
        "SELECT run_id FROM claim_runs_of(current_tenant(), 'one', 1, 1000)",
        "SELECT next_at FROM run_queues",
        "SELECT run_queue_note(current_tenant(), now())",
    ] {
        let error = planted.tenant.query(own, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{own}: {error:?}");
    }
    assert_eq!(planted.claim("two", 1).await.len(), 1);
}

/// Where work is due is noted apart from the runs, so the note must never be later than the work.
#[tokio::test]
async fn a_run_that_is_just_being_added_when_the_last_one_is_claimed_is_found_afterwards() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let adder = planted.over_another_connection(&world).await;
    adder.superuser.batch_execute("BEGIN").await.unwrap();
    let newest = adder.runs(1, 1).await;
    assert_eq!(planted.claim("one", 10).await.len(), 1);
    adder.superuser.batch_execute("COMMIT").await.unwrap();
    assert_eq!(ids(&planted.claim("one", 10).await), newest.into_iter().collect());
}

#[tokio::test]
async fn no_run_is_overlooked_that_is_added_while_others_claim() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let adders = (0..4).map(async |_| {
        let adder = planted.over_another_connection(&world).await;
        let mut runs = Vec::new();
        for _ in 0..25 {
            runs.extend(adder.runs(1, 1).await);
            tokio::task::yield_now().await;
        }
        runs
    });
    let claimers = (0..4).map(async |worker| {
        let mut runs = Vec::new();
        for _ in 0..60 {
            runs.extend(planted.claim(&format!("worker {worker}"), 3).await);
        }
        runs
    });
    let (added, claimed) = futures::join!(join_all(adders), join_all(claimers));
    let added: HashSet<_> = added.into_iter().flatten().collect();
    let mut claimed: HashSet<_> = claimed.into_iter().flatten().map(|claim| claim.run_id).collect();
    // Nobody is in the way of these any more.
    loop {
        let more = planted.claim("last", 50).await;
        if more.is_empty() {
            break;
        }
        claimed.extend(more.iter().map(|claim| claim.run_id));
    }
    assert_eq!(claimed, added);
    let late = "SELECT r.due_at, q.next_at FROM runs AS r JOIN run_queues AS q ON q.tenant_id = r.tenant_id AND q.next_at > r.due_at WHERE r.tenant_id = $1";
    assert_eq!(planted.rows(late).await, serde_json::json!([]));
}

#[tokio::test]
async fn a_step_to_be_tried_again_is_tried_also_after_the_claim_for_that_was_lost() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 2).await[0];
    let begun = planted.work("one").await;
    let failed = begun.report(put_off("not now", Duration::ZERO), Vec::new());
    planted.finish(failed).await;
    // This one takes it and is never heard of again.
    assert_eq!(planted.claim("two", 1).await[0].was, RunStatus::FailedRetryable);
    planted.lose_workers().await;
    let again = planted.work("three").await;
    assert_eq!((again.claim.was, again.step.id), (RunStatus::Running, begun.step.id));
    assert_eq!((again.step.retry_count, again.step.interruptions), (1, 0));
    assert_eq!(planted.state(run).await.1, ["running", "ready"]);
}
