//! Settings as a user would make them, and a report that came in time.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    net::TcpListener,
    time::{Duration, Instant},
};

use agentflow::{Admin, Config, Store, migrate::Options, migrate::Target, migrations};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use agentflow_services::{Machine, Name, Platform, Report, Service, Settings, validate};

pub(crate) type Variables = BTreeMap<&'static str, String>;

pub(crate) fn variables<const N: usize>(of: [(&'static str, &str); N]) -> Variables {
    of.map(|(name, value)| (name, value.to_owned())).into()
}

/// What the variables say, on a Linux that is no container, whatever this machine is.
pub(crate) fn settings(variables: &Variables) -> Settings {
    let lookup = |name: &str| variables.get(name).cloned();
    let config = Config::from_lookup(&lookup).unwrap();
    let mut settings = Settings::from_lookup(config, &lookup).unwrap();
    settings.machine = Machine { platform: Platform::Linux, container: None };
    settings
}

/// The report, which is there within ten seconds.
pub(crate) async fn report(settings: &Settings) -> Report {
    let begun = Instant::now();
    let report = validate(settings, &|_| ()).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(10), "took {took:?}: {report:?}");
    report
}

/// What was found of one service alone.
pub(crate) async fn look_at(name: Name, settings: &Settings) -> Service {
    let mut settings = settings.clone();
    settings.only = [name].into();
    let mut report = report(&settings).await;
    let service = report.services.remove(&name).unwrap();
    assert!(report.services.is_empty(), "{:?} were looked at besides", report.services);
    service
}

/// A port where nothing listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A database that has the schema, as far as its server can have it.
pub(crate) async fn migrated() -> TestDatabase {
    let mut hasher = DefaultHasher::new();
    migrations::FILES.hash(&mut hasher);
    let key = format!("services-{:x}", hasher.finish());
    let server = TestServer::shared().await;
    // What comes after these needs pgvector.
    let target = if server.has_pgvector() { Target::All } else { Target::To(10) };
    server.database_from(&key, |url| migrate(url, target)).await
}

pub(crate) async fn migrate(url: String, target: Target) {
    let store = Store::connect(Config::from_url(&url).unwrap()).unwrap();
    let mut client = store.admin().connect().await.unwrap();
    Admin::migrator(Options::default()).unwrap().up(&mut client, target).await.unwrap();
}

/// Runs SQL as the superuser.
pub(crate) async fn sql(url: &str, sql: &str) {
    let store = Store::connect(Config::from_url(url).unwrap()).unwrap();
    store.admin().connect().await.unwrap().batch_execute(sql).await.unwrap();
}
