//! Runs are kept as long as their workspace says.

use agentflow::{
    Error, WorkspaceSettings,
    runs::{Run, RunFilter},
};
use serde_json::json;
use tokio_postgres::Client;

use super::support::{Place, TOOL, ann, newest, publish, recorded, steps_of};
use crate::support::World;

/// Makes runs to ones that ended so many days ago.
async fn age(client: &Client, runs: &[Run], days: u32) {
    for run in runs {
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE runs SET status = 'succeeded', due_at = NULL,
                 finished_at = now() - interval '{days} days' WHERE id = '{}'; COMMIT",
            run.id
        );
        client.batch_execute(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn old_runs_go_in_batches_with_everything_that_is_theirs() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = format!("risk_tier: high\n{}", steps_of(2));
    let place = Place::with(&tenant, agentflow::DataPersistenceMode::Full, &definition).await;
    let runs = place.start_many(12).await;
    let client = world.superuser().await;
    age(&client, &runs[..7], 91).await;
    age(&client, &runs[7..9], 89).await;
    let steps = tenant.runs().timeline(runs[0].id).await.unwrap().unwrap().steps;
    let call = "INSERT INTO tool_calls (tenant_id, run_id, step_id, attempt, ordinal, tool_type, tool_name)
                VALUES ($1, $2, $3, 1, 1, 'connector', $4)";
    let ids = (*tenant.id().as_uuid(), runs[0].id.0, steps[0].id.0);
    tenant.execute(call, &[&ids.0, &ids.1, &ids.2, &TOOL]).await.unwrap();

    assert_eq!(tenant.runs().count_old(None).await.unwrap(), 7);
    assert_eq!(tenant.runs().prune(None, 3, &ann()).await.unwrap(), 7);
    assert_eq!(tenant.runs().count_old(None).await.unwrap(), 0);
    let left = tenant.runs().list(RunFilter::default(), None, 99).await.unwrap();
    assert_eq!(left.len(), 5);
    for (table, expected) in
        [("steps", 10), ("approval_requests", 5), ("tool_calls", 0), ("policy_decisions", 12)]
    {
        let count: i64 =
            client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0);
        assert_eq!(count, expected, "{table}");
    }
    let decisions = tenant.policies().decisions(None, None, 99).await.unwrap();
    assert_eq!(decisions.iter().filter(|it| it.run_id.is_none()).count(), 7);
    // Three, three and one.
    assert_eq!(recorded(&tenant, "run.pruned").await, 3);
    assert_eq!(newest(&tenant).await.details, Some(json!({ "count": 1 })));
    assert_eq!(tenant.runs().prune(None, 3, &ann()).await.unwrap(), 0);
    assert_eq!(recorded(&tenant, "run.pruned").await, 3);
}

#[tokio::test]
async fn each_workspace_keeps_its_runs_as_long_as_it_says() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let place = Place::new(&tenant, 1).await;
    let new = agentflow::NewWorkspace::named("Support");
    let support = tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let settings = WorkspaceSettings { retention_days: 7, ..WorkspaceSettings::default() };
    tenant.workspaces().configure(support, &settings, &ann()).await.unwrap();
    let version = publish(&tenant, support, "Refunds", &steps_of(1)).await;
    let short = Place { workspace: support, version, ..place.clone() };
    let client = world.superuser().await;
    age(&client, &place.start_many(2).await, 10).await;
    age(&client, &short.start_many(3).await, 10).await;
    age(&client, &Place::new(&other, 1).await.start_many(1).await, 1000).await;
    assert_eq!(tenant.runs().count_old(None).await.unwrap(), 3);
    assert_eq!(tenant.runs().count_old(Some(place.workspace)).await.unwrap(), 0);
    assert_eq!(tenant.runs().prune(Some(place.workspace), 100, &ann()).await.unwrap(), 0);
    assert_eq!(tenant.runs().prune(Some(support), 100, &ann()).await.unwrap(), 3);
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 9).await.unwrap().len(), 2);
    assert_eq!(other.runs().count_old(None).await.unwrap(), 1);
}

