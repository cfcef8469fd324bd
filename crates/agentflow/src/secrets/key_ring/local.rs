use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{
    clock::Clock,
    ids::TenantId,
    random::Entropy,
    sealed::{KeyId, KeyScope},
};
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::{
    keys::Keys,
    provider::{KeyCapabilities, KeyChange, KeyProvider, Wrapping},
};
use crate::{
    error::{Error, Result},
    secrets::file::{lock, make_folder, read_private, write_private},
};

const READ: &str = "read the key ring";
const CREATE: &str = "make a key ring";
const STAGE: &str = "make a version of the shared key";
const ROTATE: &str = "rotate the shared key";
const RETIRE: &str = "retire a version of the shared key";
const CREATE_TENANT_KEY: &str = "make a key of a tenant's own";
const ERASE: &str = "erase the key of a tenant";
/// More than the keys of 50,000 tenants take.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// A file that looks the same is read again after this, for looks can deceive.
const READ_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// Keys in a file that nobody else may read.
///
/// A change that another process makes to the file is seen before the next value is sealed or opened. While the file is broken or gone, a
/// running process goes on with the keys it has.
pub struct LocalKeyProvider {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    state: Arc<Mutex<State>>,
}

struct State {
    keys: Arc<Keys>,
    looks: Option<Looks>,
    read_at: Timestamp,
}

/// What of a file changes when it is replaced or written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Looks {
    modified: Option<std::time::SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Looks {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt;

                (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
            },
        })
    }
}

impl fmt::Debug for LocalKeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKeyProvider").field("path", &self.path).finish_non_exhaustive()
    }
}

impl LocalKeyProvider {
    /// Reads a key file.
    ///
    /// Fails with [`Error::Denied`] for one that others may read, with [`Error::Corrupt`] for one that is none, and with
    /// [`Error::Unavailable`] where there is none.
    pub fn open(
        path: impl Into<PathBuf>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let path = path.into();
        let looks = Looks::of(&path);
        if looks.is_none() && !path.exists() {
            return Err(Error::Unavailable {
                operation: READ,
                reason: format!(
                    "there is no key ring at {}; make one with `af key-ring init`",
                    path.display()
                ),
                source: None,
            });
        }
        let keys = Arc::new(read(READ, &path)?);
        let state = Arc::new(Mutex::new(State { keys, looks, read_at: clock.now() }));
        Ok(Self { path, clock, entropy, state })
    }

    /// Makes a key file with version 1 of the shared key, and the folder it is in if that is missing. Replaces nothing:
    /// [`Error::AlreadyExists`].
    pub fn create(
        path: impl Into<PathBuf>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let path = path.into();
        make_folder(CREATE, &path)?;
        let guard = lock(CREATE, &path)?;
        if std::fs::symlink_metadata(&path).is_ok() {
            let what = format!("a file with the path {}", path.display());
            return Err(Error::AlreadyExists { operation: CREATE, what });
        }
        write_private(CREATE, &path, &Keys::generate(&*entropy).to_text())?;
        drop(guard);
        Self::open(path, clock, entropy)
    }

    /// The keys as they are in the file now, or were when it could be read.
    async fn fresh(&self) -> Result<Arc<Keys>> {
        let now = self.clock.now();
        let kept = {
            let state = self.state();
            let rested = now.duration_since(state.read_at).abs() < READ_EVERY;
            (rested && state.looks == Looks::of(&self.path)).then(|| Arc::clone(&state.keys))
        };
        match kept {
            Some(keys) => Ok(keys),
            None => self.read_again(now).await,
        }
    }

