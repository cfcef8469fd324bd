//! Settings, and where they come from.

mod audit;
mod backup;
mod embedding;
mod key_ring;
mod memory_store;
mod programs;
mod secrets;

use std::{sync::Arc, time::Duration};

use agentflow_core::InvalidInput;

use crate::{
    conninfo::Conninfo,
    error::{Error, Result},
    secrets::key_ring::KeyProvider,
    tls::TlsSettings,
};

pub use audit::{AlertSetting, AuditSettings, SinkSetting, read_trusted_keys};
pub use backup::BackupSettings;
pub use embedding::{EmbeddingProvider, EmbeddingSettings};
pub use key_ring::KeyRingSetting;
pub use memory_store::{MemoryImplementation, MemoryStoreSettings};
pub use programs::ProgramEnvironment;
pub use secrets::{AgeSettings, SecretProviderSetting, SecretSettings, VaultSettings};

/// How statements reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statements {
    /// Prepared once per connection and called by name: the fastest. Behind a transaction-mode pooler this needs one
    /// that tracks prepared statements (PgBouncer 1.21 and later with `max_prepared_statements`).
    #[default]
    Named,
    /// Sent with their text every time, as older poolers need. Parameter types are learned once per statement. Columns
    /// of types that are not built in (enums, types of extensions) must be cast, to text for example: the driver looks
    /// such types up with statements of its own.
    Typed,
}

/// How passwords are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordSettings {
    /// The cost of bcrypt, 12 to 20: each step doubles the time. `AF_PASSWORD_COST`, by default 12.
    pub cost: u32,
    /// How many passwords are hashed at once, 1 to 256; others wait. `AF_PASSWORD_JOBS`, by default one for each core.
    pub jobs: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { cost: 12, jobs: cores.min(256) }
    }
}

/// Everything a [`Store`](crate::Store) needs to know.
///
/// ```
/// use agentflow::Config;
///
/// let config = Config::from_url("postgres://app@localhost/agentflow?sslmode=disable")?.with_pool(10, 20)?;
/// assert!(config.has_database());
/// assert!(!Config::default().has_database());
/// # Ok::<(), agentflow::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) conninfo: Option<Conninfo>,
    pub(crate) pool_size: usize,
    pub(crate) pool_overflow: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) statements: Statements,
    pub(crate) slow_after: Option<Duration>,
    pub(crate) passwords: PasswordSettings,
    /// What embeds memories.
    pub embedding: EmbeddingSettings,
    /// Where the entries of agents are kept.
    pub memory: MemoryStoreSettings,
    /// How the audit proves itself.
    pub audit: AuditSettings,
    /// Where backups go, and who can read them.
    pub backup: BackupSettings,
    /// Where secrets come from.
    pub secrets: SecretSettings,
    /// Where the keys are that sealed columns are encrypted with. `AF_KEY_RING`.
    pub key_ring: Option<KeyRingSetting>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            conninfo: None,
            pool_size: 5,
            pool_overflow: 10,
            acquire_timeout: Duration::from_secs(30),
            statements: Statements::default(),
            slow_after: Some(Duration::from_secs(1)),
            passwords: PasswordSettings::default(),
            embedding: EmbeddingSettings::default(),
            memory: MemoryStoreSettings::default(),
            audit: AuditSettings::default(),
            backup: BackupSettings::default(),
            secrets: SecretSettings::default(),
            key_ring: None,
        }
    }
}

impl Config {
    /// Settings for the database at `url`: a `postgres://` URL or libpq's `key=value` form. What it leaves out comes
    /// from libpq's PG* variables. Nothing connects yet.
    ///
    /// `sslmode` means what it means to libpq: `disable`, `prefer` (the default), `require`, `verify-ca`,
    /// `verify-full`, with `sslrootcert`, `sslcert` and `sslkey`.
    ///
    /// `connect_timeout` (`PGCONNECT_TIMEOUT`) is how many seconds each address of each host may take until it lets us in, with
    /// TLS and the password; 10 by default, 0 for no limit. So long may the look-up of a name take, too. Then the next one is tried,
    /// in any order with `load_balance_hosts=random`, and after the last one the call fails with [`Error::Unavailable`]. A connection
    /// that is open is under no such limit.
    pub fn from_url(url: &str) -> Result<Self> {
        let conninfo = Conninfo::parse(url, &|name| std::env::var(name).ok())?;
        Ok(Self { conninfo: Some(conninfo), ..Self::default() })
    }