#[tokio::test]
async fn the_age_of_a_run_is_that_of_the_database() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let runs = place.start_many(3).await;
    let client = world.superuser().await;
    age(&client, &runs[..2], 89).await;
    let question = agentflow::policies::Question {
        workspace_id: place.workspace,
        workflow_version_id: None,
        principal_id: place.principal,
        input: json!({ "n": 1 }),
        time: None,
    };
    let decision = tenant.policies().decide(&question, None, &ann()).await.unwrap();
    let far = world.at("2100-01-01T00:00:00Z").tenant(tenant.id());
    assert_eq!(far.runs().count_old(None).await.unwrap(), 0);
    assert_eq!(far.runs().prune(None, 10, &ann()).await.unwrap(), 0);
    assert_eq!(tenant.policies().get_decision(decision.id).await.unwrap(), Some(decision));
    age(&client, &runs[..1], 91).await;
    let past = world.at("2001-01-01T00:00:00Z").tenant(tenant.id());
    assert_eq!(past.runs().count_old(None).await.unwrap(), 1);
    assert_eq!(past.runs().prune(None, 10, &ann()).await.unwrap(), 1);
}

#[tokio::test]
async fn runs_that_did_not_end_stay_however_old() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let run = place.start().await;
    let client = world.superuser().await;
    let sql = "BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE runs SET created_at = now() - interval '10 years', started_at = now() - interval '10 years'; COMMIT";
    client.batch_execute(sql).await.unwrap();
    assert_eq!(tenant.runs().prune(None, 10, &ann()).await.unwrap(), 0);
    assert!(tenant.runs().get(run.id).await.unwrap().is_some());
    for batch in [0, 10_001] {
        let error = tenant.runs().prune(None, batch, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn several_who_prune_at_once_count_each_run_once() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let runs = Place::new(&tenant, 1).await.start_many(60).await;
    age(&world.superuser().await, &runs, 100).await;
    let prunes = (0..4).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(async move { tenant.runs().prune(None, 5, &ann()).await.unwrap() })
    });
    let done = futures::future::join_all(prunes).await;
    let total: u64 = done.into_iter().map(Result::unwrap).sum();
    // Whoever finds the rest taken stops; the rest goes with those who took it.
    assert_eq!(total + tenant.runs().count_old(None).await.unwrap(), 60);
    assert_eq!(tenant.runs().prune(None, 100, &ann()).await.unwrap() + total, 60);
}

#[tokio::test]
async fn what_decisions_were_about_is_forgotten_with_time_and_the_digest_stays() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let client = world.superuser().await;
    let runs = place.start_many(3).await;
    age(&client, &runs[..1], 91).await;
    let question = agentflow::policies::Question {
        workspace_id: place.workspace,
        workflow_version_id: Some(place.version_id()),
        principal_id: place.principal,
        input: json!({ "secret": 1 }),
        time: None,
    };
    for _ in 0..2 {
        tenant.policies().decide(&question, None, &ann()).await.unwrap();
    }
    let old = "UPDATE policy_decisions SET created_at = now() - interval '91 days'
               WHERE id = (SELECT id FROM policy_decisions WHERE run_id IS NULL LIMIT 1)";
    assert_eq!(client.execute(old, &[]).await.unwrap(), 1);
    tenant.runs().prune(None, 1, &ann()).await.unwrap();
    let decisions = tenant.policies().decisions(None, None, 9).await.unwrap();
    // That of the run that went, and the old one without a run.
    let forgotten: Vec<_> = decisions.iter().filter(|it| it.input.is_none()).collect();
    assert_eq!((decisions.len(), forgotten.len()), (5, 2));
    assert_eq!(recorded(&tenant, "policy.inputs_forgotten").await, 1);
}
