//! What every command works with: the options, the output, and the way to the database.

use std::path::{Path, PathBuf};

use agentflow::{Config, SecretProviderSetting, Store, Tenant, audit::Actor, identity::Origin};
use agentflow_postgres::{Local, Running};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{
    cli::GlobalOptions,
    error::{Error, Result},
    exit::Exit,
    named,
    output::Output,
};

pub(crate) struct Context {
    pub(crate) options: GlobalOptions,
    pub(crate) output: Output,
    dotenv: dotenvy::Result<PathBuf>,
    /// What a command that goes on shows to Prometheus, if that is wanted.
    pub(crate) metrics: Option<PrometheusHandle>,
}

impl Context {
    pub(crate) fn new(
        options: GlobalOptions,
        output: Output,
        dotenv: dotenvy::Result<PathBuf>,
    ) -> Self {
        Self { options, output, dotenv, metrics: None }
    }

    pub(crate) fn with_metrics(mut self, page: Option<PrometheusHandle>) -> Self {
        self.metrics = page;
        self
    }

    /// The store over the database that the user means. Connects when it is first used.
    pub(crate) async fn store(&self) -> Result<Store> {
        Ok(Store::connect(self.database().await?)?)
    }

    /// All settings, with the database that the user means.
    pub(crate) async fn database(&self) -> Result<Config> {
        let config = self.database_if_any().await?;
        if config.has_database() { Ok(config) } else { Err(no_database()) }
    }

    /// All settings, with the database that the user means, if there is one.
    pub(crate) async fn database_if_any(&self) -> Result<Config> {
        let mut config = self.settings()?;
        if !config.has_database()
            && let Some(running) = running().await?
        {
            config = self.config(Some(&running.url))?;
        }
        tracing_location(&config);
        Ok(config)
    }

    /// All settings, for what needs no database.
    pub(crate) fn settings(&self) -> Result<Config> {
        self.refuse_broken_dotenv()?;
        self.config(self.options.database_url.as_deref())
    }

    /// The store over the database at `url`.
    pub(crate) fn store_at(&self, url: &str) -> Result<Store> {
        Ok(Store::connect(self.config(Some(url))?)?)
    }

    /// All settings from the environment, but the database from `url` if there is one.
    fn config(&self, url: Option<&str>) -> Result<Config> {
        let lookup = |name: &str| match (name, url) {
            ("DATABASE_URL", Some(url)) => Some(url.to_owned()),
            // Blank is not set, lest it stand for the server on the standard port.
            ("DATABASE_URL", None) => std::env::var(name).ok().filter(|url| !url.trim().is_empty()),
            _ => std::env::var(name).ok(),
        };
        let config = Config::from_lookup(&lookup)?;
        self.refuse_secrets_as_settings(&config)?;
        Ok(config)
    }

    /// Who did it, for the audit chain of a tenant: the principal that `--as` or `AF_ACTOR` names, else the user of the
    /// system.
    pub(crate) async fn actor_in(&self, tenant: &Tenant) -> Result<Actor> {
        match &self.options.acts_as {
            Some(name) => named::actor(tenant, name).await,
            None => Ok(self.actor()),
        }
    }

    /// The user of the system.
    #[expect(clippy::unused_self, reason = "the actor belongs to the context")]
    pub(crate) fn actor(&self) -> Actor {
        let named = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| {
            std::env::var(name).ok().filter(|it| !it.is_empty() && it.chars().count() <= 255)
        });
        Actor::user(named.unwrap_or_else(|| "cli".to_owned()))
    }

    /// The user that the system knows this process by, for rules about secrets: the environment says whatever somebody sets it to.
    #[cfg(unix)]
    #[expect(clippy::unused_self, reason = "the actor belongs to the context")]
    pub(crate) fn system_actor(&self) -> Actor {
        use nix::unistd::{Uid, User};

        let uid = Uid::effective();
        let name = User::from_uid(uid).ok().flatten().map(|user| user.name);
        let is_usable = |it: &String| !it.is_empty() && it.chars().count() <= 255;
        Actor::user(name.filter(is_usable).unwrap_or_else(|| uid.to_string()))
    }

    /// The user of the system.
    #[cfg(not(unix))]
    pub(crate) fn system_actor(&self) -> Actor {
        self.actor()
    }

    /// Where credentials are presented from.
    #[expect(clippy::unused_self, reason = "the origin belongs to the context")]
    pub(crate) fn origin(&self) -> Origin {
        let program = concat!("af/", env!("CARGO_PKG_VERSION"));
        Origin { client_ip: None, user_agent: Some(program.to_owned()) }
    }

    /// Secrets in the .env that settings are read from would be taken for settings, and the other way round.
    fn refuse_secrets_as_settings(&self, config: &Config) -> Result<()> {
        let loaded = self.dotenv.as_ref().ok().and_then(|it| it.canonicalize().ok());
        for provider in &config.secrets.providers {
            let provider = match provider {
                SecretProviderSetting::Fallback(provider) => provider.as_ref(),
                provider => provider,
            };
            let SecretProviderSetting::File(path) = provider else { continue };
            let is_loaded = loaded.is_some() && path.canonicalize().ok() == loaded;
            if is_loaded || would_be_loaded(path) {
                let message = format!(
                    "AF_SECRETS names {}, which af reads its settings from: secrets would be taken for settings",
                    path.display()
                );
                return Err(Error::new("invalid_setting", Exit::Usage, message)
                    .with_hint("keep secrets in a file of another name, such as secrets.env"));
            }
        }
        Ok(())
    }

    /// The line at fault is not shown: it may hold a password.
    fn refuse_broken_dotenv(&self) -> Result<()> {
        match &self.dotenv {
            Err(error) if !error.not_found() => {
                let message = match error {
                    dotenvy::Error::LineParse(_, _) => "a line of .env is not NAME=value",
                    _ => "the file .env cannot be read",
                };
                Err(Error::new("invalid_setting", Exit::Usage, message)
                    .with_hint("put values with blanks or # into quotes"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether settings are read from a file, if it is there: a .env in this folder, or in one above it.
fn would_be_loaded(path: &Path) -> bool {
    if path.file_name().is_none_or(|name| name != ".env") {
        return false;
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize();
    let here = Path::new(".").canonicalize();
    matches!((folder, here), (Ok(folder), Ok(here)) if here.starts_with(&folder))
}

fn tracing_location(config: &Config) {
    if let Some(location) = config.location() {
        tracing::debug!(location, "database");
    }
}

fn no_database() -> Error {
    Error::new("not_configured", Exit::Unavailable, "no database is configured")
        .with_hint("start a local one with `af up`, or set DATABASE_URL (or --database-url)")
}

/// The local server of `af up`, if it runs.
async fn running() -> Result<Option<Running>> {
    // Without a home folder there is no local server either.
    let Ok(dir) = Local::default_dir() else { return Ok(None) };
    blocking(move || Ok(Local::at(dir).status()?)).await
}

/// Runs what blocks on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Interrupted),
        },
    }
}
