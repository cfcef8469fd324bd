//! Keys that are given to a command: to sign with, and to trust.

use std::path::PathBuf;

use agentflow::{
    audit::{CheckpointSigner, load_signing_key},
    core::{
        audit::TrustedKeys,
        note::{SigningKey, VerifyingKey},
    },
    read_trusted_keys,
};

use crate::{
    context::Context,
    error::{Error, Result},
};

/// Whose signatures are believed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Trust {
    /// Trust this key, `name+id+base64`, or those in this file, one on each line; by default `AF_AUDIT_KEYS`, else the
    /// public half of `AF_AUDIT_KEY_FILE`. Get it from whoever runs the log, and not along with what it is to verify
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
}

impl Trust {
    /// The keys that were given, or are set. None is no error.
    pub(crate) fn keys(&self, context: &Context) -> Result<TrustedKeys> {
        if self.keys.is_empty() {
            return Ok(context.settings()?.audit.trusted()?);
        }
        Ok(read_trusted_keys(&self.keys)?)
    }

    /// The same where nothing can be done without.
    pub(crate) fn required(&self, context: &Context) -> Result<TrustedKeys> {
        let keys = self.keys(context)?;
        if keys.is_empty() {
            return Err(Error::usage("no key to trust is given").with_hint(
                "--key name+id+base64 (or a file with it), or set AF_AUDIT_KEYS; `af audit key` prints it where \
                 the log is signed",
            ));
        }
        Ok(keys)
    }
}

/// What signs checkpoints.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Signer {
    /// The file of the signing key; by default `AF_AUDIT_KEY_FILE`
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Keys that signed before.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct EarlierKeys {
    /// A public key that signed checkpoints before this one, may be repeated: they are built upon, and not taken anew
    #[arg(long = "earlier-key", value_name = "KEY", value_parser = |text: &str| text.parse::<VerifyingKey>().map_err(|error| error.to_string()))]
    pub(crate) keys: Vec<VerifyingKey>,
}

/// A key that signs, and where it came from.
pub(crate) struct Loaded {
    pub(crate) key: SigningKey,
    file: PathBuf,
}

impl Loaded {
    /// Who signs checkpoints with it, and remembers what was signed.
    pub(crate) fn signer(&self, earlier: &EarlierKeys) -> CheckpointSigner<'_> {
        let signer = CheckpointSigner::new(&self.key, earlier.keys.iter().cloned());
        signer.with_memory(self.memory())
    }

    /// Where it is kept what was signed last, so that a database that forgot it is noticed: beside the key.
    pub(crate) fn memory(&self) -> PathBuf {
        let mut name = self.file.as_os_str().to_owned();
        name.push(".last");
        name.into()
    }
}

impl Signer {
    pub(crate) fn key(&self, context: &Context) -> Result<Loaded> {
        let file = match &self.key_file {
            Some(path) => Some(path.clone()),
            None => context.settings()?.audit.key_file,
        };
        let file = file.ok_or_else(|| {
            Error::usage("there is no key to sign with").with_hint(
                "make one with `af audit keygen audit.example.com --out audit.key`, and name it with --key-file or \
                 AF_AUDIT_KEY_FILE",
            )
        })?;
        Ok(Loaded { key: load_signing_key(&file)?, file })
    }
}
