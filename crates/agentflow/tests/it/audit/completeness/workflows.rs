//! Workflows, their versions, and plans.

use agentflow::{
    NewWorkspace,
    workflows::{PlanSpec, WorkflowSpec},
};

use super::Book;

const DEFINITION: &str = "version: 1.0.0\nsteps: [{ name: ask, type: llm_call }]";

pub(super) async fn workflows_and_plans() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let new = NewWorkspace::named("Finance");
    let workspace = book.tenant.workspaces().create(new, &by).await.unwrap().id;
    book.news().await;
    let (workflows, plans) = (book.tenant.workflows(), book.tenant.plans());
    let id = workflows.create(workspace, WorkflowSpec::named("A"), &by).await.unwrap().id;
    book.saw("workflows/workflows.rs create", "workflow.created", "workflow").await;
    workflows.update(id, WorkflowSpec::named("B"), &by).await.unwrap();
    book.saw("workflows/workflows.rs update", "workflow.updated", "workflow").await;
    let version = workflows.publish(id, DEFINITION, &by).await.unwrap().version.id;
    let action = "workflow.version_published";
    book.saw("workflows/versions.rs publish", action, "workflow_version").await;
    let plan = plans.create(version, None, &by).await.unwrap().id;
    book.saw("workflows/plans.rs create", "plan.created", "plan").await;
    plans.update(plan, PlanSpec::default(), &by).await.unwrap();
    book.saw("workflows/plans.rs update", "plan.updated", "plan").await;
    plans.delete(plan, &by).await.unwrap();
    book.saw("workflows/plans.rs delete", "plan.deleted", "plan").await;
    workflows.delete(id, &by).await.unwrap();
    book.saw("workflows/workflows.rs delete", "workflow.deleted", "workflow").await;
}
