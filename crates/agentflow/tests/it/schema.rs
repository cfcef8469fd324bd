//! The schema as a whole: there and back, by several at once, and one look at the golden dump.

use std::process::Command;

use agentflow::{Admin, migrate::Options, migrate::Target};
use agentflow_postgres::{Installation, testing::TestServer};

use crate::support::{World, connect};

/// Everything in the catalog that a migration could leave behind: `pg_dump`, and what it does not show.
async fn catalog(url: &str) -> String {
    let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
    let dump = Command::new(installation.program("pg_dump"))
        .args(["--schema-only", "--exclude-table=schema_migrations", "--dbname", url])
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    // A key of its own is in every dump.
    let is_noise = |line: &&str| !line.starts_with('\\');
    let mut text: String = String::from_utf8(dump.stdout)
        .unwrap()
        .lines()
        .filter(is_noise)
        .collect::<Vec<_>>()
        .join("\n");
    let counts = "SELECT 'functions', count(*) FROM pg_proc UNION ALL SELECT 'types', count(*) FROM pg_type
                  UNION ALL SELECT 'relations', count(*) FROM pg_class UNION ALL SELECT 'comments', count(*) FROM pg_description
                  UNION ALL SELECT 'policies', count(*) FROM pg_policy UNION ALL SELECT 'settings', count(*) FROM pg_db_role_setting
                  UNION ALL SELECT 'extensions', count(*) FROM pg_extension UNION ALL SELECT 'dependencies', count(*) FROM pg_shdepend
                      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for row in connect(url).await.query(counts, &[]).await.unwrap() {
        let (what, count): (&str, i64) = (row.get(0), row.get(1));
        text += &["\n", what, ": ", &count.to_string()].concat();
    }
    text
}

#[tokio::test]
async fn up_down_to_zero_and_up_again_leave_the_same_catalog() {
    let database = TestServer::shared().await.empty_database().await;
    let mut client = connect(database.url()).await;
    let migrator = Admin::migrator(Options::default()).unwrap();
    // The history itself stays, so it is made first.
    migrator.up(&mut client, Target::Steps(1)).await.unwrap();
    migrator.down(&mut client, Target::All).await.unwrap();

    let before = catalog(database.url()).await;
    migrator.up(&mut client, Target::All).await.unwrap();
    let migrated = catalog(database.url()).await;
    assert!(migrated.contains("CREATE TABLE public.audits"));
    migrator.down(&mut client, Target::All).await.unwrap();
    assert_eq!(catalog(database.url()).await, before);
    migrator.up(&mut client, Target::All).await.unwrap();
    assert_eq!(catalog(database.url()).await, migrated);
}

#[tokio::test]
async fn eight_at_once_apply_each_migration_once() {
    let database = TestServer::shared().await.empty_database().await;
    let runs = (0..8).map(|_| async {
        let mut client = connect(database.url()).await;
        Admin::migrator(Options::default())
            .unwrap()
            .up(&mut client, Target::All)
            .await
            .unwrap()
            .applied
            .len()
    });
    let applied: Vec<usize> = futures::future::join_all(runs).await;
    let known = agentflow::migrations::source().unwrap().migrations().len();
    assert_eq!(applied.iter().sum::<usize>(), known, "{applied:?}");
    let recorded: i64 = connect(database.url())
        .await
        .query_one("SELECT count(*) FROM schema_migrations", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(usize::try_from(recorded).unwrap(), known);
}

#[tokio::test]
async fn scripts_can_run_again_over_what_they_made() {
    let world = World::new().await;
    let tenant = world.new_tenant("Acme").await;
    let superuser = world.superuser().await;
    for migration in agentflow::migrations::source().unwrap().migrations() {
        superuser.batch_execute(&migration.up.sql).await.unwrap_or_else(|error| {
            panic!(
                "{}: {}",
                migration.name,
                error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
            )
        });
    }
    assert!(world.store.admin().tenants().get(tenant.id).await.unwrap().is_some());
    assert_eq!(world.store.tenant(tenant.id).audit().head().await.unwrap().seq, 1);
}
