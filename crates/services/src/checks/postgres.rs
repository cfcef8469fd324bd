//! Whether the database answers, and what kind of server it is.

use std::{error::Error as StdError, io, time::Duration};

use agentflow::{Config, Error, Store};
use futures::{FutureExt, future::join_all};
use tokio::time::Instant;
use tokio_postgres::{Client, error::SqlState};

use super::listener;
use crate::{
    fault::{Fault, Kind},
    guide::Guide,
    name::Name,
    pace::Pace,
    place::Place,
    report::Service,
    settings::Settings,
};

const SERVER: &str = include_str!("../../queries/server.sql");
/// The versions that AgentFlow is tested with.
const OLDEST: i32 = 15;
const NEWEST: i32 = 18;
/// What the driver says of hosts that are not the kind that `target_session_attrs` asks for, and what is told instead.
const NOT_WANTED: [(&str, &str); 2] = [
    (
        "database does not allow writes",
        "takes no writes (it is a standby, or default_transaction_read_only is on), and is asked for as one that does",
    ),
    ("database is not read only", "takes writes, and is asked for as one that can only be read"),
];
/// How long it takes to see whether a server that said nothing takes connections at all, and whether it is another program.
const PROBE: Duration = Duration::from_millis(500);

/// The database, connected to.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) client: Client,
}

/// What kind of server it is, and who we are there.
struct Server {
    version_num: i32,
    version: String,
    is_standby: bool,
    role: String,
    is_above_policies: bool,
}

/// What came of one host.
struct Host {
    place: Place,
    result: Result<(Database, Server), Fault>,
    latency: Duration,
}

/// What came of all hosts, for [`service`] to tell.
pub(crate) struct Asked {
    /// The first that answers as it should, or the one that says most about why none does.
    host: Host,
    /// The others that do not.
    others: Vec<(Place, Fault)>,
}

/// Where the first host of the database is; none where none is configured.
pub(crate) fn place(config: &Config) -> Option<Place> {
    let (host, port) = config.server()?;
    let setting = Some("DATABASE_URL");
    Some(if host.starts_with('/') {
        Place::of_socket(&format!("{host}:{port}"), setting)
    } else {
        Place::of_host(&host, port, setting)
    })
}

/// Asks all hosts at once. None where there is no database.
pub(crate) async fn ask(config: &Config, pace: &Pace) -> Option<Asked> {
    let hosts = config.hosts();
    let asked = join_all(hosts.iter().map(|host| ask_one(host, pace))).await;
    let mut hosts: Vec<_> = asked.into_iter().flatten().collect();
    let told = (0..hosts.len()).min_by_key(|at| rank(&hosts[*at]))?;
    let host = hosts.remove(told);
    let others = hosts.into_iter();
    let others = others.filter_map(|host| Some((host.place, host.result.err()?))).collect();
    Some(Asked { host, others })
}

/// Less for whatever says more about the database. A server of another kind than is asked for is no reason why there is none.
fn rank(host: &Host) -> u8 {
    match &host.result {
        Ok(_) => 0,
        Err(fault) if fault.kind == Kind::NotWanted => 3,
        Err(fault) if fault.is_of_network() => 2,
        Err(_) => 1,
    }
}

async fn ask_one(config: &Config, pace: &Pace) -> Option<Host> {
    let location = place(config)?;
    let work = || async {
        if let Some(fault) = listener::foreign(config, pace.left().mul_f64(0.25)).await {
            return Err(fault);
        }
        let begun = Instant::now();
        connect(config).await.map(|found| (found, begun.elapsed()))
    };
    let mut tried = pace.attempt(Fault::silent, || work().boxed()).await;
    if let Err(fault) = &mut tried.result
        && fault.kind == Kind::Silent
    {
        let seen = listener::silent(config, PROBE, fault.clone()).await;
        *fault =
            if seen.kind == Kind::Unreachable { Fault::unreachable(tried.latency) } else { seen };
    }
    let latency = tried.result.as_ref().map_or(tried.latency, |(_, latency)| *latency);
    Some(Host { place: location, result: tried.result.map(|(found, _)| found), latency })
}

async fn connect(config: &Config) -> Result<(Database, Server), Fault> {
    let begun = Instant::now();
    let failed = |error: Error| of_library(&error, begun.elapsed());
    let store = Store::connect(config.clone()).map_err(failed)?;
    let client = store.admin().connect().await.map_err(failed)?;
    let row = client.query_one(SERVER, &[]).await.map_err(|error| of_driver(&error))?;
    let server = Server {
        version_num: row.get("version_num"),
        version: row.get("version"),
        is_standby: row.get("is_standby"),
        role: row.get("role"),
        is_above_policies: row.get("is_superuser") || row.get("is_above_policies"),
    };
    Ok((Database { store, client }, server))
}

fn of_library(error: &Error, waited: Duration) -> Fault {
    match error {
        Error::Unavailable { reason, source: Some(source), .. } => {
            if let Some(error) = source.downcast_ref::<tokio_postgres::Error>() {
                return of_driver(error);
            }
            // Of the library itself, which found no address, or whose `connect_timeout` is over.
            match source.downcast_ref::<io::Error>() {
                Some(error) if error.kind() == io::ErrorKind::TimedOut => Fault::silent(waited),
                Some(error) => {
                    Fault::of_io(error).unwrap_or_else(|| Fault::new(Kind::Other, reason))
                }
                None => Fault::new(Kind::Other, reason),
            }
        }
        Error::InvalidSetting(input) => Fault::new(Kind::Setting, input.to_string()),
        error => Fault::new(Kind::Other, error.to_string()),
    }
}

