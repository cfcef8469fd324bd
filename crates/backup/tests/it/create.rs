//! Making backups of a real database.

use std::path::Path;

use agentflow::core::backup::BackupKind;
use agentflow_backup::{Compression, CreateOptions, Error, Phase, create};
use secrecy::ExposeSecret;

use crate::world::{Signal, World, config, connect, names};

#[tokio::test]
async fn a_backup_tells_what_it_holds_and_nothing_of_where_it_is_from() {
    agentflow_postgres::needs_pgvector!();
    let world = World::full().await;
    let created = world.backup().await;
    let manifest = &created.manifest;
    assert!(created.is_signed && world.strays().is_empty(), "{:?}", world.strays());
    assert_eq!(
        manifest.migration_version,
        u64::try_from(agentflow::migrations::FILES.len() / 2).unwrap()
    );
    let rows = |name: &str| {
        manifest.tables.iter().find(|table| table.name == name).map(|table| table.rows)
    };
    assert_eq!(rows("\"odd schema\".\"Odd \"\"name\"\" table\""), Some(50));
    assert_eq!(rows("public.shop_orders"), Some(20));
    assert_eq!(rows("public.tenants"), Some(3));
    assert_eq!(rows("public.memories"), None, "a table with partitions has no rows of its own");
    let promoted = manifest
        .tables
        .iter()
        .find(|table| table.name.starts_with("public.memories_") && table.rows == 60);
    let promoted = promoted.expect("the partition of a tenant");
    let part =
        manifest.parts.iter().find(|part| part.table.as_ref() == Some(&promoted.name)).unwrap();
    assert_eq!((part.rows, part.bytes > 0), (Some(60), true));
    for table in manifest.tables.iter().filter(|table| table.rows > 0) {
        assert!(
            manifest.parts.iter().any(|part| part.table.as_ref() == Some(&table.name)),
            "{}",
            table.name
        );
    }
    let audit = manifest.audit.as_ref().unwrap();
    assert_eq!(audit.tenants.len(), 3);
    assert_eq!(audit.tenants.iter().filter(|chain| chain.checkpoint.is_some()).count(), 2);
    assert!(audit.tenant_log.as_ref().unwrap().checkpoint.is_some());
    assert!(manifest.extensions.contains(&"vector".to_owned()));
    assert!(manifest.roles.contains(&"af_app".to_owned()));
    assert_eq!(manifest.unvalidated, ["public.shop_items.shop_items_short"]);
    let text = manifest.to_text().unwrap();
    let environment = world.config().program_environment().unwrap();
    for name in ["PGPASSWORD", "PGPORT"] {
        let value = environment.iter().find(|(it, _)| *it == name).unwrap().1.expose_secret();
        assert!(
            !text.contains(&format!("\"{value}\"")) && !text.contains(&format!(":{value}")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_database_of_something_else_is_backed_up_as_well() {
    let world = World::empty().await;
    world.client().await.batch_execute(include_str!("shop.sql")).await.unwrap();
    let manifest = world.backup().await.manifest;
    assert_eq!((manifest.migration_version, manifest.audit), (0, None));
    assert_eq!(manifest.tables.len(), 4);
}

#[tokio::test]
async fn definitions_alone_have_no_rows_and_named_tables_come_with_their_partitions() {
    agentflow_postgres::needs_pgvector!();
    let world = World::full().await;
    let options = CreateOptions { kind: BackupKind::Schema, ..world.options() };
    let manifest = world.create(&options).await.unwrap().manifest;
    assert!(manifest.tables.is_empty() && manifest.parts.len() == 1, "{:?}", manifest.parts);

    let tables =
        vec!["memories".to_owned(), "\"odd schema\".\"Odd \"\"name\"\" table\"".to_owned()];
    let options = CreateOptions { kind: BackupKind::Tables, tables, ..world.options() };
    let manifest = world.create(&options).await.unwrap().manifest;
    let names: Vec<_> = manifest.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names[0], "\"odd schema\".\"Odd \"\"name\"\" table\"");
    assert!(
        names.len() > 2 && names[1..].iter().all(|name| name.starts_with("public.memories_")),
        "{names:?}"
    );

    let options = CreateOptions { tables: vec!["nowhere".to_owned()], ..options };
    assert!(
        matches!(world.create(&options).await, Err(Error::NotFound { what, .. }) if what.contains("nowhere"))
    );
    assert!(world.strays().is_empty());
}

#[tokio::test]
async fn a_role_that_rows_are_hidden_from_is_refused_before_anything_is_made() {
    let world = World::migrated().await;
    let admin = world.admin().await;
    let role = format!("reader_{}", world.database.name());
    admin.batch_execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'x'")).await.unwrap();
    let reader = config(&world.database.url_as(&role, "x"));
    let refused = create(&reader, &world.store, &world.programs, &world.options(), &|_| {}).await;
    admin.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
    let Err(Error::Denied { reason, .. }) = refused else { panic!("{refused:?}") };
    assert!(reason.contains(&role) && reason.contains("BYPASSRLS"), "{reason}");
    assert!(names(&world.backups()).is_empty());
}

#[tokio::test]
async fn what_pg_dump_cannot_do_is_refused_with_what_it_can() {
    let world = World::empty().await;
    world.client().await.batch_execute("CREATE TABLE t (a int)").await.unwrap();
    let default = world.programs.default_compression().await.unwrap();
    let options = CreateOptions { compression: Some(Compression::Zstd(5)), ..world.options() };
    if default == Compression::Zstd(3) {
        assert_eq!(world.create(&options).await.unwrap().manifest.compression, "zstd:5");
    } else {
        let error = world.create(&options).await.unwrap_err().to_string();
        assert!(error.contains("zstd:5") && error.contains("gzip:1 to gzip:9"), "{error}");
    }
    let options = CreateOptions { compression: Some(Compression::None), ..world.options() };
    let manifest = world.create(&options).await.unwrap().manifest;
    assert!(
        manifest.parts.iter().any(|part| Path::new(&part.name).extension() == Some("dat".as_ref())),
        "{:?}",
        manifest.parts
    );
}

#[tokio::test]
async fn who_gives_up_leaves_no_program_and_no_file() {
    let world = World::full().await;
    // It would wait for this for a minute.
    let blocker = world.client().await;
    let begun = Signal::default();
    let told = begun.clone();
    let options = world.options();
    let (config, store, programs) = (world.config(), world.store.clone(), world.programs.clone());
    let task = tokio::spawn(async move {
        create(&config, &store, &programs, &options, &|progress| {
            if progress.phase == Phase::Dump {
                told.give();
            }
        })
        .await
        .map(drop)
    });
    begun.wait().await;
    task.abort();
    assert!(task.await.is_err());
    assert!(world.strays().is_empty(), "{:?}", world.strays());
    // The server notices that nobody listens.
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while blocker.query_one(others, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        assert!(std::time::Instant::now() < deadline, "somebody is connected still");
        tokio::task::yield_now().await;
    }
    assert!(world.store.ids().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_dump_names_its_log_and_leaves_nothing_else() {
    let world = World::full().await;
    // A word that is in a row and in no list of words: it can be counted, and not be read.
    let damage = "CREATE TYPE word AS ENUM ('a'); CREATE TABLE words AS SELECT 'a'::word AS word;
        DELETE FROM pg_enum WHERE enumlabel = 'a' AND enumtypid = 'word'::regtype";
    world.client().await.batch_execute(damage).await.unwrap();
    let error = world.create(&world.options()).await.unwrap_err();
    let Error::Program { name, log: Some(log), last_lines, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(name, "pg_dump");
    assert!(last_lines.iter().any(|line| line.contains("\"words\"")), "{last_lines:?}");
    assert!(std::fs::read_to_string(log).unwrap().contains("invalid internal value for enum"));
    assert!(world.store.ids().await.unwrap().is_empty());
    let strays = world.strays();
    assert_eq!(strays.len(), 1, "{strays:?}");
    assert_eq!(log.file_name().unwrap().to_str(), Some(strays[0].as_str()));
}

#[tokio::test]
async fn who_keeps_pg_dump_from_a_table_is_named() {
    let world = World::full().await;
    // Another runtime goes on while this one waits in what is told of the progress.
    let aside = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let url = world.database.url().to_owned();
    let queue = || {
        aside.block_on(async {
            let (changes, looks) = (connect(&url).await, connect(&url).await);
            let pid: i32 = changes.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
            tokio::spawn(async move {
                let _ = changes.batch_execute("ALTER TABLE shop_orders ADD COLUMN note text").await;
            });
            let waits = "SELECT count(*) FROM pg_locks WHERE pid = $1 AND NOT granted";
            while looks.query_one(waits, &[&pid]).await.unwrap().get::<_, i64>(0) == 0 {}
            pid
        })
    };
    let queued = std::sync::OnceLock::new();
    let options =
        CreateOptions { lock_wait: std::time::Duration::from_millis(500), ..world.options() };
    let config = world.config();
    let refused = create(&config, &world.store, &world.programs, &options, &|progress| {
        if progress.phase == Phase::Dump {
            queued.get_or_init(|| std::thread::scope(|it| it.spawn(queue).join().unwrap()));
        }
    })
    .await
    .unwrap_err();
    aside.shutdown_background();
    let Error::Conflict { reason, .. } = &refused else { panic!("{refused}") };
    let pid = queued.get().unwrap();
    assert!(reason.contains(&format!("pg_cancel_backend({pid})")), "{reason}");
    assert!(reason.contains("public.shop_orders (AccessExclusiveLock)"), "{reason}");
    assert!(world.store.ids().await.unwrap().is_empty());
}
