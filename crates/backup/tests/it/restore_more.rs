//! Restores that meet what is in their way.

use agentflow_backup::{Error, RestoreOptions, Trust, restore};
use agentflow_postgres::testing::TestServer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    restore::{forge, untouched},
    world::{World, config, connect, content},
};

#[tokio::test]
async fn an_index_that_was_not_valid_either_is_no_fault_and_another_one_is() {
    let world = World::empty().await;
    let sql =
        "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t DEFAULT;
        CREATE INDEX t_a ON ONLY t (a)";
    world.client().await.batch_execute(sql).await.unwrap();
    let mut created = world.backup().await;
    assert_eq!(created.manifest.invalid_indexes, ["public.t_a"]);
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    world.restore(&created, &options).await.unwrap();
    forge(&world, &mut created, |manifest| manifest.invalid_indexes.clear());
    let options = RestoreOptions { trust: Trust::Unsigned, ..options };
    let error = world.restore(&created, &options).await.unwrap_err();
    let Error::Corrupt { faults, .. } = error else { panic!("{error}") };
    assert_eq!((faults.len(), faults[0].place.as_str()), (1, "index public.t_a"));
}

#[tokio::test]
async fn roles_that_own_little_or_have_settings_only_are_known() {
    let world = World::empty().await;
    let name = world.database.name();
    let roles = ["set", "schemas", "servers", "reads"].map(|it| format!("{it}_{name}"));
    let [set, schemas, servers, reads] = &roles;
    let admin = world.admin().await;
    for role in &roles {
        admin.batch_execute(&format!("CREATE ROLE {role}")).await.unwrap();
    }
    let sql = format!(
        "ALTER ROLE {set} IN DATABASE {name} SET work_mem TO '7MB';
         ALTER DEFAULT PRIVILEGES FOR ROLE {schemas} GRANT SELECT ON TABLES TO {reads};
         CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         GRANT USAGE ON FOREIGN DATA WRAPPER w TO {servers}; ALTER SERVER s OWNER TO {servers}"
    );
    let client = world.client().await;
    client.batch_execute(&sql).await.unwrap();
    let created = world.backup().await;
    for role in &roles {
        assert!(created.manifest.roles.contains(role), "{role}: {:?}", created.manifest.roles);
    }
    assert!(created.manifest.roles.contains(&created.manifest.properties.owner));
    // Gone with the database, they come back with it.
    drop(client);
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    for role in &roles {
        admin.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
    }
    let report = world.restore(&created, &world.restore_options()).await.unwrap();
    assert_eq!(report.roles_created.len(), 4, "{:?}", report.roles_created);
    for role in &roles {
        let sql = format!("DROP OWNED BY {role}; ALTER ROLE {role} IN DATABASE {name} RESET ALL");
        world.client().await.batch_execute(&sql).await.unwrap();
        admin.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
    }
}

#[tokio::test]
async fn a_role_whose_sessions_are_ended_soon_restores_all_the_same() {
    let world = World::full().await;
    let created = world.backup().await;
    let admin = world.admin().await;
    let role = format!("hasty_{}", world.database.name());
    let sql = format!(
        "CREATE ROLE {role} SUPERUSER LOGIN PASSWORD 'x'; ALTER ROLE {role} SET idle_session_timeout = '20ms';
         ALTER ROLE {role} SET statement_timeout = '20ms'; ALTER ROLE {role} SET idle_in_transaction_session_timeout = '20ms'"
    );
    admin.batch_execute(&sql).await.unwrap();
    let hasty = config(&world.database.url_as(&role, "x"));
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    let id = &created.manifest.id;
    restore(&hasty, &world.store, &world.programs, id, &options, &|_| {}).await.unwrap();
    // What kept them alive concerned the database while it was made.
    let left = "SELECT count(*) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname = $1 AND s.setdatabase <> 0";
    assert_eq!(admin.query_one(left, &[&role]).await.unwrap().get::<_, i64>(0), 0);
    let own = format!("REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}");
    world.client().await.batch_execute(&own).await.unwrap();
    admin.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
}

#[tokio::test]
async fn who_may_not_end_a_session_is_told_whose_it_is() {
    let world = World::empty().await;
    let (admin, name) = (world.admin().await, world.database.name());
    let role = format!("maker_{name}");
    let sql = format!("CREATE ROLE {role} LOGIN CREATEDB PASSWORD 'x'");
    admin.batch_execute(&sql).await.unwrap();
    admin.batch_execute(&format!("ALTER DATABASE {name} OWNER TO {role}")).await.unwrap();
    world.client().await.batch_execute("CREATE TABLE t AS SELECT 1 AS a").await.unwrap();
    let created = world.backup().await;
    let maker = config(&world.database.url_as(&role, "x"));
    let options = RestoreOptions { no_owner: true, drop_old: true, ..world.restore_options() };
    let id = &created.manifest.id;
    let again = || restore(&maker, &world.store, &world.programs, id, &options, &|_| {});
    let held = world.client().await;
    let error = again().await.unwrap_err();
    let Error::Conflict { reason, .. } = &error else { panic!("{error:?}") };
    let user: String = held.query_one("SELECT current_user::text", &[]).await.unwrap().get(0);
    assert!(reason.contains("may not end") && reason.contains(&user), "{reason}");
    assert!(world.derived("restoring").await.is_empty());
    drop(held);
    // Its own sessions are in nobody's way.
    let _own = connect(&world.database.url_as(&role, "x")).await;
    assert!(again().await.unwrap().dropped_old);
    let url = world.database.url();
    connect(url)
        .await
        .batch_execute(&format!("REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}"))
        .await
        .unwrap();
    admin.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
}