    /// Settings from the environment: `DATABASE_URL` or libpq's PG* variables, `DATABASE_POOL_SIZE`,
    /// `DATABASE_POOL_OVERFLOW`, `AF_STATEMENTS` (`named` or `typed`), `AF_SLOW_MS`, `AF_PASSWORD_COST`, `AF_PASSWORD_JOBS`, `EMBEDDING_*`,
    /// `AF_MEMORY_*`, `AF_AUDIT_*`, `AF_BACKUP_*`, `AF_KEY_RING`, `AF_SECRETS*`, `VAULT_*`, `AF_VAULT_*`.
    ///
    /// No database in the environment is no error: what needs one will say so.
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Settings from any source of variables.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let conninfo = match set("DATABASE_URL") {
            Some(url) => Some(Conninfo::parse(&url, lookup)?),
            None if set("PGHOST").or_else(|| set("PGDATABASE")).is_some() => {
                Some(Conninfo::parse("", lookup)?)
            }
            None => None,
        };
        let mut config = Self { conninfo, ..Self::default() };
        let size = number(&set, "DATABASE_POOL_SIZE", config.pool_size)?;
        let overflow = number(&set, "DATABASE_POOL_OVERFLOW", config.pool_overflow)?;
        config = config.with_pool(size, overflow)?;
        config.statements = match set("AF_STATEMENTS").as_deref() {
            None | Some("named") => Statements::Named,
            Some("typed") => Statements::Typed,
            Some(_) => return Err(invalid("AF_STATEMENTS", "expected `named` or `typed`")),
        };
        let passwords = PasswordSettings {
            cost: number(&set, "AF_PASSWORD_COST", config.passwords.cost)?,
            jobs: number(&set, "AF_PASSWORD_JOBS", config.passwords.jobs)?,
        };
        config = config.with_passwords(passwords)?;
        config.slow_after = match number(&set, "AF_SLOW_MS", 1_000)? {
            0 => None,
            millis => Some(Duration::from_millis(millis)),
        };
        config.embedding = EmbeddingSettings::from_lookup(&set)?;
        config.memory = MemoryStoreSettings::from_lookup(&set)?;
        config.audit = AuditSettings::from_lookup(&set)?;
        config.backup = BackupSettings::from_lookup(&set)?;
        config.key_ring = KeyRingSetting::from_lookup(&set)?;
        config.secrets = SecretSettings::from_lookup(lookup)?;
        Ok(config)
    }

    /// Connections kept open (1 to 50), and how many more may be opened when all are busy (0 to 100). The additional
    /// ones are closed when they are given back.
    pub fn with_pool(mut self, size: usize, overflow: usize) -> Result<Self> {
        if !(1..=50).contains(&size) {
            return Err(invalid("DATABASE_POOL_SIZE", "expected 1 to 50"));
        }
        if overflow > 100 {
            return Err(invalid("DATABASE_POOL_OVERFLOW", "expected 0 to 100"));
        }
        self.pool_size = size;
        self.pool_overflow = overflow;
        Ok(self)
    }

    /// How statements reach the server.
    #[must_use]
    pub fn with_statements(mut self, statements: Statements) -> Self {
        self.statements = statements;
        self
    }

    /// How passwords are hashed. A cost below 12 is refused.
    pub fn with_passwords(mut self, passwords: PasswordSettings) -> Result<Self> {
        if !(12..=20).contains(&passwords.cost) {
            return Err(invalid("AF_PASSWORD_COST", "expected 12 to 20"));
        }
        if !(1..=256).contains(&passwords.jobs) {
            return Err(invalid("AF_PASSWORD_JOBS", "expected 1 to 256"));
        }
        self.passwords = passwords;
        Ok(self)
    }

    /// Encrypts sealed columns with keys that are kept by something of your own.
    #[must_use]
    pub fn with_key_provider(mut self, provider: Arc<dyn KeyProvider>) -> Self {
        self.key_ring = Some(KeyRingSetting::Provider(provider));
        self
    }

    /// How long a call waits for a free connection before it fails; 30 s by default.
    #[must_use]
    pub fn with_acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// Operations on the database that take as long or longer are logged at level warn, target `agentflow::slow`, without any
    /// value; none are where there is no limit. `AF_SLOW_MS` in milliseconds, 0 for no limit; by default a second.
    #[must_use]
    pub fn with_slow_after(mut self, limit: Option<Duration>) -> Self {
        self.slow_after = limit;
        self
    }

    /// Whether there is a database to connect to.
    pub fn has_database(&self) -> bool {
        self.conninfo.is_some()
    }

    /// Where the database is, for people: host, port and name, no credentials.
    pub fn location(&self) -> Option<String> {
        self.conninfo.as_ref().map(Conninfo::location)
    }

    /// The first server of the database: its name, its address or the folder of its socket file, and its port. None without a database.
    pub fn server(&self) -> Option<(String, u16)> {
        self.conninfo.as_ref().map(Conninfo::server)
    }

    /// Where the first server of the database is reached: the address of `hostaddr` where there is one, else as in [`server`](Self::server).
    pub fn address(&self) -> Option<(String, u16)> {
        self.conninfo.as_ref().map(Conninfo::address)
    }

    /// The same for each host of the database alone, in the order in which they are named. Empty without a database.
    #[must_use]
    pub fn hosts(&self) -> Vec<Self> {
        let hosts = self.conninfo.iter().flat_map(Conninfo::hosts);
        hosts.map(|alone| Self { conninfo: Some(alone), ..self.clone() }).collect()
    }

    pub(crate) fn conninfo(&self) -> Result<&Conninfo> {
        self.conninfo.as_ref().ok_or(Error::NotConfigured)
    }

    /// What the URL said about TLS.
    pub fn tls(&self) -> Option<&TlsSettings> {
        self.conninfo.as_ref().map(|conninfo| &conninfo.tls)
    }
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason))
}

