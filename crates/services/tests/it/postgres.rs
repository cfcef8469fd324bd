//! What is said of a real PostgreSQL, and of what is in it.

use std::sync::Arc;

use agentflow::{
    Config, Store,
    core::clock::{Clock, ManualClock, SystemClock},
    migrate::Target,
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation, testing::TestServer};
use agentflow_services::{Name, Service, Status};
use jiff::SignedDuration;

use crate::{
    servers::{BlackHole, Http, qdrant},
    support::{free_port, look_at, migrate, migrated, report, settings, sql, variables},
};

async fn found(name: Name, url: &str) -> Service {
    let mut settings = settings(&variables([("DATABASE_URL", url)]));
    settings.retries = 0;
    look_at(name, &settings).await
}

fn assert_down(service: &Service, message: &str, hint: &str) {
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.message.contains(message), "{service:?}");
    assert!(service.hint.as_deref().unwrap().contains(hint), "{service:?}");
    assert!(!format!("{service:?}").contains("hunter2"), "{service:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migrated_database_is_available_in_every_respect() {
    agentflow_postgres::needs_pgvector!();
    let database = migrated().await;
    let found = report(&settings(&variables([("DATABASE_URL", database.url())]))).await;
    for name in [Name::Postgres, Name::Pgvector, Name::Migrations, Name::Clock] {
        let service = &found.services[&name];
        assert_eq!(service.status, Status::Available, "{service:?}");
        assert!(service.latency_ms.is_some() && service.hint.is_none(), "{service:?}");
    }
    assert!(found.is_good(), "{:?}", found.errors);
    // That of the tests is a superuser.
    let warned = found.warnings.iter().any(|it| it.contains("not bound by row-level security"));
    assert!(warned, "{:?}", found.warnings);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_stand_before_those_of_the_system_are_not_called() {
    agentflow_postgres::needs_pgvector!();
    let database = migrated().await;
    let raise = "LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$";
    let shadows = format!(
        "CREATE FUNCTION current_setting(text) RETURNS text {raise};
         CREATE FUNCTION split_part(text, text, integer) RETURNS text {raise};
         CREATE FUNCTION clock_timestamp() RETURNS timestamptz {raise};
         CREATE FUNCTION same(name, name) RETURNS boolean {raise};
         CREATE FUNCTION times(numeric, integer) RETURNS numeric {raise};
         CREATE OPERATOR = (LEFTARG = name, RIGHTARG = name, FUNCTION = same);
         CREATE OPERATOR * (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = times);
         CREATE VIEW pg_extension AS SELECT 'vector'::name AS extname, '0.1'::text AS extversion;
         ALTER DATABASE {} SET search_path = public, pg_catalog",
        database.name()
    );
    sql(database.url(), &shadows).await;
    for name in [Name::Postgres, Name::Pgvector, Name::Clock] {
        let service = found(name, database.url()).await;
        assert_eq!(service.status, Status::Available, "{service:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_bound_by_policies_is_no_warning() {
    let database = migrated().await;
    let role = format!("validate_{}", std::process::id());
    sql(database.url(), &format!("CREATE ROLE {role} LOGIN PASSWORD 'hunter2'")).await;
    let service = found(Name::Postgres, &database.url_as(&role, "hunter2")).await;
    sql(database.url(), &format!("DROP ROLE {role}")).await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert!(service.warnings.is_empty(), "{service:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_databases_that_are_wrong_are_told_apart() {
    let database = migrated().await;
    let url = database.url_as("nobody-of-that-name", "hunter2");
    assert_down(&found(Name::Postgres, &url).await, "nobody-of-that-name", "user and password");
    let url = database.url().replace(database.name(), "no_such_database");
    assert_down(&found(Name::Postgres, &url).await, "no_such_database", "createdb");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_postgresql_is_told_as_that() {
    let server = Http::start(qdrant).await;
    for mode in ["prefer", "disable", "require"] {
        let port = server.port;
        let url = format!("postgres://app:hunter2@127.0.0.1:{port}/x?sslmode={mode}");
        let service = found(Name::Postgres, &url).await;
        assert_down(&service, "no PostgreSQL: it speaks HTTP", "another program");
    }
}

/// The same database with a port before its own, where nothing listens, or something else does.
fn behind(url: &str, port: u16) -> String {
    let (before, host) = url.split_once('@').unwrap();
    let (host, rest) = host.split_once('/').unwrap();
    format!("{before}@127.0.0.1:{port},{host}/{rest}")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_hosts_the_one_that_answers_is_used_and_the_others_are_told_of() {
    let database = migrated().await;
    let (hole, free) = (BlackHole::start().await, free_port());
    for (port, message) in [(free, "nothing listens there"), (hole.port, "says nothing within")] {
        let service = found(Name::Postgres, &behind(database.url(), port)).await;
        assert_eq!(service.status, Status::Available, "{service:?}");
        let warned = |it: &String| it.contains(&format!(":{port}: ")) && it.contains(message);
        assert!(service.warnings.iter().any(warned), "{service:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_hosts_that_all_fail_each_is_told_of_and_the_one_that_answers_is_first() {
    let database = migrated().await;
    let port = free_port();
    let url = behind(&database.url().replace(database.name(), "no_such_database"), port);
    let service = found(Name::Postgres, &url).await;
    assert_down(&service, "no_such_database", "createdb");
    let other = format!("; 127.0.0.1:{port}: nothing listens there");
    assert!(service.message.ends_with(&other), "{service:?}");
    assert!(!service.message.starts_with(&format!("127.0.0.1:{port}")), "{service:?}");
    let nobody = format!("postgres://app:hunter2@127.0.0.1:{port},127.0.0.1:{}/x", free_port());
    let service = found(Name::Postgres, &nobody).await;
    assert_eq!(service.message.matches("nothing listens there").count(), 2, "{service:?}");
}

/// A server that can be read only.
async fn read_only() -> Ephemeral {
    let start = || {
        let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
        let settings = vec![("default_transaction_read_only".to_owned(), "on".to_owned())];
        let options = EphemeralOptions { settings, ..Default::default() };
        Ephemeral::start(&installation, &options).unwrap()
    };
    tokio::task::spawn_blocking(start).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_can_be_read_only_is_told_as_that_where_one_for_writes_is_asked_for() {
    let (primary, other) = (TestServer::shared().await.admin_url(), read_only().await);
    let role = format!("validate_any_{}", std::process::id());
    let create = format!("BEGIN READ WRITE; CREATE ROLE {role} LOGIN PASSWORD 'hunter2'; COMMIT");
    sql(primary, &create).await;
    sql(&other.url("postgres"), &create).await;
    let (host, port) = Config::from_url(primary).unwrap().server().unwrap();
    let (other, free) = (other.port(), free_port());
    let asked = async |hosts: &str, ports: &str, kind: &str| {
        let url = format!(
            "host={hosts} port={ports} user={role} password=hunter2 dbname=postgres target_session_attrs={kind}"
        );
        found(Name::Postgres, &url).await
    };
    let both = format!("127.0.0.1,{host}");
    let beside = asked(&both, &format!("{other},{port}"), "read-write").await;
    let read = asked(&both, &format!("{other},{port}"), "read-only").await;
    let alone = asked("127.0.0.1", &other.to_string(), "read-write").await;
    let writable = asked(&host, &port.to_string(), "read-only").await;
    let bereft = asked("127.0.0.1,127.0.0.1", &format!("{other},{free}"), "read-write").await;
    sql(primary, &format!("DROP ROLE {role}")).await;

    for (service, port) in [(&beside, port), (&read, other)] {
        assert_eq!(service.status, Status::Available, "{service:?}");
        assert!(service.message.ends_with(&format!(":{port}")), "{service:?}");
        // Whoever asks for one kind may name the other.
        assert!(service.warnings.is_empty(), "{service:?}");
    }
    assert_down(&alone, "takes no writes", "target_session_attrs in DATABASE_URL");
    assert_down(&writable, "takes writes", "target_session_attrs in DATABASE_URL");
    // What is missing comes first.
    let missing = format!("127.0.0.1:{free}: nothing listens there; 127.0.0.1:{other}: takes no");
    assert_down(&bereft, &missing, "`af up`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_looked_at_by_its_address_where_that_is_given() {
    let (http, hole) = (Http::start(qdrant).await, BlackHole::start().await);
    for (port, message) in [(http.port, "it speaks HTTP"), (hole.port, "says nothing within")] {
        let at = format!("host=127.0.0.2 hostaddr=127.0.0.1 port={port} user=app password=hunter2");
        let service = found(Name::Postgres, &at).await;
        assert_down(&service, message, &format!(":{port}"));
        assert!(service.message.starts_with(&format!("127.0.0.2:{port}: ")), "{service:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_of_the_url_that_is_shorter_changes_nothing_of_the_cause() {
    let hole = BlackHole::start().await;
    let url = format!("postgres://app:hunter2@127.0.0.1:{}/x?connect_timeout=1", hole.port);
    let service = found(Name::Postgres, &url).await;
    assert_down(&service, "takes connections and says nothing within 1 s", "ss -ltnp");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_a_database_with_a_slash_is_no_part_of_its_place() {
    let port = free_port();
    let url = format!("postgres://app:hunter2@127.0.0.1:{port}/my%2Fdb");
    let service = found(Name::Postgres, &url).await;
    let place = format!("127.0.0.1:{port}: ");
    assert!(service.message.starts_with(&place), "{service:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_do_not_go_together_are_told_as_a_setting() {
    let service = found(Name::Postgres, "host=a,b port=1,2,3 password=hunter2").await;
    assert_down(&service, "DATABASE_URL: invalid configuration", "correct DATABASE_URL");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_told_as_that() {
    let database = migrated().await;
    let url = format!("{}?sslmode=require", database.url().split('?').next().unwrap());
    let service = found(Name::Postgres, &url).await;
    assert_down(&service, "TLS", "sslmode");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_schema_is_told_what_it_lacks() {
    let database = TestServer::shared().await.empty_database().await;
    let service = found(Name::Migrations, database.url()).await;
    assert_down(&service, "has no schema yet", "`af migrate up`");
    let service = found(Name::Pgvector, database.url()).await;
    let has_pgvector = TestServer::shared().await.has_pgvector();
    let lack = if has_pgvector { "this database does not" } else { "the server has no pgvector" };
    assert_down(&service, lack, "`af migrate up`");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_that_do_not_fit_are_told_apart() {
    let database = TestServer::shared().await.empty_database().await;
    let url = database.url();
    migrate(url.to_owned(), Target::To(2)).await;
    let pending = found(Name::Migrations, url).await;
    assert_down(&pending, "000003_", "--dry-run");
    assert_eq!(pending.version.as_deref(), Some("2"));

    for (change, message, hint) in [
        (
            "UPDATE schema_migrations SET dirty = true WHERE version = 2",
            "000002_",
            "`af migrate up`",
        ),
        (
            "INSERT INTO schema_migrations (version, name, checksum, duration_ms, applied_by) \
             VALUES (990000, 'later', repeat('0', 64), 0, 'tester')",
            "newer than this program",
            "version of af",
        ),
        (
            "UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE version = 1",
            "not the one of this program",
            "`af migrate verify`",
        ),
    ] {
        let undo = "DELETE FROM schema_migrations WHERE version = 990000; \
                    UPDATE schema_migrations SET dirty = false";
        sql(url, &format!("{undo}; {change}")).await;
        assert_down(&found(Name::Migrations, url).await, message, hint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_the_history_is_told_and_keeps_nobody_else_waiting() {
    let database = migrated().await;
    let store = Store::connect(Config::from_url(database.url()).unwrap()).unwrap();
    let holder = store.admin().connect().await.unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE schema_migrations").await.unwrap();
    let mut settings = settings(&variables([("DATABASE_URL", database.url())]));
    settings.only = [Name::Postgres, Name::Migrations, Name::Clock].into();
    let found = report(&settings).await;
    for name in [Name::Postgres, Name::Clock] {
        assert_eq!(found.services[&name].status, Status::Available, "{found:?}");
    }
    let migrations = &found.services[&Name::Migrations];
    assert_eq!(migrations.status, Status::Unknown, "{migrations:?}");
    assert!(migrations.message.contains("another session holds a lock"), "{migrations:?}");
    assert!(migrations.message.contains("schema_migrations"), "{migrations:?}");
    assert!(migrations.hint.as_deref().unwrap().contains("pg_locks"), "{migrations:?}");
    holder.batch_execute("ROLLBACK").await.unwrap();
    let service = look_at(Name::Migrations, &settings).await;
    assert!(!service.message.contains("holds a lock"), "{service:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_told() {
    let database = migrated().await;
    let mut settings = settings(&variables([("DATABASE_URL", database.url())]));
    let set = |seconds: i64| {
        let off = SystemClock.now() + SignedDuration::from_secs(seconds);
        Arc::new(ManualClock::at(off))
    };
    settings.clock = set(-20);
    let late = look_at(Name::Clock, &settings).await;
    assert_eq!(late.status, Status::Available, "{late:?}");
    assert!(late.warnings[0].contains("behind the database"), "{late:?}");
    settings.clock = set(3_600);
    let wrong = look_at(Name::Clock, &settings).await;
    assert_down(&wrong, "ahead of the database", "chrony");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_it_is_told_how_to_get_one() {
    let mut settings = settings(&variables([]));
    settings.compose = None;
    let service = look_at(Name::Postgres, &settings).await;
    assert_down(&service, "no database is configured", "`af up`");
    // Whoever started that of compose.yaml has to say so, lest other commands use another.
    let database = migrated().await;
    settings.compose = Some(Config::from_url(database.url()).unwrap());
    let service = look_at(Name::Postgres, &settings).await;
    assert_down(&service, "no database is configured", "put the line DATABASE_URL");
}
