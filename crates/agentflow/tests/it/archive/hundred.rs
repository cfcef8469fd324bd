//! The one that the issue names.

use agentflow::{
    NewTenant, NewWorkspace,
    audit::{Verdict, VerifyOptions},
};

use super::{
    ann, export, import,
    memories::{NOW, answers, furnish, mapped},
    others, rows_of,
};
use crate::support::World;

#[tokio::test]
async fn one_of_a_hundred_and_one_tenants_is_exported_deleted_and_imported_and_no_other_changes() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    for number in 0..100 {
        let new = NewTenant::named(format!("Small {number}"));
        let row = world.store.admin().tenants().create(new, &ann()).await.unwrap();
        let workspaces = world.store.tenant(row.id).workspaces();
        workspaces.create(NewWorkspace::named("only"), &ann()).await.unwrap();
    }
    let store = world.at(NOW);
    let acme = store.tenant(world.new_tenant("Acme").await.id);
    let team = furnish(&acme, 60).await;
    let (rows, found) = (rows_of(&client, acme.id()).await, answers(&acme, team).await);
    let (file, _) = export(&world.store, acme.id()).await;
    world.store.admin().tenants().delete(acme.id(), &ann()).await.unwrap();
    let before = others(&client, None).await;

    let imported = import(&world.store, &file).await;
    let back = store.tenant(imported.tenant.id);
    assert_eq!(imported.tenant.slug, "acme");
    assert_eq!(others(&client, Some(back.id())).await, before);
    let mut after = rows_of(&client, back.id()).await;
    assert_eq!(after.remove("imported_chains").map(|rows| rows.len()), Some(1));
    assert_eq!(after.remove("imported_chain_parts").map(|rows| rows.len()), Some(1));
    assert!(rows.iter().all(|(table, rows)| after.get(table).is_none_or(|after| after == rows)));
    assert_eq!(mapped(&answers(&back, team).await, &back, &acme), found);

    let all = world.store.admin().verify_audit(&VerifyOptions::default(), &|_| {}).await.unwrap();
    assert!(all.tenants.iter().all(|it| it.status == Verdict::Success), "{all:?}");
}
