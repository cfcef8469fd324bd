use agentflow::{
    Error, NewTenant, Region, TenantStatus, archive::SecretsChoice, memory::IndexSpec,
};

use super::{ann, export, export_with, import_with, options, plant, rows_of};
use crate::support::World;

const ONE: &str = "10000000-0000-4000-8000-00000000000d";

#[tokio::test]
async fn a_tenant_that_has_rows_takes_no_archive_and_an_empty_one_does() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let (file, _) = export(&world.store, one).await;
    let mut options = options();
    options.into = Some(one);
    let refused = import_with(&world.store, &file, &options).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason, .. } if reason.contains("workspaces")),
        "{refused}"
    );

    let new = NewTenant::named("Empty").with_region(Region::EuWest1);
    let empty = world.store.admin().tenants().create(new, &ann()).await.unwrap().id;
    options.into = Some(empty);
    let report = import_with(&world.store, &file, &options).await.unwrap();
    assert_eq!((report.tenant.id, report.tenant.slug.as_str()), (empty, "empty"));
    assert!(report.api_keys > 0);
    let regions = "SELECT DISTINCT region::text FROM workspaces WHERE tenant_id = $1";
    let regions = client.query(regions, &[empty.as_uuid()]).await.unwrap();
    assert_eq!(regions.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["eu-west-1"]);
    let refused = import_with(&world.store, &file, &options).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { .. }), "{refused}");
}

#[tokio::test]
async fn a_suspended_tenant_is_exported_and_stays_suspended_unless_somebody_says_otherwise() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let (active, _) = export(&world.store, one).await;
    let suspended = world.store.admin().tenants().suspend(one, &ann()).await.unwrap();
    let (file, _) = export(&world.store, one).await;
    let new = NewTenant::named("Empty");
    let empty = world.store.admin().tenants().create(new, &ann()).await.unwrap().id;
    for (slug, file, into, wanted, expected) in [
        ("as-it-was", &file, None, (false, false), TenantStatus::Suspended),
        ("both", &file, None, (true, false), TenantStatus::Suspended),
        ("resumed", &file, None, (false, true), TenantStatus::Active),
        ("active", &active, None, (false, false), TenantStatus::Active),
        ("held", &active, None, (true, false), TenantStatus::Suspended),
        ("empty", &file, Some(empty), (false, false), TenantStatus::Suspended),
    ] {
        let mut options = options();
        (options.suspended, options.resume) = wanted;
        (options.slug, options.into) = (into.is_none().then(|| slug.parse().unwrap()), into);
        let report = import_with(&world.store, file, &options).await.unwrap();
        assert_eq!(report.tenant.status, expected, "{slug}");
        if slug == "as-it-was" {
            assert_eq!(report.tenant.suspended_at, suspended.suspended_at);
            let before = rows_of(&client, one).await;
            assert_eq!(rows_of(&client, report.tenant.id).await["messages"], before["messages"]);
            let tenant = world.store.tenant(report.tenant.id);
            let error = tenant.workspaces().list().await.unwrap_err();
            assert!(matches!(error, Error::Denied { .. }), "{error}");
        }
    }
    let mut options = options();
    (options.suspended, options.resume) = (true, true);
    let refused = import_with(&world.store, &file, &options).await.unwrap_err();
    assert!(matches!(refused, Error::InvalidInput { .. }), "{refused}");
}

#[tokio::test]
async fn an_empty_tenant_takes_the_settings_of_the_archive_and_the_report_says_so() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let update = "UPDATE tenants SET tier = 'enterprise', settings = '{\"limit\": 5}', metadata = '{\"of\": \"one\"}' WHERE id = $1";
    client.execute(update, &[one.as_uuid()]).await.unwrap();
    let (file, _) = export(&world.store, one).await;
    let empty = world.store.admin().tenants().create(NewTenant::named("Empty"), &ann()).await;
    let mut options = options();
    options.into = Some(empty.unwrap().id);
    let report = import_with(&world.store, &file, &options).await.unwrap();
    assert_eq!(report.replaced, ["tier", "settings", "metadata"]);
    assert_eq!(report.tenant.settings, serde_json::json!({ "limit": 5 }));
    assert_eq!(report.tenant.metadata, serde_json::json!({ "of": "one" }));
    assert_eq!((report.tenant.tier.as_str(), report.tenant.name.as_str()), ("enterprise", "Empty"));
}

#[tokio::test]
async fn nobody_is_promoted_while_a_tenant_is_imported() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let mut client = world.superuser().await;
    let acme = world.new_tenant("Acme").await;
    let importing = client.transaction().await.unwrap();
    importing.execute("SELECT archive_hold_imports()", &[]).await.unwrap();
    let (admin, spec) = (world.store.admin(), IndexSpec::default());
    let refused = admin.memory().promote(acme.id, spec, &ann(), &|_| {}).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason, .. } if reason.contains("import of a tenant is under way")),
        "{refused}"
    );
    importing.rollback().await.unwrap();
    admin.memory().promote(acme.id, spec, &ann(), &|_| {}).await.unwrap();
}

#[tokio::test]
async fn a_slug_that_is_taken_and_a_tenant_that_is_not_there_are_refused() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let (file, _) = export(&world.store, one).await;
    let refused = import_with(&world.store, &file, &options()).await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists { .. }), "{refused}");
    let mut options = options();
    options.into = Some("30000000-0000-4000-8000-00000000000d".parse().unwrap());
    let refused = import_with(&world.store, &file, &options).await.unwrap_err();
    assert!(matches!(refused, Error::NotFound { .. }), "{refused}");
    let nobody = options.into.unwrap();
    let refused = export_with(&world.store, nobody, SecretsChoice::Refuse).await.unwrap_err();
    assert!(matches!(refused, Error::NotFound { .. }), "{refused}");
}
