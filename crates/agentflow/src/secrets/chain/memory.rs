use std::collections::HashMap;

use agentflow_core::secret::SecretName;
use jiff::{SignedDuration, Timestamp};

use crate::secrets::{SecretValue, VersionSelector};

/// What the providers of a chain said last, each by its place.
#[derive(Default)]
pub(super) struct Memory {
    seen: HashMap<(usize, SecretName), Seen>,
    /// All names of a provider, and when it said so.
    names: HashMap<usize, (Vec<SecretName>, Timestamp)>,
    /// Since when providers cannot be asked.
    down: HashMap<usize, Timestamp>,
}

/// What a provider said of a secret, and when it was true.
struct Seen {
    value: Box<SecretValue>,
    said: Timestamp,
}

impl Seen {
    fn is_good(&self, now: Timestamp, max_stale: SignedDuration) -> bool {
        now.duration_since(self.said) <= max_stale
            && self.value.not_after.is_none_or(|end| now < end)
    }
}

impl Memory {
    /// Remembers a value, unless a newer one is known.
    pub(super) fn learn(
        &mut self,
        at: usize,
        key: &SecretName,
        value: &SecretValue,
        now: Timestamp,
    ) {
        // What is stale was true when it was last asked for with success.
        let said = value.stale_since.unwrap_or(now);
        let place = (at, key.clone());
        if self.seen.get(&place).is_none_or(|known| known.said <= said) {
            self.seen.insert(place, Seen { value: Box::new(value.clone()), said });
        }
    }

    /// What a provider said last of a secret, if that is not too old.
    pub(super) fn recall(
        &self,
        at: usize,
        key: &SecretName,
        version: VersionSelector,
        now: Timestamp,
        max_stale: SignedDuration,
    ) -> Option<Box<SecretValue>> {
        let seen = self.seen.get(&(at, key.clone()))?;
        let is_wanted = match version {
            VersionSelector::Latest => true,
            VersionSelector::Pinned(version) => seen.value.version == Some(version),
        };
        (is_wanted && seen.is_good(now, max_stale)).then(|| seen.value.clone())
    }

    pub(super) fn forget(&mut self, at: usize, key: &SecretName) {
        self.seen.remove(&(at, key.clone()));
    }

    /// Forgets a secret that is changed, and which there are.
    pub(super) fn forget_changed(&mut self, at: usize, key: &SecretName) {
        self.forget(at, key);
        self.names.remove(&at);
    }

    /// Forgets values that may not be given any more.
    pub(super) fn expire(&mut self, now: Timestamp, max_stale: SignedDuration) {
        self.seen.retain(|_, seen| seen.is_good(now, max_stale));
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn learn_names(&mut self, at: usize, names: Vec<SecretName>, now: Timestamp) {
        self.names.insert(at, (names, now));
    }

    /// The names that a provider listed last, if that is not too long ago.
    pub(super) fn recall_names(
        &self,
        at: usize,
        now: Timestamp,
        max_stale: SignedDuration,
    ) -> Option<&[SecretName]> {
        let (names, said) = self.names.get(&at)?;
        (now.duration_since(*said) <= max_stale).then_some(names.as_slice())
    }

    pub(super) fn is_up(&mut self, at: usize) {
        self.down.remove(&at);
    }

    /// Notes that a provider cannot be asked, and gives since when.
    pub(super) fn is_down(&mut self, at: usize, now: Timestamp) -> Timestamp {
        *self.down.entry(at).or_insert(now)
    }
}
