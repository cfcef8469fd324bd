//! What somebody may do: each rule by itself, and in [`model`] all of them at once.

mod model;

use agentflow::{
    ApiKeyId, BindingId, Error, NewWorkspace, Permission, PrincipalId, PrincipalKind, RoleId,
    SessionId, Tenant, WorkspaceId,
    audit::{AuditEntry, AuditFilter},
    identity::{
        Authenticated, Credential, Decision, NewBinding, NewRole, NewService, Reason, Role,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{ann, newest, user};
use crate::support::World;

fn permission(name: &str) -> Permission {
    name.parse().unwrap()
}

async fn workspace(tenant: &Tenant, name: &str) -> WorkspaceId {
    tenant.workspaces().create(NewWorkspace::named(name), &ann()).await.unwrap().id
}

async fn service(tenant: &Tenant, name: &str) -> PrincipalId {
    tenant.services().create(NewService::named(name), &ann()).await.unwrap().id
}

async fn role(tenant: &Tenant, name: &str, workspace: Option<WorkspaceId>) -> Role {
    tenant.roles().find(name, workspace).await.unwrap().unwrap()
}

async fn bind(
    tenant: &Tenant,
    principal_id: PrincipalId,
    role_id: RoleId,
    workspace_id: Option<WorkspaceId>,
) -> BindingId {
    let new = NewBinding { principal_id, role_id, workspace_id, expires_at: None };
    tenant.roles().bind(new, &ann()).await.unwrap().id
}

async fn denials(tenant: &Tenant) -> Vec<AuditEntry> {
    let filter = AuditFilter { action: Some("access.denied".into()), ..AuditFilter::default() };
    tenant.audit().list(&filter, 10_000).await.unwrap()
}

fn with_key(
    principal_id: PrincipalId,
    scopes: Option<Vec<Permission>>,
    workspace_id: Option<WorkspaceId>,
) -> Authenticated {
    let id = ApiKeyId(Uuid::nil());
    let credential = Credential::ApiKey { id, scopes, workspace_id };
    Authenticated { principal_id, kind: PrincipalKind::Service, credential }
}

#[tokio::test]
async fn each_built_in_role_allows_what_the_table_of_permissions_says_and_nothing_else() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let here = workspace(&tenant, "Here").await;
    let all = tenant.roles().permissions().await.unwrap();
    let mut checked = 0;
    // The tenant's roles held in the whole tenant and in a workspace, and the roles of the workspace itself.
    for (of, held) in [(None, None), (None, Some(here)), (Some(here), Some(here))] {
        for name in ["workspace_admin", "operator", "approver", "auditor", "integration_admin"] {
            let robot = service(&tenant, &format!("robot-{checked}")).await;
            let role = role(&tenant, name, of).await;
            assert_eq!(role.workspace_id, of);
            let binding_id = bind(&tenant, robot, role.id, held).await;
            let access = tenant.access(robot);
            let answers = all.iter().map(|it| access.authorize(&it.name, held));
            for (info, decision) in all.iter().zip(futures::future::join_all(answers).await) {
                let decision = decision.unwrap();
                let expected = if info.builtin_roles.iter().any(|role| role == name) {
                    Reason::Granted {
                        role_id: role.id,
                        role_name: name.to_owned(),
                        binding_id,
                        binding_workspace_id: held,
                    }
                } else {
                    Reason::NoBinding
                };
                assert_eq!(decision.reason, expected, "{name} and {}", info.name);
                assert_eq!(decision.allowed, expected != Reason::NoBinding);
                checked += 1;
            }
        }
    }
    assert_eq!(checked, all.len() * 15);
}

#[tokio::test]
async fn a_role_in_a_workspace_is_good_there_and_neither_elsewhere_nor_in_the_tenant() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (here, there) = (workspace(&tenant, "Here").await, workspace(&tenant, "There").await);
    let robot = service(&tenant, "robot").await;
    let operator = role(&tenant, "operator", None).await;
    let narrow = bind(&tenant, robot, operator.id, Some(here)).await;
    let start = permission("run:start");
    let asked = async |workspace| {
        let decision = tenant.access(robot).authorize(&start, workspace).await.unwrap();
        match decision.reason {
            Reason::Granted { binding_id, .. } => Some(binding_id),
            Reason::NoBinding => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((asked(Some(here)).await, asked(Some(there)).await), (Some(narrow), None));
    assert_eq!(asked(None).await, None);
    let wide = bind(&tenant, robot, operator.id, None).await;
    assert_eq!((asked(Some(here)).await, asked(Some(there)).await), (Some(narrow), Some(wide)));
    assert_eq!(asked(None).await, Some(wide));
}

#[tokio::test]
async fn a_denial_is_recorded_once_for_each_question_of_a_request() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let here = workspace(&tenant, "Here").await;
    let person = user(&tenant, "ann@example.com").await.id;
    let (start, read) = (permission("run:start"), permission("run:read"));
    let access = tenant.access(person);
    let at_once = (0..8).map(|_| access.authorize(&start, Some(here)));
    let decisions = futures::future::try_join_all(at_once).await.unwrap();
    let expected = Decision {
        allowed: false,
        principal_id: person,
        permission: start.clone(),
        workspace_id: Some(here),
        reason: Reason::NoBinding,
    };
    assert!(decisions.iter().all(|decision| *decision == expected), "{decisions:?}");
    let error = access.require(&start, Some(here)).await.unwrap_err();
    let sentence = format!(
        "principal {person} may not run:start in workspace {here}: none of its roles there allows it"
    );
    assert!(matches!(&error, Error::Denied { reason, .. } if *reason == sentence), "{error}");

    let entries = denials(&tenant).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    let entry = &entries[0];
    assert_eq!(entry.actor_type.as_deref(), Some("user"));
    assert_eq!(entry.actor_id, Some(person.to_string()));
    assert_eq!(entry.resource_type.as_deref(), Some("permission"));
    assert_eq!(entry.resource_id.as_deref(), Some("run:start"));
    assert_eq!((entry.status.as_deref(), entry.workspace_id), (Some("failure"), Some(here)));
    let details = json!({
        "permission": "run:start", "workspace_id": here.to_string(), "reason": "no_binding"
    });
    assert_eq!(entry.details, Some(details));

    // Another permission, another place, and another request are other questions.
    access.authorize(&read, Some(here)).await.unwrap();
    access.authorize(&start, None).await.unwrap();
    assert_eq!(denials(&tenant).await.len(), 3);
    assert_eq!(denials(&tenant).await[0].details.as_ref().unwrap()["workspace_id"], json!(null));
    tenant.access(person).authorize(&start, Some(here)).await.unwrap();
    assert_eq!(denials(&tenant).await.len(), 4);
}

#[tokio::test]
async fn what_is_allowed_is_not_recorded_and_kept_for_one_request() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let robot = service(&tenant, "robot").await;
    let binding = bind(&tenant, robot, role(&tenant, "operator", None).await.id, None).await;
    let (start, decide) = (permission("run:start"), permission("approval:decide"));
    let access = tenant.access(robot);
    let allowed = access.require(&start, None).await.unwrap();
    assert_eq!(
        allowed.to_string(),
        format!(
            "principal {robot} may run:start in the whole tenant: the role operator in the whole tenant allows it"
        )
    );
    assert_eq!(newest(&tenant).await.action.as_deref(), Some("role.bound"));
    assert!(!access.authorize(&decide, None).await.unwrap().allowed);

    tenant.roles().unbind(binding, &ann()).await.unwrap();
    bind(&tenant, robot, role(&tenant, "approver", None).await.id, None).await;
    assert_eq!(access.authorize(&start, None).await.unwrap(), allowed);
    assert!(!access.authorize(&decide, None).await.unwrap().allowed);
    let next = tenant.access(robot);
    assert!(!next.authorize(&start, None).await.unwrap().allowed);
    assert!(next.authorize(&decide, None).await.unwrap().allowed);
}

