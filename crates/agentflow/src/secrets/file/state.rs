use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use agentflow_core::hash::Sha256;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::sync::watch;

use super::{
    atomic::{self, Content, Identity},
    fault::Fault,
    format::{Entries, Flaw, Form, Format},
    provider::FileOptions,
};
use crate::{
    error::{Error, Result},
    secrets::SecretAlertKind,
};

/// More than any file of secrets takes.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// How long a file must have been the same before it is taken for whole.
const SETTLE: Duration = Duration::from_millis(50);
/// A file that never stays the same is taken as it is after so many looks.
const MOST_LOOKS: usize = 8;

/// What the handles of a provider and its watcher share.
pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) format: Format,
    pub(super) options: FileOptions,
    pub(super) changes: watch::Sender<u64>,
    /// Held from looking at the file until what it holds is known, so that nothing older replaces what is newer.
    loading: Mutex<()>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    good: Option<Arc<Entries>>,
    seen: Option<Seen>,
    trouble: Option<Trouble>,
}

/// The content that was judged last, good or bad.
#[derive(Clone)]
struct Seen {
    digest: Sha256,
    file: Identity,
}

#[derive(Clone)]
struct Trouble {
    fault: Fault,
    since: Timestamp,
}

/// A look at the file.
struct Look {
    content: Content,
    digest: Sha256,
}

/// What is known: the secrets, and since when they may be older than those of the file.
pub(super) struct Known {
    pub(super) entries: Arc<Entries>,
    pub(super) stale_since: Option<Timestamp>,
}

impl Shared {
    pub(super) fn new(path: PathBuf, format: Format, options: FileOptions) -> Self {
        let name = format!("file:{}", path.display());
        Self {
            path,
            name,
            format,
            options,
            changes: watch::Sender::new(0),
            loading: Mutex::default(),
            state: RwLock::default(),
        }
    }

    /// What is known of the file now.
    pub(super) fn known(&self, operation: &'static str) -> Result<Known> {
        let state = self.state();
        let Some(trouble) = &state.trouble else {
            // Without trouble it was read.
            let entries =
                state.good.clone().ok_or_else(|| self.error(operation, Fault::Missing))?;
            return Ok(Known { entries, stale_since: None });
        };
        let Some(entries) = &state.good else {
            return Err(self.error(operation, trouble.fault.clone()));
        };
        let age = self.options.clock.now().duration_since(trouble.since);
        if age > SignedDuration::try_from(self.options.max_stale).unwrap_or(SignedDuration::MAX) {
            let since = trouble.since;
            let too_old = |reason: String| {
                format!("{reason} (since {since}; what it held before is too old to be used)")
            };
            let fault = match trouble.fault.clone() {
                Fault::Missing => Fault::Unavailable(too_old("there is no such file".to_owned())),
                Fault::Unavailable(reason) => Fault::Unavailable(too_old(reason)),
                Fault::Denied(reason) => Fault::Denied(too_old(reason)),
                Fault::Corrupt(reason) => Fault::Corrupt(too_old(reason)),
            };
            return Err(self.error(operation, fault));
        }
        Ok(Known { entries: Arc::clone(entries), stale_since: Some(trouble.since) })
    }

    /// Since when and why the file cannot be used, if it cannot.
    pub(super) fn trouble(&self, operation: &'static str) -> Result<()> {
        match &self.state().trouble {
            Some(trouble) => Err(self.error(operation, trouble.fault.clone())),
            None => Ok(()),
        }
    }

    /// Whether it was ever read.
    pub(super) fn was_read(&self) -> bool {
        self.state().good.is_some()
    }

    pub(super) fn error(&self, operation: &'static str, fault: Fault) -> Error {
        let fault = match fault {
            Fault::Missing => {
                let (path, empty) = (
                    self.path.display(),
                    match self.format.form {
                        Form::Json => "{}",
                        Form::Yaml | Form::Dotenv => "# secrets",
                    },
                );
                Fault::Unavailable(if self.format.is_encrypted {
                    format!(
                        "there is no such file; make one with `echo '{empty}' | age -r RECIPIENT > {path}` under `umask 077`"
                    )
                } else {
                    format!(
                        "there is no such file; make one with `(umask 077; echo '{empty}' > {path})`"
                    )
                })
            }
            other => other,
        };
        fault.into_error(operation, &self.path)
    }

    /// The first look, when nothing is known yet.
    pub(super) fn load(&self) {
        let loading = self.loading();
        let look = self.look();
        let is_good = look.as_ref().is_ok_and(|look| self.parse(&look.content.bytes).is_ok());
        if is_good {
            self.judge(look, &loading);
        } else {
            // It may be just being written.
            drop(loading);
            std::thread::sleep(SETTLE);
            let loading = self.loading();
            self.judge(self.look(), &loading);
        }
    }

