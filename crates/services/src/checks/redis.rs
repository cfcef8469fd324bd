//! Whether Redis answers: a connection of our own, so that it can be told where it fails.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::FutureExt;
use redis::{
    AsyncConnectionConfig, ErrorKind, RedisConnectionInfo, RedisError, ServerErrorKind,
    aio::MultiplexedConnection, cmd,
};
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::AbortHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::TlsConnector;

use crate::{
    fault::{Fault, Kind},
    foreign::{Limited, MAX_ANSWER, Seen, look},
    guide::Guide,
    name::Name,
    pace::{Pace, Tried},
    report::Service,
    settings::{RedisSettings, Target},
    tls,
};

const NO_REDIS: &str = "what answers there is no Redis";
const NO_TLS: &str = "takes the connection and does not answer in TLS";
const CLOSED: &str = "closes the connection at once: it is no Redis, or one that takes no more connections (maxclients)";

/// What Redis says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Redis, Valkey or another that speaks like it.
    product: Option<String>,
    version: Option<String>,
    /// That the password of ours was not asked for.
    is_open: bool,
}

pub(crate) async fn ask(settings: &RedisSettings, pace: &Pace) -> Tried<Told> {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let work = || {
        *look(&seen) = Seen::default();
        try_once(settings, pace.left(), &seen).boxed()
    };
    let mut tried = pace.attempt(Fault::silent, work).await;
    let has_answered = look(&seen).kind().is_some();
    tried.result = tried.result.map_err(|fault| match fault.kind {
        Kind::Silent if has_answered => fault.made_slow(),
        _ => fault,
    });
    tried
}

pub(crate) fn service(tried: Tried<Told>, settings: &RedisSettings, guide: &Guide) -> Service {
    let place = settings.place();
    let told = match tried.result {
        Ok(told) => told,
        Err(fault) => return guide.down(Name::Redis, &place, &fault),
    };
    let name = told.product.as_deref().unwrap_or("Redis");
    let name = match &told.version {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    };
    let mut service =
        Service::available(format!("{name} at {}", place.shown)).with_latency(tried.latency);
    service.version = told.version;
    if told.is_open && !place.is_local {
        service.warnings.push(format!("Redis at {} asks nobody for a password", place.shown));
    }
    if told.is_open && settings.has_password() && !settings.guessed {
        let warning =
            "a password for Redis is set, and Redis asks for none; is it the one that is meant?";
        service.warnings.push(warning.to_owned());
    }
    service
}

async fn try_once(
    settings: &RedisSettings,
    left: Duration,
    seen: &Arc<Mutex<Seen>>,
) -> Result<Told, Fault> {
    let talk = Talk { settings, seen, end: Instant::now() + left.mul_f64(0.9) };
    // Both steps are shorter than the try, so that it is told which of them it was.
    let patience = left.mul_f64(0.45);
    match &settings.target {
        Target::Tcp { host, port, tls } => {
            let connect = TcpStream::connect((host.as_str(), *port));
            let stream = timeout(patience, connect)
                .await
                .map_err(|_| Fault::unreachable(left))?
                .map_err(|error| of_io(&error))?;
            if *tls {
                let connector = TlsConnector::from(Arc::new(tls::with_roots().await?));
                let name = ServerName::try_from(host.clone())
                    .map_err(|_| Fault::new(Kind::Tls, "TLS needs the name of a host"))?;
                // A Redis without TLS waits for the end of what it takes for a command.
                let shake = timeout(patience, connector.connect(name, stream)).await;
                let shake = shake.map_err(|_| Fault::new(Kind::Tls, NO_TLS))?;
                talk.begin(shake.map_err(|error| of_tls(&error))?).await
            } else {
                talk.begin(stream).await
            }
        }
        #[cfg(unix)]
        Target::Socket(path) => {
            let stream = tokio::net::UnixStream::connect(path).await;
            talk.begin(stream.map_err(|error| of_io(&error))?).await
        }
        #[cfg(not(unix))]
        Target::Socket(_) => {
            Err(Fault::new(Kind::Setting, "socket files are not supported on this system"))
        }
    }
}

/// Ends the connection however the talk ends.
struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is said to a server, once there is a connection.
struct Talk<'s> {
    settings: &'s RedisSettings,
    seen: &'s Arc<Mutex<Seen>>,
    /// When a server that is there has to have told its version; before the end of the try.
    end: Instant,
}

