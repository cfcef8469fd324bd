//! Bringing single tables back.

use agentflow_backup::{Error, RestoreOptions, Trust};

use crate::{
    restore::forge,
    world::{World, content},
};

async fn drop_and_restore(sql: &str, tables: &[&str]) {
    let world = World::full().await;
    let client = world.client().await;
    let (before, schema) = (content(&client).await, world.schema());
    let created = world.backup().await;
    client.batch_execute(sql).await.unwrap();
    assert_ne!(world.schema(), schema);
    let tables: Vec<String> = tables.iter().map(|table| (*table).to_owned()).collect();
    let options = RestoreOptions { tables, ..world.restore_options() };
    let report = world.restore(&created, &options).await.unwrap();
    let after = world.schema();
    let missing: Vec<&str> = schema.lines().filter(|line| !after.contains(line)).collect();
    assert_eq!(after, schema, "missing: {missing:#?}");
    assert_eq!(content(&client).await, before);
    assert!(report.replaced.is_none() && report.rows > 0);
    let again = world.restore(&created, &options).await.unwrap_err();
    assert!(
        matches!(&again, Error::Conflict { reason, .. } if reason.contains("already")),
        "{again}"
    );
}

#[tokio::test]
async fn messages_come_back_with_everything_that_hung_on_them() {
    Box::pin(drop_and_restore("DROP TABLE messages CASCADE", &["messages"])).await;
}

#[tokio::test]
async fn memories_come_back_with_their_partitions() {
    agentflow_postgres::needs_pgvector!();
    Box::pin(drop_and_restore("DROP TABLE memories CASCADE", &["public.memories"])).await;
}

#[tokio::test]
async fn one_partition_comes_back_to_where_it_was() {
    agentflow_postgres::needs_pgvector!();
    let sql = "DO $$ BEGIN EXECUTE (SELECT format('DROP TABLE %s CASCADE', c.oid::regclass) FROM pg_class c
        WHERE c.relname ~ '^memories_[0-9a-f]{32}$'); END $$";
    let world = World::full().await;
    let client = world.client().await;
    let name = "SELECT relname::text FROM pg_class WHERE relname ~ '^memories_[0-9a-f]{32}$'";
    let name: String = client.query_one(name, &[]).await.unwrap().get(0);
    let (before, schema) = (content(&client).await, world.schema());
    let created = world.backup().await;
    client.batch_execute(sql).await.unwrap();
    let options = RestoreOptions { tables: vec![name], ..world.restore_options() };
    let report = world.restore(&created, &options).await.unwrap();
    assert_eq!((report.tables, report.rows), (1, 60));
    assert_eq!(world.schema(), schema);
    assert_eq!(content(&client).await, before);
}

#[tokio::test]
async fn views_functions_and_policies_of_others_that_went_along_come_back_too() {
    Box::pin(drop_and_restore("DROP TABLE shop_orders CASCADE", &["shop_orders"])).await;
}

#[tokio::test]
async fn a_name_that_must_be_quoted_is_no_obstacle() {
    Box::pin(drop_and_restore(
        "DROP TABLE \"odd schema\".\"Odd \"\"name\"\" table\" CASCADE",
        &["\"odd schema\".\"Odd \"\"name\"\" table\""],
    ))
    .await;
}

#[tokio::test]
async fn a_table_that_is_there_or_was_never_there_is_refused_and_nothing_changes() {
    let world = World::full().await;
    let created = world.backup().await;
    let before = content(&world.client().await).await;
    for (table, expected) in [("shop_items", "public.shop_items"), ("nowhere", "nowhere")] {
        let options = RestoreOptions { tables: vec![table.to_owned()], ..world.restore_options() };
        let error = world.restore(&created, &options).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(content(&world.client().await).await, before);
}

#[tokio::test]
async fn a_table_of_another_schema_is_refused_and_rows_that_differ_are_a_failed_check() {
    let world = World::full().await;
    let mut created = world.backup().await;
    world.client().await.batch_execute("DROP TABLE shop_items CASCADE").await.unwrap();
    let before = content(&world.client().await).await;
    let tables = vec!["shop_items".to_owned()];
    let options = RestoreOptions { tables, trust: Trust::Unsigned, ..world.restore_options() };
    forge(&world, &mut created, |manifest| manifest.migration_version -= 1);
    let error = world.restore(&created, &options).await.unwrap_err();
    assert!(
        matches!(&error, Error::Conflict { reason, .. } if reason.contains("at migration")),
        "{error}"
    );
    assert_eq!(content(&world.client().await).await, before);
    forge(&world, &mut created, |manifest| {
        manifest.migration_version += 1;
        let mut tables = manifest.tables.iter_mut();
        tables.find(|table| table.name == "public.shop_items").unwrap().rows = 21;
    });
    // As if somebody had written to it before it was counted: it is there, and nobody says that it is not.
    let report = world.restore(&created, &options).await.unwrap();
    assert!(!report.has_passed() && report.checks[0].faults.len() == 1, "{:?}", report.checks);
}