    /// Looks whether the file is another than it was, and takes what it holds once it stays the same.
    pub(super) fn reload(&self) {
        for _ in 0..MOST_LOOKS {
            let first = self.look();
            if self.is_known(&first) {
                return;
            }
            std::thread::sleep(SETTLE);
            let loading = self.loading();
            let second = self.look();
            let is_settled = match (&first, &second) {
                (Ok(first), Ok(second)) => first.digest == second.digest,
                (Err(first), Err(second)) => first == second,
                _ => false,
            };
            if is_settled {
                self.judge(second, &loading);
                return;
            }
        }
        let loading = self.loading();
        self.judge(self.look(), &loading);
    }

    /// What the file holds now, to be changed. Nothing else looks at the file while the guard is held.
    ///
    /// A file that was replaced is whole. One that was written over may be so still, so it must stay the same for a while.
    pub(super) fn fresh(&self, _: &MutexGuard<'_, ()>) -> Result<Content, Fault> {
        let seen = self.state().seen.clone();
        let mut look = self.look()?;
        for _ in 0..MOST_LOOKS {
            let written_over = seen
                .as_ref()
                .is_some_and(|seen| seen.file == look.content.file && seen.digest != look.digest);
            if !written_over {
                break;
            }
            std::thread::sleep(SETTLE);
            let again = self.look()?;
            let is_settled = again.digest == look.digest;
            look = again;
            if is_settled {
                break;
            }
        }
        Ok(look.content)
    }

    /// Remembers what was written.
    pub(super) fn wrote(&self, entries: Entries, loading: &MutexGuard<'_, ()>) {
        match self.look() {
            // Another may have replaced it already: then its content is judged, not ours.
            Ok(look) => self.judge(Ok(look), loading),
            Err(_) => self.install(entries, None),
        }
    }

    pub(super) fn parse(&self, bytes: &[u8]) -> Result<Entries, Flaw> {
        if !self.format.is_encrypted {
            return self.format.form.parse(bytes);
        }
        self.format.form.parse(&self.decrypt(bytes)?)
    }

    /// The text that is encrypted in a file, or the file as it is.
    pub(super) fn decrypt(&self, bytes: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, Flaw> {
        match &self.options.age {
            Some(identity) if self.format.is_encrypted => identity.open(bytes, MAX_BYTES),
            _ => Ok(zeroize::Zeroizing::new(bytes.to_vec())),
        }
    }

    pub(super) fn loading(&self) -> MutexGuard<'_, ()> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Result<Look, Fault> {
        let content = atomic::read(&self.path, MAX_BYTES)?;
        let digest = Sha256::of(&[&content.bytes]);
        Ok(Look { content, digest })
    }

    /// Whether what was seen is what was judged last.
    fn is_known(&self, look: &Result<Look, Fault>) -> bool {
        let state = self.state();
        match (look, &state.trouble) {
            (Ok(look), None | Some(Trouble { fault: Fault::Corrupt(_), .. })) => {
                state.seen.as_ref().is_some_and(|seen| seen.digest == look.digest)
            }
            (Err(fault), Some(trouble)) => *fault == trouble.fault,
            _ => false,
        }
    }

    fn judge(&self, look: Result<Look, Fault>, _: &MutexGuard<'_, ()>) {
        let judged = look.and_then(|Look { content, digest }| {
            let seen = Seen { digest, file: content.file };
            match self.parse(&content.bytes) {
                Ok(entries) => Ok((entries, seen)),
                Err(flaw) => {
                    self.state_mut().seen = Some(seen);
                    Err(flaw.into())
                }
            }
        });
        match judged {
            Ok((entries, seen)) => self.install(entries, Some(seen)),
            Err(fault) => self.complain(fault),
        }
    }

    fn install(&self, entries: Entries, seen: Option<Seen>) {
        let mut state = self.state_mut();
        let changed = !state.good.as_ref().is_some_and(|good| are_same(good, &entries));
        let recovered = state.trouble.take().is_some();
        let is_first = state.good.is_none();
        state.seen = seen;
        if changed {
            state.good = Some(Arc::new(entries));
        }
        drop(state);
        if recovered {
            self.options.alerts.good(&self.name);
        }
        if changed && (!is_first || recovered) {
            self.changes.send_modify(|count| *count += 1);
        }
    }

    fn complain(&self, fault: Fault) {
        let now = self.options.clock.now();
        let kind = match fault {
            Fault::Missing | Fault::Unavailable(_) => SecretAlertKind::Unavailable,
            Fault::Denied(_) | Fault::Corrupt(_) => SecretAlertKind::Corrupt,
        };
        let reason = fault.reason();
        let mut state = self.state_mut();
        let since = state.trouble.as_ref().map_or(now, |trouble| trouble.since);
        state.trouble = Some(Trouble { fault, since });
        // What cannot be opened at all is the error of whoever opened it, and no news.
        let was_good = state.good.is_some();
        drop(state);
        if was_good {
            self.options.alerts.bad(kind, &self.name, &reason, now);
        }
    }
}

/// Whether both hold the same. Their names tell apart first, their values in whatever time it takes: nobody outside asks.
pub(super) fn are_same(one: &Entries, other: &Entries) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((name, value), (other_name, other_value))| {
            name == other_name && value.expose_secret() == other_value.expose_secret()
        })
}
