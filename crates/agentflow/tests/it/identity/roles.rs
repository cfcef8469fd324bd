//! Roles and what they hold; who has them is in [`bindings`].

mod bindings;

use std::collections::{BTreeMap, BTreeSet};

use agentflow::{
    Error, NewWorkspace, Permission, PrincipalId, RoleId, Tenant, WorkspaceId,
    identity::{BindingFilter, NewBinding, NewRole, NewService, Role},
};
use serde_json::json;

use super::{ann, entries, newest};
use crate::support::World;

const BUILTIN: [&str; 5] =
    ["approver", "auditor", "integration_admin", "operator", "workspace_admin"];

fn permissions(names: &[&str]) -> Vec<Permission> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

async fn workspace(tenant: &Tenant, name: &str) -> WorkspaceId {
    tenant.workspaces().create(NewWorkspace::named(name), &ann()).await.unwrap().id
}

async fn service(tenant: &Tenant, name: &str) -> PrincipalId {
    tenant.services().create(NewService::named(name), &ann()).await.unwrap().id
}

fn binding(
    principal_id: PrincipalId,
    role_id: RoleId,
    workspace_id: Option<WorkspaceId>,
) -> NewBinding {
    NewBinding { principal_id, role_id, workspace_id, expires_at: None }
}

fn names(roles: &[Role]) -> Vec<(Option<WorkspaceId>, &str)> {
    let mut names: Vec<_> =
        roles.iter().map(|role| (role.workspace_id, role.name.as_str())).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn every_permission_says_which_built_in_roles_hold_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let all = tenant.roles().permissions().await.unwrap();
    let mut held: BTreeMap<&str, BTreeSet<&Permission>> = BTreeMap::new();
    for permission in &all {
        assert!(!permission.description.is_empty(), "{}", permission.name);
        assert!(!permission.builtin_roles.is_empty(), "nobody can hold {}", permission.name);
        for role in &permission.builtin_roles {
            assert!(held.entry(role).or_default().insert(&permission.name), "{role} twice");
        }
    }
    assert_eq!(held.keys().copied().collect::<Vec<_>>(), BUILTIN);
    assert_eq!(all.iter().map(|it| &it.name).collect::<BTreeSet<_>>().len(), all.len());
    let named = |name: &str| all.iter().find(|it| it.name.as_str() == name).unwrap();
    // Who writes the rules does not approve what they ask about, and does not read secrets.
    assert_eq!(named("approval:decide").builtin_roles, ["approver"]);
    assert_eq!(named("secret:read").builtin_roles, ["integration_admin"]);
    let harmless = ["read", "verify", "export", "simulate"];
    for permission in &held["auditor"] {
        assert!(harmless.contains(&permission.action()), "an auditor may {permission}");
    }
}

#[tokio::test]
async fn a_tenant_and_each_of_its_workspaces_have_the_built_in_roles() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (one, other) = (workspace(&tenant, "One").await, workspace(&tenant, "Other").await);
    let roles = tenant.roles();
    let at_large = roles.list(None).await.unwrap();
    assert_eq!(names(&at_large), BUILTIN.map(|name| (None, name)));
    let listed = roles.list(Some(one)).await.unwrap();
    let expected = BUILTIN.map(|name| (None, name)).into_iter();
    let expected = expected.chain(BUILTIN.map(|name| (Some(one), name)));
    assert_eq!(names(&listed), expected.collect::<Vec<_>>());
    assert!(listed[..5].iter().all(|role| role.workspace_id == Some(one)), "its own come first");

    let all = roles.permissions().await.unwrap();
    for role in &listed {
        assert!(role.is_builtin && !role.description.is_empty());
        let expected: BTreeSet<_> = all
            .iter()
            .filter(|permission| permission.builtin_roles.contains(&role.name))
            .map(|permission| permission.name.clone())
            .collect();
        assert_eq!(role.permissions.iter().cloned().collect::<BTreeSet<_>>(), expected);
        assert_eq!(roles.get(role.id).await.unwrap().as_ref(), Some(role));
        let found = roles.find(&role.name, role.workspace_id).await.unwrap();
        assert_eq!(found.as_ref(), Some(role));
    }
    assert!(names(&roles.list(Some(other)).await.unwrap()).contains(&(Some(other), "operator")));
    for nonsense in ["", "nobody", "Operator", "op\0"] {
        assert_eq!(roles.find(nonsense, Some(one)).await.unwrap(), None, "{nonsense:?}");
    }
}

