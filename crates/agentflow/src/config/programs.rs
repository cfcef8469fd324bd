//! The same database, for the programs of PostgreSQL.

use std::time::Duration;

use secrecy::SecretString;
use tokio_postgres::config::{Host, TargetSessionAttrs};

use super::{Config, invalid};
use crate::{
    conninfo::Conninfo,
    error::Result,
    tls::{SslMode, TlsSettings},
};

/// After so long without a word, the other side is asked whether it is there; and again, so often.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEPALIVES: u32 = 6;

/// Variables of libpq, by name.
pub type ProgramEnvironment = Vec<(&'static str, SecretString)>;

impl Config {
    /// How a program of PostgreSQL (`pg_dump`, `psql`) is told where the database is: as libpq's variables. In the arguments
    /// of a process everybody on the machine could read the password.
    ///
    /// Whoever starts the program removes all other variables whose names begin with `PG` first: they are meant for another
    /// database. Fails without a database, and on what those programs cannot do.
    pub fn program_environment(&self) -> Result<ProgramEnvironment> {
        let conninfo = self.conninfo()?;
        let mut variables = Vec::new();
        let mut set = |name, value: String| variables.push((name, SecretString::from(value)));
        for (name, value) in place(conninfo) {
            set(name, value);
        }
        for (name, value) in session(conninfo)? {
            set(name, value);
        }
        for (name, value) in encryption(&conninfo.tls)? {
            set(name, value);
        }
        Ok(variables)
    }

    /// The same server and role, and another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let mut other = self.clone();
        if let Some(conninfo) = &mut other.conninfo {
            conninfo.driver.dbname(name);
        }
        other
    }

    /// The same database, over connections that notice within two minutes that the server is gone, and that nothing in between
    /// forgets while a statement takes hours.
    #[must_use]
    pub fn with_keepalives(&self) -> Self {
        let mut other = self.clone();
        if let Some(conninfo) = &mut other.conninfo {
            let driver = &mut conninfo.driver;
            driver.keepalives(true).keepalives_idle(KEEPALIVE_AFTER);
            driver.keepalives_interval(KEEPALIVE_EVERY).keepalives_retries(KEEPALIVES);
        }
        other
    }

    /// The name of the database; that of the role where none is given, as for libpq. None without a database.
    pub fn database_name(&self) -> Option<String> {
        let driver = &self.conninfo.as_ref()?.driver;
        driver.get_dbname().or(driver.get_user()).map(str::to_owned)
    }
}

fn place(conninfo: &Conninfo) -> Vec<(&'static str, String)> {
    let driver = &conninfo.driver;
    let hosts: Vec<String> = driver.get_hosts().iter().map(host).collect();
    let addresses: Vec<String> = driver.get_hostaddrs().iter().map(ToString::to_string).collect();
    let ports: Vec<String> = driver.get_ports().iter().map(ToString::to_string).collect();
    let listed = [("PGHOST", hosts), ("PGHOSTADDR", addresses), ("PGPORT", ports)];
    listed
        .into_iter()
        .filter(|(_, all)| !all.is_empty())
        .map(|(n, all)| (n, all.join(",")))
        .collect()
}

