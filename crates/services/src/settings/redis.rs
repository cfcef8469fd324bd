use std::{fmt, path::PathBuf};

use agentflow::Result;
use redis::{ConnectionAddr, IntoConnectionInfo};
use secrecy::SecretString;

use super::{invalid, port};
use crate::place::Place;

const URL: &str = "REDIS_URL";
const PORT: u16 = 6379;
/// The password of compose.yaml.
const COMPOSE_PASSWORD: &str = "agentflow-dev";

/// How a connection is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Tcp { host: String, port: u16, tls: bool },
    Socket(PathBuf),
}

/// Where Redis is, and what it is told.
#[derive(Clone)]
pub struct RedisSettings {
    pub(crate) target: Target,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<SecretString>,
    /// The number of the database there.
    pub(crate) database: i64,
    /// Whether the password is only that of compose.yaml, because nothing else is set.
    pub(crate) guessed: bool,
    setting: Option<&'static str>,
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSettings").field("target", &self.target).finish_non_exhaustive()
    }
}

impl RedisSettings {
    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let password = set("REDIS_PASSWORD");
        if let Some(url) = set(URL) {
            return Self::parse(url.trim(), password);
        }
        let port = port(set, "REDIS_PORT", PORT)?;
        let is_set = set("REDIS_PORT").is_some();
        Ok(Self {
            target: Target::Tcp { host: "127.0.0.1".to_owned(), port, tls: false },
            username: None,
            database: 0,
            guessed: password.is_none(),
            password: Some(password.unwrap_or_else(|| COMPOSE_PASSWORD.to_owned()).into()),
            setting: is_set.then_some("REDIS_PORT"),
        })
    }

    /// What is wrong is told without the text, which may hold a password.
    fn parse(text: &str, password: Option<String>) -> Result<Self> {
        const FORM: &str = "expected redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE], rediss://… for TLS, or unix:///PATH; \
                            a `@`, `:`, `/` or `%` in a password is written as %40, %3A, %2F or %25";
        let malformed = || invalid(URL, FORM);
        let (plain, tls) = match text.split_once("://") {
            Some((scheme, rest))
                if ["rediss", "valkeys"].iter().any(|it| it.eq_ignore_ascii_case(scheme)) =>
            {
                (format!("redis://{rest}"), true)
            }
            _ => (text.to_owned(), false),
        };
        if plain.contains('#') {
            return Err(malformed());
        }
        let info = plain.into_connection_info().map_err(|_| malformed())?;
        let target = match info.addr() {
            ConnectionAddr::Tcp(host, port) => Target::Tcp { host: host.clone(), port: *port, tls },
            ConnectionAddr::Unix(path) => Target::Socket(path.clone()),
            _ => return Err(malformed()),
        };
        let told = info.redis_settings();
        let password = told.password().map(str::to_owned).or(password);
        Ok(Self {
            target,
            username: told.username().map(str::to_owned),
            password: password.map(SecretString::from),
            database: told.db(),
            guessed: false,
            setting: Some(URL),
        })
    }

    pub(crate) fn place(&self) -> Place {
        match &self.target {
            Target::Tcp { host, port, .. } => Place::of_host(host, *port, self.setting),
            Target::Socket(path) => Place::of_socket(&path.display().to_string(), self.setting),
        }
    }

    /// Whether a password is sent.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn parse(text: &str) -> RedisSettings {
        RedisSettings::parse(text, None).unwrap()
    }

    #[test]
    fn every_form_of_a_url_is_read() {
        let full = parse("rediss://ann:p%40ss@cache.example:6380/3");
        let host = "cache.example".to_owned();
        assert_eq!(full.target, Target::Tcp { host, port: 6380, tls: true });
        assert_eq!((full.username.as_deref(), full.database), (Some("ann"), 3));
        assert_eq!(full.password.unwrap().expose_secret(), "p@ss");
        assert_eq!(parse("REDISS://cache.example:6380").target, full.target);
        let short = parse("redis://[::1]");
        assert_eq!(short.target, Target::Tcp { host: "::1".to_owned(), port: 6379, tls: false });
        assert!(short.password.is_none() && short.database == 0);
        let socket = parse("unix:///run/redis.sock");
        assert_eq!(socket.target, Target::Socket("/run/redis.sock".into()));
        assert_eq!(socket.place().shown, "/run/redis.sock");
    }

    #[test]
    fn the_password_beside_the_url_is_for_one_that_has_none() {
        let of = |url: &str| {
            let settings = RedisSettings::parse(url, Some("beside".to_owned())).unwrap();
            settings.password.unwrap().expose_secret().to_owned()
        };
        assert_eq!(of("redis://cache.example"), "beside");
        assert_eq!(of("redis://:within@cache.example"), "within");
    }
}
