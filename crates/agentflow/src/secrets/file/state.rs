use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use agentflow_core::hash::Sha256;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::sync::watch;

use super::{
    atomic::{Content, LockGuard},
    fault::Fault,
    format::{Entries, Flaw, Form, Format},
    look::{Look, MOST_LOOKS, SETTLE, Seen, agree, unrest},
    provider::FileOptions,
};
use crate::{
    error::{Error, Result},
    secrets::SecretAlertKind,
};

/// More than any file of secrets takes.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// So long a file that is to be changed may take until it rests.
const LONGEST_UNREST: Duration = Duration::from_secs(10);
/// A look may be late by so many times the time between two of them, ...
const LATE_LOOKS: u32 = 3;
/// ... and by this, for a look that takes its time.
const LATE: Duration = Duration::from_secs(5);

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
    /// Whether it was told that nobody looks at the file any more.
    is_overdue: AtomicBool,
}

#[derive(Default)]
struct State {
    /// What it held last. Gone when that is too old to be given.
    good: Option<Arc<Entries>>,
    /// Whether it was ever read.
    was_read: bool,
    seen: Option<Seen>,
    trouble: Option<Trouble>,
    /// When the last look came to its end.
    looked: Option<Timestamp>,
}

/// Why the file cannot be used, and since when.
#[derive(Clone)]
pub(super) struct Trouble {
    pub(super) fault: Fault,
    pub(super) since: Timestamp,
}

