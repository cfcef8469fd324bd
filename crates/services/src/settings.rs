//! Where services are looked for, and how patiently.

mod qdrant;
mod redis;

use std::{collections::BTreeSet, fmt, path::PathBuf, sync::Arc, time::Duration};

use agentflow::{
    Config, Error, Result,
    core::{
        InvalidInput,
        clock::{Clock, SystemClock},
        random::{Entropy, Generator},
    },
};

use crate::{machine::Machine, name::Name};

pub use qdrant::QdrantSettings;
pub use redis::RedisSettings;
pub(crate) use redis::Target;

/// A folder whose disk is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// What it is for: `backups`.
    pub purpose: String,
    /// The folder; it need not exist yet.
    pub path: PathBuf,
}

/// Where services are looked for, and how patiently.
#[derive(Clone)]
pub struct Settings {
    /// The database, the secrets and the key ring.
    pub config: Config,
    /// The database of compose.yaml. Where none is configured, it is looked whether that one runs, to say so.
    pub compose: Option<Config>,
    /// Where Redis is.
    pub redis: RedisSettings,
    /// Where Qdrant is.
    pub qdrant: QdrantSettings,
    /// The folders whose disks are looked at.
    pub folders: Vec<Folder>,
    /// What is looked at besides what is [required](Self::required). All of it by default.
    pub only: BTreeSet<Name>,
    /// What must be available. PostgreSQL is in any case, if it is looked at.
    pub required: BTreeSet<Name>,
    /// How long one try may take; 2 s by default. No check takes longer than 8 s in all.
    pub timeout: Duration,
    /// How often something is tried again that may pass; twice by default.
    pub retries: u32,
    /// What kind of machine this is, for advice.
    pub machine: Machine,
    /// The clock that is compared with that of the database.
    pub clock: Arc<dyn Clock>,
    /// Chance, for the pauses between tries.
    pub entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("config", &self.config)
            .field("redis", &self.redis)
            .field("qdrant", &self.qdrant)
            .field("folders", &self.folders)
            .field("only", &self.only)
            .field("required", &self.required)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The services that `config` and the variables name: `REDIS_URL`, or else `REDIS_PORT` and `REDIS_PASSWORD`; `QDRANT_URL`, or else
    /// `QDRANT_PORT`; `QDRANT_API_KEY`. What none of them names is looked for where compose.yaml puts it.
    ///
    /// An unusable one is an error that names it, without its value.
    pub fn from_lookup(config: Config, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let set = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        Ok(Self {
            redis: RedisSettings::from_lookup(&set)?,
            qdrant: QdrantSettings::from_lookup(&set)?,
            compose: compose(&set),
            config,
            folders: Vec::new(),
            only: Name::ALL.into(),
            required: BTreeSet::new(),
            timeout: Duration::from_secs(2),
            retries: 2,
            machine: Machine::detect(lookup),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(Generator::from_os()),
        })
    }

    /// Whether something is to be looked at.
    pub(crate) fn covers(&self, name: Name) -> bool {
        self.only.contains(&name) || self.required.contains(&name)
    }

    /// Whether it is an error that something is not available.
    pub(crate) fn requires(&self, name: Name) -> bool {
        self.required.contains(&name) || (name == Name::Postgres && self.covers(name))
    }
}

/// The database as compose.yaml makes it.
fn compose(set: &dyn Fn(&str) -> Option<String>) -> Option<Config> {
    let or = |name: &str, default: &str| {
        let value = set(name).unwrap_or_else(|| default.to_owned());
        value.replace('\\', "\\\\").replace('\'', "\\'")
    };
    let text = format!(
        "host=127.0.0.1 port='{}' user='{}' password='{}' dbname='{}' sslmode=disable",
        or("POSTGRES_PORT", "5432"),
        or("POSTGRES_USER", "agentflow"),
        or("POSTGRES_PASSWORD", "agentflow-dev"),
        or("POSTGRES_DB", "agentflow"),
    );
    Config::from_url(&text).ok()
}

/// The port of compose.yaml, or the one that a variable names.
fn port(set: &dyn Fn(&str) -> Option<String>, name: &str, default: u16) -> Result<u16> {
    let Some(text) = set(name) else { return Ok(default) };
    let port = text.trim().parse().ok().filter(|port| *port != 0);
    port.ok_or_else(|| invalid(name, "expected a port, 1 to 65535"))
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Settings> {
        Settings::from_lookup(Config::default(), &|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_a_setting_it_is_compose_yaml_that_is_looked_at() {
        let settings = from(&[("REDIS_URL", " "), ("QDRANT_URL", "")]).unwrap();
        assert_eq!(settings.redis.place().shown, "127.0.0.1:6379");
        assert_eq!(settings.qdrant.place().shown, "127.0.0.1:6333");
        assert_eq!(settings.compose.unwrap().location().unwrap(), "127.0.0.1:5432/agentflow");
        assert!(settings.redis.place().setting.is_none());
        let moved = [("REDIS_PORT", "6380"), ("QDRANT_PORT", "6400"), ("POSTGRES_PORT", "5433")];
        let settings = from(&moved).unwrap();
        assert_eq!(settings.redis.place().shown, "127.0.0.1:6380");
        assert_eq!(settings.qdrant.place().shown, "127.0.0.1:6400");
        assert_eq!(settings.compose.unwrap().location().unwrap(), "127.0.0.1:5433/agentflow");
    }

    #[test]
    fn urls_come_before_ports() {
        let settings = from(&[
            ("REDIS_URL", "redis://cache.example:7000/2"),
            ("REDIS_PORT", "1"),
            ("QDRANT_URL", "https://vectors.example"),
            ("QDRANT_PORT", "1"),
        ]);
        let settings = settings.unwrap();
        let redis = settings.redis.place();
        assert_eq!(
            (redis.shown.as_str(), redis.setting),
            ("cache.example:7000", Some("REDIS_URL"))
        );
        assert_eq!(settings.qdrant.place().shown, "vectors.example:443");
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_value() {
        for (name, value) in [
            ("REDIS_URL", "hunter2"),
            ("REDIS_URL", "http://:hunter2@cache.example"),
            ("REDIS_URL", "redis://:hunter2@"),
            ("REDIS_URL", "redis://:hunter2@cache.example/x"),
            ("REDIS_URL", "rediss://:hunter2@cache.example#insecure"),
            ("REDIS_PORT", "hunter2"),
            ("REDIS_PORT", "0"),
            ("QDRANT_URL", "hunter2"),
            ("QDRANT_URL", "redis://hunter2"),
            ("QDRANT_URL", "https://hunter2@vectors.example"),
            ("QDRANT_URL", "https://vectors.example#hunter2"),
            ("QDRANT_URL", "https://vectors.example?api-key=hunter2"),
            ("QDRANT_PORT", "65536"),
            ("QDRANT_API_KEY", "hunter2\n"),
        ] {
            let error = from(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("hunter2"), "{name}: {error}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let settings = from(&[
            ("REDIS_URL", "redis://ann:hunter2@cache.example"),
            ("QDRANT_API_KEY", "hunter2"),
            ("POSTGRES_PASSWORD", "hunter2"),
        ]);
        let settings = settings.unwrap();
        let text = format!("{settings:?} {:?}", settings.redis.place());
        assert!(!text.contains("hunter2"), "{text}");
        assert!(settings.redis.has_password());
    }
}