fn host(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

fn session(conninfo: &Conninfo) -> Result<Vec<(&'static str, String)>> {
    let driver = &conninfo.driver;
    let mut variables = Vec::new();
    let mut set = |name, value: Option<String>| variables.extend(value.map(|value| (name, value)));
    set("PGUSER", driver.get_user().map(str::to_owned));
    set("PGDATABASE", driver.get_dbname().map(str::to_owned));
    set("PGOPTIONS", driver.get_options().map(str::to_owned));
    set("PGAPPNAME", driver.get_application_name().map(str::to_owned));
    set("PGCONNECT_TIMEOUT", conninfo.connect_timeout.map(|limit| limit.as_secs().to_string()));
    if driver.get_target_session_attrs() == TargetSessionAttrs::ReadWrite {
        set("PGTARGETSESSIONATTRS", Some("read-write".to_owned()));
    }
    if let Some(password) = driver.get_password() {
        let password = std::str::from_utf8(password).ok().filter(|text| !text.contains('\0'));
        let password = password.ok_or_else(|| {
            invalid("DATABASE_URL", "a password that is no text cannot be given to a program")
        })?;
        set("PGPASSWORD", Some(password.to_owned()));
    }
    Ok(variables)
}

fn encryption(tls: &TlsSettings) -> Result<Vec<(&'static str, String)>> {
    let mode = match tls.mode {
        SslMode::Disable => "disable",
        SslMode::Prefer => "prefer",
        SslMode::Require => "require",
        SslMode::VerifyCa => "verify-ca",
        SslMode::VerifyFull => "verify-full",
    };
    // Our driver does not know it, and the programs should not go other ways than we do.
    let mut variables =
        vec![("PGSSLMODE", mode.to_owned()), ("PGGSSENCMODE", "disable".to_owned())];
    let mut path = |name, path: &Option<std::path::PathBuf>| {
        variables.extend(path.as_ref().map(|path| (name, path.display().to_string())));
    };
    path("PGSSLROOTCERT", &tls.root_cert);
    path("PGSSLCERT", &tls.cert);
    path("PGSSLKEY", &tls.key);
    match (tls.mode, &tls.root_cert) {
        (SslMode::VerifyFull, None) => variables.push(("PGSSLROOTCERT", "system".to_owned())),
        (SslMode::VerifyCa, None) => {
            let reason = "name the trusted authorities, or use sslmode=verify-full: the programs of PostgreSQL cannot \
                          check a certificate against those of the system without its host name";
            return Err(invalid("sslrootcert", reason));
        }
        _ => {}
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn variables(url: &str) -> Vec<(&'static str, String)> {
        let told = Config::from_url(url).unwrap().program_environment().unwrap();
        told.iter().map(|(name, value)| (*name, value.expose_secret().to_owned())).collect()
    }

    #[test]
    fn a_program_is_told_all_that_the_url_says() {
        let told = variables(
            "postgres://app:p%40ss@one.example:1,two.example:2/my%20db?connect_timeout=3&options=-c%20a%3Db\
             &application_name=tool&sslmode=verify-ca&sslrootcert=/ca.pem&sslcert=/me.pem&sslkey=/me.key",
        );
        for expected in [
            ("PGHOST", "one.example,two.example"),
            ("PGPORT", "1,2"),
            ("PGUSER", "app"),
            ("PGPASSWORD", "p@ss"),
            ("PGDATABASE", "my db"),
            ("PGOPTIONS", "-c a=b"),
            ("PGAPPNAME", "tool"),
            ("PGCONNECT_TIMEOUT", "3"),
            ("PGSSLMODE", "verify-ca"),
            ("PGSSLROOTCERT", "/ca.pem"),
            ("PGSSLCERT", "/me.pem"),
            ("PGSSLKEY", "/me.key"),
        ] {
            assert!(
                told.iter().any(|(n, v)| (*n, v.as_str()) == expected),
                "{expected:?} in {told:?}"
            );
        }
    }

    #[test]
    fn what_the_programs_cannot_check_is_refused_rather_than_left_out() {
        let config = Config::from_url("postgres://app@h/d?sslmode=verify-ca").unwrap();
        assert!(config.program_environment().unwrap_err().to_string().contains("sslrootcert"));
        let told = variables("postgres://app@h/d?sslmode=verify-full");
        assert!(told.contains(&("PGSSLROOTCERT", "system".to_owned())), "{told:?}");
    }

    #[test]
    fn another_database_of_the_same_server_is_named_and_nothing_else_changes() {
        let config = Config::from_url("postgres://app:x@h:5433/d").unwrap();
        let other = config.with_database("o'ther");
        assert_eq!(other.location().unwrap(), "h:5433/o'ther");
        assert_eq!(other.database_name().unwrap(), "o'ther");
        assert_eq!(config.database_name().unwrap(), "d");
        assert_eq!(Config::from_url("postgres://app@h").unwrap().database_name().unwrap(), "app");
        assert_eq!(Config::default().with_database("d").database_name(), None);
    }
}
