//! Rules over typed facts.

use agentflow::{
    Error,
    audit::{Actor, AuditEntry, AuditFilter},
    core::rules::{DerivedSpec, RuleSpec},
    rules::OnFailure,
};
use serde_json::{Value, json};

mod derived;
mod engine;
mod engines;
mod isolation;
mod place;
mod processes;
mod random;
mod refresh;
mod schemas;
mod sql;
mod store;
mod stuck;

use place::Place;

fn ann() -> Actor {
    Actor::user("ann")
}

/// A shop: people and what they order.
fn shop() -> Value {
    json!({
        "User": { "age": "int", "name": "string", "email": "optional<string>" },
        "Order": { "total": "float", "items": "int" },
    })
}

async fn open_shop(place: &impl Place) {
    place.set_schema(shop(), OnFailure::Refuse).await.unwrap();
}

fn rule(name: &str, expression: &str) -> RuleSpec {
    RuleSpec::new(name, expression)
}

fn inactive(name: &str, expression: &str) -> RuleSpec {
    RuleSpec { active: false, ..rule(name, expression) }
}

fn field(name: &str, expression: &str) -> DerivedSpec {
    DerivedSpec { name: name.to_owned(), expression: expression.to_owned(), dependencies: None }
}

/// The entries of the chain with this action, the newest first.
async fn entries(tenant: &agentflow::Tenant, action: &str) -> Vec<AuditEntry> {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    tenant.audit().list(&filter, 100).await.unwrap()
}

/// The newest entry of the chain.
async fn newest(tenant: &agentflow::Tenant) -> AuditEntry {
    tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
}

/// The bad fields of an error, and what is said about them.
fn findings(error: &Error) -> Vec<(&str, &str)> {
    match error {
        Error::InvalidInputs { inputs, .. } => {
            inputs.0.iter().map(|it| (it.field.as_str(), it.reason.as_str())).collect()
        }
        Error::InvalidInput { input, .. } => vec![(&input.field, &input.reason)],
        other => panic!("{other:?}"),
    }
}

/// What would not compile: kind and name.
fn broken(error: &Error) -> Vec<String> {
    match error {
        Error::RulesBroken { report, .. } => {
            report.failed.iter().map(|it| format!("{} {}", it.kind, it.name)).collect()
        }
        other => panic!("{other:?}"),
    }
}
