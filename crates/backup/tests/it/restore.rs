//! Bringing whole databases back.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use agentflow::core::backup::{MANIFEST_FILE, Manifest, NOTE_FILE};
use agentflow_backup::{
    CreateOptions, Error, Phase, RestoreOptions, Trust, restore, restore_target,
};
use agentflow_postgres::testing::TestServer;

use crate::world::{Signal, World, connect, content, names};

#[tokio::test]
async fn a_dropped_database_comes_back_row_for_row() {
    let world = World::full().await;
    let name = world.database.name();
    let client = world.client().await;
    let dress = format!(
        "ALTER DATABASE {name} SET search_path TO public, \"odd schema\"; ALTER DATABASE {name} SET work_mem TO '5MB';
         ALTER ROLE af_app IN DATABASE {name} SET work_mem TO '6MB'; COMMENT ON DATABASE {name} IS 'it''s ours';
         REVOKE CONNECT ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO af_app WITH GRANT OPTION"
    );
    client.batch_execute(&dress).await.unwrap();
    let (before, schema) = (content(&client).await, world.schema());
    let dressed = "SELECT d.datacl::text, shobj_description(d.oid, 'pg_database'), pg_get_userbyid(d.datdba)::text,
            (SELECT array_agg(s.setrole || array_to_string(s.setconfig, '|') ORDER BY s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)::text
        FROM pg_database d WHERE d.datname = current_database()";
    let properties =
        format!("{:?}", client.query_one(dressed, &[]).await.unwrap().get::<_, String>(3));
    let created = world.backup().await;
    drop(client);
    let admin = world.admin().await;
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    assert_eq!(restore_target(&world.config(), None).await.unwrap().bytes, None);

    let report = world.restore(&created, &world.restore_options()).await.unwrap();
    assert_eq!((report.replaced.as_deref(), report.database.as_str()), (None, name));
    assert!(report.checks.iter().all(agentflow_backup::Check::has_passed));
    let client = world.client().await;
    assert_eq!(content(&client).await, before);
    // PostgreSQL writes `a AND (b AND c)` without the parentheses, once it has read it.
    let plain = |schema: &str| schema.replace(['(', ')'], "");
    let (after, schema) = (plain(&world.schema()), plain(&schema));
    let differs = after.lines().zip(schema.lines()).find(|(a, b)| a != b);
    assert!(after == schema, "{differs:?}");
    let row = client.query_one(dressed, &[]).await.unwrap();
    assert!(row.get::<_, String>(0).contains("af_app=c*/"), "{}", row.get::<_, String>(0));
    assert_eq!(row.get::<_, Option<String>>(1).as_deref(), Some("it's ours"));
    assert_eq!(format!("{:?}", row.get::<_, String>(3)), properties);
    assert!(names(&world.home.path().join("staging")).is_empty());
    assert!(world.derived("restoring").await.is_empty());
}

#[tokio::test]
async fn a_database_in_use_is_replaced_in_one_moment_and_stays_under_another_name() {
    let world = World::full().await;
    let created = world.backup().await;
    let client = world.client().await;
    let before = content(&client).await;
    client.batch_execute("DELETE FROM shop_items; CREATE TABLE later (a int)").await.unwrap();
    let damaged = content(&client).await;
    drop(client);
    // Applications that are thrown out come back at once, and must always find one database or the other.
    let (stop, met) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut applications = Vec::new();
    for _ in 0..4 {
        let (url, stop, met) = (world.database.url().to_owned(), stop.clone(), met.clone());
        applications.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let Ok((client, connection)) =
                    tokio_postgres::connect(&url, tokio_postgres::NoTls).await
                else {
                    tokio::task::yield_now().await;
                    continue;
                };
                tokio::spawn(connection);
                while let Ok(row) = client.query_one("SELECT count(*) FROM shop_items", &[]).await {
                    seen.push(row.get::<_, i64>(0));
                    met.fetch_add(1, Ordering::Relaxed);
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                }
            }
            seen
        }));
    }
    let report = world.restore(&created, &world.restore_options()).await.unwrap();
    let until = met.load(Ordering::Relaxed) + 20;
    let deadline = Instant::now() + Duration::from_secs(20);
    while met.load(Ordering::Relaxed) < until && Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    for application in applications {
        let seen = application.await.unwrap();
        assert_eq!((seen.first(), seen.last()), (Some(&0), Some(&20)), "{}", seen.len());
        assert!(seen.is_sorted(), "the old one came back");
    }
    let old = report.replaced.unwrap();
    assert_eq!(world.derived("before").await, std::slice::from_ref(&old));
    assert_eq!(content(&world.client().await).await, before);
    let url = world.database.url().replace(world.database.name(), &old);
    assert_eq!(content(&connect(&url).await).await, damaged);
    world
        .admin()
        .await
        .batch_execute(&format!("DROP DATABASE \"{old}\" WITH (FORCE)"))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_encrypted_backup_is_restored_beside_and_the_old_database_goes_if_it_is_not_wanted() {
    let world = World::full().await;
    let (identity, recipients) = keys();
    let options = CreateOptions { recipients: Some(recipients), jobs: 4, ..world.options() };
    let created = world.create(&options).await.unwrap();
    assert!(
        created
            .manifest
            .parts
            .iter()
            .all(|part| Path::new(&part.name).extension() == Some("age".as_ref())
                && part.bytes > part.plain_bytes)
    );
    let refused = world.restore(&created, &world.restore_options()).await;
    assert!(refused.is_err());
    let beside = format!("{}_beside", world.database.name());
    let mut options = RestoreOptions {
        identity: Some(identity),
        into: Some(beside.clone()),
        jobs: 4,
        drop_old: true,
        ..world.restore_options()
    };
    for _ in 0..2 {
        world.restore(&created, &options).await.unwrap();
    }
    let url = world.database.url().replace(world.database.name(), &beside);
    assert_eq!(content(&connect(&url).await).await, content(&world.client().await).await);
    options.no_owner = true;
    let report = world.restore(&created, &options).await.unwrap();
    assert!(report.dropped_old && report.roles_created.is_empty());
    let admin = world.admin().await;
    let like = "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)";
    let left = admin.query(like, &[&beside]).await.unwrap();
    assert_eq!(left.len(), 1);
    admin.batch_execute(&format!("DROP DATABASE {beside} WITH (FORCE)")).await.unwrap();
}