impl Talk<'_> {
    /// With a limit of what is read.
    async fn begin(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Told, Fault> {
        let mut told = self.converse(Limited::new(stream, self.seen)).await;
        let seen = look(self.seen);
        if seen.is_too_much() {
            let kib = MAX_ANSWER / 1024;
            let said = format!("{NO_REDIS}: it sends more than {kib} KiB where Redis sends a line");
            return Err(Fault::new(Kind::Foreign, said));
        }
        if let Err(fault) = &mut told
            && fault.said == NO_REDIS
            && let Some(kind) = seen.kind()
        {
            fault.said = format!("{NO_REDIS}: {kind}");
        }
        told
    }

    async fn converse(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Told, Fault> {
        // Our own AUTH below says more about what is wrong than the one of the library.
        let info = RedisConnectionInfo::default().set_skip_set_lib_name();
        // The whole try has a limit.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let (mut connection, driver) =
            MultiplexedConnection::new_with_config(&info, stream, config)
                .await
                .map_err(|error| of_redis(&error))?;
        let _driver = Driver(tokio::spawn(driver).abort_handle());
        let is_open = match &self.settings.password {
            Some(password) => authenticate(&mut connection, self.settings, password).await?,
            None => true,
        };
        let pong: String =
            cmd("PING").query_async(&mut connection).await.map_err(|error| of_redis(&error))?;
        if pong != "PONG" {
            return Err(Fault::new(Kind::Foreign, NO_REDIS));
        }
        select(&mut connection, self.settings.database).await?;
        // One who may not ask for it, or is not told in time, has a Redis all the same.
        let mut info = cmd("INFO");
        let info = info.arg("server").query_async::<String>(&mut connection);
        let info = timeout_at(self.end, info).await.ok().and_then(Result::ok);
        Ok(Told { is_open, ..info.map(|info| read_info(&info)).unwrap_or_default() })
    }
}

/// Asks for the database of the setting. Each connection begins in database 0.
async fn select(connection: &mut MultiplexedConnection, database: i64) -> Result<(), Fault> {
    if database == 0 {
        return Ok(());
    }
    let mut select = cmd("SELECT");
    let answer: Result<(), _> = select.arg(database).query_async(connection).await;
    answer.map_err(|error| match error.code() {
        Some("ERR") => Fault::new(
            Kind::Missing,
            format!("has no database {database} (Redis has 16 unless more are asked for, and a cluster has database 0 only)"),
        ),
        Some("NOPERM") => Fault::new(
            Kind::Credentials,
            format!("does not let this user SELECT database {database} (NOPERM)"),
        ),
        _ => of_redis(&error),
    })
}

/// Whether the server asks for no password at all.
async fn authenticate(
    connection: &mut MultiplexedConnection,
    settings: &RedisSettings,
    password: &SecretString,
) -> Result<bool, Fault> {
    let mut auth = cmd("AUTH");
    if let Some(username) = &settings.username {
        auth.arg(username);
    }
    let answer: Result<(), _> = auth.arg(password.expose_secret()).query_async(connection).await;
    match answer {
        Ok(()) => Ok(false),
        // It has no password, which only tells that ours is none of it.
        Err(error) if text_of(&error).contains("without any password configured") => Ok(true),
        Err(error) => Err(of_redis(&error)),
    }
}

fn read_info(text: &str) -> Told {
    let field = |name: &str| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.map(|value| value.trim().to_owned())
    };
    let is_valkey = field("server_name").is_some_and(|name| name == "valkey");
    if is_valkey {
        let version = field("valkey_version");
        return Told { product: Some("Valkey".to_owned()), version, is_open: false };
    }
    Told { product: None, version: field("redis_version"), is_open: false }
}

fn text_of(error: &RedisError) -> String {
    let code = error.code().unwrap_or_default();
    format!("{code} {}", error.detail().unwrap_or_default())
}

/// What the server says is told in our words where it is known: others may have put anything into it.
fn of_redis(error: &RedisError) -> Fault {
    let text = text_of(error);
    let said = |kind, said: &str| Fault::new(kind, said);
    match (error.kind(), error.code().unwrap_or_default()) {
        (_, "NOAUTH") => said(Kind::Credentials, "asks for a password, and none was given"),
        (_, "WRONGPASS") => said(Kind::Credentials, "refuses the password (WRONGPASS)"),
        (ErrorKind::AuthenticationFailed, _) => said(Kind::Credentials, "refuses the password"),
        (_, "NOPERM") => said(Kind::Credentials, "does not let this user PING (NOPERM)"),
        (_, "ERR") if text.contains("invalid password") => {
            said(Kind::Credentials, "refuses the password")
        }
        (_, "DENIED") => said(
            Kind::Credentials,
            "is in protected mode, which lets in nobody from other machines without a password (DENIED)",
        ),
        (ErrorKind::Server(ServerErrorKind::BusyLoading), _) => {
            said(Kind::Starting, "is reading its data into memory (LOADING)")
        }
        (ErrorKind::Server(ServerErrorKind::MasterDown), _) => {
            said(Kind::Starting, "is a replica that lost its primary (MASTERDOWN)")
        }
        (_, "BUSY") => said(Kind::Starting, "is busy with a script (BUSY)"),
        (_, "MISCONF") => said(Kind::Other, "cannot write its data to disk (MISCONF)"),
        (ErrorKind::Parse, _) => said(Kind::Foreign, NO_REDIS),
        // It says why, and closes; which of the two arrives first is chance.
        (ErrorKind::Io, _) => said(Kind::Foreign, CLOSED),
        (_, "ERR") if text.contains("max number of clients") => {
            said(Kind::Full, "takes no more connections (maxclients)")
        }
        (_, "ERR") if text.contains("wrong number of arguments") => said(
            Kind::Credentials,
            "takes a password and no user name, as Redis before version 6: leave the name out",
        ),
        // Any other program may have put anything there.
        (_, code) if is_code(code) => {
            Fault::new(Kind::Other, format!("refuses what it was asked ({code})"))
        }
        _ => said(Kind::Foreign, NO_REDIS),
    }
}

/// `CLUSTERDOWN`, and what else servers call their errors.
fn is_code(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn of_io(error: &io::Error) -> Fault {
    Fault::of_io(error).unwrap_or_else(|| Fault::new(Kind::Other, error.to_string()))
}

fn of_tls(error: &io::Error) -> Fault {
    let is_end = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    );
    if is_end {
        return Fault::new(Kind::Tls, "closes the connection instead of speaking TLS");
    }
    let reason = tls::reason(error).unwrap_or_else(|| error.to_string());
    Fault::new(Kind::Tls, format!("TLS failed: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_product_are_read() {
        let redis = read_info("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n");
        assert_eq!((redis.product, redis.version.as_deref()), (None, Some("7.0.15")));
        let valkey = "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.3\r\n";
        let valkey = read_info(valkey);
        assert_eq!(valkey.product.as_deref(), Some("Valkey"));
        assert_eq!(valkey.version.as_deref(), Some("8.1.3"));
        assert_eq!(read_info("").version, None);
    }
}
