//! Connection strings: URLs and libpq's `key=value` form.
//!
//! The driver knows three of libpq's six modes of TLS and none of the file options, and its time limit ends where TCP is
//! connected, so these are read and removed here first.

mod options;

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use agentflow_core::InvalidInput;
use tokio_postgres::config::{Host, SslMode as DriverSslMode};

use self::options::{key_value_pairs, split_options};
use crate::{
    connect::{each_host, is_local},
    error::{Error, Result},
    tls::{SslMode, TlsSettings},
};

/// How long a server may take where nothing is said about it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection string, taken apart. Its Debug form shows no credentials.
#[derive(Clone)]
pub(crate) struct Conninfo {
    pub(crate) driver: tokio_postgres::Config,
    pub(crate) tls: TlsSettings,
    /// How long each server may take until it lets us in; none for ever.
    pub(crate) connect_timeout: Option<Duration>,
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
        let (rest, mut options) = split_options(text)?;
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
        let connect_timeout = match take("connect_timeout", "PGCONNECT_TIMEOUT") {
            Some(seconds) => limit(&seconds)?,
            None => Some(CONNECT_TIMEOUT),
        };
        // The driver's message can quote what it could not read, so it is not passed on.
        let mut driver = tokio_postgres::Config::from_str(&rest)
            .map_err(|error| invalid("DATABASE_URL", &describe_parse_error(&error, &rest)))?;
        fill_from_variables(&mut driver, &variable)?;
        driver.ssl_mode(match tls.mode {
            _ if is_local(&driver) => DriverSslMode::Disable,
            SslMode::Disable => DriverSslMode::Disable,
            SslMode::Prefer => DriverSslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => DriverSslMode::Require,
        });
        Ok(Self { driver, tls, connect_timeout })
    }

    /// Host, port and database, for people.
    pub(crate) fn location(&self) -> String {
        let (host, port) = self.server();
        let database = self.driver.get_dbname().or(self.driver.get_user()).unwrap_or("postgres");
        format!("{host}:{port}/{database}")
    }

    /// The first server: its name, its address or the folder of its socket file, and its port.
    pub(crate) fn server(&self) -> (String, u16) {
        let host = match self.driver.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => match self.driver.get_hostaddrs().first() {
                Some(address) => address.to_string(),
                None => "localhost".to_owned(),
            },
        };
        (host, self.driver.get_ports().first().copied().unwrap_or(5432))
    }

    /// Where the first server is reached: at its address where that is given, whatever it is called.
    pub(crate) fn address(&self) -> (String, u16) {
        let (host, port) = self.server();
        let given = self.driver.get_hostaddrs().first();
        (given.map_or(host, ToString::to_string), port)
    }

    /// The same for each host alone, in their order.
    pub(crate) fn hosts(&self) -> Vec<Self> {
        let alone = |driver| Self { driver, ..self.clone() };
        each_host(&self.driver).into_iter().map(alone).collect()
    }
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

/// No time is no limit, as in libpq. The value is not told: what follows an unescaped password looks like options.
fn limit(seconds: &str) -> Result<Option<Duration>> {
    let seconds: i32 = seconds.trim().parse().map_err(|_| {
        let reason = "expected whole seconds, 0 for no limit (also PGCONNECT_TIMEOUT)";
        invalid("connect_timeout", reason)
    })?;
    let seconds = u64::try_from(seconds).unwrap_or(0);
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
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
    Ok(())
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::InvalidSetting(InvalidInput::new(name, reason))
}

#[cfg(test)]
mod tests {
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
            assert_eq!(conninfo.connect_timeout, Some(Duration::from_secs(3)));
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
        let Conninfo { driver, tls, connect_timeout } = parse_with("", &variables).unwrap();
        assert_eq!((driver.get_hosts().len(), driver.get_ports()), (2, [5433, 5434].as_slice()));
        assert_eq!(driver.get_password(), Some(b"secret".as_slice()));
        assert_eq!((driver.get_user(), driver.get_dbname()), (Some("app"), Some("af")));
        assert_eq!(driver.get_application_name(), Some("tool"));
        assert_eq!(connect_timeout, Some(Duration::from_secs(7)));
        assert_eq!(tls.mode, SslMode::Require);
        let files = [&tls.root_cert, &tls.cert, &tls.key];
        assert_eq!(
            files.map(|file| file.as_ref().unwrap().to_str().unwrap()),
            ["/ca.pem", "/me.pem", "/me.key"]
        );