#[tokio::test]
async fn an_old_database_that_cannot_be_dropped_is_a_remark_and_no_failure() {
    let world = World::empty().await;
    let client = world.client().await;
    let sql = "CREATE TABLE t AS SELECT 1 AS a;
        CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)";
    client.batch_execute(sql).await.unwrap();
    drop(client);
    let created = world.backup().await;
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    let report = world.restore(&created, &options).await.unwrap();
    let old = report.replaced.unwrap();
    assert!(
        !report.dropped_old && report.remarks.iter().any(|it| it.contains(&old)),
        "{:?}",
        report.remarks
    );
    // Two must not draw from one.
    let count = "SELECT count(*) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()";
    let count = world.client().await.query_one(count, &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 0);
    let url = world.database.url().replace(world.database.name(), &old);
    connect(&url).await.batch_execute("DROP SUBSCRIPTION s").await.unwrap();
    world
        .admin()
        .await
        .batch_execute(&format!("DROP DATABASE \"{old}\" WITH (FORCE)"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_locale_or_a_tablespace_that_is_not_there_is_named_and_can_be_replaced() {
    let world = World::full().await;
    let mut created = world.backup().await;
    let before = content(&world.client().await).await;
    forge(&world, &mut created, |manifest| {
        manifest.properties.locale_provider = "libc".to_owned();
        manifest.properties.collate = "xx_YY.utf8".to_owned();
        manifest.properties.locale = None;
        manifest.tablespaces = vec!["nowhere".to_owned()];
    });
    let mut options =
        RestoreOptions { trust: Trust::Unsigned, drop_old: true, ..world.restore_options() };
    let refused = async |options: &RestoreOptions, words: [&str; 2]| {
        let error = world.restore(&created, options).await.unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
        untouched(&world, &before).await;
    };
    refused(&options, ["nowhere", "--no-tablespaces"]).await;
    options.no_tablespaces = true;
    refused(&options, ["xx_YY.utf8", "--locale"]).await;
    options.locale = Some("C".to_owned());
    world.restore(&created, &options).await.unwrap();
    assert_eq!(content(&world.client().await).await, before);
}

#[tokio::test]
async fn nobody_may_connect_afterwards_who_could_not_before() {
    let world = World::empty().await;
    let name = world.database.name();
    let sql = format!(
        "CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 100) g; REVOKE ALL ON DATABASE {name} FROM PUBLIC, CURRENT_USER"
    );
    world.client().await.batch_execute(&sql).await.unwrap();
    let created = world.backup().await;
    assert_eq!(created.manifest.properties.grants, Some(Vec::new()));
    let rights = "SELECT datacl::text, has_database_privilege('pg_monitor', oid, 'CONNECT') FROM pg_database WHERE datname = current_database()";
    for no_owner in [false, true] {
        let options = RestoreOptions { no_owner, drop_old: true, ..world.restore_options() };
        let report = world.restore(&created, &options).await.unwrap();
        let client = world.client().await;
        let row = client.query_one(rights, &[]).await.unwrap();
        assert!(!row.get::<_, bool>(1), "{:?}", row.get::<_, Option<String>>(0));
        if !no_owner {
            assert_eq!(row.get::<_, Option<String>>(0).as_deref(), Some("{}"));
        }
        // Plans are made by statistics from the first query on.
        let known = "SELECT reltuples::bigint FROM pg_class WHERE oid = 't'::regclass";
        assert_eq!(client.query_one(known, &[]).await.unwrap().get::<_, i64>(0), 100);
        assert!(report.phases.iter().any(|phase| phase.name == "analyze"));
        assert!(report.remarks.is_empty(), "{:?}", report.remarks);
    }
}

#[tokio::test]
async fn a_switch_whose_answer_is_lost_is_found_out() {
    let world = World::full().await;
    let created = world.backup().await;
    let before = content(&world.client().await).await;
    world.client().await.batch_execute("DELETE FROM shop_items").await.unwrap();
    let server: std::net::SocketAddr = {
        let url = TestServer::shared().await.admin_url();
        let place = url.rsplit('@').next().unwrap().split('/').next().unwrap();
        tokio::net::lookup_host(place).await.unwrap().next().unwrap()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    let cut = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counts = cut.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_until_committed(client, server, counts.clone()));
        }
    });
    let url = world.database.url();
    let (credentials, rest) = url.rsplit_once('@').unwrap();
    let (_, database) = rest.split_once('/').unwrap();
    let there = config(&format!("{credentials}@{here}/{database}"));
    let options = RestoreOptions { drop_old: true, ..world.restore_options() };
    let id = &created.manifest.id;
    let report =
        restore(&there, &world.store, &world.programs, id, &options, &|_| {}).await.unwrap();
    assert_eq!(cut.load(std::sync::atomic::Ordering::Relaxed), 1, "it was cut once");
    assert!(report.dropped_old);
    assert_eq!(content(&world.client().await).await, before);
}

/// Cuts the connection that renamed a database as soon as the server has its COMMIT, so that its answer is lost.
async fn pass_until_committed(
    client: TcpStream,
    server: std::net::SocketAddr,
    cut: std::sync::Arc<std::sync::atomic::AtomicU32>,
) {
    let server = TcpStream::connect(server).await.unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let (mut buffer, mut has_renamed) = (vec![0; 65536], false);
    let has = |part: &[u8], word: &[u8]| part.windows(word.len()).any(|it| it == word);
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        let part = &buffer[..length];
        has_renamed |= has(part, b"RENAME TO") && has(part, b"ALTER DATABASE");
        if has_renamed && has(part, b"COMMIT\0") {
            back.abort();
            let _ = back.await;
            cut.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let _ = to_server.write_all(part).await;
            return;
        }
        if to_server.write_all(part).await.is_err() {
            break;
        }
    }
    back.abort();
}