/// What is known: the secrets, and why they may be older than those of the file.
pub(super) struct Known {
    pub(super) entries: Arc<Entries>,
    pub(super) trouble: Option<Trouble>,
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
            is_overdue: AtomicBool::new(false),
        }
    }

    /// What is known of the file now.
    pub(super) fn known(&self, operation: &'static str) -> Result<Known> {
        let now = self.options.clock.now();
        let state = self.state();
        let (good, was_read) = (state.good.clone(), state.was_read);
        let (known_trouble, overdue) = (state.trouble.clone(), self.overdue(&state, now));
        drop(state);
        if let Some(Trouble { fault, since }) = &overdue
            && !self.is_overdue.swap(true, Ordering::SeqCst)
        {
            let kind = SecretAlertKind::Unavailable;
            self.options.alerts.bad(kind, &self.name, &fault.reason(), *since);
        }
        let Some(trouble) = known_trouble.or(overdue) else {
            // Without trouble it was read.
            let entries = good.ok_or_else(|| self.error(operation, Fault::Missing))?;
            return Ok(Known { entries, trouble: None });
        };
        if !was_read {
            return Err(self.error(operation, trouble.fault));
        }
        match good {
            Some(entries) if !self.is_too_old(&trouble, now) => {
                Ok(Known { entries, trouble: Some(trouble) })
            }
            _ => {
                self.expire();
                Err(self.error(operation, too_old(trouble)))
            }
        }
    }

    /// Whether nobody has looked at the file for longer than looks take: the disk does not answer, or whoever looks is gone.
    fn overdue(&self, state: &State, now: Timestamp) -> Option<Trouble> {
        let since = state.looked?;
        let late = self.options.poll.saturating_mul(LATE_LOOKS).saturating_add(LATE);
        let late = SignedDuration::try_from(late).unwrap_or(SignedDuration::MAX);
        let reason =
            "it was not looked at any more; the disk does not answer, or the process was stopped";
        (now.duration_since(since) > late)
            .then(|| Trouble { fault: Fault::Unavailable(reason.to_owned()), since })
    }

    fn is_too_old(&self, trouble: &Trouble, now: Timestamp) -> bool {
        let max = SignedDuration::try_from(self.options.max_stale).unwrap_or(SignedDuration::MAX);
        now.duration_since(trouble.since) > max
    }

    /// Forgets what may not be given any more.
    fn expire(&self) {
        let now = self.options.clock.now();
        let mut state = self.state_mut();
        let trouble = state.trouble.clone().or_else(|| self.overdue(&state, now));
        if trouble.is_some_and(|trouble| self.is_too_old(&trouble, now)) {
            state.good = None;
        }
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
        self.state().was_read
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
        let is_whole = look
            .as_ref()
            .is_ok_and(|look| look.is_old() && self.parse(&look.content.bytes).is_ok());
        if is_whole {
            self.judge(look, &loading);
        } else {
            drop(loading);
            self.reload();
        }
    }

    /// Looks whether the file is another than it was, and takes what it holds once it stays the same.
    pub(super) fn reload(&self) {
        self.look_for_change();
        self.expire();
    }

    fn look_for_change(&self) {
        let mut is_replaced = true;
        for _ in 0..MOST_LOOKS {
            let first = self.look();
            if self.is_known(&first) {
                return self.looked(first.ok());
            }
            std::thread::sleep(SETTLE);
            let loading = self.loading();
            let second = self.look();
            if agree(&first, &second) {
                return self.judge(second, &loading);
            }
            is_replaced &= match (&first, &second) {
                (Ok(first), Ok(second)) => first.is_of_other_file(second),
                _ => false,
            };
        }
        let loading = self.loading();
        // It is another file each time, so that each was put there as a whole.
        for _ in 0..if is_replaced { MOST_LOOKS } else { 0 } {
            let (first, second) = (self.look(), self.look());
            if agree(&first, &second) {
                return self.judge(second, &loading);
            }
        }
        self.complain(unrest());
    }

    /// What the file holds now, to be changed.
    ///
    /// What was written in place may be written still, so it must stay the same for a while. A file that was put in place as a whole by
    /// one that had the lock is whole.
    pub(super) fn fresh(&self, held: &LockGuard) -> Result<Content, Fault> {
        let mut look = self.look()?;
        if held.knows(&look.content) || look.is_old() {
            return Ok(look.content);
        }
        let judged = self.state().seen.clone();
        let begun = Instant::now();
        let (mut since, mut rest) = (begun, look.settling_time(judged.as_ref()));
        while since.elapsed() < rest {
            if begun.elapsed() > LONGEST_UNREST {
                return Err(unrest());
            }
            std::thread::sleep(SETTLE);
            let again = self.look()?;
            if again.digest != look.digest || again.is_of_other_file(&look) {
                rest = again.settling_time(judged.as_ref());
                since = Instant::now();
            }
            look = again;
        }
        Ok(look.content)
    }

    /// Remembers what was written, or was there already.
    pub(super) fn wrote(&self, entries: Entries, digest: Sha256) {
        let loading = self.loading();
        match self.look() {
            Ok(look) if look.digest == digest => self.install(entries, Some(look.seen())),
            // Another has replaced it already: then what it made of it counts.
            _ => {
                drop(loading);
                self.reload();
            }
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
        Look::at(&self.path)
    }

    /// Whether what was seen is what was judged last.
    fn is_known(&self, look: &Result<Look, Fault>) -> bool {
        let state = self.state();
        let was_seen =
            |look: &Look| state.seen.as_ref().is_some_and(|seen| seen.digest == look.digest);
        match (look, &state.trouble) {
            // What was forgotten is taken anew.
            (Ok(look), None) => state.good.is_some() && was_seen(look),
            (Ok(look), Some(Trouble { fault: Fault::Corrupt(_), .. })) => was_seen(look),
            (Err(fault), Some(trouble)) => *fault == trouble.fault,
            _ => false,
        }
    }

    /// Notes that a look has come to its end, and found what was known.
    fn looked(&self, look: Option<Look>) {
        let now = self.options.clock.now();
        let mut state = self.state_mut();
        state.looked = Some(now);
        if let (Some(seen), Some(look)) = (&mut state.seen, look)
            && seen.file != look.content.file
        {
            *seen = look.seen();
        }
        let is_good = state.trouble.is_none();
        drop(state);
        if self.is_overdue.swap(false, Ordering::SeqCst) && is_good {
            self.options.alerts.good(&self.name);
        }
    }

    fn judge(&self, look: Result<Look, Fault>, _: &MutexGuard<'_, ()>) {
        let judged = look.and_then(|look| {
            let seen = look.seen();
            match self.parse(&look.content.bytes) {
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
        let now = self.options.clock.now();
        let mut state = self.state_mut();
        let changed = !state.good.as_ref().is_some_and(|good| are_same(good, &entries));
        let recovered = state.trouble.take().is_some();
        let is_first = !std::mem::replace(&mut state.was_read, true);
        state.seen = seen;
        state.looked = Some(now);
        if changed {
            state.good = Some(Arc::new(entries));
        }
        drop(state);
        if self.is_overdue.swap(false, Ordering::SeqCst) || recovered {
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
        let overdue = self.overdue(&state, now).map(|overdue| overdue.since);
        let since = state.trouble.as_ref().map(|trouble| trouble.since).or(overdue).unwrap_or(now);
        state.trouble = Some(Trouble { fault, since });
        state.looked = Some(now);
        // What cannot be opened at all is the error of whoever opened it, and no news.
        let was_good = state.was_read;
        drop(state);
        self.is_overdue.store(false, Ordering::SeqCst);
        if was_good {
            self.options.alerts.bad(kind, &self.name, &reason, now);
        }
    }
}

/// What is said once what a file held before may not be given any more.
fn too_old(trouble: Trouble) -> Fault {
    let since = trouble.since;
    let words = |reason: String| {
        format!("{reason} (since {since}; what it held before is too old to be used)")
    };
    match trouble.fault {
        Fault::Missing => Fault::Unavailable(words("there is no such file".to_owned())),
        Fault::Unavailable(reason) => Fault::Unavailable(words(reason)),
        Fault::Denied(reason) => Fault::Denied(words(reason)),
        Fault::Corrupt(reason) => Fault::Corrupt(words(reason)),
    }
}

/// Whether both hold the same. Their names tell apart first, their values in whatever time it takes: nobody outside asks.
pub(super) fn are_same(one: &Entries, other: &Entries) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((name, value), (other_name, other_value))| {
            name == other_name && value.expose_secret() == other_value.expose_secret()
        })
}
