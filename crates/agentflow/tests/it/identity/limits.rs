//! What is too much, or cannot be stored, is refused by name before the database is asked.

use std::fmt::Debug;

use agentflow::{
    EnvironmentTier, Error, NewEnvironment, NewTenant, NewWorkspace, Tenant, WorkspaceSettings,
    identity::{NewRole, NewService, NewTeam, NewUser, TeamChange},
};
use serde_json::{Map, Value, json};

use super::{ann, email, user};
use crate::support::World;

type Json = Map<String, Value>;

fn refused<T: Debug>(result: Result<T, Error>, field: &str) {
    match result {
        Err(Error::InvalidInput { input, .. }) if input.field == field => {}
        other => panic!("{field}: {other:?}"),
    }
}

fn levels(count: usize) -> Value {
    (0..count).fold(json!(0), |inner, _| json!([inner]))
}

/// Everything that takes facts or settings, with these.
async fn try_everywhere(world: &World, tenant: &Tenant, facts: &Json, path: &str) {
    let (metadata, settings) = (format!("metadata{path}"), format!("settings{path}"));
    let new = NewUser { metadata: facts.clone(), ..NewUser::new(email("x@example.com"), "X") };
    refused(tenant.users().create(new, &ann()).await, &metadata);
    let new = NewService { metadata: facts.clone(), ..NewService::named("x") };
    refused(tenant.services().create(new, &ann()).await, &metadata);

    let owner = user(tenant, &format!("{}@example.com", path.len())).await;
    let new = NewTeam { settings: facts.clone(), ..NewTeam::named("X", owner.id) };
    refused(tenant.teams().create(new, &ann()).await, &settings);
    let team = NewTeam::named(format!("Team {}", path.len()), owner.id);
    let team = tenant.teams().create(team, &ann()).await.unwrap();
    let change = TeamChange { settings: Some(facts.clone()), ..TeamChange::default() };
    refused(tenant.teams().update(team.id, change, &ann()).await, &settings);

    let workspaces = tenant.workspaces();
    let new = NewWorkspace { metadata: facts.clone(), ..NewWorkspace::named("X") };
    refused(workspaces.create(new, &ann()).await, &metadata);
    let name = format!("W {}", path.len());
    let workspace = workspaces.create(NewWorkspace::named(name), &ann()).await.unwrap();
    for (approval_tiers, custom_settings, field) in [
        (facts.clone(), Map::new(), "approval_tiers"),
        (Map::new(), facts.clone(), "custom_settings"),
    ] {
        let settings = WorkspaceSettings {
            approval_tiers: approval_tiers.into(),
            custom_settings: custom_settings.into(),
            ..WorkspaceSettings::default()
        };
        let field = format!("{field}{path}");
        refused(workspaces.configure(workspace.id, &settings, &ann()).await, &field);
    }
    let new = NewEnvironment {
        name: "X".to_owned(),
        tier: EnvironmentTier::Dev,
        description: None,
        metadata: facts.clone(),
    };
    refused(workspaces.environments(workspace.id).create(new, &ann()).await, &metadata);

    let admin = world.store.admin();
    let new = NewTenant { metadata: facts.clone(), ..NewTenant::named("X") };
    refused(admin.tenants().create(new, &ann()).await, &metadata);
    let new = NewTenant { settings: facts.clone(), ..NewTenant::named("X") };
    refused(admin.tenants().create(new, &ann()).await, &settings);
}

#[tokio::test]
async fn facts_and_settings_that_cannot_be_stored_are_refused_with_their_path() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let of = |key: &str, value: Value| Map::from_iter([(key.to_owned(), value)]);
    let nul = of("a", json!([{ "b": "x\0y" }]));
    try_everywhere(&world, &tenant, &nul, ".a[0].b").await;
    let large = of("a", json!("x".repeat(64 * 1024)));
    try_everywhere(&world, &tenant, &large, "").await;

    let service = |metadata| NewService { metadata, ..NewService::named("x") };
    let deep = tenant.services().create(service(of("a", levels(100))), &ann()).await;
    let Err(Error::InvalidInput { input, .. }) = deep else { panic!("{deep:?}") };
    assert!(input.field.starts_with("metadata.a[0]"), "{input:?}");
    let fits = of("a", json!("x".repeat(64 * 1024 - r#"{"a":""}"#.len())));
    tenant.services().create(service(fits), &ann()).await.unwrap();
}

#[tokio::test]
async fn a_team_has_at_most_a_hundred_skills_and_a_role_a_short_description() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let owner = user(&tenant, "ann@example.com").await;
    let skills = |count: usize| (0..count).map(|n| format!("skill {n}")).collect::<Vec<_>>();
    let team =
        |count| NewTeam { shared_skill_names: skills(count), ..NewTeam::named("Team", owner.id) };
    refused(tenant.teams().create(team(101), &ann()).await, "shared_skill_names");
    let team = tenant.teams().create(team(100), &ann()).await.unwrap();
    let change = TeamChange { shared_skill_names: Some(skills(101)), ..TeamChange::default() };
    refused(tenant.teams().update(team.id, change, &ann()).await, "shared_skill_names");

    let role = |length| NewRole { description: "é".repeat(length), ..NewRole::named("role") };
    refused(tenant.roles().create(role(1_001), &ann()).await, "description");
    tenant.roles().create(role(1_000), &ann()).await.unwrap();
}
