//! What starting a run depends on, and what it leaves behind.

use agentflow::{
    DataPersistenceMode, Error, PrincipalId, WorkflowVersionId, WorkspaceId,
    approvals::{ApprovalFilter, ApprovalStatus},
    policies::{BoundTo, NewPolicy, PolicyEffect},
    runs::{NewRun, RunFilter, RunStatus, StartRun, StepStatus, TriggerType},
};
use serde_json::json;
use uuid::Uuid;

use super::support::{Place, ann, newest, object, publish, recorded, steps_of};
use crate::support::World;

async fn bind(place: &Place, name: &str, rego: &str) {
    let policies = place.tenant.policies();
    let new = NewPolicy {
        name: name.to_owned(),
        version: "1.0.0".parse().unwrap(),
        rego: rego.to_owned(),
        description: String::new(),
    };
    let policy = policies.publish(new, &ann()).await.unwrap();
    let place = BoundTo::Workspace(place.workspace);
    policies.bind(policy.summary.id, place, 1, &ann()).await.unwrap();
}

/// Denies amounts above 100, and wants approval above 10.
const AMOUNTS: &str = r#"package p

default effect := "allow"

effect := "deny" if input.input.amount > 100

effect := "require_approval" if {
	input.input.amount > 10
	input.input.amount <= 100
}

reasons := [sprintf("the amount is %v", [input.input.amount])]
"#;

#[tokio::test]
async fn a_run_is_stored_with_its_steps_and_its_decision() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = format!("timeout: 1h\n{}", steps_of(3));
    let place = Place::with(&tenant, DataPersistenceMode::Full, &definition).await;
    let start = StartRun {
        trigger_type: TriggerType::Webhook,
        trigger_ref: Some("delivery 7".to_owned()),
        metadata: object(&json!({ "ticket": "T-1" })),
        ..place.wants(json!({ "order": "O-1" }))
    };
    let started = tenant.runs().start(start.clone(), &ann()).await.unwrap();
    let run = &started.run;
    assert!(started.is_new);
    assert_eq!(tenant.runs().get(run.id).await.unwrap().as_ref(), Some(run));
    assert_eq!((run.status, run.fencing, &run.worker), (RunStatus::Queued, 0, &None));
    assert_eq!((run.workspace_id, run.workflow_version_id), (place.workspace, place.version_id()));
    assert_eq!(
        (run.workflow_name.as_str(), run.version.to_string().as_str()),
        ("Refunds", "1.0.0")
    );
    assert_eq!(run.triggered_by, Some(place.principal));
    assert_eq!((run.trigger_type, &run.trigger_ref), (TriggerType::Webhook, &start.trigger_ref));
    assert_eq!(run.metadata, start.metadata);
    assert_eq!(run.time_limit.unwrap().as_millis(), 3_600_000);
    assert_eq!(run.due_at, Some(run.created_at));
    let decision = started.decision.unwrap();
    assert_eq!((decision.effect, decision.run_id), (PolicyEffect::Allow, Some(run.id)));
    assert_eq!(tenant.policies().get_decision(decision.id).await.unwrap(), Some(decision.clone()));

    let timeline = tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!((&timeline.run, timeline.decision), (run, Some(decision)));
    let steps: Vec<_> = timeline.steps.iter().map(|it| (it.sequence, it.name.as_str())).collect();
    assert_eq!(steps, [(1, "step-1"), (2, "step-2"), (3, "step-3")]);
    assert!(timeline.steps.iter().all(|it| it.status == StepStatus::Ready));

    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("run.created"));
    assert_eq!(entry.resource_id, Some(run.id.to_string()));
    let details = entry.details.unwrap();
    assert_eq!((&details["status"], &details["workflow"]), (&json!("queued"), &json!("Refunds")));
    assert_eq!(recorded(&tenant, "policy.decided").await, 1);
}

