use std::path::Path;

use agentflow_core::{InvalidInput, hash::Sha256, secret::SecretName};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{
    atomic::{LockGuard, lock, make_folder, refuse_link, write_marked},
    fault::Fault,
    format::{Change, Entries, Flaw},
    modes::folder_of,
    state::{MAX_BYTES, Shared, are_same},
};
use crate::error::{Error, Result};

/// What a file holds that is to be changed.
struct Current {
    /// As it is in the file, if there is one.
    content: Option<Zeroizing<Vec<u8>>>,
    text: Zeroizing<Vec<u8>>,
    entries: Entries,
}

impl Shared {
    /// Changes one secret to what `decide` makes of what the file holds now: its new value, or none to remove it.
    ///
    /// Waits for the disk and for other processes.
    pub(super) fn change(
        &self,
        operation: &'static str,
        name: &SecretName,
        decide: impl FnOnce(&Entries) -> Result<Option<SecretString>>,
    ) -> Result<()> {
        refuse_link(operation, &self.path)?;
        if !self.was_read() {
            self.make_missing_folder(operation)?;
        }
        let lock = lock(operation, &self.path)?;
        let current = self.current(operation, &lock)?;
        let value = decide(&current.entries)?;

        let mut expected = current.entries.clone();
        match &value {
            Some(value) => expected.insert(name.clone(), value.clone()),
            None => expected.remove(name),
        };
        if let Some(content) = &current.content
            && are_same(&current.entries, &expected)
        {
            self.wrote(expected, Sha256::of(&[content]));
            return Ok(());
        }
        let change = Change { name, value: value.as_ref() };
        let unwritable = |flaw: Flaw| {
            let reason = format!("{}: {}", self.path.display(), flaw.reason);
            Error::InvalidInput { operation, input: InvalidInput::new(name.as_str(), reason) }
        };
        let written = self.edit(&current, &change, &expected).map_err(unwritable)?;
        write_marked(operation, &self.path, &written, &lock)?;
        self.wrote(expected, Sha256::of(&[&written]));
        Ok(())
    }

    /// What the file holds now; what an empty one would hold, if it was never there.
    fn current(&self, operation: &'static str, lock: &LockGuard) -> Result<Current> {
        let form = self.format.form;
        let (content, text) = match self.fresh(lock) {
            Ok(content) => {
                let text = self.decrypt(&content.bytes);
                let text = text.map_err(|flaw| self.untouched(operation, flaw.into()))?;
                (Some(content.bytes), text)
            }
            Err(Fault::Missing) if !self.was_read() => {
                (None, Zeroizing::new(form.empty().as_bytes().to_vec()))
            }
            Err(Fault::Missing) => {
                let reason = "it was there and is gone; put it back, for one made now would hold nothing else";
                return Err(self.error(operation, Fault::Unavailable(reason.to_owned())));
            }
            Err(fault) => return Err(self.untouched(operation, fault)),
        };
        let entries = form.parse(&text).map_err(|flaw| self.untouched(operation, flaw.into()))?;
        Ok(Current { content, text, entries })
    }

    /// What is to be written. It reads back as what is expected, or it is an error.
    fn edit(
        &self,
        current: &Current,
        change: &Change<'_>,
        expected: &Entries,
    ) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        let form = self.format.form;
        let edited = form.edit(&current.text, &current.entries, change)?;
        if !form.parse(&edited).is_ok_and(|it| are_same(&it, expected)) {
            return Err(Flaw::new("the value cannot be written in this form of file"));
        }
        let sealed = match &self.options.age {
            Some(identity) if self.format.is_encrypted => {
                let like = current.content.as_ref().map(|content| content.as_slice());
                Zeroizing::new(identity.seal(&edited, like)?)
            }
            _ => edited,
        };
        if sealed.len() > MAX_BYTES {
            let limit = MAX_BYTES / 1024;
            return Err(Flaw::new(format!("the file would have more than {limit} kB")));
        }
        Ok(sealed)
    }

    /// Makes the file with nothing in it, unless it is there.
    pub(super) fn create(&self, operation: &'static str) -> Result<()> {
        self.make_missing_folder(operation)?;
        let lock = lock(operation, &self.path)?;
        if std::fs::symlink_metadata(&self.path).is_ok() {
            return Ok(());
        }
        let empty = self.format.form.empty().as_bytes();
        match &self.options.age {
            Some(identity) if self.format.is_encrypted => {
                let sealed = identity.seal(empty, None);
                let sealed = sealed.map_err(|flaw| self.error(operation, flaw.into()))?;
                write_marked(operation, &self.path, &sealed, &lock)
            }
            _ => write_marked(operation, &self.path, empty, &lock),
        }
    }

    fn make_missing_folder(&self, operation: &'static str) -> Result<()> {
        if Path::exists(folder_of(&self.path)) {
            return Ok(());
        }
        make_folder(operation, &self.path)
    }

    /// A file that cannot be read is not written: what is in it may be repaired.
    fn untouched(&self, operation: &'static str, fault: Fault) -> Error {
        let left = |reason: String| format!("{reason}; it was left as it is, so repair it first");
        let fault = match fault {
            Fault::Corrupt(reason) => Fault::Corrupt(left(reason)),
            Fault::Denied(reason) => Fault::Denied(reason),
            other => other,
        };
        self.error(operation, fault)
    }
}

/// What no provider stores.
pub(in crate::secrets) fn refuse_value(
    operation: &'static str,
    name: &SecretName,
    value: &SecretString,
) -> Result<()> {
    let value = value.expose_secret();
    let reason = if value.is_empty() {
        "a secret cannot be empty; delete it instead"
    } else if value.contains('\0') {
        "a secret cannot have a NUL character"
    } else {
        return Ok(());
    };
    Err(Error::InvalidInput { operation, input: InvalidInput::new(name.as_str(), reason) })
}