fn of_driver(error: &tokio_postgres::Error) -> Fault {
    if let Some(db) = error.as_db_error() {
        let kind = match *db.code() {
            SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                Kind::Credentials
            }
            SqlState::INVALID_CATALOG_NAME => Kind::Missing,
            SqlState::CANNOT_CONNECT_NOW | SqlState::ADMIN_SHUTDOWN => Kind::Starting,
            SqlState::TOO_MANY_CONNECTIONS => Kind::Full,
            _ => Kind::Other,
        };
        return Fault::new(kind, format!("says: {}", db.message()));
    }
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    // Before errors of the network, for the driver makes it one: that something may not be opened.
    if let Some((_, told)) = NOT_WANTED.iter().find(|(said, _)| *said == cause) {
        return Fault::new(Kind::NotWanted, *told);
    }
    if let Some(fault) = Fault::of_network(error) {
        return fault;
    }
    let mut text = error.to_string();
    if !text.contains(&cause) {
        text = format!("{text}: {cause}");
    }
    let kind = if text.starts_with("invalid configuration") {
        return Fault::new(Kind::Setting, format!("DATABASE_URL: {text}"));
    } else if text.contains("password missing") {
        return Fault::new(Kind::Credentials, "asks for a password, and none is set");
    } else if text.contains("TLS") {
        Kind::Tls
    } else if error.is_closed() || text.contains("unexpected message") || text.contains("parsing") {
        return Fault::new(Kind::Foreign, "what answers there is no PostgreSQL");
    } else {
        Kind::Other
    };
    Fault::new(kind, text)
}

/// What is told of it, and the connection for those who ask the database.
pub(crate) fn service(asked: Asked, guide: &Guide) -> (Service, Option<Database>) {
    let Asked { host: Host { place, result, latency }, others } = asked;
    let tell = |(place, fault): &(Place, Fault)| format!("{}: {}", place.shown, fault.said);
    let (database, server) = match result {
        Ok(found) => found,
        Err(fault) => {
            let mut service = guide.down(Name::Postgres, &place, &fault);
            for other in &others {
                service.message = format!("{}; {}", service.message, tell(other));
            }
            return (service, None);
        }
    };
    let major = server.version_num / 10_000;
    if major < OLDEST {
        let said =
            format!("is PostgreSQL {}, and {OLDEST} is the oldest that works", server.version);
        let fault = Fault::new(Kind::Outdated, said);
        let service = guide.down(Name::Postgres, &place, &fault);
        return (service.with_version(server.version), None);
    }
    let mut warnings: Vec<_> = others
        .iter()
        // Whoever asks for the primary names the standbys as well.
        .filter(|(_, fault)| fault.kind != Kind::NotWanted)
        .map(|other| format!("another host of the database is passed over: {}", tell(other)))
        .collect();
    if major > NEWEST {
        warnings.push(format!(
            "PostgreSQL {} is newer than {NEWEST}, the newest that this program was tested with",
            server.version
        ));
    }
    if server.is_standby {
        warnings.push("the server is a standby, which can be read only; writes and migrations need the primary".to_owned());
    }
    if server.is_above_policies {
        warnings.push(format!(
            "the role `{}` is not bound by row-level security; that is fine for administration, and a service should connect \
             as one that is only a member of af_app",
            server.role
        ));
    }
    let message = format!("PostgreSQL {} at {}", server.version, place.shown);
    let service = Service::available(message).with_version(server.version);
    (service.with_latency(latency).with_warnings(warnings), Some(database))
}

/// What keeps others from asking the database, where there is none.
pub(crate) fn absent(service: &Service) -> &'static str {
    // A version is known of what answers.
    if service.version.is_some() { "is too old" } else { "is not available" }
}

/// What is told where no database is configured: it may be that of compose.yaml that runs.
pub(crate) async fn unconfigured(settings: &Settings, pace: &Pace, guide: &Guide) -> Service {
    const MESSAGE: &str = "no database is configured: neither DATABASE_URL nor PGHOST is set, and the server of `af up` does not run";
    let once = Pace { tries: 1, ..pace.clone() };
    let found = match &settings.compose {
        Some(config) => ask(config, &once).await,
        None => None,
    };
    match found {
        Some(Asked { host: Host { result: Ok(_), place, .. }, .. }) => Service::unavailable(
            MESSAGE,
            format!(
                "the PostgreSQL of compose.yaml answers at {}: put the line DATABASE_URL of .env.example into .env",
                place.shown
            ),
        ),
        _ => Service::unavailable(MESSAGE, guide.start(Name::Postgres)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_not_called_down() {
        let down = Service::unavailable("127.0.0.1:5432: nothing listens there", "start it");
        assert_eq!(absent(&down), "is not available");
        let old = Service::unavailable("is PostgreSQL 14.2", "use another").with_version("14.2");
        assert_eq!(absent(&old), "is too old");
    }
}
