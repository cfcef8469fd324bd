use agentflow::{
    DataPersistenceMode, EnvironmentTier, Error, NewEnvironment, NewTenant, NewWorkspace, Region,
    TenantStatus, WorkspaceSettings,
    audit::{Actor, AuditFilter},
};

use crate::support::World;

fn ann() -> Actor {
    Actor::user("ann")
}

#[tokio::test]
async fn a_tenant_is_created_found_and_listed() {
    let world = World::new().await;
    let admin = world.store.admin();
    let tenants = admin.tenants();
    let created = tenants.create(NewTenant::named("Acme & Sons"), &ann()).await.unwrap();
    assert_eq!((created.slug.as_str(), created.tier.as_str()), ("acme-sons", "free"));
    assert_eq!((created.region, created.status), (Region::UsEast1, TenantStatus::Active));

    assert_eq!(tenants.get(created.id).await.unwrap().as_ref(), Some(&created));
    assert_eq!(tenants.find("acme-sons").await.unwrap().as_ref(), Some(&created));
    assert_eq!(tenants.find(&created.id.to_string()).await.unwrap().as_ref(), Some(&created));
    assert_eq!(tenants.find("nobody").await.unwrap(), None);

    let second = tenants.create(NewTenant::named("Beta"), &ann()).await.unwrap();
    let first_page = tenants.list(None, 1).await.unwrap();
    assert_eq!(first_page, [created]);
    assert_eq!(tenants.list(first_page.last(), 10).await.unwrap(), [second]);
}

#[tokio::test]
async fn a_taken_slug_and_a_bad_name_are_told_apart() {
    let world = World::new().await;
    world.new_tenant("Acme").await;
    let admin = world.store.admin();
    let again = admin.tenants().create(NewTenant::named("ACME"), &ann()).await.unwrap_err();
    assert!(matches!(&again, Error::AlreadyExists { what, .. } if what == "slug"), "{again:?}");
    for name in ["", "   ", &"x".repeat(256), "nul\0"] {
        let error = admin.tenants().create(NewTenant::named(name), &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "name"),
            "{name:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn tenancy_records_itself_in_the_chain_of_the_tenant() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workspace =
        tenant.workspaces().create(NewWorkspace::named("Billing"), &ann()).await.unwrap();
    let new = NewEnvironment {
        name: "staging".into(),
        tier: EnvironmentTier::Test,
        description: None,
        metadata: serde_json::Map::new(),
    };
    tenant.workspaces().environments(workspace.id).create(new, &ann()).await.unwrap();
    tenant
        .workspaces()
        .configure(workspace.id, &WorkspaceSettings::default(), &ann())
        .await
        .unwrap();
    tenant.workspaces().delete(workspace.id, &ann()).await.unwrap();
    world.store.admin().tenants().suspend(tenant.id(), &ann()).await.unwrap();
    world.store.admin().tenants().resume(tenant.id(), &ann()).await.unwrap();

    let entries = tenant.audit().list(&AuditFilter::default(), 50).await.unwrap();
    let actions: Vec<_> = entries.iter().rev().map(|entry| entry.action.clone().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "tenant.created",
            "workspace.created",
            "environment.created",
            "workspace.configured",
            "workspace.deleted",
            "tenant.suspended",
            "tenant.resumed",
        ]
    );
    assert!(entries.iter().skip(2).all(|entry| entry.actor_id.as_deref() != Some("system")));
}

#[tokio::test]
async fn a_suspended_tenant_refuses_new_scopes_and_keeps_its_data() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    tenant.workspaces().create(NewWorkspace::named("Billing"), &ann()).await.unwrap();
    let admin = world.store.admin();
    let suspended = admin.tenants().suspend(tenant.id(), &ann()).await.unwrap();
    assert_eq!(suspended.status, TenantStatus::Suspended);
    assert!(suspended.suspended_at.is_some());

    let error = tenant.workspaces().list().await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("suspended")),
        "{error:?}"
    );
    let error = tenant.begin().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");

    // Twice changes nothing, not even the chain.
    let again = admin.tenants().suspend(tenant.id(), &ann()).await.unwrap();
    assert_eq!(again.suspended_at, suspended.suspended_at);
    admin.tenants().resume(tenant.id(), &ann()).await.unwrap();
    assert_eq!(tenant.workspaces().list().await.unwrap().len(), 1);
    assert_eq!(tenant.audit().head().await.unwrap().seq, 4);
}