fn keys() -> (agentflow::secrets::AgeIdentity, agentflow::secrets::AgeRecipients) {
    use secrecy::ExposeSecret;
    let identity = age::x25519::Identity::generate();
    let recipients =
        agentflow::secrets::AgeRecipients::parse(&[identity.to_public().to_string()]).unwrap();
    let text = secrecy::SecretString::from(identity.to_string().expose_secret().to_owned());
    let identity = agentflow::secrets::AgeIdentity::from_text(&text).unwrap();
    (identity, recipients)
}

/// Changes the manifest as somebody without the key could.
pub(crate) fn forge(
    world: &World,
    created: &mut agentflow_backup::Created,
    change: impl FnOnce(&mut Manifest),
) {
    change(&mut created.manifest);
    let folder = world.backups().join(created.manifest.id.as_str());
    std::fs::write(folder.join(MANIFEST_FILE), created.manifest.to_text().unwrap()).unwrap();
    let _ = std::fs::remove_file(folder.join(NOTE_FILE));
}

#[tokio::test]
async fn what_does_not_hold_is_named_and_the_database_stays_as_it_was() {
    let world = World::full().await;
    let mut created = world.backup().await;
    let before = content(&world.client().await).await;
    forge(&world, &mut created, |manifest| {
        manifest.tables.iter_mut().find(|table| table.name == "public.shop_items").unwrap().rows =
            21;
        let chains = &mut manifest.audit.as_mut().unwrap().tenants;
        chains[0].seq += 1;
        manifest.unvalidated.clear();
    });
    assert!(world.restore(&created, &world.restore_options()).await.is_err(), "nobody signed it");
    let options = RestoreOptions { trust: Trust::Unsigned, ..world.restore_options() };
    let error = world.restore(&created, &options).await.unwrap_err();
    let Error::Corrupt { faults, .. } = error else { panic!("{error}") };
    let places: Vec<_> = faults.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(places.len(), 3, "{faults:?}");
    assert!(
        places.contains(&"table public.shop_items") && places[1].starts_with("constraint"),
        "{places:?}"
    );
    assert!(places[2].starts_with("audit chain of tenant"), "{places:?}");
    untouched(&world, &before).await;

    forge(&world, &mut created, |manifest| manifest.migration_version += 1000);
    let error = world.restore(&created, &options).await.unwrap_err().to_string();
    assert!(error.contains("migration 10"), "{error}");
    forge(&world, &mut created, |manifest| {
        manifest.migration_version -= 1000;
        manifest.extensions.push("no_such_extension".to_owned());
    });
    let error = world.restore(&created, &options).await.unwrap_err().to_string();
    assert!(error.contains("no_such_extension"), "{error}");
    untouched(&world, &before).await;
}

#[tokio::test]
async fn a_program_that_fails_leaves_its_log_and_nothing_else() {
    let world = World::full().await;
    let before = content(&world.client().await).await;
    // A role that something belongs to, and that nobody made.
    let admin = world.admin().await;
    let role = format!("gone_{}", world.database.name());
    admin.batch_execute(&format!("CREATE ROLE {role}")).await.unwrap();
    world
        .client()
        .await
        .batch_execute(&format!("ALTER TABLE shop_cache OWNER TO {role}"))
        .await
        .unwrap();
    let mut created = world.backup().await;
    world
        .client()
        .await
        .batch_execute("ALTER TABLE shop_cache OWNER TO CURRENT_USER")
        .await
        .unwrap();
    admin.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
    forge(&world, &mut created, |manifest| manifest.roles.clear());
    let options = RestoreOptions { trust: Trust::Unsigned, ..world.restore_options() };
    let error = world.restore(&created, &options).await.unwrap_err();
    let Error::Program { name, log: Some(log), last_lines, .. } = &error else { panic!("{error}") };
    assert_eq!(name, "pg_restore");
    assert!(last_lines.iter().any(|line| line.contains(&role)), "{last_lines:?}");
    assert!(log.is_file());
    untouched(&world, &before).await;
}

