use agentflow::{
    Error,
    audit::Actor,
    identity::{BindingFilter, NewBinding},
};
use jiff::SignedDuration;
use serde_json::json;

use super::{
    super::{clocked::Clocked, user},
    ann, binding, newest, service, workspace,
};
use crate::support::World;

#[tokio::test]
async fn a_role_is_given_and_taken_away_and_both_are_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let here = workspace(&tenant, "Here").await;
    let (roles, giver) = (tenant.roles(), user(&tenant, "giver@example.com").await);
    let robot = service(&tenant, "robot").await;
    let operator = roles.find("operator", None).await.unwrap().unwrap();
    let bound = roles.bind(binding(robot, operator.id, Some(here)), &giver.actor()).await.unwrap();
    assert_eq!(
        (bound.principal_id, bound.role_id, bound.workspace_id),
        (robot, operator.id, Some(here))
    );
    assert_eq!((bound.role_name.as_str(), bound.created_by), ("operator", Some(giver.id)));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("role.bound"));
    assert_eq!(
        (entry.resource_id, entry.workspace_id),
        (Some(operator.id.to_string()), Some(here))
    );
    let details = json!({
        "binding_id": bound.id.to_string(), "principal_id": robot.to_string(), "role_name": "operator", "expires_at": null
    });
    assert_eq!(entry.details, Some(details.clone()));
    let again = roles.bind(binding(robot, operator.id, Some(here)), &ann()).await.unwrap_err();
    assert!(
        matches!(&again, Error::AlreadyExists { what, .. } if what == "principal, role and place"),
        "{again:?}"
    );

    // Somebody who is no principal may give roles too, and elsewhere it is another binding.
    let wide = roles.bind(binding(robot, operator.id, None), &Actor::system()).await.unwrap();
    assert_eq!((wide.workspace_id, wide.created_by), (None, None));
    let other = roles.bind(binding(giver.id, operator.id, None), &ann()).await.unwrap();
    let list = async |principal_id, role_id| {
        roles.bindings(&BindingFilter { principal_id, role_id }).await.unwrap()
    };
    assert_eq!(list(None, None).await, [bound.clone(), wide.clone(), other.clone()]);
    assert_eq!(list(Some(robot), None).await, [bound.clone(), wide.clone()]);
    assert_eq!(list(Some(giver.id), Some(operator.id)).await, [other]);
    let auditor = roles.find("auditor", None).await.unwrap().unwrap().id;
    assert_eq!(list(None, Some(auditor)).await, []);

    roles.unbind(bound.id, &ann()).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("role.unbound"));
    assert_eq!((entry.workspace_id, entry.details), (Some(here), Some(details)));
    let again = roles.unbind(bound.id, &ann()).await.unwrap_err();
    assert!(
        matches!(&again, Error::NotFound { what, .. } if what.starts_with("binding")),
        "{again:?}"
    );
    assert_eq!(newest(&tenant).await.seq, entry.seq);
    assert_eq!(list(Some(robot), None).await, [wide]);
    let shown = serde_json::to_value(&bound).unwrap();
    assert_eq!(
        (&shown["id"], &shown["role_name"]),
        (&json!(bound.id.to_string()), &json!("operator"))
    );
}

#[tokio::test]
async fn whoever_gave_a_role_may_be_deleted_and_the_role_stays() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (roles, giver) = (tenant.roles(), user(&tenant, "giver@example.com").await);
    let robot = service(&tenant, "robot").await;
    let operator = roles.find("operator", None).await.unwrap().unwrap().id;
    let bound = roles.bind(binding(robot, operator, None), &giver.actor()).await.unwrap();
    roles.bind(binding(giver.id, operator, None), &ann()).await.unwrap();
    tenant.users().delete(giver.id, &ann()).await.unwrap();
    let left = roles.bindings(&BindingFilter::default()).await.unwrap();
    assert_eq!(
        left.iter().map(|it| (it.id, it.created_by)).collect::<Vec<_>>(),
        [(bound.id, None)]
    );
}

#[tokio::test]
async fn a_role_of_one_workspace_cannot_be_bound_in_another_or_in_the_tenant() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (here, there) = (workspace(&tenant, "Here").await, workspace(&tenant, "There").await);
    let (roles, robot) = (tenant.roles(), service(&tenant, "robot").await);
    let local = roles.find("operator", Some(here)).await.unwrap().unwrap().id;
    let last = newest(&tenant).await.seq;
    for elsewhere in [Some(there), None] {
        let error = roles.bind(binding(robot, local, elsewhere), &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "workspace_id"),
            "{error:?}"
        );
    }
    assert_eq!(newest(&tenant).await.seq, last);
    let here = roles.bind(binding(robot, local, Some(here)), &ann()).await.unwrap();
    // Past the library as well.
    let superuser = world.superuser().await;
    for sql in [
        "UPDATE rbac_bindings SET workspace_id = NULL WHERE id = $1",
        "UPDATE rbac_bindings SET workspace_id = (SELECT id FROM workspaces WHERE name = 'There') WHERE id = $1",
        "INSERT INTO rbac_bindings (tenant_id, principal_id, role_id)
         SELECT tenant_id, principal_id, role_id FROM rbac_bindings WHERE id = $1",
    ] {
        let error = superuser.execute(sql, &[&here.id.0]).await.unwrap_err();
        let constraint = error.as_db_error().unwrap().constraint();
        assert_eq!(constraint, Some("rbac_bindings_workspace_of_role"), "{sql}");
    }
}

#[tokio::test]
async fn a_binding_that_expired_makes_room_for_a_new_one() {
    let clocked = Clocked::new().await;
    let (tenant, robot) = (&clocked.tenant, clocked.service("robot").await);
    let roles = tenant.roles();
    let operator = roles.find("operator", None).await.unwrap().unwrap().id;
    let hour = SignedDuration::from_hours(1);
    let until =
        |expires_at| NewBinding { expires_at: Some(expires_at), ..binding(robot, operator, None) };
    for past in [clocked.now(), clocked.now() - hour] {
        let error = roles.bind(until(past), &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "expires_at"),
            "{error:?}"
        );
    }
    let end = clocked.now() + hour;
    let first = roles.bind(until(end), &ann()).await.unwrap();
    assert_eq!(first.expires_at, Some(end));
    assert_eq!(newest(tenant).await.details.unwrap()["expires_at"], json!(end.to_string()));
    clocked.pass(hour - SignedDuration::from_micros(1));
    let error = roles.bind(binding(robot, operator, None), &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { .. }), "{error:?}");
    clocked.pass(SignedDuration::from_micros(1));
    let second = roles.bind(binding(robot, operator, None), &ann()).await.unwrap();
    assert_eq!(roles.bindings(&BindingFilter::default()).await.unwrap(), [second]);
}
