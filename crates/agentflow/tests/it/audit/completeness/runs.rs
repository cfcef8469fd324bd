//! Runs, as far as those are concerned who want them.

use std::time::Duration;

use agentflow::{
    NewWorkspace,
    audit::Actor,
    identity::NewUser,
    runs::{ClaimRequest, NewRun, StartRun, StartRuns, StepOutcome, TriggerType},
    workflows::WorkflowSpec,
};
use serde_json::Value;

use super::Book;

const DEFINITION: &str = "version: 1.0.0\nsteps: [{ name: ask, type: llm_call }]";

pub(super) async fn runs() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let new = NewWorkspace::named("Finance");
    let workspace = book.tenant.workspaces().create(new, &by).await.unwrap().id;
    let workflows = book.tenant.workflows();
    let workflow = workflows.create(workspace, WorkflowSpec::named("A"), &by).await.unwrap().id;
    let version = workflows.publish(workflow, DEFINITION, &by).await.unwrap().version.id;
    let email = "bob@example.com".parse().unwrap();
    let bob = book.tenant.users().create(NewUser::new(email, "Bob"), &by).await.unwrap().id;
    book.news().await;

    let runs = book.tenant.runs();
    let start = StartRun::new(workspace, version, bob);
    let run = runs.start(start, &by).await.unwrap().run.id;
    let both = [("policy.decided", "policy_decision", &by), ("run.created", "run", &by)];
    book.saw_all("runs/start.rs start", &both).await;
    let batch = StartRuns {
        workspace_id: workspace,
        workflow_version_id: version,
        principal_id: bob,
        trigger_type: TriggerType::Scheduled,
        runs: vec![NewRun::default(); 2],
    };
    runs.start_many(batch, &by).await.unwrap();
    book.saw_all("runs/start.rs start_many", &[both, both].concat()).await;
    runs.cancel(run, "not needed", &by).await.unwrap();
    book.saw("runs/cancel.rs cancel", "run.canceled", "run").await;
    // Ended long ago, as far as the clock of this test is concerned.
    let sql = "BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE runs SET finished_at = '2025-01-01' WHERE finished_at IS NOT NULL; COMMIT";
    book.superuser.batch_execute(sql).await.unwrap();
    assert_eq!(runs.prune(None, 10, &by).await.unwrap(), 1);
    book.saw("runs/prune.rs prune", "run.pruned", "run").await;

    // What is left of those that were started above.
    let queue = book.store.run_queue();
    let (limit, lease) = (10, Duration::from_secs(60));
    let request = ClaimRequest { worker: "worker-1".to_owned(), limit, lease, tenants: None };
    let claims = queue.claim(&request).await.unwrap();
    let begun = queue.begin(&claims).await.unwrap();
    assert_eq!(begun.len(), 2);
    let worker = Actor::service("worker-1");
    let succeeded = StepOutcome::Succeeded { output: Value::Null, next: None };
    queue.finish(vec![begun[0].report(succeeded, Vec::new())]).await.unwrap();
    book.saw_by("runs/queue/finish.rs finish", "run.succeeded", "run", &worker).await;
    assert!(queue.fail(&begun[1].claim, "no good").await.unwrap());
    book.saw_by("runs/queue/fail.rs fail", "run.failed", "run", &worker).await;
}
