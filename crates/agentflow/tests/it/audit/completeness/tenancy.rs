//! Tenants, workspaces, and the chain itself.

use agentflow::{
    EnvironmentTier, Error, NewEnvironment, NewTenant, NewWorkspace, Region, WorkspaceSettings,
    WorkspaceSettingsChange,
    audit::{Actor, ExportOptions, PruneOptions},
};
use jiff::SignedDuration;
use serde_json::Map;

use super::{super::event, super::export::key, Book};

pub(super) async fn tenants_and_workspaces() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let workspaces = book.tenant.workspaces();
    let id = workspaces.create(NewWorkspace::named("Finance"), &by).await.unwrap().id;
    book.saw("tenancy/workspaces.rs create", "workspace.created", "workspace").await;
    let abroad = NewWorkspace { region: Some(Region::EuWest1), ..NewWorkspace::named("Abroad") };
    workspaces.create(abroad, &by).await.unwrap_err();
    book.saw("tenancy/workspaces.rs create", "workspace.region_denied", "workspace").await;
    workspaces.configure(id, &WorkspaceSettings::default(), &by).await.unwrap();
    book.saw("tenancy/settings.rs configure", "workspace.configured", "workspace").await;
    let change = WorkspaceSettingsChange { retention_days: Some(30), ..Default::default() };
    workspaces.adjust(id, change, &by).await.unwrap();
    book.saw("tenancy/settings.rs adjust", "workspace.configured", "workspace").await;
    let new = NewEnvironment {
        name: "prod".into(),
        tier: EnvironmentTier::Prod,
        description: None,
        metadata: Map::new(),
    };
    workspaces.environments(id).create(new, &by).await.unwrap();
    book.saw("tenancy/environments.rs create", "environment.created", "environment").await;
    workspaces.delete(id, &by).await.unwrap();
    book.saw("tenancy/workspaces.rs delete", "workspace.deleted", "workspace").await;

    let admin = book.store.admin();
    admin.tenants().suspend(book.tenant.id(), &by).await.unwrap();
    book.saw("tenancy/tenants.rs suspend", "tenant.suspended", "tenant").await;
    let error = book.tenant.workspaces().list().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    admin.tenants().resume(book.tenant.id(), &by).await.unwrap();
    book.saw("tenancy/tenants.rs resume", "tenant.resumed", "tenant").await;

    // Another one, whose chain begins with its creation and goes with its deletion: that is in the tombstone.
    let beta = admin.tenants().create(NewTenant::named("Beta"), &by).await.unwrap().id;
    (book.tenant, book.last) = (book.store.tenant(beta), 0);
    book.saw("tenancy/tenants.rs create", "tenant.created", "tenant").await;
    let tombstone = admin.tenants().delete(beta, &by).await.unwrap();
    assert_eq!((tombstone.last_seq, tombstone.deleted_by), (2, by.to_string()));
    super::SEEN.lock().unwrap().insert("tenancy/tenants.rs delete".to_owned());
}

pub(super) async fn the_chain_itself() {
    let mut book = Book::open().await;
    let by = Actor::user("ann");
    let audit = book.tenant.audit();
    audit.append(&event(1)).await.unwrap();
    book.saw("audit/mod.rs append", "thing.done", "thing").await;
    audit.append_many(&[event(2), event(3)]).await.unwrap();
    let one = ("thing.done", "thing", &by);
    book.saw_all("audit/mod.rs append_many", &[one, one]).await;
    for way in ["audit", "audit_many", "audit_and_commit"] {
        let tx = book.tenant.begin().await.unwrap();
        match way {
            "audit" => drop(tx.audit(&event(4)).await.unwrap()),
            "audit_many" => drop(tx.audit_many(&[event(5)]).await.unwrap()),
            _ => {}
        }
        if way == "audit_and_commit" {
            tx.audit_and_commit(&event(6)).await.unwrap();
        } else {
            tx.commit().await.unwrap();
        }
        book.saw(&format!("scope/tx/audit.rs {way}"), "thing.done", "thing").await;
    }

    let admin = book.store.admin();
    admin.take_checkpoints(&key(), &[], None).await.unwrap();
    let exported = audit.export(&ExportOptions::default(), &by, std::io::sink(), &|_| ()).await;
    exported.unwrap();
    book.saw("audit/export.rs export", "audit.exported", "audit").await;
    let folder = tempfile::tempdir().unwrap();
    book.pass(SignedDuration::from_hours(1));
    let before = Some(book.now());
    let options = PruneOptions { before, ..PruneOptions::new(folder.path(), key()) };
    admin.prune_audit(book.tenant.id(), &options, &by, &|_| ()).await.unwrap();
    book.saw("audit/prune.rs prune_audit", "audit.pruned", "audit").await;
}