#[tokio::test]
async fn a_policy_denies_a_start_and_only_its_decision_is_stored() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    bind(&place, "amounts", AMOUNTS).await;
    let error =
        tenant.runs().start(place.wants(json!({ "amount": 500 })), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "failed to start a run: policies do not allow it: amounts 1.0.0: the amount is 500"
    );
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 9).await.unwrap(), []);
    let decisions = tenant.policies().decisions(None, None, 9).await.unwrap();
    assert_eq!((decisions.len(), decisions[0].effect), (1, PolicyEffect::Deny));
    assert_eq!(decisions[0].run_id, None);
    assert_eq!(newest(&tenant).await.action.as_deref(), Some("policy.decided"));

    // One of a batch stops the batch, and is named.
    let runs = [1, 50, 101].map(|amount| NewRun::with(json!({ "amount": amount })));
    let error = tenant.runs().start_many(place.batch(runs.into()), &ann()).await.unwrap_err();
    assert!(error.to_string().contains("runs[2]: policies do not allow it"), "{error}");
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_policy_that_wants_approval_makes_the_run_wait_with_a_request() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    bind(&place, "amounts", AMOUNTS).await;
    let run = place.start_with(json!({ "amount": 50 })).await;
    // Somebody is to look at it at once, to tell those who decide.
    assert_eq!((run.status, run.due_at), (RunStatus::WaitingApproval, Some(run.created_at)));
    let requests = tenant.approvals().list(&ApprovalFilter::default(), None, 9).await.unwrap();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!((request.run_id, request.step_id), (run.id, None));
    assert_eq!(request.status, ApprovalStatus::Requested);
    assert_eq!(request.requested_by, Some(place.principal));
    let shown = &request.payload;
    assert_eq!(shown["input"], json!({ "amount": 50 }));
    assert_eq!(shown["reasons"], json!(["amounts 1.0.0: the amount is 50"]));
    assert_eq!(recorded(&tenant, "approval.requested").await, 1);
    let timeline = tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!(timeline.approvals.len(), 1);

    // Without a policy the risk decides.
    let risky = place.another("Risky", &format!("risk_tier: high\n{}", steps_of(1))).await;
    let started = tenant.runs().start(risky.wants(json!({})), &ann()).await.unwrap();
    assert_eq!(started.run.status, RunStatus::Queued, "the policy of the workspace allows it");
}

#[tokio::test]
async fn what_was_run_stays_and_goes_with_its_workspace() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = format!("risk_tier: high\n{}", steps_of(2));
    let place = Place::with(&tenant, DataPersistenceMode::Full, &definition).await;
    let run = place.start().await;
    let error = tenant.workflows().delete(place.version.workflow_id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains("it is still needed by runs"), "{error}");
    // Whoever wanted it may go; the run stays.
    tenant.users().delete(place.principal, &ann()).await.unwrap();
    let timeline = tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!((timeline.run.triggered_by, timeline.approvals.len()), (None, 1));
    assert_eq!(timeline.approvals[0].request.requested_by, None);
    tenant.workspaces().delete(place.workspace, &ann()).await.unwrap();
    assert_eq!(tenant.runs().get(run.id).await.unwrap(), None);
    let client = world.superuser().await;
    for table in ["runs", "steps", "approval_requests", "policy_decisions", "workspace_writes"] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(client.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0), 0, "{table}");
    }
}

#[tokio::test]
async fn a_batch_is_started_in_its_order_and_all_or_none() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 2).await;
    let runs = place.start_many(25).await;
    for (n, run) in runs.iter().enumerate() {
        assert_eq!(run.input.value, Some(json!({ "n": n })));
        let steps = tenant.runs().timeline(run.id).await.unwrap().unwrap().steps;
        assert_eq!(steps.len(), 2);
    }
    assert_eq!(recorded(&tenant, "run.created").await, 25);
    let bad = NewRun::with(json!(["not an object"]));
    let batch = place.batch(vec![NewRun::default(), bad]);
    let error = tenant.runs().start_many(batch, &ann()).await.unwrap_err();
    assert!(error.to_string().contains("runs[1].input: expected an object"), "{error}");
    for count in [0, 1001] {
        let batch = place.batch(vec![NewRun::default(); count]);
        let error = tenant.runs().start_many(batch, &ann()).await.unwrap_err();
        assert!(error.to_string().contains("expected 1 to 1000"), "{error}");
    }
    assert_eq!(recorded(&tenant, "run.created").await, 25);
}