#[tokio::test]
async fn a_permission_that_there_is_not_is_no_denial() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let robot = service(&tenant, "robot").await;
    let last = newest(&tenant).await.seq;
    let key = with_key(robot, Some(vec![permission("run:start")]), None);
    let nobody = tenant.access(PrincipalId(Uuid::nil()));
    for access in [tenant.access(robot), tenant.access_of(&key), nobody] {
        // Twice, for an error is not kept as an answer.
        for _ in 0..2 {
            let error = access.authorize(&permission("run:strat"), None).await.unwrap_err();
            let Error::InvalidInput { input, .. } = &error else { panic!("{error:?}") };
            assert_eq!(input.field, "permission");
            let reason = "there is no permission `run:strat`; did you mean `run:start`?";
            assert_eq!(input.reason, reason);
        }
    }
    assert_eq!(newest(&tenant).await.seq, last);
}

#[tokio::test]
async fn a_denial_needs_one_connection_at_a_time() {
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    let robot = service(&tenant, "robot").await;
    let decision = tenant.access(robot).authorize(&permission("run:start"), None).await.unwrap();
    assert_eq!(decision.reason, Reason::NoBinding);
}

#[tokio::test]
async fn nobody_is_denied_unrecorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let robot = service(&tenant, "robot").await;
    let superuser = world.superuser().await;
    let (access, start) = (tenant.access(robot), permission("run:start"));
    let rename = async |from, to| {
        superuser.batch_execute(&format!("ALTER FUNCTION {from} RENAME TO {to}")).await.unwrap();
    };
    rename("audit_append", "audit_append_away").await;
    access.authorize(&start, None).await.unwrap_err();
    rename("audit_append_away", "audit_append").await;
    assert_eq!(denials(&tenant).await.len(), 0);
    assert!(!access.authorize(&start, None).await.unwrap().allowed);
    assert_eq!(denials(&tenant).await.len(), 1);
}

