//! Who runs PostgreSQL: ourselves, or an unprivileged account when we are root.
//!
//! PostgreSQL refuses to run as root. No `su`, `runuser` or `sudo` is needed to step down: the
//! child process changes its own user before it starts the program.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use crate::Error;

/// The account under which the PostgreSQL programs run.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    #[cfg(unix)]
    other: Option<nix::unistd::User>,
}

impl Account {
    /// A command that runs under this account, untouched by the caller's `PG…` settings.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        let mut command = Command::new(program);
        // A user's PGDATA, PGPORT or PGOPTIONS is meant for another server than this one.
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(name);
            }
        }
        // English messages, which we look into, and the same time zone everywhere.
        command.env("LC_ALL", "C").env("TZ", "UTC").current_dir(dir);
        self.step_down(&mut command);
        command
    }
}

#[cfg(unix)]
impl Account {
    /// The account for this process: ourselves, or as root `postgres`, else `nobody`.
    pub(crate) fn resolve() -> Result<Self, Error> {
        if !nix::unistd::Uid::effective().is_root() {
            return Ok(Self { other: None });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| nix::unistd::User::from_name(name).ok().flatten())
            .filter(|user| !user.uid.is_root())
            .map(|user| Self { other: Some(user) })
            .ok_or(Error::NoAccount)
    }

    /// Whether it is another account than ours.
    pub(crate) fn is_other(&self) -> bool {
        self.other.is_some()
    }

    /// Gives a file or folder to the account.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        match &self.other {
            None => Ok(()),
            Some(user) => {
                std::os::unix::fs::lchown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))
                    .map_err(Error::io("change the owner of", path))
            }
        }
    }

    /// Whether the account can enter `path` and every folder above it. Our own account is taken
    /// to reach what it names.
    pub(crate) fn reaches(&self, path: &Path) -> bool {
        let Some(user) = &self.other else { return true };
        let Ok(path) = path.canonicalize() else { return false };
        path.ancestors().all(|folder| {
            std::fs::metadata(folder).is_ok_and(|meta| has(user, &Owned::from(&meta), 0o1))
        })
    }

    /// Whether the account can make a folder in `path`.
    pub(crate) fn may_create_in(&self, path: &Path) -> bool {
        let Some(user) = &self.other else { return true };
        let writable =
            std::fs::metadata(path).is_ok_and(|meta| has(user, &Owned::from(&meta), 0o2));
        writable && self.reaches(path)
    }

    /// Like [`reaches`](Self::reaches), as an error that names the way out.
    pub(crate) fn require_reach(&self, path: &Path, setting: &'static str) -> Result<(), Error> {
        match &self.other {
            Some(user) if !self.reaches(path) => Err(Error::Unreachable {
                account: user.name.clone(),
                path: path.to_owned(),
                setting,
            }),
            _ => Ok(()),
        }
    }

    fn step_down(&self, command: &mut Command) {
        use std::os::unix::process::CommandExt;
        if let Some(user) = &self.other {
            // Root's supplementary groups are cleared by std when the user changes.
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
            command.env("HOME", "/").env("USER", &user.name).env("LOGNAME", &user.name);
        }
    }
}

/// Owner, group and mode of a folder.
#[cfg(unix)]
struct Owned {
    uid: u32,
    gid: u32,
    mode: u32,
}

#[cfg(unix)]
impl From<&std::fs::Metadata> for Owned {
    fn from(meta: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { uid: meta.uid(), gid: meta.gid(), mode: meta.mode() }
    }
}

/// Whether the account has a permission (1 to enter, 2 to write) on a folder. It runs without
/// supplementary groups, so owner, primary group and others decide.
#[cfg(unix)]
fn has(user: &nix::unistd::User, folder: &Owned, permission: u32) -> bool {
    let shift = if folder.uid == user.uid.as_raw() {
        6
    } else if folder.gid == user.gid.as_raw() {
        3
    } else {
        0
    };
    folder.mode >> shift & permission != 0
}

#[cfg(not(unix))]
impl Account {
    #[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
    pub(crate) fn resolve() -> Result<Self, Error> {
        Ok(Self {})
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the shape it has on Unix")]
    pub(crate) fn own(&self, _path: &Path) -> Result<(), Error> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "the shape it has on Unix")]
    pub(crate) fn may_create_in(&self, _path: &Path) -> bool {
        true
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the shape it has on Unix")]
    pub(crate) fn require_reach(&self, _: &Path, _: &'static str) -> Result<(), Error> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "the shape it has on Unix")]
    fn step_down(&self, _command: &mut Command) {}
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn entering_a_folder_follows_owner_then_group_then_others() {
        let user = nix::unistd::User::from_name("nobody").unwrap().unwrap();
        let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
        let enters = |uid, gid, mode| has(&user, &Owned { uid, gid, mode }, 0o1);
        assert!(enters(0, 0, 0o755));
        assert!(!enters(0, 0, 0o750));
        assert!(enters(0, gid, 0o710));
        assert!(enters(uid, 0, 0o700));
        assert!(!enters(uid, gid, 0o011), "the owner's bits win over the others'");
    }

    #[test]
    fn a_private_folder_anywhere_above_stops_another_account() {
        let top = tempfile::tempdir_in("/tmp").unwrap();
        crate::folders::set_mode(top.path(), 0o700).unwrap();
        let below = top.path().join("open");
        std::fs::create_dir(&below).unwrap();
        let nobody = nix::unistd::User::from_name("nobody").unwrap();
        assert!(!Account { other: nobody.clone() }.reaches(&below));
        assert!(Account { other: nobody }.reaches(Path::new("/tmp")));
        assert!(Account { other: None }.reaches(&below));
    }
}