        let text = "postgres://me:mine@db.example:1/other?sslmode=disable&application_name=x";
        let Conninfo { driver, tls, .. } = parse_with(text, &variables).unwrap();
        assert_eq!((driver.get_hosts().len(), driver.get_ports()), (1, [1].as_slice()));
        assert_eq!(driver.get_password(), Some(b"mine".as_slice()));
        assert_eq!((driver.get_user(), driver.get_dbname()), (Some("me"), Some("other")));
        assert_eq!((driver.get_application_name(), tls.mode), (Some("x"), SslMode::Disable));
    }

    #[test]
    fn without_anything_it_is_a_local_server_with_tls_if_there_is_any() {
        let Conninfo { driver, tls, connect_timeout } = parse("");
        assert_eq!(driver.get_hosts(), [Host::Tcp("localhost".to_owned())]);
        assert_eq!(driver.get_application_name(), Some("agentflow"));
        assert_eq!(connect_timeout, Some(Duration::from_secs(10)));
        assert_eq!((tls.mode, driver.get_ssl_mode()), (SslMode::Prefer, DriverSslMode::Prefer));
        let endless = parse_with("", &[("PGCONNECT_TIMEOUT", "0")]).unwrap();
        assert_eq!(endless.connect_timeout, None);
        // What the URL says wins, also where it says that there is no limit.
        for url in ["postgres://h/d?connect_timeout=0", "host=h connect_timeout=-1"] {
            let endless = parse_with(url, &[("PGCONNECT_TIMEOUT", "7")]).unwrap();
            assert_eq!(endless.connect_timeout, None, "{url}");
        }
    }

    #[test]
    fn each_host_can_be_looked_at_alone() {
        let servers =
            |text: &str| -> Vec<_> { parse(text).hosts().iter().map(Conninfo::server).collect() };
        let of = |host: &str, port| (host.to_owned(), port);
        assert_eq!(servers("postgres://a,b:6543/d"), [of("a", 5432), of("b", 6543)]);
        assert_eq!(servers("host=a,b port=7"), [of("a", 7), of("b", 7)]);
        assert_eq!(servers("host=a,b load_balance_hosts=random").len(), 2);
        assert_eq!(servers("hostaddr=10.0.0.1 port=7"), [of("10.0.0.1", 7)]);
        assert_eq!(servers("postgres://u@a/my%2Fdb"), [of("a", 5432)]);
    }

    #[test]
    fn an_address_is_where_a_server_is_reached_and_its_name_is_what_it_is_called() {
        let both = parse("host=a,b hostaddr=10.0.0.1,::1 port=7");
        assert_eq!((both.server(), both.address()), (("a".into(), 7), ("10.0.0.1".into(), 7)));
        assert_eq!(both.hosts()[1].address(), ("::1".into(), 7));
        assert_eq!(parse("host=a").address(), ("a".into(), 5432));
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
        let modes: Vec<_> = mixed.hosts().iter().map(|it| it.driver.get_ssl_mode()).collect();
        assert_eq!(modes, [DriverSslMode::Disable, DriverSslMode::Require]);
        let by_address = parse("host=/a,/b hostaddr=10.0.0.1,10.0.0.2 sslmode=require");
        assert_eq!(by_address.hosts()[0].driver.get_ssl_mode(), DriverSslMode::Require);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (text, named) in [
            ("postgres://h/d?gssencmode=disable", "`gssencmode`"),
            ("host=h service=prod", "`service`"),
            ("host=h port=many", "`port`"),
            ("postgres://h/d?connect_timeout=1.5", "connect_timeout"),
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
