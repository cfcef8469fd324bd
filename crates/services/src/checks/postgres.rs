//! Whether the database answers, and what kind of server it is.

use std::{error::Error as StdError, time::Duration};

use agentflow::{Config, Error, Store};
use futures::FutureExt;
use tokio::{net::TcpStream, time::timeout};
use tokio_postgres::{Client, error::SqlState};

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
/// How long it takes to see whether a server that said nothing takes connections at all.
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

/// What came of it, for [`service`] to tell.
pub(crate) struct Asked {
    result: Result<(Database, Server), Fault>,
    place: Place,
    latency: Duration,
}

/// Where the database is; none where none is configured.
pub(crate) fn place(config: &Config) -> Option<Place> {
    let location = config.location()?;
    let server = location.rsplit_once('/').map_or(location.as_str(), |(server, _)| server);
    let (host, port) = server.rsplit_once(':')?;
    let setting = Some("DATABASE_URL");
    Some(match port.parse() {
        Ok(port) if !host.starts_with('/') => Place::of_host(host, port, setting),
        _ => Place::of_socket(server, setting),
    })
}

pub(crate) async fn ask(config: &Config, pace: &Pace) -> Option<Asked> {
    let server = place(config)?;
    let tried = pace.attempt(Fault::silent, || connect(config).boxed()).await;
    let mut result = tried.result;
    if let Err(fault) = &mut result
        && fault.kind == Kind::Silent
        && !takes_connections(config).await
    {
        *fault = Fault::unreachable(pace.timeout);
    }
    Some(Asked { result, place: server, latency: tried.latency })
}

async fn connect(config: &Config) -> Result<(Database, Server), Fault> {
    let store = Store::connect(config.clone()).map_err(|error| of_library(&error))?;
    let client = store.admin().connect().await.map_err(|error| of_library(&error))?;
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

/// A server that hangs takes connections; what drops packets does not. The driver does not tell the two apart.
async fn takes_connections(config: &Config) -> bool {
    let Some(location) = config.location() else { return false };
    let server = location.rsplit_once('/').map_or(location.as_str(), |(server, _)| server);
    if server.starts_with('/') {
        return true;
    }
    let Some((host, port)) = server.rsplit_once(':') else { return false };
    let Ok(port) = port.parse::<u16>() else { return false };
    let connected = timeout(PROBE, TcpStream::connect((host, port))).await;
    connected.is_ok_and(|connected| connected.is_ok())
}

fn of_library(error: &Error) -> Fault {
    match error {
        Error::Unavailable { reason, source: Some(source), .. } => {
            match source.downcast_ref::<tokio_postgres::Error>() {
                Some(error) => of_driver(error),
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
    if let Some(fault) = Fault::of_network(error) {
        return fault;
    }
    let mut text = error.to_string();
    if let Some(cause) = error.source() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    let kind = if text.contains("password missing") {
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
    let Asked { result, place, latency } = asked;
    let (database, server) = match result {
        Ok(found) => found,
        Err(fault) => return (guide.down(Name::Postgres, &place, &fault), None),
    };
    let major = server.version_num / 10_000;
    if major < OLDEST {
        let said =
            format!("is PostgreSQL {}, and {OLDEST} is the oldest that works", server.version);
        let fault = Fault::new(Kind::Outdated, said);
        let service = guide.down(Name::Postgres, &place, &fault);
        return (service.with_version(server.version), None);
    }
    let mut warnings = Vec::new();
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

/// What is told where no database is configured: it may be that of compose.yaml that runs.
pub(crate) async fn unconfigured(settings: &Settings, pace: &Pace, guide: &Guide) -> Service {
    const MESSAGE: &str = "no database is configured: neither DATABASE_URL nor PGHOST is set, and the server of `af up` does not run";
    let once = Pace { tries: 1, ..pace.clone() };
    let found = match &settings.compose {
        Some(config) => ask(config, &once).await,
        None => None,
    };
    match found {
        Some(Asked { result: Ok(_), place, .. }) => Service::unavailable(
            MESSAGE,
            format!(
                "the PostgreSQL of compose.yaml answers at {}: put the line DATABASE_URL of .env.example into .env",
                place.shown
            ),
        ),
        _ => Service::unavailable(MESSAGE, guide.start(Name::Postgres)),
    }
}
