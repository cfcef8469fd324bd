//! Agents and the tools they call.

use agentflow::{
    Error, PrincipalId, TeamId, Tenant,
    agents::{AgentDna, AgentSpec},
    audit::{Actor, AuditEntry, AuditFilter},
    identity::{NewTeam, NewUser},
};

mod changes;
mod deletion;
mod rows;
mod specs;
mod tools;

fn ann() -> Actor {
    Actor::user("ann")
}

async fn user(tenant: &Tenant, name: &str) -> PrincipalId {
    let email = format!("{name}@example.com").parse().unwrap();
    tenant.users().create(NewUser::new(email, name), &ann()).await.unwrap().id
}

/// A team, whose owner has the same name.
async fn team(tenant: &Tenant, name: &str) -> TeamId {
    let owner = user(tenant, name).await;
    tenant.teams().create(NewTeam::named(name, owner), &ann()).await.unwrap().id
}

fn spec(slug: &str) -> AgentSpec {
    AgentSpec::new("Ada", slug.parse().unwrap())
}

async fn agent(tenant: &Tenant, team: TeamId, slug: &str) -> AgentDna {
    tenant.agents().create(team, spec(slug), &ann()).await.unwrap()
}

/// The newest entry of the chain.
async fn newest(tenant: &Tenant) -> AuditEntry {
    tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
}

/// The bad fields of an error, in its order.
fn bad_fields(error: &Error) -> Vec<&str> {
    match error {
        Error::InvalidInputs { inputs, .. } => {
            inputs.0.iter().map(|input| input.field.as_str()).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn is_missing(error: &Error, expected: &str) -> bool {
    matches!(error, Error::NotFound { what, .. } if what == expected)
}
