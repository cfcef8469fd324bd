//! Policies, their bindings, and decisions.

use agentflow::{
    NewWorkspace,
    identity::NewUser,
    policies::{BoundTo, NewPolicy, Question},
};
use serde_json::json;

use super::Book;

pub(super) async fn policies() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let new = NewWorkspace::named("Finance");
    let workspace_id = book.tenant.workspaces().create(new, &by).await.unwrap().id;
    let user = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let principal_id = book.tenant.users().create(user, &by).await.unwrap().id;
    book.news().await;
    let policies = book.tenant.policies();
    let new = NewPolicy {
        name: "region".to_owned(),
        version: "1.0.0".parse().unwrap(),
        rego: "package p\n\neffect := \"allow\"\n".to_owned(),
        description: String::new(),
    };
    let id = policies.publish(new, &by).await.unwrap().summary.id;
    book.saw("policies/policies.rs publish", "policy.published", "policy").await;
    let bound = policies.bind(id, BoundTo::Workspace(workspace_id), 1, &by).await.unwrap().id;
    book.saw("policies/bindings.rs bind", "policy_binding.created", "policy_binding").await;
    policies.set_binding(bound, 2, true, &by).await.unwrap();
    book.saw("policies/bindings.rs set_binding", "policy_binding.updated", "policy_binding").await;
    let (input, time) = (json!({}), None);
    let question = Question { workspace_id, workflow_version_id: None, principal_id, input, time };
    policies.decide(&question, None, &by).await.unwrap();
    book.saw("policies/decisions.rs decide", "policy.decided", "policy_decision").await;
    policies.unbind(bound, &by).await.unwrap();
    book.saw("policies/bindings.rs unbind", "policy_binding.deleted", "policy_binding").await;
    policies.delete(id, &by).await.unwrap();
    book.saw("policies/policies.rs delete", "policy.deleted", "policy").await;
}
