//! Finding `pg_dump` and its like, of one major version.

use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::installation::{self, BIN_SETTING};
use crate::{Error, Version, folders, wheel};

/// What a folder must hold to serve.
const NEEDED: [&str; 2] = ["pg_dump", "pg_restore"];

/// The programs that talk to a PostgreSQL, such as `pg_dump`: a server need not be installed beside them.
///
/// They write and read what belongs to one major version, so they are looked for by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPrograms {
    /// The folder of the programs.
    pub bin_dir: PathBuf,
    /// Their version.
    pub version: Version,
}

impl ClientPrograms {
    /// Looks at `AF_PG_BIN`, then for installed ones, then in the cache. Never downloads anything.
    ///
    /// An `AF_PG_BIN` without these programs, or with those of another version, is passed over: it may be there for the
    /// sake of a local server. Nothing fits: the error says what was looked at.
    pub fn find(major: u16) -> Result<Self, Error> {
        let mut tried = Vec::new();
        for dir in candidates(major) {
            match Self::at(&dir) {
                Ok(found) if found.version.major == major => return Ok(found),
                Ok(found) => tried.push(format!("{}: version {}", dir.display(), found.version)),
                Err(error) => tried.push(match error {
                    Error::NotClientPrograms { path, reason } => {
                        format!("{}: {reason}", path.display())
                    }
                    other => other.chain(),
                }),
            }
        }
        Err(Error::NoClientPrograms { major, tried })
    }

    /// The programs in `bin_dir`, of whatever version.
    pub fn at(bin_dir: &Path) -> Result<Self, Error> {
        let unusable = |reason: String| Error::NotClientPrograms { path: bin_dir.into(), reason };
        for name in NEEDED {
            if !installation::program(bin_dir, name).is_file() {
                return Err(unusable(format!("it has no {name}")));
            }
        }
        let pg_dump = installation::program(bin_dir, "pg_dump");
        let answer = installation::ask(&pg_dump, "--version").map_err(&unusable)?;
        let version = Version::parse(&answer)
            .ok_or_else(|| unusable(format!("its version is unclear: {answer}")))?;
        let bin_dir = std::path::absolute(bin_dir).map_err(Error::io("find", bin_dir))?;
        Ok(Self { bin_dir, version })
    }

    /// The path of one of the programs, such as `pg_dump`.
    pub fn program(&self, name: &str) -> PathBuf {
        installation::program(&self.bin_dir, name)
    }
}

/// Folders that exist, best first.
fn candidates(major: u16) -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    dirs.extend(std::env::var_os(BIN_SETTING).filter(|dir| !dir.is_empty()).map(PathBuf::from));
    dirs.extend(installation::asked_bin_dir());
    dirs.extend(installation::packaged_bin_dirs(major));
    // Client-only installations of Homebrew, and programs that were put among all others.
    dirs.extend(["/opt/homebrew/opt/libpq/bin", "/usr/local/opt/libpq/bin"].map(PathBuf::from));
    if let Some(path) = std::env::var_os("PATH") {
        dirs.extend(std::env::split_paths(&path).filter(|dir| !is_wrapped(dir)));
    }
    let cached = Account::resolve().and_then(|account| folders::cache(&account, false));
    dirs.extend(cached.ok().map(|cache| wheel::bin_dir(&cache)));
    let mut seen = std::collections::HashSet::new();
    dirs.retain(|dir| {
        let is_new = dir.canonicalize().is_ok_and(|real| seen.insert(real));
        is_new && installation::program(dir, "pg_dump").is_file()
    });
    dirs
}

/// Debian's own `pg_dump` on the path is a script that chooses a version by the port of the server, and so not always the
/// same one.
fn is_wrapped(dir: &Path) -> bool {
    let pg_dump = dir.join("pg_dump").canonicalize();
    pg_dump.is_ok_and(|path| path.ends_with("pg_wrapper"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_programs_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let error = ClientPrograms::at(dir.path()).unwrap_err().to_string();
        assert!(error.contains(&*dir.path().to_string_lossy()) && error.contains("no pg_dump"));
    }

    #[test]
    fn what_is_not_there_in_this_version_is_told_with_the_way_out() {
        let error = ClientPrograms::find(99).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 99") && error.contains("AF_PG_BIN"), "{error}");
    }
}