fn number<T: std::str::FromStr>(
    set: &dyn Fn(&str) -> Option<String>,
    name: &str,
    default: T,
) -> Result<T> {
    match set(name) {
        None => Ok(default),
        Some(text) => text.trim().parse().map_err(|_| invalid(name, "expected a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Config> {
        let variables: Vec<_> =
            variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::from_lookup(&move |name| {
            variables.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone())
        })
    }

    #[test]
    fn an_empty_environment_is_a_configuration_without_database() {
        let config = from(&[("DATABASE_URL", "")]).unwrap();
        assert!(!config.has_database());
        assert_eq!((config.pool_size, config.pool_overflow), (5, 10));
        assert_eq!(config.embedding.dimensions, 1536);
    }

    #[test]
    fn pool_limits_are_checked_and_named() {
        for (name, value) in [
            ("DATABASE_POOL_SIZE", "0"),
            ("DATABASE_POOL_SIZE", "51"),
            ("DATABASE_POOL_SIZE", "many"),
            ("DATABASE_POOL_OVERFLOW", "101"),
            ("DATABASE_POOL_OVERFLOW", "-1"),
            ("AF_SLOW_MS", "-1"),
            ("AF_PASSWORD_COST", "11"),
            ("AF_PASSWORD_COST", "21"),
            ("AF_PASSWORD_JOBS", "0"),
        ] {
            let error = from(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        assert!(from(&[("DATABASE_POOL_SIZE", "50"), ("DATABASE_POOL_OVERFLOW", "100")]).is_ok());
    }

    #[test]
    fn debug_output_hides_credentials() {
        let config = from(&[
            ("DATABASE_URL", "postgres://app:hunter2@db.example:5433/af"),
            ("EMBEDDING_API_KEY", "sk-very-secret"),
        ])
        .unwrap();
        let text = format!("{config:?}");
        assert!(!text.contains("hunter2") && !text.contains("sk-very"), "{text}");
        assert_eq!(config.location().unwrap(), "db.example:5433/af");
    }

    #[test]
    fn libpq_variables_are_enough() {
        let config =
            from(&[("PGHOST", "db.example"), ("PGDATABASE", "af"), ("PGUSER", "app")]).unwrap();
        assert_eq!(config.location().unwrap(), "db.example:5432/af");
    }
}
