//! Behind a real PgBouncer in transaction mode, which hands a server connection to another client after every
//! transaction.

use std::{
    collections::{HashMap, HashSet},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    str::FromStr,
    time::{Duration, Instant},
};

use agentflow::{
    Admin, Config, Error, NewTenant, NewWorkspace, Statements, Store, Tenant, TenantId,
    WorkspaceSettings,
    audit::{Actor, AuditFilter, Event, Resource, Verdict, VerifyOptions},
    migrate::Target,
};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use tokio_postgres::{Client, SimpleQueryMessage, config::Host};
use uuid::Uuid;

use crate::{
    servers::{ServerFolder, skip},
    support::{World, connect, database},
};

/// A PgBouncer of this test alone.
pub struct Pooler {
    process: Child,
    port: u16,
    server: tokio_postgres::Config,
    _folder: ServerFolder,
}

impl Pooler {
    /// Starts one in front of `database`; `None`, and a line that says so, where there is no PgBouncer.
    pub async fn start(database: &TestDatabase, settings: &str) -> Option<Self> {
        let Some(program) = find_pgbouncer() else {
            skip("pgbouncer");
            return None;
        };
        // Another process may take the port in between.
        for _ in 0..5 {
            let server = tokio_postgres::Config::from_str(database.url()).unwrap();
            let mut pooler = Self::spawn(&program, server, settings);
            if pooler.is_ready(database).await {
                return Some(pooler);
            }
        }
        panic!("PgBouncer does not start")
    }

    fn spawn(program: &PathBuf, server: tokio_postgres::Config, settings: &str) -> Self {
        let folder = ServerFolder::new();
        let port = free_port();
        let password = String::from_utf8(server.get_password().unwrap().to_vec()).unwrap();
        let users = format!("\"{}\" \"{password}\"\n", server.get_user().unwrap());
        let users = folder.write("userlist.txt", &users);
        let [Host::Tcp(host)] = server.get_hosts() else { panic!("a TCP host is expected") };
        // A wait for a server connection that never comes is to show soon.
        let ini = format!(
            "[databases]\n* = host={host} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = transaction\n\
             max_client_conn = 500\nquery_wait_timeout = 30\n{settings}\n",
            server.get_ports()[0],
            users.display(),
        );
        let ini = folder.write("pgbouncer.ini", &ini);
        let mut command = Command::new(program);
        command.arg("--quiet").arg(ini);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((uid, gid)) = folder.account {
            command.uid(uid).gid(gid);
        }
        Self { process: command.spawn().unwrap(), port, server, _folder: folder }
    }

    async fn is_ready(&mut self, database: &TestDatabase) -> bool {
        let deadline = Instant::now() + Duration::from_secs(20);
        let url = self.url(database);
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        while self.process.try_wait().unwrap().is_none() {
            if tokio_postgres::connect(&url, tokio_postgres::NoTls).await.is_ok() {
                return true;
            }
            assert!(Instant::now() < deadline, "PgBouncer does not answer");
            poll.tick().await;
        }
        false
    }

    pub fn url(&self, database: &TestDatabase) -> String {
        let password = String::from_utf8(self.server.get_password().unwrap().to_vec()).unwrap();
        let user = self.server.get_user().unwrap();
        format!("postgres://{user}:{password}@127.0.0.1:{}/{}", self.port, database.name())
    }

    fn config(&self, database: &TestDatabase, statements: Statements) -> Config {
        let url = format!("{}?sslmode=disable", self.url(database));
        Config::from_url(&url).unwrap().with_statements(statements)
    }

