use agentflow::{Error, archive::SecretsChoice};

use super::{export_with, plant};
use crate::support::World;

const ONE: &str = "10000000-0000-4000-8000-00000000000d";

#[tokio::test]
async fn every_table_and_every_sealed_column_has_a_class() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let forgotten = client.query("SELECT archive_unclassified()", &[]).await.unwrap();
    let forgotten: Vec<String> = forgotten.iter().map(|row| row.get(0)).collect();
    assert!(forgotten.is_empty(), "say what becomes of them in migration 12: {forgotten:?}");
    let gone = "SELECT table_name FROM archive_tables WHERE to_regclass('public.' || table_name) IS NULL
                UNION ALL SELECT table_name || '.' || column_name FROM archive_columns AS c WHERE NOT EXISTS (
                    SELECT FROM pg_attribute AS a WHERE a.attrelid = to_regclass('public.' || c.table_name)
                        AND a.attname = c.column_name AND NOT a.attisdropped)";
    assert!(client.query(gone, &[]).await.unwrap().is_empty());
    let sealed = "SELECT c.conrelid::regclass::text, a.attname::text FROM pg_constraint AS c
                  JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                  WHERE pg_get_constraintdef(c.oid) LIKE 'CHECK (is_sealed(%' AND a.attname <> 'canary'
                  EXCEPT SELECT table_name, column_name FROM archive_columns WHERE class = 'sealed'";
    let sealed = client.query(sealed, &[]).await.unwrap();
    assert!(sealed.is_empty(), "{sealed:?}");
}

#[tokio::test]
async fn a_table_that_nobody_classified_is_refused_and_named() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    client
        .batch_execute(
            "CREATE TABLE notes (tenant_id uuid NOT NULL, id uuid NOT NULL, text text, PRIMARY KEY (tenant_id, id));
             CREATE SCHEMA aside; CREATE TABLE aside.notes (tenant_id uuid NOT NULL)",
        )
        .await
        .unwrap();
    let refused = export_with(&world.store, one, SecretsChoice::LeaveOut).await.unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, Error::Conflict { .. }), "{text}");
    assert!(text.contains("aside.notes, notes") && text.contains("archive_classify"), "{text}");

    client
        .batch_execute(&format!(
            "SELECT archive_classify('notes', 'data'); SELECT archive_classify('aside.notes', 'local');
             INSERT INTO notes VALUES ('{one}', '{one}', 'mine')"
        ))
        .await
        .unwrap();
    assert!(client.batch_execute("SELECT archive_classify('aside.notes', 'data')").await.is_err());
    assert!(client.batch_execute("SELECT archive_classify('audits', 'local')").await.is_err());
    let (file, _) = super::export(&world.store, one).await;
    let mut options = super::options();
    options.slug = Some("second".parse().unwrap());
    let imported = super::import_with(&world.store, &file, &options).await.unwrap();
    let sql = "SELECT text FROM notes WHERE tenant_id = $1";
    let text = client.query_one(sql, &[imported.tenant.id.as_uuid()]).await.unwrap();
    assert_eq!(text.get::<_, String>(0), "mine");
}

#[tokio::test]
async fn a_table_whose_rows_cannot_travel_is_refused_at_once_or_named_once_it_changed() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    client
        .batch_execute(
            "CREATE TABLE bare (tenant_id uuid PRIMARY KEY);
             CREATE TABLE notes (tenant_id uuid NOT NULL, id uuid NOT NULL, text text, PRIMARY KEY (tenant_id, id));
             CREATE TABLE one_each (tenant_id uuid PRIMARY KEY, text text);
             CREATE TABLE gone (tenant_id uuid PRIMARY KEY, text text);
             SELECT archive_classify(name, 'data') FROM unnest('{notes, one_each, gone}'::regclass[]) AS name;
             SELECT archive_classify('bare', 'local')",
        )
        .await
        .unwrap();
    for refused in [
        "SELECT archive_classify('bare', 'data')",
        "SELECT archive_keep_column('one_each', 'text')",
    ] {
        let error = client.batch_execute(refused).await.unwrap_err();
        let error = error.as_db_error().unwrap().message().to_owned();
        assert!(error.contains("no column but tenant_id"), "{error}");
    }
    let change = "ALTER TABLE notes DROP CONSTRAINT notes_pkey; DROP TABLE gone";
    client.batch_execute(change).await.unwrap();
    let refused = export_with(&world.store, one, SecretsChoice::LeaveOut).await.unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, Error::Conflict { .. }), "{text}");
    assert!(text.contains("notes (it has no primary key with tenant_id uuid in it)"), "{text}");
    assert!(!text.contains("gone"), "{text}");

    client.batch_execute("SELECT archive_classify('notes', 'local')").await.unwrap();
    let classified = "SELECT count(*) FROM archive_tables WHERE table_name = 'gone'";
    assert_eq!(client.query_one(classified, &[]).await.unwrap().get::<_, i64>(0), 0);
    export_with(&world.store, one, SecretsChoice::LeaveOut).await.unwrap();
}

#[tokio::test]
async fn rows_of_tables_that_inherit_are_not_doubled_and_numbers_go_on() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    client
        .batch_execute(&format!(
            "CREATE TABLE notes (
                 tenant_id uuid NOT NULL, id integer GENERATED BY DEFAULT AS IDENTITY, text text, PRIMARY KEY (tenant_id, id)
             );
             CREATE TABLE old_notes (PRIMARY KEY (tenant_id, id)) INHERITS (notes);
             SELECT archive_classify('notes', 'data'), archive_classify('old_notes', 'data');
             INSERT INTO notes (tenant_id, text) SELECT '{one}', n FROM generate_series(1, 5) AS n;
             INSERT INTO old_notes (tenant_id, id, text) VALUES ('{one}', 100, 'old')"
        ))
        .await
        .unwrap();
    let (file, report) = super::export(&world.store, one).await;
    let rows = |name: &str| report.tables.iter().find(|table| table.name == name).unwrap().rows;
    assert_eq!((rows("notes"), rows("old_notes")), (5, 1));
    client.batch_execute("ALTER SEQUENCE notes_id_seq RESTART").await.unwrap();
    let mut options = super::options();
    options.slug = Some("second".parse().unwrap());
    let imported = super::import_with(&world.store, &file, &options).await.unwrap().tenant.id;
    let next = "INSERT INTO notes (tenant_id, text) VALUES ($1, 'new') RETURNING id";
    let next: i32 = client.query_one(next, &[imported.as_uuid()]).await.unwrap().get(0);
    assert_eq!(next, 6);
    let count = "SELECT count(*) FROM notes WHERE tenant_id = $1";
    let count: i64 = client.query_one(count, &[imported.as_uuid()]).await.unwrap().get(0);
    assert_eq!(count, 7);
}
