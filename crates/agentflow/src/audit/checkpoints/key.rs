use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use agentflow_core::{InvalidInput, note::SigningKey};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::refuse_special;
use crate::error::{Error, Result};

const LOAD: &str = "read the signing key";
const STORE: &str = "store the signing key";
/// More than any key takes.
const MAX_BYTES: u64 = 4096;

/// Reads a signing key from a file that nobody else may read: on Unix, one without any permission for the group or others.
pub fn load_signing_key(path: impl AsRef<Path>) -> Result<SigningKey> {
    let path = path.as_ref();
    let fail = |reason: &dyn fmt::Display| invalid(LOAD, path, reason);
    // Looked at before it is opened, for opening a pipe would wait; and again, for it may be another since.
    std::fs::metadata(path).and_then(|it| refuse_special(&it)).map_err(|error| fail(&error))?;
    let file = File::open(path).map_err(|error| fail(&error))?;
    let metadata = file.metadata().map_err(|error| fail(&error))?;
    refuse_special(&metadata).map_err(|error| fail(&error))?;
    refuse_shared(&metadata).map_err(|reason| fail(&reason))?;
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(MAX_BYTES).unwrap_or(0)));
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| fail(&error))?;
    let text = SecretString::from(text.as_str());
    SigningKey::from_text(&text).map_err(|error| fail(&error))
}

/// Writes a signing key to a new file, which on Unix only its owner may read. Replaces nothing and follows no link.
pub fn store_signing_key(path: impl AsRef<Path>, key: &SigningKey) -> Result<()> {
    let path = path.as_ref();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let reason = "there is a file already; a key is never replaced, for what it signed would be lost with it";
            invalid(STORE, path, &reason)
        }
        _ => invalid(STORE, path, &error),
    })?;
    let text = Zeroizing::new(format!("{}\n", key.to_text().expose_secret()));
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a key is of no use, and in the way of the next attempt.
        let _ = std::fs::remove_file(path);
        invalid(STORE, path, &error)
    })
}

fn invalid(operation: &'static str, path: &Path, reason: &dyn fmt::Display) -> Error {
    Error::InvalidInput { operation, input: InvalidInput::new(path.display().to_string(), reason) }
}

/// The permissions of the group and of everybody else.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

#[cfg(unix)]
fn refuse_shared(metadata: &std::fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(format!(
        "others may read or write it (its mode is {mode:04o}); make it private with `chmod 600`"
    ))
}

#[cfg(not(unix))]
fn refuse_shared(_: &std::fs::Metadata) -> Result<(), String> {
    Ok(())
}