#[tokio::test]
async fn people_and_services_of_another_tenant_and_deactivated_ones_may_nothing() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let robot = service(&own, "robot").await;
    bind(&own, robot, role(&own, "operator", None).await.id, None).await;
    let start = permission("run:start");
    let there = other.access(robot).authorize(&start, None).await.unwrap();
    assert_eq!(there.reason, Reason::UnknownPrincipal);
    assert_eq!(denials(&other).await.len(), 1);

    own.principals().deactivate(robot, &ann()).await.unwrap();
    let decision = own.access(robot).authorize(&start, None).await.unwrap();
    assert_eq!((decision.allowed, decision.reason), (false, Reason::InactivePrincipal));
    let entry = newest(&own).await;
    assert_eq!(entry.actor_type.as_deref(), Some("service"));
    assert_eq!(entry.details.unwrap()["reason"], json!("inactive_principal"));
    own.principals().activate(robot, &ann()).await.unwrap();
    assert!(own.access(robot).authorize(&start, None).await.unwrap().allowed);
}

#[tokio::test]
async fn a_key_allows_no_more_than_its_scopes_and_its_workspace_and_a_session_all() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (here, there) = (workspace(&tenant, "Here").await, workspace(&tenant, "There").await);
    let robot = service(&tenant, "robot").await;
    bind(&tenant, robot, role(&tenant, "operator", None).await.id, None).await;
    let (start, read) = (permission("run:start"), permission("run:read"));
    let only = |name: &str| Some(vec![permission(name)]);
    for (key, asked, workspace, reason) in [
        (with_key(robot, None, None), &start, None, "granted"),
        (with_key(robot, only("run:start"), None), &start, Some(here), "granted"),
        (with_key(robot, only("run:start"), None), &read, Some(here), "outside_scopes"),
        // A scope gives nothing that the principal does not have.
        (
            with_key(robot, only("secret:read"), None),
            &permission("secret:read"),
            None,
            "no_binding",
        ),
        (with_key(robot, None, Some(here)), &start, Some(here), "granted"),
        (with_key(robot, None, Some(here)), &start, Some(there), "outside_workspace"),
        (with_key(robot, None, Some(here)), &start, None, "outside_workspace"),
        (with_key(robot, only("run:read"), Some(here)), &start, Some(there), "outside_scopes"),
    ] {
        let decision = tenant.access_of(&key).authorize(asked, workspace).await.unwrap();
        assert_eq!(decision.reason.as_str(), reason, "{key:?}, {asked}, {workspace:?}");
        assert_eq!(decision.allowed, reason == "granted");
        let shown = serde_json::to_value(&decision).unwrap();
        assert_eq!(shown["reason"]["kind"], json!(reason));
        if !decision.allowed {
            assert_eq!(newest(&tenant).await.details.unwrap()["reason"], json!(reason));
        }
    }
    let credential = Credential::Session { id: SessionId(Uuid::nil()) };
    let session = Authenticated { principal_id: robot, kind: PrincipalKind::Service, credential };
    assert!(tenant.access_of(&session).authorize(&start, None).await.unwrap().allowed);
}

#[tokio::test]
async fn a_change_of_a_custom_role_counts_for_the_next_request() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (roles, robot) = (tenant.roles(), service(&tenant, "robot").await);
    let runner = roles.create(NewRole::named("runner"), &ann()).await.unwrap().id;
    bind(&tenant, robot, runner, None).await;
    let start = permission("run:start");
    let may = async || tenant.access(robot).authorize(&start, None).await.unwrap().allowed;
    assert!(!may().await);
    roles.grant(runner, std::slice::from_ref(&start), &ann()).await.unwrap();
    assert!(may().await);
    roles.withdraw(runner, std::slice::from_ref(&start), &ann()).await.unwrap();
    assert!(!may().await);
    roles.grant(runner, std::slice::from_ref(&start), &ann()).await.unwrap();
    roles.delete(runner, &ann()).await.unwrap();
    assert!(!may().await);
}

#[tokio::test]
async fn whoever_asks_about_somebody_else_leaves_no_denial_behind() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let worker = service(&tenant, "worker").await;
    let access = tenant.access(worker);
    let start = permission("run:start");
    let decision = access.explain(&start, None).await.unwrap();
    assert_eq!((decision.allowed, decision.reason), (false, Reason::NoBinding));
    let error = access.explain(&permission("run:strat"), None).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    assert!(denials(&tenant).await.is_empty());

    // The answer is not kept: what was explained is asked, and recorded, all the same.
    assert!(!access.authorize(&start, None).await.unwrap().allowed);
    assert_eq!(denials(&tenant).await.len(), 1);
    bind(&tenant, worker, role(&tenant, "operator", None).await.id, None).await;
    assert!(access.explain(&start, None).await.unwrap().allowed);
}