#[tokio::test]
async fn a_custom_role_is_created_changed_and_deleted_and_each_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let roles = tenant.roles();
    let new = NewRole {
        description: "Starts runs".into(),
        permissions: permissions(&["run:start", "run:read", "run:start"]),
        ..NewRole::named("runner")
    };
    let created = roles.create(new, &ann()).await.unwrap();
    assert_eq!((created.name.as_str(), created.description.as_str()), ("runner", "Starts runs"));
    assert_eq!((created.is_builtin, created.workspace_id), (false, None));
    assert_eq!(created.permissions, permissions(&["run:read", "run:start"]));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("role.created"));
    assert_eq!(entry.resource_id, Some(created.id.to_string()));
    let details = json!({ "name": "runner", "permissions": ["run:read", "run:start"] });
    assert_eq!(entry.details, Some(details));

    let more = permissions(&["run:start", "run:cancel", "agent:read"]);
    let granted = roles.grant(created.id, &more, &ann()).await.unwrap();
    let expected = permissions(&["agent:read", "run:cancel", "run:read", "run:start"]);
    assert_eq!(granted.permissions, expected);
    assert!(granted.updated_at > created.updated_at);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("role.permissions_granted"));
    let details = json!({ "name": "runner", "permissions": ["agent:read", "run:cancel"] });
    assert_eq!(entry.details, Some(details));

    let less = permissions(&["run:read", "user:read", "run:start"]);
    let withdrawn = roles.withdraw(created.id, &less, &ann()).await.unwrap();
    assert_eq!(withdrawn.permissions, permissions(&["agent:read", "run:cancel"]));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("role.permissions_withdrawn"));
    let details = json!({ "name": "runner", "permissions": ["run:read", "run:start"] });
    assert_eq!(entry.details, Some(details));

    // What changes nothing is not recorded.
    assert_eq!(roles.grant(created.id, &withdrawn.permissions, &ann()).await.unwrap(), withdrawn);
    assert_eq!(roles.withdraw(created.id, &less, &ann()).await.unwrap(), withdrawn);
    assert_eq!(roles.grant(created.id, &[], &ann()).await.unwrap(), withdrawn);
    assert_eq!(newest(&tenant).await.seq, entry.seq);

    let robot = service(&tenant, "robot").await;
    roles.bind(binding(robot, created.id, None), &ann()).await.unwrap();
    roles.delete(created.id, &ann()).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("role.deleted"));
    assert_eq!(entry.details, Some(json!({ "name": "runner" })));
    assert_eq!(roles.get(created.id).await.unwrap(), None);
    assert_eq!(roles.bindings(&BindingFilter::default()).await.unwrap(), []);
}

#[tokio::test]
async fn a_custom_role_of_a_workspace_hides_the_tenants_of_the_same_name_there() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (here, there) = (workspace(&tenant, "Here").await, workspace(&tenant, "There").await);
    let roles = tenant.roles();
    let wide = roles.create(NewRole::named("runner"), &ann()).await.unwrap();
    let local = NewRole { workspace_id: Some(here), ..NewRole::named("runner") };
    let narrow = roles.create(local.clone(), &ann()).await.unwrap();
    assert_eq!(newest(&tenant).await.workspace_id, Some(here));
    assert_eq!(roles.find("runner", Some(here)).await.unwrap(), Some(narrow));
    assert_eq!(roles.find("runner", Some(there)).await.unwrap().as_ref(), Some(&wide));
    assert_eq!(roles.find("runner", None).await.unwrap().as_ref(), Some(&wide));
    for taken in [local, NewRole::named("runner"), NewRole::named("operator")] {
        let error = roles.create(taken, &ann()).await.unwrap_err();
        assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "name"), "{error:?}");
    }
    for name in ["", "Runner", "1st", "-a", "a b", "a.b", "nul\0", "ä", &"a".repeat(101)] {
        let error = roles.create(NewRole::named(name), &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "name"),
            "{name:?}: {error:?}"
        );
    }
    roles.create(NewRole::named("a".repeat(100)), &ann()).await.unwrap();
    let nul = NewRole { description: "\0".into(), ..NewRole::named("other") };
    let error = roles.create(nul, &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::InvalidInput { input, .. } if input.field == "description"));
}

#[tokio::test]
async fn a_permission_that_there_is_not_is_named_with_the_one_that_is_meant() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let roles = tenant.roles();
    let id = roles.create(NewRole::named("runner"), &ann()).await.unwrap().id;
    let last = newest(&tenant).await.seq;
    for (name, hint) in [
        ("run:strat", "; did you mean `run:start`?"),
        ("workflow:publsh", "; did you mean `workflow:publish`?"),
        ("cathedral:demolish", ""),
    ] {
        let given = permissions(&["run:read", name]);
        let new = NewRole { permissions: given.clone(), ..NewRole::named("new") };
        for error in [
            roles.create(new, &ann()).await.unwrap_err(),
            roles.grant(id, &given, &ann()).await.unwrap_err(),
            roles.withdraw(id, &given, &ann()).await.unwrap_err(),
        ] {
            let Error::InvalidInput { input, .. } = error else { panic!("{error:?}") };
            assert_eq!(input.field, "permission");
            assert_eq!(input.reason, format!("there is no permission `{name}`{hint}"));
        }
    }
    assert_eq!(roles.get(id).await.unwrap().unwrap().permissions, []);
    assert_eq!(roles.find("new", None).await.unwrap(), None);
    assert_eq!(newest(&tenant).await.seq, last);
}