    fn store(&self, database: &TestDatabase) -> Store {
        Store::connect(self.config(database, Statements::Typed)).unwrap()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn find_pgbouncer() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn ann() -> Actor {
    Actor::user("ann")
}

fn event(action: &str) -> Event {
    Event::new(action, Resource::new("agent", "a1"), ann())
}

/// Uses every part of the library once.
async fn use_everything(store: &Store, name: &str) {
    store.check().await.unwrap();
    let admin = store.admin();
    let row = admin.tenants().create(NewTenant::named(name), &ann()).await.unwrap();
    assert_eq!(admin.tenants().get(row.id).await.unwrap().as_ref(), Some(&row));
    assert_eq!(admin.tenants().find(row.slug.as_str()).await.unwrap().as_ref(), Some(&row));
    assert!(admin.tenants().list(None, 100).await.unwrap().contains(&row));

    let tenant = store.tenant(row.id);
    let workspaces = tenant.workspaces();
    let workspace = workspaces.create(NewWorkspace::named("Billing"), &ann()).await.unwrap();
    workspaces.configure(workspace.id, &WorkspaceSettings::default(), &ann()).await.unwrap();
    assert!(workspaces.config(workspace.id).await.unwrap().is_some());
    assert_eq!(workspaces.list().await.unwrap(), [workspace]);
    use_transactions(&tenant).await;
    use_the_chain(store, &tenant).await;

    admin.tenants().suspend(row.id, &ann()).await.unwrap();
    let error = tenant.workspaces().list().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    admin.tenants().resume(row.id, &ann()).await.unwrap();
    admin.tenants().delete(row.id, &ann()).await.unwrap();
}

async fn use_transactions(tenant: &Tenant) {
    let change = "UPDATE workspaces SET description = $1 WHERE name = $2";
    let read = "SELECT description FROM workspaces WHERE name = $1";
    let tx = tenant.begin().await.unwrap();
    assert_eq!(tx.execute(change, &[&"kept", &"Billing"]).await.unwrap(), 1);
    tx.audit_and_commit(&event("workspace.updated")).await.unwrap();

    let tx = tenant.begin().await.unwrap();
    tx.execute(change, &[&"undone", &"Billing"]).await.unwrap();
    tx.audit(&event("workspace.updated")).await.unwrap();
    let inside: String = tx.query(read, &[&"Billing"]).await.unwrap()[0].get(0);
    assert_eq!(inside, "undone");
    tx.rollback().await.unwrap();

    let after: String = tenant.query(read, &[&"Billing"]).await.unwrap()[0].get(0);
    assert_eq!(after, "kept");
}

async fn use_the_chain(store: &Store, tenant: &Tenant) {
    let audit = tenant.audit();
    let before = audit.head().await.unwrap().seq;
    let (one, another) = (event("agent.started"), event("agent.stopped"));
    let appends = (0..40).map(|_| audit.append(&one));
    for appended in futures::future::join_all(appends).await {
        appended.unwrap();
    }
    audit.append_many(&[one.clone(), another]).await.unwrap();
    assert_eq!(audit.head().await.unwrap().seq, before + 42);
    assert_eq!(audit.list(&AuditFilter::default(), 10).await.unwrap().len(), 10);
    for (jobs, deep) in [(1, false), (2, true), (8, false)] {
        let options = VerifyOptions { jobs, deep, segment: 7, ..VerifyOptions::default() };
        let report = audit.verify(&options, &|_| ()).await.unwrap();
        assert_eq!((report.status, report.total_records), (Verdict::Success, before + 42));
        let report = store.admin().verify_audit(&options, &|_| ()).await.unwrap();
        assert_eq!(report.status, Verdict::Success);
    }
}

/// Transactions that hold all `count` server connections at the same time.
async fn hold_servers(pooler: &Pooler, database: &TestDatabase, count: usize) -> Vec<Client> {
    let mut held = Vec::new();
    for _ in 0..count {
        let client = connect(&pooler.url(database)).await;
        client.batch_execute("BEGIN").await.unwrap();
        held.push(client);
    }
    held
}

async fn ask(client: &Client, sql: &str) -> Vec<Option<String>> {
    let answers = client.simple_query(sql).await.unwrap();
    let row = answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let row = row.expect("one row");
    (0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()
}

/// Nothing of a tenant, and no prepared statement, stays on any server connection.
async fn assert_nothing_is_left(pooler: &Pooler, database: &TestDatabase, servers: usize) {
    for client in hold_servers(pooler, database, servers).await {
        let left = "SELECT coalesce(current_setting('app.tenant_id', true), ''), current_user = session_user,
                           (SELECT count(*) FROM pg_prepared_statements)";
        let left = ask(&client, left).await;
        assert_eq!(left, ["", "t", "0"].map(|text| Some(text.to_owned())));
    }
}

#[tokio::test]
async fn everything_works_with_typed_statements() {
    let database = database().await;
    let Some(pooler) = Pooler::start(&database, "default_pool_size = 2").await else { return };
    let (one, another) = (pooler.store(&database), pooler.store(&database));
    futures::join!(use_everything(&one, "Acme"), use_everything(&another, "Beta"));
    assert_nothing_is_left(&pooler, &database, 2).await;
}

/// Whoever keeps its server connection must not wait for a second one.
#[tokio::test]
async fn one_server_connection_is_enough() {
    let database = database().await;
    let Some(pooler) = Pooler::start(&database, "default_pool_size = 1").await else { return };
    let (one, another) = (pooler.store(&database), pooler.store(&database));
    futures::join!(use_everything(&one, "Acme"), use_everything(&another, "Beta"));
    assert_nothing_is_left(&pooler, &database, 1).await;
}

/// The driver counts its statements from s0 in every process, so programs behind one pooler use the same names; what one
/// leaves behind on a server connection is there for the next.
#[tokio::test]
async fn statements_that_other_programs_left_behind_do_no_harm() {
    let database = database().await;
    let Some(pooler) = Pooler::start(&database, "default_pool_size = 2").await else { return };
    let direct = connect(database.url()).await;
    let _next = direct.prepare("SELECT 1").await.unwrap();
    let name = ask(&direct, "SELECT name FROM pg_prepared_statements").await[0].clone().unwrap();
    let next: u32 = name.trim_start_matches('s').parse().unwrap();
    let leave = format!(
        "DO $$ BEGIN FOR n IN {next}..{} LOOP
             EXECUTE 'PREPARE s' || n || ' AS SELECT ''not yours''';
         END LOOP; END $$",
        next + 4_000
    );
    for client in hold_servers(&pooler, &database, 2).await {
        client.batch_execute(&leave).await.unwrap();
        client.batch_execute("COMMIT").await.unwrap();
    }
    use_everything(&pooler.store(&database), "Acme").await;
}

/// What each server connection was used for.
type Seen = HashMap<i32, HashSet<TenantId>>;

const OWN_ROWS: &str = "SELECT pg_backend_pid(), tenant_id, name FROM workspaces";

fn check_rows(rows: &[tokio_postgres::Row], tenant: &Tenant, seen: &mut Seen) {
    assert_eq!(rows.len(), 1, "every tenant has one workspace");
    let (pid, found, name): (i32, Uuid, String) = (rows[0].get(0), rows[0].get(1), rows[0].get(2));
    assert_eq!((found, name), (tenant.id().0, tenant.id().to_string()));
    seen.entry(pid).or_default().insert(tenant.id());
}

/// Calls of every kind for one tenant; some are given up on the way.
async fn be_busy(tenant: Tenant, rounds: usize) -> Seen {
    let mut seen = Seen::new();
    for round in 0..rounds {
        match round % 5 {
            0 => {
                let tx = tenant.begin().await.unwrap();
                check_rows(&tx.query(OWN_ROWS, &[]).await.unwrap(), &tenant, &mut seen);
                let ended = if round % 2 == 0 { tx.commit().await } else { tx.rollback().await };
                ended.unwrap();
            }
            1 => {
                let listed = tenant.workspaces().list().await.unwrap();
                assert_eq!(listed[0].name, tenant.id().to_string());
            }
            2 if round % 10 == 2 => {
                // Given up after it was sent, or before, or not at all.
                let patience = Duration::from_micros(50 * (round as u64 % 40));
                let _ = tokio::time::timeout(patience, tenant.query(OWN_ROWS, &[])).await;
            }
            _ => check_rows(&tenant.query(OWN_ROWS, &[]).await.unwrap(), &tenant, &mut seen),
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_that_share_server_connections_never_meet() {
    let database = database().await;
    let Some(pooler) = Pooler::start(&database, "default_pool_size = 2").await else { return };
    let stores = [0; 3].map(|_| pooler.store(&database));
    let mut tenants = Vec::new();
    for number in 0..8 {
        let name = format!("Tenant {number}");
        let row =
            stores[0].admin().tenants().create(NewTenant::named(&name), &ann()).await.unwrap();
        let own = NewWorkspace::named(row.id.to_string());
        stores[0].tenant(row.id).workspaces().create(own, &ann()).await.unwrap();
        tenants.push(row.id);
    }
    let handles = stores.iter().flat_map(|store| tenants.iter().map(|id| store.tenant(*id)));
    let tasks: Vec<_> = handles.map(|tenant| tokio::spawn(be_busy(tenant, 150))).collect();
    let mut seen = Seen::new();
    for task in tasks {
        for (pid, tenants) in task.await.unwrap() {
            seen.entry(pid).or_default().extend(tenants);
        }
    }
    let shared = seen.values().filter(|used_by| used_by.len() > 1).count();
    assert!(shared >= 2, "server connections were shared: {seen:?}");
    assert_nothing_is_left(&pooler, &database, 2).await;
}

#[tokio::test]
async fn named_statements_are_refused_when_the_store_is_first_used() {
    let database = database().await;
    for settings in [
        "default_pool_size = 2",
        "default_pool_size = 1",
        "default_pool_size = 3\nserver_round_robin = 1",
    ] {
        let Some(pooler) = Pooler::start(&database, settings).await else { return };
        for (size, overflow) in [(5, 10), (1, 0)] {
            let config = pooler.config(&database, Statements::Named);
            let store = Store::connect(config.with_pool(size, overflow).unwrap()).unwrap();
            let nobody = store.tenant(TenantId(Uuid::nil()));
            for error in
                [store.check().await.unwrap_err(), nobody.workspaces().list().await.unwrap_err()]
            {
                assert!(matches!(error, Error::Unsafe { .. }), "{settings}, {size}: {error:?}");
                assert!(error.to_string().contains("AF_STATEMENTS=typed"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_pooler_that_came_after_start_up_is_told_in_the_error() {
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    tenant.query(OWN_ROWS, &[]).await.unwrap();
    world
        .superuser()
        .await
        .batch_execute(
            "CREATE FUNCTION forget() RETURNS int LANGUAGE plpgsql AS
             $$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN 1; END $$",
        )
        .await
        .unwrap();
    tenant.query("SELECT forget()", &[]).await.unwrap();
    let error = tenant.query(OWN_ROWS, &[]).await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("AF_STATEMENTS"), "{error:?}");
}

#[tokio::test]
async fn migrations_refuse_to_run_through_the_pooler() {
    let database = TestServer::shared().await.empty_database().await;
    // Every statement reaches another server connection, as it may do under load.
    let settings = "default_pool_size = 2\nserver_round_robin = 1";
    let Some(pooler) = Pooler::start(&database, settings).await else { return };
    // Both are open before, so that there is something to alternate between.
    for held in hold_servers(&pooler, &database, 2).await {
        held.batch_execute("COMMIT").await.unwrap();
    }
    let mut client = pooler.store(&database).admin().connect().await.unwrap();
    let migrator = Admin::migrator(agentflow::migrate::Options::default()).unwrap();
    let error = migrator.up(&mut client, Target::All).await.unwrap_err();
    assert!(matches!(error, agentflow::migrate::Error::Pooled), "{error}");
    assert!(error.hint().unwrap().contains("transaction mode"));
    let direct = connect(database.url()).await;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(ask(&direct, tables).await, [Some("0".to_owned())], "nothing was run");
}
