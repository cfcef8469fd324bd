//! Stopping runs.

use agentflow::{
    DataPersistenceMode, Error,
    approvals::ApprovalStatus,
    runs::{RunId, RunStatus, StepStatus},
};
use serde_json::json;
use uuid::Uuid;

use super::support::{Place, ann, newest, recorded, steps_of};
use crate::support::World;

#[tokio::test]
async fn whatever_is_not_done_of_a_run_is_canceled_with_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = format!("risk_tier: high\n{}", steps_of(2));
    let place = Place::with(&tenant, DataPersistenceMode::Full, &definition).await;
    let run = place.start().await;
    assert_eq!(run.status, RunStatus::WaitingApproval);
    let canceled = tenant.runs().cancel(run.id, "ordered by mistake", &ann()).await.unwrap();
    assert_eq!(canceled.status, RunStatus::Canceled);
    assert_eq!((canceled.error.as_deref(), canceled.due_at), (Some("ordered by mistake"), None));
    assert!(canceled.finished_at.is_some());
    let timeline = tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!(timeline.run, canceled);
    for step in &timeline.steps {
        assert_eq!(step.status, StepStatus::Canceled);
        assert!(step.finished_at.is_some() && step.started_at.is_none());
    }
    assert_eq!(timeline.approvals[0].request.status, ApprovalStatus::Canceled);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("run.canceled"));
    assert_eq!(entry.resource_id, Some(run.id.to_string()));
    assert_eq!(
        entry.details,
        Some(json!({ "was": "waiting_approval", "reason": "ordered by mistake" }))
    );

    // Once more changes nothing and records nothing.
    let again = tenant.runs().cancel(run.id, "other words", &ann()).await.unwrap();
    assert_eq!(again, canceled);
    assert_eq!(recorded(&tenant, "run.canceled").await, 1);
}

#[tokio::test]
async fn a_run_that_ended_is_not_canceled() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let client = world.superuser().await;
    for (status, cancelable) in [
        ("succeeded", false),
        ("failed_terminal", false),
        ("failed_retryable", true),
        ("running", true),
    ] {
        let run = place.start().await;
        let ended = if cancelable { "NULL" } else { "now()" };
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE runs SET status = '{status}', finished_at = {ended},
                 due_at = CASE WHEN {cancelable} THEN now() END WHERE id = '{}'; COMMIT",
            run.id
        );
        client.batch_execute(&sql).await.unwrap();
        let before = place.now(&run).await;
        let done = tenant.runs().cancel(run.id, "late", &ann()).await;
        if cancelable {
            assert_eq!(done.unwrap().status, RunStatus::Canceled);
            continue;
        }
        let error = done.unwrap_err();
        let expected = format!("failed to cancel a run: run {} has ended: it is {status}", run.id);
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert_eq!(error.to_string(), expected);
        assert_eq!(place.now(&run).await, before);
    }
    assert_eq!(recorded(&tenant, "run.canceled").await, 2);
}

#[tokio::test]
async fn a_run_that_is_not_there_and_a_bad_reason_are_told() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let run = Place::new(&other, 1).await.start().await;
    for id in [run.id, RunId(Uuid::from_u128(7))] {
        let error = tenant.runs().cancel(id, "why not", &ann()).await.unwrap_err();
        let expected = format!("run {id}");
        assert!(matches!(&error, Error::NotFound { what, .. } if *what == expected), "{error:?}");
    }
    let long = "x".repeat(2001);
    for reason in ["", "  ", "nul\0", &long] {
        let error = other.runs().cancel(run.id, reason, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    }
    assert_eq!(other.runs().get(run.id).await.unwrap().unwrap().status, RunStatus::Queued);
}

#[tokio::test]
async fn many_who_cancel_at_once_cancel_once() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let run = Place::new(&tenant, 2).await.start().await;
    let cancels = (0..20).map(|_| {
        let (tenant, id) = (tenant.clone(), run.id);
        tokio::spawn(async move { tenant.runs().cancel(id, "stop", &ann()).await.unwrap() })
    });
    let runs = futures::future::join_all(cancels).await;
    let first = runs[0].as_ref().unwrap();
    assert!(runs.iter().all(|it| it.as_ref().unwrap() == first));
    assert_eq!(recorded(&tenant, "run.canceled").await, 1);
}
