use std::path::Path;

use agentflow_core::{InvalidInput, secret::SecretName};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{
    atomic::{lock, make_folder, refuse_link, write_private},
    fault::Fault,
    format::{Change, Entries},
    modes::folder_of,
    state::{MAX_BYTES, Shared, are_same},
};
use crate::error::{Error, Result};

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
        let loading = self.loading();
        refuse_link(operation, &self.path)?;
        if !self.was_read() {
            self.make_missing_folder(operation)?;
        }
        let _lock = lock(operation, &self.path)?;
        let (content, text) = match self.fresh(&loading) {
            Ok(content) => {
                let text = self.decrypt(&content.bytes);
                (Some(content), text.map_err(|flaw| self.untouched(operation, flaw.into()))?)
            }
            Err(Fault::Missing) if !self.was_read() => {
                let empty = self.format.form.empty().as_bytes().to_vec();
                (None, Zeroizing::new(empty))
            }
            Err(Fault::Missing) => {
                let reason = "it was there and is gone; put it back, for one made now would hold nothing else";
                return Err(self.error(operation, Fault::Unavailable(reason.to_owned())));
            }
            Err(fault) => return Err(self.untouched(operation, fault)),
        };
        let form = self.format.form;
        let entries = form.parse(&text).map_err(|flaw| self.untouched(operation, flaw.into()))?;
        let value = decide(&entries)?;

        let mut expected = entries.clone();
        match &value {
            Some(value) => expected.insert(name.clone(), value.clone()),
            None => expected.remove(name),
        };
        if content.is_some() && are_same(&entries, &expected) {
            self.wrote(expected, &loading);
            return Ok(());
        }
        let change = Change { name, value: value.as_ref() };
        let unwritable = |reason: &str| {
            let reason = format!("{}: {reason}", self.path.display());
            Error::InvalidInput { operation, input: InvalidInput::new(name.as_str(), reason) }
        };
        let edited =
            form.edit(&text, &entries, &change).map_err(|flaw| unwritable(&flaw.reason))?;
        // Nothing is written that would be read back as something else.
        if !form.parse(&edited).is_ok_and(|it| are_same(&it, &expected)) {
            return Err(unwritable("the value cannot be written in this form of file"));
        }
        let sealed = match &self.options.age {
            Some(identity) if self.format.is_encrypted => {
                let like = content.as_ref().map(|content| content.bytes.as_slice());
                let sealed =
                    identity.seal(&edited, like).map_err(|flaw| unwritable(&flaw.reason))?;
                Zeroizing::new(sealed)
            }
            _ => edited,
        };
        if sealed.len() > MAX_BYTES {
            return Err(unwritable(&format!(
                "the file would have more than {} kB",
                MAX_BYTES / 1024
            )));
        }
        write_private(operation, &self.path, &sealed)?;
        self.wrote(expected, &loading);
        Ok(())
    }

    /// Makes the file with nothing in it, unless it is there.
    pub(super) fn create(&self, operation: &'static str) -> Result<()> {
        let _loading = self.loading();
        self.make_missing_folder(operation)?;
        let _lock = lock(operation, &self.path)?;
        if std::fs::symlink_metadata(&self.path).is_ok() {
            return Ok(());
        }
        let empty = self.format.form.empty().as_bytes();
        match &self.options.age {
            Some(identity) if self.format.is_encrypted => {
                let sealed = identity.seal(empty, None);
                let sealed = sealed.map_err(|flaw| self.error(operation, flaw.into()))?;
                write_private(operation, &self.path, &sealed)
            }
            _ => write_private(operation, &self.path, empty),
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
