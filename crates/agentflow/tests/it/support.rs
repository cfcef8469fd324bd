//! What the tests share: a migrated database each, and the ways to look at it.

use std::sync::Arc;

use agentflow::{
    Admin, Config, NewTenant, Store, Tenant, TenantRow,
    audit::Actor,
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
    migrate::{Migration, Target},
};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use tokio_postgres::{Client, NoTls};

/// The last version that needs no pgvector.
pub const BEFORE_MEMORY: i64 = 10;

/// A migrated database of its own.
pub async fn database() -> TestDatabase {
    // The template is made once per server and set of migrations.
    let files = agentflow::migrations::FILES.iter();
    let key: Vec<_> =
        files.map(|(name, sql)| format!("{name}{}", agentflow::migrate::checksum(sql))).collect();
    let key = key.concat();
    TestServer::shared()
        .await
        .database_from(&key, |url| async move {
            let mut client = connect(&url).await;
            let migrator = Admin::migrator(agentflow::migrate::Options::default()).unwrap();
            let target = newest(&client).await;
            migrator.up(&mut client, target).await.unwrap();
        })
        .await
}

/// The newest version that this server can be migrated to: memory needs pgvector, which Debian has no package of for PostgreSQL 15.
pub async fn newest(client: &Client) -> Target {
    let found = "SELECT FROM pg_available_extensions WHERE name = 'vector'";
    if client.query(found, &[]).await.unwrap().is_empty() {
        return Target::To(BEFORE_MEMORY);
    }
    Target::All
}

/// The migrations up to a target of [`newest`].
pub fn migrations_to(target: Target) -> Vec<Migration> {
    let source = agentflow::migrations::source().unwrap();
    let is_reached = |version| !matches!(target, Target::To(last) if version > last);
    source.migrations().iter().filter(|it| is_reached(it.version)).cloned().collect()
}

/// A connection as superuser, which sees and may do everything.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub fn config(database: &TestDatabase) -> Config {
    Config::from_url(&format!("{}?sslmode=disable", database.url())).unwrap()
}

/// A store over a migrated database of its own.
pub struct World {
    pub store: Store,
    pub database: TestDatabase,
}

impl World {
    pub async fn new() -> Self {
        let database = database().await;
        let store = Store::connect(config(&database)).unwrap();
        Self { store, database }
    }

    /// A store whose pool has exactly one connection, so that the next borrower is known.
    pub async fn with_one_connection() -> Self {
        let database = database().await;
        let store = Store::connect(config(&database).with_pool(1, 0).unwrap()).unwrap();
        Self { store, database }
    }

    pub async fn new_tenant(&self, name: &str) -> TenantRow {
        self.store
            .admin()
            .tenants()
            .create(NewTenant::named(name), &Actor::user("tester"))
            .await
            .unwrap()
    }

    pub async fn tenant(&self, name: &str) -> Tenant {
        let row = self.new_tenant(name).await;
        self.store.tenant(row.id)
    }

    /// A store whose clock stands still at this time.
    pub fn at(&self, time: &str) -> Store {
        Store::with_sources(
            config(&self.database),
            Arc::new(ManualClock::at(time.parse().unwrap())),
            Arc::new(RandomIds::from_os()),
            Arc::new(Generator::from_os()),
        )
        .unwrap()
    }

    pub async fn superuser(&self) -> Client {
        connect(self.database.url()).await
    }
}
