//! A place of its own for every test: a folder, and a database cloned from a migrated template.

use std::{
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    sync::OnceLock,
    time::Duration,
};

use agentflow::{Admin, Config, Store, migrate::Options, migrate::Target, migrations};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What the machine of the developer may have set.
const FOREIGN: [&str; 69] = [
    "DATABASE_URL",
    "DATABASE_POOL_SIZE",
    "DATABASE_POOL_OVERFLOW",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGSSLMODE",
    "PGSERVICE",
    "AF_TENANT",
    "AF_ACTOR",
    "AF_PASSWORD_COST",
    "AF_PASSWORD_JOBS",
    "AF_AUDIT_KEY_FILE",
    "AF_AUDIT_KEYS",
    "AF_AUDIT_SINKS",
    "AF_AUDIT_WEBHOOK_SECRET",
    "AF_AUDIT_ALERT",
    "AF_BACKUP_DIR",
    "AF_BACKUP_RECIPIENTS",
    "AF_BACKUP_IDENTITY_FILE",
    "AF_LOG",
    "AF_LOG_FORMAT",
    "AF_METRICS",
    "AF_SLOW_MS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "EMBEDDING_PROVIDER",
    "EMBEDDING_BASE_URL",
    "EMBEDDING_MODEL",
    "EMBEDDING_API_KEY",
    "EMBEDDING_DIMENSIONS",
    "EMBEDDING_BATCH",
    "AF_MEMORY_ENABLED",
    "AF_MEMORY_IMPLEMENTATION",
    "AF_MEMORY_MAX_ENTRIES",
    "AF_MEMORY_DEBUG",
    "AF_SECRETS",
    "AF_SECRETS_PREFIX",
    "AF_SECRETS_RULES",
    "AF_SECRETS_MAX_STALE",
    "AF_SECRETS_ALERT",
    "AF_SECRETS_WEBHOOK_SECRET",
    "AF_SECRETS_AGE_IDENTITY_FILE",
    "AF_SECRETS_AGE_IDENTITY",
    "AF_SECRETS_AGE_RECIPIENTS",
    "VAULT_ADDR",
    "VAULT_TOKEN",
    "VAULT_NAMESPACE",
    "VAULT_CACERT",
    "VAULT_ROLE_ID",
    "VAULT_SECRET_ID",
    "AF_VAULT_MOUNT",
    "AF_VAULT_PREFIX",
    "AF_KEY_RING",
    "AF_STATEMENTS",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
    "POSTGRES_PORT",
    "POSTGRES_USER",
    "REDIS_PASSWORD",
    "REDIS_PORT",
    "REDIS_URL",
    "QDRANT_API_KEY",
    "QDRANT_PORT",
    "QDRANT_URL",
    "AF_DATA_DIR",
    "COLUMNS",
];

/// The version of the newest migration: each has a script up and one down.
pub(crate) const LATEST: usize = migrations::FILES.len() / 2;

pub(crate) struct Sandbox {
    home: TempDir,
    database: Option<TestDatabase>,
}