#[tokio::test]
async fn a_role_that_the_server_lacks_is_made_without_a_login() {
    let world = World::empty().await;
    let admin = world.admin().await;
    let role = format!("Odd role {}", world.database.name());
    admin.batch_execute(&format!("CREATE ROLE \"{role}\" LOGIN PASSWORD 'x'")).await.unwrap();
    let sql = format!("CREATE TABLE t (a int); ALTER TABLE t OWNER TO \"{role}\"");
    world.client().await.batch_execute(&sql).await.unwrap();
    let created = world.backup().await;
    world.client().await.batch_execute("DROP TABLE t").await.unwrap();
    admin.batch_execute(&format!("DROP ROLE \"{role}\"")).await.unwrap();
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    let report = world.restore(&created, &options).await.unwrap();
    assert_eq!(report.roles_created, std::slice::from_ref(&role));
    let login = "SELECT rolcanlogin FROM pg_roles WHERE rolname = $1";
    assert!(!admin.query_one(login, &[&role]).await.unwrap().get::<_, bool>(0));
    world.client().await.batch_execute(&format!("DROP OWNED BY \"{role}\"")).await.unwrap();
    admin.batch_execute(&format!("DROP ROLE \"{role}\"")).await.unwrap();
}

#[tokio::test]
async fn what_a_killed_restore_left_goes_with_the_next_one_and_others_stay() {
    let world = World::full().await;
    let created = world.backup().await;
    let (admin, name) = (world.admin().await, world.database.name());
    let mark = |target: &str| {
        let id = &created.manifest.id;
        format!("agentflow: being restored from backup {id} to {target}; may be dropped")
    };
    for (word, comment) in [
        ("restoring_0123abcd", Some(mark(name))),
        ("restoring_0123abc0", Some(mark("another"))),
        ("restoring_0123abce", None),
        ("restoring_0123abcf", Some("mine".to_owned())),
        ("restoring_later", None),
    ] {
        admin.batch_execute(&format!("CREATE DATABASE {name}_{word}")).await.unwrap();
        if let Some(comment) = comment {
            let sql = format!("COMMENT ON DATABASE {name}_{word} IS '{comment}'");
            admin.batch_execute(&sql).await.unwrap();
        }
    }
    // Somebody hangs on to one of them.
    let _held =
        connect(&world.database.url().replace(name, &format!("{name}_restoring_0123abcd"))).await;
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    let report = world.restore(&created, &options).await.unwrap();
    assert_eq!(report.leftovers_dropped, [format!("{name}_restoring_0123abcd")]);
    let left = world.derived("restoring").await;
    let others = ["0123abc0", "0123abce", "0123abcf", "later"];
    assert_eq!(left, others.map(|word| format!("{name}_restoring_{word}")));
    let told = |name: &String| report.remarks.iter().any(|remark| remark.contains(name));
    assert!(left[..3].iter().all(told), "{:?}", report.remarks);
    for name in left {
        admin.batch_execute(&format!("DROP DATABASE {name}")).await.unwrap();
    }
}

#[tokio::test]
async fn who_gives_up_leaves_the_database_as_it_was() {
    let world = World::full().await;
    let created = world.backup().await;
    let before = content(&world.client().await).await;
    for phase in [Phase::Fetch, Phase::Restore, Phase::Check] {
        let begun = Signal::default();
        let told = begun.clone();
        let on = |progress: agentflow_backup::Progress| {
            if progress.phase == phase {
                told.give();
            }
        };
        let options = world.restore_options();
        let config = world.config();
        let restoring =
            restore(&config, &world.store, &world.programs, &created.manifest.id, &options, &on);
        tokio::select! {
            done = restoring => panic!("{phase:?}: {done:?}"),
            () = begun.wait() => {}
        }
        untouched(&world, &before).await;
    }
}

#[tokio::test]
async fn two_restores_of_one_database_do_not_meet() {
    let world = World::full().await;
    let created = world.backup().await;
    let key = "SELECT pg_advisory_lock(hashtextextended('agentflow restore ' || $1, 11))";
    let admin =
        connect(&TestServer::shared().await.admin_url().replace("/template1", "/postgres")).await;
    admin.query_one(key, &[&world.database.name()]).await.unwrap();
    let error = world.restore(&created, &world.restore_options()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Conflict { reason, .. } if reason.contains("another process")),
        "{error}"
    );
}

pub(crate) async fn untouched(world: &World, before: &[(String, String)]) {
    assert_eq!(content(&world.client().await).await, before);
    assert!(world.derived("restoring").await.is_empty());
    assert!(world.derived("before").await.is_empty());
    for name in names(&world.home.path().join("staging")) {
        assert_eq!(Path::new(&name).extension(), Some("log".as_ref()), "{name}");
    }
}
