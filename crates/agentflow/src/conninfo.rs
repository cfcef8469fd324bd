//! Connection strings: URLs and libpq's `key=value` form.
//!
//! The driver knows three of libpq's six modes of TLS and none of the file options, so these are read and removed here
//! first.

use std::{fmt, path::PathBuf, str::FromStr};

use agentflow_core::InvalidInput;
use tokio_postgres::config::{Host, SslMode as DriverSslMode};

use crate::{
    error::{Error, Result},
    tls::{SslMode, TlsSettings},
};

/// A connection string, taken apart. Its Debug form shows no credentials.
#[derive(Clone)]
pub(crate) struct Conninfo {
    pub(crate) driver: tokio_postgres::Config,
    pub(crate) tls: TlsSettings,
}

impl fmt::Debug for Conninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conninfo")
            .field("location", &self.location())
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl Conninfo {
    /// Reads a connection string; `lookup` gives libpq's PG* variables for what it leaves out.
    pub(crate) fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let (rest, mut options) = split_tls_options(text)?;
        let variable = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut take = |option: &str, name: &str| options.remove(option).or_else(|| variable(name));
        let (mode, root_cert) =
            (take("sslmode", "PGSSLMODE"), take("sslrootcert", "PGSSLROOTCERT"));
        let from_system = root_cert.as_deref() == Some("system");
        let default = if from_system { SslMode::VerifyFull } else { SslMode::Prefer };
        let mode = mode.map_or(Ok(default), |mode| mode.parse())?;
        // Anybody can have a certificate from a public authority, so less would prove nothing.
        if from_system && mode != SslMode::VerifyFull {
            return Err(invalid("sslrootcert", "`system` goes with sslmode=verify-full only"));
        }
        let tls = TlsSettings {
            mode,
            root_cert: root_cert.filter(|_| !from_system).map(PathBuf::from),
            cert: take("sslcert", "PGSSLCERT").map(PathBuf::from),
            key: take("sslkey", "PGSSLKEY").map(PathBuf::from),
        };
        // The driver's message can quote what it could not read, so it is not passed on.
        let mut driver = tokio_postgres::Config::from_str(&rest)
            .map_err(|error| invalid("DATABASE_URL", &describe_parse_error(&error, &rest)))?;
        fill_from_variables(&mut driver, &variable)?;
        driver.ssl_mode(match tls.mode {
            // As in libpq, which the server expects: it offers none on a socket file.
            _ if is_local(&driver) => DriverSslMode::Disable,
            SslMode::Disable => DriverSslMode::Disable,
            SslMode::Prefer => DriverSslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => DriverSslMode::Require,
        });
        Ok(Self { driver, tls })
    }

    /// Host, port and database, for people.
    pub(crate) fn location(&self) -> String {
        let host = match self.driver.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.driver.get_ports().first().copied().unwrap_or(5432);
        let database = self.driver.get_dbname().or(self.driver.get_user()).unwrap_or("postgres");
        format!("{host}:{port}/{database}")
    }
}

/// Whether the server is reached through a socket file.
fn is_local(driver: &tokio_postgres::Config) -> bool {
    driver.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)))
        && driver.get_hostaddrs().is_empty()
}

/// Says what kind of thing was wrong, and no more: the value may be a password.
fn describe_parse_error(error: &tokio_postgres::Error, text: &str) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let option_in = |before| cause.strip_prefix(before)?.strip_suffix('`');
    let unknown = option_in("unknown option `").filter(|option| is_a_name(option, text));
    match (unknown, option_in("invalid value for option `")) {
        (Some(option), _) => format!("the option `{option}` is not supported"),
        (_, Some(option)) => format!("the value of the option `{option}` is not possible"),
        _ => "not a postgres:// URL nor a list of key=value pairs; a `@`, `:`, `/` or `%` inside a user name or \
                 password must be written as %40, %3A, %2F or %25"
            .to_owned(),
    }
}

/// A password with a `?` or a blank in it, written without escaping, makes what follows look like options.
fn is_a_name(option: &str, text: &str) -> bool {
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let behind_password = if is_url {
        text.split_once('?').is_some_and(|(_, options)| options.contains('@'))
    } else {
        let pairs = key_value_pairs(text).unwrap_or_default();
        pairs.windows(2).any(|pair| pair[0].0 == "password" && pair[1].0 == option)
    };
    let is_word = option.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_word && !behind_password
}

