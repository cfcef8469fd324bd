//! A database with something of everything in it, and a place for its backups.

use std::{path::Path, sync::Arc};

use agentflow::{
    Admin, AgentId, Config, NewTenant, Store, TenantId,
    audit::Actor,
    conversations::{NewConversation, NewTurn},
    core::{audit::TrustedKeys, envelope::MessageRole, note::SigningKey, random::Generator},
    identity::{NewTeam, NewUser},
    memory::{IndexKind, IndexSpec},
    migrate::Target,
};
use agentflow_backup::{
    BackupStore, CreateOptions, Created, Location, Programs, RestoreOptions, RestoreReport, Result,
    Trust, create, restore,
};
use agentflow_postgres::{
    Installation,
    testing::{TestDatabase, TestServer},
};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) home: TempDir,
    pub(crate) store: BackupStore,
    pub(crate) programs: Programs,
    pub(crate) key: SigningKey,
}

fn ann() -> Actor {
    Actor::user("ann")
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn migrated() -> TestDatabase {
    let files = agentflow::migrations::FILES.iter();
    let key: Vec<_> =
        files.map(|(name, sql)| format!("{name}{}", agentflow::migrate::checksum(sql))).collect();
    let server = TestServer::shared().await;
    // What comes after these needs pgvector.
    let target = if server.has_pgvector() { Target::All } else { Target::To(10) };
    let fill = |url: String| async move {
        let mut client = connect(&url).await;
        let migrator = Admin::migrator(agentflow::migrate::Options::default()).unwrap();
        migrator.up(&mut client, target).await.unwrap();
    };
    server.database_from(&key.concat(), fill).await
}

pub(crate) fn programs() -> Programs {
    let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
    Programs::new(
        &installation.bin_dir,
        installation.version.major,
        installation.version.to_string(),
    )
}

impl World {
    pub(crate) fn over(database: TestDatabase) -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = BackupStore::open(&Location::Folder(home.path().join("backups"))).unwrap();
        let key = SigningKey::generate("example.com/af".parse().unwrap(), &Generator::seeded(7));
        Self { database, home, store, programs: programs(), key }
    }

    /// Without anything in it.
    pub(crate) async fn empty() -> Self {
        Self::over(TestServer::shared().await.empty_database().await)
    }

    /// With the schema, and nothing else.
    pub(crate) async fn migrated() -> Self {
        Self::over(migrated().await)
    }

    /// With tenants, messages, memories in a partition of their own (where there is pgvector), checkpoints, and tables that are
    /// not ours.
    pub(crate) async fn full() -> Self {
        let world = Self::migrated().await;
        let store = world.agentflow();
        let acme = tenant(&store, "Acme").await;
        let other = tenant(&store, "Other").await;
        let client = world.client().await;
        if TestServer::shared().await.has_pgvector() {
            for (tenant, count) in [(acme, 60), (other, 40)] {
                memories(&client, tenant, count).await;
            }
            let kind = IndexKind::IvfFlat { lists: Some(4) };
            let index = IndexSpec { kind, ..Default::default() };
            store.admin().memory().promote(acme, index, &ann(), &|_| {}).await.unwrap();
        }
        let report = store.admin().take_checkpoints(&world.key, &[], None).await.unwrap();
        assert!(report.is_complete());
        tenant(&store, "Late").await;
        store.close();
        client.batch_execute(include_str!("shop.sql")).await.unwrap();
        world
    }

    pub(crate) fn config(&self) -> Config {
        config(self.database.url())
    }

    pub(crate) fn agentflow(&self) -> Store {
        Store::connect(self.config()).unwrap()
    }

    pub(crate) async fn client(&self) -> Client {
        connect(self.database.url()).await
    }

    pub(crate) async fn admin(&self) -> Client {
        connect(TestServer::shared().await.admin_url()).await
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::Keys(TrustedKeys::new([self.key.verifying_key().clone()]))
    }

    pub(crate) fn options(&self) -> CreateOptions {
        CreateOptions { key: Some(self.key.clone()), ..CreateOptions::default() }
    }

    pub(crate) fn restore_options(&self) -> RestoreOptions {
        let staging = self.home.path().join("staging");
        RestoreOptions { staging: Some(staging), ..RestoreOptions::new(self.trust()) }
    }

    pub(crate) async fn create(&self, options: &CreateOptions) -> Result<Created> {
        create(&self.config(), &self.store, &self.programs, options, &|_| {}).await
    }

    pub(crate) async fn backup(&self) -> Created {
        self.create(&self.options()).await.unwrap()
    }

    pub(crate) async fn restore(
        &self,
        created: &Created,
        options: &RestoreOptions,
    ) -> Result<RestoreReport> {
        restore(&self.config(), &self.store, &self.programs, &created.manifest.id, options, &|_| {})
            .await
    }

    /// Databases that were made on the way from this one.
    pub(crate) async fn derived(&self, word: &str) -> Vec<String> {
        let query =
            "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1";
        let prefix = format!("{}_{word}_", self.database.name());
        let rows = self.admin().await.query(query, &[&prefix]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    pub(crate) fn backups(&self) -> std::path::PathBuf {
        self.home.path().join("backups")
    }

    /// What the folder of backups holds besides backups.
    pub(crate) fn strays(&self) -> Vec<String> {
        names(&self.backups())
            .into_iter()
            .filter(|name| name.parse::<agentflow::core::backup::BackupId>().is_err())
            .collect()
    }

    /// The definitions, as `pg_dump` writes them.
    pub(crate) fn schema(&self) -> String {
        schema(&self.programs, self.database.url())
    }
}

pub(crate) fn config(url: &str) -> Config {
    Config::from_url(&format!("{url}?sslmode=disable")).unwrap()
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(crate) fn schema(programs: &Programs, url: &str) -> String {
    let mut command = std::process::Command::new(programs.program("pg_dump"));
    let output = command.args(["--schema-only", "--dbname", url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // A random word of each run.
    text.lines().filter(|line| !line.contains("restrict")).collect::<Vec<_>>().join("\n")
}

/// A hash of the rows of each table, by name.
pub(crate) async fn content(client: &Client) -> Vec<(String, String)> {
    let query = "SELECT format('%I.%I', n.nspname, c.relname),
            format('SELECT count(*) || coalesce(md5(string_agg(t::text, E''\\n'' ORDER BY t::text COLLATE \"C\")), '''') FROM ONLY %I.%I t', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1";
    let mut hashes = Vec::new();
    for row in client.query(query, &[]).await.unwrap() {
        let hash = client.query_one(row.get::<_, &str>(1), &[]).await.unwrap().get(0);
        hashes.push((row.get(0), hash));
    }
    hashes
}

async fn tenant(store: &Store, name: &str) -> TenantId {
    let row = store.admin().tenants().create(NewTenant::named(name), &ann()).await.unwrap();
    let tenant = store.tenant(row.id);
    let email = format!("{}@example.com", name.to_lowercase()).parse().unwrap();
    let user = tenant.users().create(NewUser::new(email, name), &ann()).await.unwrap().id;
    let team = tenant.teams().create(NewTeam::named(name, user), &ann()).await.unwrap().id;
    let client = store.admin().connect().await.unwrap();
    let agent = "INSERT INTO agents (tenant_id, team_id, name, slug) VALUES ($1, $2, 'Ada', 'ada') RETURNING id";
    let agent = client.query_one(agent, &[row.id.as_uuid(), team.as_uuid()]).await.unwrap();
    let agent = AgentId(agent.get(0));
    let conversation = NewConversation::between(team, agent, user);
    let conversation = tenant.conversations().create(conversation, &ann()).await.unwrap();
    for text in ["hello", "it's \"me\"\\\n\tand 你好"] {
        let turn = NewTurn::text(MessageRole::User, text);
        tenant.conversations().append(conversation.id, &[turn]).await.unwrap();
    }
    row.id
}

async fn memories(client: &Client, tenant: TenantId, count: i32) {
    let team: uuid::Uuid = client
        .query_one("SELECT id FROM teams WHERE tenant_id = $1", &[tenant.as_uuid()])
        .await
        .unwrap()
        .get(0);
    let fill = "
        INSERT INTO memories (tenant_id, team_id, memory_type, content, importance, embedding, embedding_model)
        SELECT $1, $2, 'semantic', 'memory ' || n, 1 + n % 10,
            (SELECT array_agg(random() + 0 * n + 0 * x) FROM generate_series(1, 32) AS x)::real[]::vector, 'm'
        FROM generate_series(1, $3) AS n";
    client.execute(fill, &[tenant.as_uuid(), &team, &count]).await.unwrap();
    let settings = "INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions) VALUES ($1, 'm', 32)";
    client.execute(settings, &[tenant.as_uuid()]).await.unwrap();
}

/// Told once that something went on.
#[derive(Clone, Default)]
pub(crate) struct Signal(Arc<tokio::sync::Notify>);

impl Signal {
    pub(crate) fn give(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn wait(&self) {
        self.0.notified().await;
    }
}