impl Sandbox {
    /// Without a database.
    pub(crate) fn bare() -> Self {
        let home = TempDir::new().unwrap();
        // PostgreSQL may run under another account, which must get through.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(home.path(), open).unwrap();
        }
        Self { home, database: None }
    }

    /// With a database that has the schema, as far as its server can have it.
    pub(crate) fn migrated() -> Self {
        let database = block_on(async {
            let server = TestServer::shared().await;
            // What comes after these needs pgvector.
            let target = if server.has_pgvector() { Target::All } else { Target::To(10) };
            server.database_from(&template_key(), |url| migrate(url, target)).await
        });
        Self { database: Some(database), ..Self::bare() }
    }

    /// With a database that has the schema and a tenant, which commands are about unless told otherwise.
    pub(crate) fn of_acme() -> Self {
        let sandbox = Self::migrated();
        sandbox.tenant("acme");
        sandbox.write(".env", "AF_TENANT=acme\n");
        sandbox
    }

    /// With a database that has nothing.
    pub(crate) fn empty() -> Self {
        let database = block_on(async { TestServer::shared().await.empty_database().await });
        Self { database: Some(database), ..Self::bare() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn url(&self) -> &str {
        self.database.as_ref().unwrap().url()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The program, in this folder and with this database.
    pub(crate) fn af(&self, arguments: &[&str]) -> Command {
        let mut command = self.af_without_database(arguments);
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database.url());
        }
        command
    }

    pub(crate) fn af_without_database(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_af"));
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("AF_DATA_DIR", self.path().join("data")).env("USER", "tester");
        command.current_dir(self.path()).timeout(Duration::from_secs(120)).args(arguments);
        command
    }

    /// The same, for a test that holds its pipes in its own hands.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_af"));
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("AF_DATA_DIR", self.path().join("data")).env("DATABASE_URL", self.url());
        command.current_dir(self.path()).args(arguments);
        command
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let done = self.af(arguments).assert().success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    }

    /// The value that a command prints, and its exit code.
    pub(crate) fn json(&self, arguments: &[&str]) -> (Value, i32) {
        json(self.af(arguments).args(["--output", "json"]))
    }

    /// Everything that came of a command with something on stdin.
    pub(crate) fn told(&self, arguments: &[&str], input: impl Into<Vec<u8>>) -> Told {
        let output = self.af(arguments).write_stdin(input).output().unwrap();
        Told {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    /// The value that a command prints that must succeed.
    pub(crate) fn made(&self, arguments: &[&str]) -> Value {
        let (made, code) = self.json(arguments);
        assert_eq!(code, 0, "{arguments:?} {made}");
        made
    }

    /// The kind and the exit code of a command that must fail.
    pub(crate) fn failed(&self, arguments: &[&str]) -> (String, i32) {
        let (told, code) = self.json(arguments);
        let kind = told["error"]["kind"].as_str();
        (kind.unwrap_or_else(|| panic!("{arguments:?} {told}")).to_owned(), code)
    }

    /// The value that a command with something on stdin prints, and its exit code.
    pub(crate) fn json_from(&self, arguments: &[&str], input: impl Into<Vec<u8>>) -> (Value, i32) {
        json(self.af(arguments).args(["--output", "json"]).write_stdin(input))
    }

    /// Actor and action of the newest entry of the audit chain.
    pub(crate) fn newest(&self) -> (String, String) {
        let newest = &self.made(&["audit", "list", "--limit", "1"])[0];
        let text = |name: &str| newest[name].as_str().unwrap().to_owned();
        (format!("{}:{}", text("actor_type"), text("actor_id")), text("action"))
    }

    /// A tenant; its slug is `slug`.
    pub(crate) fn tenant(&self, slug: &str) -> String {
        let (tenant, code) = self.json(&["tenant", "create", slug]);
        assert_eq!(code, 0, "{tenant}");
        tenant["id"].as_str().unwrap().to_owned()
    }

    /// Appends that many small events.
    pub(crate) fn events(&self, tenant: &str, count: usize) {
        let mut append = self.af(&["audit", "append", "--tenant", tenant]);
        append.write_stdin(lines(count)).assert().success();
    }

    /// Runs SQL as the superuser.
    pub(crate) fn sql(&self, sql: &str) {
        run_sql(self.url(), sql);
    }
}

/// Everything that came of a command.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Told {
    /// On either stream.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

/// Runs SQL on the database at `url`.
pub(crate) fn run_sql(url: &str, sql: &str) {
    block_on(async {
        let store = Store::connect(Config::from_url(url).unwrap()).unwrap();
        store.admin().connect().await.unwrap().batch_execute(sql).await.unwrap();
    });
}

pub(crate) fn lines(count: usize) -> String {
    let line = |n| {
        format!(
            "{{\"action\":\"run.started\",\"resource_type\":\"run\",\"resource_id\":\"{n}\"}}\n"
        )
    };
    (0..count).map(line).collect()
}

/// Exactly one JSON value on stdout, and the exit code.
pub(crate) fn json(command: &mut Command) -> (Value, i32) {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text:?} {}", String::from_utf8_lossy(&output.stderr))
    });
    (value, output.status.code().unwrap())
}

/// Whether the server of the tests has memories.
pub(crate) fn has_pgvector() -> bool {
    block_on(TestServer::shared()).has_pgvector()
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap()).block_on(future)
}

fn template_key() -> String {
    let mut hasher = DefaultHasher::new();
    migrations::FILES.hash(&mut hasher);
    format!("af-{:x}", hasher.finish())
}

async fn migrate(url: String, target: Target) {
    let store = Store::connect(Config::from_url(&url).unwrap()).unwrap();
    let mut client = store.admin().connect().await.unwrap();
    let migrator = Admin::migrator(Options::default()).unwrap();
    migrator.up(&mut client, target).await.unwrap();
}
