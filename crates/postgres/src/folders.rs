//! Which folders are used: the cache of binaries, persistent data, and temporary clusters.

use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::{Error, cluster};

/// Overrides the folder of cached binaries.
const CACHE_SETTING: &str = "AF_CACHE_DIR";
/// Overrides the folder of persistent data.
const DATA_SETTING: &str = "AF_DATA_DIR";

/// The folder of cached binaries; made when `create` is set, else possibly absent.
pub(crate) fn cache(account: &Account, create: bool) -> Result<PathBuf, Error> {
    if let Some(dir) = chosen(CACHE_SETTING) {
        if create {
            make_shared(&dir)?;
            account.require_reach(&dir, CACHE_SETTING)?;
        }
        return Ok(dir);
    }
    let mut reason = "no home folder is set".to_owned();
    for dir in cache_candidates(account) {
        if !create && !dir.exists() {
            continue;
        }
        match usable_cache(&dir, account) {
            Ok(()) => return Ok(dir),
            Err(error) => reason = error.chain(),
        }
    }
    Err(Error::NoFolder { purpose: "PostgreSQL binaries", reason, setting: CACHE_SETTING })
}

/// The programs in this folder will be executed, so a folder that somebody else may have planted
/// or can write to does not serve.
fn usable_cache(dir: &Path, account: &Account) -> Result<(), Error> {
    make_shared(dir)?;
    require_ours(dir)?;
    account.require_reach(dir, CACHE_SETTING)
}

/// The folder of the persistent server.
pub(crate) fn data() -> Result<PathBuf, Error> {
    let dir = chosen(DATA_SETTING).or_else(|| {
        if is_root() {
            return Some(PathBuf::from("/var/lib/agentflow"));
        }
        let base = setting("XDG_DATA_HOME").or_else(|| {
            if cfg!(windows) {
                setting("LOCALAPPDATA")
            } else if cfg!(target_os = "macos") {
                home().map(|home| home.join("Library/Application Support"))
            } else {
                home().map(|home| home.join(".local/share"))
            }
        });
        base.map(|base| base.join("agentflow"))
    });
    dir.map(|dir| dir.join("postgres")).ok_or_else(|| Error::NoFolder {
        purpose: "the data of PostgreSQL",
        reason: "no home folder is set".to_owned(),
        setting: DATA_SETTING,
    })
}

/// Checks that the account can work below the folder of the persistent server.
pub(crate) fn require_data_reach(account: &Account, dir: &Path) -> Result<(), Error> {
    account.require_reach(dir, DATA_SETTING)
}

/// The path for a new private folder in a place where the account can make it.
///
/// The account makes it, and writes all that is in it: had root to do so, it might write through a
/// link that was planted there.
pub(crate) fn temporary(account: &Account) -> Result<PathBuf, Error> {
    let mut candidates = vec![std::env::temp_dir()];
    if cfg!(unix) {
        // Root's TMPDIR may lie in its home folder, closed to the account.
        candidates.extend([PathBuf::from("/tmp"), PathBuf::from("/var/tmp")]);
    }
    let unique = format!("agentflow-pg-{}", cluster::random_hex::<8>()?);
    let base = candidates.into_iter().find(|base| base.is_dir() && account.may_create_in(base));
    base.map(|base| base.join(unique)).ok_or_else(|| Error::NoFolder {
        purpose: "a temporary PostgreSQL",
        reason: "the account that runs PostgreSQL cannot write to the usual ones".to_owned(),
        setting: "TMPDIR",
    })
}

/// Creates a folder and its missing parents, all enterable by other accounts whatever our umask.
pub(crate) fn make_shared(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_shared(parent)?;
    }
    match std::fs::create_dir(dir) {
        Ok(()) => set_mode(dir, 0o755),
        // Another process may have made it meanwhile.
        Err(_) if dir.is_dir() => Ok(()),
        Err(source) => Err(Error::Io { action: "create the folder", path: dir.into(), source }),
    }
}