#[tokio::test]
async fn built_in_roles_cannot_be_changed_or_deleted_and_go_with_their_workspace() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let here = workspace(&tenant, "Here").await;
    let (roles, superuser) = (tenant.roles(), world.superuser().await);
    let last = newest(&tenant).await.seq;
    for role in roles.list(Some(here)).await.unwrap() {
        let given = permissions(&["approval:decide"]);
        for error in [
            roles.grant(role.id, &given, &ann()).await.unwrap_err(),
            roles.withdraw(role.id, &given, &ann()).await.unwrap_err(),
            roles.delete(role.id, &ann()).await.unwrap_err(),
        ] {
            assert!(
                matches!(&error, Error::Conflict { reason, .. } if reason.contains("built-in")),
                "{error:?}"
            );
        }
        // Past the library as well.
        for sql in [
            "DELETE FROM rbac_roles WHERE id = $1",
            "UPDATE rbac_roles SET name = 'renamed' WHERE id = $1",
            "UPDATE rbac_roles SET workspace_id = NULL, name = 'moved' WHERE id = $1",
        ] {
            let error = superuser.execute(sql, &[&role.id.0]).await.unwrap_err();
            let constraint = error.as_db_error().unwrap().constraint();
            assert_eq!(constraint, Some("rbac_roles_builtin_kept"), "{sql}");
        }
        assert_eq!(roles.get(role.id).await.unwrap(), Some(role));
    }
    assert_eq!(newest(&tenant).await.seq, last);

    let local = NewRole { workspace_id: Some(here), ..NewRole::named("runner") };
    let custom = roles.create(local, &ann()).await.unwrap().id;
    let moved = superuser
        .execute("UPDATE rbac_roles SET workspace_id = NULL WHERE id = $1", &[&custom.0])
        .await
        .unwrap_err();
    let constraint = moved.as_db_error().unwrap().constraint();
    assert_eq!(constraint, Some("rbac_roles_workspace_immutable"));
    tenant.workspaces().delete(here, &ann()).await.unwrap();
    assert_eq!(names(&roles.list(Some(here)).await.unwrap()), BUILTIN.map(|name| (None, name)));
    assert_eq!(roles.get(custom).await.unwrap(), None);
}

#[tokio::test]
async fn ids_of_another_tenant_are_not_found() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let (ours, theirs) = (service(&own, "robot").await, service(&other, "robot").await);
    let (here, there) = (workspace(&own, "W").await, workspace(&other, "W").await);
    let (roles, foreign) = (own.roles(), other.roles());
    let operator = roles.find("operator", None).await.unwrap().unwrap().id;
    let custom = foreign.create(NewRole::named("custom"), &ann()).await.unwrap().id;
    let bound = foreign.bind(binding(theirs, custom, None), &ann()).await.unwrap();
    let before = (entries(&own).await, entries(&other).await);

    assert_eq!(roles.get(custom).await.unwrap(), None);
    assert_eq!(roles.find("custom", None).await.unwrap(), None);
    assert!(roles.list(Some(there)).await.unwrap().iter().all(|role| role.workspace_id.is_none()));
    let filter = BindingFilter { principal_id: Some(theirs), role_id: None };
    assert_eq!(roles.bindings(&filter).await.unwrap(), []);
    let read = permissions(&["run:read"]);
    let abroad = NewRole { workspace_id: Some(there), ..NewRole::named("abroad") };
    let role = format!("role {custom}");
    for (error, expected) in [
        (roles.grant(custom, &read, &ann()).await.unwrap_err(), role.as_str()),
        (roles.withdraw(custom, &read, &ann()).await.unwrap_err(), &role),
        (roles.delete(custom, &ann()).await.unwrap_err(), &role),
        (roles.bind(binding(ours, custom, None), &ann()).await.unwrap_err(), &role),
        (roles.bind(binding(theirs, operator, None), &ann()).await.unwrap_err(), "the principal"),
        (
            roles.bind(binding(ours, operator, Some(there)), &ann()).await.unwrap_err(),
            "the workspace",
        ),
        (roles.create(abroad, &ann()).await.unwrap_err(), "the workspace"),
        (roles.unbind(bound.id, &ann()).await.unwrap_err(), &format!("binding {}", bound.id)),
    ] {
        assert!(
            matches!(&error, Error::NotFound { what, .. } if what == expected),
            "{expected}: {error:?}"
        );
    }
    assert_eq!((entries(&own).await, entries(&other).await), before);
    assert_eq!(foreign.bindings(&BindingFilter::default()).await.unwrap(), [bound]);
    roles.bind(binding(ours, operator, Some(here)), &ann()).await.unwrap();
}