fn fill_from_variables(
    driver: &mut tokio_postgres::Config,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<()> {
    if driver.get_hosts().is_empty() && driver.get_hostaddrs().is_empty() {
        let hosts = variable("PGHOST").unwrap_or_else(|| "localhost".to_owned());
        for host in hosts.split(',') {
            driver.host(host);
        }
    }
    if driver.get_ports().is_empty()
        && let Some(port) = variable("PGPORT")
    {
        for port in port.split(',') {
            driver.port(port.parse().map_err(|_| invalid("PGPORT", "expected a port number"))?);
        }
    }
    if driver.get_user().is_none()
        && let Some(user) = variable("PGUSER").or_else(|| variable("USER"))
    {
        driver.user(user);
    }
    if driver.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")
    {
        driver.password(password);
    }
    if driver.get_dbname().is_none()
        && let Some(database) = variable("PGDATABASE")
    {
        driver.dbname(database);
    }
    if driver.get_application_name().is_none() {
        driver.application_name(variable("PGAPPNAME").unwrap_or_else(|| "agentflow".to_owned()));
    }
    if driver.get_connect_timeout().is_none() {
        let seconds = variable("PGCONNECT_TIMEOUT").map_or(Ok(10), |text| text.parse());
        match seconds.map_err(|_| invalid("PGCONNECT_TIMEOUT", "expected seconds"))? {
            // No limit, to libpq; to the driver, no time at all.
            0 => (),
            seconds => {
                driver.connect_timeout(std::time::Duration::from_secs(seconds));
            }
        }
    }
    Ok(())
}

type Options = std::collections::BTreeMap<String, String>;

const TLS_OPTIONS: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

/// Takes the TLS options out of a connection string.
fn split_tls_options(text: &str) -> Result<(String, Options)> {
    let mut options = Options::new();
    let mut take = |key: &str, value: &str| {
        let ours = TLS_OPTIONS.contains(&key);
        if ours {
            options.insert(key.to_owned(), value.to_owned());
        }
        ours
    };
    let rest = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let kept: Vec<_> = query
            .split('&')
            .filter(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                !pair.is_empty() && !take(key, &percent_decode(value))
            })
            .collect();
        if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }
    } else {
        let pairs = key_value_pairs(text)?;
        let kept: Vec<_> = pairs
            .iter()
            .filter(|(key, value)| !take(key, value))
            .map(|(key, value)| {
                format!("{key}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
            })
            .collect();
        kept.join(" ")
    };
    Ok((rest, options))
}

