use std::io::Read;

use agentflow::{
    audit::{Verdict, VerifyOptions},
    core::audit::bundle,
};

use super::{
    ann, bytes, export, import, import_with, open, options, others, plant, rows_of, trusted,
};
use crate::support::World;

const ONE: &str = "10000000-0000-4000-8000-00000000000d";
const OTHER: &str = "20000000-0000-4000-8000-00000000000e";

#[tokio::test]
async fn a_tenant_with_rows_in_every_table_comes_back_as_it_was_and_others_do_not_change() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let other = plant(&world.store, &client, OTHER).await;
    let before = rows_of(&client, one).await;
    assert!(before.values().all(|rows| !rows.is_empty()), "every table has a row");

    let (file, report) = export(&world.store, one).await;
    world.store.admin().tenants().delete(one, &ann()).await.unwrap();
    let of_others = others(&client, None).await;
    let imported = import(&world.store, &file).await;

    let new = imported.tenant.id;
    assert_ne!(new, one);
    assert_eq!(imported.source_tenant_id, one);
    assert_eq!(imported.sha256, report.sha256);
    let after = rows_of(&client, new).await;
    let without = [
        "provider_keys",
        "provider_key_services",
        "connector_installations",
        "connector_services",
        "key_validation_results",
    ];
    for (table, rows) in &before {
        if without.contains(&table.as_str()) {
            assert!(after[table].is_empty(), "{table}");
        } else if table.starts_with("imported_chain") {
            assert!(rows.iter().all(|row| after[table].contains(row)), "{table}");
            assert_eq!(after[table].len(), rows.len() + 1);
        } else {
            assert_eq!(&after[table], rows, "{table}");
        }
    }
    assert_eq!(others(&client, Some(new)).await, of_others);
    assert_eq!(rows_of(&client, other).await.len(), before.len());

    let due: bool = client
        .query_one(
            "SELECT next_at = (SELECT min(due_at) FROM runs WHERE tenant_id = $1) FROM run_queues WHERE tenant_id = $1",
            &[new.as_uuid()],
        )
        .await
        .unwrap()
        .get(0);
    assert!(due);

    // The chain that it had, byte for byte.
    let chains = world.store.tenant(new).imported_chains();
    let chain = chains.list().await.unwrap().into_iter().find(|it| it.id == imported.chain_id);
    let chain = chain.unwrap();
    let mut had = Vec::new();
    open(&file).chain().unwrap().read_to_end(&mut had).unwrap();
    let mut kept = Vec::new();
    assert_eq!(chains.export(chain.id, &mut kept).await.unwrap(), chain);
    assert_eq!(kept, had);
    let proved = bundle::verify(&kept[..], &trusted(), &mut |_| {}).unwrap();
    assert!(proved.is_whole());
    assert_eq!(proved.header.tenant_id, one);
    assert_eq!((proved.header.size, proved.head_hash), (chain.size, Some(chain.head_hash)));

    // And the one that it has, which begins with where it came from.
    let report = world.store.tenant(new).audit().verify(&VerifyOptions::default(), &|_| {}).await;
    assert!(report.unwrap().tenants.iter().all(|it| it.status == Verdict::Success));

    // It moves on, with the chain of its first life.
    let (again, _) = export(&world.store, new).await;
    let last = import_with(&world.store, &again, &{
        let mut options = options();
        options.slug = Some("third".parse().unwrap());
        options
    })
    .await
    .unwrap();
    let carried = world.store.tenant(last.tenant.id).imported_chains();
    assert!(carried.list().await.unwrap().contains(&chain));
    let mut third = Vec::new();
    carried.export(chain.id, &mut third).await.unwrap();
    assert_eq!(third, had);
}

#[tokio::test]
async fn the_same_data_makes_the_same_bytes() {
    agentflow_postgres::needs_pgvector!();
    let files_of_schema = agentflow::migrations::FILES.iter();
    let sums = files_of_schema.map(|(_, sql)| agentflow::migrate::checksum(sql));
    let key = format!("archive clones {}", sums.collect::<String>());
    let server = agentflow_postgres::testing::TestServer::shared().await;
    let mut files = Vec::new();
    for _ in 0..2 {
        let clone = server
            .database_from(&key, |url| async move {
                let mut client = crate::support::connect(&url).await;
                let migrator =
                    agentflow::Admin::migrator(agentflow::migrate::Options::default()).unwrap();
                migrator.up(&mut client, agentflow::migrate::Target::All).await.unwrap();
                let config = agentflow::Config::from_url(&format!("{url}?sslmode=disable"));
                let store = agentflow::Store::connect(config.unwrap()).unwrap();
                plant(&store, &client, ONE).await;
                store.close();
            })
            .await;
        let store = agentflow::Store::connect(crate::support::config(&clone)).unwrap();
        let settings = "ALTER ROLE CURRENT_USER IN DATABASE %I SET DateStyle = 'German'";
        if files.is_empty() {
            // Whatever the settings say of how values are written.
            let client = crate::support::connect(clone.url()).await;
            let set = format!(
                "DO $$ BEGIN EXECUTE format('{}', current_database()); END $$",
                settings.replace('\'', "''")
            );
            client.batch_execute(&set).await.unwrap();
        }
        let (file, report) = export(&store, ONE.parse().unwrap()).await;
        assert_eq!(report.bytes, bytes(&file).len() as u64);
        files.push(bytes(&file));
    }
    assert!(files[0] == files[1]);
}

#[tokio::test]
async fn a_dry_run_leaves_nothing() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let (file, _) = export(&world.store, one).await;
    let before = others(&client, None).await;
    let mut options = options();
    options.slug = Some("second".parse().unwrap());
    options.dry_run = true;
    let report = import_with(&world.store, &file, &options).await.unwrap();
    assert!(report.dry_run && report.rows > 60);
    assert_eq!(others(&client, None).await, before);
}
