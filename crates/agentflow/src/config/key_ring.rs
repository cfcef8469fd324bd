//! Which key ring sealed columns are encrypted with.

use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;

use super::invalid;
use crate::{error::Result, secrets::key_ring::KeyProvider};

const NAME: &str = "AF_KEY_RING";
const FORMS: &str = "expected file:PATH, env:VARIABLE or transit:MOUNT/KEY";

/// Where the keys are that sealed columns are encrypted with. `AF_KEY_RING`.
#[derive(Debug, Clone)]
pub enum KeyRingSetting {
    /// A file that nobody else may read: `file:PATH`.
    File(PathBuf),
    /// The text of such a file in a variable: `env:VARIABLE`. Cannot be changed by us.
    Environment {
        /// The name of the variable.
        variable: String,
        /// Its value.
        text: SecretString,
    },
    /// A key of the transit engine of Vault or OpenBao: `transit:MOUNT/KEY`. Where the server is, the settings of secrets say.
    Transit {
        /// Where the engine is mounted.
        mount: String,
        /// The name of the key.
        key: String,
    },
    /// Keys that are kept by something of your own.
    Provider(Arc<dyn KeyProvider>),
}

impl KeyRingSetting {
    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let Some(text) = set(NAME) else { return Ok(None) };
        // What is wrong is told without the text: somebody may have put the keys themselves there.
        let (kind, rest) = text.split_once(':').ok_or_else(|| invalid(NAME, FORMS))?;
        match (kind, rest) {
            (_, "") => Err(invalid(NAME, FORMS)),
            ("file", path) => Ok(Some(Self::File(PathBuf::from(path)))),
            ("env", variable) => {
                let missing = || {
                    invalid(
                        NAME,
                        "the variable it names is not set; it should hold the text of a key file",
                    )
                };
                let text = SecretString::from(set(variable).ok_or_else(missing)?);
                Ok(Some(Self::Environment { variable: variable.to_owned(), text }))
            }
            ("transit", place) => {
                let parts = place
                    .rsplit_once('/')
                    .filter(|(mount, key)| !mount.is_empty() && !key.is_empty());
                let (mount, key) = parts.ok_or_else(|| invalid(NAME, FORMS))?;
                Ok(Some(Self::Transit { mount: mount.to_owned(), key: key.to_owned() }))
            }
            _ => Err(invalid(NAME, FORMS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &'static str) -> Result<Option<KeyRingSetting>> {
        KeyRingSetting::from_lookup(&move |name| match name {
            NAME => Some(value.to_owned()),
            "KEYS" => Some("the text of a key file".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn each_form_is_read() {
        assert!(matches!(
            read("file:/etc/keys.json").unwrap(),
            Some(KeyRingSetting::File(path)) if path.to_str() == Some("/etc/keys.json")
        ));
        assert!(matches!(
            read("env:KEYS").unwrap(),
            Some(KeyRingSetting::Environment { variable, .. }) if variable == "KEYS"
        ));
        assert!(matches!(
            read("transit:a/b/key").unwrap(),
            Some(KeyRingSetting::Transit { mount, key }) if mount == "a/b" && key == "key"
        ));
    }

    #[test]
    fn what_is_no_form_is_refused_without_repeating_it() {
        for wrong in [
            "hunter2",
            "file:",
            "env:",
            "env:hunter2",
            "transit:",
            "transit:hunter2",
            "transit:/hunter2",
            "transit:hunter2/",
            "hunter2:x",
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains(NAME) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn debug_hides_the_keys() {
        let text = format!("{:?}", read("env:KEYS").unwrap());
        assert!(text.contains("KEYS") && !text.contains("the text"), "{text}");
    }
}
