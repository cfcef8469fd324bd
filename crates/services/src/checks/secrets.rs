//! Whether every provider of secrets can be asked, and the key ring opens. No secret is read.

use agentflow::{Config, Error, SecretProviderSetting, Store, secrets::Alerts};
use futures::{FutureExt, future::join_all};

use super::postgres::Database;
use crate::{
    fault::{Fault, Kind},
    pace::Pace,
    report::Service,
};

/// A part of it, and what is wrong with that.
struct Wrong {
    what: String,
    reason: String,
    hint: &'static str,
}

const PROVIDER_HINT: &str = "AF_SECRETS names the providers: look at the path, the address and who may read it (docs/secrets.md)";
const RULES_HINT: &str = "AF_SECRETS_RULES names the file of rules: look at the path, at what it holds and who may write it (docs/secrets.md)";
const RING_HINT: &str =
    "AF_KEY_RING names the key ring; `af key-ring init` brings one into use (docs/secrets.md)";

/// The key ring is fine as far as anybody can tell.
const SCHEMA_HINT: &str =
    "run `af migrate up`: the database has nothing to compare the key ring with";

/// What the providers and the rules came to: whatever is fine, and whatever is not.
#[derive(Default)]
pub(crate) struct Asked {
    fine: Vec<String>,
    wrong: Vec<Wrong>,
}

/// What needs no database.
pub(crate) async fn ask_providers(config: &Config, pace: &Pace) -> Asked {
    let mut asked = Asked::default();
    if let Err(error) = config.secrets.read_rules() {
        asked.add("the rules".to_owned(), of(&error), RULES_HINT);
    }
    let providers = config.secrets.providers.iter().map(|setting| ask(config, setting, pace));
    for (name, result) in join_all(providers).await {
        match result {
            Ok(()) => asked.fine.push(name),
            Err(fault) => asked.add(name, fault, PROVIDER_HINT),
        }
    }
    asked
}

/// With the key ring, which is that of a database; else it is told why there is none.
pub(crate) async fn check(
    mut asked: Asked,
    config: &Config,
    database: Result<&Database, &str>,
    pace: &Pace,
) -> Service {
    match open_ring(config, database, pace).await {
        None => {}
        Some(Ok(text)) => asked.fine.push(text),
        Some(Err(fault)) => {
            let hint = if fault.kind == Kind::Missing { SCHEMA_HINT } else { RING_HINT };
            asked.add("the key ring".to_owned(), fault, hint);
        }
    }
    asked.service()
}

impl Asked {
    fn add(&mut self, what: String, fault: Fault, hint: &'static str) {
        self.wrong.push(Wrong { what, reason: fault.said, hint });
    }

    fn service(self) -> Service {
        if self.wrong.is_empty() {
            return Service::available(format!("can be used: {}", self.fine.join(", ")));
        }
        let reasons = self.wrong.iter().map(|it| format!("{}: {}", it.what, it.reason));
        let reasons: Vec<_> = reasons.collect();
        let mut hints: Vec<_> = self.wrong.iter().map(|it| it.hint).collect();
        hints.dedup();
        Service::unavailable(reasons.join("; "), hints.join("\n"))
    }
}

/// One provider for itself, so that each is told of, and not the first of a chain alone.
async fn ask(
    config: &Config,
    setting: &SecretProviderSetting,
    pace: &Pace,
) -> (String, Result<(), Fault>) {
    let alone = match setting {
        SecretProviderSetting::Fallback(setting) => setting.as_ref(),
        setting => setting,
    };
    let mut settings = config.secrets.clone();
    settings.providers = vec![alone.clone()];
    let provider = match settings.open_provider(Alerts::default()) {
        Ok(provider) => provider,
        Err(error) => return ("a provider".to_owned(), Err(of(&error))),
    };
    let work = || provider.check().map(|checked| checked.map_err(|error| of(&error))).boxed();
    let tried = pace.attempt(Fault::silent, work).await;
    (provider.name(), tried.result)
}

/// None where there is no key ring, or no database to have one. Where the database is there, also whether it is the key ring of that database.
async fn open_ring(
    config: &Config,
    database: Result<&Database, &str>,
    pace: &Pace,
) -> Option<Result<String, Fault>> {
    config.key_ring.as_ref()?;
    if let Ok(database) = database {
        let admin = database.store.admin();
        let check = || async { admin.key_ring().check().await.map_err(|error| of(&error)) };
        let tried = pace.attempt(Fault::silent, || check().boxed()).await;
        return Some(tried.result.map(|()| "the key ring of this database".to_owned()));
    }
    if !config.has_database() {
        return None;
    }
    let open = || async {
        let store = Store::connect(config.clone()).map_err(|error| of(&error))?;
        store.admin().key_ring().open().await.map_err(|error| of(&error))
    };
    let tried = pace.attempt(Fault::silent, || open().boxed()).await;
    Some(tried.result.map(|version| {
        let absent = database.err().unwrap_or_default();
        format!("the key ring (version {version}, not compared with the database, which {absent})")
    }))
}

fn of(error: &Error) -> Fault {
    let kind = match error {
        Error::SchemaMissing { .. } => Kind::Missing,
        error if error.is_unavailable() => Kind::Unreachable,
        _ => Kind::Other,
    };
    Fault::new(kind, error.to_string())
}