    async fn read_again(&self, now: Timestamp) -> Result<Arc<Keys>> {
        let path = self.path.clone();
        let work = run_blocking(READ, move || {
            let looks = Looks::of(&path);
            Ok((looks, read(READ, &path)))
        });
        let (looks, read) = work.await?;
        let mut state = self.state();
        (state.read_at, state.looks) = (now, looks);
        match read {
            Ok(keys) => {
                if *state.keys != keys {
                    state.keys = Arc::new(keys);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the key ring cannot be read; going on with the keys that were read before");
            }
        }
        Ok(Arc::clone(&state.keys))
    }

    /// Changes the file: read anew and replaced as a whole, while no other process does the same.
    async fn change<T: Send + 'static>(
        &self,
        operation: &'static str,
        change: impl FnOnce(&mut Keys, &dyn Entropy, &dyn Clock) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (path, entropy, clock) =
            (self.path.clone(), Arc::clone(&self.entropy), Arc::clone(&self.clock));
        let state = Arc::clone(&self.state);
        let work = move || {
            let _guard = lock(operation, &path)?;
            let mut keys = read(operation, &path)?;
            let before = keys.clone();
            let answer = change(&mut keys, &*entropy, &*clock)?;
            if keys != before {
                let text = keys.to_text();
                refuse_large(operation, &path, text.len())?;
                write_private(operation, &path, &text)?;
            }
            let (looks, read_at) = (Looks::of(&path), clock.now());
            let new = State { keys: Arc::new(keys), looks, read_at };
            *state.lock().unwrap_or_else(PoisonError::into_inner) = new;
            Ok(answer)
        };
        run_blocking(operation, work).await
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(operation: &'static str, path: &Path) -> Result<Keys> {
    let text = read_private(operation, path, MAX_BYTES)?;
    Keys::parse(&text).map_err(|reason| Error::Corrupt {
        operation,
        what: path.display().to_string(),
        reason,
    })
}

/// What nobody could read afterwards is not written.
fn refuse_large(operation: &'static str, path: &Path, length: usize) -> Result<()> {
    if length <= MAX_BYTES {
        return Ok(());
    }
    let reason = format!(
        "{} would have more than {} kB, and could not be read any more; keep so many keys of tenants in Vault or OpenBao",
        path.display(),
        MAX_BYTES / 1024
    );
    Err(Error::Unsupported { operation, reason })
}

/// A link is not replaced: somebody else manages the file.
fn refuse_link(operation: &'static str, path: &Path) -> Result<()> {
    if std::fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink()) {
        let reason =
            format!("{} is a link that something else manages; change it there", path.display());
        return Err(Error::Unsupported { operation, reason });
    }
    Ok(())
}

/// Waits for the system outside of the threads that must not wait.
pub(super) async fn run_blocking<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        let reason = format!("the work was not finished: {error}");
        Err(Error::Unavailable { operation, reason, source: None })
    })
}

impl KeyProvider for LocalKeyProvider {
    fn ring(&self) -> String {
        self.state().keys.ring()
    }

    fn capabilities(&self) -> KeyCapabilities {
        KeyCapabilities { rotate: true, stages: true, tenant_keys: true }
    }

    fn current(&self, tenant: TenantId) -> BoxFuture<'_, Result<KeyId>> {
        async move { self.fresh().await?.current(tenant) }.boxed()
    }

    fn versions(&self, scope: KeyScope, tenant: TenantId) -> BoxFuture<'_, Result<Vec<u32>>> {
        async move { Ok(self.fresh().await?.versions(scope, tenant)) }.boxed()
    }

    fn tenants(&self) -> BoxFuture<'_, Result<Vec<TenantId>>> {
        async move { Ok(self.fresh().await?.tenants()) }.boxed()
    }

    fn check(&self, change: KeyChange) -> BoxFuture<'_, Result<()>> {
        let operation = match change {
            KeyChange::Rotate => ROTATE,
            KeyChange::Retire(_) => RETIRE,
            KeyChange::CreateTenantKey(_) => CREATE_TENANT_KEY,
            KeyChange::Erase(_) => ERASE,
        };
        let path = self.path.clone();
        run_blocking(operation, move || {
            refuse_link(operation, &path)?;
            let keys = read(operation, &path)?;
            match change {
                KeyChange::Rotate | KeyChange::Erase(_) => Ok(()),
                KeyChange::Retire(version) => keys.check_retire(operation, version),
                KeyChange::CreateTenantKey(tenant) => keys.refuse_erased(operation, tenant),
            }
        })
        .boxed()
    }

    fn wrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        data_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Vec<u8>>> {
        async move {
            let keys = self.fresh().await?;
            keys.wrap(wrapping, data_key, &*self.entropy)
        }
        .boxed()
    }

    fn unwrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>>> {
        async move { self.fresh().await?.unwrap(wrapping, wrapped) }.boxed()
    }

    fn stage(&self) -> BoxFuture<'_, Result<u32>> {
        self.change(STAGE, |keys, entropy, _| Ok(keys.stage(entropy))).boxed()
    }

    fn activate(&self) -> BoxFuture<'_, Result<u32>> {
        self.change(ROTATE, |keys, _, _| Ok(keys.activate())).boxed()
    }

    fn retire(&self, version: u32) -> BoxFuture<'_, Result<()>> {
        self.change(RETIRE, move |keys, _, _| keys.retire(RETIRE, version)).boxed()
    }

    fn create_tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<u32>> {
        let create = move |keys: &mut Keys, entropy: &dyn Entropy, _: &dyn Clock| {
            keys.create_tenant_key(CREATE_TENANT_KEY, tenant, entropy)
        };
        self.change(CREATE_TENANT_KEY, create).boxed()
    }

    fn erase(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        let erase = move |keys: &mut Keys, _: &dyn Entropy, clock: &dyn Clock| {
            keys.erase(ERASE, tenant, clock)
        };
        self.change(ERASE, erase).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_could_read_afterwards_is_not_written() {
        let refused = |length| refuse_large(ERASE, Path::new("keys.json"), length);
        assert!(refused(MAX_BYTES).is_ok());
        let error = refused(MAX_BYTES + 1).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }
}