/// libpq's `key=value` form: values may be quoted with `'`, and `\` escapes.
fn key_value_pairs(text: &str) -> Result<Vec<(String, String)>> {
    let malformed = || invalid("DATABASE_URL", "expected a postgres:// URL or key=value pairs");
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(malformed)?;
        let mut value = String::new();
        let mut chars = after.trim_start().chars();
        let quoted = chars.as_str().starts_with('\'');
        if quoted {
            chars.next();
        }
        loop {
            match chars.next() {
                Some('\\') => value.push(chars.next().ok_or_else(malformed)?),
                Some('\'') if quoted => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => return Err(malformed()),
                None => break,
            }
        }
        pairs.push((key.trim().to_owned(), value));
        rest = chars.as_str().trim_start();
    }
    Ok(pairs)
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parse_with(text: &str, variables: &[(&str, &str)]) -> Result<Conninfo> {
        Conninfo::parse(text, &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned())
        })
    }

    fn parse(text: &str) -> Conninfo {
        parse_with(text, &[]).unwrap()
    }

    fn refusal(text: &str) -> String {
        parse_with(text, &[]).unwrap_err().to_string()
    }

    #[test]
    fn a_url_and_its_key_value_form_mean_the_same() {
        let url = "postgresql://app:p%40ss%2F%25%27%5C@db.example:6543/my%20db?sslmode=verify-ca\
                   &application_name=a%26b&sslrootcert=%2Fetc%2Fmy%20ca.pem&connect_timeout=3";
        let pairs = r"host=db.example port = 6543 user=app password='p@ss/%\'\\' dbname='my db'
                      sslmode=verify-ca application_name=a&b sslrootcert=/etc/my\ ca.pem connect_timeout=3";
        for conninfo in [parse(url), parse(pairs)] {
            let driver = &conninfo.driver;
            assert_eq!(driver.get_password(), Some(br"p@ss/%'\".as_slice()));
            assert_eq!((driver.get_user(), driver.get_dbname()), (Some("app"), Some("my db")));
            assert_eq!(driver.get_application_name(), Some("a&b"));
            assert_eq!(driver.get_connect_timeout(), Some(&Duration::from_secs(3)));
            assert_eq!(driver.get_ssl_mode(), DriverSslMode::Require);
            assert_eq!(conninfo.tls.mode, SslMode::VerifyCa);
            assert_eq!(conninfo.tls.root_cert, Some("/etc/my ca.pem".into()));
            assert_eq!(conninfo.location(), "db.example:6543/my db");
        }
    }

    #[test]
    fn variables_fill_what_is_left_out_and_nothing_else() {
        let variables = [
            ("PGHOST", "one.example,two.example"),
            ("PGPORT", "5433,5434"),
            ("PGUSER", "app"),
            ("PGPASSWORD", "secret"),
            ("PGDATABASE", "af"),
            ("PGAPPNAME", "tool"),
            ("PGCONNECT_TIMEOUT", "7"),
            ("PGSSLMODE", "require"),
            ("PGSSLROOTCERT", "/ca.pem"),
            ("PGSSLCERT", "/me.pem"),
            ("PGSSLKEY", "/me.key"),
        ];
        let Conninfo { driver, tls } = parse_with("", &variables).unwrap();
        assert_eq!((driver.get_hosts().len(), driver.get_ports()), (2, [5433, 5434].as_slice()));
        assert_eq!(driver.get_password(), Some(b"secret".as_slice()));
        assert_eq!((driver.get_user(), driver.get_dbname()), (Some("app"), Some("af")));
        assert_eq!(driver.get_application_name(), Some("tool"));
        assert_eq!(driver.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(tls.mode, SslMode::Require);
        let files = [&tls.root_cert, &tls.cert, &tls.key];
        assert_eq!(
            files.map(|file| file.as_ref().unwrap().to_str().unwrap()),
            ["/ca.pem", "/me.pem", "/me.key"]
        );

        let text = "postgres://me:mine@db.example:1/other?sslmode=disable&application_name=x";
        let Conninfo { driver, tls } = parse_with(text, &variables).unwrap();
        assert_eq!((driver.get_hosts().len(), driver.get_ports()), (1, [1].as_slice()));
        assert_eq!(driver.get_password(), Some(b"mine".as_slice()));
        assert_eq!((driver.get_user(), driver.get_dbname()), (Some("me"), Some("other")));
        assert_eq!((driver.get_application_name(), tls.mode), (Some("x"), SslMode::Disable));
    }

    #[test]
    fn without_anything_it_is_a_local_server_with_tls_if_there_is_any() {
        let Conninfo { driver, tls } = parse("");
        assert_eq!(driver.get_hosts(), [Host::Tcp("localhost".to_owned())]);
        assert_eq!(driver.get_application_name(), Some("agentflow"));
        assert_eq!(driver.get_connect_timeout(), Some(&Duration::from_secs(10)));
        assert_eq!((tls.mode, driver.get_ssl_mode()), (SslMode::Prefer, DriverSslMode::Prefer));
        let endless = parse_with("", &[("PGCONNECT_TIMEOUT", "0")]).unwrap();
        assert_eq!(endless.driver.get_connect_timeout(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_file_needs_no_tls() {
        for text in [
            "postgres://app@%2Fvar%2Frun%2Fpostgresql/af?sslmode=require",
            "host=/var/run/postgresql user=app dbname=af sslmode=require",
        ] {
            let conninfo = parse(text);
            assert_eq!(conninfo.driver.get_ssl_mode(), DriverSslMode::Disable);
            assert_eq!(conninfo.location(), "/var/run/postgresql:5432/af");
        }
        let mixed = parse("host=/var/run/postgresql,db.example user=app sslmode=require");
        assert_eq!(mixed.driver.get_ssl_mode(), DriverSslMode::Require);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (text, named) in [
            ("postgres://h/d?gssencmode=disable", "`gssencmode`"),
            ("host=h service=prod", "`service`"),
            ("host=h port=many", "`port`"),
            ("postgres://h/d?sslmode=sure", "sslmode"),
            ("postgres://h/d?sslrootcert=system&sslmode=require", "sslrootcert"),
            ("host='h", "DATABASE_URL"),
            ("just words", "DATABASE_URL"),
        ] {
            let refusal = refusal(text);
            assert!(refusal.contains(named), "{text}: {refusal}");
        }
        for (name, value) in [("PGPORT", "x"), ("PGCONNECT_TIMEOUT", "x"), ("PGSSLMODE", "x")] {
            let refusal = parse_with("", &[(name, value)]).unwrap_err().to_string();
            assert!(refusal.contains(&name.replace("PGSSLMODE", "sslmode")), "{refusal}");
        }
        assert_eq!(parse("host=h sslrootcert=system").tls.mode, SslMode::VerifyFull);
    }

    #[test]
    fn no_part_of_a_password_is_ever_told() {
        for text in [
            "postgres://app:hunter?two@h/d?unknown=x",
            "postgres://app@h?two=hunter@h/d",
            "postgres://app:hun%zzter:hunter@h:hunter/d",
            "postgres://app:hunter#2@h:99999/d?hunter@h",
            "postgres://app:x@h:port/d?password=hunter&port=two",
            "host=h password=the hunter=two",
            "host=h password='hunter",
            "host=h password=hunter port=many",
            "hunter",
        ] {
            let refusal = refusal(text);
            assert!(!refusal.contains("hunter") && !refusal.contains("two"), "{text}: {refusal}");
        }
        let shown = format!("{:?}", parse("postgres://app:hunter@h/d?password=hunter2"));
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
