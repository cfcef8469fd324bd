//! Everything at once.

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Unit;
use tokio::{sync::OnceCell, time::Instant};

use crate::{
    checks::{
        clock, disk, migrations, pgvector,
        postgres::{self, Database},
        qdrant, redis, secrets,
    },
    guide::Guide,
    name::Name,
    pace::Pace,
    report::{Environment, Report, Service, Status},
    settings::Settings,
    tools,
};

/// What one check may take with all its tries.
const CHECK: Duration = Duration::from_secs(8);
/// What everything may take: what asks the database comes after that answered.
const ALL: Duration = Duration::from_millis(9_200);

/// That something was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What.
    pub name: Name,
    /// What it came to.
    pub status: Status,
}

/// What all checks share.
struct Run<'s> {
    settings: &'s Settings,
    /// For whatever depends on nothing else.
    pace: Pace,
    /// For what comes after.
    late: Pace,
    guide: OnceCell<Guide>,
}

type Found = Vec<(Name, Service)>;

/// Looks at everything the settings ask for, all at once, and comes back within ten seconds whatever is down.
///
/// What is wrong is in the report; nothing that is down is an error of this function. `progress` is called as each is done.
/// To be called on a Tokio runtime.
pub async fn validate(settings: &Settings, progress: &(dyn Fn(Progress) + Sync)) -> Report {
    let now = settings.clock.now();
    let begun = Instant::now();
    let pace = Pace {
        timeout: settings.timeout,
        deadline: begun + CHECK,
        tries: settings.retries.saturating_add(1),
        entropy: settings.entropy.clone(),
    };
    let late = Pace { deadline: begun + ALL, ..pace.clone() };
    let run = Run { settings, pace, late, guide: OnceCell::new() };
    let mut checks: FuturesUnordered<BoxFuture<'_, Found>> = FuturesUnordered::new();
    checks.push(Box::pin(run.database()));
    checks.push(Box::pin(run.redis()));
    checks.push(Box::pin(run.qdrant()));
    checks.push(Box::pin(run.disk()));
    let mut services = BTreeMap::new();
    while let Some(found) = checks.next().await {
        for (name, service) in found {
            progress(Progress { name, status: service.status });
            services.insert(name, service);
        }
    }
    drop(checks);
    let (errors, warnings) = judge(&services, settings);
    Report {
        version: env!("CARGO_PKG_VERSION"),
        timestamp: now.round(Unit::Millisecond).unwrap_or(now),
        environment: Environment::of(&settings.machine),
        tools: run.guide().await.tools.clone(),
        services,
        warnings,
        errors,
    }
}

/// What must be mended, and what should be looked after.
fn judge(services: &BTreeMap<Name, Service>, settings: &Settings) -> (Vec<String>, Vec<String>) {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for (name, service) in services {
        let told = format!("{name} is {}: {}", service.status.as_str(), service.message);
        match service.status {
            Status::Available => {}
            _ if settings.requires(*name) => errors.push(told),
            Status::Unavailable => warnings.push(told),
            // What it waits for is told.
            Status::Unknown => {}
        }
        warnings.extend(service.warnings.iter().map(|warning| format!("{name}: {warning}")));
    }
    (errors, warnings)
}

impl Run<'_> {
    /// Advice depends on which programs there are; they are looked for while services are asked.
    async fn guide(&self) -> &Guide {
        let look =
            || async { Guide { machine: self.settings.machine, tools: tools::find().await } };
        self.guide.get_or_init(look).await
    }

    fn covers(&self, name: Name) -> bool {
        self.settings.covers(name)
    }

    async fn redis(&self) -> Found {
        if !self.covers(Name::Redis) {
            return Vec::new();
        }
        let settings = &self.settings.redis;
        let (tried, guide) = tokio::join!(redis::ask(settings, &self.pace), self.guide());
        vec![(Name::Redis, redis::service(tried, settings, guide))]
    }

    async fn qdrant(&self) -> Found {
        if !self.covers(Name::Qdrant) {
            return Vec::new();
        }
        let settings = &self.settings.qdrant;
        let (tried, guide) = tokio::join!(qdrant::ask(settings, &self.pace), self.guide());
        vec![(Name::Qdrant, qdrant::service(tried, settings, guide))]
    }

    async fn disk(&self) -> Found {
        if !self.covers(Name::Disk) {
            return Vec::new();
        }
        vec![(Name::Disk, disk::check(&self.settings.folders, &self.pace).await)]
    }

    /// The database, and what only it can tell.
    async fn database(&self) -> Found {
        let needs = |name: &Name| self.covers(*name) && name.needs_postgres();
        let mut dependents: Vec<_> = Name::ALL.into_iter().filter(needs).collect();
        // What may wait for others comes last.
        dependents.sort_by_key(|name| *name == Name::Migrations);
        let has_secrets = self.covers(Name::Secrets);
        if dependents.is_empty() && !has_secrets && !self.covers(Name::Postgres) {
            return Vec::new();
        }
        let config = &self.settings.config;
        let ask_providers = async {
            if has_secrets {
                secrets::ask_providers(config, &self.pace).await
            } else {
                secrets::Asked::default()
            }
        };
        let ((service, mut database), asked) = tokio::join!(self.postgres(), ask_providers);
        let mut found = Vec::new();
        if let Some(database) = &mut database {
            for name in dependents.drain(..) {
                found.push((name, self.dependent(name, database).await));
            }
        }
        let absent = postgres::absent(&service);
        for name in dependents {
            let message = format!("it takes PostgreSQL to tell, which {absent}");
            found.push((name, Service::unknown(message, "see what is said of postgres")));
        }
        if has_secrets {
            let database = database.as_ref().ok_or(absent);
            let service = secrets::check(asked, config, database, &self.late).await;
            found.push((Name::Secrets, service));
        }
        if self.covers(Name::Postgres) {
            found.insert(0, (Name::Postgres, service));
        }
        found
    }

    async fn postgres(&self) -> (Service, Option<Database>) {
        let config = &self.settings.config;
        let (asked, guide) = tokio::join!(postgres::ask(config, &self.pace), self.guide());
        match asked {
            Some(asked) => postgres::service(asked, guide),
            None => (postgres::unconfigured(self.settings, &self.pace, guide).await, None),
        }
    }

    async fn dependent(&self, name: Name, database: &mut Database) -> Service {
        let client = &mut database.client;
        match name {
            Name::Pgvector => pgvector::check(client, &self.late, self.guide().await).await,
            Name::Clock => clock::check(client, &*self.settings.clock, &self.late).await,
            _ => migrations::check(client, &self.late).await,
        }
    }
}