/// Sets Unix permission bits; elsewhere nothing.
pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
            .map_err(Error::io("set the permissions of", path))
    }
    #[cfg(not(unix))]
    {
        let _ = (path, mode);
        Ok(())
    }
}

/// Writes a new file that nobody else can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .map_err(Error::io("write", path))
}

fn cache_candidates(account: &Account) -> Vec<PathBuf> {
    #[cfg(unix)]
    if account.is_other() {
        return ["/var/cache/agentflow", "/var/tmp/agentflow-cache", "/tmp/agentflow-cache"]
            .map(PathBuf::from)
            .to_vec();
    }
    let _ = account;
    let base = setting("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            setting("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Caches"))
        } else {
            home().map(|home| home.join(".cache"))
        }
    });
    let candidates = base.map(|base| base.join("agentflow")).into_iter();
    // Service accounts often have no home folder, or one that does not exist.
    #[cfg(unix)]
    let candidates =
        candidates.chain([PathBuf::from(format!("/var/tmp/agentflow-{}", nix::unistd::geteuid()))]);
    candidates.collect()
}

#[cfg(unix)]
fn require_ours(dir: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    let us = nix::unistd::geteuid().as_raw();
    // A link of our own is a user's way to move the cache; a foreign one is a trap.
    let entry = std::fs::symlink_metadata(dir).map_err(Error::io("inspect", dir))?;
    let folder = std::fs::metadata(dir).map_err(Error::io("inspect", dir))?;
    if entry.uid() != us || folder.uid() != us || folder.mode() & 0o002 != 0 {
        return Err(Error::NoFolder {
            purpose: "PostgreSQL binaries",
            reason: format!(
                "{} does not belong to us alone, so its programs cannot be trusted",
                dir.display()
            ),
            setting: CACHE_SETTING,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the shape it has on Unix")]
fn require_ours(_dir: &Path) -> Result<(), Error> {
    Ok(())
}

fn is_root() -> bool {
    #[cfg(unix)]
    return nix::unistd::geteuid().is_root();
    #[cfg(not(unix))]
    false
}

/// A folder that the user chose; a relative one is meant from where we run.
fn chosen(name: &str) -> Option<PathBuf> {
    let dir = std::env::var_os(name).filter(|dir| !dir.is_empty())?;
    std::path::absolute(dir).ok()
}

/// An absolute path from the environment; an empty or relative one counts as unset, as the XDG
/// rules demand.
fn setting(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn home() -> Option<PathBuf> {
    setting("HOME")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_cache_that_others_can_write_to_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        set_mode(dir.path(), 0o777).unwrap();
        assert!(matches!(require_ours(dir.path()), Err(Error::NoFolder { .. })));
        set_mode(dir.path(), 0o755).unwrap();
        require_ours(dir.path()).unwrap();
    }

    #[test]
    fn a_cache_planted_by_somebody_else_is_refused() {
        if !is_root() {
            return; // only root can make a folder of somebody else
        }
        let top = tempfile::tempdir().unwrap();
        let (dir, link) = (top.path().join("dir"), top.path().join("link"));
        std::fs::create_dir(&dir).unwrap();
        std::os::unix::fs::symlink(&dir, &link).unwrap();
        require_ours(&link).unwrap();
        std::os::unix::fs::lchown(&link, Some(12345), None).unwrap();
        assert!(matches!(require_ours(&link), Err(Error::NoFolder { .. })));
        std::os::unix::fs::chown(&dir, Some(12345), None).unwrap();
        assert!(matches!(require_ours(&dir), Err(Error::NoFolder { .. })));
    }

    #[test]
    fn shared_folders_can_be_entered_by_everyone() {
        use std::os::unix::fs::PermissionsExt;
        let top = tempfile::tempdir().unwrap();
        make_shared(&top.path().join("a/b")).unwrap();
        for dir in ["a", "a/b"] {
            let mode = top.path().join(dir).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o755, "{dir}");
        }
    }
}