#[tokio::test]
async fn an_input_is_what_the_workflow_wants() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = format!(
        "input: {{ type: object, properties: {{ order: {{ type: string }} }}, required: [order] }}\n{}",
        steps_of(1)
    );
    let place = Place::with(&tenant, DataPersistenceMode::Full, &definition).await;
    place.start_with(json!({ "order": "O-1" })).await;
    for (input, expected) in [
        (json!({ "order": 5 }), "input.order: expected a text, got 5"),
        (json!({}), "input.order: "),
        (json!([]), "input: expected an object"),
        (json!({ "order": "O-1", "n": 9_007_199_254_740_993_u64 }), "input.n: "),
        (json!({ "order": "\0" }), "input.order: "),
        (json!({ "order": "x".repeat(1024 * 1024) }), "input: expected at most 1 MB of JSON"),
    ] {
        let error = tenant.runs().start(place.wants(input), &ann()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let batch = place.batch(vec![NewRun::with(json!({ "order": 5 }))]);
    let error = tenant.runs().start_many(batch, &ann()).await.unwrap_err();
    assert!(error.to_string().contains("runs[0].input.order"), "{error}");
    let long = "x".repeat(256);
    for (start, expected) in [
        (StartRun { trigger_ref: Some(String::new()), ..place.wants(json!({})) }, "trigger_ref"),
        (StartRun { idempotency_key: Some(long), ..place.wants(json!({})) }, "idempotency_key"),
        (
            StartRun { idempotency_key: Some("\0".into()), ..place.wants(json!({})) },
            "idempotency_key",
        ),
        (
            StartRun { metadata: object(&json!({ "a": "\0" })), ..place.wants(json!({})) },
            "metadata.a",
        ),
    ] {
        let error = tenant.runs().start(start, &ann()).await.unwrap_err();
        let Error::InvalidInput { input, .. } = &error else { panic!("{error:?}") };
        assert_eq!(input.field, expected);
    }
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_named_and_nothing_is_started() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let (place, elsewhere) = (Place::new(&tenant, 1).await, Place::new(&other, 1).await);
    let nobody = Uuid::from_u128(7);
    let wants = place.wants(json!({}));
    let version = |id: WorkflowVersionId| format!("version {id} of a workflow");
    for (start, expected) in [
        (
            StartRun { workspace_id: WorkspaceId(nobody), ..wants.clone() },
            format!("workspace {nobody}"),
        ),
        (
            StartRun { principal_id: PrincipalId(nobody), ..wants.clone() },
            format!("principal {nobody}"),
        ),
        (
            StartRun { workflow_version_id: elsewhere.version_id(), ..wants.clone() },
            version(elsewhere.version_id()),
        ),
        (
            StartRun { workspace_id: elsewhere.workspace, ..wants.clone() },
            format!("workspace {}", elsewhere.workspace),
        ),
    ] {
        let error = tenant.runs().start(start, &ann()).await.unwrap_err();
        assert!(matches!(&error, Error::NotFound { what, .. } if *what == expected), "{error:?}");
    }
    // A version of another workspace of the same tenant is not there either.
    let new = agentflow::NewWorkspace::named("Support");
    let support = tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let theirs = publish(&tenant, support, "Theirs", &steps_of(1)).await.id;
    let start = StartRun { workflow_version_id: theirs, ..wants };
    let error = tenant.runs().start(start, &ann()).await.unwrap_err();
    assert!(
        matches!(&error, Error::NotFound { what, .. } if *what == version(theirs)),
        "{error:?}"
    );
    assert_eq!(recorded(&tenant, "run.created").await, 0);

    // Nor are runs of another tenant.
    let run = elsewhere.start().await;
    assert_eq!(tenant.runs().get(run.id).await.unwrap(), None);
    assert_eq!(tenant.runs().timeline(run.id).await.unwrap(), None);
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn nothing_is_started_for_somebody_who_is_deactivated_and_that_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    tenant.principals().deactivate(place.principal, &ann()).await.unwrap();
    let error = tenant.runs().start(place.wants(json!({})), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    assert!(error.to_string().contains("is deactivated"), "{error}");
    assert_eq!(recorded(&tenant, "access.denied").await, 1);
    assert_eq!(recorded(&tenant, "run.created").await, 0);
}

#[tokio::test]
async fn a_batch_that_is_too_large_to_be_sent_at_once_says_so() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let large = "x".repeat(1_000_000);
    let runs = (0..70).map(|_| agentflow::runs::NewRun::with(json!({ "text": large }))).collect();
    let error = tenant.runs().start_many(place.batch(runs), &ann()).await.unwrap_err();
    assert!(error.to_string().contains("more than 64 MB together"), "{error}");
}