#[tokio::test]
async fn an_unknown_tenant_is_not_found_by_any_handle() {
    let world = World::new().await;
    let nobody = world.store.tenant("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    let error = nobody.workspaces().list().await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let admin = world.store.admin();
    for error in [
        admin.tenants().suspend(nobody.id(), &ann()).await.unwrap_err(),
        admin.tenants().resume(nobody.id(), &ann()).await.unwrap_err(),
        admin.tenants().delete(nobody.id(), &ann()).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn deleting_a_tenant_removes_everything_of_it_and_leaves_a_tombstone() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let other = world.tenant("Beta").await;
    for each in [&tenant, &other] {
        each.workspaces().create(NewWorkspace::named("Billing"), &ann()).await.unwrap();
    }
    let head = tenant.audit().head().await.unwrap();
    let tombstone = world.store.admin().tenants().delete(tenant.id(), &ann()).await.unwrap();
    assert_eq!((tombstone.slug.as_str(), tombstone.deleted_by.as_str()), ("acme", "user:ann"));
    assert_eq!(tombstone.last_seq, head.seq + 1, "the deletion is the last entry");
    assert_ne!(tombstone.last_hash, head.hash);
    assert_eq!(tombstone.row_counts["workspaces"], 1);
    assert_eq!(tombstone.row_counts["audits"], head.seq + 1);
    assert_eq!(
        world.store.admin().tenants().tombstone(tenant.id()).await.unwrap(),
        Some(tombstone)
    );

    let superuser = world.superuser().await;
    for table in tables_with_tenant(&superuser).await {
        let left: i64 = superuser
            .query_one(
                &format!("SELECT count(*) FROM {table} WHERE tenant_id = $1"),
                &[&tenant.id().0],
            )
            .await
            .unwrap()
            .get(0);
        assert_eq!(left, i64::from(table == "tenant_tombstones"), "{table}");
    }
    assert_eq!(other.workspaces().list().await.unwrap().len(), 1);
}

async fn tables_with_tenant(client: &tokio_postgres::Client) -> Vec<String> {
    let sql = "SELECT table_name::text FROM information_schema.columns
               JOIN information_schema.tables USING (table_schema, table_name)
               WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'tenant_id'";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_tenant_cannot_be_deleted_without_its_tombstone() {
    let world = World::new().await;
    let tenant = world.new_tenant("Acme").await;
    let error = world
        .superuser()
        .await
        .execute("DELETE FROM tenants WHERE id = $1", &[&tenant.id.0])
        .await
        .unwrap_err();
    let message = error.as_db_error().unwrap().message().to_owned();
    assert!(message.contains("without a tombstone"), "{message}");
}

#[tokio::test]
async fn the_region_of_a_tenant_never_changes() {
    let world = World::new().await;
    let tenant = world.new_tenant("Acme").await;
    let superuser = world.superuser().await;
    let error = superuser
        .execute("UPDATE tenants SET region = 'eu-west-1' WHERE id = $1", &[&tenant.id.0])
        .await
        .unwrap_err();
    assert_eq!(error.as_db_error().unwrap().constraint(), Some("tenants_region_immutable"));
    superuser
        .execute("UPDATE tenants SET region = region WHERE id = $1", &[&tenant.id.0])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_locked_workspace_stays_in_the_region_of_its_tenant_and_the_attempt_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let abroad = NewWorkspace { region: Some(Region::EuWest1), ..NewWorkspace::named("Abroad") };
    let error = tenant.workspaces().create(abroad.clone(), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    let denied = &tenant.audit().list(&AuditFilter::default(), 1).await.unwrap()[0];
    assert_eq!(denied.action.as_deref(), Some("workspace.region_denied"));
    assert_eq!(denied.status.as_deref(), Some("failure"));

    let on_purpose = NewWorkspace { region_locked: false, ..abroad };
    let workspace = tenant.workspaces().create(on_purpose, &ann()).await.unwrap();
    assert_eq!(workspace.region, Region::EuWest1);
}

#[tokio::test]
async fn a_workspace_keeps_no_contents_unless_that_is_asked_for() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workspaces = tenant.workspaces();
    let created = workspaces.create(NewWorkspace::named("Billing"), &ann()).await.unwrap();
    assert_eq!(created.data_persistence_mode, DataPersistenceMode::MetadataOnly);
    // Nor does one that did not come through the library.
    let superuser = world.superuser().await;
    let insert =
        "INSERT INTO workspaces (tenant_id, name, region) SELECT id, 'Plain', region FROM tenants";
    superuser.execute(insert, &[]).await.unwrap();
    let select = "SELECT name, data_persistence_mode FROM workspaces ORDER BY name";
    let rows = superuser.query(select, &[]).await.unwrap();
    let stored: Vec<(&str, &str)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(stored, [("Billing", "metadata_only"), ("Plain", "metadata_only")]);
}

#[tokio::test]
async fn an_environment_needs_a_workspace_of_the_same_tenant() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let theirs = other.workspaces().create(NewWorkspace::named("Theirs"), &ann()).await.unwrap();
    let new = || NewEnvironment {
        name: "prod".into(),
        tier: EnvironmentTier::Prod,
        description: Some("live".into()),
        metadata: serde_json::Map::new(),
    };
    let error = own.workspaces().environments(theirs.id).create(new(), &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "the workspace"), "{error:?}");

    let environments = other.workspaces().environments(theirs.id);
    let created = environments.create(new(), &ann()).await.unwrap();
    assert_eq!(environments.list().await.unwrap(), [created]);
    let again = environments.create(new(), &ann()).await.unwrap_err();
    assert!(matches!(again, Error::AlreadyExists { .. }), "{again:?}");
    assert_eq!(own.workspaces().get(theirs.id).await.unwrap(), None);
    let error = own.workspaces().delete(theirs.id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn settings_of_a_workspace_are_replaced_and_checked() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workspaces = tenant.workspaces();
    let id = workspaces.create(NewWorkspace::named("Billing"), &ann()).await.unwrap().id;
    assert_eq!(workspaces.config(id).await.unwrap(), None);
    let first = workspaces.configure(id, &WorkspaceSettings::default(), &ann()).await.unwrap();
    assert_eq!((first.settings.retention_days, first.settings.write_cap_per_minute), (90, 1000));
    let longer = WorkspaceSettings { retention_days: 400, ..WorkspaceSettings::default() };
    let second = workspaces.configure(id, &longer, &ann()).await.unwrap();
    assert_eq!(workspaces.config(id).await.unwrap().as_ref(), Some(&second));
    assert_eq!(second.created_at, first.created_at);
    assert!(second.updated_at >= first.updated_at);
    let none = WorkspaceSettings { retention_days: 0, ..WorkspaceSettings::default() };
    let error = workspaces.configure(id, &none, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
}

#[tokio::test]
async fn updated_at_is_kept_by_the_database() {
    let world = World::new().await;
    let tenant = world.new_tenant("Acme").await;
    let superuser = world.superuser().await;
    superuser
        .execute(
            "UPDATE tenants SET name = 'Acme 2', updated_at = '2000-01-01' WHERE id = $1",
            &[&tenant.id.0],
        )
        .await
        .unwrap();
    let after = world.store.admin().tenants().get(tenant.id).await.unwrap().unwrap();
    assert!(after.updated_at > tenant.updated_at);
    assert_eq!(after.created_at, tenant.created_at);
}
